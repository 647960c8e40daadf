//! `render_insight`: the query of an insight for some choices, and what comes of it.

use crate::answer::{self, Answer};
use crate::plan::{DEFAULT_LIMIT, Limit, MOST_ROWS};
use crate::session::Session;
use crate::tool::{Arguments, Tool};
use serde_json::{Map, Value, json};
use std::time::SystemTime;
use viz_check::{Finding, RenderedQuery, Report, State, Value as Chosen, rendered_query};
use viz_facts::{Answer as Told, Question, Reason, RunBy, Unknown};
use viz_ide::{Choices, InsightAt, Snapshot, Wanted, choose, chosen, input_named, insight_named};
use viz_project::{ObjectId, did_you_mean, similar};
use viz_sql::inputs_of;

pub(crate) const TOOL: Tool = Tool::reading(
    "render_insight",
    "Render an insight",
    "The SQL of an insight as it runs for what a viewer has chosen. Inputs that are not among the choices have what the page opens with, and are \
     named under defaults. Tells whether that combination breaks, and gives its rows with rows true. With failing true it shows a \
     combination that breaks instead (offset tells which), so that one sees what goes wrong, for whom.",
    || {
        let value = json!({ "description": "an option" });
        let choice = json!({
            "type": "object",
            "properties": {
                "input": { "type": "string" },
                "values": { "type": "array", "items": value, "description": "what is selected, in the order of the clicks" },
                "from": { "description": "first option of a range" },
                "to": { "description": "last option of a range" },
            },
            "required": ["input"],
            "additionalProperties": false,
        });
        json!({
            "type": "object",
            "properties": {
                "insight": { "type": "string" },
                "choices": { "type": "array", "items": choice, "description": "what a viewer has chosen" },
                "rows": { "type": "boolean", "description": "also run it" },
                "limit": { "type": "integer", "minimum": 1, "description": format!("rows at most: {DEFAULT_LIMIT} if left out, never more than {MOST_ROWS}") },
                "failing": { "type": "boolean", "description": "a combination that breaks instead of choices" },
                "offset": { "type": "integer", "minimum": 0, "description": "failing combinations that are left out at the beginning" },
            },
            "required": ["insight"],
            "additionalProperties": false,
        })
    },
    run,
);

/// Bytes of values that are read, as JSON.
const MOST_BYTES: u32 = 1 << 20;

fn run(session: &mut Session<'_>, arguments: &Arguments) -> Answer {
    let name = arguments.text("insight").unwrap_or_default();
    let project = session.project;
    let Some(InsightAt { insight, .. }) = insight_named(project, name) else {
        let names = project.of_kind(viz_project::Kind::Insight).map(|id| project.object(id).name_text());
        let help = did_you_mean(&similar(name, names)).unwrap_or_else(|| "list_objects has their names".to_owned());
        return Answer::failed(format!("the project has no insight `{name}`: {help}"));
    };
    let report = session.report();
    let mut out = Map::from_iter([("insight".to_owned(), json!(name))]);
    let choices = if arguments.get("failing") == Some(&json!(true)) {
        failing(&report, name, arguments.number("offset").unwrap_or_default() as usize, session.shows_rows, &mut out)
    } else {
        given(session, &report, arguments)
    };
    let choices = match choices {
        Ok(choices) => choices,
        Err(why) => return answer::unknown(&why),
    };
    complete(session, &report, insight, &choices, &mut out);
    let known = choices.known(project);
    match rendered_query(project, &session.facts, session.now, insight, &known) {
        Ok(query) => {
            out.insert("runs_in".into(), if query.dynamic { "browser" } else { "source" }.into());
            // What is put in is data; without values it is the text with placeholders.
            let sql = if session.shows_rows { query.readable() } else { query.stored.clone() };
            out.insert("sql".into(), sql.into());
            verdict(session, &report, name, insight, &choices, &mut out);
            if arguments.get("rows") == Some(&json!(true)) {
                return with_rows(session, &query, arguments, out);
            }
        }
        Err(why) => {
            out.insert("no_sql".into(), json!({ "reason": why.code, "message": why.message }));
            verdict(session, &report, name, insight, &choices, &mut out);
        }
    }
    Answer::of(Value::Object(out))
}

fn snapshot<'a>(session: &'a Session<'_>, report: &'a Report, choices: &'a Choices) -> Snapshot<'a> {
    Snapshot {
        project: session.project,
        facts: &session.facts,
        choices,
        insights: &report.insights,
        now: SystemTime::now(),
    }
}

/// The choices of the call.
fn given(session: &Session<'_>, report: &Report, arguments: &Arguments) -> Result<Choices, Unknown> {
    let (none, mut choices) = (Choices::default(), Choices::default());
    let snapshot = snapshot(session, report, &none);
    for choice in arguments.get("choices").and_then(Value::as_array).into_iter().flatten() {
        let input = choice.get("input").and_then(Value::as_str).unwrap_or_default();
        let wanted = match (choice.get("values"), choice.get("from"), choice.get("to")) {
            (Some(Value::Array(values)), None, None) => {
                values.iter().map(value).collect::<Option<Vec<_>>>().map(Wanted::Values)
            }
            (None, Some(from), Some(to)) => value(from).zip(value(to)).map(|(from, to)| Wanted::Run(from, to)),
            _ => None,
        };
        let wanted = wanted.ok_or_else(|| {
            let message = format!(
                "a choice has the name of an `input` and `values`, or `from` and `to`: that of `{input}` has not"
            );
            Unknown::new(Reason::NotAnOption, message)
        })?;
        choices.by_name.insert(input.to_owned(), choose(&snapshot, input, &wanted)?);
    }
    Ok(choices)
}

