//! The rows of a query as files.

use crate::Column;
use serde::{Deserialize, Serialize};

/// The files to make of one query, which runs once. Their names are plain names in the folder that the engine's workers may
/// write to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ExportFiles {
    /// A parquet file: decimals are doubles in it.
    pub parquet: Option<String>,
    /// A JSON file with the columns as arrays.
    pub json: Option<FlatFile>,
    /// Names of the columns in order, where they differ from the query's.
    pub names: Vec<String>,
}

/// A JSON file that holds `{"column": [value, …], …}`, in the forms that [`crate::Rows`] documents, between two texts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FlatFile {
    /// Its name.
    pub name: String,
    /// What stands before the columns.
    pub before: String,
    /// What stands after them.
    pub after: String,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exported {
    /// Name and type of each column as the query has them; a name counts once.
    pub columns: Vec<Column>,
    /// For each column how many values are null in the JSON file because JSON has no form for them (NaN, infinity).
    pub nulled: Vec<u64>,
    /// Number of rows.
    pub row_count: u64,
}
