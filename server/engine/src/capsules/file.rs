//! The SQLite file of capsules.

// The program's own file, which no project names.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)]

mod asked;

pub(super) use asked::Asked;

use crate::cache_folder::create_private;
use crate::reads::Reads;
use rusqlite::{Connection, ErrorCode, OptionalExtension, params};
use std::path::{Path, PathBuf};
use std::sync::mpsc::SyncSender;
use std::time::{Duration, SystemTime};
use viz_facts::{Answer, QuestionKey, Unknown};

/// Name of the file. Another layout gets another name, so that two versions of this program never meet in one file.
const NAME: &str = "capsules-2.sqlite";

/// Of versions that kept values of variables.
const OLD: [&str; 4] =
    ["capsules-1.sqlite", "capsules-1.sqlite-wal", "capsules-1.sqlite-shm", "capsules-1.sqlite.damaged"];

/// Pages of 4096 bytes: 128 MB.
const PAGES: u64 = 32 << 10;

/// Maximum numbers of runs and of verdicts to keep; the oldest go first.
const RUNS: u64 = 20_000;
const VERDICTS: u64 = 400_000;

/// A longer result (bytes of JSON) is not kept, only its beginning.
const LONGEST: usize = 8 << 20;

/// Bytes of a result that is read before anybody asks.
const SHORT: u32 = 64 << 10;

/// Bytes of a result, or of an error, that are shown.
const PREVIEW: usize = 1000;

/// How long one process waits for another that writes.
const PATIENCE: Duration = Duration::from_secs(2);

const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS runs (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        at INTEGER NOT NULL,            -- milliseconds since 1970
        key BLOB NOT NULL,              -- hash of the question
        engine TEXT NOT NULL,           -- versions of this program and of DuckDB
        purpose TEXT NOT NULL,
        source TEXT NOT NULL,
        reads TEXT NOT NULL,            -- JSON: what the query reads besides its source's file, as it names it
        data BLOB,                      -- version of these files; NULL if the result is not used again
        sql TEXT NOT NULL,
        limits TEXT NOT NULL,
        runner TEXT NOT NULL,
        status TEXT NOT NULL,           -- answered, failed (the query is wrong), unknown
        error TEXT,
        rows INTEGER,
        bytes INTEGER,
        milliseconds INTEGER NOT NULL,
        preview TEXT,
        result TEXT                     -- JSON of the answer
    );
    CREATE INDEX IF NOT EXISTS runs_by_key ON runs (key, id);
    CREATE TABLE IF NOT EXISTS verdicts (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        key BLOB NOT NULL,
        engine TEXT NOT NULL,
        at INTEGER NOT NULL,
        answer TEXT NOT NULL,
        UNIQUE (key, engine)
    );";

/// The file, opened.
pub(super) struct File {
    path: PathBuf,
    conn: Connection,
}

/// Something to keep.
pub(super) enum Row {
    /// A run of a query on a source.
    Run(Box<NewRun>),
    /// A verdict about a text.
    Verdict { key: QuestionKey, engine: String, answer: Answer },
    /// A question of an assistant.
    Asked(Box<Asked>),
    /// Whoever waits until everything before it is written.
    Told(SyncSender<()>),
}

/// A run to keep.
pub(super) struct NewRun {
    pub key: QuestionKey,
    pub engine: String,
    pub at: SystemTime,
    pub purpose: &'static str,
    pub source: String,
    pub reads: Reads,
    pub data: Option<[u8; 16]>,
    pub sql: String,
    pub limits: String,
    pub result: Result<Answer, Unknown>,
    pub milliseconds: u64,
}

/// A result that may be used again.
pub(super) struct Found {
    pub answer: Answer,
    pub at: SystemTime,
    /// Of a run: what it read besides its source's file, and the version of all of it then.
    pub over: Option<(Reads, [u8; 16])>,
}

/// A run, as `viz-lsp --runs` shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// When it began.
    pub at: SystemTime,
    /// `columns`, `options`, `rows`, `execute`.
    pub purpose: String,
    /// The source: its file.
    pub source: String,
    /// `answered`, `failed` (the query is wrong) or `unknown`.
    pub status: String,
    /// What was wrong, or why nothing is known.
    pub error: Option<String>,
    /// Number of rows of the result.
    pub rows: Option<u64>,
    /// Milliseconds.
    pub milliseconds: u64,
    /// The query.
    pub sql: String,
    /// Whether the result is used again while the data stay the same.
    pub reusable: bool,
}

