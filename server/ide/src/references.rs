//! Find references: where an object, or a column of a model, is used.

use crate::cursor::sql_names::{model_sql, of_column, of_view};
use crate::cursor::symbol::{Symbol, field, resolve, symbols_at};
use crate::definition;
use crate::origins::{own_names, read_at, reads_of};
use crate::sql_text::select_list::column_place;
use std::collections::HashSet;
use viz_facts::FactStore;
use viz_project::{Kind, ObjectId, Project};
use viz_sql::{Meaning, Name};
use viz_text::{FileId, Loc, TextRange, TextSize};

/// A place that names what was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reference {
    /// The file.
    pub file: FileId,
    /// The bytes of the name.
    pub range: TextRange,
    /// Whether the name is given here, not used.
    pub is_declaration: bool,
    /// Whether it stands in SQL, where other quotes hold.
    pub in_sql: bool,
}

/// All places that name what stands at an offset, in the order of files and texts. Of a column of a table, which nothing in the project names, they are
/// those in the queries of all models that read it.
pub fn references(
    project: &Project,
    facts: &FactStore,
    file: FileId,
    offset: TextSize,
    declaration: bool,
) -> Vec<Reference> {
    let mut out = match symbols_at(project, file, offset) {
        Some((symbols, _)) => {
            let mut out = of_symbols(project, &symbols);
            for symbol in &symbols {
                if let Symbol::Field(model, name) = symbol {
                    out.extend(in_sql(project, own_names(project, facts, *model, name), None));
                }
            }
            out
        }
        None => in_query(project, facts, file, offset),
    };
    out.retain(|found| declaration || !found.is_declaration);
    out.sort_by_key(|found| (found.file, found.range.start(), found.range.end()));
    out.dedup();
    out
}

/// The places that mean what a name in the query of a model means: a column of a table, or one of a query inside.
fn in_query(project: &Project, facts: &FactStore, file: FileId, offset: TextSize) -> Vec<Reference> {
    let Some(found) = read_at(project, facts, file, offset) else { return Vec::new() };
    let given = match &found.name.meaning {
        Meaning::Read(_) => {
            let places = reads_of(project, facts, &found.columns(project));
            return in_sql(project, places, None).collect();
        }
        Meaning::Made(given) => *given,
        Meaning::Given => found.name.range,
        Meaning::Unknown => return Vec::new(),
    };
    let Some(sql) = model_sql(project, found.model) else { return Vec::new() };
    let meant = |name: &&Name| name.range == given || name.meaning == Meaning::Made(given);
    let places = found.lineage.names.iter().filter(meant).filter_map(|name| sql.locate(name.range));
    in_sql(project, places, sql.locate(given)).collect()
}

/// All places that name an object, in the order of files and texts; without the one where its name is given.
pub fn references_to(project: &Project, id: ObjectId) -> Vec<Reference> {
    let mut out = of_symbol(project, &Symbol::Object(id));
    out.retain(|found| !found.is_declaration);
    out.sort_by_key(|found| (found.file, found.range.start(), found.range.end()));
    out.dedup();
    out
}

pub(crate) fn of_symbol(project: &Project, symbol: &Symbol) -> Vec<Reference> {
    of_symbols(project, std::slice::from_ref(symbol))
}

/// One walk over all uses: an ambiguous name may mean thousands of objects.
fn of_symbols(project: &Project, symbols: &[Symbol]) -> Vec<Reference> {
    let mut out = Vec::new();
    let (mut objects, mut fields) = (HashSet::new(), Vec::new());
    for symbol in symbols {
        match symbol {
            Symbol::Object(id) => {
                let given = definition::object(project, *id).filter(|found| !found.focus.is_empty());
                out.extend(given.map(|found| Reference {
                    file: found.file,
                    range: found.focus,
                    is_declaration: true,
                    in_sql: false,
                }));
                out.extend(defaults(project, *id));
                out.extend(in_sql(project, of_view(project, *id), None));
                objects.insert(*id);
            }
            Symbol::Field(id, name) => {
                let named = model_sql(project, *id).and_then(|sql| sql.locate(column_place(sql.text(), name)?));
                out.extend(in_sql(project, of_column(project, *id, name).into_iter().flatten(), named));
                fields.push(symbol);
            }
            Symbol::Files(_) => {}
        }
    }
    if objects.is_empty() && fields.is_empty() {
        return out;
    }
    for user in project.ids() {
        for found in &project.object(user).uses {
            let ids = resolve(project, found);
            let by_path = found.path.as_ref().filter(|path| {
                let means = |id: &ObjectId| match field(project, *id, &path.text) {
                    // The path of an input is no name of it.
                    Symbol::Object(meant) => meant != *id && objects.contains(&meant),
                    meant => fields.iter().any(|field| same(&meant, field)),
                };
                ids.iter().any(means)
            });
            let loc = match by_path {
                Some(path) => path.loc,
                None if ids.iter().any(|id| objects.contains(id)) => found.name_loc,
                None => continue,
            };
            if let Some((file, range)) = project.resolve(loc) {
                out.push(Reference { file, range, is_declaration: false, in_sql: false });
            }
        }
    }
    out
}

/// Places in SQL, of which one gives the name.
fn in_sql(
    project: &Project,
    places: impl IntoIterator<Item = Loc>,
    given: Option<Loc>,
) -> impl Iterator<Item = Reference> {
    places.into_iter().filter_map(move |loc| {
        let (file, range) = project.resolve(loc)?;
        Some(Reference { file, range, is_declaration: given == Some(loc), in_sql: true })
    })
}

/// Whether two symbols are the same; columns are compared without regard to case (6.2).
fn same(a: &Symbol, b: &Symbol) -> bool {
    match (a, b) {
        (Symbol::Field(a, x), Symbol::Field(b, y)) => a == b && x.eq_ignore_ascii_case(y),
        _ => a == b,
    }
}

/// `defaults.source_name` and `defaults.alert_name`, if they name this object.
fn defaults(project: &Project, id: ObjectId) -> impl Iterator<Item = Reference> {
    let object = project.object(id);
    let named = [(project.default_source(), Kind::Source), (project.default_alert(), Kind::Alert)];
    named.into_iter().filter_map(move |(name, kind)| {
        let name = name.filter(|name| object.kind == kind && name.text == object.name_text())?;
        let (file, range) = project.resolve(name.loc)?;
        Some(Reference { file, range, is_declaration: false, in_sql: false })
    })
}
