//! A project that is open in the editor.

use crate::host::answerer::Limits;
use crate::host::baseline::Baseline;
use crate::host::fixpoint;
use crate::host::settings::{AskedFor, limits};
use crate::lsp::protocol::client::Client;
use crate::lsp::protocol::convert::View;
use crate::lsp::session::converted::Converted;
use crate::lsp::session::disk::Files;
use crate::lsp::session::documents::Documents;
use crate::lsp::session::keep_findings::Retained;
use crate::lsp::session::knowledge::Knowledge;
use crate::lsp::session::last_resort::{LastResort, Told};
use crate::lsp::session::publish;
use crate::lsp::session::publish::Layer;
use crate::lsp::session::selection::choices_to_json;
use crate::lsp::session::settings::Settings;
use crate::lsp::session::state::{Revision, Snapshot};
use crate::lsp::session::status::{Doing, Engine, Status, Tier};
use crate::lsp::session::tally::Tally;
use chrono::{Local, NaiveDateTime};
use rustc_hash::{FxHashSet, FxHasher};
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use viz_check::{Attention, CheckOptions, Findings, Level, Memo, Report, SMALL_FILE, Severity};
use viz_facts::{Fact, KeyedQuestion, Question, QuestionKey, SourceSpec};
use viz_ide::Choices;
use viz_project::{BrowserEngine, Environment, FileSystem, LONGEST_TYPING_PAUSE, Project};
use viz_text::FileId;

/// Milliseconds of quiet after which what is new in the line is shown, unless the settings say otherwise.
const TYPING_PAUSE: u64 = 350;

/// An open project: its text, its facts and the report of its last check.
pub struct Workspace {
    root: PathBuf,
    project: Arc<Project>,
    knowledge: Knowledge,
    last_resort: LastResort,
    /// When the lock was written that verdicts were made with.
    lock_at: SystemTime,
    memo: Memo,
    report: Report,
    retained: Retained,
    shown: Findings,
    /// Findings with those of the baseline, and the same without.
    recorded: (Findings, Findings),
    converted: Converted,
    tally: Tally,
    /// The time for date expressions. It stands still between refreshes: checks depend on it.
    now: NaiveDateTime,
    /// Whether checks read whole files as the reference's loader would.
    whole: bool,
    /// It has to be checked: something changed since the last check, or that one was interrupted.
    pub dirty: bool,
    /// What the last request that missed facts would like to know.
    wondered: Vec<KeyedQuestion>,
    /// Findings that the project lives with.
    baseline: Option<Baseline>,
    /// What is wrong with the project's settings, beyond what is a finding.
    wrong: Vec<String>,
    /// What the user has been told of it.
    complained: Vec<String>,
}

impl Workspace {
    /// Reads a project.
    pub fn load(root: &Path, files: &Files<'_>, environment: &Environment) -> Self {
        let project = Project::load(root, files, environment);
        let (baseline, wrong) = configured(&project, files);
        Self {
            root: root.to_owned(),
            project: Arc::new(project),
            baseline,
            wrong,
            complained: Vec::new(),
            knowledge: Knowledge::default(),
            last_resort: LastResort::default(),
            lock_at: SystemTime::UNIX_EPOCH,
            wondered: Vec::new(),
            memo: Memo::default(),
            report: Report::default(),
            retained: Retained::default(),
            shown: Findings::default(),
            recorded: Default::default(),
            converted: Converted::default(),
            tally: Tally::default(),
            now: Local::now().naive_local(),
            whole: false,
            dirty: true,
        }
    }

    /// Its text.
    pub fn project(&self) -> &Project {
        &self.project
    }

    /// Whether a change of this file concerns the project.
    pub fn reads(&self, path: &Path, files: &Files<'_>) -> bool {
        let watched = || self.project.watched().iter().any(|watched| files.real(watched) == path);
        self.project.file_of(path).is_some() || watched()
    }

    /// Reads what has changed.
    pub fn reload(&mut self, files: &Files<'_>, environment: &Environment) {
        self.project = Arc::new(self.project.reload(files, environment));
        let (baseline, wrong) = configured(&self.project, files);
        if self.baseline != baseline {
            self.recorded = Default::default();
        }
        (self.baseline, self.wrong) = (baseline, wrong);
        self.dirty = true;
    }

    /// Before the next check: `quiet` says that nobody types just now, so there is time for whole files.
    pub fn prepare(&mut self, quiet: bool) {
        let large = || self.project.files().iter().any(|file| file.document.text().len() > SMALL_FILE);
        let whole = quiet || !large();
        self.dirty |= whole && !self.whole;
        self.whole = whole;
    }

    /// One check with what is known; the questions that no source has to be opened for.
    pub fn check(&mut self, settings: &Settings, attention: Attention<'_>) -> Vec<KeyedQuestion> {
        let options = CheckOptions { oracle: self.whole, ..options(settings, &self.project, self.now) };
        let facts = self.knowledge.facts();
        let report = viz_check::check_first(&self.project, &facts, &options, &self.memo, attention);
        drop(facts);
        self.report = report;
        self.knowledge.note(&self.report.questions);
        self.report.questions.iter().filter(|question| question.is_pure()).cloned().collect()
    }

