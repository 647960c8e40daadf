//! Fixes of faults of the YAML itself: a dash, a colon, a quote, blanks. Each is tried before it is offered: it must leave fewer faults,
//! none in its own line, and all keys where they are.

use crate::flow_fixes::{Flow, is_remark};
use crate::problem::Fix;
use std::collections::HashSet;
use viz_syntax::{Document, Leaf, Problem, ProblemKind, SegmentKind, double_quoted};
use viz_text::shown::is_control;
use viz_text::{TextRange, TextSize};

/// Larger pieces of a file are not read again for each thing that is tried.
const LARGEST: usize = 8 << 10;
/// Places that are tried for a line.
const COLUMNS: usize = 6;
/// Faults of a file that are looked at.
pub(crate) const MOST: usize = 10;

/// Titles of fixes that say what is wrong.
const SPACE: &str = "put a space behind the colon";
const NO_BREAK: &str = "write a space in place of the no-break space";
const COMMA: &str = "remove the comma at the end";

/// Edits of a piece of a file: places in it, and what goes there.
pub(crate) type Edits = Vec<(usize, usize, String)>;

/// What is told of a fault of a file's text, as far as that can be seen in its line.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// Better words than YAML's own.
    pub message: Option<String>,
    /// What would take it away.
    pub fix: Option<Fix>,
}

pub(crate) fn told_of(document: &Document, problem: &Problem) -> Told {
    told(document, problem).unwrap_or_default()
}

fn told(document: &Document, problem: &Problem) -> Option<Told> {
    if !matches!(problem.kind, ProblemKind::Syntax | ProblemKind::Tab) {
        return None;
    }
    let whole = document.range(problem.loc)?;
    let at = document.segments().partition_point(|segment| segment.range.end() <= whole.start());
    let segment = document.segments().get(at).filter(|segment| segment.range.len() < (LARGEST as u32).into())?;
    let text = &document.text()[segment.range];
    let piece = Piece::new(text, segment.kind, problem)?;
    let message = piece.hidden().map(|(open, text)| {
        format!("the `#` begins a comment here, so this `{open}` is never closed: a text like `{text}` needs quotes")
    });
    let Some((title, edits)) = piece.candidates().into_iter().find(|(_, edits)| piece.mends(edits)) else {
        return Some(Told { message, fix: None });
    };
    let message = message.or_else(|| piece.said_by(&title));
    let start = segment.range.start();
    let loc = |from: usize, to: usize| {
        document.loc(TextRange::new(TextSize::new(from as u32), TextSize::new(to as u32)) + start)
    };
    let edits = edits.into_iter().map(|(from, to, text)| (loc(from, to), text)).collect();
    Some(Told { message, fix: Some(Fix { title, edits, safe: false }) })
}

/// The text around a fault.
struct Piece<'a> {
    text: &'a str,
    kind: SegmentKind,
    is_tab: bool,
    /// Its lines: where they begin, and what they hold without their end.
    lines: Vec<(usize, &'a str)>,
    /// The line of the fault.
    line: usize,
    faults: usize,
    keys: HashSet<Key>,
}

/// A line and a key that begins in it.
type Key = (usize, String);

