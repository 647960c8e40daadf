//! Scalars and their source maps: an own decoder that knows where each byte of the content came from.
//!
//! The parser's value is the truth. The decoder runs on demand; where it disagrees, the whole scalar becomes one piece
//! that stands for its place as a whole.

mod block;
mod flow;

use crate::breaks;
use crate::tree::range;
use viz_text::{Loc, MappedText, SegmentId, TextRange};

/// How a scalar is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Style {
    /// Without quotes.
    Plain,
    /// `'…'`.
    SingleQuoted,
    /// `"…"`, with escapes.
    DoubleQuoted,
    /// `|`: lines as they are.
    Literal,
    /// `>`: lines joined by spaces.
    Folded,
}

/// The content of a scalar with the places of its bytes. `source` is the scalar's text in `segment_text`, with quotes or
/// from the `|`; `value` is what the parser made of it.
pub(crate) fn mapped(
    segment_text: &str,
    segment: SegmentId,
    source: TextRange,
    style: Style,
    value: &str,
) -> MappedText {
    let mut out = decoded(segment_text, segment, source, style, value);
    // A block that ends with the file and without a line end gets one from the parser.
    if value.strip_suffix('\n') == Some(out.text()) {
        out.push_generated("\n");
    }
    if out.text() != value {
        out = MappedText::new();
        out.push_for(value, Loc::new(segment, source));
    }
    out
}

/// The content of a scalar alone: what the parser's value is not where lines end as only YAML 1.1 knows it.
pub(crate) fn content(segment_text: &str, source: TextRange, style: Style, value: &str) -> String {
    decoded(segment_text, SegmentId::fresh(), source, style, value).text().to_owned()
}

fn decoded(segment_text: &str, segment: SegmentId, source: TextRange, style: Style, value: &str) -> MappedText {
    let mut target = Target { text: segment_text, segment, out: MappedText::new() };
    let (start, end) = (usize::from(source.start()), usize::from(source.end()));
    match style {
        Style::Plain => flow::plain(&mut target, start, end),
        Style::SingleQuoted => flow::single_quoted(&mut target, start, end),
        Style::DoubleQuoted => flow::double_quoted(&mut target, start, end),
        Style::Literal | Style::Folded => block::decode(&mut target, start, end, style == Style::Folded, value),
    }
    target.out
}

/// Where decoded pieces go.
struct Target<'t> {
    text: &'t str,
    segment: SegmentId,
    out: MappedText,
}

impl Target<'_> {
    /// Appends source text as it is.
    fn copy(&mut self, start: usize, end: usize) {
        if start < end {
            let at = range(start, end);
            self.out.push_linear(&self.text[at], self.segment, at.start());
        }
    }

    /// Appends what stands for a piece of source text.
    fn put(&mut self, content: &str, start: usize, end: usize) {
        if &self.text[start..end] == content {
            self.copy(start, end);
        } else {
            self.out.push_for(content, Loc::new(self.segment, range(start, end)));
        }
    }
}

impl Target<'_> {
    /// Appends a line end: those that a scalar keeps as they are, else a line feed.
    fn line_end(&mut self, start: usize, end: usize) {
        match self.is_kept(start, end) {
            true => self.copy(start, end),
            false => self.put("\n", start, end),
        }
    }

    /// Whether a line end stays as it is, and isn't folded.
    fn is_kept(&self, start: usize, end: usize) -> bool {
        self.text[start..end].starts_with(breaks::KEPT)
    }
}

/// A line of source: where its text ends and where its line end ends.
#[derive(Debug, Clone, Copy)]
struct Line {
    start: usize,
    end: usize,
    next: usize,
}

/// The lines of a piece of text; LF, CR LF, CR and what else ends lines in YAML 1.1. A text that ends with a line end has no empty line after it.
fn lines(text: &str, start: usize, end: usize) -> impl Iterator<Item = Line> + '_ {
    let bytes = &text.as_bytes()[..end];
    let mut at = start;
    std::iter::from_fn(move || {
        if at >= end {
            return None;
        }
        let stop = memchr::memchr2(b'\n', b'\r', &bytes[at..]).map_or(end, |found| at + found);
        let odd = text[at..stop].find(breaks::ODD).map(|found| at + found);
        if let Some(stop) = odd {
            let line =
                Line { start: at, end: stop, next: stop + text[stop..].chars().next().map_or(0, char::len_utf8) };
            at = line.next;
            return Some(line);
        }
        let next = match bytes.get(stop) {
            Some(b'\r') if bytes.get(stop + 1) == Some(&b'\n') => stop + 2,
            Some(_) => stop + 1,
            None => stop,
        };
        let line = Line { start: at, end: stop, next };
        at = next;
        Some(line)
    })
}

#[cfg(test)]
mod tests {
    use crate::{Document, Style};
    use viz_text::{MappedText, TextSize};

    /// The content of the value of `k`, after checking each piece.
    fn decoded(text: &str) -> (String, Style, Vec<(String, String, bool)>) {
        let doc = Document::parse(text);
        assert_eq!(doc.problems(), [], "{text:?}");
        let crate::TopValue::Node(node) = doc.get("k").expect("k").value() else { panic!("{text:?}") };
        let scalar = node.scalar().expect("a scalar");
        let mapped: MappedText = scalar.mapped();
        assert_eq!(mapped.text(), scalar.value(), "{text:?}");
        let source = |loc| &doc.text()[doc.range(loc).expect("in this document")];
        let pieces = mapped.pieces().iter().map(|piece| {
            let (content, source) = (mapped.slice(piece.range), source(piece.loc));
            assert!(!piece.linear || content == source, "{text:?}: {content:?} {source:?}");
            (content.to_owned(), source.to_owned(), piece.linear)
        });
        (mapped.text().to_owned(), scalar.style(), pieces.collect())
    }

