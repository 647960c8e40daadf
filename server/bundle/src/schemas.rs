//! The schema of a source: which tables it has, with which columns.

use crate::json::object;
use crate::layout::Layout;
use crate::work::{GENERATED, Text, Work};
use indexmap::IndexMap;
use serde_json::{Map, Value};
use viz_check::source_spec;
use viz_facts::{
    Answer, Catalog, DataType, FactStore, Question, Reason, SourceSpec, SqlError, Storage, TypeKind, Unknown,
};
use viz_project::{Body, Kind, ObjectId, Project};

/// So many columns of all tables are read at most.
const COLUMNS: u32 = 100_000;

/// One column of a source's table. Tables outside the default schema are called `schema.table`.
struct Column {
    schema: String,
    table: String,
    name: String,
    data_type: DataType,
    nullable: bool,
}

/// What a build wants to know besides what a check asks: ask until there is nothing left.
pub fn questions(project: &Project, facts: &FactStore) -> Vec<Question> {
    let open = |id: ObjectId| {
        let spec = spec(project, id).ok()?;
        match columns(&spec, facts) {
            Err(Missing::Questions(questions)) => Some(questions),
            _ => None,
        }
    };
    project.of_kind(Kind::Source).filter_map(open).flatten().collect()
}

enum Missing {
    /// Answers to these.
    Questions(Vec<Question>),
    /// They can't be had.
    Why(Unknown),
}

fn spec(project: &Project, id: ObjectId) -> Result<SourceSpec, Unknown> {
    let object = project.object(id);
    match &object.body {
        Body::Source(source) => source_spec(project, object.name_text(), source),
        _ => Err(Unknown::new(Reason::NoSource, "this is no source")),
    }
}

/// The work for a source.
pub(crate) fn work(project: &Project, facts: &FactStore, id: ObjectId, layout: Layout) -> Result<Work, Unknown> {
    let name = project.object(id).name_text();
    let spec = spec(project, id)?;
    let columns = columns(&spec, facts).map_err(|missing| match missing {
        Missing::Why(why) => why,
        Missing::Questions(_) => Unknown::new(Reason::Pending, "its tables were not read"),
    })?;
    let Body::Source(source) = &project.object(id).body else { return Ok(Work::default()) };
    let kind = source.ty.as_ref().map_or("", |ty| ty.text.as_str());
    let text = Text { path: layout.schema(name), json: json(name, kind, &spec, &columns) };
    Ok(Work { texts: vec![text], asks: first_question(&spec).into_iter().collect(), ..Work::default() })
}

fn json(name: &str, kind: &str, spec: &SourceSpec, columns: &[Column]) -> Value {
    let default = DEFAULT_SCHEMA;
    let several = columns.iter().any(|column| column.schema != default);
    let mut tables: IndexMap<String, Vec<&Column>> = IndexMap::new();
    for column in columns {
        let table =
            if column.schema == default { column.table.clone() } else { format!("{}.{}", column.schema, column.table) };
        tables.entry(table).or_default().push(column);
    }
    let mut nested = Map::new();
    for column in columns {
        let (schema, table) = (column.schema.to_lowercase(), column.table.to_lowercase());
        let of_schema = match several {
            true => entry(&mut nested, &schema),
            false => &mut nested,
        };
        entry(of_schema, &table).insert(column.name.to_lowercase(), parser_type(&column.data_type).into());
    }
    let table = |(name, columns): (&String, &Vec<&Column>)| {
        let column = |column: &&Column| {
            let described = object([("type", column.data_type.as_str().into()), ("nullable", column.nullable.into())]);
            (column.name.clone(), described)
        };
        let metadata = object([("table_name", name.as_str().into()), ("column_count", columns.len().into())]);
        let columns = Value::Object(columns.iter().map(column).collect());
        (name.clone(), object([("columns", columns), ("metadata", metadata)]))
    };
    let metadata = object([
        ("total_tables", tables.len().into()),
        ("total_columns", columns.len().into()),
        ("databases", Value::Array(databases(spec).into_iter().map(Value::from).collect())),
        ("source_type", kind.into()),
        ("default_schema", default.into()),
    ]);
    object([
        ("source_name", name.into()),
        ("source_type", kind.into()),
        (GENERATED, "".into()),
        ("tables", Value::Object(tables.iter().map(table).collect())),
        ("sqlglot_schema", Value::Object(nested)),
        ("metadata", metadata),
    ])
}

fn entry<'a>(map: &'a mut Map<String, Value>, key: &str) -> &'a mut Map<String, Value> {
    let value = map.entry(key).or_insert_with(|| Value::Object(Map::new()));
    value.as_object_mut().expect("only objects are put in")
}

/// Tables elsewhere are called `schema.table`.
const DEFAULT_SCHEMA: &str = "main";

