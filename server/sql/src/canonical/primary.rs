//! SQLGlot's parser: literals, names, brackets, CASE, INTERVAL.

use super::Stop;
use super::access::{entry, index_is_plain, json_path};
use super::facts::FACTS;
use super::parser::{Found, Parser};
use super::tree::{Kind, Node, boxed};

impl Parser {
    /// An interval, a literal with its type before it, or a column with what follows it.
    pub fn typed(&mut self) -> Found {
        if let Some(interval) = self.interval(true)? {
            return Ok(Some(interval));
        }
        if FACTS.has("type", self.kind())
            && let Some(found) = self.typed_literal()?
        {
            return Ok(Some(found));
        }
        match self.column()? {
            Some(this) => self.column_operators(this).map(Some),
            None => Ok(None),
        }
    }

    fn interval(&mut self, with_word: bool) -> Found {
        let index = self.at;
        if with_word && !self.eat("INTERVAL") {
            return Ok(None);
        }
        let this = if self.kind() == "STRING" { self.primary()? } else { self.term()? };
        let bare = this.as_ref().is_some_and(|this| {
            matches!(&this.kind, Kind::Column(parts) if matches!(parts[..], [Node { kind: Kind::Name { quoted: false, .. }, .. }]))
        });
        let next = self.text().to_uppercase();
        let Some(this) = this.filter(|_| !bare || next.is_empty() || FACTS.has("interval_unit", &next)) else {
            self.go(index);
            return Ok(None);
        };
        let mut unit = None;
        let before = self.at;
        if self.kind_at(1) == "L_PAREN" && FACTS.has("func", self.kind()) || self.is_word(0, "case") {
            return Err(Stop::Unknown);
        }
        if FACTS.has("no_paren", self.kind()) || FACTS.has("placeholder", self.kind()) {
            return Err(Stop::Unknown);
        }
        if !self.kind().is_empty() && self.kind() != "ALIAS" && !FACTS.has("reserved", self.kind()) {
            let word = self.text().to_uppercase();
            unit = Some(unit_name(&word));
            self.advance();
            // A comment behind the unit is the unit's: where it goes is not known.
            if !self.comments.is_empty() {
                return Err(Stop::Unknown);
            }
        }
        let number = match &this.kind {
            Kind::Number(text) => Some(text.clone()),
            Kind::Sign('-', inner) => match &inner.kind {
                Kind::Number(text) => Some(format!("-{text}")),
                _ => None,
            },
            _ => None,
        };
        let mut this = this;
        if let Some(number) = number {
            let plain = number.trim_start_matches('-').split('.').all(|digits| {
                !digits.is_empty()
                    && digits.chars().all(|c| c.is_ascii_digit())
                    && (digits.len() == 1 || !digits.starts_with('0') || number.contains('.'))
            });
            if !plain {
                return Err(Stop::Unknown);
            }
            this = Node { source: this.source, ..Node::new(Kind::Text(number)) };
        } else if let Kind::Text(text) = &this.kind {
            let parts = quantities(text);
            if !parts.is_empty() && unit.is_some() {
                unit = None;
                self.go(before);
            }
            if let [(number, word)] = &parts[..] {
                unit = Some(unit_name(&word.to_uppercase()));
                this = Node { source: this.source, ..Node::new(Kind::Text(number.clone())) };
            }
        }
        if self.is_word(0, "TO") {
            return Err(Stop::Unknown);
        }
        let interval = self.node(Kind::Interval { this: boxed(this), unit });
        // A number or text behind it, also behind `+`, is read as one more interval.
        let behind = if self.kind() == "PLUS" { 1 } else { 0 };
        if matches!(self.kind_at(behind), "STRING" | "NUMBER") {
            self.go(self.at + behind);
            let more = Self::required(self.interval(false)?)?;
            return Ok(Some(self.node(Kind::Binary("+", boxed(interval), boxed(more)))));
        }
        Ok(Some(interval))
    }

    pub fn primary(&mut self) -> Found {
        let source = self.tokens.get(self.at).map(|token| (token.start, token.end));
        let (kind, text) = (self.kind(), self.text().to_owned());
        let found = match kind {
            "STRING" => Kind::Text(text),
            "NUMBER" => Kind::Number(text),
            "NULL" => Kind::Null,
            "TRUE" => Kind::Bool(true),
            "FALSE" => Kind::Bool(false),
            "STAR" => Kind::Star,
            "DOT" if self.kind_at(1) == "NUMBER" => {
                self.go(self.at + 2);
                // Its comments are lost until something takes them.
                return Ok(Some(Node::new(Kind::Number(format!("0.{}", self.last_text())))));
            }
            "HASH" if self.kind_at(1) == "NUMBER" => return Err(Stop::Unknown),
            "L_PAREN" => return self.paren(),
            "INTRODUCER" | "SESSION_PARAMETER" | "HEREDOC_STRING" | "NATIONAL_STRING" | "RAW_STRING"
            | "UNICODE_STRING" | "BIT_STRING" | "BYTE_STRING" | "HEX_STRING" => return Err(Stop::Unknown),
            _ => return Ok(None),
        };
        self.advance();
        if kind == "STAR"
            && ["EXCEPT", "EXCLUDE", "REPLACE", "RENAME", "COLUMNS"].iter().any(|word| self.is_word(0, word))
        {
            return Err(Stop::Unknown);
        }
        let mut found = self.node(found);
        found.source = source;
        if kind == "STRING" && self.kind() == "STRING" {
            let mut args = vec![found];
            while self.kind() == "STRING" {
                args.push(Node::new(Kind::Text(self.text().to_owned())));
                self.advance();
            }
            return Ok(Some(self.node(Kind::Call("CONCAT".into(), args))));
        }
        Ok(Some(found))
    }

