//! SQLGlot's tokenizer for DuckDB.

use super::Stop;
use super::facts::FACTS;
use crate::tokens::block_comment;
use std::cell::Cell;

/// A token. Comments belong to the token before them, at the start of a text or line to the one behind them.
#[derive(Debug, Clone)]
pub(super) struct Token {
    /// SQLGlot's name of its type.
    pub kind: &'static str,
    /// Its text: of strings and names what is between the quotes.
    pub text: String,
    pub comments: Vec<String>,
    pub start: usize,
    pub end: usize,
}

/// The tokens of a text.
pub(super) fn tokenize(sql: &str) -> Result<Vec<Token>, Stop> {
    Scanner { sql, at: 0, tokens: Vec::new(), comments: Vec::new(), last_line: None, counted: Cell::default() }.run()
}

struct Scanner<'a> {
    sql: &'a str,
    at: usize,
    tokens: Vec<Token>,
    comments: Vec<String>,
    /// The line on which the last token ends.
    last_line: Option<usize>,
    /// How far lines are counted, and how many there are.
    counted: Cell<(usize, usize)>,
}

impl Scanner<'_> {
    fn run(mut self) -> Result<Vec<Token>, Stop> {
        while let Some(c) = self.peek() {
            if c.is_whitespace() {
                self.at += c.len_utf8();
            } else if c.is_ascii_digit() {
                self.number();
            } else if c == '"' {
                self.name()?;
            } else {
                self.keyword(c)?;
            }
        }
        if let Some(last) = self.tokens.last_mut() {
            last.comments.append(&mut self.comments);
        }
        Ok(self.tokens)
    }

    fn peek(&self) -> Option<char> {
        self.sql[self.at..].chars().next()
    }

    fn line(&self, at: usize) -> usize {
        let bytes = self.sql.as_bytes();
        let ends = |i: &usize| bytes[*i] == b'\n' || bytes[*i] == b'\r' && bytes.get(i + 1) != Some(&b'\n');
        let (from, lines) = self.counted.get();
        let (from, lines) = if from <= at { (from, lines) } else { (0, 0) };
        let lines = lines + (from..at).filter(ends).count();
        self.counted.set((at, lines));
        lines
    }

    fn add(&mut self, kind: &'static str, text: String, start: usize) {
        self.last_line = Some(self.line(self.at.saturating_sub(1)));
        let comments = std::mem::take(&mut self.comments);
        self.tokens.push(Token { kind, text, comments, start, end: self.at });
    }

    fn number(&mut self) {
        let start = self.at;
        let (mut decimal, mut exponent) = (false, 0);
        let behind_parameter = self.tokens.last().is_some_and(|token| token.kind == "PARAMETER");
        // `0b` and `0x` begin no number of DuckDB's dialect.
        if self.sql[start..].starts_with('0')
            && matches!(self.sql.as_bytes().get(start + 1), Some(b'b' | b'B' | b'x' | b'X'))
        {
            self.at += 1;
            return self.add("NUMBER", "0".into(), start);
        }
        self.at += 1;
        while let Some(c) = self.peek() {
            match c {
                '0'..='9' => {}
                '.' if !decimal && !behind_parameter => decimal = true,
                '-' | '+' if exponent == 1 => exponent += 1,
                'e' | 'E' if exponent == 0 => exponent += 1,
                c if c.is_alphabetic() || c == '_' => {
                    let number = self.sql[start..self.at].to_owned();
                    let literal: String = self.sql[self.at..]
                        .chars()
                        .take_while(|c| !c.is_whitespace() && !FACTS.signs.contains_key(c))
                        .collect();
                    let digits = literal.replace('_', "");
                    if !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit()) {
                        self.at += literal.len();
                        return self.add("NUMBER", number + &digits, start);
                    }
                    return self.add("NUMBER", number, start);
                }
                _ => break,
            }
            self.at += 1;
        }
        self.add("NUMBER", self.sql[start..self.at].to_owned(), start);
    }

    fn name(&mut self) -> Result<(), Stop> {
        let start = self.at;
        let text = self.quoted('"')?;
        self.add("IDENTIFIER", text, start);
        Ok(())
    }

    /// What is between quotes, of which doubled ones are one.
    fn quoted(&mut self, quote: char) -> Result<String, Stop> {
        let mut text = String::new();
        self.at += 1;
        loop {
            let c = self.peek().ok_or(Stop::Refused)?;
            self.at += c.len_utf8();
            if c != quote {
                text.push(c);
            } else if self.peek() == Some(quote) {
                self.at += 1;
                text.push(quote);
                // SQLGlot misses the end of a text that ends in a doubled quote.
                if self.at == self.sql.len() {
                    return Err(Stop::Refused);
                }
            } else {
                return Ok(text);
            }
        }
    }

    fn keyword(&mut self, first: char) -> Result<(), Stop> {
        let start = self.at;
        let rest = &self.sql[start..];
        if first == '\'' {
            let text = self.quoted('\'')?;
            self.add("STRING", text, start);
            return Ok(());
        }
        if rest.starts_with("--") || rest.starts_with("/*") {
            return self.comment();
        }
        // Strings of other kinds.
        if matches!(first, 'e' | 'E' | 'n' | 'N' | 'x' | 'X' | 'b' | 'B' | 'r' | 'R' | 'u' | 'U') {
            let quote = rest[1..].starts_with('\'') || rest[1..].starts_with("&'");
            if quote && !matches!(first, 'x' | 'X' | 'b' | 'B' | 'r' | 'R') {
                return Err(Stop::Unknown);
            }
        }
        if first == '$' {
            return Err(Stop::Unknown);
        }
        if let Some((word, len)) = phrase(rest) {
            self.at += len;
            self.add(FACTS.words.get(word).copied().unwrap_or("VAR"), word.to_owned(), start);
            return Ok(());
        }
        if let Some(kind) = FACTS.signs.get(&first) {
            self.at += first.len_utf8();
            self.add(kind, first.to_string(), start);
            return Ok(());
        }
        let len = rest.find(|c: char| c.is_whitespace() || FACTS.signs.contains_key(&c)).unwrap_or(rest.len());
        self.at += len;
        let text = &self.sql[start..self.at];
        let kind = FACTS.words.get(text.to_uppercase().as_str()).copied().unwrap_or("VAR");
        self.add(kind, text.to_owned(), start);
        Ok(())
    }

    fn comment(&mut self) -> Result<(), Stop> {
        let start = self.at;
        let line = self.line(start);
        if self.sql[start..].starts_with("--") {
            let rest = &self.sql[start..];
            self.at += rest.find(['\n', '\r']).unwrap_or(rest.len());
            self.comments.push(self.sql[start + 2..self.at].to_owned());
        } else {
            // SQLGlot's text of an open one is not worth mirroring.
            self.at += block_comment(&self.sql[start..]).ok_or(Stop::Unknown)?;
            self.comments.push(self.sql[start + 2..self.at - 2].to_owned());
        }
        if self.last_line == Some(line)
            && let Some(last) = self.tokens.last_mut()
        {
            last.comments.append(&mut self.comments);
            self.last_line = Some(self.line(self.at.saturating_sub(1)));
        }
        Ok(())
    }
}

