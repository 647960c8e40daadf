//! What features look at: one state of a project, and what is known and chosen there.

use crate::choices::Choices;
use chrono::{DateTime, Local, NaiveDateTime};
use std::time::SystemTime;
use viz_facts::FactStore;
use viz_project::Project;

/// What features look at.
#[derive(Clone, Copy)]
pub struct Snapshot<'a> {
    /// The texts.
    pub project: &'a Project,
    /// What is known of the data.
    pub facts: &'a FactStore,
    /// What is pinned.
    pub choices: &'a Choices,
    /// Tells the age of what is known, and what dates in options mean.
    pub now: SystemTime,
}

impl Snapshot<'_> {
    /// The time on the clock of this machine.
    pub fn local(&self) -> NaiveDateTime {
        DateTime::<Local>::from(self.now).naive_local()
    }
}
