"""Writes ../src/canonical/facts/*.tsv: what SQLGlot's parser and printer know, as far as viz-sql mirrors them.

    python server/sql/generate/facts.py                    writes them
    python server/sql/generate/facts.py --check [--sample N]
                                                           fails if they are not what this script would write; of the
                                                           functions only every N-th is asked again

Needs the packages of requirements.txt (`sqlglot`, MIT). Everything is found by asking SQLGlot: each function is parsed
and printed with each number of arguments, and each argument in each shape; what is printed becomes a template.
"""

import argparse
import itertools
import logging
import multiprocessing
import random
import re
import sys
from pathlib import Path

import duckdb
import sqlglot
from sqlglot import exp
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.tokens import Tokenizer, TokenType

logging.disable(logging.CRITICAL)

FACTS = Path(__file__).parent.parent / "src" / "canonical" / "facts"
# With more arguments functions are not tried, but for those that are written with many.
MOST_ARGUMENTS = 4
MANY = {"COALESCE", "CONCAT", "CONCAT_WS", "GREATEST", "LEAST", "MAKE_TIMESTAMP"}
MOST_OF_MANY = 7

# Shapes of arguments, as `canonical/shape.rs` names them. Two texts: as written, as printed alone.
SHAPES = {
    "c": "zz",
    "ε": "''",
    "n": "7",
    "d": "1.5",
    "N": "-7",
    "u": "NULL",
    "B": "TRUE",
    "p": "(zz + 1)",
    "+": "zz + 1",
    "m": "zz % 2",
    "|": "zz || 'a'",
    "=": "zz = 1",
    "&": "zz = 1 AND yy = 2",
    "!": "NOT zz",
    "L": "zz LIKE 'a%'",
    "I": "zz IN (1, 2)",
    "W": "zz BETWEEN 1 AND 2",
    "i": "zz IS NULL",
    "C": "CASE WHEN zz = 1 THEN 2 ELSE 3 END",
    "D": "CAST(zz AS DATE)",
    "T": "CAST(zz AS TIMESTAMP)",
    "V": "CAST(zz AS TEXT)",
    "K": "CAST(zz AS INT)",
    "v": "INTERVAL '1' DAY",
    "f": "UPPER(zz)",
    "x": "LENGTH(zz)",
    "y": "CURRENT_DATE",
    "F": "SOME_OTHER(zz)",
    "g": "SUM(zz)",
    "O": "ROW_NUMBER() OVER (ORDER BY zz)",
    "a": "[zz, 1]",
    "S": "{'a': zz}",
    "k": "zz[1]",
    "J": "zz ->> '$.a'",
    "z": "zz AT TIME ZONE 'UTC'",
    "l": "zz -> zz + 1",
    "M": "LAMBDA zz : zz + 1",
    "t": "(zz, yy)",
    "*": "*",
    "δ": "DISTINCT zz",
    "o": "zz ORDER BY yy",
    "w": "zz := 1",
    "~": "zz // 2",
    "^": "POWER(zz, 2)",
    "E": "EXTRACT(YEAR FROM zz)",
    "Y": "TRY_CAST(zz AS INT)",
}
# Literals decide what some functions print.
STRINGS = ["'abc'", "'day'", "'Month'", "'%Y-%m-%d'", "'2024-01-01'", "'2024-01-01 10:00:00'", "'g'", "'i'", "'$.a'",
           "'%s'", "'UTC'", "'Europe/Berlin'", "'it''s'", "','", "'a.b'", "'1'"]
NUMBERS = ["0", "1", "2", "10"]
UNITS = ["day", "month", "year", "quarter", "week", "hour", "minute", "second", "millisecond", "milliseconds", "microsecond",
         "microseconds", "decade", "century", "millennium", "dow", "isodow", "doy", "epoch", "isoyear", "yearweek", "era",
         "weekday", "weekofyear", "dayofweek", "dayofmonth", "dayofyear", "timezone", "days", "months", "years", "hours",
         "minutes", "seconds", "weeks", "quarters", "decades", "julian", "timezone_hour", "timezone_minute", "y", "m", "d", "h", "s",
         "ms", "us", "mon", "min", "sec", "yr", "qtr", "w", "mm", "mi", "hh", "ss", "yy", "yyyy", "dd"]


