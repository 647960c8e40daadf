//! `viz/rows`: the rows of an insight for some choices, and what its picture is made of besides.

use super::rendered::{complete, query};
use super::{Params, choices, failure, insight, name};
use crate::host::answerer::{Answerer, Cancel, Limits};
use crate::lsp::session::selection::number_to_json;
use crate::lsp::session::snapshot::{Request, Subject};
use chrono::Local;
use serde_json::{Map, Value, json};
use std::sync::Arc;
use viz_check::RenderedQuery;
use viz_facts::{Answer, Column, Fact, KeyedQuestion, QueryTable, Question, Rows, SqlError, Unknown};
use viz_ide::{Drawing, Sort, chart_of, drawing, layout};
use viz_project::{Kind, ObjectId};
use viz_syntax::Plain;

/// Rows without a limit of the client's own.
const ROWS: usize = 5_000;

/// Rows at most.
const MOST_ROWS: usize = 50_000;

/// Bytes of values at most, as JSON.
const MOST_BYTES: u32 = 16 << 20;

/// A question, and everything that its answer is shown with.
pub struct Asking {
    question: KeyedQuestion,
    answer: Map<String, Value>,
    query: RenderedQuery,
    subject: Subject,
}

/// What to ask; else the answer.
pub fn ask(request: &Request, params: &Params) -> Option<Result<Asking, Value>> {
    let subject = request.subject()?;
    let mut answer = Map::new();
    match prepare(request, &subject, params, &mut answer) {
        Ok((question, query)) => Some(Ok(Asking { question, answer, query, subject })),
        Err(why) => {
            let error = failure(&subject, why);
            let choices = answer.remove("choices").unwrap_or(Value::Null);
            Some(Err(json!({ "error": error, "choices": choices, "sql": answer.remove("sql") })))
        }
    }
}

fn prepare(
    request: &Request,
    subject: &Subject,
    params: &Params,
    answer: &mut Map<String, Value>,
) -> Result<(KeyedQuestion, RenderedQuery), Unknown> {
    let project = &subject.project;
    let found = insight(request, subject, params)?;
    let choices = choices(subject, params)?;
    let object = project.object(found.insight);
    let mut put = |key: &str, value: Value| drop(answer.insert(key.to_owned(), value));
    put("insight", name(object.name_text()));
    let place = project.resolve(object.name_loc());
    put("location", json!(place.and_then(|(file, range)| request.location(project, file, range))));
    put("choices", complete(subject, found.insight, &choices));
    let query = query(subject, found.insight, &choices)?;
    put("sql", json!(query.sql));
    put("dynamic", json!(query.dynamic));
    let drawing = drawing(project, &subject.facts(), &choices, found.insight, Local::now().naive_local())?;
    let named = params.chart.as_deref().and_then(|chart| {
        let mut ids = project.names().global_named(chart).iter().copied();
        ids.find(|id| project.object(*id).kind == Kind::Chart)
    });
    let chart = named.or(found.chart).or_else(|| chart_of(project, found.insight));
    drawn(subject, chart, &drawing, &mut put);
    let source = match query.tables.first() {
        Some(table) => table.source.clone()?,
        None => return Err(Unknown::new("no-model", "the query reads no model")),
    };
    let tables =
        query.tables.iter().map(|table| QueryTable { name: table.name.clone(), sql: table.sql.clone() }).collect();
    let rows = params.limit.unwrap_or(ROWS).clamp(1, MOST_ROWS) as u32;
    let question = Question::Rows { source, tables, sql: query.sql.clone(), rows, bytes: MOST_BYTES };
    Ok((question.into(), query))
}

