//! Query strings: `?{ … }` with an optional slice (spec 2.2).

use crate::tree::range;
use viz_text::TextRange;

/// A well-formed query string. Offsets are bytes of the content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryString {
    /// What is between `?{` and the closing `}`, without white-space around it.
    pub body: TextRange,
    /// The slice behind the `}`.
    pub slice: Option<Slice>,
    /// The slice with its brackets.
    pub slice_range: Option<TextRange>,
}

/// What a query string picks of its column (R-QS-07).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Slice {
    /// `[n]`: one value; negative counts from the end.
    Index(i64),
    /// `[from:to:step]`.
    Range(Option<i64>, Option<i64>, Option<i64>),
    /// `[a,b,…]`, at least two.
    Picks(Vec<i64>),
}

/// Why a text that is meant as a query string isn't one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QueryStringError {
    /// A line break in the body; this is its place (R-QS-02).
    Multiline(TextRange),
    /// No `}`, or only that of a reference inside (R-QS-05).
    Unterminated,
    /// Nothing in the braces (R-QS-05).
    Empty,
    /// The brackets, whose content is no slice (R-QS-03).
    BadSlice(TextRange),
    /// The white-space between `}` and the slice (R-QS-03).
    SpaceBeforeSlice(TextRange),
    /// The white-space before `?{` (R-QS-01).
    LeadingSpace(TextRange),
    /// What follows the `}` (R-QS-01).
    TextAfter(TextRange),
}

/// Reads a content as a query string (R-QS-01 to 05). `None` if it isn't meant as one: it doesn't start with `?{` after
/// optional white-space.
pub fn query_string(content: &str) -> Option<Result<QueryString, QueryStringError>> {
    let leading = content.len() - content.trim_start().len();
    if !content[leading..].starts_with("?{") {
        return None;
    }
    Some(if leading > 0 { Err(QueryStringError::LeadingSpace(range(0, leading))) } else { read(content) })
}

fn read(content: &str) -> Result<QueryString, QueryStringError> {
    let end = content.trim_end().len();
    let text = &content[..end];
    let Some(brace) = text.rfind('}') else { return Err(QueryStringError::Unterminated) };
    let mut slice = None;
    let mut slice_range = None;
    if brace + 1 < end {
        let after = &text[brace + 1..];
        let gap = after.len() - after.trim_start().len();
        let bracketed = after.trim_start().starts_with('[') && after.ends_with(']');
        let at = range(brace + 1 + gap, end);
        if reference_brace(text, brace) {
            // `?{ ${ref(a).b}, x`: the brace is not the query's.
            return Err(QueryStringError::Unterminated);
        }
        if !bracketed {
            return Err(QueryStringError::TextAfter(at));
        }
        if gap > 0 {
            return Err(QueryStringError::SpaceBeforeSlice(range(brace + 1, brace + 1 + gap)));
        }
        slice = Some(read_slice(&after[1..after.len() - 1]).ok_or(QueryStringError::BadSlice(at))?);
        slice_range = Some(at);
    }
    let inner = &text[2..brace];
    let body = inner.trim();
    if body.is_empty() {
        return Err(QueryStringError::Empty);
    }
    if reference_brace(text, brace) {
        return Err(QueryStringError::Unterminated);
    }
    let start = 2 + inner.len() - inner.trim_start().len();
    if let Some(line_end) = body.find('\n') {
        return Err(QueryStringError::Multiline(range(start + line_end, start + line_end + 1)));
    }
    Ok(QueryString { body: range(start, start + body.len()), slice, slice_range })
}

/// Whether the `}` at `brace` closes a `${` of the body.
fn reference_brace(text: &str, brace: usize) -> bool {
    text[..brace].rfind("${").is_some_and(|open| !text[open..brace].contains('}'))
}

fn read_slice(text: &str) -> Option<Slice> {
    if text.contains(':') {
        let mut parts = text.split(':').map(|part| if part.is_empty() { Some(None) } else { index(part).map(Some) });
        let (from, to) = (parts.next()??, parts.next()??);
        let step = parts.next();
        let fits = parts.next().is_none();
        // A second colon needs its step.
        let step = match step {
            None => None,
            Some(step) => Some(step??),
        };
        return fits.then_some(Slice::Range(from, to, step));
    }
    let mut picks = text.split(',').map(|part| index(part.trim()));
    if text.contains(',') {
        // White-space stands only around commas.
        let tight = text.trim() == text;
        return Some(Slice::Picks(picks.collect::<Option<Vec<i64>>>()?)).filter(|_| tight);
    }
    picks.next().flatten().filter(|_| text.trim() == text).map(Slice::Index)
}

/// `-?[0-9]+`.
fn index(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let fits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(content: &str) -> Result<&str, QueryStringError> {
        query_string(content).expect("meant as a query string").map(|query| &content[query.body])
    }

    #[test]
    fn bodies_are_found() {
        for (content, expected) in [
            ("?{ x }", "x"),
            ("?{x}", "x"),
            ("?{ x }  ", "x"),
            ("?{ x }\n", "x"),
            ("?{\n x\n}", "x"),
            ("?{ a } b }", "a } b"),
            ("?{ {'a': 1} }", "{'a': 1}"),
            ("?{ x[0] }", "x[0]"),
            ("?{ ${ref(m).c} }", "${ref(m).c}"),
            ("?{${ref(m).c}}", "${ref(m).c}"),
            ("?{ é }[1]", "é"),
        ] {
            assert_eq!(body(content), Ok(expected), "{content:?}");
        }
        assert_eq!(query_string("a ?{ x }"), None);
        assert_eq!(query_string("? { x }"), None);
    }

    #[test]
    fn slices_are_read() {
        let slice = |text: &str| query_string(&format!("?{{ x }}{text}")).expect("meant").map(|query| query.slice);
        for (text, expected) in [
            ("[0]", Slice::Index(0)),
            ("[-1]", Slice::Index(-1)),
            ("[:]", Slice::Range(None, None, None)),
            ("[1:]", Slice::Range(Some(1), None, None)),
            ("[:-2]", Slice::Range(None, Some(-2), None)),
            ("[1:9:2]", Slice::Range(Some(1), Some(9), Some(2))),
            ("[::2]", Slice::Range(None, None, Some(2))),
            ("[0,2]", Slice::Picks(vec![0, 2])),
            ("[0 , -2,3]", Slice::Picks(vec![0, -2, 3])),
        ] {
            assert_eq!(slice(text), Ok(Some(expected)), "{text}");
        }
        for text in ["[]", "[a]", "[1,]", "[,1]", "[::]", "[1:2:3:4]", "[ 1]", "[1 :2]", "[+1]", "[--1]"] {
            assert!(matches!(slice(text), Err(QueryStringError::BadSlice(_))), "{text}");
        }
    }

    #[test]
    fn faults_are_told_apart() {
        use QueryStringError as E;
        for (content, expected) in [
            ("?{ a\n  b }", E::Multiline(range(4, 5))),
            ("?{ x", E::Unterminated),
            ("?{", E::Unterminated),
            ("?{ ${ref(m).c}", E::Unterminated),
            ("?{ ${ref(m).c}[0]", E::Unterminated),
            ("?{ ${ref(m).c} = 1", E::Unterminated),
            ("?{}", E::Empty),
            ("?{  }", E::Empty),
            ("?{ x } [0]", E::SpaceBeforeSlice(range(6, 7))),
            (" ?{ x }", E::LeadingSpace(range(0, 1))),
            ("?{ x } y", E::TextAfter(range(7, 8))),
        ] {
            assert_eq!(query_string(content), Some(Err(expected)), "{content:?}");
        }
    }
}
