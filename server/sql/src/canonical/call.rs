//! SQLGlot's parser: functions.

use super::Stop;
use super::access::{entry, json_path};
use super::facts::{FACTS, Row};
use super::parser::{Found, Parser};
use super::tree::{Kind, Node, Sort, boxed};

impl Parser {
    /// A call or a function without parentheses.
    pub fn function(&mut self, anonymous: bool, any: bool) -> Found {
        let kind = self.kind();
        if kind.is_empty() {
            return Ok(None);
        }
        let token = &self.tokens[self.at];
        let (comments, upper) = (token.comments.clone(), token.text.to_uppercase());
        let quoted = matches!(kind, "IDENTIFIER" | "STRING");
        if !quoted && let Some(found) = self.worded(&upper, any)? {
            return Ok(found);
        }
        if self.kind_at(1) != "L_PAREN" {
            if !FACTS.has("no_paren", kind) {
                return Ok(None);
            }
            let text = (*FACTS.no_paren.get(kind).ok_or(Stop::Unknown)?).to_owned();
            self.advance();
            return Ok(Some(self.node(Kind::Word(text))));
        }
        if any {
            if FACTS.has("reserved", kind) {
                return Ok(None);
            }
        } else if !FACTS.has("func", kind) {
            return Ok(None);
        }
        let special = FACTS.has("special", &upper);
        if FACTS.has("subquery_predicate", kind) || kind == "STRING" || quoted && (special || anonymous) {
            return Err(Stop::Unknown);
        }
        // Of unknown functions the quotes stay.
        let upper = if quoted && !FACTS.knows(&upper) { format!("\"{upper}\"") } else { upper };
        self.go(self.at + 2);
        let mut this = if !anonymous && special { self.special(&upper)? } else { self.call(&upper, anonymous)? };
        this.comments.extend(comments);
        if !self.eat_for("R_PAREN", &mut this) {
            return Err(Stop::Refused);
        }
        if !this.comments.is_empty() && this.drops_comments() {
            return Err(Stop::Unknown);
        }
        self.window(this).map(Some)
    }

    /// What begins with a word that has a grammar of its own; `Some(None)` if no expression can begin with it here.
    fn worded(&mut self, upper: &str, any: bool) -> Result<Option<Option<Node>>, Stop> {
        match upper {
            "CASE" => {
                self.advance();
                let case = self.case()?;
                self.window(case).map(|found| Some(Some(found)))
            }
            "MAP" if self.kind_at(1) == "L_BRACE" => {
                self.advance();
                let entries = Self::required(self.bracket(None)?)?;
                // A bracket behind it belongs to what is in braces.
                if !matches!(entries.kind, Kind::Struct(_)) {
                    return Err(Stop::Unknown);
                }
                let map = self.node(Kind::ToMap(boxed(entries)));
                self.window(map).map(|found| Some(Some(found)))
            }
            "MAP" | "IF" if self.kind_at(1) == "L_PAREN" && !any => {
                let call = self.map_or_if(upper)?;
                self.window(call).map(|found| Some(Some(found)))
            }
            // `@n` is `abs(n)`. Words such as `null` are names behind it.
            "@" if matches!(self.kind_at(1), "VAR" | "IDENTIFIER" | "L_PAREN" | "NUMBER" | "DASH" | "CASE") => {
                self.advance();
                let this = Self::required(self.bitwise()?)?;
                let abs = self.node(Kind::Other("ABS".to_owned(), vec![this]));
                self.window(abs).map(|found| Some(Some(found)))
            }
            "IF" if matches!(self.kind_at(1), "" | "EQ" | "R_PAREN" | "COMMA") => Ok(Some(None)),
            "MAP" | "ANY" if self.kind_at(1) != "L_PAREN" => Err(Stop::Refused),
            "MAP" | "IF" | "ANY" | "CONNECT_BY_ROOT" | "@" | "NEXT" | "VARIABLE" => Err(Stop::Unknown),
            _ => Ok(None),
        }
    }

    /// `MAP(…)` or `IF(…)`.
    fn map_or_if(&mut self, upper: &str) -> Result<Node, Stop> {
        self.go(self.at + 2);
        let args = self.list(Self::assignment)?;
        let mut call = match (upper, args.len()) {
            ("MAP", _) => Node::new(Kind::Other(upper.to_owned(), args.into_iter().take(2).collect())),
            ("IF", 2 | 3) => {
                let mut args = args.into_iter();
                let (Some(condition), Some(value)) = (args.next(), args.next()) else {
                    return Err(Stop::Refused);
                };
                let default = args.next().map(boxed);
                Node::new(Kind::Case { this: None, ifs: vec![(condition, value)], default })
            }
            _ => return Err(Stop::Refused),
        };
        if !self.eat_for("R_PAREN", &mut call) {
            return Err(Stop::Refused);
        }
        if !call.comments.is_empty() {
            return Err(Stop::Unknown);
        }
        Ok(call)
    }

