//! What features look at: one state of a project, and what is known and chosen there.

use crate::choices::Choices;
use chrono::{DateTime, Local, NaiveDateTime};
use std::time::SystemTime;
use viz_check::{Cost, Insights};
use viz_facts::FactStore;
use viz_project::{ObjectId, Project};

/// What features look at.
#[derive(Clone, Copy)]
pub struct Snapshot<'a> {
    /// The texts.
    pub project: &'a Project,
    /// What is known of the data.
    pub facts: &'a FactStore,
    /// What is pinned.
    pub choices: &'a Choices,
    /// How far insights are checked, and what they cost; of the last check.
    pub insights: &'a Insights,
    /// Tells the age of what is known, and what dates in options mean.
    pub now: SystemTime,
}

impl Snapshot<'_> {
    /// What an insight costs, if its combinations ran.
    pub(crate) fn cost(&self, insight: ObjectId) -> Option<&Cost> {
        let loc = self.project.object(insight).name_loc();
        self.insights.iter().find(|report| report.loc == loc)?.cost.as_deref()
    }

    /// The time on the clock of this machine.
    pub fn local(&self) -> NaiveDateTime {
        DateTime::<Local>::from(self.now).naive_local()
    }
}
