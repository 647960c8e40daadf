//! Where in the structure of a file the cursor is, read from its lines and their indentation.
//!
//! The tree of a broken object may lack just what is being typed. Lines don't: the keys and dashes to the left and above
//! the cursor say where it is, whatever the rest looks like. So this works at half-typed keys, in unclosed quotes,
//! braces and lists, at the end of the file and on blank lines, where the column decides.

mod flow;
pub(crate) mod line;
mod way;

use line::Line;
use viz_syntax::{Document, SegmentKind};
use viz_text::{TextRange, TextSize};
use way::{Search, Way};

/// Where the cursor is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Context<'a> {
    /// The cursor.
    pub at: TextSize,
    /// The keys and list items around it, outermost first.
    pub steps: Vec<Step<'a>>,
    /// What it touches.
    pub spot: Spot,
    /// The mapping that a key at the cursor belongs to, as far as there is one.
    pub here: Mapping<'a>,
}

/// A step from a node to one in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step<'a> {
    /// To the value of a key.
    Key {
        /// The key.
        name: &'a str,
        /// The mapping that has it.
        of: Mapping<'a>,
    },
    /// To an item of a list.
    Item,
}

/// What the cursor touches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spot {
    /// Nothing that could be completed: a comment, indentation, a closed value.
    Nothing,
    /// A key that has its colon.
    Key(TextRange),
    /// A place where a key or a value starts: behind a dash, on a line of its own, or a word without a colon there.
    Start {
        /// What stands there.
        content: Content,
        /// Whether a dash stands before it on the line.
        dash: bool,
        /// Whether it lies in `{…}` or `[…]`.
        flow: bool,
    },
    /// The value of a key, behind the colon or further down.
    Value(Content),
}

/// A scalar, as far as it reaches to the end of the cursor's line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Content {
    /// Its bytes, without quotes.
    pub range: TextRange,
    /// The quote that it starts with.
    pub quote: Option<char>,
    /// Whether it hangs on the character before it, so that a space has to come first.
    pub gap: bool,
    /// Whether it starts on a line above or is a block scalar (`|`, `>`).
    pub lines: bool,
    /// Whether it stands in `{…}` or `[…]`.
    pub flow: bool,
}

/// The entries of a mapping, as far as its lines can be told apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Mapping<'a> {
    /// In the order of the text.
    pub pairs: Vec<Pair<'a>>,
    /// Column of its keys; in `{…}` that of the line.
    pub column: usize,
}

/// A key and what follows it on its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pair<'a> {
    /// The key, without quotes.
    pub name: &'a str,
    /// Its place.
    pub range: TextRange,
    /// What follows on the line, without quotes; empty for a nested value.
    pub value: &'a str,
}

impl<'a> Mapping<'a> {
    /// What follows a key; `None` if there is no such key.
    pub fn value(&self, name: &str) -> Option<&'a str> {
        self.pairs.iter().rev().find(|pair| pair.name == name).map(|pair| pair.value)
    }
}

/// Where an offset of a document is.
pub(crate) fn context(document: &Document, offset: TextSize) -> Context<'_> {
    let text = document.text();
    let mut at = usize::from(offset).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let line = Line::at(text, at);
    let mut climb = Climb {
        document,
        at,
        inner: Vec::new(),
        blocks: Vec::new(),
        spot: Spot::Nothing,
        here: Mapping::default(),
        in_flow: false,
    };
    climb.start(line);
    climb.read_blocks();
    let Climb { inner, spot, here, .. } = climb;
    Context { at: TextSize::new(at as u32), steps: inner.into_iter().rev().collect(), spot, here }
}

/// Whether a quoted text ends in this piece of it.
fn closes(piece: &str, quote: char) -> bool {
    if quote == '\'' {
        return piece.matches('\'').count() % 2 == 1;
    }
    let mut escaped = false;
    piece.chars().any(|c| {
        let ends = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    })
}

