//! What the tree tells of lines: which of them continue something that began above, where keys begin, and what ends a line.

use crate::format::Reformat;
use crate::format::lines::{self, Line};
use crate::format::walk::{Seen, is_alias};
use rustc_hash::FxHashSet;
use viz_syntax::{Document, Style};
use viz_text::{TextRange, TextSize};

/// How a line continues what began above.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Inside {
    /// It does not.
    Nothing,
    /// Quoted text, text without quotes, `{…}` or `[…]`.
    Flow,
    /// A block scalar.
    Block,
    /// A blank line below a block scalar whose text is indented so far: with no more blanks it is an empty line.
    BelowBlock(usize),
}

/// What the tree tells of the lines of a text.
#[derive(Debug)]
pub(super) struct Roles {
    /// For each line.
    pub inside: Vec<Inside>,
    /// Where keys of mappings begin, behind their anchors and tags.
    keys: FxHashSet<usize>,
    /// Up to where nodes reach on each line.
    reach: Vec<usize>,
    /// Whether the end of each line is text of a scalar.
    ends_in_scalar: Vec<bool>,
}

impl Roles {
    /// Reads them off the nodes.
    pub fn new(document: &Document, nodes: &[Seen<'_>], lines: &[Line]) -> Self {
        let mut roles = Self {
            inside: vec![Inside::Nothing; lines.len()],
            keys: FxHashSet::default(),
            reach: vec![0; lines.len()],
            ends_in_scalar: vec![false; lines.len()],
        };
        let text = document.text();
        for Seen { node, is_block_key, .. } in nodes {
            let range = std::ops::Range::<usize>::from(node.range());
            if *is_block_key {
                roles.keys.insert(range.start);
            }
            let end = range.start + text[range.clone()].trim_end_matches(['\n', '\r']).len();
            let (first, last) = (lines::at(lines, range.start), lines::at(lines, end));
            if range.is_empty() {
                continue;
            }
            roles.reach[last] = roles.reach[last].max(end);
            if is_alias(*node) {
                continue;
            }
            match node.scalar().map(|scalar| scalar.style()) {
                Some(Style::Literal | Style::Folded) => roles.block(text, lines, range.start, last),
                Some(_) => {
                    roles.ends_in_scalar[first..last].fill(true);
                    roles.inside[first + 1..=last.max(first)].fill(Inside::Flow);
                }
                // What is in another is done.
                None if node.is_flow() && roles.inside[last] != Inside::Flow => {
                    roles.inside[first + 1..=last.max(first)].fill(Inside::Flow)
                }
                None => {}
            }
        }
        roles
    }

    /// A block scalar whose `|` stands there, up to this line.
    fn block(&mut self, text: &str, lines: &[Line], start: usize, last: usize) {
        let first = lines::at(lines, start);
        self.ends_in_scalar[first..=last].fill(true);
        self.inside[first + 1..=last.max(first)].fill(Inside::Block);
        let indented =
            lines[first + 1..=last.max(first)].iter().find(|line| !line.is_blank(text)).map(|line| line.indent);
        // Where a number tells the indentation, the first line of text may stand deeper.
        let told = text[start..lines[first].end]
            .split(' ')
            .next()
            .is_some_and(|head| head.contains(|c: char| c.is_ascii_digit()));
        let indented = indented.filter(|_| !told);
        for (number, line) in lines.iter().enumerate().skip(last + 1).take_while(|(_, line)| line.is_blank(text)) {
            self.inside[number] = match indented {
                Some(indented) if line.end - line.start <= indented => Inside::BelowBlock(indented),
                _ => Inside::Block,
            };
            self.ends_in_scalar[number] = self.inside[number] == Inside::Block;
        }
    }

    /// Whether a key of a mapping begins here, perhaps with an anchor or a tag.
    pub fn is_key(&self, text: &str, mut at: usize, end: usize) -> bool {
        loop {
            if self.keys.contains(&at) {
                return true;
            }
            let rest = &text[at..end];
            let Some(word) = rest.starts_with(['&', '!']).then(|| rest.find(' ')).flatten() else { return false };
            at = end - rest[word..].trim_start_matches(' ').len();
        }
    }

    /// The edits that take blanks away at the ends of lines: not those of comments and scalars.
    pub fn blanks_behind(&self, text: &str, lines: &[Line], range: TextRange) -> Vec<Reformat> {
        let edit = |(number, line): (usize, &Line)| {
            let from = self.reach[number].clamp(line.start, line.end);
            let rest = &text[from..line.end];
            if self.ends_in_scalar[number] || rest.contains('#') {
                return None;
            }
            let start = from + rest.trim_end_matches([' ', '\t']).len();
            let blanks = TextRange::new(TextSize::new(start as u32), TextSize::new(line.end as u32));
            (!blanks.is_empty() && range.contains_range(blanks))
                .then(|| Reformat { range: blanks, text: String::new() })
        };
        lines.iter().enumerate().filter_map(edit).collect()
    }
}
