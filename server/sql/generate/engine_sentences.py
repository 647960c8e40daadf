"""Sentences from the grammar of DuckDB 2.0 (its `*.gram` files), as short as they can be: each alternative of each rule that a
SELECT reaches, alone and with each other part of its rule that can be left out; each keyword of either engine where a name can
stand; sentences at random; and all of these with a token left out, doubled or changed places."""

import functools
import itertools
import random
import re

# What stands for the classes of characters of the grammar.
TERMINALS = {"NumberLiteral": "1", "StringLiteral": "'a'", "PlainIdentifier": "t", "QuotedIdentifier": '"q"',
             "OperatorLiteral": "@", "AnyOperatorLiteral": "=", "ReservedKeyword": "select", "UnreservedKeyword": "abort",
             "ColumnNameKeyword": "between", "FuncNameKeyword": "left", "TypeNameKeyword": "asof", "BareLabelKeyword": "abort"}
# Statements that are no SELECT.
LEFT_OUT = {"Statement", "CTEDMLBody"}
START = "SelectStatement"
# What stands for these where anything does: the shortest are odd.
USUAL = {"SelectStatementInternal": ("select", "1"), "TableRef": ("t",)}


class Grammar:
    def __init__(self, files):
        self.rules, self.parameters = {}, {}
        text = "\n".join(re.sub(r"(?m)^\s*#.*$", "", file) for file in files)
        for found in re.finditer(r"(?ms)^(\w+)(?:\((\w+)\))?\s*<-\s*(.*?)(?=^\w+(?:\(\w+\))?\s*<-|\Z)", text):
            name, parameter, body = found.groups()
            if name in TERMINALS:
                continue
            self.rules[name] = Reader(body).choice()
            self.parameters[name] = parameter

    @functools.cached_property
    def shortest(self):
        """Of each rule without parameter the shortest sentence."""
        out = {name: (text,) for name, text in TERMINALS.items()} | USUAL
        while True:
            before = dict(out)
            for name, body in self.rules.items():
                if self.parameters[name] or name in LEFT_OUT:
                    continue
                found = self.least(body, out, {})
                if found is not None and name not in USUAL and (name not in out or len(found) < len(out[name])):
                    out[name] = found
            if out == before:
                return out

    def least(self, node, known, bound):
        kind, *parts = node
        if kind == "literal":
            return (parts[0],)
        if kind in ("optional", "star", "not"):
            return ()
        if kind == "plus":
            return self.least(parts[0], known, bound)
        if kind == "rule":
            name, argument = parts
            if name in bound:
                return self.least(bound[name][0], known, bound[name][1])
            if argument is not None and self.parameters.get(name):
                return self.least(self.rules[name], known, {self.parameters[name]: (argument, bound)})
            return known.get(name)
        found = [self.least(part, known, bound) for part in parts]
        if kind == "sequence":
            return None if None in found else tuple(itertools.chain.from_iterable(found))
        found = [one for one in found if one is not None]
        return min(found, key=len) if found else None

    def variants(self, node, bound=None, deep=True):
        """Sentences of a rule's body: each alternative, each optional part with and without, each two of them."""
        bound = bound or {}
        kind, *parts = node
        least = lambda node: self.least(node, self.shortest, bound)
        if kind == "choice":
            return [found for part in parts for found in self.variants(part, bound, deep)]
        if kind in ("optional", "star", "plus"):
            inner = self.variants(parts[0], bound, False)
            repeated = [one + one for one in inner[:1]] if kind != "optional" else []
            return ([()] if kind != "plus" else []) + inner + repeated
        if kind == "rule" and parts[0] not in bound and self.parameters.get(parts[0]) and parts[1] is not None:
            return self.variants(self.rules[parts[0]], {self.parameters[parts[0]]: (parts[1], bound)}, deep)
        if kind == "sequence":
            shortest = [least(part) for part in parts]
            if None in shortest:
                return []
            out = [tuple(itertools.chain.from_iterable(shortest))]
            several = [self.variants(part, bound, False) for part in parts]
            for at, found in enumerate(several):
                out += [tuple(itertools.chain(*shortest[:at], one, *shortest[at + 1:])) for one in found]
            for first, second in itertools.combinations(range(len(parts)), 2):
                for one, other in itertools.product(several[first][1:4], several[second][1:4]):
                    pieces = list(shortest)
                    pieces[first], pieces[second] = one, other
                    out.append(tuple(itertools.chain.from_iterable(pieces)))
            return out
        found = least(node)
        return [] if found is None else [found]

    @functools.cached_property
    def contexts(self):
        """Of each rule that is reached the shortest text before and behind it."""
        out, todo = {START: ((), ())}, [START]
        while todo:
            todo.sort(key=lambda name: len(out[name][0]) + len(out[name][1]))
            name = todo.pop(0)
            for inner, before, behind in self.places(self.rules[name], {}) if name in self.rules else ():
                context = (out[name][0] + before, behind + out[name][1])
                known = out.get(inner)
                if inner not in LEFT_OUT and (known is None or len(context[0] + context[1]) < len(known[0] + known[1])):
                    out[inner] = context
                    todo.append(inner)
        return out

    def places(self, node, bound):
        """The rules in a body, with the shortest text around them."""
        kind, *parts = node
        if kind == "rule":
            name, argument = parts
            if name in bound:
                yield from self.places(bound[name][0], bound[name][1])
            elif argument is not None and self.parameters.get(name):
                yield from self.places(self.rules[name], {self.parameters[name]: (argument, bound)})
            else:
                yield name, (), ()
        elif kind == "sequence":
            shortest = [self.least(part, self.shortest, bound) for part in parts]
            for at, part in enumerate(parts):
                others = shortest[:at] + shortest[at + 1:]
                if None not in others:
                    for name, before, behind in self.places(part, bound):
                        yield name, tuple(itertools.chain(*shortest[:at], before)), tuple(itertools.chain(behind, *shortest[at + 1:]))
        elif kind in ("choice", "optional", "star", "plus"):
            for part in parts:
                yield from self.places(part, bound)

    def minimal(self):
        for name, (before, behind) in self.contexts.items():
            if name in self.rules:
                for found in self.variants(self.rules[name]):
                    yield join(before + found + behind)
            else:
                yield join(before + (TERMINALS[name],) + behind)

    def at_random(self, rng, depth):
        """A sentence at random; after so many rules, one in the other, the shortest."""
        left = [400]

        def make(node, bound, depth):
            kind, *parts = node
            left[0] -= 1
            if left[0] < 0:
                return self.least(node, self.shortest, bound)
            if kind == "literal":
                return (parts[0],)
            if kind == "not":
                return ()
            if kind == "optional":
                return make(parts[0], bound, depth) if rng.random() < 0.25 and depth > 0 else ()
            if kind in ("star", "plus"):
                count = (rng.random() < 0.2 and depth > 0) + (kind == "plus")
                return tuple(itertools.chain.from_iterable(make(parts[0], bound, depth) for _ in range(count)))
            if kind == "sequence":
                return tuple(itertools.chain.from_iterable(make(part, bound, depth) for part in parts))
            if kind == "choice":
                able = [part for part in parts if self.least(part, self.shortest, bound) is not None]
                return make(rng.choice(able), bound, depth) if depth > 0 else self.least(node, self.shortest, bound)
            name, argument = parts
            if name in bound:
                return make(bound[name][0], bound[name][1], depth)
            if argument is not None and self.parameters.get(name):
                return make(self.rules[name], {self.parameters[name]: (argument, bound)}, depth)
            if name not in self.rules or depth <= 0 or name in LEFT_OUT:
                return self.shortest[name]
            return make(self.rules[name], {}, depth - 1)
        return join(make(("rule", START, None), {}, depth))


