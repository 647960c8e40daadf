"""The query that the reference makes of an insight, by sections 5 and 6 of the format and F1–F4 of what was found in use.

A second composition, by SQLGlot itself: what the product computes with tables of its own is compared with this. Texts hold
columns as `{n}` and inputs as `{pick.value}`.
"""

import logging
import re

import sqlglot
from sqlglot import exp

import insights

logging.disable(logging.CRITICAL)

TABLE = "t_visits"
# Expressions of the model's dimensions and metrics, by their names.
UNITS = {**insights.DIMENSIONS, **insights.METRICS}
HOLE = re.compile(r"\{(\w+)(?:\.(\w+))?\}")
QUOTED_BY = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Like, exp.ILike)


def parsed(text):
    """The expression, or `None` where SQLGlot refuses the text."""
    try:
        return sqlglot.parse_one(text, read="duckdb")
    except (sqlglot.ParseError, sqlglot.TokenError):
        return None


def unit(name):
    """A dimension or metric: in SQLGlot's words, its columns qualified (R-RES-02)."""
    tree = parsed(UNITS[name])
    for column in list(tree.find_all(exp.Column)):
        column.replace(exp.column(column.name, table=TABLE, quoted=True))
    return tree.sql(dialect="duckdb")


def resolved(text, hole):
    """The text with quoted columns and `hole(name, accessor)` for inputs."""
    own = lambda name: unit(name) if name in UNITS else f'"{TABLE}"."{name}"'
    return HOLE.sub(lambda found: hole(*found.groups()) if found[2] else own(found[1]), text)


def stored(text):
    return resolved(text, lambda name, accessor: f"${{{name}.{accessor}}}")


def sample(inputs, name, accessor):
    """R-VAL-06: what stands for a placeholder while the query is assembled."""
    options = inputs[name]["options"]
    if accessor == "values":
        return ",".join(f"'{option}'" for option in options[:2])
    return str(options[-1] if accessor in ("max", "last") else options[0])


class Part:
    """A statement of an insight: its text, its text with samples and marks, and the tree of that."""

    def __init__(self, text, inputs):
        self.text = stored(text)
        self.holes = []

        def marked(name, accessor):
            self.holes.append((f"/* mark{len(self.holes)} */", f"${{{name}.{accessor}}}"))
            return f"{sample(inputs, name, accessor)} {self.holes[-1][0]}"

        self.tree = parsed(resolved(text, marked))

    def restored(self, node):
        """R-SQL-05, F1, F3: SQLGlot's text; back from each mark to a blank, comma or closing parenthesis is the sample."""
        text = node.sql(dialect="duckdb")
        for mark, placeholder in self.holes:
            text = re.sub(r"[^\s,)]*\s?" + re.escape(mark), lambda _: placeholder, text)
        return text

    def has(self, kind):
        return self.tree is not None and self.tree.find(kind) is not None

    def grouped(self):
        """The largest expressions around columns outside of aggregates; the search stops at ORDER BY (F11c)."""
        if self.tree is None:
            return
        for column in self.tree.find_all(exp.Column):
            node, inside = column, False
            while node.parent is not None and not isinstance(node.parent, (exp.Ordered, exp.Order, exp.Alias)):
                node = node.parent
                inside = inside or isinstance(node, (exp.AggFunc, exp.Filter))
            if not inside:
                yield self.restored(node)


def is_text(given):
    return given["kind"] != "range"


def quoted(query, inputs):
    """Section 5.7: texts as whole operands get quotes, if the whole query reads with names in their place."""
    names = {}

    def name(found):
        names[f"hole{len(names)}x"] = found
        return f"hole{len(names) - 1}x"

    plain = re.sub(r"\$\{(\w+)\.(\w+)\}", name, query)
    tree = parsed(plain)
    if tree is None:
        return query
    for column in tree.find_all(exp.Column):
        found = names.get(column.name)
        if found is None or column.table or not is_text(inputs[found[1]]) or found[2] == "values":
            continue
        parent = column.parent
        operand = (
            (isinstance(parent, QUOTED_BY) and parent.expression is column)
            or (isinstance(parent, exp.In) and column in parent.expressions)
            or (isinstance(parent, exp.Between) and column in (parent.args["low"], parent.args["high"]))
        )
        if operand:
            plain = re.sub(rf"\b{column.name}\b", f"'{column.name}'", plain)
    return re.sub(r"hole\d+x", lambda found: names[found[0]][0], plain)


