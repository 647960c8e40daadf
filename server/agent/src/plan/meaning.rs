//! What a plan asks: its names looked up, its values read, its groups found; and everything that is wrong with that.

mod conditions;
mod outputs;

use super::dataset::{Base, Found};
use super::fault::{Code, Fault, add, below, remove};
use super::value::{Filter, Item, Operand, Plan, What, last_part};
use super::words::Agg;
use jsonptr::PointerBuf;
use serde_json::json;
use viz_facts::{Column, DataType};
use viz_project::{ObjectId, Project, similar};
use viz_sql::{NoText, OverModels, field, name_hash, quote};

/// A query in pieces of SQL over the tables of models.
#[derive(Debug, Default)]
pub(crate) struct Query {
    /// Expression and name of each column.
    pub(crate) select: Vec<(String, String)>,
    pub(crate) rows: Vec<String>,
    /// Positions in `select`, from 1.
    pub(crate) group_by: Vec<usize>,
    pub(crate) groups: Vec<String>,
    pub(crate) order_by: Vec<String>,
    /// The models whose tables it reads, the one of `from` first.
    pub(crate) models: Vec<ObjectId>,
}

/// An operand as SQL.
#[derive(Clone)]
struct Expression {
    sql: String,
    /// The models of a metric or dimension, whose type is not written anywhere.
    fields_of: Vec<ObjectId>,
    /// The type that values are compared with, if it is known.
    data_type: Option<DataType>,
    /// The column whose values may be known.
    column: Option<(ObjectId, Column)>,
}

/// Reads a plan; what is wrong is told in the order in which it comes about.
pub(crate) fn understand(base: &mut Base<'_>, plan: &Plan) -> (Query, Vec<Fault>) {
    let models = vec![base.model];
    let mut reader = Reader {
        base,
        plan,
        query: Query { models, ..Query::default() },
        outputs: Vec::new(),
        faults: Vec::new(),
        warnings: Vec::new(),
    };
    reader.read();
    let Reader { query, mut faults, warnings, .. } = reader;
    faults.extend(warnings);
    (query, faults)
}

struct Reader<'r, 'a> {
    base: &'r mut Base<'a>,
    plan: &'r Plan,
    query: Query,
    /// Each column of the result, if there is nothing wrong with it.
    outputs: Vec<Option<Expression>>,
    faults: Vec<Fault>,
    warnings: Vec<Fault>,
}

impl Reader<'_, '_> {
    fn read(&mut self) {
        for item in &self.plan.select {
            let expression = self.item(item);
            let sql = expression.as_ref().map_or("NULL", |expression| &expression.sql);
            self.query.select.push((sql.to_owned(), item.name.clone()));
            self.outputs.push(expression);
        }
        self.names_differ();
        self.query.rows = self.filters(&self.plan.rows, false);
        self.query.groups = self.filters(&self.plan.groups, true);
        self.group_by();
        for order in &self.plan.order_by {
            if let Some(sql) = self.order(&order.operand) {
                self.query.order_by.push(if order.desc { format!("{sql} DESC") } else { sql });
            }
        }
    }

    fn project(&self) -> &Project {
        self.base.dataset.project
    }

    fn item(&mut self, item: &Item) -> Option<Expression> {
        let mut expression = self.expression(&item.operand, &["column", "dimension", "metric"])?;
        if let Some(digits) = item.round {
            expression.sql = format!("round({}, {digits})", expression.sql);
        }
        Some(expression)
    }

    /// What an operand is in SQL. Names under these keys may have been meant instead.
    fn expression(&mut self, operand: &Operand, keys: &[&str]) -> Option<Expression> {
        let mut expression = match &operand.what {
            What::Output(_) => return None, // looked up where outputs can be named
            What::Aggregate { agg, of, only } => self.aggregate(operand, *agg, of.as_deref(), only)?,
            what => self.named(operand, what, keys)?,
        };
        let Some(grain) = operand.grain else { return Some(expression) };
        if let Some(data_type) = expression.data_type.as_ref().filter(|data_type| !data_type.is_temporal()) {
            let message =
                format!("`{}` is a {}: only dates are cut to a {grain}", operand.what.name(), data_type.as_str());
            self.faults.push(Fault::new(Code::TypeMismatch, &below(&operand.at, "grain"), grain.word(), message));
            return None;
        }
        let cut = format!("date_trunc('{grain}', {})", expression.sql);
        expression.sql = if grain.is_days() { format!("CAST({cut} AS DATE)") } else { cut };
        expression.data_type = Some(if grain.is_days() { "DATE".into() } else { "TIMESTAMP".into() });
        expression.column = None;
        Some(expression)
    }

    fn named(&mut self, operand: &Operand, what: &What, keys: &[&str]) -> Option<Expression> {
        let (key, name) = (what.key(), what.name());
        let at = below(&operand.at, key);
        match self.base.find(key, name) {
            Some(Found::Column { model, column }) => {
                self.uses(&[model]);
                let table = name_hash(self.project().object(model).name_text());
                Some(Expression {
                    sql: format!("{}.{}", quote(&table), quote(&column.name)),
                    fields_of: Vec::new(),
                    data_type: Some(column.data_type.clone()),
                    column: Some((model, column)),
                })
            }
            Some(Found::Field(id)) => match field(self.project(), &*self.base, id) {
                Ok(OverModels { sql, models }) => {
                    self.uses(&models);
                    Some(Expression { sql: format!("({sql})"), fields_of: models, data_type: None, column: None })
                }
                Err(why) => self.not_available(&at, name, &why),
            },
            None => {
                let fault = self.unknown(operand, what, keys);
                self.faults.push(fault);
                None
            }
        }
    }

