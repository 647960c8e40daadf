"""Writes ../src/stored_types.tsv: as what the values of a column of DuckDB's come back from the Parquet file that a run writes.

    python server/facts/generate/stored_types.py --viewer DIR           writes it
    python server/facts/generate/stored_types.py --viewer DIR --check   fails if it is not what this script would write

Needs the packages of requirements.txt, and in DIR the viewers' DuckDB (`pip install --target DIR -r requirements-viewer.txt`). A run fetches rows as Python's values, makes a frame of them with Polars, which infers
the types, and writes that: so this script does the same with a value of each type. `!` can't be written. A tuple is a list to
Polars: the pairs below `tuple` are those that fit in one.
"""

import argparse
import itertools
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb
import polars

TARGET = Path(__file__).parent.parent / "src" / "stored_types.tsv"
VALUES = {
    "BOOLEAN": "true", "TINYINT": "1", "SMALLINT": "1", "INTEGER": "1", "BIGINT": "1", "UTINYINT": "1", "USMALLINT": "1", "UINTEGER": "1",
    "UBIGINT": "1", "HUGEINT": "1", "UHUGEINT": "1", "BIGNUM": "1", "FLOAT": "1.5", "DOUBLE": "1.5", "VARCHAR": "'a'", "JSON": "'{}'", "BLOB": "'a'",
    "BIT": "'101'", "DATE": "'2024-01-01'", "TIME": "'10:00:00'", "TIME_NS": "'10:00:00'", "TIME WITH TIME ZONE": "'10:00:00+01'",
    "TIMESTAMP": "'2024-01-01 10:00:00'", "TIMESTAMP_S": "'2024-01-01 10:00:00'", "TIMESTAMP_MS": "'2024-01-01 10:00:00'",
    "TIMESTAMP_NS": "'2024-01-01 10:00:00'", "TIMESTAMP WITH TIME ZONE": "'2024-01-01 10:00:00+01'", "INTERVAL": "'1 day'",
    "UUID": "'0b0e4c5e-0000-4000-8000-000000000001'",
}
# Those that are told from each other once they are stored.
OF_TUPLES = ["BOOLEAN", "BIGINT", "DOUBLE", "DECIMAL(4,1)", "VARCHAR", "BLOB", "DATE", "TIME", "TIMESTAMP", "INTERVAL", "UUID"]


def write(connection, expression, path):
    """Writes an expression's value as a run does; nothing if that fails."""
    rows = [{"x": row[0]} for row in connection.execute(f"select {expression} as x").fetchall()]
    try:
        polars.DataFrame(rows, infer_schema_length=None).write_parquet(path)
    except Exception:
        path.unlink(missing_ok=True)


READ = """import duckdb, sys
for path in sys.argv[1:]:
    print(duckdb.sql(f"describe from '{path}'").fetchone()[1])
"""


def table(viewer):
    connection = duckdb.connect()
    value = lambda name: f"({VALUES.get(name, '1.5')})::{name}"
    expressions = {name: value(name) for name in VALUES}
    pairs = itertools.product(OF_TUPLES, repeat=2)
    expressions |= {f"tuple\t{first}\t{second}": f"({value(first)}, {value(second)})" for first, second in pairs}
    with tempfile.TemporaryDirectory() as folder:
        paths = {key: Path(folder) / f"{number}.parquet" for number, key in enumerate(expressions)}
        for key, expression in expressions.items():
            write(connection, expression, paths[key])
        written = [key for key in expressions if paths[key].exists()]
        run = subprocess.run([sys.executable, "-c", READ, *(str(paths[key]) for key in written)], text=True, check=True,
                             capture_output=True, env=os.environ | {"PYTHONPATH": str(viewer)})
    found = dict(zip(written, run.stdout.splitlines()))
    return "".join(f"{key}\t{found.get(key, '!')}\n" for key in expressions if key in found or key in VALUES)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--check", action="store_true")
    options.add_argument("--viewer", type=Path, required=True)
    options = options.parse_args()
    if not options.check:
        TARGET.write_text(table(options.viewer))
        return
    if TARGET.read_text() != table(options.viewer):
        sys.exit(f"{TARGET.name} is not what this script writes")


if __name__ == "__main__":
    main()
