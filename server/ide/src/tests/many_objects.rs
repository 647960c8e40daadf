//! Answers in large projects.

use super::fixture::Fixture;
use crate::choices::Choices;
use crate::{completion, references, workspace_symbols};
use std::fmt::Write;

/// A project of so many objects in one file, a half of them insights, with an unfinished reference at its end.
fn project(objects: usize) -> String {
    let mut text = String::from("sources:\n  - name: s\n    type: duckdb\n    database: \":memory:\"\nmodels:\n");
    for n in 0..objects / 4 {
        let _ =
            writeln!(text, "  - name: model_{n}\n    sql: select a, b as c_{n} from t_{n}\n    source: ${{ref(s)}}");
    }
    text.push_str("inputs:\n");
    for n in 0..objects / 4 {
        let _ = writeln!(text, "  - name: input_{n}\n    type: single-select\n    options: [x, y]");
    }
    text.push_str("insights:\n");
    for n in 0..objects / 2 {
        let m = n % (objects / 4);
        let _ =
            writeln!(text, "  - name: insight_{n}\n    props:\n      type: bar\n      x: ?{{ ${{ref(model_{m}).a}} }}");
        let _ = writeln!(
            text,
            "    interactions:\n      - filter: ?{{ ${{ref(model_{m}).a}} = '${{ref(input_{m}).value}}' }}"
        );
    }
    text.push_str("  - name: last\n    props:\n      type: bar\n      x: ?{ ${ref($0");
    text
}

#[test]
fn of_many_names_the_best_are_offered() {
    let text = project(2000);
    let offered = |typed: &str| {
        let fixture = Fixture::new(&text.replace("$0", &format!("{typed}$0")));
        let found = completion(&fixture.snapshot(&Choices::default()), &fixture.files, fixture.file, fixture.offset);
        (found.items.iter().map(|item| item.label.clone()).collect::<Vec<_>>(), found.cut)
    };
    let (all, cut) = offered("");
    assert_eq!((all.len(), cut), (100, true));
    let (some, cut) = offered("put_49");
    assert!(!cut && some.len() == 23 && some.iter().all(|name| name.starts_with("input_")), "{some:?}");
    // What begins so comes before what only holds it.
    let (first, cut) = offered("model_4");
    assert!(cut && first.iter().all(|name| name.starts_with("model_4")), "{first:?}");
    assert_eq!(offered("model_499").0, ["model_499"]);
}

#[test]
fn references_and_symbols_of_many_objects() {
    let fixture = Fixture::new(&project(2000));
    let Fixture { project, file, .. } = &fixture;
    assert_eq!(references(project, &fixture.facts, *file, 19.into(), true).len(), 501);
    assert!(!workspace_symbols(project, "ins9", 100).is_empty());
}
