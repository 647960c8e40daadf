//! A language client that times what comes at the moment when its last byte is there, before it is read as JSON.

use serde_json::{Value, json};
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};
use url::Url;
use viz_tests::{Document, Encoding, workspace_folder};

/// A server that says nothing for longer has hung.
const PATIENCE: Duration = Duration::from_secs(600);

/// Diagnostics of a file as they came.
pub struct Seen {
    /// When.
    pub at: Instant,
    /// The version that they are for; not every server tells.
    pub version: Option<i64>,
    /// The diagnostics.
    pub diagnostics: Value,
}

/// How a client is.
#[derive(Clone)]
pub struct Manners {
    /// Whether it asks for diagnostics.
    pub pulls: bool,
    /// `initializationOptions`.
    pub initialization: Value,
    /// What it answers to a question about its configuration, by section.
    pub configuration: Value,
}

/// A server and its client.
pub struct Session {
    server: Child,
    input: ChildStdin,
    messages: Receiver<(Instant, Vec<u8>)>,
    manners: Manners,
    next_id: i64,
    answers: HashMap<i64, (Instant, Value)>,
    published: HashMap<String, Vec<Seen>>,
    /// Whether the server waits for answers from sources, as it says.
    busy: bool,
    /// How many times the server has said that diagnostics are to be asked for again.
    pub refreshes: usize,
}

impl Session {
    /// Starts a server and introduces itself.
    pub fn start(mut command: Command, root: &Path, manners: Manners) -> Self {
        let mut server = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let mut output = BufReader::new(server.stdout.take().expect("it is piped"));
        let (sender, messages) = channel();
        std::thread::spawn(move || {
            while let Some(body) = body(&mut output) {
                if sender.send((Instant::now(), body)).is_err() {
                    break;
                }
            }
        });
        let input = server.stdin.take().expect("it is piped");
        let mut session = Self {
            server,
            input,
            messages,
            next_id: 1,
            answers: HashMap::new(),
            published: HashMap::new(),
            busy: true,
            refreshes: 0,
            manners,
        };
        let mut abilities = json!({
            "general": { "positionEncodings": ["utf-16"] },
            "workspace": { "configuration": true, "diagnostics": { "refreshSupport": true } },
            "textDocument": {
                "publishDiagnostics": { "relatedInformation": true, "versionSupport": true },
                "completion": { "completionItem": { "snippetSupport": true, "resolveSupport": { "properties": ["documentation"] } } },
            },
        });
        if session.manners.pulls {
            abilities["textDocument"]["diagnostic"] = json!({ "dynamicRegistration": false });
        }
        let params = json!({
            "processId": std::process::id(),
            "rootUri": Url::from_file_path(root).expect("an absolute path"),
            "workspaceFolders": [workspace_folder(root)],
            "capabilities": abilities,
            "initializationOptions": session.manners.initialization,
        });
        let id = session.ask("initialize", params);
        session.answer(id);
        session.notify("initialized", json!({}));
        session
    }

    /// The server.
    pub fn pid(&self) -> u32 {
        self.server.id()
    }

    /// Opens a file.
    pub fn open(&mut self, path: &Path) -> Document {
        let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let uri = Url::from_file_path(path).expect("an absolute path");
        let document = Document::new(uri.as_str(), text, Encoding::Utf16);
        let item =
            json!({ "uri": document.uri, "languageId": "yaml", "version": document.version, "text": document.text });
        self.notify("textDocument/didOpen", json!({ "textDocument": item }));
        document
    }

    /// Sends a change as the document's next version; when it was sent.
    pub fn change(&mut self, document: &mut Document, change: &Value) -> Instant {
        document.version += 1;
        let params =
            json!({ "textDocument": { "uri": document.uri, "version": document.version }, "contentChanges": [change] });
        let message = json!({ "jsonrpc": "2.0", "method": "textDocument/didChange", "params": params }).to_string();
        let sent = Instant::now();
        self.write(&message);
        sent
    }

