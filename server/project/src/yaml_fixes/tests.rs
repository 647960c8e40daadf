use super::*;

fn fixed(text: &str) -> String {
    let document = Document::parse(text);
    let fixes = document.problems().iter().filter_map(|problem| told_of(&document, problem).fix);
    fixes.into_iter().next().map_or("none".into(), |fix| apply(&document, &fix))
}

fn apply(document: &Document, fix: &Fix) -> String {
    let mut out = document.text().to_owned();
    let mut edits: Vec<_> = fix.edits.iter().map(|(loc, new)| (document.range(*loc).expect("a place"), new)).collect();
    edits.sort_by_key(|(range, _)| std::cmp::Reverse(range.start()));
    for (range, new) in edits {
        out.replace_range(std::ops::Range::<usize>::from(range), new);
    }
    out
}

#[test]
fn faults_of_a_line_are_mended() {
    for (text, expected) in [
        // Dashes.
        ("a:\n  - b: c\n  b: d\n    e: f\n", "a:\n  - b: c\n  - b: d\n    e: f\n"),
        ("a:\n  - b: c\n  b: d\n  e: f\n", "a:\n  - b: c\n  - b: d\n    e: f\n"),
        ("a:\n  - b:\n      - Rome\n      Oslo\n", "a:\n  - b:\n      - Rome\n      - Oslo\n"),
        ("a:\n  - b: c\n  -b: d\n", "a:\n  - b: c\n  - b: d\n"),
        // Colons.
        ("a:\n  - b: c\n    type:bar\n", "a:\n  - b: c\n    type: bar\n"),
        ("a:\n  - b: c\n    sql:\u{a0}select 1\n", "a:\n  - b: c\n    sql: select 1\n"),
        ("a:\n  - \"b\": \"c\",\n    d: e\n", "a:\n  - \"b\": \"c\"\n    d: e\n"),
        ("a:\n  - b: c\n    props\n      x: y\n", "a:\n  - b: c\n    props:\n      x: y\n"),
        // Quotes.
        ("a:\n  - b: total: all\n", "a:\n  - b: \"total: all\"\n"),
        ("a:\n  - b: total: all # note\n", "a:\n  - b: \"total: all\" # note\n"),
        ("a:\n  - b: @c\n", "a:\n  - b: \"@c\"\n"),
        ("a:\n  - b: %d\n", "a:\n  - b: \"%d\"\n"),
        ("a:\n  - b: 'it's'\n", "a:\n  - b: \"it's\"\n"),
        ("a:\n  - b: \"say \"x\"\"\n", "a:\n  - b: 'say \"x\"'\n"),
        ("a:\n  - b: 'x' || \"y\"\n", "a:\n  - b: \"'x' || \\\"y\\\"\"\n"),
        ("a:\n  - b: \"c\n    d: e\n", "a:\n  - b: \"c\"\n    d: e\n"),
        ("a:\n  - b: [c, d\n    e: f\n", "a:\n  - b: [c, d]\n    e: f\n"),
        ("a:\n  - b: ?{ x: y }\n", "a:\n  - b: \"?{ x: y }\"\n"),
        ("a:\n  - b: \"c #1\n    d: e\n", "a:\n  - b: \"c #1\"\n    d: e\n"),
        ("a:\n  - b: it: c #1\n", "a:\n  - b: \"it: c #1\"\n"),
        ("a:\n  - b: [Draft] sales\n", "a:\n  - b: \"[Draft] sales\"\n"),
        ("a:\n  - b: c:\n", "a:\n  - b: c\n"),
        // What is said of a value is no part of it.
        ("a:\n  - b: &c total: all\n", "a:\n  - b: &c \"total: all\"\n"),
        ("a:\n  - b: !!str &c total: all\n", "a:\n  - b: !!str &c \"total: all\"\n"),
        ("a:\n  - &c b: total: all\n", "a:\n  - &c b: \"total: all\"\n"),
        ("a:\n  - b: &c @d\n", "a:\n  - b: &c \"@d\"\n"),
        ("a:\n  - b: &c [tent #1, stove]\n", "a:\n  - b: &c [\"tent #1\", stove]\n"),
        ("a:\n  - b: &c [c, d\n    e: f\n", "a:\n  - b: &c [c, d]\n    e: f\n"),
        // A mapping is no text, however broken.
        ("a:\n  - b: {c: d} e\n", "none"),
        ("a:\n  - b: {c: d: e\n    f: g\n", "none"),
        ("a:\n  - b: {c: d, e\n    f: g\n", "a:\n  - b: {c: d, e}\n    f: g\n"),
        // What stands in brackets, one by one.
        ("a:\n  - b: [tent #1, stove]\n", "a:\n  - b: [\"tent #1\", stove]\n"),
        ("a:\n  - b: [tent,\n      stove #1, lamp]\n", "a:\n  - b: [tent,\n      \"stove #1\", lamp]\n"),
        ("a:\n  - b: { c: #ff0000, d: 0.5 }\n", "a:\n  - b: { c: \"#ff0000\", d: 0.5 }\n"),
        ("a:\n  - b: { c: [#f00, #0f0] } # two\n", "a:\n  - b: { c: [\"#f00\", \"#0f0\"] } # two\n"),
        ("a:\n  - b: [tent, 'stove, lamp]\n", "a:\n  - b: [tent, 'stove', lamp]\n"),
        (
            "a:\n  - b:\n      { c: d, x: ?{ ${ref(o).x} }, y: ?{ sum(${ref(o).y}) } }\n",
            "a:\n  - b:\n      { c: d, x: \"?{ ${ref(o).x} }\", y: \"?{ sum(${ref(o).y}) }\" }\n",
        ),
        ("a:\n  - b: [tent, stove # two\n", "a:\n  - b: [tent, stove] # two\n"),
        // Queries without their mark.
        ("a:\n  - b: { ${ref(o).x} }\n", "a:\n  - b: ?{ ${ref(o).x} }\n"),
        ("a:\n  - b: ? { ${ref(o).x} }\n", "a:\n  - b: ?{ ${ref(o).x} }\n"),
        ("a:\n  - b: \"?{ ${ref(o).\"x\"} }\"\n", "a:\n  - b: \"?{ ${ref(o).x} }\"\n"),
        // Columns.
        (
            "a:\n  - h: c\n  i:\n    - x: y\n  - h: d\n    i: []\n",
            "a:\n  - h: c\n    i:\n      - x: y\n  - h: d\n    i: []\n",
        ),
        ("a:\n  - b: c\n     d: e\n", "a:\n  - b: c\n    d: e\n"),
        ("a:\n  - b: c\n   d:\n     e: f\n", "a:\n  - b: c\n    d:\n      e: f\n"),
        ("a:\n  - b:\n      c: d\n     e: f\n", "a:\n  - b:\n      c: d\n      e: f\n"),
        // Tabs.
        ("a:\n  - b: c\n\td: e\n", "a:\n  - b: c\n    d: e\n"),
        ("a:\n  - b:\n\t\tc: d\n\t\te: f\n", "a:\n  - b:\n        c: d\n        e: f\n"),
        ("a:\n  - b:\td\n", "a:\n  - b: d\n"),
        ("a:\n  - b:\n\t  c: d\n      e: f\n       g: h\n", "a:\n  - b:\n      c: d\n      e: f\n       g: h\n"),
        // Nothing that one could tell.
        ("a:\n  - b: [tent #1, stove\n", "none"),
        ("a:\n  - b: \"tent # two\n", "none"),
        ("a:\n  - b: c\n    d\n", "none"),
        ("a:\n<<<<<<< HEAD\n- b\n", "none"),
    ] {
        assert_eq!(fixed(text), expected, "{text:?}");
    }
}

