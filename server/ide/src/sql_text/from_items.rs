//! What a query reads, found by its tokens: tables, calls such as `read_csv(…)`, sub-queries and the names of `WITH`. No
//! engine is needed, and unfinished text is fine up to where it stops being tokens.

use crate::sql_text::select_list::{select_list, tokens_of};
use std::cell::Cell;
use std::sync::Arc;
use viz_sql::Token;
use viz_text::TextRange;

/// Something that a query reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FromItem {
    /// How its columns are qualified: the alias, or the table's own name.
    pub name: String,
    /// What it is.
    pub origin: Origin,
    /// Where its own name stands, if that is one word.
    pub place: Option<TextRange>,
}

/// Where the columns of a [`FromItem`] come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A table of the source, as written.
    Table(String),
    /// A call or a file, as written.
    Call(String),
    /// A query in the text.
    Query {
        /// The columns that it names.
        columns: Vec<String>,
        /// What it takes all columns of: shared by all that read the query, which may double with each query in a chain of them.
        all_of: Arc<[FromItem]>,
    },
}

impl FromItem {
    /// The columns that the text names.
    pub(crate) fn named(&self) -> impl Iterator<Item = &str> {
        let columns = match &self.origin {
            Origin::Query { columns, .. } => columns.as_slice(),
            _ => &[],
        };
        columns.iter().map(String::as_str)
    }
}

/// Queries in queries are followed to this depth for all that they take.
const DEEPEST: usize = 8;

/// Bytes of queries in queries that are read for their columns: each is read again in all around it, so nested ones come to the square of
/// their depth. Those behind have no columns.
const MOST: usize = 1 << 20;

/// Words that follow an item of FROM and are no alias of it.
const NO_ALIAS: [&str; 34] = [
    "where",
    "group",
    "order",
    "join",
    "left",
    "right",
    "inner",
    "outer",
    "full",
    "cross",
    "natural",
    "on",
    "using",
    "limit",
    "union",
    "having",
    "qualify",
    "window",
    "sample",
    "tablesample",
    "asof",
    "positional",
    "anti",
    "semi",
    "lateral",
    "pivot",
    "unpivot",
    "offset",
    "except",
    "intersect",
    "select",
    "set",
    "fetch",
    "from",
];

/// What the FROM clauses of a text read, in order, those of sub-queries too; and the queries that WITH names.
pub(crate) fn from_items(sql: &str) -> (Vec<FromItem>, Vec<FromItem>) {
    let tokens: Vec<Token> = tokens_of(sql).into_iter().filter(|token| !token.is_space()).collect();
    let left = Cell::new(MOST);
    let reader = Reader { sql, tokens: &tokens, left: &left };
    let named = reader.named_queries();
    let found = reader.items(&named, true, DEEPEST);
    (found, named)
}

/// Whether a query takes all columns of something.
fn takes_all(sql: &str) -> bool {
    let tokens: Vec<Token> = tokens_of(sql).into_iter().filter(|token| !token.is_space()).collect();
    let text = |at: usize| tokens.get(at).map_or("", |token| &sql[token.range]);
    let begins =
        |at: usize| at == 0 || ["select", "distinct", ",", "."].contains(&text(at - 1).to_lowercase().as_str());
    tokens.first().is_some_and(|first| first.is_word("from"))
        || (0..tokens.len()).any(|at| text(at) == "*" && begins(at))
}

/// A query in the text of another, which knows the queries that WITH has named. `deep` says how deep those in it are followed, and `left`
/// how much text is still read.
fn query(sql: &str, named: &[FromItem], deep: usize, left: &Cell<usize>) -> Origin {
    let Some(rest) = left.get().checked_sub(sql.len()) else {
        left.set(0);
        return Origin::Query { columns: Vec::new(), all_of: Arc::default() };
    };
    left.set(rest);
    let columns = select_list(sql).into_iter().map(|column| column.name).collect();
    let all_of = match deep.checked_sub(1).filter(|_| takes_all(sql)) {
        Some(deep) => {
            let tokens: Vec<Token> = tokens_of(sql).into_iter().filter(|token| !token.is_space()).collect();
            Reader { sql, tokens: &tokens, left }.items(named, false, deep)
        }
        None => Vec::new(),
    };
    Origin::Query { columns, all_of: all_of.into() }
}

