//! The files of a model: its columns, and its rows where the browser reads them.

use crate::json::object;
use crate::layout::Layout;
use crate::schemas::parser_type;
use crate::work::{GENERATED, Query, Text, Work};
use serde_json::{Map, Value};
use viz_check::{columns_of, source_of_model};
use viz_facts::{FactStore, Question, Reason, Unknown};
use viz_project::{Body, Kind, ObjectId, Project, Resolution};
use viz_sql::{dependent_models, model_query, name_hash};

/// The work for a model. `read` says whether the browser reads its rows.
pub(crate) fn work(
    project: &Project,
    facts: &FactStore,
    id: ObjectId,
    read: bool,
    layout: Layout,
) -> Result<Work, Unknown> {
    let name = project.object(id).name_text();
    let sql = model_query(project, id).ok_or_else(|| Unknown::new(Reason::NoSql, "it has no SQL"))?;
    let source = source_of_model(project, id)?;
    let columns = columns_of(project, facts, id)?;
    let hashed: Map<String, Value> =
        columns.iter().map(|column| (column.name.clone(), parser_type(&column.data_type).into())).collect();
    let mut json = Map::from_iter([(name_hash(name), Value::Object(hashed))]);
    if layout == Layout::V2_1 {
        let column = |column: &viz_facts::Column| {
            let described = object([("type", parser_type(&column.data_type).into()), ("nullable", Value::Bool(true))]);
            (column.name.clone(), described)
        };
        let metadata =
            object([("total_columns", columns.len().into()), ("source_dialect", dialect(project, id).into())]);
        json.extend([
            ("model_name".to_owned(), name.into()),
            ("model_type".to_owned(), "sql".into()),
            (GENERATED.to_owned(), "".into()),
            ("columns".to_owned(), Value::Object(columns.iter().map(column).collect())),
            ("metadata".to_owned(), metadata),
        ]);
    }
    let texts = vec![Text { path: layout.schema(name), json: Value::Object(json) }];
    let asks = vec![Question::Describe { source: source.clone(), sql: sql.text().to_owned() }];
    let rows = read.then(|| Query {
        source,
        tables: Vec::new(),
        sql: sql.text().to_owned(),
        names: Vec::new(),
        parquet: Some(layout.model(name)),
        flat: None,
    });
    Ok(Work { queries: rows.into_iter().collect(), texts, asks, warnings: Vec::new() })
}

/// R-SRC-04.
fn dialect(project: &Project, model: ObjectId) -> &'static str {
    let source = project.source_of(model).map(|source| &project.object(source).body);
    let Some(Body::Source(source)) = source else { return "" };
    source.kind.map_or("", |kind| kind.dialect().parser_name())
}

/// The models whose rows the browser reads: those of insights with inputs, and of tables.
pub(crate) fn read_by_browser(project: &Project) -> rustc_hash::FxHashSet<ObjectId> {
    let of_insights = project
        .of_kind(Kind::Insight)
        .filter(|insight| !viz_sql::inputs_of(project, *insight).is_empty())
        .flat_map(|insight| dependent_models(project, insight));
    let of_tables = project.of_kind(Kind::Table).flat_map(|table| {
        let named = project.references_of(table).filter_map(|(_, meaning)| match meaning {
            Resolution::Object(id) => Some(*id),
            _ => None,
        });
        named.chain(project.children(table)).filter(|id| project.object(*id).kind == Kind::Model).collect::<Vec<_>>()
    });
    of_insights.chain(of_tables).collect()
}
