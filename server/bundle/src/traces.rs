//! Flat columns as one trace per series, and back.

use indexmap::IndexMap;
use serde_json::{Map, Value};

/// Columns of equal length: what a query gave, or the rows of one series of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Flat {
    /// Column name → its values, in row order.
    pub columns: IndexMap<String, Vec<Value>>,
}

impl Flat {
    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.columns.values().map(Vec::len).max().unwrap_or_default()
    }
}

/// The rows of one value of the split column.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    /// The value; `None` where there is no split.
    pub value: Option<Value>,
    /// Number of its rows.
    pub length: usize,
    /// The other columns of its rows.
    pub rows: Flat,
}

/// The rows of each series: the values of a split column in the order in which they come first, each with its rows in
/// theirs. NULL is a value like any other.
pub fn series(split: &[Value]) -> Vec<(&Value, Vec<usize>)> {
    // Values of one column have one type, so that their texts differ if they do.
    let mut found: IndexMap<String, (&Value, Vec<usize>)> = IndexMap::new();
    for (row, value) in split.iter().enumerate() {
        found.entry(value.to_string()).or_insert_with(|| (value, Vec::new())).1.push(row);
    }
    found.into_values().collect()
}

/// One trace per value of the split column; a single one without a split. The order inside stays. Without rows a split has
/// no values, so there are no traces.
pub fn flat_to_traces(flat: &Flat, split: Option<&str>) -> Vec<Trace> {
    let Some((name, values)) = split.and_then(|name| flat.columns.get_key_value(name)) else {
        return vec![Trace { value: None, length: flat.rows(), rows: flat.clone() }];
    };
    let take = |rows: &[usize]| {
        let others = flat.columns.iter().filter(|(other, _)| *other != name);
        let cell = |values: &[Value], row: &usize| values.get(*row).cloned().unwrap_or(Value::Null);
        let columns = others.map(|(other, values)| (other.clone(), rows.iter().map(|row| cell(values, row)).collect()));
        Flat { columns: columns.collect() }
    };
    let traces = series(values).into_iter();
    traces.map(|(value, rows)| Trace { value: Some(value.clone()), length: rows.len(), rows: take(&rows) }).collect()
}

/// The rows of all traces, one after the other. `split` is the column of their values. What a trace lacks is null.
pub fn traces_to_flat(traces: &[Trace], split: Option<&str>) -> Flat {
    let mut flat = Flat::default();
    let values = traces.iter().any(|trace| trace.value.is_some());
    if let (Some(split), true) = (split, values) {
        flat.columns.insert(split.to_owned(), Vec::new());
    }
    for name in traces.iter().flat_map(|trace| trace.rows.columns.keys()) {
        flat.columns.entry(name.clone()).or_default();
    }
    for trace in traces {
        for (name, values) in &mut flat.columns {
            let end = values.len() + trace.length;
            match (trace.rows.columns.get(name), &trace.value) {
                (Some(own), _) => values.extend(own.iter().cloned()),
                (None, Some(value)) if split == Some(name) => values.resize(end, value.clone()),
                (None, _) => {}
            }
            values.resize(end, Value::Null);
        }
    }
    flat
}

