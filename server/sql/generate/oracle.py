"""Writes ../tests/canonical.tsv: expressions and what SQLGlot prints for them in DuckDB's dialect, `!` where it refuses.

    python server/sql/generate/oracle.py                       writes it
    python server/sql/generate/oracle.py --check [--sample N]  fails if it is not what this script would write
                                                               (of the texts, only every N-th is asked again)

The expressions come from lists of operators, functions, types and shapes, and at random from a grammar, with a fixed seed.
"""

import argparse
import functools
import itertools
import logging
import random
import sys
from pathlib import Path

import sqlglot
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.tokens import TokenType

import facts

logging.disable(logging.CRITICAL)

TARGET = Path(__file__).parent.parent / "tests" / "canonical.tsv"
SEED = 17
AT_RANDOM = 2200

OPERANDS = ["n", '"t"."s"', "'it''s'", "3", "2.50", "-4", "null", "true", "(n + 1)", "upper(s)", "n::date", "case when n = 1 then 'a' else 'b' end",
            "[1, n]", "{'a': n}", "j ->> 'k'", "interval 3 days", "count(*)", "s[1]", "sum(n) over (partition by s)"]
BINARY = ["+", "-", "*", "/", "//", "%", "**", "^", "||", "&", "|", "<<", ">>", "=", "==", "<>", "!=", "<", "<=", ">", ">=", "and", "or",
          "like", "not like", "ilike", "glob", "similar to", "is distinct from", "is not distinct from", "->", "->>", "&&", "@>", "<@", "^@",
          "~", "~~", "!~", "<=>", "??", "collate", "in", "not in"]
PREFIX = ["-", "+", "not ", "~", "- -", "not not "]
SUFFIX = [" is null", " is not null", " isnull", " notnull", " not null", "::int", "::varchar", " between 1 and 3", " not between n and n + 1",
          " in (1, 2, 'x')", " not in ('a')", " in [1, 2]", "[1]", "[-1]", "[1:2]", "['k']", "[n]", " at time zone 'UTC'", ".a", ".lower()",
          " is true", " is not false", " between symmetric 3 and 1", " like 'a%' escape '!'", "!", " asc"]
MARKS = ["{} /* m */", "({} /* m */)", "{} /* m */ + n", "n + {} /* m */", "n * -{} /* m */", "(n - {} /* m */) * 2", "n > {} /* m */ and s = 'x'",
         "s in ({} /* m */)", "s in ({} /* m */, 'pea')", "s in ('pea', {} /* m */)", "greatest({} /* m */, n)", "round(n, {} /* m */)",
         "to_days({} /* m */)", "interval ({} /* m */) day", "interval {} /* m */ day", "try_cast({} /* m */ as int)", "cast({} /* m */ as varchar)",
         "{} /* m */::date", "case when n > {} /* m */ then 'a' else 'b' end", "case {} /* m */ when 1 then 2 end", "n between {} /* m */ and 9",
         "n between 1 and {} /* m */", "coalesce(s, {} /* m */)", "date_trunc({} /* m */, d)", "date_diff('day', d, {} /* m */)",
         "s || {} /* m */ || s", "floor(n / {} /* m */) * {} /* k */", "[{} /* m */, n]", "l[{} /* m */]", "{{'a': {} /* m */}}", "s like {} /* m */",
         "not s = {} /* m */", "strftime(d, {} /* m */)", "mod(n, {} /* m */)", "n % {} /* m */", "n ** {} /* m */", "power(n, {} /* m */)",
         "sum(n) filter (where s = {} /* m */)", "lag(n, {} /* m */) over (order by d)", "substr(s, {} /* m */, 2)", "if(n > {} /* m */, 1, 0)",
         "string_agg(s, {} /* m */)", "extract(year from {} /* m */)", "list_transform(l, x -> x + {} /* m */)", "{} /* m */ is null",
         "n /* m */ is not null", "-- m\nn + {}", "n + -- m\n{}", "n + /* m */ {}", "/* m */ n", "f(/* m */ n)", "f(n) /* m */", "f(n) /* m */ + 1",
         "(n) /* m */", "(n + 1) /* m */ * 2", "n /* a */ /* b */", "n + 1 /* a *//* b */", "case when n = 1 /* m */ then 2 /* k */ else 3 /* o */ end /* e */"]