class Reader:
    """The notation of the grammar."""

    def __init__(self, text):
        self.tokens = re.findall(r"'(?:\\.|[^'\\])*'|\[(?:\\.|[^\]\\])*\]i?|\w+\(|\w+|[()/?*+!&<>]", text)
        self.at = 0

    def peek(self):
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def choice(self):
        out = [self.sequence()]
        while self.peek() == "/":
            self.at += 1
            out.append(self.sequence())
        return out[0] if len(out) == 1 else ("choice", *out)

    def sequence(self):
        out = []
        while self.peek() not in ("", "/", ")"):
            out.append(self.repeated())
        return out[0] if len(out) == 1 else ("sequence", *out)

    def repeated(self):
        token = self.peek()
        self.at += 1
        if token in "!&":
            self.repeated()
            return ("not",)
        if token == "(":
            node = self.choice()
            self.at += 1
        elif token.startswith("'"):
            node = ("literal", token[1:-1].replace("\\'", "'").lower())
        elif token.endswith("("):
            node = ("rule", token[:-1], self.choice())
            self.at += 1
        else:
            node = ("rule", token, None)
        while self.peek() and self.peek() in "?*+":
            node = ({"?": "optional", "*": "star", "+": "plus"}[self.peek()], node)
            self.at += 1
        return node