impl<'a> Piece<'a> {
    fn new(text: &'a str, kind: SegmentKind, problem: &Problem) -> Option<Self> {
        let mut lines = Vec::new();
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            lines.push((start, line.trim_end_matches(['\n', '\r'])));
            start += line.len();
        }
        let at = usize::from(problem.loc.range.start());
        let line = lines.partition_point(|(start, _)| *start <= at).checked_sub(1)?;
        let (faulty, keys) = read(kind, text);
        Some(Self { text, kind, is_tab: problem.kind == ProblemKind::Tab, lines, line, faults: faulty.len(), keys })
    }

    /// Whether there are fewer faults with these edits, none in the line that they are about, and all keys still are keys: a line that
    /// slips into the text above it is no fault any more, but lost.
    fn mends(&self, edits: &Edits) -> bool {
        let mut text = self.text.to_owned();
        for (from, to, new) in edits.iter().rev() {
            text.replace_range(*from..*to, new);
        }
        let (left, keys) = read(self.kind, &text);
        let edited = edits.iter().map(|(from, ..)| self.lines.partition_point(|(start, _)| start <= from) - 1);
        let touched = edited.chain([self.line]).filter_map(|line| Some((line, key_of(self.lines[line].1)?)));
        // What is aligned shows only without the tabs.
        left.len() < self.faults + usize::from(self.is_tab)
            && !left.contains(&self.line)
            && self.keys.is_subset(&keys)
            && touched.into_iter().all(|key| keys.contains(&key))
    }

    fn candidates(&self) -> Vec<(String, Edits)> {
        let (start, line) = self.lines[self.line];
        if self.is_tab {
            return self.without_tabs();
        }
        let indent = indent(line);
        let body = &line[indent..];
        let content = start + indent;
        let mut out = Vec::new();
        let insert = |at: usize, text: &str| vec![(at, at, text.to_owned())];
        if body.starts_with('-') && !body.starts_with("--") && !body[1..].starts_with(' ') && body.len() > 1 {
            out.push(("put a space behind the dash".to_owned(), insert(content + 1, " ")));
        }
        let dashed = if body.starts_with("- ") { body.len() - body[1..].trim_start().len() } else { 0 };
        let inner = &body[dashed..];
        let value = value_of(inner);
        let from = content + dashed + inner.len() - value.len();
        let flow = self.flow();
        if let Some(flow) = &flow {
            let moved = |(title, edits): (String, Edits)| {
                (title, edits.into_iter().map(|(a, b, text)| (a + from, b + from, text)).collect())
            };
            out.extend(flow.candidates().into_iter().map(moved));
            if flow.has_hash() {
                return out; // Whatever closes it would leave the rest to the comment.
            }
        }
        out.extend(as_a_query(from, value));
        out.extend(without_inner_quotes(from, value));
        let word = inner.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(inner.len());
        if word > 0 && inner[word..].starts_with(":\u{a0}") {
            let at = content + dashed + word + 1;
            out.push((NO_BREAK.to_owned(), vec![(at, at + '\u{a0}'.len_utf8(), " ".to_owned())]));
        }
        if word > 0
            && inner[word..].starts_with(':')
            && !inner[word + 1..].starts_with([' ', '/'])
            && word + 1 < inner.len()
        {
            out.push((SPACE.to_owned(), insert(content + dashed + word + 1, " ")));
        }
        if word > 2 && inner[word..].trim().is_empty() && self.has_lines_below(indent + dashed) {
            let title = format!("write `{}:`", &inner[..word]);
            out.push((title, insert(content + dashed + word, ":")));
        }
        if flow.is_some_and(|flow| flow.is_open()) {
            // Elsewhere it would be as broken, and what is in it another thing.
            out.extend(self.with_quotes(from, value));
            return out;
        }
        let (dash, moved) = (self.with_dash(indent), self.at_other_columns(indent));
        let (before, behind) = if self.is_new_key(indent) { (moved, dash) } else { (dash, moved) };
        out.extend(before);
        out.extend(self.with_quotes(from, value));
        out.extend(behind);
        out
    }

    /// Better words than YAML's own, where the fix shows what is wrong.
    fn said_by(&self, title: &str) -> Option<String> {
        let line = self.lines[self.line].1.trim_start_matches(['-', ' ']);
        let key = || line.split(':').next().filter(|key| is_word(key));
        match title {
            SPACE => Some(format!("a space is missing behind `{}:`", key()?)),
            NO_BREAK => Some(format!("there is a no-break space behind `{}:`", key()?)),
            COMMA => {
                Some("a line ends without a comma: only lists in `[…]` and mappings in `{…}` have them".to_owned())
            }
            _ => None,
        }
    }

    /// The list or mapping that begins in the line.
    fn flow(&self) -> Option<Flow<'a>> {
        let (start, line) = self.lines[self.line];
        let body = line.trim_start_matches([' ', '-']);
        Flow::new(self.with_own_lines(start + line.len() - value_of(body).len(), indent(line)))
    }

    /// A text that a comment swallows, and the bracket that it stands in.
    fn hidden(&self) -> Option<(char, &'a str)> {
        self.flow()?.first_hash()
    }

    /// A piece from a place on, to the end of the lines that belong to its line.
    fn with_own_lines(&self, from: usize, column: usize) -> &'a str {
        let own = self.own_lines(|line| indent(line) > column || line.trim_start().starts_with([']', '}']));
        let (start, line) = own.last().unwrap_or(self.lines[self.line]);
        &self.text[from..start + line.len()]
    }

    /// Whether the line begins with a key that the list item above it, at the same column, has not got: it belongs to that one.
    fn is_new_key(&self, column: usize) -> bool {
        let Some(key) = key_of(self.lines[self.line].1) else { return false };
        let above = self.lines[..self.line].iter().rev();
        let mut own = above.take_while(|(_, line)| line.trim().is_empty() || indent(line) >= column);
        let inner = |line: &str| indent(line) + if line[indent(line)..].starts_with("- ") { 2 } else { 0 };
        let mut is_item = false;
        let has = own.by_ref().any(|(_, line)| {
            if is_item {
                return false;
            }
            is_item = indent(line) == column && line[column..].starts_with("- ");
            inner(line) == column + 2 && key_of(line).as_ref() == Some(&key)
        });
        is_item && !has
    }

    /// Whether deeper lines follow.
    fn has_lines_below(&self, column: usize) -> bool {
        let below = self.lines[self.line + 1..].iter().find(|(_, line)| !line.trim().is_empty());
        below.is_some_and(|(_, line)| indent(line) > column)
    }

    /// A dash before the line, in a list of such; lines of its own go behind it.
    fn with_dash(&self, column: usize) -> Vec<(String, Edits)> {
        let (start, line) = self.lines[self.line];
        let is_item = |line: &str| line[indent(line)..].starts_with("- ");
        let beside = self.lines[..self.line].iter().any(|(_, line)| indent(line) == column && is_item(line));
        if is_item(line) || !beside {
            return Vec::new();
        }
        let one = vec![(start + column, start + column, "- ".to_owned())];
        let mut all = one.clone();
        for (start, line) in self.own_lines(|line| indent(line) >= column && !(indent(line) == column && is_item(line)))
        {
            if !line.trim().is_empty() {
                all.push((start, start, "  ".to_owned()));
            }
        }
        let title = || "put a dash before it".to_owned();
        vec![(title(), one), (title(), all)]
    }

    /// The lines behind the faulty one, as long as they are like this.
    fn own_lines(&self, fits: impl Fn(&str) -> bool) -> impl Iterator<Item = (usize, &'a str)> {
        let rest = &self.lines[self.line + 1..];
        rest.iter().copied().take_while(move |(_, line)| line.trim().is_empty() || fits(line))
    }

    /// The value in quotes, what is opened in it closed.
    fn with_quotes(&self, from: usize, value: &str) -> Vec<(String, Edits)> {
        let is_comment = |at: &usize| is_remark(&value[at + 1..]);
        let comment = value.match_indices(" #").map(|(at, _)| at).find(is_comment);
        let value = comment.map_or(value, |comment| &value[..comment]).trim_end();
        let to = from + value.len();
        let Some(first) = value.chars().next() else { return Vec::new() };
        if comment.is_some() && matches!(first, '"' | '\'') && !value[1..].contains(first) {
            return Vec::new(); // A `#` may be part of the text.
        }
        let mut out = Vec::new();
        for (open, close) in [('"', '"'), ('\'', '\''), ('[', ']'), ('{', '}')] {
            if first == open && (value.len() == 1 || !value.ends_with(close)) {
                out.push((format!("close it with `{close}`"), vec![(to, to, close.to_string())]));
            }
        }
        if value.ends_with("\",") || value.ends_with("',") {
            out.push((COMMA.to_owned(), vec![(to - 1, to, String::new())]));
        }
        if let Some(name) = value.strip_suffix(':').filter(|name| is_word(name)) {
            out.push(("remove the `:`".to_owned(), vec![(from + name.len(), to, String::new())]));
        }
        if is_flow(value) {
            return out; // A text would be another thing than the list or mapping that it was.
        }
        let quote = [first].into_iter().find(|c| matches!(c, '"' | '\''));
        let inner = quote.and_then(|quote| value.strip_prefix(quote)?.strip_suffix(quote));
        let inner =
            inner.map(|inner| if first == '"' { inner.replace("\\\"", "\"") } else { inner.replace("''", "'") });
        for text in inner.into_iter().chain([value.to_owned()]) {
            let is_plain = !text.contains('\'') && !text.contains(is_control);
            let quoted = match is_plain && text.contains(['"', '\\']) {
                true => format!("'{text}'"),
                false => double_quoted(&text),
            };
            out.push(("put the value in quotes".to_owned(), vec![(from, to, quoted)]));
        }
        out
    }

    /// The line and what is below it where others begin, the nearest place first.
    fn at_other_columns(&self, column: usize) -> Vec<(String, Edits)> {
        // Of two at the same distance, that of the last line.
        let mut columns: Vec<usize> = Vec::new();
        for (_, line) in self.lines[..self.line].iter().rev() {
            let (body, mut at) = (&line[indent(line)..], indent(line));
            columns.push(at);
            if let Some(rest) = body.strip_prefix('-').filter(|rest| rest.starts_with(' ')) {
                at += body.len() - rest.trim_start().len();
                columns.push(at);
            }
        }
        let mut seen = HashSet::new();
        columns.retain(|column| seen.insert(*column));
        columns.sort_by_key(|other| other.abs_diff(column));
        let moved = |to: usize| {
            let own = self.own_lines(|line| indent(line) > column);
            let all = [self.lines[self.line]].into_iter().chain(own).filter(|(_, line)| !line.trim().is_empty());
            let edit = |(start, line): (usize, &str)| match to.checked_sub(column) {
                Some(more) => (start, start, " ".repeat(more)),
                None => (start, start + (column - to).min(indent(line)), String::new()),
            };
            (format!("indent it by {to} spaces"), all.map(edit).collect())
        };
        columns.into_iter().filter(|other| *other != column).take(COLUMNS).map(moved).collect()
    }

    /// Spaces in place of tabs: in all lines that begin with some, or behind a colon or a dash of this line.
    fn without_tabs(&self) -> Vec<(String, Edits)> {
        let (start, line) = self.lines[self.line];
        let blanks = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
        let title = || "write spaces in place of tabs".to_owned();
        if let Some(at) = line.find('\t').filter(|at| *at > blanks(line)) {
            let len = blanks(&line[at..]);
            return vec![(title(), vec![(start + at, start + at + len, " ".to_owned())])];
        }
        let of_width = |width: usize| {
            let tabbed = self.lines.iter().filter(|(_, line)| line[..blanks(line)].contains('\t'));
            let edit = |(start, line): &(usize, &str)| {
                let mut column = 0;
                for c in line[..blanks(line)].chars() {
                    column = if c == '\t' { (column / width + 1) * width } else { column + 1 };
                }
                (*start, start + blanks(line), " ".repeat(column))
            };
            (title(), tabbed.map(edit).collect::<Edits>())
        };
        // What stands below a key without a value is its value.
        let is_below = |(_, edits): &(String, Edits)| {
            edits.iter().all(|(from, _, blanks)| {
                let above = self.lines.iter().take_while(|(start, _)| start < from).last();
                let opens = above.filter(|(start, line)| {
                    line.trim_end().ends_with(':') && edits.iter().all(|(other, ..)| other != start)
                });
                opens.is_none_or(|(_, line)| {
                    let dash = if line.trim_start().starts_with("- ") { 2 } else { 0 };
                    blanks.len() > indent(line) + dash
                })
            })
        };
        // Where the tab stands for what the lines beside it have.
        let beside = self.lines.iter().map(|(_, line)| indent(line)).filter(|column| *column > 0);
        let to = |column: usize| (title(), vec![(start, start + blanks(line), " ".repeat(column))]);
        let mut columns: Vec<usize> = beside.collect();
        columns.sort_unstable();
        columns.dedup();
        [2, 4, 8].into_iter().map(of_width).chain(columns.into_iter().take(COLUMNS).map(to)).filter(is_below).collect()
    }
}

