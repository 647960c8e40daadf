//! Turns DuckDB's errors into answers: what is wrong with the user's query, or why nothing can be said about it.
//!
//! With `errors_as_json`, DuckDB gives the type, the message, the place (bytes in the text that it was sent) and some names
//! that might be meant. Which errors say something about the query, and which only about this build or this machine, is
//! decided here and nowhere else.

use crate::error_place::{call_of, in_text, named_call};
use serde_json::{Map, Value};
use viz_facts::{Reason, SqlError, SqlErrorKind, Unknown};

/// Why a query has no result.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The query is wrong.
    Sql(SqlError),
    /// Nothing can be said about the query.
    Unknown(Unknown),
}

impl From<Unknown> for Failure {
    fn from(unknown: Unknown) -> Self {
        Failure::Unknown(unknown)
    }
}

/// Characters of a message.
const MESSAGE: usize = 4_000;

/// An error of DuckDB in its parts.
struct Raw {
    kind: String,
    message: String,
    place: Option<(usize, usize)>,
    /// What the error is about: the missing column, table, function.
    name: Option<String>,
}

/// Sorts an error. `text` is the user's text, which was sent after `prefix` bytes of something else.
pub(crate) fn failure(error: duckdb::Error, text: &str, prefix: usize) -> Failure {
    let message = match error {
        duckdb::Error::DuckDBFailure(_, Some(message)) => message,
        other => return Failure::Unknown(Unknown::new(Reason::EngineFailure, other.to_string())),
    };
    let raw = Raw::read(&message);
    if let Some(unknown) = unknown(&raw) {
        return Failure::Unknown(unknown);
    }
    Failure::Sql(raw.into_sql_error(text, prefix))
}

/// Reads the error that `json_serialize_sql` returned; `None` if it is "not a SELECT".
pub(crate) fn from_serialize(json: &str, text: &str) -> Result<Option<SqlError>, Unknown> {
    let map: Map<String, Value> = serde_json::from_str(json).unwrap_or_default();
    let word = |key: &str| map.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let message = in_short(&word("error_message"));
    let raw = Raw { kind: word("error_type"), message, place: place(&map), name: None };
    match raw.kind.as_str() {
        "not implemented" if raw.message.starts_with("Only SELECT statements") => Ok(None),
        "serialization" | "internal" | "fatal" | "out of memory" | "interrupt" => {
            Err(Unknown::new(Reason::EngineFailure, format!("DuckDB can't judge this text: {}", raw.message)))
        }
        _ => Ok(Some(raw.into_sql_error(text, 0))),
    }
}

/// The message of an error, without its type and extras; for errors that are not about a user's text.
pub(crate) fn message(error: &duckdb::Error) -> String {
    match error {
        duckdb::Error::DuckDBFailure(_, Some(message)) => Raw::read(message).message,
        other => other.to_string(),
    }
}

fn place(map: &Map<String, Value>) -> Option<(usize, usize)> {
    let word = |key: &str| map.get(key).and_then(Value::as_str);
    let located = word("location").and_then(|location| {
        let (offset, length) = location.trim_matches(['[', ']']).split_once(',')?;
        Some((offset.trim().parse().ok()?, length.trim().parse().ok()?))
    });
    located.or_else(|| Some((word("position")?.parse().ok()?, 0)))
}

/// A message that is kept, sent and compared: a query can say megabytes (`error(repeat(…))`). It ends with a whole word, so that
/// no part of a value is left that is looked for as a whole.
fn in_short(message: &str) -> String {
    let Some((end, _)) = message.char_indices().nth(MESSAGE) else { return message.to_owned() };
    let end = message[..end].rfind(char::is_whitespace).unwrap_or(end);
    format!("{}…", &message[..end])
}

impl Raw {
    fn read(message: &str) -> Self {
        // What is behind it is a stack trace, or nothing.
        let parsed =
            |start| serde_json::Deserializer::from_str(&message[start..]).into_iter::<Map<String, Value>>().next();
        let json = message.find('{').and_then(parsed).and_then(Result::ok);
        if let Some(map) = json.filter(|map| map.contains_key("exception_message")) {
            let word = |key: &str| map.get(key).and_then(Value::as_str).map(str::to_owned);
            return Raw {
                kind: word("exception_type").unwrap_or_default().to_lowercase(),
                message: in_short(map.get("exception_message").and_then(Value::as_str).unwrap_or_default()),
                place: place(&map),
                name: word("name"),
            };
        }
        let (kind, rest) = message.split_once(" Error: ").unwrap_or(("", message));
        Raw { kind: kind.to_lowercase(), message: in_short(rest), place: None, name: None }
    }