    /// The files of the project among these.
    pub fn files<'a>(&self, paths: impl Iterator<Item = &'a Path>) -> FxHashSet<FileId> {
        paths.filter_map(|path| self.project.file_of(path)).collect()
    }

    /// Everything was checked with what is known.
    pub fn checked(&mut self) {
        self.dirty = false;
        self.knowledge.forget_unused(|key| self.memo.uses(key));
    }

    /// Whether the last check left insights for later.
    pub fn has_postponed(&self) -> bool {
        self.report.counters.insights_postponed > 0
    }

    /// A request would like to know this.
    pub fn wonder(&mut self, settings: &Settings, questions: &[KeyedQuestion]) {
        if options(settings, &self.project, self.now).level != Level::Parse {
            self.knowledge.note(questions);
            self.wondered = questions.to_vec();
        }
    }

    /// The questions that only sources can answer: not answered yet, or with an answer that is stale.
    pub fn open_questions(&self) -> Vec<KeyedQuestion> {
        let facts = self.knowledge.facts();
        let wondered = self.wondered.iter().filter(|question| facts.get(question).is_none());
        let asked = self.report.questions.iter().chain(wondered);
        asked.filter(|question| self.knowledge.is_open(question)).cloned().collect()
    }

    /// Data may have changed: old answers are stale, what could not be answered may be asked again.
    pub fn refresh(&mut self) {
        self.knowledge.refresh();
        self.now = Local::now().naive_local();
        self.dirty = true;
    }

    /// See [`Knowledge::retry_after`].
    pub fn retry_after(&self) -> Option<Duration> {
        self.knowledge.retry_after()
    }

    /// See [`Knowledge::retry`].
    pub fn retry(&mut self) {
        self.knowledge.retry();
        self.dirty = true;
    }

    /// What is wrong with the project's settings and was not said before.
    pub fn complaints(&mut self) -> Vec<String> {
        let new = self.wrong.iter().filter(|wrong| !self.complained.contains(wrong)).cloned().collect();
        self.complained.clone_from(&self.wrong);
        new
    }

    /// Of one query of the engine.
    pub fn limits(&self) -> Limits {
        limits(None, None, self.project.config())
    }

    /// How long what is new in a line waits for who types there.
    pub fn typing_pause(&self, settings: &Settings) -> Duration {
        let milliseconds = settings.typing_pause.or(self.project.config().typing_pause).unwrap_or(TYPING_PAUSE);
        Duration::from_millis(milliseconds.min(LONGEST_TYPING_PAUSE))
    }

    /// Records facts.
    pub fn learn(&mut self, facts: Vec<(QuestionKey, Fact)>) {
        // What needs no source is in no lock.
        if facts.iter().any(|(key, _)| self.knowledge.is_of_source(*key)) {
            let Told { answers, at } = self.last_resort.told(&self.root, &self.project);
            self.knowledge.learn_or(facts, |key| Some(Fact::Locked { answer: Arc::clone(answers.get(&key)?), at }));
            self.knowledge.remember_lock(answers);
            // What was found new since the last one may not be any more.
            if std::mem::replace(&mut self.lock_at, at) != at {
                self.memo = Memo::default();
            }
        } else {
            self.knowledge.learn_or(facts, |_| None);
        }
        self.dirty = true;
    }

    /// The sources that it may ask.
    pub fn sources(&self, settings: &Settings) -> Vec<SourceSpec> {
        fixpoint::opened(&self.project, &options(settings, &self.project, self.now))
    }

    /// Records facts about sources that it may come to ask for.
    pub fn learn_of_sources(&mut self, facts: Vec<(QuestionKey, Fact)>) {
        self.knowledge.learn_of_sources(facts);
        self.dirty = true;
    }

    /// What requests are answered from, and what the editor shows.
    pub fn settle(&mut self, revision: Revision) -> Snapshot {
        let known = |question| self.knowledge.facts().get(question).is_some();
        let complete = !self.has_postponed() && self.report.questions.iter().all(known);
        self.shown = self.retained.show(&self.project, &self.report, complete);
        if let Some(baseline) = &self.baseline {
            let (whole, rest) = &self.recorded;
            // A fingerprint is of one file.
            let without = |(at, part): (usize, &Arc<_>)| match whole.parts().get(at) {
                Some(before) if Arc::ptr_eq(before, part) => Arc::clone(&rest.parts()[at]),
                _ => {
                    let mut rest = Findings::from_iter([Arc::clone(part)]);
                    baseline.take_from(&mut rest);
                    Arc::clone(&rest.parts()[0])
                }
            };
            let rest: Findings = self.shown.parts().iter().enumerate().map(without).collect();
            self.recorded = (std::mem::replace(&mut self.shown, rest.clone()), rest);
        }
        Snapshot {
            revision,
            project: Arc::clone(&self.project),
            facts: self.knowledge.shared(),
            findings: self.shown.clone(),
            insights: self.report.insights.clone(),
        }
    }

    /// What the editor shows, file by file.
    pub fn layer(&mut self, client: &Client, documents: &Documents) -> Layer {
        let uri = |path: &Path| publish::uri(path, documents);
        let view = View { project: &self.project, encoding: client.encoding, related: client.related, uri: &uri };
        self.converted.layer(&view, documents, &self.shown)
    }

    /// Whether the last check lacks something that the editor shows: it is gone, or not known again yet.
    pub fn misses_some(&self) -> bool {
        let differing = self.shown.differing(&self.report.findings);
        let (shown, found): (Vec<_>, Vec<_>) = differing.into_iter().unzip();
        let found: FxHashSet<&str> = found.into_iter().flatten().map(|finding| &*finding.fingerprint).collect();
        !shown.into_iter().flatten().all(|shown| found.contains(&*shown.fingerprint))
    }

    /// How many findings were converted to diagnostics since this was last asked.
    pub fn take_converted(&mut self) -> usize {
        std::mem::take(&mut self.converted.count)
    }

    /// How far the project is checked; `busy` says that sources are being asked.
    pub fn status(&mut self, settings: &Settings, pinned: &Choices, busy: bool) -> Status {
        let options = options(settings, &self.project, self.now);
        let of = |severity| self.shown.iter().filter(|finding| finding.severity == severity).count();
        self.tally.count(&self.report.insights);
        let postponed = self.has_postponed();
        let open = self.report.questions.iter().filter(|question| self.knowledge.is_open(question)).count();
        let off = !settings.trusted || options.level == Level::Parse;
        let tier = |tier, state, open| Tier { tier, state, open };
        let facts = self.knowledge.facts();
        let unanswered = |fits: fn(&Question) -> bool| {
            self.report.questions.iter().filter(|question| fits(question) && facts.get(question).is_none()).count()
        };
        let at_once = |name, open| tier(name, if postponed || open > 0 { "running" } else { "done" }, open);
        let tiers = [
            at_once("T0", unanswered(Tier::is_parsing)),
            at_once("T1", unanswered(|question| question.is_pure() && !Tier::is_parsing(question))),
            match (off, busy, open) {
                (true, ..) => tier("T2", "off", open),
                (_, true, _) => tier("T2", "running", open),
                (_, _, 0) => tier("T2", "done", 0),
                _ => tier("T2", "open", open),
            },
        ];
        drop(facts);
        Status {
            root: self.root.display().to_string(),
            state: match (postponed, busy) {
                (true, _) => Doing::Checking,
                (false, true) => Doing::Waiting,
                (false, false) => Doing::Done,
            },
            level: match options.level {
                Level::Parse => "parse",
                Level::Bind => "bind",
                Level::Execute => "execute",
            },
            trusted: settings.trusted,
            errors: of(Severity::Error),
            warnings: of(Severity::Warning),
            information: of(Severity::Information),
            hints: of(Severity::Hint),
            insights: self.tally.insights(),
            combinations: self.tally.combinations(),
            why: self.tally.why(),
            tiers,
            facts: self.knowledge.summary(),
            engine: Engine {
                version: viz_engine::DUCKDB_VERSION,
                browser: match self.project.config().browser_engine {
                    BrowserEngine::V1_4 => "1.4",
                    BrowserEngine::V2_0 => "2.0",
                },
            },
            pinned: choices_to_json(&self.project, pinned),
        }
    }

    /// What inlay hints and code lenses depend on besides the text: equal numbers, equal hints.
    pub fn hints_depend_on(&self) -> u64 {
        let mut hasher = FxHasher::default();
        self.knowledge.generation_of_sources().hash(&mut hasher);
        self.tally.hints_depend_on().hash(&mut hasher);
        hasher.finish()
    }

    /// Numbers of the last check.
    pub fn counters(&self) -> viz_check::Counters {
        self.report.counters
    }
}

/// What the session asks for, with the configuration of the project.
fn options(settings: &Settings, project: &Project, now: NaiveDateTime) -> CheckOptions {
    let asked = AskedFor {
        level: settings.level,
        max_combinations: settings.max_combinations,
        seed: None,
        hostile: settings.hostile_options,
        timeout: None,
        memory: None,
        trusted: settings.trusted,
        now,
    };
    asked.options(project.config())
}

/// The baseline that a project names, and what is wrong with its settings.
fn configured(project: &Project, files: &Files<'_>) -> (Option<Baseline>, Vec<String>) {
    let config = project.config();
    let Some(path) = &config.baseline else { return (None, Vec::new()) };
    match Baseline::of_project(&project.root, path, files) {
        Ok(baseline) => (Some(baseline), Vec::new()),
        Err(error) => (None, vec![format!("{error:#}")]),
    }
}
