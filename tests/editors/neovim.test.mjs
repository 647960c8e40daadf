// Neovim 0.11 with our `lsp/viz_lsp.lua` and queries, started as a user starts it: without a screen, and for the first chart with one.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { environment, folder, repository, run, server, shop, tool, tools } from "./tools.mjs";

const plugin = path.join(repository, "editors/neovim");
const here = import.meta.dirname;

function nvim(context, args, runtimepath = []) {
  const home = folder(context);
  const bin = path.dirname(server);
  const rtp = [plugin, ...runtimepath, path.join(plugin, "after")];
  const options = rtp.flatMap((each) => ["--cmd", `set runtimepath+=${each}`]);
  const common = ["--headless", "-u", "NONE", "-i", "NONE", "-n", ...options, "-l"];
  return run(tool("nvim"), [...common, ...args], { env: environment(home, { PATH: `${bin}:${process.env.PATH}` }) });
}

test("diagnostics, hover, completion, quick fix, rename", (context) => {
  const copy = shop(context);
  writeFileSync(path.join(copy, "../notes.yml"), "a: 1\n");
  const result = nvim(context, [path.join(here, "neovim/lsp.lua"), copy]);
  assert.equal(result.status, 0, result.all);
  assert.match(result.stdout, /ok rename changes the other file/);
});

test("formatting, for who asks for it", (context) => {
  for (const name of ["asked", "not"]) {
    const project = path.join(folder(context), name);
    mkdirSync(project);
    writeFileSync(path.join(project, "project.visivo.yml"), "name: shop\ninsights:\n# of a\n- name: a   # here\n  props:\n     type: bar \n     x: ?{1}\n");
    const result = nvim(context, [path.join(here, "neovim/format.lua"), project]);
    assert.equal(result.status, 0, result.all);
  }
});

const WRITTEN = `name: first
defaults:
  source_name: memory
sources:
  - name: memory
    type: duckdb
    database: ':memory:'
models:
  - name: sales
    sql: select * from (values ('North', 'shop', 8), ('North', 'web', 2), ('South', 'web', 5)) t(region, channel, amount)
inputs:
  - name: market
    type: single-select
    options: ?{ select distinct region from \${ref(sales)} order by region }
insights:
  - name: amounts
    props:
      type: bar
      x: ?{ \${ref(sales).channel} }
      y: ?{ sum(\${ref(sales).amount}) }
    interactions:
      - filter: ?{ \${ref(sales).region} = \${ref(market).value} }
charts:
  - name: overview
    insights:
      - \${ref(amounts)}
`;

test("from an empty folder to a chart that follows its input, by the keyboard and on a screen", (context) => {
  const pictures = process.env.VIZ_LSP_SCREENSHOTS ?? path.join(tools, "screenshots");
  const empty = folder(context);
  const result = nvim(context, [path.join(here, "neovim/first_chart.lua"), empty, plugin, pictures]);
  assert.equal(result.status, 0, result.all);
  assert.deepEqual(readdirSync(empty), ["project.visivo.yml"]);
  assert.equal(readFileSync(path.join(empty, "project.visivo.yml"), "utf8"), WRITTEN);
});

test("rows as bars of letters, and as a table where they are no numbers", (context) => {
  const result = nvim(context, [path.join(here, "neovim/bars.lua")]);
  assert.equal(result.status, 0, result.all);
});

test("a server that can't be started fails the script", (context) => {
  const result = run(tool("nvim"), ["--headless", "-u", "NONE", "-i", "NONE", "-n", "--cmd", `set runtimepath+=${plugin}`, "-l", path.join(here, "neovim/lsp.lua"), shop(context)], {
    env: environment(folder(context), { PATH: "/usr/bin:/bin" }),
  });
  assert.equal(result.status, 1, result.all);
});

// The parsers are built from their generated C, as nvim-treesitter builds them.
function parsers(context) {
  const runtime = folder(context);
  mkdirSync(path.join(runtime, "parser"));
  for (const [language, name] of [["yaml", "@tree-sitter-grammars/tree-sitter-yaml"], ["sql", "@derekstride/tree-sitter-sql"]]) {
    const src = path.join(here, "node_modules", name, "src");
    const files = ["parser.c", "scanner.c"].map((file) => path.join(src, file));
    const built = run("cc", ["-shared", "-fPIC", "-O0", "-I", src, ...files, "-o", path.join(runtime, "parser", `${language}.so`)]);
    assert.equal(built.status, 0, built.all);
  }
  return runtime;
}

const sample = `
models:
  - name: a
    sql: select 1 as plain
  - name: b
    sql: |
      select 2 as literal
      from t
  - name: c
    sql: >-
      select 3 as folded
  - name: d
    sql: "select 4 as quoted"
    metrics:
      - name: m
        expression: sum(5)
insights:
  - name: i
    description: select nothing
    props:
      x: ?{ a.b }
      y: "?{ c.d }"
      z: ?{ e.f }[0]
      w: |
        ?{ g.h }
    interactions:
      - filter: ?{ i = '\${ref(j).value}' }
charts:
  - insights:
      - \${ref(i)}
      - ref(k)
    path: \${env.HOME_PAGE}
`;

test("queries: SQL is injected in every style of scalar, references are highlighted", (context) => {
  const file = path.join(folder(context), "sample.yml");
  writeFileSync(file, sample);
  const result = nvim(context, [path.join(here, "neovim/queries.lua"), file], [parsers(context)]);
  assert.equal(result.status, 0, result.all);
  const lines = result.all.trim().split(/\r?\n/).map((line) => JSON.parse(line));
  const sql = lines.filter((line) => line.sql !== undefined).map((line) => line.sql.trim().replace(/\s+/g, " "));
  assert.deepEqual(sql.sort(), [
    "a.b", "c.d", "e.f }[0]", "?{ g.h }", "i = '${ref(j).value}'",
    "select 1 as plain", "select 2 as literal from t", "select 3 as folded", "select 4 as quoted", "sum(5)",
  ].sort());
  const captured = lines.filter((line) => line.capture !== undefined).map((line) => `${line.capture} ${line.text}`);
  assert.deepEqual(captured, ["markup.link ${ref(i)}", "markup.link ref(k)", "constant.macro ${env.HOME_PAGE}"]);
});
