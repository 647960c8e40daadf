"""The parser of DuckDB 1.4 as a table: its grammar's LALR automaton, as far as a SELECT reaches it.

DuckDB 1.4 parses with tables that Bison made; they stand in `src_backend_parser_gram.cpp` of its sources (MIT). The states
that a SELECT can reach are kept and numbered anew. Equal rows are written once, and of each token the action that it has in
most rows: so 300 kB of numbers become 80 kB of text.
"""

import re
from collections import Counter


class Tables:
    """The arrays of Bison."""

    def __init__(self, source):
        def array(name):
            found = re.search(rf"static const \w+ yy{name}\[\] =\s*\{{(.*?)\}};", source, re.S).group(1)
            return [int(number) for number in re.findall(r"-?\d+", found)]

        def number(name):
            return int(re.search(rf"#define YY{name}\s+(-?\d+)", source).group(1))

        self.tokens = number("NTOKENS")
        self.last, self.final = number("LAST"), number("FINAL")
        self.no_row, self.error = number("PACT_NINF"), number("TABLE_NINF")
        self.default, self.default_goto = array("defact"), array("defgoto")
        self.row, self.column, self.table, self.check = array("pact"), array("pgoto"), array("table"), array("check")
        names = re.search(r"yytname\[\] =\s*\{(.*?)\n\};", source, re.S).group(1)
        self.names = [bytes(name, "utf8").decode("unicode_escape") for name in re.findall(r'"((?:[^"\\]|\\.)*)"', names)]
        left, length, start, right = array("r1"), array("r2"), array("prhs"), array("rhs")
        self.rules = {rule: (left[rule], tuple(right[start[rule]:][:length[rule]])) for rule in range(1, len(left))}

    def actions(self, state):
        """What is written in the row of a state: a shift, a reduction (negative), an error (0)."""
        row = self.row[state]
        if row == self.no_row:
            return {}
        at = {token: row + token for token in range(self.tokens)}
        found = {token: self.table[i] for token, i in at.items() if 0 <= i <= self.last and self.check[i] == token}
        return {token: 0 if action == self.error else action for token, action in found.items()}

    def goto(self, state, symbol):
        at = self.column[symbol - self.tokens] + state
        if 0 <= at <= self.last and self.check[at] == state:
            return self.table[at]
        return self.default_goto[symbol - self.tokens]

    def only_selects(self):
        """Takes out the rules by which a statement is something else."""
        of = {name: number for number, name in enumerate(self.names)}
        statements = {of["stmt"], of["PreparableStmt"]}
        select = (of["SelectStmt"],)
        self.rules = {rule: (left, right) for rule, (left, right) in self.rules.items()
                      if left not in statements or right in (select, ())}

    def reached(self):
        """The transitions between the states that are reached, by state and symbol."""
        by_left = {}
        for rule, (left, _) in self.rules.items():
            by_left.setdefault(left, []).append(rule)

        def closure(kernel):
            items, todo = set(kernel), list(kernel)
            while todo:
                rule, dot = todo.pop()
                right = self.rules[rule][1]
                for other in by_left.get(right[dot], ()) if dot < len(right) else ():
                    if (other, 0) not in items:
                        items.add((other, 0))
                        todo.append((other, 0))
            return items

        kernels, todo, transitions = {0: frozenset([(1, 0)])}, [0], {}
        while todo:
            state = todo.pop()
            after = {}
            for rule, dot in closure(kernels[state]):
                right = self.rules[rule][1]
                if dot < len(right):
                    after.setdefault(right[dot], set()).add((rule, dot + 1))
            actions = self.actions(state)
            for symbol, kernel in after.items():
                # Precedence may have taken a shift out.
                to = actions.get(symbol, 0) if symbol < self.tokens else self.goto(state, symbol)
                if to <= 0:
                    continue
                transitions[state, symbol] = to
                if not kernel <= kernels.get(to, frozenset()):
                    kernels[to] = kernels.get(to, frozenset()) | kernel
                    todo.append(to)
        return transitions


def runs(numbers):
    """`3-5 9` for 3, 4, 5, 9."""
    out = []
    for number in sorted(numbers):
        if out and out[-1][1] == number - 1:
            out[-1][1] = number
        else:
            out.append([number, number])
    return [str(first) if first == last else f"{first}-{last}" for first, last in out]


