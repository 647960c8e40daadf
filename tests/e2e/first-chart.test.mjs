// From an empty folder to a drawn chart, by the keyboard, in a real VS Code: what somebody does on the first day.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { inOpened, start, until } from "./workbench.mjs";

let code;
before(async () => {
  code = await start({ trusted: true });
});
after(() => code?.stop());

const WRITTEN = `name: first
cli_version: 2.2.1
defaults:
  source_name: memory
sources:
  - name: memory
    type: duckdb
    database: ':memory:'
models:
  - name: sales
    sql: select * from (values ('North', 'shop', 8), ('North', 'web', 2), ('South', 'web', 5)) as t(region, channel, amount)
inputs:
  - name: market
    type: single-select
    options: ?{ select distinct region from \${ref(sales)} order by region }
insights:
  - name: amounts
    props:
      type: bar
      x: ?{ \${ref(sales).channel} }
      y: ?{ sum(\${ref(sales).amount}) }
    interactions:
      - filter: ?{ \${ref(sales).region} = \${ref(market).value} }
charts:
  - name: overview
    insights:
      - \${ref(amounts)}
`;

test("an empty folder, a new project, a mistake and its fix, and a chart that follows its control", inOpened(() => code.openEmpty(), async (window) => {
  const { page } = window;
  await window.command("viz: New project");
  await window.line("name: first").waitFor();
  await window.status.filter({ hasText: "1 checked" }).waitFor();
  await window.screenshot("first-chart-1-new-project");

  // Its source stays, its example goes.
  await window.goTo("models:", 0);
  await page.keyboard.press("Control+Shift+End");
  await page.keyboard.press("Delete");

  await window.complete("mod", "models");
  await window.value("sales");
  await window.type("select * from (values ('North', 'shop', 8), ('North', 'web', 2), ('South', 'web', 5)) as t(region, channel, amount)");
  await window.newLine(2);

  await window.complete("inp", "inputs");
  await window.value("market");
  await window.choice("single-select");
  await window.type("?{ select distinct region from ");
  await window.complete("sal", "sales");
  await window.type(" order by region ");
  await window.newLine(2);
  // The option query has run.
  await window.line("market").filter({ hasText: "2 options" }).waitFor();

  await window.complete("ins", "insights");
  await window.value("amounts");
  await window.complete("ba", "bar");
  await window.newLine();
  await window.complete("x", "x");
  await window.complete("sal", "sales");
  await window.complete("cha", "channel");
  await window.newLine();
  await window.complete("y", "y");
  await window.type("sum(");
  await window.complete("sal", "sales");
  await window.complete("am", "amount", { picture: "first-chart-2-completion" });
  await window.newLine(1);
  await window.complete("int", "interactions");
  await window.complete("fil", "filter");
  await window.complete("sal", "sales");
  await window.complete("reg", "region");
  await page.keyboard.press("ArrowRight");
  await window.type(" = ");
  await window.complete("mar", "market");
  await window.newLine(4);

  // Typed from memory, and wrong.
  await window.complete("cha", "charts");
  await window.type("overview");
  await window.newLine();
  await window.complete("ins", "insights");
  await window.type("amuonts");
  await page.keyboard.press("Control+Shift+M");
  await window.problems.filter({ hasText: "nothing is called `amuonts`" }).first().waitFor();
  await window.screenshot("first-chart-3-mistake");
  await page.keyboard.press("Control+S");
  await until(() => window.text("project.visivo.yml").includes("amuonts"), "the text is saved");
  await window.goTo("amuonts", 2);
  const fix = page.locator(".action-widget .monaco-list-row", { hasText: "replace it by `amounts`" });
  await window.popup("Quick Fix...", fix);
  await fix.click();
  await window.line("${ref(amounts)}").waitFor();
  await page.keyboard.press("Control+S");
  await until(() => !window.text("project.visivo.yml").includes("amuonts"), "the text is saved");
  assert.equal(window.text("project.visivo.yml").trimEnd(), WRITTEN.trimEnd());
  await window.page.locator(".markers-panel", { hasText: "No problems have been detected" }).waitFor();
  await window.status.filter({ hasText: "1 checked" }).waitFor();
  await window.command("View: Toggle Panel Visibility");
  await window.command("View: Toggle Primary Side Bar Visibility");

  await window.goTo("ref(amounts)}", 2);
  await window.command("viz: Preview the insight at the cursor");
  const bars = window.preview.locator(".chart[data-drawn=true] .bars .point path");
  const heights = () => bars.evaluateAll((all) => all.map((path) => path.getBoundingClientRect().height));
  await window.preview.locator("[role=status]", { hasText: "2 rows in" }).waitFor();
  const [shop, web] = await until(async () => {
    const all = await heights();
    return all.length === 2 && all;
  }, "two bars");
  assert.ok(Math.abs(shop / web - 8 / 2) < 0.2, `bars of 8 and 2: ${shop} and ${web} pixels`);
  await window.screenshot("first-chart");

  await window.preview.locator("[data-input=market] select").selectOption({ label: "South" });
  await window.preview.locator("[role=status]", { hasText: "1 row in" }).waitFor();
  await until(async () => (await heights()).length === 1, "one bar");
  assert.match(await window.preview.locator(".chart").getAttribute("aria-label"), /bar chart of amounts: 1 row/);
  await window.line("= ${ref(market).value").filter({ hasText: "= South" }).waitFor();
  await window.screenshot("first-chart-4-other-choice");
}));
