//! What others called something, put into the scalar at the cursor so that YAML reads it as it is.

use super::Request;
use super::item::{CompletionItem, CompletionKind};
use crate::cursor::context::Content;
use viz_syntax::{double_quoted, is_plain, quoted};
use viz_text::shown::is_control;
use viz_text::{TextRange, TextSize};

/// Whether an item can be put into its scalar. All that holds data (names of objects, columns and tables, options, files) gets the
/// escapes and quotes that it needs there, whatever its kind; only what is marked as this program's own stays as it is.
pub(super) fn fits(request: &Request<'_>, content: &Content, item: &mut CompletionItem) -> bool {
    if item.own {
        return true;
    }
    if is_syntax(&item.label) {
        return false;
    }
    let text = &request.text[content.range];
    let has_control = item.insert.contains(breaks);
    match content.quote {
        Some('\'') if has_control => false,
        Some(quote) => {
            let insert = quoted(&item.insert, Some(quote));
            if insert != item.insert {
                item.snippet = None;
                item.insert = insert;
            }
            true
        }
        None if content.lines && text.starts_with(['\n', '\r']) => !has_control,
        None => fits_plain(request, content, item),
    }
}

/// Whether a character ends a line, or does something else instead of being seen.
fn breaks(c: char) -> bool {
    c.is_control() || is_control(c)
}

/// Whether a project would read data as a reference, a variable or a query, which no quotes of YAML prevent. (The labels of references
/// that are offered are names alone.)
fn is_syntax(data: &str) -> bool {
    let begins = |mark| data.trim_start().starts_with(mark);
    data.contains("${") || begins("?{") || begins(">{")
}

/// Whether a text without quotes is read as it is. `*` means something to YAML only where a scalar begins, and `select *` is usual.
fn stays(whole: &str) -> bool {
    is_plain(whole) || (whole.starts_with(char::is_alphabetic) && is_plain(&whole.replace('*', "x")))
}

/// A scalar without quotes gets them where all of it is replaced, or it is the path of a file; elsewhere nothing is offered that
/// would need them.
fn fits_plain(request: &Request<'_>, content: &Content, item: &mut CompletionItem) -> bool {
    let piece = |start: TextSize, end: TextSize| &request.text[TextRange::new(start, end.max(start))];
    let before = piece(content.range.start(), item.replace.start());
    let after = piece(item.replace.end(), content.range.end());
    let whole = format!("{before}{}{after}", item.insert);
    let is_whole = before.trim().is_empty() && after.trim().is_empty();
    let is_path = matches!(item.kind, CompletionKind::File | CompletionKind::Folder);
    if is_whole || is_path {
        let breaks = whole.contains(breaks) || whole.contains(": ") || whole.contains(" #");
        let reference = is_whole && !breaks && whole.trim_start().starts_with("${");
        if reference || stays(&whole) {
            return true;
        }
        item.filter.insert_str(0, before);
        (item.insert, item.snippet) = (double_quoted(&whole), None);
        item.replace = content.range;
        return !content.lines;
    }
    let ends = item.insert.ends_with(':') && after.chars().next().is_none_or(char::is_whitespace);
    let begins = item.insert.starts_with('#') && before.ends_with(char::is_whitespace);
    let breaks = item.insert.contains(breaks) || item.insert.contains(": ") || item.insert.contains(" #");
    let leads = before.trim().is_empty() && item.insert.starts_with(INDICATORS);
    let closes = content.flow && item.label.contains([',', '[', ']', '{', '}']);
    !(ends || begins || breaks || leads || closes)
}

/// What begins something else than a text.
const INDICATORS: [char; 19] =
    ['-', '?', ':', ',', '[', ']', '{', '}', '#', '&', '*', '!', '|', '>', '\'', '"', '%', '@', '`'];
