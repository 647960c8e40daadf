//! Answers what needs a source: which columns does this query have, which values?

use crate::attach::{Name, attach_file};
use crate::database::{self, Allowed, identifier, literal, path_literal};
use crate::database_files::Format;
use crate::errors::{self, Failure};
use crate::export;
use crate::file_names::{Guard, Judge, Names, no_plain_file, private_file};
use crate::gate::{self, Gated};
use crate::icu;
use crate::missing;
use crate::options;
use crate::reads::Reads;
use crate::rows;
use crate::secrets;
use crate::sqlite;
use crate::sqlite_rows::{self, Room, Taken};
use crate::stored::{Definition, Definitions};
use crate::viewers_macros::ViewersMacros;
use crate::watchdog::{Canceller, Stop, Watchdog};
use crate::{Limits, Runner, Walls};
use duckdb::Connection;
use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};
use viz_facts::{Answer, Column, Question, Reason, SourceSpec, SqlError, Storage, Unknown, over_tables};
use viz_files::{Held, Private, Reach, Readable, Refused};

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
    /// Tells the private files of the project.
    guard: Option<Guard>,
    sources: Vec<Source>,
    /// Rows of SQLite that the last question took over.
    taken: Option<Taken>,
    /// What the last question read besides its source's own file.
    read: Reads,
}

/// One source's database.
struct Source {
    spec: SourceSpec,
    /// The file that is read: a private copy, or the user's own.
    file: Option<PathBuf>,
    /// Bytes.
    memory: u64,
    conn: Connection,
    macros: ViewersMacros,
    /// To the same database, with stand-ins for the extension `icu`; made when first needed.
    stand_ins: Option<Connection>,
    attached: Option<Attached>,
    /// State of the CSV file for which the view was made.
    seen: Option<(SystemTime, u64)>,
}

/// An attached file.
struct Attached {
    /// The catalogue's name.
    name: String,
    /// What it was called after.
    called: Name,
    /// The private copy; otherwise it is the user's own file, in whose way we are.
    copy: Option<PathBuf>,
    since: Instant,
    definitions: Definitions,
}

impl SourceRunner {
    /// A runner. DuckDB starts with the first question.
    pub fn new() -> Self {
        Self::behind(Walls::ALL, None, Err(export::not_here()))
    }

    /// `project` is what the project's folder holds, if that has been looked at.
    pub(crate) fn behind(walls: Walls, project: Option<(PathBuf, Private)>, write: Result<Held, Unknown>) -> Self {
        Self {
            watchdog: Watchdog::new(),
            walls,
            write,
            judge: None,
            guard: project.map(|(root, private)| Guard::new(&root, private, walls.settings)),
            sources: Vec::new(),
            taken: None,
            read: Reads::default(),
        }
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
            && guard(&mut self.guard, source.root(), self.walls).holds(path.reveal())
        {
            return Err(private_file(&path.to_string()));
        }
        if let Some((_, path)) = opened.filter(|(source, _)| !source.runs_in_duckdb()) {
            let path = path.reveal();
            return self.answer_in_sqlite(id, question, (path, copy.unwrap_or(path)), limits);
        }
        let (spec, sql, ours): (_, Cow<'_, str>, _) = match question {
            Question::Describe { source, sql } | Question::Options { source, sql, .. } => (source, sql.into(), 0),
            Question::Execute { source, tables, sql }
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
            match (gate::pass(judge.conn(), &sql), watched.stop()) {
                (Ok(gated), _) => gated,
                (Err(Failure::Sql(error)), _) => return Ok(wrap(question, behind(error, ours))),
                (Err(Failure::Unknown(_)), Some(stop)) => return Err(stop.into()),
                (Err(Failure::Unknown(unknown)), None) => return Err(unknown),
            }
        };
        let mut source = self.take(spec, copy, limits.memory)?;
        source.attach(copy, &sql)?;
        if self.walls.gate {
            self.look_at_files(id, &gated, &mut source, limits)?;
        }
        let watched = self.watchdog.watch(id, limits.timeout, source.conn.interrupt_handle());
        let result = source.run(question, self.write.as_ref().map(Held::path), (&gated, limits));
        let stop = watched.stop();
        drop(watched);
        if let Some(Attached { definitions, .. }) = &source.attached {
            self.read = Reads::of(std::iter::once(sql.as_ref()).chain(definitions.used(&sql).map(Definition::text)));
        }
        match (result, stop) {
            (Ok(answer), _) => {
                self.keep(source);
                Ok(answer)
            }
            (Err(_), Some(stop)) => {
                self.keep(source);
                Err(stop.into())
            }
            (Err(Failure::Sql(error)), None) => {
                self.keep(source);
                Ok(wrap(question, behind(error, ours)))
            }
            // Whatever state it is in: the next question gets a new one.
            (Err(Failure::Unknown(unknown)), None) => Err(unknown),
        }
    }

