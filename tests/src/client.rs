//! A strict language client on stdio. It fails on anything that the protocol or the test doesn't expect: a second answer
//! to a request, an answer nobody asked for, an unknown notification, diagnostics for a version that never was.

mod incoming;

use crate::{Document, Encoding, Shown};
pub use incoming::read;
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::io::{BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};
use url::Url;

/// A server that is silent for longer has hung.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// How a client introduces itself and behaves.
#[derive(Debug, Clone)]
pub struct Options {
    /// Offered units of columns, best first; empty: not mentioned.
    pub encodings: Vec<Encoding>,
    /// `initializationOptions`.
    pub initialization: Value,
    /// What more the client can do with a text: members of `capabilities.textDocument`.
    pub abilities: Value,
    /// What more the client can do beside texts: members of `capabilities.workspace`.
    pub workspace: Value,
    /// The client's configuration, which the server may ask for; without it the server is told.
    pub configuration: Option<Value>,
    /// Further environment variables of the server.
    pub environment: Vec<(String, String)>,
    /// Where its stderr goes, if not to the test's.
    pub log: Option<PathBuf>,
    /// `workspaceFolders`; `None`: the client has no such thing.
    pub folders: Option<Vec<PathBuf>>,
    /// Whether requests of the server are answered. A client that never does must not stop the server.
    pub answers: bool,
    /// Whether all that the server says is kept in [`Client::heard`].
    pub listens: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            encodings: Vec::new(),
            initialization: Value::Null,
            abilities: Value::Null,
            workspace: Value::Null,
            configuration: None,
            environment: Vec::new(),
            log: None,
            folders: None,
            answers: true,
            listens: false,
        }
    }
}

/// Options with which all findings are shown at once, unless they say otherwise: tests type faster than people, and don't wait.
fn at_once(initialization: &Value) -> Value {
    let mut options = initialization.clone();
    if options.is_null() {
        options = json!({});
    }
    if let Some(options) = options.as_object_mut() {
        options.entry("typingPause").or_insert_with(|| 0.into());
    }
    options
}

/// A `WorkspaceFolder`.
pub fn workspace_folder(path: &Path) -> Value {
    json!({ "uri": Url::from_file_path(path).expect("an absolute path"), "name": path.file_name().and_then(|name| name.to_str()) })
}

/// Diagnostics of a file, as published.
#[derive(Debug, Clone)]
pub struct Published {
    /// The version they are for.
    pub version: Option<i32>,
    /// The diagnostics.
    pub diagnostics: Vec<Value>,
}

/// A language client that talks to one server process.
pub struct Client {
    server: Child,
    input: Option<ChildStdin>,
    messages: Receiver<Value>,
    options: Options,
    next_id: i64,
    waiting: HashSet<i64>,
    /// Requests that may be answered or not.
    forgotten: HashSet<i64>,
    answers: HashMap<i64, Value>,
    published: HashMap<String, Vec<Published>>,
    /// The URIs for which something was published, in this order.
    pub order: Vec<String>,
    versions: HashMap<String, i32>,
    reopened: HashMap<String, usize>,
    statuses: HashMap<String, Value>,
    shown: VecDeque<String>,
    created: HashSet<String>,
    /// Progress that was shown: title, and whether it has ended.
    pub progress: Vec<(String, bool)>,
    running: HashMap<String, usize>,
    /// The methods that the server has registered.
    pub registered: BTreeSet<String>,
    /// All that the server has said, a message a line, if [`Options::listens`].
    pub heard: String,
    /// What the server says it can.
    pub capabilities: Value,
    /// The unit of columns that was agreed on.
    pub encoding: Encoding,
}

