//! What a plan can name: a model, its columns, metrics and dimensions, and those of models that relations join with it.

use super::spelling::Names;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use viz_check::{columns_of, model_question, source_of_model};
use viz_facts::{Answer, Column, DataType, FactStore, KeyedQuestion, QueryTable, Question, RunBy, Unknown};
use viz_project::{Kind, ObjectId, Project};
use viz_sql::{Accessor, Context, joined, model_query, name_hash, quote};

/// A column with more values than this is not one of which values are known.
pub const MOST_KNOWN: u32 = 200;
/// Models that are looked through for a column that was not found.
const NEIGHBOURS: usize = 20;

/// A project and what is known of its data.
#[derive(Clone, Copy)]
pub struct Dataset<'a> {
    /// The project.
    pub project: &'a Project,
    /// What is known.
    pub facts: &'a FactStore,
    /// Whether values of the data may be told.
    pub shows_values: bool,
}

impl<'a> Dataset<'a> {
    /// The model of a name.
    pub fn model(&self, name: &str) -> Option<ObjectId> {
        let ids = self.project.names().global_named(name);
        ids.iter().copied().find(|id| self.project.object(*id).kind == Kind::Model)
    }

    /// Names of all models.
    pub fn models(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let project = self.project;
        project.of_kind(Kind::Model).map(|id| project.object(id).name_text()).filter(|name| !name.is_empty())
    }

    /// The question whose answer is the values of a column, if there are few.
    pub fn values_question(&self, model: ObjectId, column: &str) -> Option<KeyedQuestion> {
        let source = source_of_model(self.project, model).ok()?;
        let sql = model_query(self.project, model)?;
        let column = quote(column);
        let sql = format!("SELECT DISTINCT {column} FROM (\n{}\n) AS rows ORDER BY 1", sql.text());
        Some(Question::Options { source, sql, limit: MOST_KNOWN }.into())
    }
}

/// A column, or a metric or dimension.
#[derive(Debug, Clone)]
pub(crate) enum Found {
    Column { model: ObjectId, column: Column },
    Field(ObjectId),
}

/// A model, and what can be named beside it.
pub(crate) struct Base<'a> {
    pub(crate) dataset: Dataset<'a>,
    pub(crate) model: ObjectId,
    columns: BTreeMap<ObjectId, Arc<Vec<Column>>>,
    /// Models whose columns can't be known.
    pub(crate) unknown: HashMap<ObjectId, Unknown>,
    /// What has to be asked first.
    pub(crate) open: Vec<KeyedQuestion>,
}

impl<'a> Base<'a> {
    /// A model with everything that a plan names.
    pub(crate) fn new(dataset: Dataset<'a>, model: ObjectId, plan: &Value) -> Self {
        let (columns, unknown) = (BTreeMap::new(), HashMap::new());
        let mut base = Self { dataset, model, columns, unknown, open: Vec::new() };
        base.look_up(model);
        let mut names = Vec::new();
        texts(plan, &mut names);
        for name in names {
            base.look_up_name(name);
        }
        base
    }

