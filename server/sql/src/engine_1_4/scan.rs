//! 1.4's lexer (`scan.l` and the filter before its parser).

use super::grammar::GRAMMAR;
use crate::tokens::block_comment;
use viz_text::{TextRange, TextSize};

/// A token, by its number in the grammar. What the grammar of SELECT never reads has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token {
    pub number: Option<u16>,
    pub range: TextRange,
}

/// Characters of operators of several characters.
const OPERATOR: &str = "~!@^&|`+-*/%<>=";

/// An operator that ends in a sign holds one of these.
const NOT_OF_SQL: &str = "~!@^&|`%";

/// The tokens of a text. What is not closed, and a name of no letters, is a token that the grammar never reads.
pub(super) fn tokens(sql: &str) -> Vec<Token> {
    let mut scanner = Scanner { sql, at: 0, start: 0, tokens: Vec::new() };
    loop {
        match scanner.next() {
            Ok(true) => {}
            Ok(false) => break,
            Err(range) => {
                scanner.tokens.push(Token { number: None, range });
                break;
            }
        }
    }
    let mut tokens = scanner.tokens;
    look_ahead(&mut tokens);
    tokens
}

/// Three words are other tokens before some words.
fn look_ahead(tokens: &mut [Token]) {
    let is = |token: &Token, words: &[&str]| {
        token.number.is_some() && words.iter().any(|word| token.number == GRAMMAR.word(word))
    };
    for at in 1..tokens.len() {
        let next = tokens[at];
        let token = &mut tokens[at - 1];
        let other = if is(token, &["not"]) && is(&next, &["between", "in", "like", "ilike", "similar"]) {
            "NOT_LA"
        } else if is(token, &["nulls"]) && is(&next, &["first", "last"]) {
            "NULLS_LA"
        } else if is(token, &["with"]) && is(&next, &["time", "ordinality"]) {
            "WITH_LA"
        } else {
            continue;
        };
        token.number = GRAMMAR.token(other);
    }
}

fn is_name_start(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_' || !c.is_ascii()
}

fn is_name(c: char) -> bool {
    is_name_start(c) || c.is_ascii_digit() || c == '$'
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{c}')
        // DuckDB takes these for spaces before it parses.
        || matches!(c, '\u{a0}' | '\u{2000}'..='\u{200b}' | '\u{202f}' | '\u{205f}' | '\u{2060}' | '\u{3000}' | '\u{feff}')
}

struct Scanner<'a> {
    sql: &'a str,
    at: usize,
    start: usize,
    tokens: Vec<Token>,
}