impl Client {
    /// Starts a server and introduces itself.
    pub fn start(program: &str, options: Options) -> Self {
        let mut client = Self::connect(program, options);
        let mut general = json!({});
        if !client.options.encodings.is_empty() {
            general["positionEncodings"] = client.options.encodings.iter().map(|encoding| encoding.name()).collect();
        }
        let mut capabilities = json!({
            "general": general,
            "window": { "workDoneProgress": true },
            "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true }, "workspaceEdit": { "documentChanges": true } },
            "textDocument": { "publishDiagnostics": { "relatedInformation": true, "versionSupport": true } },
        });
        if client.options.configuration.is_some() {
            capabilities["workspace"]["configuration"] = true.into();
            capabilities["workspace"]["didChangeConfiguration"] = json!({ "dynamicRegistration": true });
        }
        for (name, ability) in client.options.abilities.as_object().into_iter().flatten() {
            capabilities["textDocument"][name] = ability.clone();
        }
        for (name, ability) in client.options.workspace.as_object().into_iter().flatten() {
            capabilities["workspace"][name] = ability.clone();
        }
        let mut params = json!({
            "processId": std::process::id(),
            "rootUri": null,
            "capabilities": capabilities,
            "initializationOptions": at_once(&client.options.initialization),
        });
        if let Some(folders) = &client.options.folders {
            params["workspaceFolders"] = folders.iter().map(|folder| workspace_folder(folder)).collect();
        }
        let result = client.request("initialize", params);
        client.capabilities = result["capabilities"].clone();
        client.encoding = match client.capabilities["positionEncoding"].as_str() {
            Some("utf-8") => Encoding::Utf8,
            Some("utf-32") => Encoding::Utf32,
            _ => Encoding::Utf16,
        };
        client.notify("initialized", json!({}));
        client
    }

