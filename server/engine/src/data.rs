//! The folders whose data a worker reads, and what in them is private.

use std::path::PathBuf;
use viz_files::{Private, Readable, Roots, Rules};

/// What was found in the project's folder, and in those that the person allows.
pub(crate) struct Data {
    pub roots: Roots,
    found: Vec<(PathBuf, Readable)>,
}

impl Data {
    /// Walks the folders.
    pub(crate) fn of(roots: Roots) -> Self {
        let found = roots.places().into_iter().map(|place| (place.clone(), Readable::of(&place))).collect();
        Self { roots, found }
    }

    /// What of each folder may be read.
    pub(crate) fn rules(&self) -> Vec<(PathBuf, Rules)> {
        self.found.iter().map(|(place, readable)| (place.clone(), readable.rules().clone())).collect()
    }

    /// The private files of all of them.
    pub(crate) fn private(&self) -> Private {
        Private::together(self.found.iter().map(|(_, readable)| readable.private()))
    }

    /// Whether nothing has changed in them.
    pub(crate) fn is_current(&self) -> bool {
        self.roots.places().len() == self.found.len() && self.found.iter().all(|(_, readable)| readable.is_current())
    }
}
