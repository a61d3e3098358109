// The dashboard: asks the REST API once a second and shows nodes, services and purges.
"use strict";

const POLL_MILLIS = 1000;
const PURGES_SHOWN = 20;
const TOKEN_KEY = "nearcast-token";
const PLACEHOLDERS = {
  urls: "http://www.example.com/page",
  tags: "product-42",
  prefixes: "http://www.example.com/images/",
  hosts: "www.example.com",
  everything: "all of the service",
};
const STATES = {
  serving: "good", draining: "wait", down: "bad",
  complete: "good", applied: "good", pending: "wait", unconfirmed: "bad", "lease-expired": "bad",
};

const byId = (id) => document.getElementById(id);
const shown = {};
let timer;

// Elements

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function cell(className, label, ...content) {
  const td = element("td", className);
  if (label) td.dataset.label = label;
  td.append(...content);
  return td;
}

function pill(state, text) {
  return element("span", "pill " + (STATES[state] || ""), text || state);
}

function lines(className, texts) {
  return texts.map((text) => element("div", className, text));
}

/** Replaces what a list shows, but only where it has changed, so that nothing flickers or loses its selection. */
function show(name, items, row) {
  const version = JSON.stringify(items);
  if (shown[name] === version) return;
  shown[name] = version;
  byId(name).replaceChildren(...items.map(row));
  byId(name + "-none").hidden = items.length > 0;
}

// Rows

function nodeRow(node) {
  const row = element("tr");
  const name = cell("name", "", node.id);
  node.warnings.forEach((warning) => name.append(element("div", "warning", warning)));
  if (node.warnings.length > 0) name.classList.add("full");
  const applied = cell("number" + (node.behind > 0 ? " lag" : ""), "applied", String(node.appliedSequence));
  applied.title = node.behind > 0 ? node.behind + " behind" : "up to date";
  row.append(name, cell("", "", node.role), cell("", "PoP", node.pop), cell("", "", pill(node.state)), applied,
    cell("mono", "", node.address));
  return row;
}

function serviceRow(service) {
  const row = element("tr");
  const origins = service.origins.map((origin) => origin.url + (origin.backup ? " (backup)" : ""));
  row.append(cell("name", "", service.name), cell("full", "", ...lines("", service.domains)),
    cell("mono full", "", ...lines("", origins)), cell("number", "version", String(service.version)));
  return row;
}

function purgeRow(purge) {
  const row = element("li");
  const head = element("div", "purge-head");
  const time = element("time", "", new Date(purge.createdAt).toLocaleString());
  time.dateTime = purge.createdAt;
  head.append(pill(purge.state), element("span", "name", purge.service), element("span", "mono", what(purge)));
  if (purge.soft) head.append(element("span", "pill", "soft"));
  head.append(time);
  const receipts = element("div", "receipts");
  purge.nodes.forEach((node) => {
    const matched = node.matched === null ? "" : ", " + node.matched + " matched";
    receipts.append(pill(node.state, node.id + ": " + node.state + matched));
  });
  row.append(head, receipts);
  return row;
}

function what(purge) {
  if (purge.everything) return "everything";
  const kind = ["urls", "tags", "prefixes", "hosts"].find((name) => purge[name]);
  const all = purge[kind];
  const names = { urls: "", tags: "tag ", prefixes: "prefix ", hosts: "host " };
  return names[kind] + all.slice(0, 3).join(", ") + (all.length > 3 ? " and " + (all.length - 3) + " more" : "");
}

function showServices(services) {
  show("services", services, serviceRow);
  byId("services-count").textContent = services.length || "";
  const select = byId("purge-service");
  const names = services.map((service) => service.name);
  if (names.join() !== [...select.options].map((option) => option.value).join()) {
    const chosen = select.value;
    select.replaceChildren(...names.map((name) => new Option(name)));
    if (names.includes(chosen)) select.value = chosen;
  }
}

