//! Where the columns of a query come from: which columns of which tables its text reads for each of them.
//!
//! Nothing is guessed: of a query that the engine accepts, each origin is one, and what can't be followed is marked as unknown. A query that the
//! engine refuses may be read otherwise.

mod expression;
mod from;
mod places;
mod query;
mod scope;
mod select;
mod table;

use crate::parse::parse;
use places::Places;
use rustc_hash::FxHashMap;
use sqlparser::ast::{Ident, Statement};
use std::collections::BTreeMap;
use std::sync::Arc;
pub use table::Origins;
use table::{Rest, Table};
use viz_text::{TextRange, TextSize};

/// A longer text is not followed.
const MAX_TEXT: usize = 256 << 10;

/// Columns of one table or query at most; of more, nothing is known.
const MAX_COLUMNS: usize = 2_000;

/// Origins of one column at most; more are unknown.
const MAX_READS: usize = 500;

/// Steps of one query at most: columns that are handed on, origins that are joined, expressions that are walked through.
const MAX_STEPS: usize = 1_000_000;

/// Steps that a copy of one column counts for: it takes memory, too.
const COPY: usize = 4;

/// What the text of a query says of its columns.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lineage {
    /// Its columns in order, those of tables with unknown columns left out.
    pub columns: Vec<LineageColumn>,
    /// Of which table it has all columns besides, whatever they are.
    pub rest: LineageRest,
    /// The tables, files and calls that it reads, as written.
    pub relations: Vec<String>,
    /// The columns of these that the text names, or that a star hands on.
    pub reads: Vec<Read>,
    /// The names of columns in the text, in order, with what they mean.
    pub names: Vec<Name>,
    /// What the columns are made of whose names the text gives, those of queries inside too: by the place of the name.
    pub made: BTreeMap<TextSize, Arc<Origins>>,
    /// Whether columns are matched by name somewhere (`UNION BY NAME`).
    pub by_name: bool,
}

/// A column of a table that is read.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Read {
    /// Index into the relations.
    pub relation: usize,
    /// Its name.
    pub column: String,
}

/// A column of a query's result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineageColumn {
    /// Its name; empty if only the engine knows.
    pub name: String,
    /// Where the text gives it.
    pub given: Option<TextRange>,
    /// What it is made of.
    pub origins: Arc<Origins>,
    /// Whether it is the first column of its name: no unknown ones stand before it.
    pub first: bool,
}

/// What is done to a column on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Hash)]
pub enum Way {
    /// Nothing: it is handed on.
    #[default]
    HandedOn,
    /// It gets another type.
    Converted,
    /// Something is computed.
    Computed,
}

/// The columns of a query besides those that are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LineageRest {
    /// There are none.
    #[default]
    Nothing,
    /// All of this relation.
    AllOf(usize),
    /// There may be others.
    Unknown,
}

/// A name of a column in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// Where it stands.
    pub range: TextRange,
    /// What it means.
    pub meaning: Meaning,
    /// Whether a name of a SELECT's own list may be meant here (ORDER BY, GROUP BY, HAVING, …).
    pub late: bool,
    /// Whether a table is named before it.
    pub qualified: bool,
}

/// What a name means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// These columns of tables (both sides of a USING): indices into the reads.
    Read(Vec<usize>),
    /// The column whose name is given there.
    Made(TextRange),
    /// Here it is given.
    Given,
    /// That can't be told.
    Unknown,
}

impl Lineage {
    /// The column with a name, if the text tells which one that is.
    pub fn column(&self, name: &str) -> Option<&LineageColumn> {
        self.columns.iter().find(|column| column.name.eq_ignore_ascii_case(name)).filter(|column| column.first)
    }

    /// The relation of which a column that isn't listed is one, if the query has such a column.
    pub fn unlisted(&self, name: &str) -> Option<usize> {
        let listed = self.columns.iter().any(|column| column.name.is_empty() || column.name.eq_ignore_ascii_case(name));
        match self.rest {
            LineageRest::AllOf(relation) if !listed => Some(relation),
            _ => None,
        }
    }

    /// The name at an offset.
    pub fn name_at(&self, offset: TextSize) -> Option<&Name> {
        self.names.iter().find(|name| name.range.contains_inclusive(offset))
    }

    /// The name that begins at an offset.
    pub fn name_from(&self, start: TextSize) -> Option<&Name> {
        self.names.binary_search_by_key(&start, |name| name.range.start()).ok().map(|at| &self.names[at])
    }
}

