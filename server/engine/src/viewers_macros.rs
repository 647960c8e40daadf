//! Macros that do in DuckDB 2.0 what functions of these names do in 1.4, the engine of today's viewers.
//!
//! A query is asked about in these words where the check wants to know what 1.4 makes of it (`viz_sql::engine_1_4::reworded`).
//! Only such a query has them made; no other one calls them, so that they shadow nothing.

use duckdb::Connection;

/// What their names begin with.
const BEGINNING: &str = "viz_1_4_";

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
