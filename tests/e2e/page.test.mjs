// The preview's page on its own in Chromium: every control, what it sends, keyboard, accessibility; and that no network is used.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { chromium } from "playwright-core";
import { repository } from "../editors/tools.mjs";
import { input, multi, rows, shown } from "./shown.mjs";

const out = path.join(repository, "vscode-extension/out/preview");
let browser, page, requests;
before(async () => {
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
});
after(() => browser?.close());

beforeEach(async () => {
  await page?.close();
  page = await browser.newPage({ viewport: { width: 700, height: 900 } });
  page.setDefaultTimeout(20_000);
  requests = [];
  page.on("request", (request) => requests.push(request.url()));
  await page.setContent('<!DOCTYPE html><html lang="en"><head><title>Preview</title></head><body><main id="app"></main></body></html>');
  await page.evaluate(() => {
    globalThis.sent = [];
    globalThis.state = undefined;
    globalThis.acquireVsCodeApi = () => ({ postMessage: (message) => sent.push(message), getState: () => state, setState: (to) => (state = to) });
  });
  await page.addStyleTag({ path: path.join(out, "preview.css") });
  for (const script of ["plotly.min.js", "preview.js"]) {
    await page.addScriptTag({ content: readFileSync(path.join(out, script), "utf8") });
  }
});

const show = (inputs, changes) => page.evaluate((shown) => globalThis.postMessage({ type: "show", shown }, "*"), shown(inputs, changes));
const group = (display) => page.locator(`[data-display=${display}]`);
async function chosen() {
  await page.waitForFunction(() => sent.some(({ type }) => type === "choose"));
  return page.evaluate(() => Object.values(sent.splice(0).findLast(({ type }) => type === "choose").choices)[0]);
}

test("drop-down list, radio buttons, tabs, toggle", async () => {
  await show([input("dropdown"), input("radio"), input("tabs"), input("toggle")]);
  await group("dropdown").locator("select").selectOption({ label: "c" });
  assert.deepEqual(await chosen(), ["c"]);
  await group("radio").getByLabel("a").check();
  assert.deepEqual(await chosen(), ["a"]);
  await group("tabs").getByRole("tab", { name: "b" }).focus();
  await page.keyboard.press("ArrowRight");
  assert.deepEqual(await chosen(), ["c"]);
  const toggle = group("toggle").getByRole("switch");
  assert.equal(await toggle.getAttribute("aria-checked"), "true");
  await toggle.press("Space");
  assert.deepEqual(await chosen(), ["a"]);
});

test("a slider reaches numbers only, by the keyboard too", async () => {
  await show([input("slider", { options: ["50", "many", "100"], selection: ["50"] })]);
  const slider = group("slider").getByRole("slider");
  assert.equal(await slider.getAttribute("aria-valuetext"), "50");
  await slider.press("ArrowRight");
  assert.deepEqual(await chosen(), [100]);
});

test("autocomplete searches, takes an option, and can be cleared", async () => {
  await show([input("autocomplete", { clearable: true })]);
  const field = group("autocomplete").getByRole("combobox");
  await field.fill("zz");
  await page.waitForFunction(() => sent.some(({ type, search }) => type === "search" && search === "zz"));
  await page.evaluate(() => globalThis.postMessage({ type: "options", input: "the_autocomplete", search: "zz", options: ["zzz"], total: 1 }, "*"));
  await page.locator("datalist option[value=zzz]").waitFor({ state: "attached" });
  await field.fill("zzz");
  assert.deepEqual(await chosen(), ["zzz"]);
  await group("autocomplete").getByRole("button", { name: "Clear" }).click();
  assert.deepEqual(await chosen(), []);
});

test("checkboxes, chips, tags and a list of many keep the order of the clicks", async () => {
  await show([multi("checkboxes"), multi("chips"), multi("tags"), multi("dropdown")]);
  await group("checkboxes").getByLabel("a").check();
  assert.deepEqual(await chosen(), ["b", "a"]);
  await group("checkboxes").getByRole("button", { name: "None" }).click();
  assert.deepEqual(await chosen(), []);
  await group("chips").getByRole("button", { name: "b", pressed: true }).press("Enter");
  assert.deepEqual(await chosen(), []);
  await group("chips").getByRole("button", { name: "All" }).click();
  assert.deepEqual(await chosen(), ["a", "b", "c"]);
  await group("tags").getByRole("combobox").selectOption({ label: "c" });
  assert.deepEqual(await chosen(), ["b", "c"]);
  await group("tags").getByRole("button", { name: "remove b" }).click();
  assert.deepEqual(await chosen(), []);
  await group("dropdown").locator("summary").click();
  await group("dropdown").getByLabel("c").check();
  assert.deepEqual(await chosen(), ["b", "c"]);
});

