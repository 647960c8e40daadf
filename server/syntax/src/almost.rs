//! Text that looks like a reference and isn't one.

use crate::reference::{blanks, call, env_reference, is_name_char, is_path_char, references, span};
use crate::tree::range;
use viz_text::TextRange;

/// A piece of text that is meant as a reference but stays text (R-REF-01, 02, 05, 06; D-023). Offsets are bytes of the
/// content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlmostReference {
    /// The whole of it, as far as it is meant to reach.
    pub range: TextRange,
    /// What keeps it from being a reference.
    pub reason: AlmostReason,
    /// The name, trimmed, where one can be told.
    pub name_range: Option<TextRange>,
    /// What follows the dot, where one can be told.
    pub path_range: Option<TextRange>,
}

/// What keeps a text from being a reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AlmostReason {
    /// `${ref (x)}` (R-REF-01).
    SpaceBeforeParen,
    /// `${ref(x) .y}` (R-REF-01).
    SpaceBeforePath,
    /// `${ref(a.b)}`, `${ref(ä)}` (R-REF-02).
    BadNameCharacter,
    /// `${ref()}`.
    EmptyName,
    /// `${ref(x).my-col}`, `${ref(x)."My Col"}` (R-REF-05).
    BadPath,
    /// A `)` or the closing `}` is missing.
    Unclosed,
    /// ` ref(x)`: a bare reference must be the whole content (R-REF-06).
    SpaceAround,
    /// `ref(x).y`: a path needs `${…}`.
    BareWithPath,
    /// `${x.value}`: how a run writes the reference to an input, which makes no dependency when written by hand (2.3).
    Generated,
    /// `${env.X}`: replaced in some fields of sources only (R-ENV-05).
    Environment,
    /// `${…}` with anything else in it (R-REF-09).
    Other,
}

/// The pieces of a text that look like references and aren't, in the order of the text. The text is one in which
/// references are replaced, and nothing else.
pub fn almost_references(content: &str) -> Vec<AlmostReference> {
    let mut all = Vec::new();
    let good = references(content);
    let mut good = good.iter().map(|one| (usize::from(one.range.start()), usize::from(one.range.end()))).peekable();
    let mut at = 0;
    while let Some(found) = content[at..].find("${") {
        let start = at + found;
        at = start + 2;
        while good.next_if(|(begin, _)| *begin < start).is_some() {}
        if let Some((_, end)) = good.next_if(|(begin, _)| *begin == start) {
            at = end;
            continue;
        }
        if let Some((end, _)) = env_reference(content, at) {
            let range = range(start, end);
            all.push(AlmostReference { range, reason: AlmostReason::Environment, name_range: None, path_range: None });
            at = end;
            continue;
        }
        let inner = at + blanks(&content[at..]);
        let broken = broken_call(content, start, inner, true).or_else(|| generated(content, start, inner));
        if let Some(almost) = broken.or_else(|| other(content, start, inner)) {
            at = usize::from(almost.range.end()).max(at);
            // One that begins where another is not closed has the same cause.
            let follows = |before: &AlmostReference| {
                let both = [before.reason, almost.reason] == [AlmostReason::Unclosed; 2];
                both && before.range.end() == almost.range.start()
            };
            match all.last_mut().filter(|before| follows(before)) {
                Some(before) => before.range = before.range.cover(almost.range),
                None => all.push(almost),
            }
        }
    }
    let inner = blanks(content);
    if all.is_empty() && content[inner..].starts_with("ref") {
        all.extend(bare(content, inner));
    }
    all
}

/// Accessors of inputs (5.4).
const ACCESSORS: [&str; 6] = ["value", "values", "min", "max", "first", "last"];

fn generated(content: &str, start: usize, inner: usize) -> Option<AlmostReference> {
    let name = &content[inner..inner + span(&content[inner..], |c| is_name_char(c) && c != '\n')];
    let dot = inner + name.len();
    let path = content[dot..].strip_prefix('.')?;
    let accessor = &path[..span(path, |c| c.is_ascii_lowercase())];
    let text = &content[inner..dot + 1 + accessor.len()];
    let close = inner + text.len() + span(&content[inner + text.len()..], |c| c.is_whitespace() && c != '\n');
    let is_reference = !name.is_empty() && name != "project" && ACCESSORS.contains(&accessor);
    (is_reference && content[close..].starts_with('}')).then(|| AlmostReference {
        range: range(start, close + 1),
        reason: AlmostReason::Generated,
        name_range: Some(range(inner, dot)),
        path_range: Some(range(dot + 1, inner + text.len())),
    })
}

fn other(content: &str, start: usize, inner: usize) -> Option<AlmostReference> {
    if call(&content[inner..]).is_some() {
        return None;
    }
    let close = inner + content[inner..].find(['}', '{', '\n']).filter(|at| content[inner + at..].starts_with('}'))?;
    let range = range(start, close + 1);
    Some(AlmostReference { range, reason: AlmostReason::Other, name_range: None, path_range: None })
}

