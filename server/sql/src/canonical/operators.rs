//! Operators, from the loosest to the tightest, as SQLGlot reads them.

use super::Stop;
use super::facts::FACTS;
use super::parser::{Found, MAX_DEPTH, Parser};
use super::tree::{Kind, Node, boxed};

impl Parser {
    /// An expression and the name that it may get.
    pub fn expression(&mut self) -> Found {
        if self.kind_at(1) == "COLON" {
            return Err(Stop::Unknown);
        }
        let found = self.assignment()?;
        let explicit = self.kind() == "ALIAS";
        let kind = if explicit { self.kind_at(1) } else { self.kind() };
        if matches!(self.kind(), "LIMIT" | "OFFSET") || FACTS.has("placeholder", kind) {
            return Err(Stop::Unknown);
        }
        // Comments move between an expression and its name.
        let commented = |parser: &Self| parser.tokens.iter().any(|token| !token.comments.is_empty());
        if kind == "L_PAREN" {
            self.go(self.at + 1 + usize::from(explicit));
            let names = self.names(explicit)?;
            let this = Self::required(found)?;
            if commented(self) {
                return Err(Stop::Unknown);
            }
            let names = names.filter(|_| self.eat("R_PAREN")).ok_or(Stop::Refused)?;
            return Ok(Some(self.node(Kind::Aliases(boxed(this), names))));
        }
        let named = kind == "IDENTIFIER"
            || FACTS.has("alias", kind)
            || explicit && !kind.is_empty() && !FACTS.has("reserved", kind);
        if !named {
            return match (explicit, found) {
                (true, found) => Err(if found.is_some() { Stop::Unknown } else { Stop::Refused }),
                (false, found) => Ok(found),
            };
        }
        if explicit {
            self.advance();
        }
        let name = self.name(explicit || kind != "IDENTIFIER")?;
        let this = Self::required(found)?;
        let Some(name) = name else { return Err(Stop::Unknown) };
        if commented(self) {
            return Err(Stop::Unknown);
        }
        Ok(Some(self.node(Kind::Alias(boxed(this), boxed(name)))))
    }

