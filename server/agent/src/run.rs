//! The record of a question on data: what was asked, what ran, what came of it.

use crate::answer::{self, Answer};
use crate::plan::{Compiled, Understood};
use crate::session::{Circumstances, Session};
use crate::tool::Arguments;
use serde_json::{Map, Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Instant, SystemTime};
use viz_facts::{Answer as Told, Capsule, KeyedQuestion, QuestionKey};

/// Rows, and bytes of them as JSON, that a record shows without being asked for them.
const MOST_ROWS: usize = 50;
const MOST_BYTES: usize = 7_000;

/// A question on data that is being answered.
pub(crate) struct Run {
    at: SystemTime,
    started: Instant,
    tool: &'static str,
    dataset: String,
    question: Option<String>,
    parent: Option<String>,
    plan: Option<Value>,
    repaired: Option<Value>,
    sql: Option<String>,
    over: Option<(QuestionKey, SystemTime)>,
}

impl Run {
    /// A question that was asked now.
    pub(crate) fn begin(tool: &'static str, dataset: &str, arguments: &Arguments) -> Self {
        let text = |name: &str| arguments.text(name).map(str::to_owned);
        Self {
            at: SystemTime::now(),
            started: Instant::now(),
            tool,
            dataset: dataset.to_owned(),
            question: text("question"),
            parent: text("parent_run_id"),
            plan: None,
            repaired: None,
            sql: None,
            over: None,
        }
    }

    /// As a plan was understood.
    pub(crate) fn of_plan(&mut self, understood: &Understood) {
        self.dataset = understood.plan["from"].as_str().unwrap_or_default().to_owned();
        self.plan = Some(understood.plan.clone());
        self.repaired.clone_from(&understood.repaired);
        self.sql = understood.compiled.as_ref().map(|compiled: &Compiled| compiled.readable.clone());
    }

    /// As this SQL.
    pub(crate) fn of_sql(&mut self, sql: &str) {
        self.sql = Some(sql.to_owned());
    }

    /// The engine's answer to a question, on which this run stands from then on.
    ///
    /// # Errors
    /// What is answered where it is not known.
    pub(crate) fn ask(&mut self, session: &mut Session<'_>, question: &KeyedQuestion) -> Result<Arc<Told>, Answer> {
        let (told, at) = session.answer_dated(question).map_err(|why| answer::unknown(&why))?;
        self.over = Some((question.key(), at));
        Ok(told)
    }

    /// Puts what came of it on record; the answer says under which name, and whether it is that of an earlier run.
    pub(crate) fn end(self, session: &Session<'_>, mut answer: Answer) -> Answer {
        let is_cached = self.over.is_some_and(|(_, found)| found < self.at);
        let Some(told) = answer.value.as_object_mut() else { return answer };
        if is_cached {
            told.insert("cached".into(), true.into());
        }
        let run_id = name(&self);
        let (capsule, over) = self.capsule(&session.host.circumstances(), told, &run_id, is_cached);
        if session.host.record(capsule, over) {
            told.insert("run_id".into(), run_id.into());
        }
        answer
    }

