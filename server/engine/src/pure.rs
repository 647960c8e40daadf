//! Answers what needs no source: does DuckDB's parser, does its binder accept this text?

use crate::database::{self, Allowed};
use crate::errors::{self, Failure};
use crate::gate::{self, Gated};
use crate::icu;
use crate::options;
use crate::shadow::Shadows;
use crate::verdicts::Verdicts;
use crate::viewers_macros::ViewersMacros;
use crate::watchdog::{Canceller, Watchdog};
use crate::{Limits, Runner, Walls};
use duckdb::Connection;
use viz_facts::{Answer, ProbeRow, Question, Reason, ShadowTable, SqlError, Unknown};

/// Parses and binds in this process. It opens no file: its database is empty, in memory, and has no access to anything.
pub struct PureRunner {
    watchdog: Watchdog,
    walls: Walls,
    database: Option<Database>,
}

struct Database {
    walls: Walls,
    conn: Connection,
    verdicts: Verdicts,
    macros: ViewersMacros,
    /// Sees the same tables, and has stand-ins for the extension `icu`; made when first needed.
    stand_ins: Option<(Connection, ViewersMacros)>,
    shadows: Shadows,
    /// Databases of their own for probes, one for each kind of row; in them nothing is optimized away.
    probes: Vec<(ProbeRow, Connection, Shadows, ViewersMacros)>,
}

impl PureRunner {
    /// A runner. DuckDB starts with the first question.
    pub fn new() -> Self {
        Self::behind(Walls::ALL)
    }

    pub(crate) fn behind(walls: Walls) -> Self {
        Self { watchdog: Watchdog::new(), walls, database: None }
    }

    pub(crate) fn canceller(&self) -> Canceller {
        self.watchdog.canceller()
    }

    /// Answers several `Parse` questions at once. `None` if it did not work: then they must be asked one by one.
    pub(crate) fn parse_all(&mut self, sqls: &[&str], limits: &Limits) -> Option<Vec<Result<Answer, Unknown>>> {
        let database = database(&mut self.database, self.walls).ok()?;
        let _watched = self.watchdog.watch(u64::MAX, limits.timeout, database.conn.interrupt_handle());
        let verdicts = database.verdicts.of_all(&database.conn, sqls).ok()?;
        let answer = |(verdict, sql): (Result<_, _>, &&str)| Ok(Answer::Accepted(gate::accepted(verdict?, sql)));
        Some(verdicts.into_iter().zip(sqls).map(answer).collect())
    }

    pub(crate) fn answer(&mut self, id: u64, question: &Question, limits: &Limits) -> Result<Answer, Unknown> {
        let database = database(&mut self.database, self.walls)?;
        let watched = self.watchdog.watch(id, limits.timeout, database.conn.interrupt_handle());
        let answer = match question {
            Question::Parse { sql } => {
                let verdict = database.verdicts.of(&database.conn, sql);
                verdict.map(|verdict| Answer::Accepted(gate::accepted(verdict, sql)))
            }
            Question::Bind { tables, sql } => database.bind(tables, sql).map(Answer::Accepted),
            Question::Probe { tables, row, sql } => database.probe(tables, *row, sql).map(Answer::Accepted),
            Question::Describe { .. }
            | Question::Options { .. }
            | Question::Execute { .. }
            | Question::Rows { .. }
            | Question::Export { .. } => {
                Err(Unknown::new(Reason::NeedsSource, "this needs a source, and sources are not opened here"))
            }
        };
        match (answer, watched.stop()) {
            (Err(_), Some(stop)) => Err(stop.into()),
            (Err(unknown), None) => {
                // After an internal error DuckDB refuses everything; and shadow tables may be half made.
                if matches!(unknown.code, Reason::EngineFailure | Reason::OutOfMemory | Reason::ShadowTable) {
                    self.database = None;
                }
                Err(unknown)
            }
            (Ok(answer), _) => Ok(answer),
        }
    }
}