    /// Starts a server without a word.
    pub fn connect(program: &str, options: Options) -> Self {
        let mut server = crate::cli::program(program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(match &options.log {
                Some(path) => std::fs::File::create(path).expect("the log can be made").into(),
                None => Stdio::inherit(),
            })
            .envs(options.environment.iter().map(|(name, value)| (name, value)))
            .spawn()
            .unwrap_or_else(|error| panic!("{program}: {error}"));
        let mut output = BufReader::new(server.stdout.take().expect("it is piped"));
        let (sender, messages) = channel();
        thread::spawn(move || {
            while let Some(message) = read(&mut output) {
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        Self {
            input: server.stdin.take(),
            server,
            messages,
            options,
            next_id: 1,
            waiting: HashSet::new(),
            forgotten: HashSet::new(),
            answers: HashMap::new(),
            published: HashMap::new(),
            order: Vec::new(),
            versions: HashMap::new(),
            reopened: HashMap::new(),
            statuses: HashMap::new(),
            shown: VecDeque::new(),
            created: HashSet::new(),
            progress: Vec::new(),
            running: HashMap::new(),
            registered: BTreeSet::new(),
            heard: String::new(),
            capabilities: Value::Null,
            encoding: Encoding::Utf16,
        }
    }

    /// Sends a message as it is.
    pub fn send(&mut self, message: &Value) {
        self.send_text(&message.to_string());
    }

    /// Sends a text as a message, whatever it is.
    pub fn send_text(&mut self, body: &str) {
        let input = self.input.as_mut().expect("the session is open");
        write!(input, "Content-Length: {}\r\n\r\n{body}", body.len())
            .and_then(|()| input.flush())
            .expect("the server reads");
    }

    /// Sends a notification.
    pub fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// Sends a request; the answer is taken with [`Client::answer`].
    pub fn ask(&mut self, method: &str, params: Value) -> i64 {
        let id = self.next_id;
        self.next_id += 1;
        self.waiting.insert(id);
        let mut message = json!({ "jsonrpc": "2.0", "id": id, "method": method });
        if !params.is_null() {
            message["params"] = params;
        }
        self.send(&message);
        id
    }

    /// Waits for the answer to a request: `result` or `error`.
    pub fn answer(&mut self, id: i64) -> Result<Value, Value> {
        self.until(&format!("the answer to request {id}"), |client| client.answers.contains_key(&id));
        let mut answer = self.answers.remove(&id).expect("it is there");
        match answer.get_mut("error") {
            Some(error) => Err(error.take()),
            None => Ok(answer["result"].take()),
        }
    }

    /// Whether a request has been answered, as far as messages have come.
    pub fn has_answer(&self, id: i64) -> bool {
        self.answers.contains_key(&id)
    }

    /// What was asked so far may stay without an answer.
    pub fn forget_requests(&mut self) {
        self.forgotten.extend(self.waiting.drain());
    }

    /// Sends a request and waits for its result.
    pub fn request(&mut self, method: &str, params: Value) -> Value {
        let id = self.ask(method, params);
        self.answer(id).unwrap_or_else(|error| panic!("{method} failed: {error}"))
    }

    /// Opens a file with the text that it has on the disk.
    pub fn open(&mut self, path: &Path) -> Document {
        let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        self.open_as(path, text)
    }

    /// Opens a file with this text.
    pub fn open_as(&mut self, path: &Path, text: String) -> Document {
        let uri = Url::from_file_path(path).expect("an absolute path");
        self.open_uri(uri.as_str(), text)
    }

    /// Opens a file under this name.
    pub fn open_uri(&mut self, uri: &str, text: String) -> Document {
        let document = Document::new(uri, text, self.encoding);
        self.versions.insert(document.uri.clone(), document.version);
        // Versions begin anew with each opening.
        if let Some(history) = self.published.get_mut(&document.uri)
            && let Some(last) = history.last().cloned()
        {
            history.push(Published { version: None, ..last });
            *self.reopened.entry(document.uri.clone()).or_default() += 1;
        }
        let item =
            json!({ "uri": document.uri, "languageId": "yaml", "version": document.version, "text": document.text });
        self.notify("textDocument/didOpen", json!({ "textDocument": item }));
        document
    }

    /// Sends changes that were made to a document, as its next version.
    pub fn change(&mut self, document: &mut Document, changes: Vec<Value>) {
        document.version += 1;
        self.versions.insert(document.uri.clone(), document.version);
        let params =
            json!({ "textDocument": { "uri": document.uri, "version": document.version }, "contentChanges": changes });
        self.notify("textDocument/didChange", params);
    }

    /// Changes the configuration.
    pub fn configure(&mut self, configuration: Value) {
        let told = match &mut self.options.configuration {
            Some(own) => {
                *own = configuration;
                Value::Null
            }
            None => configuration,
        };
        self.notify("workspace/didChangeConfiguration", json!({ "settings": told }));
    }

    /// Saves a document.
    pub fn save(&mut self, document: &Document) {
        self.notify("textDocument/didSave", json!({ "textDocument": { "uri": document.uri } }));
    }

    /// Closes a document.
    pub fn close(&mut self, document: &Document) {
        self.versions.remove(&document.uri);
        self.notify("textDocument/didClose", json!({ "textDocument": { "uri": document.uri } }));
    }

    /// What was published last for a file.
    pub fn published(&self, uri: &str) -> Option<&Published> {
        self.published.get(uri)?.last()
    }

    /// Everything that was published for a file.
    pub fn history(&self, uri: &str) -> &[Published] {
        self.published.get(uri).map_or(&[], Vec::as_slice)
    }

    /// Waits until the last diagnostics of a document are for its present version and as wanted.
    pub fn wait_for(&mut self, document: &Document, what: &str, wanted: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        let (uri, version) = (document.uri.as_str(), Some(document.version));
        let fits = |client: &Client| {
            client.published(uri).is_some_and(|last| last.version == version && wanted(&last.diagnostics))
        };
        self.until(&format!("{what} in version {version:?} of {uri}"), fits);
        self.published(uri).expect("it is there").diagnostics.clone()
    }

    /// Waits until the server has checked the project with everything it can know: no answers from sources are awaited.
    pub fn settle(&mut self, root: &Path) -> Value {
        // A request that is answered after the check of the text as it is now.
        let probe = root.join("project.visivo.yml");
        let uri = Url::from_file_path(probe).expect("an absolute path");
        let key = root.to_str().expect("UTF-8").to_owned();
        loop {
            // It is answered after the check of the text as it is, however long that takes.
            self.request("textDocument/diagnostic", json!({ "textDocument": { "uri": uri } }));
            self.until("the sources' answers", |client| {
                client.statuses.get(&key).is_some_and(|status| status["state"] == "done")
            });
            if self.quiet_for(Duration::from_millis(500)) {
                return self.statuses[&key].clone();
            }
        }
    }

    /// What `viz/statusChanged` said last of a project.
    pub fn status(&self, root: &Path) -> Option<&Value> {
        self.statuses.get(root.to_str().expect("UTF-8"))
    }

    /// The findings that are published for the files of a project now.
    pub fn findings(&self, root: &Path) -> Vec<Shown> {
        let mut all = Vec::new();
        for (uri, published) in &self.published {
            let path = Url::parse(uri).expect("a URI").to_file_path().expect("a file");
            let Ok(relative) = path.strip_prefix(root) else { continue };
            let relative = relative.to_string_lossy().replace('\\', "/");
            let last = published.last().expect("never empty");
            all.extend(last.diagnostics.iter().map(|diagnostic| Shown::of_lsp(&relative, diagnostic)));
        }
        all.sort();
        all
    }

    /// Process ids of the server's workers (Linux).
    pub fn workers(&self) -> Vec<u32> {
        let pid = self.server.id();
        let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
        // Workers are started by whichever thread asks first.
        let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().filter_map(Result::ok);
        let of_threads = tasks.map(|task| std::fs::read_to_string(task.path().join("children")).unwrap_or_default());
        let all: HashSet<u32> = of_threads
            .chain([children])
            .flat_map(|text| text.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<_>>())
            .collect();
        all.into_iter().collect()
    }

    /// Waits until progress was reported this many times.
    pub fn wait_for_progress(&mut self, times: usize) {
        self.until("progress", |client| client.progress.len() >= times);
    }

    /// The next text of `window/showMessage`.
    pub fn message(&mut self) -> String {
        self.until("a message for the user", |client| !client.shown.is_empty());
        self.shown.pop_front().expect("it is there")
    }

    /// Whether a text of `window/showMessage` is waiting for [`Client::message`].
    pub fn has_message(&self) -> bool {
        !self.shown.is_empty()
    }

    /// Takes what comes for a while; whether nothing came.
    pub fn quiet_for(&mut self, time: Duration) -> bool {
        let end = Instant::now() + time;
        let mut quiet = true;
        while let Some(left) = end.checked_duration_since(Instant::now()) {
            match self.messages.recv_timeout(left) {
                Ok(message) => {
                    quiet = false;
                    self.take(message);
                }
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => panic!("the server has ended"),
            }
        }
        quiet
    }

    /// `shutdown` and `exit`; the exit code. Every request must have been answered, every message taken.
    pub fn shut_down(mut self) -> i32 {
        self.request("shutdown", Value::Null);
        self.notify("exit", Value::Null);
        assert!(self.waiting.is_empty(), "never answered: {:?}", self.waiting);
        assert!(self.shown.is_empty(), "not expected: {:?}", self.shown);
        self.end()
    }

    /// Closes stdin; the exit code.
    pub fn hang_up(mut self) -> i32 {
        self.input = None;
        self.end()
    }

    fn end(&mut self) -> i32 {
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            if let Some(status) = self.server.try_wait().expect("it can be waited for") {
                return status.code().expect("it wasn't killed");
            }
            thread::sleep(Duration::from_millis(5));
        }
        panic!("the server doesn't end");
    }

    /// Waits until the client has come to know something.
    pub fn wait_until(&mut self, what: &str, done: impl Fn(&Client) -> bool) {
        self.until(what, done);
    }

    fn until(&mut self, what: &str, done: impl Fn(&Client) -> bool) {
        let end = Instant::now() + PATIENCE;
        while !done(self) {
            let left = end.saturating_duration_since(Instant::now());
            match self.messages.recv_timeout(left) {
                Ok(message) => self.take(message),
                Err(error) => panic!("waiting for {what}: {error:?}\n{}", self.story()),
            }
        }
    }

    /// What was published so far, for people.
    fn story(&self) -> String {
        let line = |diagnostic: &Value| {
            let at = &diagnostic["range"]["start"];
            format!("    {}:{} {} {}\n", at["line"], at["character"], diagnostic["code"], diagnostic["message"])
        };
        let one = |published: &Published| {
            let lines: String = published.diagnostics.iter().map(line).collect();
            format!("  version {:?}\n{lines}", published.version)
        };
        let file = |(uri, history): (&String, &Vec<Published>)| {
            format!("{uri}\n{}", history.iter().map(one).collect::<String>())
        };
        self.published.iter().map(file).collect()
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // A failing test must not leave its server behind.
        self.input = None;
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
