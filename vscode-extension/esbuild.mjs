// Bundles the extension and the pages of its panels (or, with --tests, the tests) into out/; copies the grammar and plotly,
// and the licences of what is packed.
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
await mkdir("out/preview", { recursive: true });
await copyFile("node_modules/plotly.js-dist-min/plotly.min.js", "out/preview/plotly.min.js");
for (const licence of ["LICENSE-APACHE", "LICENSE-MIT"]) {
  await copyFile(`../${licence}`, `out/${licence}.txt`);
}
for (const name of ["dagre", "graphlib"]) {
  await copyFile(`node_modules/@dagrejs/${name}/LICENSE`, `out/LICENSE-${name}.txt`);
}

const extension = {
  ...common,
  entryPoints: ["src/extension.ts"],
  outfile: "out/extension.js",
  external: ["vscode"],
  sourcemap: !flags.has("--minify"),
  minify: flags.has("--minify"),
};
const pages = {
  ...common,
  platform: "browser",
  format: "iife",
  target: "es2022",
  entryPoints: ["preview", "lineage"].flatMap((name) => [
    { in: `src/${name}/webview.ts`, out: `${name}/${name}` },
    { in: `media/${name}.css`, out: `${name}/${name}` },
  ]),
  outdir: "out",
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
for (const options of flags.has("--tests") ? [tests] : [extension, pages]) {
  const build = await context(options);
  if (flags.has("--watch")) {
    await build.watch();
  } else {
    await build.rebuild();
    await build.dispose();
  }
}