function showNodes(nodes, purges) {
  const head = Math.max(0, ...nodes.map((node) => node.appliedSequence), ...purges.map((purge) => purge.sequence));
  show("nodes", nodes.map((node) => ({ ...node, behind: head - node.appliedSequence })), nodeRow);
  byId("nodes-count").textContent = nodes.length || "";
}

// Asking

async function ask(path, options = {}) {
  const headers = { Authorization: "Bearer " + sessionStorage.getItem(TOKEN_KEY), ...options.headers };
  return fetch(path, { ...options, headers, cache: "no-store" });
}

async function items(path) {
  const response = await ask(path);
  if (response.status === 401 || response.status === 403) throw new Refused((await response.json()).detail);
  if (!response.ok) throw new Error("HTTP " + response.status);
  return (await response.json()).items;
}

class Refused extends Error {}

function status(text, state) {
  byId("link").textContent = text;
  byId("link").className = "link " + state;
}

async function poll() {
  clearTimeout(timer);
  if (!sessionStorage.getItem(TOKEN_KEY)) return signIn();
  try {
    const [nodes, services, purges] = await Promise.all([
      items("/v1/nodes?limit=1000"), items("/v1/services?limit=1000"), items("/v1/purges?limit=" + PURGES_SHOWN)]);
    showNodes(nodes, purges);
    showServices(services);
    show("purges", purges, purgeRow);
    byId("sign-in").hidden = true;
    byId("board").hidden = false;
    byId("sign-out").hidden = false;
    status("live", "live");
  } catch (problem) {
    if (problem instanceof Refused) return signIn(problem.message);
    status("no answer: what you see is old", "lost");
  }
  timer = setTimeout(poll, POLL_MILLIS);
}

// Signing in and out

function signIn(problem) {
  sessionStorage.removeItem(TOKEN_KEY);
  status("", "");
  byId("board").hidden = true;
  byId("sign-out").hidden = true;
  byId("sign-in").hidden = false;
  byId("token-error").hidden = !problem;
  byId("token-error").textContent = problem || "";
  byId("token").focus();
}

function takeTokenFromAddress() {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (token) {
    sessionStorage.setItem(TOKEN_KEY, token);
    history.replaceState(null, "", location.pathname);
  }
}

// Purging

function purgeBody() {
  const kind = byId("purge-kind").value;
  const body = { service: byId("purge-service").value, soft: byId("purge-soft").checked };
  body[kind] = kind === "everything" ? true : [byId("purge-value").value.trim()];
  return body;
}

async function purge() {
  const error = byId("purge-error");
  error.hidden = true;
  try {
    const response = await ask("/v1/purges", {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(purgeBody()) });
    if (!response.ok) {
      const problem = await response.json();
      error.textContent = problem.errors.map((field) => field.detail).join("; ") || problem.detail;
      error.hidden = false;
      return;
    }
    byId("purge-value").value = "";
    await poll();
  } catch (problem) {
    error.textContent = "The control plane does not answer; nothing is known of this purge.";
    error.hidden = false;
  }
}

function kindChanged() {
  const kind = byId("purge-kind").value;
  byId("purge-value").placeholder = PLACEHOLDERS[kind];
  byId("purge-value").disabled = kind === "everything";
  byId("purge-value").required = kind !== "everything";
}

byId("token-form").addEventListener("submit", (event) => {
  event.preventDefault();
  sessionStorage.setItem(TOKEN_KEY, byId("token").value.trim());
  byId("token").value = "";
  poll();
});
byId("purge-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = event.submitter || byId("purge-form").querySelector("button");
  button.disabled = true;
  await purge();
  button.disabled = false;
});
byId("purge-kind").addEventListener("change", kindChanged);
byId("sign-out").addEventListener("click", () => { clearTimeout(timer); signIn(); });
window.addEventListener("hashchange", () => { takeTokenFromAddress(); poll(); });
document.addEventListener("visibilitychange", () => document.hidden ? clearTimeout(timer) : poll());

takeTokenFromAddress();
kindChanged();
poll();