SAMPLES = ["5", "'ab'", "-3", "2.5", "d", "'2024-01-01'"]
FORMS = ["0", "00", "007", "1.", ".5", "1.50", "1e5", "1E5", "1.5e-3", "1e+3", "1_000", "1_000.5", "0x1F", "0b1", "5day", "''", "'a''b'", "'''", "'a\\nb'",
         "'a' 'b'", "'é'", "e'a\\n'", "n'x'", "x'ab'", "b'01'", "$1", "$a", "?", ":a", "$$x$$", '"A b"', '"a""b"', '"a"', '""', "a.b.c", "a.b.c.d", "a.b.c.d.e",
         '"a"."b"', "1 + ", "+ 1 +", "(1", "1)", "()", "(1, 2)", "(1,)", "[]", "{}", "[1, 2,]", "'a", '"a', "a b", "a as b", "a, b", "case when 1 then 2", "case end",
         "case n when 1 then 2 when 3 then 4 end", "case when n then 1 end", "cast(n as)", "cast(n, int)", "cast(n int)", "a is", "a in", "a in (", "a between 1", "a like",
         "n::", "n::foo", "n::int[]", "n::int[3]", "n::varchar[]", "n::int[][]", "n::decimal", "n::decimal(4,1)", "n::decimal(4)[]", "n::varchar(3)", "n::timestamp with time zone",
         "n::time with time zone", "n::timestamp without time zone", "n::timestamptz", "n::double precision", "n::struct(a int)", "n::map(int, text)", "n::int unsigned",
         "date '2024-01-01'", "timestamp '2024-01-01 10:00:00'", "time '10:00'", "timestamptz '2024-01-01'", "json '{}'", "interval '1 day'", "interval '1' day",
         "interval 1 day", "interval 1 days", "interval '1 day 2 hours'", "interval '-3 months'", "interval -3 month", "interval (n) day", "interval (n + 1) day",
         "interval n day", "interval '1.5 hours'", "interval '90' minutes", "interval 2.5 hours", "interval '1 day' and true", "d + interval '1 day' * 2",
         "d - interval 1 month + interval 2 day", "interval", "interval + 1", "date", "date + 1", "time", "text || 'a'", "current_date", "current_timestamp", "current_time",
         "current_date - 1", "current_user", "localtime", "now()", "today()", "count(*)", "count()", "count(distinct n)", "count(distinct n, s)", "count(distinct (n, s))",
         "sum(distinct n)", "array_agg(s order by n desc)", "array_agg(s order by n nulls first, s asc nulls last)", "list(s order by n)", "string_agg(s)", "string_agg(s, '-')",
         "string_agg(distinct s, '-')", "string_agg(s, '-' order by n desc)", "group_concat(s, ';')", "listagg(s, ';')", "first(s order by n)", "arg_max(s, n)", "argmax(s, n)",
         "max_by(s, n)", "arg_min(s, n, 3)", "any_value(s)", "mode(s)", "median(n)", "quantile_cont(n, 0.5)", "quantile_cont(n, [0.25, 0.5])", "percentile_cont(0.5) within group (order by n)",
         "sum(n) filter (where n > 1)", "count(*) filter (s = 'a')", "row_number() over ()", "row_number() over (order by n)", "row_number() over (partition by s order by n desc, d)",
         "sum(n) over w", "sum(n) over (order by n rows between unbounded preceding and current row)", "sum(n) over (order by n ROWS BETWEEN 3 PRECEDING AND 1 FOLLOWING)",
         "sum(n) over (order by n rows 3 preceding)", "avg(n) over (order by d range between interval 7 days preceding and current row)", "lag(n) over (order by d)",
         "lag(n, 1, 0) over (order by d)", "first_value(n ignore nulls) over ()", "first_value(n) over (order by d)", "ntile(4) over (order by n)", "sum(sum(n)) over ()", "rank() over (order by sum(n) desc)",
         "extract(year from d)", "extract('month' from d)", "extract(epoch from d)", "extract(dow from d)", "extract(foo from d)", "date_part('year', d)", "datepart('year', d)",
         "trim(s)", "trim(both ' ' from s)", "trim(leading 'x' from s)", "trim(s, 'x')", "ltrim(s)", "rtrim(s, 'x')", "position('a' in s)", "substring(s from 2)", "substring(s from 2 for 3)",
         "substring(s, 2, 3)", "overlay(s placing 'x' from 1)", "if(n > 1, 'a', 'b')", "if(n > 1, 'a')", "ifnull(n, 0)", "nullif(n, 0)", "coalesce(n, s, 1, 2, 3)", "iif(n, 1, 2)",
         "struct_pack(a := n, b := 2)", "struct_pack(n)", "row(n, s)", "{'a': 1, b: n}", "{a: {b: 1}}", "map {'a': 1}", "map {1: n}", "map(['a'], [1])", "[x + 1 for x in l]", "[x for x in l if x > 1]",
         "list_transform(l, x -> x + 1)", "list_transform(l, lambda x: x + 1)", "list_filter(l, x -> x > n and x < 3)", "list_reduce(l, (a, b) -> a + b)", "array[1, 2]", "array[n]", "list[1]",
         "l[1:2]", "l[1:]", "l[:2]", "l[n + 1]", "l[-1]", "l[1][2]", "[1, 2][1]", "s[1]", "{'a': n}.a", "{'a': n}['a']", "j -> 'a'", "j -> 'a' -> 'b'", "j -> 'a' ->> 'b'", "j ->> 'a.b'",
         "j ->> '$.a'", "j ->> '$.a[0]'", "j ->> '/a/b'", "j ->> 'a b'", "j -> 0", "j ->> 'a' = 'x'", "(j ->> 'a')::int", "j ->> 'a'::text", "j ->> n", "upper(j ->> 'a')", "j ->> 'a' in ('x')",
         "j.a.b", "s.upper().lower()", "'a'.upper()", "upper(s).lower()", "exists(select 1)", "(select 1)", "n in (select 1)", "n = any(select 1)", "n = any([1])", "*", "t.*", "columns(*)", "count(t.*)",
         "not n is null", "not (n is null)", "not n = 1 and s = 2", "n = 1 or s = 2 and d = 3", "(n = 1 or s = 2) and d = 3", "n is null or s is not null", "n not null", "-n", "- -n", "-(-n)", "-1 - -1",
         "n - (n - 1)", "n - n - 1", "2 ** 3 ** 2", "2 ^ 3 * 4", "-2 ** 2", "n % 2 = 0", "n // 2 * 2", "n / 2 / 2", "a = b = c", "a < b < c", "not not a", "a collate nocase", "a collate de.nocase",
         "a::int::text", "a::int + 1", "-a::int", "a || b || c", "a || (b || c)", "a -> b", "f(x -> 1)", "f(a := 1)", "f(a => 1)", "f(a as b)", "f(distinct a)", "f(*)", "f()", "F(A, b)", '"F"(a)', "s.f(a)", "main.f(a)",
         "try_cast(n as date)", "try(n)", "unnest(l)", "generate_series(1, 3)", "range(3)", "columns('a.*')", "grouping(n)", "union_value(a := 1)", "try_strptime(s, '%Y')", "strptime(s, ['%Y', '%m'])",
         "timezone('UTC', d)", "d at time zone 'UTC' at time zone 'CET'", "epoch_ms(n)", "to_timestamp(n)", "make_date(2024, 1, n)", "make_timestamp(2024, 1, 1, 0, 0, 0)", "make_timestamp(n)", "age(d)", "date(d)",
         "date_add(d, interval 1 day)", "date_sub('day', d, d)", "date_diff('month', d, d)", "datediff('day', d, d)", "date_trunc('MONTH', d)", "date_trunc('month', d::date)", "date_trunc('Week', d)", "datetrunc('year', d)",
         "date_trunc(s, d)", "date_trunc('month', date '2024-01-01')", "date_trunc('month', '2024-01-01')", "date_diff('day', '2024-01-01', d)", "date_diff('hour', '2024-01-01 10:00', d)", "last_day(d)", "time_bucket(interval '1 day', d)",
         "strftime(d, '%Y-%m')", "strftime('%Y', d)", "dayname(d)", "monthname(d)", "week(d)", "weekofyear(d)", "dayofweek(d)", "isodow(d)", "year(d)", "quarter(d)", "epoch(d)", "century(d)", "len(s)", "length(s)", "char_length(s)",
         "lcase(s)", "ucase(s)", "lower(s)", "substr(s, 1, 2)", "left(s, 2)", "right(s, 2)", "ceiling(n)", "ceil(n)", "floor(n)", "round(n)", "round(n, 2)", "trunc(n)", "log(n)", "log10(n)", "log2(n)", "ln(n)", "log(2, n)", "exp(n)",
         "mod(n, 2)", "mod(n + 1, 2)", "fmod(n, 2)", "pow(n, 2)", "power(n, 2)", "random()", "greatest(n, 1)", "least(n, 1, 2)", "regexp_matches(s, 'a')", "regexp_replace(s, 'a', 'b')", "regexp_replace(s, 'a', 'b', 'g')",
         "regexp_extract(s, 'a')", "regexp_extract(s, 'a', 1)", "regexp_extract(s, 'a', 0)", "string_split(s, ',')", "split_part(s, ',', 1)", "str_split(s, ',')", "list_contains(l, 1)", "array_contains(l, 1)", "list_value(1, 2)",
         "list_sort(l)", "array_length(l)", "list_sum(l)", "list_distinct(l)", "concat(s, n)", "concat_ws('-', s, n)", "printf('%d', n)", "format('{}', n)", "replace(s, 'a', 'b')", "contains(s, 'a')", "starts_with(s, 'a')", "prefix(s, 'a')",
         "strpos(s, 'a')", "instr(s, 'a')", "lpad(s, 3, ' ')", "repeat(s, 2)", "reverse(s)", "md5(s)", "sha256(s)", "hash(s)", "encode(s)", "decode(s)", "to_json(s)", "json_extract(j, '$.a')", "json_extract_string(j, 'a')", "typeof(s)",
         "isnan(n)", "isinf(n)", "sign(n)", "abs(n)", "sqrt(n)", "cbrt(n)", "bit_count(n)", "xor(n, 1)", "bool_and(n > 1)", "bool_or(n)", "every(n)", "stddev(n)", "stddev_pop(n)", "variance(n)", "var_pop(n)", "var_samp(n)", "corr(n, n)",
         "covar_pop(n, n)", "approx_count_distinct(n)", "approx_quantile(n, 0.5)", "histogram(n)", "product(n)", "mean(n)", "kurtosis(n)", "skewness(n)", "entropy(n)", "count_if(n > 1)", "countif(n)", "sum_no_overflow(n)", "fsum(n)", "favg(n)",
         "max(n, 3)", "min(n)", "last(n)", "bit_and(n)", "bitstring_agg(n)", "json_group_array(n)", "list(n)", "array_agg(n)", "array_agg(distinct n order by n)", "regr_slope(n, n)", "mad(n)", "sem(n)"]