/// Whether a table is expected behind a text.
pub(crate) fn expects_table(before: &str) -> bool {
    let tokens = tokens_of(before);
    tokens.iter().rev().find(|token| !token.is_space()).is_some_and(|last| last.is_word("from") || last.is_word("join"))
}

struct Reader<'a> {
    sql: &'a str,
    tokens: &'a [Token],
    /// How much text of queries in it is still read.
    left: &'a Cell<usize>,
}

impl Reader<'_> {
    /// What its FROM clauses read, those of the queries in it too if `all`.
    fn items(&self, named: &[FromItem], all: bool, deep: usize) -> Vec<FromItem> {
        let tokens = self.tokens;
        let mut found = Vec::new();
        // Of each parenthesis that is open: whether a query is in it (and not `extract(year from x)`).
        let mut queries = vec![true];
        for at in 0..tokens.len() {
            match self.text(at) {
                "(" => {
                    queries.push(tokens.get(at + 1).is_some_and(|next| next.is_word("select") || next.is_word("from")))
                }
                ")" if queries.len() > 1 => drop(queries.pop()),
                _ => {}
            }
            let begins = tokens[at].is_word("from") || tokens[at].is_word("join");
            if !begins || !queries.last().is_some_and(|query| *query) || !(all || queries.len() == 1) {
                continue;
            }
            let mut next = Some(at + 1);
            while let Some((item, end)) = next.and_then(|at| self.item(at, named, deep)) {
                found.push(item);
                next = (self.text(end) == ",").then_some(end + 1);
            }
        }
        found
    }

    fn text(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| &self.sql[token.range])
    }

    /// The token behind the parenthesis that opens here.
    fn behind(&self, open: usize) -> Option<usize> {
        let mut depth = 0_usize;
        for at in open..self.tokens.len() {
            match self.text(at) {
                "(" => depth += 1,
                ")" => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return Some(at + 1);
            }
        }
        None
    }

    /// A name, without its quotes.
    fn name(&self, at: usize) -> Option<String> {
        let text = self.text(at);
        let first = text.chars().next()?;
        match first {
            '"' => Some(text.trim_matches('"').replace("\"\"", "\"")),
            c if c.is_alphabetic() || c == '_' => Some(text.to_owned()),
            _ => None,
        }
    }

    /// The item that begins here, and the token behind it.
    fn item(&self, at: usize, named: &[FromItem], deep: usize) -> Option<(FromItem, usize)> {
        if self.tokens.get(at)?.is_word("lateral") {
            return self.item(at + 1, named, deep);
        }
        let mut place = None;
        let (own, origin, mut end) = if self.text(at) == "(" {
            let end = self.behind(at)?;
            let inner =
                &self.sql[usize::from(self.tokens[at].range.end())..usize::from(self.tokens[end - 1].range.start())];
            (None, query(inner, named, deep, self.left), end)
        } else if self.text(at).starts_with('\'') {
            (None, Origin::Call(self.text(at).to_owned()), at + 1)
        } else {
            let mut last = at;
            let mut name = self.name(at).filter(|name| !is_keyword(name))?;
            while self.text(last + 1) == "." {
                name = self.name(last + 2)?;
                last += 2;
            }
            let call = self.text(last + 1) == "(";
            let end = if call { self.behind(last + 1)? } else { last + 1 };
            let written =
                &self.sql[usize::from(self.tokens[at].range.start())..usize::from(self.tokens[end - 1].range.end())];
            let query = named.iter().find(|query| last == at && query.name.eq_ignore_ascii_case(&name));
            place = (last == at && !call).then_some(self.tokens[at].range);
            let origin = match query {
                _ if call => Origin::Call(written.to_owned()),
                Some(query) => query.origin.clone(),
                None => Origin::Table(written.to_owned()),
            };
            (Some(name), origin, end)
        };
        let has_as = self.tokens.get(end).is_some_and(|token| token.is_word("as"));
        let alias = self.name(end + usize::from(has_as)).filter(|alias| has_as || !is_keyword(alias));
        if alias.is_some() {
            end += 1 + usize::from(has_as);
        }
        Some((FromItem { name: alias.or(own).unwrap_or_default(), origin, place }, end))
    }

    /// `name as ( … )` behind WITH.
    fn named_queries(&self) -> Vec<FromItem> {
        let mut found = Vec::new();
        for at in 0..self.tokens.len() {
            let begins = self.tokens[at].is_word("with") || self.tokens[at].is_word("recursive");
            // A further one follows the parenthesis of the one before.
            let further = !found.is_empty() && self.text(at) == "," && at > 0 && self.text(at - 1) == ")";
            let Some(name) = self.name(at + 1).filter(|_| begins || further) else { continue };
            let mut open = at + 2;
            if !self.tokens.get(open).is_some_and(|token| token.is_word("as")) {
                continue;
            }
            while self
                .tokens
                .get(open)
                .is_some_and(|token| ["as", "not", "materialized"].iter().any(|word| token.is_word(word)))
            {
                open += 1;
            }
            let Some(end) = Some(open).filter(|open| self.text(*open) == "(").and_then(|open| self.behind(open)) else {
                continue;
            };
            let inner =
                &self.sql[usize::from(self.tokens[open].range.end())..usize::from(self.tokens[end - 1].range.start())];
            let origin = query(inner, &found, DEEPEST, self.left);
            found.push(FromItem { name, origin, place: None });
        }
        found
    }
}

