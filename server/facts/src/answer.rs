//! What the engine answers.

use crate::{DataType, Exported, Reason, Rows};
use serde::{Deserialize, Serialize};

/// A column of a query's result.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Column {
    /// Name as the engine spells it.
    pub name: String,
    /// Its type.
    pub data_type: DataType,
}

/// The result of an option query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OptionValues {
    /// All columns of the query. An option query must have exactly one (`R-IN-31`).
    pub columns: Vec<Column>,
    /// The first column as text, in row order; `None` for NULL.
    pub values: Vec<Option<String>>,
    /// Whether there were more rows than the question's limit.
    pub more: bool,
}

/// What kind of error the engine reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SqlErrorKind {
    /// The text is not a query of the engine's language.
    Parser,
    /// A table, function or type does not exist.
    Catalog,
    /// A column does not exist, types do not fit, aggregates stand where they can't, …
    Binder,
    /// A value can't be converted.
    Conversion,
    /// A function is given what it does not take: a text in another format, a number where it formats texts, …
    Input,
    /// A file can't be read.
    Io,
    /// The statement gate refused the text: it is no single SELECT.
    Refused,
    /// Anything else; the message tells.
    Other,
}

impl SqlErrorKind {
    /// Whether it hangs on values, which only rows have.
    pub fn is_of_values(self) -> bool {
        matches!(self, Self::Conversion | Self::Input)
    }
}

/// An error of the engine about a query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SqlError {
    /// Its kind.
    pub kind: SqlErrorKind,
    /// The engine's message, without its kind, its `LINE …` excerpt and its candidate list.
    pub message: String,
    /// Byte offset in the question's SQL, where the engine told one.
    pub offset: Option<u32>,
    /// Length in bytes of the faulty piece, where the engine told one.
    pub length: Option<u32>,
    /// Names that the engine thinks were meant.
    pub candidates: Vec<String>,
}

/// The answer to a question that could be answered. An error of the user's query is an answer too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answer {
    /// To `Parse` and `Bind`: accepted, or the engine's error.
    Accepted(Result<(), SqlError>),
    /// To `Describe`.
    Columns(Result<Vec<Column>, SqlError>),
    /// To `Options`.
    Options(Result<OptionValues, SqlError>),
    /// To `Options`, where the values themselves are not known: made-up ones that do to a query what they do.
    LookLike {
        /// Made up.
        values: OptionValues,
        /// How many there really are.
        count: u64,
    },
    /// To `Rows`.
    Rows(Result<Rows, SqlError>),
    /// To `Export`.
    Exported(Result<Exported, SqlError>),
}

/// Why something is not known.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Unknown {
    /// The kind of reason.
    pub code: Reason,
    /// For people.
    pub message: String,
    /// What the message says, for programs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<Detail>,
}

/// What a message says, so that nobody reads it out of its words.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Detail {
    /// The word of the query that it is about.
    Word(String),
    /// The format that a file should have, and has not.
    NoDatabase(String),
    /// Why a database can't be read.
    Unreadable(String),
    /// Of a file that is not there, the names of the files of its sort in its folder.
    Beside(Vec<String>),
    /// The folder of a database is not there, either.
    NoFolder,
}

impl Unknown {
    /// A reason.
    pub fn new(code: Reason, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), detail: None }
    }

    /// The same, with what it says for programs.
    #[must_use]
    pub fn with(mut self, detail: Detail) -> Self {
        self.detail = Some(detail);
        self
    }

    /// The same, about a word of the query.
    #[must_use]
    pub fn about(self, word: impl Into<String>) -> Self {
        self.with(Detail::Word(word.into()))
    }

    /// All of its texts, for who hides something in them.
    pub fn texts_mut(&mut self) -> impl Iterator<Item = &mut String> {
        let detail = self.detail.as_mut().map_or(&mut [][..], |detail| match detail {
            Detail::Word(text) | Detail::NoDatabase(text) | Detail::Unreadable(text) => std::slice::from_mut(text),
            Detail::Beside(names) => names.as_mut_slice(),
            Detail::NoFolder => &mut [],
        });
        std::iter::once(&mut self.message).chain(detail)
    }

    /// The reason of something that was just asked.
    pub fn pending() -> Self {
        Self::new(Reason::Pending, "still being looked up")
    }

    /// Whether it is not known only because it was just asked.
    pub fn is_pending(&self) -> bool {
        self.code == Reason::Pending
    }

    /// Whether the reason may be gone in a moment, without anybody doing anything about it.
    pub fn passes(&self) -> bool {
        self.code.passes()
    }
}
