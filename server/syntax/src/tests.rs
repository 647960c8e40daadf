//! Tests of the crate as a whole: segmented against one piece, incremental against fresh, broken against intact.

mod broken;
mod differential;
mod incremental;
mod large;
mod line_ends;
mod sample;

use crate::{Document, Node, NodeKind, TopValue};
use std::fmt::Write;

/// Everything a document says, with absolute places and without ids, one thing a line.
fn dump(doc: &Document) -> String {
    let mut out = String::new();
    for entry in doc.entries() {
        let _ = writeln!(out, "top {:?} {:?}", entry.key().range(), entry.name());
        match entry.value() {
            TopValue::Missing => out.push_str(" missing\n"),
            TopValue::Items(items) => items.into_iter().for_each(|item| node(&mut out, item, 1)),
            TopValue::Node(value) => node(&mut out, value, 1),
        }
    }
    for problem in doc.problems() {
        let range = doc.range(problem.loc);
        let _ = writeln!(out, "problem {:?} {range:?} {}", problem.kind, problem.message);
    }
    for one in doc.suppressions() {
        let codes: Vec<_> = one.codes.iter().map(|(code, loc)| (code, doc.range(*loc))).collect();
        let places = (doc.range(one.loc), doc.range(one.removal), one.scope);
        let _ = writeln!(out, "suppression {codes:?} {places:?}");
    }
    out
}

fn node(out: &mut String, one: Node<'_>, depth: usize) {
    let pad = " ".repeat(depth);
    let _ = writeln!(out, "{pad}{:?} {:?}", one.kind(), one.range());
    match one.kind() {
        NodeKind::Mapping => {
            for entry in one.all_entries() {
                let _ = writeln!(out, "{pad} entry {}", if entry.duplicate { "duplicate" } else { "" });
                node(out, entry.key, depth + 2);
                node(out, entry.value, depth + 2);
            }
        }
        NodeKind::Sequence => one.items().for_each(|item| node(out, item, depth + 1)),
        NodeKind::Scalar => {
            let scalar = one.scalar().expect("its kind says so");
            let _ = writeln!(out, "{pad} {:?} {:?} {:?}", scalar.style(), scalar.value(), scalar.resolved());
        }
        NodeKind::Alias | NodeKind::Error => {}
    }
}

/// Checks the source map of every scalar below a node.
fn check_mapped(doc: &Document, one: Node<'_>) {
    for entry in one.all_entries() {
        check_mapped(doc, entry.key);
        check_mapped(doc, entry.value);
    }
    one.items().for_each(|item| check_mapped(doc, item));
    let Some(scalar) = one.scalar() else { return };
    let mapped = scalar.mapped();
    assert_eq!(mapped.text(), scalar.value());
    let mut end = None;
    for piece in mapped.pieces() {
        let source = doc.range(piece.loc).expect("a piece lies in its document");
        assert!(end.is_none_or(|end| end <= source.start()), "pieces go forward");
        end = Some(source.end());
        if piece.linear {
            assert_eq!(mapped.slice(piece.range), &doc.text()[source]);
        }
    }
    let whole = mapped.pieces().len() == 1 && !mapped.pieces()[0].linear && mapped.text().len() > 4;
    assert!(!whole, "the decoder gave up on {:?}", one.text());
}