    fn project(&self) -> &'a Project {
        self.dataset.project
    }

    fn name_of(&self, id: ObjectId) -> &'a str {
        self.project().object(id).name_text()
    }

    fn look_up(&mut self, model: ObjectId) {
        if self.columns.contains_key(&model) || self.unknown.contains_key(&model) {
            return;
        }
        match columns_of(self.project(), self.dataset.facts, model) {
            Ok(columns) => drop(self.columns.insert(model, columns)),
            Err(why) => {
                self.open.extend(model_question(self.project(), model).filter(|_| why.is_pending()));
                self.unknown.insert(model, why);
            }
        }
    }

    fn look_up_name(&mut self, name: &str) {
        for (at, _) in name.match_indices('.') {
            if let Some(model) = self.dataset.model(&name[..at]) {
                self.look_up(model);
            }
        }
        for kind in [Kind::Metric, Kind::Dimension] {
            let Some(id) = self.field(kind, name) else { continue };
            let models = self.project().dependencies(id).into_iter().chain(self.project().parent(id));
            for model in models.filter(|id| self.project().object(*id).kind == Kind::Model).collect::<Vec<_>>() {
                self.look_up(model);
            }
        }
    }

    /// A column by its name, spelled as the source does or in other case.
    pub(crate) fn column(&self, name: &str) -> Option<(ObjectId, &Column)> {
        let of = |model: ObjectId, name: &str| {
            let columns = self.columns.get(&model)?;
            let exact = columns.iter().find(|column| column.name == name);
            exact
                .or_else(|| columns.iter().find(|column| column.name.eq_ignore_ascii_case(name)))
                .map(|column| (model, column))
        };
        of(self.model, name).or_else(|| {
            name.match_indices('.').find_map(|(at, _)| of(self.dataset.model(&name[..at])?, &name[at + 1..]))
        })
    }

    /// A metric or dimension by its name.
    pub(crate) fn field(&self, kind: Kind, name: &str) -> Option<ObjectId> {
        let project = self.project();
        let is = |id: &ObjectId| project.object(*id).kind == kind;
        let own = project.scoped_field(self.model, name).filter(is);
        own.or_else(|| project.names().global_named(name).iter().copied().find(is)).or_else(|| {
            let of = |at: usize| project.scoped_field(self.dataset.model(&name[..at])?, &name[at + 1..]).filter(is);
            name.match_indices('.').find_map(|(at, _)| of(at))
        })
    }

    /// What a name under a key means.
    pub(crate) fn find(&self, key: &str, name: &str) -> Option<Found> {
        match key {
            "column" => self.column(name).map(|(model, column)| Found::Column { model, column: column.clone() }),
            "dimension" => self.field(Kind::Dimension, name).map(Found::Field),
            "metric" => self.field(Kind::Metric, name).map(Found::Field),
            _ => None,
        }
    }

    /// A name as plans write it: that of another model behind the model's.
    pub(crate) fn written(&self, found: &Found) -> String {
        let (model, name) = match found {
            Found::Column { model, column } => (Some(*model), column.name.as_str()),
            Found::Field(id) => (self.project().parent(*id), self.name_of(*id)),
        };
        match model.filter(|model| *model != self.model) {
            Some(other) => format!("{}.{name}", self.name_of(other)),
            None => name.to_owned(),
        }
    }

    /// Everything that can be named: key and name. Columns of other models only as far as they are known.
    pub(crate) fn everything(&self, keys: &[&str]) -> Vec<(&'static str, String)> {
        let mut out = Vec::new();
        if keys.contains(&"column") {
            for model in std::iter::once(self.model).chain(self.columns.keys().copied().filter(|id| *id != self.model))
            {
                let columns = self.columns.get(&model).into_iter().flat_map(|columns| columns.iter());
                let name = |column: &Column| self.written(&Found::Column { model, column: column.clone() });
                out.extend(columns.map(|column| ("column", name(column))));
            }
        }
        for (key, kind) in [("dimension", Kind::Dimension), ("metric", Kind::Metric)] {
            if keys.contains(&key) {
                out.extend(self.project().of_kind(kind).map(|id| (key, self.written(&Found::Field(id)))));
            }
        }
        out
    }

    /// Looks at the models that relations join with those that are known.
    pub(crate) fn look_around(&mut self) {
        let project = self.project();
        let models: Vec<ObjectId> = project.of_kind(Kind::Model).collect();
        let joins = project.joins_among(&models);
        let known: Vec<ObjectId> = self.columns.keys().copied().collect();
        let near = joins.iter().flat_map(|(_, (a, b))| [(*a, *b), (*b, *a)]).filter(|(a, _)| known.contains(a));
        for (_, other) in near.take(NEIGHBOURS).collect::<Vec<_>>() {
            self.look_up(other);
        }
    }

    /// The type of an expression over models, if it is known.
    pub(crate) fn type_of(&mut self, sql: &str, models: &[ObjectId]) -> Option<DataType> {
        let source = source_of_model(self.project(), *models.first()?).ok()?;
        let from = joined(self.project(), self, models).ok()?;
        let table = |model: &ObjectId| {
            let sql = model_query(self.project(), *model)?.text().to_owned();
            Some(QueryTable { name: name_hash(self.name_of(*model)), sql })
        };
        let tables = models.iter().map(table).collect::<Option<Vec<_>>>()?;
        let sql = format!("SELECT {sql} AS value\n{} LIMIT 0", from.sql);
        let question = Question::Rows { source, tables, by: RunBy::Source, sql, rows: 1, bytes: 1 << 10 };
        let question = KeyedQuestion::from(question);
        let Some(fact) = self.dataset.facts.get(&question) else {
            self.open.push(question);
            return None;
        };
        match &**fact.answer()? {
            Answer::Rows(Ok(rows)) => rows.columns.first().map(|column| column.data_type.clone()),
            _ => None,
        }
    }

    /// The values of a column, if there are few and they are known.
    pub(crate) fn values(&mut self, model: ObjectId, column: &str) -> Option<Vec<String>> {
        if !self.dataset.shows_values {
            return None;
        }
        let question = self.dataset.values_question(model, column)?;
        let Some(fact) = self.dataset.facts.get(&question) else {
            self.open.push(question);
            return None;
        };
        match &**fact.answer()? {
            Answer::Options(Ok(values)) if !values.more => Some(values.values.iter().flatten().cloned().collect()),
            _ => None,
        }
    }
}