    pub fn assignment(&mut self) -> Found {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Stop::Unknown);
        }
        let mut this = self.disjunction()?;
        if this.is_none() && self.kind_at(1) == "COLON_EQ" {
            return Err(Stop::Unknown);
        }
        while self.eat("COLON_EQ") {
            let comments = self.comments.clone();
            let right = self.assignment()?;
            this = Some(self.binary(":=", this, right, comments)?);
        }
        self.depth -= 1;
        Ok(this)
    }

    /// A binary expression; both sides have to be there.
    fn binary(
        &mut self,
        op: &'static str,
        left: Option<Node>,
        right: Option<Node>,
        comments: Vec<String>,
    ) -> Result<Node, Stop> {
        let (left, right) = (Self::required(left)?, Self::required(right)?);
        Ok(self.node_with(Kind::Binary(op, boxed(left), boxed(right)), comments))
    }

    fn level(&mut self, one: fn(&mut Self) -> Found, operator: fn(&str) -> Option<&'static str>) -> Found {
        let mut this = one(self)?;
        while let Some(op) = operator(self.kind()) {
            self.advance();
            let comments = self.comments.clone();
            let right = one(self)?;
            this = Some(match op {
                "POWER" => {
                    let args = vec![Self::required(this)?, Self::required(right)?];
                    self.node_with(Kind::Call(op.into(), args), comments)
                }
                _ => self.binary(op, this, right, comments)?,
            });
        }
        Ok(this)
    }

    fn disjunction(&mut self) -> Found {
        self.level(Self::conjunction, |kind| (kind == "OR").then_some("OR"))
    }

    fn conjunction(&mut self) -> Found {
        self.level(Self::equality, |kind| (kind == "AND").then_some("AND"))
    }

    pub fn equality(&mut self) -> Found {
        self.level(Self::comparison, |kind| match kind {
            "EQ" => Some("="),
            "NEQ" => Some("<>"),
            "NULLSAFE_EQ" => Some("IS NOT DISTINCT FROM"),
            _ => None,
        })
    }

    fn comparison(&mut self) -> Found {
        self.level(Self::range, |kind| match kind {
            "GT" => Some(">"),
            "GTE" => Some(">="),
            "LT" => Some("<"),
            "LTE" => Some("<="),
            _ => None,
        })
    }

    fn range(&mut self) -> Found {
        let mut this = self.bitwise()?;
        let negate = self.eat("NOT");
        if FACTS.has("range", self.kind()) {
            let kind = self.kind();
            self.advance();
            match self.range_operator(kind, this.clone())? {
                Some(found) => this = Some(found),
                None => return Ok(this),
            }
        } else if self.eat("ISNULL") {
            this = Some(self.is_null(this)?);
        }
        if self.eat("NOTNULL") {
            let is = self.is_null(this)?;
            this = Some(self.node(Kind::Not(boxed(is))));
        }
        if negate && let Some(node) = this {
            this = Some(self.node(Kind::Not(boxed(node))));
        }
        if self.eat("IS") {
            this = self.is(this)?;
        }
        Ok(this)
    }

    fn is_null(&mut self, this: Option<Node>) -> Result<Node, Stop> {
        self.binary("IS", this, Some(Node::new(Kind::Null)), Vec::new())
    }

    fn range_operator(&mut self, kind: &str, this: Option<Node>) -> Found {
        let op = match kind {
            "BETWEEN" => return self.between(this).map(Some),
            "IN" => return self.is_in(this).map(Some),
            "IS" => return self.is(this),
            "FOR" => return self.comprehension(this),
            "LIKE" => "LIKE",
            "ILIKE" => "ILIKE",
            "GLOB" => "GLOB",
            "SIMILAR_TO" => "SIMILAR TO",
            "DAMP" => "&&",
            "AT_GT" | "LT_AT" => "@>",
            "TILDA" => "REGEXP_FULL_MATCH",
            "RLIKE" | "IRLIKE" => "REGEXP_MATCHES",
            "CARET_AT" => "STARTS_WITH",
            _ => return Err(Stop::Unknown),
        };
        let right = self.bitwise()?;
        let (left, right) = (Self::required(this)?, Self::required(right)?);
        let (left, right) = if kind == "LT_AT" { (right, left) } else { (left, right) };
        let flags = (kind == "IRLIKE").then(|| Node::new(Kind::Text("i".to_owned())));
        let kind = match op {
            "REGEXP_FULL_MATCH" | "REGEXP_MATCHES" | "STARTS_WITH" => {
                Kind::Call(op.to_owned(), [left, right].into_iter().chain(flags).collect())
            }
            _ => Kind::Binary(op, boxed(left), boxed(right)),
        };
        let found = self.node(kind);
        if !self.eat("ESCAPE") {
            return Ok(Some(found));
        }
        let escape = if self.kind() == "STRING" { self.primary()? } else { return Err(Stop::Unknown) };
        self.binary("ESCAPE", Some(found), escape, Vec::new()).map(Some)
    }

    fn is(&mut self, this: Option<Node>) -> Found {
        let index = self.at - 1;
        let negate = self.eat("NOT");
        if self.eat_words(&["DISTINCT", "FROM"]) {
            let right = self.bitwise()?;
            let op = if negate { "IS NOT DISTINCT FROM" } else { "IS DISTINCT FROM" };
            return self.binary(op, this, right, Vec::new()).map(Some);
        }
        if self.kind() == "JSON" {
            return Err(Stop::Unknown);
        }
        let Some(right) = self.primary()? else {
            if self.kind() == "UNKNOWN" {
                return Err(Stop::Unknown);
            }
            self.go(index);
            return Ok(None);
        };
        let mut this = self.binary("IS", this, Some(right), Vec::new())?;
        if negate {
            this = self.node(Kind::Not(boxed(this)));
        }
        self.column_operators(this).map(Some)
    }

    fn is_in(&mut self, this: Option<Node>) -> Result<Node, Stop> {
        let this = boxed(Self::required(this)?);
        if self.kind() == "UNNEST" {
            return Err(Stop::Unknown);
        }
        let close = match self.kind() {
            "L_PAREN" => "R_PAREN",
            "L_BRACKET" => "R_BRACKET",
            _ => {
                let Some(column) = self.column()? else { return Ok(self.node(Kind::In(this, Vec::new()))) };
                return Ok(self.node(Kind::InColumn(this, boxed(column))));
            }
        };
        self.advance();
        let list = self.list(Self::assignment)?;
        if FACTS.has("set_operation", self.kind()) {
            return Err(Stop::Unknown);
        }
        let mut found = self.node(Kind::In(this, list));
        if self.eat_for(close, &mut found) { Ok(found) } else { Err(Stop::Refused) }
    }

    fn between(&mut self, this: Option<Node>) -> Result<Node, Stop> {
        let symmetric = self.eat_words(&["SYMMETRIC"]);
        if !symmetric {
            self.eat_words(&["ASYMMETRIC"]);
        }
        let low = self.bitwise()?;
        self.eat("AND");
        let high = self.bitwise()?;
        let all = (Self::required(this)?, Self::required(low)?, Self::required(high)?);
        let kind = Kind::Between { this: boxed(all.0), low: boxed(all.1), high: boxed(all.2), symmetric };
        Ok(self.node(kind))
    }

    fn comprehension(&mut self, this: Option<Node>) -> Found {
        let index = self.at;
        let name = self.column()?;
        if self.kind() == "COMMA" {
            return Err(Stop::Unknown);
        }
        if !self.eat("IN") {
            self.go(index - 1);
            return Ok(None);
        }
        let list = self.column()?;
        let condition = if self.eat_words(&["IF"]) { self.assignment()? } else { None };
        let all = (Self::required(this)?, Self::required(name)?, Self::required(list)?);
        let kind =
            Kind::For { this: boxed(all.0), name: boxed(all.1), list: boxed(all.2), condition: condition.map(boxed) };
        Ok(Some(self.node(kind)))
    }

    pub fn bitwise(&mut self) -> Found {
        let mut this = self.term()?;
        loop {
            let (op, tokens) = match (self.kind(), self.kind_at(1)) {
                ("AMP", _) => ("&", 1),
                ("PIPE", _) => ("|", 1),
                ("DPIPE", _) => ("||", 1),
                ("DQMARK", _) => ("COALESCE", 1),
                ("LT", "LT") => ("<<", 2),
                ("GT", "GT") => (">>", 2),
                _ => return Ok(this),
            };
            self.go(self.at + tokens);
            let right = self.term()?;
            this = Some(if op == "COALESCE" {
                let args = vec![Self::required(this)?, Self::required(right)?];
                self.node(Kind::Call(op.into(), args))
            } else {
                self.binary(op, this, right, Vec::new())?
            });
        }
    }

    pub fn term(&mut self) -> Found {
        let mut this = self.factor()?;
        loop {
            let op = match self.kind() {
                "DASH" => "-",
                "PLUS" => "+",
                "MOD" => "%",
                "COLLATE" => "COLLATE",
                _ => return Ok(this),
            };
            self.advance();
            let comments = self.comments.clone();
            let mut right = self.factor()?;
            // The name of a collation is no column: it gets no quotes.
            if op == "COLLATE"
                && let Some(Node { kind: Kind::Column(parts), comments, .. }) = &right
                && let [Node { kind: Kind::Name { text, quoted: false }, .. }] = &parts[..]
            {
                if !comments.is_empty() {
                    return Err(Stop::Unknown);
                }
                right = Some(Node::new(Kind::Word(text.clone())));
            }
            this = Some(self.binary(op, this, right, comments)?);
        }
    }

    fn factor(&mut self) -> Found {
        let mut this = self.exponent()?;
        loop {
            let op = match self.kind() {
                "DIV" => "//",
                "LR_ARROW" => "<->",
                "SLASH" => "/",
                "STAR" => "*",
                _ => return Ok(this),
            };
            let word = op == "//" && self.text().chars().all(char::is_alphabetic);
            self.advance();
            let comments = self.comments.clone();
            let right = self.exponent()?;
            if right.is_none() && word {
                return Err(Stop::Unknown);
            }
            this = Some(self.binary(op, this, right, comments)?);
        }
    }

    fn exponent(&mut self) -> Found {
        self.level(Self::unary, |kind| matches!(kind, "CARET" | "DSTAR").then_some("POWER"))
    }

    #[recursive::recursive]
    pub fn unary(&mut self) -> Found {
        self.depth += 1;
        self.steps = self.steps.checked_sub(1).ok_or(Stop::Unknown)?;
        if self.depth > MAX_DEPTH {
            return Err(Stop::Unknown);
        }
        let found = self.prefixed();
        self.depth -= 1;
        found
    }

    fn prefixed(&mut self) -> Found {
        match self.kind() {
            "PLUS" => {
                self.advance();
                self.unary()
            }
            "NOT" => {
                self.advance();
                let this = Self::required(self.equality()?)?;
                Ok(Some(self.node(Kind::Not(boxed(this)))))
            }
            sign @ ("DASH" | "TILDA") => {
                self.advance();
                let this = Self::required(self.unary()?)?;
                Ok(Some(self.node(Kind::Sign(if sign == "DASH" { '-' } else { '~' }, boxed(this)))))
            }
            "PIPE_SLASH" | "DPIPE_SLASH" => Err(Stop::Unknown),
            _ => {
                let this = self.typed()?;
                if !self.eat_words(&["AT", "TIME", "ZONE"]) {
                    return Ok(this);
                }
                let zone = Self::required(self.unary()?)?;
                let this = Self::required(this)?;
                Ok(Some(self.node(Kind::AtTimeZone(boxed(this), boxed(zone)))))
            }
        }
    }
}
