//! Questions up to names: what is asked about one model's table is known for every other one of the same columns.
//!
//! The names that the format makes up (4.1) are an `m` and 28 letters for a table, 14 for what is selected; they say nothing to
//! DuckDB. In a question that opens no source they are put in order of their appearance instead, as long as they were, so that
//! all places stay. Where such a name is written in any other way than in quotes, as only a person would, it stays.

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
        || columns().any(|column| is_taken(&column.name))
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

/// Where names stand that were made up, each of them in quotes wherever it stands.
fn made_up(sql: &str, tables: &[ShadowTable]) -> Vec<Range<usize>> {
    let of_tables: HashSet<&str> = tables.iter().map(|table| table.name.as_str()).collect();
    let columns: HashSet<String> =
        tables.iter().flat_map(|table| &table.columns).map(|column| column.name.to_ascii_lowercase()).collect();
    let mut selected: HashSet<&str> = HashSet::new();
    let mut typed: HashSet<String> = HashSet::new();
    let mut out = Vec::new();
    for word in words(sql) {
        let text = &sql[word.clone()];
        if !is_quoted(sql, &word) || text.bytes().any(|byte| !byte.is_ascii_lowercase()) {
            typed.insert(text.to_ascii_lowercase());
            continue;
        }
        if word.len() == SELECTED && follows_as(&sql[..word.start - 1]) {
            selected.insert(text);
        }
        out.push(word);
    }
    out.retain(|word| {
        let text = &sql[word.clone()];
        let known = match word.len() {
            TABLE => tables.is_empty() || of_tables.contains(text),
            _ => selected.contains(text),
        };
        known && !typed.contains(text) && !columns.contains(text)
    });
    out
}

/// Where words stand that are as long as made-up names and begin as they do.
fn words(sql: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || byte >= 0x80;
    let bytes = sql.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < bytes.len() {
            let start = at;
            while at < bytes.len() && is_part(bytes[at]) {
                at += 1;
            }
            let found = start..at;
            if found.is_empty() {
                at += 1;
            } else if matches!(found.len(), TABLE | SELECTED) && bytes[start].eq_ignore_ascii_case(&b'm') {
                return Some(found);
            }
        }
        None
    })
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

/// Whether a text ends in `AS`.
fn follows_as(before: &str) -> bool {
    let before = before.trim_end().as_bytes();
    before.len() > 2
        && before[before.len() - 2..].eq_ignore_ascii_case(b"as")
        && before[before.len() - 3].is_ascii_whitespace()
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
                "SELECT \"{first}\".\"n\" AS \"{alias}\" FROM \"{first}\" JOIN \"{second}\" ON true ORDER BY \"{alias}\""
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
        ] {
            let question = bind(&orders, sql);
            assert_eq!(up_to_names(question.clone()), (question, Names::default()));
        }
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
