"""The tree-sitter queries for Helix, tested in the parsers themselves (Helix can't be had from npm, PyPI or Debian).

    venv/bin/python tests/editors/helix_queries.py -v
"""

import pathlib
import unittest

import tree_sitter_sql
import tree_sitter_yaml
from tree_sitter import Language, Parser, Query, QueryCursor

QUERIES = pathlib.Path(__file__).parents[2] / "editors/helix/runtime/queries/yaml"
YAML = Language(tree_sitter_yaml.language())
SQL = Language(tree_sitter_sql.language())
SAMPLE = """
models:
  - name: a
    sql: select 1 as plain
  - name: b
    sql: |
      select 2 as literal
  - name: c
    sql: "select 3 as quoted"
    metrics:
      - expression: sum(4)
insights:
  - description: select nothing
    props:
      w: 12
      x: ?{ a.b }
      y: "?{ c.d }"
      z: ?{ e.f }[0]
      v: >-
        ?{ g.h }
      u: {type: bar, sql: [x]}
dashboards:
  - name: page
    template: |
      <h1 data-visivo-item="a">A</h1>
charts:
  - path: ${env.HOME_PAGE}
    insights:
      - ${ref(i)}
      - ref(k)
      - other
"""


def captures(name):
    """Capture name and text, in the order of the text."""
    tree = Parser(YAML).parse(SAMPLE.encode())
    query = Query(YAML, (QUERIES / name).read_text())
    found = QueryCursor(query).captures(tree.root_node)
    nodes = [(node.start_byte, node.end_byte, capture, node.text.decode()) for capture, all in found.items() for node in all]
    return [(capture, text, start, end) for start, end, capture, text in sorted(nodes)]


class Injections(unittest.TestCase):
    def test_sql_and_html_are_injected_in_every_style_of_scalar(self):
        texts = [" ".join(text.split()) for capture, text, *_ in captures("injections.scm") if capture == "injection.content"]
        self.assertEqual(
            texts,
            ["select 1 as plain", "| select 2 as literal", '"select 3 as quoted"', "sum(4)", "?{ a.b }", '"?{ c.d }"', "?{ e.f }[0]", ">- ?{ g.h }", '| <h1 data-visivo-item="a">A</h1>'],
        )

    def test_the_sql_parser_recovers_from_braces_and_headers(self):
        for text in ["| select city from t where a = 1", "?{ select city from t where a = 1 }"]:
            tree = str(Parser(SQL).parse(text.encode()).root_node)
            for keyword in ["(keyword_select)", "(keyword_from)", "(keyword_where)"]:
                self.assertIn(keyword, tree, text)


class Highlights(unittest.TestCase):
    def test_references_and_variables_are_set_apart(self):
        found = captures("highlights.scm")
        by_name = lambda name: [text for capture, text, *_ in found if capture == name]
        self.assertEqual(by_name("markup.link.label"), ["${ref(i)}", "ref(k)"])
        self.assertEqual(by_name("constant.macro"), ["${env.HOME_PAGE}"])
        self.assertIn("other", by_name("string"))
        self.assertIn("props", by_name("variable.other.member"))
        self.assertEqual(by_name("constant.numeric.integer"), ["12"])

    def test_no_two_patterns_match_one_node(self):
        ranges = [(start, end) for *_, start, end in captures("highlights.scm")]
        self.assertEqual(len(ranges), len(set(ranges)))


if __name__ == "__main__":
    unittest.main()