NAMES = ["select", "from", "order", "group", "limit", "offset", "user", "all", "any", "default", "table", "column", "end", "case", "when", "date", "year", "value", "values", "key", "index", "desc",
         "asc", "filter", "over", "window", "row", "rows", "range", "first", "last", "left", "right", "type", "format", "comment", "interval", "time", "timestamp", "text", "list", "map", "struct", "array", "union",
         "count", "sum", "if", "is", "not", "null", "true", "unknown", "some", "both", "for", "in", "on", "as", "to", "with", "div", "mod", "like", "set", "show", "cache", "load", "position", "percent", "rank", "schema",
         "lambda", "try_cast", "unnest", "pivot", "using", "natural", "semi", "anti", "asof", "collate", "qualify", "return", "partition", "references", "primary", "unique", "check", "grant", "analyze", "placing", "only", "localtime"]


def asked(text):
    try:
        return sqlglot.parse_one(text, read="duckdb").sql(dialect="duckdb")
    except (sqlglot.ParseError, sqlglot.TokenError):
        return "!"
    except Exception:
        return None


def listed():
    yield from FORMS
    for left, op, right in itertools.product(OPERANDS[:9], BINARY, ["n", "'x'", "(1 - n)", "j ->> 'k'"]):
        yield f"{left} {op} {right}"
    for operand in OPERANDS:
        for op in BINARY:
            yield f"n {op} {operand}"
        yield from (f"{sign}{operand}" for sign in PREFIX)
        yield from (f"{operand}{behind}" for behind in SUFFIX)
    for one, other in itertools.product(BINARY[:26], BINARY[:26]):
        yield f"a {one} b {other} c"
    for one, other in itertools.product(BINARY[:12], BINARY[:12]):
        yield f"a {one} (b {other} c)"
        yield f"(a {one} b) {other} c"
    yield from (mark.format(*[sample] * 2) for mark in MARKS for sample in SAMPLES)
    for line in facts.types().splitlines():
        word = line.split("\t")[0].lower()
        yield from (f"n::{word}", f"cast(n as {word})", f"try_cast(n as {word}(4))", f"n::{word}(5, 2)", f"n::{word}[]", f"{word} '1'")
    for name in NAMES:
        yield from (name, f"t.{name}", f'"{name}"', f"n + {name}", f"{name}(n)", f"{name} = 1", f"upper({name})")
    for unit in facts.UNITS:
        yield from (f"date_trunc('{unit}', d)", f"extract({unit} from d)", f"interval 2 {unit}", f"d + interval '3 {unit}'", f"date_diff('{unit}', d, e)",
                    f"date_part('{unit}', d)", f"date_add(d, interval 1 {unit})")
    for name in sorted(name for name, tried in facts.function_names() if tried):
        name = name.lower()
        yield from (f"{name}({', '.join(args)})" for args in ([], ["n"], ["s", "n"], ["n", "'x'", "3"], ["n + 1", "s || 'a'"], ["'a'"], ["[n]", "1"], ["n > 1 and s = 2"],
                                                               ["date '2024-01-01'", "interval 1 day"], ["a", "b", "c", "d"], ["case when n = 1 then 2 end"], ["l", "x -> x + 1"]))


