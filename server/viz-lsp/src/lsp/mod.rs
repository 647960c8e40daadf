//! The language server on stdio or a socket. `tower_lsp` is used below this folder only.
//!
//! The way of a keystroke: `service` applies it to the documents in the order of the wire, `analysis` (a thread of its
//! own, newest state wins) checks the projects concerned with what is known, `publish` sends what differs, `sources`
//! (other threads) get questions about data answered, and `analysis` checks again.

mod backend;
mod capabilities;
pub(crate) mod extensions;
pub(crate) mod handlers;
mod own_requests;
pub(crate) mod protocol;
pub(crate) mod registration;
pub(crate) mod session;

use crate::host::settings::STACK;
use anyhow::Context;
use backend::Backend;
use protocol::service::{InOrder, Lifecycle};
use std::process::ExitCode;
use std::sync::Arc;
use tower_lsp::{LspService, Server};

/// Requests that may wait at the same time. The transport stops reading beyond that, so it is far above what clients do.
const CONCURRENCY: usize = 4096;

/// Serves on stdin and stdout, or on this port of a client that listens there, until the client says `exit` or hangs up. The exit code is 0 after `shutdown`, else 1;
/// 2 if the client could not be understood any longer.
///
/// # Errors
/// If threads can't be started.
pub fn run(socket: Option<u16>) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_stack_size(STACK)
        .enable_all()
        .build()
        .context("can't start the server")?;
    let lifecycle = Arc::new(Lifecycle::default());
    let (input, output, writer) = match socket {
        None => protocol::transport::stdio(Arc::clone(&lifecycle)).context("can't start the server")?,
        Some(port) => protocol::transport::socket(port, Arc::clone(&lifecycle))
            .with_context(|| format!("can't reach a client on port {port} of this machine"))?,
    };
    runtime.block_on(async {
        let service = LspService::build(|client| Backend::new(client, Arc::clone(&lifecycle)));
        let (service, socket) = own_requests::register(service).finish();
        let state = Arc::clone(service.inner().state());
        let service = InOrder::new(service, Arc::clone(&lifecycle));
        Server::new(input, output, socket).concurrency_level(CONCURRENCY).serve(service).await;
        state.quit();
    });
    // Whatever still waits for a client that has gone is dropped; what was said before is written.
    runtime.shutdown_background();
    if writer.join().is_err() {
        tracing::warn!("the thread that writes to stdout stopped early");
    }
    Ok(match (lifecycle.was_lost(), lifecycle.was_shut_down()) {
        (true, _) => ExitCode::from(crate::COULD_NOT_RUN),
        (false, true) => ExitCode::SUCCESS,
        (false, false) => ExitCode::FAILURE,
    })
}
