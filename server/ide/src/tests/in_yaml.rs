//! What others called something is put in so that YAML reads it as it is, or it is not offered.

use super::fixture::{Fixture, ROOT};
use crate::CompletionKind;
use viz_facts::{Answer, Column, OptionValues};
use viz_project::Kind;
use viz_syntax::{Plain, TopValue};
use viz_text::FileId;

/// Names that YAML reads as something else where they stand without quotes.
const NAMES: [&str; 14] =
    ["null", "true", "1", "1e3", "~", "a: b", "- x", "#x", "it's", "say \"x\"", "a #b", "[a, b]", "b:", "*x"];

/// Places of a scalar; `@` is what stands in it up to the cursor.
const PLACES: [&str; 5] = ["KEY: @$0", "KEY: \"@$0\"", "KEY: '@$0'", "KEY: \"@$0", "KEY: '@$0"];

/// What YAML makes of the value of the last of these keys, in the last item of each list.
fn value(text: &str, keys: &[&str]) -> Plain {
    let fixture = Fixture::new(text);
    let document = &fixture.project.file(FileId(0)).document;
    let top = document.entries().find(|entry| entry.name() == keys[0]).expect("the first key");
    let mut value = match top.value() {
        TopValue::Missing => Plain::Null,
        TopValue::Items(items) => Plain::List(items.into_iter().map(Plain::of).collect()),
        TopValue::Node(node) => Plain::of(node),
    };
    for key in &keys[1..] {
        if let Plain::List(items) = &mut value {
            value = items.pop().expect("an item");
        }
        let Plain::Mapping(entries) = value else { return value };
        value = entries.into_iter().find(|(name, _)| name == key).map_or(Plain::Null, |(_, value)| value);
    }
    value
}

/// The text with the item that is called so put in; `None` where it is not offered.
fn chosen(text: &str, label: &str) -> Option<String> {
    let fixture = Fixture::new(text);
    let items = fixture.completion();
    let item = items.iter().find(|item| item.label == label)?;
    let typed = &fixture.text()[usize::from(item.replace.start())..usize::from(fixture.offset)];
    assert!(item.filter.starts_with(typed), "{typed:?} finds {item:?}");
    let mut after = fixture.applied(item, false);
    // The quote that is still to be typed.
    let line = text.lines().last().unwrap_or_default();
    let quote = ['"', '\''].into_iter().find(|quote| line.contains(&format!(": {quote}")));
    after.extend(quote.filter(|_| text.ends_with("$0")));
    Some(after)
}

#[test]
fn names_of_sources_and_options() {
    for name in NAMES {
        let quoted = viz_syntax::double_quoted(name);
        for place in PLACES {
            let line = place.replace('@', "");
            let sources = format!("sources:\n  - name: {quoted}\n    type: duckdb\ndefaults:\n  ");
            let text = sources + &line.replace("KEY", "source_name");
            let after = chosen(&text, name).unwrap_or_else(|| panic!("{name} is offered at {place}"));
            assert_eq!(value(&after, &["defaults", "source_name"]), Plain::Text(name.into()), "{after}");
            let input = format!(
                "inputs:\n  - name: i\n    type: single-select\n    options: [{quoted}]\n    display:\n      default:\n        "
            );
            let after =
                chosen(&(input + &line.replace("KEY", "value")), name).unwrap_or_else(|| panic!("{name} is offered"));
            assert_eq!(value(&after, &["inputs", "display", "default", "value"]), Plain::Text(name.into()), "{after}");
        }
    }
}

#[test]
fn names_of_files_and_folders() {
    for name in NAMES {
        for (folder, typed) in [("", ""), ("", "."), ("sub/", "sub/")] {
            for place in PLACES {
                let line = place.replace('@', if typed == "." { "" } else { typed }).replace("KEY", "path");
                let file = format!("{name}.yml");
                let main = format!(
                    "//- /{folder}{file}\nmodels: []\n//- /{folder}{name}/x.yml\nmodels: []\n//- /project.visivo.yml\nname: p\nincludes:\n  - {line}"
                );
                for entry in [file.as_str(), name] {
                    let text = main.clone();
                    let fixture = Fixture::new(&text);
                    let items = fixture.completion();
                    let Some(_) = items.iter().find(|item| item.label == entry) else {
                        panic!("{entry} is offered at {place}: {items:?}")
                    };
                    let after = chosen(&text, entry).expect("it is offered");
                    let project = after.clone();
                    assert_eq!(
                        value(&project, &["includes", "path"]),
                        Plain::Text(format!("{folder}{entry}")),
                        "{after}"
                    );
                }
            }
        }
    }
}

