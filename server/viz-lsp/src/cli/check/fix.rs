//! `--fix`: puts the safe fixes of findings into the files, and nothing else.

use crate::cli::args::Fixes;
use crate::cli::diff;
use crate::cli::targets::current_folder;
use crate::host::outcome::Checked;
use crate::host::overlay::Overlay;
use crate::host::own::Foreign;
use crate::host::paths::real;
use crate::host::words::thousands;
use anyhow::{Context, bail};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use viz_check::Finding;
use viz_files::{Folder, Refused};
use viz_project::{MAX_FILE_BYTES, Project};
use viz_text::{FileId, Taken, TextRange, replaced};

/// A fix can uncover another; a chain longer than this is left to the next run.
pub const ROUNDS: usize = 10;

/// Edits of a file, and the places that they take.
type Edits = BTreeMap<FileId, (Taken, Vec<(TextRange, String)>)>;

/// Of files that fixes are for: the ends of their lines, `None` if they are not the project's own.
type Ends = HashMap<FileId, Option<&'static str>>;

/// Puts the fixes of a check into the texts, except those that were tried before, and returns how many. Of fixes
/// that touch the same place the first wins; the others have their turn in the next round.
pub fn apply(checked: &Checked, which: Fixes, files: &mut Overlay, tried: &mut HashSet<String>) -> usize {
    let (mut edits, mut ends) = (Edits::new(), Ends::new());
    let mut count = 0;
    for finding in &checked.report.findings {
        if tried.contains(&finding.fingerprint) {
            continue;
        }
        let Some(wanted) = edits_of(&checked.project, which, finding, &mut ends) else { continue };
        let mut free = |(file, range, _): &(FileId, TextRange, String)| {
            edits.get_mut(file).is_none_or(|(taken, _)| taken.is_free(*range))
        };
        if wanted.iter().all(&mut free) {
            tried.insert(finding.fingerprint.clone());
            count += 1;
            for (file, range, text) in wanted {
                let (taken, edits) = edits.entry(file).or_default();
                taken.take(range);
                edits.push((range, text));
            }
        }
    }
    for (id, (_, edits)) in edits {
        let file = checked.project.file(id);
        files.insert(file.path.clone(), replaced(file.document.text(), edits));
    }
    count
}

/// What is said of the fixes that need a second look, if any are left.
pub fn left(checked: &Checked, which: Fixes) -> Option<String> {
    let fixes = checked.report.findings.iter().filter_map(|finding| finding.fix.as_ref());
    let left = fixes.filter(|fix| !fix.safe && !fix.edits.is_empty()).count();
    (which == Fixes::Safe && left > 0).then(|| match left {
        1 => {
            "1 likely fix is left that needs a second look: `--fix=all` puts it in, an editor shows it first".to_owned()
        }
        _ => format!(
            "{} likely fixes are left that need a second look: `--fix=all` puts them in, an editor shows each first",
            thousands(left)
        ),
    })
}

/// The edits of a finding's fix, with the line ends of their files; `None` if a file is not the project's own.
fn edits_of(
    project: &Project,
    which: Fixes,
    finding: &Finding,
    ends: &mut Ends,
) -> Option<Vec<(FileId, TextRange, String)>> {
    let fix = finding.fix.as_ref().filter(|fix| (fix.safe || which == Fixes::All) && !fix.edits.is_empty())?;
    let edit = |(loc, text): &(viz_text::Loc, String)| {
        let (id, range) = project.resolve(*loc)?;
        let of_file = || {
            let file = project.file(id);
            let end = || if file.document.text().contains("\r\n") { "\r\n" } else { "\n" };
            Foreign::of(&project.root, &file.path).is_none().then(end)
        };
        let end = (*ends.entry(id).or_insert_with(of_file))?;
        Some((id, range, text.replace('\n', end)))
    };
    fix.edits.iter().map(edit).collect()
}

/// Why files are left alone although there are fixes for them, once for each file.
pub fn left_alone(checked: &Checked) -> BTreeSet<String> {
    let project = &checked.project;
    let fixes = checked.report.findings.iter().filter_map(|finding| finding.fix.as_ref()).filter(|fix| fix.safe);
    let places = fixes.flat_map(|fix| &fix.edits).filter_map(|(loc, _)| project.resolve(*loc));
    places
        .filter_map(|(id, _)| {
            let file = project.file(id);
            let why = Foreign::of(&project.root, &file.path)?;
            Some(format!("{} {why}: nothing is written to it", checked.shown_file(&file.relative)))
        })
        .collect()
}

/// What the fixes would change, file by file, but for files that were shown before: projects may share some, and have them
/// under several names.
pub fn differences(
    fixed: &Overlay,
    read: &BTreeMap<PathBuf, String>,
    met: &mut BTreeSet<PathBuf>,
) -> anyhow::Result<String> {
    let current = current_folder()?;
    let mut text = String::new();
    for (path, after) in fixed.texts() {
        let Some(before) = read.get(path).filter(|before| *before != after) else { continue };
        let real = real(path);
        if met.insert(real.clone()) {
            text += &diff::render(&diff::shown(&real, &current), before, after);
        }
    }
    Ok(text)
}

/// Puts the texts in the place of their files, if these still are what was read, and through no link.
///
/// # Errors
/// If a file changed in the meantime or can't be written.
pub fn write(root: &Path, fixed: &Overlay, read: &BTreeMap<PathBuf, String>) -> anyhow::Result<()> {
    let folder = Folder::open(root).with_context(|| format!("can't open {}", root.display()))?;
    // A project can have a file under several names.
    let mut written: BTreeMap<PathBuf, &str> = BTreeMap::new();
    for (path, text) in fixed.texts() {
        let real = viz_files::real(path).with_context(|| format!("can't read {} again", path.display()))?;
        if written.get(&real) == Some(&text) {
            continue;
        }
        let Ok(relative) = real.strip_prefix(folder.path()) else {
            bail!("{} has come to lie outside of the project: nothing is written to it", path.display());
        };
        let now = folder.read(relative, MAX_FILE_BYTES);
        let now = now.with_context(|| format!("can't read {} again", path.display()))?;
        let changed = || format!("{} was changed meanwhile: nothing is written to it", path.display());
        if read.get(path).is_none_or(|before| before.as_bytes() != now) {
            bail!(changed());
        }
        match folder.replace_unchanged(relative, &now, text.as_bytes()) {
            Err(Refused::Changed) => bail!(changed()),
            other => other.with_context(|| format!("can't write {}", path.display()))?,
        }
        written.insert(real, text);
    }
    Ok(())
}
