//! Plain, single and double quoted scalars.

use super::{Line, Target, lines};

/// A plain scalar: lines folded.
pub(super) fn plain(target: &mut Target<'_>, start: usize, end: usize) {
    fold(target, start, end, |target, from, to, _| {
        target.copy(from, to);
        Some(to)
    });
}

/// `'…'`: lines folded, `''` is a quote.
pub(super) fn single_quoted(target: &mut Target<'_>, start: usize, end: usize) {
    fold(target, start + 1, (end - 1).max(start + 1), |target, from, to, _| {
        let mut at = from;
        while let Some(quote) = target.text[at..to].find("''") {
            target.copy(at, at + quote);
            target.put("'", at + quote, at + quote + 2);
            at += quote + 2;
        }
        target.copy(at, to);
        Some(to)
    });
}

/// `"…"`: lines folded, escapes decoded; a backslash at the end of a line joins without a space.
pub(super) fn double_quoted(target: &mut Target<'_>, start: usize, end: usize) {
    fold(target, start + 1, (end - 1).max(start + 1), |target, from, to, line_end| {
        let mut at = from;
        while let Some(found) = memchr::memchr(b'\\', &target.text.as_bytes()[at..to]) {
            let slash = at + found;
            target.copy(at, slash);
            if slash + 1 >= line_end {
                return None;
            }
            let Some((content, length)) = escape(&target.text[slash + 1..line_end]) else {
                // The parser refused it too, so this text is never shown.
                target.copy(slash, to);
                return Some(to);
            };
            target.put(content.encode_utf8(&mut [0; 4]), slash, slash + 1 + length);
            at = (slash + 1 + length).min(line_end);
            if at > to {
                return Some(at);
            }
        }
        target.copy(at, to);
        Some(to)
    });
}

/// Hands each line's text to `line(target, from, to, line_end)`, without the white-space around line ends, and writes the
/// line ends between them: one alone becomes a space, n + 1 become n line feeds, but for those that are kept. `line` answers how far it
/// came, or nothing if the line end is escaped. `line_end` is where the line ends with its trailing white-space, for an
/// escaped space there.
fn fold(
    target: &mut Target<'_>,
    start: usize,
    end: usize,
    mut line: impl FnMut(&mut Target<'_>, usize, usize, usize) -> Option<usize>,
) {
    let text = target.text;
    let mut all: Vec<Line> = lines(text, start, end).collect();
    if all.last().is_some_and(|last| last.next > last.end) {
        all.push(Line { start: end, end, next: end });
    }
    let last = all.len().saturating_sub(1);
    let mut breaks: Vec<(usize, usize)> = Vec::new();
    // Where the first of them begins without the blanks before it.
    let mut first_end = start;
    let mut escaped = false;
    for (n, one) in all.iter().enumerate() {
        let blank = |c: char| matches!(c, ' ' | '\t');
        let raw = &text[one.start..one.end];
        let from = if n == 0 { one.start } else { one.end - raw.trim_start_matches(blank).len() };
        let to = if n == last { one.end } else { (one.start + trimmed_end(raw)).max(from) };
        if n > 0 && n < last && from >= one.end {
            breaks.push((one.end, one.next));
            continue;
        }
        if n > 0 {
            // From the end of the last text, over the line end, to this text.
            let first = breaks[0];
            match (&breaks[1..], escaped) {
                ([], true) => {}
                (more, false) if target.is_kept(first_end, first.1) => {
                    target.copy(first_end, first.1);
                    more.iter().for_each(|at| target.line_end(at.0, at.1));
                }
                ([], false) => target.put(" ", first.0, from),
                (more, _) => more.iter().for_each(|at| target.line_end(at.0, at.1)),
            }
        }
        breaks.clear();
        let done = line(target, from, to, one.end);
        escaped = done.is_none();
        breaks.push((done.unwrap_or(to), one.next));
        first_end = one.end;
    }
}

/// Length of a line without its trailing blanks, but with one that a backslash keeps.
fn trimmed_end(line: &str) -> usize {
    line.trim_end_matches([' ', '\t']).len()
}

/// The character an escape (without its backslash) stands for and the escape's length.
fn escape(text: &str) -> Option<(char, usize)> {
    let first = text.chars().next()?;
    let simple = match first {
        '0' => '\0',
        'a' => '\x07',
        'b' => '\x08',
        't' | '\t' => '\t',
        'n' => '\n',
        'v' => '\x0b',
        'f' => '\x0c',
        'r' => '\r',
        'e' => '\x1b',
        ' ' | '"' | '/' | '\\' => first,
        'N' => '\u{85}',
        '_' => '\u{a0}',
        'L' => '\u{2028}',
        'P' => '\u{2029}',
        'x' => return code(text, 2),
        'u' => return code(text, 4).or_else(|| surrogates(text)),
        'U' => return code(text, 8),
        _ => return None,
    };
    Some((simple, 1))
}

fn hex(text: &str, from: usize, digits: usize) -> Option<u32> {
    u32::from_str_radix(text.get(from..from + digits)?, 16).ok()
}

fn code(text: &str, digits: usize) -> Option<(char, usize)> {
    Some((char::from_u32(hex(text, 1, digits)?)?, 1 + digits))
}

/// `uD83D\uDE00`.
fn surrogates(text: &str) -> Option<(char, usize)> {
    let (high, low) = (hex(text, 1, 4)?, hex(text, 7, 4)?);
    let joined = text.get(5..7) == Some("\\u") && (0xD800..0xDC00).contains(&high) && (0xDC00..0xE000).contains(&low);
    joined.then_some(())?;
    Some((char::from_u32(0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00))?, 11))
}
