//! The words of a plan: each set is one table, with the spellings that are understood besides.

use std::fmt;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $variant:ident = $word:literal $(| $other:literal)* ,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$of])* $variant,)* }

        impl $name {
            /// All of them.
            pub const ALL: &[$name] = &[$($name::$variant),*];

            /// As plans say it.
            pub fn word(self) -> &'static str {
                match self { $($name::$variant => $word,)* }
            }

            /// Of a word as plans say it.
            pub fn of(word: &str) -> Option<Self> {
                match word { $($word => Some($name::$variant),)* _ => None }
            }

            /// Of a word that is spelled otherwise.
            pub fn understood(word: &str) -> Option<Self> {
                let word = plain(word);
                Self::of(&word).or(match word.as_str() { $($($other => Some($name::$variant),)*)* _ => None })
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.word())
            }
        }
    };
}

/// Lower case, with one blank where there is any gap.
fn plain(word: &str) -> String {
    let words: Vec<String> = word.split([' ', '_', '-', '\t', '\n']).map(str::to_lowercase).collect();
    words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

words! {
    /// A comparison.
    Op {
        /// Equal.
        Equal = "=" | "==" | "===" | "eq" | "equal" | "equals" | "equal to" | "is",
        /// Different.
        Differs = "!=" | "<>" | "ne" | "neq" | "not equal" | "not equals" | "not equal to" | "is not",
        /// Less.
        Less = "<" | "lt" | "less" | "less than" | "before",
        /// Less or equal.
        AtMost = "<=" | "lte" | "le" | "=<" | "at most" | "less than or equal" | "less than or equal to",
        /// More.
        More = ">" | "gt" | "greater" | "greater than" | "after",
        /// More or equal.
        AtLeast = ">=" | "gte" | "ge" | "=>" | "at least" | "greater than or equal" | "greater than or equal to",
        /// One of these.
        In = "in" | "one of" | "any of",
        /// None of these.
        NotIn = "not in" | "notin" | "nin" | "none of",
        /// From the first to the second, both included.
        Between = "between" | "range",
        /// A pattern: `%` for any letters, `_` for one, `\` before one that means itself.
        Like = "like",
        /// Has no value.
        IsNull = "is null" | "isnull" | "null" | "is missing",
        /// Has a value.
        IsNotNull = "is not null" | "isnotnull" | "notnull" | "not null" | "is set" | "exists",
    }
}

impl Op {
    /// What stands for it in SQL.
    pub(crate) fn sql(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::Differs => "<>",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::More => ">",
            Self::AtLeast => ">=",
            Self::In => "IN",
            Self::NotIn => "NOT IN",
            Self::Between => "BETWEEN",
            Self::Like => "LIKE",
            Self::IsNull => "IS NULL",
            Self::IsNotNull => "IS NOT NULL",
        }
    }

    /// What it compares with.
    pub(crate) fn takes(self) -> Takes {
        match self {
            Self::In | Self::NotIn => Takes::List,
            Self::Between => Takes::Two,
            Self::IsNull | Self::IsNotNull => Takes::Nothing,
            _ => Takes::One,
        }
    }
}

/// How many values a comparison takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Takes {
    /// None.
    Nothing,
    /// One.
    One,
    /// A list of two.
    Two,
    /// A list of one or more.
    List,
}

words! {
    /// What is made of many rows.
    Agg {
        /// Rows, or values that are there.
        Count = "count" | "rows" | "row count" | "number",
        /// Different values.
        CountDistinct = "count_distinct" | "count distinct" | "distinct count" | "countdistinct" | "distinct" | "unique" | "nunique",
        /// Sum.
        Sum = "sum" | "total",
        /// Mean.
        Average = "avg" | "average" | "mean",
        /// Least.
        Min = "min" | "minimum" | "least",
        /// Greatest.
        Max = "max" | "maximum" | "greatest",
        /// The middle one.
        Median = "median" | "p50",
        /// Standard deviation of a sample.
        Deviation = "stddev" | "std" | "stdev" | "stddev samp" | "standard deviation",
        /// Percent of the rows that meet the conditions in `where`.
        Share = "share" | "percent" | "percentage" | "ratio",
    }
}

