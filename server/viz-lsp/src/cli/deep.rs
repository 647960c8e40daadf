//! Work on a stack that deep documents and queries fit on.

use crate::host::settings::STACK;
use anyhow::{Context, bail};

/// What this work comes to, on a thread of its own of this name.
///
/// # Errors
/// Those of the work; if no thread can be started; if the work panics.
pub fn on_deep_stack<T: Send>(name: &str, work: impl FnOnce() -> anyhow::Result<T> + Send) -> anyhow::Result<T> {
    let worker = std::thread::Builder::new().name(name.to_owned()).stack_size(STACK);
    std::thread::scope(|scope| {
        let run = worker.spawn_scoped(scope, work).context("can't start a thread")?;
        run.join().unwrap_or_else(|_| bail!("viz-lsp stopped on a mistake of its own; please report it"))
    })
}
