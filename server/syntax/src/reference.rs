//! References: `${ref(name).path}` and `ref(name)` (spec 2.1), and `${env.NAME}` (spec 1.4).

use crate::tree::range;
use viz_text::TextRange;

/// A well-formed reference. Offsets are bytes of the content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The whole of it.
    pub range: TextRange,
    /// How it is written.
    pub form: RefForm,
    /// The name, trimmed, and without the quotes if there are any.
    pub name: String,
    /// Where the name stands, likewise.
    pub name_range: TextRange,
    /// Whether the name is in quotes. They are dropped in the graph but not when expressions are resolved (R-REF-03).
    pub quoted: bool,
    /// What follows the first dot, such as `value` or `a.b[0]`; from its `[` if it starts with one.
    pub path: Option<String>,
    /// Where that stands.
    pub path_range: Option<TextRange>,
}

/// How a reference is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RefForm {
    /// `${ref(x)}`, with an optional path.
    Context,
    /// `ref(x)`, only as the whole content (R-REF-06).
    Bare,
}

/// `[A-Za-z0-9]`, white-space, quotes, `-`, `_` (R-REF-02).
pub(crate) fn is_name_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || c.is_whitespace() || matches!(c, '\'' | '"' | '-' | '_')
}

/// `.`, `[`, `]` and word characters of any script.
pub(crate) fn is_path_char(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '.' | '[' | ']' | '_')
}

/// Whether a reference can name a column that is called so: letters, digits and `_` only (S-06).
pub fn is_referable(column: &str) -> bool {
    !column.is_empty() && column.chars().all(|c| c.is_alphanumeric() || c == '_')
}

/// The number of bytes at the start of a text whose characters all fit.
pub(crate) fn span(text: &str, fits: fn(char) -> bool) -> usize {
    text.find(|c| !fits(c)).unwrap_or(text.len())
}

/// The number of bytes of white-space at the start of a text.
pub(crate) fn blanks(text: &str) -> usize {
    span(text, char::is_whitespace)
}

/// `ref(name)` at the start of a text.
pub(crate) struct Call {
    /// With its brackets.
    pub len: usize,
    pub name_start: usize,
    pub name_end: usize,
    pub quoted: bool,
}

/// Reads `ref( name )` at the start of a text.
pub(crate) fn call(text: &str) -> Option<Call> {
    let inner = text.strip_prefix("ref(")?;
    let len = span(inner, is_name_char);
    if !inner[len..].starts_with(')') {
        return None;
    }
    let name = inner[..len].trim();
    let mut name_start = 4 + blanks(inner);
    let mut name_end = name_start + name.len();
    let quoted = name.len() > 2 && ['\'', '"'].iter().any(|quote| name.starts_with(*quote) && name.ends_with(*quote));
    if quoted {
        (name_start, name_end) = (name_start + 1, name_end - 1);
    }
    (!name.is_empty()).then_some(Call { len: 4 + len + 1, name_start, name_end, quoted })
}

/// All well-formed references of a text, in its order.
pub fn references(content: &str) -> Vec<Reference> {
    if let Some(call) = call(content).filter(|call| call.len == content.len()) {
        return vec![reference(content, range(0, call.len), 0, &call, 0, RefForm::Bare)];
    }
    let mut all = Vec::new();
    let mut at = 0;
    while let Some(found) = content[at..].find("${") {
        let start = at + found;
        at = start + 2;
        let inner = at + blanks(&content[at..]);
        let Some(call) = call(&content[inner..]) else { continue };
        let after = inner + call.len;
        let path = span(&content[after..], is_path_char);
        let close = after + path + blanks(&content[after + path..]);
        if content[close..].starts_with('}') {
            all.push(reference(content, range(start, close + 1), inner, &call, path, RefForm::Context));
            at = close + 1;
        }
    }
    all
}

