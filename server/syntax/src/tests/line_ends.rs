//! Line ends of YAML 1.1, against what the reference's loader said of the same texts.

use crate::{Document, ProblemKind};

/// Made by `tests/data/line_ends.py`.
const EXPECTED: &str = include_str!("../../../../tests/data/line_ends.json");

#[derive(serde::Deserialize, Debug, PartialEq)]
#[serde(untagged)]
enum Said {
    Keys(Vec<String>),
    Other(String),
}

fn is_refused(doc: &Document) -> bool {
    doc.problems().iter().any(|problem| matches!(problem.kind, ProblemKind::Syntax | ProblemKind::Tab))
        || doc.refusal().is_some()
}

#[test]
fn texts_are_cut_where_the_loader_cuts_them() {
    let cases: Vec<(String, Said)> = serde_yaml::from_str(EXPECTED).expect("JSON is YAML");
    let (mut accepted, mut refused) = (0, 0);
    for (text, said) in &cases {
        let doc = Document::parse(text);
        assert!(doc.problems().iter().all(|problem| doc.range(problem.loc).is_some()));
        super::dump(&doc);
        match said {
            Said::Keys(keys) => {
                accepted += 1;
                let mut found: Vec<&str> = Vec::new();
                for entry in doc.entries() {
                    if !found.contains(&entry.name()) {
                        found.push(entry.name());
                    }
                }
                assert!(!is_refused(&doc), "{text:?} {:?} {:?}", doc.problems(), doc.refusal());
                assert_eq!(&found, keys, "{text:?}");
            }
            Said::Other(word) if word == "refused" => {
                refused += 1;
                assert!(is_refused(&doc), "{text:?}");
            }
            Said::Other(_) => {}
        }
    }
    assert!(accepted > 50 && refused > 50, "{accepted} {refused}");
}

/// Places in a text are places of that text.
#[test]
fn places_stay() {
    let text = "name: é\u{2028}models:\u{85}  - name: m # c\u{2029}    sql: select 1\n";
    let doc = Document::parse(text);
    assert_eq!(doc.problems(), []);
    let item = doc.get("models").and_then(|entry| entry.items().next()).expect("an item");
    let sql = item.get("sql").expect("a key");
    assert_eq!(&text[sql.range()], "select 1");
    assert_eq!(doc.reparse(&text.replace("select", "Select")).problems(), []);
}
