//! Code actions: all fixes at once, silencing, moving objects in and out of places, and adding what is missing.
//!
//! Each returns plain edits of one or two files. Objects are moved line by line: comments and the form of scalars stay.

mod missing;
mod missing_type;
mod moving;
mod suppress;

use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use viz_check::{Finding, Findings, Severity};
use viz_facts::FactStore;
use viz_project::{CACHE_FOLDER, Code, Project};
use viz_syntax::quoted;
use viz_text::{FileId, TextRange, TextSize};

/// A piece of a file and what goes there. Line ends are those of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextChange {
    /// The file.
    pub file: FileId,
    /// Its bytes.
    pub range: TextRange,
    /// The new text.
    pub text: String,
}

/// Sorts of actions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActionKind {
    /// It takes a finding away.
    QuickFix,
    /// All safe fixes of a file.
    FixAll,
    /// Out of its place.
    Extract,
    /// Into its place.
    Inline,
}

/// Something that can be done at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// What it does; starts with a verb.
    pub title: String,
    /// What sort of action it is.
    pub kind: ActionKind,
    /// The edits; none overlaps another.
    pub changes: Vec<TextChange>,
    /// The code of the finding that it is about.
    pub code: Option<Code>,
}

/// So many findings of a range get actions of their own: who selects a file of thousands wants [`fix_all`], and a list that nobody can read
/// would cost the square of them.
pub const MOST_OFFERED: usize = 100;

/// What can be done in a range of a file besides the fixes of single findings.
pub fn actions(
    project: &Project,
    facts: &FactStore,
    findings: &Findings,
    file: FileId,
    range: TextRange,
) -> Vec<Action> {
    let place = |finding: &Finding| project.resolve(finding.loc);
    let here: Vec<&Finding> = findings
        .iter()
        .filter(|finding| place(finding).is_some_and(|(of, at)| of == file && at.intersect(range).is_some()))
        .collect();
    let mut out = Vec::new();
    let mut seen = Vec::new();
    for (number, finding) in here.iter().enumerate() {
        if number < MOST_OFFERED {
            out.extend(missing::add(project, facts, finding, file));
        }
        if !seen.contains(&finding.code) {
            seen.push(finding.code);
            out.extend(fix_all_of(project, findings, file, finding.code));
        }
    }
    for finding in here.iter().take(MOST_OFFERED) {
        out.extend(suppress::suppress(project, finding, file));
    }
    out.extend(moving::extract(project, file, range.start()));
    out.extend(moving::inline(project, file, range.start()));
    let mut titles = HashSet::new();
    out.retain(|action| titles.insert(action.title.clone()));
    let mut ends = LineEnds::default();
    for action in &mut out {
        ends.put(project, &mut action.changes);
    }
    out
}

/// Adds a file to the includes of its project; `None` where nobody knows how.
pub fn include_file(project: &Project, path: &Path) -> Option<Action> {
    let file = project.files().first()?;
    let below = path.strip_prefix(file.path.parent()?).ok()?;
    let name = below.components().map(|part| part.as_os_str().to_str()).collect::<Option<Vec<_>>>()?.join("/");
    // Blanks around a path are cut, and these would be a variable and a repository.
    if name.trim() != name || name.contains("${") || name.contains(".git") {
        return None;
    }
    let item = format!("  - path: {}\n", quoted(&name, None));
    let mut changes = vec![add_item(project, FileId(0), "includes", &item)?];
    LineEnds::default().put(project, &mut changes);
    let title = format!("add it to `includes` in {}", file.relative);
    Some(Action { title, kind: ActionKind::QuickFix, changes, code: Some(Code::FileNotIncluded) })
}

/// All safe fixes of a file; `None` if there are none.
pub fn fix_all(project: &Project, findings: &Findings, file: FileId) -> Option<Action> {
    let safe = |finding: &&Finding| finding.fix.as_ref().is_some_and(|fix| fix.safe);
    let (changes, _) = together(project, findings.iter().filter(safe), file);
    let title = "apply all safe fixes of this file".to_owned();
    (!changes.is_empty()).then_some(Action { title, kind: ActionKind::FixAll, changes, code: None })
}