fn milliseconds(at: SystemTime) -> i64 {
    let since = at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

fn moment(milliseconds: i64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(milliseconds.unsigned_abs())
}

fn cut(text: &str, most: usize) -> &str {
    let end = (0..=most.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or_default()]
}

impl File {
    /// Opens the file in this folder, or makes it. One that can't be read is set aside.
    pub(super) fn at(folder: &Path) -> Option<Self> {
        let path = folder.join(NAME);
        OLD.iter().for_each(|old| drop(std::fs::remove_file(folder.join(old))));
        let opened = create_private(folder).map_err(|error| error.to_string()).and_then(|()| {
            Self::try_open(&path).or_else(|error| {
                if !is_damage(&error) {
                    return Err(error.to_string());
                }
                set_aside(&path);
                Self::try_open(&path).map_err(|error| error.to_string())
            })
        });
        opened.inspect_err(|error| tracing::warn!(path = %path.display(), %error, "there is no cache of runs")).ok()
    }

    fn try_open(path: &Path) -> rusqlite::Result<Self> {
        create_file(path).map_err(|error| {
            rusqlite::Error::SqliteFailure(
                rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CANTOPEN),
                Some(error.to_string()),
            )
        })?;
        let conn = Connection::open(path)?;
        conn.busy_timeout(PATIENCE)?;
        conn.execute_batch(&format!(
            "PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
             PRAGMA trusted_schema = OFF; PRAGMA max_page_count = {PAGES};"
        ))?;
        conn.execute_batch(TABLES)?;
        conn.execute_batch(asked::TABLES)?;
        Ok(Self { path: path.to_owned(), conn })
    }

    /// The answer to a question about a text.
    pub(super) fn verdict(&self, key: &QuestionKey, engine: &str) -> Option<Found> {
        let sql = "SELECT answer, at FROM verdicts WHERE key = ?1 AND engine = ?2";
        let read = || {
            self.conn
                .prepare_cached(sql)?
                .query_row(params![key.0, engine], |row| Ok((row.get::<_, String>(0)?, row.get(1)?)))
                .optional()
        };
        let (answer, at) = self.looked_at(read())?;
        Some(Found { answer: serde_json::from_str(&answer).ok()?, at: moment(at), over: None })
    }

    /// The newest answers to questions about texts, of this many that anybody has asked.
    pub(super) fn verdicts(&self, engine: &str, most: u32) -> Vec<(QuestionKey, Answer, SystemTime)> {
        let sql = "SELECT key, answer, at FROM (SELECT * FROM verdicts ORDER BY id DESC LIMIT ?2) WHERE engine = ?1";
        let read = || {
            let row = |row: &rusqlite::Row<'_>| {
                let answer = serde_json::from_str(row.get_ref(1)?.as_str()?).ok();
                Ok(answer.zip(row.get(0).ok()).zip(row.get(2).ok()))
            };
            let mut statement = self.conn.prepare(sql)?;
            let rows = statement.query_map(params![engine, most], row)?;
            rows.collect::<rusqlite::Result<Vec<_>>>().map(Some)
        };
        let found = self.looked_at(read()).unwrap_or_default();
        found.into_iter().flatten().map(|((answer, key), at)| (QuestionKey(key), answer, moment(at))).collect()
    }

    /// The newest result of a question about a source.
    pub(super) fn run(&self, key: &QuestionKey, engine: &str) -> Option<Found> {
        let sql = "SELECT result, at, reads, data FROM runs
                   WHERE key = ?1 AND engine = ?2 AND data IS NOT NULL AND result IS NOT NULL ORDER BY id DESC LIMIT 1";
        let read = || {
            let row = |row: &rusqlite::Row<'_>| {
                Ok((row.get::<_, String>(0)?, row.get(1)?, row.get::<_, String>(2)?, row.get(3)?))
            };
            self.conn.prepare_cached(sql)?.query_row(params![key.0, engine], row).optional()
        };
        let (answer, at, reads, data) = self.looked_at(read())?;
        let (answer, reads) = (serde_json::from_str(&answer).ok()?, serde_json::from_str(&reads).ok()?);
        Some(Found { answer, at: moment(at), over: Some((reads, data)) })
    }

    /// The newest results of questions about a source, one for each question, as far as they are short.
    pub(super) fn runs_of(&self, source: &str, engine: &str) -> Vec<(QuestionKey, String, Found)> {
        let sql = "SELECT key, purpose, result, at, reads, data FROM runs WHERE id IN (
                       SELECT max(id) FROM runs
                       WHERE source = ?1 AND engine = ?2 AND data IS NOT NULL AND result IS NOT NULL AND bytes <= ?3
                           AND purpose IN ('columns', 'options', 'execute')
                       GROUP BY key)";
        let read = || {
            let row = |row: &rusqlite::Row<'_>| {
                let answer = serde_json::from_str(row.get_ref(2)?.as_str()?).ok();
                let reads = serde_json::from_str(row.get_ref(4)?.as_str()?).ok();
                let (at, data) = (moment(row.get(3)?), row.get(5)?);
                let found = answer.zip(reads).map(|(answer, reads)| Found { answer, at, over: Some((reads, data)) });
                Ok(found.map(|found| Ok((QuestionKey(row.get(0)?), row.get(1)?, found))))
            };
            let mut statement = self.conn.prepare(sql)?;
            let rows = statement.query_map(params![source, engine, SHORT], row)?;
            rows.filter_map(Result::transpose).map(|row| row?).collect::<rusqlite::Result<Vec<_>>>().map(Some)
        };
        self.looked_at(read()).unwrap_or_default()
    }

    fn looked_at<T>(&self, read: rusqlite::Result<Option<T>>) -> Option<T> {
        read.unwrap_or_else(|error| {
            tracing::debug!(path = %self.path.display(), %error, "the cache of runs can't be read");
            None
        })
    }

    /// Adds rows. A file that is full loses its older half; one that is damaged is made anew.
    pub(super) fn write(&mut self, rows: &[Row]) {
        for _ in 0..2 {
            match self.try_write(rows) {
                Ok(()) => return,
                Err(error) if error.sqlite_error_code() == Some(ErrorCode::DiskFull) => {
                    let older = "DELETE FROM runs WHERE id < (SELECT (min(id) + max(id)) / 2 FROM runs);
                        DELETE FROM verdicts WHERE id < (SELECT (min(id) + max(id)) / 2 FROM verdicts);
                        DELETE FROM asked WHERE id < (SELECT (min(id) + max(id)) / 2 FROM asked);
                        PRAGMA incremental_vacuum;";
                    drop(self.conn.execute_batch(older));
                }
                Err(error) if is_damage(&error) => {
                    set_aside(&self.path);
                    match Self::try_open(&self.path) {
                        Ok(new) => *self = new,
                        Err(_) => return,
                    }
                }
                Err(error) => {
                    tracing::debug!(path = %self.path.display(), %error, "runs could not be kept");
                    return;
                }
            }
        }
    }

    fn try_write(&mut self, rows: &[Row]) -> rusqlite::Result<()> {
        let transaction = self.conn.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        for row in rows {
            match row {
                Row::Verdict { key, engine, answer } => {
                    let Ok(answer) = serde_json::to_string(answer) else { continue };
                    transaction
                        .prepare_cached(
                            "INSERT OR IGNORE INTO verdicts (key, engine, at, answer) VALUES (?1, ?2, ?3, ?4)",
                        )?
                        .execute(params![key.0, engine, milliseconds(SystemTime::now()), answer])?;
                }
                Row::Run(run) => insert(&transaction, run)?,
                Row::Asked(asked) => asked::insert(&transaction, asked)?,
                Row::Told(_) => {}
            }
        }
        for (table, most) in [("runs", RUNS), ("verdicts", VERDICTS)] {
            let old = format!("DELETE FROM {table} WHERE id <= (SELECT max(id) - {most} FROM {table})");
            transaction.prepare_cached(&old)?.execute([])?;
        }
        if rows.iter().any(|row| matches!(row, Row::Asked(_))) {
            asked::forget(&transaction)?;
        }
        transaction.commit()
    }

    /// The newest runs, newest first.
    pub(super) fn newest(&self, count: usize) -> Vec<Run> {
        let sql = "SELECT at, purpose, source, status, error, rows, milliseconds, sql, data IS NOT NULL AND result IS NOT NULL
                   FROM runs ORDER BY id DESC LIMIT ?1";
        let read = || {
            let row = |row: &rusqlite::Row<'_>| {
                Ok(Run {
                    at: moment(row.get(0)?),
                    purpose: row.get(1)?,
                    source: row.get(2)?,
                    status: row.get(3)?,
                    error: row.get(4)?,
                    rows: row.get::<_, Option<i64>>(5)?.map(i64::unsigned_abs),
                    milliseconds: row.get::<_, i64>(6)?.unsigned_abs(),
                    sql: row.get(7)?,
                    reusable: row.get(8)?,
                })
            };
            let count = i64::try_from(count).unwrap_or(i64::MAX);
            self.conn.prepare(sql)?.query_map([count], row)?.collect::<rusqlite::Result<Vec<Run>>>().map(Some)
        };
        self.looked_at(read()).unwrap_or_default()
    }
}

