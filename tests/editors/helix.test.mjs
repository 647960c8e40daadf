// Helix can't be had from npm, PyPI or Debian: its queries are tested in the parsers, its configuration is only read.
import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { repository, run, tool } from "./tools.mjs";

test("queries for Helix", () => {
  const result = run(tool("python"), [path.join(import.meta.dirname, "helix_queries.py")]);
  assert.equal(result.status, 0, result.all);
  assert.match(result.all, /Ran 4 tests/);
});

test("languages.toml is TOML and names the server that it defines", () => {
  const read = "import json, sys, tomllib; print(json.dumps(tomllib.load(open(sys.argv[1], 'rb'))))";
  const result = run(tool("python"), ["-c", read, path.join(repository, "editors/helix/languages.toml")]);
  assert.equal(result.status, 0, result.all);
  const { language, "language-server": servers } = JSON.parse(result.stdout);
  assert.deepEqual(servers["viz-lsp"].command, "viz-lsp");
  assert.ok(language[0]["language-servers"].includes("viz-lsp"));
});
