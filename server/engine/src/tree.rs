//! Reads the syntax tree that DuckDB's `json_serialize_sql` prints, without building it.
//!
//! The tree of `a + b + …` is as deep as it is long, so it is scanned flat, key by key; a recursive reader would need a
//! depth limit and refuse valid queries.

/// What the gate must know of a syntax tree.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Tree {
    /// Number of statements.
    pub statements: usize,
    /// The first kind of query node that is no reading one: `INSERT_QUERY_NODE`, `COPY_QUERY_NODE`, … (DuckDB 2.0 allows
    /// them inside WITH).
    pub writes: Option<String>,
    /// The first function that runs SQL from a string or changes the engine's state.
    pub acts: Option<String>,
    /// Whether the text has parameters (`?`, `$1`).
    pub parameters: bool,
}

/// Query nodes that only read.
const READING: [&str; 5] =
    ["SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE", "BOUND_SUBQUERY_NODE"];

/// Functions that run SQL which the gate has not seen, or do something besides giving values. (Verified for DuckDB 2.0:
/// `json_execute_serialized_sql` executes even a COPY.) `enable_…` and `disable_…` count too.
const ACTING: [&str; 13] = [
    "query",
    "json_execute_serialized_sql",
    "checkpoint",
    "force_checkpoint",
    "copy_database",
    "import_database",
    "add_parquet_key",
    "truncate_duckdb_logs",
    "write_log",
    "verify_parallelism",
    "start_ui",
    "start_ui_server",
    "set_config",
];

fn acts(function: &str) -> bool {
    let name = function.to_ascii_lowercase();
    ACTING.contains(&name.as_str())
        || name.starts_with("enable_")
        || name.starts_with("disable_")
        || name.contains("external_resource") && !name.starts_with("duckdb_")
}

/// Scans the JSON of a tree (not of an error).
pub(crate) fn scan(json: &str) -> Tree {
    let bytes = json.as_bytes();
    let mut tree = Tree::default();
    let mut depth = 0_usize;
    let mut at = 0;
    let mut key: Option<&str> = None;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => {
                let end = string_end(bytes, at);
                let text = &json[at + 1..end];
                at = end + 1;
                if bytes.get(at) == Some(&b':') {
                    key = Some(text);
                    at += 1;
                    if text == "named_param_map" && !json[at..].starts_with("[]") {
                        tree.parameters = true;
                    }
                } else {
                    if let Some(key) = key.take() {
                        tree.note(key, text);
                    }
                }
                continue;
            }
            b'{' | b'[' => {
                // {"error":false,"statements":[{…},{…}]}: statements are the objects at depth 2.
                if byte == b'{' && depth == 2 {
                    tree.statements += 1;
                }
                depth += 1;
                key = None;
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b',' => key = None,
            _ => {}
        }
        at += 1;
    }
    tree
}

impl Tree {
    fn note(&mut self, key: &str, value: &str) {
        match key {
            "type" if value.ends_with("_NODE") && !READING.contains(&value) => {
                self.writes.get_or_insert_with(|| value.to_owned());
            }
            "function_name" if acts(value) => {
                self.acts.get_or_insert_with(|| value.to_owned());
            }
            _ => {}
        }
    }
}

/// The index of the quote that ends the string which begins at `start`.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    at.min(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_and_parameters_are_counted() {
        let one = r#"{"error":false,"statements":[{"node":{"type":"SELECT_NODE","x":[{"a":1},{"b":{}}]},"named_param_map":[]}]}"#;
        assert_eq!(scan(one), Tree { statements: 1, ..Tree::default() });
        let two = r#"{"error":false,"statements":[{"node":{}},{"node":{},"named_param_map":[{"key":"1","value":1}]}]}"#;
        assert_eq!(scan(two), Tree { statements: 2, parameters: true, ..Tree::default() });
        assert_eq!(scan(r#"{"error":false,"statements":[]}"#).statements, 0);
    }

    #[test]
    fn strings_are_no_structure() {
        let tree = scan(r#"{"error":false,"statements":[{"v":"\"type\":\"COPY_QUERY_NODE\" { [ \\"}]}"#);
        assert_eq!(tree, Tree { statements: 1, ..Tree::default() });
        // A value of another key that spells a key is a value.
        let tree = scan(r#"{"error":false,"statements":[{"text":"type","alias":"COPY_QUERY_NODE"}]}"#);
        assert_eq!(tree.writes, None);
    }

    #[test]
    fn writing_nodes_and_acting_functions_are_found() {
        let tree =
            scan(r#"{"error":false,"statements":[{"a":{"type":"COPY_QUERY_NODE"},"f":{"function_name":"Query"}}]}"#);
        assert_eq!((tree.writes.as_deref(), tree.acts.as_deref()), (Some("COPY_QUERY_NODE"), Some("Query")));
        assert!(acts("enable_logging") && acts("create_external_resource") && !acts("duckdb_external_resources"));
    }
}
