//! The order of the wire: every handler runs up to its first `await` before the next message is looked at.
//!
//! `tower-lsp` polls handlers later, several at a time. This wrapper polls each once, synchronously, in `call`, which
//! the transport calls message by message. So what a handler does before it awaits (apply an edit, take a snapshot of
//! the documents, cancel a request) is done in the client's order, however many requests are still waiting.

use parking_lot::Mutex;
use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker};
use tower::Service;
use tower_lsp::jsonrpc::{self, Request, Response};

/// How far the session has come.
#[derive(Debug, Default)]
pub struct Lifecycle {
    shut_down: AtomicBool,
    exited: AtomicBool,
    lost: AtomicBool,
    refreshes_diagnostics: AtomicBool,
    /// Who waits for the client's next message.
    reader: Mutex<Option<Waker>>,
}

impl Lifecycle {
    /// Whether the client asked for `shutdown`.
    pub fn was_shut_down(&self) -> bool {
        self.shut_down.load(Ordering::SeqCst)
    }

    /// Says that the client can't be understood any longer.
    pub fn lose(&self) {
        self.lost.store(true, Ordering::SeqCst);
    }

    /// Whether the client could not be understood any longer.
    pub fn was_lost(&self) -> bool {
        self.lost.load(Ordering::SeqCst)
    }

    /// Whether the client can be told to ask for diagnostics again.
    pub fn refreshes_diagnostics(&self) -> bool {
        self.refreshes_diagnostics.load(Ordering::SeqCst)
    }

    /// Whether the client said `exit`, or has gone: nothing is read after it.
    pub fn has_exited(&self) -> bool {
        self.exited.load(Ordering::SeqCst)
    }

    /// Wakes this one if the client goes.
    pub fn waits(&self, reader: &Waker) {
        *self.reader() = Some(reader.clone());
    }

    /// Says that the client has gone without a word.
    pub fn leave(&self) {
        self.exited.store(true, Ordering::SeqCst);
        if let Some(reader) = self.reader().take() {
            reader.wake();
        }
    }

    fn reader(&self) -> parking_lot::MutexGuard<'_, Option<Waker>> {
        self.reader.lock()
    }
}

/// A service whose handlers begin in the order of the wire.
pub struct InOrder<S> {
    inner: S,
    lifecycle: Arc<Lifecycle>,
}

impl<S> InOrder<S> {
    /// Wraps a service.
    pub fn new(inner: S, lifecycle: Arc<Lifecycle>) -> Self {
        Self { inner, lifecycle }
    }
}

