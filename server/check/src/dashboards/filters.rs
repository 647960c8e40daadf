//! Which columns an insight's filters compare with which inputs, as its text says.

use crate::insight::conjuncts::conjuncts;
use std::collections::BTreeSet;
use viz_project::{Insight, Kind, ObjectId, Project, QueryText, Resolution, StatementKind};
use viz_syntax::{Reference, references};
use viz_text::{Loc, TextRange, filled};

/// A condition on one column of one model in which an input stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Filtered {
    pub input: ObjectId,
    pub model: ObjectId,
    /// In lower case.
    pub column: String,
    /// Where the input stands.
    pub loc: Loc,
}

/// The conditions of an insight's filters in which inputs stand beside one column and no other: what several columns have to
/// do with an input is not known.
pub(super) fn filters(project: &Project, insight: &Insight) -> Vec<Filtered> {
    let filters = insight.statements.iter().filter(|statement| statement.kind == StatementKind::Filter);
    filters.flat_map(|statement| in_filter(project, &statement.query)).collect()
}

/// What a reference in a filter names.
enum Named {
    Input(ObjectId),
    Column(ObjectId, String),
    Other,
}

fn in_filter(project: &Project, query: &QueryText) -> Vec<Filtered> {
    let pair = |reference: Reference| {
        let named = named(project, &reference);
        (reference, named)
    };
    let found: Vec<(Reference, Named)> = references(query.body()).into_iter().map(pair).collect();
    if !found.iter().any(|(_, named)| matches!(named, Named::Input(_))) {
        return Vec::new();
    }
    let mut out = Vec::new();
    for part in parts(query.body(), &found) {
        let within = || found.iter().filter(|(reference, _)| part.contains_range(reference.range));
        let columns: BTreeSet<Option<(ObjectId, &str)>> = within()
            .filter_map(|(_, named)| match named {
                Named::Input(_) => None,
                Named::Column(model, column) => Some(Some((*model, column.as_str()))),
                Named::Other => Some(None),
            })
            .collect();
        let mut columns = columns.into_iter();
        let (Some(Some((model, column))), None) = (columns.next(), columns.next()) else { continue };
        for (reference, named) in within() {
            let at = reference.range + query.body_range().start();
            if let (Named::Input(input), Some(loc)) = (named, query.text.locate(at)) {
                out.push(Filtered { input: *input, model, column: column.to_owned(), loc });
            }
        }
    }
    out
}

fn named(project: &Project, reference: &Reference) -> Named {
    let Resolution::Object(id) = project.names().resolve(&reference.name) else { return Named::Other };
    match (project.object(id).kind, &reference.path) {
        (Kind::Input, _) => Named::Input(id),
        // A condition on a metric is one on groups.
        (Kind::Model, Some(path)) => match project.scoped_field(id, path) {
            Some(field) if project.object(field).kind == Kind::Metric => Named::Other,
            _ => Named::Column(id, path.to_lowercase()),
        },
        _ => Named::Other,
    }
}

/// The conditions that all have to hold; references are words in them.
fn parts(body: &str, found: &[(Reference, Named)]) -> Vec<TextRange> {
    if found.len() <= 2 {
        return vec![TextRange::up_to((body.len() as u32).into())];
    }
    let references: Vec<TextRange> = found.iter().map(|(reference, _)| reference.range).collect();
    conjuncts(&filled(body, &references, 'x'))
}
