//! What is read, or made by a query: columns with their origins.

use super::Way;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeSet;
use std::collections::hash_map::Entry;
use std::sync::Arc;
use viz_text::TextRange;

/// What a column is made of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origins {
    /// Columns of tables: indices into the reads.
    pub reads: BTreeSet<usize>,
    /// What is done to them on the way.
    pub way: Way,
    /// Whether there are others, which can't be followed.
    pub unknown: bool,
}

impl Origins {
    pub(super) fn unknown() -> Self {
        Self { way: Way::Computed, unknown: true, ..Self::default() }
    }

    /// Joins others to these; as many as there is room for.
    pub(super) fn extend(&mut self, others: &Self) {
        self.reads.extend(&others.reads);
        while self.reads.len() > super::MAX_READS {
            self.reads.pop_last();
            self.unknown = true;
        }
        self.unknown |= others.unknown;
        self.way = self.way.max(others.way);
    }
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    /// Empty if only the engine knows.
    pub(super) name: String,
    /// Where the text gives its name.
    pub(super) given: Option<TextRange>,
    pub(super) origins: Arc<Origins>,
    /// Whether columns that are not known may stand before it: one of them may have its name.
    pub(super) behind: bool,
}

impl Column {
    pub(super) fn new(name: &str, given: Option<TextRange>, origins: Arc<Origins>) -> Self {
        Self { name: name.to_owned(), given, origins, behind: false }
    }
}

/// The columns of a table besides those that are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rest {
    Nothing,
    /// All of a relation whose columns are not known.
    AllOf(usize),
    Unknown,
}

/// What is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Table {
    pub(super) columns: Vec<Column>,
    pub(super) rest: Rest,
    /// The first column of each name, in small letters.
    first: FxHashMap<String, usize>,
    /// Whether there are columns to which only the engine gives a name.
    unnamed: bool,
    /// The names that are there twice: the engine calls the second one `name_1`.
    twice: FxHashSet<String>,
}

/// What a table says of a name.
pub(super) enum Find<'t> {
    Yes(&'t Column),
    /// If it has it, it has it from this relation, or from anywhere.
    Maybe(Option<usize>),
    No,
}

impl Table {
    pub(super) fn new(columns: Vec<Column>, rest: Rest) -> Self {
        let (mut first, mut twice) = (FxHashMap::default(), FxHashSet::default());
        for (at, column) in columns.iter().enumerate().filter(|(_, column)| !column.name.is_empty()) {
            match first.entry(column.name.to_ascii_lowercase()) {
                Entry::Vacant(entry) => {
                    entry.insert(at);
                }
                Entry::Occupied(entry) => {
                    twice.insert(entry.key().clone());
                }
            }
        }
        let unnamed = columns.iter().any(|column| column.name.is_empty());
        Self { columns, rest, first, unnamed, twice }
    }

    pub(super) fn unknown() -> Self {
        Self::new(Vec::new(), Rest::Unknown)
    }

    pub(super) fn find(&self, name: &str) -> Find<'_> {
        match self.first.get(&name.to_ascii_lowercase()).map(|at| &self.columns[*at]) {
            Some(column) if column.behind => Find::Maybe(None),
            Some(column) => Find::Yes(column),
            None if self.unnamed || self.is_numbered(name) => Find::Maybe(None),
            None => match self.rest {
                Rest::Nothing => Find::No,
                Rest::AllOf(relation) => Find::Maybe(Some(relation)),
                Rest::Unknown => Find::Maybe(None),
            },
        }
    }

    /// Whether it has a column of this name in small letters, as far as they are known.
    pub(super) fn lists(&self, lower: &str) -> bool {
        self.first.contains_key(lower)
    }

    /// Whether a column is the first of its name: the engine gives others a name of its own.
    pub(super) fn is_first(&self, at: usize) -> bool {
        let name = &self.columns[at].name;
        name.is_empty() || self.first.get(&name.to_ascii_lowercase()) == Some(&at)
    }

    /// Whether it may be the engine's name for the second column of a name.
    fn is_numbered(&self, name: &str) -> bool {
        let stem = name.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches(['_', ':']);
        !self.twice.is_empty() && stem.len() < name.len() && self.twice.contains(&stem.to_ascii_lowercase())
    }

    /// These columns in the same order, of which nothing is known but their names.
    pub(super) fn names_only(mut self) -> Self {
        self.columns.iter_mut().for_each(|column| column.origins = Arc::new(Origins::unknown()));
        self
    }
}

/// A table in the making.
pub(super) struct Columns {
    pub(super) list: Vec<Column>,
    pub(super) rest: Rest,
}

impl Columns {
    pub(super) fn new() -> Self {
        Self { list: Vec::new(), rest: Rest::Nothing }
    }

    pub(super) fn push(&mut self, column: Column) {
        if self.list.len() < super::MAX_COLUMNS {
            let behind = column.behind || self.rest != Rest::Nothing;
            self.list.push(Column { behind, ..column });
        } else {
            self.rest = Rest::Unknown;
        }
    }

    /// All columns of something that has others than are listed.
    pub(super) fn more(&mut self, rest: Rest) {
        self.rest = match (self.rest, rest) {
            (rest, Rest::Nothing) | (Rest::Nothing, rest) => rest,
            _ => Rest::Unknown,
        };
    }

    pub(super) fn table(self) -> Table {
        Table::new(self.list, self.rest)
    }
}
