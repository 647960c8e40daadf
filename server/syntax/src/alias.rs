//! What aliases stand for. Anchors hold for the rest of the file, so this crosses segments.

use crate::document::Inner;
use crate::problem::{Problem, ProblemKind};
use crate::tree::{Data, NodeIndex};
use std::collections::{HashMap, HashSet};
use viz_text::{Loc, TextRange};

/// An anchor that stands for more nodes than this is not followed ("a billion laughs").
const MAX_NODES: u64 = 20_000;

/// Stop following aliases once those of a file stand for this many nodes: a few lines of aliases can stand for billions.
const MAX_ALL_NODES: u64 = 200_000;

/// Nor those of a file for more bytes of scalars: each alias of a long query is one more query to check.
const MAX_ALL_BYTES: u64 = 1 << 20;

/// How much there is below a node, with aliases followed.
#[derive(Debug, Clone, Copy, Default)]
struct Size {
    nodes: u64,
    /// Of scalars.
    bytes: u64,
}

type Place = (u32, NodeIndex);

/// The aliases of a document.
#[derive(Debug, Default)]
pub(crate) struct Aliases {
    targets: HashMap<Place, Place>,
    problems: Vec<(ProblemKind, u32, TextRange, String)>,
    /// Segments with aliases that are not followed, each once.
    pub left_out: Vec<u32>,
}

/// An anchor seen so far.
struct Anchor {
    place: Place,
    /// What it stands for; asked when it is first used.
    size: Option<Size>,
}

impl Aliases {
    pub fn new(doc: &Inner) -> Self {
        let mut all = Aliases::default();
        let mut anchors: HashMap<&str, Anchor> = HashMap::new();
        let mut sum = Size::default();
        // One cause, one problem: at the first alias that isn't followed.
        let mut left_out: Option<(usize, usize)> = None;
        for (segment, tree) in doc.trees.iter().enumerate() {
            if tree.anchors.is_empty() && tree.aliases.is_empty() {
                continue;
            }
            let text = doc.segment_text(segment);
            let segment = segment as u32;
            let mut next = 0;
            // An alias sees the anchors before it.
            for alias in &tree.aliases {
                let at = tree.node(*alias).range;
                while let Some(anchor) = tree.anchors.get(next).filter(|anchor| anchor.range.start() < at.start()) {
                    all.define(&mut anchors, &anchor.name, segment, anchor.range, anchor.node);
                    next += 1;
                }
                let name = text[at].strip_prefix('*').unwrap_or_default();
                let Some(anchor) = anchors.get_mut(name) else {
                    let message = format!("no anchor `&{name}` stands before this");
                    all.problems.push((ProblemKind::UnknownAlias, segment, at, message));
                    continue;
                };
                let inside = anchor.place.0 == segment && tree.node(anchor.place.1).range.contains_range(at);
                if inside {
                    let message = format!("`*{name}` stands inside of what it names");
                    all.problems.push((ProblemKind::UnknownAlias, segment, at, message));
                    continue;
                }
                let size = *anchor.size.get_or_insert_with(|| all.size(doc, anchor.place));
                let with = Size { nodes: sum.nodes + size.nodes, bytes: sum.bytes + size.bytes };
                if size.nodes > MAX_NODES || with.nodes > MAX_ALL_NODES || with.bytes > MAX_ALL_BYTES {
                    if all.left_out.last() != Some(&segment) {
                        all.left_out.push(segment);
                    }
                    match &mut left_out {
                        Some((_, more)) => *more += 1,
                        None => {
                            left_out = Some((all.problems.len(), 0));
                            let message =
                                format!("`*{name}` stands for too much to follow: what it is used for is not checked");
                            all.problems.push((ProblemKind::AliasTooLarge, segment, at, message));
                        }
                    }
                } else {
                    sum = with;
                    all.targets.insert((segment, *alias), anchor.place);
                }
            }
            for anchor in &tree.anchors[next..] {
                all.define(&mut anchors, &anchor.name, segment, anchor.range, anchor.node);
            }
        }
        if let Some((first, more)) = left_out.filter(|(_, more)| *more > 0) {
            let message = &mut all.problems[first].3;
            message.push_str(&format!(", nor is it for {more} other aliases of this file"));
        }
        all
    }

    fn define<'a>(
        &mut self,
        anchors: &mut HashMap<&'a str, Anchor>,
        name: &'a str,
        segment: u32,
        range: TextRange,
        node: NodeIndex,
    ) {
        let anchor = Anchor { place: (segment, node), size: None };
        if anchors.insert(name, anchor).is_some() {
            let message = format!("the anchor `&{name}` is taken already, and the project loader refuses a second one");
            self.problems.push((ProblemKind::DuplicateAnchor, segment, range, message));
        }
    }

    /// What is below a place; nothing is counted beyond what is too much. Aliases inside it come before the one that asks, so they are resolved.
    fn size(&self, doc: &Inner, place: Place) -> Size {
        let mut size = Size::default();
        let mut open = vec![place];
        while let Some((segment, index)) = open.pop() {
            size.nodes += 1;
            if size.nodes > MAX_NODES || size.bytes > MAX_ALL_BYTES {
                break;
            }
            let tree = &doc.trees[segment as usize];
            let node = tree.node(index);
            match node.data {
                Data::Alias => open.extend(self.targets.get(&(segment, index))),
                Data::Mapping { .. } => {
                    open.extend(
                        tree.entries_of(index).iter().flat_map(|entry| [(segment, entry.key), (segment, entry.value)]),
                    );
                }
                Data::Sequence { .. } => open.extend(tree.items_of(index).iter().map(|item| (segment, *item))),
                Data::Scalar { .. } => size.bytes += u64::from(u32::from(node.range.len())),
                Data::Error => {}
            }
        }
        size
    }

    /// What an alias stands for.
    pub fn target(&self, alias: Place) -> Option<Place> {
        let target = *self.targets.get(&alias)?;
        // An anchor on an alias isn't YAML, so one step is enough; a second one is harmless.
        Some(self.targets.get(&target).copied().unwrap_or(target))
    }

    pub fn problems(&self, doc: &Inner, problems: &mut Vec<Problem>) {
        let mut seen = HashSet::new();
        for (kind, segment, range, message) in &self.problems {
            if seen.insert((*segment, *range, *kind)) {
                let loc = Loc::new(doc.segments[*segment as usize].id, *range);
                problems.push(Problem { kind: *kind, loc, message: message.clone() });
            }
        }
    }
}
