//! Where names could become data.
//!
//! DuckDB calls an expression without a name by its text, with the tables and functions that the text names. A query around it can
//! take that for data: by a pattern (`COLUMNS('^m')`), as a key that it computes, as a text. So a query in other words, or of other
//! names, means the same only where nothing looks at names. There are too many ways to look at them to know all; without a
//! query inside of the query there is nothing to look at.

use std::ops::Range;

/// How a query in a query begins.
const BEGINS: [&str; 15] = [
    "select",
    "from",
    "with",
    "values",
    "table",
    "describe",
    "desc",
    "show",
    "summarize",
    "pivot",
    "pivot_wider",
    "pivot_longer",
    "unpivot",
    "pragma",
    "call",
];

/// What stands before a query that follows another one.
const JOINS: [&str; 5] = ["union", "except", "intersect", "all", "name"];

/// Functions that tell names of the very query that they stand in.
const TELLS: [&str; 3] = ["alias", "columns", "current_query"];

/// Functions and constructs by which a query meant by people looks at the names that a query in it gives.
const LOOKS: [&str; 14] = [
    "struct_extract",
    "struct_keys",
    "struct_entries",
    "struct_pack",
    "to_json",
    "row_to_json",
    "json_keys",
    "json_extract",
    "unnest",
    "varchar",
    "text",
    "similar",
    "like",
    "glob",
];

/// Whether a name could be data in what a query is evaluated to, as far as anything could look at it. In doubt it could.
pub fn could_look_at_names(sql: &str) -> bool {
    let (mut selects, mut before) = (0, "");
    for word in ascii_words(sql) {
        let text = &sql[word.clone()];
        let is = |list: &[&str]| list.iter().any(|word| text.eq_ignore_ascii_case(word));
        let joined = || JOINS.iter().any(|word| before.eq_ignore_ascii_case(word));
        selects += usize::from(text.eq_ignore_ascii_case("select"));
        if selects > 1 || is(&TELLS) || is(&BEGINS) && (opens(&sql[..word.start]) || joined()) {
            return true;
        }
        before = text;
    }
    false
}

/// Whether a query looks at names that a query in it gives, as far as people do that.
pub fn looks_at_names(sql: &str) -> bool {
    let is_look =
        |word: Range<usize>| LOOKS.iter().chain(&TELLS).any(|look| sql[word.clone()].eq_ignore_ascii_case(look));
    // The name of an expression, quoted; a key.
    let named = || sql.split('"').skip(1).step_by(2).any(|name| name.contains('('));
    could_look_at_names(sql) && (ascii_words(sql).any(is_look) || named() || sql.contains("['"))
}

/// Whether a text ends in an open parenthesis and blanks, of which Unicode has more.
fn opens(before: &str) -> bool {
    before.trim_end_matches(|char: char| !char.is_ascii() || char.is_ascii_whitespace()).ends_with('(')
}

/// Where letters, digits and `_` stand together. Other letters end a word: some of them are blanks to DuckDB.
pub(crate) fn ascii_words(sql: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let bytes = sql.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < bytes.len() && !is_part(bytes[at]) {
            at += 1;
        }
        let start = at;
        while at < bytes.len() && is_part(bytes[at]) {
            at += 1;
        }
        (start < at).then_some(start..at)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_that_could_look_at_names() {
        for sql in [
            "select columns('^m') from (select a + 1 from t)",
            "SELECT 1 FROM t WHERE a IN (\n  SELECT b FROM u)",
            "select (from (pivot t on a))",
            "select (\u{a0}from t limit 1)",
            "select 1 union from t",
            "select 1 union all by name from t",
            "with a as (from t) from a",
            "select alias(t.a + 1) from t",
            "select current_query() from t",
            "select ((table t)) from u",
        ] {
            assert!(could_look_at_names(sql), "{sql}");
        }
        for sql in [
            "select extract(year from d), trim(both ' ' from s), a is distinct from b from t",
            "select sum(a) filter (where b), (case when c then 1 end) from t group by all",
            "select count(*) from \"t\" join \"u\" on \"t\".\"a\" = \"u\".\"a\" where (\"selected\")",
        ] {
            assert!(!could_look_at_names(sql), "{sql}");
        }
    }

    #[test]
    fn queries_that_do_look_at_names() {
        for sql in [
            "select columns('^date') from (select date_trunc('month', d) from t)",
            "select \"date_trunc('month', d)\" from (select date_trunc('month', d) from t)",
            "select s['ln(a)'] from (select r as s from (select ln(a) from t) r)",
            "select struct_extract(r, 'ln(a)') from (select ln(a) from t) r",
        ] {
            assert!(looks_at_names(sql), "{sql}");
        }
        for sql in ["select ln(a) from t where a in (select max(a) from t)", "select columns_of, s['x'] from t"] {
            assert!(!looks_at_names(sql), "{sql}");
        }
    }
}
