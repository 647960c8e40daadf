//! `get_run_status`: what was asked before, and what came of it.

use crate::answer::{Answer, NOTE};
use crate::session::Session;
use crate::tool::{Arguments, Tool};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};
use viz_facts::{Answer as Told, Capsule, Rows};

pub(crate) const TOOL: Tool = Tool::reading(
    "get_run_status",
    "Get the status of a run",
    "The record of a run of execute_query_plan or execute_sql by its run_id: question, plan, SQL, version of the data, limits, outcome, and the \
     rows as they were then, from offset on. Without run_id the last 20 runs of this project.",
    || {
        json!({
            "type": "object",
            "properties": {
                "run_id": { "type": "string", "description": "as an answer had it" },
                "offset": { "type": "integer", "minimum": 0, "description": "rows that are passed over" },
            },
            "additionalProperties": false,
        })
    },
    run,
);

/// Runs of an answer that names none.
const LAST: usize = 20;
/// Characters of a text in the list of runs.
const BRIEF: usize = 200;

fn run(session: &mut Session<'_>, arguments: &Arguments) -> Answer {
    let run_id = arguments.text("run_id");
    let Some(found) = session.host.asked(run_id, LAST) else {
        return Answer::failed(
            "runs are not kept here: viz-lsp was started with `--no-cache`, or its cache folder can't be written",
        );
    };
    let Some(run_id) = run_id else {
        let project = &session.host.circumstances().project;
        return Answer::of(
            json!({ "project": project, "runs": found.iter().map(|run| brief(run, session.shows_rows)).collect::<Vec<_>>() }),
        );
    };
    let Some(capsule) = found.first() else {
        return Answer::failed(format!(
            "there is no run `{run_id}` of this project: the last 1,000 runs of 30 days are kept; without run_id this tool lists the newest"
        ));
    };
    let offset = arguments.number("offset").unwrap_or_default();
    let mut out = whole(capsule, session.shows_rows);
    match session.host.rows_of(run_id) {
        Some(Told::Rows(Ok(rows))) => out.extend(page(&rows, offset, session.shows_rows)),
        _ if capsule.status == "ok" => {
            out.insert("rows_gone".into(), "the rows are not kept any more: run it again".into());
        }
        _ => {}
    }
    Answer::of(Value::Object(out))
}

fn time(capsule: &Capsule) -> String {
    DateTime::<Utc>::from(capsule.at).format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

fn brief(capsule: &Capsule, shows_rows: bool) -> Value {
    let cut = |text: &str| text.chars().take(BRIEF).collect::<String>();
    let mut out = json!({
        "run_id": capsule.run_id,
        "timestamp": time(capsule),
        "tool": capsule.tool,
        "dataset_id": capsule.dataset_id,
        "status": capsule.status,
    });
    for (key, value) in [
        ("question", capsule.question.as_deref().map(cut).map(Value::from)),
        ("row_count", capsule.rows.map(Value::from)),
        ("parent_run_id", capsule.parent_run_id.as_deref().map(Value::from)),
        // It may name values of the data.
        ("error", capsule.error.as_deref().filter(|_| shows_rows).map(cut).map(Value::from)),
    ] {
        if let Some(value) = value {
            out[key] = value;
        }
    }
    out
}

fn whole(capsule: &Capsule, shows_rows: bool) -> Map<String, Value> {
    // It was written as JSON.
    let read = |text: &str| serde_json::from_str(text).unwrap_or_else(|_| Value::from(text));
    let mut out = Map::new();
    let mut put = |key: &str, value: Value| {
        if !value.is_null() {
            out.insert(key.to_owned(), value);
        }
    };
    put("run_id", json!(capsule.run_id));
    put("timestamp", time(capsule).into());
    put("tool", json!(capsule.tool));
    put("dataset_id", json!(capsule.dataset_id));
    put("dataset_version_hash", json!(capsule.dataset_version_hash));
    put("question", json!(capsule.question));
    put("plan_json", capsule.plan_json.as_deref().map(read).unwrap_or_default());
    put("plan_hash", json!(capsule.plan_hash));
    put("parent_run_id", json!(capsule.parent_run_id));
    put("compiled_sql", json!(capsule.compiled_sql));
    put("runner_mode", json!(capsule.runner_mode));
    put("resource_limits", read(&capsule.resource_limits));
    put("stats", read(&capsule.stats));
    put("stdout", json!(capsule.stdout));
    put("stderr", json!(capsule.stderr));
    put("status", json!(capsule.status));
    // An engine's error may name values of the data, and so may a warning of a plan.
    if shows_rows {
        put("error", capsule.error.as_deref().map(read).unwrap_or_default());
    }
    put("client", json!(capsule.client));
    put("versions", json!(capsule.versions));
    out
}

/// The rows from one on; what does not fit into an answer is left out at its end.
fn page(rows: &Rows, offset: u64, shows_rows: bool) -> Map<String, Value> {
    let columns: Vec<Value> =
        rows.columns.iter().map(|column| json!({ "name": column.name, "type": column.data_type.as_str() })).collect();
    let mut out =
        Map::from_iter([("columns".to_owned(), columns.into()), ("row_count".to_owned(), rows.row_count.into())]);
    if shows_rows {
        let row = |at: u64| rows.values.iter().map(|values| values[at as usize].clone()).collect::<Value>();
        out.insert("offset".into(), offset.into());
        out.insert("rows".into(), (offset.min(rows.row_count)..rows.row_count).map(row).collect());
        out.insert("note".into(), NOTE.into());
    }
    out
}