def ordering(text, inputs):
    """A sort and its direction, which may be an input's (R-SQL-08, R-SQL-09)."""
    found = re.search(r" (asc|desc|\{\w+\.value\})$", text, re.IGNORECASE)
    return Part(text[: found.start()] if found else text, inputs), f" {stored(found[1])}" if found else ""


def reads_no_model(insight):
    """R-INS-03: the run ends with it."""
    return not any(not found[2] for part in ("filters", "splits", "sorts", "props") for text in insight[part] for found in HOLE.finditer(text))


def dynamic(insight, inputs):
    """The stored query, and why a run fails or leaves something out (`None` if it doesn't)."""
    filters = [Part(text, inputs) for text in insight["filters"]]
    selected = [Part(text, inputs) for text in insight["splits"] + insight["props"]]
    sorts = [ordering(text, inputs) for text in insight["sorts"]]
    wrong = None
    where, having = [], []
    for each in filters:
        if each.tree is None or (each.has(exp.Window) and not each.has(exp.AggFunc)):
            wrong = "the filter is left out"
        elif each.has(exp.AggFunc):
            having.append(each.text)
        else:
            where.append(each.text)
    query = "SELECT\n" + ",\n".join(f'{part.text} AS "a{at}"' for at, part in enumerate(selected)) + f'\nFROM "{TABLE}"'
    query += "\nWHERE " + " AND ".join(where) if where else ""
    if having or any(part.has(exp.AggFunc) for part in selected):
        keys = dict.fromkeys(key for part in [*selected, *(part for part, _ in sorts)] for key in part.grouped())
        query += "\nGROUP BY\n" + ",\n".join(keys) if keys else ""
    query += "\nHAVING " + " AND ".join(having) if having else ""
    query += "\nORDER BY " + ", ".join(part.text + direction for part, direction in sorts) if sorts else ""
    query = quoted(query, inputs)
    return query, wrong or validated(query, inputs)


def validated(query, inputs):
    """R-VAL-01 to -04: every combination of options is parsed."""
    used = sorted({found[1] for found in re.finditer(r"\$\{(\w+)\.(\w+)\}", query)})
    tried = {name: given["options"] if given["kind"] != "range" else [float(given["options"][0]), float(given["options"][-1])] for name, given in inputs.items()}
    combinations = [{}]
    for name in used:
        combinations = [{**one, name: option} for one in combinations for option in tried[name]]

    def value(name, accessor, combination):
        options = tried[name]
        if accessor == "value":
            return str(combination[name])
        if accessor == "values":
            return ",".join("'" + str(option).replace("'", "''") + "'" for option in options[:2])
        ordered = sorted(map(str, options)) if accessor in ("min", "max") else options
        return str(ordered[0] if accessor in ("min", "first") else ordered[-1])

    for combination in combinations:
        text = re.sub(r"\$\{(\w+)\.(\w+)\}", lambda found: value(found[1], found[2], combination), query)
        if parsed(text) is None:
            return f"SQLGlot refuses {combination}"
    return None


def static(insight, model):
    """The query on the source, in SQLGlot's words, and what is wrong without running it."""
    part = lambda text: Part(text, {})
    filters, selected = [part(text) for text in insight["filters"]], [part(text) for text in insight["splits"] + insight["props"]]
    sorts = [ordering(text, {}) for text in insight["sorts"]]
    if any(each.tree is None for each in [*filters, *selected, *(sort for sort, _ in sorts)]):
        return None, "a part does not read"
    words = lambda node: node.sql(dialect="duckdb")
    where = [words(each.tree) for each in filters if not each.has(exp.AggFunc)]
    having = [words(each.tree) for each in filters if each.has(exp.AggFunc)]
    query = f'WITH "{TABLE}" AS ({model}) SELECT ' + ", ".join(f'{words(each.tree)} AS "a{at}"' for at, each in enumerate(selected))
    query += f' FROM "{TABLE}"' + (" WHERE " + " AND ".join(where) if where else "")
    if having or any(each.has(exp.AggFunc) for each in selected):
        keys = dict.fromkeys(key for each in [*selected, *(sort for sort, _ in sorts)] for key in each.grouped())
        query += " GROUP BY " + ", ".join(keys) if keys else ""
    query += " HAVING " + " AND ".join(having) if having else ""
    query += " ORDER BY " + ", ".join(words(each.tree) + direction for each, direction in sorts) if sorts else ""
    return query, "the filter is no SQL there" if any(each.has(exp.Window) for each in filters) else None
