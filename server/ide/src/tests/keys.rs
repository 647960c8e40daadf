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
fn words_of_a_fixed_set_tell_what_they_are_for() {
    let left = over("relations:\n  - name: r\n    join_type: le$0ft\n").unwrap();
    assert!(left.starts_with("`left`\n\n**`join_type`** of a relation") && left.contains("`full`"), "{left}");
    let radio = over("inputs:\n  - name: a\n    type: single-select\n    display: { type: ra$0dio }\n").unwrap();
    assert!(radio.contains("of `display`"), "{radio}");
    assert_eq!(over("relations:\n  - name: r\n    join_type: lef$0\n"), None);
}

#[test]
fn nothing_is_said_of_unknown_keys_and_of_texts() {
    assert_eq!(over("relations:\n  - name: r\n    jion$0_type: left\n"), None);
    assert_eq!(over("models:\n  - name: r\n    description: le$0ft\n"), None);
    assert_eq!(over("# mo$0dels: []\nmodels: []\n"), None);
}

#[test]
fn a_list_begins_with_all_that_is_required() {
    let key = |label: &str, snippet: bool| Fixture::new("$0").changed(label, snippet);
    assert_eq!(key("relations", true), "relations:\n  - name: $1\n    condition: $0");
    assert_eq!(key("relations", false), "relations:\n  - name: \n    condition:");
    assert_eq!(key("destinations", true), "destinations:\n  - name: $1\n    type: ${2|slack,email,console|}");
    assert_eq!(key("charts", true), "charts:\n  - name: $0");
    let nested = Fixture::new("models:\n  - name: m\n    met$0").changed("metrics", true);
    assert_eq!(nested, "metrics:\n  - name: $1\n    expression: $0");
}

/// What is inserted is valid once it is filled in.
#[test]
fn a_list_begins_with_what_makes_an_object_whole() {
    let key = |label: &str| Fixture::new("$0").changed(label, true);
    assert_eq!(key("inputs"), "inputs:\n  - name: $1\n    type: ${2|single-select,multi-select|}\n    options: $0");
    assert_eq!(key("insights"), "insights:\n  - name: $1\n    props:\n      type: $0");
    assert_eq!(key("models"), "models:\n  - name: $1\n    source: \\${ref($2)\\}\n    sql: $0");
    let with_default = Fixture::new("defaults: { source_name: a }\n$0").changed("models", true);
    assert_eq!(with_default, "models:\n  - name: $1\n    sql: $0");
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
