//! Reads the syntax tree that DuckDB's `json_serialize_sql` prints, without building it.
//!
//! The tree of `a + b + …` is as deep as it is long, so it is scanned flat, key by key; a recursive reader would need a
//! depth limit and refuse valid queries.

use crate::{functions, viewers_macros};
use std::ops::Range;

/// What the gate must know of a syntax tree.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Tree {
    /// Number of statements.
    pub statements: usize,
    /// The first kind of query node that is no reading one: `INSERT_QUERY_NODE`, `COPY_QUERY_NODE`, … (DuckDB 2.0 allows
    /// them inside WITH).
    pub writes: Option<String>,
    /// The first function that runs SQL from a string or changes the engine's state.
    pub acts: Option<String>,
    /// The first function or view that tells where files are.
    pub tells: Option<String>,
    /// The first function that only this program has.
    pub ours: Option<String>,
    /// Whether the text has parameters (`?`, `$1`).
    pub parameters: bool,
    /// What may name files.
    pub named: Vec<Named>,
}

/// What may name files, or settings, in a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Named {
    /// A table: DuckDB takes the name of one that it does not know for a file's.
    Table(String),
    /// The call of a function that reads files or settings, in lower case, and the JSON of its arguments.
    Call { function: String, arguments: String },
}

/// Query nodes that only read.
const READING: [&str; 5] =
    ["SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE", "BOUND_SUBQUERY_NODE"];

/// An object or a list that is being scanned.
#[derive(Default)]
struct Open<'a> {
    start: usize,
    /// Under which it stands in the object around it.
    key: Option<&'a str>,
    function: Option<String>,
    table: bool,
    table_function: bool,
    table_name: Option<&'a str>,
    /// Where the lists of these keys are.
    arguments: Option<Range<usize>>,
    path: Option<Range<usize>>,
}

/// Scans the JSON of a tree (not of an error).
pub(crate) fn scan(json: &str) -> Tree {
    let bytes = json.as_bytes();
    let mut tree = Tree::default();
    let mut open: Vec<Open<'_>> = Vec::new();
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
                } else if let Some(key) = key.take() {
                    tree.note(key, text, open.last_mut());
                }
                continue;
            }
            b'{' | b'[' => {
                // {"error":false,"statements":[{…},{…}]}: statements are the objects at depth 2.
                if byte == b'{' && open.len() == 2 {
                    tree.statements += 1;
                }
                open.push(Open { start: at, key: key.take(), ..Open::default() });
            }
            b'}' | b']' => {
                if let Some(done) = open.pop() {
                    let in_from =
                        done.key == Some("function") && open.last().is_some_and(|around| around.table_function);
                    tree.close(json, &done, in_from);
                    if let Some(around) = open.last_mut() {
                        let range = done.start..at + 1;
                        match done.key {
                            Some("arguments") => around.arguments = Some(range),
                            Some("qualified_name") => around.path = done.path,
                            Some("path") => around.path = Some(range),
                            _ => {}
                        }
                    }
                }
            }
            b',' => key = None,
            _ => {}
        }
        at += 1;
    }
    tree
}

impl Tree {
    fn note<'a>(&mut self, key: &str, value: &'a str, inside: Option<&mut Open<'a>>) {
        match key {
            "type" if value.ends_with("_NODE") && !READING.contains(&value) => {
                self.writes.get_or_insert_with(|| value.to_owned());
            }
            "type" => {
                if let Some(inside) = inside {
                    inside.table |= value == "BASE_TABLE" || value == "SHOW_REF";
                    inside.table_function |= value == "TABLE_FUNCTION";
                }
            }
            "table_name" => {
                if let Some(inside) = inside {
                    inside.table_name = Some(value);
                }
            }
            "function_name" => {
                let name = unescaped(value).to_lowercase();
                if functions::acts(&name) {
                    self.acts.get_or_insert_with(|| value.to_owned());
                }
                if functions::tells(&name) {
                    self.tells.get_or_insert_with(|| value.to_owned());
                }
                if name.starts_with(viewers_macros::BEGINNING) {
                    self.ours.get_or_insert_with(|| unescaped(value));
                }
                if let Some(inside) = inside {
                    inside.function = Some(name);
                }
            }
            _ => {}
        }
    }

    /// Takes stock of an object that has been scanned; `in_from`: a function that stands for a table.
    fn close(&mut self, json: &str, object: &Open<'_>, in_from: bool) {
        let names = |name: &&String| functions::names_something(name) && (in_from || !functions::is_aggregate(name));
        if let Some(function) = object.function.as_ref().filter(names) {
            let arguments = object.arguments.clone().map_or("[]", |range| &json[range]).to_owned();
            self.named.push(Named::Call { function: function.clone(), arguments });
        }
        if object.table {
            let parts: Vec<String> =
                object.path.clone().and_then(|range| serde_json::from_str(&json[range]).ok()).unwrap_or_default();
            let whole =
                if parts.is_empty() { unescaped(object.table_name.unwrap_or_default()) } else { parts.join(".") };
            let last = parts.last().unwrap_or(&whole).to_lowercase();
            if functions::tells(&last) {
                self.tells.get_or_insert(last);
            }
            if !whole.is_empty() {
                self.named.push(Named::Table(whole));
            }
        }
    }
}

