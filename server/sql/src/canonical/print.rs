//! SQLGlot's printer for DuckDB.

use super::facts::FACTS;
use super::shape::shape;
use super::tree::{Bound, Kind, Node, Over, Sort};
use super::{Canonical, Piece, Stop};
use Bit::{L, N, O, T};
use viz_text::{TextRange, TextSize};

/// The text of an expression.
pub(super) fn print(node: &Node) -> Result<Canonical, Stop> {
    let mut printer = Printer::default();
    printer.node(node)?;
    Ok(Canonical { text: printer.text, pieces: printer.pieces })
}

#[derive(Default)]
pub(super) struct Printer {
    text: String,
    pieces: Vec<Piece>,
}

/// Something to print.
enum Bit<'a> {
    /// A text.
    T(&'a str),
    /// A node.
    N(&'a Node),
    /// An operand of an operator.
    O(&'a Node, &'a str),
    /// A list, of operands if there is an operator.
    L(&'a [Node], &'a str),
}

impl Printer {
    pub(super) fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    pub(super) fn push_from(&mut self, text: &str, source: Option<(usize, usize)>) {
        let start = TextSize::new(self.text.len() as u32);
        self.text.push_str(text);
        if let Some((from, to)) = source {
            let range = |from: usize, to: usize| TextRange::new(TextSize::new(from as u32), TextSize::new(to as u32));
            let printed = TextRange::new(start, TextSize::new(self.text.len() as u32));
            self.pieces.push(Piece { printed, source: range(from, to) });
        }
    }

    fn comments(&mut self, comments: &[String]) {
        let comments = comments.iter().filter(|comment| !comment.is_empty());
        for comment in comments {
            let open = if comment.starts_with(char::is_whitespace) { "" } else { " " };
            let close = if comment.ends_with(char::is_whitespace) { "" } else { " " };
            self.push(&format!(" /*{open}{comment}{close}*/"));
        }
    }

    #[recursive::recursive]
    pub(super) fn node(&mut self, node: &Node) -> Result<(), Stop> {
        // Functions that are printed as an operator have them behind that.
        if !node.comments.is_empty() && matches!(node.kind, Kind::Call(..)) && "m~+|=J".contains(shape(node)) {
            return Err(Stop::Unknown);
        }
        self.kind(node)?;
        if !node.drops_comments() {
            self.comments(&node.comments);
        }
        Ok(())
    }

    /// An operand, in which access to JSON gets parentheses.
    fn operand(&mut self, node: &Node, parent: &str) -> Result<(), Stop> {
        match &node.kind {
            Kind::Json(op, ..) if *op != parent => {
                self.push("(");
                self.node(node)?;
                self.push(")");
                Ok(())
            }
            _ => self.node(node),
        }
    }

    pub(super) fn list(&mut self, list: &[Node], parent: &str) -> Result<(), Stop> {
        for (index, node) in list.iter().enumerate() {
            if index > 0 {
                self.push(", ");
            }
            if parent.is_empty() { self.node(node)? } else { self.operand(node, parent)? }
        }
        Ok(())
    }

    /// Prints these one after the other.
    fn all(&mut self, bits: &[Bit<'_>]) -> Result<(), Stop> {
        bits.iter().try_for_each(|bit| match bit {
            T(text) => {
                self.push(text);
                Ok(())
            }
            N(node) => self.node(node),
            O(node, parent) => self.operand(node, parent),
            L(list, parent) => self.list(list, parent),
        })
    }

    pub(super) fn kind(&mut self, node: &Node) -> Result<(), Stop> {
        match &node.kind {
            Kind::Name { text, quoted } => self.name(node, text, *quoted),
            Kind::Word(text) => self.push(text),
            Kind::Text(text) => self.push_from(&format!("'{}'", text.replace('\'', "''")), node.source),
            Kind::Number(text) => self.push_from(text, node.source),
            Kind::Null => self.push("NULL"),
            Kind::Bool(value) => self.push(if *value { "TRUE" } else { "FALSE" }),
            Kind::Star => self.push("*"),
            Kind::Alias(this, name) => self.all(&[N(this), T(" AS "), N(name)])?,
            Kind::Aliases(this, names) => self.all(&[N(this), T(" AS ("), L(names, ""), T(")")])?,
            Kind::Column(parts) => self.column(parts)?,
            Kind::Dot(left, right) => {
                self.all(&[O(left, "."), T(".")])?;
                self.method(right)?;
            }
            Kind::Binary(op, left, right) | Kind::Json(op, left, right) => {
                self.all(&[O(left, op), T(" "), T(op)])?;
                self.comments(&node.comments);
                self.all(&[T(" "), O(right, op)])?;
            }
            Kind::Not(this) => self.all(&[T("NOT "), N(this)])?,
            Kind::Sign(sign, this) => self.sign(*sign, this)?,
            Kind::In(this, list) => self.all(&[O(this, "IN"), T(" IN ("), L(list, "IN"), T(")")])?,
            Kind::InColumn(this, column) => self.all(&[O(this, "IN"), T(" IN "), O(column, "IN")])?,
            Kind::Between { this, low, high, symmetric } => self.between(this, [low, high], *symmetric)?,
            Kind::Case { this, ifs, default } => self.case(this.as_deref(), ifs, default.as_deref())?,
            Kind::Cast { safe, this, to } => {
                self.all(&[T(if *safe { "TRY_CAST(" } else { "CAST(" }), N(this), T(" AS "), T(to), T(")")])?;
            }
            Kind::Interval { this, unit } => self.interval(this, unit.as_deref())?,
            Kind::AtTimeZone(this, zone) => self.all(&[N(this), T(" AT TIME ZONE "), N(zone)])?,
            Kind::Paren(this) => self.all(&[T("("), N(this), T(")")])?,
            Kind::Tuple(list) => self.all(&[T("("), L(list, ""), T(")")])?,
            Kind::Array(list) => self.all(&[T("["), L(list, ""), T("]")])?,
            Kind::Struct(entries) => self.structure(entries)?,
            Kind::ToMap(entries) => self.all(&[T("MAP "), N(entries)])?,
            Kind::Bracket(this, index) => self.all(&[O(this, "["), T("["), L(index, "["), T("]")])?,
            Kind::Slice(from, to) => {
                from.iter().try_for_each(|from| self.operand(from, ":"))?;
                self.push(" :");
                self.comments(&node.comments);
                self.push(" ");
                to.iter().try_for_each(|to| self.operand(to, ":"))?;
            }
            Kind::Lambda { args, body, colon } => {
                let (before, after) = match (colon, args.len()) {
                    (true, _) => ("LAMBDA ", " : "),
                    (false, 2..) => ("(", ") -> "),
                    (false, _) => ("", " -> "),
                };
                self.all(&[T(before), L(args, ""), T(after), N(body)])?;
            }
            Kind::Distinct(list) => self.distinct(list)?,
            Kind::Ordered(this, order) => {
                self.node(this)?;
                self.order(order)?;
            }
            Kind::Filter(this, condition) => self.all(&[N(this), T(" FILTER(WHERE "), N(condition), T(")")])?,
            Kind::Window(this, over) => {
                self.node(this)?;
                self.over(over)?;
            }
            Kind::Extract(part, this) => self.all(&[T("EXTRACT("), T(part), T(" FROM "), N(this), T(")")])?,
            Kind::Call(name, args) => self.call(name, args)?,
            Kind::Other(name, args) => self.all(&[T(&name.to_uppercase()), T("("), L(args, ""), T(")")])?,
            Kind::ListAgg { args, order } => {
                self.all(&[T("LISTAGG("), L(args, "")])?;
                self.order(order)?;
                self.push(")");
            }
            Kind::For { this, name, list, condition } => {
                self.all(&[N(this), T(" FOR "), N(name), T(" IN "), N(list)])?;
                condition.iter().try_for_each(|condition| self.all(&[T(" IF "), N(condition)]))?;
            }
        }
        Ok(())
    }

    fn between(&mut self, this: &Node, [low, high]: [&Node; 2], symmetric: bool) -> Result<(), Stop> {
        let range = |low, high| [N(this), T(" BETWEEN "), N(low), T(" AND "), N(high)];
        if !symmetric {
            return self.all(&range(low, high));
        }
        self.push("(");
        self.all(&range(low, high))?;
        self.push(" OR ");
        self.all(&range(high, low))?;
        self.push(")");
        Ok(())
    }

    fn name(&mut self, node: &Node, text: &str, quoted: bool) {
        let escaped = text.replace('"', "\"\"");
        let digit = escaped.starts_with(|c: char| c.is_numeric());
        if quoted || digit || FACTS.has("quoted", &text.to_lowercase()) {
            self.push_from(&format!("\"{escaped}\""), node.source);
        } else {
            self.push_from(&escaped, node.source);
        }
    }

    fn column(&mut self, parts: &[Node]) -> Result<(), Stop> {
        for (index, part) in parts.iter().enumerate() {
            self.push(if index > 0 { "." } else { "" });
            self.node(part)?;
        }
        Ok(())
    }

    fn sign(&mut self, sign: char, this: &Node) -> Result<(), Stop> {
        self.push(&sign.to_string());
        let at = self.text.len();
        self.node(this)?;
        if sign == '-' && self.text[at..].starts_with('-') {
            if !self.pieces.is_empty() {
                self.pieces.retain(|piece| usize::from(piece.printed.start()) < at);
            }
            self.text.insert(at, ' ');
        }
        Ok(())
    }

    fn case(&mut self, this: Option<&Node>, ifs: &[(Node, Node)], default: Option<&Node>) -> Result<(), Stop> {
        self.push("CASE ");
        this.iter().try_for_each(|this| self.all(&[N(this), T(" ")]))?;
        for (condition, value) in ifs {
            self.all(&[T("WHEN "), N(condition), T(" THEN "), N(value), T(" ")])?;
        }
        default.iter().try_for_each(|default| self.all(&[T("ELSE "), N(default), T(" ")]))?;
        self.push("END");
        Ok(())
    }

    fn interval(&mut self, this: &Node, unit: Option<&str>) -> Result<(), Stop> {
        let bare = matches!(this.kind, Kind::Text(_) | Kind::Number(_) | Kind::Paren(_));
        let (before, after) = if bare { ("INTERVAL ", "") } else { ("INTERVAL (", ")") };
        self.all(&[T(before), N(this), T(after)])?;
        unit.iter().try_for_each(|unit| self.all(&[T(" "), T(unit)]))
    }

    fn structure(&mut self, entries: &[(String, bool, Node)]) -> Result<(), Stop> {
        self.push("{");
        for (index, (key, text, value)) in entries.iter().enumerate() {
            let key = if *text { format!("'{}'", key.replace('\'', "''")) } else { key.clone() };
            self.all(&[T(if index > 0 { ", " } else { "" }), T(&key), T(": "), O(value, ":=")])?;
        }
        self.push("}");
        Ok(())
    }

    /// A function behind a dot keeps the case of its name.
    fn method(&mut self, node: &Node) -> Result<(), Stop> {
        let Kind::Other(name, args) = &node.kind else { return self.operand(node, ".") };
        self.push(name);
        self.push("(");
        self.list(args, "")?;
        self.push(")");
        self.comments(&node.comments);
        Ok(())
    }

    fn distinct(&mut self, list: &[Node]) -> Result<(), Stop> {
        self.push("DISTINCT ");
        if list.len() < 2 {
            return self.list(list, "");
        }
        self.push("CASE ");
        for node in list {
            if node.drops_comments()
                || matches!(node.kind, Kind::Not(_) | Kind::Case { .. } | Kind::Between { .. } | Kind::In(..))
            {
                return Err(Stop::Unknown);
            }
            self.push("WHEN ");
            self.node(node)?;
            self.push(" IS NULL THEN NULL ");
        }
        self.push("ELSE (");
        self.list(list, "")?;
        self.push(") END");
        Ok(())
    }

    fn order(&mut self, order: &[Sort]) -> Result<(), Stop> {
        for (index, sort) in order.iter().enumerate() {
            self.push(if index == 0 { " ORDER BY " } else { ", " });
            self.node(&sort.this)?;
            self.push(sort.direction);
            self.push(if sort.nulls_first { " NULLS FIRST" } else { "" });
        }
        Ok(())
    }

    fn over(&mut self, over: &Over) -> Result<(), Stop> {
        if let Some(alias) = &over.alias {
            self.push(" OVER ");
            return self.node(alias);
        }
        self.push(" OVER (");
        if !over.partition.is_empty() {
            self.push("PARTITION BY ");
            self.list(&over.partition, "")?;
        }
        let at = self.text.len();
        self.order(&over.order)?;
        if over.partition.is_empty() && !over.order.is_empty() {
            self.text.remove(at);
            self.pieces.iter_mut().filter(|piece| usize::from(piece.printed.start()) > at).for_each(|piece| {
                piece.printed =
                    TextRange::new(piece.printed.start() - TextSize::new(1), piece.printed.end() - TextSize::new(1));
            });
        }
        if let Some(frame) = &over.frame {
            if !over.partition.is_empty() || !over.order.is_empty() {
                self.push(" ");
            }
            self.push(&format!("{} BETWEEN ", frame.kind));
            self.bound(&frame.start)?;
            self.push(" AND ");
            if frame.end.0.is_none() && frame.end.1.is_none() {
                self.push("CURRENT ROW");
            } else {
                self.bound(&frame.end)?;
            }
        }
        self.push(")");
        Ok(())
    }

    fn bound(&mut self, (value, side): &(Option<Bound>, Option<String>)) -> Result<(), Stop> {
        match value {
            Some(Bound::Words(words)) => self.push(words),
            Some(Bound::Value(value)) => self.node(value)?,
            None => return Err(Stop::Unknown),
        }
        if let Some(side) = side {
            self.push(" ");
            self.push(side);
        }
        Ok(())
    }
}
