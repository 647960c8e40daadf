//! `execute_query_plan`: a question as JSON, checked, compiled and run.

use crate::answer::{self, Answer};
use crate::plan::{Understood, schema, understand};
use crate::run::Run;
use crate::session::Session;
use crate::tool::{Arguments, Tool};
use serde_json::{Map, Value, json};
use viz_facts::{Answer as Told, KeyedQuestion};

pub(crate) const TOOL: Tool = Tool::reading(
    "execute_query_plan",
    "Execute a query plan",
    "Answers a question that is told as a plan, without SQL. Example: {\"plan\": {\"from\": \"orders\", \"select\": [{\"column\": \"region\"}, \
     {\"agg\": \"sum\", \"column\": \"amount\", \"as\": \"revenue\"}], \"where\": [{\"column\": \"status\", \"op\": \"in\", \"value\": [\"paid\"]}], \
     \"order_by\": [{\"by\": \"revenue\", \"desc\": true}]}}. Names are those of get_schema; those of another model are written model.column, and \
     bring the join that the project declares. Rows are grouped by what is selected without an aggregate. A plan with errors is not run: the \
     answer has all of them with patches, and, where that is certain, a repaired_plan to send instead. limit_hit says that there are more \
     rows than the answer has; value-unseen warns of a value that the column does not have.",
    || {
        json!({
            "type": "object",
            "properties": {
                "plan": schema(),
                "question": { "type": "string", "description": "the question in words, for the record" },
                "parent_run_id": { "type": "string", "description": "the run that this one mends" },
            },
            "required": ["plan"],
            "additionalProperties": false,
        })
    },
    run,
);

fn run(session: &mut Session<'_>, arguments: &Arguments) -> Answer {
    let mut run = Run::begin(TOOL.name, "", arguments);
    let answer = answered(session, arguments, &mut run);
    run.end(session, answer)
}

fn answered(session: &mut Session<'_>, arguments: &Arguments, run: &mut Run) -> Answer {
    let plan = arguments.get("plan").cloned().unwrap_or_default();
    let understood = session.settled(|dataset| {
        let mut understood = understand(dataset, &plan);
        let open = std::mem::take(&mut understood.open);
        (understood, open)
    });
    run.of_plan(&understood);
    let Some(compiled) = &understood.compiled else { return invalid(&understood) };
    let question = KeyedQuestion::from(if compiled.dry_run { compiled.bound() } else { compiled.question() });
    let answer = match run.ask(session, &question) {
        Ok(answer) => answer,
        Err(unknown) => return unknown,
    };
    match &*answer {
        Told::Rows(Ok(rows)) => {
            let mut out =
                Map::from_iter([("status".to_owned(), json!(if compiled.dry_run { "compiled" } else { "ok" }))]);
            told(&mut out, &understood);
            out.extend(answer::rows(rows, compiled.limit, session.shows_rows && !compiled.dry_run));
            out.insert("sql".into(), compiled.readable.as_str().into());
            Answer::of(Value::Object(out))
        }
        Told::Rows(Err(error)) => answer::refused(error, &compiled.readable, session.shows_rows),
        _ => Answer::failed("the engine gave an answer of another kind"),
    }
}

fn invalid(understood: &Understood) -> Answer {
    let mut out = Map::from_iter([
        ("status".to_owned(), json!("invalid")),
        ("errors".to_owned(), json!(understood.errors().collect::<Vec<_>>())),
        ("plan".to_owned(), understood.plan.clone()),
    ]);
    told(&mut out, understood);
    Answer { value: Value::Object(out), is_error: true }
}

/// What is said of a plan whether it can be run or not.
fn told(out: &mut Map<String, Value>, understood: &Understood) {
    let warnings: Vec<_> = understood.warnings().collect();
    if !warnings.is_empty() {
        out.insert("warnings".into(), json!(warnings));
    }
    if !understood.normalized.is_empty() {
        out.insert("normalized".into(), json!(understood.normalized));
    }
    if let Some(plan) = &understood.repaired {
        out.insert("repaired_plan".into(), plan.clone());
    }
}
