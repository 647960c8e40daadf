//! Questions up to names: what is asked about one model's table is known for every other one of the same columns.
//!
//! The names that the format makes up (4.1) are an `m` and 28 letters for a table, 14 for what is selected; they say nothing to
//! DuckDB. In a question that opens no source they are put in order of their appearance instead, as long as they were, so that
//! all places stay. Where such a name could be anything but a name, or is written as only a person would, it stays; and so do all where a
//! query could look at names, but for the parser, which looks at none.

use crate::names_as_data::{ascii_words, could_look_at_names};
use crate::{Question, ShadowTable, SqlError};
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

/// The lengths of made-up names, in bytes.
const TABLE: usize = 29;
const SELECTED: usize = 15;

/// What a question's names stand for.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// Those that were asked about, with those that stand for them.
    pairs: Vec<(String, String)>,
}

impl Names {
    /// An error in the words of the question that was meant.
    #[must_use]
    pub fn restored(&self, mut error: SqlError) -> SqlError {
        for text in std::iter::once(&mut error.message).chain(&mut error.candidates) {
            // Two names are never part of each other: they begin alike and have one of two lengths, which differ in their last letter.
            for (meant, asked) in &self.pairs {
                if text.contains(asked.as_str()) {
                    *text = text.replace(asked.as_str(), meant);
                }
            }
        }
        error
    }
}

/// The question that stands for all that differ from this one in made-up names only, and what its names stand for. Questions to
/// sources stay.
pub fn up_to_names(question: Question) -> (Question, Names) {
    if !matches!(question, Question::Parse { .. }) && could_look_at_names(question.sql()) {
        return (question, Names::default());
    }
    match question {
        Question::Parse { sql } => {
            let (sql, names) = renamed(sql, &[]);
            (Question::Parse { sql }, names)
        }
        Question::Bind { tables, sql } => {
            let (sql, names) = renamed(sql, &tables);
            (Question::Bind { tables: named(tables, &names), sql }, names)
        }
        Question::Probe { tables, row, sql } => {
            let (sql, names) = renamed(sql, &tables);
            (Question::Probe { tables: named(tables, &names), row, sql }, names)
        }
        other => (other, Names::default()),
    }
}

/// Tables with the names that are asked about, in order of these.
fn named(tables: Arc<[ShadowTable]>, names: &Names) -> Arc<[ShadowTable]> {
    if names.pairs.is_empty() {
        return tables;
    }
    let asked: HashMap<&str, &str> =
        names.pairs.iter().map(|(meant, asked)| (meant.as_str(), asked.as_str())).collect();
    let mut out: Vec<ShadowTable> = tables
        .iter()
        .map(|table| {
            let name = asked.get(table.name.as_str()).map_or(table.name.as_str(), |name| name);
            ShadowTable { name: name.to_owned(), columns: table.columns.clone() }
        })
        .collect();
    out.sort_by(|a, b| a.name.cmp(&b.name));
    out.into()
}

/// A text with the names that are asked about.
fn renamed(sql: String, tables: &[ShadowTable]) -> (String, Names) {
    let found = made_up(&sql, tables);
    let mut asked: HashMap<&str, String> = HashMap::new();
    for range in &found {
        let (name, next) = (&sql[range.clone()], asked.len());
        asked.entry(name).or_insert_with(|| ordinal(next, name.len()));
    }
    let taken: HashSet<&str> = asked.values().map(String::as_str).collect();
    let is_taken = |text: &str| taken.contains(text.to_ascii_lowercase().as_str());
    let columns = || tables.iter().flat_map(|table| &table.columns);
    if asked.is_empty()
        || words(&sql).any(|word| is_taken(&sql[word]))
        || columns().any(|column| {
            is_taken(&column.name)
                || words(column.data_type.as_str()).any(|word| is_taken(&column.data_type.as_str()[word]))
        })
        || tables.iter().any(|table| is_taken(&table.name))
    {
        return (sql, Names::default());
    }
    let (mut text, mut end) = (String::with_capacity(sql.len()), 0);
    for range in &found {
        text.push_str(&sql[end..range.start]);
        text.push_str(&asked[&sql[range.clone()]]);
        end = range.end;
    }
    text.push_str(&sql[end..]);
    let mut pairs: Vec<(String, String)> = asked.into_iter().map(|(meant, asked)| (meant.to_owned(), asked)).collect();
    pairs.sort();
    (text, Names { pairs })
}

/// The n-th name of a length.
fn ordinal(mut n: usize, length: usize) -> String {
    let mut letters = vec![b'a'; 8];
    for letter in letters.iter_mut().rev() {
        *letter += (n % 26) as u8;
        n /= 26;
    }
    // The last letter keeps names of tables and others apart.
    let last = if length == TABLE { 't' } else { 's' };
    let between = "q".repeat(length - letters.len() - 2);
    format!("m{between}{}{last}", String::from_utf8_lossy(&letters))
}

