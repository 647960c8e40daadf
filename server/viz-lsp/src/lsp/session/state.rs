//! What handlers and threads share: the documents, what there is to do, and the newest snapshots.

use crate::host::answerer::Cancel;
use crate::host::paths;
use crate::lsp::session::calm::Typing;
use crate::lsp::session::disk::{DiskCache, Files};
use crate::lsp::session::documents::Documents;
use crate::lsp::session::stats::Stats;
use crate::lsp::session::status::Status;
use parking_lot::{Condvar, Mutex, MutexGuard, RwLock};
use serde_json::Value;
use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use tower_lsp::lsp_types::{TextDocumentContentChangeEvent, Url};
use viz_check::{Findings, Insights};
use viz_facts::{Fact, FactStore, KeyedQuestion, QuestionKey};
use viz_ide::Choices;
use viz_project::{Confined, Environment, Project};
use viz_text::Encoding;

/// Sources are asked this long after the last edit.
pub const PAUSE: Duration = Duration::from_millis(300);

/// A number that every change of an open text increases.
pub type Revision = u64;

/// Shared by all handlers and threads of a session.
#[derive(Default)]
pub struct State {
    inner: Mutex<Inner>,
    wake: Condvar,
    /// What projects read from, below the open texts.
    pub disk: DiskCache,
    snapshots: Mutex<Snapshots>,
    analysed_until: tokio::sync::watch::Sender<Revision>,
    /// The pinned combinations, by project.
    pinned: Mutex<BTreeMap<PathBuf, Choices>>,
    /// What clients were told of each project.
    statuses: Mutex<BTreeMap<PathBuf, Status>>,
    /// Numbers for a report.
    pub stats: Stats,
    /// What files below the workspace's folders must not leave, until the disk is looked at again.
    bounds: Mutex<Option<Arc<[paths::Bound]>>>,
    /// The variables of this process.
    pub environment: Environment,
    /// Why nothing outside of a project's repository is read, if that is so; set when the client says how far it trusts.
    pub confined: OnceLock<Option<Confined>>,
    /// Whether texts are formatted.
    pub formats: AtomicBool,
}

#[derive(Default)]
struct Inner {
    documents: Documents,
    /// What the client has opened as folders of its workspace.
    folders: Vec<PathBuf>,
    revision: Revision,
    work: Work,
    quit: bool,
    /// The last edit, until the wait for it is over.
    typing: Option<Typing>,
    /// Calls off what the analysis waits for, once a text changes.
    interrupt: Option<Cancel>,
}

impl Inner {
    fn text_changed(&mut self) {
        self.revision += 1;
        if let Some(cancel) = self.interrupt.take() {
            cancel.cancel();
        }
    }
}

/// What there is to do. The newest state wins: a turn of the analysis takes all of it.
#[derive(Debug, Default)]
pub struct Work {
    /// Open texts that were edited.
    pub edited: HashSet<PathBuf>,
    /// Anything else may have changed: which texts are open, files on the disk.
    pub everything: bool,
    /// Data may have changed: ask the sources again.
    pub refresh: bool,
    /// The pause after the last edit is over: ask the sources what is not known yet.
    pub ask: bool,
    /// What could not be answered a moment ago may be asked again.
    pub retry: bool,
    /// Somebody has paused: show what waited for that.
    pub show: bool,
    /// Facts that came in.
    pub answers: Vec<Answers>,
    /// What requests about a project would like to know.
    pub wondered: Vec<(PathBuf, Vec<KeyedQuestion>)>,
    /// What the client has set now.
    pub configuration: Option<Value>,
    ask_at: Option<Instant>,
    retry_at: Option<Instant>,
    show_at: Option<Instant>,
}

impl Work {
    fn has_news(&self) -> bool {
        self.show || !self.edited.is_empty() || !self.answers.is_empty() || !self.wondered.is_empty()
    }

    /// Whether someone types.
    pub fn pauses(&self) -> bool {
        self.ask_at.is_some()
    }
}

