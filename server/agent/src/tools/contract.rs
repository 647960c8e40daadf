//! What clients are promised: names, descriptions and schemas, and how large they are.

use super::{INSTRUCTIONS, TOOLS};
use serde_json::{Value, json};

/// Characters of a description that clients keep.
const MOST_OF_A_DESCRIPTION: usize = 2_000;

/// Characters of all tools together; four or so are a token, and 5,000 tokens are the most.
const MOST_OF_ALL: usize = 20_000;

#[test]
fn tools_are_as_promised() {
    let tools: Vec<Value> = TOOLS
        .iter()
        .map(|tool| json!({ "name": tool.name, "title": tool.title, "description": tool.description, "input": (tool.input)() }))
        .collect();
    assert!(json!(tools).to_string().chars().count() <= MOST_OF_ALL);
    insta::assert_snapshot!(serde_json::to_string_pretty(&tools).expect("JSON"));
}

#[test]
fn schemas_are_what_all_clients_read() {
    assert!(INSTRUCTIONS.chars().count() <= MOST_OF_A_DESCRIPTION);
    for tool in TOOLS {
        assert!(tool.description.chars().count() <= MOST_OF_A_DESCRIPTION, "{}", tool.name);
        assert!(tool.reads_only, "{}", tool.name);
        look(tool.name, &(tool.input)());
    }
}

fn look(tool: &str, schema: &Value) {
    for key in ["$schema", "$ref", "anyOf", "oneOf", "allOf"] {
        assert!(schema.get(key).is_none(), "{tool}: {schema}");
    }
    match schema["type"].as_str() {
        Some("object") => {
            assert!(schema["properties"].is_object(), "{tool}: {schema}");
            assert_eq!(schema["additionalProperties"], false, "{tool}: {schema}");
            schema["properties"].as_object().into_iter().flatten().for_each(|(_, property)| look(tool, property));
        }
        Some("array") => {
            assert!(schema["items"].is_object(), "{tool}: {schema}");
            look(tool, &schema["items"]);
        }
        Some("string" | "integer" | "boolean") => {}
        // A value to compare with.
        None => assert!(schema["description"].is_string(), "{tool}: {schema}"),
        Some(other) => panic!("{tool}: {other}"),
    }
}
