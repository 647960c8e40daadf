//! What must hold of every document, for the tests of this crate and for fuzz targets (`tests/fuzz`).

pub mod sample;

use crate::{
    Cursor, Document, Node, NodeKind, TopValue, almost_references, cursor, env_references, evaluation, query_string,
    references,
};
use std::collections::HashSet;
use std::fmt::Write;
use viz_text::{TextRange, TextSize};

/// Everything a document says, with absolute places and without ids, one thing a line.
pub fn dump(doc: &Document) -> String {
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

/// A node with everything below it, for [`dump`].
pub fn node(out: &mut String, one: Node<'_>, depth: usize) {
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

/// Checks the source maps of all scalars of a document that has no problems.
///
/// # Panics
/// If a map is wrong, or if the decoder gave up.
pub fn check_maps(doc: &Document) {
    for entry in doc.entries() {
        check_mapped(doc, entry.key());
        check_mapped(doc, entry.node());
        entry.items().for_each(|item| check_mapped(doc, item));
    }
}

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

/// Checks that segments lie side by side and that problems lie in the text.
///
/// # Panics
/// If they don't.
pub fn check_shape(doc: &Document) {
    let mut at = TextSize::new(0);
    let mut ids = HashSet::new();
    for segment in doc.segments() {
        assert_eq!(segment.range.start(), at);
        assert!(ids.insert(segment.id), "an id is used twice");
        at = segment.range.end();
    }
    assert_eq!(at, TextSize::of(doc.text()));
    for problem in doc.problems() {
        let range = doc.range(problem.loc).expect("a problem lies in its document");
        assert!(doc.text().get(usize::from(range.start())..usize::from(range.end())).is_some(), "{problem:?}");
    }
}

/// Checks that what the small languages inside scalars find lies in the content.
///
/// # Panics
/// If it doesn't.
pub fn check_content(content: &str) {
    let inside = |range: TextRange| content.get(usize::from(range.start())..usize::from(range.end())).is_some();
    let real = references(content);
    for one in &real {
        assert!(inside(one.range) && inside(one.name_range) && one.path_range.is_none_or(inside), "{one:?}");
    }
    for one in almost_references(content) {
        assert!(inside(one.range) && one.name_range.is_none_or(inside) && one.path_range.is_none_or(inside), "{one:?}");
        assert!(real.iter().all(|real| real.range.intersect(one.range).is_none_or(|r| r.is_empty())), "{one:?}");
    }
    assert!(env_references(content).iter().all(|one| inside(one.0)));
    if let Some(Ok(query)) = query_string(content) {
        assert!(inside(query.body) && query.slice_range.is_none_or(inside), "{query:?}");
    }
    let _ = evaluation(content);
    for (at, _) in content.char_indices() {
        if let Cursor::RefName { replace, .. } | Cursor::RefPath { replace, .. } | Cursor::Open { replace } =
            cursor(content, TextSize::new(at as u32))
        {
            assert!(inside(replace) && replace.start() <= TextSize::new(at as u32), "{replace:?} at {at}");
        }
    }
}