#[test]
fn columns_in_sql() {
    for name in NAMES {
        let sql = name.replace('"', "\"\"");
        let places = PLACES.iter().flat_map(|place| ["", "sum("].map(|typed| place.replace('@', typed)));
        for place in places.chain(["KEY: |-\n          @$0".replace('@', ""), "KEY: >-\n          sum($0".to_owned()]) {
            let model = format!(
                "models:\n  - name: m\n    sql: |\n      select 1 as \"{sql}\" from t\n    metrics:\n      - name: x\n        "
            );
            let text = model + &place.replace("KEY", "expression");
            let Some(after) = chosen(&text, name) else { continue };
            let Plain::Text(found) = value(&after, &["models", "metrics", "expression"]) else {
                panic!("it is no text any more: {after}")
            };
            assert_eq!(found.trim_start_matches("sum("), format!("\"{sql}\""), "{after}");
        }
        // In a block nothing has to be left out. (What a select list calls a value is no column to start with.)
        if ["null", "true"].contains(&name) {
            continue;
        }
        let block = format!(
            "models:\n  - name: m\n    sql: |\n      select 1 as \"{sql}\" from t\n    metrics:\n      - name: x\n        expression: |-\n          sum($0"
        );
        assert!(chosen(&block, name).is_some(), "{name}");
    }
}

/// What ends a line, or does something instead of being seen, in data: a quote, a line end of YAML 1.1 and keys.
const BREAKING: [&str; 7] = [
    "a\u{2028}b",
    "a\u{2029}b",
    "a\u{85}b",
    "a\u{1}b",
    "a\u{1b}[2Jb",
    "a\u{202e}b",
    "Rome'\u{2028}includes:\u{2028}- path:\u{2028}    ../outside/evil.yml\u{2028}models:\u{2028}#",
];

/// Data that end lines add no keys: they are escaped, or not offered.
#[test]
fn data_end_no_line() {
    let keys = |text: &str| -> Vec<String> {
        let document = viz_syntax::Document::parse(text);
        let keys = document.leaves().into_iter().filter(|(_, leaf)| matches!(leaf, viz_syntax::Leaf::Key(_)));
        keys.map(|(_, leaf)| format!("{leaf:?}")).collect()
    };
    let mut offered = 0;
    for value in BREAKING {
        let fixture = |line: &str| {
            format!(
                "//? pick: {value}, Oslo\n//# m: {value} INTEGER, city VARCHAR\nsources:\n  - {{ name: s, type: duckdb, database: ':memory:' }}\ndefaults: {{ source_name: s }}\nmodels:\n  - name: m\n    sql: \
                 select city from t\ninputs:\n  - {{ name: pick, type: single-select, options: '?{{ select city from ${{ref(m)}} }}' }}\ninsights:\n  - name: i\n    props:\n      type: bar\n{line}"
            )
        };
        for line in [
            "      x: ?{ ${ref(m).$0} }\n",
            "      x: \"?{ ${ref(m).$0} }\"\n",
            "      x: >-\n        ?{ ${ref(m).$0} }\n",
            "    interactions:\n      - filter: ?{ ${ref(m).city} = '$0' }\n",
            "    interactions:\n      - filter: \"?{ ${ref(m).city} = '$0' }\"\n",
            "    interactions:\n      - filter: |\n          ?{ ${ref(m).city} = '$0' }\n",
            "    interactions:\n      - filter: >-\n          ?{ ${ref(m).city} = '$0' }\n",
        ] {
            let fixture = Fixture::new(&fixture(line));
            let before = keys(fixture.text());
            for item in fixture.completion() {
                offered += usize::from(item.insert.contains("a\\") || item.insert.contains("'\\"));
                for snippet in [false, true] {
                    let after = fixture.applied(&item, snippet);
                    assert_eq!(keys(&after), before, "{value:?} at {line}");
                    let new = item.snippet.as_ref().filter(|_| snippet).unwrap_or(&item.insert);
                    assert!(!new.contains(|c| viz_text::shown::is_control(c) || char::is_control(c)), "{new:?}");
                }
            }
        }
    }
    assert!(offered > 5, "in double quotes they are: {offered}");
}

/// What a database, a folder or an option may be called by somebody who means harm.
const HOSTILE: [&str; 14] = [
    "zz\u{2028}includes:\u{2028}- path:\u{2028}    ../outside/evil.yml\u{2028}#",
    "nn\nincludes:\n- path: ../outside/evil.yml\n#",
    "rr\rincludes:\r- path: ../outside/evil.yml\r#",
    "yy: x",
    "a #b",
    "it's",
    "say \"x\"",
    "$1 } ${2:b}",
    "${x}\u{2028}includes:\u{2028}- path:\u{2028}    ../outside/evil.yml\u{2028}#",
    "${y}\nincludes: []",
    "${ref(a)}: b",
    "${z} # c",
    "?{ select 1 }",
    ">{ 1 }",
];

