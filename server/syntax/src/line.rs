//! What a line looks like from its first characters.

/// Sections of a project that are lists (R-MERGE-01, plus `includes`). At column 0 their bare names are taken as keys
/// whose `:` is missing.
const SECTIONS: [&str; 15] = [
    "sources",
    "models",
    "metrics",
    "dimensions",
    "relations",
    "inputs",
    "insights",
    "charts",
    "tables",
    "markdowns",
    "dashboards",
    "destinations",
    "alerts",
    "tests",
    "includes",
];

/// Whether this is the name of a list section.
pub(crate) fn is_section(name: &str) -> bool {
    SECTIONS.contains(&name)
}

/// The section that a line names with nothing but its name.
pub(crate) fn section_without_colon(line: &str) -> Option<&str> {
    let name = line.trim_end();
    is_section(name).then_some(name)
}

/// `- ` or `-` alone.
pub(crate) fn is_item(body: &[u8]) -> bool {
    body.first() == Some(&b'-') && body.get(1).is_none_or(u8::is_ascii_whitespace)
}

/// `-` of a `---` line or `.` of a `...` line.
pub(crate) fn marker(body: &[u8]) -> Option<u8> {
    let mark = *body.first()?;
    let hit = matches!(mark, b'-' | b'.') && body.starts_with(&[mark; 3]);
    (hit && body.get(3).is_none_or(u8::is_ascii_whitespace)).then_some(mark)
}

/// Nothing, white-space, or a comment after white-space.
pub(crate) fn is_blank_or_comment(rest: &[u8]) -> bool {
    let at = rest.iter().position(|byte| !byte.is_ascii_whitespace());
    at.is_none_or(|at| rest[at] == b'#' && at > 0)
}

/// Where the `:` of a line that starts with a key stands, counted from the line's first character, which is no space.
/// Keys may be plain or quoted and have an anchor or tag before them, or be an alias.
pub(crate) fn key_colon(line: &str) -> Option<usize> {
    let bytes = line.as_bytes();
    let mut at = 0;
    // Properties.
    while matches!(bytes.get(at), Some(b'&' | b'!')) {
        at += bytes[at..].iter().position(u8::is_ascii_whitespace)?;
        at += bytes[at..].iter().position(|byte| *byte != b' ')?;
    }
    let ends_key = |at: usize| bytes.get(at) == Some(&b':') && bytes.get(at + 1).is_none_or(u8::is_ascii_whitespace);
    let quote = *bytes.get(at)?;
    match quote {
        b'"' | b'\'' => {
            let mut close = at + 1;
            loop {
                close += memchr::memchr2(quote, b'\\', &bytes[close..])?;
                if bytes[close] == b'\\' {
                    close += 1 + usize::from(quote == b'"');
                } else if quote == b'\'' && bytes.get(close + 1) == Some(&b'\'') {
                    close += 2;
                } else {
                    break;
                }
                if close >= bytes.len() {
                    return None;
                }
            }
            let colon = close + 1 + bytes[close + 1..].iter().position(|byte| *byte != b' ')?;
            ends_key(colon).then_some(colon)
        }
        b'#' | b'|' | b'>' | b'%' | b'@' | b'`' | b'{' | b'}' | b'[' | b']' | b',' | b'\n' | b'\r' => None,
        b'-' | b'?' | b':' if bytes.get(at + 1).is_none_or(u8::is_ascii_whitespace) => None,
        _ => {
            let mut from = at;
            loop {
                let colon = from + memchr::memchr2(b':', b'#', &bytes[from..])?;
                if bytes[colon] == b'#' && colon > 0 && bytes[colon - 1].is_ascii_whitespace() {
                    return None;
                }
                if ends_key(colon) {
                    return Some(colon);
                }
                from = colon + 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found_by_their_colon() {
        for (line, colon) in [
            ("name: x", Some(4)),
            ("name:\r\n", Some(4)),
            ("a b : c", Some(4)),
            ("a:b: c", Some(3)),
            ("a:b", None),
            ("a #b: c", None),
            ("a#b: c", Some(3)),
            ("\"a: b\": c", Some(6)),
            ("\"a\\\": b\": c", Some(8)),
            ("'it''s: b' : c", Some(11)),
            ("\"a: b", None),
            ("&x key: v", Some(6)),
            ("*x : v", Some(3)),
            ("!!str k: v", Some(7)),
            ("&x\n", None),
            ("- a: b", None),
            ("-a: b", Some(2)),
            ("? a: b", None),
            ("?a: b", Some(2)),
            ("{a: b}", None),
            ("# a: b", None),
            (": b", None),
        ] {
            assert_eq!(key_colon(line), colon, "{line:?}");
        }
    }
}