/// Facts about a project's questions.
#[derive(Debug)]
pub struct Answers {
    /// The project's folder.
    pub root: PathBuf,
    /// The facts.
    pub facts: Vec<(QuestionKey, Fact)>,
}

/// A turn of the analysis: what to do, on which texts.
#[derive(Debug)]
pub struct Turn {
    /// The open texts.
    pub documents: Documents,
    /// The folders of the client's workspace.
    pub folders: Vec<PathBuf>,
    /// The revision of the texts.
    pub revision: Revision,
    /// The last edit, until the wait for it is over.
    pub typing: Option<Typing>,
    /// What to do.
    pub work: Work,
}

/// The newest state of a project that was checked: what requests are answered from.
#[derive(Clone)]
pub struct Snapshot {
    /// The revision of the texts that it was made from.
    pub revision: Revision,
    /// The project's text.
    pub project: Arc<Project>,
    /// What is known about its questions.
    pub facts: Arc<RwLock<FactStore>>,
    /// What the editor shows.
    pub findings: Findings,
    /// How far the insights are checked.
    pub insights: Insights,
}

#[derive(Default)]
struct Snapshots {
    revision: Revision,
    by_root: BTreeMap<PathBuf, Snapshot>,
}

impl State {
    /// Nothing is open.
    pub fn new(environment: Environment) -> Self {
        Self { environment, ..Self::default() }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock()
    }

