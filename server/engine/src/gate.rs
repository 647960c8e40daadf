//! The statement gate: no text runs that has not passed here.
//!
//! The judge is DuckDB's own parser through `json_serialize_sql`, which takes the text as a parameter, parses it and
//! prints the tree, and neither binds nor executes anything. What it does in DuckDB 2.0 (each line has a test below):
//!
//! - SELECT, FROM-first, WITH, VALUES, TABLE, set operations, parentheses: a tree. A trailing `;`, several of them, and
//!   comments anywhere are no statements of their own.
//! - DESCRIBE, SHOW, SUMMARIZE, UNPIVOT and PIVOT with an IN list are SELECTs to DuckDB: a tree.
//! - PIVOT without an IN list needs two statements (it asks the data for the column names first): `not implemented`, the
//!   same as for INSERT, EXPLAIN, PRAGMA, CALL, …
//! - Empty text: a tree of zero statements. Two SELECTs: a tree of two. A syntax error anywhere: error type `parser` with
//!   the byte position, before any `not implemented`.
//! - A syntax error whose message DuckDB cuts in the middle of a character (`select x'é'`): an empty text.
//! - `?`, `$1`, `$name`: a tree whose `named_param_map` is not empty.
//! - **INSERT, UPDATE, DELETE, MERGE and COPY inside WITH: a tree**, and DuckDB would execute them. So the tree is searched
//!   for query nodes that don't just read, and for functions that run SQL from a string.
//!
//! Where sqlparser can read the text too, it must agree that it is one query.

use crate::errors::{self, Failure};
use crate::nesting;
use crate::spaces;
use crate::statement::{self, Outline};
use crate::tree::{self, Named, Tree};
use duckdb::Connection;
use duckdb::types::Value;
use sqlparser::ast::{SetExpr, Statement};
use sqlparser::dialect::DuckDbDialect;
use sqlparser::parser::Parser;
use std::borrow::Cow;
use viz_facts::{Reason, SqlError, SqlErrorKind, Unknown};

/// A text that may run: one SELECT that changes nothing. Only this module makes one.
#[derive(Debug)]
pub(crate) struct Gated<'a> {
    text: Cow<'a, str>,
    named: Vec<Named>,
    /// The first function that only this program has.
    ours: Option<String>,
}

impl Gated<'_> {
    /// Refuses a text that a user typed and that calls what only this program has: nobody else could run it.
    pub(crate) fn as_typed(&self) -> Result<(), Failure> {
        self.ours.as_deref().map_or(Ok(()), |name| Err(Failure::Sql(no_function(name, &self.text))))
    }

    /// What may name files in it.
    pub(crate) fn named(&self) -> &[Named] {
        &self.named
    }

    /// The text, with Unicode spaces widened to ASCII ones; its byte offsets are those of the question.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }
}

/// DuckDB's parser about a text.
#[derive(Debug, Clone)]
pub(crate) enum Verdict {
    /// One SELECT.
    Select(Tree),
    /// A PIVOT that needs its data.
    DynamicPivot,
    /// A syntax error, or a statement that is not let through.
    Error(SqlError),
}

/// What DuckDB's parser says about several texts, by one query, which costs half of as many queries.
///
/// # Errors
/// If the query fails: then they are to be judged one by one.
pub(crate) fn judge_all(conn: &Connection, sqls: &[&str]) -> Result<Vec<Result<Verdict, Unknown>>, Unknown> {
    // One that is too deep would keep all others waiting.
    let text = |sql: &&str| not_too_deep(sql).map(|()| spaces::widen(sql).into_owned());
    let texts: Vec<Result<String, Unknown>> = sqls.iter().map(text).collect();
    let list = Value::List(texts.iter().flatten().map(|text| Value::Text(text.clone())).collect());
    let run = || -> duckdb::Result<Vec<String>> {
        let mut statement = conn.prepare_cached(SERIALIZE_ALL)?;
        let rows = statement.query_map([list], |row| row.get(0))?;
        rows.collect()
    };
    let trees = run().map_err(|error| not_judged(error, ""))?;
    if trees.len() != texts.iter().flatten().count() {
        return Err(Unknown::new(Reason::EngineFailure, "DuckDB lost a text"));
    }
    let mut trees = trees.iter();
    let judged = |text: Result<String, Unknown>| {
        let text = text?;
        judge(trees.next().map_or("", String::as_str), &text)
    };
    Ok(texts.into_iter().map(judged).collect())
}