fn value(json: &Value) -> Option<Chosen> {
    match json {
        Value::Null => Some(Chosen::Null),
        Value::String(text) => Some(Chosen::Text(text.clone())),
        Value::Number(number) => number.as_f64().map(Chosen::Number),
        _ => None,
    }
}

fn of_insight<'r>(report: &'r Report, name: &str) -> impl Iterator<Item = &'r Finding> {
    report.findings.iter().filter(move |finding| {
        finding.object.as_ref().is_some_and(|object| object.kind == "insight" && object.name.as_deref() == Some(name))
    })
}

/// A combination that breaks the insight, and what is said of it.
fn failing(
    report: &Report,
    name: &str,
    offset: usize,
    shows_rows: bool,
    out: &mut Map<String, Value>,
) -> Result<Choices, Unknown> {
    let selections =
        |finding: &'_ Finding| finding.combinations.as_ref().map(|found| found.selections.clone()).unwrap_or_default();
    let all: Vec<(&Finding, _)> = of_insight(report, name)
        .flat_map(|finding| selections(finding).into_iter().map(move |found| (finding, found)))
        .collect();
    let Some((finding, found)) = all.get(offset) else {
        let message = match all.len() {
            0 => format!("no combination of choices is known to break `{name}`"),
            count => format!("`{name}` has {count} failing combinations to show, and {offset} are left out"),
        };
        return Err(Unknown::new(Reason::NotAnOption, message));
    };
    let message = if shows_rows { finding.message.as_str() } else { finding.code.title() };
    out.insert("failing".into(), json!({ "index": offset, "of": all.len(), "code": finding.code, "message": message }));
    Ok(Choices { by_name: found.iter().map(|(name, state)| (name.clone(), state.clone())).collect() })
}

/// What all inputs of the insight have, and which of them have it because nothing was chosen.
fn complete(
    session: &Session<'_>,
    report: &Report,
    insight: ObjectId,
    choices: &Choices,
    out: &mut Map<String, Value>,
) {
    let snapshot = snapshot(session, report, choices);
    let (mut all, mut defaults) = (Map::new(), Vec::new());
    for input in inputs_of(session.project, insight) {
        let name = session.project.object(input).name_text();
        if let Ok((State { values }, is_chosen)) = chosen(&snapshot, input) {
            all.insert(name.to_owned(), values.iter().map(Chosen::raw).collect());
            if !is_chosen {
                defaults.push(name);
            }
        }
    }
    if session.shows_rows {
        out.insert("choices".into(), Value::Object(all));
    }
    out.insert("defaults".into(), json!(defaults));
}

/// Whether this combination is known to break.
fn verdict(
    session: &Session<'_>,
    report: &Report,
    name: &str,
    insight: ObjectId,
    choices: &Choices,
    out: &mut Map<String, Value>,
) {
    let snapshot = snapshot(session, report, choices);
    let label =
        |input: &str| chosen(&snapshot, input_named(session.project, input)?).ok().map(|(state, _)| state.label());
    let met = |finding: &&Finding| match &finding.combinations {
        None => true,
        Some(found) => found
            .examples
            .iter()
            .any(|example| example.iter().all(|(input, wanted)| label(input).as_ref() == Some(wanted))),
    };
    let told = |finding: &Finding| {
        let message = if session.shows_rows { finding.message.as_str() } else { finding.code.title() };
        json!({ "code": finding.code, "severity": finding.severity, "message": message })
    };
    let findings: Vec<Value> = of_insight(report, name).filter(met).map(told).collect();
    let loc = session.project.object(insight).name_loc();
    let checked = report.insights.iter().find(|report| report.loc == loc);
    out.insert("findings".into(), findings.into());
    if let Some(insight) = checked {
        let counts = json!({ "status": insight.status, "combinations": insight.total, "covered": insight.covered });
        out.insert("checked".into(), counts);
    }
}

fn with_rows(
    session: &mut Session<'_>,
    query: &RenderedQuery,
    arguments: &Arguments,
    mut out: Map<String, Value>,
) -> Answer {
    let limit = Limit::of(arguments.number("limit"));
    let source = match query.tables.first() {
        Some(table) => table.source.clone(),
        None => Err(Unknown::new(Reason::NoModel, "the query reads no model")),
    };
    let source = match source {
        Ok(source) => source,
        Err(why) => return answer::unknown(&why),
    };
    let (tables, sql) = query.asked(&source);
    let by = if query.dynamic { RunBy::Browser } else { RunBy::Source };
    let question = Question::Rows { source, tables, by, sql, rows: limit.rows as u32, bytes: MOST_BYTES };
    match session.answer(question).as_deref() {
        Ok(Told::Rows(Ok(rows))) => {
            let mut rows = answer::rows(rows, limit, session.shows_rows);
            let names = query.columns.iter().map(|column| (column.alias.as_str(), column.key.as_str()));
            let names: Vec<(&str, &str)> = names.collect();
            for column in rows.get_mut("columns").and_then(Value::as_array_mut).into_iter().flatten() {
                let key = names.iter().find(|(alias, _)| column["name"] == *alias).map(|(_, key)| *key);
                if let Some(key) = key {
                    column["name"] = key.into();
                }
            }
            out.extend(rows);
            Answer::of(Value::Object(out))
        }
        Ok(Told::Rows(Err(error))) => {
            let refused = answer::refused(error, "", session.shows_rows);
            out.insert("error".into(), refused.value["message"].clone());
            Answer { value: Value::Object(out), is_error: true }
        }
        Ok(_) => Answer::failed("the engine gave an answer of another kind"),
        Err(why) => answer::unknown(why),
    }
}