/// Traces as the old files of traces had them: the name of each series → its columns. Without a split the one series is
/// called `values`.
pub fn cohorts(traces: Vec<Trace>) -> Map<String, Value> {
    let name = |value: Option<Value>| match value {
        None => "values".to_owned(),
        Some(Value::String(text)) => text,
        Some(other) => other.to_string(),
    };
    let columns = |rows: Flat| rows.columns.into_iter().map(|(name, values)| (name, Value::Array(values))).collect();
    traces.into_iter().map(|trace| (name(trace.value), Value::Object(columns(trace.rows)))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn flat(columns: &[(&str, Value)]) -> Flat {
        let column = |(name, values): &(&str, Value)| ((*name).to_owned(), values.as_array().unwrap().clone());
        Flat { columns: columns.iter().map(column).collect() }
    }

    #[test]
    fn series_come_in_order_of_first_appearance_and_keep_theirs() {
        let all = flat(&[("s", json!(["b", "a", null, "b"])), ("x", json!([3, 1, 9, 2]))]);
        let traces = flat_to_traces(&all, Some("s"));
        let shown: Vec<_> = traces.iter().map(|trace| (trace.value.clone().unwrap(), &trace.rows)).collect();
        assert_eq!(shown[0], (json!("b"), &flat(&[("x", json!([3, 2]))])));
        assert_eq!(shown[1], (json!("a"), &flat(&[("x", json!([1]))])));
        assert_eq!(shown[2], (Value::Null, &flat(&[("x", json!([9]))])));
        assert_eq!(json!(cohorts(traces)), json!({"b": {"x": [3, 2]}, "a": {"x": [1]}, "null": {"x": [9]}}));
    }

    #[test]
    fn without_a_split_there_is_one_trace() {
        let all = flat(&[("x", json!([1, 2]))]);
        let traces = flat_to_traces(&all, None);
        assert_eq!(traces, [Trace { value: None, length: 2, rows: all.clone() }]);
        assert_eq!(traces_to_flat(&traces, None), all);
        assert_eq!(json!(cohorts(traces)), json!({"values": {"x": [1, 2]}}));
    }

    #[test]
    fn what_a_trace_lacks_is_null() {
        let trace = |value: &str, rows: Flat| Trace { value: Some(json!(value)), length: rows.rows(), rows };
        let traces = [trace("a", flat(&[("x", json!([1, 2]))])), trace("b", flat(&[("y", json!([true]))]))];
        let expected =
            flat(&[("s", json!(["a", "a", "b"])), ("x", json!([1, 2, null])), ("y", json!([null, null, true]))]);
        assert_eq!(traces_to_flat(&traces, Some("s")), expected);
    }

    /// A value of each form that a column can have in a flat file (`viz_facts::Rows`).
    fn value(kind: u8) -> BoxedStrategy<Value> {
        let some = match kind {
            0 => any::<bool>().prop_map(Value::from).boxed(),
            1 => (-(1_i64 << 53)..=1 << 53).prop_map(Value::from).boxed(),
            2 => any::<i128>().prop_map(|number| json!(number.to_string())).boxed(),
            3 => any::<f64>().prop_filter("finite", |number| number.is_finite()).prop_map(Value::from).boxed(),
            4 => (any::<i64>(), 0..9_usize).prop_map(|(whole, scale)| json!(format!("{whole}.{scale:09}"))).boxed(),
            5 => "[0-9]{4}-[01][0-9]-[0-3][0-9]".prop_map(Value::from).boxed(),
            6 => any::<String>().prop_map(Value::from).boxed(),
            7 => "[A-Za-z0-9+/]{0,12}={0,2}".prop_map(Value::from).boxed(),
            8 => prop::collection::vec(any::<Option<i32>>(), 0..4).prop_map(|list| json!(list)).boxed(),
            _ => (any::<String>(), any::<Option<f32>>()).prop_map(|(a, b)| json!({"a": a, "b": b})).boxed(),
        };
        prop_oneof![1 => Just(Value::Null), 6 => some].boxed()
    }

    fn any_flat() -> impl Strategy<Value = Flat> {
        let columns = prop::collection::btree_map("[a-z]{1,3}", 0..10_u8, 1..6);
        (columns, 1..40_usize).prop_flat_map(|(columns, rows)| {
            let columns: Vec<_> = columns
                .into_iter()
                .map(|(name, kind)| (Just(name), prop::collection::vec(value(kind), rows)))
                .collect();
            columns.prop_map(|columns| Flat { columns: columns.into_iter().collect() })
        })
    }

    fn sorted_rows(flat: &Flat) -> Vec<String> {
        let mut names: Vec<&String> = flat.columns.keys().collect();
        names.sort();
        let row =
            |row: usize| names.iter().map(|name| flat.columns[*name][row].to_string()).collect::<Vec<_>>().join("\n");
        let mut rows: Vec<String> = (0..flat.rows()).map(row).collect();
        rows.sort();
        rows
    }

    proptest! {
        /// There and back it is the same rows, and the rows of a series keep their order.
        #[test]
        fn traces_hold_every_row(all in any_flat()) {
            let split = all.columns.keys().next().unwrap().clone();
            let traces = flat_to_traces(&all, Some(&split));
            let back = traces_to_flat(&traces, Some(&split));
            prop_assert_eq!(sorted_rows(&back), sorted_rows(&all));
            prop_assert_eq!(flat_to_traces(&back, Some(&split)), traces);
            let whole = flat_to_traces(&all, None);
            prop_assert_eq!(traces_to_flat(&whole, None), all);
        }
    }
}