fn drawn(subject: &Subject, chart: Option<ObjectId>, drawing: &Drawing, put: &mut impl FnMut(&str, Value)) {
    put("type", json!(drawing.trace));
    put("slices", Value::Object(drawing.slices.iter().map(|(path, slice)| (path.clone(), json!(slice))).collect()));
    put("staticProps", to_json(&drawing.statics));
    put("chart", json!(chart.map(|chart| name(subject.project.object(chart).name_text()))));
    put("layout", json!(chart.and_then(|chart| layout(&subject.project, chart)).as_ref().map(to_json)));
    put(
        "sort",
        match drawing.sort {
            None => Value::Null,
            Some(Sort::Written) => json!("written"),
            Some(Sort::Default) => json!("default"),
        },
    );
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
            Fact::Known { answer, .. } | Fact::Stale { answer, .. } => Arc::unwrap_or_clone(answer),
            Fact::Unknown(why) => return Some(self.failed(why)),
        };
        let rows = match answer {
            Answer::Rows(Ok(rows)) => rows,
            Answer::Rows(Err(error)) => return Some(self.refused(&error)),
            _ => return Some(self.failed(Unknown::new("engine", "the engine gave an answer of another kind"))),
        };
        self.put_rows(rows);
        Some(Value::Object(self.answer))
    }

    fn put_rows(&mut self, rows: Rows) {
        let place = |column: &viz_check::RenderedColumn, at: usize| {
            // One column may serve several properties.
            let same = rows.columns.get(at).is_some_and(|found| found.name == column.alias);
            if same { Some(at) } else { rows.columns.iter().position(|found| found.name == column.alias) }
        };
        let (mut props, mut split) = (Map::new(), None);
        for (at, column) in self.query.columns.iter().enumerate() {
            let Some(place) = place(column, at) else { continue };
            match column.key.strip_prefix("props.") {
                Some(path) => drop(props.insert(path.to_owned(), json!(place))),
                // Of several splits the last one counts (R-SQL-11).
                None if column.key == "split" => split = Some(place),
                None => {}
            }
        }
        let values: Vec<Vec<Value>> =
            rows.columns.iter().zip(rows.values).map(|(column, values)| to_numbers(column, values)).collect();
        let series = split.and_then(|split| values.get(split)).map(|values| {
            let series = viz_bundle::series(values).into_iter();
            series.map(|(value, rows)| json!({ "value": value, "rows": rows })).collect::<Vec<_>>()
        });
        let column = |(column, values): (&Column, Vec<Value>)| json!({ "name": column.name, "type": column.data_type, "values": values });
        let columns: Vec<Value> = rows.columns.iter().zip(values).map(column).collect();
        for (key, value) in [
            ("columns", Value::Array(columns)),
            ("props", Value::Object(props)),
            ("split", json!(split)),
            ("series", json!(series)),
            ("rowCount", json!(rows.row_count)),
            ("truncated", json!(rows.truncated)),
            ("milliseconds", json!(rows.milliseconds)),
        ] {
            self.answer.insert(key.to_owned(), value);
        }
    }

    fn refused(mut self, error: &SqlError) -> Value {
        let why = Unknown::new("sql", error.message.clone());
        let mut failure = failure(&self.subject, why);
        failure["sqlOffset"] = json!(error.offset);
        json!({ "error": failure, "choices": self.answer.remove("choices"), "sql": self.answer.remove("sql") })
    }

    fn failed(mut self, why: Unknown) -> Value {
        let failure = failure(&self.subject, why);
        json!({ "error": failure, "choices": self.answer.remove("choices"), "sql": self.answer.remove("sql") })
    }
}

/// The values of a column as charts take them: decimals are numbers, as in the browser.
fn to_numbers(column: &Column, values: Vec<Value>) -> Vec<Value> {
    let is_decimal = column.data_type.starts_with("DECIMAL") && !column.data_type.ends_with(']');
    let number = |value: Value| match value.as_str().and_then(|text| text.parse::<f64>().ok()) {
        Some(number) => number_to_json(number),
        None => value,
    };
    if is_decimal { values.into_iter().map(number).collect() } else { values }
}