class Grammar:
    """Expressions at random."""

    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.functions = sorted(name.lower() for name, tried in facts.function_names() if tried)
        self.everyday = ["upper", "lower", "round", "coalesce", "length", "len", "abs", "floor", "concat", "substr", "year", "mod", "greatest", "replace", "my_function", "sum",
                         "count", "avg", "max", "list", "mean", "strftime", "date_trunc", "regexp_extract", "nullif", "ifnull", "pow"]

    def leaf(self):
        return self.rng.choice(["n", "s", '"t"."n"', '"abc"."Col x"', "t.d", "1", "2.5", "'x'", "'a b'", "null", "true", "-1", "'it''s'", "current_date", "'2024-01-01'", "0", "12", "'month'"])

    def make(self, depth):
        pick = self.rng.choice
        if depth == 0:
            return self.leaf()
        sub = lambda: self.make(depth - 1 if self.rng.random() < 0.7 else 0)
        kind = self.rng.randrange(17)
        if kind < 4:
            return f"{sub()} {pick(BINARY[:31])} {sub()}"
        if kind == 4:
            return f"({sub()})"
        if kind == 5:
            return f"{pick(PREFIX)}{sub()}"
        if kind == 6:
            return f"{sub()}{pick(SUFFIX)}"
        if kind in (7, 8, 9):
            name = pick(self.everyday if self.rng.random() < 0.7 else self.functions)
            if name == "date_trunc" and self.rng.random() < 0.8:
                return f"date_trunc('{pick(facts.UNITS[:9])}', {sub()})"
            return f"{name}({', '.join(sub() for _ in range(self.rng.choice([1, 1, 2, 2, 3])))})"
        if kind == 10:
            return f"case when {sub()} then {sub()} {pick(['', 'else ' + sub()])} end"
        if kind == 11:
            return f"cast({sub()} as {pick(['int', 'varchar', 'date', 'decimal(8, 2)', 'timestamp', 'text', 'double', 'bigint'])})"
        if kind == 12:
            return f"{sub()} {pick(['in', 'not in'])} ({sub()}, {sub()})"
        if kind == 13:
            return f"{sub()} between {sub()} and {sub()}"
        if kind == 14:
            return f"{pick(['sum', 'max', 'count', 'avg', 'lag', 'row_number'])}({sub()}) over ({pick(['', 'partition by ' + sub() + ' '])}{pick(['', 'order by ' + sub()])})"
        if kind == 15:
            return f"interval {pick(['1', '2', '(' + sub() + ')', 'n'])} {pick(['day', 'month', 'hours', 'year'])} + {sub()}"
        return f"{sub()} /* m */"


