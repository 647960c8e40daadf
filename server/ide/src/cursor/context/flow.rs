//! Inside `{…}` and `[…]`.

use crate::cursor::context::{Content, Mapping, Pair, Spot, Step, range};

/// An open bracket on the way to the cursor.
struct Frame<'a> {
    is_mapping: bool,
    pairs: Vec<Pair<'a>>,
    /// The key whose value comes next.
    key: Option<Pair<'a>>,
}

/// What the cursor touches, with the depth of brackets around it.
struct Found {
    spot: Spot,
    depth: usize,
}

/// A walk from the first bracket on.
struct Walk<'a> {
    text: &'a str,
    cursor: usize,
    /// Where to stop.
    end: usize,
    at: usize,
    frames: Vec<Frame<'a>>,
    found: Option<Found>,
    /// The steps to what was found.
    steps: Vec<Step<'a>>,
}

/// The steps, the spot and the mapping of the cursor in the flow collection that starts at `start`; `None` if it closes
/// before the cursor. Behind the cursor the text is looked at up to `limit`.
pub(super) fn at(text: &str, start: usize, cursor: usize, limit: usize) -> Option<(Vec<Step<'_>>, Spot, Mapping<'_>)> {
    let end = limit.max(cursor);
    let mut walk = Walk { text, cursor, end, at: start, frames: Vec::new(), found: None, steps: Vec::new() };
    loop {
        walk.at += blanks(&text[walk.at..end]);
        if walk.found.is_none() && walk.at >= cursor && !(walk.at == cursor && touches(text, walk.at)) {
            if walk.frames.is_empty() {
                return None;
            }
            walk.find(free(&walk.frames, cursor));
        }
        let Some(next) = text[walk.at..end].chars().next() else { break };
        match next {
            '{' | '[' => walk.frames.push(Frame { is_mapping: next == '{', pairs: Vec::new(), key: None }),
            '}' | ']' => {
                if walk.found.as_ref().is_some_and(|found| found.depth == walk.frames.len()) {
                    break;
                }
                walk.frames.pop();
                if walk.frames.is_empty() {
                    break;
                }
            }
            ',' => {
                if let Some(frame) = walk.frames.last_mut() {
                    frame.key = None;
                }
            }
            ':' => {}
            _ => {
                walk.scalar(next)?;
                continue;
            }
        }
        walk.at += 1;
    }
    let Walk { mut frames, found, steps, .. } = walk;
    let found = found?;
    let pairs = frames.get_mut(found.depth - 1).map(|frame| std::mem::take(&mut frame.pairs)).unwrap_or_default();
    Some((steps, found.spot, Mapping { pairs, column: 0 }))
}

impl Walk<'_> {
    /// The cursor is here.
    fn find(&mut self, spot: Spot) {
        self.found = Some(Found { spot, depth: self.frames.len() });
        self.steps = way(&self.frames);
    }

    /// Reads a key or a value, which begins with this character.
    fn scalar(&mut self, first: char) -> Option<()> {
        let (text, at, cursor) = (self.text, self.at, self.cursor);
        let end = scalar(text, at, self.end);
        let quote = Some(first).filter(|c| matches!(c, '"' | '\''));
        let closed = quote.is_some_and(|quote| end > at + 1 && text[..end].ends_with(quote));
        let inner = if quote.is_some() { at + 1..end - usize::from(closed) } else { at..end };
        let after = end + blanks(&text[end..self.end]);
        let colon = text[after..].starts_with(':');
        let frame = self.frames.last()?;
        let is_key = frame.is_mapping && frame.key.is_none();
        let touched = self.found.is_none() && cursor <= end;
        if touched {
            let content = Content { range: range(inner.start, inner.end), quote, gap: false, lines: false, flow: true };
            let beside = quote.is_some() && (cursor == at || (closed && cursor == end));
            self.find(match (is_key, colon) {
                (true, true) => Spot::Key(range(at, end)),
                _ if beside => Spot::Nothing,
                (true, false) => Spot::Start { content, dash: false, flow: true },
                (false, _) => Spot::Value(content),
            });
        }
        let frame = self.frames.last_mut()?;
        if is_key {
            let pair = Pair { name: &text[inner], range: range(at, end), value: "" };
            if !touched || colon {
                frame.pairs.push(pair);
            }
            frame.key = colon.then_some(pair);
            self.at = after + usize::from(colon);
        } else {
            if let (Some(key), Some(pair)) = (&frame.key, frame.pairs.last_mut())
                && key.range == pair.range
            {
                pair.value = &text[inner];
            }
            self.at = end;
        }
        Some(())
    }
}

/// Whether a scalar starts here, so that a cursor before it touches it.
fn touches(text: &str, at: usize) -> bool {
    text[at..].chars().next().is_some_and(|c| !matches!(c, '{' | '}' | '[' | ']' | ',' | ':' | '\n' | '\r'))
}

/// The spot where nothing stands.
fn free(frames: &[Frame<'_>], cursor: usize) -> Spot {
    let content = Content { range: range(cursor, cursor), quote: None, gap: false, lines: false, flow: true };
    match frames.last() {
        Some(frame) if frame.is_mapping && frame.key.is_some() => Spot::Value(content),
        Some(frame) if frame.is_mapping => Spot::Start { content, dash: false, flow: true },
        _ => Spot::Value(content),
    }
}

/// The steps from the outermost bracket to the innermost.
fn way<'a>(frames: &[Frame<'a>]) -> Vec<Step<'a>> {
    let mut steps = Vec::new();
    for frame in frames {
        match (&frame.key, frame.is_mapping) {
            (Some(key), _) => {
                let of = Mapping { pairs: frame.pairs.clone(), column: 0 };
                steps.push(Step::Key { name: key.name, of });
            }
            (None, false) => steps.push(Step::Item),
            (None, true) => {}
        }
    }
    steps
}

fn blanks(text: &str) -> usize {
    text.len() - text.trim_start().len()
}

/// The end of the scalar at an offset. `${…}`, `?{…}` and parentheses belong to it, as someone types them.
fn scalar(text: &str, start: usize, limit: usize) -> usize {
    let bytes = text.as_bytes();
    let quote = bytes[start];
    if matches!(quote, b'"' | b'\'') {
        return text[start + 1..limit].find(quote as char).map_or(limit, |found| start + 1 + found + 1);
    }
    let mut depth = 0usize;
    let mut at = start;
    while at < limit {
        match bytes[at] {
            b'{' if at > start && matches!(bytes[at - 1], b'$' | b'?') => depth += 1,
            b'}' if depth > 0 => depth -= 1,
            b',' | b'}' | b']' | b'[' | b'{' | b'\n' | b'\r' if depth == 0 => break,
            b'\n' | b'\r' => break,
            b':' if depth == 0 && bytes.get(at + 1).is_none_or(|next| next.is_ascii_whitespace() || *next == b',') => {
                break;
            }
            _ => {}
        }
        at += 1;
    }
    start + text[start..at].trim_end().len().max(text[start..at].len().min(1))
}