impl Names for Base<'_> {
    fn named(&self, name: &str) -> Option<(&'static str, String)> {
        let of = |key: &'static str| self.find(key, name).map(|found| (key, self.written(&found)));
        ["column", "dimension", "metric"].into_iter().find_map(of)
    }

    fn spelled(&self, key: &str, name: &str) -> Option<String> {
        self.find(key, name).map(|found| self.written(&found))
    }

    fn model(&self, name: &str) -> Option<String> {
        model_spelled(&self.dataset, name)
    }
}

/// Of a plan whose model is not known.
pub(crate) struct Nameless<'a>(pub(crate) Dataset<'a>);

impl Names for Nameless<'_> {
    fn named(&self, _: &str) -> Option<(&'static str, String)> {
        None
    }

    fn spelled(&self, _: &str, _: &str) -> Option<String> {
        None
    }

    fn model(&self, name: &str) -> Option<String> {
        model_spelled(&self.0, name)
    }
}

fn model_spelled(dataset: &Dataset<'_>, name: &str) -> Option<String> {
    let exact = dataset.models().find(|model| *model == name);
    let mut alike = dataset.models().filter(|model| model.eq_ignore_ascii_case(name));
    let alike = alike.next().filter(|_| alike.next().is_none());
    exact.or(alike).map(str::to_owned)
}

impl Context for Base<'_> {
    fn columns(&self, model: ObjectId) -> Option<&[Column]> {
        self.columns.get(&model).map(|columns| columns.as_slice())
    }

    fn is_text(&self, _: ObjectId) -> Option<bool> {
        None
    }

    fn sample(&self, _: ObjectId, _: Accessor) -> Option<String> {
        None
    }
}

/// All texts of a plan: whatever may be a name.
fn texts<'v>(value: &'v Value, out: &mut Vec<&'v str>) {
    match value {
        Value::String(text) if text.len() <= 200 && out.len() < 1_000 => out.push(text),
        Value::Array(list) => list.iter().for_each(|value| texts(value, out)),
        Value::Object(object) => object.values().for_each(|value| texts(value, out)),
        _ => {}
    }
}
