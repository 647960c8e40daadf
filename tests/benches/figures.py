"""Figures of benches as JSON, and two of them compared.

    cargo bench … | python3 tests/benches/figures.py record FILE      prints what it reads, and writes the medians
    python3 tests/benches/figures.py compare BEFORE AFTER [FACTOR]     fails if something got slower than FACTOR times (1.5)

The figures are medians, in milliseconds (memory: MiB), by the name of the bench; of what is typed, p99 too.
"""

import json
import os
import platform
import re
import subprocess
import sys
from datetime import datetime, timezone

MILLISECONDS = {"ns": 1e-6, "µs": 1e-3, "μs": 1e-3, "ms": 1.0, "s": 1e3}
ROW = re.compile(r"^([│ ]*)[├╰]─ +(\S.*?)(?:  +.*)?$")
MEDIAN = re.compile(r"([\d.]+) (ns|µs|μs|ms|s)\s*│\s*([\d.]+) (ns|µs|μs|ms|s)\s*│\s*([\d.]+) (ns|µs|μs|ms|s)\s*│")


def read(lines):
    """The figures in the output of divan's benches, of `typing` and of `checks`."""
    figures, path, program = {}, [], ""
    for line in lines:
        if found := re.search(r"Running .*?(\w+)/benches/(\w+)\.rs|Running .*/(\w+)-[0-9a-f]+\)", line):
            program = "/".join(part for part in found.groups() if part)
        elif found := ROW.match(line):
            depth = len(found[1]) // 3
            path[depth:] = [found[2].strip()]
            # fastest │ slowest │ median │ mean
            if times := MEDIAN.search(line):
                name = "/".join([program, *path]) if program else "/".join(path)
                figures[name] = float(times[5]) * MILLISECONDS[times[6]]
        elif found := re.match(r"\| (\d+) \| ([^|]+) \| ([\d.]+)(?: ms)? \|(.*)", line):
            name = f"{program.split('/')[-1] or 'typing'}/{found[2].strip()}/{found[1]}"
            figures[name] = float(found[3])
            # p90, p99, worst
            if len(others := re.findall(r"([\d.]+) ms", found[4])) == 3:
                figures[f"{name}/p99"] = float(others[1])
    return figures


def record(path):
    lines = []
    for line in sys.stdin:
        print(line, end="", flush=True)
        lines.append(line)
    figures = read(lines)
    if not figures:
        sys.exit("no figures in the output")
    commit = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True).stdout.strip()
    about = {
        "commit": commit,
        "at": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "medians": figures,
    }
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(about, file, ensure_ascii=False, indent=1)
        file.write("\n")


def compare(before, after, factor=1.5):
    both = []
    for path in (before, after):
        with open(path, encoding="utf-8") as file:
            both.append(json.load(file))
    old, new = (one["medians"] for one in both)
    if both[0]["machine"] != both[1]["machine"]:
        print(f"different machines: {both[0]['machine']}; {both[1]['machine']}")
    width = max(map(len, old.keys() | new.keys()), default=0)
    slower = []
    for name in sorted(old.keys() | new.keys()):
        if name not in old or name not in new:
            print(f"{name:{width}}  {'new' if name in new else 'gone'}")
            continue
        ratio = new[name] / old[name] if old[name] else 1.0
        print(f"{name:{width}}  {old[name]:12.4f}  {new[name]:12.4f}  {ratio:6.2f}")
        if ratio > float(factor):
            slower.append(name)
    if slower:
        sys.exit("slower: " + ", ".join(slower))


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["record", path]:
            record(path)
        case ["compare", before, after, *factor]:
            compare(before, after, *factor)
        case _:
            sys.exit(__doc__)
