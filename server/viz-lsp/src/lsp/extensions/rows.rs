//! `viz/rows`: the rows of an insight for some choices, and what its picture is made of besides.

use super::rendered::{complete, query};
use super::{AboutText, Failure, SubjectParams, choices, insight, name};
use crate::host::answerer::{Answerer, Cancel, Limits};
use crate::lsp::session::selection::number_to_json;
use crate::lsp::session::snapshot::{Request, Subject};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::sync::Arc;
use tower_lsp::lsp_types::{Location, TextDocumentIdentifier};
use viz_check::RenderedQuery;
use viz_facts::{Answer, Column, Fact, KeyedQuestion, Question, Reason, RunBy, SqlError, TypeKind, Unknown};
use viz_ide::{Snapshot, chart_of, drawing, layout};
use viz_project::{Body, Kind, ObjectId, Project, Rule};
use viz_syntax::Plain;

/// Rows without a limit of the client's own.
const ROWS: usize = 5_000;

/// Rows at most.
const MOST_ROWS: usize = 50_000;

/// Bytes of values at most, as JSON.
const MOST_BYTES: u32 = 16 << 20;

/// Parameters of `viz/rows`.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct RowsParams {
    /// The insight.
    #[serde(flatten)]
    pub of: SubjectParams,
    /// Selections by the name of their input.
    #[cfg_attr(test, ts(optional = nullable, type = "Choices"))]
    pub choices: Option<Map<String, Value>>,
    /// Rows at most.
    #[cfg_attr(test, ts(optional = nullable))]
    pub limit: Option<usize>,
    /// The chart whose layout is wanted.
    #[cfg_attr(test, ts(optional = nullable))]
    pub chart: Option<String>,
}

/// The answer of `viz/rows`.
#[derive(Debug, Default, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Rows {
    /// The insight's name.
    pub insight: Option<String>,
    /// Where its name is.
    #[cfg_attr(test, ts(type = "Location | null"))]
    pub location: Option<Location>,
    /// All inputs of the query.
    #[cfg_attr(test, ts(type = "Choices"))]
    pub choices: Value,
    /// As the engine gets it.
    pub sql: String,
    /// Whether the browser runs it.
    pub dynamic: bool,
    /// The trace's type.
    #[serde(rename = "type")]
    pub trace: Option<String>,
    /// Path of a property → slice of its column.
    #[cfg_attr(test, ts(type = "Record<string, string>"))]
    pub slices: IndexMap<String, String>,
    /// Properties that are no queries, placeholders replaced.
    #[cfg_attr(test, ts(type = "Record<string, unknown>"))]
    pub static_props: Value,
    /// The chart whose layout this is.
    pub chart: Option<String>,
    /// The chart's layout.
    #[cfg_attr(test, ts(type = "Record<string, unknown> | null"))]
    pub layout: Option<Value>,
    /// Who orders the rows.
    pub sort: Option<Sort>,
    /// Columns of equal length.
    pub columns: Vec<RowsColumn>,
    /// Path of a property → index of its column.
    #[cfg_attr(test, ts(type = "Record<string, number>"))]
    pub props: IndexMap<String, usize>,
    /// Index of the column whose values name the series.
    pub split: Option<usize>,
    /// In the order in which they come first.
    pub series: Option<Vec<Series>>,
    /// Rows that are here.
    pub row_count: u64,
    /// Whether there are more.
    pub truncated: bool,
    /// What it took.
    pub milliseconds: u64,
}

/// Who orders the rows.
#[derive(Debug, Clone, Copy, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum Sort {
    /// An interaction of the insight.
    Written,
    /// The default for lines: by x.
    Default,
}

/// A column.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct RowsColumn {
    /// Its name in the query.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub data_type: String,
    /// One for each row.
    #[cfg_attr(test, ts(type = "Cell[]"))]
    pub values: Vec<Value>,
}

/// The rows of one value of the split.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Series {
    /// The value.
    #[cfg_attr(test, ts(type = "Cell"))]
    pub value: Value,
    /// Indices of its rows.
    pub rows: Vec<usize>,
}