def join(tokens):
    return " ".join(tokens)


# Where names stand; `{}` is the name.
POSITIONS = ["select {}", "select 1 as {}", "select 1 {}", "select 1 from {}", "select 1 from t {}", "select 1 from t as {}",
             "select 1 from t as t({})", "select {}.x", "select x.{}", "select x.y.{}", "select {}(1)", "select x.{}(1)", "select 1::{}",
             "select {} '1'", "select cast(1 as {})", "select {{{}: 1}}", "select f({} := 1)", "select f({} => 1)", "select lambda {}: 1", "select {} -> 1",
             "select {}: 1", "with {} as (select 1) select 1", "select 1 group by {}", "select 1 order by {}", "select sum(1) over {}",
             "select sum(1) over ({})", "select 1 from t window {} as ()", "select 1 from t join t using ({})", "select 1 from {}()", "select 1 from x.{}",
             "select * exclude ({}) from t", "select * exclude {} from t", "select * replace (1 as {}) from t", "select * rename ({} as x) from t",
             "select extract({} from x)", "select interval 1 {}", "select interval '1' {}", "select x {} y", "select {} x", "select [{} for x in y]", "select [x for {} in y]",
             "select x order by y {}", "select 1 limit {}", "select ${}", "select (x).{}", "select x[1].{}", "select {}.x(1)", "select count({} x)", "select sum(x {} y)",
             "select x::{}[]", "select x::{}(1)", "select struct_pack({} := 1)", "select x collate {}", "select * from t tablesample {}(1)", "select 1 from t at ({} => 1)"]

# Forms that are written every day, each with each other form in it.
FORMS = ["x", "1", "'a'", "x + {}", "x = {}", "x is null", "not {}", "x in ({}, 1)", "x between {} and 2", "x like {}", "case when {} then 1 else {} end", "f({})",
         "{}::int", "cast({} as varchar)", "({})", "[{}, 1]", "{{'a': {}}}", "{}[1]", "x.f({})", "-{}", "x -> {}", "x || {}", "sum({}) filter (where {})",
         "sum(x) over (partition by {} order by {})", "(select {})", "exists (select {})", "x = any(select {})", "interval ({}) day", "x at time zone {}", "lambda x: {}",
         "date '2020-01-01'", "x ->> {}", "{} is distinct from y", "({}, 1)", "list_transform(l, lambda x: {})", "map {{1: {}}}", "x not in ({})", "x collate nocase",
         "try_cast({} as int)", "extract(year from {})", "position({} in y)", "substring({} from 1 for 2)", "trim(both {} from y)", "* exclude (x)", "columns('a')",
         "array[{}]", "x[{}:2]", "x[:]", "x[-1:]", "{} asc", "distinct {}", "{},", "x:{}", "$1", "?", "#1", "x!", "@{}", "~{}", "x ^ {}", "x ** {}", "x // {}", "x % {}", "x << {}",
         "x == {}", "x <> {}", "x !~~ {}", "x similar to {}", "x glob {}", "x ilike {} escape '!'", "x isnull", "x notnull", "x is not true", "x is unknown",
         "x is not distinct from {}", "x not between {} and y", "[y for y in {} if {}]", "grouping({})", "row({})", "t.*", "f(distinct {} order by {})", "f(*)",
         "f({}) within group (order by {})", "f({}) ignore nulls", "f({} ignore nulls) over ()", "1_000", "0x1F", "0b11", "1e5", "1e", "1.", ".5", "x'ab'", "b'01'", "e'a\\n'", "$$a$$", "u&'a'",
         "n'a'", "\"a b\"", "'a' 'b'", "`a`", "current_date", "current_timestamp", "localtime", "default", "null", "true", "int '1'", "decimal(3, 1) '1'", "struct(a int) '{{}}'",
         "x::decimal(3, 1)", "x::struct(a int, b varchar)", "x::map(int, int)", "x::union(a int)", "x::int[3]", "x::int[][]", "x::timestamp with time zone",
         "x::time(3)", "x::enum('a')", "x::double precision", "x::character varying(3)", "x::interval day", "x::interval year to month", "interval '1' year", "interval 1 days",
         "interval x day", "interval '1 day'", "coalesce({}, 1,)", "if({}, 1, 2)", "ifnull(x, {})", "nullif({}, 1)", "x in {}", "x not in y", "x = all([{}])", "x[1][{}]", "x.y.z", "a.b.c.d",
         "unnest({})", "f(x := {})", "f(x => {})", "x:y:z", "try({})", "overlay(x placing {} from 1)", "overlay(x, {}, 1)", "x operator(+) {}", "x <=> {}", "x <-> {}", "x && {}", "x @> {}",
         "x |> {}", "x ?| {}", "not not {}", "- - 1", "-- 1", "+ {}", "x - -{}", "x--1", "x is {}", "{} and y or z", "x between symmetric {} and y", "x between asymmetric {} and y"]