    fn snapshots(&self) -> MutexGuard<'_, Snapshots> {
        self.snapshots.lock()
    }

    /// The open texts and their revision.
    pub fn documents(&self) -> (Documents, Revision) {
        let inner = self.inner();
        (inner.documents.clone(), inner.revision)
    }

    /// Whether texts have changed since that revision.
    pub fn is_newer_than(&self, revision: Revision) -> bool {
        let inner = self.inner();
        inner.revision > revision || inner.quit
    }

    /// From now on a change of a text calls this off; `false` if there was one since that revision.
    pub fn interrupt_with(&self, revision: Revision, cancel: &Cancel) -> bool {
        let mut inner = self.inner();
        inner.interrupt = Some(cancel.clone());
        inner.revision == revision && !inner.quit
    }

    /// The file that a client names; `None` if it is no file, or if nothing may be read where it really is.
    pub fn path(&self, uri: &Url) -> Option<PathBuf> {
        let open = self.inner().documents.path(uri).map(Path::to_owned);
        open.or_else(|| {
            let spelled = paths::spelled(uri)?;
            if self.confined().is_some() && paths::left(&spelled, &self.bounds(), &|path| self.disk.real(path)).is_some() {
                tracing::warn!(path = %spelled.display(), "a link on the way to this file leads out of the repository: it is not looked at");
                return None;
            }
            Some(self.disk.real(&spelled))
        })
    }

    /// What a file below a folder of the workspace must not leave.
    fn bounds(&self) -> Arc<[paths::Bound]> {
        let bound = |folder: PathBuf| paths::Bound { repository: viz_files::repository(&folder), folder };
        let mut bounds = self.bounds.lock();
        // Once for a message that names thousands of files and folders.
        bounds.get_or_insert_with(|| self.inner().folders.clone().into_iter().map(bound).collect()).clone()
    }

    fn look_again(&self) {
        self.disk.look_again();
        *self.bounds.lock() = None;
    }

    /// Why nothing outside of a project's repository is read, if that is so.
    fn confined(&self) -> Option<Confined> {
        self.confined.get().copied().unwrap_or(Some(Confined::Untrusted))
    }

    /// What projects read: the disk with these texts on top.
    pub fn files(&self, documents: &Documents) -> Files<'_> {
        Files { documents: documents.clone(), disk: &self.disk, confined: self.confined() }
    }

    fn update(&self, change: impl FnOnce(&mut Inner)) {
        change(&mut self.inner());
        self.wake.notify_all();
    }

    /// A text was opened.
    pub fn open(&self, uri: Url, version: i32, text: &str) {
        self.look_again();
        let Some(path) = self.path(&uri) else { return };
        self.update(|inner| {
            inner.documents.open(path, uri, version, text);
            inner.text_changed();
            inner.work.everything = true;
            inner.work.ask = true;
        });
    }

    /// A text was edited.
    pub fn change(&self, uri: &Url, version: i32, changes: &[TextDocumentContentChangeEvent], encoding: Encoding) {
        self.update(|inner| {
            let before = || inner.documents.path(uri).and_then(|path| inner.documents.get(path)).map(|of| of.whole());
            // Only of who sends whole texts the one before is needed.
            let before = changes.iter().any(|change| change.range.is_none()).then(before).flatten();
            if let Some(path) = inner.documents.change(uri, version, changes, encoding) {
                inner.text_changed();
                inner.typing =
                    Typing::of(&path, before.as_deref().unwrap_or_default(), changes, encoding, Instant::now());
                inner.work.show_at = None;
                inner.work.edited.insert(path);
                inner.work.ask_at = Some(Instant::now() + PAUSE);
            } else if uri.scheme() == "file" {
                tracing::warn!(%uri, "the client edits a text that it has not opened");
            }
        });
    }

    /// A text was closed: what counts is the disk again.
    pub fn close(&self, uri: &Url) {
        self.disk.look_again();
        self.update(|inner| {
            if let Some(path) = inner.documents.close(uri) {
                self.disk.forget(&path);
                inner.text_changed();
                inner.work.everything = true;
                inner.work.ask = true;
            }
        });
    }

    /// The client's workspace has other folders.
    pub fn change_folders(&self, added: Vec<PathBuf>, removed: &[PathBuf]) {
        self.update(|inner| {
            let gone: HashSet<&PathBuf> = removed.iter().chain(&added).collect();
            inner.folders.retain(|folder| !gone.contains(folder));
            inner.folders.extend(added);
            inner.work.everything = true;
            inner.work.ask = true;
        });
        *self.bounds.lock() = None;
    }

    /// A text was saved: a moment to look whether data have changed.
    pub fn save(&self) {
        self.inner().typing = None;
        self.files_changed(&[], true);
    }

    /// The cursor is at a line of a file: whoever left the line that they typed in has ended it.
    pub fn looks_at(&self, path: &Path, line: u32) {
        let mut inner = self.inner();
        if inner.typing.take_if(|typing| typing.path == path && !typing.lines.contains(&line)).is_some() {
            inner.work.show = true;
            drop(inner);
            self.wake.notify_all();
        }
    }

    /// Files have changed on the disk; `data`: also others than project files.
    pub fn files_changed(&self, paths: &[PathBuf], data: bool) {
        self.look_again();
        for path in paths {
            self.disk.forget(path);
        }
        self.update(|inner| {
            inner.work.everything = true;
            inner.work.refresh |= data;
            inner.work.ask = true;
        });
    }

    /// The client has set something.
    pub fn configure(&self, configuration: Value) {
        self.update(|inner| {
            inner.work.configuration = Some(configuration);
            inner.work.everything = true;
            inner.work.ask = true;
        });
    }

    /// Facts came in.
    pub fn answer(&self, answers: Answers) {
        self.update(|inner| inner.work.answers.push(answers));
    }

    /// A request about a project would like to know this.
    pub fn wonder(&self, root: &Path, questions: Vec<KeyedQuestion>) {
        self.update(|inner| inner.work.wondered.push((root.to_owned(), questions)));
    }

    /// After this time what could not be answered may be asked again.
    pub fn retry_after(&self, pause: Duration) {
        self.update(|inner| {
            inner.work.retry_at.get_or_insert_with(|| Instant::now() + pause);
        });
    }

    /// At this time what waits for a pause may be shown.
    pub fn show_at(&self, at: Instant) {
        self.update(|inner| inner.work.show_at = Some(at));
    }

    /// The session is over.
    pub fn quit(&self) {
        self.update(|inner| {
            inner.quit = true;
            inner.interrupt.take().inspect(Cancel::cancel);
        });
    }

    /// Waits until there is something to do, and takes all of it; `None` when the session is over.
    pub fn next(&self) -> Option<Turn> {
        let mut inner = self.inner();
        loop {
            if inner.quit {
                return None;
            }
            let now = Instant::now();
            if inner.work.ask_at.is_some_and(|at| at <= now) {
                inner.work.ask_at = None;
                inner.work.ask = true;
            }
            if inner.work.retry_at.is_some_and(|at| at <= now) {
                inner.work.retry_at = None;
                inner.work.retry = true;
                inner.work.ask = true;
            }
            if inner.work.show_at.is_some_and(|at| at <= now) {
                inner.work.show_at = None;
                inner.work.show = true;
            }
            let work = &mut inner.work;
            if work.everything || work.refresh || work.ask || work.has_news() {
                let Work { ask_at, retry_at, show_at, .. } = *work;
                let work = std::mem::replace(work, Work { ask_at, retry_at, show_at, ..Work::default() });
                let (documents, folders) = (inner.documents.clone(), inner.folders.clone());
                let typing = inner.typing.clone();
                return Some(Turn { documents, folders, revision: inner.revision, typing, work });
            }
            match [work.ask_at, work.retry_at, work.show_at].into_iter().flatten().min() {
                Some(at) => drop(self.wake.wait_until(&mut inner, at)),
                None => self.wake.wait(&mut inner),
            }
        }
    }

    /// A project was checked.
    pub fn publish(&self, root: &Path, snapshot: Snapshot) {
        self.snapshots().by_root.insert(root.to_owned(), snapshot);
    }

    /// A project is of no interest any more.
    pub fn forget(&self, root: &Path) {
        self.snapshots().by_root.remove(root);
        self.statuses.lock().remove(root);
    }

    /// The last status of each project that was sent to the client.
    pub fn statuses(&self) -> Vec<Status> {
        self.statuses.lock().values().cloned().collect()
    }

    /// Stores the status of a project that is about to be sent; returns whether it differs from the last one.
    pub fn tell(&self, root: &Path, status: Status) -> bool {
        let mut statuses = self.statuses.lock();
        let differs = statuses.get(root) != Some(&status);
        statuses.insert(root.to_owned(), status);
        differs
    }

    /// The status of a project with other pins.
    pub fn pins_shown(&self, root: &Path, pinned: Value) -> Option<Status> {
        let mut statuses = self.statuses.lock();
        let status = statuses.get_mut(root)?;
        status.pinned = pinned;
        Some(status.clone())
    }

    /// All projects were checked as of this revision.
    pub fn analysed(&self, revision: Revision) {
        self.snapshots().revision = revision;
        self.analysed_until.send_replace(revision);
    }

    /// Waits until all projects were checked as of this revision.
    pub async fn until_analysed(&self, revision: Revision) {
        // The sender lives as long as this.
        let _ = self.analysed_until.subscribe().wait_for(|done| *done >= revision).await;
    }

    /// What is pinned in a project.
    pub fn pinned(&self, root: &Path) -> Choices {
        self.pinned.lock().get(root).cloned().unwrap_or_default()
    }

    /// Pins a combination.
    pub fn pin(&self, root: &Path, choices: Choices) {
        self.pinned.lock().insert(root.to_owned(), choices);
    }

    /// The newest snapshots of all projects.
    pub fn all(&self) -> Vec<Snapshot> {
        self.snapshots().by_root.values().cloned().collect()
    }

    /// The newest snapshots that hold this file, and whether they are of the texts at `revision`, neither older nor newer.
    pub fn holding(&self, path: &Path, revision: Revision) -> (Vec<Snapshot>, bool) {
        let snapshots = self.snapshots();
        let holders = holders(&snapshots, path);
        // What was not made anew until then had not changed.
        let current = snapshots.revision >= revision && holders.iter().all(|snapshot| snapshot.revision <= revision);
        (holders, current)
    }
}

fn holders(snapshots: &Snapshots, path: &Path) -> Vec<Snapshot> {
    snapshots.by_root.values().filter(|snapshot| snapshot.project.file_of(path).is_some()).cloned().collect()
}

#[cfg(test)]
mod tests;