fn database(slot: &mut Option<Database>, walls: Walls) -> Result<&mut Database, Unknown> {
    match slot {
        Some(database) => Ok(database),
        none => Ok(none.insert(Database::open(walls)?)),
    }
}

impl Default for PureRunner {
    fn default() -> Self {
        Self::new()
    }
}

impl Runner for PureRunner {
    fn run(&mut self, question: &Question, limits: &Limits) -> Result<Answer, Unknown> {
        self.answer(0, question, limits)
    }
}

/// Access to nothing.
fn allowed(walls: Walls, memory: &str, optimized: bool) -> Allowed<'_> {
    Allowed {
        folders: Vec::new(),
        files: Vec::new(),
        spill: None,
        memory,
        threads: 1,
        optimized,
        guarded: walls.settings,
    }
}

impl Database {
    fn open(walls: Walls) -> Result<Self, Unknown> {
        let conn = database::open(&allowed(walls, "512MB", true))?;
        Ok(Self {
            walls,
            conn,
            verdicts: Verdicts::default(),
            macros: ViewersMacros::default(),
            stand_ins: None,
            shadows: Shadows::default(),
            probes: Vec::new(),
        })
    }

    fn gate<'a>(&mut self, sql: &'a str) -> Result<Gated<'a>, Failure> {
        match self.walls.gate {
            true => gate::pass_judged(sql, || self.verdicts.of(&self.conn, sql)),
            false => Ok(gate::unguarded(sql)),
        }
    }

    fn bind(&mut self, tables: &[ShadowTable], sql: &str) -> Result<Result<(), SqlError>, Unknown> {
        let gated = match self.gate(sql) {
            Ok(gated) => gated,
            Err(Failure::Sql(error)) => return Ok(Err(error)),
            Err(Failure::Unknown(unknown)) => return Err(unknown),
        };
        self.shadows.prepare(&self.conn, tables)?;
        self.macros.prepare(&self.conn, gated.text());
        // Preparing binds and plans like EXPLAIN does, without a prefix that would move the positions.
        match self.conn.prepare(gated.text()) {
            Ok(_) => Ok(Ok(())),
            Err(error) => match errors::failure(error, gated.text(), 0) {
                Failure::Sql(error) => Ok(Err(error)),
                Failure::Unknown(unknown)
                    if unknown.code == Reason::ExtensionMissing && self.binds_with_stand_ins(&gated) =>
                {
                    Ok(Ok(()))
                }
                Failure::Unknown(unknown) => Err(unknown),
            },
        }
    }

    fn probe(&mut self, tables: &[ShadowTable], row: ProbeRow, sql: &str) -> Result<Result<(), SqlError>, Unknown> {
        let gated = match self.gate(sql) {
            Ok(gated) => gated,
            Err(Failure::Sql(error)) => return Ok(Err(error)),
            Err(Failure::Unknown(unknown)) => return Err(unknown),
        };
        let at = match self.probes.iter().position(|(held, ..)| *held == row) {
            Some(at) => at,
            None => {
                let conn = database::open(&allowed(self.walls, "256MB", false))?;
                self.probes.push((row, conn, Shadows::with_row(row), ViewersMacros::default()));
                self.probes.len() - 1
            }
        };
        let (_, conn, shadows, macros) = &mut self.probes[at];
        shadows.prepare(conn, tables)?;
        macros.prepare(conn, gated.text());
        match options::run(conn, gated.text()) {
            Ok(()) => Ok(Ok(())),
            Err(error) => match errors::failure(error, gated.text(), 0) {
                Failure::Sql(error) => Ok(Err(error)),
                Failure::Unknown(unknown) => Err(unknown),
            },
        }
    }

    fn binds_with_stand_ins(&mut self, sql: &Gated<'_>) -> bool {
        if self.stand_ins.is_none() {
            self.stand_ins = icu::stand_ins(&self.conn).ok().map(|conn| (conn, ViewersMacros::default()));
        }
        self.stand_ins.as_mut().is_some_and(|(conn, macros)| {
            macros.prepare(conn, sql.text());
            conn.prepare(sql.text()).is_ok()
        })
    }
}
