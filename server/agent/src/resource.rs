//! What can be read by address: the guide, pages of findings, runs.

use crate::answer::Answer;
use crate::session::Session;
use crate::tools::named;
use serde_json::json;

/// How to write a project, in one page.
const GUIDE: &str = include_str!("guide.md");

/// Where something can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resource {
    /// Its address; what stands in braces is to be filled in.
    pub uri: &'static str,
    /// Its name.
    pub name: &'static str,
    /// What it tells.
    pub description: &'static str,
    /// What it is written in.
    pub mime_type: &'static str,
}

impl Resource {
    /// Whether its address has something to be filled in.
    pub fn is_template(&self) -> bool {
        self.uri.contains('{')
    }
}

/// All of them, always in this order.
pub const RESOURCES: &[Resource] = &[
    Resource {
        uri: "viz://guide",
        name: "guide",
        description: "how a project is written, what a viewer's pick becomes in SQL, how to work with these tools",
        mime_type: "text/markdown",
    },
    Resource {
        uri: "viz://finding/{code}",
        name: "finding",
        description: "what a finding's code means and how it is mended",
        mime_type: "text/markdown",
    },
    Resource {
        uri: "viz://run/{run_id}",
        name: "run",
        description: "the record of a run, with its rows",
        mime_type: "application/json",
    },
];

/// What is at an address, and what it is written in; `None` if there is nothing.
pub fn read(session: &mut Session<'_>, uri: &str) -> Option<(String, &'static str)> {
    let path = uri.strip_prefix("viz://")?;
    let ask = |session: &mut Session<'_>, tool: &str, arguments| -> Option<Answer> {
        named(tool).map(|tool| tool.call(session, &arguments)).filter(|answer| !answer.is_error)
    };
    match path.split_once('/') {
        None => (path == "guide").then(|| (GUIDE.to_owned(), "text/markdown")),
        Some(("finding", code)) => {
            let answer = ask(session, "explain_finding", json!({ "code": code }))?;
            Some((answer.value["page"].as_str()?.to_owned(), "text/markdown"))
        }
        Some(("run", run_id)) => {
            let answer = ask(session, "get_run_status", json!({ "run_id": run_id }))?;
            Some((answer.value.to_string(), "application/json"))
        }
        Some(_) => None,
    }
}
