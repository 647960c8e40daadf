//! `viz-lsp mcp`: the tools over the Model Context Protocol, as clients of its old and its new era speak it.

use crate::PROGRAM;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use viz_tests::projects;

/// A server, and what it says: nothing but JSON, a message a line.
pub(super) struct Server {
    process: Child,
    input: Option<ChildStdin>,
    said: Receiver<Value>,
}

impl Server {
    fn start() -> Self {
        Self::of(Command::new(PROGRAM).args(["mcp", "--no-cache", "--root"]).arg(projects::path("ecommerce")))
    }

    /// One that is greeted.
    pub(super) fn greeted(command: &mut Command) -> Self {
        let mut server = Self::of(command);
        let client = json!({ "name": "a test", "version": "1" });
        let hello = json!({ "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client });
        server.send(request(1, "initialize", hello));
        server.answers([1]);
        server.send(json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }));
        server
    }

    fn of(command: &mut Command) -> Self {
        let mut process =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it starts");
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

    pub(super) fn send(&mut self, message: Value) {
        let input = self.input.as_mut().expect("it is open");
        writeln!(input, "{message}").and_then(|()| input.flush()).expect("it reads");
    }

    /// The answers to requests of these numbers, in this order, whichever comes first.
    pub(super) fn answers<const N: usize>(&self, numbers: [u64; N]) -> [Value; N] {
        let mut found: Vec<Value> = Vec::new();
        while !numbers.iter().all(|number| found.iter().any(|answer| answer["id"] == *number)) {
            found.push(self.said.recv().expect("it answers"));
        }
        numbers.map(|number| found.iter().find(|answer| answer["id"] == number).cloned().expect("it is there"))
    }

    /// Hangs up; the server ends.
    pub(super) fn end(mut self) {
        drop(self.input.take());
        assert_eq!(self.process.wait().expect("it ends").code(), Some(0));
        assert!(self.said.recv().is_err(), "nothing more is said");
    }
}

pub(super) fn request(id: u64, method: &str, params: Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params })
}

