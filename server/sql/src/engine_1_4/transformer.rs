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
    OF_THE_GRAMMAR.iter().any(|start| error.get(..start.len()).is_some_and(|found| found.eq_ignore_ascii_case(start)))
}

/// Whether a word stands for a function or a column: `overlaps` may.
fn is_name(tokens: &[Token], token: &Token, sql: &str) -> bool {
    let after = |other: &&Token| other.range.start() >= token.range.end();
    let row = tokens
        .iter()
        .find(after)
        .is_some_and(|next| ["(", "row"].contains(&sql[next.range].to_ascii_lowercase().as_str()));
    let before = tokens.iter().rev().find(|other| other.range.end() <= token.range.start());
    let behind_row = before.is_some_and(|before| &sql[before.range] == ")");
    sql[token.range].eq_ignore_ascii_case("overlaps") && !(row && behind_row)
}

/// The first piece that is refused.
pub(super) fn refused(tokens: &[Token], sql: &str) -> Option<TextRange> {
    // OVERLAPS is a function that it does not have.
    let refused = ["symmetric", "overlaps"].map(|word| GRAMMAR.word(word));
    let (limit, comma) = (GRAMMAR.word("limit"), GRAMMAR.token("','"));
    // How deep a LIMIT stands whose value is being read: what begins another clause is no value.
    let (mut depth, mut limited) = (0_usize, None);
    for token in tokens {
        let text = &sql[token.range];
        match text {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => {
                depth = depth.saturating_sub(1);
                limited = limited.filter(|limited| *limited <= depth);
            }
            _ if token.number == limit => limited = Some(depth),
            _ if token.number.is_some() && refused.contains(&token.number) && !is_name(tokens, token, sql) => {
                return Some(token.range);
            }
            _ if token.number == comma && limited == Some(depth) => return Some(token.range),
            // Escapes of letters.
            _ if text
                .as_bytes()
                .first_chunk()
                .is_some_and(|[u, and]| u.eq_ignore_ascii_case(&b'u') && *and == b'&') =>
            {
                return Some(token.range);
            }
            _ => {}
        }
    }
    None
}
