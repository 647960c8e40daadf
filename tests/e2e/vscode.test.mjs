// The packed extension in a real VS Code, on copies of its sample project.
import assert from "node:assert/strict";
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
  await window.editor.locator(".view-line").first().click();
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
  await window.editor.locator(".squiggly-error").first().waitFor({ state: "attached" });
  await window.goTo("input: ${ref(city)}", 13);
  await window.command("Show or Focus Hover");
  const hover = window.page.locator(".monaco-hover-content", { hasText: "Boise" }).first();
  await hover.waitFor();
  await window.screenshot("hover");
  // The counterpart of the test without trust: here a worker reads the sources.
  assert.ok(processesBelow(path.join(code.state, "extensions")).some((words) => words.includes("sources")));
  assert.match(await hover.innerText(), /Denver/);
}));

test("a quick fix is applied, and the finding is gone", opened(async (window) => {
  await window.editor.locator(".squiggly-error").first().waitFor({ state: "attached" });
  await window.goTo("ctiy", 2);
  await window.page.keyboard.press("Control+.");
  const fix = window.page.locator(".action-widget .monaco-list-row", { hasText: "replace it by `city`" });
  await fix.waitFor();
  await window.screenshot("quick-fix");
  await window.page.keyboard.press("Enter");
  await window.line("<> '${ref(city).value}'").waitFor();
  await window.status.filter({ hasText: "1 error" }).waitFor();
}));

test("rename reaches the other file", opened(async (window) => {
  await window.editor.locator(".squiggly-error").first().waitFor({ state: "attached" });
  await window.goTo("ref(city)", 5);
  await window.page.keyboard.press("F2");
  const box = window.page.locator(".rename-box input");
  await box.waitFor();
  await box.fill("town");
  await window.screenshot("rename");
  await window.page.keyboard.press("Enter");
  await window.line("'${ref(town).value}'").waitFor();
  await window.command("File: Save All");
  await until(() => window.text("inputs.yml").includes("- name: town") && !window.text("project.visivo.yml").includes("ref(city)"), "both files are changed");
}));

test("a page is opened in the editor, without a network", opened(async (window) => {
  await window.editor.locator(".squiggly-error").first().waitFor({ state: "attached" });
  await window.goTo("'${ref(city).value}'", 2);
  await window.command("viz: Open the page of a finding");
  await window.preview.locator("h1", { hasText: /combination-syntax/ }).first().waitFor();
  await window.screenshot("page");
}));
