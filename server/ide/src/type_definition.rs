//! Go to type definition (what something is made from) and to implementation (where it is shown).

use crate::cursor::symbol::{Symbol, symbols_at};
use crate::definition::{Definition, Definitions, object};
use crate::lineage::{all_users, used_by};
use std::collections::BTreeSet;
use viz_project::{Kind, ObjectId, Project};
use viz_text::{FileId, TextSize};

/// What the name at an offset is made from: of a column, metric or dimension the model, of a model the source, of an
/// input the model that its options come from, of an insight its models, of a chart its insights.
pub fn type_definition(project: &Project, file: FileId, offset: TextSize) -> Option<Definitions> {
    related(project, file, offset, |symbol| match symbol {
        Symbol::Field(id, _) => vec![*id],
        Symbol::Object(id) => made_from(project, *id),
        Symbol::Files(_) => Vec::new(),
    })
}

fn made_from(project: &Project, id: ObjectId) -> Vec<ObjectId> {
    let wanted: &[Kind] = match project.object(id).kind {
        Kind::Model => &[Kind::Source],
        Kind::Metric | Kind::Dimension | Kind::Relation | Kind::Input => &[Kind::Model],
        Kind::Insight => return viz_sql::dependent_models(project, id),
        Kind::Chart => &[Kind::Insight],
        Kind::Table => &[Kind::Insight, Kind::Model],
        Kind::Dashboard => &[Kind::Chart, Kind::Table, Kind::Markdown],
        _ => return Vec::new(),
    };
    let direct: Vec<ObjectId> =
        used_by(project, id).into_iter().filter(|used| wanted.contains(&project.object(*used).kind)).collect();
    if direct.is_empty() && wanted == [Kind::Model] {
        return project.dependencies(id).into_iter().filter(|used| project.object(*used).kind == Kind::Model).collect();
    }
    direct
}

/// Where what the name at an offset means is shown: of an insight the charts and tables with it, and the dashboards with
/// those; of a chart the dashboards; of what insights are made from the insights.
pub fn implementation(project: &Project, file: FileId, offset: TextSize) -> Option<Definitions> {
    related(project, file, offset, |symbol| match symbol {
        Symbol::Field(id, _) | Symbol::Object(id) => shown_in(project, *id),
        Symbol::Files(_) => Vec::new(),
    })
}

fn shown_in(project: &Project, id: ObjectId) -> Vec<ObjectId> {
    let wanted: &[Kind] = match project.object(id).kind {
        Kind::Source => &[Kind::Model],
        Kind::Model | Kind::Metric | Kind::Dimension | Kind::Relation | Kind::Input => &[Kind::Insight],
        Kind::Insight => &[Kind::Chart, Kind::Table, Kind::Dashboard],
        Kind::Chart | Kind::Table | Kind::Markdown => &[Kind::Dashboard],
        _ => return Vec::new(),
    };
    all_users(project, id).into_iter().filter(|user| wanted.contains(&project.object(*user).kind)).collect()
}

fn related(
    project: &Project,
    file: FileId,
    offset: TextSize,
    of: impl Fn(&Symbol) -> Vec<ObjectId>,
) -> Option<Definitions> {
    let (symbols, origin) = symbols_at(project, file, offset)?;
    let ids: BTreeSet<ObjectId> = symbols.iter().flat_map(of).collect();
    let targets: Vec<Definition> = ids.into_iter().filter_map(|id| object(project, id)).collect();
    (!targets.is_empty()).then_some(Definitions { origin, targets })
}
