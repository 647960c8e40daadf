//! A finding as everybody shows it: what must be the same in the editor, on the command line and in the library.

use serde_json::Value;

/// Place, code, severity and message of a finding. Columns are UTF-16 code units.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shown {
    /// File, relative to the project.
    pub file: String,
    /// Line and column of the start.
    pub start: (u32, u32),
    /// Line and column of the end.
    pub end: (u32, u32),
    /// Code.
    pub code: String,
    /// `error`, `warning`, `information` or `hint`.
    pub severity: String,
    /// The message; its first line.
    pub message: String,
}

impl Shown {
    /// From a diagnostic of the JSON contract.
    pub fn of_json(diagnostic: &Value) -> Self {
        let text =
            |key: &str| diagnostic[key].as_str().unwrap_or_else(|| panic!("no {key} in {diagnostic}")).to_owned();
        let (start, end) = range(&diagnostic["range"]);
        Self {
            file: text("file"),
            start,
            end,
            code: text("code"),
            severity: text("severity"),
            message: first_line(&text("message")),
        }
    }

    /// From a published diagnostic.
    pub fn of_lsp(file: &str, diagnostic: &Value) -> Self {
        let (start, end) = range(&diagnostic["range"]);
        let severity = match diagnostic["severity"].as_u64() {
            Some(1) => "error",
            Some(2) => "warning",
            Some(3) => "information",
            Some(4) => "hint",
            other => panic!("severity {other:?} in {diagnostic}"),
        };
        assert_eq!(diagnostic["source"], "viz-lsp");
        Self {
            file: file.to_owned(),
            start,
            end,
            code: diagnostic["code"].as_str().expect("a code").to_owned(),
            severity: severity.to_owned(),
            message: first_line(diagnostic["message"].as_str().expect("a message")),
        }
    }
}

/// The message without notes and help, which faces place differently.
pub fn first_line(message: &str) -> String {
    message.lines().next().unwrap_or_default().to_owned()
}

fn range(range: &Value) -> ((u32, u32), (u32, u32)) {
    let position = |at: &Value| {
        let number = |key: &str| u32::try_from(at[key].as_u64().expect("a number")).expect("small");
        (number("line"), number("character"))
    };
    (position(&range["start"]), position(&range["end"]))
}
