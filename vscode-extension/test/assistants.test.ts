import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import manifest from "../package.json";
import { assistants, type Workspace } from "../src/assistants";

const workspace: Workspace = { trusted: true, program: "/bin/viz-lsp", projects: ["/w/b", "/w/a", "/w/b"], allowRead: [], home: "/home/me", cache: true };

test("one server answers for all projects of a trusted workspace", () => {
  assert.deepEqual(assistants(workspace), [{ label: "viz-lsp", command: "/bin/viz-lsp", args: ["mcp", "--root=/w/a", "--root=/w/b"] }]);
  const [own] = assistants({ ...workspace, projects: ["/w/a"], allowRead: ["/data", "~/more"], cache: false });
  assert.deepEqual(own?.args, ["mcp", "--root=/w/a", "--allow-read=/data", "--allow-read=/home/me/more", "--no-cache"]);
});

test("without trust, a program or a project there is none", () => {
  for (const missing of [{ trusted: false }, { program: undefined }, { projects: [] }]) {
    assert.deepEqual(assistants({ ...workspace, ...missing }), []);
  }
});

test("nothing lets assistants write", () => {
  assert.ok(!assistants(workspace).some(({ args }) => args.some((arg) => arg.includes("write"))));
});

test("the manifest declares the provider that is registered", () => {
  const [declared] = manifest.contributes.mcpServerDefinitionProviders;
  assert.ok(readFileSync("src/mcp.ts", "utf8").includes(`"${declared?.id}"`));
});