fn is_keyword(name: &str) -> bool {
    NO_ALIAS.iter().any(|word| word.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(sql: &str) -> Vec<String> {
        let line = |item: &FromItem| match &item.origin {
            Origin::Table(text) => format!("{} = table {text}", item.name),
            Origin::Call(text) => format!("{} = call {text}", item.name),
            Origin::Query { columns, all_of } => {
                let all = all_of.iter().map(|item| format!("{}.*", item.name));
                let all: Vec<String> = columns.iter().cloned().chain(all).collect();
                format!("{} = query {}", item.name, all.join(" "))
            }
        };
        from_items(sql).0.iter().map(line).collect()
    }

    #[test]
    fn items_are_named_by_alias_or_table() {
        for (sql, expected) in [
            ("select * from t", vec!["t = table t"]),
            ("select * from main.t as a, \"b c\" d where x", vec!["a = table main.t", "d = table \"b c\""]),
            ("select o. from read_csv('a.csv') as o join b on true", vec!["o = call read_csv('a.csv')", "b = table b"]),
            ("from 'x.parquet' p left join t using (i)", vec!["p = call 'x.parquet'", "t = table t"]),
            ("select * from (select a, b + 1 as c from t) s", vec!["s = query a c", "t = table t"]),
            (
                "with w as (select 1 as n), v as (select n from w) select * from v where",
                vec!["w = query n", "v = query n"],
            ),
            ("with w as (select * from u) select from w", vec!["u = table u", "w = query u.*"]),
            (
                "with w as (select a, b from u), v as (select w.*, count(*) as n from w) from v",
                vec!["u = table u", "w = query a b", "v = query n w.*"],
            ),
            ("select extract(year from day) from t", vec!["t = table t"]),
            ("select a from t where x = 'open", vec!["t = table t"]),
            ("select a from", vec![]),
            ("select a from read_csv('x", vec![]),
        ] {
            assert_eq!(shown(sql), expected, "{sql}");
        }
    }

    #[test]
    fn nested_queries_are_read_to_a_bound() {
        let nested = (0..290).fold("t".to_owned(), |inner, at| format!("(select *, d0 as a{at} from {inner}) q{at}"));
        let many = vec![nested; 12].join(" cross join ");
        let (items, _) = from_items(&format!("select  from {many}"));
        assert_eq!(items.len(), 12 * 291, "each of them is found");
        let known = items.iter().filter(|item| item.named().next().is_some()).count();
        assert!((1..items.len() / 4).contains(&known), "{known} of them were read");
    }

    #[test]
    fn tables_are_expected_behind_from_and_join() {
        for (before, expected) in [
            ("select a from ", true),
            ("select a from t join\n  ", true),
            ("select a ", false),
            ("select a from t ", false),
        ] {
            assert_eq!(expects_table(before), expected, "{before}");
        }
    }
}
