"""Writes what PyYAML (as the reference's loader does) makes of scalars with each kind of line end: `../tests/line-breaks.tsv`.

    python server/syntax/generate/line_breaks.py            (needs PyYAML)

Each line is `text⇥value of its key k`, both as JSON. What PyYAML refuses is left out.
"""

import itertools
import json
from pathlib import Path

import yaml

BREAKS = ["\n", "\r\n", "\x85", "\u2028", "\u2029"]
# `{}` is a line end.
SHAPES = {
    "plain": ["k: a{0}  b", "k: a{0}{1}  b", "k: a {0}  {1}  b{0}  c", "k:{0}  a{1}", "k: a{0}"],
    "single": ["k: 'a{0}  b'", "k: 'a{0}{1}  b'", "k: 'a {0} {1} b{0}  '", "k: '{0}  a'", "k: '{0}'", "k: 'it''s{0}''{1} '"],
    "double": ['k: "a{0}  b"', 'k: "a{0}{1}  b"', 'k: "a {0} {1} b{0}  "', 'k: "{0}  a"', 'k: "a\\{0}  b"', 'k: "a\\{0}{1}  b"', 'k: "\\L{0}\\N{1}"'],
    "block": ["{0}  a{0}  b{0}", "{0}  a{1}  b{0}", "{0}  a{0}{1}  b{1}{0}", "{0}  a{1}   b{1}  c{0}", "{0}{1}  a{1}", "{0}  a {1}  b {1}", "{0}  e'2{1}"],
}


def main():
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
    (Path(__file__).parent.parent / "tests" / "line-breaks.tsv").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
