//! Answers what needs a source: which columns does this query have, which values?

use crate::copies::{Format, log_of, no_database};
use crate::database::{self, Allowed, identifier, literal, path_literal};
use crate::errors::{self, Failure};
use crate::export;
use crate::gate::{self, Gated};
use crate::icu;
use crate::options;
use crate::reads::Reads;
use crate::rows;
use crate::sqlite;
use crate::sqlite_export;
use crate::watchdog::{Canceller, Watchdog};
use crate::{Limits, Runner, Walls};
use duckdb::Connection;
use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};
use viz_facts::{Answer, Column, QueryTable, Question, SourceSpec, SqlError, Unknown};

/// How many sources keep their (empty) databases between questions.
const KEPT: usize = 8;

/// How long a file stays attached while one question follows another.
const HOLD: Duration = Duration::from_millis(20);

/// Waits between attempts on a locked file.
const RETRIES: [Duration; 3] = [Duration::from_millis(15), Duration::from_millis(40), Duration::from_millis(80)];

/// Opens sources in this process, read-only, each for milliseconds.
///
/// Relative file names in queries are relative to the process's current folder, and readable only if that is the
/// source's root: the worker is started there.
pub struct SourceRunner {
    watchdog: Watchdog,
    walls: Walls,
    /// Below it are the private copies of databases.
    copies: Option<PathBuf>,
    /// Where exports go, if this runner makes any.
    write: Option<PathBuf>,
    /// Judges texts; no user's database is ever attached to it, so no user's function can stand for DuckDB's.
    judge: Option<Connection>,
    sources: Vec<Source>,
    /// What the last question read besides its source's own file.
    read: Reads,
}

/// One source's database.
struct Source {
    spec: SourceSpec,
    /// Bytes.
    memory: u64,
    conn: Connection,
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
    /// The private copy; otherwise it is the user's own file, in whose way we are.
    copy: Option<PathBuf>,
    since: Instant,
    /// The names and texts of its views and macros.
    definitions: Vec<(String, String)>,
}

impl SourceRunner {
    /// A runner. DuckDB starts with the first question.
    pub fn new() -> Self {
        Self::behind(Walls::ALL, None, None)
    }

