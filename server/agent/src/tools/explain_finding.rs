//! `explain_finding`: the page of a code.

use crate::answer::Answer;
use crate::session::Session;
use crate::tool::{Arguments, Tool};
use serde_json::json;
use viz_project::{Code, did_you_mean, similar};

pub(crate) const TOOL: Tool = Tool::reading(
    "explain_finding",
    "Explain a finding",
    "What a finding's code means, why it matters to viewers, and how it is mended, with an example.",
    || {
        json!({
            "type": "object",
            "properties": { "code": { "type": "string", "description": "such as combination-syntax" } },
            "required": ["code"],
            "additionalProperties": false,
        })
    },
    run,
);

fn run(session: &mut Session<'_>, arguments: &Arguments) -> Answer {
    let code = arguments.text("code").unwrap_or_default();
    match session.host.page(code) {
        Some(page) => Answer::of(json!({ "code": code, "page": page })),
        None => {
            let near = similar(code, Code::ALL.iter().map(|code| code.name()));
            let help = did_you_mean(&near).unwrap_or_else(|| "findings have their codes beside them".to_owned());
            Answer::failed(format!("there is no finding `{code}`: {help}"))
        }
    }
}
