//! 1.4's parser: the tables of Bison, and the machine that they drive.

use super::scan::Token;
use std::collections::HashMap;
use std::sync::LazyLock;
use viz_text::{TextRange, TextSize};

/// What to do in a state with a token ahead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    Error,
    /// The token is read, and this state follows.
    Shift(u16),
    Reduce(u16),
}

/// The right side of a rule is so long; its left side has this number.
#[derive(Debug, Clone, Copy)]
struct Rule {
    left: u16,
    length: u16,
    /// Whether it is a name in which no index may stand.
    is_name: bool,
    /// Whether it is a value.
    is_value: bool,
}

/// What is told of a text while it is read.
pub(super) trait Reader {
    /// A token is taken.
    fn token(&mut self, at: usize);
    /// The last so many pieces, which begin at a token, are one: a value or something else.
    fn piece(&mut self, from: usize, length: usize, is_value: bool);
}

/// Nothing is to be known.
impl Reader for () {
    fn token(&mut self, _: usize) {}

    fn piece(&mut self, _: usize, _: usize, _: bool) {}
}

pub(super) struct Grammar {
    tokens: HashMap<&'static str, u16>,
    rules: Vec<Rule>,
    /// The rule that is reduced where the row says nothing, and the row.
    states: Vec<(Option<u16>, u16)>,
    /// By token, in order.
    rows: Vec<Vec<(u16, Action)>>,
    /// By left side: the state that mostly follows, and by state before it those that do else.
    after: Vec<(u16, Vec<(u16, u16)>)>,
}

pub(super) static GRAMMAR: LazyLock<Grammar> = LazyLock::new(|| read(include_str!("facts/grammar.tsv")));

impl Grammar {
    /// The number of a token, by the name that the lexer has for it; keywords are in quotes.
    pub fn token(&self, name: &str) -> Option<u16> {
        self.tokens.get(name).copied()
    }

    /// The number of a keyword.
    pub fn word(&self, word: &str) -> Option<u16> {
        self.token(&format!("\"{word}\""))
    }

    fn action(&self, state: u16, token: Option<u16>) -> Action {
        let Some((default, row)) = self.states.get(usize::from(state)) else { return Action::Error };
        let row = self.rows.get(usize::from(*row)).map_or(&[][..], Vec::as_slice);
        let found = token.and_then(|token| row.binary_search_by_key(&token, |(of, _)| *of).ok());
        match (found, default) {
            (Some(at), _) => row[at].1,
            (None, Some(rule)) => Action::Reduce(*rule),
            (None, None) => Action::Error,
        }
    }

    fn after(&self, left: u16, state: u16) -> Option<u16> {
        let (mostly, others) = self.after.get(usize::from(left))?;
        Some(others.binary_search_by_key(&state, |(before, _)| *before).map_or(*mostly, |at| others[at].1))
    }
}

/// Reads tokens to their end.
pub(super) fn parse(tokens: &[Token], sql: &str, reader: &mut impl Reader) -> Result<(), TextRange> {
    let end = Token { number: GRAMMAR.token("$end"), range: TextRange::empty(TextSize::of(sql)) };
    let mut states = vec![0];
    // Where each symbol on the stack begins.
    let mut starts: Vec<usize> = Vec::new();
    let (mut at, bracket) = (0, GRAMMAR.token("'['"));
    let mut ahead = tokens.iter().copied().chain([end]).peekable();
    while let Some(token) = ahead.peek().copied() {
        let state = states.last().copied().unwrap_or_default();
        match GRAMMAR.action(state, token.number) {
            Action::Error => return Err(token.range),
            Action::Shift(state) => {
                states.push(state);
                starts.push(at);
                reader.token(at);
                at += 1;
                ahead.next();
            }
            Action::Reduce(rule) => {
                let Some(Rule { left, length, is_name, is_value }) = GRAMMAR.rules.get(usize::from(rule)).copied()
                else {
                    return Ok(());
                };
                let start = starts.len().saturating_sub(usize::from(length));
                let from = starts.get(start).copied().unwrap_or(at);
                if is_name && tokens[from..at.min(tokens.len())].iter().any(|token| token.number == bracket) {
                    return Err(token.range);
                }
                reader.piece(from, usize::from(length), is_value);
                starts.truncate(start);
                starts.push(from);
                states.truncate(states.len().saturating_sub(usize::from(length)).max(1));
                let before = states.last().copied().unwrap_or_default();
                let Some(state) = GRAMMAR.after(left, before) else { return Ok(()) };
                states.push(state);
            }
        }
    }
    Ok(())
}

/// The five parts of the file, as `engine_grammar.py` describes them. The numbers are those of the generator; the test
/// `engines` shows that all were read.
fn read(text: &'static str) -> Grammar {
    let mut parts = text.split("\n\n");
    let mut part = || parts.next().unwrap_or_default();
    let mut tokens = HashMap::new();
    let mut usual = Vec::new();
    for (number, line) in part().lines().enumerate() {
        let Some((name, action)) = line.split_once('\t') else { continue };
        // Signs are `'+'`.
        tokens.insert(name, number as u16);
        usual.push(read_action(action));
    }
    let rule = |text: &'static str| {
        let text = text.trim_end();
        let (left, length) = pair(text.trim_end_matches(['!', '=']))?;
        Some(Rule { left, length, is_name: text.ends_with('!'), is_value: text.ends_with('=') })
    };
    let rules = part().split(' ').filter_map(rule).collect();
    let states = part().split(' ').filter_map(|state| state.split_once(':'));
    let states = states.map(|(rule, row)| (rule.parse().ok(), row.trim().parse().unwrap_or_default())).collect();
    let row = |line: &'static str| {
        let mut row = Vec::new();
        for piece in line.split(' ').filter(|piece| *piece != "!") {
            if let Some((token, action)) = piece.split_once(':') {
                row.extend(token.parse().ok().map(|token| (token, read_action(action))));
                continue;
            }
            let (first, last) = piece.split_once('-').unwrap_or((piece, piece));
            let (first, last) = (first.parse().unwrap_or(0_u16), last.parse().unwrap_or(0_u16));
            row.extend((first..=last).filter_map(|token| Some((token, *usual.get(usize::from(token))?))));
        }
        row.sort_unstable_by_key(|(token, _)| *token);
        row
    };
    let rows = part().split('\n').map(row).collect();
    let after = |line: &'static str| {
        let (mostly, others) = line.split_once(' ').unwrap_or((line, ""));
        (mostly.parse().unwrap_or_default(), others.split(' ').filter_map(pair).collect())
    };
    Grammar { tokens, rules, states, rows, after: part().lines().map(after).collect() }
}

fn pair(text: &str) -> Option<(u16, u16)> {
    let (first, second) = text.split_once(':')?;
    Some((first.parse().ok()?, second.trim().parse().ok()?))
}

fn read_action(text: &str) -> Action {
    match text.trim().parse::<i32>() {
        Ok(state) if state > 0 => Action::Shift((state - 1) as u16),
        Ok(rule) if rule < 0 => Action::Reduce((-1 - rule) as u16),
        _ => Action::Error,
    }
}