TAILS = ["", " from t", " from t group by all", " from t group by x,", " from t group by ()", " from t group by cube (x, y)", " from t group by grouping sets ((x), ())",
         " from t order by x,", " from t order by x descending", " from t order by x ascending nulls first", " from t order by all desc", " from t limit 1 offset 2", " from t limit 10%",
         " from t limit 10 percent", " from t offset 1 rows fetch first 2 rows only", " from t fetch next row only", " from t limit 1, 2", " from t limit 1 limit 2", " from t having x",
         " from t qualify x", " from t using sample 10%", " from t tablesample reservoir(10 rows)", " from t window w as (order by x)", " union all by name select 1",
         " union select 1 order by 1", " except all select 1", " intersect select 1 union select 2", " from t, u", " from t join u on x = y", " from t left join u using (x, y,)",
         " from t natural join u", " from t asof join u on x >= y", " from t positional join u", " from t cross join u", " from t semi join u using (x)", " from t, lateral (select 1)",
         " from (values (1), (2)) v(x)", " from values (1) v(x)", " from range(1) with ordinality", " from 'a.csv'", " from t as 'u'", " from x: t", " from t pivot (sum(x) for y in (1, 2))",
         " from t unpivot (x for y in (a, b))", " from (from t)", " from t select x", " where x,", " from t where", ",", ";", "; select 1"]


def forms(rng):
    """Each form in each other, and with what follows."""
    plain = [form.replace("{}", "z") if "{{" not in form else form.format(*["z"] * 4) for form in FORMS]
    for form, inner in itertools.product(FORMS, plain):
        if "{}" in form.replace("{{", "").replace("}}", "") and rng.random() < 0.4:
            yield "select " + form.format(*[inner] * 4)
    for text in plain:
        yield "select " + text
        yield f"select 1 from t where {text}"
        yield f"select 1 from t order by {text}"
        yield f"select {text} as \"p\" from t group by {text} limit 1"
    for tail in TAILS:
        yield "select x" + tail
        yield f"select * from (select x{tail}) s"
    yield from ["from t", "table t", "values (1), (2)", "values (1),", "describe t", "show t", "summarize t", "(select 1)", "((select 1))", "with recursive r as (select 1 union all select 2) select * from r",
                "with t as materialized (select 1) select 1", "with t(a, b) as (select 1, 2), u as not materialized (select 3) select 1", "with t as (select 1), select 1",
                "pivot t on x using sum(y)", "unpivot t on x, y", "select distinct on (x) y from t", "select all x", "select from t", "select", "select 1,, 2", "select 1 from t where x and", ""]


def with_keywords(words):
    for position, word in itertools.product(POSITIONS, words):
        yield position.format(word)


def changed(sentences, rng, count):
    """With a token left out, doubled, taken from another sentence, or changed places with the next."""
    pool = sorted({token for sentence in sentences for token in sentence.split()})
    for _ in range(count):
        tokens = rng.choice(sentences).split()
        if len(tokens) < 2:
            continue
        at = rng.randrange(1, len(tokens))
        how = rng.randrange(4)
        if how == 0:
            del tokens[at]
        elif how == 1:
            tokens.insert(at, tokens[at])
        elif how == 2:
            tokens.insert(at, rng.choice(pool))
        else:
            tokens[at - 1], tokens[at] = tokens[at], tokens[at - 1]
        yield join(tokens)
