//! The thread that checks. It takes the newest state, checks the projects concerned with what is known, publishes, and
//! hands open questions about sources to another thread. Newer edits interrupt it while it waits for the engine.

use crate::host::answerer::{Answerer, Cancel, Limits};
use crate::lsp::protocol::client::Client;
use crate::lsp::protocol::outbox::{Message, Outbox, Refresh};
use crate::lsp::session::calm::Pace;
use crate::lsp::session::disk::Files;
use crate::lsp::session::publish::Publisher;
use crate::lsp::session::pull::Pulled;
use crate::lsp::session::settings::Settings;
use crate::lsp::session::source_queries::Sources;
use crate::lsp::session::state::{State, Turn};
use crate::lsp::session::status::Tier;
use crate::lsp::session::strays;
use crate::lsp::session::workspace::Workspace;
use rustc_hash::{FxHashSet, FxHasher};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::hash::{Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use tower_lsp::lsp_types::{MessageType, Url};
use viz_check::Attention;
use viz_facts::{KeyedQuestion, QuestionKey};
use viz_text::FileId;

/// Findings that go with an edit, and may come back when the binder has spoken, are waited for this long: they would blink
/// with every key.
const HOLD: Duration = Duration::from_millis(30);

/// The checking thread and what it needs.
pub struct Analysis {
    /// What is shared with the handlers.
    pub state: Arc<State>,
    /// What the client can do.
    pub client: Client,
    /// What the client set.
    pub settings: Settings,
    /// Who answers.
    pub answerer: Arc<dyn Answerer>,
    /// Where questions about sources go.
    pub sources: Arc<Sources>,
    /// Where notifications go.
    pub outbox: Outbox,
    /// Where diagnostics go that the client asks for.
    pub pulled: Option<Arc<Pulled>>,
    /// What the hints of all projects depended on when the client was last told to ask for them again.
    pub hints: u64,
}

/// How a check ended.
#[derive(Debug, PartialEq, Eq)]
enum End {
    Done,
    Interrupted,
}

impl Analysis {
    /// The thread.
    pub fn run(mut self) {
        let mut publisher = Publisher::new(self.outbox.clone()).pulled(self.pulled.clone());
        let mut workspaces = BTreeMap::new();
        while let Some(turn) = self.state.next() {
            if let Some(configuration) = &turn.work.configuration {
                self.configure(configuration, &mut workspaces);
            }
            let started = Instant::now();
            let edited = self.uris(&turn);
            self.turn(turn, &mut workspaces, &mut publisher);
            self.state.stats.took("turn", started.elapsed());
            self.refresh(&workspaces, &edited);
        }
        self.sources.quit();
    }

    /// The client has set something: everything is checked again.
    fn configure(&mut self, configuration: &Value, workspaces: &mut BTreeMap<PathBuf, Workspace>) {
        let (settings, complaints) = self.settings.changed(configuration);
        for complaint in complaints {
            self.outbox.send(Message::Show(MessageType::WARNING, complaint));
        }
        if let Some(settings) = settings.filter(|settings| *settings != self.settings) {
            tracing::info!(?settings, "the client has changed the settings");
            if settings.format != self.settings.format {
                self.state.formats.store(settings.format, Ordering::SeqCst);
                self.outbox.send(Message::Formatting(settings.format));
            }
            self.settings = settings;
            workspaces.values_mut().for_each(|workspace| workspace.dirty = true);
        }
    }

    fn turn(&self, turn: Turn, workspaces: &mut BTreeMap<PathBuf, Workspace>, publisher: &mut Publisher) {
        let _span = tracing::debug_span!("turn", revision = turn.revision).entered();
        let files = self.state.files(&turn.documents);
        self.open_and_close(&turn, &files, workspaces, publisher);
        for workspace in workspaces.values_mut() {
            if turn.work.everything || turn.work.edited.iter().any(|path| workspace.reads(path, &files)) {
                workspace.reload(&files, &self.state.environment);
            }
            if turn.work.refresh {
                workspace.refresh();
            } else if turn.work.retry {
                workspace.retry();
            }
        }
        // An open text that nothing includes may have come to look like a part of a project, or may do so no longer.
        for path in &turn.work.edited {
            if workspaces.values().any(|workspace| workspace.reads(path, &files)) {
                continue;
            }
            if let Some(root) = files.root_of(path)
                && let Some(workspace) = workspaces.get_mut(&root)
            {
                workspace.dirty = true;
            }
        }
        for answers in &turn.work.answers {
            if let Some(workspace) = workspaces.get_mut(&answers.root) {
                workspace.learn(answers.facts.clone());
            }
        }
        for (root, questions) in &turn.work.wondered {
            if let Some(workspace) = workspaces.get_mut(root) {
                workspace.wonder(&self.settings, questions);
            }
        }
        for workspace in workspaces.values_mut() {
            workspace.prepare(turn.work.ask || !turn.work.pauses());
        }
        if turn.work.show {
            for (root, workspace) in workspaces.iter_mut().filter(|(_, workspace)| !workspace.dirty) {
                if publisher.waits(root) {
                    self.publish(&turn, workspace, root, publisher);
                }
            }
        }
        let mut broken = Vec::new();
        let mut interrupted = false;
        for (root, workspace) in workspaces.iter_mut().filter(|(_, workspace)| workspace.dirty) {
            // A mistake of ours in one project must not take the others' diagnostics away.
            match catch_unwind(AssertUnwindSafe(|| self.check(&turn, workspace, root, publisher))) {
                Ok(end) => interrupted |= end == End::Interrupted,
                Err(_) => broken.push(root.clone()),
            }
        }
        for root in broken {
            let text = format!(
                "viz-lsp made a mistake while it checked {}; please report it. The next edit tries again.",
                root.display()
            );
            self.outbox.send(Message::Log(MessageType::ERROR, text));
            workspaces.remove(&root);
        }
        // Answers may raise further questions; while someone types, those wait for the pause.
        let ask =
            turn.work.ask || !turn.work.wondered.is_empty() || (!turn.work.answers.is_empty() && !turn.work.pauses());
        for (root, workspace) in workspaces.iter_mut() {
            if ask && self.settings.trusted {
                self.sources.want(root, workspace.open_questions(), workspace.limits());
            }
            for complaint in workspace.complaints() {
                self.outbox.send(Message::Show(MessageType::WARNING, complaint));
            }
            let status = workspace.status(&self.settings, &self.state.pinned(root), self.sources.is_busy(root));
            if self.state.tell(root, status.clone()) {
                self.outbox.send(Message::Status(status.to_json()));
            }
        }
        if let Some(pause) = workspaces.values().filter_map(Workspace::retry_after).min() {
            self.state.retry_after(pause);
        }
        if !interrupted {
            self.state.analysed(turn.revision);
        }
    }

    /// The names of the texts that were edited.
    fn uris(&self, turn: &Turn) -> BTreeSet<Url> {
        let documents = turn.work.edited.iter().flat_map(|path| turn.documents.all(path));
        documents.map(|document| document.uri.clone()).collect()
    }

    /// Tells the client to ask again for what has changed without an edit of its text.
    fn refresh(&mut self, workspaces: &BTreeMap<PathBuf, Workspace>, edited: &BTreeSet<Url>) {
        let mut hasher = FxHasher::default();
        workspaces.values().for_each(|workspace| workspace.hints_depend_on().hash(&mut hasher));
        let now = hasher.finish();
        let hints = now != self.hints && edited.is_empty();
        self.hints = now;
        let diagnostics =
            self.pulled.as_ref().is_some_and(|pulled| pulled.take_changed().iter().any(|uri| !edited.contains(uri)));
        if hints || diagnostics {
            self.outbox.send(Message::Refresh(Refresh { hints, lenses: hints, diagnostics }));
        }
    }

    /// The projects of the open texts and of the workspace's folders, no others.
    fn open_and_close(
        &self,
        turn: &Turn,
        files: &Files<'_>,
        workspaces: &mut BTreeMap<PathBuf, Workspace>,
        publisher: &mut Publisher,
    ) {
        let unknown =
            |path: &Path| turn.work.everything || workspaces.values().all(|workspace| !workspace.reads(path, files));
        let documents = turn.documents.iter().filter(|(path, _)| unknown(path));
        let mut roots: BTreeSet<PathBuf> = documents.filter_map(|(path, _)| files.root_of(path)).collect();
        if turn.work.everything {
            roots.extend(turn.folders.iter().flat_map(|folder| files.roots_in(folder)));
            let gone: Vec<PathBuf> = workspaces.keys().filter(|root| !roots.contains(*root)).cloned().collect();
            for root in gone {
                tracing::info!(root = %root.display(), "closing the project, neither its folder nor any of its files is open");
                workspaces.remove(&root);
                self.state.forget(&root);
                self.sources.want(&root, Vec::new(), Limits::default());
                publisher.withdraw(&root, &turn.documents, &self.state.documents().0);
            }
        }
        for root in roots {
            workspaces.entry(root).or_insert_with_key(|root| {
                tracing::info!(root = %root.display(), "opening the project");
                let mut workspace = Workspace::load(root, files, &self.state.environment);
                workspace.learn(self.answerer.remembered().to_vec());
                let of_sources = self.answerer.remembered_of(&workspace.sources(&self.settings));
                workspace.learn_of_sources(of_sources);
                workspace
            });
        }
    }

    /// One project with everything that can be known without opening a source. What the edited file says is told first,
    /// then what the other open ones say, then the rest.
    fn check(&self, turn: &Turn, workspace: &mut Workspace, root: &Path, publisher: &mut Publisher) -> End {
        let started = Instant::now();
        let mut asked: HashSet<QuestionKey> = HashSet::new();
        let edited = workspace.files(turn.work.edited.iter().map(PathBuf::as_path));
        let open = workspace.files(turn.documents.iter().map(|(path, _)| path));
        for files in [Some(&edited), Some(&open), None] {
            if files.is_some_and(FxHashSet::is_empty) {
                continue;
            }
            if self.check_files(turn, workspace, (root, publisher), files, &mut asked) == End::Interrupted {
                return End::Interrupted;
            }
            if !workspace.has_postponed() {
                break;
            }
            self.publish(turn, workspace, root, publisher);
        }
        workspace.checked();
        let counters = workspace.counters();
        for (what, times) in [
            ("insightsChecked", counters.insights_checked),
            ("insightsRemembered", counters.insights_remembered),
            ("composed", counters.composed),
            ("rendered", counters.rendered),
            ("parses", counters.parses),
            ("binds", counters.binds),
            ("executions", counters.executions),
            ("findingsFinished", counters.findings_finished),
            ("findingsOrdered", counters.findings_ordered),
            ("keysComputed", counters.keys),
            ("lookedAt", counters.looked_at),
            ("lookedUp", counters.looked_up),
        ] {
            self.state.stats.count(what, times);
        }
        self.publish(turn, workspace, root, publisher);
        tracing::debug!(elapsed = ?started.elapsed(), asked = asked.len(), "checked the project without opening a source");
        End::Done
    }

    /// The insights in some files, or all.
    fn check_files(
        &self,
        turn: &Turn,
        workspace: &mut Workspace,
        (root, publisher): (&Path, &mut Publisher),
        files: Option<&FxHashSet<FileId>>,
        asked: &mut HashSet<QuestionKey>,
    ) -> End {
        let started = Instant::now();
        let attention = Attention { files, stop: &|| self.state.is_newer_than(turn.revision) };
        loop {
            if self.state.is_newer_than(turn.revision) {
                return End::Interrupted;
            }
            let mut questions = workspace.check(&self.settings, attention);
            if self.state.is_newer_than(turn.revision) {
                return End::Interrupted;
            }
            questions.retain(|question| !asked.contains(&question.key()));
            // Parsing is quick and may take findings back; what the binder says comes on top of it.
            if questions.iter().any(|question| Tier::is_parsing(question)) {
                questions.retain(|question| Tier::is_parsing(question));
            } else if !questions.is_empty() && (!workspace.misses_some() || started.elapsed() > HOLD) {
                self.state.stats.count("toldBeforeBinder", 1);
                self.publish(turn, workspace, root, publisher);
            }
            if questions.is_empty() {
                break;
            }
            asked.extend(questions.iter().map(KeyedQuestion::key));
            let cancel = Cancel::new();
            if !self.state.interrupt_with(turn.revision, &cancel) {
                return End::Interrupted;
            }
            let answers = self.answerer.ask(&questions, workspace.limits(), &cancel);
            let facts =
                questions.iter().zip(answers).filter_map(|(question, fact)| Some((question.key(), fact?))).collect();
            workspace.learn(facts);
            if self.state.is_newer_than(turn.revision) {
                return End::Interrupted;
            }
        }
        End::Done
    }

    fn publish(&self, turn: &Turn, workspace: &mut Workspace, root: &Path, publisher: &mut Publisher) {
        self.state.publish(root, workspace.settle(turn.revision));
        let mut layer = workspace.layer(&self.client, &turn.documents);
        strays::add(&mut layer, workspace.project(), &turn.documents, &self.state.files(&turn.documents));
        self.state.stats.count("findingsConverted", workspace.take_converted());
        let pause = workspace.typing_pause(&self.settings);
        let pace = Pace { typing: turn.typing.as_ref(), pause, now: Instant::now() };
        let until = publisher.show_calmly(root, layer, pace, (&turn.documents, &self.state.documents().0));
        if let Some(until) = until.filter(|_| !self.state.is_newer_than(turn.revision)) {
            self.state.show_at(until);
        }
    }
}
