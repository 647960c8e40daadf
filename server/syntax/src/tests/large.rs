//! Large and hostile texts: work grows with what changed, and nothing takes forever.

use super::sample;
use crate::Document;
use std::time::{Duration, Instant};
use viz_text::{TextRange, TextSize};

#[test]
fn a_file_of_100_000_lines_costs_one_segment_a_keystroke() {
    let text = sample::project(2_000);
    assert!(text.lines().count() > 100_000);
    let doc = Document::parse(&text);
    assert_eq!(doc.problems(), []);
    assert_eq!(doc.entries().map(|entry| entry.items().count()).sum::<usize>(), 12_000);
    for place in ["type: bar", "\n  - name: chart1000", "options: [", "sql: |", "# a project"] {
        let at = text
            .match_indices(place)
            .nth(place.len() % 2)
            .unwrap_or_else(|| text.match_indices(place).next().expect("in it"))
            .0;
        let typed = format!("{}x{}", &text[..at + 3], &text[at + 3..]);
        let new = doc.reparse(&typed);
        let counters = new.counters();
        assert!(counters.segments_parsed <= 2, "{place}: {counters:?}");
        assert!(counters.bytes_parsed < 1_000, "{place}: {counters:?}");
        assert_eq!(counters.segments_reused + counters.segments_parsed, new.segments().len());
    }
    // Places far down move with their segment and keep their name.
    let last = doc.get("dashboards").and_then(|entry| entry.items().last()).expect("a dashboard");
    let moved = doc.reparse(&format!("# one more line\n{text}"));
    let shift = TextSize::of("# one more line\n");
    assert_eq!(moved.range(last.loc()), Some(last.range() + shift));
    assert_eq!(moved.loc(TextRange::at(last.range().start() + shift, last.range().len())), last.loc());
}

/// Values take many times more memory than text: so they are counted.
#[test]
fn a_file_of_too_many_values_is_not_read() {
    let few = crate::tree::MAX_NODES / 5;
    let (flow, item) = ("{a: 1}, ", "- {a: 1}\n");
    for (text, read) in [
        (format!("charts: [{}]\n", flow.repeat(few)), true),
        (format!("charts: [{}]\n", flow.repeat(2 * few)), false),
        (format!("charts:\n- name: a\n  layout: [{}\n", flow.repeat(2 * few)), false),
        (format!("charts:\n{}", item.repeat(few)), true),
        (format!("charts:\n{}", item.repeat(2 * few)), false),
        (format!("[{}]\n", flow.repeat(2 * few)), false),
    ] {
        let doc = Document::parse(&text);
        let problems: Vec<&str> = doc.problems().iter().map(|problem| problem.message.as_str()).take(2).collect();
        let refused = ["a file of more than 400000 values is not read; split it into several, and include them"];
        assert_eq!(problems, if read { &[][..] } else { &refused[..] }, "{:?}", &text[..40]);
        if !read {
            assert_eq!((doc.segments().len(), doc.refusal()), (1, None));
            assert_eq!(doc.reparse("a: b\n").problems(), []);
        }
    }
}

#[test]
fn hostile_texts_end_soon() {
    let lines = |line: &str, count: usize| line.repeat(count);
    let nested =
        |open: &str| (0..3_000).map(|depth| format!("{}{open}\n", " ".repeat(depth % 200))).collect::<String>();
    for (what, text) in [
        ("open quotes", lines("- name: \"x\n", 20_000)),
        ("open quotes in a section", format!("insights:\n{}", lines("- name: 'x\n  y: [\n", 10_000))),
        ("open brackets", format!("a:\n{}", lines("- b: [\n", 20_000))),
        ("stray lines", format!("a:\n- b: c\n{}", lines("d\n", 50_000))),
        ("quoted lines", format!("a:\n- b: \"\n{}", lines("d\n", 50_000))),
        ("comments", format!("a: [\n{}", lines("# c\n", 50_000))),
        ("tabs", lines("\tx: \t\"\t\"\t\n", 20_000)),
        ("keys", lines("a:\n", 50_000)),
        ("keys of one mapping", format!("a:\n{}", lines("  b: 1\n", 50_000))),
        ("separators", lines("---\na: b\n", 20_000)),
        ("anchors", format!("a:\n{}", lines("- &x *x\n", 20_000))),
        ("aliases", format!("a: &x [1]\nb:\n{}", lines("- *x\n", 30_000))),
        ("steps", nested("a:")),
        ("dashes", nested("- - -")),
        ("braces", lines("{a: {", 20_000)),
        ("one line", format!("a: {}", lines("b c ", 200_000))),
        ("one key", lines("b", 500_000)),
        ("conflicts", format!("a:\n- b: c\n{}", lines("=======\n  d: e\n", 10_000))),
        ("carriage returns", lines("a: b\r", 50_000)),
    ] {
        let start = Instant::now();
        let doc = Document::parse(&text);
        let problems = doc.problems().len();
        let again = doc.reparse(&format!("{text}x")).problems().len();
        let took = start.elapsed();
        eprintln!("{what}: {took:?}, {problems} and {again} problems");
        // A guard against hangs, on the busiest machine: a quadratic step takes longer.
        assert!(took < Duration::from_secs(300), "{what}: {took:?}");
    }
}
