//! What to do about an engine's error: which name was probably meant.

use crate::report::Finding;
use viz_facts::SqlError;
use viz_project::{Fix, did_you_mean, similar};
use viz_text::TextSize;

/// Adds the engine's suggestions to a finding: as help, and as a fix if there is one and the finding's place is the name.
pub(crate) fn suggest(finding: &mut Finding, error: &SqlError) {
    let near = near_names(error);
    finding.help = did_you_mean(&near);
    let width = missing_name(&error.message).map(TextSize::of);
    if let [only] = near.as_slice()
        && width == Some(finding.loc.range.len())
        && only.chars().all(|c| c.is_alphanumeric() || c == '_')
    {
        finding.fix = Fix::name(finding.loc, only);
    }
}

/// The engine's suggestions as a help line.
pub(crate) fn suggestion(error: &SqlError) -> Option<String> {
    did_you_mean(&near_names(error))
}

/// The engine's suggestions as far as they are near to the name that the error is about. The engine also lists what
/// merely exists, and the signatures of functions.
fn near_names(error: &SqlError) -> Vec<String> {
    let last = |name: &str| name.rsplit('.').next().unwrap_or(name).trim_matches('"').to_owned();
    let names: Vec<String> =
        error.candidates.iter().filter(|name| !name.contains('(')).map(|name| last(name)).collect();
    let Some(missing) = missing_name(&error.message) else { return Vec::new() };
    similar(&last(missing), names.iter().map(String::as_str))
}

/// The name that an error says is missing: in quotes, or between `name` and `does not exist`.
pub(crate) fn missing_name(message: &str) -> Option<&str> {
    let message = message.lines().next()?;
    let between = || {
        let (before, _) = message.split_once(" does not exist")?;
        before.rsplit_once(" name ").map(|(_, name)| name.trim_matches('"'))
    };
    let column = || message.split_once(" a column named ").and_then(|(_, name)| name.split('"').nth(1));
    between().or_else(column).or_else(|| message.split('"').nth(1)).filter(|name| !name.is_empty())
}

/// The engine's most frequent messages in plain words.
pub(crate) fn plain_words(message: &str) -> Option<String> {
    let quoted = |quote: char| message.split(quote).nth(1).filter(|word| !word.is_empty());
    if message.contains("Function with name ") && message.contains(" does not exist") {
        return Some(format!("there is no function `{}`", missing_name(message)?));
    }
    if let Some((_, rest)) = message.split_once(" is not in the catalog, but it exists in the ") {
        let extension = rest.split(' ').next()?;
        return Some(format!(
            "there is no function `{}`: it is in DuckDB's extension `{extension}`, which is not loaded",
            quoted('"')?
        ));
    }
    if message.starts_with("Table with name ") && message.contains(" does not exist") {
        return Some(format!("there is no table `{}`", missing_name(message)?));
    }
    if message.starts_with("Referenced column ") && message.contains("not found in FROM clause") {
        return Some(format!("there is no column `{}`", quoted('"')?));
    }
    if message.starts_with("Table ") && message.contains(" does not have a column named ") {
        return Some(format!("`{}` has no column `{}`", quoted('"')?, missing_name(message)?));
    }
    if message.starts_with("Referenced table ") && message.contains("not found") {
        return Some(format!("no table `{}` is read here", quoted('"')?));
    }
    if message.starts_with("zero-length delimited identifier") {
        return Some(
            "a name in double quotes is empty (a reference gets quotes of its own: write none around it)".to_owned(),
        );
    }
    if message.starts_with("Max expression depth limit of ") {
        return Some("it is nested too deeply for DuckDB".to_owned());
    }
    if message.starts_with("No function matches the given name and argument types") {
        let call = quoted('\'')?;
        return Some(of_types(call).unwrap_or_else(|| format!("there is no `{call}`: other types are needed")));
    }
    if message.starts_with("Could not choose a best candidate function for the function call ") {
        let told = of_types(quoted('"')?)?;
        return Some(match told.contains("a text") {
            true => format!("{told}: if the text is a date, write `date '…'`"),
            false => told,
        });
    }
    if let Some(types) = message.strip_prefix("Cannot compare values of type ") {
        let (one, other) = types.split_once(" - ")?.0.split_once(" and type ")?;
        let (one, other) = (type_in_words(one)?, type_in_words(other)?);
        return (one != other).then(|| format!("{one} and {other} can't be compared"));
    }
    if message.starts_with("unterminated string literal") || message.starts_with("unterminated quoted string") {
        return Some("a text in it is never closed, a `'` is missing".to_owned());
    }
    if message.starts_with("column ") && message.contains("must appear in the GROUP BY clause") {
        return Some(format!("`{}` is neither in an aggregate nor in GROUP BY", quoted('"')?));
    }
    (message.trim_end_matches(['.', '!']) == "GROUP BY clause cannot contain aggregates")
        .then(|| "an aggregate and a plain column can't stand in one expression".to_owned())
}