fn insert(conn: &Connection, run: &NewRun) -> rusqlite::Result<()> {
    let (status, error, rows) = match &run.result {
        Err(unknown) => ("unknown", Some(&unknown.message), None),
        Ok(Answer::Columns(Err(error)) | Answer::Accepted(Err(error))) => ("failed", Some(&error.message), None),
        Ok(Answer::Options(Err(error)) | Answer::Rows(Err(error)) | Answer::Exported(Err(error))) => {
            ("failed", Some(&error.message), None)
        }
        Ok(Answer::Options(Ok(options))) => ("answered", None, Some(options.values.len() as i64)),
        Ok(Answer::Rows(Ok(rows))) => ("answered", None, i64::try_from(rows.row_count).ok()),
        Ok(Answer::Exported(Ok(exported))) => ("answered", None, i64::try_from(exported.row_count).ok()),
        Ok(Answer::Columns(Ok(_)) | Answer::Accepted(Ok(())) | Answer::LookLike { .. }) => ("answered", None, None),
    };
    let free = |text: &String| !viz_secrets::holds(text);
    let result = run.result.as_ref().ok().and_then(|answer| serde_json::to_string(answer).ok()).filter(free);
    let reads = serde_json::to_string(&run.reads).ok().filter(free);
    // Without knowing what it rests on, nobody uses it again.
    let data = run.data.filter(|_| reads.is_some());
    let preview = result.as_deref().map(|result| cut(result, PREVIEW));
    // What is read again lies in `result`; everything else is for people.
    conn.prepare_cached(
        "INSERT INTO runs (at, key, engine, purpose, source, reads, data, sql, limits, runner, status, error, rows, bytes,
                           milliseconds, preview, result)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 'worker', ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
    )?
    .execute(params![
        milliseconds(run.at),
        run.key.0,
        run.engine,
        run.purpose,
        run.source,
        reads.unwrap_or_default(),
        data,
        run.sql,
        run.limits,
        status,
        error.map(|error| cut(error, PREVIEW)),
        rows,
        result.as_ref().map(|result| result.len() as i64),
        i64::try_from(run.milliseconds).unwrap_or(i64::MAX),
        preview,
        result.as_deref().filter(|result| result.len() <= LONGEST),
    ])?;
    Ok(())
}

