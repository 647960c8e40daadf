//! SQLGlot's printer: functions.

use super::Stop;
use super::facts::{FACTS, Row};
use super::print::Printer;
use super::shape::{row, shape};
use super::tree::{Kind, Node};

impl Printer {
    pub(super) fn call(&mut self, name: &str, args: &[Node]) -> Result<(), Stop> {
        // Adding an interval is printed with the operator.
        if let ("DATE_ADD", [this, interval]) = (name, args)
            && let Kind::Interval { this: count, unit: Some(_) } = &interval.kind
            && matches!(count.kind, Kind::Text(_))
            && matches!(shape(this), 'c' | 'D' | 'T')
            && interval.comments.is_empty()
        {
            self.node(this)?;
            self.push(" + ");
            return self.node(interval);
        }
        if LENGTHS.contains(&name) && args.len() > 1 {
            return self.length(&args[0]);
        }
        let Some(rule @ Row::Template { text, .. }) = row(name, args) else { return Err(Stop::Unknown) };
        if loses_comments(name, args) || !args.iter().enumerate().all(|(index, _)| is_known(name, args, index, rule)) {
            return Err(Stop::Unknown);
        }
        let mut rest = *text;
        while let Some(at) = rest.find(['{', '@']) {
            self.push(&rest[..at]);
            if rest[at..].starts_with("@(") {
                self.push(name);
                rest = &rest[at + 1..];
                continue;
            }
            let index =
                rest[at + 1..].chars().next().and_then(|c| c.to_digit(10)).filter(|_| rest[at + 2..].starts_with('}'));
            let Some(index) = index.map(|index| index as usize) else {
                self.push(&rest[at..=at]);
                rest = &rest[at + 1..];
                continue;
            };
            rest = &rest[at + 3..];
            self.argument(name, args, index, rule)?;
        }
        self.push(rest);
        Ok(())
    }

    /// One argument, where the rule has its place.
    fn argument(&mut self, name: &str, args: &[Node], index: usize, rule: &Row) -> Result<(), Stop> {
        let Row::Template { wrapped, units, .. } = rule else { return Err(Stop::Unknown) };
        let arg = args.get(index).ok_or(Stop::Unknown)?;
        // The literal of a format is made anew, without its comments.
        let format = is_format(name) && index == 1;
        match (units, &arg.kind) {
            (Some((true, _)), _) if index == 0 => match unit(name, args) {
                Some(unit) => self.push_from(&format!("'{}'", unit.replace('\'', "''")), arg.source),
                None => self.node(arg)?,
            },
            (Some(_), Kind::Text(_)) if index == 0 => {
                if !arg.comments.is_empty() {
                    return Err(Stop::Unknown);
                }
                self.node(arg)?;
            }
            (_, Kind::Text(_)) if format => self.kind(arg)?,
            (Some(_), Kind::Text(text)) if is_difference(name) => {
                let time = text.contains(':');
                if time && (text.contains(['+', 'Z']) || text.matches('-').count() > 2) {
                    return Err(Stop::Unknown);
                }
                self.push("CAST(");
                self.node(arg)?;
                self.push(if time { " AS TIMESTAMP)" } else { " AS DATE)" });
            }
            _ => {
                let shape = shape(arg);
                let wrap = wrapped.iter().any(|(at, shapes)| *at == index && shapes.contains(shape));
                self.push(if wrap { "(" } else { "" });
                self.node(arg)?;
                self.push(if wrap { ")" } else { "" });
            }
        }
        Ok(())
    }