def printed(text):
    """What SQLGlot makes of a DuckDB expression: the tree and its text; `None` if it refuses."""
    try:
        tree = sqlglot.parse_one(text, read="duckdb")
    except (sqlglot.ParseError, sqlglot.TokenError):
        return None, None
    except Exception:
        return tree_failed, "?"
    try:
        return tree, tree.sql(dialect="duckdb")
    except Exception:
        return tree_failed, "?"


tree_failed = exp.Null()


def columns(arity):
    return [f"c{at}_" for at in range(arity)]


def template_of(text, arity):
    return re.sub(r"\bc(\d)_", r"{\1}", text)


def filled(template, texts, wrapped=()):
    def one(found):
        at = int(found.group(1))
        return f"({texts[at]})" if at in wrapped else texts[at]
    return re.sub(r"\{(\d)\}", one, template)


def shape_of(tree):
    """The shape of a call's tree; `?` if other shapes' rules may not hold for it."""
    if isinstance(tree, (exp.JSONExtract, exp.JSONExtractScalar)):
        return "J"
    if isinstance(tree, exp.Mod):
        return "m"
    if isinstance(tree, exp.IntDiv):
        return "~"
    if isinstance(tree, exp.Pow):
        return "^"
    if isinstance(tree, exp.Binary):
        return "+" if not isinstance(tree, exp.Func) and not isinstance(tree, exp.Predicate) else "?"
    if isinstance(tree, exp.Array):
        return "a"
    if isinstance(tree, exp.Struct):
        return "S"
    if isinstance(tree, exp.TryCast):
        return "Y"
    if isinstance(tree, exp.Cast):
        return {"DATE": "D", "TIMESTAMP": "T", "TEXT": "V", "INT": "K"}.get(tree.to.sql("duckdb"), "?")
    if isinstance(tree, exp.AggFunc):
        return "g"
    if isinstance(tree, exp.Func):
        return "f"
    return "?"


class Row:
    """What is printed for a function with so many arguments."""

    def __init__(self, template, shape, wrapped, unknown, first):
        self.template, self.shape = template, shape
        self.wrapped, self.unknown = wrapped, unknown
        self.first = first  # the units that are printed in upper case, if the first argument is a literal

    def text(self):
        of = lambda found: ",".join(f"{at}{''.join(sorted(shapes))}" for at, shapes in sorted(found.items()) if shapes)
        return "\t".join([self.template, self.shape, of(self.wrapped), of(self.unknown)])


def probe(name, arity, units=False):
    """The row of a function; `!` if it is refused, `?` if what it prints follows no rule that we know."""
    base = columns(arity)
    if units:
        base[0] = "'day'"
    tree, text = printed(f"{name}({', '.join(base)})")
    if text is None:
        return "!"
    # What asks for the types of arguments is not mirrored.
    if text == "?" or "TYPEOF(" in text and name != "TYPEOF":
        return "?"
    template = template_of(text, arity)
    if units:
        upper, plain = template.count("'DAY'"), template.count("'day'")
        if upper + plain != 1:
            return "?"
        template = template.replace("'DAY'", "{0}").replace("'day'", "{0}")
    shape = shape_of(tree)
    if isinstance(tree, exp.IgnoreNulls):
        shape = "?"
    wrapped, unknown = {}, {}
    for at in range(1 if units else 0, arity):
        def predicted(written, shown):
            args = base.copy()
            args[at] = written
            _, got = printed(f"{name}({', '.join(args)})")
            texts = base.copy()
            texts[at] = shown
            if units:
                texts[0] = "'DAY'" if upper else "'day'"
            plain = filled(template, texts)
            if got == plain:
                return "plain"
            return "wrapped" if got == filled(template, texts, (at,)) else "other"
        for code, written in SHAPES.items():
            found = predicted(written, written)
            if found == "wrapped":
                wrapped.setdefault(at, set()).add(code)
            elif found == "other":
                unknown.setdefault(at, set()).add(code)
        if any(predicted(text, text) != "plain" for text in STRINGS):
            unknown.setdefault(at, set()).add("s")
        if any(predicted(text, text) != "plain" for text in NUMBERS):
            unknown.setdefault(at, set()).add("n")
    first = ()
    if units:
        good = []
        for unit in UNITS:
            both = []
            for written in (unit, unit.upper(), unit.capitalize()):
                _, got = printed(f"{name}({', '.join([repr(written)] + base[1:])})")
                both.append(got == filled(template, [repr(written.upper() if upper else written)] + base[1:]))
            if all(both):
                good.append(unit)
        first = (("^" if upper else "=") + " ".join(good),)
    row = Row(template, shape, wrapped, unknown, first)
    return row if holds(name, arity, row, base, units) else "?"


