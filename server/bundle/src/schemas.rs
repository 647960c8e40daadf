//! The schema of a source: which tables it has, with which columns.

use crate::json::object;
use crate::layout::Layout;
use crate::work::{GENERATED, Text, Work};
use indexmap::IndexMap;
use serde_json::{Map, Value};
use std::path::Path;
use viz_check::source_spec;
use viz_facts::{
    Answer, Catalog, DataType, FactStore, KeyedQuestion, Question, Reason, SourceSpec, Storage, TypeKind, Unknown,
};
use viz_project::{Body, Kind, ObjectId, Project};

/// Maximum number of columns to read, over all tables of a source.
const COLUMNS: u32 = 100_000;

/// Tables that are left out and told one by one.
const LEFT_OUT: usize = 20;

/// One column of a source's table. Tables outside the default schema are called `schema.table`.
struct Column {
    schema: String,
    table: String,
    name: String,
    data_type: DataType,
    nullable: bool,
}

/// What a build wants to know besides what a check asks: ask until there is nothing left.
pub fn questions(project: &Project, facts: &FactStore) -> Vec<KeyedQuestion> {
    let open = |id: ObjectId| {
        let spec = spec(project, id).ok()?;
        match tables(&spec, facts) {
            Err(Missing::Questions(questions)) => Some(questions),
            _ => None,
        }
    };
    project.of_kind(Kind::Source).filter_map(open).flatten().collect()
}

enum Missing {
    /// Answers to these.
    Questions(Vec<KeyedQuestion>),
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
    let tables = tables(&spec, facts).map_err(|missing| match missing {
        Missing::Why(why) => why,
        Missing::Questions(_) => Unknown::new(Reason::Pending, "its tables were not read"),
    })?;
    let Body::Source(source) = &project.object(id).body else { return Ok(Work::default()) };
    let kind = source.ty.as_ref().map_or("", |ty| ty.text.as_str());
    let text = Text { path: layout.schema(name), json: json(name, kind, &spec, &tables.columns) };
    let asks = first_question(&spec).into_iter().chain(tables.views).collect();
    let warnings = told(tables.left_out);
    Ok(Work { texts: vec![text], asks, warnings, ..Work::default() })
}

/// What is said of tables that are left out: of so many one by one.
fn told(left_out: Vec<(String, String)>) -> Vec<String> {
    let more = left_out.len().saturating_sub(LEFT_OUT);
    let one = |(table, why)| format!("`{table}` is left out of its schema, because it can't be read: {why}");
    let mut told: Vec<String> = left_out.into_iter().take(LEFT_OUT).map(one).collect();
    if more > 0 {
        told.push(format!("{more} more of its tables and views are left out of its schema"));
    }
    told
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
        entry(of_schema, &table).insert(column.name.to_lowercase(), parser_name(spec, &column.data_type).into());
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
            // By the path as it is written: what a variable says is told nowhere.
            let stem = |path: String| Path::new(&path).file_stem().map(|stem| stem.to_string_lossy().into_owned());
            path.and_then(|path| stem(path.to_string())).into_iter().collect()
        }
    }
}

/// What a source has.
#[derive(Default)]
struct Tables {
    columns: Vec<Column>,
    /// Tables without their columns, and why.
    left_out: Vec<(String, String)>,
    /// What was asked about views of DuckDB: the files that they read decide, too.
    views: Vec<Question>,
}

/// A table, and the schema that it is in.
type Place = (String, String);

fn tables(spec: &SourceSpec, facts: &FactStore) -> Result<Tables, Missing> {
    match spec.catalog() {
        Catalog::Empty => Ok(Tables::default()),
        Catalog::Table(table) => {
            let tables = described(spec, facts, &[in_default(table.to_owned())])?;
            match tables.left_out.first() {
                None => Ok(tables),
                // It is all that there is.
                Some((_, why)) => Err(unreadable(why)),
            }
        }
        Catalog::Sqlite => {
            let places: Vec<Place> = values(spec, facts)?.into_iter().map(in_default).collect();
            described(spec, facts, &places)
        }
        Catalog::DuckDb => of_duckdb(spec, facts),
    }
}

