"""Insights at random, of everyday expressions: functions × operators × placeholders, grouped and not."""

import math
import random

MODEL = (
    "select * from (values (1, 2.5, 'Rome', '10', date '2024-01-05', timestamp '2024-01-05 10:30:00', true, -2.0), "
    "(7, 4.0, 'Oslo', '7', date '2024-02-11', timestamp '2024-02-11 08:00:00', false, 0.0), "
    "(12, 1.25, 'Bonn', '12', date '2024-02-20', timestamp '2024-02-20 23:59:00', true, 0.5), "
    "(3, 8.0, null, '3', date '2024-03-01', timestamp '2024-03-01 00:00:00', false, 3.0)) t(n, v, s, w, d, ts, b, z)"
)
COLUMNS = [("n", "INTEGER"), ("v", "DOUBLE"), ("s", "VARCHAR"), ("w", "VARCHAR"), ("d", "DATE"), ("ts", "TIMESTAMP"), ("b", "BOOLEAN"), ("z", "DOUBLE")]
CSV = "\n".join(
    f'"{n}","{v}",{s},"{w}","{d}","{ts}","{b}","{z}","."'
    for n, v, s, w, d, ts, b, z in [
        (1, 2.5, '"Rome"', 10, "2024-01-05", "2024-01-05 10:30:00", "true", -2.0),
        (7, 4.0, '"Oslo"', 7, "2024-02-11", "2024-02-11 08:00:00", "false", 0.0),
        (12, 1.25, '"Bonn"', 12, "2024-02-20", "2024-02-20 23:59:00", "true", 0.5),
        (3, 8.0, "", 3, "2024-03-01", "2024-03-01 00:00:00", "false", 3.0),
    ]
)
INPUTS = {
    "town": {"kind": "single", "options": ["Rome", "Oslo", "New York"]},
    "name": {"kind": "single", "options": ["Rome", "O'Fallon"]},
    "step": {"kind": "single", "options": ["2", "5"]},
    "count": {"kind": "single", "options": ["3", "4"]},
    "towns": {"kind": "multi", "options": ["Rome", "Oslo", "Bonn"]},
    "steps": {"kind": "multi", "options": ["2", "5", "12"], "default": ["2"]},
    "day": {"kind": "single", "options": ["2024-01-05", "2024-02-11"]},
    "dir": {"kind": "single", "options": ["asc", "desc"]},
    "word": {"kind": "single", "options": ["7", "many"]},
    "span": {"kind": "range", "options": [0, 5, 10]},
    # What no viewer reaches, a run tries all the same.
    "slide": {"kind": "single", "options": ["2", "9", "x y"], "display": "slider"},
}
# Dimensions and metrics of the model.
DIMENSIONS = {"quarter_of": "date_trunc('quarter', ts)", "band": "case when n > 5 then 'big' else 'small' end", "initial": "substr(s, 1, 1)", "wide": "n + v"}
METRICS = {"total": "sum(n)", "per_visit": "sum(v) / count(*)", "middle": "median(n)"}


