//! A lock out of its text, which may be anything.

use crate::{Given, Hash, Keep, Lock, MOST_BYTES, Section, SectionKind, VERSION};
use serde::Deserialize;
use std::collections::BTreeMap;
use viz_facts::{Column, DataType, OptionValues, Reason, SqlError, SqlErrorKind};
use viz_text::shorten::shorten;

/// Why a file is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Damaged {
    /// It is too large.
    #[error("it has more than {MOST_BYTES} bytes, which `viz-lsp lock` never writes")]
    TooLarge,
    /// It is no text.
    #[error("it is not UTF-8")]
    NotUtf8,
    /// A merge left its marks.
    #[error("line {0} is the mark of a merge that was not brought to its end; `viz-lsp lock` writes the file anew")]
    Merge(usize),
    /// It is of another version.
    #[error("it has version {0}, and this viz-lsp knows version {VERSION}: another viz-lsp has written it")]
    Version(i64),
    /// It is no lock.
    #[error("line {line}: {what}")]
    Wrong {
        /// From 1.
        line: usize,
        /// What is wrong.
        what: String,
    },
}

/// Reads a file's bytes: all of it, or nothing.
///
/// # Errors
/// What is wrong with it.
pub fn read(bytes: &[u8]) -> Result<Lock, Damaged> {
    if bytes.len() as u64 > MOST_BYTES {
        return Err(Damaged::TooLarge);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| Damaged::NotUtf8)?;
    // Checkouts of Windows may change how lines end.
    let text = text.replace("\r\n", "\n");
    let is_mark = |line: &&str| ["<<<<<<<", "|||||||", "=======", ">>>>>>>"].iter().any(|mark| line.starts_with(mark));
    if let Some(at) = text.lines().position(|line| is_mark(&line)) {
        return Err(Damaged::Merge(at + 1));
    }
    let wrong = |error: toml::de::Error| {
        let at = error.span().map_or(0, |span| span.start).min(text.len());
        let line = text.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
        let what = error.message().lines().next().unwrap_or_default().to_owned();
        Damaged::Wrong { line, what }
    };
    // Another version may have other keys.
    #[derive(Deserialize)]
    struct Versioned {
        version: i64,
    }
    match toml::from_str::<Versioned>(&text).map_err(wrong)?.version {
        VERSION => {}
        other => return Err(Damaged::Version(other)),
    }
    let file: File = toml::from_str(&text).map_err(wrong)?;
    let mut lock = Lock::default();
    for (kind, sections) in [
        (SectionKind::Input, file.input),
        (SectionKind::Insight, file.insight),
        (SectionKind::Model, file.model),
        (SectionKind::Source, file.source),
        (SectionKind::Table, file.table),
    ] {
        for (name, raw) in sections {
            let section = raw.section().map_err(|what| Damaged::Wrong {
                line: line_of(&text, kind, &name),
                what: format!("the section of the {} `{name}`: {what}", kind.name()),
            })?;
            lock.sections.insert((kind, name), section);
        }
    }
    Ok(lock)
}

/// Where a section begins.
fn line_of(text: &str, kind: SectionKind, name: &str) -> usize {
    let heads = |line: &str| {
        let rest = line.strip_prefix('[').and_then(|rest| rest.strip_prefix(kind.name()));
        rest.is_some_and(|rest| rest.contains(name))
    };
    text.lines().position(heads).map_or(1, |at| at + 1)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "version")]
    _version: i64,
    #[serde(default)]
    input: BTreeMap<String, RawSection>,
    #[serde(default)]
    insight: BTreeMap<String, RawSection>,
    #[serde(default)]
    model: BTreeMap<String, RawSection>,
    #[serde(default)]
    source: BTreeMap<String, RawSection>,
    #[serde(default)]
    table: BTreeMap<String, RawSection>,
}