    fn into_sql_error(self, text: &str, prefix: usize) -> SqlError {
        let kind = match self.kind.as_str() {
            "parser" | "syntax" => SqlErrorKind::Parser,
            "catalog" => SqlErrorKind::Catalog,
            "binder" => SqlErrorKind::Binder,
            "conversion" | "out of range" | "mismatch type" | "invalid type" => SqlErrorKind::Conversion,
            "invalid input" => SqlErrorKind::Input,
            "io" => SqlErrorKind::Io,
            _ => SqlErrorKind::Other,
        };
        let told = self.place.and_then(|place| in_text(place, prefix, text, &self.message, self.name.as_deref()));
        let elsewhere = || call_of(self.message.split_once(ELSEWHERE)?.0.split('"').nth(1)?, text);
        let named = || named_call(&self.message, text).filter(|_| self.place.is_none());
        let mut place = told.or_else(elsewhere).or_else(named);
        // The place of a missing function is the whole call.
        if let (Some((offset, Some(length))), Some(name)) = (&mut place, &self.name)
            && self.message.contains("Function with name ")
            && text[*offset as usize..].to_lowercase().starts_with(&format!("{}(", name.to_lowercase()))
        {
            *length = name.len() as u32;
        }
        let (message, candidates) = split_candidates(&self.message);
        SqlError {
            kind,
            message,
            offset: place.map(|(offset, _)| offset),
            length: place.and_then(|(_, length)| length),
            candidates,
        }
    }
}

/// Parts of a message that only list what might be meant.
const LISTS: [&str; 5] = [
    "\nCandidate bindings:",
    "\nCandidate tables:",
    "\nDid you mean",
    "\n\tCandidate functions:",
    "\nCandidate time zones:",
];

fn split_candidates(message: &str) -> (String, Vec<String>) {
    let message = message.split("\nLINE ").next().unwrap_or(message);
    let Some((start, list)) = LISTS.iter().filter_map(|list| message.find(list).map(|at| (at, *list))).min() else {
        return (message.trim_end().to_owned(), Vec::new());
    };
    let names = message[start + list.len()..].trim_matches([' ', ':', '?', '\n']);
    let candidates = if list.contains("functions") {
        names.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()
    } else {
        let names = names.split('\n').next().unwrap_or(names).trim_end_matches('?');
        let names = names.strip_prefix('"').and_then(|names| names.strip_suffix('"')).unwrap_or(names);
        names.split("\", \"").filter(|name| !is_internal(name)).map(str::to_owned).collect()
    };
    (message[..start].trim_end().to_owned(), candidates)
}

/// Tables of DuckDB's own catalogue, which nobody means who mistypes a model.
fn is_internal(name: &str) -> bool {
    ["pg_", "duckdb_", "sqlite_", "pragma_", "information_schema."].iter().any(|prefix| name.starts_with(prefix))
}

/// DuckDB's `Cannot access file "x" - file system operations are disabled by configuration`.
fn not_allowed(message: &str) -> Unknown {
    match message.split('"').nth(1) {
        Some(name) if name.contains("://") && !name.starts_with("file:") => {
            Unknown::new(Reason::Network, format!("the checker opens no connections, not to `{name}` either"))
                .about(name)
        }
        Some(name) => {
            let message = format!("`{name}` leads out of the project's folder, and the checker reads nothing else");
            Unknown::new(Reason::FileNotAllowed, message).about(name)
        }
        None => Unknown::new(Reason::FileNotAllowed, format!("the checker may not read this: {message}")),
    }
}

/// Errors that say nothing about the query.
fn unknown(raw: &Raw) -> Option<Unknown> {
    let message = raw.message.as_str();
    if let Some(extension) = missing_extension(raw) {
        let message = format!("needs DuckDB's extension `{extension}`, which this build does not have");
        return Some(Unknown::new(Reason::ExtensionMissing, message).about(extension));
    }
    match raw.kind.as_str() {
        "permission" => Some(not_allowed(message)),
        // Of what the worker may not read, nobody can tell whether a run may.
        "io" if message.contains("Permission denied") => {
            Some(Unknown::new(Reason::FileUnreadable, format!("the checker may not read this: {message}")))
        }
        "out of memory" => {
            Some(Unknown::new(Reason::OutOfMemory, "the query needs more memory than the checker gives it"))
        }
        "interrupt" => Some(Unknown::new(Reason::Cancelled, "the query was interrupted")),
        "http" | "connection" | "network" => Some(Unknown::new(Reason::Network, "the checker opens no connections")),
        _ if message.contains("attached in read-only mode") => {
            let message = "it writes to its source, as `nextval` does, and sources are only read here";
            Some(Unknown::new(Reason::ReadOnly, message).about("nextval"))
        }
        "internal" | "fatal" => Some(Unknown::new(Reason::EngineFailure, message)),
        _ => None,
    }
}

