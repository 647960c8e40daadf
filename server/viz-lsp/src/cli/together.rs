//! What all projects of one run have together: each may be small, and include all others.

use anyhow::bail;
use std::collections::BTreeSet;
use std::path::PathBuf;
use viz_project::Project;

/// Entries of folders that the projects of one run may include. Each may include all others: then they are as many as the cube of
/// the number of projects.
const MOST_ENTRIES: usize = 200_000;

/// Findings of all projects of one run: those of a file that all of them include are found once in each.
const MOST_FINDINGS: usize = 100_000;

/// What the projects of a run have together.
#[derive(Debug, Default)]
pub struct Together {
    entries: usize,
    projects: usize,
    findings: usize,
    differences: BTreeSet<PathBuf>,
}

impl Together {
    /// Adds a project.
    ///
    /// # Errors
    /// If that is more than is looked at in one run.
    pub fn add(&mut self, project: &Project) -> anyhow::Result<()> {
        self.entries += project.listed_entries();
        if self.entries > MOST_ENTRIES {
            bail!(
                "the projects here include folders with more than {MOST_ENTRIES} files together: nothing is reported\n\
                 help: check fewer projects at once, or include fewer folders: projects that include each other read everything many times"
            );
        }
        Ok(())
    }

    /// Files of which it was shown what would be changed in them.
    pub fn differences(&mut self) -> &mut BTreeSet<PathBuf> {
        &mut self.differences
    }

    /// Adds the findings of a project.
    ///
    /// # Errors
    /// If there are more than anyone reads, in several projects.
    pub fn found(&mut self, findings: usize) -> anyhow::Result<()> {
        self.projects += 1;
        self.findings += findings;
        if self.projects > 1 && self.findings > MOST_FINDINGS {
            bail!(
                "the projects here have more than {MOST_FINDINGS} findings together: nothing is reported\n\
                 help: check fewer projects at once: what is wrong in a file that they all include is found in each"
            );
        }
        Ok(())
    }
}
