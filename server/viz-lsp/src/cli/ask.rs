//! `viz-lsp ask`: the tools of assistants, from a shell.

use crate::cli::args::AskArgs;
use crate::cli::deep::on_deep_stack;
use crate::cli::desk::{Asker, Desk};
use crate::host::deadline::{self, Deadline};
use crate::host::output;
use anyhow::Context;
use serde_json::{Value, json};
use std::io::Read;
use std::process::ExitCode;
use viz_agent::{TOOLS, Tool};

/// Exit status when the answer says why there is no other.
const NO_ANSWER: u8 = 1;

/// Bytes that the arguments of a tool may have.
const MOST_ARGUMENTS: u64 = 16 << 20;

/// Prints the answer of a tool, or all tools.
///
/// # Errors
/// If it could not run: exit status 2.
pub fn run(args: &AskArgs) -> anyhow::Result<ExitCode> {
    let Some(name) = &args.tool else {
        print(json!({ "tools": TOOLS.iter().map(shown).collect::<Vec<_>>() }));
        return Ok(ExitCode::SUCCESS);
    };
    let tool = named(name)?;
    let arguments = arguments(args.arguments.as_deref())?;
    let answer = on_deep_stack("ask", || {
        let desk = Desk::new(args.about.clone())?;
        let deadline = Deadline::of_process(Some(deadline::USUAL));
        desk.answer(tool, arguments, &Asker { client: "ask", deadline: &deadline, progress: &|_| {} })
    })?;
    print(answer.value);
    Ok(if answer.is_error { ExitCode::from(NO_ANSWER) } else { ExitCode::SUCCESS })
}

fn shown(tool: &Tool) -> Value {
    json!({
        "name": tool.name,
        "title": tool.title,
        "description": tool.description,
        "inputSchema": (tool.input)(),
    })
}

fn named(name: &str) -> anyhow::Result<&'static Tool> {
    let names = || TOOLS.iter().map(|tool| tool.name);
    viz_agent::named(name).with_context(|| {
        let near = viz_project::similar(name, names());
        let help = viz_project::did_you_mean(&near).unwrap_or_else(|| names().collect::<Vec<_>>().join(", "));
        format!("there is no tool `{name}`: {help}")
    })
}

fn arguments(given: Option<&str>) -> anyhow::Result<Value> {
    let mut text = String::new();
    let text = match given {
        None => return Ok(Value::Null),
        Some("-") => {
            let mut stdin = std::io::stdin().lock().take(MOST_ARGUMENTS);
            stdin.read_to_string(&mut text).context("can't read the arguments from stdin")?;
            &text
        }
        Some(text) => text,
    };
    serde_json::from_str(text).context("the arguments are no JSON")
}

fn print(value: Value) {
    output::json(&format!("{value}\n"));
}
