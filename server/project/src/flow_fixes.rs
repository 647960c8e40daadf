//! What is mended inside of `[ … ]` and `{ … }` that YAML can't read: a text with `#`, a query, a quote that is open. Never the whole in
//! quotes: a list would be a text then.

use crate::yaml_fixes::Edits;
use std::iter::once;
use viz_syntax::double_quoted;

/// A list or a mapping on its lines, as it was probably meant.
pub(crate) struct Flow<'a> {
    text: &'a str,
    items: Vec<Item>,
    /// Where it ends, if it does when `#` begins no comment.
    end: Option<usize>,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// YAML would begin a comment in it.
    Hash,
    Query,
    /// A quote that no other one closes.
    Open(char),
}

struct Item {
    kind: Kind,
    from: usize,
    to: usize,
}

impl<'a> Flow<'a> {
    /// Of a text that begins with its bracket, and goes on behind it.
    pub(crate) fn new(text: &'a str) -> Option<Self> {
        text.starts_with(['[', '{']).then(|| Self { text, items: Vec::new(), end: None }.scanned())
    }

    /// Whether a `#` stands in it that is no remark for readers.
    pub(crate) fn has_hash(&self) -> bool {
        self.items.iter().any(|item| item.kind == Kind::Hash)
    }

    /// Whether its last bracket is missing.
    pub(crate) fn is_open(&self) -> bool {
        self.end.is_none()
    }

    /// The first text with a `#`, and the bracket that it stands in.
    pub(crate) fn first_hash(&self) -> Option<(char, &'a str)> {
        let item = self.items.iter().find(|item| item.kind == Kind::Hash)?;
        let mut open = Vec::new();
        for c in self.text[..item.from].chars() {
            match c {
                '[' | '{' => open.push(c),
                ']' | '}' => drop(open.pop()),
                _ => {}
            }
        }
        Some((*open.last()?, &self.text[item.from..item.to]))
    }

    /// What could be done: places in its text, and what goes there.
    pub(crate) fn candidates(&self) -> Vec<(String, Edits)> {
        let of = |wanted: fn(Kind) -> bool| {
            let fitting = self.items.iter().filter(move |item| wanted(item.kind));
            fitting.map(|item| (item.from, item.to, self.mended(item))).collect::<Vec<_>>()
        };
        let (hashes, queries, open) =
            (of(|kind| kind == Kind::Hash), of(|kind| kind == Kind::Query), of(|kind| matches!(kind, Kind::Open(_))));
        if self.end.is_none() && !hashes.is_empty() {
            return Vec::new(); // What is a comment can't be told.
        }
        let title = |edits: &[(usize, usize, String)], what: &str| match edits {
            [(from, to, _)] => format!("put `{}` in quotes", &self.text[*from..*to]),
            _ => format!("put {what} in quotes"),
        };
        let mut out = Vec::new();
        if !hashes.is_empty() {
            out.push((title(&hashes, "each text with `#`"), hashes.clone()));
        } else {
            if let [(_, to, _)] = open.as_slice()
                && let Some(quote) = self.text[open[0].0..*to].chars().next()
            {
                out.push((format!("close it with `{quote}`"), vec![(*to, *to, quote.to_string())]));
            }
            if !queries.is_empty() {
                out.push((title(&queries, "each query"), queries.clone()));
            }
        }
        let mut all: Vec<_> = [hashes, queries, open].concat();
        all.sort_by_key(|(from, ..)| *from);
        if !all.is_empty() {
            out.push(("put what needs it in quotes".to_owned(), all));
        }
        out
    }

    fn mended(&self, item: &Item) -> String {
        let text = &self.text[item.from..item.to];
        match item.kind {
            Kind::Open(quote) => text.chars().chain(once(quote)).collect(),
            _ if text.contains('"') && !text.contains('\'') => format!("'{text}'"),
            _ => double_quoted(text),
        }
    }

    fn scanned(mut self) -> Self {
        let (mut at, mut depth) = (0, 0_usize);
        while let Some(next) = self.text[at..].chars().next() {
            let rest = &self.text[at..];
            match next {
                '[' | '{' => (at, depth) = (at + 1, depth + 1),
                ']' | '}' => {
                    (at, depth) = (at + 1, depth - 1);
                    if depth == 0 {
                        self.end = Some(at);
                        return self;
                    }
                }
                '#' if is_remark(rest) => at += line_length(rest),
                _ if next == ',' || next == ':' || next.is_whitespace() => at += next.len_utf8(),
                '"' | '\'' => at += self.quoted(at, next),
                _ if rest.starts_with("?{") => at += self.query(at),
                _ => at += self.plain(at),
            }
        }
        self
    }

    /// The length of a text in quotes; of one that is never closed, to where its item seems to end.
    fn quoted(&mut self, at: usize, quote: char) -> usize {
        let rest = &self.text[at..];
        let mut inner = rest.char_indices().skip(1).peekable();
        while let Some((index, c)) = inner.next() {
            if c == '\\' && quote == '"'
                || c == quote && inner.peek().is_some_and(|(_, next)| *next == quote && quote == '\'')
            {
                inner.next();
            } else if c == quote {
                return index + 1;
            }
        }
        let length = item_length(rest);
        self.items.push(Item { kind: Kind::Open(quote), from: at, to: at + length });
        length
    }

    fn query(&mut self, at: usize) -> usize {
        let rest = &self.text[at..];
        let mut depth = 0_usize;
        for (index, c) in rest.char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth == 1 => {
                    self.items.push(Item { kind: Kind::Query, from: at, to: at + index + 1 });
                    return index + 1;
                }
                '}' => depth -= 1,
                _ => {}
            }
        }
        self.plain(at)
    }

    fn plain(&mut self, at: usize) -> usize {
        let length = item_length(&self.text[at..]);
        let text = &self.text[at..at + length];
        if text.starts_with('#') || text.contains(" #") {
            self.items.push(Item { kind: Kind::Hash, from: at, to: at + length });
        }
        length
    }
}

/// Whether a `#` begins what people write as a comment: a blank behind it, and no bracket closed in it.
pub(crate) fn is_remark(text: &str) -> bool {
    let line = &text[..line_length(text)];
    line[1..].starts_with([' ', '\t']) && !line.contains([']', '}']) || line.len() == 1
}

fn line_length(text: &str) -> usize {
    text.find(['\n', '\r']).unwrap_or(text.len())
}

/// To the end of an item without quotes: a comma, a bracket, the `:` of a key, a remark, the end of the line. At least one character.
fn item_length(text: &str) -> usize {
    let line = &text[..line_length(text)];
    let mut braces = 0_usize;
    let mut ends = |(at, c): &(usize, char)| match c {
        // Those of a reference are its own.
        '{' => {
            braces += 1;
            false
        }
        '}' if braces > 0 => {
            braces -= 1;
            false
        }
        ',' | ']' | '}' => true,
        ':' => line[at + 1..].starts_with([' ', ',', ']', '}']) || at + 1 == line.len(),
        ' ' => line[at + 1..].starts_with('#') && is_remark(&line[at + 1..]),
        _ => false,
    };
    let end = line.char_indices().skip(1).find(|place| ends(place)).map_or(line.len(), |(at, _)| at);
    line[..end].trim_end().len().max(text.chars().next().map_or(0, char::len_utf8))
}
