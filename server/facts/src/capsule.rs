//! What is kept of a question that an assistant asked of data.

use std::time::SystemTime;

/// One question on data, and what came of it. The first fifteen fields are the columns of the view `run_capsules`, in its order.
#[derive(Debug, Clone, PartialEq)]
pub struct Capsule {
    /// Its name.
    pub run_id: String,
    /// When it was asked.
    pub at: SystemTime,
    /// The model or source that was asked.
    pub dataset_id: String,
    /// The version of the files that the answer rests on; `None` if that can't be told, or nothing was read.
    pub dataset_version_hash: Option<String>,
    /// The question in words, where it was told.
    pub question: Option<String>,
    /// The plan as it was understood, as JSON; `None` for SQL.
    pub plan_json: Option<String>,
    /// The SQL that ran.
    pub compiled_sql: Option<String>,
    /// What kind of runner answered: `process`, `in-process`, or `none` where nothing ran.
    pub runner_mode: String,
    /// What it was allowed to take, as JSON.
    pub resource_limits: String,
    /// Columns and first rows, as JSON.
    pub result_preview: Option<String>,
    /// What it took and gave, as JSON.
    pub stats: String,
    /// What the run wrote to its standard output: queries write nothing.
    pub stdout: String,
    /// The same of its standard error.
    pub stderr: String,
    /// `ok`, `compiled` (bound only), `invalid` (the plan is wrong), `failed` (the engine refused it).
    pub status: String,
    /// What was wrong.
    pub error: Option<String>,
    /// The folder of the project.
    pub project: String,
    /// The tool that was asked.
    pub tool: String,
    /// A hash of the plan as it was understood.
    pub plan_hash: Option<String>,
    /// The same of the plan that was offered instead.
    pub repaired_hash: Option<String>,
    /// The run that this one mends.
    pub parent_run_id: Option<String>,
    /// Who asked.
    pub client: String,
    /// Versions of this program and of the engine.
    pub versions: String,
    /// Rows of the result.
    pub rows: Option<u64>,
    /// How long it took.
    pub milliseconds: u64,
}