impl<'a> Scanner<'a> {
    fn rest(&self) -> &'a str {
        &self.sql[self.at..]
    }

    fn open(&self) -> TextRange {
        TextRange::new(TextSize::new(self.start as u32), TextSize::of(self.sql))
    }

    /// Goes on over what these characters begin with, and returns it.
    fn take(&mut self, holds: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let taken = &rest[..rest.find(|c| !holds(c)).unwrap_or(rest.len())];
        self.at += taken.len();
        taken
    }

    fn add(&mut self, name: &str) {
        let range = TextRange::new(TextSize::new(self.start as u32), TextSize::new(self.at as u32));
        self.tokens.push(Token { number: GRAMMAR.token(name), range });
    }

    /// Reads one token, or some space; whether there was any.
    fn next(&mut self) -> Result<bool, TextRange> {
        self.take(is_space);
        self.start = self.at;
        let rest = self.rest();
        let mut chars = rest.chars();
        let (Some(first), second) = (chars.next(), chars.next()) else { return Ok(false) };
        match (first, second) {
            ('\0', _) => return Ok(false),
            ('-', Some('-')) => drop(self.take(|c| c != '\n' && c != '\r')),
            ('/', Some('*')) => self.comment()?,
            ('\'', _) => self.string(1, false, "SCONST")?,
            ('e' | 'E', Some('\'')) => self.string(2, true, "SCONST")?,
            ('b' | 'B', Some('\'')) => self.string(2, false, "BCONST")?,
            ('x' | 'X', Some('\'')) => self.string(2, false, "XCONST")?,
            ('n' | 'N', Some('\'')) => {
                self.at += 1;
                self.add("\"nchar\"");
            }
            ('u' | 'U', Some('&')) if rest[2..].starts_with('\'') => {
                self.string(3, false, "SCONST")?;
                self.escape();
            }
            ('u' | 'U', Some('&')) if rest[2..].starts_with('"') => {
                self.quoted(3)?;
                self.escape();
            }
            ('"', _) => self.quoted(1)?,
            ('$', _) => self.dollar()?,
            ('?', Some('0'..='9')) => {
                self.at += 1;
                self.integer();
                self.add("PARAM");
            }
            ('0'..='9', _) | ('.', Some('0'..='9')) => self.number(),
            _ if is_name_start(first) => {
                let word = self.take(is_name);
                let keyword = format!("\"{}\"", word.to_ascii_lowercase());
                self.add(if GRAMMAR.token(&keyword).is_some() { &keyword } else { "IDENT" });
            }
            (':', Some(':')) => self.sign(2, "TYPECAST"),
            (':', Some('=')) => self.sign(2, "COLON_EQUALS"),
            (':', _) => self.sign(1, "SINGLE_COLON"),
            ('.', Some('.')) => self.sign(2, "DOT_DOT"),
            _ if OPERATOR.contains(first) => self.operator(),
            _ => self.sign(first.len_utf8(), &format!("'{first}'")),
        }
        Ok(true)
    }

    fn sign(&mut self, length: usize, name: &str) {
        self.at += length;
        self.add(name);
    }

    /// Comments hold comments.
    fn comment(&mut self) -> Result<(), TextRange> {
        self.at += block_comment(self.rest()).ok_or_else(|| self.open())?;
        Ok(())
    }

    /// A literal whose text begins so many bytes further on. Pieces with a line end between them are one.
    fn string(&mut self, prefix: usize, backslash: bool, name: &str) -> Result<(), TextRange> {
        self.at += prefix;
        loop {
            let rest = self.rest();
            if backslash && rest.starts_with('\\') {
                self.at += 1 + rest[1..].chars().next().map_or(0, char::len_utf8);
            } else if rest.starts_with("''") {
                self.at += 2;
            } else if rest.starts_with('\'') {
                self.at += 1;
                match self.continued() {
                    Some(at) => self.at = at,
                    None => break,
                }
            } else {
                self.at += rest.chars().next().ok_or_else(|| self.open())?.len_utf8();
            }
        }
        self.add(name);
        Ok(())
    }

    /// Where a literal goes on behind spaces, comments and at least one line end.
    fn continued(&self) -> Option<usize> {
        let mut rest = self.rest();
        let mut line_end = false;
        loop {
            let trimmed = rest.trim_start_matches([' ', '\t', '\n', '\r', '\u{c}']);
            line_end |= rest[..rest.len() - trimmed.len()].contains(['\n', '\r']);
            rest = trimmed;
            match rest.strip_prefix("--") {
                Some(comment) => rest = &comment[comment.find(['\n', '\r']).unwrap_or(comment.len())..],
                None => break,
            }
        }
        (line_end && rest.starts_with('\'')).then(|| self.sql.len() - rest.len() + 1)
    }

    /// A name in quotes.
    fn quoted(&mut self, prefix: usize) -> Result<(), TextRange> {
        self.at += prefix;
        let from = self.at;
        loop {
            let rest = self.rest();
            if rest.starts_with("\"\"") {
                self.at += 2;
            } else if rest.starts_with('"') {
                break;
            } else {
                self.at += rest.chars().next().ok_or_else(|| self.open())?.len_utf8();
            }
        }
        let is_empty = self.at == from;
        self.at += 1;
        if is_empty {
            return Err(TextRange::new(TextSize::new(self.start as u32), TextSize::new(self.at as u32)));
        }
        self.add("IDENT");
        Ok(())
    }

    /// `UESCAPE '!'` behind a text with Unicode escapes.
    fn escape(&mut self) {
        let rest = self.rest().trim_start_matches(is_space);
        let word = rest.get(..7).filter(|word| word.eq_ignore_ascii_case("uescape"));
        let quoted = word.and_then(|_| rest[7..].trim_start_matches(is_space).strip_prefix('\''));
        let behind = quoted.and_then(|text| text.char_indices().nth(1)).filter(|(_, quote)| *quote == '\'');
        if let (Some(text), Some((at, _))) = (quoted, behind) {
            self.at = self.sql.len() - text.len() + at + 1;
        }
    }

    /// A literal in dollar signs, a parameter, or the sign alone.
    fn dollar(&mut self) -> Result<(), TextRange> {
        let rest = &self.rest()[1..];
        if rest.starts_with(|c: char| c.is_ascii_digit()) {
            self.at += 1;
            self.integer();
            self.add("PARAM");
            return Ok(());
        }
        let tag = match rest.starts_with(is_name_start) {
            true => rest.find(|c| !is_name(c) || c == '$').unwrap_or(rest.len()),
            false => 0,
        };
        if !rest[tag..].starts_with('$') {
            self.sign(1, "'$'");
            return Ok(());
        }
        let delimiter = &self.rest()[..tag + 2];
        let from = self.at + delimiter.len();
        let end = self.sql[from..].find(delimiter).ok_or_else(|| self.open())?;
        self.at = from + end + delimiter.len();
        self.add("SCONST");
        Ok(())
    }

    /// Digits, with single underscores between them; whether there were any.
    fn integer(&mut self) -> bool {
        let from = self.at;
        while !self.take(|c| c.is_ascii_digit()).is_empty() {
            let rest = self.rest().as_bytes();
            match rest {
                [b'_', b'0'..=b'9', ..] => self.at += 1,
                _ => break,
            }
        }
        self.at > from
    }

    fn number(&mut self) {
        let mut name = "ICONST";
        let whole = self.integer();
        let rest = self.rest();
        if rest.starts_with('.') && !(whole && rest.starts_with("..")) {
            self.at += 1;
            self.integer();
            name = "FCONST";
        }
        let exponent = self.rest().strip_prefix(['e', 'E']);
        if let Some(exponent) = exponent {
            let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            name = "FCONST";
            if digits.starts_with(|c: char| c.is_ascii_digit()) {
                self.at = self.sql.len() - digits.len();
                self.integer();
            }
        }
        self.add(name);
    }

    fn operator(&mut self) {
        let rest = self.rest();
        let whole = &rest[..rest.find(|c| !OPERATOR.contains(c)).unwrap_or(rest.len())];
        let comment = [whole.find("/*"), whole.find("--")].into_iter().flatten().min();
        let mut text = &whole[..comment.unwrap_or(whole.len())];
        while text.len() > 1
            && text.ends_with(['+', '-'])
            && !text[..text.len() - 1].contains(|c| NOT_OF_SQL.contains(c))
        {
            text = &text[..text.len() - 1];
        }
        let cut = text.len() < whole.len();
        let name = match text {
            // Cut operators are looked up among the comparisons only.
            "->" if !cut => "SINGLE_ARROW",
            "->>" if !cut => "DOUBLE_ARROW",
            "**" if !cut => "POWER_OF",
            "//" if !cut => "INTEGER_DIVISION",
            "=>" => "EQUALS_GREATER",
            "<=" => "LESS_EQUALS",
            ">=" => "GREATER_EQUALS",
            "<>" | "!=" => "NOT_EQUALS",
            "+" | "-" | "*" | "/" | "%" | "^" | "<" | ">" | "=" => return self.sign(1, &format!("'{text}'")),
            _ => "Op",
        };
        self.sign(text.len(), name);
    }
}