def grammar(source, keywords):
    """The text of `grammar.tsv`. Five parts with an empty line between: tokens (what the lexer calls them, and their most
    frequent action), rules (number of the left side, length of the right one, `!` if nothing in it may be an index, `=` if it is a
    value), states (the rule that is reduced by default,
    the row), rows (tokens with their most frequent action, tokens with others), and by left side the state that follows
    (the most frequent, then the exceptions). A row of nothing is `!`. Shifts are `state + 1`, reductions `-1 - rule`, errors 0."""
    tables = Tables(source)
    tables.only_selects()
    transitions = tables.reached()
    states = sorted({0} | set(transitions.values()))
    state_number = {state: number for number, state in enumerate(states)}
    lefts = sorted({symbol for _, symbol in transitions if symbol >= tables.tokens})
    left_number = {left: number for number, left in enumerate(lefts)}

    def is_known(rule):
        return rule in tables.rules and tables.rules[rule][0] in left_number

    rows_of, default = {}, {}
    for state in states:
        kept = {token: action for token, action in tables.actions(state).items()
                if action == 0 or (is_known(-action) if action < 0 else (state, token) in transitions)}
        rows_of[state] = tuple(sorted(kept.items()))
        default[state] = tables.default[state] if is_known(tables.default[state]) else None
    rules = sorted({-action for row in rows_of.values() for _, action in row if action < 0}
                   | {rule for rule in default.values() if rule})
    rule_number = {rule: number for number, rule in enumerate(rules)}

    def action_number(action):
        return state_number[action] + 1 if action > 0 else -1 - rule_number[-action] if action else 0

    rows = list(dict.fromkeys(rows_of[state] for state in states))
    counts = {}
    for row in rows:
        for token, action in row:
            counts.setdefault(token, Counter())[action] += 1
    usual = {token: max(sorted(count), key=lambda action: count[action]) for token, count in counts.items()}
    # Tokens that stand together in rows get numbers side by side.
    where = {token: [at for at, row in enumerate(rows) if (token, action) in set(row)] for token, action in usual.items()}
    tokens = sorted(usual, key=lambda token: (where[token], token))
    token_number = {token: number for number, token in enumerate(tokens)}

    def token_name(token):
        name = tables.names[token]
        return keywords.get(name, name)

    lines = [f"{token_name(token)}\t{action_number(usual[token])}" for token in tokens] + [""]
    def rule_text(rule):
        left, right = tables.rules[rule]
        # The action behind it refuses an index: `check_func_name`, `check_qualified_name`.
        of_names = tables.names[left] in ("func_name", "qualified_name") and "indirection" in map(tables.names.__getitem__, right)
        of_values = tables.names[left] in ("a_expr", "b_expr")
        return f"{left_number[left]}:{len(right)}{'!' if of_names else ''}{'=' if of_values else ''}"

    lines += [" ".join(map(rule_text, rules)), ""]
    of_state = [(rule_number.get(default[state], ""), rows.index(rows_of[state])) for state in states]
    lines += [" ".join(f"{rule}:{row}" for rule, row in of_state), ""]
    for row in rows:
        plain = runs(token_number[token] for token, action in row if action == usual[token])
        other = [f"{token_number[token]}:{action_number(action)}" for token, action in row if action != usual[token]]
        lines.append(" ".join(plain + other) or "!")
    lines.append("")
    for left in lefts:
        to = {state: state_number[after] for (state, symbol), after in transitions.items() if symbol == left}
        count = Counter(to.values())
        most = max(sorted(count), key=lambda state: count[state])
        others = [f"{state_number[state]}:{after}" for state, after in sorted(to.items()) if after != most]
        lines.append(" ".join([str(most), *others]))
    return "\n".join(lines) + "\n"


def keywords(header):
    """The words of `kwlist.hpp` by the names of their tokens, in lower case; they are written in quotes."""
    found = re.findall(r'PG_KEYWORD\("(\w+)", (\w+), \w+\)', header)
    return {token: f'"{word}"' for word, token in found}
