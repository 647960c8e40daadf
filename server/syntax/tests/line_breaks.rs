//! Lines end as the reference's loader ends them: `line-breaks.tsv` holds what PyYAML makes of scalars of every style with every kind of
//! line end (`server/syntax/generate/line_breaks.py` writes it).

use viz_syntax::testing::check_maps;
use viz_syntax::{Document, TopValue};

#[test]
fn scalars_of_all_styles() {
    let (mut count, mut wrong) = (0, Vec::new());
    for line in include_str!("line-breaks.tsv").lines() {
        let (text, value) = line.split_once('\t').expect("two fields");
        let read = |json: &str| serde_json::from_str::<String>(json).expect("a text");
        let (text, value) = (read(text), read(value));
        let doc = Document::parse(&text);
        assert_eq!(doc.problems(), [], "{text:?}");
        check_maps(&doc);
        let entry = doc.get("k").unwrap_or_else(|| panic!("{text:?}"));
        let TopValue::Node(node) = entry.value() else { panic!("{text:?}") };
        count += 1;
        let found = node.scalar().expect("a scalar");
        if found.value() != value {
            wrong.push(format!("{text:?}: {:?}, not {value:?}", found.value()));
        }
    }
    assert!(count > 1_000, "{count}");
    assert!(wrong.is_empty(), "{} of {count}: {:#?}", wrong.len(), &wrong[..wrong.len().min(30)]);
}