    fn piece(content: &str, source: &str) -> (String, String, bool) {
        (content.to_owned(), source.to_owned(), content == source)
    }

    #[test]
    fn flow_scalars_are_folded_and_unescaped() {
        for (text, style, pieces) in [
            ("k: a b # c\n", Style::Plain, vec![piece("a b", "a b")]),
            (
                "k: a\n  é\n\n\n  c\n",
                Style::Plain,
                vec![piece("a", "a"), piece(" ", "\n  "), piece("é", "é"), piece("\n\n", "\n\n"), piece("c", "c")],
            ),
            (
                "k: 'a ''b'''\n",
                Style::SingleQuoted,
                vec![piece("a ", "a "), piece("'", "''"), piece("b", "b"), piece("'", "''")],
            ),
            (
                "k: 'a  \n  b\n  '\n",
                Style::SingleQuoted,
                vec![piece("a", "a"), piece(" ", "  \n  "), piece("b", "b"), piece(" ", "\n  ")],
            ),
            (
                "k: \"a\\n\\u00e9\\x41\\\"\\\\😀\\ud83d\\ude00\"\n",
                Style::DoubleQuoted,
                vec![
                    piece("a", "a"),
                    piece("\n", "\\n"),
                    piece("é", "\\u00e9"),
                    piece("A", "\\x41"),
                    piece("\"", "\\\""),
                    piece("\\", "\\\\"),
                    piece("😀", "😀"),
                    piece("😀", "\\ud83d\\ude00"),
                ],
            ),
            (
                "k: \"a \\\n   b\\ \n  c\"\n",
                Style::DoubleQuoted,
                vec![piece("a ", "a "), piece("b", "b"), piece(" ", "\\ "), piece(" ", "\n  "), piece("c", "c")],
            ),
            ("k: \"\n\n  a\"\n", Style::DoubleQuoted, vec![piece("\n", "\n"), piece("a", "a")]),
            ("k: a\u{85}  b\n", Style::Plain, vec![piece("a", "a"), piece(" ", "\u{85}  "), piece("b", "b")]),
            ("k: \"a\nb\"\n", Style::DoubleQuoted, vec![piece("a", "a"), piece(" ", "\n"), piece("b", "b")]),
            ("k: \"\"\n", Style::DoubleQuoted, vec![]),
        ] {
            let (_, found_style, found) = decoded(text);
            assert_eq!(found_style, style, "{text:?}");
            assert_eq!(found, pieces, "{text:?}");
        }
    }

    #[test]
    fn block_scalars_keep_or_fold_lines() {
        for (text, content) in [
            ("k: |\n  a\n   b\n\n  c\n\n", "a\n b\n\nc\n"),
            ("k: |-\n  a\n\n", "a"),
            ("k: |+\n  a\n\n", "a\n\n"),
            ("k: |2\n    a\n   b\n", "  a\n b\n"),
            ("k: |1-\n   a\n", "  a"),
            ("k: |  # c\n  a # b\n", "a # b\n"),
            ("k:\n  |\n  a\n", "a\n"),
            ("k: |\n\n\n  a\n", "\n\na\n"),
            ("k: |\n  a\n# c\n", "a\n"),
            ("k: |\n  a\n      \n  b\n", "a\n    \nb\n"),
            ("k: |", ""),
            ("k: |+\n\n\n", "\n\n"),
            ("k: |\n  a", "a\n"),
            ("k: |\n  a\n\tb: c\n".get(..9).unwrap_or_default(), "a\n"),
            ("k: >\n  a\n  b\n\n  c\n", "a b\nc\n"),
            ("k: >-\n\n  a\n  b\n", "\na b"),
            ("k: >\n  a\n\n   b\n   c\n\n  d\n  e\n", "a\n\n b\n c\n\nd e\n"),
            ("k: >\n  a\n  \tb\n  c\n", "a\n\tb\nc\n"),
            ("k: >+\n  a\n  b\n\n\n", "a b\n\n\n"),
            ("k: !!str\n  # c\n  |\n  a\n", "a\n"),
        ] {
            let (found, _, _) = decoded(text);
            assert_eq!(found, content, "{text:?}");
            if !text.ends_with('\n') {
                continue;
            }
            let windows = text.replace('\n', "\r\n");
            assert_eq!(decoded(&windows).0, content, "{windows:?}");
        }
    }

    #[test]
    fn lines_of_a_block_are_linear() {
        let (_, _, found) = decoded("k: |\n  é\n  b\n");
        assert_eq!(found, [piece("é\n", "é\n"), piece("b\n", "b\n")]);
        let (_, _, found) = decoded("k: |\r\n  a\r\n");
        assert_eq!(found, [piece("a", "a"), piece("\n", "\r\n")]);
        let (_, _, found) = decoded("k: >-\n  a\n  b\n");
        assert_eq!(found, [piece("a", "a"), piece(" ", "\n  "), piece("b", "b")]);
    }

    #[test]
    fn a_byte_order_mark_shifts_nothing() {
        let doc = Document::parse("\u{feff}k: ä # é\nl: [ü]\n");
        assert_eq!(doc.problems(), []);
        let l = doc.get("l").expect("l");
        assert_eq!(l.key().range().start(), TextSize::of("\u{feff}k: ä # é\n"));
        assert_eq!(l.items().next().expect("an item").text(), "ü");
        assert_eq!(doc.get("k").expect("k").node().text(), "ä");
    }
}