def holds(name, arity, row, base, units):
    """Whether the rules for single arguments hold for several at once."""
    rng = random.Random(f"{name}/{arity}")
    # DISTINCT, ORDER BY and lambda functions take what follows for theirs: they are last arguments.
    known = [[code for code in SHAPES if code not in row.unknown.get(at, ()) and (at == arity - 1 or code not in "δolMw*")]
             for at in range(arity)]
    if arity < 2 or any(not codes for codes in known):
        return True
    for _ in range(24):
        codes = [rng.choice(codes) for codes in known]
        texts = [SHAPES[code] for code in codes]
        written = texts.copy()
        if units:
            written[0], texts[0] = "'day'", ("'DAY'" if row.first[0].startswith("^") else "'day'")
        _, got = printed(f"{name}({', '.join(written)})")
        wrap = {at for at in range(arity) if codes[at] in row.wrapped.get(at, ()) and not (units and at == 0)}
        if got != filled(row.template, texts, wrap):
            return False
    return True


# Functions with a grammar of their own, which the parser in Rust has too or takes for unknown.
SPECIAL = set(DuckDB.Parser.FUNCTION_PARSERS)
ORDINARY_PARSERS = {"CEIL", "FLOOR", "ARG_MAX", "ARGMAX", "MAX_BY", "ARG_MIN", "ARGMIN", "MIN_BY"}
MIRRORED = {"CAST", "TRY_CAST", "SAFE_CAST", "EXTRACT", "SUBSTRING", "TRIM", "POSITION", "STRING_AGG", "GROUP_CONCAT",
            "LISTAGG", "STRINGAGG"}


# Functions of DuckDB's grammar, which its catalogue doesn't list.
GRAMMAR = {"COALESCE", "NULLIF", "IFNULL", "GREATEST", "LEAST", "SUBSTRING", "IF", "CONCAT", "POWER", "DATE", "LAG", "LEAD", "ROW_NUMBER", "RANK",
           "DENSE_RANK", "PERCENT_RANK", "CUME_DIST", "NTILE", "FIRST_VALUE", "LAST_VALUE", "NTH_VALUE"}


def function_names():
    """The functions that the parser knows, and whether DuckDB has them. Of the others it makes something that DuckDB may have."""
    catalogue = {name.upper() for (name,) in duckdb.sql("select function_name from duckdb_functions()").fetchall()}
    known = set(DuckDB.Parser.FUNCTIONS) | ORDINARY_PARSERS | {"SUBSTRING"}
    return sorted((name, name in catalogue | GRAMMAR) for name in known)


def names():
    return [name for name, _ in function_names()]


def rows_of(name):
    return functions([name])


def functions(names):
    """Rows by function and number of arguments; equal rows once."""
    out = []
    for name in names:
        for arity in range((MOST_OF_MANY if name in MANY else MOST_ARGUMENTS) + 1):
            row = probe(name, arity)
            if isinstance(row, str):
                out.append((name, str(arity), row))
            else:
                out.append((name, str(arity), row.text()))
            if arity and not isinstance(row, str) and "s" in row.unknown.get(0, ()):
                unit = probe(name, arity, units=True)
                if not isinstance(unit, str) and len(unit.first[0]) > 1:
                    out.append((name, f"{arity}u", unit.text() + "\t" + unit.first[0]))
    return out


def function_table(rows):
    """`NAME⇥arity row …` behind the rows themselves."""
    numbers, lines, by_name = {}, [], {}
    for name, arity, row in rows:
        row = row.replace(f"{name}(", "@(", 1) if row.startswith(f"{name}(") else row
        if row not in numbers:
            numbers[row] = len(numbers)
        by_name.setdefault(name, []).append((arity, numbers[row]))
    lines += [f"{number}\t{row}" for row, number in numbers.items()]
    lines.append("")
    for name, entries in by_name.items():
        last = len(entries)
        refused = numbers.get("!")
        while last and entries[last - 1][1] == refused:
            last -= 1
        more = " +" if last and entries[last - 1][0].rstrip("u") == str(MOST_OF_MANY if name in MANY else MOST_ARGUMENTS) else ""
        lines.append(name + "\t" + " ".join(f"{arity}:{number}" for arity, number in entries[:last]) + more)
    return "\n".join(lines) + "\n"


