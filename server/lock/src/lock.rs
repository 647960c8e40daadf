//! What a lock holds.

use crate::{Hash, Keep};
use std::collections::BTreeMap;
use viz_facts::{Column, OptionValues, Reason, SqlError};

/// What a project's data were like when it was last locked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lock {
    /// What belongs to the project's objects, in the order of the file.
    pub sections: BTreeMap<(SectionKind, String), Section>,
}

/// What a section is about; in the order of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SectionKind {
    /// An input: its options.
    Input,
    /// An insight: how its queries fare on the data.
    Insight,
    /// A model: its columns.
    Model,
    /// A source: its type.
    Source,
    /// A table of a dashboard.
    Table,
}

impl SectionKind {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Input, Self::Insight, Self::Model, Self::Source, Self::Table];

    /// Its word in the file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Insight => "insight",
            Self::Model => "model",
            Self::Source => "source",
            Self::Table => "table",
        }
    }
}

/// What is known for one object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Section {
    /// The name of the source that was asked.
    pub source: Option<String>,
    /// Of a source: its type.
    pub kind: Option<String>,
    /// Of an input: what is told of its options.
    pub keep: Option<Keep>,
    /// The question that the object is: the columns of a model, the options of an input. Of listed options the hash of the list.
    pub main: Option<(Hash, Given)>,
    /// What else was asked for it.
    pub answers: BTreeMap<Hash, Given>,
}

impl Section {
    /// Those of all questions that are answered.
    pub fn hashes(&self) -> impl Iterator<Item = Hash> + '_ {
        self.main.iter().map(|(hash, _)| *hash).chain(self.answers.keys().copied())
    }
}

/// What is kept of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    /// The query runs.
    Runs,
    /// The query fails.
    Fails(SqlError),
    /// It can't be run here, whatever the data are.
    NotRun {
        /// The kind of reason.
        why: Reason,
        /// For people.
        message: String,
        /// The word of the query that it is about.
        word: Option<String>,
    },
    /// Whether it has rows.
    Rows(bool),
    /// Its columns.
    Columns(Vec<Column>),
    /// Its values.
    Values(OptionValues),
    /// Options of an input, by what they look like.
    Shapes {
        /// The columns of the query.
        columns: Vec<Column>,
        /// How many options there are.
        count: u64,
        /// Of all of them.
        set: Hash,
        /// Made-up options, and how many each stands for.
        shapes: Vec<(Option<String>, u64)>,
    },
    /// Options of an input of which no text is kept.
    Hidden {
        /// The columns of the query.
        columns: Vec<Column>,
        /// How many there are.
        count: u64,
        /// Of all of them.
        set: Hash,
    },
    /// Nothing.
    Nothing,
}
