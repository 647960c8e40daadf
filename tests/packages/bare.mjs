// A machine state without compilers: a PATH on which only these programs are.
import assert from "node:assert/strict";
import { mkdirSync, symlinkSync } from "node:fs";
import path from "node:path";
import { run } from "../editors/tools.mjs";

const NEEDED = ["bash", "cat", "dirname", "basename", "env", "git", "gzip", "ls", "mkdir", "node", "readlink", "python3", "rm", "script", "sed", "sh", "tar", "uname"];
const COMPILERS = ["cargo", "rustc", "rustup", "cc", "c++", "gcc", "g++", "clang", "ld", "make", "cmake"];

/** The PATH, made in a folder and asserted to hold no compiler. */
export function barePath(folder) {
  const bin = path.join(folder, "bin");
  mkdirSync(bin);
  for (const name of NEEDED) {
    // Python may be the shim of a version manager, which needs more on the PATH than this.
    const where = name === "python3" ? 'python3 -c "import os, sys; print(os.path.realpath(sys.executable))"' : `command -v ${name}`;
    const found = run("sh", ["-c", where]).stdout.trim();
    if (found !== "") {
      symlinkSync(found, path.join(bin, name));
    }
  }
  for (const name of COMPILERS) {
    assert.notEqual(run("/bin/sh", ["-c", `command -v ${name}`], { env: { PATH: bin } }).status, 0, `${name} is on the PATH`);
  }
  return bin;
}