    fn call(&mut self, upper: &str, anonymous: bool) -> Result<Node, Stop> {
        let known = !anonymous && FACTS.knows(upper);
        if known && matches!(upper, "STRUCT" | "STRUCT_PACK") {
            let items = self.list(Self::argument)?;
            let named = |(index, item): (usize, Node)| match item.kind {
                Kind::Slice(..) | Kind::Binary(":=", ..) => entry(item, false),
                Kind::Lambda { .. } | Kind::Star | Kind::Ordered(..) | Kind::Distinct(_) => Err(Stop::Unknown),
                _ => Ok((format!("_{index}"), true, item)),
            };
            let entries = items.into_iter().enumerate().map(named).collect::<Result<_, _>>()?;
            return Ok(Node::new(Kind::Struct(entries)));
        }
        let args = self.list(Self::argument)?;
        if known && upper == "ARRAY" && !args.is_empty() && args.iter().all(|arg| matches!(arg.kind, Kind::Column(_))) {
            return Ok(Node::new(Kind::Array(args)));
        }
        if self.kind() == "ALIAS" && !known {
            return Err(Stop::Unknown);
        }
        if !known {
            let name = if anonymous { self.name_before(&args)? } else { upper.to_owned() };
            return Ok(self.node(Kind::Other(name, args)));
        }
        if matches!(FACTS.row(upper, args.len(), false), Some(Row::Refused)) {
            return Err(Stop::Refused);
        }
        let access = match upper {
            "JSON_EXTRACT" | "JSON_EXTRACT_PATH" => Some("->"),
            "JSON_EXTRACT_STRING" | "JSON_EXTRACT_PATH_TEXT" => Some("->>"),
            _ => None,
        };
        if let (Some(op), [this, path, ..]) = (access, &args[..]) {
            if args.iter().any(|arg| !arg.comments.is_empty()) {
                return Err(Stop::Unknown);
            }
            return Ok(Node::new(Kind::Json(op, boxed(this.clone()), boxed(json_path(path.clone())?))));
        }
        Ok(Node::new(Kind::Call(upper.to_owned(), args)))
    }

    /// Behind a dot, the name of a function stays as it is written.
    fn name_before(&self, _args: &[Node]) -> Result<String, Stop> {
        let mut depth = 1;
        for token in self.tokens[..self.at].iter().rev() {
            match token.kind {
                "R_PAREN" => depth += 1,
                "L_PAREN" => depth -= 1,
                _ if depth == 0 => return Ok(token.text.clone()),
                _ => {}
            }
        }
        Err(Stop::Unknown)
    }

    /// An argument, which may be a lambda function or ordered.
    fn argument(&mut self) -> Found {
        if self.is_word(0, "LAMBDA") {
            let index = self.at;
            self.advance();
            let args = self.list(|parser| parser.name(true))?;
            if !self.eat("COLON") {
                self.go(index);
                return Ok(None);
            }
            return self.lambda(args, true).map(Some);
        }
        let index = self.at;
        let args = if self.eat("L_PAREN") {
            let args = self.names(true)?;
            if args.is_some() && self.eat("R_PAREN") { args } else { None }
        } else if FACTS.has("placeholder", self.kind()) {
            return Err(Stop::Unknown);
        } else {
            self.name(true)?.map(|name| vec![name])
        };
        if let Some(args) = args {
            if self.eat("ARROW") {
                return self.lambda(args, false).map(Some);
            }
            if self.kind() == "FARROW" {
                return Err(Stop::Unknown);
            }
        }
        self.go(index);
        let this = if self.eat("DISTINCT") {
            let list = self.list(Self::assignment)?;
            if list.is_empty() {
                return Err(Stop::Refused);
            }
            Some(self.node(Kind::Distinct(list)))
        } else {
            if matches!(self.kind(), "SELECT" | "WITH" | "FROM" | "VALUES") {
                return Err(Stop::Unknown);
            }
            self.assignment()?
        };
        if FACTS.has("set_operation", self.kind()) || matches!(self.kind(), "HAVING" | "LIMIT" | "OFFSET" | "FETCH") {
            return Err(Stop::Unknown);
        }
        if self.is_word(1, "NULLS") && (self.is_word(0, "IGNORE") || self.is_word(0, "RESPECT")) {
            return Err(Stop::Unknown);
        }
        let Some(this) = this else { return Ok(None) };
        let order = self.order()?;
        if order.is_empty() {
            return Ok(Some(this));
        }
        Ok(Some(Node::new(Kind::Ordered(boxed(this), order))))
    }

