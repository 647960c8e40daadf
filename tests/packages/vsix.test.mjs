// The .vsix that packaging/release makes: what is in it, and that its program runs where no compiler is.
import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { before, test } from "node:test";
import { environment, folder, repository, run, shop, tools } from "../editors/tools.mjs";
import { barePath } from "./bare.mjs";

const dist = path.join(tools, "dist");

before(() => {
  const made = run("bash", [path.join(repository, "packaging/release"), "--only", "vsix", "--out", dist]);
  assert.equal(made.status, 0, made.all);
});

test("holds the program, the bundles and the sample, nothing of the sources", (context) => {
  const home = folder(context);
  const packed = readdirSync(dist).filter((name) => name.endsWith(".vsix"));
  assert.equal(packed.length, 1, packed.join());
  // `python -m zipfile` forgets which files are programs; VS Code doesn't.
  const unpack = "import os, sys, zipfile\nz = zipfile.ZipFile(sys.argv[1])\nfor i in z.infolist():\n  p = z.extract(i, sys.argv[2])\n  m = i.external_attr >> 16\n  os.chmod(p, m) if m else None";
  const unpacked = run("python3", ["-c", unpack, path.join(dist, packed[0]), home]);
  assert.equal(unpacked.status, 0, unpacked.all);
  const inside = (name) => path.join(home, "extension", name);
  for (const name of ["out/extension.js", "out/preview/preview.js", "out/preview/plotly.min.js", "out/lineage/lineage.js", "out/lineage/lineage.css", "out/LICENSE-dagre.txt", "sample/project.visivo.yml", "syntaxes/viz.injection.tmLanguage.json", "LICENSE.txt"]) {
    assert.ok(existsSync(inside(name)), name);
  }
  for (const name of ["src", "test", "node_modules", "out/test"]) {
    assert.ok(!existsSync(inside(name)), name);
  }
  assert.match(readFileSync(path.join(home, "extension.vsixmanifest"), "utf8"), /TargetPlatform="linux-x64"/);

  const env = environment(home, { PATH: barePath(home) });
  const check = run(inside("server/viz-lsp"), ["--check", shop(context)], { env });
  assert.equal(check.status, 1, check.all);
  assert.match(check.stdout, /2 errors, 0 warnings/);
});
