#!/usr/bin/env python3
"""Runs the hand-written queries of this folder and writes their rows beside them (see README.md).

    python3 tests/golden/make.py            write every .json
    python3 tests/golden/make.py --check    compare, write nothing
"""

import datetime
import decimal
import json
import os
import re
import sys
from pathlib import Path

import duckdb

HERE = Path(__file__).resolve().parent


def plain(value):
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, decimal.Decimal):
        return float(value)
    return value


def header(text, key):
    found = re.search(rf"^-- {key}: (.*)$", text, re.MULTILINE)
    return json.loads(found.group(1)) if found else None


def golden(path):
    text = path.read_text()
    os.chdir(HERE.parent / "projects" / path.parent.name)
    result = duckdb.connect().execute(text)
    lines = [
        '{',
        f'  "project": {json.dumps(path.parent.name)},',
        f'  "insight": {json.dumps(path.stem)},',
        f'  "selection": {json.dumps(header(text, "selection"))},',
        f'  "ordered": {json.dumps(header(text, "ordered"))},',
        f'  "columns": {json.dumps([column[0] for column in result.description])},',
        '  "rows": [',
    ]
    rows = [json.dumps([plain(value) for value in row]) for row in result.fetchall()]
    lines += [f"    {row}," for row in rows[:-1]] + [f"    {row}" for row in rows[-1:]]
    lines += ["  ]", "}", ""]
    return "\n".join(lines), len(rows)


def main():
    differing = 0
    for path in sorted(HERE.glob("*/*.sql")):
        text, count = golden(path)
        target = path.with_suffix(".json")
        if "--check" in sys.argv[1:]:
            if not target.exists() or target.read_text() != text:
                print(f"{target.relative_to(HERE)} differs", file=sys.stderr)
                differing = 1
            continue
        target.write_text(text)
        print(f"{target.relative_to(HERE)}: {count} rows")
    sys.exit(differing)


if __name__ == "__main__":
    main()
