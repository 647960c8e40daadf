//! A plan as values, each with its place in the JSON.

use super::words::{Agg, Grain, Op};
use jsonptr::PointerBuf;
use serde_json::Value;

/// A question on data.
#[derive(Debug, Clone, Default)]
pub(crate) struct Plan {
    /// The columns of the result.
    pub(crate) select: Vec<Item>,
    /// Whether `select` has more than could be read.
    pub(crate) is_partly_read: bool,
    /// Conditions on rows.
    pub(crate) rows: Vec<Filter>,
    /// Conditions on groups.
    pub(crate) groups: Vec<Filter>,
    /// Names of what is grouped by.
    pub(crate) group_by: Option<Vec<(PointerBuf, String)>>,
    /// What rows are ordered by.
    pub(crate) order_by: Vec<Order>,
    /// Rows at most.
    pub(crate) limit: Option<u64>,
    /// Whether it is only compiled and bound.
    pub(crate) dry_run: bool,
}

/// A column of the result.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub(crate) operand: Operand,
    /// Digits behind the point.
    pub(crate) round: Option<u64>,
    /// Its name in the result.
    pub(crate) name: String,
}

/// Something that has a value for each row or group.
#[derive(Debug, Clone)]
pub(crate) struct Operand {
    /// The object that tells it.
    pub(crate) at: PointerBuf,
    pub(crate) what: What,
    pub(crate) grain: Option<Grain>,
}

/// What an operand is.
#[derive(Debug, Clone)]
pub(crate) enum What {
    /// `region`, `products.category`.
    Column(String),
    /// A dimension of the project.
    Dimension(String),
    /// A metric of the project.
    Metric(String),
    /// A column of the result.
    Output(String),
    /// An aggregate of a column or dimension; of the rows that meet conditions only.
    Aggregate { agg: Agg, of: Option<Box<What>>, only: Vec<Filter> },
}

impl What {
    /// The key under which its name stands.
    pub(crate) fn key(&self) -> &'static str {
        match self {
            Self::Column(_) => "column",
            Self::Dimension(_) => "dimension",
            Self::Metric(_) => "metric",
            Self::Output(_) => "by",
            Self::Aggregate { of, .. } => of.as_ref().map_or("agg", |of| of.key()),
        }
    }

    /// The name.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Column(name) | Self::Dimension(name) | Self::Metric(name) | Self::Output(name) => name,
            Self::Aggregate { of, agg, .. } => of.as_ref().map_or(agg.word(), |of| of.name()),
        }
    }

    /// Whether it has one value for many rows.
    pub(crate) fn is_of_many(&self) -> bool {
        matches!(self, Self::Metric(_) | Self::Aggregate { .. })
    }
}

/// A condition, or several of which one has to hold.
#[derive(Debug, Clone)]
pub(crate) enum Filter {
    One(Condition),
    Any(Vec<Condition>),
}

impl Filter {
    pub(crate) fn conditions(&self) -> &[Condition] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Any(several) => several,
        }
    }
}

/// A comparison.
#[derive(Debug, Clone)]
pub(crate) struct Condition {
    pub(crate) operand: Operand,
    pub(crate) op: Op,
    /// What it is compared with; null where there is nothing.
    pub(crate) value: Value,
}

/// What rows are ordered by.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    pub(crate) operand: Operand,
    pub(crate) desc: bool,
}

/// A name without the model before it.
pub(crate) fn last_part(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(_, last)| last)
}

/// The name of a column of the result, as it will be called: `as`, else what is made of what it is.
pub(crate) fn output(item: &Value) -> Option<String> {
    let text = |key: &str| item.get(key).and_then(Value::as_str);
    if let Some(name) = text("as") {
        return Some(name.to_owned());
    }
    let name = text("column").or_else(|| text("dimension")).or_else(|| text("metric")).map(last_part);
    let own = match (text("agg"), name) {
        (Some(agg), Some(name)) => format!("{agg}_{name}"),
        (agg, name) => agg.or(name)?.to_owned(),
    };
    Some(text("grain").map_or(own.clone(), |grain| format!("{own}_{grain}")))
}
