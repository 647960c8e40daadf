// The packed extension in a real VS Code, on copies of its sample project.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { inWindow, processesBelow, start, until } from "./workbench.mjs";

let code;
before(async () => {
  code = await start({ trusted: true });
});
after(() => code?.stop());
const opened = (body, ...open) => inWindow(() => code, open, body);

test("squiggles, and findings in Problems with their related place and their page", opened(async (window) => {
  await window.editor.locator(".squiggly-error").first().waitFor({ state: "attached" });
  await window.page.keyboard.press("Control+Shift+M");
  const finding = window.problems.filter({ hasText: "this filter breaks when `city` is \"O'Fallon\"" }).first();
  await finding.waitFor();
  assert.match(await finding.innerText(), /combination-syntax/);
  const link = finding.locator("a", { hasText: "combination-syntax" });
  assert.match(await link.getAttribute("href"), /combination-syntax\.md$/);
  await window.problems.filter({ hasText: "nothing is called `ctiy`" }).first().waitFor();
  await finding.click();
  await window.page.keyboard.press("ArrowRight");
  const related = window.problems.filter({ hasText: "the option comes from this query" }).first();
  await related.waitFor();
  await window.screenshot("problems");
  await window.status.filter({ hasText: "2 errors" }).waitFor();
}));

test("completion offers the options of an input", opened(async (window) => {
  await window.line("value: Denver").click();
  await window.page.keyboard.press("End");
  for (const _ of "Denver") {
    await window.page.keyboard.press("Backspace");
  }
  await window.page.keyboard.press("Control+Space");
  const popup = window.page.locator(".suggest-widget .monaco-list-row");
  for (const option of ["Boise", "Denver", "O'Fallon"]) {
    await popup.filter({ hasText: option }).first().waitFor();
  }
  await window.screenshot("completion");
  await popup.filter({ hasText: "Boise" }).first().click();
  await window.line("value: Boise").waitFor();
}, "inputs.yml"));

test("hover shows the options of an input", opened(async (window) => {
  await window.checked();
  await window.goTo("input: ${ref(city)}", 13);
  const hover = window.page.locator(".monaco-hover-content", { hasText: "Boise" }).first();
  await window.popup("Show or Focus Hover", hover);
  await window.screenshot("hover");
  // The counterpart of the test without trust: here a worker reads the sources.
  assert.ok(processesBelow(path.join(code.state, "extensions")).some((words) => words.includes("sources")));
  assert.match(await hover.innerText(), /Denver/);
}));

test("a quick fix is applied, and the finding is gone", opened(async (window) => {
  await window.checked();
  await window.goTo("ctiy", 2);
  const fix = window.page.locator(".action-widget .monaco-list-row", { hasText: "replace it by `city`" });
  await window.popup("Quick Fix...", fix);
  await window.screenshot("quick-fix");
  await fix.click();
  await window.line("<> '${ref(city).value}").waitFor();
  // Now the option with the quote breaks this insight, too.
  await window.page.keyboard.press("Control+Shift+M");
  await window.problems.filter({ hasText: "this filter breaks" }).nth(1).waitFor();
  assert.equal(await window.problems.filter({ hasText: "ctiy" }).count(), 0);
}));

test("rename reaches the other file", opened(async (window) => {
  await window.checked();
  await window.goTo("ref(city)", 5);
  const box = window.page.locator(".rename-box input");
  await window.popup("Rename Symbol", box);
  await box.fill("town");
  await window.screenshot("rename");
  await window.page.keyboard.press("Enter");
  await window.line("${ref(town).value}").waitFor();
  await window.command("File: Save All");
  await until(() => window.text("inputs.yml").includes("- name: town") && !window.text("project.visivo.yml").includes("ref(city)"), "both files are changed");
}));

test("a page is opened in the editor, without a network", opened(async (window) => {
  await window.checked();
  await window.goTo("'${ref(city).value}'", 2);
  await window.command("viz: Open the page of a finding");
  await window.preview.locator("h1", { hasText: /combination-syntax/ }).first().waitFor();
  await window.screenshot("page");
}));

// The bars as plotly drew them.
async function bars(window) {
  const paths = window.preview.locator(".chart[data-drawn=true] .bars .point path");
  await paths.first().waitFor();
  return paths.evaluateAll((all) => all.map((path) => path.getAttribute("d")));
}

