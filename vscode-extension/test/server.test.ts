import assert from "node:assert/strict";
import { test } from "node:test";
import { findServer, notFound, type Surroundings } from "../src/server";

function around(files: string[], changes: Partial<Surroundings> = {}): Surroundings {
  return {
    platform: "linux",
    pathVariable: "/usr/local/bin:/usr/bin",
    home: "/home/ada",
    extensionFolder: "/ext",
    workspaceFolder: "/work/shop",
    isFile: (file) => files.includes(file),
    ...changes,
  };
}

test("the setting wins over everything", () => {
  const files = ["/opt/viz-lsp", "/ext/server/viz-lsp", "/usr/bin/viz-lsp"];
  assert.deepEqual(findServer("/opt/viz-lsp", around(files)), { found: "/opt/viz-lsp", where: "setting" });
});

test("a setting that names nothing is not replaced by another program", () => {
  const search = findServer("/opt/viz-lsp", around(["/usr/bin/viz-lsp"]));
  assert.deepEqual(search, { found: undefined, looked: ["/opt/viz-lsp"] });
  assert.match(notFound({ looked: ["/opt/viz-lsp"] }, "/opt/viz-lsp"), /names \/opt\/viz-lsp, which is no file/);
});

test("~ is the home folder", () => {
  assert.deepEqual(findServer("~/bin/viz-lsp", around(["/home/ada/bin/viz-lsp"])), { found: "/home/ada/bin/viz-lsp", where: "setting" });
});

test("a file called ~x is no home folder", () => {
  assert.deepEqual(findServer("~x", around([])), { found: undefined, looked: ["/work/shop/~x"] });
});

test("a relative setting starts at the workspace folder", () => {
  const file = "/work/shop/tools/viz-lsp";
  assert.deepEqual(findServer("tools/viz-lsp", around([file])), { found: file, where: "setting" });
  assert.deepEqual(findServer("./tools/viz-lsp", around([file])), { found: file, where: "setting" });
});

test("white-space is no setting", () => {
  assert.deepEqual(findServer("  ", around(["/usr/bin/viz-lsp"])), { found: "/usr/bin/viz-lsp", where: "path" });
});

test("extension, then PATH in its order, then Cargo", () => {
  const cargo = "/home/ada/.cargo/bin/viz-lsp";
  const all = ["/ext/server/viz-lsp", "/usr/local/bin/viz-lsp", "/usr/bin/viz-lsp", cargo];
  const found = (from: number): string | undefined => findServer("", around(all.slice(from))).found;
  assert.deepEqual([0, 1, 2, 3].map(found), all);
  assert.deepEqual(findServer("", around([cargo])), { found: cargo, where: "cargo" });
});

test("empty parts of the PATH are not the current folder", () => {
  const search = findServer("", around([], { pathVariable: "::/usr/bin:" }));
  assert.deepEqual(search, { found: undefined, looked: ["/ext/server/viz-lsp", "/usr/bin/viz-lsp", "/home/ada/.cargo/bin/viz-lsp"] });
  assert.match(notFound({ looked: [] }, ""), /not on the PATH/);
});

test("no PATH at all", () => {
  assert.equal(findServer("", around([], { pathVariable: undefined })).found, undefined);
});

test("Windows: .exe, semicolons, backslashes, drive letters", () => {
  const windows: Partial<Surroundings> = {
    platform: "win32",
    pathVariable: "C:\\Windows;D:\\tools",
    home: "C:\\Users\\ada",
    extensionFolder: "C:\\ext",
    workspaceFolder: "C:\\work\\shop",
  };
  const onPath = "D:\\tools\\viz-lsp.exe";
  assert.deepEqual(findServer("", around([onPath], windows)), { found: onPath, where: "path" });
  assert.deepEqual(findServer(onPath, around([onPath], windows)), { found: onPath, where: "setting" });
  const inHome = "C:\\Users\\ada\\bin\\viz-lsp.exe";
  assert.deepEqual(findServer("~\\bin\\viz-lsp.exe", around([inHome], windows)), { found: inHome, where: "setting" });
});
