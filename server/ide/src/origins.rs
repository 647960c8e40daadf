//! Where columns come from: which columns of which tables feed a column of a model, a metric or a property of an insight.
//!
//! Models read tables, not each other (`R-REF-10`), so a way is: property → metrics and dimensions → columns of models → columns of tables. Of
//! models whose queries are not written for DuckDB nothing is told.

mod names;
mod words;

pub(crate) use names::{own_names, read_at, reads_of};
pub(crate) use words::{relation_name, told};

use crate::cursor::sql_names::model_sql;
use crate::sql_text::from_items::from_items;
use crate::sql_text::source_tables::{columns_of_relation, describe, tables_of, tables_question};
use rustc_hash::{FxHashMap, FxHashSet};
use std::rc::Rc;
use viz_check::{columns_of, source_of_model};
use viz_facts::{FactStore, KeyedQuestion};
use viz_project::{Body, Dialect, ObjectId, Project, Resolution, SourceType};
use viz_sql::{Lineage, LineageRest, Meaning, Origins, Way, lineage};
use viz_syntax::references;
use viz_text::{FileId, TextSize};

/// Columns that are told of one thing at most; more are not followed.
const MOST: usize = 500;

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TableColumn {
    /// The source that has the table.
    pub source: Option<ObjectId>,
    /// The table, the file or the call, as written.
    pub relation: String,
    /// The column's name.
    pub column: String,
}

/// What something is made of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Feeds {
    /// Columns of tables, each once.
    pub columns: Vec<TableColumn>,
    /// What is done to them on the way.
    pub way: Way,
    /// Whether there are others, which can't be followed.
    pub unknown: bool,
}

impl Feeds {
    fn extend(&mut self, other: Self) {
        for column in other.columns {
            if self.columns.len() >= MOST {
                self.unknown = true;
                break;
            }
            if !self.columns.contains(&column) {
                self.columns.push(column);
            }
        }
        self.way = self.way.max(other.way);
        self.unknown |= other.unknown;
    }
}

/// The columns of a model, each with what it is made of; those whose names only the database knows left out. `None` if the model's query isn't
/// written for DuckDB, or can't be read.
pub fn columns_with_origins(project: &Project, facts: &FactStore, model: ObjectId) -> Option<Vec<(String, Feeds)>> {
    let mut ways = Ways::new(project, facts);
    let found = ways.of_model(model)?;
    let known =
        columns_of(project, facts, model).map(|columns| columns.iter().map(|column| column.name.clone()).collect());
    let listed = || found.columns.iter().map(|column| column.name.clone()).filter(|name| !name.is_empty()).collect();
    let names: Vec<String> = known.unwrap_or_else(|_| listed());
    let with = |name: String| {
        let feeds = ways.of_column(model, &name)?;
        Some((name, feeds))
    };
    Some(names.into_iter().filter_map(with).collect())
}

/// What to ask so that a hover at this place can tell where columns come from: the columns of the tables that models read, as far as their
/// queries leave it open which table a column is of.
pub fn hover_questions(project: &Project, facts: &FactStore, file: FileId, offset: TextSize) -> Vec<KeyedQuestion> {
    let Some(id) = crate::lineage::object_around(project, file, offset) else { return Vec::new() };
    let (models, here) = match &project.object(id).body {
        // The types of what it reads are told in its text.
        Body::Model(_) => (vec![id], true),
        _ => (viz_sql::dependent_models(project, id), false),
    };
    let mut out = Vec::new();
    for model in models {
        let Some(found) = of_model(project, facts, model) else { continue };
        let open = here
            || found.rest != LineageRest::Nothing
            || found.names.iter().any(|name| name.meaning == Meaning::Unknown);
        let Ok(source) = source_of_model(project, model) else { continue };
        let Some(sql) = model_sql(project, model).filter(|_| open) else { continue };
        let known = tables_of(&source, facts);
        out.extend(tables_question(&source));
        out.extend(from_items(sql.text()).0.iter().flat_map(|item| describe(&source, item, known.as_deref())));
    }
    out.retain(|question| facts.get(question).is_none());
    out
}

/// What the query of a model says of its columns.
pub(crate) fn of_model(project: &Project, facts: &FactStore, model: ObjectId) -> Option<Lineage> {
    let sql = model_sql(project, model)?;
    let Body::Source(source) = &project.object(project.source_of(model)?).body else { return None };
    if source.kind.map(SourceType::dialect) != Some(Dialect::DuckDb) {
        return None;
    }
    let asked = source_of_model(project, model).ok();
    lineage(sql.text(), &|relation| {
        let columns = columns_of_relation(asked.as_ref()?, relation, facts)?;
        Some(columns.into_iter().map(|(name, _)| name).collect())
    })
}

/// What a model's query reads, by its place among all that it does.
fn table_column(project: &Project, model: ObjectId, found: &Lineage, at: usize) -> TableColumn {
    let read = &found.reads[at];
    TableColumn {
        source: project.source_of(model),
        relation: found.relations[read.relation].clone(),
        column: read.column.clone(),
    }
}

