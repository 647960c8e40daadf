//! What the cursor is in, inside a scalar, also where its text isn't finished: for completion.

use crate::reference::{blanks, is_name_char, is_path_char, span};
use crate::tree::{range, size};
use viz_text::{TextRange, TextSize};

/// What an offset of a content is in. Ranges are bytes of the content: what a completion replaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cursor {
    /// In the name of `ref(…)`.
    RefName {
        /// The name, without quotes.
        replace: TextRange,
        /// Whether a quote stands before it.
        quoted: bool,
    },
    /// Behind the dot after `ref(name)`.
    RefPath {
        /// The name that is referred to.
        name: String,
        /// The last part of the path.
        replace: TextRange,
    },
    /// Behind `${`, where `ref(` or `env.` goes.
    Open {
        /// What stands there of it.
        replace: TextRange,
    },
    /// In the body of `?{ … }`, outside of references.
    Query,
    /// Anywhere else.
    Text,
}

/// What an offset (bytes of the content) is in.
pub fn cursor(content: &str, offset: TextSize) -> Cursor {
    let mut at = usize::from(offset).min(content.len());
    while !content.is_char_boundary(at) {
        at -= 1;
    }
    let context = content[..at].rfind("${").filter(|open| !content[open + 2..at].contains('}'));
    let inside = match context {
        Some(open) => in_context(content, open + 2, at),
        None => in_bare(content, at),
    };
    inside.unwrap_or_else(|| if in_query(content, at) { Cursor::Query } else { Cursor::Text })
}

fn in_context(content: &str, start: usize, at: usize) -> Option<Cursor> {
    let inner = start + blanks(&content[start..at]);
    let typed = &content[inner..at];
    if typed.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        let end = at + span(&content[at..], |c| c.is_ascii_alphanumeric() || c == '_');
        return Some(Cursor::Open { replace: range(inner, end) });
    }
    in_call(content, inner, at)
}

fn in_bare(content: &str, at: usize) -> Option<Cursor> {
    let inner = blanks(content);
    let call = content.get(inner..at)?.starts_with("ref(");
    // Only a name: a path needs `${…}`.
    in_call(content, inner, at).filter(|found| call && matches!(found, Cursor::RefName { .. }))
}

/// In `ref(name).path` that starts at `inner`.
fn in_call(content: &str, inner: usize, at: usize) -> Option<Cursor> {
    let rest = content[inner..at].strip_prefix("ref")?;
    let gap = blanks(rest);
    rest[gap..].strip_prefix('(')?;
    let open = inner + 3 + gap + 1;
    let Some(paren) = content[open..at].find(')').map(|found| open + found) else {
        return in_name(content, open, at);
    };
    let after = &content[paren + 1..at];
    let is_path = after.starts_with('.') && after.chars().all(is_path_char);
    if !is_path {
        return None;
    }
    let (start, end) = (open, paren);
    let name = content[start..end].trim();
    let unquoted = name.trim_matches(|c| matches!(c, '\'' | '"'));
    let dot = paren + 1 + after.rfind('.')? + 1;
    let end = at + span(&content[at..], |c| c.is_alphanumeric() || c == '_');
    Some(Cursor::RefPath { name: unquoted.to_owned(), replace: range(dot, end) })
}

fn in_name(content: &str, open: usize, at: usize) -> Option<Cursor> {
    let typed = &content[open..at];
    if typed.contains('\n') {
        return None;
    }
    let mut start = open + blanks(typed);
    let quote = content[start..at].chars().next().filter(|c| matches!(c, '\'' | '"'));
    start += usize::from(quote.is_some());
    // As far as the name goes: to its `)`, or without one to the end of the word.
    let more = &content[at..];
    let named = span(more, is_name_char);
    let end = if more[named..].starts_with(')') {
        let name = more[..named].trim_end();
        at + quote.and_then(|quote| name.strip_suffix(quote)).unwrap_or(name).len()
    } else {
        at + span(more, |c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
    };
    Some(Cursor::RefName { replace: range(start.min(at), end), quoted: quote.is_some() })
}

/// Whether an offset is behind `?{` and not behind the `}` that ends it.
fn in_query(content: &str, at: usize) -> bool {
    let open = blanks(content);
    if !content[open..].starts_with("?{") || at < open + 2 {
        return false;
    }
    let closed = match crate::query_string(&content[open..]) {
        Some(Ok(_)) | Some(Err(_)) => content.rfind('}').filter(|brace| own_brace(content, open, *brace)),
        None => None,
    };
    closed.is_none_or(|brace| size(at) <= size(brace))
}

/// Whether a `}` isn't that of a `${`.
fn own_brace(content: &str, open: usize, brace: usize) -> bool {
    let before = &content[open + 2..brace];
    before.rfind("${").is_none_or(|inner| before[inner..].contains('}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `|` marks the cursor.
    fn at(marked: &str) -> (String, Cursor) {
        let offset = marked.find('|').expect("a cursor");
        let content = marked.replacen('|', "", 1);
        let found = cursor(&content, size(offset));
        (content, found)
    }

    #[test]
    fn names_and_paths_are_found_in_unfinished_text() {
        for (marked, name) in [
            ("${ref(|", ""),
            ("${ref(|)}", ""),
            ("${ref(sa|", "sa"),
            ("${ref( sa|les )}", "sales"),
            ("?{ ${ref(sa| > 5 }", "sa"),
            ("?{ ${ref(my sa|les).x} }", "my sales"),
            ("ref(|", ""),
            ("ref(a|b)", "ab"),
            ("${ref('sa|", "sa"),
            ("${ref('sa|les')}", "sales"),
        ] {
            let (content, found) = at(marked);
            let Cursor::RefName { replace, quoted } = found else { panic!("{marked}: {found:?}") };
            assert_eq!(&content[replace], name, "{marked}");
            assert_eq!(quoted, marked.contains('\''), "{marked}");
        }
        for (marked, of, part) in
            [("${ref(a).|", "a", ""), ("?{ ${ref(a b).va| }", "a b", "va"), ("${ref( 'a' ).x.y|z}", "a", "yz")]
        {
            let (content, found) = at(marked);
            let Cursor::RefPath { name, replace } = found else { panic!("{marked}: {found:?}") };
            assert_eq!((name.as_str(), &content[replace]), (of, part), "{marked}");
        }
    }

    #[test]
    fn the_rest_is_query_or_text() {
        for (marked, expected) in [
            ("?{ | }", Cursor::Query),
            ("?{ sum(x|", Cursor::Query),
            ("?{ ${ref(a).b} |", Cursor::Query),
            ("?{ ${ref(a).b} | }", Cursor::Query),
            ("?{ x }|", Cursor::Text),
            ("?{ x }[|0]", Cursor::Text),
            ("?|{ x }", Cursor::Text),
            ("text |", Cursor::Text),
            ("ref(a)|", Cursor::Text),
            ("${ref(a)|}", Cursor::Text),
            ("${|", Cursor::Open { replace: range(2, 2) }),
            ("?{ ${r|ef }", Cursor::Open { replace: range(5, 8) }),
        ] {
            assert_eq!(at(marked).1, expected, "{marked}");
        }
    }
}
