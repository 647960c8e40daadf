//! `execute_sql`: one SELECT.

use crate::answer::{self, Answer};
use crate::plan::{DEFAULT_LIMIT, Limit, MOST_ROWS};
use crate::run::Run;
use crate::session::Session;
use crate::tool::{Arguments, Tool};
use serde_json::{Value, json};
use viz_check::{source_of_model, source_spec};
use viz_facts::{Answer as Told, KeyedQuestion, QueryTable, Question, RunBy, SourceSpec, Unknown};
use viz_project::{Body, Kind, ObjectId, did_you_mean, similar};
use viz_sql::model_query;

pub(crate) const TOOL: Tool = Tool::reading(
    "execute_sql",
    "Execute SQL",
    "Runs one SELECT of DuckDB over a model, which the query calls by its name, or over the tables of a source (in SQLite's dialect for a \
     SQLite source). Nothing is written, and nothing but the project's data is read. Prefer execute_query_plan, which knows metrics and joins.",
    || {
        json!({
            "type": "object",
            "properties": {
                "dataset": { "type": "string", "description": "a model or source" },
                "sql": { "type": "string", "description": "one SELECT" },
                "limit": { "type": "integer", "minimum": 1, "description": format!("rows at most: {DEFAULT_LIMIT} if left out, never more than {MOST_ROWS}") },
                "question": { "type": "string", "description": "the question in words, for the record" },
            },
            "required": ["dataset", "sql"],
            "additionalProperties": false,
        })
    },
    run,
);

/// Bytes of values that are read, as JSON.
const MOST_BYTES: u32 = 1 << 20;

fn run(session: &mut Session<'_>, arguments: &Arguments) -> Answer {
    let (name, sql) = (arguments.text("dataset").unwrap_or_default(), arguments.text("sql").unwrap_or_default());
    let mut run = Run::begin(TOOL.name, name, arguments);
    run.of_sql(sql);
    let answer = answered(session, arguments, (name, sql), &mut run);
    run.end(session, answer)
}

fn answered(session: &mut Session<'_>, arguments: &Arguments, (name, sql): (&str, &str), run: &mut Run) -> Answer {
    let limit = Limit::of(arguments.number("limit"));
    let (source, tables) = match read(session, name) {
        Ok(Some(found)) => found,
        Ok(None) => {
            let project = session.project;
            let names = project
                .of_kind(Kind::Model)
                .chain(project.of_kind(Kind::Source))
                .map(|id| project.object(id).name_text());
            let help =
                did_you_mean(&similar(name, names)).unwrap_or_else(|| "list_datasets has their names".to_owned());
            return Answer::failed(format!("the project has no model or source `{name}`: {help}"));
        }
        Err(why) => return answer::unknown(&why),
    };
    let question = KeyedQuestion::from(Question::Rows {
        source,
        tables,
        by: RunBy::Source,
        sql: sql.to_owned(),
        rows: limit.rows as u32,
        bytes: MOST_BYTES,
    });
    let answer = match run.ask(session, &question) {
        Ok(answer) => answer,
        Err(unknown) => return unknown,
    };
    match &*answer {
        Told::Rows(Ok(rows)) => {
            let mut out = answer::rows(rows, limit, session.shows_rows);
            out.insert("status".into(), "ok".into());
            Answer::of(Value::Object(out))
        }
        Told::Rows(Err(error)) => answer::refused(error, sql, session.shows_rows),
        _ => Answer::failed("the engine gave an answer of another kind"),
    }
}

/// Where a query over a model or a source runs, and the table that it reads.
fn read(session: &Session<'_>, name: &str) -> Result<Option<(SourceSpec, Vec<QueryTable>)>, Unknown> {
    let project = session.project;
    if let Some(model) = session.dataset().model(name) {
        let source = source_of_model(project, model)?;
        let Some(sql) = model_query(project, model) else { return Ok(None) };
        return Ok(Some((source, vec![QueryTable { name: name.to_owned(), sql: sql.text().to_owned() }])));
    }
    let named = |id: &ObjectId| project.object(*id).name_text() == name;
    let Some(id) = project.of_kind(Kind::Source).find(named) else { return Ok(None) };
    let Body::Source(source) = &project.object(id).body else { return Ok(None) };
    source_spec(project, name, source).map(|source| Some((source, Vec::new())))
}
