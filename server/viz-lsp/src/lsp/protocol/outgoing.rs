//! Where messages leave for the client. What they show holds no value of a variable and no character that controls something;
//! what they write into files, and addresses, is left as it is.

use crate::host::output::show;
use serde_json::Value;
use viz_text::shown::is_control;

/// Members whose texts are not shown but used: addresses, texts of files, what the client hands back, rows of data.
const USED: [&str; 20] = [
    "uri",
    "targetUri",
    "target",
    "oldUri",
    "newUri",
    "root",
    "newText",
    "insertText",
    "filterText",
    "sortText",
    "text",
    "placeholder",
    "data",
    "arguments",
    "columns",
    "series",
    "jsonrpc",
    "id",
    "method",
    "token",
];

/// A stream of messages, cut into messages.
#[derive(Default)]
pub struct Outgoing {
    waiting: Vec<u8>,
}

impl Outgoing {
    /// Takes bytes and gives those of all messages that are whole now.
    pub fn take(&mut self, chunk: &[u8]) -> Vec<u8> {
        self.waiting.extend_from_slice(chunk);
        let mut out = Vec::new();
        while let Some((start, end)) = frame(&self.waiting) {
            let frame: Vec<u8> = self.waiting.drain(..end).collect();
            match std::str::from_utf8(&frame[start..]).ok().and_then(shown) {
                Some(body) => out.extend(format!("Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()),
                None => out.extend(frame),
            }
        }
        out
    }
}

/// Where the first message's body starts and ends, if it is whole.
fn frame(bytes: &[u8]) -> Option<(usize, usize)> {
    const END: &[u8] = b"\r\n\r\n";
    let start = bytes.windows(END.len()).position(|window| window == END)? + END.len();
    let header = std::str::from_utf8(&bytes[..start]).ok()?;
    let length = header.lines().find_map(|line| line.strip_prefix("Content-Length:"))?;
    let end = start + length.trim().parse::<usize>().ok()?;
    (end <= bytes.len()).then_some((start, end))
}

/// A message as it may leave, if that differs.
fn shown(body: &str) -> Option<String> {
    // JSON escapes the controls of ASCII.
    let may_control = ["\\u00", "\\b", "\\f", "\\r"].iter().any(|escape| body.contains(escape));
    if !may_control && !body.contains(is_control) && !viz_secrets::holds(body) {
        return None;
    }
    let mut message: Value = serde_json::from_str(body).ok()?;
    show(&mut message, &USED);
    Some(message.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use viz_project::{Environment, MemoryFiles, Project};

    #[test]
    fn what_is_shown_is_hidden_and_what_is_used_stays() {
        let text = "name: p\nsources:\n  - {name: s, type: duckdb, database: \"${env.ONE}.duckdb\"}\n";
        let files = MemoryFiles::new([("/p/project.visivo.yml", text), ("/p/dingo\"4711.duckdb", "")]);
        let _project = Project::load(std::path::Path::new("/p"), &files, &Environment::of([("ONE", "dingo\"4711")]));
        let body = serde_json::json!({
            "jsonrpc": "2.0",
            "params": { "uri": "file:///dingo\"4711", "message": "no dingo\"4711\u{1b}[1m\nhere",
                        "edits": [{ "newText": "dingo\"4711" }] },
        });
        let body = body.to_string();
        let bytes = format!("Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes();
        let mut outgoing = Outgoing::default();
        let mut out = outgoing.take(&bytes[..30]);
        assert!(out.is_empty());
        out.extend(outgoing.take(&bytes[30..]));
        out.extend(outgoing.take(b"Content-Length: 2\r\n\r\n{}"));
        let out = String::from_utf8(out).unwrap();
        assert!(out.ends_with("Content-Length: 2\r\n\r\n{}"), "{out}");
        assert!(out.contains("no ${env.ONE}�[1m\\nhere"), "{out}");
        assert!(out.contains("file:///dingo\\\"4711") && out.contains("\"newText\":\"dingo\\\"4711\""), "{out}");
    }
}
