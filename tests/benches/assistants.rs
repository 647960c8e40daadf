//! `viz-lsp mcp` on the sample shop, as an assistant notices it: from the call to its answer, warm, over stdin and stdout. Run with
//! `cargo bench --workspace --profile dev --bench assistants`.

// Benches make the files that they are about.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)]

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::process::{ChildStdin, ChildStdout, Stdio};
use std::time::{Duration, Instant};
use viz_tests::projects;

const PROGRAM: &str = env!("CARGO_BIN_EXE_viz-lsp");

/// Calls of each kind.
const CALLS: usize = 15;

struct Server {
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    id: u64,
}

impl Server {
    fn ask(&mut self, method: &str, params: &Value) -> (Duration, Value) {
        self.id += 1;
        let started = Instant::now();
        let request = json!({ "jsonrpc": "2.0", "id": self.id, "method": method, "params": params });
        writeln!(self.input, "{request}").expect("it reads");
        loop {
            let mut line = String::new();
            assert!(self.output.read_line(&mut line).expect("it answers") > 0, "it ended");
            let said: Value = serde_json::from_str(&line).expect("JSON");
            if said["id"] == self.id {
                return (started.elapsed(), said);
            }
        }
    }

    fn call(&mut self, tool: &str, arguments: &Value) -> Duration {
        let (took, said) = self.ask("tools/call", &json!({ "name": tool, "arguments": arguments }));
        assert_eq!(said["result"]["isError"], false, "{said}");
        took
    }
}

fn main() {
    let cache = tempfile::tempdir().expect("a temporary folder");
    println!("| earlier sessions | what | median | most |\n|---|---|---|---|");
    // The second session finds what the first one kept.
    for session in [0, 1] {
        let mut command = viz_tests::cli::program(&std::env::var("VIZ_LSP").unwrap_or_else(|_| PROGRAM.to_owned()));
        command.args(["mcp", "--root"]).arg(projects::path("ecommerce")).env("XDG_CACHE_HOME", cache.path());
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
        let (input, output) = (process.stdin.take().expect("piped"), process.stdout.take().expect("piped"));
        let mut server = Server { input, output: BufReader::new(output), id: 0 };
        let client = json!({ "name": "bench", "version": "1" });
        server.ask("initialize", &json!({ "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client }));
        row(session, "check_project", |_| server.call("check_project", &json!({})));
        // Each another plan, so that none is answered by the cache of runs.
        let plan =
            |at: usize| json!({ "plan": { "from": "orders", "select": ["status", "sum(total)"], "limit": 100 + at } });
        let offset = session * 500;
        row(session, "execute_query_plan, another each time", |at| {
            server.call("execute_query_plan", &plan(at + offset))
        });
        row(session, "execute_query_plan, the same", |_| server.call("execute_query_plan", &plan(0)));
        row(session, "get_schema", |_| server.call("get_schema", &json!({ "dataset": "orders", "detail": "full" })));
        drop(server);
        process.wait().expect("it ends");
    }
}

fn row(session: usize, what: &str, mut call: impl FnMut(usize) -> Duration) {
    let mut all: Vec<Duration> = (0..CALLS).map(&mut call).collect();
    let first = all[0];
    all.sort();
    let ms = |time: Duration| format!("{:.0} ms", time.as_secs_f64() * 1000.0);
    println!("| {session} | {what}, first | {} | |", ms(first));
    println!("| {session} | {what} | {} | {} |", ms(all[all.len() / 2]), ms(all[all.len() - 1]));
}
