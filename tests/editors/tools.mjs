// What the editor tests share: where the programs are, and copies of the sample project.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import path from "node:path";

export const repository = path.resolve(import.meta.dirname, "../..");
const target = process.env.CARGO_TARGET_DIR ?? path.join(homedir(), ".cache/viz-lsp/target");

/** Where tests/run puts programs that the tests need. */
export const tools = process.env.VIZ_LSP_TOOLS ?? path.join(homedir(), ".cache/viz-lsp/tools");

/** The server as it was built. */
export const server = path.join(target, "debug/viz-lsp");

/** A program from the tests' Python environment. */
export function tool(name) {
  const file = path.join(tools, "venv/bin", name);
  if (!existsSync(file)) {
    throw new Error(`${file} is missing: tests/run editors installs it`);
  }
  return file;
}

/** A folder that is gone after the test. */
export function folder(context) {
  const made = mkdtempSync(path.join(tmpdir(), "viz-lsp-"));
  // A server that is about to end may still write to its cache: then once more.
  context.after(async () => {
    for (let left = 50; ; left--) {
      try {
        return rmSync(made, { recursive: true, force: true });
      } catch (error) {
        if (left === 0) {
          throw error;
        }
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  });
  return made;
}

/** A copy of the sample project of the VS Code extension: two faults, an option that breaks and a wrong name. */
export function shop(context) {
  const copy = path.join(folder(context), "shop");
  cpSync(path.join(repository, "vscode-extension/sample"), copy, { recursive: true });
  return copy;
}

/** Runs a program; gives its status and what it wrote. */
export function run(program, args, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: "utf8", timeout: 300_000, ...options });
  if (error) {
    throw error;
  }
  return { status, stdout, stderr, all: stdout + stderr };
}

/** An environment in which nothing below the user's own folders is read or written. */
export function environment(home, more = {}) {
  const folders = Object.fromEntries(
    ["CONFIG", "DATA", "STATE", "CACHE"].map((name) => [`XDG_${name}_HOME`, path.join(home, name.toLowerCase())]),
  );
  return { ...process.env, ...folders, HOME: home, ...more };
}
