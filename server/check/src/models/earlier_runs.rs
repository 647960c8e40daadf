//! What an earlier run of the project left in `target/` about databases that are not asked from here (§8 of the format's
//! reference, both layouts). The files are read by the engine's worker, like all data: as questions to a DuckDB in memory.
//!
//! A run may be older than the text. The columns of a model are believed only where its query says which they are: it names
//! them all, or it is `select * from` a table whose columns the same run tells. Options are always called stale.

use crate::facts::{Facts, Known};
use crate::models::check_model::Columns;
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::sync::Arc;
use viz_facts::{Answer, Column, OptionValues, Question, Reason, SourceSpec, Unknown};
use viz_project::{Body, ObjectId, Project};
use viz_sql::{OutputColumns, model_query, name_hash, output_columns};

/// Where a run leaves its results, below the project's folder (`R-DISC-06`).
const OUT: &str = "target/main";

/// Something that an earlier run found out.
pub(crate) struct Earlier<T> {
    pub(crate) found: T,
    /// When, in milliseconds since 1970.
    pub(crate) at: Option<i64>,
}

/// The columns of a model; `None` if no run has left them.
pub(crate) fn columns(project: &Project, facts: &Facts<'_>, model: ObjectId) -> Option<Columns> {
    let name = project.object(model).name_text();
    match known_columns(project, facts, model, name) {
        Ok(columns) => columns.map(|columns| Columns::Known(Arc::new(columns.found))),
        Err(why) => Some(Columns::Unknown(why)),
    }
}

/// When the columns of a model were found out, if an earlier run did so.
pub(crate) fn columns_at(project: &Project, facts: &Facts<'_>, model: ObjectId) -> Option<i64> {
    known_columns(project, facts, model, project.object(model).name_text()).ok()??.at
}

fn known_columns(
    project: &Project,
    facts: &Facts<'_>,
    model: ObjectId,
    name: &str,
) -> Result<Option<Earlier<Vec<Column>>>, Unknown> {
    let Some(Earlier { found: schema, at }) = schema(project, facts, name)? else { return Ok(None) };
    // Under the hash, never by position.
    let Some(columns) = schema.get(name_hash(name)).and_then(Value::as_object) else { return Ok(None) };
    if !is_of_this_query(project, facts, model, columns)? {
        let message =
            "the columns that an earlier run of the project left in `target/` are those of another query: run it again";
        return Err(Unknown::new(Reason::ArtefactOutdated, message));
    }
    let mut found = Vec::with_capacity(columns.len());
    for (name, ty) in columns {
        let Some(data_type) = ty.as_str().and_then(duckdb_type) else {
            let message = format!("an earlier run of the project does not tell the type of `{name}`");
            return Err(Unknown::new(Reason::TypesUnknown, message));
        };
        found.push(Column { name: name.clone(), data_type: data_type.into() });
    }
    Ok(Some(Earlier { found, at }))
}

/// Whether these can be the columns of the model's query as it is now.
fn is_of_this_query(
    project: &Project,
    facts: &Facts<'_>,
    model: ObjectId,
    columns: &Map<String, Value>,
) -> Result<bool, Unknown> {
    let (Some(sql), Some(source)) = (model_query(project, model), project.source_of(model)) else { return Ok(false) };
    let Body::Source(body) = &project.object(source).body else { return Ok(false) };
    let Some(kind) = body.kind else { return Ok(false) };
    let lower = |names: &mut dyn Iterator<Item = &String>| -> BTreeSet<String> {
        names.map(|name| name.to_lowercase()).collect()
    };
    let known = lower(&mut columns.keys());
    Ok(match output_columns(kind.dialect(), sql.text()) {
        Some(OutputColumns::Names(names)) => lower(&mut names.iter()) == known,
        Some(OutputColumns::AllOf(table)) => {
            let Some(schema) = schema(project, facts, project.object(source).name_text())? else { return Ok(false) };
            let tables = schema.found.get("tables").and_then(Value::as_object);
            let table = tables.and_then(|tables| tables.iter().find(|(name, _)| name.eq_ignore_ascii_case(&table)));
            let columns = table.and_then(|(_, table)| table.get("columns")?.as_object());
            columns.is_some_and(|columns| lower(&mut columns.keys()) == known)
        }
        None => false,
    })
}

/// The schema of a model or a source.
fn schema(project: &Project, facts: &Facts<'_>, name: &str) -> Result<Option<Earlier<Value>>, Unknown> {
    for path in [format!("schemas/{name}.json"), format!("schemas/{name}/schema.json")] {
        let sql =
            |path: &str| format!("SELECT epoch_ms(last_modified)::VARCHAR || ' ' || content FROM read_text({path})");
        let Some(found) = read(project, facts, &path, sql, 1)? else { continue };
        let text = found.values.first().cloned().flatten().unwrap_or_default();
        let Some((at, json)) = text.split_once(' ') else { continue };
        if let Ok(found) = serde_json::from_str(json) {
            return Ok(Some(Earlier { found, at: at.parse().ok() }));
        }
    }
    Ok(None)
}