/// Follows columns; each model is read once.
pub(crate) struct Ways<'a> {
    project: &'a Project,
    facts: &'a FactStore,
    models: FxHashMap<ObjectId, Option<Rc<Lineage>>>,
    /// Metrics and dimensions that are being followed.
    open: FxHashSet<ObjectId>,
    /// What was found of them: each is followed once, however many ways lead to it.
    expressions: FxHashMap<ObjectId, Option<Feeds>>,
}

impl<'a> Ways<'a> {
    pub(crate) fn new(project: &'a Project, facts: &'a FactStore) -> Self {
        let (open, expressions) = (FxHashSet::default(), FxHashMap::default());
        Self { project, facts, models: FxHashMap::default(), open, expressions }
    }

    pub(crate) fn of_model(&mut self, model: ObjectId) -> Option<Rc<Lineage>> {
        let (project, facts) = (self.project, self.facts);
        self.models.entry(model).or_insert_with(|| of_model(project, facts, model).map(Rc::new)).clone()
    }

    /// What a column of a model is made of; `None` where nothing is told of its query.
    pub(crate) fn of_column(&mut self, model: ObjectId, name: &str) -> Option<Feeds> {
        let found = self.of_model(model)?;
        if let Some(column) = found.column(name) {
            return Some(self.feeds(model, &found, &column.origins));
        }
        let unlisted = found.unlisted(name).map(|relation| TableColumn {
            source: self.project.source_of(model),
            relation: found.relations[relation].clone(),
            column: name.to_owned(),
        });
        let unknown = unlisted.is_none();
        Some(Feeds { columns: unlisted.into_iter().collect(), way: Way::HandedOn, unknown })
    }

    /// What the text of a model's query says a column is made of.
    pub(crate) fn feeds(&self, model: ObjectId, found: &Lineage, origins: &Origins) -> Feeds {
        let column = |at: &usize| table_column(self.project, model, found, *at);
        Feeds { columns: origins.reads.iter().map(column).collect(), way: origins.way, unknown: origins.unknown }
    }

    /// What an expression of references is made of; `None` where nothing is told of any.
    pub(crate) fn of_text(&mut self, text: &str) -> Option<Feeds> {
        let mut feeds = Feeds::default();
        let found = references(text);
        let mut any = false;
        for reference in &found {
            let Resolution::Object(id) = self.project.names().resolve(&reference.name) else {
                feeds.unknown = true;
                continue;
            };
            let part = match (&self.project.object(id).body, reference.path.as_deref()) {
                (Body::Model(_), Some(path)) => match self.project.scoped_field(id, path) {
                    Some(field) => self.of_expression(field),
                    None => self.of_column(id, path),
                },
                (Body::Expression(_), _) => self.of_expression(id),
                // What a viewer chooses is no column.
                (Body::Input(_), _) => continue,
                _ => None,
            };
            any |= part.is_some();
            feeds.extend(part.unwrap_or(Feeds { unknown: true, ..Feeds::default() }));
        }
        let alone = matches!(found.as_slice(), [only] if only.range.len() == TextSize::of(text.trim()));
        if !alone {
            feeds.way = Way::Computed;
        }
        any.then_some(feeds)
    }

    /// What a metric or a dimension is made of.
    pub(crate) fn of_expression(&mut self, id: ObjectId) -> Option<Feeds> {
        let Body::Expression(body) = &self.project.object(id).body else { return None };
        let text = body.expression.as_ref()?.text();
        if let Some(known) = self.expressions.get(&id) {
            return known.clone();
        }
        // A circle has no end.
        if !self.open.insert(id) {
            return Some(Feeds { way: Way::Computed, unknown: true, ..Feeds::default() });
        }
        let feeds = match self.project.parent(id).filter(|_| body.scoped) {
            Some(model) => self.of_bare(model, text),
            None => self.of_text(text),
        };
        self.open.remove(&id);
        self.expressions.insert(id, feeds.clone());
        feeds
    }

    /// What an expression in a model is made of, which names its columns.
    fn of_bare(&mut self, model: ObjectId, text: &str) -> Option<Feeds> {
        self.of_model(model)?;
        let names = columns_of(self.project, self.facts, model).ok();
        let names = names.map(|columns| columns.iter().map(|column| column.name.clone()).collect::<Vec<_>>());
        let query = format!("select (\n{text}\n) as x from \"the model\"");
        let Some(found) = lineage(&query, &|_| names.clone()) else {
            return Some(Feeds { way: Way::Computed, unknown: true, ..Feeds::default() });
        };
        let [column] = found.columns.as_slice() else { return None };
        let mut feeds = Feeds { way: column.origins.way, unknown: column.origins.unknown, ..Feeds::default() };
        for at in &column.origins.reads {
            if let Some(part) = self.of_column(model, &found.reads[*at].column) {
                feeds.extend(part);
            }
        }
        Some(feeds)
    }
}
