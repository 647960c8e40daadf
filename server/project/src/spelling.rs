//! By which path text each file was reached: the reference's loader knows files by that text, so that a file reached by
//! two texts is read twice (`R-INC-09`).

use crate::codes::Code;
use crate::problem::Problem;
use rustc_hash::{FxHashMap, FxHashSet};
use std::path::{Path, PathBuf};
use viz_text::Loc;

/// The path texts of the files read so far.
#[derive(Default)]
pub(crate) struct Spellings {
    by_file: FxHashMap<PathBuf, (String, Loc)>,
    /// Files that were said to be read twice: once each, however often that is.
    told: FxHashSet<PathBuf>,
}

impl Spellings {
    /// The text by which an include names a file: the including file's folder, the include's path, and below a folder
    /// the rest.
    pub(crate) fn of(&self, from: &Path, text: &str, below: Option<&Path>) -> String {
        let folder = match self.by_file.get(from) {
            // A git reference has no folder before it (`R-INC-11`).
            _ if text.contains(".git") => "",
            Some((spelling, _)) => spelling.rsplit_once('/').map_or("", |(folder, _)| folder),
            None => "",
        };
        let below = below.map(viz_files::with_slashes).unwrap_or_default();
        let parts = [folder, text, &below].map(|part| part.split('/').filter(|part| !part.is_empty() && *part != "."));
        parts.into_iter().flatten().collect::<Vec<_>>().join("/")
    }

    pub(crate) fn add(&mut self, file: &Path, spelling: String, loc: Loc) {
        self.by_file.insert(file.to_path_buf(), (spelling, loc));
    }

    /// The problem of a file that is reached again by another text.
    pub(crate) fn twice(&mut self, file: &Path, spelling: &str, loc: Loc) -> Option<Problem> {
        let (first, first_loc) = self.by_file.get(file)?;
        if first == spelling || !self.told.insert(file.to_path_buf()) {
            return None;
        }
        let name = crate::includes::file_name(file);
        let message = format!(
            "`{name}` is read a second time: `{spelling}` is another path than `{first}`, so all its names are taken (R-INC-09)"
        );
        Some(
            Problem::new(Code::IncludedTwice, loc, message)
                .related(*first_loc, "it is included here first")
                .help("remove one of the two includes"),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use viz_text::{SegmentId, TextRange};

    #[test]
    fn texts_are_put_together_as_the_loader_does() {
        let loc = Loc::new(SegmentId::fresh(), TextRange::default());
        let mut spellings = Spellings::default();
        assert_eq!(spellings.of(Path::new("/p/project.visivo.yml"), "./a/b.yml", Some(Path::new(""))), "a/b.yml");
        spellings.add(Path::new("/p/a/b.yml"), "a/b.yml".into(), loc);
        assert_eq!(spellings.of(Path::new("/p/a/b.yml"), "../c", Some(Path::new("d.yml"))), "a/../c/d.yml");
        assert!(spellings.twice(Path::new("/p/a/b.yml"), "a/b.yml", loc).is_none());
        assert!(spellings.twice(Path::new("/p/a/b.yml"), "a/../a/b.yml", loc).is_some());
    }
}
