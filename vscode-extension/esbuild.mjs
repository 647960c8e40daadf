// Bundles the extension (and, with --tests, its tests) into out/, and copies the grammar into syntaxes/.
import { copyFile, mkdir, readdir, rm } from "node:fs/promises";
import { context } from "esbuild";

const flags = new Set(process.argv.slice(2));
const common = {
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  logLevel: "warning",
};

await mkdir("syntaxes", { recursive: true });
await copyFile("../grammars/viz.injection.tmLanguage.json", "syntaxes/viz.injection.tmLanguage.json");

const extension = {
  ...common,
  entryPoints: ["src/extension.ts"],
  outfile: "out/extension.js",
  external: ["vscode"],
  sourcemap: !flags.has("--minify"),
  minify: flags.has("--minify"),
};
const tests = {
  ...common,
  entryPoints: (await readdir("test")).map((name) => `test/${name}`),
  outdir: "out/test",
};

if (flags.has("--tests")) {
  await rm("out/test", { recursive: true, force: true });
}
const build = await context(flags.has("--tests") ? tests : extension);
if (flags.has("--watch")) {
  await build.watch();
} else {
  await build.rebuild();
  await build.dispose();
}
