//! Each two operators are grouped as 1.4 groups them: `groupings.tsv` holds its trees (`server/sql/generate/groupings.py`
//! writes it).

use viz_sql::engine_1_4::{Meant, regrouped, reworded};

#[test]
fn each_two_operators() {
    let (mut count, mut differ, mut wrong) = (0, 0, Vec::new());
    for line in include_str!("groupings.tsv").lines() {
        let (text, expected) = line.split_once('\t').map_or((line, None), |(text, expected)| (text, Some(expected)));
        count += 1;
        differ += usize::from(expected.is_some());
        let typed = format!("select {text}");
        let found = reworded(&typed, Meant::Types);
        let found = found.as_ref().map_or(typed.as_str(), |found| found.text());
        if found != format!("select {}", expected.unwrap_or(text)) {
            wrong.push(format!("{line}: {found}"));
        }
    }
    assert!(count > 1_000 && differ > 100, "{differ} of {count}");
    assert!(wrong.is_empty(), "{} of {count}: {:#?}", wrong.len(), &wrong[..wrong.len().min(40)]);
}

#[test]
fn pieces_of_a_difference() {
    for (text, operand, operator, inner, whole, meant) in [
        ("a = 1 and js->>'b' = 'c'", "a = 1 and js", "->>", "and", "a = 1 and js->>'b'", "js->>'b'"),
        ("x or not js -> 'b'", "x or not js", "->", "not", "x or not js -> 'b'", "js -> 'b'"),
        ("a in f(b) + 1", "a in f(b)", "+", "in", "a in f(b) + 1", "f(b) + 1"),
        (
            "d at time zone z collate de",
            "z collate de",
            "at",
            "collate",
            "d at time zone z collate de",
            "d at time zone z",
        ),
    ] {
        let sql = format!("select {text}");
        let found = regrouped(&sql);
        assert_eq!(found.len(), 1, "{text}");
        let pieces = [found[0].operand, found[0].operator, found[0].inner, found[0].whole, found[0].meant];
        assert_eq!(pieces.map(|range| &sql[range]), [operand, operator, inner, whole, meant], "{text}");
    }
    for text in [
        "js->>'b' = 'c' and a",
        "(js->>'b') = 'c'",
        "js->'a'->>'b'",
        "a and (js->>'b') = 'c'",
        "a || b || c = d",
        "a + ~ b",
    ] {
        assert_eq!(regrouped(&format!("select {text}")).len(), usize::from(text.contains('~')), "{text}");
    }
}
