// Emacs 28 and Eglot 1.9, as Debian has them, with our `viz-lsp.el`.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { environment, folder, repository, run, server, shop } from "./tools.mjs";

test("diagnostics, hover, rename; YAML outside of projects is left alone", (context) => {
  const copy = shop(context);
  writeFileSync(path.join(copy, "../notes.yml"), "a: 1\n");
  const scripts = [path.join(repository, "editors/emacs/viz-lsp.el"), path.join(import.meta.dirname, "emacs.el")];
  const result = run("emacs", ["--batch", ...scripts.flatMap((script) => ["-l", script]), copy], {
    env: environment(folder(context), { PATH: `${path.dirname(server)}:${process.env.PATH}` }),
  });
  assert.equal(result.status, 0, result.all);
  assert.match(result.all, /ok rename changes the other file/);
});
