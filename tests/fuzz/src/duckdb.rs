//! What DuckDB itself has to say: its tokens, and what gets through the gate.

use crate::text;
use parking_lot::Mutex;
use std::sync::LazyLock;
use viz_check::proof::{Kind, lex};
use viz_engine::{Limits, PureRunner, Runner};
use viz_facts::{Answer, Column, Question, ShadowTable, SqlError};

/// One for all inputs. (A DuckDB that is closed by a thread's end finds its own thread-local data gone.)
static RUNNER: LazyLock<Mutex<PureRunner>> = LazyLock::new(Mutex::default);

/// DuckDB's answer to a question; `None` if there is none.
fn ask(question: &Question) -> Option<Result<(), SqlError>> {
    let mut runner = RUNNER.lock();
    match runner.run(question, &Limits::default()) {
        Ok(Answer::Accepted(verdict)) => Some(verdict),
        _ => None,
    }
}

fn parses(sql: String) -> Option<bool> {
    Some(ask(&Question::Parse { sql })?.is_ok())
}

/// Where the proof's lexer sees a border between two tokens, DuckDB sees one, and where it sees a string or a comment, so
/// does DuckDB. (DuckDB tells its tokens to nobody, so it is asked for verdicts.) And it takes texts that are said to be parsed alike, or none of them.
pub(crate) fn lexer(bytes: &[u8]) {
    crate::lexer(bytes);
    let sql = text(bytes);
    let tokens = lex(&sql);
    // The proof speaks of texts without these only.
    if tokens.iter().any(|token| matches!(token.kind, Kind::Wild | Kind::Open)) || sql.contains('\0') {
        return;
    }
    let mut apart = String::new();
    let mut end = 0;
    for token in &tokens {
        apart.push_str(&sql[end..token.start]);
        apart.push(' ');
        apart.push_str(token.text(&sql));
        end = token.end;
    }
    apart.push_str(&sql[end..]);
    let (whole, spaced) = (parses(sql.to_string()), parses(apart.clone()));
    assert!(whole.is_none() || spaced.is_none() || whole == spaced, "{sql:?}: {whole:?}, {apart:?}: {spaced:?}");

    if let Some(other) = viz_facts::parsed_alike(&sql) {
        let (one, alike) = (parses(sql.to_string()), parses(other.clone()));
        assert!(one.is_none() || alike.is_none() || one == alike, "{sql:?}: {one:?}, {other:?}: {alike:?}");
    }

    let mut alone = "select 1".to_owned();
    for token in &tokens {
        match token.kind {
            Kind::String | Kind::Dollar => alone.push_str(", "),
            Kind::LineComment | Kind::BlockComment => {}
            _ => continue,
        }
        alone.push_str(token.text(&sql));
        alone.push('\n');
    }
    if alone.len() > "select 1".len() {
        assert_ne!(parses(alone.clone()), Some(false), "{sql:?}: {alone:?} is refused");
    }
}

/// No text gets through the gate that says more than one SELECT, whatever stands around it.
pub(crate) fn gate(bytes: &[u8]) {
    let sql = text(bytes);
    let column = Column { name: "i".into(), data_type: "INTEGER".into() };
    let tables = vec![ShadowTable { name: "t".into(), columns: vec![column] }];
    let accepts = |sql: String| {
        let parsed = ask(&Question::Parse { sql: sql.clone() });
        let bound = ask(&Question::Bind { tables: tables.clone().into(), sql: sql.clone() });
        for error in [&parsed, &bound].into_iter().flatten().filter_map(|verdict| verdict.as_ref().err()) {
            let place = error.offset.map_or(0, |offset| offset as usize);
            assert!(sql.get(place..place + error.length.unwrap_or(0) as usize).is_some(), "{sql:?}: {error:?}");
        }
        [parsed, bound].iter().flatten().any(Result::is_ok)
    };
    // Nothing but comments and semicolons is no statement beside another one.
    if accepts(sql.to_string()) {
        assert!(!accepts(format!("{sql}\n;select 1")), "{sql:?} gets through the gate with a second statement");
    }
    for more in [
        format!("{sql}\n;create table x (i int)"),
        format!("with w as (insert into t values (1) returning i) {sql}"),
        format!("insert into t {sql}"),
        format!("copy (select 1) to 'x.csv'; {sql}"),
    ] {
        assert!(!accepts(more.clone()), "{more:?} gets through the gate");
    }
}
