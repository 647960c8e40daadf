//! `viz-lsp mcp`: the tools over the Model Context Protocol, as clients of its old and its new era speak it.

use crate::PROGRAM;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use viz_tests::projects;

/// A server, and what it says: nothing but JSON, a message a line.
struct Server {
    process: Child,
    input: Option<ChildStdin>,
    said: Receiver<Value>,
}

impl Server {
    fn start() -> Self {
        let mut process = Command::new(PROGRAM)
            .args(["mcp", "--no-cache", "--root"])
            .arg(projects::path("ecommerce"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        let (input, output) = (process.stdin.take(), process.stdout.take().expect("it is piped"));
        let (say, said) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines() {
                let line = line.expect("UTF-8");
                let _ = say.send(serde_json::from_str(&line).unwrap_or_else(|_| panic!("no JSON: {line}")));
            }
        });
        Self { process, input, said }
    }

    fn send(&mut self, message: Value) {
        let input = self.input.as_mut().expect("it is open");
        writeln!(input, "{message}").and_then(|()| input.flush()).expect("it reads");
    }

    /// The answers to requests of these numbers, in this order, whichever comes first.
    fn answers<const N: usize>(&self, numbers: [u64; N]) -> [Value; N] {
        let mut found: Vec<Value> = Vec::new();
        while !numbers.iter().all(|number| found.iter().any(|answer| answer["id"] == *number)) {
            found.push(self.said.recv().expect("it answers"));
        }
        numbers.map(|number| found.iter().find(|answer| answer["id"] == number).cloned().expect("it is there"))
    }

    /// Hangs up; the server ends.
    fn end(mut self) {
        drop(self.input.take());
        assert_eq!(self.process.wait().expect("it ends").code(), Some(0));
        assert!(self.said.recv().is_err(), "nothing more is said");
    }
}

fn request(id: u64, method: &str, params: Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params })
}

fn call(id: u64, tool: &str, arguments: Value) -> Value {
    request(id, "tools/call", json!({ "name": tool, "arguments": arguments }))
}

#[test]
fn clients_of_the_old_era() {
    for version in ["2025-03-26", "2025-06-18", "2025-11-25"] {
        let mut server = Server::start();
        let client = json!({ "name": "a test", "version": "1" });
        server.send(request(
            1,
            "initialize",
            json!({ "protocolVersion": version, "capabilities": {}, "clientInfo": client }),
        ));
        let [hello] = server.answers([1]);
        assert_eq!(hello["result"]["protocolVersion"], version);
        server.send(json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }));
        server.send(request(2, "tools/list", json!({})));
        // Two at a time.
        server.send(call(3, "execute_query_plan", json!({ "plan": { "from": "orders", "select": ["count(*)"] } })));
        server.send(call(4, "execute_query_plan", json!({ "plan": { "from": "ordrs", "select": ["count(*)"] } })));
        server.send(call(5, "no_such_tool", json!({})));
        let [tools, right, wrong, none] = server.answers([2, 3, 4, 5]);
        let tools = tools["result"]["tools"].as_array().expect("a list").clone();
        let names: Vec<&str> = tools.iter().filter_map(|tool| tool["name"].as_str()).collect();
        assert_eq!(names, viz_agent::TOOLS.iter().map(|tool| tool.name).collect::<Vec<_>>());
        assert!(
            tools
                .iter()
                .all(|tool| tool["annotations"]["readOnlyHint"] == true && tool["inputSchema"]["type"] == "object")
        );
        for (answer, is_error) in [(&right, false), (&wrong, true)] {
            let result = &answer["result"];
            assert_eq!(result["isError"], is_error, "{answer}");
            let text: Value =
                serde_json::from_str(result["content"][0]["text"].as_str().expect("a text")).expect("JSON");
            assert_eq!(text, result["structuredContent"]);
        }
        assert_eq!(wrong["result"]["structuredContent"]["repaired_plan"]["from"], "orders");
        assert!(none["error"]["message"].as_str().expect("a text").contains("no_such_tool"));
        server.end();
    }
}

#[test]
fn clients_of_the_new_era() {
    let mut server = Server::start();
    let about = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": { "name": "a test", "version": "1" },
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    server.send(request(1, "server/discover", json!({ "_meta": about })));
    server.send(request(2, "tools/call", json!({ "name": "list_datasets", "arguments": {}, "_meta": about })));
    let [found, answer] = server.answers([1, 2]);
    assert!(found["result"]["supportedVersions"].as_array().expect("a list").contains(&json!("2026-07-28")), "{found}");
    assert_eq!(answer["result"]["resultType"], "complete");
    assert_eq!(answer["result"]["structuredContent"]["models"][0]["name"], "orders");
    server.end();
}

#[test]
fn who_says_nothing_is_served_nothing() {
    Server::start().end();
}