    /// Names with commas between them, if there are any.
    pub fn names(&mut self, any: bool) -> Result<Option<Vec<Node>>, Stop> {
        let mut out = Vec::new();
        loop {
            if FACTS.has("placeholder", self.kind()) {
                return Err(Stop::Unknown);
            }
            out.extend(self.name(any)?);
            if !self.eat("COMMA") {
                return Ok((!out.is_empty()).then_some(out));
            }
        }
    }

    fn lambda(&mut self, args: Vec<Node>, colon: bool) -> Result<Node, Stop> {
        let start = self.at;
        let body = Self::required(self.assignment()?)?;
        // The parameters are put in place of columns, without their comments.
        let parameter = |text: &str| args.iter().any(|arg| arg.name() == text);
        let (body_tokens, last) = (&self.tokens[start..self.at], self.at.checked_sub(1));
        let lost = body_tokens.iter().any(|token| !token.comments.is_empty() && parameter(&token.text))
            || start.checked_sub(1).is_some_and(|at| !self.tokens[at].comments.is_empty())
            || last.is_some_and(|at| self.tokens[at].kind == "R_PAREN" && !self.tokens[at].comments.is_empty());
        if lost || args.iter().any(|arg| !arg.comments.is_empty()) {
            return Err(Stop::Unknown);
        }
        Ok(self.node(Kind::Lambda { args, body: boxed(body), colon }))
    }

    /// ORDER BY, if it is there.
    pub fn order(&mut self) -> Result<Vec<Sort>, Stop> {
        if !self.eat("ORDER_BY") {
            return Ok(Vec::new());
        }
        if !self.comments.is_empty() {
            return Err(Stop::Unknown);
        }
        let mut out = Vec::new();
        loop {
            let this = Self::required(self.assignment()?)?;
            let this = if this.name().eq_ignore_ascii_case("all") { Node::new(Kind::Word("ALL".into())) } else { this };
            let asc = self.eat("ASC");
            let desc = self.eat("DESC");
            let first = self.eat_words(&["NULLS", "FIRST"]);
            let _last = self.eat_words(&["NULLS", "LAST"]);
            if self.kind() == "WITH" || !self.comments.is_empty() {
                return Err(Stop::Unknown);
            }
            let direction = if desc {
                " DESC"
            } else if asc {
                " ASC"
            } else {
                ""
            };
            out.push(Sort { this, direction, nulls_first: first });
            if !self.eat("COMMA") {
                return Ok(out);
            }
        }
    }

    /// Functions with a grammar of their own, behind the opening parenthesis.
    fn special(&mut self, name: &str) -> Result<Node, Stop> {
        match name {
            "CAST" | "TRY_CAST" | "SAFE_CAST" => self.cast(name),
            "EXTRACT" => self.extract(),
            "SUBSTRING" => self.substring(),
            "TRIM" => self.trim(),
            "POSITION" => self.position(),
            "STRING_AGG" | "GROUP_CONCAT" | "LISTAGG" | "STRINGAGG" => self.list_agg(),
            _ => Err(Stop::Unknown),
        }
    }

    /// `CAST(… AS …)`.
    fn cast(&mut self, name: &str) -> Result<Node, Stop> {
        let this = self.assignment()?;
        if !self.eat("ALIAS") {
            let named = self.kind() == "COMMA" && self.kind_at(1) == "STRING";
            return Err(if named { Stop::Unknown } else { Stop::Refused });
        }
        if self.kind() == "R_PAREN" {
            return Err(Stop::Refused);
        }
        let to = self.type_name()?;
        if self.kind() != "R_PAREN" {
            return Err(Stop::Unknown);
        }
        let this = boxed(Self::required(this)?);
        Ok(self.node(Kind::Cast { safe: name != "CAST", this, to }))
    }

    /// `EXTRACT(… FROM …)`.
    fn extract(&mut self) -> Result<Node, Stop> {
        let unit = self.text().to_uppercase();
        let text = self.kind() == "STRING";
        if self.kind_at(1) == "L_PAREN" || !self.tokens.get(self.at).is_some_and(|token| token.comments.is_empty()) {
            return Err(Stop::Unknown);
        }
        let part = if text && FACTS.has("part_text", self.text()) {
            format!("'{}'", self.text())
        } else if text || !matches!(self.kind(), "VAR") && !FACTS.parts.contains_key(unit.as_str()) {
            return Err(Stop::Unknown);
        } else {
            FACTS.parts.get(unit.as_str()).map_or(unit.clone(), |part| (*part).to_owned())
        };
        self.advance();
        if !self.eat("FROM") && !self.eat("COMMA") {
            return Err(Stop::Refused);
        }
        let this = boxed(Self::required(self.bitwise()?)?);
        Ok(self.node(Kind::Extract(part, this)))
    }

