//! What was found out before: a file of runs in the user's cache folder.
//!
//! A *capsule* is one run of a query on a source: when, over which version of which data, by which engine, within which
//! limits, with which result. It answers the same question again while its data are the same, so that the second start of
//! a project runs no query; and `viz-lsp --runs` shows a person what was run. Verdicts about texts (parse, bind, probe)
//! need no data; of them only the question's hash and the answer are kept.
//!
//! The file is private to the user (rows hold values of the data), bounded in size, and used by several processes at once.
//! It can be deleted at any time; one that can't be read is set aside. No value of a variable is in it: what a run read
//! besides its source is kept as the query names it, and a result that holds a value is not kept.

mod file;

use crate::CancelToken;
use crate::DUCKDB_VERSION;
use crate::data_version::{DataVersions, Judge, logs};
use crate::database_files::Format;
use crate::reads::Reads;
pub use file::Run;
use file::{Asked, File, Found, NewRun, Row};
use parking_lot::{Mutex, MutexGuard};
use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};
use std::sync::mpsc::{Sender, channel, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};
use viz_facts::{Answer, Capsule, KeyedQuestion, Question, QuestionKey, SourceSpec, Unknown};
use viz_files::{Granted, Place, Roots, has_wildcards};

/// What the engine did to answer a question.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Ran {
    /// What it read besides its source's own file.
    pub reads: Reads,
    /// Milliseconds.
    pub milliseconds: u64,
}

/// Verdicts that are taken at once.
const AT_HAND: u32 = 20_000;

/// How long whoever records something waits until it is written.
const WAIT: Duration = Duration::from_secs(5);

/// Answers from earlier runs.
pub(crate) struct Capsules {
    file: Mutex<File>,
    /// Ends with the engine, after everything is written.
    writer: Option<(Sender<Vec<Row>>, JoinHandle<()>)>,
    /// What gave verdicts: another program gives others.
    engine: String,
    /// The same of answers that rest on files: with other folders granted there are others.
    reader: String,
    granted: Granted,
}

