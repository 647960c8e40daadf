//! Signature help for functions in SQL. The call around the cursor is read from the text, so that it may be
//! unfinished.

use crate::cursor::sql_at::sql_at;
use crate::sql_text::functions::{Function, function, parameters};
use viz_project::Project;
use viz_text::{FileId, TextSize};

/// The functions that a call may mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureHelp {
    /// One for each set of parameters.
    pub signatures: Vec<Signature>,
    /// The parameter at the cursor, from 0.
    pub parameter: usize,
    /// The signature that fits what is written best.
    pub active: usize,
}

/// A way to call a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The whole of it.
    pub label: String,
    /// Bytes of its parameters in `label`.
    pub parameters: Vec<std::ops::Range<usize>>,
    /// Markdown.
    pub documentation: String,
}

/// The call around an offset.
pub fn signature_help(project: &Project, file: FileId, offset: TextSize) -> Option<SignatureHelp> {
    let (text, start) = sql_at(project, file, offset)?;
    let at = usize::from(offset.checked_sub(start)?).min(text.len());
    let (name, parameter) = call_around(text.get(..at)?)?;
    let found = function(name)?;
    let signatures: Vec<Signature> = found.signatures.iter().map(|shown| signature(found, shown)).collect();
    let active = signatures.iter().position(|signature| signature.parameters.len() > parameter).unwrap_or(0);
    Some(SignatureHelp { signatures, parameter, active })
}

fn signature(of: &Function, shown: &str) -> Signature {
    let label = format!("{}{shown}", of.name);
    let parameters =
        parameters(shown).into_iter().map(|range| range.start + of.name.len()..range.end + of.name.len()).collect();
    let example = if of.example.is_empty() { String::new() } else { format!("\n\n`{}`", of.example) };
    Signature { label, parameters, documentation: format!("{}{example}", of.text) }
}

/// The name of the innermost call that is open at the end of a text, and how many commas follow it.
fn call_around(text: &str) -> Option<(&str, usize)> {
    let mut open: Vec<(&str, usize)> = Vec::new();
    let mut quote = None;
    let bytes = text.as_bytes();
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '-') if bytes.get(at + 1) == Some(&b'-') => {
                // A comment to the end of its line; brackets in it would count as well.
                if !text[at..].contains('\n') {
                    return None;
                }
            }
            (None, '(') => {
                let before = text[..at].trim_end();
                let is_word = |c: char| c.is_alphanumeric() || c == '_';
                let name = before.rfind(|c| !is_word(c)).map_or(before, |end| {
                    let skipped = before[end..].chars().next().map_or(0, char::len_utf8);
                    &before[end + skipped..]
                });
                open.push((name, 0));
            }
            (None, '[' | '{') => open.push(("", 0)),
            (None, ')' | ']' | '}') => drop(open.pop()),
            (None, ',') => {
                if let Some((_, commas)) = open.last_mut() {
                    *commas += 1;
                }
            }
            (None, _) => {}
        }
    }
    if quote == Some('"') {
        return None;
    }
    open.last().copied().filter(|(name, _)| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_open_call_is_found() {
        for (text, expected) in [
            ("?{ sum(", Some(("sum", 0))),
            ("?{ round(sum(a), ", Some(("round", 1))),
            ("?{ round(sum(a, b", Some(("sum", 1))),
            ("date_trunc('a,(b', x", Some(("date_trunc", 1))),
            ("date_trunc('mon", Some(("date_trunc", 0))),
            ("sum(${ref(orders).x}, ", Some(("sum", 1))),
            ("${ref(or", Some(("ref", 0))),
            ("sum(a) + ", None),
            ("x in (1, ", Some(("in", 1))),
            ("(a, ", None),
        ] {
            assert_eq!(call_around(text), expected, "{text}");
        }
    }
}