/// DuckDB's catalogue tells of a view the columns that it had when it was made. What it has now, its query says: the file that it reads may
/// have got others.
fn of_duckdb(spec: &SourceSpec, facts: &FactStore) -> Result<Tables, Missing> {
    let (mut columns, mut views) = (Vec::new(), Vec::new());
    for line in values(spec, facts)? {
        let found: Option<(String, String, String, DataType, bool, bool)> = serde_json::from_str(&line).ok();
        match found {
            Some((schema, table, .., true)) => views.push((schema, table)),
            Some((schema, table, name, data_type, nullable, false)) => {
                columns.push(Column { schema, table, name, data_type, nullable });
            }
            None => {}
        }
    }
    views.dedup();
    let mut tables = described(spec, facts, &views)?;
    tables.columns.extend(columns);
    tables.columns.sort_by(|a, b| (&a.schema, &a.table).cmp(&(&b.schema, &b.table)));
    tables.views = views.iter().map(|place| columns_of(spec, place)).collect();
    Ok(tables)
}

fn in_default(table: String) -> Place {
    (DEFAULT_SCHEMA.to_owned(), table)
}

/// The question that a source's schema begins with.
fn first_question(spec: &SourceSpec) -> Option<Question> {
    let options = |sql: &str| Question::Options { source: spec.clone(), sql: sql.to_owned(), limit: COLUMNS };
    match spec.catalog() {
        Catalog::Empty => None,
        Catalog::Table(table) => Some(whole(spec, &viz_sql::quote(table))),
        Catalog::Sqlite => Some(options(
            "select name from sqlite_master where type in ('table', 'view') and name not like 'sqlite_%' order by name",
        )),
        Catalog::DuckDb => Some(options(
            "select json_array(schema_name, table_name, column_name, data_type, is_nullable, \
                 (schema_name, table_name) in (select (schema_name, view_name) from duckdb_views() \
                     where database_name = current_database()))::varchar \
             from duckdb_columns() where not internal and database_name = current_database() \
             order by schema_name, table_name, column_index",
        )),
    }
}

/// Which columns a table has. No row of it is read: behind a view may be a query that never ends, and nobody else needs it.
fn columns_of(spec: &SourceSpec, (schema, table): &Place) -> Question {
    match spec.catalog() {
        Catalog::Sqlite => {
            let name = table.replace('\'', "''");
            // Hidden columns of virtual tables are arguments.
            let sql = format!(
                "select json_array(name, type, \"notnull\") from pragma_table_xinfo('{name}') where hidden <> 1 order by cid"
            );
            Question::Options { source: spec.clone(), sql, limit: COLUMNS }
        }
        Catalog::DuckDb => whole(spec, &format!("{}.{}", viz_sql::quote(schema), viz_sql::quote(table))),
        _ => whole(spec, &viz_sql::quote(table)),
    }
}

/// All of a table, whose name is quoted.
fn whole(spec: &SourceSpec, table: &str) -> Question {
    let sql = format!("select * from {table}");
    Question::Describe { source: spec.clone(), sql }
}

fn values(spec: &SourceSpec, facts: &FactStore) -> Result<Vec<String>, Missing> {
    let question = first_question(spec).ok_or_else(strange)?;
    match answer(facts, question)? {
        Answer::Options(Ok(found)) => Ok(found.values.iter().flatten().cloned().collect()),
        Answer::Options(Err(error)) => Err(unreadable(&error.message)),
        _ => Err(strange()),
    }
}

