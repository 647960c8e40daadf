"""Writes which operands 1.4 has in each two operators side by side (`../tests/groupings.tsv`): the text, and with parentheses
what 1.4 reads, if 2.0 reads something else without them.

    python server/sql/generate/groupings.py --newer DIR             writes
    python server/sql/generate/groupings.py --newer DIR --check     fails if the file is not what this script would write

Both engines give their trees with `json_serialize_sql`; that of 1.4 is looked for among those of 2.0 for the text with
parentheses around either operand. Needs DuckDB 1.4.3 (`requirements.txt`), and 2.0.1 in the folder `--newer`.
"""

import argparse
import itertools
import json
import os
import subprocess
import sys
from pathlib import Path

ORACLE = Path(__file__).parent.parent / "tests" / "groupings.tsv"
BETWEEN = ["or", "and", "=", "==", "<>", "is distinct from", "+", "*", "^", "||", "->", "->>", "&", ">>", "@>", "^@", "~", "!~~", "like", "not ilike",
           "similar to", "in", "not in", "collate", "at time zone"]
BEFORE = ["not", "-", "@"]
BEHIND = ["is null", "notnull", "is not true", "::int", "[1]", "!", "in (x)", "not in (x)"]
WITH_AND = ["between x and", "not between x and", "like x escape"]
# What says nothing of the tree, or is said in other words.
LEFT_OUT = {"alias", "query_location", "query_location_length", "schema", "catalog", "is_operator", "export_state", "qualified_name",
            "is_legacy_function_call", "order_bys", "filter", "distinct", "syntax_type", "cast_type", "try_cast", "class", "function_name", "type"}
OTHER_NAMES = {"regexp_matches": "regexp_full_match", "!__postfix": "factorial"}
ASK = """
import duckdb, json, sys
connection = duckdb.connect()
json.dump([duckdb.__version__] + [connection.execute("select json_serialize_sql(?::varchar)", [text]).fetchone()[0] for text in json.load(sys.stdin)], sys.stdout)
"""


def trees(version, path, texts):
    run = subprocess.run([sys.executable, "-c", ASK], input=json.dumps([f"select {text}" for text in texts]), text=True, capture_output=True,
                         check=True, env=os.environ | path)
    found, *answers = json.loads(run.stdout)
    if found != version:
        sys.exit(f"DuckDB {version} is needed, not {found}")
    answers = map(json.loads, answers)
    return [None if answer["error"] else tree(answer["statements"][0]["node"]["select_list"][0]) for answer in answers]


def tree(node):
    if isinstance(node, list):
        return [found for found in map(tree, node) if found is not None]
    if not isinstance(node, dict):
        return None
    if not node or node.get("class") == "TYPE" or not node.keys() - {"id", "type_info"}:
        return None
    if set(node) == {"name", "expression"}:
        return tree(node["expression"])
    if node.get("class") == "COLUMN_REF":
        return ".".join(node["column_names"])
    if node.get("class") == "CONSTANT":
        return "constant"
    kind = node.get("function_name") or node.get("type")
    # 1.4 negates comparisons at once.
    negated = kind == "COMPARE_NOT_IN"
    pieces = [tree(value) for key, value in node.items() if key not in LEFT_OUT and isinstance(value, (dict, list))]
    pieces = [piece for piece in pieces if piece is not None]
    out = [OTHER_NAMES.get(kind, kind) if not negated else "COMPARE_IN", *pieces]
    return ["OPERATOR_NOT", [out]] if negated else out


def texts():
    """Each text with the two ways to put parentheses into it."""
    for one, other in itertools.product(BETWEEN, BETWEEN):
        yield f"a {one} b {other} c", [f"(a {one} b) {other} c", f"a {one} (b {other} c)"]
    for sign, one in itertools.product(BEFORE, BETWEEN):
        # 2.0 writes the negation of a comparison as such.
        if sign != "not" or one not in ("=", "==", "<>"):
            yield f"{sign} a {one} b", [f"({sign} a) {one} b", f"{sign} (a {one} b)"]
    for behind, one in itertools.product(BEHIND, BETWEEN):
        yield f"a {one} b {behind}", [f"(a {one} b) {behind}", f"a {one} (b {behind})"]
        # 1.4 reads `!` between operands as another operator, which it does not have.
        if behind != "!":
            yield f"a {behind} {one} b", [f"(a {behind}) {one} b"]
    for words, one in itertools.product(WITH_AND, BETWEEN):
        yield f"a {one} b {words} y", [f"(a {one} b) {words} y", f"a {one} (b {words} y)"]
        yield f"a {words} y {one} b", [f"(a {words} y) {one} b", f"a {words} (y {one} b)"]


def oracle(newer):
    asked = list(texts())
    plain = [text for text, _ in asked]
    newer_path = {"PYTHONPATH": str(newer)}
    older, here = trees("1.4.3", {}, plain), trees("2.0.1", newer_path, plain)
    ways = iter(trees("2.0.1", newer_path, [way for _, ways in asked for way in ways]))
    lines = []
    for (text, candidates), of_older, of_newer in zip(asked, older, here):
        fitting = [way for way, found in zip(candidates, [next(ways) for _ in candidates]) if found == of_older]
        if of_older is None or of_newer is None:
            continue
        if of_older == of_newer:
            lines.append(text)
        elif fitting:
            lines.append(f"{text}\t{fitting[0]}")
        else:
            sys.exit(f"1.4 reads something else: {text}")
    return "\n".join(lines) + "\n"


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--check", action="store_true")
    options.add_argument("--newer", type=Path, required=True)
    options = options.parse_args()
    made = oracle(options.newer)
    if not options.check:
        ORACLE.write_text(made)
        print(ORACLE.name, ORACLE.stat().st_size, "bytes")
    elif ORACLE.read_text() != made:
        sys.exit(f"{ORACLE.name} is not what this script writes")


if __name__ == "__main__":
    main()
