// Prints what came of each test of http-cache-tests, as JSON: [{suite, id, name, kind, outcome, detail}].
// usage: node outcomes.mjs FOLDER_OF_THE_SUITE RESULTS.json
// The outcome is the suite's own word: pass, fail, optional_fail, yes, no, dependency_fail, setup_fail, ...
import fs from 'fs'
import { pathToFileURL } from 'url'

const [folder, resultsFile] = process.argv.slice(2)
const load = async path => import(pathToFileURL(`${folder}/${path}`))
const suites = (await load('tests/index.mjs')).default
// What the package has and the newer repository has not, and where each has its verdicts.
const has = path => fs.existsSync(`${folder}/${path}`)
if (has('tests/surrogate-control.mjs')) suites.push((await load('tests/surrogate-control.mjs')).default)
const verdicts = has('test-engine') ? 'test-engine/lib/results.mjs' : 'lib/display.mjs'
const { determineTestResult } = await load(verdicts)
const results = JSON.parse(fs.readFileSync(resultsFile, 'utf8'))
const words = {
  '-': 'untested', '✅': 'pass', '⛔️': 'fail', '⚠️': 'optional_fail', Y: 'yes', N: 'no', '🔹': 'setup_fail',
  '⁉️': 'harness_fail', '⚪️': 'dependency_fail', '↻': 'retry'
}
const outcomes = suites.flatMap(suite => suite.tests.map(test => ({
  suite: suite.id,
  id: test.id,
  name: test.name,
  kind: test.kind ?? 'required',
  outcome: words[determineTestResult(suites, test.id, results)[2]] ?? 'unknown',
  detail: Array.isArray(results[test.id]) ? String(results[test.id][1]) : ''
})))
console.log(JSON.stringify(outcomes))