test("the preview draws the insight at the cursor, and follows the pinned combination", opened(async (window) => {
  await window.checked();
  await window.goTo("x: ?{ ${ref(orders).month} }", 10);
  await window.command("viz: Preview the insight at the cursor");
  // Two months and two channels of Denver: two series.
  await window.preview.locator(".chart[data-drawn=true] .legendtext", { hasText: "store" }).first().waitFor();
  assert.equal((await bars(window)).length, 4);
  assert.match(await window.preview.locator(".chart").getAttribute("aria-label"), /bar chart of sales_by_month: 4 rows in 2 series: .*store with 2/);
  await window.preview.locator("[role=status]", { hasText: "4 rows in" }).waitFor();
  await window.screenshot("preview");

  // The control is the dashboard's; what is chosen is pinned, and the SQL follows.
  await window.preview.locator("[role=tab]", { hasText: "Rows" }).click();
  await window.preview.locator("td", { hasText: "150" }).waitFor();
  await window.preview.locator("[data-input=city] select").selectOption({ label: "Boise" });
  await window.preview.locator("td", { hasText: "70" }).waitFor();
  await window.preview.locator("[role=tab]", { hasText: "SQL" }).click();
  await window.preview.locator("pre", { hasText: "'Boise'" }).waitFor();

  // Pinned by the command, the chart changes too.
  await window.preview.locator("[role=tab]", { hasText: "Chart" }).click();
  const before = await bars(window);
  await window.goTo("x: ?{ ${ref(orders).month} }", 10);
  await window.command("viz: Pin a combination");
  await window.page.locator(".quick-input-title", { hasText: "Pin city" }).waitFor();
  await window.page.keyboard.type("Den");
  await window.choose("Denver");
  await window.preview.locator("[data-input=city] select option:checked", { hasText: "Denver" }).waitFor({ state: "attached" });
  await until(async () => (await bars(window)).join() !== before.join(), "the bars are others");
  await window.screenshot("preview-pinned");
}));

test("a combination that fails is told in words", opened(async (window) => {
  await window.checked();
  await window.goTo("x: ?{ ${ref(orders).month} }", 10);
  await window.command("viz: Preview the insight at the cursor");
  await window.preview.locator(".chart[data-drawn=true]").waitFor();
  await window.command("viz: Next combination that fails");
  const message = window.preview.locator("[role=alert]");
  await message.waitFor();
  assert.match(await message.innerText(), /this filter breaks when `city` is "O'Fallon"[^]*DuckDB says: unterminated/);
  await window.preview.locator("details pre").filter({ hasText: "'O'Fallon'" }).waitFor({ state: "attached" });
  await window.screenshot("preview-error");
}));

test("the preview follows what is typed", opened(async (window) => {
  await window.checked();
  await window.goTo("?{ ${ref(orders).revenue} }", 3);
  await window.command("viz: Preview the insight at the cursor");
  await window.preview.locator(".chart[data-drawn=true]").waitFor();
  await window.preview.locator("[role=tab]", { hasText: "Rows" }).click();
  await window.preview.locator("td", { hasText: "150" }).waitFor();
  await window.goTo("?{ ${ref(orders).revenue} }", 3);
  await window.page.keyboard.type("1000 * ");
  await window.preview.locator("td", { hasText: "150000" }).waitFor();
}));

test("the SQL beside the text follows the pinned combination", opened(async (window) => {
  await window.checked();
  await window.goTo("x: ?{ ${ref(orders).month} }", 10);
  await window.command("viz: Show the SQL of the insight at the cursor");
  const sql = window.page.locator(".editor-instance .monaco-editor .view-line");
  await sql.filter({ hasText: "city: Denver" }).first().waitFor();
  await window.command("viz: Next combination that fails");
  await sql.filter({ hasText: "city: O'Fallon" }).first().waitFor();
  await window.screenshot("sql");
}));

// The object that the keyboard is at, in words.
const active = (window, words) => window.preview.locator("[role=treeitem][aria-selected=true] title", { hasText: words }).waitFor({ state: "attached" });