/// The text of a JSON string that was cut out of its quotes.
fn unescaped(text: &str) -> String {
    serde_json::from_str(&format!("\"{text}\"")).unwrap_or_else(|_| text.to_owned())
}

/// The elements of a JSON list, or the values of an object with their keys; each as its own JSON.
pub(crate) fn parts(json: &str) -> Vec<(Option<&str>, &str)> {
    let bytes = json.as_bytes();
    let (mut out, mut depth, mut at) = (Vec::new(), 0_usize, 0);
    let (mut key, mut start) = (None, None);
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => {
                let end = string_end(bytes, at);
                if depth == 1 && key.is_none() && bytes.get(end + 1) == Some(&b':') {
                    key = json.get(at + 1..end);
                    at = end + 2;
                    continue;
                }
                if depth == 1 {
                    start.get_or_insert(at);
                }
                at = end + 1;
                continue;
            }
            b'{' | b'[' => {
                if depth == 1 {
                    start.get_or_insert(at);
                }
                depth += 1;
            }
            b'}' | b']' | b',' if depth == 1 => {
                if let Some(value) = start.take().and_then(|start| json.get(start..at)) {
                    out.push((key.take(), value));
                }
                if byte != b',' {
                    break;
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ if depth == 1 && !byte.is_ascii_whitespace() => {
                start.get_or_insert(at);
            }
            _ => {}
        }
        at += 1;
    }
    out
}

/// All strings under these keys, however deep; of lists their strings.
pub(crate) fn strings<'a>(json: &'a str, keys: &[&str]) -> Vec<(&'a str, &'a str)> {
    let bytes = json.as_bytes();
    let (mut out, mut at) = (Vec::new(), 0);
    let mut key: Option<&str> = None;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => {
                let end = string_end(bytes, at);
                let text = &json[at + 1..end];
                at = end;
                if bytes.get(end + 1) == Some(&b':') {
                    key = Some(text);
                } else if let Some(key) = key.filter(|key| keys.contains(key)) {
                    out.push((key, text));
                }
            }
            b'}' | b']' => key = None,
            _ => {}
        }
        at += 1;
    }
    out
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
    }

    #[test]
    fn what_may_name_files_is_found() {
        let tree = scan(concat!(
            r#"{"error":false,"statements":[{"node":{"from_table":{"type":"BASE_TABLE","table_name":"c\"d","#,
            r#""qualified_name":{"path":["a","b","c\"d"]}},"f":{"function_name":"Read_Text","arguments":[{"expression":"#,
            r#"{"function_name":"||","arguments":[1]}}],"qualified_name":{"path":["read_text"]}},"#,
            r#""g":{"type":"BASE_TABLE","table_name":"PG_settings"}}}]}"#
        ));
        let call = Named::Call {
            function: "read_text".into(),
            arguments: r#"[{"expression":{"function_name":"||","arguments":[1]}}]"#.into(),
        };
        assert_eq!(tree.named, [Named::Table("a.b.c\"d".into()), call, Named::Table("PG_settings".into())]);
        assert_eq!(tree.tells.as_deref(), Some("pg_settings"));
    }

    #[test]
    fn an_aggregate_names_no_table() {
        let histogram = r#""function":{"function_name":"histogram","arguments":["t"]}"#;
        let tree = |inside: &str| scan(&format!(r#"{{"error":false,"statements":[{{"node":{{{inside}}}}}]}}"#));
        assert_eq!(tree(&format!(r#""type":"TABLE_FUNCTION",{histogram}"#)).named.len(), 1);
        assert_eq!(tree(&format!(r#""type":"SELECT_NODE",{histogram}"#)).named, []);
    }

    #[test]
    fn parts_of_lists_and_objects() {
        let keyed = parts(r#"{"a":[1,{"b":2}],"c":"x,}\"","d":3}"#);
        assert_eq!(keyed, [(Some("a"), r#"[1,{"b":2}]"#), (Some("c"), r#""x,}\"""#), (Some("d"), "3")]);
        assert_eq!(parts(r#"[{"a":1},"b",2]"#), [(None, r#"{"a":1}"#), (None, r#""b""#), (None, "2")]);
        assert!(parts("[]").is_empty() && parts("{").is_empty());
        let found = strings(r#"{"class":"A","x":{"names":["b","c"],"class":"D"}}"#, &["class", "names"]);
        assert_eq!(found, [("class", "A"), ("names", "b"), ("names", "c"), ("class", "D")]);
    }
}