/// The columns of tables. What can't be read (a view on a table that is gone) is left out: nobody else needs it.
fn described(spec: &SourceSpec, facts: &FactStore, tables: &[Place]) -> Result<Tables, Missing> {
    let (mut out, mut open) = (Tables::default(), Vec::new());
    for place @ (schema, table) in tables {
        let column = |name: &str, data_type: DataType, nullable: bool| Column {
            schema: schema.clone(),
            table: table.clone(),
            name: name.to_owned(),
            data_type,
            nullable,
        };
        let columns: Result<Vec<Column>, String> = match answer(facts, columns_of(spec, place)) {
            Ok(Answer::Columns(Ok(columns))) => {
                Ok(columns.iter().map(|found| column(&found.name, found.data_type.clone(), true)).collect())
            }
            Ok(Answer::Options(Ok(found))) if !found.values.is_empty() => {
                let declared = |line: &String| {
                    let (name, data_type, not_null): (String, String, u8) = serde_json::from_str(line).ok()?;
                    Some(column(&name, declared_type(&data_type), not_null == 0))
                };
                Ok(found.values.iter().flatten().filter_map(declared).collect())
            }
            Ok(Answer::Options(Ok(_))) => Err("its query fails".to_owned()),
            Ok(Answer::Columns(Err(error)) | Answer::Options(Err(error))) => Err(error.message.clone()),
            Ok(_) => return Err(strange()),
            Err(Missing::Questions(questions)) => {
                open.extend(questions);
                continue;
            }
            Err(Missing::Why(why)) if is_of_its_own(&why) => Err(why.message),
            Err(why) => return Err(why),
        };
        match columns {
            Ok(columns) => out.columns.extend(columns),
            Err(why) => out.left_out.push((table.clone(), why)),
        }
    }
    if open.is_empty() { Ok(out) } else { Err(Missing::Questions(open)) }
}

/// A type as a SQLite table declares it. Columns of computed values have none, which the reference calls so.
fn declared_type(text: &str) -> DataType {
    if text.is_empty() { "NULL".into() } else { text.to_uppercase().as_str().into() }
}

/// Whether one table can't be read for a reason that says nothing of the others.
fn is_of_its_own(why: &Unknown) -> bool {
    matches!(why.code, Reason::Timeout | Reason::OutOfMemory | Reason::AnswerTooLong | Reason::FunctionNotRun)
}

fn answer(facts: &FactStore, question: Question) -> Result<&Answer, Missing> {
    let question = KeyedQuestion::from(question);
    match facts.get(&question) {
        None => Err(Missing::Questions(vec![question])),
        Some(viz_facts::Fact::Unknown(why)) => Err(Missing::Why(why.clone())),
        Some(fact) => fact.answer().map(AsRef::as_ref).ok_or_else(strange),
    }
}

fn unreadable(why: &str) -> Missing {
    Missing::Why(Unknown::new(Reason::Schema, format!("its tables can't be read: {why}")))
}

fn strange() -> Missing {
    Missing::Why(Unknown::new(Reason::Engine, "the engine gave an answer of another kind"))
}