test("the lineage is a graph: walked through by the keyboard, opened, and true to what is typed", opened(async (window) => {
  await window.checked();
  await window.goTo("type: bar");
  await window.page.setViewportSize({ width: 1600, height: 720 });
  await window.command("View: Toggle Primary Side Bar Visibility");
  await window.command("viz: Show lineage");
  await window.preview.locator("h1", { hasText: "Lineage of insight sales_by_month" }).waitFor();
  await window.preview.locator("body[data-drawn='7']").waitFor();
  await active(window, /^insight sales_by_month, the subject, 1 error, checked/);
  const name = (text) => window.preview.locator(".object .name", { hasText: text });
  for (const text of ["memory", "orders", "revenue", "city", "months", "overview"]) {
    await name(text).waitFor();
  }
  await window.screenshot("lineage");

  // Whoever called the command by the keyboard is in the graph.
  await window.page.keyboard.press("ArrowRight");
  await active(window, /^chart months/);
  await window.page.keyboard.press("ArrowRight");
  await active(window, /^dashboard overview/);
  await window.page.keyboard.press("f");
  await window.preview.locator("h1", { hasText: "Lineage of dashboard overview" }).waitFor();
  await window.preview.locator("body[data-drawn='9']").waitFor();
  await window.preview.getByRole("combobox").selectOption("1 step");
  await window.preview.locator("body[data-drawn='4']").waitFor();
  await window.preview.locator("[role=tree]").focus();
  // Of inputs and the chart, the nearest; then down the column.
  await window.page.keyboard.press("ArrowLeft");
  await active(window, /^input/);
  await window.page.keyboard.press("End");
  await window.page.keyboard.press("ArrowUp");
  await active(window, /^chart months/);
  await window.page.keyboard.press("Enter");
  await window.page.locator(".editor-instance .monaco-editor.focused").waitFor();

  // The cursor is at the chart's name: called otherwise, it is the dashboard's no more.
  await window.page.keyboard.type("twelve_");
  await window.preview.locator("body[data-drawn='3']").waitFor();
  await window.preview.getByRole("button", { name: "Whole project" }).click();
  await name("twelve_months").waitFor();
  await window.reload();
  await window.preview.locator("h1", { hasText: "Lineage of the whole project" }).waitFor();
}));

test("the lineage as a list, the check of the whole workspace, and the menu of the status bar", opened(async (window) => {
  await window.checked();
  await window.goTo("type: bar");
  await window.command("viz: Lineage of the object at the cursor");
  await window.page.locator(".quick-input-title", { hasText: "insight sales_by_month uses" }).waitFor();
  const rows = window.page.locator(".quick-input-list .monaco-list-row");
  for (const name of ["city", "orders", "months"]) {
    await rows.filter({ hasText: name }).first().waitFor();
  }
  await window.screenshot("lineage-list");
  await window.page.keyboard.press("Escape");

  await window.status.click();
  await window.choose("Check the whole workspace");
  await window.page.locator(".xterm-rows", { hasText: "2 errors, 0 warnings" }).first().waitFor();
  await window.screenshot("check-workspace");
}));

test("the preview is there again when the window is loaded anew", opened(async (window) => {
  await window.checked();
  await window.goTo("x: ?{ ${ref(orders).month} }", 10);
  await window.command("viz: Preview the insight at the cursor");
  await window.preview.locator(".chart[data-drawn=true]").waitFor();
  await window.preview.locator("[role=tab]", { hasText: "Rows" }).click();
  await window.preview.locator("td", { hasText: "150" }).waitFor();
  await window.reload();
  await window.preview.locator("td", { hasText: "150" }).waitFor();
  await window.preview.locator("h1", { hasText: "sales_by_month" }).waitFor();
}));

test("each folder of a workspace is a project of its own", opened(async (window) => {
  await window.status.filter({ hasText: "2 errors" }).waitFor();
  await window.page.keyboard.press("Control+Shift+M");
  await window.problems.filter({ hasText: "nothing is called `nowhere`" }).first().waitFor();
  await window.problems.filter({ hasText: "nothing is called `ctiy`" }).first().waitFor();
  await window.goToFile("second.yml");
  await window.status.filter({ hasText: "1 error" }).waitFor();
}, "project.visivo.yml", addFolder));

/** A second folder beside the first, and a workspace of both. */
function addFolder(folder) {
  const second = path.join(folder, "../second");
  mkdirSync(second);
  writeFileSync(path.join(second, "project.visivo.yml"), "name: second\nincludes:\n  - path: second.yml\n");
  writeFileSync(path.join(second, "second.yml"), "charts:\n  - name: c\n    insights: [ref(nowhere)]\n");
  const workspace = path.join(folder, "../both.code-workspace");
  writeFileSync(workspace, JSON.stringify({ folders: [{ path: "shop" }, { path: "second" }] }));
  return { workspace };
}
