//! From a request to its answer: in the state of the texts when it came, on a thread that may take its time.

use super::Backend;
use crate::lsp::handlers::definition;
use crate::lsp::session::snapshot::Request;
use crate::lsp::session::state::Revision;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;
use tokio::task::JoinHandle;
use tower_lsp::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp::lsp_types::{GotoDefinitionResponse, Position, TextDocumentPositionParams, Url};
use viz_text::wanted;

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

/// Computes off the transport's task, as long as somebody waits: when the request is called off, what has not begun never does, and
/// what has ends at its next step. A panic is a mistake of ours and becomes the answer to this request alone.
pub(in crate::lsp) async fn in_background<T: Send + 'static>(
    compute: impl FnOnce() -> T + Send + 'static,
) -> Result<T> {
    let called_off = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&called_off);
    let wanted = move || !seen.load(Ordering::Relaxed);
    let mut work = Waiting { work: tokio::task::spawn_blocking(|| wanted::while_wanted(wanted, compute)), called_off };
    let done = (&mut work.work).await.map_err(|error| {
        tracing::error!(%error, "a request failed");
        Error::internal_error()
    })?;
    done.ok_or_else(Error::request_cancelled)
}

/// Somebody who waits for work; when they go, it is called off.
struct Waiting<T> {
    work: JoinHandle<T>,
    called_off: Arc<AtomicBool>,
}

impl<T> Drop for Waiting<T> {
    fn drop(&mut self) {
        self.called_off.store(true, Ordering::Relaxed);
        self.work.abort();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicU32;
    use std::sync::mpsc::channel;
    use std::time::Duration;

    /// There is one thread: the first request is at work, a hundred wait for it, all are called off, and another one comes.
    #[test]
    fn work_for_requests_that_were_called_off_ends() {
        let runtime = tokio::runtime::Builder::new_multi_thread().max_blocking_threads(1).build().unwrap();
        let ((begun, has_begun), (go, may_go)) = (channel(), channel());
        let steps = Arc::new(AtomicU32::new(0));
        let step = |steps: &AtomicU32| {
            wanted::step();
            steps.fetch_add(1, Ordering::Relaxed);
        };
        let counted = Arc::clone(&steps);
        let first = runtime.spawn(in_background(move || {
            step(&counted);
            begun.send(()).unwrap();
            may_go.recv().unwrap();
            (0..1_000).for_each(|_| step(&counted));
        }));
        has_begun.recv_timeout(Duration::from_secs(20)).unwrap();
        let more = (0..100).map(|_| {
            let counted = Arc::clone(&steps);
            runtime.spawn(in_background(move || step(&counted)))
        });
        let all: Vec<_> = std::iter::once(first).chain(more).collect();
        runtime.block_on(async {
            for request in all {
                request.abort();
                assert!(request.await.unwrap_err().is_cancelled());
            }
            go.send(()).unwrap();
            assert_eq!(in_background(|| 7).await.unwrap(), 7);
        });
        assert_eq!(steps.load(Ordering::Relaxed), 1, "the one before it was called off");
    }
}
