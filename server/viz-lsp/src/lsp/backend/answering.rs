//! From a request to its answer: in the state of the texts when it came, on a thread that may take its time.

use super::Backend;
use crate::lsp::handlers::definition;
use crate::lsp::session::snapshot::Request;
use crate::lsp::session::state::Revision;
use std::sync::Arc;
use std::time::Instant;
use tower_lsp::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp::lsp_types::{GotoDefinitionResponse, Position, TextDocumentPositionParams, Url};

impl Backend {
    /// A request about a text, in the state of the texts right now; and whether no check ever sees these texts together.
    pub(super) fn request(&self, uri: &Url) -> Option<(Request, bool)> {
        let path = self.state.path(uri)?;
        let (mut documents, revision) = self.state.documents();
        let apart = documents.prefer(uri);
        let session = self.session.get();
        let commands = session.map(|session| Arc::clone(&session.commands)).unwrap_or_default();
        let state = Arc::clone(&self.state);
        Some((Request { state, client: self.abilities(), commands, documents, revision, path }, apart))
    }

    /// The cursor is there: such requests come with it.
    pub(super) fn looks_at(&self, uri: &Url, at: Position) {
        if let Some(path) = self.state.path(uri) {
            self.state.looks_at(&path, at.line);
        }
    }

    /// Answers a request about a text, in the state of the texts right now, on a thread that may take its time.
    pub(in crate::lsp) async fn answer<T: Send + 'static>(
        &self,
        method: &'static str,
        uri: &Url,
        compute: impl FnOnce(&Request) -> Option<T> + Send + 'static,
    ) -> Result<Option<T>> {
        let Some((mut request, apart)) = self.request(uri) else { return Ok(None) };
        if apart {
            // The project is read for this request alone.
            request.revision = Revision::MAX;
        }
        let started = Instant::now();
        in_background(move || {
            let answer = compute(&request);
            request.state.stats.took(method, started.elapsed());
            answer
        })
        .await
    }

    pub(super) async fn go(
        &self,
        method: &'static str,
        at: TextDocumentPositionParams,
        way: definition::Way,
    ) -> Result<Option<GotoDefinitionResponse>> {
        let compute = move |request: &Request| definition::definition(request, at.position, way);
        self.answer(method, &at.text_document.uri, compute).await
    }
}

/// The request was fine, but what it asks for can't be done: clients show the reason.
pub(super) fn refused(why: String) -> Error {
    const REQUEST_FAILED: i64 = -32803;
    Error {
        code: ErrorCode::ServerError(REQUEST_FAILED),
        message: viz_text::markdown::unlinked(&why).into(),
        data: None,
    }
}

/// Computes off the transport's task. A panic is a mistake of ours and becomes the answer to this request alone.
pub(in crate::lsp) async fn in_background<T: Send + 'static>(
    compute: impl FnOnce() -> T + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(compute).await.map_err(|error| {
        tracing::error!(%error, "a request failed");
        Error::internal_error()
    })
}