fn bare(content: &str, inner: usize) -> Option<AlmostReference> {
    let end = content.trim_end().len();
    let Some(call) = call(&content[inner..end]) else {
        return broken_call(&content[..end], inner, inner, false);
    };
    let name_range = Some(range(inner + call.name_start, inner + call.name_end));
    let after = inner + call.len;
    let path = span(&content[after..end], is_path_char);
    if after == end {
        let spaced = inner > 0 || end < content.len();
        let reason = AlmostReason::SpaceAround;
        return spaced.then_some(AlmostReference {
            range: range(0, content.len()),
            reason,
            name_range,
            path_range: None,
        });
    }
    // Other text behind it is a formula or prose.
    let is_path = content[after..].starts_with('.') && after + path == end;
    let path_range = Some(range(after + 1, end)).filter(|_| is_path);
    let reason = AlmostReason::BareWithPath;
    is_path.then_some(AlmostReference { range: range(inner, end), reason, name_range, path_range })
}

/// Reads from `inner`, where `ref` should stand, and says what is wrong. In a context the closing `}` is wanted.
fn broken_call(content: &str, start: usize, inner: usize, context: bool) -> Option<AlmostReference> {
    use AlmostReason as R;
    let rest = content[inner..].strip_prefix("ref")?;
    let gap = span(rest, |c| c == ' ' || c == '\t');
    if !rest[gap..].starts_with('(') {
        return None;
    }
    let open = inner + 3 + gap + 1;
    // What begins inside of it is another one, perhaps a good one.
    let ends = |(at, mark): &(usize, &str)| *mark == "\n" || content[open + at..].starts_with("${");
    let line_end = content[open..].match_indices(['\n', '$']).find(ends).map_or(content.len(), |(at, _)| open + at);
    let stop = |from: usize| content[from..line_end].find(['}', ')']).map(|found| from + found);
    let almost = |reason, end: usize, name: Option<TextRange>, path: Option<TextRange>| {
        Some(AlmostReference { range: range(start, end), reason, name_range: name, path_range: path })
    };
    let paren = stop(open).filter(|at| content[*at..].starts_with(')'));
    let Some(paren) = paren else {
        let name = trimmed(content, open, open + span(&content[open..line_end], |c| is_name_char(c) || c == '.'));
        let end = usize::from(name.end());
        let end = if content[end..].starts_with('}') { end + 1 } else { end };
        return almost(R::Unclosed, end.max(open), Some(name), None);
    };
    let name = trimmed(content, open, paren);
    let after = paren + 1;
    let spaces = blanks(&content[after..line_end]);
    let path_len = span(&content[after + spaces..line_end], is_path_char);
    let path_end = after + spaces + path_len;
    let dotted = content[after + spaces..].starts_with('.');
    let path = |end: usize| dotted.then(|| trimmed(content, after + spaces + 1, end));
    if !context {
        let end = if dotted { path_end } else { after };
        let reason = name_fault(content, gap, name)?;
        return almost(reason, end, Some(name), path(end));
    }
    let close = path_end + blanks(&content[path_end..]);
    let closed = content[close..].starts_with('}');
    let reason = name_fault(content, gap, name);
    if closed {
        let spaced = dotted && spaces > 0;
        let reason = reason.or(spaced.then_some(R::SpaceBeforePath));
        // `${ref(x) y}` has words where a path should be.
        let reason = reason.or((spaces > 0 && path_len > 0).then_some(R::BadPath))?;
        return almost(reason, close + 1, Some(name), path(path_end));
    }
    let brace = content[path_end..line_end].find(['}', '$', '{']).map(|found| path_end + found);
    let brace = brace.filter(|at| content[*at..].starts_with('}'));
    let is_path = |text: &str| text.chars().all(|c| c.is_alphanumeric() || " _-.[]\"'`".contains(c));
    // The last brace of a query is the query's own.
    let of_query = |brace: &usize| {
        content.trim_start().starts_with("?{") && content[*brace + 1..].trim_end().is_empty() && path_end < *brace
    };
    match brace.filter(|brace| !of_query(brace)) {
        Some(brace) if dotted && (!content[path_end..].starts_with(' ') || is_path(&content[path_end..brace])) => {
            almost(reason.unwrap_or(R::BadPath), brace + 1, Some(name), path(brace))
        }
        _ => {
            let end = if dotted { path_end } else { after };
            almost(reason.unwrap_or(R::Unclosed), end, Some(name), path(path_end))
        }
    }
}

