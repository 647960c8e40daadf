//! The outline of a file: cuts its text into segments by looking at line starts only.
//!
//! Sound for YAML because whatever continues a top-level pair or a list item (block scalars, flow, quoted text) is
//! indented deeper than it. What breaks the rule is either refused by YAML, and then this is the recovery, or makes the
//! root unusual, and then [`Outline::unusual`] asks for a parse of the whole.

use crate::document::SegmentKind;
use crate::line;

/// How much of the beginning of a further document to mark: its `---` (or the `...` before it), else its first character.
pub(crate) fn marker_length(text: &str) -> usize {
    if text.starts_with("---") || text.starts_with("...") { 3 } else { text.chars().next().map_or(0, char::len_utf8) }
}

/// Message for a second document.
pub(crate) const SECOND_DOCUMENT: &str =
    "a second document starts here, and the project loader reads only files with one";

/// The segments of a text, in order and without gaps.
#[derive(Debug, Default)]
pub(crate) struct Outline {
    pub segments: Vec<RawSegment>,
    /// The text may be YAML that this outline doesn't understand; it fits only if a parse of the whole fails.
    pub unusual: bool,
    /// Whether anything but preamble was found.
    pub has_content: bool,
    /// Starts of list items that are not aligned with the first of their section.
    pub misaligned: Vec<usize>,
    /// Starts of `---` lines after content, and of `...` lines with content after them.
    pub separators: Vec<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RawSegment {
    pub start: usize,
    pub end: usize,
    pub kind: SegmentKind,
}

/// What the lines so far are part of.
#[derive(Clone, Copy)]
enum Place {
    /// Before the first key, or after a separator.
    Outside,
    /// In a pair with a value on its line, or with a value that is no list.
    Pair,
    /// After `key:` alone. `stray` is the indentation of the first line below it, where that is no list item.
    Open { known: bool, stray: Option<usize> },
    /// In a list section whose items stand at `indent`. `content` is the column of the current item's first key.
    Items { indent: usize, content: usize },
}

/// Cuts a text.
pub(crate) fn outline(text: &str) -> Outline {
    let bytes = text.as_bytes();
    let mut scan = Scan { outline: Outline::default(), start: 0, kind: SegmentKind::Preamble, ended: None };
    let mut place = Place::Outside;
    let mut at = 0;
    if text.starts_with('\u{feff}') {
        at = 3;
    }
    let mut ends = memchr::memchr_iter(b'\n', bytes).map(|end| end + 1).chain(std::iter::once(bytes.len()));
    let mut first_line = true;
    while at < bytes.len() {
        let next = ends.next().unwrap_or(bytes.len());
        let line = &bytes[at..next];
        let indent = line.iter().position(|byte| *byte != b' ').unwrap_or(line.len());
        let here = at;
        at = next;
        let body = &line[indent..];
        match body.first() {
            None | Some(b'\n' | b'\r') => continue,
            Some(b'\t') => {
                place = scan.tabbed(here, indent, body, place);
                continue;
            }
            Some(b'#') => continue,
            _ => {}
        }
        let at_start = std::mem::take(&mut first_line);
        let marker = if indent == 0 { line::marker(body) } else { None };
        if marker.is_none()
            && let Some(end) = scan.ended.take()
        {
            scan.outline.separators.push(end);
        }
        if indent > 0 {
            if at_start || (matches!(place, Place::Outside) && !scan.outline.has_content) {
                scan.outline.unusual = true;
            }
            place = scan.indented(here, indent, body, place);
            continue;
        }
        if let Some(mark) = marker {
            let plain = line::is_blank_or_comment(&body[3..]);
            scan.outline.unusual |= !plain;
            if mark == b'-' && at_start && plain {
                first_line = true;
                continue;
            }
            scan.separator(here, mark);
            place = Place::Outside;
            continue;
        }
        place = scan.column_zero(here, &text[here..next], body, place, at_start);
    }
    scan.finish(bytes.len());
    let mut outline = scan.outline;
    // A lone CR ends a line in YAML; here it doesn't.
    let lone = |at: usize| bytes.get(at + 1) != Some(&b'\n');
    outline.unusual |= memchr::memchr_iter(b'\r', bytes).any(lone);
    outline
}

struct Scan {
    outline: Outline,
    start: usize,
    kind: SegmentKind,
    /// A `...` that becomes a fault if content follows.
    ended: Option<usize>,
}

impl Scan {
    fn indented(&mut self, here: usize, indent: usize, body: &[u8], place: Place) -> Place {
        let item = || line::is_item(body);
        match place {
            Place::Open { stray: None, .. } if item() => self.first_item(here, indent, body),
            Place::Open { known, stray: None } => Place::Open { known, stray: Some(indent) },
            // Half a word under `insights:`, and then its items.
            Place::Open { known: true, stray: Some(stray) } if indent <= stray && item() => {
                self.first_item(here, indent, body)
            }
            Place::Items { indent: wanted, content } if (indent < content || indent == wanted) && item() => {
                if indent != wanted {
                    self.outline.misaligned.push(here + indent);
                }
                self.cut(here, SegmentKind::Item);
                Place::Items { indent: wanted, content: content_column(body, indent, wanted) }
            }
            other => other,
        }
    }

