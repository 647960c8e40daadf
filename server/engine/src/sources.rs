//! Answers what needs a source: which columns does this query have, which values?

mod source;

use crate::data::Data;
use crate::errors::Failure;
use crate::export;
use crate::file_names::{Guard, Judge, Names, private_file};
use crate::gate::{self, Gated};
use crate::missing;
use crate::reads::Reads;
use crate::secrets;
use crate::sqlite;
use crate::sqlite_rows::{self, Room, Taken};
use crate::stored::{Definition, Definitions};
use crate::watchdog::{Canceller, Stop, Watchdog};
use crate::{Limits, Runner, Walls};
use source::{Attached, OverTables, Source};
use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use viz_facts::{Answer, QueryTable, Question, Reason, SourceSpec, SqlError, Storage, Unknown, over_tables};
use viz_files::{Granted, Held, Roots};

/// How many sources keep their (empty) databases between questions.
const KEPT: usize = 8;

/// How long a file stays attached while one question follows another.
const HOLD: Duration = Duration::from_millis(20);

/// Opens sources in this process, read-only, each for milliseconds.
///
/// Relative file names in queries are relative to the process's current folder, and readable only if that is the
/// source's root: the worker is started there.
pub struct SourceRunner {
    watchdog: Watchdog,
    walls: Walls,
    /// Where exports go; why there are none.
    write: Result<Held, Unknown>,
    /// Judges texts; no user's database is ever attached to it, so no user's function can stand for DuckDB's.
    judge: Option<Judge>,
    /// Folders outside of the project that may be read.
    granted: Granted,
    /// Tells which files may be read.
    guard: Option<Guard>,
    sources: Vec<Source>,
    /// Rows of SQLite that the last question took over.
    taken: Option<Taken>,
    /// What the last question read besides its source's own file.
    read: Reads,
}

impl SourceRunner {
    /// A runner. DuckDB starts with the first question.
    pub fn new() -> Self {
        Self::behind(Walls::ALL, None, Granted::none(), Err(export::not_here()))
    }

    /// `data` is what the project's folder and those that are granted hold, if that has been looked at.
    pub(crate) fn behind(walls: Walls, data: Option<Data>, granted: Granted, write: Result<Held, Unknown>) -> Self {
        Self {
            watchdog: Watchdog::new(),
            walls,
            write,
            judge: None,
            granted,
            guard: data.map(|data| Guard::new(&data, walls.settings)),
            sources: Vec::new(),
            taken: None,
            read: Reads::default(),
        }
    }

    /// How many sources are kept for the next question.
    #[cfg(test)]
    pub(crate) fn held_sources(&self) -> usize {
        self.sources.len()
    }

    pub(crate) fn canceller(&self) -> Canceller {
        self.watchdog.canceller()
    }

    /// What the last question read besides its source's own file.
    pub(crate) fn reads(&mut self) -> Reads {
        std::mem::take(&mut self.read)
    }

    /// Lets go of all files of users. Called whenever no question waits.
    pub(crate) fn rest(&mut self) {
        self.taken = None;
        self.sources.retain_mut(|source| source.is_out_of_the_way() || source.detach().is_ok());
    }

    /// `copy` is what is read instead of the source's database file.
    pub(crate) fn answer(
        &mut self,
        id: u64,
        question: &Question,
        copy: Option<&Path>,
        limits: &Limits,
    ) -> Result<Answer, Unknown> {
        let mut result = self.find_out(id, question, copy, limits);
        let path = question.source().and_then(SourceSpec::path);
        if let (Err(why), Some(path)) = (&mut result, path.filter(|path| !path.is_secret())) {
            missing::tell_names_beside(why, path.reveal());
        }
        if let Some((copy, path)) = copy.zip(path) {
            secrets::name_original(&mut result, copy, path);
        }
        result
    }

