import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import manifest from "../package.json";

const source = readFileSync("src/extension.ts", "utf8");
const declared = manifest.contributes.commands.map(({ command }) => command);

test("every command of the manifest is registered", () => {
  for (const command of declared) {
    assert.ok(source.includes(`"${command}":`), command);
  }
});

test("menus and the walkthrough name commands that exist", () => {
  const { menus, walkthroughs } = manifest.contributes;
  const used = Object.values(menus).flat().map(({ command }) => command);
  const linked = walkthroughs.flatMap(({ steps }) => steps.flatMap(({ description }) => [...description.matchAll(/command:(viz\.\w+)/g)].map(([, name]) => name ?? "")));
  assert.ok(linked.length > 0);
  for (const command of [...used, ...linked]) {
    assert.ok(declared.includes(command), command);
  }
  for (const { media } of walkthroughs.flatMap(({ steps }) => steps)) {
    assert.ok(readFileSync(media.markdown, "utf8").length > 0);
  }
});

test("it wakes for YAML, since a project may begin at any time, and starts a server for projects only", () => {
  assert.deepEqual(manifest.activationEvents.filter((event) => event.startsWith("onLanguage") || event === "*"), ["onLanguage:yaml"]);
  assert.ok(manifest.activationEvents.includes("workspaceContains:**/project.visivo.yml"));
  assert.ok(source.includes("whenThereIsAProject(() => start("));
  assert.equal(source.match(/session\.restart\(\)/g)?.length, source.slice(source.indexOf("function start(")).match(/session\.restart\(\)/g)?.length);
});

test("a new project is the one that the program shows on a terminal", () => {
  const program = readFileSync("../server/viz-lsp/src/cli/first_steps.rs", "utf8");
  assert.ok(program.includes(readFileSync("starter/project.visivo.yml", "utf8")));
});

test("no schema is given to other YAML servers: what we find is not to be told twice", () => {
  assert.ok(!("yamlValidation" in manifest.contributes) && !("jsonValidation" in manifest.contributes));
});

test("every setting has a description", () => {
  for (const [name, setting] of Object.entries(manifest.contributes.configuration.properties)) {
    assert.ok("description" in setting || "markdownDescription" in setting, name);
  }
});
