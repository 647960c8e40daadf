// A workspace that nobody has trusted: texts are parsed, no source is opened, and its own setting of the server is not used.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { inWindow, processesBelow, start } from "./workbench.mjs";

let code;
before(async () => {
  code = await start({ trusted: false });
});
after(() => code?.stop());

// A workspace that names a program of its own, as an attacker would.
function hostile(folder) {
  mkdirSync(path.join(folder, ".vscode"));
  const program = path.join(folder, "server.sh");
  writeFileSync(program, `#!/bin/sh\ntouch ${folder}/ran\n`, { mode: 0o755 });
  writeFileSync(path.join(folder, ".vscode/settings.json"), JSON.stringify({ "viz.server.path": program }));
}

test("no source is opened, and the workspace's own server doesn't run", inWindow(() => code, ["project.visivo.yml", hostile], async (window) => {
  await window.page.keyboard.press("Control+Shift+M");
  await window.problems.filter({ hasText: "nothing is called `ctiy`" }).first().waitFor();
  await window.status.filter({ hasText: /1 error|parsed only/ }).waitFor();
  // What only the source tells: that there is a city with a quote in its name.
  assert.equal(await window.problems.filter({ hasText: "O'Fallon" }).count(), 0);
  await window.goTo("input: ${ref(city)}", 13);
  const hover = window.page.locator(".monaco-hover-content", { hasText: "input" }).first();
  await window.popup("Show or Focus Hover", hover);
  assert.doesNotMatch(await hover.innerText(), /Boise/);
  await window.screenshot("untrusted");
  await window.goTo("x: ?{ ${ref(orders).month} }", 10);
  await window.command("viz: Preview the insight at the cursor");
  const message = window.preview.locator("[role=alert]");
  await message.waitFor();
  assert.match(await message.innerText(), /trust/);
  const servers = processesBelow(path.join(code.state, "extensions")).map((words) => words.slice(1).filter((word) => word !== ""));
  assert.ok(servers.some((words) => words.includes("--stdio")), "the bundled server runs");
  assert.deepEqual(servers.filter((words) => words.includes("sources")), [], "no worker that reads sources");
  assert.throws(() => window.text("ran"), /ENOENT/);
}));