/// What a request answers instead of its result: `viz/rows` all of it, the others the error.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Refused {
    /// Why.
    pub error: Failure,
    /// All inputs of the query, if they are known.
    #[cfg_attr(test, ts(optional = nullable, type = "Choices | null"))]
    pub choices: Option<Value>,
    /// The query, if it is known.
    #[cfg_attr(test, ts(optional = nullable))]
    pub sql: Option<String>,
}

impl AboutText for RowsParams {
    fn text(&self) -> &TextDocumentIdentifier {
        self.of.text()
    }
}

/// A question, and everything that its answer is shown with.
pub struct Asking {
    question: KeyedQuestion,
    answer: Rows,
    query: RenderedQuery,
    subject: Subject,
}

/// What is known of the answer before anything is asked.
#[derive(Default)]
struct Known {
    answer: Rows,
    choices: Option<Value>,
    sql: Option<String>,
}

/// What is to be done for an answer.
enum Next {
    /// To ask for the rows.
    Ask(KeyedQuestion, Box<RenderedQuery>),
    /// Nothing: an insight of constants is drawn without rows (R-22-40).
    Draw,
}

/// What to ask; else the answer.
pub fn ask(request: &Request, params: &RowsParams) -> Option<Result<Asking, Value>> {
    let subject = request.subject()?;
    let mut known = Known::default();
    Some(match prepare(request, &subject, params, &mut known) {
        Ok(Next::Ask(question, query)) => Ok(Asking { question, answer: known.answer, query: *query, subject }),
        Ok(Next::Draw) => Err(json!(known.answer)),
        Err(why) => Err(json!(Refused { error: Failure::new(&subject, why), choices: known.choices, sql: known.sql })),
    })
}

fn prepare(request: &Request, subject: &Subject, params: &RowsParams, known: &mut Known) -> Result<Next, Unknown> {
    let project = &subject.project;
    let found = insight(request, subject, &params.of)?;
    let choices = choices(subject, params.choices.as_ref())?;
    let object = project.object(found.insight);
    let place = project.resolve(object.name_loc());
    let complete = complete(subject, found.insight, &choices);
    known.choices = Some(complete.clone());
    let query = match is_constant(project, found.insight) {
        true => None,
        false => Some(query(subject, found.insight, &choices)?),
    };
    known.sql = query.as_ref().map(|query| query.sql.clone());
    let facts = subject.facts();
    let snapshot = Snapshot { choices: &choices, ..subject.snapshot(&facts) };
    let drawing = drawing(&snapshot, found.insight, query.as_ref())?;
    let named = params.chart.as_deref().and_then(|chart| {
        let mut ids = project.names().global_named(chart).iter().copied();
        ids.find(|id| project.object(*id).kind == Kind::Chart)
    });
    let chart = named.or(found.chart).or_else(|| chart_of(project, found.insight));
    known.answer = Rows {
        insight: name(object.name_text()),
        location: place.and_then(|(file, range)| request.location(project, file, range)),
        choices: complete,
        sql: known.sql.clone().unwrap_or_default(),
        dynamic: query.as_ref().is_some_and(|query| query.dynamic),
        trace: drawing.trace,
        slices: drawing.slices.into_iter().collect(),
        static_props: to_json(&drawing.statics),
        chart: chart.and_then(|chart| name(project.object(chart).name_text())),
        layout: chart.and_then(|chart| layout(project, chart)).as_ref().map(to_json),
        sort: drawing.sort.map(|sort| match sort {
            viz_ide::Sort::Written => Sort::Written,
            viz_ide::Sort::Default => Sort::Default,
        }),
        ..Rows::default()
    };
    let Some(query) = query else { return Ok(Next::Draw) };
    let source = match query.tables.first() {
        Some(table) => table.source.clone()?,
        None => return Err(Unknown::new(Reason::NoModel, "the query reads no model")),
    };
    let (tables, sql) = query.asked(&source);
    let rows = params.limit.unwrap_or(ROWS).clamp(1, MOST_ROWS) as u32;
    let by = if query.dynamic { RunBy::Browser } else { RunBy::Source };
    let question = Question::Rows { source, tables, by, sql, rows, bytes: MOST_BYTES };
    Ok(Next::Ask(question.into(), Box::new(query)))
}

fn is_constant(project: &Project, insight: ObjectId) -> bool {
    let Body::Insight(body) = &project.object(insight).body else { return false };
    body.is_drawn_of_constants(project.target())
}

