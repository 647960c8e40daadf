//! Macros that do in DuckDB 2.0 what functions of these names do in 1.4, the engine of today's viewers.
//!
//! A query is asked about in these words where the check wants to know what 1.4 makes of it (`viz_sql::engine_1_4::reworded`).
//! Only such a query has them made, so that they shadow nothing; a text that a user typed is refused where it calls one
//! (`Gated::as_typed`).

use duckdb::Connection;

/// What their names begin with.
pub(crate) const BEGINNING: &str = "viz_1_4_";

const MACROS: &str = include_str!("viewers_macros.sql");

/// Whether a connection has the macros.
#[derive(Debug, Default)]
pub(crate) struct ViewersMacros {
    made: bool,
}

impl ViewersMacros {
    /// Makes them on a connection, always the same one, if a text calls any.
    pub(crate) fn prepare(&mut self, conn: &Connection, sql: &str) {
        if self.made || !sql.contains(BEGINNING) {
            return;
        }
        match conn.execute_batch(MACROS) {
            Ok(()) => self.made = true,
            Err(error) => tracing::warn!(%error, "the viewers' macros can't be made"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the generator of the table names and the check puts into queries, there is.
    #[test]
    fn every_stand_in_of_the_table_is_made() {
        let conn = Connection::open_in_memory().unwrap();
        let mut macros = ViewersMacros::default();
        macros.prepare(&conn, "select ln(1)");
        assert!(conn.prepare("select viz_1_4_positive(1)").is_err(), "made for no query");
        macros.prepare(&conn, "select ln(viz_1_4_positive(1))");
        let table = include_str!("../../sql/src/engine_1_4/facts/meaning.tsv");
        let names: Vec<&str> =
            table.lines().filter_map(|line| line.split('\t').nth(2)).filter(|name| *name != "text").collect();
        assert!(names.len() > 20);
        for name in names {
            let arguments = match name {
                "date_trunc" => "'month', date '2024-05-05'",
                "replacement" => "'a'",
                "map" => "map {1: 2}",
                _ => "0.5",
            };
            conn.prepare(&format!("select {BEGINNING}{name}({arguments})")).unwrap();
        }
    }

    #[test]
    fn they_do_as_the_viewers_engine() {
        let conn = Connection::open_in_memory().unwrap();
        ViewersMacros::default().prepare(&conn, BEGINNING);
        let text = |sql: &str| {
            let value = conn.query_row(&format!("select ({sql})::varchar"), [], |row| row.get::<_, Option<String>>(0));
            value.map(|value| value.unwrap_or_else(|| "NULL".into())).map_err(|_| ())
        };
        for (sql, found) in [
            ("typeof(viz_1_4_date_trunc('month', timestamp '2024-05-05 10:00'))", Ok("DATE")),
            ("date '2024-05-05' - viz_1_4_date_trunc('month', date '2024-05-05')", Ok("4")),
            ("typeof(viz_1_4_date_trunc('month', interval '1 day'))", Ok("INTERVAL")),
            ("7 % viz_1_4_divisor(0)", Ok("NULL")),
            ("7 // viz_1_4_divisor(2)", Ok("3")),
            ("cardinality(viz_1_4_map(map {1: 2}))", Ok("1")),
            ("cardinality(viz_1_4_map([1, 2]))", Err(())),
            ("factorial(viz_1_4_factorial(-1))", Ok("1")),
            ("round(ln(viz_1_4_positive(1)))", Ok("0.0")),
            ("ln(viz_1_4_positive(0))", Err(())),
            ("ln(viz_1_4_positive(NULL::int))", Ok("NULL")),
            ("sqrt(viz_1_4_not_negative(-1))", Err(())),
            ("sqrt(viz_1_4_not_negative(0))", Ok("0.0")),
            ("acos(viz_1_4_within_one(1.5))", Err(())),
            ("acos(viz_1_4_within_one('nan'::double))", Ok("nan")),
            ("cot(viz_1_4_not_zero(viz_1_4_finite(0)))", Err(())),
            ("sin(viz_1_4_finite('inf'::double))", Err(())),
        ] {
            assert_eq!(text(sql), found.map(str::to_owned), "{sql}");
        }
    }
}