    /// `SUBSTRING(… FROM … FOR …)`.
    fn substring(&mut self) -> Result<Node, Stop> {
        let mut args = self.list(Self::bitwise)?;
        let (mut start, mut length) = (None, None);
        loop {
            if self.eat("FROM") {
                start = self.bitwise()?;
            } else if self.eat("FOR") {
                start = start.or_else(|| Some(Node::new(Kind::Number("1".into()))));
                length = self.bitwise()?;
            } else {
                break;
            }
        }
        args.extend(start);
        args.extend(length);
        self.mirrored("SUBSTRING", args)
    }

    /// `TRIM(… FROM …)`.
    fn trim(&mut self) -> Result<Node, Stop> {
        let side = ["BOTH", "LEADING", "TRAILING"].into_iter().find(|side| self.is_word(0, side));
        if side.is_some() {
            self.advance();
        }
        let mut this = self.bitwise()?;
        let mut pattern = None;
        if matches!(self.kind(), "FROM" | "COMMA") {
            let swap = self.kind() == "FROM";
            self.advance();
            pattern = self.bitwise()?;
            if swap {
                std::mem::swap(&mut this, &mut pattern);
            }
        }
        if self.kind() == "COLLATE" {
            return Err(Stop::Unknown);
        }
        let name = match side {
            Some("LEADING") => "LTRIM",
            Some("TRAILING") => "RTRIM",
            _ => "TRIM",
        };
        let args = std::iter::once(Self::required(this)?).chain(pattern).collect();
        Ok(self.node(Kind::Other(name.into(), args)))
    }

    /// `POSITION(… IN …)`.
    fn position(&mut self) -> Result<Node, Stop> {
        let mut args = self.list(Self::bitwise)?;
        if args.len() == 1 && self.eat("IN") {
            let this = Self::required(self.bitwise()?)?;
            args.insert(0, this);
        } else if args.len() == 2 {
            args.swap(0, 1);
        } else {
            return Err(if args.len() == 1 { Stop::Refused } else { Stop::Unknown });
        }
        Ok(self.node(Kind::Other("STRPOS".into(), args)))
    }

    /// `STRING_AGG(…)` with its order.
    fn list_agg(&mut self) -> Result<Node, Stop> {
        let mut args = if self.eat("DISTINCT") {
            let first = Self::required(self.assignment()?)?;
            let distinct = self.node(Kind::Distinct(vec![first]));
            let mut args = vec![distinct];
            if self.eat("COMMA") {
                args.extend(self.list(Self::assignment)?);
            }
            args
        } else {
            self.list(Self::assignment)?
        };
        if args.is_empty() {
            return Err(Stop::Refused);
        }
        if self.is_word(0, "ON") || self.kind() == "LIMIT" {
            return Err(Stop::Unknown);
        }
        let mut order = self.order()?;
        if self.kind() == "LIMIT" {
            return Err(Stop::Unknown);
        }
        if order.is_empty() && args.len() <= 2 && self.kind() == "R_PAREN" && self.is_word(1, "WITHIN") {
            order = self.within_group()?;
        }
        if order.is_empty() && args.len() > 2 {
            return Err(if args.len() > 3 { Stop::Refused } else { Stop::Unknown });
        }
        args.truncate(2);
        if args.len() < 2 {
            args.push(Node::new(Kind::Text(",".into())));
        }
        Ok(self.node(Kind::ListAgg { args, order }))
    }

    /// `) WITHIN GROUP (ORDER BY …`, for which it writes the order into the call.
    fn within_group(&mut self) -> Result<Vec<Sort>, Stop> {
        self.advance();
        if !self.eat_words(&["WITHIN", "GROUP"]) || !self.eat("L_PAREN") {
            return Err(Stop::Unknown);
        }
        let order = self.order()?;
        if order.is_empty() { Err(Stop::Unknown) } else { Ok(order) }
    }

    fn mirrored(&mut self, name: &str, args: Vec<Node>) -> Result<Node, Stop> {
        if matches!(FACTS.row(name, args.len(), false), Some(Row::Refused)) {
            return Err(Stop::Refused);
        }
        Ok(Node::new(Kind::Call(name.to_owned(), args)))
    }
}