/// Files that DuckDB reads by name with an extension that this build lacks.
const FILES: [(&str, &str); 5] =
    [(".xlsx", "excel"), (".avro", "avro"), (".shp", "spatial"), (".gpkg", "spatial"), (".fgb", "spatial")];

/// How DuckDB says that an extension has a function.
const ELSEWHERE: &str = " is not in the catalog, but it exists in the ";

/// Extensions with functions that DuckDB never loads by itself, in none of its versions (`AUTOLOADABLE_EXTENSIONS` in its
/// sources lists the others): what is run is one SELECT, which can't load them either.
const NEVER_LOADED: [&str; 3] = ["demo_capi", "spatial", "vss"];

/// The extension without which this build can't judge, if that is what the error says.
fn missing_extension(raw: &Raw) -> Option<String> {
    let message = raw.message.as_str();
    let between = |before: &str, after: &str| {
        let rest = &message[message.find(before)? + before.len()..];
        let name = rest[..rest.find(after)?].trim_matches(['"', '\'', '`']);
        (!name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')).then(|| name.to_owned())
    };
    // `from 'x.xlsx'` is a missing table to a DuckDB without the extension that reads such files.
    let by_file = || {
        let name = raw.name.as_deref().filter(|_| raw.kind == "catalog" && message.starts_with("Table with name"))?;
        let found = FILES.iter().find(|(end, _)| name.to_lowercase().ends_with(end))?;
        Some(found.1.to_owned())
    };
    let elsewhere = between("it exists in the ", " extension");
    if elsewhere.as_deref().is_some_and(|extension| NEVER_LOADED.contains(&extension)) {
        return None;
    }
    elsewhere
        .or_else(|| between("required extension '", ":"))
        .or_else(|| between("requires the extension ", " to be loaded"))
        .or_else(|| between("requires the ", " extension to be"))
        .or_else(by_file)
        .or_else(|| needs_icu(raw).then(|| "icu".to_owned()))
}

/// Functions of which the extension `icu` has forms for types with time zone.
const ICU: [&str; 47] = [
    "+",
    "-",
    "age",
    "century",
    "date_add",
    "date_diff",
    "date_part",
    "date_sub",
    "date_trunc",
    "datediff",
    "datepart",
    "datesub",
    "datetrunc",
    "day",
    "dayname",
    "dayofmonth",
    "dayofweek",
    "dayofyear",
    "decade",
    "epoch",
    "era",
    "generate_series",
    "hour",
    "isodow",
    "isoyear",
    "julian",
    "last_day",
    "microsecond",
    "millennium",
    "millisecond",
    "minute",
    "month",
    "monthname",
    "quarter",
    "range",
    "second",
    "strftime",
    "strptime",
    "time_bucket",
    "timezone",
    "timezone_hour",
    "timezone_minute",
    "week",
    "weekday",
    "weekofyear",
    "year",
    "yearweek",
];

/// Without the extension `icu`, DuckDB has the types with time zone but almost no functions and casts for them.
fn needs_icu(raw: &Raw) -> bool {
    let message = raw.message.lines().next().unwrap_or_default();
    if !["WITH TIME ZONE", "TIMESTAMPTZ", "TIMETZ"].iter().any(|word| message.contains(word)) {
        return message.starts_with("Unknown TimeZone");
    }
    match raw.kind.as_str() {
        // "No function matches the given name and argument types '-(TIMESTAMP WITH TIME ZONE, INTERVAL)'…" and "Could not
        // choose a best candidate function for the function call "-(…)"…"
        "binder" => message
            .split(['\'', '"'])
            .nth(1)
            .and_then(|call| call.split_once('('))
            .is_some_and(|(name, _)| ICU.contains(&name)),
        // "Unimplemented type for cast (TIMESTAMP WITH TIME ZONE -> DATE)"
        "conversion" | "not implemented" => true,
        _ => false,
    }
}