/// The value on a line without its dash: what stands behind the key, or all; without the tag and the anchor before it, which are no
/// part of a text.
fn value_of(line: &str) -> &str {
    let colon = line.find(": ").filter(|colon| !line[..*colon].contains(['{', '[', '"', '\'']));
    let mut value = line[colon.map_or(0, |colon| colon + 2)..].trim_start();
    while let Some((_, rest)) = value.split_once(' ').filter(|(first, _)| is_property(first)) {
        value = rest.trim_start();
    }
    value
}

/// A tag or an anchor.
fn is_property(word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '!' | ':' | '/' | '<' | '>' | ',');
    let name = word.strip_prefix(['&', '!']).unwrap_or_default();
    !name.is_empty() && name.chars().all(is_part) && !name.ends_with(':')
}

/// Whether a text is a list or mapping in brackets, or what is left of one, and not a text that begins with a word in brackets.
fn is_flow(value: &str) -> bool {
    let mut depth = 0_usize;
    let end = value.char_indices().find(|(_, c)| {
        match c {
            '[' | '{' => depth += 1,
            ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0
    });
    let all = end.map_or(value, |(end, _)| &value[..end]);
    value.starts_with(['[', '{']) && (end.is_none_or(|(end, _)| end + 1 == value.len()) || all.contains(": "))
}

/// A query whose `?` is missing, or stands apart.
fn as_a_query(from: usize, value: &str) -> Option<(String, Edits)> {
    let inner = value.strip_prefix('?').unwrap_or(value);
    let query = inner.trim_start();
    let is_query = query.starts_with("{ ") && query.trim_end().ends_with('}') && query.contains("${");
    let apart = value.len() - query.len();
    let title = || format!("write `?{}`", query.trim_end());
    (is_query && query.len() < 100).then(|| (title(), vec![(from, from + apart, "?".to_owned())]))
}

/// `${ref(a)."b"}` inside of double quotes: no name in a reference has any.
fn without_inner_quotes(from: usize, value: &str) -> Option<(String, Edits)> {
    let open = value.starts_with('"').then(|| value.find(").\""))?? + 2;
    let name = value[open + 1..].split_once("\"}").map(|(name, _)| name).filter(|name| is_word(name))?;
    let close = open + 1 + name.len();
    let edit = |at: usize| (from + at, from + at + 1, String::new());
    Some((format!("write `{name}` without quotes"), vec![edit(open), edit(close)]))
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'))
}

/// The lines of a text that have a fault, one for each, and its keys.
fn read(kind: SegmentKind, text: &str) -> (Vec<usize>, HashSet<Key>) {
    // An item alone is no file.
    let before = if kind == SegmentKind::Item { "items:\n" } else { "" };
    let text = format!("{before}{text}");
    let document = Document::parse(&text);
    let line = |at: TextSize| text[..at.into()].matches('\n').count().checked_sub(usize::from(!before.is_empty()));
    let faulty = document.problems().iter().filter_map(|problem| line(document.range(problem.loc)?.start()));
    let keys = document.leaves().into_iter().filter_map(|(at, leaf)| match leaf {
        // A dash without a blank behind it is none yet.
        Leaf::Key(key) => Some((line(at)?, key.trim_start_matches('-').to_owned())),
        _ => None,
    });
    (faulty.collect(), keys.collect())
}

/// The key that a line begins with, as it looks.
fn key_of(line: &str) -> Option<String> {
    let body = line.trim_start_matches([' ', '\t', '-']);
    let (key, rest) = body.split_once(':')?;
    (is_word(key) && (rest.is_empty() || rest.starts_with([' ', '\t']))).then(|| key.to_owned())
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

#[cfg(test)]
mod tests;
