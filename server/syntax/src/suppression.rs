//! Comments that silence findings.

use crate::document::Document;
use crate::line;
use crate::path::PathStep;
use crate::tree::size;
use viz_text::{Loc, TextRange, TextSize};

/// A comment `# viz-lsp: ignore[code, code] reason`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    /// The comment.
    pub loc: Loc,
    /// The codes in the brackets, each with its place. None if there are no brackets: such a comment silences nothing.
    pub codes: Vec<(String, Loc)>,
    /// What to delete to be rid of the comment: its whole line, or the white-space before it with it.
    pub removal: Loc,
    /// Absolute bytes of the lines it covers. At the end of a line: that line. On a line of its own: itself and the next
    /// object, list item or key with its value.
    pub scope: TextRange,
}

/// The next line with content behind a place.
#[derive(Clone, Copy)]
struct Next {
    from: usize,
    line: Option<TextRange>,
}

impl Document {
    pub(crate) fn find_suppressions(&self) -> Vec<Suppression> {
        let mut all = Vec::new();
        // From the last to the first: what follows a comment follows those right above it, too.
        let mut next = None;
        for (segment, tree) in self.inner.segments.iter().zip(&self.inner.trees).rev() {
            for comment in tree.comments.iter().rev() {
                let at = *comment + segment.range.start();
                let Some(codes) = codes(&self.text()[at]) else { continue };
                all.push(Suppression {
                    loc: Loc::new(segment.id, *comment),
                    codes: codes
                        .into_iter()
                        .map(|(code, range)| (code.to_owned(), Loc::new(segment.id, range + comment.start())))
                        .collect(),
                    removal: self.loc(self.removal(at)),
                    scope: self.scope(at, &mut next),
                });
            }
        }
        all.reverse();
        all
    }

    fn removal(&self, comment: TextRange) -> TextRange {
        let line = self.lines_of(comment);
        let before = &self.text()[TextRange::new(line.start(), comment.start())];
        if before.trim().is_empty() {
            line
        } else {
            comment.cover_offset(line.start() + TextSize::of(before.trim_end()))
        }
    }

    fn scope(&self, comment: TextRange, next: &mut Option<Next>) -> TextRange {
        let text = self.text();
        let line = self.lines_of(comment);
        let own_line = text[TextRange::new(line.start(), comment.start())].trim().is_empty();
        if !own_line {
            return line;
        }
        let found = self.next_line(usize::from(line.end()), next.take());
        *next = Some(found);
        if let Some(this_line) = found.line {
            let start = usize::from(this_line.start());
            let covered = self.path_at(size(start)).into_iter().rev().find_map(|step| match step {
                PathStep::Top(top) => Some(top.range()),
                PathStep::Item { node, .. } => Some(node.range().cover(this_line)),
                PathStep::Entry(entry) => Some(entry.key.range().cover(entry.value.range())),
                PathStep::Key(_) | PathStep::Value(_) => None,
            });
            // What starts on an earlier line is not "the next".
            let covered = covered.filter(|covered| covered.start() >= size(start)).unwrap_or(this_line);
            return line.cover(self.lines_of(covered));
        }
        line
    }

    /// The next line with content from here on. `known` is what was found from a place further down.
    fn next_line(&self, from: usize, known: Option<Next>) -> Next {
        let mut at = from;
        for line in self.text()[from..].split_inclusive('\n') {
            if let Some(known) = known.filter(|known| known.from == at) {
                return Next { from, ..known };
            }
            let body = line.trim_start();
            let start = at + line.len() - body.len();
            at += line.len();
            if !body.is_empty() && !body.starts_with('#') && line::marker(body.as_bytes()).is_none() {
                return Next { from, line: Some(TextRange::new(size(start), size(at))) };
            }
        }
        Next { from, line: None }
    }

    /// The whole lines of a range, with the line end of the last.
    fn lines_of(&self, range: TextRange) -> TextRange {
        let text = self.text();
        let (start, end) = (usize::from(range.start()), usize::from(range.end()));
        let start = text[..start].rfind('\n').map_or(0, |found| found + 1);
        let ended = end > start && text[..end].ends_with('\n');
        let end = if ended { end } else { text[end..].find('\n').map_or(text.len(), |found| end + found + 1) };
        TextRange::new(size(start), size(end))
    }
}

/// The codes of a comment and their places in it; `None` if it is an ordinary comment.
fn codes(comment: &str) -> Option<Vec<(&str, TextRange)>> {
    let rest = comment.strip_prefix('#')?.trim_start().strip_prefix("viz-lsp:")?.trim_start().strip_prefix("ignore")?;
    let Some(list) = rest.trim_start().strip_prefix('[') else {
        let word_ends = rest.chars().next().is_none_or(char::is_whitespace);
        return word_ends.then(Vec::new);
    };
    let mut at = comment.len() - list.len();
    let list = list.split(']').next().unwrap_or_default();
    let mut codes = Vec::new();
    for piece in list.split(',') {
        let code = piece.trim();
        if !code.is_empty() {
            let start = at + piece.len() - piece.trim_start().len();
            codes.push((code, TextRange::at(size(start), TextSize::of(code))));
        }
        at += piece.len() + 1;
    }
    Some(codes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_their_places() {
        let comment = "#viz-lsp: ignore [a,  b-c , ] because [x]";
        let found = codes(comment).unwrap();
        assert_eq!(found.iter().map(|(code, _)| *code).collect::<Vec<_>>(), ["a", "b-c"]);
        assert!(found.iter().all(|(code, range)| &comment[*range] == *code));
        assert_eq!(codes("# viz-lsp: ignore"), Some(vec![]));
        assert_eq!(codes("# viz-lsp: ignored by us"), None);
        assert_eq!(codes("# see viz-lsp: ignore[a]"), None);
    }

    #[test]
    fn a_comment_goes_with_its_line_or_the_space_before_it() {
        let text = "name: a  # viz-lsp: ignore[x]\r\n  # viz-lsp: ignore[y]\r\nlabel: b\r\n";
        let document = Document::parse(text);
        let removed: Vec<&str> = document
            .suppressions()
            .iter()
            .map(|suppression| &text[document.range(suppression.removal).unwrap()])
            .collect();
        assert_eq!(removed, ["  # viz-lsp: ignore[x]", "  # viz-lsp: ignore[y]\r\n"]);
    }
}
