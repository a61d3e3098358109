-- For wrk: asks for 20,000 objects of io.nearcast.loadtest.load.LoadOrigin with Zipf popularity (exponent 1) and
-- log-normal sizes (mean 13 KB). The same seed asks for the same objects in the same order.
local objects, exponent, mean, sigma = 20000, 1.0, 13312, 1.2
local paths, upTo = {}, {}

function init(args)
  math.randomseed(tonumber(args[1] or "1"))
  local mu, total = math.log(mean) - sigma * sigma / 2, 0
  for i = 1, objects do
    local normal = math.sqrt(-2 * math.log(1 - math.random())) * math.cos(2 * math.pi * math.random())
    local size = math.max(16, math.floor(math.exp(mu + sigma * normal)))
    paths[i] = string.format("/load/1/%d-%d.bin", i - 1, size)
    total = total + i ^ -exponent
    upTo[i] = total
  end
end

function request()
  local drawn, low, high = math.random() * upTo[objects], 1, objects
  while low < high do
    local middle = math.floor((low + high) / 2)
    if upTo[middle] < drawn then low = middle + 1 else high = middle end
  end
  return wrk.format("GET", paths[low])
end

function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format("RESULT requests=%d bytes=%d micros=%d errors=%d p50=%d p99=%d max=%d\n",
    summary.requests, summary.bytes, summary.duration, e.connect + e.read + e.write + e.status + e.timeout,
    latency:percentile(50), latency:percentile(99), latency.max))
end