/// The options of an input with a query; `None` if no run has left them.
pub(crate) fn options(
    project: &Project,
    facts: &Facts<'_>,
    input: &str,
    limit: u32,
) -> Result<Option<Earlier<OptionValues>>, Unknown> {
    for path in [format!("inputs/{input}_options.parquet"), format!("files/{input}_options.parquet")] {
        let values = |path: &str| format!("SELECT \"option\" FROM read_parquet({path})");
        let Some(found) = read(project, facts, &path, values, limit)? else { continue };
        let age = |path: &str| format!("SELECT epoch_ms(last_modified)::VARCHAR FROM read_blob({path})");
        let at = read(project, facts, &path, age, 1)?.and_then(|at| at.values.first()?.as_ref()?.parse().ok());
        return Ok(Some(Earlier { found, at }));
    }
    Ok(None)
}

/// What a query over one of a run's files gives; `None` if there is no such file, or if it is something else.
fn read(
    project: &Project,
    facts: &Facts<'_>,
    path: &str,
    sql: impl Fn(&str) -> String,
    limit: u32,
) -> Result<Option<OptionValues>, Unknown> {
    // A name is the file's name as it is; these would stand for other files.
    if path.contains(['*', '?', '[', '\0']) {
        return Ok(None);
    }
    let source = SourceSpec::DuckDbMemory { root: project.root.clone() };
    let sql = sql(&format!("'{OUT}/{}'", path.replace('\'', "''")));
    match facts.get(Question::Options { source, sql, limit }) {
        Known::Answer(answer, _) => match &*answer {
            Answer::Options(Ok(values)) => Ok(Some(values.clone())),
            _ => Ok(None),
        },
        Known::Unknown(_) => Ok(None),
        Known::Pending => Err(Unknown::pending()),
    }
}

/// The type that a column has in the browser's DuckDB, from the name that the run's parser gives it; `None` if it can't be told.
fn duckdb_type(name: &str) -> Option<String> {
    let upper = name.trim().to_uppercase();
    let base = upper.split(['(', '<']).next().unwrap_or_default().trim();
    let ty = match base {
        "BOOLEAN" | "BOOL" => "BOOLEAN",
        "TINYINT" => "TINYINT",
        "SMALLINT" => "SMALLINT",
        "INT" | "INTEGER" | "MEDIUMINT" | "SERIAL" => "INTEGER",
        "BIGINT" | "BIGSERIAL" => "BIGINT",
        "UTINYINT" => "UTINYINT",
        "USMALLINT" => "USMALLINT",
        "UINT" | "UMEDIUMINT" => "UINTEGER",
        "UBIGINT" => "UBIGINT",
        "FLOAT" => "FLOAT",
        // Decimals are stored as floats.
        "DOUBLE" | "DECIMAL" | "NUMERIC" | "BIGDECIMAL" | "UDECIMAL" | "UDOUBLE" | "MONEY" | "SMALLMONEY" => "DOUBLE",
        "TEXT" | "VARCHAR" | "CHAR" | "NCHAR" | "NVARCHAR" | "BPCHAR" | "STRING" | "NAME" | "LONGTEXT"
        | "MEDIUMTEXT" | "TINYTEXT" | "FIXEDSTRING" => "VARCHAR",
        "DATE" | "DATE32" => "DATE",
        "TIMESTAMP" | "DATETIME" | "DATETIME64" | "TIMESTAMPNTZ" | "DATETIME2" | "SMALLDATETIME" => "TIMESTAMP",
        "TIMESTAMPTZ" | "TIMESTAMPLTZ" => "TIMESTAMP WITH TIME ZONE",
        _ => return None,
    };
    Some(ty.to_owned())
}

#[cfg(test)]
mod tests {
    use super::duckdb_type;

    #[test]
    fn types_of_runs() {
        for (theirs, ours) in [
            ("INT", Some("INTEGER")),
            ("DECIMAL(10, 2)", Some("DOUBLE")),
            ("varchar(40)", Some("VARCHAR")),
            ("TIMESTAMPTZ", Some("TIMESTAMP WITH TIME ZONE")),
            ("UNKNOWN", None),
            ("ARRAY<INT>", None),
        ] {
            assert_eq!(duckdb_type(theirs).as_deref(), ours, "{theirs}");
        }
    }
}
