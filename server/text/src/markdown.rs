//! Text of others in Markdown (CommonMark): it stays text, whatever is in it.

use crate::shown::{one_line, visible};
use std::fmt::Write;

/// A block of code.
pub fn fenced(language: &str, text: &str) -> String {
    let text = visible(text);
    let fence = "`".repeat((longest_run(&text) + 1).max(3));
    let text = text.trim_end_matches('\n');
    format!("{fence}{language}\n{text}\n{fence}")
}

/// A piece of code within a line.
pub fn code(text: &str) -> String {
    let text = one_line(text);
    if text.trim().is_empty() {
        // Code of spaces alone is no code.
        return "` `".to_owned();
    }
    let fence = "`".repeat(longest_run(&text) + 1);
    // One space at both ends is not part of the code.
    let padded = text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']);
    let space = if padded { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}

/// A piece of code within a cell of a table, where `|` ends the cell even inside code.
pub fn code_in_cell(text: &str) -> String {
    code(text).replace('|', "\\|")
}

/// Words: no mark of Markdown or HTML in them means anything, and no address becomes a link.
pub fn plain(text: &str) -> String {
    let text = one_line(text);
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        let is_address = c == '.' && out.len() >= 3 && out.as_bytes()[out.len() - 3..].eq_ignore_ascii_case(b"www");
        if is_address || matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '&' | '~' | '|' | '#') {
            out.push('\\');
        }
        out.push(c);
    }
    out.replace("://", ":\\//").replace('@', "\\@")
}

/// A message of ours: what it has in backticks is code, and everything else is words.
pub fn message(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let pieces: Vec<&str> = text.split('`').collect();
    for (at, piece) in pieces.iter().enumerate() {
        // The last piece of an even number has no end.
        let closed = at + 1 < pieces.len();
        match at % 2 {
            1 if closed && !piece.trim().is_empty() => out.push_str(&code(piece)),
            1 => drop(write!(out, "\\`{}{}", plain(piece), if closed { "\\`" } else { "" })),
            _ => out.push_str(&plain(piece)),
        }
    }
    out
}

/// What its author wrote as Markdown and means as such, and whether something that follows it may become part of it: a fence
/// that nobody closes, HTML. Then it has to be the last.
pub fn is_open(text: &str) -> bool {
    text.contains(['<', '\t']) || text.contains("```") || text.contains("~~~") || text.contains("]:")
}

/// What its author wrote as Markdown, without what an editor would fetch or draw by itself: images and HTML. A blank breaks both.
pub fn quiet(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        out.push(c);
        let next = chars.peek().copied().unwrap_or(' ');
        let begins = match c {
            '!' => next == '[',
            '<' => next.is_ascii_alphabetic() || matches!(next, '/' | '!' | '?'),
            _ => false,
        };
        if begins {
            out.push(' ');
        }
    }
    out
}