/// Where names stand that were made up, and nothing but names: each of them in quotes wherever it stands, a table's where it is read or
/// before the point of a column, another one behind `AS`. In doubt there are none.
fn made_up(sql: &str, tables: &[ShadowTable]) -> Vec<Range<usize>> {
    // Comments and literals of other kinds. Only behind an `e` a backslash escapes.
    let escapes = sql.contains('\\') && (sql.contains("e'") || sql.contains("E'"));
    if escapes || ["--", "/*", "$"].iter().any(|doubtful| sql.contains(doubtful)) {
        return Vec::new();
    }
    let of_tables: HashSet<&str> = tables.iter().map(|table| table.name.as_str()).collect();
    let columns = tables.iter().flat_map(|table| &table.columns);
    let mut others: HashSet<String> = columns
        .flat_map(|column| [column.name.as_str(), column.data_type.as_str()])
        .flat_map(|text| words(text).map(|word| text[word].to_ascii_lowercase()))
        .collect();
    // What is selected by a query in the query may be data.
    let one = ascii_words(sql).filter(|word| sql[word.clone()].eq_ignore_ascii_case("select")).count() <= 1;
    let literals = literals(sql);
    let in_literal = |at: usize| {
        let next = literals.partition_point(|literal| literal.end <= at);
        literals.get(next).is_some_and(|literal| literal.contains(&at))
    };
    let mut out = Vec::new();
    // Where the last table ends that is read, for the next one may follow behind a comma.
    let mut listed_to: Option<usize> = None;
    for word in words(sql) {
        let text = &sql[word.clone()];
        let quoted = is_quoted(sql, &word) && text.bytes().all(|byte| byte.is_ascii_lowercase());
        let name = quoted
            && !in_literal(word.start)
            && match word.len() {
                TABLE => {
                    let before = &sql[..word.start - 1];
                    let listed = listed_to.is_some_and(|end| &sql[end..word.start - 1] == ", ");
                    let is_read = listed || follows(before, &["from", "join"]);
                    listed_to = is_read.then_some(word.end + 1);
                    (tables.is_empty() || of_tables.contains(text)) && (is_read || sql[word.end + 1..].starts_with('.'))
                }
                _ => one && follows(&sql[..word.start - 1], &["as"]),
            };
        if name {
            out.push(word);
        } else {
            others.insert(text.to_ascii_lowercase());
        }
    }
    out.retain(|word| !others.contains(&sql[word.clone()]));
    out
}

/// The literals in single quotes, in a text without comments.
fn literals(sql: &str) -> Vec<Range<usize>> {
    let (mut out, mut open, mut named) = (Vec::new(), None, false);
    for (at, byte) in sql.bytes().enumerate() {
        match (byte, open) {
            (b'"', None) => named = !named,
            (b'\'', None) if !named => open = Some(at),
            (b'\'', Some(start)) => {
                out.push(start..at);
                open = None;
            }
            _ => {}
        }
    }
    out.extend(open.map(|start| start..sql.len()));
    out
}

/// Where words stand that are as long as made-up names and begin as they do.
fn words(sql: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let begins = |word: &Range<usize>| sql.as_bytes()[word.start].eq_ignore_ascii_case(&b'm');
    ascii_words(sql).filter(move |word| matches!(word.len(), TABLE | SELECTED) && begins(word))
}

/// Whether a word is all that stands between two quotes, which are not doubled.
fn is_quoted(sql: &str, word: &Range<usize>) -> bool {
    let bytes = sql.as_bytes();
    let at = |at: Option<usize>| at.and_then(|at| bytes.get(at)).copied();
    at(word.start.checked_sub(1)) == Some(b'"')
        && at(Some(word.end)) == Some(b'"')
        && at(word.start.checked_sub(2)) != Some(b'"')
        && at(Some(word.end + 1)) != Some(b'"')
}

