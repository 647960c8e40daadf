//! What is given when an insight is judged: the project, what is known, and the query that was composed.

use crate::facts::Facts;
use crate::inputs::check_input::AllOptions;
use crate::insight::rendered::seen_columns;
use crate::models::check_model::{AllColumns, Columns};
use crate::models::source::source_of_model;
use crate::settings::CheckOptions;
use std::sync::Arc;
use viz_facts::{Reason, ShadowTable, Unknown};
use viz_project::{Insight, ObjectId, Project};
use viz_sql::{Composed, name_hash};

/// What is given. Nothing of it changes while the insight is judged.
#[derive(Clone, Copy)]
pub(super) struct Setting<'a> {
    pub project: &'a Project,
    pub facts: &'a Facts<'a>,
    pub options: &'a CheckOptions,
    pub columns: &'a AllColumns,
    pub inputs: &'a AllOptions,
    pub id: ObjectId,
    pub insight: &'a Insight,
    /// The query as the engine here has to see it to judge what runs.
    pub composed: &'a Composed,
    /// The query as it is built.
    pub built: &'a Composed,
}

/// DuckDB judges what runs in DuckDB: dynamic queries, and static ones of DuckDB sources.
pub(super) fn foreign_dialect(setting: &Setting<'_>) -> Option<Unknown> {
    if setting.composed.dynamic {
        return None;
    }
    let model = *setting.composed.models.first()?;
    match source_of_model(setting.project, model) {
        Err(why) if why.code == Reason::SourceNotSupported => Some(why),
        Ok(source) if !source.runs_in_duckdb() => {
            Some(Unknown::new(Reason::SourceDialect, "its query runs in SQLite, whose dialect is not judged here"))
        }
        _ => None,
    }
}

/// Why the columns of a model that the query reads are not known, if they are not.
pub(super) fn unknown_models(setting: &Setting<'_>) -> Option<Unknown> {
    setting.composed.models.iter().find_map(|model| match setting.columns.get(model) {
        Some(Columns::Unknown(why)) => {
            let name = setting.project.object(*model).name_text();
            let message = format!("the columns of the model `{name}` are not known: {}", why.message);
            Some(Unknown::new(why.code, message))
        }
        Some(Columns::Failed) => {
            let name = setting.project.object(*model).name_text();
            Some(Unknown::new(Reason::ModelFailed, format!("the query of the model `{name}` fails")))
        }
        _ => None,
    })
}

/// The tables that the query reads, without rows.
///
/// # Errors
/// If the columns of one of them are not known.
pub(super) fn shadow_tables(setting: &Setting<'_>) -> Result<Arc<[ShadowTable]>, Unknown> {
    tables_of(setting.project, setting.columns, setting.composed)
        .ok_or_else(|| unknown_models(setting).unwrap_or_else(Unknown::pending))
}

/// The same; `None` if the columns of one of them are not known.
pub(super) fn tables_of(project: &Project, columns: &AllColumns, composed: &Composed) -> Option<Arc<[ShadowTable]>> {
    let table = |model: &ObjectId| {
        let Some(Columns::Known(columns)) = columns.get(model) else { return None };
        let columns = seen_columns(columns, composed.dynamic);
        Some(ShadowTable { name: name_hash(project.object(*model).name_text()), columns })
    };
    composed.models.iter().map(table).collect()
}
