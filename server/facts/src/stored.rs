//! As what values come back from the Parquet file that a run writes: it makes a frame of Python's values, whose types are
//! inferred. The table is measured (`server/facts/generate/stored_types.py`).

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// A type that no run can write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unwritable(pub String);

struct Table {
    types: HashMap<&'static str, &'static str>,
    /// Pairs of types that can stand in one tuple.
    tuples: HashSet<(&'static str, &'static str)>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let (mut types, mut tuples) = (HashMap::new(), HashSet::new());
    for line in include_str!("stored_types.tsv").lines() {
        match line.split('\t').collect::<Vec<_>>()[..] {
            [name, stored] => drop(types.insert(name, stored)),
            ["tuple", first, second, _] => drop(tuples.insert((first, second))),
            _ => {}
        }
    }
    Table { types, tuples }
});

/// As what a type is stored. The text is a valid type as DuckDB prints it.
pub(crate) fn stored(text: &str) -> Result<String, Unwritable> {
    match stored_inside(text)? {
        // A whole column of decimals is made one of floats before.
        decimal if decimal.starts_with("DECIMAL(") && !decimal.ends_with(']') => Ok("DOUBLE".to_owned()),
        stored => Ok(stored),
    }
}

fn stored_inside(text: &str) -> Result<String, Unwritable> {
    if let Some((element, _)) = text.strip_suffix(']').and_then(|rest| rest.rsplit_once('[')) {
        return Ok(format!("{}[]", stored_inside(element)?));
    }
    let (name, parameters) = match text.split_once('(').and_then(|(name, rest)| Some((name, rest.strip_suffix(')')?))) {
        Some((name, parameters)) => (name, fields(parameters)),
        None => (text, Vec::new()),
    };
    match name {
        "DECIMAL" => Ok(format!("DECIMAL(38,{})", parameters.get(1).copied().unwrap_or("0").trim())),
        "ENUM" => Ok("VARCHAR".to_owned()),
        "STRUCT" if !parameters.is_empty() => {
            let field = |field: &str| {
                let (name, of) = split_name(field);
                Ok(format!("{name} {}", stored_inside(of)?))
            };
            Ok(format!("STRUCT({})", parameters.into_iter().map(field).collect::<Result<Vec<_>, _>>()?.join(", ")))
        }
        "TUPLE" => tuple(text, &parameters),
        _ => match TABLE.types.get(text) {
            Some(&"!") => Err(Unwritable(text.to_owned())),
            Some(stored) => Ok((*stored).to_owned()),
            // Keys of a MAP become fields, a UNION is what its first value is: only rows tell.
            None => Ok(text.to_owned()),
        },
    }
}

/// A tuple becomes a list, whose first element decides what the others may be.
fn tuple(text: &str, elements: &[&str]) -> Result<String, Unwritable> {
    let as_stored: Vec<&str> =
        elements.iter().map(|element| TABLE.types.get(element).copied().unwrap_or(element)).collect();
    let Some((first, others)) = as_stored.split_first() else { return Ok(text.to_owned()) };
    let same = others.iter().all(|other| other == first);
    if *first == "!" {
        return Err(Unwritable(text.to_owned()));
    }
    let fits = |other: &&str| TABLE.tuples.contains(&(*first, *other));
    match same || others.iter().all(fits) {
        true => Ok(format!("{}[]", stored_inside(elements[0])?)),
        false => Err(Unwritable(text.to_owned())),
    }
}

/// The parts between commas that stand in no parentheses and no quotes.
fn fields(text: &str) -> Vec<&str> {
    let (mut out, mut depth, mut quote, mut start) = (Vec::new(), 0_usize, None, 0);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), c) if open == c => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '(' | '[') => depth += 1,
            (None, ')' | ']') => depth = depth.saturating_sub(1),
            (None, ',') if depth == 0 => {
                out.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    out.push(text[start..].trim());
    out
}

/// The name of a field with its quotes, and its type.
fn split_name(field: &str) -> (&str, &str) {
    let mut quoted = false;
    let end = field.find(|c| {
        quoted ^= c == '"';
        c == ' ' && !quoted
    });
    let (name, of) = field.split_at(end.unwrap_or(field.len()));
    (name, of.trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_behind_the_file() {
        for (text, expected) in [
            ("INTEGER", "BIGINT"),
            ("FLOAT", "DOUBLE"),
            ("DECIMAL(9,2)", "DOUBLE"),
            ("DECIMAL(9,2)[]", "DECIMAL(38,2)[]"),
            ("ENUM('a', 'b)')", "VARCHAR"),
            ("INTERVAL", "BIGINT"),
            ("BIT", "VARCHAR"),
            ("TIME WITH TIME ZONE", "TIME"),
            ("TIMESTAMP_NS", "TIMESTAMP"),
            ("TIMESTAMP WITH TIME ZONE", "TIMESTAMP WITH TIME ZONE"),
            ("INTEGER[3]", "BIGINT[]"),
            ("SMALLINT[][]", "BIGINT[][]"),
            (
                "STRUCT(a INTEGER, \"b c\" DECIMAL(4,1), d STRUCT(e FLOAT)[])",
                "STRUCT(a BIGINT, \"b c\" DECIMAL(38,1), d STRUCT(e DOUBLE)[])",
            ),
            ("STRUCT(\"it\"\"s, )\" BIT)", "STRUCT(\"it\"\"s, )\" VARCHAR)"),
            ("TUPLE(INTEGER, SMALLINT)", "BIGINT[]"),
            ("TUPLE(DOUBLE, INTEGER)", "DOUBLE[]"),
            ("MAP(VARCHAR, INTEGER)", "MAP(VARCHAR, INTEGER)"),
            ("mood", "mood"),
        ] {
            assert_eq!(stored(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_can_not_be_written() {
        for (text, piece) in [
            ("UUID", "UUID"),
            ("UUID[]", "UUID"),
            ("STRUCT(a INTEGER, b UUID)", "UUID"),
            ("TUPLE(INTEGER, VARCHAR)", "TUPLE(INTEGER, VARCHAR)"),
            ("TUPLE(INTEGER, DOUBLE)", "TUPLE(INTEGER, DOUBLE)"),
            ("TUPLE(DATE, TIMESTAMP)[]", "TUPLE(DATE, TIMESTAMP)"),
        ] {
            assert_eq!(stored(text), Err(Unwritable(piece.to_owned())), "{text}");
        }
    }
}