/// Makes the file, if it is not there, so that nobody else can read it. One that is no plain file of this user is refused.
fn create_file(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
        if let Ok(data) = std::fs::symlink_metadata(path)
            && (!data.is_file() || data.uid() != rustix::process::geteuid().as_raw())
        {
            return Err(std::io::Error::other("it is no plain file of this user"));
        }
        options.mode(0o600);
    }
    for log in ["-journal", "-wal", "-shm"] {
        let beside = path.with_file_name(format!("{NAME}{log}"));
        // SQLite would wait for whoever writes into a pipe; nobody needs what is no plain file here.
        if std::fs::symlink_metadata(&beside).is_ok_and(|data| !data.is_file()) {
            std::fs::remove_file(beside)?;
        }
    }
    let file = options.open(path)?;
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    drop(file);
    Ok(())
}

fn is_damage(error: &rusqlite::Error) -> bool {
    // A file of the right name with other tables in it counts as damaged, too.
    let other_tables = || error.to_string().contains("has no column") || error.to_string().contains("no such column");
    matches!(error.sqlite_error_code(), Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt)) || other_tables()
}

/// Renames a damaged file; the one that was set aside before goes.
fn set_aside(path: &Path) {
    tracing::warn!(path = %path.display(), "the cache of runs is damaged; it is set aside and made anew");
    let name = |suffix: &str| path.with_file_name(format!("{NAME}{suffix}"));
    drop(std::fs::rename(path, name(".damaged")));
    for log in ["-wal", "-shm"] {
        drop(std::fs::remove_file(name(log)));
    }
}