class Writer:
    """Expressions by their type. `holes` is the share of leaves that are placeholders. With `edges` there are zeros and negative
    numbers, and what the two engines make something else of."""

    def __init__(self, seed, edges=False):
        self.edges = edges
        self.random = random.Random(seed)
        self.holes = 0.0

    def pick(self, choices):
        return self.random.choice(choices)

    def chance(self, share):
        return self.random.random() < share

    def case(self, text):
        """Functions and words in capitals at times."""
        return text.upper() if self.chance(0.15) else text

    def call(self, name, *args):
        return f"{self.case(name)}({', '.join(args)})"

    def edge(self):
        """What the viewers' engine gives another type to, or fails for on other numbers than the source's."""
        n, d = self.pick(["{z}", "{z}", "{n} - 3", "{n}", "{v}", "0", "{step.value}"]), self.pick(["{d}", "{d}", "{ts}", "{d}::date"])
        trunc = self.call(self.pick(["date_trunc", "datetrunc"]), f"'{self.pick(['day', 'week', 'month', 'year', 'hour', 'Quarter'])}'", self.pick(["{d}", "{ts}"]))
        return self.pick([
            lambda: self.call(self.pick(["ln", "log", "log10", "log2", "sqrt", "acos", "asin", "atanh", "gamma", "lgamma", "cot", "sin", "exp"]), n),
            lambda: self.call("log", self.pick(["2", "{z}", "{n}"]), n),
            lambda: f"{self.pick(['7', '{n}', '{v}'])} {self.pick(['%', '//', '/'])} {n if n[0] != '{' or ' ' not in n else f'({n})'}",
            lambda: self.call(self.pick(["mod", "fmod"]), self.pick(["7", "{n}"]), n),
            lambda: f"{d} - {trunc}",
            lambda: f"{d}::date - {trunc} + 1",
            lambda: f"date_diff('day', {trunc}, {d})",
            lambda: f"year({trunc} {self.pick(['+ 1', '- 7', '+ interval 1 day'])})",
            lambda: f"day(last_day({trunc}) - {self.pick(['1', 'interval 1 day'])})",
        ])()

    def number(self, depth):
        if self.edges and self.chance(0.4):
            return self.edge()
        if depth <= 0:
            if self.chance(self.holes):
                return self.pick(["{step.value}", "{count.value}", "{slide.value}", "{steps.min}", "{steps.max}", "{steps.first}", "{span.min}", "{span.max}"])
            return self.pick(["{n}", "{n}", "{n}", "{v}", "{v}", "{v}", "1", "2", "10", "0.5", "{wide}"])
        n, t, d = lambda: self.number(depth - 1), lambda: self.text(depth - 1), lambda: self.date(depth - 1)
        return self.pick([
            lambda: f"{n()} {self.pick(['+', '-', '*', '/', '%', '//'])} {n()}",
            lambda: f"{n()} {self.pick(['+', '-', '*'])} {n()}",
            lambda: f"({n()} {self.pick(['+', '-', '*', '/'])} {n()})",
            lambda: f"{n()} * -{n()}" if not n().startswith("-") else n(),
            lambda: self.call(self.pick(["abs", "floor", "ceil", "ceiling", "round", "sign", "sqrt", "ln", "exp", "trunc"]), n()),
            lambda: self.call("round", n(), self.pick(["1", "2"])),
            lambda: self.call(self.pick(["mod", "pow", "power", "greatest", "least", "coalesce", "ifnull", "nullif"]), n(), n()),
            lambda: self.call(self.pick(["length", "len", "strlen", "char_length", "ascii"]), t()),
            lambda: self.call("strpos", t(), "'o'"),
            lambda: self.call(self.pick(["year", "month", "day", "quarter", "week", "dayofweek", "hour"]), d()),
            lambda: f"{self.case('extract')}({self.pick(['year', 'month', 'epoch', 'dow', 'hour'])} from {d()})",
            lambda: self.call("date_part", f"'{self.pick(['year', 'month', 'Day'])}'", d()),
            lambda: self.call(self.pick(["date_diff", "datediff"]), f"'{self.pick(['day', 'month', 'year'])}'", d(), d()),
            lambda: f"{self.case('case when')} {self.truth(depth - 1)} then {n()} else {n()} end",
            lambda: f"{self.case('case')} {t()} when 'Rome' then {n()} else {n()} end",
            lambda: f"{n()}::{self.pick(['int', 'double', 'bigint', 'decimal(8, 2)', 'float'])}",
            lambda: f"cast({n()} as {self.pick(['int', 'double', 'DECIMAL(10,2)'])})",
            lambda: "cast({w} as int)",
            lambda: f"try_cast({t()} as int)",
            lambda: f"if({self.truth(depth - 1)}, {n()}, {n()})",
            lambda: f"{n()} ** 2",
        ])()

    def text(self, depth):
        if depth <= 0:
            if self.chance(self.holes):
                return self.pick(["'{town.value}'", "'{town.value}'", "'{name.value}'", "{town.value}", "'{towns.first}'", "'{step.value}'"])
            return self.pick(["{s}", "{s}", "{s}", "{s}", "{w}", "{w}", "{band}", "{initial}", "'Rome'", "'x y'", "'-'"])
        n, t, d = lambda: self.number(depth - 1), lambda: self.text(depth - 1), lambda: self.date(depth - 1)
        return self.pick([
            lambda: self.call(self.pick(["upper", "lower", "trim", "reverse", "ucase", "lcase", "ltrim", "initcap"]), t()),
            lambda: f"{t()} || {t()}",
            lambda: f"{t()} || '-' || {t()}",
            lambda: self.call(self.pick(["concat", "coalesce", "ifnull", "nullif"]), t(), t()),
            lambda: self.call(self.pick(["substr", "substring"]), t(), "1", self.pick(["2", "3"])),
            lambda: self.call(self.pick(["left", "right", "repeat"]), t(), "2"),
            lambda: self.call("replace", t(), "'o'", "'0'"),
            lambda: self.call("split_part", t(), "' '", "1"),
            lambda: self.call("regexp_replace", t(), "'[aeiou]'", "''"),
            lambda: self.call(self.pick(["lpad", "rpad"]), t(), "5", "'.'"),
            lambda: f"{t()}[1]",
            lambda: f"{self.pick([t, n])()}::{self.pick(['varchar', 'text', 'string'])}",
            lambda: f"cast({self.pick([t, n, d])()} as varchar)",
            lambda: self.call("strftime", d(), self.pick(["'%Y-%m'", "'%d.%m.%y'"])),
            lambda: self.call(self.pick(["dayname", "monthname"]), d()),
            lambda: f"case when {self.truth(depth - 1)} then {t()} else {t()} end",
            lambda: f"case when {self.truth(depth - 1)} then {t()} end",
            lambda: f"if({self.truth(depth - 1)}, {t()}, {t()})",
            lambda: f"{t()}.upper()",
        ])()

    def date(self, depth):
        if depth <= 0:
            if self.chance(self.holes):
                return self.pick(["'{day.value}'::date", "date '{day.value}'", "cast('{day.value}' as date)"])
            return self.pick(["{d}", "{d}", "{d}", "{ts}", "{ts}", "{ts}", "{quarter_of}", "date '2024-02-01'"])
        d = lambda: self.date(depth - 1)
        unit = self.pick(["day", "week", "month", "quarter", "year", "hour", "Month", "YEAR"])
        return self.pick([
            lambda: self.call("date_trunc", f"'{unit}'", d()),
            lambda: self.call("date_trunc", f"'{unit}'", d()),
            lambda: f"{d()} {self.pick(['+', '-'])} {self.case('interval')} {self.pick(['1 day', '2 months', '3 hours'])}",
            lambda: f"{d()} + interval '1 day'",
            lambda: f"{d()} + to_days({self.number(0)})" if self.chance(0.5) else f"{d()} + interval ({self.number(0)}) day",
            lambda: f"{d()}::{self.pick(['date', 'timestamp'])}",
            lambda: f"cast({d()} as date)",
            lambda: self.call("last_day", d()),
            lambda: self.call(self.pick(["greatest", "least", "coalesce"]), d(), d()),
            lambda: self.call("time_bucket", "interval '1 week'", d()),
        ])()

    def truth(self, depth):
        n, t, d = lambda: self.number(max(depth - 1, 0)), lambda: self.text(max(depth - 1, 0)), lambda: self.date(max(depth - 1, 0))
        compare = self.pick(["=", "<>", "!=", "<", "<=", ">", ">="])
        simple = [
            lambda: f"{n()} {compare} {n()}",
            lambda: f"{t()} {self.pick(['=', '<>', '!='])} {t()}",
            lambda: f"{d()} {compare} {d()}",
            lambda: f"{t()} is {self.pick(['null', 'not null'])}",
            lambda: f"{self.pick([t, n])()} is not null",
            lambda: f"{t()} {self.pick(['in', 'not in'])} ('Rome', 'Oslo')",
            lambda: f"{n()} in (1, 7, {n()})",
            lambda: f"{n()} between {n()} and {n()}",
            lambda: f"{t()} {self.pick(['like', 'not like', 'ilike'])} '%o%'",
            lambda: "{b}",
            lambda: f"starts_with({t()}, 'R')",
            lambda: f"contains({t()}, {t()})",
            lambda: f"regexp_matches({t()}, '^R')",
        ]
        if self.holes and self.chance(0.5):
            simple = [
                lambda: f"{t()} = '{{town.value}}'",
                lambda: f"{{s}} = {{{self.pick(['town', 'name'])}.value}}",
                lambda: "{s} in ({towns.values})",
                lambda: "{n} in ({steps.values})",
                lambda: f"{n()} {compare} {{{self.pick(['step', 'count', 'word'])}.value}}",
                lambda: f"{n()} {compare} {{steps.{self.pick(['min', 'max', 'first', 'last'])}}}",
                lambda: f"{self.pick(['{d}', '{ts}'])} >= '{{day.value}}'",
                lambda: f"{self.pick(['{d}', '{ts}'])} >= {{day.value}}",
                lambda: "{s} like '%{town.value}%'",
                lambda: f"{n()} between {{steps.min}} and {{steps.max}}",
                lambda: f"{n()} between {{span.min}} and {{span.max}}",
                lambda: f"{n()} {compare} {{span.{self.pick(['min', 'max', 'first', 'last'])}}}",
                lambda: "{n} in ({span.values})",
                lambda: "{s} = '{name.value}'",
            ]
        if depth > 0 and self.chance(0.4):
            both = lambda: self.truth(depth - 1)
            return self.pick([lambda: f"{both()} and {both()}", lambda: f"({both()} or {both()})", lambda: f"not {both()}", lambda: f"not ({both()})"])()
        return self.pick(simple)()

    def value(self, depth):
        return self.pick([self.number, self.text, self.date, self.truth])(depth)

    def aggregate(self, depth):
        n = lambda: self.number(depth)
        return self.pick([
            lambda: "count(*)",
            lambda: self.call(self.pick(["sum", "avg", "min", "max", "median", "stddev", "any_value", "mean", "product", "var_pop", "mode", "first", "list", "array_agg", "fsum"]), n()),
            lambda: self.call(self.pick(["sum", "avg", "min", "max"]), n()),
            lambda: f"count(distinct {self.value(depth)})",
            lambda: f"string_agg({self.text(depth)}, ',')",
            lambda: f"{self.pick(['arg_max', 'argmax', 'max_by', 'arg_min'])}({{s}}, {n()})",
            lambda: f"sum({n()}) filter (where {self.truth(depth)})",
            lambda: f"count_if({self.truth(depth)})",
            lambda: f"sum({n()}) / count(*)",
            lambda: f"round(avg({n()}), 1)",
            lambda: f"sum({n()}) * {self.number(0)}",
            lambda: f"quantile_cont({n()}, 0.5)",
            lambda: f"max({n()}) - min({n()})",
            lambda: self.pick(["{total}", "{per_visit}", "{middle}", "{total} * 2", "round({per_visit}, 1)"]),
            lambda: f"coalesce(sum({n()}), 0)",
        ])()

    def foreign(self, functions):
        """What SQLGlot reads and DuckDB doesn't have: functions of its registry, with arguments of any type, and operators."""
        leaf = lambda: self.pick(["{n}", "{n}", "{v}", "{s}", "{s}", "{d}", "{ts}", "{b}", "1", "'Rome'", "'day'"])
        args = lambda most: ", ".join(leaf() for _ in range(self.random.randint(1, most)))
        call = self.pick([
            lambda: self.call(self.pick(functions).lower(), args(3)),
            lambda: self.call(self.pick(functions).lower(), args(2)),
            lambda: self.call(self.pick(["nvl", "nvl2", "iif"]), *(leaf() for _ in range(self.pick([2, 3])))),
            lambda: f"{{s}} {self.pick(['rlike', 'regexp', 'not rlike', '~*'])} '^[ro]'",
            lambda: f"{self.pick(['!', '! '])}{self.pick(['{b}', '({n} > 3)', '{n}'])}",
            lambda: f"@{self.pick(['-', '', ' '])}{self.pick(['{n}', '{v}', '({n} - 9)'])}",
            lambda: f"{self.pick(['listagg', 'string_agg'])}({self.pick(['{s}', '{w}'])}, ',') within group (order by {{s}})",
            lambda: "{n} div 2",
        ])()
        return self.pick([lambda: call, lambda: call, lambda: f"{call} || 'x'", lambda: f"coalesce({call}, {leaf()})", lambda: f"max({call})", lambda: f"(select {call})"])()

    def foreign_insight(self, at, functions):
        """One without inputs."""
        self.holes = 0.0
        x, y = self.foreign(functions), self.pick([lambda: "{n}", lambda: "{w}", lambda: "count(*)", lambda: self.foreign(functions)])()
        filters = [self.foreign(functions) + self.pick([" is not null", " = 1", ""])] if self.chance(0.2) else []
        sorts = [self.pick(["{n}", "{w}", x, "{n} + 1"]) + self.pick(["", " asc", " desc", " ascending", " Descending"])] if self.chance(0.3) else []
        return {"name": f"i{at}", "filters": filters, "splits": [], "sorts": sorts, "props": [x, y]}

    def window(self):
        return self.pick([
            "row_number() over (order by {n})", "sum({n}) over (order by {d})", "rank() over (partition by {s} order by {v} desc)",
            "lag({n}) over (order by {ts})", "sum({n}) over (partition by {s})", "sum(sum({n})) over ()", "avg({v}) over ()",
        ])

    def insight(self, at):
        with_inputs = self.chance(0.75)
        share = lambda holes: setattr(self, "holes", holes if with_inputs else 0.0)
        depth = self.pick([0, 1, 1, 1, 2, 2])
        share(self.pick([0, 0, 0.3]))
        x = self.value(depth)
        y = self.aggregate(self.pick([0, 0, 1])) if self.chance(0.65) else self.window() if self.chance(0.12) else self.number(depth)
        splits = [self.value(self.pick([0, 1, 1]))] if self.chance(0.2) else []
        sorts = []
        if self.chance(0.2):
            key = self.pick([x, y, self.value(1)])
            sorts = [key + (self.pick(["", " asc", " DESC"]) if not (with_inputs and self.chance(0.2)) else " {dir.value}")]
        share(0.5)
        filters = [self.truth(self.pick([0, 1, 1]))] if self.chance(0.8) or with_inputs else []
        if self.chance(0.15):
            filters.append(f"{self.aggregate(0)} > {self.number(0)}" if self.chance(0.6) else self.truth(1))
        raw = {"filters": filters, "splits": splits, "sorts": sorts, "props": [x, y]}
        return {"name": f"i{at}", **raw}


def inputs_of(insight):
    """The names of the inputs that it reads."""
    texts = [text for part in ("filters", "splits", "sorts", "props") for text in insight[part]]
    return sorted(name for name in INPUTS if any(f"{{{name}." in text for text in texts))


def insights(count, seed, edges=False, foreign=()):
    """So many, none of which the reference would only sample (R-VAL-03). With names of functions that are SQLGlot's alone, they hold those."""
    writer, made = Writer(seed, edges), []
    if foreign:
        return [writer.foreign_insight(at, foreign) for at in range(count)]
    while len(made) < count:
        insight = writer.insight(len(made))
        if math.prod(2 if INPUTS[name]["kind"] == "range" else len(INPUTS[name]["options"]) for name in inputs_of(insight)) <= 96:
            made.append(insight)
    return made