def expressions():
    seen = dict.fromkeys(listed())
    grammar = Grammar(SEED)
    drawn = 0
    while drawn < AT_RANDOM:
        text = grammar.make(grammar.rng.choice([1, 2, 2, 3]))
        drawn += text not in seen
        seen[text] = None
    # One line each; a few thousand are enough.
    rng = random.Random(SEED)
    keep = set(FORMS)
    kept = [text for text in seen if text in keep or "/*" in text or rng.random() < 0.62]
    return [text for text in [*kept, *foreign()] if not is_statement(text) and text not in no_types()]


def foreign():
    """What SQLGlot reads and writes in other words, because DuckDB doesn't have it."""
    for name in (name.lower() for name, has in facts.function_names() if not has):
        yield from (f"{name}({', '.join(args)})" for args in ([], ["n"], ["s", "n"], ["n", "'x'", "3"], ["n + 1", "s || 'a'"], ["a", "b", "c", "d"]))
        yield f"sum({name}(n, 2)) + 1"
    for left, right in itertools.product(OPERANDS[:9], ["n", "'x'", "(1 - n)", "j ->> 'k'"]):
        yield from (f"{left} {op} {right}" for op in ["rlike", "regexp", "not rlike", "~*", "!~*", "div"])
        yield f"@{left} + {right}"
    yield from (f"{sign}{operand}" for sign in ["!", "@", "@-", "@ -", "! !"] for operand in OPERANDS)
    for name in ["listagg", "string_agg", "group_concat"]:
        yield from (f"{name}({args}) within group (order by {order})" for args in ["s", "s, ','", "distinct s, '-'", "s, ',', 1"] for order in ["s", "n desc", "n, s asc nulls first"])
        yield f"{name}(s, ',') within group (order by s) || 'x'"
    yield from (f"{key} {word}" for key in ["n", "sum(n)", "n + 1", "s || 'a'", "not n"] for word in ["ascending", "descending", "Ascending", "asc", "desc"])