    fn find_out(
        &mut self,
        id: u64,
        question: &Question,
        copy: Option<&Path>,
        limits: &Limits,
    ) -> Result<Answer, Unknown> {
        let opened = question.source().and_then(|source| Some((source, source.path()?)));
        if let Some((source, path)) = opened
            && self.guard(source.root()).holds(path.reveal())
        {
            return Err(private_file(&path.to_string()));
        }
        if let Some((_, path)) = opened.filter(|(source, _)| !source.runs_in_duckdb()) {
            let path = path.reveal();
            return self.answer_in_sqlite(id, question, (path, copy.unwrap_or(path)), limits);
        }
        let (spec, sql, ours): (_, Cow<'_, str>, _) = match question {
            Question::Describe { source, sql } | Question::Options { source, sql, .. } => (source, sql.into(), 0),
            Question::Execute { source, tables, sql, .. }
            | Question::Rows { source, tables, sql, .. }
            | Question::Export { source, tables, sql, .. } => {
                let (text, ours) = over_tables(tables, sql);
                (source, text, ours)
            }
            Question::Parse { .. } | Question::Bind { .. } | Question::Probe { .. } => {
                return Err(Unknown::new(
                    Reason::WrongWorker,
                    "this needs no source and is answered by the other worker",
                ));
            }
        };
        let judge = judge(&mut self.judge, self.walls)?;
        self.read = Reads::of([sql.as_ref()]);
        let gated = if !self.walls.gate {
            gate::unguarded(&sql)
        } else {
            let watched = self.watchdog.watch(id, limits.timeout, judge.conn().interrupt_handle());
            let passed = pass_as_typed(judge.conn(), question, &sql);
            match (passed, watched.stop()) {
                (Ok(gated), _) => gated,
                (Err(Failure::Sql(error)), _) => return Ok(wrap(question, behind(error, ours))),
                (Err(Failure::Unknown(_)), Some(stop)) => return Err(stop.into()),
                (Err(Failure::Unknown(unknown)), None) => return Err(unknown),
            }
        };
        let mut source = self.take(spec, copy, limits.memory)?;
        source.attach(copy)?;
        let alone = match self.each_alone(id, question, &source, limits) {
            Ok(alone) => alone,
            Err(why) => {
                // Nothing has run.
                self.keep(source);
                return settled(question, Err(why), None);
            }
        };
        if self.walls.gate
            && let Err(why) = self.look_at_files(id, &gated, &mut source, limits)
        {
            // Nothing has run.
            self.keep(source);
            return Err(why);
        }
        if let Some(Attached { definitions, .. }) = &source.attached {
            self.read = Reads::of(std::iter::once(sql.as_ref()).chain(definitions.used(&sql).map(Definition::text)));
        }
        let watched = self.watchdog.watch(id, limits.timeout, source.conn.interrupt_handle());
        let write = self.write.as_ref().map(Held::path);
        let result = match &alone {
            Some(alone) => source.run_over_tables(question, write, (alone, limits)),
            None => source.run(question, write, (&gated, limits)),
        };
        let stop = watched.stop();
        drop(watched);
        // Whatever state it is in then: the next question gets a new one. Tables that were made may still be there.
        let unsure = match (&result, &stop) {
            (Err(_), Some(_)) => alone.is_some(),
            (Err(Failure::Unknown(unknown)), None) => {
                alone.is_some() || matches!(unknown.code, Reason::EngineFailure | Reason::OutOfMemory)
            }
            _ => false,
        };
        let result = result.map_err(|failure| match source.judged(failure) {
            // A query over tables that are made has nothing of ours before it.
            Failure::Sql(error) => Failure::Sql(behind(error, if alone.is_some() { 0 } else { ours })),
            unknown => unknown,
        });
        if !unsure {
            self.keep(source);
        }
        settled(question, result, stop)
    }

