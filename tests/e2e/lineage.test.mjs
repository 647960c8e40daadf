// The lineage's page on its own in Chromium: what is drawn, what keys and buttons do, accessibility; and that no network is used.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { chromium } from "playwright-core";
import { repository } from "../editors/tools.mjs";
import { graph, node } from "./shown.mjs";

const out = path.join(repository, "vscode-extension/out/lineage");
let browser, page, requests, wrong;
before(async () => {
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
});
after(() => browser?.close());

beforeEach(async () => {
  await page?.close();
  page = await browser.newPage({ viewport: { width: 1200, height: 600 } });
  page.setDefaultTimeout(20_000);
  requests = [];
  wrong = [];
  page.on("request", (request) => requests.push(request.url()));
  page.on("pageerror", (error) => wrong.push(String(error)));
  page.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
  // The policy of `src/page.ts`: no style of a script, nothing from anywhere.
  const policy = "default-src 'none'; style-src 'nonce-n'; script-src 'nonce-n'";
  const head = `<title>Lineage</title><meta http-equiv="Content-Security-Policy" content="${policy}"><style nonce="n">${readFileSync(path.join(out, "lineage.css"), "utf8")}</style>`;
  const api = "globalThis.sent = []; globalThis.acquireVsCodeApi = () => ({ postMessage: (message) => sent.push(message), getState: () => undefined, setState: (to) => (globalThis.state = to) })";
  const scripts = [api, readFileSync(path.join(out, "lineage.js"), "utf8")].map((script) => `<script nonce="n">${script}</script>`).join("");
  await page.setContent(`<!DOCTYPE html><html lang="en"><head>${head}</head><body><main id="app"></main>${scripts}</body></html>`);
});

async function show(changes) {
  const shown = graph(changes);
  await page.evaluate((shown) => globalThis.postMessage({ type: "show", shown }, "*"), shown);
  await page.waitForFunction((count) => document.body.dataset.drawn === String(count), shown.nodes.length);
}
const tree = () => page.getByRole("tree");
const active = () => page.locator("[role=treeitem][aria-selected=true] .name").innerHTML();
const place = () => page.locator("svg.graph > g").getAttribute("transform");
const sent = (type) => page.evaluate((type) => globalThis.sent.splice(0).findLast((message) => message.type === type), type);
async function press(...keys) {
  for (const key of keys) {
    await page.keyboard.press(key);
  }
}

test("sources stand left, dashboards right; the subject, findings and states are marked and told", async () => {
  await show();
  const lefts = await page.locator(".object .box").evaluateAll((all) => all.map((box) => box.getBoundingClientRect().left));
  assert.deepEqual(lefts, [...lefts].sort((a, b) => a - b));
  assert.equal(await page.locator(".edge").count(), 7);
  const subject = page.locator("[aria-current=true]");
  assert.match(await subject.locator("title").innerHTML(), /^insight sales, the subject, 2 errors, not fully checked; made from .*; used by chart months$/);
  assert.equal(await subject.locator(".icon.error").count(), 1);
  assert.equal(await subject.locator(".count").innerHTML(), "2");
  assert.equal(await page.locator("#object-1 .icon.warning").count(), 1);
  assert.equal(await page.getByRole("status").innerText(), "6 objects; 1 with errors; 1 with warnings");
  assert.equal(await page.getByRole("heading").innerText(), "Lineage of insight sales");
  assert.deepEqual(await page.evaluate(() => globalThis.state.subject.name), "sales");
});

