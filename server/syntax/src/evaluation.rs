//! Evaluation strings `>{ … }` of alerts and tests (spec 3.15).
//!
//! Grammar: literals, lists, `+ - * / ** ^`, unary `-`, chained comparisons, `and`, calls, `env.NAME`, `project…` paths and
//! `${ref(x).path}`. What else people write there (`or`, `not`, `&&`, …) is read as what it is meant as, so that one fault
//! does not hide the next.

use crate::reference::{RefForm, references};
use crate::tree::range;
use viz_text::{TextRange, TextSize};

/// A string `>{ … }`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evaluation {
    /// What stands between the braces, as bytes of the content.
    pub body: TextRange,
    /// What is wrong with it, in its order.
    pub faults: Vec<(TextRange, EvaluationFault)>,
}

/// Something that the language of evaluation strings has not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EvaluationFault {
    /// `or` or `||`.
    Or,
    /// `not` or `!`.
    Not,
    /// `&&` or `&`.
    And,
    /// One `=`.
    Equals,
    /// `<>`.
    NotEquals,
    /// A call of a function that there is not.
    Call,
    /// A call of `any_test_failed` or its other spelling with arguments.
    Arguments,
    /// `any_test_failed()`, which says the opposite (S-30).
    Inverted,
    /// A name that is none of `env` and `project`.
    Name,
    /// A value is missing before this.
    Value,
    /// A value is missing behind this, at the end.
    ValueBehind,
    /// There is nothing between the braces.
    Empty,
    /// An opening bracket without its closing one.
    Unclosed,
    /// A string without its closing quote.
    Quote,
    /// Anything else.
    Unexpected,
}

/// The functions of the language.
pub const EVALUATION_CALLS: &[&str] = &["sum", "all", "mean", "any", "any_test_failed"];

/// Nested deeper than this is not looked at.
const MAX_DEPTH: usize = 200;

