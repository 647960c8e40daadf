//! A lock in the place of an older one.

use crate::host::lock::file::{read, write};
use crate::host::lock::made::{Heard, Made, make};
use crate::host::words::count;
use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use viz_lock::{LOCK_FILE, Lock, MOST_OPTIONS, SectionKind};
use viz_project::Code;

/// What became of a project's lock.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Renewed {
    /// Whether the file has changed.
    pub written: bool,
    /// Models that it tells of.
    pub models: usize,
    /// Inputs that it tells of.
    pub inputs: usize,
    /// Sources and what else could not be read, with the reasons: their old sections stand.
    pub unread: BTreeMap<String, String>,
    /// Inputs with more options than are kept.
    pub many: Vec<String>,
    /// Why the old file is not used.
    pub damaged: Option<String>,
}

/// Writes what a check with the sources has heard as its project's lock, unless that is what stands there.
///
/// # Errors
/// If the settings can't be read, it is too large or can't be written: nothing is.
pub fn renew(heard: Heard<'_>) -> anyhow::Result<Renewed> {
    let root = &heard.project.root;
    // They may say that less is to be told.
    if let Some(wrong) = heard.project.problems().find(|problem| problem.code == Code::Configuration) {
        bail!(
            "{LOCK_FILE} is not written, because the settings that say what it may tell can't be read: {}",
            wrong.message
        );
    }
    // A damaged one is written anew; a link is not followed when it is written either.
    let (old, damaged) = match read(root) {
        Ok(old) => (old, None),
        Err(why) => (None, Some(format!("{why:#}"))),
    };
    let Made { lock, unread, many } = make(heard, old.as_ref().map(|old| &old.lock), None);
    let text = lock.to_text().with_context(|| format!("can't write {}", root.join(LOCK_FILE).display()))?;
    let written = old.is_none_or(|old| old.bytes != text.as_bytes());
    if written {
        write(root, &text)?;
    }
    let (models, inputs) = (of_kind(&lock, SectionKind::Model), of_kind(&lock, SectionKind::Input));
    Ok(Renewed { written, models, inputs, unread, many, damaged })
}

fn of_kind(lock: &Lock, kind: SectionKind) -> usize {
    lock.sections.iter().filter(|((of, _), section)| *of == kind && section.main.is_some()).count()
}

impl Renewed {
    /// What was done, such as `written: 14 models, 3 inputs`.
    pub fn done(&self) -> String {
        let done = if self.written { "written" } else { "is as it was" };
        format!("{done}: {}, {}", count(self.models, "model"), count(self.inputs, "input"))
    }

    /// What its reader should know besides.
    pub fn notes(&self) -> Vec<String> {
        let damaged = self.damaged.iter().map(|why| format!("note: the old {LOCK_FILE} is not used: {why}"));
        let many = |input: &String| {
            format!("note: `{input}` has more than {MOST_OPTIONS} options: only what they look like is kept")
        };
        damaged.chain(unread(&self.unread)).chain(self.many.iter().map(many)).collect()
    }
}

/// A warning for each source that could not be read.
pub fn unread(sources: &BTreeMap<String, String>) -> impl Iterator<Item = String> + '_ {
    sources.iter().map(|(source, why)| {
        format!("warning: the source `{source}` could not be read, so what {LOCK_FILE} tells of it stands: {why}")
    })
}