test("ranges are runs: a range slider can't be emptied, dates can", async () => {
  await show([
    multi("range-slider", { range: true, clearable: false, options: [100, 150, 200], selection: { from: 100, to: 150 } }),
    multi("date-range", { range: true, dates: true, options: ["2024-01-01", "2024-01-08", "2024-01-15"], selection: { from: "2024-01-01", to: "2024-01-15" } }),
  ]);
  await group("range-slider").getByLabel("to", { exact: false }).press("End");
  assert.deepEqual(await chosen(), { from: 100, to: 200 });
  assert.equal(await group("range-slider").getByRole("button").count(), 0);
  await group("date-range").getByLabel("from", { exact: false }).fill("2024-01-03");
  assert.deepEqual(await chosen(), { from: "2024-01-08", to: "2024-01-15" });
  await group("date-range").getByRole("button", { name: "Clear" }).click();
  assert.deepEqual(await chosen(), []);
});

test("a split is several traces, and the order of the rows is kept", async () => {
  await show([]);
  await page.locator(".chart[data-drawn=true]").waitFor();
  const traces = await page.evaluate(() => document.querySelector(".chart").data.map(({ name, x, y }) => ({ name, x, y })));
  assert.deepEqual(traces, [{ name: "web", x: ["z", "a"], y: [3, 1] }, { name: "store", x: ["z"], y: [2] }]);
  assert.equal(await page.locator("[role=status]").innerText(), "3 rows in 1.2 ms");
});

test("rows are a table with headers, values are text and never markup", async () => {
  const columns = [{ ...rows.columns[0], values: ["<img src=x onerror=sent.push(1)>", null, "b"] }, ...rows.columns.slice(1)];
  await show([], { rows: { ...rows, columns } });
  await page.getByRole("tab", { name: "Rows" }).click();
  assert.deepEqual(await page.locator("th").allInnerTexts(), ["split", "x", "y"]);
  assert.equal(await page.locator("td").first().innerText(), "<img src=x onerror=sent.push(1)>");
  assert.equal(await page.locator("td img").count(), 0);
  assert.deepEqual(await page.evaluate(() => globalThis.state), { uri: "file:///p.yml", insight: "sales", follow: true, tab: "rows" });
});

test("errors are told in words, the controls stay", async () => {
  await show([input("dropdown"), input("radio", { error: { code: "no-options", message: "the query has no rows" } })], {
    rows: null, error: { code: "sql", message: "no such column", finding: "this filter breaks", sql: "SELECT x" },
  });
  assert.match(await page.getByRole("alert").innerText(), /this filter breaks\s+DuckDB says: no such column/);
  assert.match(await group("radio").innerText(), /the query has no rows/);
  assert.equal(await group("dropdown").locator("select").count(), 1);
});

test("the focus stays where it was when the page is built anew", async () => {
  await show([input("radio")]);
  await group("radio").getByLabel("a").focus();
  await show([input("radio", { selection: ["a"] })]);
  await page.waitForFunction(() => document.activeElement?.dataset.key === "the_radio-0");
});

test("no rule of axe-core is broken, and nothing is asked of a network", async () => {
  const dates = { range: true, dates: true, options: ["2024-01-01", "2024-01-02"], selection: { from: "2024-01-01", to: "2024-01-02" } };
  await show([
    ...["dropdown", "radio", "toggle", "tabs", "autocomplete"].map((display) => input(display)),
    input("slider", { options: ["1", "2"], selection: ["1"] }),
    ...["dropdown", "checkboxes", "chips", "tags"].map((display) => multi(display, { name: `multi_${display}` })),
    multi("range-slider", { range: true, options: [1, 2], selection: { from: 1, to: 2 } }),
    multi("date-range", dates),
  ]);
  await page.locator(".chart[data-drawn=true]").waitFor();
  await page.addScriptTag({ path: path.join(import.meta.dirname, "node_modules/axe-core/axe.min.js") });
  const { violations } = await page.evaluate(() => axe.run({ rules: { "color-contrast": { enabled: false } } }));
  assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`), []);
  assert.deepEqual(requests.filter((url) => !url.startsWith("file:") && !url.startsWith("about:") && !url.startsWith("data:") && !url.startsWith("blob:")), []);
});