/// A line that has slipped keeps its keys, and so do all others: they get no part of the text above, and no text instead.
#[test]
fn no_fix_loses_a_key() {
    let whole = "models:\n  - name: first\n    sql: |\n      select a: b\n      from t\n    metrics:\n      - name: m\n        expression: sum(x)\n  - name: second\n    \
                 props: {type: bar, x: [a, b], y: {z: 1}}\n    text: >-\n      some words\n      - no: item\n    insights:\n      - one\n      - name: c\n        layout:\n          \
                 title: \"a b\"\n    note: 'it''s'\n    list: [a, b]\n  - name: third\n    sql: |\n      select 1\n";
    let base = Document::parse(whole);
    let keys: Vec<Key> = read(SegmentKind::Whole, whole).1.into_iter().collect();
    assert!(base.problems().is_empty() && keys.len() > 20);
    let lines: Vec<&str> = whole.lines().collect();
    let (mut tried, mut offered) = (0, 0);
    for at in 0..lines.len() {
        let line = lines[at];
        let mut others: Vec<String> = (1..8).map(|more| format!("{}{line}", " ".repeat(more))).collect();
        others.extend((1..=indent(line)).map(|less| line[less..].to_owned()));
        for gone in ["{", "}", "[", "]", "'", "\"", "- ", ", ", ",", " ", ">-", "|"] {
            others
                .extend(line.match_indices(gone).map(|(at, _)| format!("{}{}", &line[..at], &line[at + gone.len()..])));
        }
        others.push(line.replacen("  ", "\t", 1));
        for other in others {
            let text: String = lines
                .iter()
                .enumerate()
                .map(|(n, line)| if n == at { &other } else { *line })
                .map(|line| format!("{line}\n"))
                .collect();
            tried += 1;
            let document = Document::parse(&text);
            for problem in document.problems() {
                let Some(fix) = told_of(&document, problem).fix else { continue };
                offered += 1;
                let mended = apply(&document, &fix);
                let after = read(SegmentKind::Whole, &mended).1;
                // What was taken away may have made the key of its own line another.
                let lost: Vec<&Key> = keys
                    .iter()
                    .filter(|key| !after.contains(key) && (key.0 != at || other.trim() == line.trim()))
                    .collect();
                assert!(lost.is_empty(), "{}: {lost:?} lost\n{text}\n{mended}", fix.title);
            }
        }
    }
    assert!(tried > 300 && offered > 100, "{tried} {offered}");
}