fn reference(content: &str, whole: TextRange, call_start: usize, call: &Call, path: usize, form: RefForm) -> Reference {
    let name_range = range(call_start + call.name_start, call_start + call.name_end);
    let path_start = call_start + call.len;
    let path_range = (path > 0).then(|| {
        let dot = usize::from(content[path_start..].starts_with('.'));
        range(path_start + dot, path_start + path)
    });
    Reference {
        range: whole,
        form,
        name: content[name_range].to_owned(),
        name_range,
        quoted: call.quoted,
        path: path_range.map(|range| content[range].to_owned()),
        path_range,
    }
}

/// A path that stands behind the `}` of a reference (`${ref(x)}.y`), where it belongs into the braces. Offsets are bytes of the
/// content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathOutside {
    /// The reference and the path.
    pub range: TextRange,
    /// The name.
    pub name: String,
    /// What follows the first dot, as it is written.
    pub path: String,
    /// The reference as it is meant, if it can be written so.
    pub meant: Option<String>,
}

/// The references of a text whose path stands behind them, in its order: `.word` or `."quoted"`, repeated, each with `[n]`
/// perhaps, after white-space perhaps (`R-22-01`).
pub fn paths_outside(content: &str) -> Vec<PathOutside> {
    references(content).iter().filter_map(|found| path_outside(content, found)).collect()
}

/// The path behind one of the references of a text.
pub fn path_outside(content: &str, found: &Reference) -> Option<PathOutside> {
    if found.form != RefForm::Context || found.path.is_some() {
        return None;
    }
    let end = usize::from(found.range.end());
    let start = end + blanks(&content[end..]);
    let len = outside_path(&content[start..]);
    if len == 0 {
        return None;
    }
    let path = content[start + 1..start + len].to_owned();
    let fits = path.chars().all(is_path_char);
    let quotes = if found.quoted { "'" } else { "" };
    let meant = fits.then(|| format!("${{ref({quotes}{}{quotes}).{path}}}", found.name));
    let range = range(usize::from(found.range.start()), start + len);
    Some(PathOutside { range, name: found.name.clone(), path, meant })
}

/// The number of bytes of `.word[n]."quoted"…` at the start of a text.
fn outside_path(text: &str) -> usize {
    let mut len = 0;
    while let Some(rest) = text[len..].strip_prefix('.') {
        let word = match rest.strip_prefix('"') {
            Some(quoted) => quoted.find('"').filter(|end| *end > 0).map_or(0, |end| end + 2),
            None => span(rest, |c| c.is_alphanumeric() || c == '_'),
        };
        if word == 0 {
            break;
        }
        len += 1 + word;
        let index = text[len..].strip_prefix('[').map_or(0, |rest| span(rest, |c| c.is_ascii_digit()));
        if index > 0 && text[len + 1 + index..].starts_with(']') {
            len += index + 2;
        }
    }
    len
}

/// All `${env.NAME}` of a text with their names, in its order.
pub fn env_references(content: &str) -> Vec<(TextRange, String)> {
    let mut all = Vec::new();
    let mut at = 0;
    while let Some(found) = content[at..].find("${") {
        let start = at + found;
        at = start + 2;
        if let Some((end, name)) = env_reference(content, at) {
            all.push((range(start, end), name.to_owned()));
            at = end;
        }
    }
    all
}