    fn paren(&mut self) -> Found {
        self.advance();
        let comments = self.comments.clone();
        if matches!(self.kind(), "SELECT" | "WITH" | "FROM" | "VALUES" | "SUMMARIZE" | "DESCRIBE") {
            return Err(Stop::Unknown);
        }
        let mut list = self.list(Self::expression)?;
        let comma = self.last().is_some_and(|token| token.kind == "COMMA");
        let kind = match list.len() {
            0 if self.kind() == "R_PAREN" => Kind::Tuple(list),
            0 => return Err(Stop::Refused),
            1 if !comma => Kind::Paren(boxed(list.remove(0))),
            _ => Kind::Tuple(list),
        };
        let mut this = self.node(kind);
        this.comments.extend(comments);
        if !self.eat_for("R_PAREN", &mut this) {
            return Err(Stop::Refused);
        }
        if matches!(&this.kind, Kind::Paren(inner) if super::shape::is_aggregate(inner)) {
            return self.window(this).map(Some);
        }
        Ok(Some(this))
    }

    pub fn column(&mut self) -> Found {
        match self.field(false)? {
            Some(this) => self.column_operators(as_column(this)).map(Some),
            None => self.bracket(None),
        }
    }

    /// A literal, function or name. With `any`, nearly every word is a name, and no function is known.
    fn field(&mut self, any: bool) -> Found {
        if any {
            if let Some(function) = self.function(true, true)? {
                return Ok(Some(function));
            }
            if let Some(primary) = self.primary()? {
                return Ok(Some(primary));
            }
        } else {
            if let Some(primary) = self.primary()? {
                return Ok(Some(primary));
            }
            if let Some(function) = self.function(false, false)? {
                return Ok(Some(function));
            }
        }
        self.name(any)
    }

    /// A name.
    pub fn name(&mut self, any: bool) -> Found {
        let kind = self.kind();
        if FACTS.has("placeholder", kind) {
            return Err(Stop::Unknown);
        }
        let taken = kind == "IDENTIFIER"
            || any && !kind.is_empty() && !FACTS.has("reserved", kind)
            || FACTS.has("id_var", kind);
        if !taken {
            return Ok(None);
        }
        let token = &self.tokens[self.at];
        let quoted = matches!(kind, "IDENTIFIER" | "STRING");
        let (text, source) = (token.text.clone(), (token.start, token.end));
        self.advance();
        let mut name = self.node(Kind::Name { text, quoted });
        name.source = Some(source);
        Ok(Some(name))
    }

    pub fn column_operators(&mut self, this: Node) -> Result<Node, Stop> {
        let mut this = Self::required(self.bracket(Some(this))?)?;
        while FACTS.has("column_operator", self.kind()) {
            let op = self.kind();
            self.advance();
            match op {
                "DCOLON" => {
                    let to = self.type_name()?;
                    this = self.node(Kind::Cast { safe: false, this: boxed(this), to });
                }
                "ARROW" | "DARROW" => {
                    let path = match self.field(false)? {
                        Some(found) => Some(as_column(found)),
                        None => self.bitwise()?,
                    };
                    let mut path = Self::required(path)?;
                    if self.kind() == "DOT" {
                        if !matches!(path.kind, Kind::Column(_)) {
                            return Err(Stop::Unknown);
                        }
                        path = self.column_operators(path)?;
                    }
                    let path = json_path(path)?;
                    if !path.comments.is_empty() || !self.comments.is_empty() {
                        return Err(Stop::Unknown);
                    }
                    let op = if op == "ARROW" { "->" } else { "->>" };
                    this = self.node(Kind::Json(op, boxed(this), boxed(path)));
                }
                "DOT" => this = self.dotted(this)?,
                _ => return Err(Stop::Unknown),
            }
            this = Self::required(self.bracket(Some(this))?)?;
        }
        Ok(this)
    }

    fn dotted(&mut self, this: Node) -> Result<Node, Stop> {
        let mut field = Self::required(self.field(true)?)?;
        let call = matches!(field.kind, Kind::Call(..) | Kind::Other(..) | Kind::Window(..));
        if matches!(field.kind, Kind::Window(..) | Kind::Filter(..) | Kind::Case { .. }) {
            return Err(Stop::Unknown);
        }
        let comments = std::mem::take(&mut field.comments);
        let mut this = match this {
            Node { kind: Kind::Column(mut parts), comments: own, source } if parts.len() < 4 && !call => {
                parts.push(field);
                let mut column = self.node_with(Kind::Column(parts), own);
                column.source = source;
                column
            }
            this => {
                // Comments of a column that becomes a chain of names are not followed.
                if !this.comments.is_empty() {
                    return Err(Stop::Unknown);
                }
                self.node(Kind::Dot(boxed(this), boxed(field)))
            }
        };
        this.comments.extend(comments);
        if this.drops_comments() && !this.comments.is_empty() {
            return Err(Stop::Unknown);
        }
        Ok(this)
    }