    /// The queries of tables that are to be made, and the one over them, each let through on its own. Tables are made where that is
    /// asked for, and where the browser's query could be taken to mean what is stored in the source's database.
    fn each_alone<'a>(
        &mut self,
        id: u64,
        question: &'a Question,
        source: &Source,
        limits: &Limits,
    ) -> Result<Option<OverTables<'a>>, Failure> {
        let (tables, sql) = (question.tables(), question.sql());
        let wanted = matches!(question, Question::Execute { materialized: true, .. });
        let definitions = source.attached.as_ref().map(|attached| &attached.definitions);
        let confused = || definitions.is_some_and(|stored| stored.may_stand_in(sql));
        let apart = question.is_run_by_browser() && confused();
        if !wanted && !apart {
            return Ok(None);
        }
        let walls = self.walls;
        let judge = judge(&mut self.judge, walls)?;
        let watched = self.watchdog.watch(id, limits.timeout, judge.conn().interrupt_handle());
        let pass = |sql: &'a str| match walls.gate {
            true => gate::pass(judge.conn(), sql),
            false => Ok(gate::unguarded(sql)),
        };
        let table = |table: &'a QueryTable| {
            let gated = pass(&table.sql).map_err(sqlite_rows::of_table)?;
            Ok((table.name.as_str(), gated))
        };
        let tables: Result<Vec<_>, Failure> = tables.iter().map(table).collect();
        let passed = tables.and_then(|tables| Ok(OverTables { tables, query: pass(sql)? }));
        match watched.stop() {
            Some(stop) if passed.is_err() => Err(Failure::Unknown(stop.into())),
            _ => passed.map(Some),
        }
    }

    /// Refuses a query that names a file which may not be read, itself or through what is stored in the database.
    fn look_at_files(
        &mut self,
        id: u64,
        gated: &Gated<'_>,
        source: &mut Source,
        limits: &Limits,
    ) -> Result<(), Unknown> {
        let mut none = Definitions::default();
        let definitions = source.attached.as_mut().map_or(&mut none, |attached| &mut attached.definitions);
        let names = self.names(id, gated, definitions, limits)?;
        let own = source.spec.path().map(|path| path.reveal().to_owned());
        self.guard(source.spec.root()).check(&names, own.as_deref())
    }

    /// What a query names, itself or through what is stored in the database.
    fn names(
        &mut self,
        id: u64,
        gated: &Gated<'_>,
        definitions: &mut Definitions,
        limits: &Limits,
    ) -> Result<Names, Unknown> {
        let judge = judge(&mut self.judge, self.walls)?;
        let watched = self.watchdog.watch(id, limits.timeout, judge.conn().interrupt_handle());
        let own = |name: &str| definitions.names(name);
        let names = judge.names(gated.named(), &own).and_then(|mut names| {
            // A table whose name is computed is used, too.
            let text = format!("{} {}", gated.text(), names.tables.join(" "));
            names.extend(definitions.named(&text, judge)?);
            Ok(names)
        });
        match (names, watched.stop()) {
            (Err(_), Some(stop)) => Err(stop.into()),
            (names, _) => names,
        }
    }

    /// `at` is the database's path, and the file to read. It is opened for each question: that takes microseconds, and nothing is
    /// held then.
    fn answer_in_sqlite(
        &mut self,
        id: u64,
        question: &Question,
        at: (&Path, &Path),
        limits: &Limits,
    ) -> Result<Answer, Unknown> {
        let (path, file) = at;
        let tables = question.tables();
        let volatile = |text: &str| Reads::of([text]).volatile || text.contains("'now'");
        let mut texts = tables.iter().map(|table| table.sql.as_str()).chain([question.sql()]);
        self.read = Reads { volatile: texts.any(volatile), ..Reads::of([]) };
        let conn = sqlite::open(path, file)?;
        let folder = self.write.as_ref().map(Held::path);
        let room = Room { spill: folder.ok(), memory: limits.memory, guarded: self.walls.settings };
        let watched = self.watchdog.watch(id, limits.timeout, Arc::new(conn.get_interrupt_handle()));
        if tables.is_empty() {
            let result = sqlite_rows::answer(&conn, question, folder, &room, limits.values);
            return settled(question, result, watched.stop());
        }
        let started = Instant::now();
        let copy = Some(file).filter(|copy| *copy != path);
        let taken = match self.taken.take() {
            Some(taken) if taken.is_of(tables, copy, limits.memory) => Ok(taken),
            _ => Taken::over(&conn, tables, copy, &room),
        };
        let mut taken = match taken {
            Ok(taken) => taken,
            Err(why) => return settled(question, Err(why), watched.stop()),
        };
        drop(watched);
        let left = limits.timeout.saturating_sub(started.elapsed());
        let answer = self.answer_over_taken(id, question, &mut taken, &Limits { timeout: left, ..*limits })?;
        self.taken = Some(taken);
        Ok(answer)
    }

    /// What the browser runs over rows of SQLite.
    fn answer_over_taken(
        &mut self,
        id: u64,
        question: &Question,
        taken: &mut Taken,
        limits: &Limits,
    ) -> Result<Answer, Unknown> {
        let gated = match self.walls.gate {
            true => pass_as_typed(&taken.conn, question, question.sql()),
            false => Ok(gate::unguarded(question.sql())),
        };
        if let (true, Ok(gated), Some(source)) = (self.walls.gate, &gated, question.source()) {
            self.look_at_names(id, gated, source, limits)?;
        }
        let watched = self.watchdog.watch(id, limits.timeout, taken.conn.interrupt_handle());
        let folder = self.write.as_ref().map(Held::path);
        let result = gated.and_then(|gated| taken.answer(question, &gated, folder));
        settled(question, result, watched.stop())
    }

    /// Refuses a query over rows of SQLite that names more than them: there are neither files nor objects of the user's.
    fn look_at_names(
        &mut self,
        id: u64,
        gated: &Gated<'_>,
        source: &SourceSpec,
        limits: &Limits,
    ) -> Result<(), Unknown> {
        let names = self.names(id, gated, &mut Definitions::default(), limits)?;
        if let Some(name) = names.files.first() {
            let message = format!("`{name}` is a file, and the browser's query over SQLite reads none");
            return Err(Unknown::new(Reason::FileNotAllowed, message).about(name));
        }
        self.guard(source.root()).check(&names, None)
    }

    /// What tells which files a project in this folder may read.
    fn guard(&mut self, root: &Path) -> &mut Guard {
        if !self.guard.as_ref().is_some_and(|guard| guard.is_of(root)) {
            self.guard = None;
        }
        let new = || Guard::new(&Data::of(Roots::of(root, &self.granted)), self.walls.settings);
        self.guard.get_or_insert_with(new)
    }

    /// The database of a source, with every other source's file let go.
    fn take(&mut self, spec: &SourceSpec, copy: Option<&Path>, memory: u64) -> Result<Source, Unknown> {
        let file = spec.path().map(|path| match spec.storage() {
            Storage::PlainFile => path.reveal().to_owned(),
            // Its log is beside the real file.
            _ => copy.map_or_else(
                || viz_files::real(path.reveal()).unwrap_or_else(|_| path.reveal().to_owned()),
                Path::to_owned,
            ),
        });
        // What may be read is settled when DuckDB starts: an older copy's has had its time.
        self.sources.retain(|source| source.spec != *spec || source.file == file);
        let is_it = |source: &Source| source.spec == *spec && source.memory == memory;
        let found = self.sources.iter().position(is_it).map(|at| self.sources.remove(at));
        self.rest();
        match found {
            Some(source) => Ok(source),
            None => {
                let write = self.write.as_ref().ok().map(Held::path);
                Source::open(spec.clone(), file, memory, write, &self.granted, self.walls)
            }
        }
    }

    fn keep(&mut self, mut source: Source) {
        let long = source.attached.as_ref().is_some_and(|attached| attached.since.elapsed() > HOLD);
        if long && !source.is_out_of_the_way() && source.detach().is_err() {
            return;
        }
        if self.sources.len() == KEPT {
            self.sources.remove(0);
        }
        self.sources.push(source);
    }
}

