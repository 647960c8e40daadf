//! All codes of findings. Each has a page in `tests/diagnostics/` that is its documentation and its test.

use crate::Severity;

/// One kind of finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// Its name.
    pub name: &'static str,
    /// How bad it is unless the project's settings say otherwise.
    pub severity: Severity,
    /// What it means, in a few words.
    pub title: &'static str,
}

macro_rules! codes {
    ($($name:literal $severity:ident $title:literal),* $(,)?) => {
        /// Every code, in alphabetical order.
        pub const CODES: &[Code] = &[$(Code { name: $name, severity: Severity::$severity, title: $title }),*];
    };
}

codes! {
    "aggregate-misplaced" Warning "a metric does not aggregate, or a dimension does",
    "ambiguous-reference" Error "a name is defined in several models",
    "ambiguous-relation" Warning "several relations could join the same models",
    "bare-model-reference" Error "a model stands where a column is needed",
    "browser-engine" Error "the browser's engine refuses what the source's accepts",
    "combination-bind" Error "some choices make a query that the engine refuses",
    "combination-syntax" Error "some choices make a query that is no SQL",
    "combination-value" Error "some choices don't fit what they are compared with",
    "configuration" Error "the settings file can't be read",
    "conflicting-keys" Error "two keys exclude each other",
    "custom-tag" Error "YAML tags are refused by the loader",
    "dashboard-not-run" Error "a dashboard's name keeps it from being run",
    "database-missing" Warning "the database file does not exist",
    "database-unreadable" Warning "the database file is damaged, or something else",
    "date-options" Warning "options that are dates reach the browser as numbers",
    "dbt-manifest" Warning "dbt has not compiled its manifest",
    "dbt-not-generated" Information "the file that is made from dbt is not there",
    "dbt-project" Error "dbt misses one of its files, a profile or a target",
    "default-not-an-option" Error "the default is none of the options",
    "default-range" Warning "the default of a numeric range is compared as text",
    "dropped-filter" Error "a filter is dropped without a word",
    "duplicate-key" Warning "a key is written twice; the last one wins",
    "duplicate-name" Error "two objects have one name",
    "duplicate-option" Warning "an option is listed twice",
    "empty-file" Error "the file is empty",
    "empty-list-deletes" Error "an empty list in an included file deletes what was read before",
    "expression-source" Error "a metric or dimension must reach exactly one source",
    "expression-too-large" Error "metrics on top of each other make too large a query",
    "file-missing" Warning "the file of a source does not exist",
    "foreign-sql" Warning "a query is hardly SQL of its database",
    "grouped-by-sort" Information "a sort adds to what is grouped by",
    "grouped-differently" Error "an expression is grouped by in another form than is selected",
    "grouped-placeholder" Error "text before a placeholder is lost where it is grouped by",
    "grouped-rows" Warning "equal rows become one",
    "hostile-option" Hint "an option that nobody has yet would break a query",
    "ignored-key" Warning "a key has no effect",
    "ignored-slice" Warning "a slice has no effect",
    "include-cycle" Error "a file includes itself",
    "include-depth" Warning "a folder is not taken for want of a slash",
    "include-empty-folder" Warning "an included folder has no YAML file",
    "include-exclusion" Warning "an exclusion leaves out more than it names",
    "include-git-reference" Error "a git reference is malformed",
    "include-not-fetched" Information "a git repository is not in the cache",
    "include-not-found" Error "an included file or folder does not exist",
    "include-not-read" Warning "an included file is there and is not read",
    "included-twice" Error "a file is read twice, by two paths",
    "input-name" Warning "an input's name is not seen everywhere",
    "invalid-accessor" Error "an input has no such accessor",
    "invalid-display" Error "a control does not fit the input",
    "invalid-name" Error "a metric or dimension needs an identifier as its name",
    "invalid-prop" Error "a property does not take such a value",
    "invalid-range" Error "a range has no values, or not those that are meant",
    "invalid-suppression" Warning "a comment names no finding that there is",
    "invalid-value" Error "a value is none of those allowed",
    "inverted-condition" Warning "a condition says the opposite",
    "join-sides" Warning "the sides of a join change from run to run",
    "layout-not-substituted" Warning "inputs are shown literally in a layout",
    "legacy-project-file" Hint "the project file has its old name",
    "lost-items" Warning "a query in a list replaces its other items",
    "malformed-expression" Error "an evaluation string is malformed",
    "malformed-query" Error "a query string is malformed",
    "malformed-reference" Error "a text looks like a reference but is none",
    "merge-key" Error "YAML merge keys are refused by the loader",
    "missing-field" Error "a required key is missing",
    "missing-parentheses" Error "texts that are put together change their meaning",
    "missing-source" Error "a model has no source",
    "mixed-sources" Error "models of several sources meet in one query",
    "model-empty" Error "a model without rows breaks in the browser",
    "model-sql" Error "a model's query fails",
    "no-change" Hint "all choices of an input show the same",
    "no-effect" Warning "a split has no effect",
    "no-join-path" Error "no relation joins two models of an insight",
    "no-model" Error "an insight reads no model",
    "no-options" Error "an input has no options",
    "no-rows" Hint "some choices show nothing",
    "null-accessor" Warning "an accessor is always NULL",
    "null-option" Warning "an option is NULL",
    "null-text" Warning "nothing selected becomes the text `NULL`",
    "options-columns" Error "an option query has not exactly one column",
    "options-query" Error "an option query fails",
    "options-reference" Error "an option query must name exactly one model",
    "phantom-default" Warning "a default selects a text that is no option",
    "query-expected" Error "a query `?{…}` is needed",
    "query-not-executed" Warning "a query stands where none is executed",
    "query-not-run" Information "a query is not run, or not to its end",
    "quoted-reference" Error "a name in quotes is not found at run time",
    "reference-cycle" Error "objects refer to each other in a circle",
    "reference-expected" Error "a plain text stands where a reference is needed",
    "reference-not-replaced" Warning "a reference inside a text is shown literally",
    "relation-ignored" Warning "a relation over three or more models has no effect",
    "relation-models" Error "a relation's condition must refer to two models",
    "removed-syntax" Error "a syntax of older versions has no effect",
    "run-error" Error "a query fails when it runs",
    "scoped-reference" Error "an expression inside a model can't use references",
    "shadowed-project-file" Warning "another project file in the folder is not read",
    "slice-type" Error "a slice gives what its property does not take",
    "sql-bind" Error "the engine refuses a query",
    "sql-syntax" Error "a query is no SQL",
    "table-objects" Error "a table reads several objects",
    "template-literal" Error "the browser can't prepare a query",
    "too-many-options" Warning "an input has very many options",
    "unknown-aggregate" Error "an aggregate function is not known as one",
    "unknown-column" Error "a model has no such column",
    "unknown-key" Error "an object has no such key",
    "unknown-level" Warning "a dashboard's level is none of those defined",
    "unknown-prop" Error "plotly has no such property",
    "unknown-reference" Error "nothing has this name",
    "unread-input" Hint "no insight reads an input",
    "unreadable-file" Error "a file can't be read",
    "unset-variable" Warning "an environment variable is not set",
    "unusable-name" Warning "a name that no reference can have",
    "unused-object" Hint "no dashboard uses an object",
    "unused-suppression" Warning "a comment silences nothing",
    "variable-not-replaced" Error "an environment variable stays literal text",
    "version-difference" Warning "something works in one format version only",
    "version-mismatch" Error "the project is written for another version",
    "window-filter" Error "a filter holds a window function",
    "workbook-as-csv" Warning "a workbook is read as CSV",
    "wrong-reference-kind" Error "a reference names the wrong kind of object",
    "wrong-type" Error "a value has the wrong type",
    "yaml-syntax" Error "the text is not valid YAML",
}

/// The code of this name.
pub fn code(name: &str) -> Option<&'static Code> {
    CODES.binary_search_by(|code| code.name.cmp(name)).ok().map(|at| &CODES[at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorted_and_found() {
        assert!(CODES.is_sorted_by(|a, b| a.name < b.name));
        assert_eq!(code("sql-bind").map(|code| code.severity), Some(Severity::Error));
        assert_eq!(code("nothing"), None);
    }
}
