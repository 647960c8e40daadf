//! Lines that stick out to the left of the item or pair they stand in: half a key typed at column 0, a line of a block
//! that lost its indentation, the marks of a merge conflict.

use crate::builder::{self, Region};
use crate::line;
use crate::problem::ProblemKind;
use crate::scalar::Style;
use crate::tree::{Data, NodeData, Tree, range};
use viz_text::TextRange;

/// Parses the segment as if those lines were blank. Answers whether that was all that was wrong; if not, the tree is as
/// before.
pub(super) fn recover(tree: &mut Tree, text: &str) -> bool {
    let strays = strays(text);
    if strays.is_empty() {
        return false;
    }
    // As many spaces, so that all places stay the same.
    let mut blanked = text.to_owned();
    for stray in &strays {
        let (start, end) = (usize::from(stray.start()), usize::from(stray.end()));
        blanked.replace_range(start..end, &" ".repeat(end - start));
    }
    let Ok(root) = builder::parse(tree, &blanked, Region { start: 0, end: text.len() }) else { return false };
    tree.root = root;
    let blocks = blocks(tree);
    for stray in strays {
        let message = explain(&blocks, text, stray);
        tree.problem(ProblemKind::Syntax, stray, message);
    }
    // A value may go on behind a stray line.
    for node in &mut tree.nodes {
        if let Data::Scalar { value: crate::tree::Value::Source(range), .. } = &node.data
            && text[*range] != blanked[*range]
        {
            let content = blanked[*range].into();
            let Data::Scalar { value, .. } = &mut node.data else { continue };
            *value = crate::tree::Value::Owned(content);
        }
    }
    true
}

/// The text of lines after the first that are indented no deeper than it and begin neither an item nor a key.
fn strays(text: &str) -> Vec<TextRange> {
    let mut all = Vec::new();
    let mut base = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let body = line.trim_start_matches(' ');
        let indent = line.len() - body.len();
        let start = at + indent;
        at += line.len();
        if body.trim().is_empty() || body.starts_with(['#', '\t']) {
            continue;
        }
        let Some(base) = base else {
            base = Some(indent);
            continue;
        };
        if indent <= base && !line::is_item(body.as_bytes()) && line::key_colon(body).is_none() {
            all.push(range(start, start + body.trim_end().len()));
        }
    }
    all
}

/// Where block scalars stand, in the order of the text.
fn blocks(tree: &Tree) -> Vec<TextRange> {
    let mut blocks: Vec<TextRange> = tree.nodes.iter().filter_map(block).collect();
    blocks.sort_unstable_by_key(|block| block.start());
    blocks
}

fn block(node: &NodeData) -> Option<TextRange> {
    match node.data {
        Data::Scalar { style: Style::Literal | Style::Folded, source, .. } => Some(source),
        _ => None,
    }
}

fn explain(blocks: &[TextRange], text: &str, stray: TextRange) -> String {
    let word = &text[stray];
    if ["<<<<<<<", "=======", ">>>>>>>"].iter().any(|mark| word.starts_with(mark)) {
        return "this is the mark of a merge conflict".to_owned();
    }
    // Blocks stand beside each other, never in each other.
    let before = blocks.partition_point(|block| block.start() <= stray.start());
    if blocks[..before].last().is_some_and(|block| block.contains_range(stray)) {
        return "this line is indented less than the block it belongs to".to_owned();
    }
    format!("expected a key or a list item here; `{word}` is neither")
}