/// No text goes to a comment, or away, whatever quote, comma or bracket is missing beside a `#`.
#[test]
fn no_fix_loses_a_text() {
    let whole = "a:\n  - b: [\"tent #1\", 'stove #2', lamp]\n    c: { d: \"#f00\", e: [\"#0f0\", '#00f'] } # a remark\n  - b: \"rope #3\"\n                         c: { d: [\"#abc\",\n           \"mat #4\"] }\n  - b: 'sack: #5'\n    c: \"say 'hi' #6\"\n  - [\"x #7\", { y: \"z #8\" }]\n";
    let words = |text: &str| -> Vec<String> {
        let document = Document::parse(text);
        let all = document.leaves().into_iter().filter(|(_, leaf)| !matches!(leaf, Leaf::Comment(_)));
        let text: String = all.map(|(at, leaf)| format!("{leaf:?} {at:?}")).collect();
        let is_part = |c: char| c.is_alphanumeric() || c == '#';
        text.split(|c| !is_part(c)).map(str::to_owned).collect()
    };
    let all: Vec<String> = words(whole).into_iter().filter(|word| word.contains('#')).collect();
    assert_eq!(all.len(), 12, "{all:?}");
    let mut texts = vec![whole.replace('"', ""), whole.replace('\'', "")];
    for (at, c) in whole.char_indices().filter(|(_, c)| "\"'[]{},".contains(*c)) {
        texts.push(format!("{}{}", &whole[..at], &whole[at + 1..]));
        if let Some(other) = whole[at + 1..].find(c).filter(|_| matches!(c, '"' | '\'')) {
            let other = at + 1 + other;
            texts.push(format!("{}{}{}", &whole[..at], &whole[at + 1..other], &whole[other + 1..]));
        }
    }
    let mut offered = 0;
    for text in texts {
        let document = Document::parse(&text);
        for problem in document.problems() {
            let Some(fix) = told_of(&document, problem).fix else { continue };
            offered += 1;
            let mended = apply(&document, &fix);
            let line = text[..document.range(problem.loc).expect("a place").start().into()].matches('\n').count();
            let here: Vec<&String> =
                all.iter().filter(|word| whole.lines().nth(line).is_some_and(|line| line.contains(*word))).collect();
            let left = words(&mended);
            let lost: Vec<_> = here.iter().filter(|word| !left.contains(word)).collect();
            assert!(lost.is_empty(), "{}: {lost:?} lost\n{text}\n{mended}", fix.title);
        }
    }
    assert!(offered > 15, "{offered}");
}

#[test]
fn what_is_wrong_is_told_in_better_words() {
    for (text, expected) in [
        (
            "a:\n  - b: { c: #f00 }\n",
            Some("the `#` begins a comment here, so this `{` is never closed: a text like `#f00` needs quotes"),
        ),
        (
            "a:\n  - b: [tent #1, c]\n",
            Some("the `#` begins a comment here, so this `[` is never closed: a text like `tent #1` needs quotes"),
        ),
        ("a:\n  - b: [tent, c # two\n", None),
        ("a:\n  - b: c\n    type:bar\n", Some("a space is missing behind `type:`")),
        ("a:\n  - b: c\n    sql:\u{a0}select 1\n", Some("there is a no-break space behind `sql:`")),
        (
            "a:\n  - \"b\": \"c\",\n    d: e\n",
            Some("a line ends without a comma: only lists in `[…]` and mappings in `{…}` have them"),
        ),
    ] {
        let document = Document::parse(text);
        assert_eq!(told_of(&document, &document.problems()[0]).message.as_deref(), expected, "{text:?}");
    }
}

/// Line ends of two characters stay.
#[test]
fn line_ends_stay() {
    assert_eq!(fixed("a:\r\n  - b: total: all\r\n"), "a:\r\n  - b: \"total: all\"\r\n");
}