/// What a query says of its columns. `known` tells the columns of what it reads, by the text that names it. `None` if it can't be read, or is no
/// single query.
pub fn lineage(sql: &str, known: &dyn Fn(&str) -> Option<Vec<String>>) -> Option<Lineage> {
    if sql.len() > MAX_TEXT {
        return None;
    }
    let statements = parse(sql).ok()?;
    let [Statement::Query(query)] = statements.as_slice() else { return None };
    let mut reader = Reader {
        places: Places::of(sql)?,
        known,
        relations: Vec::new(),
        tables: FxHashMap::default(),
        reads: Vec::new(),
        read_at: FxHashMap::default(),
        names: BTreeMap::new(),
        made: BTreeMap::new(),
        queries: Vec::new(),
        left: MAX_STEPS,
        by_name: false,
    };
    let table = reader.query(query, None);
    Some(reader.told(&table))
}

/// One walk through a query.
struct Reader<'a> {
    places: Places<'a>,
    known: &'a dyn Fn(&str) -> Option<Vec<String>>,
    relations: Vec<String>,
    /// The tables by their text in small letters.
    tables: FxHashMap<String, Arc<Table>>,
    reads: Vec<Read>,
    read_at: FxHashMap<(usize, String), usize>,
    names: BTreeMap<TextSize, Name>,
    made: BTreeMap<TextSize, Arc<Origins>>,
    /// The queries that WITH names, the innermost last.
    queries: Vec<(String, Arc<Table>)>,
    left: usize,
    by_name: bool,
}

impl Reader<'_> {
    fn told(self, table: &Table) -> Lineage {
        let column = |column: &table::Column| LineageColumn {
            name: column.name.clone(),
            given: column.given,
            origins: Arc::clone(&column.origins),
            first: !column.behind,
        };
        Lineage {
            columns: table.columns.iter().map(column).collect(),
            rest: match table.rest {
                Rest::Nothing => LineageRest::Nothing,
                Rest::AllOf(relation) => LineageRest::AllOf(relation),
                Rest::Unknown => LineageRest::Unknown,
            },
            relations: self.relations,
            reads: self.reads,
            names: self.names.into_values().collect(),
            made: self.made,
            by_name: self.by_name,
        }
    }

    /// Goes some steps; whether there are any left.
    fn spend(&mut self, steps: usize) -> bool {
        self.left = self.left.saturating_sub(steps);
        self.left > 0
    }

    /// Copies so many columns; whether there is room for them.
    fn copies(&mut self, columns: usize) -> bool {
        self.spend(COPY.saturating_mul(columns))
    }

    /// A table of the source, a file or a call.
    fn relation(&mut self, written: &str) -> Arc<Table> {
        let key = written.to_lowercase();
        if let Some(table) = self.tables.get(&key) {
            return Arc::clone(table);
        }
        let relation = self.relations.len();
        self.relations.push(written.to_owned());
        let table = match (self.known)(written) {
            Some(names) => {
                let column = |name: &String| {
                    let origins = self.read_of(relation, name);
                    table::Column::new(name, None, Arc::new(origins))
                };
                Table::new(names.iter().take(MAX_COLUMNS).map(column).collect(), Rest::Nothing)
            }
            None => Table::new(Vec::new(), Rest::AllOf(relation)),
        };
        let table = Arc::new(table);
        self.tables.insert(key, Arc::clone(&table));
        table
    }

    /// What a column of a relation is made of: itself.
    fn read_of(&mut self, relation: usize, column: &str) -> Origins {
        let at = *self.read_at.entry((relation, column.to_lowercase())).or_insert_with(|| {
            self.reads.push(Read { relation, column: column.to_owned() });
            self.reads.len() - 1
        });
        Origins { reads: std::iter::once(at).collect(), ..Origins::default() }
    }

    /// Remembers what a name means.
    fn note(&mut self, name: &Ident, meaning: Meaning, (late, qualified): (bool, bool)) {
        if let Some(range) = self.places.of_name(name) {
            self.names.insert(range.start(), Name { range, meaning, late, qualified });
        }
    }

    /// Where a name is given to a column.
    fn given(&mut self, name: &Ident, origins: &Arc<Origins>) -> Option<TextRange> {
        self.note(name, Meaning::Given, (false, false));
        let range = self.places.of_name(name)?;
        self.made.insert(range.start(), Arc::clone(origins));
        Some(range)
    }
}

#[cfg(test)]
mod tests;