/// Reads a content as an evaluation string; `None` if it does not begin with `>{` and end with `}`.
pub fn evaluation(content: &str) -> Option<Evaluation> {
    let trimmed = content.trim();
    let inner = trimmed.strip_prefix(">{")?.strip_suffix('}')?;
    let start = content.len() - content.trim_start().len() + 2;
    let mut parser = Parser { tokens: tokens(inner), at: 0, faults: Vec::new(), depth: 0, end: inner.len() };
    if parser.expression().is_ok()
        && let Some((_, at)) = parser.peek()
    {
        parser.fault(at, EvaluationFault::Unexpected);
    }
    let base = TextSize::new(start as u32);
    let mut faults: Vec<_> = parser.faults.into_iter().map(|(at, fault)| (at + base, fault)).collect();
    faults.sort_by_key(|(at, _)| at.start());
    Some(Evaluation { body: range(start, start + inner.len()), faults })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'a> {
    /// A number, a string, a reference.
    Value,
    /// A string without its end.
    OpenString,
    Word(&'a str),
    Sign(&'a str),
}

fn tokens(text: &str) -> Vec<(Token<'_>, TextRange)> {
    const SIGNS: [&str; 26] = [
        "==", "!=", "<>", "<=", ">=", "&&", "||", "**", "+", "-", "*", "/", "^", "<", ">", "=", "(", ")", "[", "]",
        ",", ".", "!", "&", "|", "%",
    ];
    let references = references(text);
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        let starts_here = |r: &&crate::Reference| r.form == RefForm::Context && usize::from(r.range.start()) == at;
        let (token, len) = if c.is_whitespace() {
            at += c.len_utf8();
            continue;
        } else if let Some(found) = references.iter().find(starts_here) {
            (Token::Value, usize::from(found.range.len()))
        } else if rest.starts_with("${") {
            // What is no reference has a finding of its own.
            (Token::Value, rest.find('}').map_or(rest.len(), |end| end + 1))
        } else if c == '\'' || c == '"' {
            match rest[1..].find(c) {
                Some(end) => (Token::Value, end + 2),
                None => (Token::OpenString, rest.len()),
            }
        } else if c.is_ascii_digit() {
            let number = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '_';
            (Token::Value, rest.find(|c| !number(c)).unwrap_or(rest.len()))
        } else if c.is_alphabetic() || c == '_' {
            let len = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            (Token::Word(&rest[..len]), len)
        } else {
            let sign = SIGNS.iter().find(|sign| rest.starts_with(**sign));
            let len = sign.map_or(c.len_utf8(), |sign| sign.len());
            (Token::Sign(&rest[..len]), len)
        };
        out.push((token, range(at, at + len)));
        at += len;
    }
    out
}

/// A fault after which nothing more is read.
struct Stop;

struct Parser<'a> {
    tokens: Vec<(Token<'a>, TextRange)>,
    at: usize,
    faults: Vec<(TextRange, EvaluationFault)>,
    depth: usize,
    end: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<(Token<'a>, TextRange)> {
        self.tokens.get(self.at).copied()
    }

    fn fault(&mut self, at: TextRange, fault: EvaluationFault) {
        self.faults.push((at, fault));
    }

    /// Goes on if the next token is one of these signs or words.
    fn take(&mut self, wanted: &[&str]) -> Option<(&'a str, TextRange)> {
        match self.peek()? {
            (Token::Sign(text) | Token::Word(text), at) if wanted.contains(&text) => {
                self.at += 1;
                Some((text, at))
            }
            _ => None,
        }
    }

    fn value_at_end(&mut self) -> Stop {
        match self.tokens.last() {
            Some((_, at)) => self.fault(*at, EvaluationFault::ValueBehind),
            None => self.fault(range(0, self.end), EvaluationFault::Empty),
        }
        Stop
    }

    fn expression(&mut self) -> Result<(), Stop> {
        self.comparison()?;
        while let Some((word, at)) = self.take(&["and", "or", "&&", "||", "&", "|"]) {
            match word {
                "and" => {}
                "or" | "||" | "|" => self.fault(at, EvaluationFault::Or),
                _ => self.fault(at, EvaluationFault::And),
            }
            self.comparison()?;
        }
        Ok(())
    }

    fn comparison(&mut self) -> Result<(), Stop> {
        self.arithmetic()?;
        while let Some((sign, at)) = self.take(&["==", "!=", "<", "<=", ">", ">=", "=", "<>"]) {
            match sign {
                "=" => self.fault(at, EvaluationFault::Equals),
                "<>" => self.fault(at, EvaluationFault::NotEquals),
                _ => {}
            }
            self.arithmetic()?;
        }
        Ok(())
    }

    /// The precedence of these does not matter for what is allowed.
    fn arithmetic(&mut self) -> Result<(), Stop> {
        self.operand()?;
        while self.take(&["+", "-", "*", "/", "**", "^"]).is_some() {
            self.operand()?;
        }
        Ok(())
    }

    fn operand(&mut self) -> Result<(), Stop> {
        while let Some((sign, at)) = self.take(&["-", "not", "!"]) {
            if sign != "-" {
                self.fault(at, EvaluationFault::Not);
            }
        }
        let Some((token, at)) = self.peek() else { return Err(self.value_at_end()) };
        self.at += 1;
        match token {
            Token::Value => Ok(()),
            Token::OpenString => {
                self.fault(at, EvaluationFault::Quote);
                Err(Stop)
            }
            Token::Sign("(") => self.list(at, ")").map(drop),
            Token::Sign("[") => self.list(at, "]").map(drop),
            Token::Word("true" | "false" | "True" | "False" | "null" | "None") => Ok(()),
            Token::Word(word) => self.word(word, at),
            Token::Sign(_) => {
                self.fault(at, EvaluationFault::Value);
                Err(Stop)
            }
        }
    }

    /// A call, or a path such as `env.NAME` and `project.insights[0]`.
    fn word(&mut self, word: &str, at: TextRange) -> Result<(), Stop> {
        if let Some((_, open)) = self.take(&["("]) {
            let count = self.list(open, ")")?;
            match word {
                "any_test_failed" if count == 0 => self.fault(at, EvaluationFault::Inverted),
                "any_test_failed" => self.fault(at, EvaluationFault::Arguments),
                _ if EVALUATION_CALLS.contains(&word) => {}
                _ => self.fault(at, EvaluationFault::Call),
            }
            return Ok(());
        }
        if !matches!(word, "env" | "project") {
            self.fault(at, EvaluationFault::Name);
        }
        loop {
            if self.take(&["."]).is_some() {
                match self.peek() {
                    Some((Token::Word(_), _)) => self.at += 1,
                    Some((_, at)) => {
                        self.fault(at, EvaluationFault::Value);
                        return Err(Stop);
                    }
                    None => return Err(self.value_at_end()),
                }
            } else if let Some((_, open)) = self.take(&["["]) {
                self.list(open, "]")?;
            } else {
                return Ok(());
            }
        }
    }

    /// Expressions with commas up to the closing bracket; how many.
    fn list(&mut self, open: TextRange, close: &str) -> Result<usize, Stop> {
        if self.depth > MAX_DEPTH {
            return Err(Stop);
        }
        self.depth += 1;
        let mut count = 0;
        if self.take(&[close]).is_none() {
            loop {
                self.expression()?;
                count += 1;
                if self.take(&[close]).is_some() {
                    break;
                }
                if self.take(&[","]).is_none() {
                    match self.peek() {
                        None => self.fault(open, EvaluationFault::Unclosed),
                        Some((_, at)) => self.fault(at, EvaluationFault::Unexpected),
                    }
                    return Err(Stop);
                }
            }
        }
        self.depth -= 1;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use EvaluationFault::*;

    fn faults(content: &str) -> Vec<(&str, EvaluationFault)> {
        let found = evaluation(content).expect("an evaluation string");
        found.faults.into_iter().map(|(at, fault)| (&content[std::ops::Range::<usize>::from(at)], fault)).collect()
    }

    /// R-ENV-07: variables are read as `env.NAME`.
    #[test]
    fn what_the_language_has_is_no_fault() {
        for content in [
            ">{ sum(${ref(sales).props.x}) == 100 }",
            ">{ 1 < mean(${ref(sales).props.y[0]}) <= 2 and all([1, -2, 3 ** 2]) }",
            ">{env.STAGE == 'prod'}",
            ">{ project.insights[0].name != \"x\" }",
            "  >{ any([true, false]) }  ",
            ">{ (1 + 2) * 3 ^ 2 / 4 > 1.5e3 }",
            ">{ ${ref(a b).x} == None }",
        ] {
            assert_eq!(faults(content), [], "{content}");
        }
        assert_eq!(evaluation("sum(1) > 2"), None);
        assert_eq!(evaluation(">{ 1"), None);
    }

    #[test]
    fn every_fault_is_at_its_word() {
        for (content, expected) in [
            (">{ a() or not b() }", vec![("a", Call), ("or", Or), ("not", Not), ("b", Call)]),
            (">{ 1 == 1 && 2 <> 3 || !true }", vec![("&&", And), ("<>", NotEquals), ("||", Or), ("!", Not)]),
            (">{ anyTestFailed() }", vec![("anyTestFailed", Call)]),
            (">{ any_test_failed() }", vec![("any_test_failed", Inverted)]),
            (">{ any_test_failed(1) }", vec![("any_test_failed", Arguments)]),
            (">{ 1 = 1 }", vec![("=", Equals)]),
            (">{ 1 > }", vec![(">", ValueBehind)]),
            (">{ * 2 }", vec![("*", Value)]),
            (">{  }", vec![("  ", Empty)]),
            (">{ sum([1, 2) > 1 }", vec![(")", Unexpected)]),
            (">{ sum(1 > 1 }", vec![("(", Unclosed)]),
            (">{ 1 2 }", vec![("2", Unexpected)]),
            (">{ revenue > 1 }", vec![("revenue", Name)]),
            (">{ 'x == 1 }", vec![("'x == 1 ", Quote)]),
            (">{ 5 % 2 == 1 }", vec![("%", Unexpected)]),
            (">{ env. == 1 }", vec![("==", Value)]),
        ] {
            assert_eq!(faults(content), expected, "{content}");
        }
    }

    #[test]
    fn deep_nesting_ends() {
        let deep = format!(">{{ {}1{} }}", "(".repeat(100_000), ")".repeat(100_000));
        assert!(evaluation(&deep).is_some());
    }
}
