//! The handlers of `docs/requests.md`, and the commands that call them.

use crate::host::answerer::Cancel;
use crate::host::settings::limits;
use crate::lsp::backend::{Backend, in_background};
use crate::lsp::extensions;
use crate::lsp::extensions::{Method, Params};
use crate::lsp::protocol::outbox::{Message, Refresh};
use crate::lsp::session::snapshot::Request;
use crate::lsp::session::{selection, stats};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::Arc;
use tower_lsp::LspServiceBuilder;
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::lsp_types::ShowDocumentParams;

/// The requests about a text that are answered from what is known: each is a handler of this name.
macro_rules! requests {
    ($($handler:ident $name:literal $method:ident)*) => {
        impl Backend {
            $(#[doc = concat!("`", $name, "`")]
            async fn $handler(&self, params: Params) -> Result<Value> {
                self.custom($name, Method::$method, params).await
            })*
        }

        /// Registers all requests of `docs/requests.md`.
        pub fn register(service: LspServiceBuilder<Backend>) -> LspServiceBuilder<Backend> {
            service
                $(.custom_method($name, Backend::$handler))*
                .custom_method("viz/rows", Backend::rows)
                .custom_method("viz/status", Backend::status)
                .custom_method("viz/refreshOptions", Backend::refresh_options)
                .custom_method("viz/report", Backend::report)
                .custom_method("window/workDoneProgress/cancel", Backend::call_off)
        }
    };
}

requests! {
    rendered_sql "viz/renderedSql" RenderedSql
    inputs "viz/inputs" Inputs
    options "viz/options" Options
    pin "viz/pin" Pin
    unpin "viz/unpin" Unpin
    pinned "viz/pinned" Pinned
    next_failing "viz/nextFailingCombination" NextFailing
    lineage "viz/lineage" Lineage
}

/// Calls a query off when nobody waits for it any more.
struct CallOff(Cancel);

impl Drop for CallOff {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

impl Backend {
    async fn custom(&self, name: &'static str, method: Method, params: Params) -> Result<Value> {
        let Some(document) = params.text_document.clone() else {
            return Err(Error::invalid_params("`textDocument` is missing"));
        };
        let root = self.root_of(&params);
        let answer = self
            .answer(name, &document.uri, move |request: &Request| extensions::answer(request, method, &params))
            .await?;
        if matches!(method, Method::Pin | Method::Unpin | Method::NextFailing) {
            self.pins_changed(root);
        }
        Ok(answer.unwrap_or_else(no_project))
    }

    /// `viz/rows`. The query is called off with the request.
    async fn rows(&self, params: Params) -> Result<Value> {
        let Some(document) = params.text_document.clone() else {
            return Err(Error::invalid_params("`textDocument` is missing"));
        };
        let Some(answerer) = self.answerer() else { return Err(Error::internal_error()) };
        let cancel = Cancel::new();
        let _call_off = CallOff(cancel.clone());
        let asked = self
            .answer("viz/rows", &document.uri, move |request: &Request| {
                let asking = match extensions::ask(request, &params)? {
                    Ok(asking) => asking,
                    Err(answer) => return Some(Some(answer)),
                };
                let limits = limits(None, None, asking.config()).unwrap_or_default();
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
    async fn status(&self, params: Params) -> Result<Value> {
        let root = self.root_of(&params);
        let all = self.state.statuses();
        let wanted =
            all.iter().filter(|status| root.as_ref().is_none_or(|root| status.root == root.display().to_string()));
        Ok(json!({ "projects": wanted.collect::<Vec<_>>() }))
    }

    /// `viz/refreshOptions`
    async fn refresh_options(&self, params: Params) -> Result<Value> {
        let root = self.root_of(&params);
        let all = self.state.statuses();
        let wanted =
            all.iter().filter(|status| root.as_ref().is_none_or(|root| status.root == root.display().to_string()));
        let questions: usize =
            wanted.map(|status| status.facts.known + status.facts.stale + status.facts.unknown).sum();
        self.state.save();
        Ok(json!({ "questions": questions }))
    }

    /// `viz/report`
    async fn report(&self, _: Params) -> Result<Value> {
        let state = Arc::clone(&self.state);
        in_background(move || {
            let (documents, _) = state.documents();
            let (resident, peak) = stats::resident();
            let snapshots = state.all();
            let memory = json!({
                "resident": resident,
                "peak": peak,
                "documents": documents.iter().map(|(_, document)| document.text.text().len()).sum::<usize>(),
                "openDocuments": documents.iter().count(),
                "facts": snapshots.iter().map(|one| one.facts.read().map_or(0, |facts| facts.len())).sum::<usize>(),
                "objects": snapshots.iter().map(|one| one.project.len()).sum::<usize>(),
                "snapshots": snapshots.len(),
                "diskTexts": state.disk.len(),
            });
            state.stats.report(memory)
        })
        .await
    }

    /// `workspace/executeCommand`
    pub(crate) async fn execute(&self, command: &str, argument: Value) -> Result<Value> {
        let argument = if argument.is_null() { json!({}) } else { argument };
        let params: Params =
            serde_json::from_value(argument).map_err(|error| Error::invalid_params(error.to_string()))?;
        match command {
            "viz.server.refreshOptions" => self.refresh_options(params).await,
            "viz.server.pin" => self.pin(params).await,
            "viz.server.unpin" => self.unpin(params).await,
            "viz.server.renderedSql" => self.rendered_sql(params).await,
            "viz.server.report" => self.report(params).await,
            "viz.server.nextFailingCombination" => {
                let answer = self.next_failing(params).await?;
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

    fn root_of(&self, params: &Params) -> Option<PathBuf> {
        let path = self.state.path(&params.text_document.as_ref()?.uri)?;
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
