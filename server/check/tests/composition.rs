//! A proof is for one composed template (`verdicts.md` §5.5): what composes it — the types of options, here — is part of what
//! a remembered verdict depends on.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;
use viz_check::{CheckOptions, Code, Memo, Report, check};
use viz_facts::{Answer, Column, Fact, FactStore, KeyedQuestion, OptionValues, Question, SqlError, SqlErrorKind};
use viz_project::{Environment, MemoryFiles, Project};

const PROJECT: &str = r#"name: shop
defaults: { source_name: local }
sources:
  - { name: local, type: duckdb, database: ":memory:" }
models:
  - { name: orders, sql: "select * from t" }
inputs:
  - { name: code, type: single-select, options: "?{ select code from ${ref(orders)} }" }
insights:
  - name: sales
    props: { type: bar, x: "?{ ${ref(orders).day} }", y: "?{ ${ref(orders).amount} }" }
    interactions:
      - filter: ?{ ${ref(orders).code} = ${ref(code).value} }
"#;

/// An engine that accepts everything; the option query has a column of this type.
fn answer(question: &Question, data_type: &str) -> Answer {
    let column = |name: &str, data_type: &str| Column { name: name.into(), data_type: data_type.into() };
    match question {
        Question::Describe { .. } => {
            Answer::Columns(Ok(vec![column("day", "VARCHAR"), column("code", data_type), column("amount", "INTEGER")]))
        }
        Question::Options { .. } => Answer::Options(Ok(OptionValues {
            columns: vec![column("code", data_type)],
            values: vec![Some("1".into()), Some("2".into())],
            more: false,
        })),
        // What no other text holds: it is read, and not bound.
        Question::Bind { sql, .. } | Question::Probe { sql, .. } if sql.contains("(nothing)") => {
            Answer::Accepted(Err(SqlError {
                kind: SqlErrorKind::Binder,
                message: "this is refused".into(),
                offset: None,
                length: None,
                candidates: Vec::new(),
            }))
        }
        _ => Answer::Accepted(Ok(())),
    }
}

/// Checks until nothing is left to ask; also tells which texts were put to the parser.
fn settle(project: &Project, facts: &mut FactStore, memo: &Memo, data_type: &str) -> (Report, BTreeSet<String>) {
    let options = CheckOptions { oracle: false, now: chrono::NaiveDateTime::default(), ..CheckOptions::default() };
    let mut parsed = BTreeSet::new();
    loop {
        let report = check(project, facts, &options, memo);
        let open: Vec<&KeyedQuestion> =
            report.questions.iter().filter(|question| facts.get(question).is_none()).collect();
        if open.is_empty() {
            return (report, parsed);
        }
        let answers: Vec<_> = open.iter().map(|question| (question.key(), answer(question, data_type))).collect();
        parsed.extend(open.iter().filter(|q| matches!(****q, Question::Parse { .. })).map(|q| q.sql().to_owned()));
        for (key, answer) in answers {
            facts.insert(key, Fact::Known { answer: Arc::new(answer), at: SystemTime::UNIX_EPOCH });
        }
    }
}

#[test]
fn other_types_of_options_make_another_template() {
    let files = MemoryFiles::new([("/p/project.visivo.yml", PROJECT)]);
    let project = Project::load(Path::new("/p"), &files, &Environment::empty());
    let memo = Memo::default();
    let (texts, quoted) = settle(&project, &mut FactStore::new(), &memo, "VARCHAR");
    assert!(quoted.iter().any(|text| text.contains("= 'x'")), "{quoted:#?}");
    // The same text of the project and the same options, of another type: with and without what is remembered.
    let (numbers, bare) = settle(&project, &mut FactStore::new(), &memo, "INTEGER");
    assert!(bare.iter().any(|text| text.contains("= 1")), "{bare:#?}");
    assert!(!bare.iter().any(|text| text.contains("= 'x'")), "{bare:#?}");
    let (fresh, _) = settle(&project, &mut FactStore::new(), &Memo::default(), "INTEGER");
    assert_eq!((&numbers.findings, &numbers.insights), (&fresh.findings, &fresh.insights));
    assert_eq!(texts.insights[0].status, fresh.insights[0].status);
}

/// A list of texts has no quotes around it, and a list of moments is none.
#[test]
fn lists_are_not_what_they_hold() {
    let files = MemoryFiles::new([("/p/project.visivo.yml", PROJECT)]);
    let project = Project::load(Path::new("/p"), &files, &Environment::empty());
    let of = |data_type| settle(&project, &mut FactStore::new(), &Memo::default(), data_type);
    let (_, texts) = of("VARCHAR[]");
    assert!(!texts.is_empty() && texts.iter().all(|text| !text.contains("= 'x'")), "{texts:#?}");
    let dates = |data_type| of(data_type).0.findings.iter().filter(|found| found.code == Code::DateOptions).count();
    assert_eq!(["TIMESTAMP", "DATE", "TIMESTAMP[]"].map(dates), [1, 1, 0]);
}

/// An option may be called what messages call the empty selection in examples.
#[test]
fn an_option_called_nothing_is_an_option() {
    let text = PROJECT
        .replacen("options: \"?{ select code from ${ref(orders)} }\"", "options: [day, (nothing)]", 1)
        .replacen("${ref(orders).code} = ${ref(code).value}", "${ref(code).value} = '2024-01-01'", 1);
    let files = MemoryFiles::new([("/p/project.visivo.yml", text.as_str())]);
    let project = Project::load(Path::new("/p"), &files, &Environment::empty());
    let (report, _) = settle(&project, &mut FactStore::new(), &Memo::default(), "VARCHAR");
    let found = report.findings.iter().find(|finding| finding.combinations.is_some()).expect("one choice fails");
    assert!(found.message.contains("when `code` is \"(nothing)\""), "{}", found.message);
    let origins: Vec<&str> = found.related.iter().map(|related| related.message.as_str()).collect();
    assert_eq!(origins, ["the option is listed here"]);
}