/// A message for people who may see it as a notification: VS Code makes a link of `[label](command:…)` in those, which runs the command
/// with its arguments on one click, whoever wrote the text.
pub fn unlinked(text: &str) -> String {
    text.replace("](", "] (")
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_address_is_a_link_in_any_case() {
        for text in ["www.a.b", "WWW.a.b", "wWw.a.b"] {
            assert_eq!(plain(text), format!("{}\\.a.b", &text[..3]));
        }
    }
    use proptest::prelude::*;
    use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

    /// The code in a Markdown text, and whether anything in it does something.
    fn read(markdown: &str) -> (Vec<String>, bool) {
        let (mut codes, mut active, mut inside) = (Vec::new(), false, false);
        for event in Parser::new_ext(
            markdown,
            Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_FOOTNOTES,
        ) {
            match event {
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(_))) => {
                    inside = true;
                    codes.push(String::new());
                }
                Event::End(TagEnd::CodeBlock) => inside = false,
                Event::Text(text) if inside => codes.last_mut().unwrap().push_str(&text),
                Event::Code(text) => codes.push(text.into_string()),
                Event::Start(Tag::Link { .. } | Tag::Image { .. } | Tag::HtmlBlock)
                | Event::Html(_)
                | Event::InlineHtml(_) => {
                    active = true;
                }
                Event::FootnoteReference(_) => active = true,
                _ => {}
            }
        }
        (codes, active)
    }

    const NASTY: &str = "[`~ \n\t\\\\!\\[\\]\\(\\)<>|*_#&a-c:/@$]{0,40}";

    proptest! {
        #[test]
        fn a_block_is_one_block(text in NASTY, before in "[a-c \n*]{0,12}") {
            let markdown = format!("{before}\n\n{}\n\n[end](x)", fenced("sql", &text));
            let (codes, _) = read(&markdown);
            let expected = visible(&text).trim_end_matches('\n').to_owned();
            prop_assert_eq!(codes.last().map(|code| code.trim_end_matches('\n')), Some(expected.as_str()));
            prop_assert!(read(&markdown).1, "what follows is no code");
        }

        #[test]
        fn code_is_code(text in NASTY) {
            let (codes, active) = read(&format!("of {} here", code(&text)));
            let expected = one_line(&text).into_owned();
            prop_assert!(!active);
            prop_assert_eq!(codes.len(), 1);
            if !expected.trim().is_empty() {
                prop_assert_eq!(&codes[0], &expected);
            }
        }

        #[test]
        fn words_do_nothing(text in NASTY) {
            for markdown in [plain(&text), message(&text), format!("| a |\n|---|\n| {} |", plain(&text))] {
                prop_assert!(!read(&format!("of {markdown}")).1, "{markdown}");
            }
        }

        /// A description that is not open leaves what follows alone.
        #[test]
        fn descriptions_swallow_nothing(text in "[`~ \n!\\[\\]\\(\\)<>|*_#&a-c:/0-9.+-]{0,40}") {
            prop_assume!(!is_open(&text));
            let (codes, _) = read(&format!("**model**\n\n{}\n\n{}", text.trim(), fenced("sql", "select 1")));
            prop_assert_eq!(codes.last().map(String::as_str), Some("select 1\n"));
        }
    }

    #[test]
    fn descriptions_fetch_nothing() {
        for text in [
            "![](https://evil.example/a.png)",
            "a `b` ![x](<https://evil.example/?\"a>)",
            "![a][b]\n\n[b]: https://evil.example/a.png",
            "<img src=\"https://evil.example/a.png\">",
            "\\![x](y) !![x](y)",
        ] {
            let quiet = quiet(text);
            let loads = |event: Event<'_>| {
                matches!(
                    event,
                    Event::Start(Tag::Image { .. } | Tag::HtmlBlock) | Event::Html(_) | Event::InlineHtml(_)
                )
            };
            assert!(!Parser::new(&quiet).any(loads), "{quiet}");
        }
        let plain = "**Sales** of [the shop](https://a.b), `n < 3`; no!\n\n- one";
        assert_eq!(quiet(plain), plain);
    }

    #[test]
    fn notifications_hold_no_links() {
        let text = "can't read the baseline b [Fix](command:workbench.action.terminal.sendSequence?%7B%7D).json";
        assert_eq!(unlinked(text), text.replace("](", "] ("));
        assert!(!unlinked("[[a](](command:b)").contains("]("));
    }

    #[test]
    fn messages_read_as_before() {
        assert_eq!(message("there is no `a_b` here"), "there is no `a_b` here");
        assert_eq!(message("`x` is ![a](http://b)"), "`x` is !\\[a\\](http:\\//b)");
        assert_eq!(message("odd ` one"), "odd \\` one");
        assert_eq!(fenced("sql", "a\n````\nb"), "`````sql\na\n````\nb\n`````");
        assert_eq!(code("a`b"), "``a`b``");
    }
}
