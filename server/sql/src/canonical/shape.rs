//! The shape of an expression, on which it depends what a function around it does with it.

use super::facts::{FACTS, Row};
use super::tree::{Kind, Node};

/// The shape of an argument; `?` if no rule is known for it. `facts.py` has an example of each.
pub(super) fn shape(node: &Node) -> char {
    match &node.kind {
        Kind::Column(parts) if !matches!(parts.last().map(|part| &part.kind), Some(Kind::Star)) => 'c',
        Kind::Text(text) if text.is_empty() => 'ε',
        Kind::Text(_) => 's',
        Kind::Number(text) if text.contains(['.', 'e', 'E']) => 'd',
        Kind::Number(_) => 'n',
        Kind::Sign('-', inner) if matches!(inner.kind, Kind::Number(_) | Kind::Sign('-', _)) => 'N',
        Kind::Null => 'u',
        Kind::Bool(_) => 'B',
        Kind::Paren(_) => 'p',
        Kind::Binary("+" | "-" | "*" | "/" | "&" | "|" | "<<" | ">>", ..) => '+',
        Kind::Binary("%", ..) => 'm',
        Kind::Binary("//", ..) => '~',
        Kind::Binary("||", ..) => '|',
        Kind::Binary("=" | "<>" | "<" | "<=" | ">" | ">=" | "IS NOT DISTINCT FROM" | "IS DISTINCT FROM", ..) => '=',
        Kind::Binary("AND" | "OR", ..) => '&',
        Kind::Binary("LIKE" | "ILIKE" | "GLOB" | "SIMILAR TO", ..) => 'L',
        Kind::Binary("IS", ..) => 'i',
        Kind::Binary(":=", ..) => 'w',
        Kind::Not(_) => '!',
        Kind::In(..) => 'I',
        Kind::Between { symmetric: false, .. } => 'W',
        Kind::Case { .. } => 'C',
        Kind::Cast { to, safe: false, .. } => match to.as_str() {
            "DATE" => 'D',
            "TIMESTAMP" => 'T',
            "TEXT" => 'V',
            "INT" | "BIGINT" | "DOUBLE" | "SMALLINT" | "TINYINT" | "HUGEINT" => 'K',
            to if to.starts_with("DECIMAL(") => 'K',
            _ => '?',
        },
        Kind::Cast { safe: true, .. } => 'Y',
        Kind::Interval { .. } => 'v',
        Kind::Array(_) => 'a',
        Kind::Struct(_) => 'S',
        Kind::Bracket(..) => 'k',
        Kind::Json(..) => 'J',
        Kind::AtTimeZone(..) => 'z',
        Kind::Lambda { colon: false, .. } => 'l',
        Kind::Lambda { .. } => 'M',
        Kind::Tuple(_) => 't',
        Kind::Star => '*',
        Kind::Distinct(_) => 'δ',
        Kind::Ordered(..) => 'o',
        Kind::Extract(..) => 'E',
        Kind::Window(..) => 'O',
        Kind::Other(..) => 'F',
        Kind::Word(word) if word == "CURRENT_DATE" => 'y',
        Kind::ListAgg { .. } => 'g',
        Kind::Call(name, args) => row(name, args).map_or('?', |row| match row {
            Row::Template { shape, .. } => *shape,
            _ => '?',
        }),
        _ => '?',
    }
}

/// The row for a call: the one for a unit as its first argument, if it takes any or that is one.
pub(super) fn row(name: &str, args: &[Node]) -> Option<&'static Row> {
    let first = args.first().and_then(|first| match &first.kind {
        Kind::Text(text) => Some(text),
        _ => None,
    });
    let known = |units: &[&str]| first.is_some_and(|text| units.iter().any(|unit| text.eq_ignore_ascii_case(unit)));
    match FACTS.row(name, args.len(), true) {
        Some(row @ Row::Template { units: Some((upper, units)), .. }) if *upper || known(units) => Some(row),
        _ => FACTS.row(name, args.len(), false),
    }
}

/// Whether it is an aggregate function to the parser.
pub(super) fn is_aggregate(node: &Node) -> bool {
    match &node.kind {
        Kind::ListAgg { .. } => true,
        Kind::Call(name, args) => matches!(row(name, args), Some(Row::Template { shape: 'g', .. })),
        _ => false,
    }
}
