//! Symbols: the outline of a file, and the objects of a project by a part of their name.

use crate::fuzzy;
use viz_project::{Body, Kind, ObjectId, Project};
use viz_text::{FileId, TextRange};

/// What a symbol is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SymbolKind {
    /// A top-level key.
    Section,
    /// An object.
    Object(Kind),
}

/// A symbol of a file with those inside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentSymbol {
    /// Never empty: objects without a name are called by kind and number.
    pub name: String,
    /// What tells it from its like: type, chart, ….
    pub detail: String,
    /// What it is.
    pub kind: SymbolKind,
    /// All of it.
    pub full: TextRange,
    /// Its name; inside `full`.
    pub focus: TextRange,
    /// In the order of the text.
    pub children: Vec<DocumentSymbol>,
}

/// The outline of a file: sections, their objects, and the objects written inside those.
pub fn document_symbols(project: &Project, file: FileId) -> Vec<DocumentSymbol> {
    let document = &project.file(file).document;
    let mut roots: Vec<ObjectId> = Vec::new();
    for id in project.ids() {
        if project.file_of_object(id) == file && project.parent(id).is_none() {
            roots.push(id);
        }
    }
    let start = |id: &ObjectId| project.resolve(project.object(*id).loc).map(|(_, range)| range.start());
    let mut out = Vec::new();
    for entry in document.entries() {
        let full = entry.range();
        let inside: Vec<ObjectId> =
            roots.iter().copied().filter(|id| start(id).is_some_and(|start| full.contains(start))).collect();
        let children = match inside.as_slice() {
            // A single mapping such as `defaults` is its key.
            [only] if project.object(*only).kind == Kind::Defaults => Vec::new(),
            ids => nested(project, ids),
        };
        let count = children.len();
        let name = if entry.name().is_empty() { "…".to_owned() } else { entry.name().to_owned() };
        let detail = if count > 0 { count.to_string() } else { String::new() };
        out.push(DocumentSymbol {
            name,
            detail,
            kind: SymbolKind::Section,
            full,
            focus: entry.key().range(),
            children,
        });
    }
    out
}

fn nested(project: &Project, ids: &[ObjectId]) -> Vec<DocumentSymbol> {
    let mut numbers: std::collections::HashMap<Kind, usize> = std::collections::HashMap::new();
    let mut out = Vec::new();
    for id in ids {
        let object = project.object(*id);
        let number = numbers.entry(object.kind).or_default();
        *number += 1;
        let Some((_, full)) = project.resolve(object.loc) else { continue };
        let named = object.name.as_ref().filter(|name| !name.text.is_empty());
        let focus = named.and_then(|name| Some(project.resolve(name.loc)?.1));
        let name = named.map_or_else(|| format!("{} {number}", object.kind.name()), |name| name.text.clone());
        let children: Vec<ObjectId> = project.children(*id).collect();
        out.push(DocumentSymbol {
            name,
            detail: detail(project, *id),
            kind: SymbolKind::Object(object.kind),
            full,
            focus: focus.filter(|focus| full.contains_range(*focus)).unwrap_or(TextRange::empty(full.start())),
            children: nested(project, &children),
        });
    }
    out
}

/// What an outline says beside the name.
fn detail(project: &Project, id: ObjectId) -> String {
    let object = project.object(id);
    let text = match &object.body {
        Body::Source(source) => source.ty.as_ref().map(|ty| ty.text.as_str()),
        Body::Input(input) => input.selection.map(viz_project::Selection::name),
        Body::Insight(insight) => insight.trace_type.as_ref().map(|ty| ty.text.as_str()),
        // What an item shows.
        _ if object.kind == Kind::Item => object.uses.first().map(|found| found.name.as_str()),
        _ => None,
    };
    text.unwrap_or_default().to_owned()
}

/// An object of a project, found by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkspaceSymbol {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// The object that it is written in, else the file relative to the project.
    pub container: String,
    /// Where it stands.
    pub file: FileId,
    /// Its name there.
    pub range: TextRange,
    /// How well the name fits; more is better.
    pub score: u32,
}

/// The named objects whose names hold the letters of a query in this order, best first, at most `limit`.
pub fn workspace_symbols(project: &Project, query: &str, limit: usize) -> Vec<WorkspaceSymbol> {
    let mut found: Vec<(u32, ObjectId)> = project
        .ids()
        .filter(|id| !project.object(*id).name_text().is_empty())
        .filter_map(|id| Some((fuzzy::score(query, project.object(id).name_text())?, id)))
        .collect();
    found.sort_by_key(|(score, id)| (std::cmp::Reverse(*score), *id));
    found.truncate(limit);
    let symbol = |(score, id): (u32, ObjectId)| {
        let object = project.object(id);
        let (file, range) = project.resolve(object.name_loc())?;
        let parents = std::iter::successors(project.parent(id), |parent| project.parent(*parent));
        let parent = parents.map(|parent| project.object(parent).name_text()).find(|name| !name.is_empty());
        let container = parent.map_or_else(|| project.file(file).relative.clone(), str::to_owned);
        Some(WorkspaceSymbol { name: object.name_text().to_owned(), kind: object.kind, container, file, range, score })
    };
    found.into_iter().filter_map(symbol).collect()
}
