//! Texts that begin or go on with `#`, which YAML takes for a comment without a word.

use super::Lowering;
use crate::codes::Code;
use crate::problem::{Fix, Problem};
use viz_syntax::{Node, double_quoted};
use viz_text::Loc;

impl Lowering {
    /// A text of which nothing is left, where nothing may stand: `label: #1`.
    pub(super) fn text_in_comment(&mut self, key: &str, node: Node<'_>) {
        if let Some((loc, value)) = node.hidden_value().filter(|(_, value)| is_text(value)) {
            let message = format!("`{key}` has no value: the `#` begins a comment");
            let fix = Fix::replace(format!("put `{value}` in quotes"), loc, double_quoted(value));
            self.problem(Problem::new(Code::CommentedText, loc, message).fix(fix));
        }
    }

    /// A text that ends where it was not meant to: `label: Region #1`.
    pub(super) fn rest_in_comment(&mut self, key: &str, node: Node<'_>) {
        let Some((comment, rest)) = node.comment_behind().filter(|(_, rest)| is_rest(rest)) else { return };
        // What is said of a query is said in comments.
        if matches!(key, "sql" | "expression" | "condition") {
            return;
        }
        let Some(text) = node.str().filter(|text| !text.contains('\n')) else { return };
        let gap = u32::from(comment.range.start() - node.loc().range.end()) as usize;
        let whole = double_quoted(&format!("{}{}{rest}", node.text(), " ".repeat(gap)));
        let place = Loc::new(comment.segment, node.loc().range.cover(comment.range));
        let subject = if key.contains(' ') { key.to_owned() } else { format!("`{key}`") };
        let message = format!("{subject} is `{text}` only: the ` #` begins a comment");
        self.problem(Problem::new(Code::CommentedText, comment, message).fix(Fix::replace(
            "put all of it in quotes",
            place,
            whole,
        )));
    }
}

/// Whether a comment is hardly one: a number follows its `#` at once, or it is a colour.
fn is_text(comment: &str) -> bool {
    let rest = comment.strip_prefix('#').unwrap_or_default();
    let word = rest.split(|c: char| c.is_whitespace()).next().unwrap_or_default();
    let is_number = (1..=3).contains(&word.len()) && word.bytes().all(|c| c.is_ascii_digit());
    let is_color = rest == word && matches!(word.len(), 3 | 6 | 8) && word.bytes().all(|c| c.is_ascii_hexdigit());
    is_number || is_color
}

/// Whether a comment behind a text is hardly one: it is a number and nothing else. A colour there tells what the text means (`navy #000080`),
/// and words behind a number are a remark (`Region #42 asked for that`).
fn is_rest(comment: &str) -> bool {
    is_text(comment) && comment[1..].bytes().all(|c| c.is_ascii_digit()) && comment.len() <= 4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_comments() {
        for text in ["#1", "#1 Region", "#12 of 20", "#ff0000", "#abc"] {
            assert!(is_text(text), "{text}");
        }
        for comment in ["# 1", "#", "##1", "#1st", "#1234", "#todo", "#1: the first", "#ff0000 is red", "#-1", "#!1"] {
            assert!(!is_text(comment), "{comment}");
        }
    }

    #[test]
    fn remarks_behind_a_text_are_comments() {
        assert!(is_rest("#1") && is_rest("#042"));
        for comment in ["#000080", "#abc", "#42 asked for that", "#1 of 3", "# 1", "#1234"] {
            assert!(!is_rest(comment), "{comment}");
        }
    }
}
