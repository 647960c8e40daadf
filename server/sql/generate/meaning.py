"""Writes which functions and operators mean something else to DuckDB 1.4 (the viewers' engine) than to 2.0 (the one that we link).

    python server/sql/generate/meaning.py --viewer DIR --newer DIR             writes
    python server/sql/generate/meaning.py --viewer DIR --newer DIR --check [--sample N]
                                      fails if `meaning.tsv` is not what this script would write; with `--sample` of every N-th
                                      function, and of those in the file

Every function of one and of two arguments that both have is called with numbers at the edges of their domains, and
`date_trunc` with every part. Where one engine fails and the other does not, or the type of the result is another one, there must be a stand-in that
explains exactly that (`STRICTER`, `LAXER`; macros in `server/engine/src/viewers_macros.sql`), or the function is in `LEFT`.
`../src/engine_1_4/facts/meaning.tsv`: `function⇥argument, of how many (or nothing: the call)⇥stand-in⇥first arguments with which both do the same`.

Both folders hold a `duckdb` (`pip install --target DIR`): 1.4.3 and 2.0.1.
"""

import argparse
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations
from pathlib import Path

HERE = Path(__file__).parent
FACTS = HERE.parent / "src" / "engine_1_4" / "facts" / "meaning.tsv"
NUMBERS = {"-2": -2.0, "-1": -1.0, "-0.5": -0.5, "0": 0.0, "0.5": 0.5, "1": 1.0, "2": 2.0, "inf": float("inf"), "-inf": float("-inf"), "nan": None}
# What fails in 1.4 only, as which values do.
STRICTER = {
    "positive": lambda x: x is not None and x <= 0,
    "not_negative": lambda x: x is not None and x < 0,
    "within_one": lambda x: x is not None and abs(x) > 1,
    "not_zero": lambda x: x == 0,
    "not_one": lambda x: x == 1,
    "finite": lambda x: x is not None and abs(x) == float("inf"),
}
# What fails in 2.0 only.
LAXER = {"divisor": lambda x: x == 0, "factorial": lambda x: x is not None and x < 0}
PARTS = ("microseconds milliseconds second minute hour day week month quarter year decade century millennium isodow dow doy isoyear epoch era julian yearweek "
         "us usec microsecond ms msec millisecond s sec seconds m min mins minutes h hr hrs hours d days dayofmonth w weeks mon mons months quarters y yr yrs years").split()
# Arguments of every type; beside each stands one of every fourth.
TYPES = ["1::int", "1.5::double", "1.5::decimal(8, 2)", "'a'::varchar", "date '2024-01-05'", "timestamp '2024-01-05 10:11:12'", "time '10:11:12'", "true",
         "interval 1 day", "[1, 2]", "{'a': 1}", "map {1: 2}", "'{}'::json"]
# Which arguments each stand-in refuses.
OF_TYPE = {"map": lambda value: value.startswith("[")}
# What only 1.4 refuses for other types of arguments and is left: TIME where nobody has one, internals.
LEFT_TYPES = set("approx_top_k decode generate_subscripts reservoir_quantile sum_no_overflow time_bucket timezone timezone_hour timezone_minute union_value struct_insert struct_update "
                 "histogram histogram_exact list_intersect".split())
# What differs and is left: functions of internals, and a standard error of infinite values.
LEFT = set("reservoir_quantile sem sum_no_overflow".split())
# These do something, or give something else each time.
NEVER = set("error getenv nextval currval setseed random uuid gen_random_uuid uuidv4 uuidv7 sleep_ms write_log".split())
ASK = """
import duckdb, json, sys
connection, out = duckdb.connect(), []
for text in json.load(sys.stdin):
    try:
        found = connection.sql("select typeof(v), hash(v) from (select " + text + " as v)").fetchall()
        out.append(["ok", found[0][0] if found else ""])
    except Exception as error:
        binder = type(error).__name__ in ("BinderException", "CatalogException")
        out.append(["binder" if binder else "fails", str(error)[:60]])
json.dump(out, sys.stdout)
"""