/// The end and name of an environment reference whose `${` ends at `inner`.
pub(crate) fn env_reference(content: &str, inner: usize) -> Option<(usize, &str)> {
    let start = inner + blanks(&content[inner..]);
    let rest = content[start..].strip_prefix("env.")?;
    let name = &rest[..span(rest, |c| c.is_ascii_alphanumeric() || c == '_')];
    let close = start + 4 + name.len();
    let close = close + blanks(&content[close..]);
    let fits = content[close..].starts_with('}') && !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit());
    fits.then_some((close + 1, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(content: &str) -> Vec<(&str, String, bool, Option<String>)> {
        let all = references(content);
        for one in &all {
            assert_eq!(&content[one.name_range], one.name);
            assert_eq!(one.path_range.map(|range| &content[range]), one.path.as_deref());
        }
        all.into_iter().map(|one| (&content[one.range], one.name, one.quoted, one.path)).collect()
    }

    fn one<'a>(text: &'a str, name: &str, path: Option<&str>) -> (&'a str, String, bool, Option<String>) {
        (text, name.to_owned(), false, path.map(str::to_owned))
    }

    #[test]
    fn references_are_found() {
        assert_eq!(shown("${ref(a)}"), [one("${ref(a)}", "a", None)]);
        assert_eq!(shown("ref(a b)"), [one("ref(a b)", "a b", None)]);
        assert_eq!(shown("${ ref( a-b ).x.y[0] }"), [one("${ ref( a-b ).x.y[0] }", "a-b", Some("x.y[0]"))]);
        assert_eq!(shown("${ref(a)[0].b}"), [one("${ref(a)[0].b}", "a", Some("[0].b"))]);
        assert_eq!(shown("${ref(a).über}"), [one("${ref(a).über}", "a", Some("über"))]);
        let both = "?{ ${ref(a).b} = ${ref(c).d} }";
        assert_eq!(shown(both), [one("${ref(a).b}", "a", Some("b")), one("${ref(c).d}", "c", Some("d"))]);
        let quoted = shown("${ref( 'a b' ).c}");
        assert_eq!(quoted, [("${ref( 'a b' ).c}", "a b".to_owned(), true, Some("c".to_owned()))]);
        assert_eq!(references("ref(a)")[0].form, RefForm::Bare);
    }

    #[test]
    fn what_is_no_reference_is_text() {
        for content in [
            "ref(a).b",
            " ref(a)",
            "x ref(a)",
            "${ref (a)}",
            "${ref(a) .b}",
            "${ref(a.b)}",
            "${ref(ä)}",
            "${ref(a).b-c}",
            "${ref(a).\"b\"}",
            "${ref()}",
            "${ref( )}",
            "${ref(a)",
            "${ref(a",
            "${xref(a)}",
            "${project.charts[0]}",
        ] {
            assert_eq!(shown(content), [], "{content}");
        }
    }

    #[test]
    fn paths_behind_references_are_found() {
        for (content, whole, meant) in [
            ("sum(${ref(t)}.hours)", "${ref(t)}.hours", Some("${ref(t).hours}")),
            ("${ref(t)} .id + 1", "${ref(t)} .id", Some("${ref(t).id}")),
            ("${ref(t)}.\"My id\" = 1", "${ref(t)}.\"My id\"", None),
            ("'${ref(team)}.value'", "${ref(team)}.value", Some("${ref(team).value}")),
            ("${ref(t)}.a[0].b", "${ref(t)}.a[0].b", Some("${ref(t).a[0].b}")),
            ("${ref(n)}.5", "${ref(n)}.5", Some("${ref(n).5}")),
        ] {
            let found = paths_outside(content);
            assert_eq!(found.len(), 1, "{content}");
            assert_eq!((&content[found[0].range], found[0].meant.as_deref()), (whole, meant), "{content}");
        }
        for content in ["${ref(t)}[0]", "${ref(t)}.*", "${ref(t)} . x", "${ref(t).a}.b", "${ref(t)}", "ref(t).a"] {
            assert_eq!(paths_outside(content), [], "{content}");
        }
    }

    #[test]
    fn environment_references_are_found() {
        let content = "db-${env.REGION}-${ env._x1 }${env.1x}${env.}${env.A-B}";
        let found: Vec<_> = env_references(content).into_iter().map(|(at, name)| (&content[at], name)).collect();
        assert_eq!(found, [("${env.REGION}", "REGION".to_owned()), ("${ env._x1 }", "_x1".to_owned())]);
    }
}