test("arrow keys walk, Enter opens, f makes it the subject, and the active object is told", async () => {
  await show();
  await tree().focus();
  assert.equal(await active(), "sales");
  await press("ArrowRight", "ArrowRight");
  assert.equal(await active(), "shop");
  assert.equal(await tree().getAttribute("aria-activedescendant"), "object-5");
  await press("ArrowRight");
  assert.equal(await active(), "shop");
  await press("ArrowLeft", "ArrowLeft", "ArrowLeft", "ArrowLeft");
  assert.ok(["files", "orders"].includes(await active()));
  await press("Home", "n");
  assert.equal(await active(), "orders");
  await press("Enter");
  assert.equal((await sent("open")).location.range.start.line, 1);
  await press("f");
  assert.deepEqual((await sent("subject")).subject, { kind: "model", name: "orders", location: node(1, "", "").location });
  assert.match(await page.locator(".active").innerText(), /^model orders, 3 warnings; made from source files; used by input city, insight sales$/);
  assert.equal(await page.locator(".edge.near").count(), 3);
});

test("the columns of the active object are listed, with where they come from; the keyboard reaches them", async () => {
  await show();
  const columns = page.getByRole("region", { name: "Columns" });
  assert.ok(await columns.isHidden(), "the subject is an insight, which has none");
  await tree().focus();
  await press("Home", "n");
  assert.equal(await active(), "orders");
  assert.ok(await columns.isVisible());
  const rows = columns.locator("tbody tr");
  assert.deepEqual(await rows.allInnerTexts(), ["city\tshops.town", "net\tcomputed from sales.total, sales.tax"]);
  assert.equal(await columns.locator("caption").innerText(), "2 columns, and where they come from");
  await press("c");
  assert.ok(await columns.evaluate((region) => region === document.activeElement));
  await press("Escape");
  assert.ok(await tree().evaluate((graph) => graph === document.activeElement));
  // An answer that brings the same leaves what somebody reads.
  await columns.locator("tbody").evaluate((body) => (body.dataset.read = "yes"));
  await press("c");
  const first = await rows.first().elementHandle();
  await show({ isNew: false });
  assert.ok(await first?.evaluate((row) => row.isConnected));
  await press("Escape", "ArrowLeft");
  assert.equal(await active(), "files");
  assert.ok(await columns.isHidden());
  const markup = "<img src=x onerror=sent.push(1)>";
  const { nodes } = graph();
  await show({ root: 1, nodes: nodes.map((each) => (each.id === 1 ? { ...each, columns: [{ name: markup, from: [], way: "computed", complete: false }] } : each)) });
  assert.deepEqual(await rows.allInnerTexts(), [`${markup}\tnot known`]);
  assert.equal(await page.locator("img").count(), 0);
});

test("mouse: a click makes active, two open, dragging and the wheel move", async () => {
  await show();
  await page.locator("#object-4 .box").click();
  assert.equal(await active(), "months");
  await page.locator("#object-5 .box").dblclick();
  assert.equal((await sent("open")).location.range.start.line, 5);
  const before = await place();
  const box = await tree().boundingBox();
  await page.mouse.move(box.x + 5, box.y + 5);
  await page.mouse.down();
  await page.mouse.move(box.x + 45, box.y + 25);
  await page.mouse.up();
  const dragged = await place();
  assert.notEqual(dragged, before);
  await page.mouse.wheel(0, 40);
  await page.waitForFunction((was) => document.querySelector("svg.graph > g").getAttribute("transform") !== was, dragged);
});

test("zoom by keys and buttons, and all of it in sight again", async () => {
  await show();
  const fitted = await place();
  const scale = async () => Number(/scale\((.*)\)/.exec(await place())[1]);
  const all = await scale();
  const isScale = async (factor) => assert.ok(Math.abs((await scale()) - all * factor) < 0.001, await place());
  await tree().focus();
  await press("+");
  await isScale(1.25);
  await press("-", "-");
  await isScale(0.8);
  await page.getByRole("button", { name: "Zoom in" }).click();
  await isScale(1);
  await page.getByRole("button", { name: "Fit" }).click();
  assert.equal(await place(), fitted);
});

test("what the keyboard goes to comes into sight", async () => {
  await page.setViewportSize({ width: 420, height: 420 });
  await show();
  await tree().focus();
  await press("End");
  const box = await page.locator("#object-5 .box").boundingBox();
  assert.ok(box.x >= 0 && box.x + box.width <= 420, JSON.stringify(box));
});