def ask(folder, texts):
    run = subprocess.run([sys.executable, "-c", ASK], input=json.dumps(texts), text=True, capture_output=True, check=True,
                         env=os.environ | {"PYTHONPATH": str(folder)})
    return json.loads(run.stdout)


def names(folder):
    sql = ("import duckdb, json; print(json.dumps([duckdb.__version__] + [row[0] for row in duckdb.sql(\"select distinct function_name from duckdb_functions() "
           "where function_type in ('scalar', 'aggregate', 'macro') and regexp_full_match(function_name, '[a-z][a-z0-9_]*')\").fetchall()]))")
    run = subprocess.run([sys.executable, "-c", sql], text=True, capture_output=True, check=True, env=os.environ | {"PYTHONPATH": str(folder)})
    return json.loads(run.stdout)


class Measured:
    """What both engines say of calls."""

    def __init__(self, viewer, newer):
        self.folders, self.found = (viewer, newer), {}

    def learn(self, texts):
        texts = [text for text in dict.fromkeys(texts) if text not in self.found]
        with ThreadPoolExecutor(2) as both:
            answers = list(both.map(lambda folder: ask(folder, texts), self.folders))
        self.found |= dict(zip(texts, zip(*answers)))

    def fails(self, text, one, other):
        """Whether only the first engine refuses it."""
        found = self.found[text]
        return found[one][0] != "ok" and found[other][0] == "ok"


    def refuses(self, text, one, other):
        """Whether only the binder of the first engine refuses it."""
        found = self.found[text]
        return found[one][0] == "binder" and found[other][0] != "binder"


def call(name, *arguments):
    return f"({arguments[0]} {name} {arguments[1]})" if name in ("%", "//") else f"{name}({', '.join(arguments)})"


def number(value):
    return f"'{value}'::double"


def shapes_of(name):
    """How a function is called with numbers: how many, which of them is looked at, and the arguments."""
    shapes = [(1, 0, [[number(value)] for value in NUMBERS])]
    shapes += [(2, at, [[number(value), "3::double"][:: 1 - 2 * at] for value in NUMBERS]) for at in (0, 1)]
    return [shape for shape in shapes if shape[0] == 2 or name not in ("%", "//")]


def numeric(name, measured):
    """Of each argument the values with which only one engine fails."""
    for arity, at, all_ in shapes_of(name):
        texts = [call(name, *arguments) for arguments in all_]
        for one, stand_ins in ((0, STRICTER), (1, LAXER)):
            failing = {value for value, text in zip(NUMBERS.values(), texts) if measured.fails(text, one, 1 - one)}
            if failing:
                yield arity, at, failing, stand_ins


def explained(failing, stand_ins):
    """The stand-ins that fail for exactly these values."""
    values = list(NUMBERS.values())
    for count in (1, 2):
        for chosen in combinations(stand_ins, count):
            if {value for value in values if any(stand_ins[one](value) for one in chosen)} == failing:
                return chosen
    return None


def rows(measured, functions):
    lines, unexplained = set(), set()
    whole = [f"{value}::{type_}" for value in (-1, 0) for type_ in ("int", "bigint")]
    measured.learn([call(name, *arguments) for name in functions for arguments in
                    ([[value] for value in whole] if name not in ("%", "//") else []) + [["7", value] for value in whole]])
    measured.learn([call(name, *arguments) for name in functions for _, _, all_ in shapes_of(name) for arguments in all_])
    for name in functions:
        for arity, at, failing, stand_ins in numeric(name, measured):
            found = explained(failing, stand_ins)
            if found is None:
                unexplained.add(name)
            lines |= {f"{name}\t{at} of {arity}\t{one}\t" for one in found or ()}
        # 2.0 refuses whole numbers only.
        for arguments, at in [([value], 0) for value in whole] + [(["7", value], 1) for value in whole]:
            text = call(name, *arguments) if len(arguments) == 2 or name not in ("%", "//") else None
            if text and measured.fails(text, 1, 0):
                found = "divisor" if arguments[at].startswith("0") else "factorial"
                lines.add(f"{name}\t{at} of {len(arguments)}\t{found}\t")
    # Types of dates.
    for name in [name for name in ("date_trunc", "datetrunc") if name in functions]:
        texts = {part: f"{name}('{part}', timestamp '2024-05-05 10:11:12')" for part in PARTS}
        measured.learn(texts.values())
        alike = [part for part, text in texts.items() if measured.found[text][0] == measured.found[text][1]]
        other = {measured.found[text][0][1] for part, text in texts.items() if part not in alike}
        if other != {"DATE"}:
            unexplained.add(name)
        lines.add(f"{name}\t\tdate_trunc\t{' '.join(alike)}")
    found, left = of_types(measured, functions)
    lines |= found
    unexplained |= left
    if "regexp_replace" in functions:
        for count, flags in (3, ""), (4, ", 'g'"):
            measured.learn([text := rf"regexp_replace('a', '(a)', '\2'{flags})"])
            if measured.fails(text, 1, 0):
                lines.add(f"regexp_replace\t2 of {count}\treplacement\t")
    lines = {line for line in lines if line.split("\t")[0] not in LEFT}
    return sorted(lines), sorted(unexplained - LEFT)


