"""Writes what PyYAML (as the reference's loader does) makes of scalars with each kind of line end: `../tests/line-breaks.tsv`.

    python server/syntax/generate/line_breaks.py            writes
    python server/syntax/generate/line_breaks.py --check    fails if the file is not what this script would write

Needs PyYAML (`requirements.txt`). Each line is `text⇥value of its key k`, both as JSON. What PyYAML refuses is left out.
"""

import argparse
import itertools
import json
import sys
from pathlib import Path

import yaml

ORACLE = Path(__file__).parent.parent / "tests" / "line-breaks.tsv"
BREAKS = ["\n", "\r\n", "\x85", "\u2028", "\u2029"]
# `{}` is a line end.
SHAPES = {
    "plain": ["k: a{0}  b", "k: a{0}{1}  b", "k: a {0}  {1}  b{0}  c", "k:{0}  a{1}", "k: a{0}"],
    "single": ["k: 'a{0}  b'", "k: 'a{0}{1}  b'", "k: 'a {0} {1} b{0}  '", "k: '{0}  a'", "k: '{0}'", "k: 'it''s{0}''{1} '"],
    "double": ['k: "a{0}  b"', 'k: "a{0}{1}  b"', 'k: "a {0} {1} b{0}  "', 'k: "{0}  a"', 'k: "a\\{0}  b"', 'k: "a\\{0}{1}  b"', 'k: "\\L{0}\\N{1}"'],
    "block": ["{0}  a{0}  b{0}", "{0}  a{1}  b{0}", "{0}  a{0}{1}  b{1}{0}", "{0}  a{1}   b{1}  c{0}", "{0}{1}  a{1}", "{0}  a {1}  b {1}", "{0}  e'2{1}"],
}


def oracle():
    texts = []
    for first, second in itertools.product(BREAKS, BREAKS):
        for style, shapes in SHAPES.items():
            heads = [f"k: {sign}{chomp}" for sign in "|>" for chomp in ("", "-", "+")] if style == "block" else [""]
            texts += [head + shape.format(first, second) for head in heads for shape in shapes]
    lines = []
    for text in dict.fromkeys(texts):
        try:
            value = yaml.safe_load(text)["k"]
        except (yaml.YAMLError, TypeError, KeyError):
            continue
        if isinstance(value, str):
            lines.append(f"{json.dumps(text)}\t{json.dumps(value)}")
    return "\n".join(lines) + "\n"


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--check", action="store_true")
    if not options.parse_args().check:
        ORACLE.write_text(oracle())
    elif ORACLE.read_text() != oracle():
        sys.exit(f"{ORACLE.name} is not what this script writes")


if __name__ == "__main__":
    main()
