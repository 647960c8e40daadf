//! What a model has, as far as it is known.

use super::dataset::{Base, Dataset};
use serde_json::Value;
use viz_facts::{Column, KeyedQuestion, Unknown};
use viz_project::ObjectId;
use viz_sql::Context;

/// A column has this many values at most where they are told.
const TOLD: usize = 50;

/// The columns of a model.
#[derive(Debug, Clone, Default)]
pub struct Schema {
    /// Each with its values, if these are few and wanted.
    pub columns: Vec<(Column, Option<Vec<String>>)>,
    /// Why there are none.
    pub unknown: Option<Unknown>,
}

/// What a model has, and what has to be asked to know more.
pub fn schema_of(dataset: Dataset<'_>, model: ObjectId, with_values: bool) -> (Schema, Vec<KeyedQuestion>) {
    let mut base = Base::new(dataset, model, &Value::Null);
    let unknown = base.unknown.get(&model).cloned();
    let columns: Vec<Column> = base.columns(model).map(<[Column]>::to_vec).unwrap_or_default();
    let columns = columns.into_iter().map(|column| {
        let wanted = with_values && column.data_type.is_text();
        let values = if wanted { base.values(model, &column.name) } else { None };
        (column, values.filter(|values| values.len() <= TOLD))
    });
    let columns = columns.collect();
    (Schema { columns, unknown }, base.open)
}
