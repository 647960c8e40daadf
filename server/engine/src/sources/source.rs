//! One source: its database, the file that is attached to it for a moment, and what is asked of them.

use crate::attach::{Name, attach_file, name_is_secret};
use crate::database::{self, Allowed, identifier, literal, path_literal};
use crate::database_files::Format;
use crate::errors::{self, Failure};
use crate::file_names::no_plain_file;
use crate::gate::Gated;
use crate::options;
use crate::sqlite_rows::of_table;
use crate::stored::Definitions;
use crate::viewers_macros::ViewersMacros;
use crate::{Limits, Walls, export, icu, rows};
use duckdb::Connection;
use std::hash::{BuildHasher, RandomState};
use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime};
use viz_facts::{Answer, Column, Question, Reason, SourceSpec, Unknown};
use viz_files::{Granted, Reach, Refused, Roots};

/// One source's database.
pub(super) struct Source {
    pub(super) spec: SourceSpec,
    /// The file that is read: a private copy, or the user's own.
    pub(super) file: Option<PathBuf>,
    /// Bytes.
    pub(super) memory: u64,
    pub(super) conn: Connection,
    pub(super) macros: ViewersMacros,
    /// To the same database, with stand-ins for the extension `icu`; made when first needed.
    pub(super) stand_ins: Option<Connection>,
    pub(super) attached: Option<Attached>,
    /// State of the CSV file for which the view was made.
    pub(super) seen: Option<(SystemTime, u64)>,
    /// What the table is called that holds its rows: a name that no query could have written.
    held: String,
}

/// An attached file.
pub(super) struct Attached {
    /// The catalogue's name.
    pub(super) name: String,
    /// The private copy; otherwise it is the user's own file, in whose way we are.
    pub(super) copy: Option<PathBuf>,
    pub(super) since: Instant,
    pub(super) definitions: Definitions,
}

/// A query over tables that are to be made, and their names and queries.
pub(super) struct OverTables<'a> {
    pub(super) tables: Vec<(&'a str, Gated<'a>)>,
    pub(super) query: Gated<'a>,
}

impl Source {
    pub(super) fn open(
        spec: SourceSpec,
        file: Option<PathBuf>,
        memory: u64,
        write: Option<&Path>,
        granted: &Granted,
        walls: Walls,
    ) -> Result<Self, Unknown> {
        let root = spec.root();
        viz_files::real(root).map_err(|why| {
            Unknown::new(
                Reason::FolderMissing,
                format!("the project's folder {} can't be opened: {why}", root.display()),
            )
        })?;
        let mut files: Vec<PathBuf> = file.iter().cloned().collect();
        if let (Some(format), Some(file)) = (Format::of(&spec), &file) {
            files.extend(format.logs(file));
        }
        // The file system may know a folder by another name, and relative file names resolve to that one.
        let roots = Roots::of(root, granted);
        let most = format!("{}MB", memory / 1_000_000);
        let allowed = Allowed {
            folders: roots.folders().chain(write).collect(),
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
            held: format!("viz_csv_{:016x}", RandomState::new().hash_one(())),
        })
    }

    pub(super) fn run(
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

    /// Answers a question whose query is run over tables that hold the rows of theirs. They are gone afterwards. What the browser
    /// runs does not see the source's database, whose macros and types could stand for DuckDB's own.
    pub(super) fn run_over_tables(
        &mut self,
        question: &Question,
        write: Result<&Path, &Unknown>,
        (OverTables { tables, query }, limits): (&OverTables<'_>, &Limits),
    ) -> Result<Answer, Failure> {
        for text in tables.iter().map(|(_, sql)| sql).chain([query]) {
            self.macros.prepare(&self.conn, text.text());
        }
        let mut made = Vec::new();
        let table = |(name, sql): &(&str, Gated<'_>)| {
            let name = format!("temp.main.{}", identifier(name));
            let create = format!("CREATE TEMP TABLE {name} AS (\n{}\n)", sql.text());
            self.conn.execute_batch(&create).map_err(|error| of_table(errors::failure(error, "", usize::MAX)))?;
            made.push(name);
            Ok(())
        };
        let mut run: Result<(), Failure> = tables.iter().try_for_each(table);
        if run.is_ok() && question.is_run_by_browser() {
            run = self.detach().map_err(|error| of_table(errors::failure(error, "", usize::MAX)));
        }
        let answer = run.and_then(|()| self.run(question, write, (query, limits)));
        for name in made {
            self.conn
                .execute_batch(&format!("DROP TABLE {name}"))
                .map_err(|error| of_table(errors::failure(error, "", usize::MAX)))?;
        }
        answer
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

    /// A failure of a query, unless it failed only for what its database is called here.
    pub(super) fn judged(&self, failure: Failure) -> Failure {
        match (failure, self.spec.path().map(Name::told)) {
            (Failure::Sql(error), Some(name)) if name.fails(&error) => Failure::Unknown(name_is_secret()),
            (failure, _) => failure,
        }
    }

    /// Makes the source's tables visible.
    pub(super) fn attach(&mut self, copy: Option<&Path>) -> Result<(), Unknown> {
        let other = |attached: &Attached| attached.copy.as_deref() != copy;
        if self.attached.as_ref().is_some_and(other) {
            self.detach().map_err(|error| Unknown::new(Reason::EngineFailure, errors::message(&error)))?;
        }
        match &self.spec {
            SourceSpec::DuckDbMemory { .. } | SourceSpec::Sqlite { .. } => Ok(()),
            SourceSpec::DuckDbFile { path, .. } => {
                if self.attached.is_none() {
                    let (since, called, path) = (Instant::now(), Name::told(path), path.reveal());
                    let name = attach_file(&self.conn, path, self.file.as_deref().unwrap_or(path), called)?;
                    let definitions = Definitions::of(&self.conn, &name);
                    self.attached = Some(Attached { name, copy: copy.map(Path::to_owned), since, definitions });
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
                    let held = format!("CREATE OR REPLACE TEMP TABLE {} AS {read}", self.held);
                    let held = state.1 <= SMALL_CSV && self.conn.execute_batch(&held).is_ok();
                    let rows = if held { &format!("FROM temp.{}", self.held) } else { &read };
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
    pub(super) fn is_out_of_the_way(&self) -> bool {
        self.attached.as_ref().is_none_or(|attached| attached.copy.is_some())
    }

    /// Lets go of the file, so that other programs may write to it.
    pub(super) fn detach(&mut self) -> Result<(), duckdb::Error> {
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
