//! Texts that tests are made of.

use std::fmt::Write;

/// Valid texts with the parts of YAML that outlines stumble over.
pub const VALID: &[&str] = &[
    "a: b\n",
    "a:\n",
    "a:\nb:\n",
    "a: |\n  - x\n  b: c\n\n  d\nb: >-\n  e\n",
    "a:\n- |\n - x\n- >\n  y: z\n  - w\n",
    "a:\n- x\n\n# c\n\n- y\n# d\nb: c\n",
    "a:\n  # c\n  - x: 1\n    y: 2\n  # d\n  - x: 3\n# e\n",
    "a: # c\n  - x\n",
    "a:\n  b:\n    - c\n    - d\n",
    "a:\n  b: c\n  d: [e,\n    f]\n",
    "a: &x\n  - b\n  - c\nd: *x\n",
    "a: !!seq\n- b\n- c\n",
    "\"a b\": c\n'd': e\n",
    "a:\n- - b\n  - c\n- - d\n",
    "a:\n-   b: c\n    d: e\n-   f: g\n",
    "a:\n-\n  b: c\n-\n  - d\n- \n",
    "a: {\n  b: c\n}\n",
    "a: [\n  b,\n]\nc: d\n",
    "a: b\n  c\n  d\ne: f\n",
    "a: \"b\n  c\n\n  d\"\ne: 'f\n  g'\n",
    "insights:\n- name: x\n  props:\n    y: ?{ ${ref(m).a} }\n    z: ?{ 1 }[0]\n",
    "&k a: b
!!str c: d
",
    "# viz-lsp: ignore[x]\na:\n# viz-lsp: ignore[y]\n- b: 1 # viz-lsp: ignore\n",
    "a:\n\n\n- b\n",
    "a:\r\n- b\r\n- c: |\r\n    d\r\n",
    "ä: ö\nü:\n- ß: é\n",
    "a:\n- b\n...\n",
    "a: 1\na: 2\nb:\n  c: 1\n  c: 2\n",
    "models:\n  x: y\n",
    "models: []\ninputs: {}\n",
];

/// A project with about seven objects per unit, in the format's ways of writing.
pub fn project(units: usize) -> String {
    let mut out = String::from(
        "# a project\nname: sample\ncli_version: \"2.0\"\n\ndefaults:\n  source_name: local\n\nsources:\n",
    );
    for n in 0..units {
        let _ = writeln!(out, "  - name: source{n}\n    type: duckdb\n    database: \"data/{n}.db\"");
    }
    out.push_str("\nmodels:\n");
    for n in 0..units {
        let _ = write!(
            out,
            "  - name: model{n}\n    source: ref(source{n})\n    sql: |\n      select *\n      from orders -- {n}\n      where x = 'a: b'\n\
             \x20   metrics: [{{ name: total, expression: sum(amount) }}]\n    dimensions:\n      - name: day\n        expression: \"date_trunc('day', at)\"\n\n"
        );
    }
    out.push_str("inputs:\n");
    for n in 0..units {
        let _ = write!(
            out,
            "  # input {n}\n  - name: input{n}\n    type: single-select\n    label: Größe {n}\n    options: [north, 'south', \"it''s\"]\n    display:\n      default: {{ value: north }}\n"
        );
    }
    out.push_str("\ninsights:\n");
    for n in 0..units {
        let _ = write!(
            out,
            "  - name: insight{n}\n    props:\n      type: bar\n      x: ?{{ ${{ref(model{n}).day}} }}\n      y: ?{{ ${{ref(model{n}).total}} }}[0:5]\n      marker:\n        color: \"#a0b\"  # pink\n\
             \x20   interactions:\n      - filter: ?{{ ${{ref(model{n}).site}} = '${{ref(input{n}).value}}' }}\n      - split: >-\n          ?{{ ${{ref(model{n}).kind}}\n          }}\n      - sort: '?{{ ${{ref(model{n}).day}} desc }}'\n\n"
        );
    }
    out.push_str("charts:\n");
    for n in 0..units {
        let _ = write!(
            out,
            "  - name: chart{n}\n    insights:\n    - ref(insight{n})\n    - ${{ref(insight0)}}\n    layout:\n      title:\n        text: \"Chart \\\"{n}\\\"\"\n      showlegend: no\n"
        );
    }
    out.push_str("\ndashboards:\n");
    for n in 0..units {
        let _ = write!(
            out,
            "  - name: dashboard{n}\n    rows:\n      - height: small\n        items:\n          - width: 1\n            markdown: |\n              # Title {n}\n\n              - list\n          - width: 2\n            chart: ref(chart{n})\n      - height: large\n        items:\n          - chart: ref(chart0)\n"
        );
    }
    out
}
