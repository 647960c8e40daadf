//! Expressions with one branch of each CASE taken: which one a row takes, only data tell, but each can be evaluated.

use viz_sql::{Token, tokenize};
use viz_text::{TextRange, TextSize};

/// An expression in which one branch is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Taken {
    pub text: String,
    /// The CASE that was decided last up to the branch that is taken, in the text that was given; `None` if nothing was.
    pub of: Option<TextRange>,
}

/// Branches of one expression that are looked at.
const MOST: usize = 32;

/// The expression itself, then with each branch of each CASE (and of `if`) taken; an inner one with the outer ones decided
/// so that it is reached.
pub(super) fn branches(text: &str) -> Vec<Taken> {
    let mut out = vec![Taken { text: text.to_owned(), of: None }];
    let whole = TextRange::up_to(TextSize::of(text));
    take(text, whole, &|inner| inner.to_owned(), &mut out);
    out.truncate(MOST);
    out
}

/// Adds what becomes of the CASEs in a piece of the text; `put` says what the whole text is with another one in its place.
fn take(text: &str, piece: TextRange, put: &dyn Fn(&str) -> String, out: &mut Vec<Taken>) {
    let inner = &text[piece];
    let Ok(tokens) = tokenize(inner) else { return };
    let tokens: Vec<Token> = tokens.into_iter().filter(|token| !token.is_space()).collect();
    for choice in choices(&tokens) {
        for (number, branch) in choice.branches.iter().enumerate() {
            if out.len() >= MOST {
                return;
            }
            let with = |instead: &str| {
                let arm = |(at, range): (usize, &TextRange)| {
                    let value = if at == number { instead } else { &inner[*range] };
                    match at + 1 == choice.branches.len() && choice.has_else {
                        true => format!("ELSE {value}\n"),
                        false => format!("WHEN {} THEN {value}\n", at == number),
                    }
                };
                let arms: String = choice.branches.iter().enumerate().map(arm).collect();
                let (start, end) = (choice.range.start().into(), choice.range.end().into());
                put(&format!("{}CASE {arms}END{}", &inner[..start], &inner[end..]))
            };
            let of = TextRange::new(choice.range.start(), branch.end()) + piece.start();
            out.push(Taken { text: with(&inner[*branch]), of: Some(of) });
            take(text, *branch + piece.start(), &with, out);
        }
    }
}

/// A CASE or `if`.
struct Choice {
    range: TextRange,
    /// The values, the one behind ELSE last.
    branches: Vec<TextRange>,
    has_else: bool,
}

/// Those that stand in no other.
fn choices(tokens: &[Token]) -> Vec<Choice> {
    let (mut out, mut at) = (Vec::new(), 0);
    while at < tokens.len() {
        let found = if tokens[at].is_word("case") { case_at(tokens, at) } else { if_at(tokens, at) };
        at = match found {
            Some((choice, end)) => {
                out.push(choice);
                end + 1
            }
            None => at + 1,
        };
    }
    out
}

/// A CASE that begins here, and the index of its END.
fn case_at(tokens: &[Token], case: usize) -> Option<(Choice, usize)> {
    let (mut depth, mut branches, mut start, mut has_else) = (0_usize, Vec::new(), None, false);
    for (at, token) in tokens.iter().enumerate().skip(case) {
        use sqlparser::tokenizer::Token as T;
        let ends = token.is_word("end");
        if depth == 1 && (token.is_word("when") || token.is_word("else") || ends) {
            let value = start.take().filter(|first| *first < at);
            branches.extend(value.map(|first: usize| tokens[first].range.cover(tokens[at - 1].range)));
        }
        match &token.token {
            _ if token.is_word("case") => depth += 1,
            T::LParen | T::LBracket | T::LBrace => depth += 1,
            T::RParen | T::RBracket | T::RBrace => depth = depth.checked_sub(1)?,
            _ if ends && depth == 1 => {
                let range = tokens[case].range.cover(token.range);
                return (!branches.is_empty()).then_some((Choice { range, branches, has_else }, at));
            }
            _ if ends => depth = depth.checked_sub(1)?,
            _ if depth == 1 && token.is_word("then") => start = Some(at + 1),
            _ if depth == 1 && token.is_word("else") => (start, has_else) = (Some(at + 1), true),
            _ => {}
        }
    }
    None
}

/// An `if` of three arguments that begins here, and the index of its closing parenthesis.
fn if_at(tokens: &[Token], at: usize) -> Option<(Choice, usize)> {
    use sqlparser::tokenizer::Token as T;
    let opens = tokens.get(at + 1).is_some_and(|next| next.token == T::LParen);
    if !(tokens[at].is_word("if") || tokens[at].is_word("iff")) || !opens {
        return None;
    }
    let (mut depth, mut ends) = (0_usize, vec![at + 1]);
    for (here, token) in tokens.iter().enumerate().skip(at + 1) {
        match &token.token {
            T::LParen | T::LBracket | T::LBrace => depth += 1,
            T::RParen | T::RBracket | T::RBrace => depth -= 1,
            T::Comma if depth == 1 => ends.push(here),
            _ => {}
        }
        if depth == 0 {
            ends.push(here);
            break;
        }
    }
    let [_, second, third, last] = ends[..] else { return None };
    let between = |from: usize, to: usize| (from + 1 < to).then(|| tokens[from + 1].range.cover(tokens[to - 1].range));
    let branches = vec![between(second, third)?, between(third, last)?];
    Some((Choice { range: tokens[at].range.cover(tokens[last].range), branches, has_else: true }, last))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(text: &str) -> Vec<String> {
        let plain = |taken: Taken| taken.text.split_whitespace().collect::<Vec<_>>().join(" ");
        branches(text).into_iter().skip(1).map(plain).collect()
    }

    #[test]
    fn each_branch_is_taken() {
        assert_eq!(
            taken("1 + case when n > 3 then 'a' when n > 2 then f(b, c) else n end"),
            [
                "1 + CASE WHEN true THEN 'a' WHEN false THEN f(b, c) ELSE n END",
                "1 + CASE WHEN false THEN 'a' WHEN true THEN f(b, c) ELSE n END",
                "1 + CASE WHEN false THEN 'a' WHEN false THEN f(b, c) ELSE n END",
            ]
        );
        assert_eq!(taken("case n when 1 then 'a' end"), ["CASE WHEN true THEN 'a' END"]);
        assert_eq!(
            taken("sum(if(n > 3, 'a', n))"),
            ["sum(CASE WHEN true THEN 'a' ELSE n END)", "sum(CASE WHEN false THEN 'a' ELSE n END)"]
        );
        assert!(taken("n + 1").is_empty() && taken("case when").is_empty() && taken("'case").is_empty());
    }

    #[test]
    fn inner_ones_are_reached() {
        let found = taken("case when a then case when b then 1 else 'x' end else 2 end");
        assert_eq!(
            found[1..3],
            [
                "CASE WHEN true THEN CASE WHEN true THEN 1 ELSE 'x' END ELSE 2 END",
                "CASE WHEN true THEN CASE WHEN false THEN 1 ELSE 'x' END ELSE 2 END",
            ]
        );
        let text = "f(case when a then 1 else (case when b then 2 else 'y' end) end)";
        let last = branches(text).pop().unwrap();
        assert_eq!(&text[last.of.unwrap()], "case when b then 2 else 'y'");
    }

    #[test]
    fn there_are_not_too_many() {
        let nested = (0..50).fold("1".to_owned(), |inner, _| {
            format!("case when a then {inner} else {inner} end").chars().take(5_000).collect()
        });
        assert!(branches(&nested).len() <= MOST);
    }
}
