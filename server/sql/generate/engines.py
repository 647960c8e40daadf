"""Writes what DuckDB 1.4 (the engine of today's viewers) and 2.0 (the one that we link) take differently.

    python server/sql/generate/engines.py --newer DIR --sources DIR             writes
    python server/sql/generate/engines.py --newer DIR --sources DIR --check [--sample N]
                                      fails if the files are not what this script would write; of the sentences only every N-th
                                      is asked again

`../src/engine_1_4/facts/grammar.tsv` is 1.4's own parser (`engine_grammar.py`), `catalogue.tsv` the functions and types that
only one of them has, `../tests/engines.tsv` what both say of sentences from 2.0's grammar (`engine_sentences.py`).

Needs DuckDB 1.4.3 (`requirements.txt`), 2.0.1 in the folder `--newer` (`pip install --target DIR -r requirements-newer.txt`),
and the sources of both, which it gets with pip if they are not in `--sources`.
"""

import argparse
import json
import os
import random
import re
import subprocess
import sys
import tarfile
import zlib
from pathlib import Path

import engine_grammar
import engine_sentences

HERE = Path(__file__).parent
FACTS = HERE.parent / "src" / "engine_1_4" / "facts"
ORACLE = HERE.parent / "tests" / "engines.tsv"
OLDER, NEWER = "1.4.3", "2.0.1"
SEED = 20261129
# Sentences at random, and changed ones; of those that both or neither take one in so many is kept.
AT_RANDOM, CHANGED, KEEP = 2000, 4000, 2
LONGEST = 200
MOST_ARGUMENTS = 5


class Engines:
    def __init__(self, newer):
        self.paths = {OLDER: {}, NEWER: {"PYTHONPATH": str(newer)}}
        for version in self.paths:
            found = self.ask(version, what="version")
            if found != version:
                sys.exit(f"DuckDB {version} is needed, not {found}")

    def ask(self, version, **question):
        run = subprocess.run([sys.executable, str(HERE / "engine_ask.py")], input=json.dumps(question), text=True,
                             capture_output=True, check=True, env=os.environ | self.paths[version])
        return json.loads(run.stdout)

    def both(self, **question):
        return self.ask(OLDER, **question), self.ask(NEWER, **question)


def sources(folder, version, wanted):
    """Files of DuckDB's sources whose names match, by name."""
    archive = folder / f"duckdb-{version}.tar.gz"
    if not archive.exists():
        subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", "duckdb", "--dest", str(folder),
                        f"duckdb=={version}"], check=True)
    with tarfile.open(archive) as files:
        names = sorted(name for name in files.getnames() if re.search(wanted, name))
        return {name.rpartition("/")[2]: files.extractfile(name).read().decode() for name in names}


def grammar(folder):
    files = sources(folder, OLDER, r"libpg_query/(src_backend_parser_gram\.cpp|include/parser/kwlist\.hpp)$")
    return engine_grammar.grammar(files["src_backend_parser_gram.cpp"], engine_grammar.keywords(files["kwlist.hpp"]))


def sentences(engines, folder):
    """Sentences, and words for each position."""
    files = sources(folder, NEWER, r"peg/grammar/statements/.*\.gram$")
    of_newer = engine_sentences.Grammar(list(files.values()))
    rng = random.Random(SEED)
    found = list(of_newer.minimal()) + list(engine_sentences.forms(rng))
    found += [of_newer.at_random(rng, 45) for _ in range(AT_RANDOM)]
    found += list(engine_sentences.changed(found, rng, CHANGED))
    words = engines.both(what="query", sql="select keyword_name from duckdb_keywords()")
    words = sorted({word for rows in words for (word,) in rows})
    # What only shows is no SELECT.
    usual = lambda text: len(text) <= LONGEST and "\n" not in text and not re.match(r"(show|desc|describe|summarize)\b", text)
    return list(filter(usual, dict.fromkeys(found))), words


def is_later(error):
    """Whether 1.4's grammar takes a sentence, and what follows the grammar does not."""
    return error is not None and error.startswith("! ") and "syntax error" not in error and "zero-length" not in error


def verdict(older, newer):
    """`=` both take it, `!` neither, `<` only 1.4, `>` only 2.0; `~` what follows 1.4's grammar refuses it."""
    if is_later(older):
        return "~"
    return {(True, True): "=", (False, False): "!", (True, False): "<", (False, True): ">"}[older is None, newer is None]


def line(text, older, newer):
    """The verdict, the text, and what it hangs on: where 1.4's grammar stops, or, where 1.4 takes it or the step behind its
    grammar refuses it, 2.0's error; where 2.0's parser takes it, `+` and the error of that step."""
    near = older if older and not older.startswith("! ") else ""
    if is_later(older) and newer is None:
        near = f"+ {older.removeprefix('! ')}"
    elif is_later(older) or older is None and newer is not None:
        near = newer.removeprefix("! ") if newer.startswith("! ") else "syntax error"
    return f"{verdict(older, newer)}\t{text}\t{near}".rstrip("\t")


