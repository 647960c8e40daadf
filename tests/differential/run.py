"""Insights at random: the verdict of `viz-lsp --check`, and that of composing them by SQLGlot and running every combination.

    python tests/differential/run.py PROGRAM [--count 2000] [--seed 1] [--size 250] [--edges | --foreign] [--show N]

Insights with inputs run in the viewers' engine (DuckDB compiled to WebAssembly, in Node.js), those without on the source's.
Fails if the verdicts of more than one in 200 differ, or if an insight that works has an error. Needs packages: requirements.txt
beside this, and `npm --prefix tests/golden ci`.
"""

import argparse
import collections
import itertools
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb
import sqlglot
from sqlglot.dialects.duckdb import DuckDB

import compose
import insights as generate

REPOSITORY = Path(__file__).parent.parent.parent
# What the check calls broken although its query runs.
RUNS_ALL_THE_SAME = {"missing-parentheses", "template-literal", "ambiguous-reference", "invalid-display", "unwritable-type"}


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


def in_yaml(text):
    """A statement as it is written in a project."""
    return quoted("?{ " + compose.HOLE.sub(lambda found: f"${{ref({found[1]}).{found[2]}}}" if found[2] else f"${{ref(visits).{found[1]}}}", text) + " }")


def project(insights):
    lines = ["name: generated", "cli_version: 2.2.1", "sources:", '  - { name: local, type: duckdb, database: ":memory:" }', "models:",
             "  - name: visits", "    source: ref(local)", f"    sql: {json.dumps(generate.MODEL)}"]
    for key, units in (("dimensions", generate.DIMENSIONS), ("metrics", generate.METRICS)):
        lines += [f"    {key}:", *(f"      - {{ name: {name}, expression: {json.dumps(text)} }}" for name, text in units.items())]
    lines.append("inputs:")
    for name, given in generate.INPUTS.items():
        default = f", display: {{ default: {{ values: {json.dumps(given['default'])} }} }}" if "default" in given else ""
        default = f", display: {{ type: {given['display']} }}" if "display" in given else default
        if given["kind"] == "range":
            start, step, end = given["options"]
            lines.append(f"  - {{ name: {name}, type: multi-select, range: {{ start: {start}, end: {end}, step: {step - start} }} }}")
            continue
        lines.append(f"  - {{ name: {name}, type: {given['kind']}-select, options: {json.dumps(given['options'])}{default} }}")
    lines.append("insights:")
    for each in insights:
        x, y = each["props"]
        lines += [f"  - name: {each['name']}", "    props:", "      type: bar", f"      x: {in_yaml(x)}", f"      y: {in_yaml(y)}"]
        statements = [(kind, text) for kind in ("filter", "split", "sort") for text in each[kind + "s"]]
        lines += ["    interactions:"] * bool(statements) + [f"      - {kind}: {in_yaml(text)}" for kind, text in statements]
    return "\n".join(lines) + "\n"


def states(given):
    if given["kind"] == "single":
        return [[option] for option in given["options"] if given.get("display") != "slider" or option.isdigit()]
    options = given["options"]
    if given["kind"] == "range":
        return [options[low : high + 1] for low in range(3) for high in range(low, 3)]
    # S-09: without a default the page begins with the text `all`.
    return [[], [options[0]], [options[1]], [options[1], options[0]], options, *([] if "default" in given else [["all"]])]


def run(insights):
    """Why each breaks by composing and running it, `None` where it doesn't."""
    source = duckdb.connect()
    why, jobs, asked = {}, [], []
    for each in insights:
        used = generate.inputs_of(each)
        if compose.reads_no_model(each):
            why[each["name"]] = (None, "it reads no model")
            continue
        if not used:
            query, wrong = compose.static(each, generate.MODEL)
            if wrong is None:
                try:
                    # Its file then has no columns (S-39).
                    if not source.execute(query).fetchall():
                        wrong = "it has no rows"
                except duckdb.Error as error:
                    wrong = str(error)
            why[each["name"]] = (query, wrong)
            continue
        query, wrong = compose.dynamic(each, generate.INPUTS)
        why[each["name"]] = (query, wrong)
        if wrong is None:
            inputs = [{"name": name, "multi": generate.INPUTS[name]["kind"] != "single", "states": states(generate.INPUTS[name])} for name in used]
            combinations = [list(one) for one in itertools.product(*(range(len(one["states"])) for one in inputs))]
            table = {"name": compose.TABLE, "columns": generate.COLUMNS, "csv": generate.CSV}
            jobs.append({"tables": [table], "stored": query, "inputs": inputs, "combinations": combinations, "rendered": []})
            asked.append(each["name"])
    answer = subprocess.run(["node", REPOSITORY / "tests/golden/combinations.mjs"], input=json.dumps({"jobs": jobs}), capture_output=True, text=True, check=True)
    for name, result in zip(asked, json.loads(answer.stdout)["results"]):
        if result["failed"]:
            why[name] = (result["example"]["sql"], result["example"]["error"])
    return why