    pub fn bracket(&mut self, this: Option<Node>) -> Found {
        let open = self.kind();
        if !matches!(open, "L_BRACKET" | "L_BRACE") {
            return Ok(this);
        }
        let map = self.at > 0 && self.tokens[self.at - 1].text.eq_ignore_ascii_case("map");
        self.advance();
        if open == "L_BRACE" && self.is_word(0, "fn") {
            return Err(Stop::Unknown);
        }
        let mut list = self.list(|parser| {
            let found = parser.assignment()?;
            if matches!(parser.kind(), "ALIAS" | "LIMIT" | "OFFSET") {
                return Err(Stop::Unknown);
            }
            if !parser.eat("COLON") {
                return Ok(found);
            }
            let right = parser.assignment()?;
            Ok(Some(parser.node(Kind::Slice(found.map(boxed), right.map(boxed)))))
        })?;
        if !self.eat(if open == "L_BRACKET" { "R_BRACKET" } else { "R_BRACE" }) {
            return Err(Stop::Refused);
        }
        let close = std::mem::take(&mut self.comments);
        let mut found = if open == "L_BRACE" {
            if this.is_some() {
                return Err(Stop::Unknown);
            }
            Node::new(Kind::Struct(list.into_iter().map(|item| entry(item, map)).collect::<Result<_, _>>()?))
        } else {
            match this {
                None => Node::new(Kind::Array(list)),
                Some(this) if ["ARRAY", "LIST"].iter().any(|name| this.name().eq_ignore_ascii_case(name)) => {
                    if !this.name().eq_ignore_ascii_case("array") || !this.comments.is_empty() || !close.is_empty() {
                        return Err(Stop::Unknown);
                    }
                    // Here SQLGlot doesn't look for a further bracket.
                    return Ok(Some(Node::new(Kind::Array(list))));
                }
                Some(mut this) => {
                    index_is_plain(&mut list)?;
                    let comments = std::mem::take(&mut this.comments);
                    Node { comments, ..Node::new(Kind::Bracket(boxed(this), list)) }
                }
            }
        };
        found.comments.extend(close);
        self.bracket(Some(found))
    }

    /// CASE, behind the word.
    pub fn case(&mut self) -> Result<Node, Stop> {
        if self.kind() == "DOT" {
            return Err(Stop::Unknown);
        }
        let comments = self.comments.clone();
        let this = self.assignment()?;
        let mut ifs = Vec::new();
        while self.eat("WHEN") {
            let condition = self.assignment()?;
            self.eat("THEN");
            let value = self.assignment()?;
            ifs.push((Self::required(condition)?, Self::required(value)?));
            // The branch takes them, and is not printed as a whole.
            self.comments.clear();
        }
        let default = if self.eat("ELSE") { self.assignment()? } else { None };
        if !self.eat("END") {
            return Err(if matches!(default.as_ref().map(|node| &node.kind), Some(Kind::Interval { .. })) {
                Stop::Unknown
            } else {
                Stop::Refused
            });
        }
        if ifs.is_empty() {
            return Err(Stop::Refused);
        }
        Ok(self.node_with(Kind::Case { this: this.map(boxed), ifs, default: default.map(boxed) }, comments))
    }
}

/// A name is a column.
fn as_column(mut node: Node) -> Node {
    if !matches!(node.kind, Kind::Name { .. }) {
        return node;
    }
    let comments = std::mem::take(&mut node.comments);
    Node { comments, source: node.source, kind: Kind::Column(vec![node]) }
}

/// The unit that a word stands for: short ones have a long name.
fn unit_name(word: &str) -> String {
    FACTS.units.get(word).copied().unwrap_or(word).to_owned()
}

/// The pairs of a number and a word in the text of an interval.
fn quantities(text: &str) -> Vec<(String, String)> {
    let bytes = text.as_bytes();
    let run = |from: usize, test: fn(&u8) -> bool| from + bytes[from..].iter().take_while(|byte| test(byte)).count();
    let (mut out, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let start = at;
        let digits = if bytes[at] == b'-' { at + 1 } else { at };
        let mut end = run(digits.min(bytes.len()), u8::is_ascii_digit);
        if end > digits {
            if bytes.get(end) == Some(&b'.') && run(end + 1, u8::is_ascii_digit) > end + 1 {
                end = run(end + 1, u8::is_ascii_digit);
            }
            let word = run(end, u8::is_ascii_whitespace);
            let close = run(word, u8::is_ascii_alphabetic);
            if close > word {
                out.push((text[start..end].to_owned(), text[word..close].to_owned()));
                at = close;
                continue;
            }
        }
        at += text[at..].chars().next().map_or(1, char::len_utf8);
    }
    out
}
