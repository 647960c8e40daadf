//! What became of one object.

use serde::Serialize;
use viz_bundle::Node;
use viz_text::shorten::{MESSAGE, shorten_in};

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
    /// Of a node. What others say, such as a database, is no longer than anybody reads.
    pub fn new(node: &Node, mut fate: Fate, mut warnings: Vec<String>) -> Self {
        if let Fate::Skipped { reason } | Fate::Failed { reason } = &mut fate {
            shorten_in(reason, MESSAGE);
        }
        warnings.iter_mut().for_each(|warning| shorten_in(warning, MESSAGE));
        let files = node.work.iter().flat_map(|work| work.paths()).map(str::to_owned).collect();
        Self { kind: node.kind, name: node.name.clone(), fate, files, warnings }
    }

    /// Whether its files are what they should be.
    pub fn is_fine(&self) -> bool {
        matches!(self.fate, Fate::Built(_) | Fate::Due | Fate::Unchanged)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use viz_bundle::Skipped;

    #[test]
    fn what_a_database_says_is_no_longer_than_anybody_reads() {
        let work = Err(Skipped::HasErrors(String::new()));
        let node = Node { kind: "source", name: "s".into(), needs: Vec::new(), work };
        let long = "q".repeat(3_000_000);
        for fate in [Fate::Skipped { reason: long.clone() }, Fate::Failed { reason: long.clone() }] {
            let report = Report::new(&node, fate, vec![long.clone()]);
            let text = serde_json::to_string(&report).unwrap();
            assert!(text.len() < 10_000 && text.contains("(3000000 characters)"), "{} bytes", text.len());
        }
    }
}