/// Bytes of a text.
pub(crate) fn range(start: usize, end: usize) -> TextRange {
    TextRange::new(TextSize::new(start as u32), TextSize::new(end.max(start) as u32))
}

/// Nothing that a project may hold has its meaning from keys of more mappings around it.
const READ_LEVELS: usize = 64;

/// The way from the cursor up to the first column.
struct Climb<'a> {
    document: &'a Document,
    at: usize,
    /// Innermost first.
    inner: Vec<Step<'a>>,
    /// The keys of block mappings among `inner`, each with the first line of its mapping.
    blocks: Vec<(usize, usize)>,
    spot: Spot,
    here: Mapping<'a>,
    /// The spot and its mapping were found in braces.
    in_flow: bool,
}

impl<'a> Climb<'a> {
    fn text(&self) -> &'a str {
        self.document.text()
    }

    /// Looks at the cursor's own line.
    fn start(&mut self, line: Line<'a>) {
        let column = self.at - line.start;
        if line.comment.is_some_and(|comment| comment < column) && !self.in_block(&line) {
            return;
        }
        if let Some(key) = &line.key
            && column > key.colon
        {
            let (name, key_column) = (key.name, line.content);
            self.value(&line, key.colon + 1);
            let dashes = line.dashes.clone();
            let (search, first) = (Search::Entry(key_column), line.start + key_column);
            return self.climb(Way { above: line.start, search, dashes, key: Some(name), first });
        }
        if line.key.is_some() && column >= line.content {
            let key = line.key.as_ref().map_or(0..0, |key| key.range.clone());
            self.spot = Spot::Key(range(line.start + key.start, line.start + key.end));
            let (dashes, first) = (line.dashes.clone(), line.start + line.content);
            let search = Search::Entry(line.content);
            return self.climb(Way { above: line.start, search, dashes, key: None, first });
        }
        let blank = line.is_blank();
        let behind_dash = line.dashes.last().is_some_and(|dash| column > *dash);
        if !blank && column < line.content && !(behind_dash && line.is_bare_dash()) {
            return;
        }
        let start = if blank || line.is_bare_dash() { self.at } else { line.start + line.content };
        let content = self.content(start, line.end(), line.dashes.last().is_some_and(|dash| dash + 1 == column));
        let flow_start = self.text()[start..].starts_with(['{', '[']);
        if flow_start && start < self.at {
            self.flow(start);
        } else if let Some(content) = content {
            self.spot = Spot::Start { content, dash: !line.dashes.is_empty(), flow: false };
        }
        let column = start - line.start;
        let (search, dashes) = (Search::Entry(column), line.dashes.clone());
        self.climb(Way { above: line.start, search, dashes, key: None, first: start });
    }

    /// Whether the line lies in a block scalar, where `#` is no comment.
    fn in_block(&self, line: &Line<'a>) -> bool {
        let mut column = line.indent;
        let mut line = line.clone();
        while let Some(above) = line.previous(self.text()) {
            if above.is_blank() || above.indent >= column {
                line = above;
                continue;
            }
            if above.key.as_ref().is_some_and(|key| above.text[key.colon + 1..].trim_start().starts_with(['|', '>'])) {
                return true;
            }
            column = above.indent;
            line = above;
        }
        false
    }

    /// The spot behind a colon.
    fn value(&mut self, line: &Line<'a>, colon_end: usize) {
        let rest = &line.text[colon_end..];
        let blanks = rest.len() - rest.trim_start().len();
        let start = line.start + colon_end + blanks;
        let column = line.start + colon_end;
        if start >= self.at {
            // Before the value: complete only where there is none.
            let free = rest.trim().is_empty() || line.comment.is_some_and(|comment| comment <= start - line.start);
            if free {
                let content = Content {
                    range: range(self.at, self.at),
                    quote: None,
                    gap: self.at == column,
                    lines: false,
                    flow: false,
                };
                self.spot = Spot::Value(content);
                return;
            }
            if start > self.at {
                return;
            }
        }
        if self.text()[start..].starts_with(['{', '[']) && start < self.at {
            return self.flow(start);
        }
        if self.text()[start..self.at].starts_with(['|', '>']) {
            return; // the header of a block scalar
        }
        let end = line.comment.map_or(line.end(), |comment| line.start + comment);
        self.spot = self.content(start, end, false).map_or(Spot::Nothing, Spot::Value);
    }

    /// The scalar from `start` to `end`, at most as far as its closing quote; `None` if that stands before the cursor.
    fn content(&self, start: usize, end: usize, gap: bool) -> Option<Content> {
        let text = self.text();
        let end = end.max(self.at);
        let quote = text[start..end].chars().next().filter(|c| matches!(c, '"' | '\''));
        match quote {
            Some(quote) if start < self.at => {
                if closes(&text[start + 1..self.at], quote) {
                    return None;
                }
                let close = text[self.at..end].find(quote).map_or(end, |found| self.at + found);
                Some(Content { range: range(start + 1, close), quote: Some(quote), gap, lines: false, flow: false })
            }
            _ => {
                let kept = start + text[start..end].trim_end().len();
                Some(Content { range: range(start, kept.max(self.at)), quote: None, gap, lines: false, flow: false })
            }
        }
    }

    /// The steps and the spot inside `{…}` or `[…]`.
    fn flow(&mut self, start: usize) {
        let line_end = Line::at(self.text(), self.at).end();
        let found = flow::at(self.text(), start, self.at, line_end);
        self.inner.clear();
        self.blocks.clear();
        let Some((steps, spot, here)) = found else {
            self.spot = Spot::Nothing;
            return;
        };
        self.inner.extend(steps.into_iter().rev());
        (self.spot, self.here, self.in_flow) = (spot, here, true);
    }

    /// Climbs from an element of a line.
    fn climb(&mut self, mut way: Way<'a>) {
        while self.step(&mut way) {}
    }

    /// A step of the way. Whether there are more.
    fn step(&mut self, way: &mut Way<'a>) -> bool {
        if let Some(dash) = way.dashes.pop() {
            self.leave_mapping(way);
            self.inner.push(Step::Item);
            way.search = Search::Dash(dash);
            return true;
        }
        if let Search::Entry(0) = way.search {
            self.top(way.key);
            return false;
        }
        if let Search::Dash(column) = way.search {
            way.above = self.skip_items(way.above, column);
        }
        let Some(line) = Line::above(self.text(), way.above) else {
            // The file starts in the middle of something.
            self.leave_mapping(way);
            return false;
        };
        way.above = line.start;
        if !line.is_blank() && !way.passes(&line) {
            self.enter(way, &line);
        }
        true
    }

    fn leave_mapping(&mut self, way: &mut Way<'a>) {
        if let Search::Entry(column) = way.search {
            self.mapping(way.key.take(), way.first, column);
        }
    }

    /// A line that may hold what the climb comes from.
    fn enter(&mut self, way: &mut Way<'a>, line: &Line<'a>) {
        if line.key.is_none() && !line.dashes.is_empty() {
            // Text of a list item goes on below it.
            self.scalar(line.start + line.content);
            way.go_on(line, None);
            return;
        }
        let Some(found) = &line.key else { return };
        let same_list = matches!(way.search, Search::Dash(column) if column == line.indent);
        if same_list && line.content == line.indent && !line.value().is_empty() {
            return;
        }
        self.leave_mapping(way);
        if !self.opens(line) {
            self.inside_value(line, found.colon + 1);
        }
        way.go_on(line, Some(found.name));
    }

    /// Whether the value of the line's key starts on a line below.
    fn opens(&self, line: &Line<'a>) -> bool {
        let value = line.value();
        value.is_empty() || (value.starts_with(['&', '!']) && !value.contains(' '))
    }

    /// The cursor is below a key that has a value on its line: in a block scalar, in braces or in a longer text.
    fn inside_value(&mut self, line: &Line<'a>, colon_end: usize) {
        let value = line.value();
        let start = line.start + colon_end + (line.text[colon_end..].len() - line.text[colon_end..].trim_start().len());
        self.here = Mapping::default();
        if value.starts_with(['|', '>']) {
            self.scalar(line.end());
        } else if value.starts_with(['{', '[']) {
            self.flow(start);
        } else {
            self.scalar(start);
        }
    }

    /// Puts the cursor in a scalar that starts at `start`, on a line above.
    fn scalar(&mut self, start: usize) {
        self.inner.clear();
        self.blocks.clear();
        let end = Line::at(self.text(), self.at).end();
        let content = self.content(start, end, false);
        self.spot = content.map_or(Spot::Nothing, |content| Spot::Value(Content { lines: true, ..content }));
    }

    /// Notes the mapping at `first`, whose key holds what was found so far, or which holds the cursor itself.
    fn mapping(&mut self, key: Option<&'a str>, first: usize, column: usize) {
        match key {
            Some(name) => {
                self.blocks.push((self.inner.len(), first));
                self.inner.push(Step::Key { name, of: Mapping { pairs: Vec::new(), column } });
            }
            None if self.inner.is_empty() && !self.in_flow => {
                self.here = Mapping { pairs: self.pairs(first, column), column };
            }
            None => {}
        }
    }

    /// Reads the entries of the mappings around the cursor: each goes on to its end, over all that is inside of it. So where
    /// a text is nested deeper than anything means something, the outermost are read, whose entries say what is what.
    fn read_blocks(&mut self) {
        for (at, first) in std::mem::take(&mut self.blocks).into_iter().rev().take(READ_LEVELS) {
            let Step::Key { of, .. } = &self.inner[at] else { continue };
            let found = self.pairs(first, of.column);
            if let Step::Key { of, .. } = &mut self.inner[at] {
                of.pairs = found;
            }
        }
    }

    fn top(&mut self, key: Option<&'a str>) {
        if let Some(name) = key {
            return self.inner.push(Step::Key { name, of: Mapping::default() });
        }
        if !self.inner.is_empty() {
            return;
        }
        let pairs = self.document.entries().map(|entry| {
            let key = entry.key();
            Pair { name: entry.name(), range: key.range(), value: "" }
        });
        self.here = Mapping { pairs: pairs.collect(), column: 0 };
    }

    /// The entries of a block mapping from its first key on.
    fn pairs(&self, first: usize, column: usize) -> Vec<Pair<'a>> {
        let text = self.text();
        let mut pairs = Vec::new();
        let mut next = Some(Line::at(text, first));
        let mut is_first = true;
        while let Some(line) = next {
            let own = if is_first { line.content } else { line.indent };
            if !is_first && !line.is_blank() && line.indent < column {
                break;
            }
            if let Some(key) = line.key.as_ref().filter(|_| own == column && (is_first || line.dashes.is_empty())) {
                let at = range(line.start + key.range.start, line.start + key.range.end);
                pairs.push(Pair { name: key.name, range: at, value: line::unquoted(line.value()) });
            }
            is_first = false;
            next = line.next_within(text, column);
        }
        pairs
    }

    /// From the first line of a section's item to the section's header, without looking at the items between.
    fn skip_items(&self, above: usize, column: usize) -> usize {
        let segments = self.document.segments();
        let offset = TextSize::new(above as u32);
        let index = segments.partition_point(|segment| segment.range.end() <= offset);
        let Some(segment) = segments.get(index).filter(|segment| segment.kind == SegmentKind::Item) else {
            return above;
        };
        let line = Line::at(self.text(), above);
        let starts = self.text()[usize::from(segment.range.start())..above].trim().is_empty();
        if !starts || line.dashes.first() != Some(&column) {
            return above;
        }
        let header = segments[..index].iter().rposition(|segment| segment.kind != SegmentKind::Item);
        header.map_or(above, |header| usize::from(segments[header].range.end()).min(above))
    }
}
