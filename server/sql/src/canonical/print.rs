//! SQLGlot's printer for DuckDB.

use super::facts::FACTS;
use super::shape::shape;
use super::tree::{Bound, Kind, Node, Over, Sort};
use super::{Canonical, Piece, Stop};
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

    pub(super) fn kind(&mut self, node: &Node) -> Result<(), Stop> {
        match &node.kind {
            Kind::Name { text, quoted } => {
                let escaped = text.replace('"', "\"\"");
                let digit = escaped.starts_with(|c: char| c.is_numeric());
                if *quoted || digit || FACTS.has("quoted", &text.to_lowercase()) {
                    self.push_from(&format!("\"{escaped}\""), node.source);
                } else {
                    self.push_from(&escaped, node.source);
                }
            }
            Kind::Alias(this, name) => {
                self.node(this)?;
                self.push(" AS ");
                self.node(name)?;
            }
            Kind::Aliases(this, names) => {
                self.node(this)?;
                self.push(" AS (");
                self.list(names, "")?;
                self.push(")");
            }
            Kind::Word(text) => self.push(text),
            Kind::Column(parts) => {
                for (index, part) in parts.iter().enumerate() {
                    if index > 0 {
                        self.push(".");
                    }
                    self.node(part)?;
                }
            }
            Kind::Dot(left, right) => {
                self.operand(left, ".")?;
                self.push(".");
                self.method(right)?;
            }
            Kind::Text(text) => self.push_from(&format!("'{}'", text.replace('\'', "''")), node.source),
            Kind::Number(text) => self.push_from(text, node.source),
            Kind::Null => self.push("NULL"),
            Kind::Bool(value) => self.push(if *value { "TRUE" } else { "FALSE" }),
            Kind::Star => self.push("*"),
            Kind::Binary(op, left, right) | Kind::Json(op, left, right) => {
                self.operand(left, op)?;
                self.push(" ");
                self.push(op);
                self.comments(&node.comments);
                self.push(" ");
                self.operand(right, op)?;
            }
            Kind::Not(this) => {
                self.push("NOT ");
                self.node(this)?;
            }
            Kind::Sign(sign, this) => {
                self.push(&sign.to_string());
                let at = self.text.len();
                self.node(this)?;
                if *sign == '-' && self.text[at..].starts_with('-') {
                    if !self.pieces.is_empty() {
                        self.pieces.retain(|piece| usize::from(piece.printed.start()) < at);
                    }
                    self.text.insert(at, ' ');
                }
            }
            Kind::In(this, list) => {
                self.operand(this, "IN")?;
                self.push(" IN (");
                self.list(list, "IN")?;
                self.push(")");
            }
            Kind::InColumn(this, column) => {
                self.operand(this, "IN")?;
                self.push(" IN ");
                self.operand(column, "IN")?;
            }
            Kind::Between { this, low, high, symmetric } => {
                let both = |printer: &mut Self, low: &Node, high: &Node| {
                    printer.node(this)?;
                    printer.push(" BETWEEN ");
                    printer.node(low)?;
                    printer.push(" AND ");
                    printer.node(high)
                };
                if *symmetric {
                    self.push("(");
                    both(self, low, high)?;
                    self.push(" OR ");
                    both(self, high, low)?;
                    self.push(")");
                } else {
                    both(self, low, high)?;
                }
            }
            Kind::Case { this, ifs, default } => {
                self.push("CASE ");
                if let Some(this) = this {
                    self.node(this)?;
                    self.push(" ");
                }
                for (condition, value) in ifs {
                    self.push("WHEN ");
                    self.node(condition)?;
                    self.push(" THEN ");
                    self.node(value)?;
                    self.push(" ");
                }
                if let Some(default) = default {
                    self.push("ELSE ");
                    self.node(default)?;
                    self.push(" ");
                }
                self.push("END");
            }
            Kind::Cast { safe, this, to } => {
                self.push(if *safe { "TRY_CAST(" } else { "CAST(" });
                self.node(this)?;
                self.push(" AS ");
                self.push(to);
                self.push(")");
            }
            Kind::Interval { this, unit } => {
                let bare = matches!(this.kind, Kind::Text(_) | Kind::Number(_) | Kind::Paren(_));
                self.push(if bare { "INTERVAL " } else { "INTERVAL (" });
                self.node(this)?;
                self.push(if bare { "" } else { ")" });
                if let Some(unit) = unit {
                    self.push(" ");
                    self.push(unit);
                }
            }
            Kind::AtTimeZone(this, zone) => {
                self.node(this)?;
                self.push(" AT TIME ZONE ");
                self.node(zone)?;
            }
            Kind::Paren(this) => {
                self.push("(");
                self.node(this)?;
                self.push(")");
            }
            Kind::Tuple(list) => {
                self.push("(");
                self.list(list, "")?;
                self.push(")");
            }
            Kind::Array(list) => {
                self.push("[");
                self.list(list, "")?;
                self.push("]");
            }
            Kind::Struct(entries) => {
                self.push("{");
                for (index, (key, text, value)) in entries.iter().enumerate() {
                    let key = if *text { format!("'{}'", key.replace('\'', "''")) } else { key.clone() };
                    self.push(if index > 0 { ", " } else { "" });
                    self.push(&format!("{key}: "));
                    self.operand(value, ":=")?;
                }
                self.push("}");
            }
            Kind::ToMap(entries) => {
                self.push("MAP ");
                self.node(entries)?;
            }
            Kind::Bracket(this, index) => {
                self.operand(this, "[")?;
                self.push("[");
                self.list(index, "[")?;
                self.push("]");
            }
            Kind::Slice(from, to) => {
                if let Some(from) = from {
                    self.operand(from, ":")?;
                }
                self.push(" :");
                self.comments(&node.comments);
                self.push(" ");
                if let Some(to) = to {
                    self.operand(to, ":")?;
                }
            }
            Kind::Lambda { args, body, colon } => {
                self.push(if *colon {
                    "LAMBDA "
                } else if args.len() > 1 {
                    "("
                } else {
                    ""
                });
                self.list(args, "")?;
                self.push(if *colon {
                    " : "
                } else if args.len() > 1 {
                    ") -> "
                } else {
                    " -> "
                });
                self.node(body)?;
            }
            Kind::Distinct(list) => self.distinct(list)?,
            Kind::Ordered(this, order) => {
                self.node(this)?;
                self.order(order)?;
            }
            Kind::Filter(this, condition) => {
                self.node(this)?;
                self.push(" FILTER(WHERE ");
                self.node(condition)?;
                self.push(")");
            }
            Kind::Window(this, over) => {
                self.node(this)?;
                self.over(over)?;
            }
            Kind::Extract(part, this) => {
                self.push(&format!("EXTRACT({part} FROM "));
                self.node(this)?;
                self.push(")");
            }
            Kind::Call(name, args) => self.call(name, args)?,
            Kind::Other(name, args) => {
                self.push(&name.to_uppercase());
                self.push("(");
                self.list(args, "")?;
                self.push(")");
            }
            Kind::ListAgg { args, order } => {
                self.push("LISTAGG(");
                self.list(args, "")?;
                self.order(order)?;
                self.push(")");
            }
            Kind::For { this, name, list, condition } => {
                self.node(this)?;
                self.push(" FOR ");
                self.node(name)?;
                self.push(" IN ");
                self.node(list)?;
                if let Some(condition) = condition {
                    self.push(" IF ");
                    self.node(condition)?;
                }
            }
        }
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