/// Whether a text ends in one of these words.
fn follows(before: &str, words: &[&str]) -> bool {
    let last = before.trim_ascii_end().rsplit(|c: char| !c.is_ascii_alphanumeric() && c != '_').next();
    last.is_some_and(|last| words.iter().any(|word| last.eq_ignore_ascii_case(word)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Column, SqlErrorKind};

    const ORDERS: &str = "mabcdefghijklmnopqrstuvwxyzab";
    const VISITS: &str = "mzyxwvutsrqponmlkjihgfedcbazy";
    const A: &str = "mabcdefghijklmn";
    const B: &str = "mnmlkjihgfedcba";

    fn table(name: &str, column: &str) -> ShadowTable {
        ShadowTable { name: name.into(), columns: vec![Column { name: column.into(), data_type: "BIGINT".into() }] }
    }

    fn bind(tables: &[ShadowTable], sql: String) -> Question {
        Question::Bind { tables: tables.into(), sql }
    }

    #[test]
    fn questions_of_equal_shape_are_one() {
        let asked = |first: &str, second: &str, alias: &str| {
            let sql = format!(
                "SELECT \"{first}\".\"n\" AS \"{alias}\", 'O''Fallon' FROM \"{first}\" JOIN \"{second}\" ON \"{second}\".\"k\" > 1"
            );
            let mut tables = vec![table(first, "n"), table(second, "k")];
            tables.sort_by(|a, b| a.name.cmp(&b.name));
            up_to_names(bind(&tables, sql))
        };
        let ((one, names), (two, _)) = (asked(ORDERS, VISITS, A), asked(VISITS, ORDERS, B));
        assert_eq!(one, two);
        let Question::Bind { tables, sql } = &one else { panic!("{one:?}") };
        assert!(sql.contains(tables[0].name.as_str()) && ![ORDERS, VISITS, A].iter().any(|name| sql.contains(name)));
        let message = format!("no column in {} or {}", tables[1].name, tables[0].name);
        let error = SqlError {
            kind: SqlErrorKind::Binder,
            message,
            offset: None,
            length: None,
            candidates: vec![tables[0].name.clone()],
        };
        let restored = names.restored(error);
        assert_eq!(restored.message, format!("no column in {VISITS} or {ORDERS}"));
        assert_eq!(restored.candidates, [ORDERS]);
        // Other columns are another question.
        let (other, _) = up_to_names(bind(&[table(ORDERS, "k")], format!("SELECT 1 FROM \"{ORDERS}\"")));
        let (same, _) = up_to_names(bind(&[table(VISITS, "n")], format!("SELECT 1 FROM \"{VISITS}\"")));
        assert_ne!(other, same);
    }

    #[test]
    fn what_a_person_writes_stays() {
        let orders = [table(ORDERS, "n")];
        let upper = ORDERS.to_uppercase();
        for sql in [
            format!("SELECT {ORDERS}.n FROM \"{ORDERS}\""),
            format!("SELECT \"{upper}\".n FROM \"{ORDERS}\""),
            format!("SELECT n AS \"x\"\"{ORDERS}\"\"y\" FROM \"{ORDERS}\""),
            format!("SELECT '{ORDERS}' FROM \"{ORDERS}\""),
            format!("SELECT \"{ORDERS}\" FROM \"{ORDERS}\", {}", ordinal(0, TABLE).to_uppercase()),
            // No table of these has that name.
            format!("SELECT 1 FROM \"{VISITS}\""),
            // A name of the user's own that looks like one.
            "SELECT \"multiplications\"".to_owned(),
            format!("SELECT n AS \"{A}\" ORDER BY {A}"),
            format!("SELECT n AS \"{A}\" ORDER BY \"{A}\""),
            format!("SELECT max(\"{A}\") AS \"{A}\""),
            format!("SELECT (SELECT 1 AS \"{A}\")"),
            // Data, whatever DuckDB makes of them.
            format!("SELECT '\"{ORDERS}\"' FROM \"{ORDERS}\""),
            format!("SELECT ' \"{ORDERS}\".' FROM \"{ORDERS}\""),
            format!("SELECT $q$ \"{ORDERS}\". $q$ FROM \"{ORDERS}\""),
            format!("SELECT \"{ORDERS}\" FROM \"{ORDERS}\""),
            format!("SELECT {{\"{ORDERS}\": 1}} FROM \"{ORDERS}\""),
            format!("SELECT e'\\'\"{ORDERS}\".' FROM \"{ORDERS}\""),
            // What is called by its text, and what tells a text.
            format!("SELECT columns('^.m[a-m]') FROM (SELECT \"{ORDERS}\".\"n\" + 1 FROM \"{ORDERS}\")"),
            format!("SELECT s[concat('(mabc', '.n + 1)')] FROM (SELECT \"{ORDERS}\".\"n\" + 1 FROM \"{ORDERS}\") s"),
            format!("SELECT alias(\"{ORDERS}\".\"n\" + 1) FROM \"{ORDERS}\""),
            format!("SELECT current_query() LIKE '%mabc%' FROM \"{ORDERS}\""),
            format!("SELECT (FROM duckdb_tables() SELECT min(table_name)) FROM \"{ORDERS}\""),
            // A blank of Unicode ends a name.
            format!("SELECT\u{a0}{ORDERS}\u{a0}.n FROM \"{ORDERS}\""),
        ] {
            let question = bind(&orders, sql);
            assert_eq!(up_to_names(question.clone()), (question, Names::default()));
        }
        let of_type = ShadowTable {
            columns: vec![Column {
                name: "n".into(),
                data_type: format!("STRUCT(\"{ORDERS}\" BIGINT)").as_str().into(),
            }],
            ..table(ORDERS, "n")
        };
        let question = bind(&[of_type], format!("SELECT \"{ORDERS}\".n FROM \"{ORDERS}\""));
        assert_eq!(up_to_names(question.clone()).0, question);
        let columns = [table(ORDERS, A)];
        let question = bind(&columns, format!("SELECT \"{A}\" AS \"{A}\""));
        assert_eq!(up_to_names(question.clone()).0, question);
    }

    #[test]
    fn ordinals_are_as_long_and_all_different() {
        let all: HashSet<String> = (0..2000).flat_map(|n| [ordinal(n, TABLE), ordinal(n, SELECTED)]).collect();
        assert_eq!(all.len(), 4000);
        assert!(all.iter().all(|name| matches!(name.len(), TABLE | SELECTED)));
        assert!(!ordinal(7, TABLE).contains(&ordinal(7, SELECTED)));
    }
}