# The dialects of sources, by the `type` of the source.
SOURCES = {"duckdb": "duckdb", "postgresql": "postgres", "mysql": "mysql", "snowflake": "snowflake", "bigquery": "bigquery",
           "redshift": "redshift", "clickhouse": "clickhouse", "sqlite": "sqlite"}


def aggregates():
    """Names that a dialect's parser takes for an aggregate function, with the source types of which not all do."""
    known = {}
    names = set()
    for dialect in SOURCES.values():
        parser = sqlglot.Dialect.get_or_raise(dialect).parser_class
        names |= {name for name in set(parser.FUNCTIONS) | set(parser.FUNCTION_PARSERS) if name == name.upper()}
    for name, (source, dialect) in itertools.product(sorted(names), SOURCES.items()):
        parser = sqlglot.Dialect.get_or_raise(dialect).parser_class
        if name not in parser.FUNCTIONS and name not in parser.FUNCTION_PARSERS:
            continue
        for args in ("zz", "zz, yy", "", "zz, yy, xx", "*"):
            try:
                tree = sqlglot.parse_one(f"{name}({args})", read=dialect)
            except Exception:
                continue
            if tree.find(exp.AggFunc):
                known.setdefault(name.lower(), []).append(source)
            break
    lines = []
    for name, sources in sorted(known.items()):
        lines.append(name if len(sources) == len(SOURCES) else f"{name}\t{' '.join(sources)}")
    return "\n".join(lines) + "\n"


def types():
    """Each word of a type: its token, and how it is printed in a cast without, with one and with two numbers behind it."""
    lines = []
    for word, token in sorted(DuckDB.Tokenizer.KEYWORDS.items()):
        if token not in DuckDB.Parser.TYPE_TOKENS or not word.replace("_", "").replace(" ", "").isalnum():
            continue
        shown = []
        for behind in ("", "(71)", "(71, 13)"):
            _, text = printed(f"CAST(zz AS {word}{behind})")
            found = re.fullmatch(r"CAST\(zz AS (.*)\)", text or "")
            shown.append("!" if text is None else found.group(1) if found else "?")
        lines.append("\t".join([word, token.name, *shown]))
    return "\n".join(lines) + "\n"


def tokens():
    """Keywords and their tokens."""
    lines = [f"{word}\t{token.name}" for word, token in sorted(DuckDB.Tokenizer.KEYWORDS.items())
             if word == word.upper() and "{" not in word and "%" not in word[1:] and "\t" not in word]
    lines += [f"{word}\t{token.name}\tsingle" for word, token in sorted(DuckDB.Tokenizer.SINGLE_TOKENS.items())]
    return "\n".join(lines) + "\n"


def loses_comment(name):
    """Whether the comment behind a literal argument of a function gets lost."""
    for arity in range(1, MOST_ARGUMENTS + 1):
        for at, literal in itertools.product(range(arity), ["'abc' /* k */", "'day' /* k */", "7 /* k */", "1.5 /* k */", "-7 /* k */"]):
            args = columns(arity)
            _, plain = printed(f"{name}({', '.join(args)})")
            if plain is None or args[at] not in plain:
                continue
            args[at] = literal
            _, text = printed(f"{name}({', '.join(args)})")
            if text is not None and "/* k */" not in text:
                return True
    return False


