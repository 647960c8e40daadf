//! Where a finding is, in a file's lines.

use viz_check::{Finding, Report};
use viz_project::{File, Project};
use viz_text::{Encoding, Loc, Position, TextRange};

/// A place in a file of a project.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    /// The file.
    pub file: &'a File,
    /// Bytes of it.
    pub range: TextRange,
}

impl<'a> Place<'a> {
    /// The place that `loc` names in this state of the project. A place that has vanished (which only a report about
    /// another state can name) becomes the start of the project file: a finding is never swallowed.
    pub fn of(project: &'a Project, loc: Loc) -> Option<Self> {
        match project.resolve(loc) {
            Some((id, range)) => Some(Self { file: project.file(id), range }),
            None => project.files().first().map(|file| Self { file, range: TextRange::empty(0.into()) }),
        }
    }

    /// Start and end as an editor counts them.
    pub fn span(&self, encoding: Encoding) -> (Position, Position) {
        let at = |offset| self.file.lines().position(offset, encoding);
        (at(self.range.start()), at(self.range.end()))
    }
}

/// The findings with their places, ordered by file name, start and code.
pub fn in_order<'a>(project: &'a Project, report: &'a Report) -> Vec<(&'a Finding, Place<'a>)> {
    let mut placed: Vec<_> =
        report.findings.iter().filter_map(|finding| Some((finding, Place::of(project, finding.loc)?))).collect();
    placed.sort_by(|(a, at), (b, bt)| {
        let key = |place: &Place<'_>| (place.range.start(), place.range.end());
        at.file
            .relative
            .cmp(&bt.file.relative)
            .then(key(at).0.cmp(&key(bt).0))
            .then(a.code.cmp(&b.code))
            .then(key(at).1.cmp(&key(bt).1))
    });
    placed
}