    /// A line with a tab in its indentation belongs to what is above it, but for a list item.
    fn tabbed(&mut self, here: usize, indent: usize, body: &[u8], place: Place) -> Place {
        let tabs = body.iter().position(|byte| !matches!(byte, b' ' | b'\t')).unwrap_or(body.len());
        match place {
            Place::Items { indent: wanted, content } if indent < content && line::is_item(&body[tabs..]) => {
                self.cut(here, SegmentKind::Item);
                Place::Items { indent: wanted, content }
            }
            other => other,
        }
    }

    fn first_item(&mut self, here: usize, indent: usize, body: &[u8]) -> Place {
        self.kind = SegmentKind::Header;
        self.cut(here, SegmentKind::Item);
        Place::Items { indent, content: content_column(body, indent, indent) }
    }

    fn column_zero(&mut self, here: usize, line: &str, body: &[u8], place: Place, at_start: bool) -> Place {
        if line::is_item(body) {
            match place {
                Place::Outside | Place::Pair => {
                    self.outline.unusual |= at_start;
                    return place;
                }
                _ => return self.indented(here, 0, body, place),
            }
        }
        if body[0] == b'?' && body.get(1).is_none_or(u8::is_ascii_whitespace) {
            self.outline.unusual = true;
        }
        let known = line::section_without_colon(line);
        let Some(colon) = line::key_colon(line).or(known.map(str::len)) else {
            self.outline.unusual |= at_start;
            return place;
        };
        self.cut(here, SegmentKind::Pair);
        self.outline.has_content = true;
        let rest = line.as_bytes().get(colon + 1..).unwrap_or_default();
        if known.is_some() || line::is_blank_or_comment(rest) {
            let known = line::is_section(line[..colon].trim_end());
            Place::Open { known, stray: None }
        } else {
            Place::Pair
        }
    }

    fn separator(&mut self, here: usize, mark: u8) {
        if mark == b'-' {
            self.ended = None;
            self.outline.separators.push(here);
        } else {
            self.ended = self.outline.has_content.then_some(here);
        }
        self.cut(here, SegmentKind::Separator);
    }

    fn cut(&mut self, here: usize, kind: SegmentKind) {
        if here > self.start {
            self.outline.segments.push(RawSegment { start: self.start, end: here, kind: self.kind });
        }
        (self.start, self.kind) = (here, kind);
    }

    fn finish(&mut self, end: usize) {
        if end > self.start || self.outline.segments.is_empty() {
            self.outline.segments.push(RawSegment { start: self.start, end, kind: self.kind });
        }
    }
}

/// List items left of this column begin a new item, even if they aren't aligned. Only a mapping's keys make that certain:
/// in text, `- ` may stand anywhere deeper than the item.
fn content_column(body: &[u8], indent: usize, wanted: usize) -> usize {
    let content = body[1..].iter().position(|byte| *byte != b' ').map_or(body.len(), |at| at + 1);
    let is_mapping = std::str::from_utf8(&body[content..]).is_ok_and(|rest| line::key_colon(rest).is_some());
    if is_mapping { indent + content } else { wanted.max(indent) + 1 }
}
