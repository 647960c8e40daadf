//! Sources that no run of the project can use, whatever they hold.

use crate::models::check_model::{defined_here, models_behind};
use crate::report::Finding;
use viz_project::{Body, Code, Kind, ObjectId, Opened, Problem, Project, Related, Resolution, Rule, SourceType};
use viz_text::TextRange;

/// Databases in memory: before 2.2 a run opens them read-only, which DuckDB refuses (`R-SRC-03`).
pub(crate) fn in_memory(project: &Project) -> Vec<Problem> {
    let target = project.target();
    if target.has(Rule::MemoryDatabases) {
        return Vec::new();
    }
    let problem = |id: ObjectId| {
        let Body::Source(source) = &project.object(id).body else { return None };
        // How an attached one is opened is another matter.
        let attached = project.parent(id).is_some_and(|parent| project.object(parent).kind == Kind::Source);
        let in_memory = |text: &&viz_text::MappedText| text.text().trim() == ":memory:" && !attached;
        let database =
            source.database.as_ref().filter(in_memory).filter(|_| source.kind == Some(SourceType::DuckDb))?;
        let loc = database.locate(TextRange::up_to(database.len()))?;
        let message = format!(
            "a run of {target} can't open a database in memory: it is opened read-only, and all that reads it fails (R-SRC-03)"
        );
        let help = "name a database file, which may be empty; if the project runs in 2.2, where this works, say `target: \"2.2\"` in `.viz-lsp.yml`";
        Some(Problem::new(Code::UnusableSource, loc, message).help(help).by(Rule::MemoryDatabases))
    };
    project.of_kind(Kind::Source).filter_map(problem).collect()
}

/// Variables in the path of a DuckDB database, which no run replaces: none gets a connection (`R-ENV-08`, S-51).
pub(crate) fn with_variables(project: &Project) -> Vec<Problem> {
    let problem = |id: ObjectId| {
        let Body::Source(source) = &project.object(id).body else { return None };
        let attached = project.parent(id).is_some_and(|parent| project.object(parent).kind == Kind::Source);
        let is_duckdb = source.kind == Some(SourceType::DuckDb) && !attached;
        let database = source.database.as_ref().filter(|_| is_duckdb)?;
        let loc = database.locate(TextRange::up_to(database.len()))?;
        source.variables.iter().find(|name| loc.contains(name.loc))?;
        let message = "no run can open this database: in the path of a DuckDB database variables are not replaced, and all that reads it fails (R-ENV-08)";
        Some(Problem::new(Code::UnusableSource, loc, message).help("write the path itself"))
    };
    project.of_kind(Kind::Source).filter_map(problem).collect()
}

/// An insight on a source of files: in every version the build of its query asks the source for what only databases have.
/// Models and options work there.
pub(crate) fn of_insight(project: &Project, insight: ObjectId) -> Option<Finding> {
    let on_files = |model: ObjectId| {
        let source = project.source_of(model)?;
        let Body::Source(body) = &project.object(source).body else { return None };
        let ty = body.ty.as_ref().filter(|_| body.kind.is_some_and(|kind| kind.opened() == Opened::Csv))?;
        Some((model, source, ty))
    };
    let (reference, (model, source, ty)) = project.references_of(insight).find_map(|(reference, meaning)| {
        let Resolution::Object(id) = meaning else { return None };
        let (Kind::Model | Kind::Metric | Kind::Dimension) = project.object(*id).kind else { return None };
        let mut models: Vec<ObjectId> = models_behind(project, [*id]).into_iter().collect();
        models.sort_unstable();
        Some((reference, models.into_iter().find_map(on_files)?))
    })?;
    let name = project.object(source).name_text();
    let message = format!(
        "the run of this insight fails: none can be built on a source of the type `{}`, such as `{name}`",
        ty.text
    );
    let mut finding = Finding::new(Code::UnusableSource, reference.name_loc, message);
    finding.related.push(Related { loc: ty.loc, message: format!("the type of the source `{name}` is here") });
    finding.related.push(defined_here(project, model));
    finding.help = Some("read the file in the model of a `duckdb` source: `select * from read_csv('…')`".into());
    Some(finding)
}
