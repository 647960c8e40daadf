//! `viz/updateLock`: the sources are read, and `viz.lock` is written anew.

use crate::host::answerer::Answerer;
use crate::host::deadline::Deadline;
use crate::host::fixpoint::{self, Answering};
use crate::host::lock::{self, Heard, Recorder, Renewed};
use crate::host::settings::AskedFor;
use crate::lsp::session::documents::Documents;
use crate::lsp::session::state::State;
use std::path::Path;
use viz_check::{Level, Memo};
use viz_facts::{FactStore, Reason, Unknown};
use viz_lock::LOCK_FILE;
use viz_project::Project;

/// Whose lock is written, and who is asked.
pub struct Renewing<'a> {
    /// What is shared with the threads.
    pub state: &'a State,
    /// The folder of the project.
    pub root: &'a Path,
    /// The engine.
    pub answerer: &'a dyn Answerer,
}

impl Renewing<'_> {
    /// Does what `viz-lsp lock` does: for the texts as they are saved, because those are committed with it.
    ///
    /// # Errors
    /// If it can't be written, or nobody waits for it any more.
    pub fn run(&self, deadline: &Deadline) -> Result<Renewed, Unknown> {
        let Self { state, root, answerer } = *self;
        let project = Project::load(root, &state.files(&Documents::default()), &state.environment);
        let now = chrono::Local::now().naive_local();
        let asked = AskedFor { level: Some(Level::Bind), ..AskedFor::nothing(now) };
        let (options, limits) = asked.merge(project.config());
        let (recorder, memo, mut facts) = (Recorder::new(answerer), Memo::default(), FactStore::new());
        let answering = Answering { answerer: &recorder, limits, deadline };
        fixpoint::run(&project, &options, &memo, &mut facts, answering, |_| {});
        if deadline.is_over() || deadline.cancel.is_cancelled() {
            return Err(Unknown::new(
                Reason::CalledOff,
                format!("{LOCK_FILE} is as it was: reading the sources was called off"),
            ));
        }
        let seen = recorder.take();
        let heard = Heard { project: &project, memo: &memo, facts: &facts, seen: &seen, now: options.now };
        lock::renew(heard).map_err(|why| Unknown::new(Reason::FileUnwritable, format!("{why:#}")))
    }
}