def of_types(measured, functions):
    """Arguments of types that only 1.4 refuses, and texts that are no numbers to it."""
    lines, unexplained = set(), set()
    plain = [name for name in functions if name not in ("%", "//") and name not in LEFT_TYPES]
    one = {name: [(0, 1, value, call(name, value)) for value in TYPES] for name in plain}
    for name in plain:
        one[name] += [(at, 2, value, call(name, *[value, other][:: 1 - 2 * at])) for at in (0, 1) for value in TYPES for other in TYPES[::4]]
    texts = {name: [(0, 1, call(name, "'5'"), call(name, "'5'::varchar"))] +
             [(at, 2, *(call(name, *[value, other][:: 1 - 2 * at]) for value in ("'5'", "'5'::varchar"))) for at in (0, 1) for other in ("3::double", "3::int")]
             for name in plain}
    measured.learn([asked[-1] for calls in one.values() for asked in calls] + [text for calls in texts.values() for asked in calls for text in asked[2:]])
    for name in plain:
        for at, arity, value, text in one[name]:
            if measured.refuses(text, 0, 1):
                found = [stand_in for stand_in, holds in OF_TYPE.items() if holds(value)]
                lines |= {f"{name}\t{at} of {arity}\t{stand_in}\t" for stand_in in found}
                if not found:
                    unexplained.add(name)
        for at, arity, text, cast in texts[name]:
            # A cast to text is what 1.4 means.
            if measured.refuses(text, 0, 1) and measured.found[cast][1][0] == "binder":
                lines.add(f"{name}\t{at} of {arity}\ttext\t")
    return lines, unexplained


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--check", action="store_true")
    options.add_argument("--sample", type=int, default=1)
    options.add_argument("--viewer", type=Path, required=True)
    options.add_argument("--newer", type=Path, required=True)
    options = options.parse_args()
    found = [names(folder) for folder in (options.viewer, options.newer)]
    if [one[0] for one in found] != ["1.4.3", "2.0.1"]:
        sys.exit(f"DuckDB 1.4.3 and 2.0.1 are needed, not {found[0][0]} and {found[1][0]}")
    written = FACTS.read_text().splitlines() if FACTS.exists() else []
    known = {line.split("\t")[0] for line in written}
    both = sorted(set(found[0]) & set(found[1]) - NEVER)
    functions = [name for at, name in enumerate(both) if at % options.sample == 0 or name in known] + ["%", "//"]
    measured = Measured(options.viewer, options.newer)
    lines, unexplained = rows(measured, functions)
    print(f"{len(functions)} functions, {len(measured.found)} calls, {len(lines)} rows; unexplained: {unexplained}")
    if not options.check:
        FACTS.write_text("\n".join(lines) + "\n")
    elif lines != written:
        print("\n".join(sorted(set(lines) ^ set(written))))
        sys.exit("meaning.tsv is not what this script writes")
    sys.exit(1 if unexplained else 0)


if __name__ == "__main__":
    main()