def oracle(engines, folder):
    texts, words = sentences(engines, folder)
    asked = zip(texts, *engines.both(what="parse", texts=texts))
    kept = lambda found: found[0] in "<>~" or zlib.crc32(found.encode()) % KEEP == 0
    lines = [found for found in (line(*one) for one in asked) if kept(found)]
    lines += ["", " ".join(words)]
    for position in engine_sentences.POSITIONS:
        asked = [position.format(word) for word in words]
        refused = [" ".join(word for word, error in zip(words, errors) if error is not None and not is_later(error))
                   for errors in engines.both(what="parse", texts=asked)]
        lines.append("\t".join([position, *refused]))
    return "\n".join(lines) + "\n"


def catalogue(engines):
    """`function⇥name⇥numbers of arguments that only 1.4 takes⇥those that only 2.0 takes`, and types likewise: `0`, `1` and `2`
    count the numbers in parentheses behind them."""
    names = engines.both(what="query", sql="select distinct function_name from duckdb_functions() where function_type in "
                         "('scalar', 'aggregate', 'macro') and regexp_full_match(function_name, '[a-z][a-z0-9_]*')")
    keywords = engines.both(what="query", sql="select keyword_name from duckdb_keywords() where keyword_category <> 'reserved'")
    # A browser may have the extension `spatial` or not; collations are no functions to call.
    names = sorted({name for rows in (*names, *keywords) for (name,) in rows if not re.match("st_|(icu_)?collate_", name)})
    calls = [(name, count) for name in names for count in range(MOST_ARGUMENTS + 1)]
    asked = [f"select {name}({', '.join(['NULL'] * count)})" for name, count in calls]
    takes = []
    for version in (OLDER, NEWER):
        found = {(row[0], count) for row in engines.ask(version, what="query", sql=
                 "select function_name, len(parameters), varargs is not null from duckdb_functions() where function_type in ('scalar', 'aggregate', 'macro')")
                 for count in range(row[1], MOST_ARGUMENTS + 1 if row[2] else row[1] + 1)}
        bound = engines.ask(version, what="bind", texts=asked)
        takes.append(found | {call for call, error in zip(calls, bound) if error is None})
    lines = []
    for name in names:
        of = [{count for other, count in taken if other == name and count <= MOST_ARGUMENTS} for taken in takes]
        if of[0] != of[1]:
            show = lambda mine, other: "*" if mine and not other else ",".join(str(count) for count in sorted(mine - other))
            lines.append(f"function\t{name}\t{show(of[0], of[1])}\t{show(of[1], of[0])}")
    types = engines.both(what="query", sql="select distinct lower(type_name) from duckdb_types()")
    types = sorted({name for rows in (*types, *keywords) for (name,) in rows if re.fullmatch(r"[a-z_][a-z0-9_]*", name)})
    forms = [("0", ""), ("1", "(3)"), ("2", "(3, 1)")]
    asked = [f"select NULL::{name}{behind}" for name in types for _, behind in forms]
    taken = [[error is None for error in errors] for errors in engines.both(what="bind", texts=asked)]
    for at, name in enumerate(types):
        of = [{form for (form, _), good in zip(forms, found[at * 3:]) if good} for found in taken]
        if of[0] != of[1]:
            lines.append(f"type\t{name}\t{','.join(sorted(of[0] - of[1]))}\t{','.join(sorted(of[1] - of[0]))}")
    return "\n".join(lines) + "\n"


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--check", action="store_true")
    options.add_argument("--sample", type=int, default=1)
    options.add_argument("--newer", type=Path, required=True)
    options.add_argument("--sources", type=Path, required=True)
    options = options.parse_args()
    engines = Engines(options.newer)
    made = {FACTS / "grammar.tsv": lambda: grammar(options.sources), FACTS / "catalogue.tsv": lambda: catalogue(engines)}
    if not options.check:
        for path, make in [*made.items(), (ORACLE, lambda: oracle(engines, options.sources))]:
            path.write_text(make())
            print(path.name, path.stat().st_size, "bytes")
        return
    wrong = 0
    for path, make in made.items():
        if path.read_text() != make():
            print(f"{path.name} is not what this script writes")
            wrong += 1
    written = [found.split("\t") for found in ORACLE.read_text().partition("\n\n")[0].splitlines()][:: options.sample]
    asked = zip(written, *engines.both(what="parse", texts=[found[1] for found in written]))
    for found, older, newer in asked:
        if line(found[1], older, newer) != "\t".join(found):
            print(f"the engines say something else of: {found[1]}")
            wrong += 1
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
