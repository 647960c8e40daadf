//! How much of DuckDB's language sqlparser reads, with its own dialect and with ours, over the queries of
//! `tests/data/queries.sql`: DuckDB accepts all of them (`tests/tests/differential.rs`).

use sqlparser::dialect::DuckDbDialect;
use sqlparser::parser::Parser;

/// What may fail at most; no gain may be lost again.
const FAILING: usize = 30;

#[test]
fn more_is_read_than_by_the_stock_dialect() {
    let table = |line: &str| line.replace("{t}", "(values (1)) t(i)").replace("{u}", "(values (1)) u(i)");
    let queries: Vec<String> = include_str!("../../../tests/data/queries.sql").lines().map(table).collect();
    let stock = |query: &&String| Parser::parse_sql(&DuckDbDialect {}, query).is_err();
    let ours = |query: &&String| viz_sql::parse(query).is_err();
    let (before, after): (Vec<&String>, Vec<&String>) =
        (queries.iter().filter(stock).collect(), queries.iter().filter(ours).collect());
    println!("of {} queries the stock dialect refuses {}, ours {}", queries.len(), before.len(), after.len());
    let lost: Vec<&&String> = after.iter().filter(|query| !before.contains(query)).collect();
    assert!(lost.is_empty(), "the stock dialect reads these: {lost:#?}");
    assert!(after.len() < before.len() && after.len() <= FAILING, "{after:#?}");
}
