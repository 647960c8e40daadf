//! All that people read of findings, in one file to be read in one go: the messages, notes and helps of all pages and situations.

use crate::PROGRAM;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use viz_tests::pages;

/// By code: messages, notes and helps, each once.
fn all() -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for folder in ["diagnostics", "situations"] {
        for (name, page) in pages::files(folder) {
            for json in pages::check(PROGRAM, &pages::examples(&name, &page)) {
                for finding in json["diagnostics"].as_array().into_iter().flatten() {
                    let texts = found.entry(finding["code"].as_str().expect("a code").to_owned()).or_default();
                    let mut put = |kind: &str, text: &serde_json::Value| {
                        if let Some(text) = text.as_str() {
                            let lines: Vec<&str> = text.lines().collect();
                            texts.insert(format!("{kind}: {}", lines.join("\n      ")));
                        }
                    };
                    put("", &finding["message"]);
                    put("help", &finding["help"]);
                    put("fix", &finding["fix"]["title"]);
                    finding["notes"].as_array().into_iter().flatten().for_each(|note| put("note", note));
                }
            }
        }
    }
    found
}

#[test]
fn messages_are_for_people() {
    let all = all();
    assert!(all.len() > 90, "{} codes", all.len());
    let rule = regex::Regex::new(r"\b[RSD]-(?:[A-Z0-9]+-)?\d+[a-z]?\b").expect("a pattern");
    // The engine's own names of tables and columns.
    let hash = regex::Regex::new(r"\bm[a-z]{14,28}\b").expect("a pattern");
    let mut wrong = Vec::new();
    let mut text = String::new();
    for (code, texts) in &all {
        let _ = writeln!(text, "\n{code}");
        for one in texts {
            let _ = writeln!(text, "  {}", one.trim_start_matches(": "));
            if rule.is_match(one) || hash.is_match(one) {
                wrong.push(one);
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    insta::assert_snapshot!(text);
}
