//! A small outcome that the tests of all formats share.

use crate::host::outcome::{Checked, Outcome};
use std::path::Path;
use std::time::Duration;
use viz_check::{
    FailedCombinations, Finding, InputReport, InsightReport, Judge, ObjectName, OptionsStatus, Report, Severity, Status,
};
use viz_facts::{Reason, Unknown};
use viz_project::{Code, Environment, Fix, MemoryFiles, Project, Related};
use viz_text::{Loc, TextRange, TextSize};

/// The text of the project.
pub const TEXT: &str = "name: shop\nlabel: \"😀 where city = 'O'Fallon'\"\ncolour: red\n";

/// Column of the first finding in UTF-16 code units.
pub const COLUMN_UTF16: u32 = 24;

fn loc(project: &Project, piece: &str) -> Loc {
    let start = TEXT.find(piece).expect("the text holds it");
    let range = TextRange::at(TextSize::new(start as u32), TextSize::of(piece));
    project.files()[0].document.loc(range)
}

/// One project with an error, a warning with a fix, and an insight that was not fully checked.
pub fn outcome() -> Outcome {
    let root = "/shop";
    let files = MemoryFiles::new([("/shop/project.visivo.yml", TEXT)]);
    let project = Project::load(Path::new(root), &files, &Environment::empty());
    let at = |piece| loc(&project, piece);
    let error = Finding {
        code: Code::CombinationSyntax,
        severity: Severity::Error,
        message: "this filter breaks when `city` is \"O'Fallon\" (1 of 40 options)".into(),
        loc: at("'O'Fallon'"),
        object: Some(ObjectName { kind: "insight", name: Some("revenue".into()) }),
        combinations: Some(FailedCombinations {
            failed: 1,
            total: 40,
            examples: vec![[("city".to_owned(), "O'Fallon".to_owned())].into_iter().collect()],
            selections: Vec::new(),
            at_least: false,
        }),
        related: vec![Related { loc: at("shop"), message: "the option comes from here".into() }],
        notes: vec!["it becomes `where city = 'O'Fallon'`".into()],
        help: Some("escape the quote".into()),
        fix: None,
        local: false,
        format_rule: None,
        rule: None,
        fingerprint: "0123456789abcdef".into(),
    };
    let warning = Finding {
        code: Code::UnknownKey,
        severity: Severity::Warning,
        message: "`colour` is no key of a project".into(),
        loc: at("colour"),
        object: None,
        combinations: None,
        related: vec![],
        notes: vec![],
        help: Some("write `color`".into()),
        fix: Some(Fix::replace("write `color`", at("colour"), "color")),
        local: false,
        format_rule: None,
        rule: None,
        fingerprint: "fedcba9876543210".into(),
    };
    let insight = InsightReport {
        name: "revenue".into(),
        loc: at("shop"),
        status: Status::Partial,
        judge: Some(Judge::Parse),
        total: 1240,
        sampled: 96,
        covered: 1240,
        proof: viz_check::Proof::default(),
        cost: None,
        why: Some(Unknown::new(Reason::DatabaseLocked, "the database is locked by another process")),
    };
    let input = InputReport {
        name: "city".into(),
        loc: at("shop"),
        selection: "single-select",
        options: Some(40),
        source: "query",
        run_at: None,
        status: OptionsStatus::Known,
        why: None,
    };
    let report = Report {
        findings: vec![error, warning].into(),
        insights: [insight].into_iter().collect(),
        inputs: vec![input].into(),
        ..Report::default()
    };
    let checked = Checked { shown: "shop".into(), project, report, recorded: vec![], fixed: 0, lock: None };
    Outcome { projects: vec![checked], asked: None, elapsed: Duration::from_millis(41) }
}