    /// Refuses a query that names a private file of the project, itself or through what is stored in the database.
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
        guard(&mut self.guard, source.spec.root(), self.walls).check(&names)
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
            true => gate::pass(&taken.conn, question.sql()),
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
        guard(&mut self.guard, source.root(), self.walls).check(&names)
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
            None => Source::open(spec.clone(), file, memory, self.write.as_ref().ok().map(Held::path), self.walls),
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

/// What judges texts.
fn judge(slot: &mut Option<Judge>, walls: Walls) -> Result<&mut Judge, Unknown> {
    match slot {
        Some(judge) => Ok(judge),
        none => Ok(none.insert(Judge::open(walls.settings)?)),
    }
}

/// What tells private files in this folder.
fn guard<'a>(slot: &'a mut Option<Guard>, root: &Path, walls: Walls) -> &'a mut Guard {
    if !slot.as_ref().is_some_and(|guard| guard.is_of(root)) {
        *slot = None;
    }
    slot.get_or_insert_with(|| Guard::new(root, Readable::of(root).private().clone(), walls.settings))
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

impl Source {
    fn open(
        spec: SourceSpec,
        file: Option<PathBuf>,
        memory: u64,
        write: Option<&Path>,
        walls: Walls,
    ) -> Result<Self, Unknown> {
        let root = spec.root();
        // The file system may know the folder by another name, and relative file names resolve to that one.
        let real = viz_files::real(root).map_err(|why| {
            Unknown::new(
                Reason::FolderMissing,
                format!("the project's folder {} can't be opened: {why}", root.display()),
            )
        })?;
        let mut files: Vec<PathBuf> = file.iter().cloned().collect();
        if let (Some(format), Some(file)) = (Format::of(&spec), &file) {
            files.extend(format.logs(file));
        }
        let most = format!("{}MB", memory / 1_000_000);
        let allowed = Allowed {
            folders: [root, &real].into_iter().chain(write).collect(),
            files: files.iter().map(PathBuf::as_path).collect(),
            spill: write,
            memory: if write.is_some() { export::MEMORY } else { &most },
            threads: 2,
            optimized: true,
            guarded: walls.settings,
        };
        let conn = database::open(&allowed)?;
        Ok(Self {
            spec,
            file,
            memory,
            conn,
            macros: ViewersMacros::default(),
            stand_ins: None,
            attached: None,
            seen: None,
        })
    }