test("steps and the whole project are asked for; the whole has no steps", async () => {
  await show();
  await page.getByRole("combobox").selectOption("2 steps");
  assert.equal((await sent("depth")).depth, 2);
  await page.getByRole("button", { name: "Whole project" }).click();
  assert.equal((await sent("subject")).subject, null);
  await show({ root: null });
  assert.equal(await page.getByRole("heading").innerText(), "Lineage of the whole project");
  assert.ok(await page.getByRole("combobox").isDisabled());
});

test("news of findings move nothing; new objects leave the active one where it is seen", async () => {
  await show();
  await tree().focus();
  await press("ArrowRight");
  const before = await page.locator("#object-4 .box").boundingBox();
  const { nodes, edges } = graph();
  await show({ isNew: false, nodes: nodes.map((each) => (each.name === "months" ? { ...each, errors: 1 } : each)) });
  await page.locator("#object-4 .icon.error").waitFor();
  assert.equal(await active(), "months");
  await show({ isNew: false, nodes: [...nodes, node(6, "chart", "weeks"), node(7, "chart", "years")], edges: [...edges, { from: 6, to: 3 }, { from: 7, to: 3 }, { from: 5, to: 6 }], total: 8 });
  assert.equal(await active(), "months");
  const after = await page.locator("#object-4 .box").boundingBox();
  assert.ok(Math.abs(after.x - before.x) < 1 && Math.abs(after.y - before.y) < 1);
});

test("what is not there any more is said, and what was drawn stays", async () => {
  await show();
  await page.evaluate(() => globalThis.postMessage({ type: "refused", message: "insight sales is not in the project now: this is how it was" }, "*"));
  await page.getByRole("status").filter({ hasText: "not in the project now" }).waitFor();
  assert.equal(await page.locator(".object").count(), 6);
});

test("names are text and never markup; long ones are cut, and told in full", async () => {
  const markup = "<img src=x onerror=sent.push(1)>".repeat(4);
  await show({ nodes: graph().nodes.map((each) => (each.id === 3 ? { ...each, name: markup } : each)) });
  assert.equal(await page.locator("img").count(), 0);
  const shown = await page.locator("#object-3 .name").evaluate(({ textContent }) => textContent);
  assert.ok(shown.startsWith("<img") && shown.endsWith("…") && shown.length < markup.length);
  assert.ok((await page.locator("#object-3 title").evaluate(({ textContent }) => textContent)).includes(markup));
  assert.deepEqual(await page.evaluate(() => globalThis.sent.filter((message) => message === 1)), []);
});

test("500 objects are drawn, and how many there are is told", async () => {
  page.setDefaultTimeout(120_000);
  const nodes = Array.from({ length: 500 }, (_, id) => node(id, id === 0 ? "source" : id < 200 ? "model" : "insight", `object_${id}`));
  const edges = nodes.slice(1).map(({ id }) => ({ from: id, to: id < 200 ? 0 : 1 + (id % 199) }));
  await show({ nodes, edges, root: 0, total: 1234 });
  assert.equal(await page.locator(".object").count(), 500);
  assert.equal(await page.getByRole("status").innerText(), "500 objects of 1234, the nearest; fewer steps show fewer");
});

test("no rule of axe-core is broken, the policy holds, and nothing is asked of a network", async () => {
  await show();
  await tree().focus();
  await press("Home", "n");
  assert.ok(await page.getByRole("region", { name: "Columns" }).isVisible());
  assert.deepEqual(wrong, []);
  await page.evaluate(readFileSync(path.join(import.meta.dirname, "node_modules/axe-core/axe.min.js"), "utf8"));
  const { violations } = await page.evaluate(() => axe.run({ rules: { "color-contrast": { enabled: false } } }));
  assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`), []);
  assert.deepEqual(requests.filter((url) => !url.startsWith("about:")), []);
});
