//! Answers in large projects.

use super::fixture::Fixture;
use crate::choices::Choices;
use crate::{
    actions, completion, document_symbols, fix_all, format, lenses, lineage, references, rename, semantic_tokens,
    workspace_symbols,
};
use std::cell::Cell;
use std::fmt::Write;
use std::path::Path;
use std::rc::Rc;
use viz_project::Environment;
use viz_text::{TextRange, TextSize, wanted};

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

/// Whatever looks at many things ends soon after nobody waits for it.
#[test]
fn answers_of_large_projects_can_be_called_off() {
    let text = project(2000);
    let fixture = Fixture::new(&text);
    let report = fixture.report();
    let (choices, whole) = (Choices::default(), TextRange::up_to(TextSize::of(fixture.text())));
    let snapshot = fixture.snapshot(&choices);
    let Fixture { project, files, facts, file, offset, .. } = &fixture;
    let finished = Fixture::new(&text.replace("$0", "model_1).a} }\n"));
    let whole_file = finished.project.file(finished.file);
    let features: [(&str, &dyn Fn()); 11] = [
        ("load", &|| drop(viz_project::Project::load(Path::new(super::fixture::ROOT), files, &Environment::empty()))),
        ("references", &|| drop(references(project, facts, *file, 19.into(), true))),
        ("completion", &|| drop(completion(&snapshot, files, *file, *offset))),
        ("rename", &|| drop(rename(project, facts, *file, 27.into(), "other"))),
        ("symbols", &|| drop(workspace_symbols(project, "ins9", 100))),
        ("outline", &|| drop(document_symbols(project, *file))),
        ("tokens", &|| drop(semantic_tokens(project, *file, None))),
        ("lineage", &|| drop(lineage(project, None, 100))),
        ("lenses", &|| drop(lenses(project, &report.insights, &report.findings, *file))),
        ("format", &|| drop(format(&whole_file.document, None))),
        ("actions", &|| {
            drop((actions(project, facts, &report.findings, *file, whole), fix_all(project, &report.findings, *file)))
        }),
    ];
    for (feature, work) in features {
        let steps = Rc::new(Cell::new(0));
        let during = |most: u32| {
            let steps = Rc::clone(&steps);
            steps.set(0);
            let wanted = move || {
                steps.set(steps.get() + 1);
                steps.get() <= most
            };
            wanted::while_wanted(wanted, work)
        };
        // What is remembered from the first time is not looked at the next.
        work();
        assert!(during(u32::MAX).is_some());
        let all = steps.get();
        assert!(all > 500, "{feature}: {all} steps");
        assert!(during(all / 2).is_none(), "{feature}");
        assert_eq!(steps.get(), all / 2 + 1, "{feature} goes on");
    }
}