    fn run(
        &mut self,
        question: &Question,
        write: Result<&Path, &Unknown>,
        (sql, limits): (&Gated<'_>, &Limits),
    ) -> Result<Answer, Failure> {
        self.macros.prepare(&self.conn, sql.text());
        match question {
            Question::Options { limit, .. } => {
                options::values(&self.conn, sql, *limit, limits.values).map(|values| Answer::Options(Ok(values)))
            }
            Question::Execute { .. } => match options::run(&self.conn, sql.text()) {
                Ok(()) => Ok(Answer::Accepted(Ok(()))),
                Err(error) => Err(errors::failure(error, sql.text(), 0)),
            },
            Question::Rows { rows, bytes, .. } => {
                let columns = self.describe(sql)?;
                let size = rows::Size { rows: u64::from(*rows), bytes: *bytes as usize };
                rows::read(&self.conn, sql.text(), columns, size).map(|rows| Answer::Rows(Ok(rows)))
            }
            Question::Export { files, .. } => {
                let folder = write.map_err(|why| Failure::Unknown(why.clone()))?;
                let columns = self.describe(sql)?;
                export::run(&self.conn, sql, columns, files, folder).map(|exported| Answer::Exported(Ok(exported)))
            }
            _ => self.describe(sql).map(|columns| Answer::Columns(Ok(columns))),
        }
    }

    fn describe(&mut self, sql: &Gated<'_>) -> Result<Vec<Column>, Failure> {
        match options::describe(&self.conn, sql) {
            Err(Failure::Unknown(unknown)) if unknown.code == Reason::ExtensionMissing => {
                self.describe_with_stand_ins(sql).ok_or(Failure::Unknown(unknown))
            }
            result => result,
        }
    }

    fn describe_with_stand_ins(&mut self, sql: &Gated<'_>) -> Option<Vec<Column>> {
        let conn = match &mut self.stand_ins {
            Some(conn) => conn,
            none => none.insert(icu::stand_ins(&self.conn).ok()?),
        };
        // The default catalogue is each connection's own.
        if let Some(Attached { name, .. }) = &self.attached {
            conn.execute_batch(&format!("USE {}", identifier(name))).ok()?;
        }
        let columns = options::describe(conn, sql).ok();
        conn.execute_batch("USE memory").ok()?;
        columns
    }

    /// Makes the source's tables visible.
    fn attach(&mut self, copy: Option<&Path>, sql: &str) -> Result<(), Unknown> {
        let called = self.spec.path().map_or(Name::OfFile, |path| Name::told(path, sql));
        let other = |attached: &Attached| attached.copy.as_deref() != copy || attached.called != called;
        if self.attached.as_ref().is_some_and(other) {
            self.detach().map_err(|error| Unknown::new(Reason::EngineFailure, errors::message(&error)))?;
        }
        match &self.spec {
            SourceSpec::DuckDbMemory { .. } | SourceSpec::Sqlite { .. } => Ok(()),
            SourceSpec::DuckDbFile { path, .. } => {
                let path = path.reveal();
                if self.attached.is_none() {
                    let since = Instant::now();
                    let name = attach_file(&self.conn, path, self.file.as_deref().unwrap_or(path), called)?;
                    let definitions = Definitions::of(&self.conn, &name);
                    self.attached = Some(Attached { name, called, copy: copy.map(Path::to_owned), since, definitions });
                }
                Ok(())
            }
            SourceSpec::Csv { path, view, delimiter, has_header, .. } => {
                let path = path.reveal();
                let state = csv_state(self.spec.root(), path)?;
                if self.seen != Some(state) {
                    let (delimiter, file) = (literal(delimiter), without_wildcards(&path_literal(path)?));
                    let read = format!("SELECT * FROM read_csv({file}, delim = {delimiter}, header = {has_header})");
                    // Guessing the types anew for each query takes longer than most queries. A row that can't be read
                    // fails only those that need it, so then, too, the file is read by each query.
                    let held = format!("CREATE OR REPLACE TEMP TABLE viz_csv AS {read}");
                    let held = state.1 <= SMALL_CSV && self.conn.execute_batch(&held).is_ok();
                    let rows = if held { "FROM temp.viz_csv" } else { &read };
                    let view = format!("CREATE OR REPLACE VIEW {} AS {rows}", identifier(view));
                    self.conn.execute_batch(&view).map_err(|error| {
                        let (path, why) = (path.display(), errors::message(&error));
                        Unknown::new(Reason::FileUnreadable, format!("the CSV file {path} can't be read: {why}"))
                    })?;
                    self.seen = Some(state);
                }
                Ok(())
            }
        }
    }

    /// Whether no other program can notice what is attached here.
    fn is_out_of_the_way(&self) -> bool {
        self.attached.as_ref().is_none_or(|attached| attached.copy.is_some())
    }

    /// Lets go of the file, so that other programs may write to it.
    fn detach(&mut self) -> Result<(), duckdb::Error> {
        match self.attached.take() {
            Some(Attached { name, .. }) => {
                self.conn.execute_batch(&format!("USE memory; DETACH {}", identifier(&name)))
            }
            None => Ok(()),
        }
    }
}

/// CSV files of at most this many bytes are held in memory; larger ones are read again for each query.
const SMALL_CSV: u64 = 16 << 20;

/// A file's name that DuckDB takes for this file's alone: `[.]env` is a file like others, and no pattern that `.env` fits.
fn without_wildcards(name: &str) -> String {
    name.chars().fold(String::new(), |mut out, char| {
        match char {
            '*' | '?' | '[' => out.extend(['[', char, ']']),
            _ => out.push(char),
        }
        out
    })
}

fn csv_state(root: &Path, path: &Path) -> Result<(SystemTime, u64), Unknown> {
    match viz_files::open(path, Reach::Anywhere) {
        Ok(file) => Ok((file.data.modified().unwrap_or(SystemTime::UNIX_EPOCH), file.data.len())),
        Err(Refused::NotFound) => {
            Err(Unknown::new(Reason::FileMissing, format!("the file {} does not exist", path.display())))
        }
        Err(Refused::NoFile(_)) => Err(no_plain_file(&path.strip_prefix(root).unwrap_or(path).display().to_string())),
        Err(why) => {
            Err(Unknown::new(Reason::FileUnreadable, format!("the file {} can't be read: {why}", path.display())))
        }
    }
}