impl Default for SourceRunner {
    fn default() -> Self {
        Self::new()
    }
}

impl Runner for SourceRunner {
    fn run(&mut self, question: &Question, limits: &Limits) -> Result<Answer, Unknown> {
        let answer = self.answer(0, question, None, limits);
        self.rest();
        answer
    }
}

/// Lets a question's text through the gate. Refuses what only this program has where it is in the user's own words: a query that
/// runs may be in others; what was typed has been parsed before, which refuses it.
fn pass_as_typed<'s>(judge: &duckdb::Connection, question: &Question, sql: &'s str) -> Result<Gated<'s>, Failure> {
    let gated = gate::pass(judge, sql)?;
    if !matches!(question, Question::Execute { .. } | Question::Rows { .. }) {
        gated.as_typed()?;
    }
    Ok(gated)
}

/// What judges texts.
fn judge(slot: &mut Option<Judge>, walls: Walls) -> Result<&mut Judge, Unknown> {
    match slot {
        Some(judge) => Ok(judge),
        none => Ok(none.insert(Judge::open(walls.settings)?)),
    }
}

/// An answer, or why there is none: an error of the query's own, a query that was stopped, or what the engine says.
fn settled(question: &Question, result: Result<Answer, Failure>, stop: Option<Stop>) -> Result<Answer, Unknown> {
    match (result, stop) {
        (Ok(answer), _) => Ok(answer),
        (Err(_), Some(stop)) => Err(stop.into()),
        (Err(Failure::Sql(error)), None) => Ok(wrap(question, error)),
        (Err(Failure::Unknown(unknown)), None) => Err(unknown),
    }
}

fn wrap(question: &Question, error: SqlError) -> Answer {
    match question {
        Question::Options { .. } => Answer::Options(Err(error)),
        Question::Describe { .. } => Answer::Columns(Err(error)),
        Question::Rows { .. } => Answer::Rows(Err(error)),
        Question::Export { .. } => Answer::Exported(Err(error)),
        Question::Parse { .. } | Question::Bind { .. } | Question::Probe { .. } | Question::Execute { .. } => {
            Answer::Accepted(Err(error))
        }
    }
}

/// An error whose offset is counted from behind a prefix of the given number of bytes, which is ours.
fn behind(mut error: SqlError, ours: usize) -> SqlError {
    let ours = u32::try_from(ours).unwrap_or(u32::MAX);
    error.offset = error.offset.and_then(|offset| offset.checked_sub(ours));
    error.length = error.length.filter(|_| error.offset.is_some());
    error
}
