"""Makes line_ends.json: what PyYAML, the reference's loader, says of texts with line ends that YAML 1.2 doesn't know.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install PyYAML==6.0.3
    /tmp/venv/bin/python tests/data/line_ends.py > tests/data/line_ends.json
"""

import json
import random

import yaml

LINES = [
    "name: red", "models: []", "a: b", "  c: d", "  - e", "- f", "g:", "h: 'x", "  y'", "i: \"p", "  q\"", "j: |",
    "    block", "k: >-", "    folded", "# comment", "l: [1,", "  2]", "m: {n: o,", "  p: q}", "r: plain", "    goes on", "",
]
ENDS = ["\n", "\n", "\n", "\r\n", "\x85", "\u2028", "\u2029"]


def verdict(text):
    try:
        loaded = yaml.safe_load(text)
    except yaml.YAMLError:
        return "refused"
    return list(map(str, loaded)) if isinstance(loaded, dict) else "no mapping"


def main():
    chance = random.Random(2028)
    texts = ["name: red\u2028models: []", "name: red\x85models: []\x85", "# c\u2028a: 1\n", "a: 'x\u2028  y'\n", "a: |\n  x\u2028y\n"]
    while len(texts) < 600:
        lines = [chance.choice(LINES) for _ in range(chance.randint(2, 7))]
        text = "".join(line + chance.choice(ENDS) for line in lines)
        if any(end in text for end in ENDS[4:]):
            texts.append(text)
    print("[")
    print(",\n".join(json.dumps([text, verdict(text)]) for text in texts))
    print("]")


main()