@functools.cache
def no_types():
    """Types that DuckDB doesn't have, and numbers behind those that take none."""
    forms = ("n::{}", "cast(n as {})", "try_cast(n as {}(4))", "n::{}(5, 2)", "n::{}[]", "{} '1'")
    unknown = {form.format(word) for form in forms for word in ("nullable", "object", "range", "unknown")}
    return unknown | {form.format(word) for form in forms[2:4] for word in ("array", "list", "map", "row", "struct", "union")}


def is_statement(text):
    """Whether it begins as statements do: then it is no expression, whatever SQLGlot makes of it."""
    first = DuckDB.Tokenizer().tokenize(text.partition("(")[0].split(" ")[0])[:1] if text[:1].isalpha() else []
    words = set(DuckDB.Parser.STATEMENT_PARSERS) | DuckDB.Tokenizer.COMMANDS | {TokenType.SELECT, TokenType.FROM, TokenType.VALUES, TokenType.WITH}
    return bool(first) and first[0].token_type in words


def line(text, printed):
    escape = lambda text: text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")
    return f"{escape(text)}\t{'=' if printed == text else escape(printed)}"


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--check", action="store_true")
    options.add_argument("--sample", type=int, default=1)
    options = options.parse_args()
    texts = expressions()
    if not options.check:
        lines = [line(text, printed) for text in texts if (printed := asked(text)) is not None]
        TARGET.write_text("\n".join(lines) + "\n")
        print(len(lines), "expressions,", TARGET.stat().st_size, "bytes")
        return
    written = TARGET.read_text().splitlines()
    known = {entry.partition("\t")[0]: entry for entry in written}
    wrong = 0
    for text in texts[:: options.sample]:
        printed = asked(text)
        if printed is not None and line(text, printed) != known.get(line(text, "").partition("\t")[0]):
            print(f"SQLGlot {sqlglot.__version__} prints something else for: {text}")
            wrong += 1
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