/// Places of data of all kinds; `@` is what others wrote.
const HOSTILE_PLACES: [&str; 12] = [
    "models:\n  - name: q\n    source: ${ref(s)}\n    sql: $0\n",
    "models:\n  - name: q\n    source: ${ref(s)}\n    sql: \"$0\"\n",
    "models:\n  - name: q\n    source: ${ref(s)}\n    sql: '$0'\n",
    "models:\n  - name: q\n    source: ${ref(s)}\n    sql: |\n      $0\n",
    "models:\n  - name: q\n    source: ${ref(s)}\n    sql: >-\n      $0\n",
    "models:\n  - {name: q, source: '${ref(s)}', sql: $0}\n",
    "models:\n  - name: q\n    source: ${ref(s)}\n    sql: select a from $0\n",
    "models:\n  - name: q\n    source: ${ref(s)}\n    sql: |\n      select a from $0\n",
    "inputs:\n  - name: i\n    type: single-select\n    options: [@, Oslo]\n    display:\n      default:\n        value: $0\n",
    "inputs:\n  - name: i\n    type: multi-select\n    options: [@, Oslo]\n    display:\n      default: {values: [$0]}\n",
    "inputs:\n  - name: i\n    type: single-select\n    options: [@, Oslo]\n    display:\n      default:\n        value: \"$0\"\n",
    "includes:\n  - path: $0\n",
];

/// What an editor makes of a snippet whose stops are left as they are.
fn filled(snippet: &str) -> String {
    let (mut out, text) = (String::new(), snippet.replace("${1:*}", "*"));
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => out.extend(chars.next()),
            '$' => while chars.next_if(char::is_ascii_digit).is_some() {},
            c => out.push(c),
        }
    }
    out
}

/// Whatever is offered, of whatever kind, adds no keys, says the same with and without snippets, and makes no reference of data.
#[test]
fn hostile_names_stay_names() {
    let mut offered = std::collections::BTreeMap::<&str, usize>::new();
    for name in HOSTILE {
        for place in HOSTILE_PLACES {
            let yaml = place.replace('@', &viz_syntax::double_quoted(name));
            let project = if place.starts_with("models") || place.starts_with("inputs") { &yaml } else { "" };
            let rest = "sources:\n  - { name: s, type: sqlite, database: a.sqlite }\n";
            let mut fixture = Fixture::new(&format!("{rest}{project}{}", if project.is_empty() { &yaml } else { "" }));
            fixture.files.insert(&format!("{ROOT}/{}.yml", name.replace('/', "_")), "models: []\n");
            let models = fixture.project.ids().filter(|id| fixture.project.object(*id).kind == Kind::Model);
            for model in models.collect::<Vec<_>>() {
                let source = viz_check::source_of_model(&fixture.project, model).expect("a source");
                let question = crate::sql_text::source_tables::tables_question(&source).expect("its tables");
                let values = [name, "plain"].map(|table| Some(table.to_owned())).into();
                let columns = vec![Column { name: "name".into(), data_type: "VARCHAR".into() }];
                fixture.learn(&question, Answer::Options(Ok(OptionValues { columns, values, more: false })));
            }
            let keys = |text: &str| {
                let document = viz_syntax::Document::parse(text);
                let leaves = document.leaves().into_iter();
                let keys = leaves.filter(|(_, leaf)| matches!(leaf, viz_syntax::Leaf::Key(_)));
                keys.map(|(_, leaf)| format!("{leaf:?}")).collect::<Vec<_>>()
            };
            let before = keys(fixture.text());
            for item in fixture.completion().into_iter().filter(|item| item.kind != CompletionKind::Key) {
                *offered.entry(place).or_default() += 1;
                for insert in item.snippet.as_deref().map(filled).iter().chain([&item.insert]) {
                    let mut item = item.clone();
                    item.insert = insert.clone();
                    let after = fixture.applied(&item, false);
                    assert_eq!(keys(&after), before, "{name:?}: {item:?} at {place}");
                }
                let begins = item.insert.trim_start_matches([' ', '"', '\'']);
                assert!(!begins.starts_with("?{ select") && !begins.starts_with(">{ 1"), "{item:?} at {place}");
                let syntax = ["${x}", "${y}", "${z}", "${ref(a)", "${2"];
                assert!(!syntax.iter().any(|text| item.insert.contains(text)), "{item:?} at {place}");
            }
        }
    }
    assert_eq!(offered.len(), HOSTILE_PLACES.len(), "something is offered everywhere: {offered:?}");
}
