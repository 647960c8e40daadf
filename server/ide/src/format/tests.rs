//! Before and after, and what holds for all texts.

mod properties;

use super::*;

fn formatted(text: &str) -> String {
    let document = Document::parse(text);
    let edits = format(&document, None).unwrap_or_else(|why| panic!("the text {why}: {text}"));
    apply(text, &edits)
}

#[track_caller]
fn check(before: &str, after: &str) {
    assert_eq!(formatted(before), after);
    assert_eq!(formatted(after), after, "what is formatted stays");
}

#[track_caller]
fn stays(text: &str) {
    check(text, text);
}

#[test]
fn lists_and_mappings_stand_two_columns_behind_what_holds_them() {
    check(
        "insights:\n- name: a\n  props:\n      type: bar\n      x:\n       - 1\n       -   - 2\n           - 3\n",
        "insights:\n  - name: a\n    props:\n      type: bar\n      x:\n        - 1\n        - - 2\n          - 3\n",
    );
    check(
        "insights:\n    -   name: a\n        props: {type: bar}\n    -   name: b\n",
        "insights:\n  - name: a\n    props: {type: bar}\n  - name: b\n",
    );
    check("  a: 1\n  b:\n  - d: 2\n  - &x e\n  c: []\n", "a: 1\nb:\n  - d: 2\n  - &x e\nc: []\n");
    check("  a: 1\n  b:\n     c: 2\n", "a: 1\nb:\n  c: 2\n");
    check("  - a\n  -  b\n", "- a\n- b\n");
    check("a:\n -\n    b: 1\n    c: 2\n -\n    - d\n", "a:\n  -\n    b: 1\n    c: 2\n  -\n    - d\n");
}

#[test]
fn scalars_move_with_what_holds_them_and_stay_as_they_are() {
    check(
        "models:\n- name: a\n  sql: |\n      select 1\n        from t\n\n      where x\n- name: b\n  sql: >-\n    a\n     b\n",
        "models:\n  - name: a\n    sql: |\n        select 1\n          from t\n\n        where x\n  - name: b\n    sql: >-\n      a\n       b\n",
    );
    check("a:\n      b: |2\n          x\n        y\n      c: 1\n", "a:\n  b: |2\n      x\n    y\n  c: 1\n");
    check("a:\n- \"b\n   c\"\n- d\n  e\n- 'f\n\n  g'\n", "a:\n  - \"b\n     c\"\n  - d\n    e\n  - 'f\n\n    g'\n");
    check("a:\n    b:\n       one\n       two\n", "a:\n  b:\n     one\n     two\n");
    // Blanks at the end are text there.
    stays("a: |\n  x  \n    \n  y \nb: \"c  \n  d\"\n");
    check("a:\n    b: |+\n      x\n   \n\n    c: 1\n", "a:\n  b: |+\n    x\n\n\n  c: 1\n");
    check("a:\n    b: |\n      x\n          \n    c: 1\n", "a:\n  b: |\n    x\n        \n  c: 1\n");
}

#[test]
fn flow_collections_move_as_a_whole() {
    check(
        "a:\n    b: {x: 1,\n        y: [2,\n          3]\n    }\n    c: [\n  1\n]\n",
        "a:\n  b: {x: 1,\n      y: [2,\n        3]\n  }\n  c: [\n1\n]\n",
    );
    stays("a: {  x: 1,y: 2  }\nb: [ 1,2 ]\n");
}

#[test]
fn comments_move_with_what_they_stand_beside() {
    check(
        "# top\ninsights:\n# list\n- name: a   # kept   apart\n  # of a\n  type: x\n\n# of b\n- name: b\n  # - gone\n# end\ncharts:\n    # of c\n    - name: c\n      # deep\n     # odd\n",
        "# top\ninsights:\n  # list\n  - name: a   # kept   apart\n    # of a\n    type: x\n\n  # of b\n  - name: b\n    # - gone\n# end\ncharts:\n  # of c\n  - name: c\n    # deep\n   # odd\n",
    );
    // A comment that would become a part of the text above it.
    check("a:\n        b: |\n          x\n      # c\nd: 1\n", "a:\n  b: |\n    x\n  # c\nd: 1\n");
    stays("a: 1  # trailing blanks of a comment stay   \n# and these  \n");
}

#[test]
fn blanks_at_the_end_of_lines_go() {
    check("a: 1  \nb:   \n  - x \n  -  \n   \nc: 'y' \n", "a: 1\nb:\n  - x\n  -\n\nc: 'y'\n");
}

#[test]
fn anchors_tags_and_odd_keys() {
    check(
        "a: &x\n    b: 1\nc:\n    - &y\n      d: 2\n    -   &z e: 3\n        f: *x\n    -  !!str 5\n",
        "a: &x\n  b: 1\nc:\n  - &y\n    d: 2\n  - &z e: 3\n    f: *x\n  - !!str 5\n",
    );
    check("a:\n    \"b c\": 1\n    'd': 2\n    -e: 3\n    ?f: 4\n", "a:\n  \"b c\": 1\n  'd': 2\n  -e: 3\n  ?f: 4\n");
}