/// Does DuckDB's parser accept this text, as it was typed, as one SELECT?
pub(crate) fn accepted(verdict: Verdict, sql: &str) -> Result<(), SqlError> {
    match verdict {
        Verdict::Select(Tree { ours: Some(name), .. }) => Err(no_function(&name, sql)),
        Verdict::Select(_) | Verdict::DynamicPivot => Ok(()),
        Verdict::Error(error) => Err(error),
    }
}

fn no_function(name: &str, sql: &str) -> SqlError {
    // DuckDB writes a name in lower case.
    let at = sql.to_ascii_lowercase().find(&name.to_ascii_lowercase());
    let offset = at.and_then(|at| u32::try_from(at).ok());
    SqlError {
        kind: SqlErrorKind::Catalog,
        message: format!("Scalar Function with name {name} does not exist!"),
        offset,
        length: u32::try_from(name.len()).ok().filter(|_| offset.is_some()),
        candidates: Vec::new(),
    }
}

/// Lets a text through unseen. Only tests of the other walls do.
pub(crate) fn unguarded(sql: &str) -> Gated<'_> {
    Gated { text: Cow::Borrowed(sql), named: Vec::new(), ours: None }
}

/// Lets a text through that may run.
pub(crate) fn pass<'a>(conn: &Connection, sql: &'a str) -> Result<Gated<'a>, Failure> {
    pass_judged(sql, || verdict(conn, sql))
}

/// The same for a text about which DuckDB's parser may have spoken before.
pub(crate) fn pass_judged(sql: &str, verdict: impl FnOnce() -> Result<Verdict, Unknown>) -> Result<Gated<'_>, Failure> {
    // To DuckDB a text ends there, and what is left of it may be another query.
    if let Some(at) = sql.find('\0') {
        return Err(Failure::Sql(SqlError {
            kind: SqlErrorKind::Parser,
            message: "there is a NUL character, with which the text of a query ends".to_owned(),
            offset: u32::try_from(at).ok(),
            length: Some(1),
            candidates: Vec::new(),
        }));
    }
    let text = spaces::widen(sql);
    match verdict()? {
        Verdict::Error(error) => Err(Failure::Sql(error)),
        Verdict::DynamicPivot => Err(Failure::Unknown(Unknown::new(
            Reason::DynamicPivot,
            "a `PIVOT` without an IN list has the columns that its data give: neither the check nor a build of this program runs it",
        ))),
        Verdict::Select(tree) => {
            if let Some(unknown) = not_run(&tree) {
                return Err(Failure::Unknown(unknown));
            }
            if tree.parameters {
                return Err(Failure::Sql(SqlError {
                    kind: SqlErrorKind::Other,
                    message: "the query has a parameter (`?` or `$1`) that nothing gives a value to".to_owned(),
                    offset: None,
                    length: None,
                    candidates: Vec::new(),
                }));
            }
            if !sqlparser_agrees(&text) {
                return Err(Failure::Unknown(Unknown::new(
                    Reason::GateDisagrees,
                    "two parsers disagree on whether this is a plain SELECT, so it is not run here",
                )));
            }
            Ok(Gated { text, named: tree.named, ours: tree.ours })
        }
    }
}

/// Why a text that is a SELECT is not run.
fn not_run(tree: &Tree) -> Option<Unknown> {
    let acts = tree.acts.as_ref().map(|function| {
        let message = format!("`{function}` can do more than read data, so queries with it are not run here");
        Unknown::new(Reason::FunctionNotRun, message).about(function)
    });
    acts.or_else(|| {
        let name = tree.tells.as_ref()?;
        let message = format!("`{name}` tells where files are or what was done, so queries with it are not run here");
        Some(Unknown::new(Reason::FunctionNotRun, message).about(name))
    })
}

/// What a view, macro or generated column that is stored in a database does when a query uses it: it is judged as if the query held its text.
pub(crate) fn stored(conn: &Connection, sql: &str) -> Result<Vec<Named>, Unknown> {
    let unclear = || {
        let message =
            "a view, macro or generated column that it uses can't be read by the checker, so the query is not run here";
        Unknown::new(Reason::FunctionNotRun, message)
    };
    match verdict(conn, sql)? {
        Verdict::Select(tree) => match not_run(&tree) {
            Some(unknown) => Err(unknown),
            None => Ok(tree.named),
        },
        _ => Err(unclear()),
    }
}

fn not_too_deep(text: &str) -> Result<(), Unknown> {
    if !nesting::is_too_deep(text) {
        return Ok(());
    }
    let message = format!(
        "brackets are left open in it, or lists nested, more than {} levels deep, so it is not run here",
        nesting::MOST
    );
    Err(Unknown::new(Reason::NestedTooDeep, message))
}