    pub(crate) fn behind(walls: Walls, copies: Option<PathBuf>, write: Option<PathBuf>) -> Self {
        Self {
            watchdog: Watchdog::new(),
            walls,
            copies,
            write,
            judge: None,
            sources: Vec::new(),
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
        if let Some(SourceSpec::Sqlite { path, .. }) = question.source() {
            let path = path.reveal();
            return self.answer_in_sqlite(id, question, (path, copy.unwrap_or(path)), limits);
        }
        let (spec, sql, ours): (_, Cow<'_, str>, _) = match question {
            Question::Describe { source, sql } | Question::Options { source, sql, .. } => (source, sql.into(), 0),
            Question::Execute { source, tables, sql }
            | Question::Rows { source, tables, sql, .. }
            | Question::Export { source, tables, sql, .. } => {
                let (text, ours) = with_tables(tables, sql);
                (source, text, ours)
            }
            Question::Parse { .. } | Question::Bind { .. } | Question::Probe { .. } => {
                return Err(Unknown::new("wrong-worker", "this needs no source and is answered by the other worker"));
            }
        };
        let judge = match &self.judge {
            Some(judge) => judge,
            None => {
                let guarded = self.walls.settings;
                let (folders, files, memory) = (Vec::new(), Vec::new(), "256MB");
                let allowed = Allowed { folders, files, spill: None, memory, threads: 1, optimized: true, guarded };
                self.judge.insert(database::open(&allowed)?)
            }
        };
        self.read = Reads::of([sql.as_ref()]);
        let gated = if !self.walls.gate {
            gate::unguarded(&sql)
        } else {
            let watched = self.watchdog.watch(id, limits.timeout, judge.interrupt_handle());
            match (gate::pass(judge, &sql), watched.stop()) {
                (Ok(gated), _) => gated,
                (Err(Failure::Sql(error)), _) => return Ok(wrap(question, behind(error, ours))),
                (Err(Failure::Unknown(_)), Some(stop)) => return Err(stop.into()),
                (Err(Failure::Unknown(unknown)), None) => return Err(unknown),
            }
        };
        let mut source = self.take(spec, limits.memory)?;
        let watched = self.watchdog.watch(id, limits.timeout, source.conn.interrupt_handle());
        let result = source.run(question, copy, self.write.as_deref(), (&gated, limits));
        let stop = watched.stop();
        drop(watched);
        if let Some(Attached { definitions, .. }) = &source.attached {
            self.read = Reads::of(used_definitions(definitions, &sql));
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

    /// `at` is the database's path, and the file to read. It is opened for each question: that takes microseconds, and nothing is
    /// held then.
    fn answer_in_sqlite(
        &mut self,
        id: u64,
        question: &Question,
        at: (&Path, &Path),
        limits: &Limits,
    ) -> Result<Answer, Unknown> {
        let text = match question {
            Question::Export { tables, sql, .. } => with_tables(tables, sql).0,
            _ => question.sql().into(),
        };
        self.read = Reads::of([]);
        self.read.volatile = Reads::of([text.as_ref()]).volatile || text.contains("'now'");
        let conn = sqlite::open(at.0, at.1)?;
        let watched = self.watchdog.watch(id, limits.timeout, std::sync::Arc::new(conn.get_interrupt_handle()));
        let result = match question {
            Question::Describe { sql, .. } => sqlite::describe(&conn, sql).map(|columns| Answer::Columns(Ok(columns))),
            Question::Options { sql, limit, .. } => {
                sqlite::values(&conn, sql, *limit, limits.values).map(|values| Answer::Options(Ok(values)))
            }
            Question::Export { files, .. } => match &self.write {
                Some(folder) => sqlite_export::run(&conn, &text, files, folder, self.walls)
                    .map(|exported| Answer::Exported(Ok(exported))),
                None => Err(Failure::Unknown(no_export())),
            },
            _ => Err(Failure::Unknown(Unknown::new(
                "source-dialect",
                "this query is DuckDB's, and the source is SQLite's",
            ))),
        };
        match (result, watched.stop()) {
            (Ok(answer), _) => Ok(answer),
            (Err(_), Some(stop)) => Err(stop.into()),
            (Err(Failure::Sql(error)), None) => Ok(wrap(question, error)),
            (Err(Failure::Unknown(unknown)), None) => Err(unknown),
        }
    }

    /// The database of a source, with every other source's file let go.
    fn take(&mut self, spec: &SourceSpec, memory: u64) -> Result<Source, Unknown> {
        let is_it = |source: &Source| source.spec == *spec && source.memory == memory;
        let found = self.sources.iter().position(is_it).map(|at| self.sources.remove(at));
        self.rest();
        match found {
            Some(source) => Ok(source),
            None => Source::open(spec.clone(), memory, self.copies.as_deref(), self.write.as_deref(), self.walls),
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

fn no_export() -> Unknown {
    Unknown::new("no-export", "this worker writes no files")
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

/// A query that sees the results of other queries as tables, and how many bytes of the text are before it. Each of them ends
/// with a line end: it may end in a comment.
fn with_tables<'a>(tables: &[QueryTable], sql: &'a str) -> (Cow<'a, str>, usize) {
    if tables.is_empty() {
        return (sql.into(), 0);
    }
    let table = |table: &QueryTable| format!("{} AS (\n{}\n)", identifier(&table.name), table.sql);
    let ours = format!("WITH {}\n", tables.iter().map(table).collect::<Vec<_>>().join(",\n"));
    // A query that has a WITH of its own is a table.
    if sql.trim_start().get(..4).is_some_and(|word| word.eq_ignore_ascii_case("with")) {
        return (format!("{ours}FROM ({sql}\n)").into(), ours.len() + 6);
    }
    (format!("{ours}{sql}").into(), ours.len())
}

/// An error whose place is counted from the end of so many bytes that are not the user's.
fn behind(mut error: SqlError, ours: usize) -> SqlError {
    let ours = u32::try_from(ours).unwrap_or(u32::MAX);
    error.offset = error.offset.and_then(|offset| offset.checked_sub(ours));
    error.length = error.length.filter(|_| error.offset.is_some());
    error
}

impl Source {
    fn open(
        spec: SourceSpec,
        memory: u64,
        copies: Option<&Path>,
        write: Option<&Path>,
        walls: Walls,
    ) -> Result<Self, Unknown> {
        let root = spec.root();
        // The file system may know the folder by another name, and relative file names resolve to that one.
        let real = root.canonicalize().map_err(|error| {
            Unknown::new("folder-missing", format!("the project's folder {} can't be opened: {error}", root.display()))
        })?;
        let mut files = Vec::new();
        if let SourceSpec::DuckDbFile { path, .. } | SourceSpec::Csv { path, .. } = &spec {
            files.push(path.reveal().to_owned());
            files.push(log_of(path.reveal()));
        }
        let most = format!("{}MB", memory / 1_000_000);
        let allowed = Allowed {
            folders: [root, &real].into_iter().chain(copies).chain(write).collect(),
            files: files.iter().map(|path| path.as_path()).collect(),
            spill: write,
            memory: if write.is_some() { export::MEMORY } else { &most },
            threads: 2,
            optimized: true,
            guarded: walls.settings,
        };
        let conn = database::open(&allowed)?;
        Ok(Self { spec, memory, conn, stand_ins: None, attached: None, seen: None })
    }

    fn run(
        &mut self,
        question: &Question,
        copy: Option<&Path>,
        write: Option<&Path>,
        (sql, limits): (&Gated<'_>, &Limits),
    ) -> Result<Answer, Failure> {
        self.attach(copy)?;
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
                let Some(folder) = write else {
                    return Err(Failure::Unknown(no_export()));
                };
                let columns = self.describe(sql)?;
                export::run(&self.conn, sql, columns, files, folder).map(|exported| Answer::Exported(Ok(exported)))
            }
            _ => self.describe(sql).map(|columns| Answer::Columns(Ok(columns))),
        }
    }

    fn describe(&mut self, sql: &Gated<'_>) -> Result<Vec<Column>, Failure> {
        match options::describe(&self.conn, sql) {
            Err(Failure::Unknown(unknown)) if unknown.code == "extension-missing" => {
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
    fn attach(&mut self, copy: Option<&Path>) -> Result<(), Unknown> {
        if self.attached.as_ref().is_some_and(|attached| attached.copy.as_deref() != copy) {
            self.detach().map_err(|error| Unknown::new("engine-failure", errors::message(&error)))?;
        }
        match &self.spec {
            SourceSpec::DuckDbMemory { .. } | SourceSpec::Sqlite { .. } => Ok(()),
            SourceSpec::DuckDbFile { path, .. } => {
                let path = path.reveal();
                if self.attached.is_none() {
                    let since = Instant::now();
                    let name = attach_file(&self.conn, path, copy.unwrap_or(path))?;
                    let definitions = definitions(&self.conn, &name);
                    self.attached = Some(Attached { name, copy: copy.map(Path::to_owned), since, definitions });
                }
                Ok(())
            }
            SourceSpec::Csv { path, view, delimiter, has_header, .. } => {
                let path = path.reveal();
                let state = csv_state(path)?;
                if self.seen != Some(state) {
                    let (delimiter, file) = (literal(delimiter), path_literal(path)?);
                    let read = format!("SELECT * FROM read_csv({file}, delim = {delimiter}, header = {has_header})");
                    // Guessing the types anew for each query takes longer than most queries. A row that can't be read
                    // fails only those that need it, so then, too, the file is read by each query.
                    let held = format!("CREATE OR REPLACE TEMP TABLE viz_csv AS {read}");
                    let held = state.1 <= SMALL_CSV && self.conn.execute_batch(&held).is_ok();
                    let rows = if held { "FROM temp.viz_csv" } else { &read };
                    let view = format!("CREATE OR REPLACE VIEW {} AS {rows}", identifier(view));
                    self.conn.execute_batch(&view).map_err(|error| {
                        let (path, why) = (path.display(), errors::message(&error));
                        Unknown::new("file-unreadable", format!("the CSV file {path} can't be read: {why}"))
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

/// CSV files of at most so many bytes are held in memory.
const SMALL_CSV: u64 = 16 << 20;

fn csv_state(path: &Path) -> Result<(SystemTime, u64), Unknown> {
    match std::fs::metadata(path) {
        Ok(data) => Ok((data.modified().unwrap_or(SystemTime::UNIX_EPOCH), data.len())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(Unknown::new("file-missing", format!("the file {} does not exist", path.display())))
        }
        Err(error) => {
            Err(Unknown::new("file-unreadable", format!("the file {} can't be read: {error}", path.display())))
        }
    }
}

/// The names and texts of a database's views and macros, which may read more files. If they can't be told, a text that says
/// so, of a name that every text contains.
fn definitions(conn: &Connection, database: &str) -> Vec<(String, String)> {
    let sql = "select view_name, sql from duckdb_views() where not internal and database_name = $1
               union all select function_name, macro_definition from duckdb_functions() where not internal and database_name = $1
               and macro_definition is not null";
    let read = || -> duckdb::Result<Vec<(String, String)>> {
        let mut statement = conn.prepare(sql)?;
        statement.query_map([database], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
    };
    read().unwrap_or_else(|_| vec![(String::new(), "select * from read_text(unknown)".to_owned())])
}

/// A query's text, and those of all views and macros whose names occur in it or in one another's.
fn used_definitions<'a>(definitions: &'a [(String, String)], sql: &'a str) -> Vec<&'a str> {
    let mut used = vec![sql];
    let mut left: Vec<(String, &str)> =
        definitions.iter().map(|(name, text)| (name.to_lowercase(), text.as_str())).collect();
    let mut next = 0;
    while let Some(text) = used.get(next).map(|text| text.to_lowercase()) {
        let (named, others): (Vec<_>, Vec<_>) = left.into_iter().partition(|(name, _)| text.contains(name.as_str()));
        used.extend(named.into_iter().map(|(_, text)| text));
        left = others;
        next += 1;
    }
    used
}

/// Attaches a database file read-only, makes it the default, and returns the name of its catalogue: the one that DuckDB
/// derives from the file's name, which queries may use. `file` is what is read: the database at `path`, or a copy of it.
fn attach_file(conn: &Connection, path: &Path, file: &Path) -> Result<String, Unknown> {
    match file.try_exists() {
        Ok(true) => {}
        Ok(false) => {
            let message = format!("the database {} does not exist", path.display());
            return Err(Unknown::new("database-missing", message));
        }
        Err(error) => return Err(unreadable(path, &error.to_string())),
    }
    let file = path_literal(file)?;
    let mut waits = RETRIES.iter();
    loop {
        match conn.execute_batch(&format!("ATTACH {file} (READ_ONLY)")) {
            Ok(()) => break,
            Err(error) => {
                let why = errors::message(&error);
                if why.contains("lock") {
                    match waits.next() {
                        Some(wait) => std::thread::sleep(*wait),
                        None => return Err(locked(path, &why)),
                    }
                } else if why.contains("already exists") || why.contains("reserved") {
                    // Named like one of DuckDB's own catalogues (`memory.duckdb`).
                    let name = "viz_source";
                    conn.execute_batch(&format!("ATTACH {file} AS {name} (READ_ONLY)"))
                        .map_err(|error| unreadable(path, &errors::message(&error)))?;
                    break;
                } else {
                    return Err(unreadable(path, &why));
                }
            }
        }
    }
    let name: String = conn
        .query_row(
            "select database_name from duckdb_databases() where not internal and database_name <> 'memory'",
            [],
            |row| row.get(0),
        )
        .map_err(|error| unreadable(path, &errors::message(&error)))?;
    conn.execute_batch(&format!("USE {}", identifier(&name)))
        .map_err(|error| unreadable(path, &errors::message(&error)))?;
    Ok(name)
}

fn unreadable(path: &Path, why: &str) -> Unknown {
    if why.contains("not a valid DuckDB database file") {
        return no_database(path, Format::DuckDb);
    }
    Unknown::new("database-unreadable", format!("the database {} can't be read: {why}", path.display()))
}

/// `why` is DuckDB's "Could not set lock on file …: Conflicting lock is held in /usr/bin/x (PID 12)…".
fn locked(path: &Path, why: &str) -> Unknown {
    let holder = why.split_once("held in ").map(|(_, rest)| rest.split_once(". ").map_or(rest, |(holder, _)| holder));
    let by = match holder {
        // A worker that may not look at other processes sees only the number.
        Some(pid) if pid.starts_with("PID ") => format!("another program ({pid})"),
        Some(holder) => format!("`{holder}`"),
        None => "another program".to_owned(),
    };
    Unknown::new("database-locked", format!("the database {} is locked by {by}", path.display()))
}
