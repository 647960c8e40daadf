//! DuckDB's functions: what they are called with and what they do. The table is made by `generate/functions.py` from
//! DuckDB's own `duckdb_functions()`.

use std::fmt::Write;
use std::sync::LazyLock;

const TABLE: &str = include_str!("../../data/functions.tsv");

/// A function of DuckDB.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// Its name, in lower case.
    pub name: &'static str,
    /// `scalar`, `aggregate`, `macro`, `table`, ….
    pub kind: &'static str,
    /// `(x DOUBLE, digits INTEGER) → DOUBLE`, some of them.
    pub signatures: Vec<&'static str>,
    /// What it does; may be empty.
    pub text: &'static str,
    /// A call; may be empty.
    pub example: &'static str,
}

/// All functions, by name.
pub fn functions() -> &'static [Function] {
    static ALL: LazyLock<Vec<Function>> = LazyLock::new(|| TABLE.lines().skip(1).filter_map(read).collect());
    &ALL
}

fn read(line: &'static str) -> Option<Function> {
    let mut fields = line.split('\t');
    let mut next = || fields.next();
    let (name, kind, signatures) = (next()?, next()?, next()?);
    let signatures = signatures.split('|').collect();
    Some(Function { name, kind, signatures, text: next().unwrap_or_default(), example: next().unwrap_or_default() })
}

/// The function of this name, in any case.
pub fn function(name: &str) -> Option<&'static Function> {
    let lower = name.to_ascii_lowercase();
    let all = functions();
    all.binary_search_by(|function| function.name.cmp(&lower)).ok().map(|at| &all[at])
}

impl Function {
    /// Markdown: signatures, what it does, an example.
    pub fn markdown(&self) -> String {
        let mut out = String::from("```sql\n");
        for signature in &self.signatures {
            let _ = writeln!(out, "{}{signature}", self.name);
        }
        let _ = write!(out, "```\n\n{} function of DuckDB", self.kind);
        if !self.text.is_empty() {
            let _ = write!(out, "\n\n{}", self.text);
        }
        if !self.example.is_empty() {
            let _ = write!(out, "\n\n```sql\n{}\n```", self.example);
        }
        out
    }
}

/// The names of the parameters of a signature, with their bytes in it.
pub(crate) fn parameters(signature: &str) -> Vec<std::ops::Range<usize>> {
    let (mut out, mut depth, mut start) = (Vec::new(), 0_i32, 0);
    for (at, c) in signature.char_indices() {
        match c {
            '(' | '[' => {
                depth += 1;
                if depth == 1 {
                    start = at + 1;
                }
            }
            ')' | ']' if depth == 1 => {
                out.push(start..at);
                break;
            }
            ')' | ']' => depth -= 1,
            ',' if depth == 1 => {
                out.push(start..at);
                start = at + 1;
            }
            _ => {}
        }
    }
    let trim = |range: std::ops::Range<usize>| {
        let text = &signature[range.clone()];
        let from = range.start + (text.len() - text.trim_start().len());
        from..from + text.trim().len()
    };
    out.into_iter().map(trim).filter(|range| !range.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole_and_sorted() {
        assert!(functions().len() > 600);
        assert!(functions().is_sorted_by(|a, b| a.name < b.name));
        let sum = function("SUM").expect("it is there");
        assert_eq!(sum.kind, "aggregate");
        assert!(sum.signatures.iter().all(|signature| signature.starts_with('(')));
        assert!(function("no_such_function").is_none());
    }

    #[test]
    fn parameters_are_found_in_signatures() {
        let shown = |signature: &'static str| -> Vec<&str> {
            parameters(signature).into_iter().map(|range| &signature[range]).collect()
        };
        assert_eq!(shown("(x DOUBLE, d DECIMAL(18,3)[]) → DOUBLE"), ["x DOUBLE", "d DECIMAL(18,3)[]"]);
        assert_eq!(shown("() → DATE"), [""; 0]);
        assert_eq!(shown("(part VARCHAR)"), ["part VARCHAR"]);
    }
}