impl Capsules {
    /// Opens the file in this folder; `None` if there can't be one. `program` is what answers.
    pub(crate) fn open(folder: &Path, program: &Path, granted: &Granted) -> Option<Self> {
        let file = File::at(folder)?;
        let mut own = File::at(folder)?;
        let (sender, rows) = channel::<Vec<Row>>();
        let write = move || {
            for mut batch in rows.iter() {
                batch.extend(rows.try_iter().flatten());
                own.write(&batch);
                for row in &batch {
                    if let Row::Told(whom) = row {
                        // Who has gone waits no longer.
                        let _ = whom.try_send(());
                    }
                }
            }
        };
        let thread = std::thread::Builder::new().name("capsules".into()).spawn(write).ok()?;
        Some(Self {
            file: Mutex::new(file),
            writer: Some((sender, thread)),
            engine: engine(program),
            reader: reader(program, granted),
            granted: granted.clone(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, File> {
        self.file.lock()
    }

    /// Answers to questions about texts that were asked last, whatever they were asked for: with them at hand a check is done
    /// in fewer turns.
    pub(crate) fn verdicts(&self) -> Vec<(QuestionKey, Answer, SystemTime)> {
        self.lock().verdicts(&self.engine, AT_HAND)
    }

    /// Answers to questions about these sources that still hold, as far as they are short: with them at hand, too, a check that has
    /// been made before is one turn.
    pub(crate) fn of_sources(&self, sources: &[SourceSpec]) -> Vec<(QuestionKey, Answer, SystemTime)> {
        let (mut versions, mut judges) = (DataVersions::default(), Judges::of(&self.granted));
        let mut out = Vec::new();
        for source in sources {
            let found = self.lock().runs_of(&viz_secrets::hide(&describe(source)), &self.reader);
            let judge = judges.on(source);
            let still_true = |(key, purpose, found): (QuestionKey, String, Found)| {
                let (reads, data) = found.over?;
                let files = files_of(source, &purpose, &reads, judge)?;
                (versions.of(&files, judge) == Some(data)).then_some((key, found.answer, found.at))
            };
            out.extend(found.into_iter().filter_map(still_true));
        }
        out
    }

    /// What is known about these questions, and since when.
    pub(crate) fn recall<'q>(
        &self,
        questions: &'q [KeyedQuestion],
        token: &CancelToken,
    ) -> Vec<Option<(Answer, SystemTime)>> {
        let file = self.lock();
        let look_up = |question: &KeyedQuestion| match (question.key(), question.is_pure()) {
            (key, true) => file.verdict(&key, &self.engine),
            (key, false) => file.run(&key, &self.reader),
        };
        let found: Vec<Option<Found>> = questions.iter().map(look_up).collect();
        drop(file);
        let (mut versions, mut judges) = (DataVersions::until(token), Judges::of(&self.granted));
        let still_true = |(question, found): (&'q KeyedQuestion, Option<Found>)| {
            let Found { answer, at, over } = found?;
            let same = over.is_none_or(|(reads, data)| {
                question.source().is_some_and(|source| {
                    let judge = judges.on(source);
                    let files = files(source, question, &reads, judge);
                    files.is_some_and(|files| versions.of(&files, judge) == Some(data))
                })
            });
            same.then_some((answer, at))
        };
        questions.iter().zip(found).map(still_true).collect()
    }

    /// Keeps what was just found out, from a moment on.
    pub(crate) fn keep<'a>(
        &self,
        found: impl Iterator<Item = (&'a KeyedQuestion, &'a Result<Answer, Unknown>, Option<&'a Ran>)>,
        limits: &crate::Limits,
        since: SystemTime,
    ) {
        let (mut versions, mut judges) = (DataVersions::default(), Judges::of(&self.granted));
        let row = |(question, result, ran): (&'a KeyedQuestion, &Result<Answer, Unknown>, Option<&Ran>)| {
            let key = question.key();
            let Some(source) = question.source() else {
                let (engine, answer) = (self.engine.clone(), result.as_ref().ok()?.clone());
                return Some(Row::Verdict { key, engine, answer });
            };
            let judge = judges.on(source);
            let files = ran.and_then(|ran| files(source, question, &ran.reads, judge));
            let data = files.as_ref().and_then(|files| versions.unchanged_since(files, judge, since));
            let run = NewRun {
                key,
                engine: self.reader.clone(),
                at: since,
                purpose: purpose(question),
                source: viz_secrets::hide(&describe(source)).into_owned(),
                reads: ran.map(|ran| ran.reads.clone()).unwrap_or_default(),
                data,
                sql: viz_secrets::hide(question.sql()).into_owned(),
                limits: format!("{} ms", limits.timeout.as_millis()),
                result: result.clone(),
                milliseconds: ran.map_or(0, |ran| ran.milliseconds),
            };
            Some(Row::Run(Box::new(run)))
        };
        let rows: Vec<Row> = found.filter_map(row).collect();
        if let (false, Some((sender, _))) = (rows.is_empty(), &self.writer) {
            // The thread is there as long as the engine is.
            drop(sender.send(rows));
        }
    }
}

impl Capsules {
    /// Keeps a question of an assistant; `over` is what the engine was asked for it, and when its answer was found out. When this
    /// returns, everybody sees it. `false` if it could not be kept.
    pub(crate) fn record(&self, capsule: Capsule, over: Option<(QuestionKey, SystemTime)>) -> bool {
        let Some((sender, _)) = &self.writer else { return false };
        let (told, written) = sync_channel(1);
        let asked = Row::Asked(Box::new(Asked { capsule, over, reader: self.reader.clone() }));
        sender.send(vec![asked, Row::Told(told)]).is_ok() && written.recv_timeout(WAIT).is_ok()
    }

    /// The questions of assistants about the project in this folder, newest first; one of them, if a name is given.
    pub(crate) fn asked(&self, project: &str, run_id: Option<&str>, most: usize) -> Vec<Capsule> {
        self.lock().asked(Some(project), run_id, most)
    }

    /// The rows that such a question was answered with, while they are kept.
    pub(crate) fn rows_of(&self, project: &str, run_id: &str) -> Option<Answer> {
        self.lock().rows_of(project, run_id)
    }
}

/// The newest questions of assistants that the cache in this folder remembers, newest first; `None` if it can't be opened.
pub fn newest_asked(folder: &Path, count: usize) -> Option<Vec<Capsule>> {
    Some(File::at(folder)?.asked(None, None, count))
}

impl Drop for Capsules {
    fn drop(&mut self) {
        if let Some((sender, thread)) = self.writer.take() {
            drop(sender);
            drop(thread.join());
        }
    }
}

/// What may be looked at for each source, found out once.
struct Judges<'g, 'q> {
    granted: &'g Granted,
    known: HashMap<&'q SourceSpec, Judge>,
}

impl<'g, 'q> Judges<'g, 'q> {
    fn of(granted: &'g Granted) -> Self {
        Self { granted, known: HashMap::new() }
    }

    fn on(&mut self, source: &'q SourceSpec) -> &Judge {
        self.known.entry(source).or_insert_with(|| Judge::of_one(source, self.granted))
    }
}

/// The newest runs of queries on sources that the cache in this folder remembers, newest first; `None` if it can't be
/// opened.
pub fn newest(folder: &Path, count: usize) -> Option<Vec<Run>> {
    Some(File::at(folder)?.newest(count))
}

/// DuckDB's version, this program's, and where it matters the time zone.
pub(crate) fn engine(program: &Path) -> String {
    let zone = std::env::var("TZ").unwrap_or_default();
    // Not by when its status changed: a hard link to it is no other program.
    let data = viz_files::look(program);
    let length = data.as_ref().map_or(0, |data| data.len());
    let built = data.and_then(|data| data.modified().ok()?.duration_since(SystemTime::UNIX_EPOCH).ok());
    let built = built.unwrap_or_default().as_nanos();
    format!("{} {DUCKDB_VERSION} {length:x}-{built:x} {zone}", env!("CARGO_PKG_VERSION"))
}

/// The same, and which folders outside of projects it may read.
pub(crate) fn reader(program: &Path, granted: &Granted) -> String {
    let mut reader = engine(program);
    if !granted.folders().is_empty() {
        let mut hash = blake3::Hasher::new();
        for folder in granted.folders() {
            hash.update(folder.as_os_str().as_encoded_bytes()).update(b"\0");
        }
        reader.push_str(&format!(" reads {}", &hash.finalize().to_hex()[..16]));
    }
    reader
}

/// All files that an answer depends on; `None` if that can't be told, or if it depends on more than files.
pub(crate) fn files(source: &SourceSpec, question: &Question, reads: &Reads, judge: &Judge) -> Option<Vec<PathBuf>> {
    files_of(source, purpose(question), reads, judge)
}

fn files_of(source: &SourceSpec, purpose: &str, reads: &Reads, judge: &Judge) -> Option<Vec<PathBuf>> {
    // Columns are the same whatever the rows are.
    if reads.volatile && purpose != COLUMNS {
        return None;
    }
    let mut files = Vec::new();
    for name in reads.files.as_ref()? {
        match inside(judge.roots(), Path::new(crate::file_url::local(name))) {
            Place::Inside(path) => files.push(path),
            // Elsewhere the worker can't read anything, so nothing depends on it; and this process must not look at whatever a
            // project's SQL names.
            Place::Outside => {}
            Place::Unclear => return None,
        }
    }
    if !source.runs_in_duckdb() {
        files.clear();
    }
    if let Some(path) = source.path() {
        files.push(path.reveal().to_owned());
        files.extend(Format::of(source).into_iter().flat_map(|format| logs(format, path.reveal())));
    }
    Some(files)
}

/// Where a name in a query leads: of a pattern, the folder before it.
fn inside(roots: &Roots, name: &Path) -> Place {
    let path = roots.root().join(name);
    // What `/proc/self/cwd` leads to is another place for each process.
    if path.starts_with("/proc") {
        return Place::Unclear;
    }
    let plain = |part: &Component<'_>| !part.as_os_str().to_str().is_some_and(has_wildcards);
    let begin: PathBuf = path.components().take_while(plain).collect();
    match (path.strip_prefix(&begin), roots.find(&begin)) {
        (Ok(rest), Place::Inside(_)) if rest.components().any(|part| part == Component::ParentDir) => Place::Unclear,
        (Ok(rest), Place::Inside(begin)) if rest.as_os_str().is_empty() => Place::Inside(begin),
        (Ok(rest), Place::Inside(begin)) => Place::Inside(begin.join(rest)),
        // A pattern may lead back.
        (Ok(rest), Place::Outside)
            if !rest.as_os_str().is_empty() && roots.folders().any(|folder| folder.starts_with(&begin)) =>
        {
            Place::Unclear
        }
        (_, place) => place,
    }
}

/// What columns are asked for.
const COLUMNS: &str = "columns";

fn purpose(question: &Question) -> &'static str {
    match question {
        Question::Parse { .. } => "parse",
        Question::Bind { .. } => "bind",
        Question::Probe { .. } => "probe",
        Question::Describe { .. } => COLUMNS,
        Question::Options { .. } => "options",
        Question::Execute { .. } => "execute",
        Question::Rows { .. } => "rows",
        Question::Export { .. } => "export",
    }
}

fn describe(source: &SourceSpec) -> String {
    match source.path() {
        Some(path) => path.to_string(),
        None => format!("memory in {}", source.root().display()),
    }
}