def check(program, text, level):
    """The errors and the status of each insight."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "project.visivo.yml").write_text(text)
        answer = subprocess.run([program, "--check", "--no-cache", "--level", level, "--format", "json", folder], capture_output=True, text=True)
        found = json.loads(answer.stdout)["projects"][0]
    errors, warned = collections.defaultdict(list), {}
    for one in found["diagnostics"]:
        if one["severity"] == "error" and one["object"] and one["object"]["kind"] == "insight" and one["code"] not in RUNS_ALL_THE_SAME:
            errors[one["object"]["name"]].append(f"{one['code']}: {one['message']}")
        # A property that the build leaves out is told as a warning, too.
        elif one["code"] in ("combination-value", "run-error", "sql-syntax", "browser-engine") and one["object"]:
            warned[one["object"]["name"]] = one
    return errors, warned, {one["name"]: one for one in found["insights"]}


def foreign_functions():
    """Functions that SQLGlot's parser knows and DuckDB doesn't have."""
    known = {name.upper() for (name,) in duckdb.sql("select function_name from duckdb_functions()").fetchall()}
    return [name for name in sorted(set(DuckDB.Parser.FUNCTIONS) - known) if not crashes(name)]


def crashes(name):
    """Whether SQLGlot itself fails over a call, and doesn't say why."""
    for args in ("n", "'x'", "1", "n, s", "n, 'x'", "'x', 1", "n, s, d", "'x', n, 1", "1, 'x', 'x'"):
        try:
            sqlglot.transpile(f"{name}({args})", read="duckdb", write="duckdb")
        except (sqlglot.ParseError, sqlglot.TokenError):
            pass
        except Exception:
            return True
    return False


def main():
    options = argparse.ArgumentParser()
    options.add_argument("program")
    options.add_argument("--count", type=int, default=2000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--size", type=int, default=250, help="insights of one project")
    options.add_argument("--edges", action="store_true", help="zeros, negative numbers and what the engines make something else of; insights are executed")
    options.add_argument("--foreign", action="store_true", help="insights without inputs that hold what SQLGlot reads and DuckDB doesn't have")
    options.add_argument("--show", type=int, default=20)
    options = options.parse_args()
    everything = generate.insights(options.count, options.seed, options.edges, foreign_functions() if options.foreign else ())
    alarms, missed, counts, unchecked, told = [], [], collections.Counter(), collections.Counter(), collections.Counter()
    for start in range(0, options.count, options.size):
        some = everything[start : start + options.size]
        errors, warned, status = check(options.program, project(some), "execute" if options.edges else "bind")
        why = run(some)
        for each in some:
            name = each["name"]
            query, wrong = why[name]
            counts["break" if wrong else "work"] += 1
            counts[status[name]["status"]] += 1
            if bool(wrong) == bool(errors[name]):
                counts["equal"] += 1
            elif wrong and name in warned:
                counts["warned of only"] += 1
                told[f"{warned[name]['code']}: {re.sub('`.*?`', '…', warned[name]['message'])}"] += 1
            elif wrong and status[name]["status"] in ("checked", "static"):
                missed.append((each, query, wrong))
            elif wrong:
                counts["said to be unchecked"] += 1
                unchecked[json.dumps(status[name]["why"])] += 1
            else:
                alarms.append((each, query, errors[name][0]))
    for title, found in (("FALSE ERROR", alarms), ("MISSED", missed)):
        for each, query, text in found[: options.show]:
            print(f"{title} {each['name']}: {text.strip().splitlines()[0]}")
            print("   ", {part: each[part] for part in ("props", "splits", "sorts", "filters") if each[part]})
            print("   ", " ".join((query or "").split()))
    for what, count in told.most_common():
        print(count, "are warned of only:", what)
    for why, count in unchecked.most_common():
        print(count, "are said to be unchecked:", why)
    print(dict(counts), f"{len(alarms)} false errors, {len(missed)} missed")
    failed = bool(alarms) or len(missed) * 200 > options.count
    # tests/run counts these.
    print(f"{counts['equal']} verdicts equal, {len(alarms) + len(missed) if failed else 0} not")
    sys.exit(failed)


if __name__ == "__main__":
    main()