#[test]
fn markers_line_ends_and_the_byte_order_mark_stay() {
    check("%YAML 1.1\n---  # one\na:\n    b: 1\n...\n", "%YAML 1.1\n---  # one\na:\n  b: 1\n...\n");
    check("\u{feff}a:\r\n- b: 1 \r\n  c: |\r\n    x\r\n", "\u{feff}a:\r\n  - b: 1\r\n    c: |\r\n      x\r\n");
    check("a:\n    - ä: 1\n      ö:\n         - 2", "a:\n  - ä: 1\n    ö:\n      - 2");
    for text in ["", "\n", "# c\n", "\u{feff}", "a", "|\n  x\n", "{a: 1}\n", "a: 1"] {
        stays(text);
    }
}

#[test]
fn query_strings_have_one_blank_inside() {
    check(
        "insights:\n  - props:\n      x: ?{sum(a)}\n      y: '?{  b  }[0]'\n      z: [\"?{c }\", d]\n    interactions:\n      - filter: ?{e = 1}\ninputs:\n  - options: ?{ select f}\n",
        "insights:\n  - props:\n      x: ?{ sum(a) }\n      y: '?{ b }[0]'\n      z: [\"?{ c }\", d]\n    interactions:\n      - filter: ?{ e = 1 }\ninputs:\n  - options: ?{ select f }\n",
    );
    // Where they are shown as they are, where blanks would mean something, and what is no query string.
    stays(
        "charts:\n  - layout:\n      title: ?{a}\ninsights:\n  - props:\n      a: ?{#x}\n      b: ?{x:}\n      c: ?{}\n      d: ?{x\n      e: \" ?{x}\"\n      f: |\n        ?{x}\n      g: ?{'é'\n        }\n      name: a ?{x}\n",
    );
}

#[test]
fn what_the_loader_refuses_is_left() {
    let why = |text: &str| format(&Document::parse(text), None).expect_err("it is left");
    assert_eq!(why("a: 1\nb: c: d\n"), Unformatted::Broken(1));
    assert_eq!(why("a:\n    - 1\n  - 2\n"), Unformatted::Broken(2));
    assert_eq!(why("a:\n\t- 1\n"), Unformatted::Broken(1));
    assert_eq!(why("a: 1\n---\nb: 2\n"), Unformatted::Broken(1));
    assert_eq!(why("? a\n: b\n"), Unformatted::ExplicitKeys);
}

#[test]
fn in_a_range_only_what_is_there_as_a_whole_moves() {
    let text = "a:\n    - b: 1 \n      c:\n          d: 2 \n          e: 3\n    - f: 4\n";
    let lines = super::lines::lines(text);
    let of = |first: usize, last: usize| {
        let range = TextRange::new(TextSize::new(lines[first].start as u32), TextSize::new(lines[last].end as u32));
        apply(text, &format(&Document::parse(text), Some(range)).expect("it is formatted"))
    };
    assert_eq!(of(3, 4), "a:\n    - b: 1 \n      c:\n        d: 2\n        e: 3\n    - f: 4\n");
    assert_eq!(of(3, 3), "a:\n    - b: 1 \n      c:\n          d: 2\n          e: 3\n    - f: 4\n");
    assert_eq!(of(1, 5), formatted(text));
    assert_eq!(of(0, 0), text);
}

#[test]
fn new_lines_begin_where_the_next_key_belongs() {
    for (text, wanted) in [
        ("insights:\n  - name: a\n  $", Some(4)),
        ("insights:\n  - name: a\n$", Some(4)),
        ("insights:\n  - name: a\n    $", None),
        ("insights:\n  - name: a\n        $", Some(4)),
        ("insights:\n  - name: a\n    props:\n    $", Some(6)),
        ("insights:\n  - name: a\n    props:  # c\n    $\n    other: 1\n", Some(6)),
        ("insights:\n$\n    - name: a\n", Some(4)),
        ("insights:\n$\n- name: a\n", None),
        ("insights:\n$\ncharts: []\n", Some(2)),
        ("a:\n  -\n$", Some(4)),
        ("a: |\n$", Some(2)),
        ("a:\n  b: |4\n$", Some(6)),
        ("a: |\n  x: y\n$", None),
        ("a: 'x\n$\n  y'\n", None),
        ("a: \"x: \n$", None),
        ("a: {b: 1,\n$", None),
        ("a: {b: 1}\n   $", Some(0)),
        ("  # c:\n$", None),
        ("a:\n\n$", None),
        ("a:\n  b$", None),
        ("$", None),
        ("a: 1\r\n  - b: ?{ x\r\n$", Some(4)),
    ] {
        let at = text.find('$').expect("a cursor");
        let text = text.replace('$', "");
        let document = Document::parse(&text);
        let edit = indent_of_new_line(&document, TextSize::new(at as u32));
        let line = |text: &str| {
            text[text[..at.min(text.len())].rfind('\n').map_or(0, |at| at + 1)..].lines().next().map(str::len)
        };
        let new = edit.map(|edit| line(&apply(&text, &[edit])).unwrap_or_default());
        assert_eq!(new, wanted, "{text:?}");
    }
}
