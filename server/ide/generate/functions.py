"""Writes data/functions.tsv from DuckDB's own `duckdb_functions()`.

    pip install duckdb==2.0.0
    python3 server/ide/generate/functions.py

One line for each function that a query may call: name, kind, signatures, description, an example.
Signatures are joined by `|`; tabs and line ends in texts become spaces.
"""

import pathlib
import re

import duckdb

SHOWN_SIGNATURES = 6
SHOWN_PARAMETERS = 8
# Names that nobody writes into a dashboard: one per collation, and those that look into DuckDB itself.
INTERNAL = ("__", "collate_", "duckdb_", "icu_", "pg_", "pragma_", "test_")
# What DuckDB's grammar has in place of a function.
GRAMMAR = [("coalesce", "scalar", "(value any, any…) → any", "The first argument that is not NULL", "coalesce(a, b, 0)")]
OUT = pathlib.Path(__file__).parent.parent / "data" / "functions.tsv"
WORD = re.compile(r"^[a-z_][a-z0-9_]*$")


def flat(text):
    return re.sub(r"\s+", " ", str(text)).strip()


def signature(row):
    names = row["parameters"] or []
    types = row["parameter_types"] or []
    parts = []
    for index, name in enumerate(names):
        kind = types[index] if index < len(types) and types[index] else None
        plain = flat(name).strip("'")
        # Many functions call their parameters col0, col1, …
        unnamed = re.fullmatch(r"col\d+", plain)
        parts.append(kind or "any" if unnamed else (f"{plain} {kind}" if kind else plain))
    if len(parts) > SHOWN_PARAMETERS:
        parts = parts[:SHOWN_PARAMETERS] + ["…"]
    if row["varargs"]:
        parts.append(f"{row['varargs']}…")
    returns = f" → {row['return_type']}" if row["return_type"] else ""
    return f"({', '.join(parts)}){returns}".replace("|", "/")


def main():
    connection = duckdb.connect(config={"autoinstall_known_extensions": False, "autoload_known_extensions": False})
    connection.execute("load icu")
    result = connection.execute(
        """
        select function_name, function_type, return_type, parameters, parameter_types, varargs, description, examples
        from duckdb_functions()
        where function_type in ('scalar', 'aggregate', 'macro', 'table', 'table_macro') and schema_name in ('main', 'pg_catalog')
        order by function_name, function_type, len(parameters), parameter_types::varchar, return_type
        """
    )
    columns = [column[0] for column in result.description]
    functions = {}
    for values in result.fetchall():
        row = dict(zip(columns, values))
        name = row["function_name"]
        if not WORD.match(name) or name.startswith(INTERNAL):
            continue
        entry = functions.setdefault(name, {"kinds": [], "signatures": [], "text": "", "example": ""})
        if row["function_type"] not in entry["kinds"]:
            entry["kinds"].append(row["function_type"])
        shown = signature(row)
        if shown not in entry["signatures"]:
            entry["signatures"].append(shown)
        entry["text"] = entry["text"] or flat(row["description"] or "")
        entry["example"] = entry["example"] or flat((row["examples"] or [""])[0])
    for name, kind, shown, text, example in GRAMMAR:
        functions.setdefault(name, {"kinds": [kind], "signatures": [shown], "text": text, "example": example})
    lines = [f"# {connection.execute('select version()').fetchone()[0]}, made by generate/functions.py"]
    for name, entry in sorted(functions.items()):
        # First one of each number of parameters, then the rest.
        counts, first, rest = set(), [], []
        for shown in entry["signatures"]:
            count = shown.split(")")[0].count(",") + ("()" not in shown)
            (rest if count in counts else first).append(shown)
            counts.add(count)
        signatures = "|".join((first + rest)[:SHOWN_SIGNATURES])
        lines.append("\t".join([name, "/".join(entry["kinds"]), signatures, entry["text"], entry["example"]]))
    OUT.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(functions)} functions, {OUT.stat().st_size} bytes")


if __name__ == "__main__":
    main()
