//! The rows of a query, column by column.

use crate::Column;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The result of a query, in the form in which the preview shows it and `insight.json` holds it: flat columns.
///
/// Nothing is rounded on the way into JSON. A value of type
///
/// | DuckDB type | is in JSON |
/// |---|---|
/// | `BOOLEAN` | `true`, `false` |
/// | integers up to 2^53 in size | a number |
/// | larger integers of any type (`BIGINT`, `HUGEINT`, `BIGNUM`, …) | their digits as text |
/// | `FLOAT`, `DOUBLE` | a number that reads back as the same double |
/// | NaN and the infinities, of numbers, dates and timestamps | null, counted in [`Rows::nulled`] |
/// | `DECIMAL` | text with all digits of its scale: `"1.50"` |
/// | `DATE` | `"2024-02-29"`; years outside 0 to 9999 with a sign and six digits, as in JavaScript |
/// | `TIME`, `TIMETZ` | `"08:30:00"`, `"08:30:00.25+02:00"`: as many digits of seconds as it has |
/// | `TIMESTAMP` of any precision | `"2024-02-29T08:30:00"`, fraction as for `TIME` |
/// | `TIMESTAMPTZ` | the same in UTC with a `Z` at its end |
/// | `INTERVAL` | ISO 8601 duration: `"P1Y2M3DT4.5S"` |
/// | `VARCHAR`, `ENUM`, `UUID`, `JSON` | text |
/// | `BIT` | text of `0` and `1` |
/// | `BLOB`, `GEOMETRY` (well-known binary) | base64 with padding |
/// | `LIST`, `ARRAY` | an array |
/// | `STRUCT` | an object in the order of its fields; unnamed ones are `element1`, `element2`, … |
/// | `MAP` | an array of `{"key": …, "value": …}` in its order |
/// | `UNION` | an object with one key, the tag |
/// | SQL NULL | null |
///
/// and so on inside lists and structs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rows {
    /// Name and type of each column, in the query's order; names may repeat.
    pub columns: Vec<Column>,
    /// For each column its values, in row order: all columns have the same number.
    pub values: Vec<Vec<Value>>,
    /// For each column how many of its values are null because JSON has no form for them (NaN, infinity).
    pub nulled: Vec<u64>,
    /// Number of rows here.
    pub row_count: u64,
    /// Whether the query has more rows: the question's limit of rows or bytes was reached.
    pub truncated: bool,
    /// Milliseconds that the query took, reading its rows included.
    pub milliseconds: u64,
}
