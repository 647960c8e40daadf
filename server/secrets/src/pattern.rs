//! The spellings of a value, as a regular expression.

use regex_syntax::escape;
use std::fmt::Write;

/// A value is also recognised by this many of its first characters, and as many more as there are, followed by an ellipsis. What
/// the author of a project has put before it does not count: he would be told it letter by letter.
const BEGINNING: usize = 8;

/// So many characters before an ellipsis are compared; an expression can't be nested much deeper.
const COMPARED: usize = 200;

/// Maximum number of characters between the last one that is compared and the ellipsis: what is left of an escape that was cut off.
const CUT_ESCAPE: usize = 12;

/// What finds a value in any of its spellings (whatever the case: the expression is used so). So many of its first bytes are no secret.
pub(crate) fn pattern(value: &str, known: usize) -> String {
    let all = pieces(value);
    let known = pieces(&value[..value.floor_char_boundary(known)]).len();
    let cut = (all.len() > crate::SHORTEST).then(|| format!("|{}", cut_off(&all, known)));
    format!("(?:{}{})", all.concat(), cut.unwrap_or_default())
}

/// Its characters, each in all its spellings.
fn pieces(value: &str) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut chars = value.chars().peekable();
    while let Some(c) = chars.next() {
        if c.is_whitespace() {
            while chars.next_if(|next| next.is_whitespace()).is_some() {}
            pieces.push(SPACE.to_owned());
        } else if matches!(c, '/' | '\\') {
            while chars.next_if_eq(&c).is_some() {}
            pieces.push(r"(?:[/\\]|%2F|%5C)+".to_owned());
        } else {
            pieces.push(character(c));
        }
    }
    pieces
}

/// A value that ends too early. Nothing but the value may stand before the ellipsis: looking for one to the end of a text would cost its whole
/// length at each beginning.
fn cut_off(pieces: &[String], known: usize) -> String {
    let (beginning, more) = pieces.split_at(pieces.len().min(known + BEGINNING));
    let more = &more[..more.len().min(COMPARED)];
    let mut out = beginning.concat();
    for piece in more {
        out.push_str("(?:");
        out.push_str(piece);
    }
    if pieces.len() > beginning.len() + more.len() {
        out.push_str(r"[^\n…]{0,1024}?");
    }
    out.push_str(&")?".repeat(more.len()));
    let _ = write!(out, r"[^\n…]{{0,{CUT_ESCAPE}}}?…");
    out
}

/// White space, which is put in order in texts of one line.
const SPACE: &str = r"(?:\s|\\+[nrt]|⏎|\u{FFFD}|\\+u00(?:0[9ad]|20|a0)|%(?:20|0[9AD])|\+)+";

/// One character and its escapes, with any number of backslashes before it.
fn character(c: char) -> String {
    if c.is_ascii_alphanumeric() {
        return c.to_string();
    }
    let mut out = format!(r"(?:\\*{}", escape(&c.to_string()));
    match c {
        '\'' => out.push_str(r"\\*'?|&#0*39;|&apos;"),
        '"' => out.push_str("\\\\*\"?|&quot;|&#0*34;|\\\\*'"),
        '`' => out.push('|'),
        '&' => out.push_str("(?:amp;)?"),
        '<' => out.push_str("|&lt;"),
        '>' => out.push_str("|&gt;"),
        _ => {}
    }
    if c == '`' {
        out.push('\'');
    }
    if c.is_control() {
        out.push_str(r"|\\+[abefrtv0]|\u{FFFD}|[\u{2400}-\u{2421}]");
    }
    let mut utf8 = [0; 4];
    out.push('|');
    for byte in c.encode_utf8(&mut utf8).bytes() {
        let _ = write!(out, "%{byte:02X}");
    }
    let mut utf16 = [0; 2];
    out.push('|');
    for unit in c.encode_utf16(&mut utf16) {
        let _ = write!(out, r"\\+u{unit:04X}");
    }
    // Rust's own.
    let _ = write!(out, r"|\\+u\{{0*{:X}\}}|\u{{FFFD}}", u32::from(c));
    out.push(')');
    out
}
