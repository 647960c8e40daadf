//! The handlers of `docs/requests.md`, and the commands that call them.

use crate::host::answerer::Cancel;
use crate::host::deadline::{self, Deadline};
use crate::host::lock::Renewed;
use crate::host::settings::limits;
use crate::lsp::backend::{Backend, in_background};
use crate::lsp::extensions::{
    self, AboutText, Extension, Inputs, Lineage, NextFailing, Options, Pin, Pinned, RefreshParams, Refreshed,
    RenderedSql, Renewing, ReportParams, RowsParams, StatusParams, Statuses, TextParams, Unpin,
};
use crate::lsp::protocol::outbox::{Message, Refresh};
use crate::lsp::session::selection;
use crate::lsp::session::snapshot::Request;
use crate::lsp::session::stats::{Memory, Report};
use crate::lsp::session::status::Status;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::Arc;
use tower_lsp::LspServiceBuilder;
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::lsp_types::{MessageType, ShowDocumentParams, TextDocumentIdentifier, Url};
use viz_facts::{Reason, Unknown};
use viz_lock::LOCK_FILE;

/// Registers all requests of `docs/requests.md`.
pub fn register(service: LspServiceBuilder<Backend>) -> LspServiceBuilder<Backend> {
    service
        .custom_method(RenderedSql::METHOD, Backend::own::<RenderedSql>)
        .custom_method(Inputs::METHOD, Backend::own::<Inputs>)
        .custom_method(Options::METHOD, Backend::own::<Options>)
        .custom_method(Pin::METHOD, Backend::own::<Pin>)
        .custom_method(Unpin::METHOD, Backend::own::<Unpin>)
        .custom_method(Pinned::METHOD, Backend::own::<Pinned>)
        .custom_method(NextFailing::METHOD, Backend::own::<NextFailing>)
        .custom_method(Lineage::METHOD, Backend::own::<Lineage>)
        .custom_method("viz/rows", Backend::rows)
        .custom_method("viz/status", Backend::status)
        .custom_method("viz/refreshOptions", Backend::refresh_options)
        .custom_method("viz/updateLock", Backend::update_lock)
        .custom_method("viz/report", Backend::report)
        .custom_method("window/workDoneProgress/cancel", Backend::call_off)
}

/// The argument of a command, which is the parameters of the request of the same name.
fn read<P: DeserializeOwned>(argument: Value) -> Result<P> {
    serde_json::from_value(argument).map_err(|error| Error::invalid_params(error.to_string()))
}

/// Calls a query off when nobody waits for it any more.
struct CallOff(Cancel);

impl Drop for CallOff {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

impl Backend {
    /// A request that is answered from what is known.
    async fn own<E: Extension>(&self, params: E::Params) -> Result<Value> {
        let uri = params.text().uri.clone();
        let root = self.root_of(Some(&uri));
        let answer =
            self.answer(E::METHOD, &uri, move |request: &Request| extensions::answer::<E>(request, &params)).await?;
        if E::PINS {
            self.pins_changed(root);
        }
        Ok(answer.unwrap_or_else(no_project))
    }

    /// `viz/rows`. The query is called off with the request.
    async fn rows(&self, params: RowsParams) -> Result<Value> {
        let uri = params.text().uri.clone();
        let Some(answerer) = self.answerer() else { return Err(Error::internal_error()) };
        let cancel = Cancel::new();
        let _call_off = CallOff(cancel.clone());
        let asked = self
            .answer("viz/rows", &uri, move |request: &Request| {
                let asking = match extensions::ask(request, &params)? {
                    Ok(asking) => asking,
                    Err(answer) => return Some(Some(answer)),
                };
                let limits = limits(None, None, asking.config());
                Some(asking.answer(&*answerer, limits, &cancel))
            })
            .await?;
        match asked {
            Some(Some(answer)) => Ok(answer),
            Some(None) => Err(Error::request_cancelled()),
            None => Ok(no_project()),
        }
    }

    /// `viz/status`
    async fn status(&self, params: StatusParams) -> Result<Statuses> {
        Ok(Statuses { projects: self.statuses(params.text_document.as_ref()) })
    }

    /// `viz/refreshOptions`
    async fn refresh_options(&self, params: RefreshParams) -> Result<Refreshed> {
        let wanted = self.statuses(params.text_document.as_ref());
        let facts = wanted.iter().map(|status| status.facts.known + status.facts.stale + status.facts.unknown);
        let questions = facts.sum();
        self.state.save();
        Ok(Refreshed { questions })
    }

    /// `viz/updateLock`. It is called off with the request.
    async fn update_lock(&self, params: TextParams) -> Result<Value> {
        let refused = |why: Unknown| Ok(json!({ "error": { "code": why.code.name(), "message": why.message } }));
        let Some(root) = self.root_of(Some(&params.text_document.uri)) else { return Ok(no_project()) };
        let (Some(answerer), Some(sources)) = (self.answerer(), self.sources()) else {
            return Err(Error::internal_error());
        };
        if !self.is_trusted() {
            let why = "the workspace is not trusted, so no source is read and nothing is written";
            return refused(Unknown::new(Reason::Untrusted, why));
        }
        let deadline = Deadline::new(Some(deadline::USUAL));
        let _call_off = CallOff(deadline.cancel.clone());
        let state = Arc::clone(&self.state);
        let file = root.join(LOCK_FILE);
        let renewed = in_background(move || {
            let _shown = sources.show(format!("reading the sources for {LOCK_FILE}"), deadline.cancel.clone());
            Renewing { state: &state, root: &root, answerer: &*answerer }.run(&deadline)
        });
        match renewed.await? {
            Ok(renewed) => {
                self.state.files_changed(&[file], renewed.written);
                Ok(json!(renewed))
            }
            Err(why) => refused(why),
        }
    }