pub(super) fn call(id: u64, tool: &str, arguments: Value) -> Value {
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

fn ecommerce() -> Command {
    let mut command = Command::new(PROGRAM);
    command.args(["mcp", "--no-cache", "--root"]).arg(projects::path("ecommerce"));
    command
}

fn number_of_orders(id: u64) -> Value {
    call(id, "execute_sql", json!({ "dataset": "orders", "sql": "select count(*) from orders" }))
}

/// A query that takes far longer than anybody waits.
fn endless(id: u64) -> Value {
    let sql = "select count(*) from range(10000000000) a, range(1000) b where a.range % 7 = b.range % 5";
    call(id, "execute_sql", json!({ "dataset": "orders", "sql": sql }))
}

/// The end comes before that of what runs, which takes far longer than the test may.
#[test]
fn a_client_that_hangs_up_ends_everything() {
    let mut server = Server::greeted(&mut ecommerce());
    server.send(endless(2));
    server.send(number_of_orders(3));
    server.answers([3]);
    server.end();
}

#[test]
fn a_run_that_is_called_off_gives_way() {
    let mut server = Server::greeted(&mut ecommerce());
    server.send(endless(2));
    server.send(json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": 2 } }));
    server.send(number_of_orders(3));
    let [answer] = server.answers([3]);
    assert_eq!(answer["result"]["isError"], false, "{answer}");
    server.end();
}

#[test]
fn a_flood_of_cancels_is_survived() {
    let mut server = Server::greeted(&mut ecommerce());
    for id in 100..2_100 {
        if id % 100 == 0 {
            server.send(number_of_orders(id));
        }
        server.send(json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": id } }));
        server
            .send(json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": "none" } }));
    }
    server.send(number_of_orders(3));
    let [answer] = server.answers([3]);
    assert_eq!(answer["result"]["isError"], false, "{answer}");
    server.end();
}

/// A line of 16 MB is read, one that is longer is passed over, and the next is answered.
#[test]
fn long_lines_end_nothing() {
    let mut server = Server::greeted(&mut ecommerce());
    let sql = |size: usize| json!({ "dataset": "orders", "sql": format!("select '{}'", "x".repeat(size)) });
    server.send(call(2, "execute_sql", sql((16 << 20) - 500)));
    let [long] = server.answers([2]);
    assert_eq!(long["result"]["isError"], true, "{long}");
    server.send(call(3, "execute_sql", sql(17 << 20)));
    server.send(number_of_orders(4));
    let [answer] = server.answers([4]);
    assert_eq!(answer["result"]["isError"], false, "{answer}");
    server.end();
}

/// Whatever is no message, and whatever order messages come in, is answered or passed over.
#[test]
fn what_is_no_message_ends_nothing() {
    let mut server = Server::greeted(&mut ecommerce());
    for odd in [json!([]), json!({}), json!("x"), json!({ "jsonrpc": "2.0", "id": 7 }), json!(null)] {
        server.send(odd);
    }
    server.send(request(2, "no/such", json!({})));
    server.send(call(3, "execute_query_plan", json!({ "plan": 5 })));
    let [none, wrong] = server.answers([2, 3]);
    assert!(none["error"]["code"].is_i64() && wrong["result"]["isError"] == true, "{none} {wrong}");
    server.end();
}

#[test]
fn a_mistake_of_ours_is_an_answer() {
    let mut server = Server::greeted(ecommerce().env("VIZ_LSP_TEST_PANIC", "explain_finding"));
    server.send(call(2, "explain_finding", json!({ "code": "combination-syntax" })));
    server.send(number_of_orders(3));
    let [stopped, answer] = server.answers([2, 3]);
    let message = stopped["result"]["structuredContent"]["message"].as_str().expect("a text");
    assert!(stopped["result"]["isError"] == true && message.contains("mistake of its own"), "{stopped}");
    assert_eq!(answer["result"]["isError"], false, "{answer}");
    server.end();
}

/// Where there is no project, the samples can be asked, and not changed.
#[test]
fn without_a_project_there_are_samples() {
    let nowhere = tempfile::tempdir().expect("a folder");
    let samples = nowhere.path().join("samples");
    let mut command = Command::new(PROGRAM);
    command.args(["mcp", "--no-cache", "--allow-writes"]).current_dir(nowhere.path()).env("VIZ_LSP_SAMPLES", &samples);
    let mut server = Server::greeted(&mut command);
    server.send(call(2, "list_datasets", json!({})));
    let [none] = server.answers([2]);
    assert!(none["result"]["structuredContent"]["message"].as_str().expect("a text").contains("no project"), "{none}");
    server.end();
    let mut command = Command::new(PROGRAM);
    let samples = projects::repository().join("tests/projects/support-tickets");
    command.args(["mcp", "--no-cache", "--allow-writes"]).current_dir(nowhere.path()).env("VIZ_LSP_SAMPLES", samples);
    let mut server = Server::greeted(&mut command);
    server.send(call(2, "list_datasets", json!({})));
    server.send(call(3, "preview_fix", json!({ "rename": { "name": "tickets", "to": "x" }, "apply": true })));
    let [found, refused] = server.answers([2, 3]);
    assert!(found["result"]["structuredContent"]["models"].is_array(), "{found}");
    let message = refused["result"]["structuredContent"]["message"].as_str().expect("a text");
    assert!(message.contains("sample projects are not changed"), "{message}");
    server.end();
}

#[test]
fn several_projects_are_told_apart() {
    let mut command = ecommerce();
    command.arg("--root").arg(projects::path("iot-sensors"));
    let mut server = Server::greeted(&mut command);
    server.send(request(2, "tools/list", json!({})));
    server.send(call(3, "list_datasets", json!({})));
    server.send(call(4, "list_objects", json!({})));
    let [tools, datasets, objects] = server.answers([2, 3, 4]);
    let names = &tools["result"]["tools"][1]["inputSchema"]["properties"]["project"]["enum"];
    assert_eq!(names.as_array().map(Vec::len), Some(2), "{tools}");
    let all = &datasets["result"]["structuredContent"]["projects"];
    assert_eq!((&all[0]["project"], all[1]["datasets"]["models"].is_array()), (&names[0], true), "{datasets}");
    assert!(objects["result"]["structuredContent"]["message"].as_str().expect("a text").contains("several projects"));
    server.send(call(5, "list_objects", json!({ "project": names[1] })));
    server.send(call(6, "list_objects", json!({ "project": "nowhere" })));
    let [of_one, none] = server.answers([5, 6]);
    assert_eq!((of_one["result"]["isError"].as_bool(), none["result"]["isError"].as_bool()), (Some(false), Some(true)));
    server.end();
}