    /// Sends a request.
    pub fn ask(&mut self, method: &str, params: Value) -> i64 {
        self.next_id += 1;
        let id = self.next_id;
        self.write(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }).to_string());
        id
    }

    /// Asks for the diagnostics of a document.
    pub fn pull(&mut self, document: &Document) -> i64 {
        self.ask("textDocument/diagnostic", json!({ "textDocument": { "uri": document.uri } }))
    }

    /// Waits for an answer: when it came, and what it says.
    pub fn answer(&mut self, id: i64) -> (Instant, Value) {
        self.until(|session| session.answers.contains_key(&id));
        self.answers.remove(&id).expect("it is there")
    }

    /// All that was published for a document.
    pub fn history(&self, document: &Document) -> &[Seen] {
        self.published.get(&document.uri).map_or(&[], Vec::as_slice)
    }

    /// Takes what comes until something holds.
    pub fn until(&mut self, holds: impl Fn(&Self) -> bool) {
        let end = Instant::now() + PATIENCE;
        while !holds(self) {
            let left = end.saturating_duration_since(Instant::now());
            let (at, body) = self.messages.recv_timeout(left).expect("the server goes on");
            self.take(at, &body);
        }
    }

    /// Takes what comes until this time; whether nothing came.
    pub fn listen(&mut self, until: Instant) -> bool {
        let mut quiet = true;
        while let Ok((at, body)) = self.messages.recv_timeout(until.saturating_duration_since(Instant::now())) {
            quiet = false;
            self.take(at, &body);
        }
        quiet
    }

    /// Waits until the server knows all that it can, as it says; another's is done when it is quiet.
    pub fn settle(&mut self, tells: bool) {
        loop {
            if tells {
                self.until(|session| !session.busy);
            }
            if self.listen(Instant::now() + Duration::from_millis(600)) {
                return;
            }
        }
    }

    /// Whether it waits for answers from sources.
    pub fn is_busy(&self) -> bool {
        self.busy
    }

    /// Says goodbye.
    pub fn end(mut self) {
        let id = self.ask("shutdown", Value::Null);
        self.answer(id);
        self.notify("exit", Value::Null);
        self.server.wait().expect("it can be waited for");
    }

    fn notify(&mut self, method: &str, params: Value) {
        self.write(&json!({ "jsonrpc": "2.0", "method": method, "params": params }).to_string());
    }

    fn write(&mut self, body: &str) {
        let message = format!("Content-Length: {}\r\n\r\n{body}", body.len());
        self.input.write_all(message.as_bytes()).and_then(|()| self.input.flush()).expect("the server reads");
    }

    fn take(&mut self, at: Instant, body: &[u8]) {
        let mut message: Value = serde_json::from_slice(body).expect("JSON");
        let params = message["params"].take();
        match (message["method"].as_str(), message["id"].clone()) {
            (None, id) => {
                let id = id.as_i64().expect("one of ours");
                self.answers.insert(id, (at, message));
            }
            (Some(method), Value::Null) => self.hear(method, params, at),
            (Some(method), id) => {
                self.refreshes += usize::from(method == "workspace/diagnostic/refresh");
                let result =
                    if method == "workspace/configuration" { self.configuration(&params) } else { Value::Null };
                self.write(&json!({ "jsonrpc": "2.0", "id": id, "result": result }).to_string());
            }
        }
    }

    fn hear(&mut self, method: &str, mut params: Value, at: Instant) {
        match method {
            "textDocument/publishDiagnostics" => {
                let uri = params["uri"].as_str().expect("a URI").to_owned();
                let seen = Seen { at, version: params["version"].as_i64(), diagnostics: params["diagnostics"].take() };
                self.published.entry(uri).or_default().push(seen);
            }
            "viz/statusChanged" => self.busy = params["state"] != "done",
            _ => {}
        }
    }

    fn configuration(&self, params: &Value) -> Value {
        let sections = params["items"].as_array().into_iter().flatten();
        sections.map(|item| self.manners.configuration[item["section"].as_str().unwrap_or_default()].clone()).collect()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// The next message's body.
fn body(output: &mut impl BufRead) -> Option<Vec<u8>> {
    let mut length = None;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("Content-Length:") {
            length = value.trim().parse().ok();
        }
    }
    let mut body = vec![0; length?];
    output.read_exact(&mut body).ok()?;
    Some(body)
}
