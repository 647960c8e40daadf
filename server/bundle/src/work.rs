//! What is to be done for one object.

use serde::Serialize;
use serde_json::Value;
use viz_facts::{QueryTable, Question, SourceSpec};

/// The files of one object.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Work {
    /// Queries whose rows become files.
    pub queries: Vec<Query>,
    /// JSON files.
    pub texts: Vec<Text>,
    /// What the texts rest on: the data behind these answers decide what is in them, as the queries' do.
    pub asks: Vec<Question>,
    /// What a reader should know.
    pub warnings: Vec<String>,
}

/// A query that runs once, and the files that its rows go to. Paths are relative to the output folder, with `/`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Query {
    /// Where it runs.
    pub source: SourceSpec,
    /// Tables that it reads, by name.
    pub tables: Vec<QueryTable>,
    /// Its text.
    pub sql: String,
    /// Names of the columns in its files, where they differ from its own.
    pub names: Vec<String>,
    /// The parquet file.
    pub parquet: Option<String>,
    /// The flat file.
    pub flat: Option<FlatText>,
}

/// A flat file but for its rows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FlatText {
    /// Where it goes.
    pub path: String,
    /// What stands before the object of columns.
    pub before: String,
    /// What stands after it.
    pub after: String,
}

/// A JSON file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Text {
    /// Where it goes.
    pub path: String,
    /// What it holds. An empty `generated_at` becomes the time of writing.
    pub json: Value,
}

/// The key of the time of writing.
pub(crate) const GENERATED: &str = "generated_at";

impl Text {
    /// The text as it is written at this time.
    pub fn render(&self, now: &str) -> String {
        let mut json = self.json.clone();
        if let Some(at) = json.get_mut(GENERATED) {
            *at = Value::from(now);
        }
        let mut text = serde_json::to_string_pretty(&json).unwrap_or_default();
        text.push('\n');
        text
    }
}

/// A hash of plain data, paths made of variables as the project writes them: it may be given away, and values can be guessed. What such a
/// path leads to is told by the version of the data.
pub fn hash(data: &impl Serialize) -> String {
    // Serializing plain data to memory does not fail.
    let text = serde_json::to_vec(data).unwrap_or_default();
    blake3::hash(&text).to_hex()[..32].to_owned()
}

impl Work {
    /// A hash of everything that decides what is in the files, besides the data.
    pub fn key(&self, engine: &str) -> String {
        hash(&(engine, &self.queries, &self.texts))
    }

    /// The paths of its files, relative to the output folder.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        let queries = self.queries.iter().flat_map(|query| {
            let flat = query.flat.as_ref().map(|flat| flat.path.as_str());
            query.parquet.as_deref().into_iter().chain(flat)
        });
        queries.chain(self.texts.iter().map(|text| text.path.as_str()))
    }
}
