//! What `viz.lock` tells, for what no source answers and for what has changed since.

use crate::host::lock::{answered, read};
use crate::host::stamp::Stamp;
use rustc_hash::FxHashMap;
use std::path::Path;
use std::sync::{Arc, Weak};
use std::time::SystemTime;
use viz_facts::{Answer, QuestionKey};
use viz_lock::{LOCK_FILE, Lock};
use viz_project::Project;

/// The lock of a project: the file is read anew when it has changed, and held against each project once.
#[derive(Default)]
pub struct LastResort {
    read: Option<(Option<Stamp>, Option<Lock>)>,
    told: Option<(Weak<Project>, Told)>,
}

/// What a lock tells, and when it was written.
#[derive(Clone)]
pub struct Told {
    /// By question.
    pub answers: Arc<FxHashMap<QuestionKey, Arc<Answer>>>,
    /// When.
    pub at: SystemTime,
}

impl LastResort {
    /// What it tells of a project. A lock that can't be believed tells nothing.
    pub fn told(&mut self, root: &Path, project: &Arc<Project>) -> Told {
        let stamp = Stamp::of(&root.join(LOCK_FILE));
        if self.read.as_ref().is_none_or(|(before, _)| *before != stamp) {
            let lock = read(root).unwrap_or_else(|error| {
                tracing::warn!(%error, "the lock is not used");
                None
            });
            self.read = Some((stamp, lock.map(|found| found.lock)));
            self.told = None;
        }
        if let Some((_, told)) = self.told.as_ref().filter(|(of, _)| std::ptr::eq(of.as_ptr(), &raw const **project)) {
            return told.clone();
        }
        let (answers, at) = match &self.read {
            Some((Some(stamp), Some(lock))) => (answered(project, lock), stamp.modified()),
            _ => (FxHashMap::default(), SystemTime::UNIX_EPOCH),
        };
        let told = Told { answers: Arc::new(answers), at };
        self.told = Some((Arc::downgrade(project), told.clone()));
        told
    }
}