    /// Says what became of a lock that a command has written.
    fn show_lock(&self, answer: &Value) {
        let Some(outbox) = self.outbox() else { return };
        let (kind, text) = match serde_json::from_value::<Renewed>(answer.clone()) {
            Ok(renewed) => {
                let notes = renewed.notes();
                let kind = if renewed.unread.is_empty() { MessageType::INFO } else { MessageType::WARNING };
                (
                    kind,
                    [format!("{LOCK_FILE} {}", renewed.done())].into_iter().chain(notes).collect::<Vec<_>>().join("\n"),
                )
            }
            Err(_) => {
                let why = answer["error"]["message"].as_str().unwrap_or_default();
                (MessageType::ERROR, format!("{LOCK_FILE} was not written: {why}"))
            }
        };
        outbox.send(Message::Show(kind, text));
    }

    /// Of the project of this text, or of all.
    fn statuses(&self, text: Option<&TextDocumentIdentifier>) -> Vec<Status> {
        let root = self.root_of(text.map(|text| &text.uri)).map(|root| root.display().to_string());
        let mut all = self.state.statuses();
        all.retain(|status| root.as_ref().is_none_or(|root| status.root == *root));
        all
    }

    /// `viz/report`
    async fn report(&self, _: ReportParams) -> Result<Report> {
        let state = Arc::clone(&self.state);
        in_background(move || {
            let (documents, _) = state.documents();
            let (resident, peak) = crate::host::memory::resident();
            let snapshots = state.all();
            let memory = Memory {
                resident,
                peak,
                documents: documents.iter().map(|(_, document)| document.text.text().len()).sum::<usize>(),
                open_documents: documents.iter().count(),
                facts: snapshots.iter().map(|one| one.facts.read().len()).sum::<usize>(),
                objects: snapshots.iter().map(|one| one.project.len()).sum::<usize>(),
                snapshots: snapshots.len(),
                disk_texts: state.disk.len(),
            };
            state.stats.report(memory)
        })
        .await
    }

    /// `workspace/executeCommand`
    pub(crate) async fn execute(&self, command: &str, argument: Value) -> Result<Value> {
        let argument = if argument.is_null() { json!({}) } else { argument };
        match command {
            "viz.server.refreshOptions" => Ok(json!(self.refresh_options(read(argument)?).await?)),
            "viz.server.pin" => self.own::<Pin>(read(argument)?).await,
            "viz.server.unpin" => self.own::<Unpin>(read(argument)?).await,
            "viz.server.renderedSql" => self.own::<RenderedSql>(read(argument)?).await,
            "viz.server.updateLock" => {
                let answer = self.update_lock(read(argument)?).await?;
                self.show_lock(&answer);
                Ok(answer)
            }
            "viz.server.report" => Ok(json!(self.report(read(argument)?).await?)),
            "viz.server.nextFailingCombination" => {
                let answer = self.own::<NextFailing>(read(argument)?).await?;
                self.show(&answer["location"]);
                Ok(answer)
            }
            _ => Err(Error::invalid_params(format!("there is no command `{command}`"))),
        }
    }

    /// Takes the client to a place, if it can be taken.
    fn show(&self, location: &Value) {
        let Ok(location) = serde_json::from_value::<tower_lsp::lsp_types::Location>(location.clone()) else { return };
        if self.abilities().shows_documents {
            let client = self.client.clone();
            let params = ShowDocumentParams {
                uri: location.uri,
                external: None,
                take_focus: Some(true),
                selection: Some(location.range),
            };
            tokio::spawn(async move { client.show_document(params).await });
        }
    }

    fn root_of(&self, uri: Option<&Url>) -> Option<PathBuf> {
        let path = self.state.path(uri?)?;
        let (documents, revision) = self.state.documents();
        let (snapshots, _) = self.state.holding(&path, revision);
        let known = snapshots.first().map(|snapshot| snapshot.project.root.clone());
        known.or_else(|| self.state.files(&documents).root_of(&path))
    }

    fn pins_changed(&self, root: Option<PathBuf>) {
        let (Some(root), Some(outbox)) = (root, self.outbox()) else { return };
        let (_, revision) = self.state.documents();
        let snapshot = self.state.all().into_iter().find(|snapshot| snapshot.project.root == root);
        let Some(snapshot) = snapshot else { return };
        let pinned = selection::choices_to_json(&snapshot.project, &self.state.pinned(&root));
        tracing::debug!(revision, "another combination is pinned");
        if let Some(status) = self.state.pins_shown(&root, pinned) {
            outbox.send(Message::Status(status.to_json()));
        }
        outbox.send(Message::Refresh(Refresh { hints: true, lenses: true, ..Refresh::default() }));
    }
}

fn no_project() -> Value {
    json!({ "error": { "code": "no-project", "message": "the text belongs to no project" } })
}
