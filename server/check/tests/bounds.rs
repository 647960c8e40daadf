//! Projects of one kind that get larger: what the engine is asked, in questions and in bytes, grows no faster.

use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;
use viz_check::{CheckOptions, Memo, Report, check};
use viz_facts::{Answer, Column, Fact, FactStore, KeyedQuestion, Question, Reason, SqlError, SqlErrorKind};
use viz_project::{Environment, MemoryFiles, Project};

const BASE: &str = "name: large\nsources:\n  - { name: local, type: duckdb, database: \":memory:\" }\nmodels:\n  - { name: m, source: ref(local), sql: select * from t }\n";

/// What a check cost until nothing was asked any more.
#[derive(Debug, Default, Clone, Copy)]
struct Cost {
    questions: usize,
    bytes: usize,
    /// Texts rendered and cut into tokens.
    texts: usize,
}

/// Checks a project; `fits` says which texts the engine converts.
fn settle(text: &str, fits: fn(&str) -> bool) -> (Report, Cost) {
    let files = MemoryFiles::new([("/p/project.visivo.yml", text)]);
    let project = Project::load(Path::new("/p"), &files, &Environment::empty());
    let options = CheckOptions { oracle: false, ..CheckOptions::default() };
    let (memo, mut facts, mut cost) = (Memo::default(), FactStore::new(), Cost::default());
    loop {
        let report = check(&project, &facts, &options, &memo);
        cost.texts += report.counters.rendered + report.counters.lexed;
        let new: Vec<&KeyedQuestion> =
            report.questions.iter().filter(|question| facts.get(question).is_none()).collect();
        if new.is_empty() {
            return (report, cost);
        }
        let answers: Vec<_> = new.iter().map(|question| (question.key(), answer(question, fits))).collect();
        cost.questions += new.len();
        cost.bytes += new.iter().map(|question| question.sql().len()).sum::<usize>();
        for (key, answer) in answers {
            facts.insert(key, Fact::Known { answer: Arc::new(answer), at: SystemTime::UNIX_EPOCH });
        }
    }
}

fn answer(question: &Question, fits: fn(&str) -> bool) -> Answer {
    let column = |name: &str, data_type: &str| Column { name: name.into(), data_type: data_type.into() };
    match question {
        Question::Describe { .. } => Answer::Columns(Ok(vec![column("city", "VARCHAR"), column("amount", "DOUBLE")])),
        Question::Probe { sql, .. } | Question::Execute { sql, .. } if !fits(sql) => Answer::Accepted(Err(SqlError {
            kind: SqlErrorKind::Conversion,
            message: "Could not convert string 'x' to DOUBLE".into(),
            offset: None,
            length: None,
            candidates: Vec::new(),
        })),
        _ => Answer::Accepted(Ok(())),
    }
}

/// An insight with a filter.
fn filtered(filter: &str) -> String {
    format!(
        "insights:\n  - name: i\n    props: {{ type: bar, x: \"?{{ ${{ref(m).city}} }}\", y: \"?{{ sum(${{ref(m).amount}}) }}\" }}\n    interactions:\n      - filter: |-\n          ?{{ {filter} }}\n"
    )
}

/// A multi-select with so many options.
fn options(count: usize, column: &str, option: &str) -> String {
    let mut text = format!("{BASE}inputs:\n  - name: cities\n    type: multi-select\n    options:\n");
    for n in 0..count {
        let _ = writeln!(text, "      - \"{option}{n}\"");
    }
    text + &filtered(&format!("${{ref(m).{column}}} in (${{ref(cities).values}})"))
}

/// So many inputs in one filter; `#` is the number of an input.
fn inputs(count: usize, condition: &str, between: &str, around: (&str, &str)) -> String {
    let mut text = format!("{BASE}inputs:\n");
    for n in 0..count {
        let _ = writeln!(text, "  - {{ name: i{n}, type: single-select, options: [a, b, c] }}");
    }
    let all: Vec<String> = (0..count).map(|n| condition.replace('#', &n.to_string())).collect();
    text + &filtered(&format!("{}{}{}", around.0, all.join(between), around.1))
}

/// The cost of a project of some size and of one twice as large.
fn twice(what: &str, size: usize, project: impl Fn(usize) -> String, fits: fn(&str) -> bool) -> Report {
    let (_, small) = settle(&project(size), fits);
    let (report, large) = settle(&project(2 * size), fits);
    eprintln!("{what}: {small:?} {large:?}");
    for (small, large) in [(small.questions, large.questions), (small.bytes, large.bytes), (small.texts, large.texts)] {
        assert!(large <= 2 * small + small / 4 + 100, "{what}: {small} → {large}");
    }
    report
}

/// No text of the tests is a number.
fn numbers_only(sql: &str) -> bool {
    !sql.contains("'x") && !sql.contains("= 'a'") && !sql.contains("viz [")
}

fn anything(_: &str) -> bool {
    true
}

#[test]
fn options_of_a_multi_select() {
    let report = twice("texts", 4_000, |count| options(count, "city", "option "), anything);
    assert_eq!((report.findings.len(), report.insights[0].covered), (0, report.insights[0].total));
    let (_, cost) = settle(&options(4_000, "city", "option "), anything);
    assert!(cost.questions < 20, "one text speaks for all: {cost:?}");
    let fits = |sql: &str| !sql.contains("viz [");
    let report = twice("numbers", 4_000, |count| options(count, "amount", ""), fits);
    assert_eq!(report.findings.len(), 0);
    let (_, cost) = settle(&options(4_000, "amount", ""), fits);
    assert!(cost.questions < 20, "the list of all speaks for all: {cost:?}");
    let report = twice("texts for numbers", 4_000, |count| options(count, "amount", "x"), numbers_only);
    let why = report.insights[0].why.as_ref().expect("a reason");
    assert_eq!(why.code, Reason::TooManyValues, "what is not looked at is told");
}

#[test]
fn inputs_of_one_filter() {
    let compared = |count, column: &str, between: &str| {
        inputs(count, &format!("${{ref(m).{column}}} = '${{ref(i#).value}}'"), between, ("", ""))
    };
    for between in [" and ", " or "] {
        let report = twice(between, 300, |count| compared(count, "city", between), anything);
        assert_eq!(report.findings.len(), 0);
        let (_, cost) = settle(&compared(300, "city", between), anything);
        assert!(cost.questions < 40, "many conditions are asked about at once: {cost:?}");
    }
    let list = |count| inputs(count, "'${ref(i#).value}'", ", ", ("${ref(m).city} in (", ")"));
    assert_eq!(twice("a list", 300, list, anything).findings.len(), 0);
    let report = twice("texts for numbers", 300, |count| compared(count, "amount", " and "), numbers_only);
    assert!(!report.findings.is_empty());
}

/// A hundred options that are listed twice are told one by one, and how many more there are.
#[test]
fn options_that_are_all_alike_have_few_findings() {
    let text = format!("{BASE}inputs:\n  - {{ name: i, type: single-select, options: [{}] }}\n", "o, ".repeat(5_000));
    let (report, _) = settle(&text, |_| true);
    let told: Vec<_> = report.findings.iter().filter(|finding| finding.message.contains("listed twice")).collect();
    assert_eq!(told.len(), 100);
    assert_eq!(told[99].notes, ["so are 4899 more options of this input"]);
}