/// All fixes of one code in a file, if there are several.
fn fix_all_of(project: &Project, findings: &Findings, file: FileId, code: Code) -> Option<Action> {
    let (changes, count) = together(project, findings.iter().filter(|finding| finding.code == code), file);
    let title = format!("fix all {count} `{code}` of this file");
    (count > 1).then_some(Action { title, kind: ActionKind::QuickFix, changes, code: Some(code) })
}

/// The fixes of findings of a file; of those that touch the same place the first.
fn together<'a>(
    project: &Project,
    findings: impl Iterator<Item = &'a Finding>,
    file: FileId,
) -> (Vec<TextChange>, usize) {
    let mut changes: Vec<TextChange> = Vec::new();
    let mut count = 0;
    // Where pieces begin that are taken, and where they end.
    let mut taken: BTreeMap<(FileId, TextSize), TextSize> = BTreeMap::new();
    let is_own = |file: FileId| {
        let path = &project.file(file).path;
        path.strip_prefix(&project.root).is_ok_and(|below| !below.starts_with(CACHE_FOLDER))
    };
    for finding in findings {
        let Some(fix) = finding.fix.as_ref().filter(|fix| !fix.edits.is_empty()) else { continue };
        if project.resolve(finding.loc).is_none_or(|(of, _)| of != file) {
            continue;
        }
        let wanted: Option<Vec<TextChange>> = fix
            .edits
            .iter()
            .map(|(loc, text)| {
                let (file, range) = project.resolve(*loc)?;
                is_own(file).then(|| TextChange { file, range, text: text.clone() })
            })
            .collect();
        let Some(wanted) = wanted else { continue };
        let is_taken = |one: &TextChange| {
            let before = taken.range(..=(one.file, one.range.end())).next_back();
            before.is_some_and(|((file, _), end)| *file == one.file && *end >= one.range.start())
        };
        if wanted.iter().any(is_taken) {
            continue;
        }
        for one in &wanted {
            let end = taken.entry((one.file, one.range.start())).or_insert(one.range.end());
            *end = one.range.end().max(*end);
        }
        changes.extend(wanted);
        count += 1;
    }
    LineEnds::default().put(project, &mut changes);
    (changes, count)
}

/// Whether lines of files end with two characters.
#[derive(Default)]
struct LineEnds(BTreeMap<FileId, bool>);

impl LineEnds {
    /// Gives texts the line ends of their files.
    fn put(&mut self, project: &Project, changes: &mut [TextChange]) {
        for change in changes {
            let read = || project.file(change.file).document.text().contains("\r\n");
            if *self.0.entry(change.file).or_insert_with(read) && !change.text.contains('\r') {
                change.text = change.text.replace('\n', "\r\n");
            }
        }
    }
}

/// Where the line of an offset begins.
fn line_start(text: &str, offset: TextSize) -> TextSize {
    let at = usize::from(offset);
    TextSize::new(text[..at].rfind('\n').map_or(0, |end| end + 1) as u32)
}

/// An item put at the end of a top-level list of a file; the list is made if it isn't there.
fn add_item(project: &Project, file: FileId, section: &str, item: &str) -> Option<TextChange> {
    let document = &project.file(file).document;
    let text = document.text();
    let end = TextSize::of(text);
    let gap = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    let new = |range, text| Some(TextChange { file, range, text });
    let Some(entry) = document.entries().find(|entry| entry.name() == section) else {
        return new(TextRange::empty(end), format!("{gap}{section}:\n{item}"));
    };
    // Of a list in brackets nobody knows where a line may go.
    let last = entry.items().last()?;
    if !text[entry.range()].contains('\n') {
        return None;
    }
    let after = usize::from(last.range().end());
    let line_end = text[after..].find('\n').map(|at| after + at + 1);
    let column = usize::from(last.range().start() - line_start(text, last.range().start()));
    let dash = column.checked_sub(2)?;
    let item: String =
        item.lines().map(|line| format!("{}{}\n", " ".repeat(dash), line.strip_prefix("  ").unwrap_or(line))).collect();
    match line_end {
        Some(at) => new(TextRange::empty(TextSize::new(at as u32)), item),
        None => new(TextRange::empty(end), format!("\n{item}")),
    }
}

/// Errors and warnings can be silenced; what is wrong with the YAML itself can't.
fn is_silenced_by_comment(finding: &Finding) -> bool {
    finding.code.is_silenceable() && finding.severity <= Severity::Hint
}