/// The keyword of several words or signs that a text begins with, and its length in the text.
fn phrase(text: &str) -> Option<(&'static str, usize)> {
    // Every token is asked for, and there are hundreds of phrases.
    let first = text.bytes().next()?.to_ascii_uppercase();
    let alike = FACTS.phrases.iter().filter(|word| word.as_bytes().first() == Some(&first));
    let best = alike.filter_map(|word| Some((*word, matched(word, text)?)));
    let (word, len) = best.max_by_key(|(_, len)| *len)?;
    let next = text[len..].chars().next();
    let ends = |c: char| c.is_whitespace() || FACTS.signs.contains_key(&c);
    let sign = word.contains(|c| FACTS.signs.contains_key(&c));
    (sign || next.is_none_or(ends)).then_some((word, len))
}

/// The length of a keyword at the start of a text, in any case, with any space for a blank.
fn matched(word: &str, text: &str) -> Option<usize> {
    let mut rest = text;
    for c in word.chars() {
        if c == ' ' {
            let trimmed = rest.trim_start();
            if trimmed.len() == rest.len() {
                return None;
            }
            rest = trimmed;
        } else {
            let next = rest.chars().next()?;
            if next.to_ascii_uppercase() != c {
                return None;
            }
            rest = &rest[next.len_utf8()..];
        }
    }
    Some(text.len() - rest.len())
}