    /// `LENGTH` with more arguments than it has in DuckDB: whether it is a text or bytes is asked when it runs.
    fn length(&mut self, this: &Node) -> Result<(), Stop> {
        let inner = match &this.kind {
            Kind::Paren(inner) => inner,
            _ => this,
        };
        let other = match &inner.kind {
            Kind::Column(_)
            | Kind::Number(_)
            | Kind::Null
            | Kind::Bool(_)
            | Kind::Array(_)
            | Kind::Not(_)
            | Kind::In(..) => true,
            Kind::Word(word) => word == "CURRENT_DATE",
            Kind::Binary("+" | "-" | "*", left, right) => {
                [left, right].iter().any(|side| matches!(side.kind, Kind::Column(_)))
            }
            Kind::Sign('-', number) => matches!(number.kind, Kind::Number(_)),
            Kind::Cast { to, .. } => matches!(to.as_str(), "DATE" | "TIMESTAMP" | "INT" | "BIGINT" | "DOUBLE"),
            Kind::Binary(op, ..) => matches!(*op, "=" | "<>" | "<" | "<=" | ">" | ">="),
            _ => false,
        };
        if matches!(inner.kind, Kind::Text(_)) {
            self.push("LENGTH(");
            self.node(this)?;
            self.push(")");
            return Ok(());
        }
        if !other || !this.comments.is_empty() || !inner.comments.is_empty() {
            return Err(Stop::Unknown);
        }
        self.push("CASE TYPEOF(");
        self.node(this)?;
        self.push(") WHEN 'BLOB' THEN OCTET_LENGTH(CAST(");
        self.node(this)?;
        self.push(" AS BLOB)) ELSE LENGTH(CAST(");
        self.node(this)?;
        self.push(" AS TEXT)) END");
        Ok(())
    }
}

/// Whether comments at its literals are lost, and there are some.
fn loses_comments(name: &str, args: &[Node]) -> bool {
    let literal = |arg: &Node| matches!(arg.kind, Kind::Text(_) | Kind::Number(_) | Kind::Sign(..));
    let commented =
        |arg: &Node| !arg.comments.is_empty() || matches!(&arg.kind, Kind::Sign(_, this) if !this.comments.is_empty());
    !is_format(name) && FACTS.has("loses_comment", name) && args.iter().any(|arg| literal(arg) && commented(arg))
}

/// Whether it is known what becomes of an argument.
fn is_known(name: &str, args: &[Node], index: usize, rule: &Row) -> bool {
    let Row::Template { unknown, units, .. } = rule else { return false };
    let group = name == "REGEXP_EXTRACT"
        && matches!(args.get(2).map(|arg| &arg.kind), Some(Kind::Number(group)) if group != "0");
    let shape = shape(&args[index]);
    let upper = matches!(units, Some((true, _)));
    let unit = index == 0 && (upper && !"δolMw*".contains(shape) || units.is_some() && shape == 's');
    let special = unit || units.is_some() && is_difference(name) && shape == 's' || group && index == 2;
    let listed = unknown.iter().any(|(at, shapes)| *at == index && shapes.contains(shape));
    special || shape != '?' && !listed
}

fn is_format(name: &str) -> bool {
    matches!(name, "STRFTIME" | "STRPTIME")
}

fn is_difference(name: &str) -> bool {
    matches!(name, "DATE_DIFF" | "DATEDIFF")
}

const LENGTHS: [&str; 4] = ["LENGTH", "LEN", "CHAR_LENGTH", "CHARACTER_LENGTH"];

/// The unit that a function takes from its first argument, a literal or a name, in upper case.
fn unit(name: &str, args: &[Node]) -> Option<String> {
    let text = match args.first().map(|arg| &arg.kind)? {
        Kind::Text(text) | Kind::Number(text) => text,
        Kind::Column(parts) if parts.len() == 1 => parts[0].name(),
        _ => return None,
    };
    let upper = text.to_uppercase();
    // Short names of units are known in capitals; for dates in either case.
    let date = matches!(args.get(1).map(|arg| &arg.kind), Some(Kind::Cast { to, .. }) if to == "DATE");
    let short: &str = if date && matches!(name, "DATE_TRUNC" | "DATETRUNC") { &upper } else { text };
    Some(FACTS.units.get(short).map_or(upper.clone(), |unit| (*unit).to_owned()))
}
