// What a person sees who starts `viz-lsp` on a terminal.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { folder, run, server, shop } from "../editors/tools.mjs";

// `script` gives the program a terminal.
const onTerminal = (cwd) => run("script", ["-qec", server, "/dev/null"], { cwd, input: "" });

test("without a project it says what to do, and the project that it shows is one without faults", (context) => {
  const empty = folder(context);
  const { status, stdout } = onTerminal(empty);
  assert.equal(status, 0, stdout);
  assert.match(stdout, /There is no project here/);
  const lines = stdout.split(/\r?\n/);
  const from = lines.findIndex((line) => line === "    name: first");
  const project = lines.slice(from, lines.indexOf("", from)).map((line) => line.slice(4));
  writeFileSync(path.join(empty, "project.visivo.yml"), project.join("\n"));
  const check = run(server, ["--check"], { cwd: empty });
  assert.equal(check.status, 0, check.all);
  assert.match(check.stdout, /1 of 1 covered, 2 combinations; 0 errors, 0 warnings/);
});

test("in a project it names the command", (context) => {
  const { stdout } = onTerminal(shop(context));
  assert.match(stdout, /This is the project .*shop[.] To check it:\s+viz-lsp check/);
});

test("a check without a project says how to name one", (context) => {
  const check = run(server, ["--check"], { cwd: folder(context) });
  assert.equal(check.status, 2);
  assert.match(check.stderr, /no project here: .*\n.*viz-lsp check PATH/);
});

test("paths outside of projects are no error where a hook passes them", (context) => {
  const cwd = folder(context);
  writeFileSync(path.join(cwd, "other.yml"), "a: 1\n");
  assert.equal(run(server, ["--check", "other.yml"], { cwd }).status, 2);
  const skipped = run(server, ["--check", "--skip-unrelated", "other.yml"], { cwd });
  assert.deepEqual([skipped.status, skipped.stderr], [0, ""], skipped.all);
});