fn name_fault(content: &str, gap: usize, name: TextRange) -> Option<AlmostReason> {
    let text = &content[name];
    if gap > 0 {
        Some(AlmostReason::SpaceBeforeParen)
    } else if text.is_empty() {
        Some(AlmostReason::EmptyName)
    } else if !text.chars().all(is_name_char) {
        Some(AlmostReason::BadNameCharacter)
    } else {
        None
    }
}

fn trimmed(content: &str, start: usize, end: usize) -> TextRange {
    let text = &content[start..end];
    let start = start + text.len() - text.trim_start().len();
    range(start, start + text.trim().len())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// None looks for its end further than the next begins.
    #[test]
    fn many_that_never_end() {
        for piece in ["${", "${ref(", "${ref(a", "${ref(a).b ", "${a.value ", "ref("] {
            let all = almost_references(&piece.repeat(200_000));
            assert!(all.len() <= 200_000, "{piece}");
        }
    }

    #[test]
    fn reasons_and_places_are_told() {
        use AlmostReason as R;
        for (content, whole, reason, name, path) in [
            ("?{ ${ref (a).b} }", "${ref (a).b}", R::SpaceBeforeParen, "a", Some("b")),
            ("${ref(a) .b}", "${ref(a) .b}", R::SpaceBeforePath, "a", Some("b")),
            ("${ref(a.b)}", "${ref(a.b)}", R::BadNameCharacter, "a.b", None),
            ("${ref(ä).c}", "${ref(ä).c}", R::BadNameCharacter, "ä", Some("c")),
            ("${ref()}", "${ref()}", R::EmptyName, "", None),
            ("${ref(a).b-c} > 1", "${ref(a).b-c}", R::BadPath, "a", Some("b-c")),
            ("${ref(a).\"My Col\"}", "${ref(a).\"My Col\"}", R::BadPath, "a", Some("\"My Col\"")),
            ("${ref(a).my col}", "${ref(a).my col}", R::BadPath, "a", Some("my col")),
            ("${ref(a).b > 5 }", "${ref(a).b", R::Unclosed, "a", Some("b")),
            ("?{ sum(${ref(a).b) }", "${ref(a).b", R::Unclosed, "a", Some("b")),
            ("?{ ${ref(a).b-c} }", "${ref(a).b-c}", R::BadPath, "a", Some("b-c")),
            ("${ref(a).b = ${ref(c).d}", "${ref(a).b", R::Unclosed, "a", Some("b")),
            ("${ref(a).", "${ref(a).", R::Unclosed, "a", Some("")),
            ("${ref(a", "${ref(a", R::Unclosed, "a", None),
            ("${ref(a}", "${ref(a}", R::Unclosed, "a", None),
            ("${ref(", "${ref(", R::Unclosed, "", None),
            ("${ref(a)", "${ref(a)", R::Unclosed, "a", None),
            ("${ref(${ref(a)}", "${ref(", R::Unclosed, "", None),
            (" ref(a)", " ref(a)", R::SpaceAround, "a", None),
            ("ref(a).b", "ref(a).b", R::BareWithPath, "a", Some("b")),
            ("ref(a.b)", "ref(a.b)", R::BadNameCharacter, "a.b", None),
            ("ref (a)", "ref (a)", R::SpaceBeforeParen, "a", None),
            ("ref(a", "ref(a", R::Unclosed, "a", None),
            ("c = '${ city.value }'", "${ city.value }", R::Generated, "city", Some("value")),
        ] {
            let all = almost_references(content);
            assert_eq!(all.len(), 1, "{content}: {all:?}");
            assert_eq!(&content[all[0].range], whole, "{content}");
            assert_eq!(all[0].reason, reason, "{content}");
            assert_eq!(all[0].name_range.map(|range| &content[range]), Some(name), "{content}");
            assert_eq!(all[0].path_range.map(|range| &content[range]), path, "{content}");
        }
    }

    #[test]
    fn what_is_no_reference_at_all_is_told() {
        use AlmostReason as R;
        for (content, whole, reason) in [
            ("?{ ${env.X} }", "${env.X}", R::Environment),
            ("${project.charts[0]}", "${project.charts[0]}", R::Other),
            ("a ${reference} b", "${reference}", R::Other),
            ("${1 + 1}", "${1 + 1}", R::Other),
        ] {
            let all = almost_references(content);
            assert_eq!(all.iter().map(|one| (&content[one.range], one.reason)).collect::<Vec<_>>(), [(whole, reason)]);
        }
    }

    #[test]
    fn references_and_other_text_are_left_alone() {
        for content in [
            "${ref(a)}",
            "${ref(\na)}",
            "ref(a)",
            "${ref(a).b} = ${ref(c).d}",
            "${reference",
            "$ {x}",
            "ref(a) + 1",
            "references",
            "refer (to) it",
            "",
        ] {
            assert_eq!(almost_references(content), [], "{content}");
        }
        assert_eq!(references("${ref(a).b = ${ref(c).d}").len(), 1);
    }
}
