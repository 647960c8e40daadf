//! What became of one object.

use serde::Serialize;

/// What became of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "lowercase", tag = "status")]
pub enum Fate {
    /// Its files are new.
    Built(Done),
    /// It would be built.
    Due,
    /// Its files are what they would be.
    Unchanged,
    /// It was not tried.
    Skipped {
        /// Why.
        reason: String,
    },
    /// It did not work.
    Failed {
        /// Why.
        reason: String,
    },
}

/// What was made of an object.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Done {
    /// Number of rows of its queries.
    pub rows: u64,
    /// Bytes of its files.
    pub bytes: u64,
    /// Milliseconds.
    pub milliseconds: u64,
}

/// An object, and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// `source`, `model`, `input` or `insight`.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// See [`Fate`].
    #[serde(flatten)]
    pub fate: Fate,
    /// Its files, relative to the output folder.
    pub files: Vec<String>,
    /// What a reader should know.
    pub warnings: Vec<String>,
}

impl Report {
    /// Whether its files are what they should be.
    pub fn is_fine(&self) -> bool {
        matches!(self.fate, Fate::Built(_) | Fate::Due | Fate::Unchanged)
    }
}