/// The name that the reference's SQL parser has for a type of a source.
fn parser_name<'a>(spec: &SourceSpec, data_type: &'a DataType) -> &'a str {
    match (spec.storage(), data_type.as_str()) {
        (Storage::SqliteFile, name) => match name {
            "INTEGER" => "INT",
            "REAL" => "FLOAT",
            "NUMERIC" => "DECIMAL",
            "BLOB" => "VARBINARY",
            "DOUBLE PRECISION" => "DOUBLE",
            "CLOB" => "TEXT",
            other => other,
        },
        _ => parser_type(data_type),
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use viz_facts::{Fact, OptionValues, SqlError, SqlErrorKind};

    fn found(spec: &SourceSpec, of_view: Result<Answer, Unknown>) -> Result<Tables, Missing> {
        let column = || viz_facts::Column { name: "a".into(), data_type: "BIGINT".into() };
        let names = ["t", "v"].map(|name| Some(name.to_owned())).to_vec();
        let names = OptionValues { columns: vec![column()], values: names, more: false };
        let mut facts = FactStore::default();
        let mut learn = |question: Question, answer: Result<Answer, Unknown>| {
            let known = |answer| Fact::Known { answer: std::sync::Arc::new(answer), at: std::time::SystemTime::now() };
            facts.insert(KeyedQuestion::from(question).key(), answer.map_or_else(Fact::Unknown, known));
        };
        learn(first_question(spec).unwrap(), Ok(Answer::Options(Ok(names))));
        let line = Some(r#"["a","VARCHAR(3)",1]"#.to_owned());
        let one = OptionValues { columns: vec![column()], values: vec![line], more: false };
        learn(columns_of(spec, &in_default("t".into())), Ok(Answer::Options(Ok(one))));
        learn(columns_of(spec, &in_default("v".into())), of_view);
        tables(spec, &facts)
    }

    #[test]
    fn of_many_that_are_left_out_some_are_told() {
        let all = |count: usize| (0..count).map(|at| (format!("v{at}"), "too slow".to_owned())).collect();
        assert_eq!(told(all(LEFT_OUT)).len(), LEFT_OUT);
        let lines = told(all(50_000));
        assert_eq!(lines.len(), LEFT_OUT + 1);
        assert_eq!(lines[LEFT_OUT], "49980 more of its tables and views are left out of its schema");
    }

    #[test]
    fn a_view_that_is_broken_is_left_out_alone() {
        let path = std::path::PathBuf::from("/p/x.sqlite");
        let sqlite = SourceSpec::Sqlite { root: "/p".into(), path: path.into() };
        let gone = SqlError {
            kind: SqlErrorKind::Catalog,
            message: "no such table: main.u".into(),
            offset: None,
            length: None,
            candidates: Vec::new(),
        };
        for of_view in
            [Ok(Answer::Options(Err(gone.clone()))), Err(Unknown::new(Reason::Timeout, "no such table: main.u"))]
        {
            let Ok(Tables { columns, left_out, .. }) = found(&sqlite, of_view) else {
                panic!("the source is left out")
            };
            let shown = |column: &Column| (column.table.clone(), column.data_type.to_string(), column.nullable);
            assert_eq!(
                columns.iter().map(shown).collect::<Vec<_>>(),
                [("t".to_owned(), "VARCHAR(3)".to_owned(), false)]
            );
            assert_eq!(left_out, [("v".to_owned(), gone.message.clone())]);
        }
        assert!(matches!(found(&sqlite, Err(Unknown::new(Reason::DatabaseLocked, ""))), Err(Missing::Why(_))));
    }

    /// The catalogue says what a view had when it was made.
    #[test]
    fn a_view_of_duckdb_has_the_columns_that_its_query_has_now() {
        let spec = SourceSpec::DuckDbFile { root: "/p".into(), path: std::path::PathBuf::from("/p/x.duckdb").into() };
        let lines = [
            r#"["main","b","old","VARCHAR",true,true]"#,
            r#"["main","b","older","VARCHAR",true,true]"#,
            r#"["main","c","x","BIGINT",false,false]"#,
            r#"["other","a","y","BIGINT",true,false]"#,
        ];
        let column = |name: &str| viz_facts::Column { name: name.into(), data_type: "BIGINT".into() };
        let values = lines.map(|line| Some(line.to_owned())).to_vec();
        let mut facts = FactStore::default();
        let mut learn = |question: Question, answer: Answer| {
            let fact = Fact::Known { answer: std::sync::Arc::new(answer), at: std::time::SystemTime::now() };
            facts.insert(KeyedQuestion::from(question).key(), fact);
        };
        let found = OptionValues { columns: vec![column("a")], values, more: false };
        learn(first_question(&spec).unwrap(), Answer::Options(Ok(found)));
        let view = Question::Describe { source: spec.clone(), sql: "select * from \"main\".\"b\"".into() };
        learn(view.clone(), Answer::Columns(Ok(vec![column("new")])));
        let Ok(tables) = tables(&spec, &facts) else { panic!("all is known") };
        let shown: Vec<_> = tables.columns.iter().map(|column| (column.table.as_str(), column.name.as_str())).collect();
        assert_eq!(shown, [("b", "new"), ("c", "x"), ("a", "y")]);
        assert_eq!(tables.views, [view], "what the view reads decides whether it is built again");
    }
}
