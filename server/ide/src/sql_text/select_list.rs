//! The columns that a query names in its select list, found by its tokens: no engine is needed, and unfinished text is
//! fine up to where it stops being tokens.

use viz_sql::{Token, tokenize};
use viz_text::{TextRange, TextSize};

/// A column that a query's text names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NamedColumn {
    /// Its name, without quotes.
    pub name: String,
    /// Where the name stands in the text: the alias, or the column itself.
    pub range: TextRange,
    /// Whether the name is given here, to an expression or another name.
    pub is_alias: bool,
}

/// The tokens of a text, up to where it stops being tokens.
pub(crate) fn tokens_of(sql: &str) -> Vec<Token> {
    tokenize(sql).unwrap_or_else(|error| {
        let mut end = usize::from(error.offset).min(sql.len());
        while !sql.is_char_boundary(end) {
            end -= 1;
        }
        tokenize(&sql[..end]).unwrap_or_default()
    })
}

/// The columns in the select list of a query's outermost `SELECT` (the first one of a `UNION`). Items without a name,
/// such as `*` or `count(*)`, are left out.
pub(crate) fn select_list(sql: &str) -> Vec<NamedColumn> {
    let tokens = tokens_of(sql);
    let tokens: Vec<Token> = tokens.into_iter().filter(|token| !token.is_space()).collect();
    let mut depth = 0usize;
    let mut columns = Vec::new();
    let mut item: Option<Vec<&Token>> = None;
    for token in &tokens {
        match &sql[token.range] {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            _ => {}
        }
        let Some(current) = &mut item else {
            if depth == 0 && token.is_word("select") {
                item = Some(Vec::new());
            }
            continue;
        };
        let first = current.is_empty();
        if depth == 0 && first && (token.is_word("distinct") || token.is_word("all")) {
            continue;
        }
        let end =
            depth == 0 && ["from", "where", "group", "order", "limit", "union"].iter().any(|word| token.is_word(word));
        if end || (depth == 0 && &sql[token.range] == ",") {
            columns.extend(named(sql, current));
            current.clear();
            if end {
                return columns;
            }
        } else {
            current.push(token);
        }
    }
    columns.extend(item.and_then(|item| named(sql, &item)));
    columns
}

/// The name of an item of a select list.
fn named(sql: &str, item: &[&Token]) -> Option<NamedColumn> {
    let (last, before) = item.split_last()?;
    let name = word(sql, last)?;
    // `x`, `t.x`, `… as x`, or an alias without `as`: behind the end of an expression.
    let fits = match before.last() {
        None => true,
        Some(token) if token.is_word("as") => true,
        Some(token) => {
            let text = &sql[token.range];
            text == "." || matches!(text, ")" | "]") || is_value(text)
        }
    };
    let keyword = matches!(name.to_ascii_lowercase().as_str(), "end" | "null" | "true" | "false");
    let is_alias = before.last().is_some_and(|token| &sql[token.range] != ".");
    (fits && !keyword).then_some(NamedColumn { name, range: last.range, is_alias })
}

/// The text of a word without its quotes.
fn word(sql: &str, token: &Token) -> Option<String> {
    let text = &sql[token.range];
    if let Some(inner) = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        return Some(inner.replace("\"\"", "\""));
    }
    let plain = text.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_alphanumeric() || c == '_');
    plain.then(|| text.to_owned())
}

/// Whether a token may end an expression, so that a word behind it is an alias.
fn is_value(text: &str) -> bool {
    let operator = ["and", "or", "not", "in", "like", "is", "then", "else", "when", "case", "between"];
    let word = text.chars().next().is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '"' | '\''));
    word && !operator.contains(&text.to_ascii_lowercase().as_str())
}

/// The place of a column in a query's select list. Names are compared without regard to case, as the reference does.
pub(crate) fn column_place(sql: &str, column: &str) -> Option<TextRange> {
    let columns = select_list(sql);
    columns.into_iter().find(|found| found.name.eq_ignore_ascii_case(column)).map(|found| found.range)
}

/// The word of a text that an offset touches.
pub(crate) fn word_at(text: &str, offset: TextSize) -> Option<TextRange> {
    let at = usize::from(offset);
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let before = text.get(..at)?;
    let start = at - before.chars().rev().take_while(|c| is_word(*c)).map(char::len_utf8).sum::<usize>();
    let end = at + text[at..].chars().take_while(|c| is_word(*c)).map(char::len_utf8).sum::<usize>();
    (start < end).then(|| TextRange::new(TextSize::new(start as u32), TextSize::new(end as u32)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_a_select_list() {
        for (sql, expected) in [
            ("select a, t.b, c as d, sum(x) total, \"E f\" from t", "a b d total E f"),
            ("with q as (select inner_one from z) select outer_one from q", "outer_one"),
            ("select distinct a, case when b then c end as d, count(*), * from t", "a d"),
            ("select a, date_trunc('month', t) as month, x::int as n, y::date", "a month n"),
            ("select case when a then b end, 1 as one, 'x' || y as z from t union select q from r", "one z"),
            ("select * exclude (a), a + 1 as b from t", "b"),
            ("select a, 'open", "a"),
            ("from t", ""),
            ("", ""),
        ] {
            let names: Vec<String> = select_list(sql).into_iter().map(|column| column.name).collect();
            assert_eq!(names.join(" "), expected, "{sql}");
        }
    }
}