words! {
    /// What dates are cut to.
    Grain {
        /// January 1st.
        Year = "year" | "years" | "yearly" | "annual" | "y",
        /// The first day of the quarter.
        Quarter = "quarter" | "quarters" | "quarterly" | "q",
        /// The first day of the month.
        Month = "month" | "months" | "monthly",
        /// The Monday.
        Week = "week" | "weeks" | "weekly" | "w",
        /// The day.
        Day = "day" | "days" | "daily" | "date" | "d",
        /// The full hour.
        Hour = "hour" | "hours" | "hourly" | "h",
        /// The full minute.
        Minute = "minute" | "minutes",
    }
}

impl Grain {
    /// Whether what comes out is a day.
    pub(crate) fn is_days(self) -> bool {
        !matches!(self, Self::Hour | Self::Minute)
    }
}

/// Keys of the whole plan.
pub const PLAN_KEYS: &[&str] = &["from", "select", "where", "having", "group_by", "order_by", "limit", "dry_run"];
/// Keys of what is selected.
pub const ITEM_KEYS: &[&str] = &["column", "dimension", "metric", "agg", "grain", "where", "round", "as"];
/// Keys of a condition on rows.
pub const WHERE_KEYS: &[&str] = &["column", "dimension", "grain", "op", "value", "any"];
/// Keys of a condition on groups.
pub const HAVING_KEYS: &[&str] = &["by", "metric", "agg", "column", "dimension", "where", "op", "value", "any"];
/// Keys of an order.
pub const ORDER_KEYS: &[&str] = &["by", "metric", "agg", "column", "dimension", "grain", "where", "desc"];

/// Keys as others call them.
pub(crate) fn key_meant(wrong: &str) -> &'static [&'static str] {
    match plain(wrong).as_str() {
        "table" | "model" | "dataset" | "source table" => &["from"],
        "fields" | "columns" | "projection" | "selection" => &["select"],
        "filter" | "filters" | "conditions" | "condition" => &["where"],
        "group" | "groupby" | "groups" | "group by" => &["group_by"],
        "sort" | "order" | "orderby" | "sort by" | "order by" | "sorting" | "orders" => &["order_by"],
        "top" | "max rows" | "rows" | "row limit" | "take" | "n" => &["limit"],
        "dryrun" | "dry run" => &["dry_run"],
        "name" | "field" | "col" => &["column", "by"],
        "measure" => &["metric"],
        "aggregate" | "aggregation" | "function" | "func" | "fn" => &["agg"],
        "granularity" | "time grain" | "interval" | "period" | "bucket" | "time unit" | "unit" => &["grain"],
        "alias" | "label" => &["as"],
        "digits" | "decimals" | "precision" => &["round"],
        "operator" | "operation" | "comparison" | "cmp" => &["op"],
        "values" | "val" | "literal" | "equals" => &["value"],
        "or" | "any of" | "one of" => &["any"],
        "descending" => &["desc"],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings() {
        assert_eq!(Op::understood("NOT_IN"), Some(Op::NotIn));
        assert_eq!(Op::understood(" Is  Not Null "), Some(Op::IsNotNull));
        assert_eq!(Op::understood("not_equals"), Some(Op::Differs));
        assert_eq!(Op::understood("ilike"), None);
        assert_eq!(Agg::understood("COUNT(DISTINCT)"), None);
        assert_eq!(Agg::understood("Average"), Some(Agg::Average));
        assert_eq!(Agg::understood("count_distinct"), Some(Agg::CountDistinct));
        assert_eq!(Grain::understood("Monthly"), Some(Grain::Month));
    }
}