    fn capsule(
        self,
        around: &Circumstances,
        told: &Map<String, Value>,
        run_id: &str,
        is_cached: bool,
    ) -> (Capsule, Option<(QuestionKey, SystemTime)>) {
        let mut limits = around.limits.clone();
        let mut stats = Map::new();
        let milliseconds = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        stats.insert("milliseconds".into(), milliseconds.into());
        stats.insert("cached".into(), is_cached.into());
        for key in ["row_count", "limit_hit"] {
            stats.extend(told.get(key).map(|value| (key.to_owned(), value.clone())));
        }
        for key in ["limit", "limit_source"] {
            limits.extend(told.get(key).map(|value| (key.to_owned(), value.clone())));
        }
        let error = match (told.get("errors"), told.get("message")) {
            (Some(errors), _) => Some(errors.to_string()),
            (None, message) => message.and_then(Value::as_str).map(str::to_owned),
        };
        let capsule = Capsule {
            run_id: run_id.to_owned(),
            at: self.at,
            dataset_id: self.dataset,
            dataset_version_hash: None, // whoever keeps it knows what the answer rests on
            question: self.question,
            plan_hash: self.plan.as_ref().map(hash),
            repaired_hash: self.repaired.as_ref().map(hash),
            plan_json: self.plan.map(|plan| plan.to_string()),
            compiled_sql: self.sql,
            runner_mode: if self.over.is_some() { around.runner } else { "none" }.to_owned(),
            resource_limits: Value::Object(limits).to_string(),
            result_preview: preview(told),
            stats: Value::Object(stats).to_string(),
            stdout: String::new(),
            stderr: String::new(),
            status: told.get("status").and_then(Value::as_str).unwrap_or("failed").to_owned(),
            error,
            project: around.project.clone(),
            tool: self.tool.to_owned(),
            parent_run_id: self.parent,
            client: around.client.clone(),
            versions: around.versions.clone(),
            rows: told.get("row_count").and_then(Value::as_u64),
            milliseconds,
        };
        (capsule, self.over)
    }
}

/// Columns and first rows.
fn preview(told: &Map<String, Value>) -> Option<String> {
    let (columns, rows) = (told.get("columns")?, told.get("rows")?.as_array()?);
    let mut size = columns.to_string().len();
    let fits = |row: &&Value| {
        size += row.to_string().len() + 1;
        size <= MOST_BYTES
    };
    let first: Vec<&Value> = rows.iter().take(MOST_ROWS).take_while(fits).collect();
    Some(json!({ "columns": columns, "rows": first }).to_string())
}

/// The same for the same plan, in whatever order its keys stand.
fn hash(plan: &Value) -> String {
    fn sorted(value: &Value) -> Value {
        match value {
            Value::Object(object) => {
                let mut entries: Vec<_> = object.iter().collect();
                entries.sort_by_key(|(key, _)| *key);
                Value::Array(entries.into_iter().map(|(key, value)| json!([key, sorted(value)])).collect())
            }
            Value::Array(list) => Value::Array(std::iter::once(Value::Null).chain(list.iter().map(sorted)).collect()),
            other => other.clone(),
        }
    }
    blake3::hash(sorted(plan).to_string().as_bytes()).to_hex()[..32].to_owned()
}

/// A name that no other run has.
fn name(run: &Run) -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let since = run.at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_nanos();
    let own = format!("{since} {} {} {}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed), run.dataset);
    format!("run_{}", &blake3::hash(own.as_bytes()).to_hex()[..16])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_has_one_hash_however_its_keys_stand() {
        let [a, b]: [Value; 2] = [r#"{"from": "x", "limit": 1}"#, r#"{"limit": 1, "from": "x"}"#]
            .map(|text| serde_json::from_str(text).unwrap());
        assert_eq!(hash(&a), hash(&b));
        assert_ne!(hash(&json!([["a", 1]])), hash(&json!({ "a": 1 })));
        assert_ne!(hash(&json!({ "limit": 1 })), hash(&json!({ "limit": 2 })));
    }

    #[test]
    fn a_preview_is_short_and_whole() {
        let rows: Vec<Value> = (0..200).map(|at| json!([at, "x".repeat(100)])).collect();
        let told = Map::from_iter([("columns".to_owned(), json!([])), ("rows".to_owned(), json!(rows))]);
        let shown: Value = serde_json::from_str(&preview(&told).unwrap()).unwrap();
        assert_eq!(shown["rows"].as_array().map(Vec::len), Some(50));
        let wide: Vec<Value> = (0..3).map(|_| json!(["x".repeat(5_000)])).collect();
        let told = Map::from_iter([("columns".to_owned(), json!([])), ("rows".to_owned(), json!(wide))]);
        let shown: Value = serde_json::from_str(&preview(&told).unwrap()).unwrap();
        assert_eq!(shown["rows"].as_array().map(Vec::len), Some(1));
    }
}
