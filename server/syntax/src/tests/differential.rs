//! Segments against one piece.

use super::{check_maps, dump, sample};
use crate::document::SegmentKind;
use crate::reuse::parse_in_one_piece;
use crate::{Document, ProblemKind};

/// Compares, if the text is YAML; whether it was and is cut into segments.
fn compare(text: &str) -> bool {
    let doc = Document::parse(text);
    check_maps(&doc);
    let Some(whole) = parse_in_one_piece(text) else {
        return false;
    };
    if doc.segments()[0].kind == SegmentKind::Whole {
        return false;
    }
    if whole.problems().iter().any(|problem| problem.kind == ProblemKind::MultiDocument) {
        return false;
    }
    assert_eq!(dump(&doc), dump(&whole), "{text}");
    true
}

#[test]
fn segments_give_the_tree_of_the_whole() {
    for text in sample::VALID {
        assert!(compare(text), "{text}");
    }
    let project = sample::project(8);
    assert!(compare(&project));
    assert!(compare(&project.replace('\n', "\r\n")));
    assert!(compare(&format!("\u{feff}{project}")));
    assert!(compare(&format!("---\n{project}...\n")));
    // At the column of their section.
    let flat: Vec<&str> = project.lines().map(|line| line.strip_prefix("  ").unwrap_or(line)).collect();
    assert!(compare(&flat.join("\n")));
}

/// Run by hand over the files that a file names, one a line: `VIZ_YAML_FILES=list.txt cargo test files_of -- --nocapture`.
#[test]
fn files_of_the_environment_give_the_same_tree() {
    let list = std::env::var("VIZ_YAML_FILES").unwrap_or_default();
    let files = std::fs::read_to_string(list).unwrap_or_default();
    let (mut all, mut cut, mut differ) = (0, 0, 0);
    for file in files.lines() {
        let Ok(text) = std::fs::read_to_string(file) else { continue };
        all += 1;
        let seen = std::panic::catch_unwind(|| compare(&text));
        match seen {
            Ok(seen) => cut += usize::from(seen),
            Err(_) => {
                differ += 1;
                eprintln!("differs: {file}");
            }
        }
        let ours = Document::parse(&text).problems().iter().any(|problem| {
            matches!(problem.kind, ProblemKind::Syntax | ProblemKind::MultiDocument | ProblemKind::UnknownAlias)
        });
        let theirs = crate::oracle::oracle(&text);
        if ours != theirs.is_some() {
            eprintln!("oracle: {file} {theirs:?} {:?}", Document::parse(&text).problems().first());
        }
    }
    if all > 0 {
        eprintln!("{all} files, {cut} cut and the same");
    }
    assert_eq!(differ, 0);
}
