//! What 1.4's grammar takes and the step behind it refuses ("not implemented"), where 2.0 says something else of it.
//!
//! Most of that step is the same in both engines: modifiers of TIME, `WITHIN GROUP` of other functions, `SELECT` of nothing
//! have one error in both. What is left is here.

use super::grammar::GRAMMAR;
use super::scan::Token;
use viz_text::TextRange;

/// How errors of 2.0's grammar begin. Its others are those of the step behind it, as 1.4 has them.
const OF_THE_GRAMMAR: [&str; 2] = ["syntax error", "Chained comparisons"];

/// Whether an error of 2.0's parser is one that 1.4 need not have.
pub(super) fn is_of_newer_grammar(error: &str) -> bool {
    let error = error.strip_prefix("Parser Error: ").unwrap_or(error);
    OF_THE_GRAMMAR.iter().any(|start| error.get(..start.len()).is_some_and(|found| found.eq_ignore_ascii_case(start)))
}

/// Whether a word that may be a name is an operator here: SYMMETRIC behind BETWEEN, and OVERLAPS between two rows.
fn is_operator(tokens: &[Token], at: usize, sql: &str) -> bool {
    let is = |at: usize, word: &str| tokens.get(at).is_some_and(|token| sql[token.range].eq_ignore_ascii_case(word));
    let (before, behind) = (at.wrapping_sub(1), at + 1);
    is(at, "symmetric") && is(before, "between")
        || is(at, "overlaps") && is(before, ")") && (is(behind, "(") || is(behind, "row"))
}

/// Whether a token is one of these words or signs, in any case.
fn is(tokens: &[Token], at: usize, sql: &str, words: &[&str]) -> bool {
    tokens.get(at).is_some_and(|token| words.iter().any(|word| sql[token.range].eq_ignore_ascii_case(word)))
}

/// Whether a token is a constant text.
fn is_text(tokens: &[Token], at: usize) -> bool {
    let text = GRAMMAR.token("SCONST");
    tokens.get(at).is_some_and(|token| token.number.is_some() && token.number == text)
}

/// Whether a parenthesis opens what is refused: modifiers of INTERVAL as a type, and a table expression that only shows.
fn opens_refused(tokens: &[Token], at: usize, sql: &str) -> bool {
    let is = |at: usize, words: &[&str]| is(tokens, at, sql, words);
    let before = |count: usize| at.wrapping_sub(count);
    let as_type = is(before(1), &["interval"]) && is(before(2), &["::", "as"]);
    // A window may be called so: nothing but its frame stands behind that.
    let shows = is(before(1), &["as", "materialized"])
        && is(at + 1, &["show", "desc", "describe", "summarize"])
        && !is(at + 2, &[")", "partition", "order", "rows", "range", "groups"]);
    as_type || shows
}

/// The first modifier that is no constant of a type before a text: `tuple(int) 'x'`.
fn no_modifier(tokens: &[Token], text: usize, sql: &str) -> Option<TextRange> {
    let close = text.checked_sub(1).filter(|close| is_text(tokens, text) && is(tokens, *close, sql, &[")"]))?;
    let open = (0..close).rev().find(|at| is(tokens, *at, sql, &["("]))?;
    let start =
        (0..open).rev().take_while(|at| (open - at).is_multiple_of(2) == is(tokens, *at, sql, &["."])).last()?;
    if is(tokens, start, sql, &["operator"]) {
        return None;
    }
    let constants = ["ICONST", "FCONST", "','"].map(|name| GRAMMAR.token(name));
    // BIT takes a number only.
    let is_modifier = |at: usize| {
        constants.contains(&tokens[at].number) || is_text(tokens, at) && !is(tokens, open - 1, sql, &["bit"])
    };
    (open + 1..close).find(|at| !is_modifier(*at)).map(|at| tokens[at].range)
}

/// The first piece that is refused.
pub(super) fn refused(tokens: &[Token], sql: &str) -> Option<TextRange> {
    let (limit, comma) = (GRAMMAR.word("limit"), GRAMMAR.token("','"));
    // How deep a LIMIT stands whose value is being read: what begins another clause is no value.
    let (mut depth, mut limited) = (0_usize, None);
    for (at, token) in tokens.iter().enumerate() {
        let text = &sql[token.range];
        match text {
            "(" if opens_refused(tokens, at, sql) => return Some(token.range),
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => {
                depth = depth.saturating_sub(1);
                limited = limited.filter(|limited| *limited <= depth);
            }
            _ if token.number == limit => limited = Some(depth),
            // OVERLAPS is a function that it does not have.
            _ if is_operator(tokens, at, sql) => return Some(token.range),
            _ if token.number == comma && limited == Some(depth) => return Some(token.range),
            // A pivot on a constant.
            _ if is_text(tokens, at)
                && is(tokens, at + 1, sql, &["in"])
                && at > 0
                && is(tokens, at - 1, sql, &["for"]) =>
            {
                return Some(token.range);
            }
            // Escapes of letters.
            _ if text
                .as_bytes()
                .first_chunk()
                .is_some_and(|[u, and]| u.eq_ignore_ascii_case(&b'u') && *and == b'&') =>
            {
                return Some(token.range);
            }
            _ => {
                if let Some(modifier) = no_modifier(tokens, at, sql) {
                    return Some(modifier);
                }
            }
        }
    }
    None
}