fn to_json(plain: &Plain) -> Value {
    match plain {
        Plain::Null => Value::Null,
        Plain::Boolean(value) => json!(value),
        Plain::Number(number) => number_to_json(*number),
        Plain::Text(text) => json!(text),
        Plain::List(items) => Value::Array(items.iter().map(to_json).collect()),
        Plain::Mapping(entries) => {
            Value::Object(entries.iter().map(|(key, value)| (key.clone(), to_json(value))).collect())
        }
    }
}

impl Asking {
    /// The project's settings.
    pub fn config(&self) -> &viz_project::Config {
        self.subject.project.config()
    }

    /// Asks; blocks until there is an answer or it is called off.
    pub fn answer(mut self, answerer: &dyn Answerer, limits: Limits, cancel: &Cancel) -> Option<Value> {
        let answer = answerer.ask(std::slice::from_ref(&self.question), limits, cancel).pop()??;
        let answer = match answer {
            Fact::Known { answer, .. } | Fact::Stale { answer, .. } | Fact::Locked { answer, .. } => {
                Arc::unwrap_or_clone(answer)
            }
            Fact::Unknown(why) => return Some(self.failed(why)),
        };
        let rows = match answer {
            Answer::Rows(Ok(rows)) => rows,
            Answer::Rows(Err(error)) => return Some(self.refused(&error)),
            _ => return Some(self.failed(Unknown::new(Reason::Engine, "the engine gave an answer of another kind"))),
        };
        self.put_rows(rows);
        Some(json!(self.answer))
    }

    fn put_rows(&mut self, rows: viz_facts::Rows) {
        let place = |column: &viz_check::RenderedColumn, at: usize| {
            // One column may serve several properties.
            let same = rows.columns.get(at).is_some_and(|found| found.name == column.alias);
            if same { Some(at) } else { rows.columns.iter().position(|found| found.name == column.alias) }
        };
        let (mut props, mut split) = (IndexMap::new(), None);
        for (at, column) in self.query.columns.iter().enumerate() {
            let Some(place) = place(column, at) else { continue };
            match column.key.strip_prefix("props.") {
                Some(path) => drop(props.insert(path.to_owned(), place)),
                // Of several splits the last one counts (R-SQL-11).
                None if column.key == "split" => split = Some(place),
                None => {}
            }
        }
        let as_texts = self.subject.project.target().has(Rule::DecimalTexts);
        let cells = |(column, values)| if as_texts { values } else { to_numbers(column, values) };
        let values: Vec<Vec<Value>> = rows.columns.iter().zip(rows.values).map(cells).collect();
        let series = split.and_then(|split| values.get(split)).map(|values| {
            let series = viz_bundle::series(values).into_iter();
            series.map(|(value, rows)| Series { value: value.clone(), rows }).collect()
        });
        let column = |(column, values): (&Column, Vec<Value>)| RowsColumn {
            name: column.name.clone(),
            data_type: column.data_type.as_str().to_owned(),
            values,
        };
        let answer = &mut self.answer;
        answer.columns = rows.columns.iter().zip(values).map(column).collect();
        answer.props = props;
        answer.split = split;
        answer.series = series;
        answer.row_count = rows.row_count;
        answer.truncated = rows.truncated;
        answer.milliseconds = rows.milliseconds;
    }

    fn refused(self, error: &SqlError) -> Value {
        let why = Unknown::new(Reason::Sql, error.message.clone());
        let failure = Failure { sql_offset: error.offset, ..Failure::new(&self.subject, why) };
        self.instead(failure)
    }

    fn failed(self, why: Unknown) -> Value {
        let failure = Failure::new(&self.subject, why);
        self.instead(failure)
    }

    fn instead(self, error: Failure) -> Value {
        json!(Refused { error, choices: Some(self.answer.choices), sql: Some(self.answer.sql) })
    }
}

/// The values of a column as charts take them before 2.2: decimals are numbers (R-22-80).
fn to_numbers(column: &Column, values: Vec<Value>) -> Vec<Value> {
    let is_decimal = column.data_type.kind() == TypeKind::Decimal;
    let number = |value: Value| match value.as_str().and_then(|text| text.parse::<f64>().ok()) {
        Some(number) => number_to_json(number),
        None => value,
    };
    if is_decimal { values.into_iter().map(number).collect() } else { values }
}