impl<S> Service<Request> for InOrder<S>
where
    S: Service<Request, Response = Option<Response>>,
    S::Future: Send + 'static,
    S::Error: Send + 'static,
{
    type Response = Option<Response>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Option<Response>, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        if self.lifecycle.has_exited() { Poll::Ready(Ok(())) } else { self.inner.poll_ready(context) }
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        if self.lifecycle.has_exited() {
            return Box::pin(ready(Ok(None)));
        }
        match request.method() {
            "initialize" => {
                let abilities = request.params().and_then(|params| params.pointer("/capabilities/workspace"));
                let refresh = abilities.and_then(|all| {
                    all.get("diagnostics").or_else(|| all.get("diagnostic"))?.get("refreshSupport")?.as_bool()
                });
                self.lifecycle.refreshes_diagnostics.store(refresh.unwrap_or(false), Ordering::SeqCst);
            }
            "shutdown" => {
                self.lifecycle.shut_down.store(true, Ordering::SeqCst);
                // It has none, but some clients send `null` or `{}`, which tower-lsp refuses.
                if let (Some(_), Some(id)) = (request.params(), request.id()) {
                    request = Request::build("shutdown").id(id.clone()).finish();
                }
            }
            "exit" => self.lifecycle.exited.store(true, Ordering::SeqCst),
            // Notifications of this kind may be ignored, which tower-lsp does; requests have to be refused.
            method
                if method.starts_with("$/")
                    && let Some(id) = request.id() =>
            {
                let refused = Response::from_error(id.clone(), jsonrpc::Error::method_not_found());
                return Box::pin(ready(Ok(Some(refused))));
            }
            _ => {}
        }
        let mut future = Box::pin(self.inner.call(request));
        // Whoever polls it next leaves a waker that works.
        match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(result) => Box::pin(ready(result)),
            Poll::Pending => future,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use parking_lot::Mutex;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tower_lsp::lsp_types::{
        DidChangeTextDocumentParams, Hover, HoverContents, HoverParams, InitializeParams, InitializeResult,
        MarkedString,
    };
    use tower_lsp::{LanguageServer, LspService, Server};

    /// Hovers wait forever after they have noted which change they saw.
    struct Stuck {
        seen: Arc<Mutex<Vec<String>>>,
        changes: Mutex<i32>,
    }

    #[tower_lsp::async_trait]
    impl LanguageServer for Stuck {
        async fn initialize(&self, _: InitializeParams) -> jsonrpc::Result<InitializeResult> {
            Ok(InitializeResult::default())
        }

        async fn shutdown(&self) -> jsonrpc::Result<()> {
            Ok(())
        }

        async fn did_change(&self, params: DidChangeTextDocumentParams) {
            *self.changes.lock() = params.text_document.version;
            self.seen.lock().push(format!("change {}", params.text_document.version));
        }

        async fn hover(&self, params: HoverParams) -> jsonrpc::Result<Option<Hover>> {
            let version = *self.changes.lock();
            self.seen.lock().push(format!("hover {version}"));
            if params.text_document_position_params.position.line == 0 {
                std::future::pending::<()>().await;
            }
            Ok(Some(Hover { contents: HoverContents::Scalar(MarkedString::String(version.to_string())), range: None }))
        }
    }

    fn frame(message: serde_json::Value) -> Vec<u8> {
        let body = message.to_string();
        format!("Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
    }

    /// 400 messages, 200 of them stuck hovers: order holds, the server still answers, a stuck request can be cancelled.
    #[tokio::test(flavor = "current_thread")]
    async fn stuck_handlers_delay_nothing() {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (service, socket) = LspService::new(|_| Stuck { seen: Arc::clone(&seen), changes: Mutex::new(0) });
        let lifecycle = Arc::new(Lifecycle::default());
        let (mut to_server, input) = tokio::io::duplex(1 << 20);
        let (output, mut from_server) = tokio::io::duplex(1 << 20);
        let server = Server::new(input, output, socket).concurrency_level(crate::lsp::CONCURRENCY);
        let served = tokio::spawn(server.serve(InOrder::new(service, Arc::clone(&lifecycle))));
        let mut messages = frame(
            serde_json::json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {"capabilities": {}}}),
        );
        let hover = |id: i32, line: u32| {
            let params =
                serde_json::json!({"textDocument": {"uri": "file:///a"}, "position": {"line": line, "character": 0}});
            frame(serde_json::json!({"jsonrpc": "2.0", "id": id, "method": "textDocument/hover", "params": params}))
        };
        for version in 1..=200 {
            let params =
                serde_json::json!({"textDocument": {"uri": "file:///a", "version": version}, "contentChanges": []});
            messages.extend(frame(
                serde_json::json!({"jsonrpc": "2.0", "method": "textDocument/didChange", "params": params}),
            ));
            messages.extend(hover(version, 0));
        }
        messages.extend(frame(serde_json::json!({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": 7}})));
        messages.extend(hover(1000, 1));
        to_server.write_all(&messages).await.unwrap();
        let mut answers = String::new();
        while !(answers.contains("\"id\":1000") && answers.contains("\"id\":7")) {
            let mut chunk = [0; 4096];
            let read = tokio::time::timeout(std::time::Duration::from_secs(20), from_server.read(&mut chunk))
                .await
                .expect("an answer")
                .unwrap();
            answers.push_str(std::str::from_utf8(&chunk[..read]).unwrap());
        }
        assert!(answers.contains("{\"contents\":\"200\"}"), "{answers}");
        let mut expected: Vec<String> = (1..=200).flat_map(|n| [format!("change {n}"), format!("hover {n}")]).collect();
        expected.push("hover 200".into());
        assert_eq!(*seen.lock(), expected);
        to_server
            .write_all(&frame(serde_json::json!({"jsonrpc": "2.0", "id": 2000, "method": "shutdown"})))
            .await
            .unwrap();
        to_server.write_all(&frame(serde_json::json!({"jsonrpc": "2.0", "method": "exit"}))).await.unwrap();
        drop(to_server);
        tokio::time::timeout(std::time::Duration::from_secs(20), served).await.expect("ends").unwrap();
        assert!(lifecycle.was_shut_down() && lifecycle.has_exited());
    }
}
