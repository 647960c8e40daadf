//! Looking for the files of an included folder.
//!
//! Each folder is looked into once, whatever links lead to it, and all folders of a project together cost no more than the
//! budget: a tree may be as large as a disk.

use crate::exclusions::{Exclusion, excluded};
use crate::files::{FileSystem, ReadError};
use crate::includes::file_name;
use crate::surroundings::{Standing, Surroundings};
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use viz_files::{Identity, is_private_name};

/// More folders than this are not looked into.
const MOST_FOLDERS: usize = 10_000;

/// More entries of folders than this are not looked at.
const MOST_ENTRIES: usize = 100_000;

/// For more includes that are not there no other names are looked for.
const MOST_SUGGESTED: usize = 20;

/// What looking into folders may still cost.
#[derive(Debug)]
pub(crate) struct Budget {
    folders: usize,
    entries: usize,
    suggestions: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { folders: MOST_FOLDERS, entries: MOST_ENTRIES, suggestions: MOST_SUGGESTED }
    }
}

impl Budget {
    /// Whether names may be looked for that are like one which is not there.
    pub(crate) fn may_suggest(&mut self) -> bool {
        let left = self.suggestions.checked_sub(1);
        self.suggestions = left.unwrap_or_default();
        left.is_some()
    }

    /// How many entries were looked at.
    pub(crate) fn spent(&self) -> usize {
        MOST_ENTRIES - self.entries
    }
}

/// A walk that was given up.
#[derive(Debug)]
pub(crate) struct TooMuch {
    /// Where.
    pub folder: PathBuf,
    /// What there is too much of.
    pub why: String,
}

/// What a walk found.
#[derive(Debug, Default)]
pub(crate) struct Walked {
    /// The files, sorted.
    pub found: Vec<PathBuf>,
    /// The folders below the first that were looked into.
    pub folders: Vec<PathBuf>,
    /// Folders that were not, and why.
    pub left_out: Vec<(PathBuf, ReadError)>,
}

/// A walk through an included folder.
pub(crate) struct Walk<'a> {
    base: &'a Path,
    files: &'a dyn FileSystem,
    around: &'a Surroundings,
    seen: HashSet<Identity>,
    walked: Walked,
}

impl<'a> Walk<'a> {
    pub(crate) fn new(base: &'a Path, files: &'a dyn FileSystem, around: &'a Surroundings) -> Self {
        Self { base, files, around, seen: files.identity(base).into_iter().collect(), walked: Walked::default() }
    }

    /// The files in folders up to the given number of levels below the first.
    pub(crate) fn collect(
        mut self,
        limit: Option<i64>,
        exclusions: &mut [Exclusion],
        budget: &mut Budget,
    ) -> Result<Walked, TooMuch> {
        let mut open = vec![(self.base.to_owned(), 0)];
        // A folder is taken by its own name rather than by a link's.
        let mut linked: Vec<(PathBuf, Option<Identity>, i64)> = Vec::new();
        loop {
            while let Some((folder, level)) = open.pop() {
                for entry in self.list(&folder, budget)? {
                    if excluded(self.base, &entry.path, exclusions) {
                        continue;
                    }
                    if !entry.is_dir {
                        let name = file_name(&entry.path).to_lowercase();
                        if matches!(name.rsplit_once('.'), Some((_, "yml" | "yaml"))) {
                            self.walked.found.push(entry.path);
                        }
                    } else if limit.is_none_or(|limit| level < limit) {
                        if entry.is_link {
                            linked.push((entry.path, entry.identity, level + 1));
                        } else if self.may_enter(&entry.path, entry.identity) {
                            open.push((entry.path, level + 1));
                        }
                    }
                }
            }
            let Some((folder, identity, level)) = linked.pop() else { break };
            if self.is_in_reach(&folder) && self.may_enter(&folder, identity) {
                open.push((folder, level));
            }
        }
        self.walked.found.sort();
        Ok(self.walked)
    }

    fn list(&mut self, folder: &Path, budget: &mut Budget) -> Result<Vec<crate::DirEntry>, TooMuch> {
        let too_much = |why| TooMuch { folder: folder.to_owned(), why };
        let Some(folders) = budget.folders.checked_sub(1) else {
            return Err(too_much(format!("after {MOST_FOLDERS} folders")));
        };
        let listed = match self.files.list(folder) {
            Err(why @ ReadError::TooMany { .. }) => return Err(too_much(format!("since {why}"))),
            listed => listed.unwrap_or_default(),
        };
        let Some(entries) = budget.entries.checked_sub(listed.len()) else {
            return Err(too_much(format!("after {MOST_ENTRIES} files")));
        };
        (budget.folders, budget.entries) = (folders, entries);
        if folder != self.base {
            self.walked.folders.push(folder.to_owned());
        }
        Ok(listed)
    }

    /// Whether a folder is new and not one of those that hold secrets.
    fn may_enter(&mut self, folder: &Path, identity: Option<Identity>) -> bool {
        let name = file_name(folder);
        if is_private_name(&name) {
            // Git's own folder holds no project files.
            if name != ".git" {
                self.walked.left_out.push((folder.to_owned(), ReadError::Private));
            }
            return false;
        }
        identity.is_none_or(|identity| self.seen.insert(identity))
    }

    /// Whether what a link leads to may be read.
    fn is_in_reach(&mut self, folder: &Path) -> bool {
        let why = match (self.files.standing(folder, self.around), self.files.confined()) {
            (Standing::Private, _) => ReadError::Private,
            (Standing::Outside, Some(_)) => ReadError::Outside,
            _ => return true,
        };
        self.walked.left_out.push((folder.to_owned(), why));
        false
    }
}
