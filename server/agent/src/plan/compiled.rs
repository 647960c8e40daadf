//! A plan as one query of SQL.

use super::dataset::Base;
use super::fault::{Code, Fault, below};
use super::meaning::Query;
use super::value::Plan;
use jsonptr::PointerBuf;
use serde::Serialize;
use serde_json::json;
use std::fmt::Write;
use viz_check::source_of_model;
use viz_facts::{QueryTable, Question, RunBy, SourceSpec};
use viz_project::ObjectId;
use viz_sql::{NoText, joined, model_query, name_hash, quote, tokenize};

/// Rows of a plan that names no limit.
pub const DEFAULT_LIMIT: u64 = 50;
/// Rows of any plan.
pub const MOST_ROWS: u64 = 1_000;
/// Bytes of values that are read, as JSON.
const MOST_BYTES: u32 = 1 << 20;

/// Whose limit it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LimitSource {
    /// The call's own.
    Plan,
    /// That of calls without one.
    Default,
    /// That of all calls: this one wanted more.
    Cap,
}

/// How many rows an answer may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// Rows at most.
    pub rows: u64,
    /// Whose limit that is.
    pub source: LimitSource,
}

impl Limit {
    /// The limit of a call that wants so many rows, or doesn't say.
    pub fn of(wanted: Option<u64>) -> Self {
        match wanted {
            None => Self { rows: DEFAULT_LIMIT, source: LimitSource::Default },
            Some(wanted) if wanted > MOST_ROWS => Self { rows: MOST_ROWS, source: LimitSource::Cap },
            Some(wanted) => Self { rows: wanted.max(1), source: LimitSource::Plan },
        }
    }
}

/// A query that can be run.
#[derive(Debug, Clone)]
pub struct Compiled {
    /// Where it runs.
    pub source: SourceSpec,
    /// The tables that it reads: models.
    pub tables: Vec<QueryTable>,
    /// The query as it runs; it reads one row more than it may give, so that one knows whether there are more.
    pub sql: String,
    /// The same with tables called as their models are.
    pub readable: String,
    /// How many rows it may give.
    pub limit: Limit,
    /// Whether it is only to be bound.
    pub dry_run: bool,
}

impl Compiled {
    /// What the engine is asked for its rows.
    pub fn question(&self) -> Question {
        Question::Rows {
            source: self.source.clone(),
            tables: self.tables.clone(),
            by: RunBy::Source,
            sql: self.sql.clone(),
            rows: self.limit.rows as u32,
            bytes: MOST_BYTES,
        }
    }

    /// What the engine is asked for its columns, without any row: whether it can be run.
    pub fn bound(&self) -> Question {
        let Question::Rows { source, tables, by, sql, bytes, .. } = self.question() else { unreachable!("see above") };
        Question::Rows { source, tables, by, sql: format!("FROM (\n{sql}\n) LIMIT 0"), rows: 1, bytes }
    }
}

/// The query, or why there is none.
pub(crate) fn compile(base: &Base<'_>, plan: &Plan, query: &Query) -> Result<Compiled, Box<Fault>> {
    let project = base.dataset.project;
    let from = below(&PointerBuf::root(), "from");
    let name = |id: ObjectId| project.object(id).name_text();
    let given = json!(name(base.model));
    let fault = |code, message: String| Box::new(Fault::new(code, &from, given.clone(), message));
    let from_clause = joined(project, base, &query.models).map_err(|why| match why {
        NoText::Apart { between: (a, b), bridge } => {
            let message = format!("no relation of the project joins `{}` with `{}`", name(a), name(b));
            let fault = fault(Code::NoRelation, message);
            match bridge {
                Some(bridge) => {
                    let mut fault =
                        fault.meant([json!(name(bridge))], "it is joined with both; then each of its rows counts");
                    fault.patch = None; // another model to count rows of is another question
                    Box::new(fault)
                }
                None => fault,
            }
        }
        other => fault(Code::NotAvailable, format!("the models can't be joined: {other}")),
    })?;
    let mut tables = Vec::new();
    let mut source: Option<SourceSpec> = None;
    for model in &query.models {
        let spec = source_of_model(project, *model).map_err(|why| fault(Code::NotAvailable, why.message))?;
        if source.as_ref().is_some_and(|other| *other != spec) {
            let message =
                format!("`{}` and `{}` are in different sources, which are not joined", name(base.model), name(*model));
            return Err(fault(Code::NoRelation, message));
        }
        source = Some(spec);
        let sql = model_query(project, *model)
            .ok_or_else(|| fault(Code::NotAvailable, format!("the model `{}` has no SQL", name(*model))))?;
        tables.push(QueryTable { name: name_hash(name(*model)), sql: sql.text().to_owned() });
    }
    let limit = Limit::of(plan.limit);
    let sql = written(query, &from_clause.sql, limit.rows + 1);
    let names: Vec<(String, &str)> = query.models.iter().map(|model| (name_hash(name(*model)), name(*model))).collect();
    let readable = readable(&sql, &names);
    let source = source.ok_or_else(|| fault(Code::NotAvailable, "the plan reads nothing".to_owned()))?;
    Ok(Compiled { source, tables, sql, readable, limit, dry_run: plan.dry_run })
}

fn written(query: &Query, from: &str, limit: u64) -> String {
    let columns: Vec<String> = query.select.iter().map(|(sql, name)| format!("{sql} AS {}", quote(name))).collect();
    let mut out = format!("SELECT\n  {}\n{from}", columns.join(",\n  "));
    let mut clause = |word: &str, parts: &[String], between: &str| {
        if !parts.is_empty() {
            let _ = write!(out, "\n{word} {}", parts.join(between));
        }
    };
    let groups: Vec<String> = query.group_by.iter().map(usize::to_string).collect();
    clause("WHERE", &query.rows, "\n  AND ");
    clause("GROUP BY", &groups, ", ");
    clause("HAVING", &query.groups, "\n  AND ");
    clause("ORDER BY", &query.order_by, ", ");
    clause("LIMIT", &[limit.to_string()], "");
    out
}

/// A text with other names of tables; what stands in quotes of values is left.
fn readable(sql: &str, names: &[(String, &str)]) -> String {
    let Ok(tokens) = tokenize(sql) else { return sql.to_owned() };
    let piece = |token: &viz_sql::Token| {
        let text = &sql[token.range];
        let name =
            names.iter().find(|(hash, _)| text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) == Some(hash));
        match name {
            Some((_, name)) if name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') => (*name).to_owned(),
            Some((_, name)) => quote(name),
            None => text.to_owned(),
        }
    };
    tokens.iter().map(piece).collect()
}
