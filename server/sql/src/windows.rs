//! What the windows of an expression are ordered by: the reference's search for what is to be grouped ends there, so that it
//! groups by these and not by what is around them (`R-SQL-05`).

use crate::tokens::{Token, tokenize};
use sqlparser::tokenizer::Token as SqlToken;
use viz_text::{Spliced, TextRange, TextSize};

/// The items of ORDER BY in the parentheses behind OVER, without their directions, in order and apart from each other: windows
/// in an item belong to it.
pub(crate) fn window_orders(text: &str) -> Vec<TextRange> {
    let Ok(tokens) = tokenize(text) else { return Vec::new() };
    let tokens: Vec<Token> = tokens.into_iter().filter(|token| !token.is_space()).collect();
    let mut out = Vec::new();
    for at in 0..tokens.len() {
        if tokens[at].is_word("over") && tokens.get(at + 1).is_some_and(|next| next.token == SqlToken::LParen) {
            items(&tokens[at + 2..], &mut out);
        }
    }
    out.sort_by_key(|range: &TextRange| (range.start(), std::cmp::Reverse(range.end())));
    out.dedup_by(|inner, outer| outer.contains_range(*inner));
    out
}

/// The items in a window, which begins here.
fn items(tokens: &[Token], out: &mut Vec<TextRange>) {
    let (mut depth, mut ordered, mut item) = (0_u32, false, Vec::<&Token>::new());
    let mut end = |item: &mut Vec<&Token>| {
        let words = ["asc", "desc", "nulls", "first", "last"];
        while item.last().is_some_and(|token| words.iter().any(|word| token.is_word(word))) {
            item.pop();
        }
        if let (Some(first), Some(last)) = (item.first(), item.last()) {
            out.push(TextRange::new(first.range.start(), last.range.end()));
        }
        item.clear();
    };
    for (at, token) in tokens.iter().enumerate() {
        match &token.token {
            SqlToken::LParen => depth += 1,
            SqlToken::RParen if depth == 0 => break,
            SqlToken::RParen => depth -= 1,
            SqlToken::Comma if depth == 0 => {
                end(&mut item);
                continue;
            }
            _ if depth == 0 && ["rows", "range", "groups"].iter().any(|word| token.is_word(word)) => break,
            _ if depth == 0 && token.is_word("by") && at > 0 && tokens[at - 1].is_word("order") => {
                (ordered, item) = (true, Vec::new());
                continue;
            }
            _ => {}
        }
        if ordered {
            item.push(token);
        }
    }
    end(&mut item);
}

/// The text with a number in the place of what its windows are ordered by.
pub(crate) fn without_window_orders(text: &str) -> String {
    let pieces = window_orders(text).into_iter().map(|range| (range, "1"));
    Spliced::new(text, TextRange::up_to(TextSize::of(text)), pieces).into_text()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{collection::vec, prelude::*, sample::select};

    #[test]
    fn only_what_windows_are_ordered_by() {
        let of = |text: &str| window_orders(text).into_iter().map(|range| text[range].to_owned()).collect::<Vec<_>>();
        assert_eq!(of("rank() over (order by a)"), ["a"]);
        assert_eq!(
            of("sum(a) over (partition by b, c order by f(d, e) desc nulls last, g rows 1 preceding)"),
            ["f(d, e)", "g"]
        );
        assert!(of("array_agg(a order by b) over (partition by c)").is_empty());
        assert!(of("sum(a) over w").is_empty());
        assert_eq!(without_window_orders("lag(a) over (order by b) - c"), "lag(a) over (order by 1) - c");
    }

    #[test]
    fn windows_in_windows() {
        for (text, without) in [
            ("sum(1) over (order by sum(1) over (order by éééé), b) + c", "sum(1) over (order by 1, 1) + c"),
            (
                "f(1) over (partition by g(1) over (order by a) order by b)",
                "f(1) over (partition by g(1) over (order by 1) order by 1)",
            ),
        ] {
            assert_eq!(without_window_orders(text), without);
        }
    }

    proptest! {
        #[test]
        fn ranges_are_in_order_and_apart(words in vec(select(vec!["f()", "over", "(", ")", "(order by", "partition by", ",", "é", "desc", "rows"]), 0..24)) {
            let text = words.join(" ");
            let ranges = window_orders(&text);
            prop_assert!(ranges.is_sorted_by(|a, b| a.end() <= b.start()), "{text}: {ranges:?}");
            without_window_orders(&text);
        }
    }
}
