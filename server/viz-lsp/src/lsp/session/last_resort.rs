//! What `viz.lock` tells, for what no source answers and for what has changed since.

use crate::host::lock::{answered, read};
use crate::host::stamp::Stamp;
use rustc_hash::FxHashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;
use viz_facts::{Answer, QuestionKey};
use viz_lock::{LOCK_FILE, Lock};
use viz_project::Project;

/// The lock of a project, read when it is needed and when the file has changed.
#[derive(Default)]
pub struct LastResort {
    read: Option<(Option<Stamp>, Option<Lock>)>,
}

/// What a lock tells, and when it was written.
pub type Told = (FxHashMap<QuestionKey, Arc<Answer>>, SystemTime);

impl LastResort {
    /// What it tells. A lock that can't be believed tells nothing.
    pub fn told(&mut self, root: &Path, project: &Project) -> Told {
        let stamp = Stamp::of(&root.join(LOCK_FILE));
        if self.read.as_ref().is_none_or(|(before, _)| *before != stamp) {
            let lock = read(root).unwrap_or_else(|error| {
                tracing::warn!(%error, "the lock is not used");
                None
            });
            self.read = Some((stamp, lock.map(|found| found.lock)));
        }
        match &self.read {
            Some((Some(stamp), Some(lock))) => (answered(project, lock), stamp.modified()),
            _ => (FxHashMap::default(), SystemTime::UNIX_EPOCH),
        }
    }
}
