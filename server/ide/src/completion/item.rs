//! One candidate.

use viz_project::Kind;
use viz_text::TextRange;

/// What could stand at the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompletionItem {
    /// What the list shows.
    pub label: String,
    /// What it is.
    pub kind: CompletionKind,
    /// One line beside the label.
    pub detail: Option<String>,
    /// Markdown.
    pub documentation: Option<String>,
    /// The bytes of the file that it replaces. They hold the cursor and lie on its line.
    pub replace: TextRange,
    /// What replaces them. Lines after the first are indented relative to the cursor's line.
    pub insert: String,
    /// The same with tab stops in LSP's snippet syntax, where that says more.
    pub snippet: Option<String>,
    /// Orders the list.
    pub sort: String,
    /// What typed text is compared with.
    pub filter: String,
    /// Whether it is accepted but not to be used any more.
    pub deprecated: bool,
    /// Whether there is more to choose where it leaves the cursor.
    pub goes_on: bool,
    /// Whether all of it is of this program: no name, no value and no file of others is in it, and it is written as YAML already.
    pub(super) own: bool,
    /// What begins the value, before what is read as its text: the dash of a list's item.
    pub(super) lead: &'static str,
}

/// Sorts of candidates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompletionKind {
    /// An object of the project.
    Object(Kind),
    /// A column of a model.
    Column,
    /// A table of a source.
    Table,
    /// A property of an insight that has a query.
    Property,
    /// `.value` and its relatives.
    Accessor,
    /// A key of a mapping.
    Key,
    /// A word of a fixed set.
    Value,
    /// A colour.
    Color,
    /// An option of an input.
    Option,
    /// A function of DuckDB.
    Function,
    /// A keyword of SQL.
    Keyword,
    /// A file.
    File,
    /// A folder.
    Folder,
    /// An environment variable.
    Variable,
    /// A piece of text with places to fill.
    Snippet,
}

impl CompletionItem {
    /// A candidate that inserts its label, which is data: what others called something.
    pub(super) fn new(label: impl Into<String>, kind: CompletionKind, replace: TextRange) -> Self {
        let label = label.into();
        Self {
            kind,
            detail: None,
            documentation: None,
            replace,
            insert: label.clone(),
            snippet: None,
            sort: String::new(),
            filter: label.clone(),
            deprecated: false,
            goes_on: false,
            own: false,
            lead: "",
            label,
        }
    }

    /// A word of this program, or syntax around one: it is put in as it is.
    pub(super) fn own(label: impl Into<String>, kind: CompletionKind, replace: TextRange) -> Self {
        Self { own: true, ..Self::new(label, kind, replace) }
    }

    /// With this detail.
    pub(super) fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into()).filter(|detail: &String| !detail.is_empty());
        self
    }

    /// With this documentation.
    pub(super) fn documentation(mut self, documentation: impl Into<String>) -> Self {
        self.documentation = Some(documentation.into()).filter(|text: &String| !text.is_empty());
        self
    }

    /// Inserts this text.
    pub(super) fn insert(mut self, insert: impl Into<String>) -> Self {
        self.insert = insert.into();
        self
    }

    /// With this snippet.
    pub(super) fn snippet(mut self, snippet: impl Into<String>) -> Self {
        self.snippet = Some(snippet.into());
        self
    }

    /// There is more to choose behind it.
    pub(super) fn going_on(mut self, goes_on: bool) -> Self {
        self.goes_on = goes_on;
        self
    }

    /// Compared with this text.
    pub(super) fn filter(mut self, filter: impl Into<String>) -> Self {
        self.filter = filter.into();
        self
    }
}

/// Literal text inside a snippet.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '$' | '}' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
