//! The threads of a session.

use super::Backend;
use crate::host::answerer::{Answerer, EngineAnswerer};
use crate::host::settings::STACK;
use crate::lsp::protocol::client;
use crate::lsp::protocol::outbox::Outbox;
use crate::lsp::protocol::progress::Progress;
use crate::lsp::session::analysis::Analysis;
use crate::lsp::session::settings::Settings;
use crate::lsp::session::source_queries::{self, Sources};
use std::sync::Arc;
use std::thread;
use viz_files::Granted;

impl Backend {
    /// Starts the threads: one that checks, one that asks sources.
    pub(super) fn start(
        &self,
        client: client::Client,
        settings: Settings,
        granted: Granted,
        outbox: &Outbox,
    ) -> anyhow::Result<Arc<dyn Answerer>> {
        let confined = settings.confined(&self.state.environment).is_some();
        let answerer: Arc<dyn Answerer> =
            Arc::new(EngineAnswerer::new(settings.trusted, confined, settings.cache, granted)?);
        let sources = Arc::new(Sources::new(Progress::new(self.client.clone(), client.progress)));
        let _ = self.sources.set(Arc::clone(&sources));
        for _ in 0..source_queries::THREADS {
            let (sources, state, answerer) = (Arc::clone(&sources), Arc::clone(&self.state), Arc::clone(&answerer));
            thread::Builder::new().name("sources".into()).spawn(move || sources.run(&state, &*answerer))?;
        }
        let analysis = Analysis {
            state: Arc::clone(&self.state),
            client,
            settings,
            answerer: Arc::clone(&answerer),
            sources,
            outbox: outbox.clone(),
            pulled: client.pulls_diagnostics.then(|| Arc::clone(&self.pulled)),
            hints: 0,
        };
        thread::Builder::new().name("analysis".into()).stack_size(STACK).spawn(move || analysis.run())?;
        Ok(answerer)
    }
}
