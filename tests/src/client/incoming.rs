//! What the server says: framed, and held against what was asked.

use super::{Client, Published};
use serde_json::{Value, json};
use std::io::BufRead;

impl Client {
    pub(super) fn take(&mut self, mut message: Value) {
        assert_eq!(message["jsonrpc"], "2.0", "{message}");
        if self.options.listens {
            self.heard.push_str(&message.to_string());
            self.heard.push('\n');
        }
        let method = message["method"].as_str().map(str::to_owned);
        match (method, message.get("id").cloned()) {
            (None, Some(id)) => {
                let Some(id) = id.as_i64() else {
                    self.shown.push_back(message["error"].to_string());
                    return;
                };
                if self.forgotten.remove(&id) {
                    return;
                }
                assert!(self.waiting.remove(&id), "an answer that nobody waits for: {message}");
                self.answers.insert(id, message);
            }
            (Some(method), Some(id)) => {
                let known = [
                    "client/registerCapability",
                    "client/unregisterCapability",
                    "window/workDoneProgress/create",
                    "workspace/configuration",
                ];
                let refresh = [
                    ("workspace/diagnostic/refresh", "diagnostics"),
                    ("workspace/inlayHint/refresh", "inlayHint"),
                    ("workspace/codeLens/refresh", "codeLens"),
                ];
                let may_refresh = refresh.iter().any(|(name, ability)| {
                    *name == method && self.options.workspace[ability]["refreshSupport"] == true
                });
                assert!(known.contains(&method.as_str()) || may_refresh, "a request that is not expected: {message}");
                if method == "window/workDoneProgress/create" {
                    self.created.insert(message["params"]["token"].to_string());
                }
                self.register(&message["params"]);
                let result = match method == "workspace/configuration" {
                    true => {
                        assert_eq!(message["params"], json!({ "items": [{ "section": "viz" }] }));
                        json!([self.options.configuration.as_ref().expect("it was offered")])
                    }
                    false => Value::Null,
                };
                if self.options.answers {
                    self.send(&json!({ "jsonrpc": "2.0", "id": id, "result": result }));
                }
            }
            (Some(method), None) => {
                let params = message["params"].take();
                match method.as_str() {
                    "textDocument/publishDiagnostics" => self.take_diagnostics(params),
                    "viz/statusChanged" => {
                        drop(self.statuses.insert(params["root"].as_str().expect("a root").to_owned(), params))
                    }
                    "$/progress" => self.take_progress(&params),
                    "window/showMessage" => {
                        self.shown.push_back(params["message"].as_str().expect("a text").to_owned())
                    }
                    _ => panic!("a notification that is not expected: {method} {params}"),
                }
            }
            (None, None) => panic!("no message: {message}"),
        }
    }

    /// What the server registers, and takes back.
    fn register(&mut self, params: &Value) {
        let methods = |list: &Value| -> Vec<String> {
            let all = list.as_array().into_iter().flatten();
            all.map(|one| one["method"].as_str().expect("a method").to_owned()).collect()
        };
        self.registered.extend(methods(&params["registrations"]));
        methods(&params["unregisterations"]).iter().for_each(|method| drop(self.registered.take(method)));
    }

    fn take_progress(&mut self, params: &Value) {
        let token = params["token"].to_string();
        assert!(self.created.contains(&token), "progress that was not announced: {params}");
        match params["value"]["kind"].as_str() {
            Some("begin") => {
                let title = params["value"]["title"].as_str().expect("a title").to_owned();
                assert!(self.running.insert(token, self.progress.len()).is_none(), "begun twice: {params}");
                self.progress.push((title, false));
            }
            Some("end") => self.progress[self.running.remove(&token).expect("it was begun")].1 = true,
            _ => panic!("progress that is not expected: {params}"),
        }
    }

    fn take_diagnostics(&mut self, mut params: Value) {
        let uri = params["uri"].as_str().expect("a URI").to_owned();
        let version = params["version"].as_i64().map(|version| i32::try_from(version).expect("small"));
        if let (Some(version), Some(current)) = (version, self.versions.get(&uri)) {
            let late = self.reopened.get(&uri).is_some_and(|openings| *openings > 0);
            assert!(version <= *current || late, "diagnostics for version {version} of {uri}, which is at {current}");
        }
        let Value::Array(diagnostics) = params["diagnostics"].take() else { panic!("no list: {params}") };
        let history = self.published.entry(uri.clone()).or_default();
        if let (Some(version), Some(before)) = (version, history.last().and_then(|last| last.version)) {
            // Once for each opening, of which there may be some more by now: what was on its way when the text was closed still names the old version.
            let openings = self.reopened.entry(uri.clone()).or_default();
            let back = version < before;
            assert!(!back || *openings > 0, "diagnostics of {uri} go back from version {before} to {version}");
            *openings -= usize::from(back);
        }
        history.push(Published { version, diagnostics });
        self.order.push(uri);
    }
}

/// The next message that a server sends; `None` at the end.
pub fn read(from: &mut impl BufRead) -> Option<Value> {
    let mut length = None;
    loop {
        let mut line = String::new();
        if from.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end() {
            "" => break,
            header => {
                if let Some(value) = header.strip_prefix("Content-Length: ") {
                    length = value.parse::<usize>().ok();
                }
            }
        }
    }
    let mut body = vec![0; length.expect("a Content-Length")];
    from.read_exact(&mut body).ok()?;
    Some(serde_json::from_slice(&body).expect("JSON"))
}
