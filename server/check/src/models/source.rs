//! Which source a query runs on, as the engine needs to know it.

use viz_facts::{Reason, SourceSpec, Unknown};
use viz_project::{Body, Code, Kind, ObjectId, Opened, Problem, Project, Source, SourceType, normalize};
use viz_secrets::ExposeSecret;

/// The source of a model.
///
/// # Errors
/// Why it can't be asked.
pub fn source_of_model(project: &Project, model: ObjectId) -> Result<SourceSpec, Unknown> {
    if let Body::Model(body) = &project.object(model).body
        && body.special
    {
        let message = "the data of a script or merge model come from a run of the project";
        return Err(Unknown::new(Reason::SpecialModel, message));
    }
    let source = project
        .source_of(model)
        .ok_or_else(|| Unknown::new(Reason::NoSource, "the model has no source that could be asked"))?;
    let Body::Source(body) = &project.object(source).body else {
        return Err(Unknown::new(Reason::NoSource, "the model's source is no source"));
    };
    source_spec(project, project.object(source).name_text(), body)
}

/// What the engine needs to know to open a source.
///
/// # Errors
/// The reason why it can't.
pub fn source_spec(project: &Project, name: &str, source: &Source) -> Result<SourceSpec, Unknown> {
    let root = project.root.clone();
    match source.kind.map(SourceType::opened) {
        Some(Opened::DuckDb | Opened::Sqlite) if source.attached => Err(Unknown::new(
            Reason::SourceNotSupported,
            format!("the databases that the source `{name}` attaches are not opened from here"),
        )),
        Some(opened @ (Opened::DuckDb | Opened::Sqlite)) => {
            let Some(database) = &source.database else {
                return Err(Unknown::new(Reason::NoSource, format!("the source `{name}` has no `database`")));
            };
            let unset = |variable| {
                Unknown::new(
                    Reason::VariableUnset,
                    format!("the source `{name}` needs the environment variable `{variable}`, which is not set"),
                )
            };
            let resolved = project.resolve_variables(database).map_err(unset)?;
            let path = project.source_path(database).map_err(unset)?;
            Ok(match resolved.expose_secret().trim() {
                ":memory:" if opened == Opened::Sqlite => {
                    return Err(Unknown::new(Reason::NoSource, "a SQLite database in memory has no tables"));
                }
                ":memory:" => SourceSpec::DuckDbMemory { root },
                _ if opened == Opened::Sqlite => SourceSpec::Sqlite { path, root },
                _ => SourceSpec::DuckDbFile { path, root },
            })
        }
        Some(Opened::Csv) => {
            let Some(file) = &source.file else {
                return Err(Unknown::new(Reason::NoSource, format!("the source `{name}` has no `file`")));
            };
            Ok(SourceSpec::Csv {
                path: normalize(&root.join(&file.text)).into(),
                root,
                view: name.to_owned(),
                delimiter: source.delimiter.clone().unwrap_or_else(|| ",".into()),
                has_header: source.has_header,
            })
        }
        Some(Opened::Elsewhere) | None => Err(match &source.ty {
            Some(ty) => {
                let message = format!("sources of type `{}` can't be asked from here", ty.text);
                Unknown::new(Reason::SourceNotSupported, message)
            }
            None => Unknown::new(Reason::NoSource, format!("the source `{name}` has no `type`")),
        }),
    }
}

/// The sources of a project: name, type as written, and how the engine opens each, or why it can't.
pub fn sources(project: &Project) -> Vec<(String, String, Result<SourceSpec, Unknown>)> {
    let mut out = Vec::new();
    for id in project.ids() {
        let Body::Source(source) = &project.object(id).body else { continue };
        let name = project.object(id).name_text();
        let ty = source.ty.as_ref().map_or_else(String::new, |ty| ty.text.clone());
        out.push((name.to_owned(), ty, source_spec(project, name, source)));
    }
    out
}

/// Variables that the sources of a project need and that are not set (`R-ENV-03`).
pub(crate) fn unset_variables(project: &Project) -> Vec<Problem> {
    let mut out = Vec::new();
    for id in project.of_kind(Kind::Source) {
        let Body::Source(source) = &project.object(id).body else { continue };
        for variable in &source.variables {
            let name = &variable.text;
            if project.environment().get(name).is_none() {
                let message = format!("the environment variable `{name}` is not set: the source can't be opened");
                out.push(
                    Problem::new(Code::UnsetVariable, variable.loc, message)
                        .help(format!("set it, or add `{name}=…` to `.env`")),
                );
            }
        }
    }
    out
}
