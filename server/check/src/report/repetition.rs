//! One finding per cause: what is wrong for the same reason at several places is reported at the first of them.

use crate::report::Finding;
use rustc_hash::{FxHashSet, FxHasher};
use std::collections::{HashMap, HashSet};
use std::hash::{Hash, Hasher};
use viz_project::{Code, Related};
use viz_text::{FileId, Loc, TextRange, TextSize};

/// Places of one cause that are listed; the others are counted.
const LISTED: usize = 20;

/// Merges findings with one cause. They are in the order of the project's files.
pub(crate) fn merge(placed: &mut Vec<(FileId, TextRange, Finding)>) {
    drop_follow_ups(placed);
    if !any_repeated(placed) {
        return;
    }
    let mut first: HashMap<(Code, String), usize> = HashMap::new();
    let mut kept: Vec<(FileId, TextRange, Finding)> = Vec::with_capacity(placed.len());
    let mut repeated: HashMap<usize, usize> = HashMap::new();
    for (file, range, finding) in placed.drain(..) {
        let names = finding.code.names_its_cause() && !finding.local;
        let cause = (finding.code, finding.message.clone());
        match first.get(&cause).filter(|_| names) {
            None => {
                first.entry(cause).or_insert(kept.len());
                kept.push((file, range, finding));
            }
            Some(at) => {
                let count = repeated.entry(*at).or_default();
                *count += 1;
                let (_, _, original) = &mut kept[*at];
                if *count <= LISTED {
                    original.related.push(Related { loc: finding.loc, message: "the same here".into() });
                }
                match (&mut original.fix, finding.fix) {
                    (Some(fix), Some(other)) if fix.title == other.title => fix.edits.extend(other.edits),
                    _ => {}
                }
            }
        }
    }
    for (at, count) in repeated.into_iter().filter(|(_, count)| *count > LISTED) {
        kept[at].2.notes.push(format!("the same at {} more places", count - LISTED));
    }
    *placed = kept;
}

/// What of a file's findings may have to do with those of other files: causes, and fixes that are told once.
pub(crate) fn causes(placed: &[(FileId, TextRange, Finding)]) -> Vec<u64> {
    let hash = |(.., finding): &(FileId, TextRange, Finding)| {
        let mut hasher = FxHasher::default();
        match finding.code {
            code if code.names_its_cause() && !finding.local => (code, &finding.message).hash(&mut hasher),
            Code::SqlBind | Code::UnknownColumn | Code::SqlSyntax => fix_of_reference(finding)?.hash(&mut hasher),
            _ => return None,
        }
        Some(hasher.finish())
    };
    let mut causes: Vec<u64> = placed.iter().filter_map(hash).collect();
    causes.sort_unstable();
    causes.dedup();
    causes
}

/// The edits of a fix that several findings have and that is told once.
fn fix_of_reference(finding: &Finding) -> Option<&Vec<(Loc, String)>> {
    finding.fix.as_ref().filter(|fix| fix.title.starts_with("write `${ref(")).map(|fix| &fix.edits)
}

/// Whether a cause may be reported twice: hardly ever, and nothing has to be moved to see that.
fn any_repeated(placed: &[(FileId, TextRange, Finding)]) -> bool {
    let mut seen: FxHashSet<(Code, &str)> = FxHashSet::default();
    let mut causes = placed.iter().filter(|(.., finding)| finding.code.names_its_cause());
    causes.any(|(.., finding)| !seen.insert((finding.code, &finding.message)))
}

/// What can't be read as YAML for a reason that is reported has no further faults: an old `{{ … }}` is no mapping, and the
/// value behind a tag is not what stands there.
fn drop_follow_ups(placed: &mut Vec<(FileId, TextRange, Finding)>) {
    let of = |code: Code| placed.iter().filter(move |(_, _, finding)| finding.code == code);
    // Values begin behind a space.
    let tagged: HashSet<(FileId, u32)> =
        of(Code::CustomTag).map(|(file, range, _)| (*file, u32::from(range.end()) + 1)).collect();
    // In the order of the text, each with how far those up to it reach.
    let mut removed: Vec<(FileId, TextSize, TextSize)> = Vec::new();
    for (file, range, _) in of(Code::RemovedSyntax) {
        let reach = removed.last().filter(|(at, ..)| at == file).map_or(range.end(), |(.., end)| range.end().max(*end));
        removed.push((*file, range.start(), reach));
    }
    // What is told of a source's path, and of a key, says why nothing is there.
    let starts = |codes: &[Code]| -> Vec<(FileId, TextSize)> {
        let found = placed.iter().filter(|(.., finding)| codes.contains(&finding.code));
        found.map(|(file, range, _)| (*file, range.start())).collect()
    };
    let (paths, merges) = (starts(&[Code::RemovedSyntax, Code::UnusableSource]), starts(&[Code::MergeKey]));
    let texts = starts(&[Code::InvalidProp]);
    let begins_in = |starts: &[(FileId, TextSize)], file: FileId, range: TextRange| {
        let at = starts.partition_point(|start| *start < (file, range.start()));
        starts.get(at).is_some_and(|(other, start)| *other == file && *start <= range.end())
    };
    let is_in = |starts: &[(FileId, TextSize)], file: FileId, range: TextRange, reach: u32| {
        let at = starts.partition_point(|start| *start <= (file, range.start()));
        let before = at.checked_sub(1).and_then(|at| starts.get(at));
        before.is_some_and(|(other, start)| *other == file && range.start() - *start <= TextSize::new(reach))
    };
    let merged: HashSet<_> = placed
        .iter()
        .filter(|(.., finding)| finding.code == Code::DuplicateKey && finding.fix.is_some())
        .map(|(file, _, finding)| (*file, finding.object.clone()))
        .collect();
    let mut fixes = HashSet::new();
    placed.retain(|(file, range, finding)| match finding.code {
        Code::DatabaseMissing | Code::UnsetVariable => !begins_in(&paths, *file, *range),
        // Of two objects in one, each key comes twice.
        Code::DuplicateKey => finding.fix.is_some() || !merged.contains(&(*file, finding.object.clone())),
        Code::UnknownKey => merges.binary_search(&(*file, range.start())).is_err(),
        // `?( ${ref(orders).city} )`.
        Code::ReferenceNotReplaced => !is_in(&texts, *file, *range, 3),
        // `ref(orders).city` has neither such a function nor such a column.
        Code::SqlBind | Code::UnknownColumn | Code::SqlSyntax => {
            fix_of_reference(finding).is_none_or(|edits| fixes.insert(edits.clone()))
        }
        code if code.follows_a_tag() => !tagged.contains(&(*file, range.start().into())),
        Code::YamlSyntax => {
            let before = removed.partition_point(|(at, start, _)| (at, start) <= (file, &range.start()));
            let last = before.checked_sub(1).map(|last| removed[last]);
            !last.is_some_and(|(at, _, reach)| at == *file && range.end() <= reach)
        }
        _ => true,
    });
}