/// A section: what it says of the object, its main question, and other answers. (Not nested: serde can't tell unknown keys through
/// `flatten`.)
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSection {
    #[serde(rename = "type")]
    kind: Option<String>,
    source: Option<String>,
    keep: Option<Keep>,
    query: Option<String>,
    columns: Option<Vec<(String, String)>>,
    options: Option<Vec<RawValue>>,
    more: Option<bool>,
    count: Option<u64>,
    set: Option<String>,
    shapes: Option<Vec<(RawValue, u64)>>,
    runs: Option<bool>,
    rows: Option<bool>,
    kept: Option<bool>,
    error: Option<RawError>,
    not_run: Option<RawNotRun>,
    #[serde(default)]
    answers: Vec<RawAnswer>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAnswer {
    query: String,
    columns: Option<Vec<(String, String)>>,
    options: Option<Vec<RawValue>>,
    more: Option<bool>,
    count: Option<u64>,
    set: Option<String>,
    shapes: Option<Vec<(RawValue, u64)>>,
    runs: Option<bool>,
    rows: Option<bool>,
    kept: Option<bool>,
    error: Option<RawError>,
    not_run: Option<RawNotRun>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum RawValue {
    Text(String),
    Null(bool),
}

impl RawValue {
    fn read(self) -> Result<Option<String>, String> {
        match self {
            RawValue::Text(text) => Ok(Some(text)),
            RawValue::Null(false) => Ok(None),
            RawValue::Null(true) => Err("an option is `true`: options are texts, and `false` is NULL".into()),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawError {
    kind: SqlErrorKind,
    message: String,
    offset: Option<u32>,
    length: Option<u32>,
    #[serde(default)]
    candidates: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawNotRun {
    why: Reason,
    message: String,
    word: Option<String>,
}

impl RawSection {
    fn section(self) -> Result<Section, String> {
        let Self {
            kind,
            source,
            keep,
            query,
            columns,
            options,
            more,
            count,
            set,
            shapes,
            runs,
            rows,
            kept,
            error,
            not_run,
            answers,
        } = self;
        let main = match query {
            Some(query) => {
                let main =
                    RawAnswer { query, columns, options, more, count, set, shapes, runs, rows, kept, error, not_run };
                Some(main.read()?)
            }
            None if columns.is_some() || options.is_some() || error.is_some() || not_run.is_some() => {
                return Err("it does not say of which query it is".into());
            }
            None => None,
        };
        let mut read = BTreeMap::new();
        for answer in answers {
            let (query, given) = answer.read()?;
            if read.insert(query, given).is_some() {
                return Err(format!("two answers to the query {query}"));
            }
        }
        Ok(Section { source, kind, keep, main, answers: read })
    }
}

impl RawAnswer {
    fn read(self) -> Result<(Hash, Given), String> {
        let hash = |text: &str| text.parse::<Hash>().map_err(|()| format!("`{text}` is no hash"));
        let query = hash(&self.query)?;
        // Of what the project lists there is no query, so there are no columns.
        let listed = self.columns.is_none() && (self.options.is_some() || self.set.is_some());
        let columns = self.columns.or(listed.then(Vec::new)).map(columns).transpose()?;
        let given = match (columns, self.options, self.set, self.error, self.not_run) {
            (Some(columns), Some(options), None, None, None) => {
                let values = options.into_iter().map(RawValue::read).collect::<Result<_, _>>()?;
                Given::Values(OptionValues { columns, values, more: self.more.unwrap_or_default() })
            }
            (Some(columns), None, Some(set), None, None) => {
                let count = self.count.ok_or("`set` stands without `count`")?;
                let set = hash(&set)?;
                match self.shapes {
                    None => Given::Hidden { columns, count, set },
                    Some(shapes) => {
                        let shape = |(value, count): (RawValue, u64)| Ok::<_, String>((value.read()?, count));
                        let shapes = shapes.into_iter().map(shape).collect::<Result<_, _>>()?;
                        Given::Shapes { columns, count, set, shapes }
                    }
                }
            }
            (Some(columns), None, None, None, None) => Given::Columns(columns),
            (None, None, None, Some(RawError { kind, message, offset, length, candidates }), None) => {
                if offset.unwrap_or(0).checked_add(length.unwrap_or(0)).is_none() {
                    return Err("the place of its error is none".into());
                }
                Given::Fails(SqlError { kind, message, offset, length, candidates })
            }
            (None, None, None, None, Some(RawNotRun { why, message, word })) => Given::NotRun { why, message, word },
            (None, None, None, None, None) if self.runs == Some(true) => Given::Runs,
            (None, None, None, None, None) if self.rows.is_some() => Given::Rows(self.rows == Some(true)),
            (None, None, None, None, None) if self.kept == Some(false) => Given::Nothing,
            _ => return Err("it does not say one thing about the query".into()),
        };
        Ok((query, given))
    }
}

/// Whether a type is no larger than what is written: reading one takes steps with its brackets.
pub fn is_kept(data_type: &str) -> bool {
    data_type.len() <= MOST_OF_TYPE && data_type.bytes().filter(|byte| *byte == b'[').count() <= MOST_LISTS
}

/// Bytes of a type, at most.
const MOST_OF_TYPE: usize = 16 << 10;

/// Lists in a type, at most.
const MOST_LISTS: usize = 64;

/// Letters of a name that are shown.
const SHOWN: usize = 80;

/// Columns, whose types get into queries: so they are types and nothing else.
fn columns(pairs: Vec<(String, String)>) -> Result<Vec<Column>, String> {
    let column = |(name, data_type): (String, String)| {
        if !is_kept(&data_type) {
            return Err(format!("a type of `{}` is larger than any that is written", shorten(&name, SHOWN)));
        }
        let data_type = DataType::from(data_type);
        match data_type.is_valid() {
            true => Ok(Column { name, data_type }),
            false => Err(format!("`{data_type}` is no type")),
        }
    };
    pairs.into_iter().map(column).collect()
}