def sets():
    """Sets of tokens and words that the parser asks."""
    parser = DuckDB.Parser
    named = {
        "id_var": parser.ID_VAR_TOKENS, "alias": parser.ALIAS_TOKENS, "func": parser.FUNC_TOKENS, "type": parser.TYPE_TOKENS,
        "reserved": parser.RESERVED_TOKENS, "no_paren": set(parser.NO_PAREN_FUNCTIONS), "range": set(parser.RANGE_PARSERS),
        "statement": set(parser.STATEMENT_PARSERS), "command": DuckDB.Tokenizer.COMMANDS,
        "nested_type": parser.NESTED_TYPE_TOKENS, "struct_type": parser.STRUCT_TYPE_TOKENS, "modifier": set(parser.QUERY_MODIFIER_PARSERS),
        "window_alias": parser.WINDOW_ALIAS_TOKENS, "placeholder": set(parser.PLACEHOLDER_PARSERS),
        "column_operator": set(parser.COLUMN_OPERATORS), "set_operation": parser.SET_OPERATIONS,
        "subquery_predicate": set(parser.SUBQUERY_PREDICATES),
    }
    lines = [name + "\t" + " ".join(sorted(token.name for token in found)) for name, found in named.items()]
    lines.append("special\t" + " ".join(sorted(SPECIAL - ORDINARY_PARSERS)))
    lines.append("interval_unit\t" + " ".join(sorted(DuckDB.VALID_INTERVAL_UNITS)))
    lines.append("quoted\t" + " ".join(sorted(DuckDB.Generator.RESERVED_KEYWORDS)))
    parts, kept = [], []
    for unit in sorted(set(UNITS) | {unit.lower() for unit in DuckDB.VALID_INTERVAL_UNITS}):
        _, text = printed(f"EXTRACT({unit} FROM zz)")
        found = re.fullmatch(r"EXTRACT\((\S+) FROM zz\)", text or "")
        if found:
            parts.append(f"{unit.upper()}={found.group(1)}")
        if printed(f"EXTRACT('{unit}' FROM zz)")[1] == f"EXTRACT('{unit}' FROM zz)":
            kept.append(unit)
    lines.append("part\t" + " ".join(parts))
    lines.append("part_text\t" + " ".join(kept))
    units = exp.TimeUnit.UNABBREVIATED_UNIT_NAME
    lines.append("unit\t" + " ".join(f"{short}={name}" for short, name in sorted(units.items())))
    lines.append("loses_comment\t" + " ".join(name for name in names() if loses_comment(name)))
    no_paren = []
    for word, token in sorted(DuckDB.Tokenizer.KEYWORDS.items()):
        if token in parser.NO_PAREN_FUNCTIONS:
            no_paren.append(f"{word}={printed(word)[1]}".replace(" ", "_"))
    lines.append("no_paren_text\t" + " ".join(no_paren))
    lines.append("not_in_duckdb\t" + " ".join(name for name, has in function_names() if not has))
    lines.append("foreign_aggregate\t" + " ".join(foreign_aggregates()))
    return "\n".join(lines) + "\n"


def foreign_aggregates():
    """What aggregates in DuckDB, and not to SQLGlot; `mode` the reference knows in part."""
    known = {line.partition("\t")[0] for line in aggregates().splitlines() if "\t" not in line or "duckdb" in line.split("\t")[1].split()}
    found = duckdb.sql("select distinct function_name from duckdb_functions() where function_type = 'aggregate'").fetchall()
    return sorted({name for (name,) in found if re.fullmatch(r"\w+", name)} - known - {"mode"})


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--check", action="store_true")
    options.add_argument("--sample", type=int, default=1)
    options = options.parse_args()
    made = {"tokens.tsv": tokens(), "sets.tsv": sets(), "types.tsv": types(), "aggregates.tsv": aggregates()}
    known = names()
    if not options.check:
        with multiprocessing.Pool(4) as pool:
            made["functions.tsv"] = function_table(itertools.chain.from_iterable(pool.imap(rows_of, known, chunksize=4)))
        FACTS.mkdir(parents=True, exist_ok=True)
        for name, text in made.items():
            (FACTS / name).write_text(text)
        print({name: len(text) for name, text in made.items()})
        return
    wrong = [name for name, text in made.items() if (FACTS / name).read_text() != text]
    written = read_functions((FACTS / "functions.tsv").read_text())
    for name in known[:: options.sample]:
        fresh = read_functions(function_table(rows_of(name)))
        if fresh.get(name) != written.get(name):
            wrong.append(f"functions.tsv: {name}")
    if sorted(written) != known:
        wrong.append("functions.tsv: other functions")
    for name in wrong:
        print(f"{name} is not what SQLGlot {sqlglot.__version__} says")
    sys.exit(1 if wrong else 0)


def read_functions(text):
    rows, names = text.split("\n\n", 1) if "\n\n" in text else ("", text)
    rows = dict(line.split("\t", 1) for line in rows.splitlines())
    out = {}
    for line in names.splitlines():
        name, _, entries = line.partition("\t")
        pairs = [entry.partition(":") for entry in entries.split()]
        out[name] = [(arity, rows.get(number)) for arity, _, number in pairs]
    return out


if __name__ == "__main__":
    main()
