//! `viz/renderedSql`.

use super::{Extension, InsightParams, choices, insight, name};
use crate::lsp::session::selection::state_to_json;
use crate::lsp::session::snapshot::{Request, Subject};
use chrono::Local;
use serde::Serialize;
use serde_json::{Map, Value};
use viz_check::{Finding, RenderedQuery, rendered_query};
use viz_facts::Unknown;
use viz_ide::{Choices, Snapshot, chosen};
use viz_project::ObjectId;

/// `viz/renderedSql`
pub struct RenderedSql;

/// Its answer: the query of an insight for some choices.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "RenderedSql"))]
pub struct RenderedSqlAnswer {
    /// The insight's name.
    pub insight: Option<String>,
    /// As the engine gets it.
    pub sql: String,
    /// As the project stores it.
    pub stored: String,
    /// Whether the browser runs it.
    pub dynamic: bool,
    /// All inputs of the query.
    #[cfg_attr(test, ts(type = "Choices"))]
    pub choices: Value,
    /// The models that it reads.
    pub tables: Vec<RenderedTable>,
    /// What its columns are for.
    pub columns: Vec<RenderedColumn>,
    /// What the first finding says that this combination meets.
    pub message: Option<String>,
    /// A name for a read-only document.
    pub uri: String,
}

/// A model that a query reads.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct RenderedTable {
    /// Its name.
    pub model: String,
    /// The table's name in the query.
    pub name: String,
    /// The model's own query.
    pub sql: String,
}

/// A column of a query.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct RenderedColumn {
    /// `split`, or a prop's path.
    #[serde(rename = "for")]
    pub for_: String,
    /// Its name in the query.
    pub name: String,
}

impl Extension for RenderedSql {
    const METHOD: &'static str = "viz/renderedSql";
    type Params = InsightParams;
    type Answer = RenderedSqlAnswer;

    fn answer(request: &Request, subject: &Subject, params: &Self::Params) -> Result<RenderedSqlAnswer, Unknown> {
        let found = insight(request, subject, &params.of)?;
        let choices = choices(subject, params.choices.as_ref())?;
        let project = &subject.project;
        let query = query(subject, found.insight, &choices)?;
        let complete = complete(subject, found.insight, &choices);
        let table =
            |table: viz_check::RenderedTable| RenderedTable { model: table.model, name: table.name, sql: table.sql };
        let column = |column: viz_check::RenderedColumn| RenderedColumn {
            for_: column.key.strip_prefix("props.").unwrap_or(&column.key).to_owned(),
            name: column.alias,
        };
        let shown = match project.object(found.insight).name_text() {
            "" => "insight",
            name => name,
        };
        let encoded = percent_encoding::utf8_percent_encode(shown, percent_encoding::NON_ALPHANUMERIC);
        Ok(RenderedSqlAnswer {
            insight: name(project.object(found.insight).name_text()),
            sql: query.sql,
            stored: query.stored,
            dynamic: query.dynamic,
            choices: complete,
            tables: query.tables.into_iter().map(table).collect(),
            columns: query.columns.into_iter().map(column).collect(),
            message: message(subject, found.insight, &choices),
            uri: format!("viz-sql:/{encoded}.sql"),
        })
    }
}

/// The query, placeholders filled.
pub fn query(subject: &Subject, insight: ObjectId, choices: &Choices) -> Result<RenderedQuery, Unknown> {
    let known = choices.known(&subject.project);
    rendered_query(&subject.project, &subject.facts(), Local::now().naive_local(), insight, &known)
}

/// The choices of all inputs of an insight.
pub fn complete(subject: &Subject, insight: ObjectId, choices: &Choices) -> Value {
    let project = &subject.project;
    let facts = subject.facts();
    let snapshot = Snapshot { choices, ..subject.snapshot(&facts) };
    let mut out = Map::new();
    for id in viz_sql::inputs_of(project, insight) {
        if let Ok((state, _)) = chosen(&snapshot, id) {
            out.insert(project.object(id).name_text().to_owned(), state_to_json(project, id, &state));
        }
    }
    Value::Object(out)
}

/// What the first finding says that this combination meets.
fn message(subject: &Subject, insight: ObjectId, choices: &Choices) -> Option<String> {
    let project = &subject.project;
    let facts = subject.facts();
    let snapshot = Snapshot { choices, ..subject.snapshot(&facts) };
    let label = |input: &str| {
        let id = viz_ide::input_named(project, input)?;
        chosen(&snapshot, id).ok().map(|(state, _)| state.label())
    };
    let insight = project.object(insight).name_text();
    let own = |finding: &&Finding| {
        finding.object.as_ref().and_then(|object| object.name.as_deref())
            == Some(insight).filter(|name| !name.is_empty())
    };
    let met = |finding: &&Finding| {
        finding.combinations.as_ref().is_some_and(|found| {
            found
                .examples
                .iter()
                .any(|example| example.iter().all(|(input, wanted)| label(input).as_ref() == Some(wanted)))
        })
    };
    subject.findings.iter().filter(own).find(met).map(|finding| finding.message.clone())
}
