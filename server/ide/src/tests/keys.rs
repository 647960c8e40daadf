//! What is said of keys: hover, and what completion puts behind them.

use super::fixture::Fixture;

fn over(text: &str) -> Option<String> {
    let fixture = Fixture::new(text);
    let found = fixture.hover(&crate::Choices::default())?;
    assert!(found.range.contains_inclusive(fixture.offset), "{found:?}");
    Some(found.markdown)
}

#[test]
fn a_key_tells_type_values_default_and_purpose() {
    assert_eq!(
        over("relations:\n  - name: r\n    jo$0in_type: left\n").unwrap(),
        "**`join_type`** of a relation · inner, left, right, full · default `inner`\n\nKind of join.\n\n\
         values: `inner`, `left`, `right`, `full`"
    );
    assert_eq!(
        over("relations:\n  - {name: r, $0condition: x}\n").unwrap(),
        "**`condition`** of a relation · SQL · required\n\nJoin condition over the columns of two models."
    );
}

#[test]
fn keys_of_mappings_inside_objects_and_of_variants() {
    let display = "inputs:\n  - name: x\n    type: multi-select\n    display:\n      ty$0pe: chips\n";
    assert!(over(display).unwrap().contains("of `display`") && over(display).unwrap().contains("`date-range`"));
    assert!(over("sources:\n  - name: s\n    type: csv\n    deli$0miter: ;\n").unwrap().contains("default `,`"));
    assert!(over("$0models:\n  - name: m\n").unwrap().starts_with("**`models`** of a project · list of model"));
    let filter = "insights:\n  - name: i\n    interactions:\n      - fi$0lter: ?{ x }\n";
    assert!(over(filter).unwrap().contains("Keeps the rows"));
}

#[test]
fn versions_and_older_spellings_are_told() {
    assert!(over("sources:\n  - name: s\n    type: duckdb\n    see$0ds: []\n").unwrap().contains("*since 2.1*"));
    assert!(over("models:\n  - name: s\n    ar$0gs: []\n").unwrap().contains("*until 2.0*"));
    assert!(over("tar$0gets: []\n").unwrap().contains("older spelling of `sources`"));
}

#[test]
fn nothing_is_said_of_unknown_keys_and_of_values() {
    assert_eq!(over("relations:\n  - name: r\n    jion$0_type: left\n"), None);
    assert_eq!(over("relations:\n  - name: r\n    join_type: le$0ft\n"), None);
    assert_eq!(over("# mo$0dels: []\nmodels: []\n"), None);
}

#[test]
fn a_list_begins_with_all_that_is_required() {
    let key = |label: &str, snippet: bool| Fixture::new("$0").changed(label, snippet);
    assert_eq!(key("relations", true), "relations:\n  - name: $1\n    condition: $2");
    assert_eq!(key("relations", false), "relations:\n  - name: \n    condition:");
    assert_eq!(key("destinations", true), "destinations:\n  - name: $1\n    type: ${2|slack,email,console|}");
    assert_eq!(key("charts", true), "charts:\n  - name: $0");
    let nested = Fixture::new("models:\n  - name: m\n    met$0").changed("metrics", true);
    assert_eq!(nested, "metrics:\n  - name: $1\n    expression: $2");
}

#[test]
fn keys_of_the_other_version_are_not_offered() {
    let keys = |version: &str| {
        let text = format!("cli_version: {version}\nmodels:\n  - name: m\n    $0\n");
        let labels: Vec<String> = Fixture::new(&text).completion().into_iter().map(|item| item.label).collect();
        labels.contains(&"args".to_owned())
    };
    assert!(keys("2.0.3") && !keys("2.1.0"));
}