/// What DuckDB's parser says about a text.
pub(crate) fn verdict(conn: &Connection, sql: &str) -> Result<Verdict, Unknown> {
    let text = &*spaces::widen(sql);
    not_too_deep(text)?;
    let run = || -> duckdb::Result<String> { conn.prepare_cached(SERIALIZE)?.query_row([text], |row| row.get(0)) };
    judge(&run().map_err(|error| not_judged(error, text))?, text)
}

const SERIALIZE: &str =
    "select json_serialize_sql($1::varchar, skip_null := true, skip_empty := true, skip_default := true)::varchar";

const SERIALIZE_ALL: &str = "select json_serialize_sql(sql, skip_null := true, skip_empty := true, skip_default := true)::varchar \
     from unnest($1::varchar[]) as texts(sql)";

fn not_judged(error: duckdb::Error, text: &str) -> Unknown {
    match errors::failure(error, text, 0) {
        Failure::Unknown(unknown) => unknown,
        Failure::Sql(error) => Unknown::new(Reason::EngineFailure, error.message),
    }
}

/// Reads what `json_serialize_sql` said about a text.
fn judge(json: &str, text: &str) -> Result<Verdict, Unknown> {
    if json.is_empty() {
        // DuckDB cut its message in the middle of a character and then could not print it (`select x'é'`).
        return Ok(Verdict::Error(SqlError {
            kind: SqlErrorKind::Parser,
            message: "DuckDB's parser rejects this text".to_owned(),
            offset: None,
            length: None,
            candidates: Vec::new(),
        }));
    }
    if json.starts_with(r#"{"error":true"#) {
        return Ok(match errors::from_serialize(json, text)? {
            Some(error) => Verdict::Error(error),
            None => not_serializable(text),
        });
    }
    let tree = tree::scan(json);
    if let Some(node) = &tree.writes {
        let verb = statement::with_article(statement::node_verb(node));
        return Ok(Verdict::Error(refused(&format!("this contains {verb}"))));
    }
    Ok(match tree.statements {
        0 => Verdict::Error(refused("this is empty")),
        1 => Verdict::Select(tree),
        n => Verdict::Error(refused(&format!("these are {n} statements"))),
    })
}

/// What DuckDB parses but can't print as a SELECT.
fn not_serializable(text: &str) -> Verdict {
    match statement::outline(text) {
        Some(Outline { statements, .. }) if statements > 1 => {
            Verdict::Error(refused(&format!("these are {statements} statements")))
        }
        Some(Outline { writes: Some(verb), .. }) => {
            Verdict::Error(refused(&format!("this contains {}", statement::with_article(&verb))))
        }
        Some(Outline { keyword: Some(keyword), pivot: true, .. }) if READS.contains(&keyword.as_str()) => {
            Verdict::DynamicPivot
        }
        Some(Outline { keyword: Some(keyword), .. }) => {
            Verdict::Error(refused(&format!("this is {}", statement::with_article(&keyword))))
        }
        _ => Verdict::Error(refused("this is something else")),
    }
}

/// How a query with a PIVOT can begin.
const READS: [&str; 8] = ["SELECT", "FROM", "WITH", "VALUES", "TABLE", "PIVOT", "PIVOT_WIDER", "UNPIVOT"];

fn refused(what: &str) -> SqlError {
    SqlError {
        kind: SqlErrorKind::Refused,
        message: format!("only a single SELECT can be checked here: {what}"),
        offset: None,
        length: None,
        candidates: Vec::new(),
    }
}

/// Whether sqlparser, if it can read the text at all, sees one statement that only reads.
fn sqlparser_agrees(text: &str) -> bool {
    let parser = Parser::new(&DuckDbDialect {}).with_recursion_limit(500);
    let Ok(statements) = parser.try_with_sql(text).and_then(|mut parser| parser.parse_statements()) else {
        return true;
    };
    match statements.as_slice() {
        [Statement::Query(query)] => {
            let ctes = query.with.iter().flat_map(|with| &with.cte_tables).map(|cte| &cte.query);
            std::iter::once(query).chain(ctes).all(|query| {
                !matches!(*query.body, SetExpr::Insert(_) | SetExpr::Update(_) | SetExpr::Delete(_) | SetExpr::Merge(_))
            })
        }
        [statement] => {
            let text = statement.to_string();
            ["DESC", "SHOW", "SUMMARIZE", "PIVOT", "UNPIVOT"].iter().any(|word| text.starts_with(word))
        }
        _ => false,
    }
}
