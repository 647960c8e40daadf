// The wheel that packaging/release makes, installed where no compiler is; and pre-commit with it.
import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { before, test } from "node:test";
import { environment, folder, repository, run, server, shop, tool, tools } from "../editors/tools.mjs";
import { barePath } from "./bare.mjs";

const dist = path.join(tools, "dist");

before(() => {
  const made = run("bash", [path.join(repository, "packaging/release"), "--only", "wheel", "--out", dist]);
  assert.equal(made.status, 0, made.all);
});

test("installs and checks without a compiler on the PATH", (context) => {
  const home = folder(context);
  const env = environment(home, { PATH: barePath(home) });
  const venv = path.join(home, "venv");
  for (const command of [
    ["python3", "-m", "venv", venv],
    [path.join(venv, "bin/pip"), "install", "--quiet", "--no-index", "--find-links", dist, "viz-lsp"],
  ]) {
    const result = run(path.isAbsolute(command[0]) ? command[0] : path.join(env.PATH, command[0]), command.slice(1), { env });
    assert.equal(result.status, 0, result.all);
  }
  const program = path.join(venv, "bin/viz-lsp");
  const version = run(program, ["--version"], { env });
  assert.match(version.stdout, /^viz-lsp 0\./);
  const check = run(program, ["--check", shop(context), "--format", "json"], { env });
  assert.equal(check.status, 1, check.stderr);
  const codes = JSON.parse(check.stdout).projects[0].diagnostics.map((each) => each.code);
  assert.deepEqual(codes.sort(), ["combination-syntax", "unknown-reference"]);
});

test("the two Python projects and the workspace have one version", () => {
  const cargo = /\[workspace\.package\]\nversion = "([^"]+)"/.exec(readFileSync(path.join(repository, "Cargo.toml"), "utf8"))[1];
  const hook = readFileSync(path.join(repository, "pyproject.toml"), "utf8");
  assert.match(hook, new RegExp(`\\nversion = "${cargo}"`));
  assert.match(hook, new RegExp(`"viz-lsp==${cargo}"`));
  assert.deepEqual(readdirSync(dist).filter((name) => name.endsWith(".whl")).map((name) => name.split("-")[1]), [cargo]);
});

// What pre-commit clones: the two files that it reads, as a repository of their own with a revision.
function hooks(context, env) {
  const clone = path.join(folder(context), "viz-lsp");
  mkdirSync(clone);
  for (const file of [".pre-commit-hooks.yaml", "pyproject.toml"]) {
    cpSync(path.join(repository, file), path.join(clone, file));
  }
  commit(clone, env);
  return { clone, revision: git(clone, env, "rev-parse", "HEAD").stdout.trim() };
}

function git(cwd, env, ...args) {
  const result = run("git", args, { cwd, env });
  assert.equal(result.status, 0, result.all);
  return result;
}

function commit(cwd, env) {
  git(cwd, env, "init", "--quiet");
  git(cwd, env, "add", "--all");
  git(cwd, env, "-c", "user.name=test", "-c", "user.email=test@example.org", "commit", "--quiet", "--no-verify", "-m", "test");
}

function scratch(context, id, path_) {
  const env = environment(folder(context), { PATH: path_, PIP_FIND_LINKS: dist });
  const { clone, revision } = hooks(context, env);
  const work = path.dirname(shop(context));
  writeFileSync(path.join(work, ".pre-commit-config.yaml"), `repos:\n  - repo: ${clone}\n    rev: ${revision}\n    hooks:\n      - id: ${id}\n`);
  commit(work, env);
  return { work, env, hook: (...args) => run(tool("pre-commit"), ["run", ...args], { cwd: work, env }) };
}

for (const id of ["viz-lsp", "viz-lsp-wheel"]) {
  test(`pre-commit, hook ${id}: faults stop the commit, fixed files pass, other YAML is no matter`, (context) => {
    const bare = barePath(folder(context));
    const found = id === "viz-lsp" ? `${path.dirname(server)}:${bare}` : bare;
    const { work, env, hook } = scratch(context, id, found);
    const faulty = hook("--all-files");
    assert.equal(faulty.status, 1, faulty.all);
    assert.match(faulty.stdout, /error\[combination-syntax\]: this filter breaks when `city` is "O'Fallon"/);

    // Only the other file is passed; the project is checked whole all the same.
    writeFileSync(path.join(work, "shop/inputs.yml"), readFileSync(path.join(work, "shop/inputs.yml"), "utf8").replace(" order by", " where city <> 'O''Fallon' order by"));
    const file = path.join(work, "shop/project.visivo.yml");
    writeFileSync(file, readFileSync(file, "utf8").replace("ctiy", "city"));
    git(work, env, "add", "--all");
    const fixed = hook();
    assert.equal(fixed.status, 0, fixed.all);
    assert.match(fixed.stdout, /Passed/);

    const stranger = hook("--files", ".pre-commit-config.yaml");
    assert.equal(stranger.status, 0, stranger.all);
  });
}