fn databases(spec: &SourceSpec) -> Vec<String> {
    match (spec.storage(), spec.path()) {
        (Storage::Memory | Storage::PlainFile, _) => vec!["memory".to_owned()],
        (Storage::SqliteFile, _) => vec!["main".to_owned()],
        (Storage::DuckDbFile, path) => {
            let stem = path.and_then(|path| path.reveal().file_stem().map(|stem| stem.to_string_lossy()));
            stem.map(|stem| viz_secrets::hide(&stem).into_owned()).into_iter().collect()
        }
    }
}

fn columns(spec: &SourceSpec, facts: &FactStore) -> Result<Vec<Column>, Missing> {
    match spec.catalog() {
        Catalog::Empty => Ok(Vec::new()),
        Catalog::Table(table) => described(spec, facts, &[table.to_owned()]),
        Catalog::Sqlite => described(spec, facts, &values(spec, facts)?),
        Catalog::DuckDb => {
            let column = |line: String| {
                let (schema, table, name, data_type, nullable): (_, _, _, DataType, _) =
                    serde_json::from_str(&line).ok()?;
                Some(Column { schema, table, name, data_type, nullable })
            };
            Ok(values(spec, facts)?.into_iter().filter_map(column).collect())
        }
    }
}

/// The question that a source's schema begins with.
fn first_question(spec: &SourceSpec) -> Option<Question> {
    let options = |sql: &str| Question::Options { source: spec.clone(), sql: sql.to_owned(), limit: COLUMNS };
    match spec.catalog() {
        Catalog::Empty => None,
        Catalog::Table(table) => Some(whole(spec, table)),
        Catalog::Sqlite => Some(options(
            "select name from sqlite_master where type in ('table', 'view') and name not like 'sqlite_%' order by name",
        )),
        Catalog::DuckDb => Some(options(
            "select json_array(schema_name, table_name, column_name, data_type, is_nullable)::varchar \
             from duckdb_columns() where not internal and database_name = current_database() \
             order by schema_name, table_name, column_index",
        )),
    }
}

/// All of a table.
fn whole(spec: &SourceSpec, table: &str) -> Question {
    let sql = format!("select * from \"{}\"", table.replace('"', "\"\""));
    Question::Describe { source: spec.clone(), sql }
}

fn values(spec: &SourceSpec, facts: &FactStore) -> Result<Vec<String>, Missing> {
    let question = first_question(spec).ok_or_else(strange)?;
    match answer(facts, &question)? {
        Answer::Options(Ok(found)) => Ok(found.values.iter().flatten().cloned().collect()),
        Answer::Options(Err(error)) => Err(failed(error)),
        _ => Err(strange()),
    }
}

/// The columns of tables as a query of each has them.
fn described(spec: &SourceSpec, facts: &FactStore, tables: &[String]) -> Result<Vec<Column>, Missing> {
    let (mut out, mut open) = (Vec::new(), Vec::new());
    for table in tables {
        let columns = match answer(facts, &whole(spec, table)) {
            Ok(Answer::Columns(Ok(columns))) => columns,
            Ok(Answer::Columns(Err(error))) => return Err(failed(error)),
            Ok(_) => return Err(strange()),
            Err(Missing::Questions(questions)) => {
                open.extend(questions);
                continue;
            }
            Err(why) => return Err(why),
        };
        out.extend(columns.iter().map(|column| Column {
            schema: DEFAULT_SCHEMA.to_owned(),
            table: table.clone(),
            name: column.name.clone(),
            data_type: column.data_type.clone(),
            nullable: true,
        }));
    }
    if open.is_empty() { Ok(out) } else { Err(Missing::Questions(open)) }
}

fn answer<'a>(facts: &'a FactStore, question: &Question) -> Result<&'a Answer, Missing> {
    match facts.get(question) {
        None => Err(Missing::Questions(vec![question.clone()])),
        Some(viz_facts::Fact::Unknown(why)) => Err(Missing::Why(why.clone())),
        Some(fact) => fact.answer().map(AsRef::as_ref).ok_or_else(strange),
    }
}

fn failed(error: &SqlError) -> Missing {
    Missing::Why(Unknown::new(Reason::Schema, format!("its tables can't be read: {}", error.message)))
}

fn strange() -> Missing {
    Missing::Why(Unknown::new(Reason::Engine, "the engine gave an answer of another kind"))
}

/// The name that the reference's SQL parser has for a type of DuckDB.
pub(crate) fn parser_type(data_type: &DataType) -> &str {
    match data_type.as_str() {
        _ if data_type.kind() == TypeKind::Enum => "TEXT",
        "INTEGER" => "INT",
        "VARCHAR" => "TEXT",
        "TIMESTAMP WITH TIME ZONE" => "TIMESTAMPTZ",
        "TIME WITH TIME ZONE" => "TIMETZ",
        other => other,
    }
}