    fn not_available<T>(&mut self, at: &PointerBuf, name: &str, why: &NoText) -> Option<T> {
        let why = match why {
            NoText::Chosen(input) => {
                format!("it depends on what a viewer chooses in `{}`", self.project().object(*input).name_text())
            }
            NoText::Blind => match self.base.unknown.values().find(|why| !why.is_pending()) {
                Some(why) => why.message.clone(),
                None => why.to_string(),
            },
            other => other.to_string(),
        };
        self.faults.push(Fault::new(Code::NotAvailable, at, name, format!("`{name}` can't be asked here: {why}")));
        None
    }

    fn uses(&mut self, models: &[ObjectId]) {
        for model in models {
            if !self.query.models.contains(model) {
                self.query.models.push(*model);
            }
        }
    }

    /// A name that there is not, and what may have been meant.
    fn unknown(&mut self, operand: &Operand, what: &What, keys: &[&str]) -> Fault {
        let (key, name) = (what.key(), what.name());
        let at = below(&operand.at, key);
        let code = match key {
            "metric" => Code::UnknownMetric,
            "dimension" => Code::UnknownDimension,
            _ => Code::UnknownColumn,
        };
        let aggregated = matches!(what, What::Aggregate { .. });
        let keys: Vec<&str> = keys.iter().copied().filter(|key| !aggregated || *key != "metric").collect();
        let model = self.project().object(self.base.model).name_text().to_owned();
        let fault =
            Fault::new(code, &at, name, format!("neither `{model}` nor a model joined with it has the {key} `{name}`"));
        let (meant, why) = match self.meant(name, &keys) {
            (meant, why) if !meant.is_empty() => (meant, why),
            _ => {
                self.base.look_around();
                self.meant(name, &keys)
            }
        };
        let value = |(of, name): &(&'static str, String)| if *of == key { json!(name) } else { json!({ *of: name }) };
        let mut fault = fault.meant(meant.iter().map(value), why);
        if let [(of, only)] = meant.as_slice()
            && *of != key
        {
            fault = fault.mended_by(vec![remove(&at), add(&below(&operand.at, of), json!(only))]);
        }
        fault
    }

    /// What may be meant by a name: the same name elsewhere, else what is spelled alike.
    fn meant(&self, name: &str, keys: &[&str]) -> (Vec<(&'static str, String)>, &'static str) {
        let all = self.base.everything(keys);
        let same: Vec<_> = all.iter().filter(|(_, other)| other.eq_ignore_ascii_case(name)).cloned().collect();
        if !same.is_empty() {
            return (same, "the name is that of something else");
        }
        let elsewhere: Vec<_> =
            all.iter().filter(|(_, other)| last_part(other).eq_ignore_ascii_case(last_part(name))).cloned().collect();
        if !elsewhere.is_empty() {
            return (elsewhere, "of another model");
        }
        let near = |names: Vec<&str>| -> Vec<(&'static str, String)> {
            let near = similar(name, names);
            near.iter().filter_map(|name| all.iter().find(|(_, other)| other == name)).cloned().collect()
        };
        let own: Vec<&str> = all
            .iter()
            .map(|(_, name)| name.as_str())
            .filter(|other| other.contains('.') == name.contains('.'))
            .collect();
        (near(own), "spelled alike")
    }

    fn aggregate(&mut self, operand: &Operand, agg: Agg, of: Option<&What>, only: &[Filter]) -> Option<Expression> {
        let argument = match of {
            None => None,
            Some(what) => {
                let aggregated = What::Aggregate { agg, of: Some(Box::new(what.clone())), only: Vec::new() };
                if self.base.find(what.key(), what.name()).is_none() {
                    let fault = self.unknown(operand, &aggregated, &["column", "dimension"]);
                    self.faults.push(fault);
                    self.filters(only, false);
                    return None;
                }
                Some(self.named(operand, what, &["column", "dimension"])?)
            }
        };
        let numbers = matches!(agg, Agg::Sum | Agg::Average | Agg::Median | Agg::Deviation);
        if let Some(Expression { data_type: Some(data_type), .. }) = argument.as_ref().filter(|_| numbers)
            && (data_type.is_text() || data_type.is_temporal() && agg != Agg::Median)
        {
            let message = format!("`{agg}` is of numbers, and `{}` is a {}", operand.what.name(), data_type.as_str());
            self.faults.push(Fault::new(Code::TypeMismatch, &below(&operand.at, "agg"), agg.word(), message));
            return None;
        }
        let before = self.faults.len();
        let conditions = self.filters(only, false).join(" AND ");
        if self.faults.len() > before {
            return None;
        }
        let of = argument.as_ref().map_or("*", |of| of.sql.as_str());
        let call = match agg {
            Agg::Count => format!("count({of})"),
            Agg::CountDistinct => format!("count(DISTINCT {of})"),
            Agg::Share => {
                let sql = format!("100.0 * count(*) FILTER (WHERE {conditions}) / nullif(count(*), 0)");
                return Some(Expression {
                    sql: format!("({sql})"),
                    fields_of: Vec::new(),
                    data_type: Some("DOUBLE".into()),
                    column: None,
                });
            }
            Agg::Deviation => format!("stddev_samp({of})"),
            other => format!("{other}({of})"),
        };
        let sql = if conditions.is_empty() { call } else { format!("{call} FILTER (WHERE {conditions})") };
        let data_type = match agg {
            Agg::Count | Agg::CountDistinct => Some("BIGINT".into()),
            Agg::Min | Agg::Max | Agg::Median => argument.and_then(|of| of.data_type),
            _ => Some("DOUBLE".into()),
        };
        Some(Expression { sql, fields_of: Vec::new(), data_type, column: None })
    }
}
