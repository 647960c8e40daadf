//! What we print is what SQLGlot prints: `canonical.tsv` holds its texts (`server/sql/generate/oracle.py` writes it).

use viz_sql::canonical::{Stop, canonical, is_foreign};

/// The expressions and SQLGlot's texts; `None` where it refuses.
fn oracle() -> impl Iterator<Item = (String, Option<String>)> {
    let plain = |text: &str| {
        let slash = '\u{1}';
        text.replace("\\\\", "\u{1}").replace("\\n", "\n").replace("\\t", "\t").replace(slash, "\\")
    };
    include_str!("canonical.tsv").lines().filter_map(move |line| {
        let (text, printed) = line.split_once('\t')?;
        let text = plain(text);
        let printed = match printed {
            "=" => Some(text.clone()),
            "!" => None,
            printed => Some(plain(printed)),
        };
        Some((text, printed))
    })
}

#[test]
fn what_is_printed_is_never_wrong_and_seldom_unknown() {
    // Of what DuckDB has, and of what SQLGlot alone reads.
    let (mut equal, mut unknown, mut wrong) = ([0, 0], [0, 0], Vec::new());
    for (text, want) in oracle() {
        let of = usize::from(is_foreign(&text));
        match (canonical(&text), want) {
            (Ok(found), Some(want)) if found.text == want => equal[of] += 1,
            (Err(Stop::Refused), None) => equal[of] += 1,
            (Err(Stop::Unknown), _) => unknown[of] += 1,
            (found, want) => wrong.push((text, found.map(|found| found.text), want)),
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    for (of, (most, least)) in [(3_000, 0.99), (1_500, 0.93)].into_iter().enumerate() {
        let (equal, unknown) = (equal[of], unknown[of]);
        assert!(equal + unknown >= most, "only {} expressions", equal + unknown);
        let share = f64::from(equal) / f64::from(equal + unknown);
        assert!(share >= least, "{equal} equal, {unknown} unknown");
    }
}

#[test]
fn names_and_literals_are_found_again() {
    let source = "date_trunc('month', \"t\".\"x\") > n + 1";
    let printed = canonical(source).unwrap();
    assert_eq!(printed.text, "DATE_TRUNC('MONTH', \"t\".\"x\") > n + 1");
    let pairs: Vec<(&str, &str)> =
        printed.pieces.iter().map(|piece| (&printed.text[piece.printed], &source[piece.source])).collect();
    assert_eq!(pairs, [("'MONTH'", "'month'"), ("\"t\"", "\"t\""), ("\"x\"", "\"x\""), ("n", "n"), ("1", "1")]);
}

#[test]
fn deep_nesting_is_no_crash() {
    let deep = format!("{}1{}", "(".repeat(20_000), ")".repeat(20_000));
    assert_eq!(canonical(&deep), Err(Stop::Unknown));
    assert_eq!(canonical(&"not ".repeat(20_000)), Err(Stop::Unknown));
    assert_eq!(canonical(&"case when ".repeat(20_000)), Err(Stop::Unknown));
}