/// What is wrong with a call such as `sum(VARCHAR)`, where its types have words.
fn of_types(call: &str) -> Option<String> {
    let (name, types) = call.strip_suffix(')')?.split_once('(')?;
    let types = types.split(", ").map(type_in_words).collect::<Option<Vec<_>>>()?;
    Some(match (name, types.as_slice()) {
        ("&&", _) => "`&&` compares lists: write `and`".to_owned(),
        ("+", ["a text", "a text"]) => "texts are put together with `||`, not with `+`".to_owned(),
        (_, [one, other]) if !name.contains(char::is_alphabetic) => {
            format!("`{name}` can't stand between {one} and {other}")
        }
        _ if types.is_empty() => return None,
        _ => format!("`{name}` can't take {}", types.join(" and ")),
    })
}

/// A type of the engine, for people.
fn type_in_words(name: &str) -> Option<&'static str> {
    if name.ends_with("[]") {
        return Some("a list");
    }
    let name = name.strip_suffix("_LITERAL").unwrap_or(name);
    Some(match name.split('(').next()? {
        "VARCHAR" | "STRING" => "a text",
        "DATE" => "a date",
        "TIMESTAMP" | "TIMESTAMP WITH TIME ZONE" => "a date with a time",
        "TIME" => "a time of day",
        "BOOLEAN" => "a truth value",
        "INTERVAL" => "an interval",
        "TINYINT" | "SMALLINT" | "INTEGER" | "BIGINT" | "HUGEINT" | "UTINYINT" | "USMALLINT" | "UINTEGER"
        | "UBIGINT" | "FLOAT" | "DOUBLE" | "DECIMAL" => "a number",
        _ => return None,
    })
}

/// The engine's words as part of a sentence of ours.
pub(crate) fn sentence(message: &str) -> String {
    if let Some(plain) = plain_words(message) {
        return plain;
    }
    let message = message.trim().trim_end_matches(['.', '!']);
    let mut chars = message.chars();
    match (chars.next(), chars.clone().next()) {
        (Some(first), Some(second)) if first.is_uppercase() && second.is_lowercase() => {
            format!("{}{}", first.to_lowercase(), chars.as_str())
        }
        _ => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use viz_facts::SqlErrorKind;

    fn help(message: &str, candidates: &[&str]) -> Option<String> {
        let candidates = candidates.iter().map(|name| (*name).to_owned()).collect();
        suggestion(&SqlError {
            kind: SqlErrorKind::Binder,
            message: message.into(),
            offset: None,
            length: None,
            candidates,
        })
    }

    #[test]
    fn frequent_messages_are_told_plainly() {
        for (message, expected) in [
            ("Scalar Function with name date_trunk does not exist!", "there is no function `date_trunk`"),
            ("Table with name stores does not exist!", "there is no table `stores`"),
            (
                "Scalar Function with name \"st_x\" is not in the catalog, but it exists in the spatial extension.\n\nPlease try",
                "there is no function `st_x`: it is in DuckDB's extension `spatial`, which is not loaded",
            ),
            ("Table \"o\" does not have a column named \"citi\"\nCandidate", "`o` has no column `citi`"),
            ("Referenced column \"amout\" not found in FROM clause!", "there is no column `amout`"),
            (
                "No function matches the given name and argument types 'avg(VARCHAR)'. You might need to add explicit type casts.",
                "`avg` can't take a text",
            ),
            (
                "No function matches the given name and argument types 'f(STRUCT(a INTEGER))'. You might",
                "there is no `f(STRUCT(a INTEGER))`: other types are needed",
            ),
            (
                "No function matches the given name and argument types '+(VARCHAR, VARCHAR)'. You might",
                "texts are put together with `||`, not with `+`",
            ),
            (
                "Could not choose a best candidate function for the function call \"-(STRING_LITERAL, INTEGER_LITERAL)\". In order",
                "`-` can't stand between a text and a number: if the text is a date, write `date '…'`",
            ),
            (
                "Cannot compare values of type DATE and type INTEGER_LITERAL - an explicit cast is required",
                "a date and a number can't be compared",
            ),
            (
                "column \"region\" must appear in the GROUP BY clause or must be part of an aggregate function.\nEither add",
                "`region` is neither in an aggregate nor in GROUP BY",
            ),
            ("unterminated string literal", "a text in it is never closed, a `'` is missing"),
            (
                "zero-length delimited identifier at or near \"\"",
                "a name in double quotes is empty (a reference gets quotes of its own: write none around it)",
            ),
        ] {
            assert_eq!(plain_words(message).as_deref(), Some(expected));
        }
        assert_eq!(plain_words("syntax error at or near \"adn\""), None);
    }

    #[test]
    fn only_near_names_are_suggested() {
        let missing = "Referenced column \"amout\" not found in FROM clause!";
        assert_eq!(help(missing, &["city", "t.amount"]).as_deref(), Some("did you mean `amount`?"));
        assert_eq!(help(missing, &["city"]), None);
        let function = "Scalar Function with name date_trunk does not exist!";
        assert_eq!(help(function, &["date_trunc"]).as_deref(), Some("did you mean `date_trunc`?"));
        let types = "No function matches the given name and argument types 'avg(VARCHAR)'.";
        assert_eq!(help(types, &["avg(DECIMAL) -> DECIMAL"]), None);
    }
}
