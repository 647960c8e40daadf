//! SQLGlot's parser: types.

use super::Stop;
use super::facts::FACTS;
use super::parser::{Found, Parser};
use super::tree::{Kind, boxed};

impl Parser {
    /// A type and the literal behind it, which is a cast. `None` if no literal follows.
    pub fn typed_literal(&mut self) -> Found {
        let index = self.at;
        let word = self.text().to_uppercase();
        match self.kind_at(1) {
            "STRING" | "NUMBER" => {}
            "L_PAREN" => {
                // A function, but for `decimal(4, 1) '2.5'`.
                let mut depth = 0;
                for (at, token) in self.tokens.iter().enumerate().skip(self.at + 1) {
                    match token.kind {
                        "L_PAREN" => depth += 1,
                        "R_PAREN" => depth -= 1,
                        _ => {}
                    }
                    if depth == 0 {
                        let literal =
                            self.tokens.get(at + 1).is_some_and(|token| matches!(token.kind, "STRING" | "NUMBER"));
                        return if literal { Err(Stop::Unknown) } else { Ok(None) };
                    }
                }
                return Ok(None);
            }
            "L_BRACKET" | "LT" | "LIST" | "ARRAY" if self.kind() != "ARRAY" || self.kind_at(1) != "L_BRACKET" => {
                return if self.kind_at(1) == "LT" && !FACTS.has("nested_type", self.kind()) {
                    Ok(None)
                } else {
                    Err(Stop::Unknown)
                };
            }
            _ if self.is_word(1, "WITH") || self.is_word(1, "WITHOUT") || self.is_word(1, "UNSIGNED") => {
                return Err(Stop::Unknown);
            }
            _ if self.kind() == "INTERVAL" && self.kind_at(1) == "VAR" => return Err(Stop::Unknown),
            _ => return Ok(None),
        }
        let [token, none, ..] = FACTS.types.get(word.as_str()).ok_or(Stop::Unknown)?;
        if ["?", "!"].contains(none) || matches!(*token, "INTERVAL" | "NULL" | "UNKNOWN" | "JSON" | "NULLABLE" | "VOID")
        {
            return Err(Stop::Unknown);
        }
        self.advance();
        if !self.comments.is_empty() {
            return Err(Stop::Unknown);
        }
        let Some(literal) = self.primary()? else {
            self.go(index);
            return Ok(None);
        };
        if !matches!(literal.kind, Kind::Text(_) | Kind::Number(_)) {
            return Err(Stop::Unknown);
        }
        let this = boxed(self.column_operators(literal)?);
        Ok(Some(self.node(Kind::Cast { safe: false, this, to: (*none).to_owned() })))
    }

    /// A type, as it is printed.
    pub fn type_name(&mut self) -> Result<String, Stop> {
        let word = self.text().to_uppercase();
        let kind = self.kind();
        let Some([token, none, one, two]) = FACTS.types.get(word.as_str()) else {
            let own =
                kind == "VAR" && !matches!(self.kind_at(1), "L_PAREN" | "DOT" | "L_BRACKET" | "LT" | "LIST" | "ARRAY");
            let reserved = FACTS.has("quoted", &word.to_lowercase());
            let name = self.text().to_owned();
            // Types that are not known keep their names.
            if own && !reserved && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
                self.advance();
                return Ok(name);
            }
            return Err(if kind.is_empty() { Stop::Refused } else { Stop::Unknown });
        };
        let nested = FACTS.has("nested_type", token) && matches!(self.kind_at(1), "L_PAREN" | "LT" | "L_BRACKET");
        if kind == "IDENTIFIER" || nested || matches!(*token, "NULLABLE" | "VOID" | "NULL" | "UNKNOWN") {
            return Err(Stop::Unknown);
        }
        self.advance();
        let mut shown = (*none).to_owned();
        if self.kind() == "L_PAREN" {
            let numbers: Vec<&str> = self.tokens[self.at + 1..].iter().take(4).map(|token| token.kind).collect();
            let number = |ahead: usize| self.tokens[self.at + ahead].text.clone();
            (shown, self.at) = match numbers[..] {
                ["NUMBER", "R_PAREN", ..] => (one.replace("71", &number(1)), self.at + 3),
                ["NUMBER", "COMMA", "NUMBER", "R_PAREN"] => {
                    let found = two.replace("13", "\u{1}").replace("71", &number(1)).replace('\u{1}', &number(3));
                    (found, self.at + 5)
                }
                _ => return Err(Stop::Unknown),
            };
            self.comments = self.last().map(|token| token.comments.clone()).unwrap_or_default();
        }
        if matches!(*token, "TIMESTAMP" | "TIMESTAMPNTZ" | "TIME" | "TIMESTAMPTZ" | "TIMETZ") {
            let time = matches!(*token, "TIME" | "TIMETZ");
            if self.eat_words(&["WITH", "TIME", "ZONE"]) {
                shown = if time { "TIMETZ" } else { "TIMESTAMPTZ" }.to_owned();
            } else {
                self.eat_words(&["WITHOUT", "TIME", "ZONE"]);
            }
            if self.is_word(0, "WITH") {
                return Err(Stop::Unknown);
            }
        }
        if *token == "INTERVAL" && (self.kind() == "VAR" || FACTS.has("placeholder", self.kind())) {
            return Err(Stop::Unknown);
        }
        if matches!(self.kind(), "LIST" | "ARRAY" | "LT") && self.kind() != "LT" || self.is_word(0, "UNSIGNED") {
            return Err(Stop::Unknown);
        }
        while self.kind() == "L_BRACKET" {
            // A list's element has no default size.
            if *token == "DECIMAL" && shown == *none {
                shown = "DECIMAL".to_owned();
            }
            let (number, close) = match (self.kind_at(1), self.kind_at(2)) {
                ("R_BRACKET", _) => (String::new(), 2),
                ("NUMBER", "R_BRACKET") => (self.tokens[self.at + 1].text.clone(), 3),
                _ => return Err(Stop::Unknown),
            };
            if shown.contains('(') && *token != "DECIMAL" {
                return Err(Stop::Unknown);
            }
            self.go(self.at + close);
            shown = format!("{shown}[{number}]");
        }
        match shown.as_str() {
            "!" => Err(Stop::Refused),
            "?" | "" => Err(Stop::Unknown),
            _ => Ok(shown),
        }
    }
}
