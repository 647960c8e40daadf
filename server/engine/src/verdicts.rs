//! What DuckDB's parser said about texts that are asked about in turn: is it SQL, does it bind, does it run over one row?
//!
//! Parsing is the dearest part of a question that opens no source.

use crate::gate::{self, Verdict};
use duckdb::Connection;
use std::collections::HashMap;
use viz_facts::Unknown;

/// Bytes of texts to remember; beyond them all are forgotten.
const MOST: usize = 4 << 20;

/// Texts, each with what was said about it. DuckDB's parser depends on nothing else.
#[derive(Default)]
pub(crate) struct Verdicts {
    of: HashMap<String, Verdict>,
    bytes: usize,
}

impl Verdicts {
    /// What DuckDB's parser says about a text.
    pub(crate) fn of(&mut self, conn: &Connection, sql: &str) -> Result<Verdict, Unknown> {
        if let Some(known) = self.of.get(sql) {
            return Ok(known.clone());
        }
        let verdict = gate::verdict(conn, sql)?;
        self.remember(sql, &verdict);
        Ok(verdict)
    }

    /// What it says about several ones.
    ///
    /// # Errors
    /// If they have to be judged one by one.
    pub(crate) fn of_all(
        &mut self,
        conn: &Connection,
        sqls: &[&str],
    ) -> Result<Vec<Result<Verdict, Unknown>>, Unknown> {
        let known: Vec<Option<Verdict>> = sqls.iter().map(|sql| self.of.get(*sql).cloned()).collect();
        let new: Vec<&str> =
            sqls.iter().zip(&known).filter(|(_, known)| known.is_none()).map(|(sql, _)| *sql).collect();
        let judged = if new.is_empty() { Vec::new() } else { gate::judge_all(conn, &new)? };
        for (sql, verdict) in new.iter().zip(&judged) {
            if let Ok(verdict) = verdict {
                self.remember(sql, verdict);
            }
        }
        let mut judged = judged.into_iter();
        Ok(known.into_iter().filter_map(|known| known.map(Ok).or_else(|| judged.next())).collect())
    }

    fn remember(&mut self, sql: &str, verdict: &Verdict) {
        self.bytes += sql.len();
        if self.bytes > MOST {
            self.of.clear();
            self.bytes = sql.len();
        }
        self.of.insert(sql.to_owned(), verdict.clone());
    }
}
