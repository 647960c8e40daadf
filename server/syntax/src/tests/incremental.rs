//! Incremental against fresh, over random edits; and that nothing panics on the way.

use super::{check_content, check_maps, check_shape, dump, sample};
use crate::{Document, ProblemKind};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use viz_text::{TextRange, TextSize};

/// What people type, paste or leave behind.
const TOKENS: &[&str] = &[
    "",
    "",
    "\n",
    "\n",
    "\r\n",
    "\r",
    "\t",
    " ",
    "  ",
    "\n  ",
    "\n    ",
    "- ",
    "-",
    "\n- ",
    "\n  - ",
    ":",
    ": ",
    "#",
    " # c\n",
    "\"",
    "'",
    "[",
    "]",
    "{",
    "}",
    ",",
    "|",
    "|\n",
    ">-\n",
    "&a ",
    "*a",
    "!",
    "!t ",
    "%",
    "@",
    "`",
    "? ",
    "?{ ",
    "${ref(",
    ").x}",
    "---\n",
    "...\n",
    "insights",
    "\ninsights:\n",
    "models",
    "name: x\n",
    "\n  - name: new\n    type: bar\n",
    "é",
    "😀",
    "\u{feff}",
    "<<: *a\n",
    "=",
    "# viz-lsp: ignore[x]\n",
];

#[derive(Debug, Clone)]
struct Change {
    at: prop::sample::Index,
    cut: usize,
    token: &'static str,
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let cut = prop_oneof![3 => Just(0usize), 2 => 1usize..4, 1 => 1usize..80];
    let change = (any::<prop::sample::Index>(), cut, prop::sample::select(TOKENS));
    prop::collection::vec(change.prop_map(|(at, cut, token)| Change { at, cut, token }), 1..6)
}

fn texts() -> impl Strategy<Value = String> {
    let small = prop::sample::select(sample::VALID).prop_map(str::to_owned);
    prop_oneof![3 => Just(sample::project(1)), 1 => Just(sample::project(2)), 2 => small]
}

fn apply(text: &mut String, change: &Change) {
    let snap = |text: &str, mut at: usize| {
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = snap(text, change.at.index(text.len() + 1));
    let end = snap(text, (start + change.cut).min(text.len())).max(start);
    text.replace_range(start..end, change.token);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn reparsing_equals_parsing(text in texts(), changes in changes()) {
        let mut text = text;
        let mut doc = Document::parse(&text);
        for change in &changes {
            apply(&mut text, change);
            let new = doc.reparse(&text);
            let fresh = Document::parse(&text);
            prop_assert_eq!(dump(&new), dump(&fresh));
            let shape = |doc: &Document| doc.segments().iter().map(|one| (one.range, one.kind)).collect::<Vec<_>>();
            prop_assert_eq!(shape(&new), shape(&fresh));
            check_shape(&new);
            doc = new;
        }
        // In broken texts the decoder may give up.
        if doc.problems().is_empty() {
            check_maps(&doc);
        }
        for at in (0..=text.len()).step_by(7) {
            doc.path_at(TextSize::new(at as u32));
            doc.loc(TextRange::empty(TextSize::new(at as u32)));
        }
    }

    #[test]
    fn small_languages_never_panic(parts in prop::collection::vec(prop::sample::select(PARTS), 0..12)) {
        let content = parts.concat();
        check_content(&content);
    }
}

const PARTS: &[&str] = &[
    "?{", " ", "}", "${", "ref(", "ref", "(", ")", "a", "my name", ".", "x.y", "[0]", "'", "\"", "\n", "é", "-",
    "env.", "[", "]", ",", ":", "1", "{",
];

#[test]
fn any_bytes_are_parsed_to_something() {
    let text = sample::project(1);
    for (at, _) in text.char_indices() {
        check_shape(&Document::parse(&text[..at]));
        check_shape(&Document::parse(&text[at..]));
    }
}

#[test]
fn verdicts_are_mostly_those_of_the_oracle() {
    use ProblemKind as P;
    let mut runner = TestRunner::deterministic();
    let (mut refused, mut accepted, mut missed, mut alarms) = (0, 0, 0, 0);
    for _ in 0..2_000 {
        let mut text = texts().new_tree(&mut runner).expect("a text").current();
        let changes = changes().new_tree(&mut runner).expect("changes").current();
        apply(&mut text, &changes[0]);
        let doc = Document::parse(&text);
        // What the oracle doesn't look at, tabs among it: the reference is stricter.
        let ours = doc.problems().iter().any(|problem| {
            matches!(problem.kind, P::Syntax | P::UnknownAlias | P::MultiDocument) && !problem.message.contains("BOM")
        });
        let any = !doc.problems().is_empty();
        if crate::oracle::oracle(&text).is_some() {
            refused += 1;
            missed += usize::from(!any);
        } else {
            accepted += 1;
            alarms += usize::from(ours);
        }
    }
    eprintln!("{missed} of {refused} refused texts have no problem, {alarms} of {accepted} accepted ones have");
    assert!(missed * 100 <= refused * 2 && alarms * 100 <= accepted);
}
