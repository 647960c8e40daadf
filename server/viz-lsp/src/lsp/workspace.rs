//! A project that is open in the editor.

use super::capabilities::Client;
use super::convert::View;
use super::disk::Files;
use super::documents::Documents;
use super::outbox::Status;
use super::publish::{self, Layer};
use super::retain::Retained;
use super::settings::Settings;
use super::state::Snapshot;
use crate::check::configured_level;
use crate::place::Place;
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use viz_check::{CheckOptions, Finding, Level, MAX_COMBINATIONS, Memo, Report, Severity, Status as InsightStatus};
use viz_facts::{Fact, FactStore, Question, QuestionKey};
use viz_project::{Environment, Project};

/// See the module.
pub struct Workspace {
    root: PathBuf,
    project: Arc<Project>,
    facts: Arc<RwLock<FactStore>>,
    memo: Memo,
    report: Report,
    retained: Retained,
    shown: Arc<[Finding]>,
    /// Questions about sources that the present text asks, answered or not.
    asked: HashMap<QuestionKey, Question>,
    /// Those whose answers are stale and not yet asked for again.
    stale: HashMap<QuestionKey, Question>,
    /// It has to be checked: something changed since the last check, or that one was interrupted.
    pub dirty: bool,
    status: Option<Status>,
}

impl Workspace {
    /// Reads a project.
    pub fn load(root: &Path, files: &Files<'_>, environment: &Environment) -> Self {
        Self {
            root: root.to_owned(),
            project: Arc::new(Project::load(root, files, environment)),
            facts: Arc::default(),
            memo: Memo::default(),
            report: Report::default(),
            retained: Retained::default(),
            shown: Arc::default(),
            asked: HashMap::new(),
            stale: HashMap::new(),
            dirty: true,
            status: None,
        }
    }

    /// Whether a change of this file concerns the project.
    pub fn reads(&self, path: &Path) -> bool {
        self.project.file_of(path).is_some() || self.project.watched().iter().any(|watched| watched == path)
    }

    /// Reads what has changed.
    pub fn reload(&mut self, files: &Files<'_>, environment: &Environment) {
        self.project = Arc::new(self.project.reload(files, environment));
        self.dirty = true;
    }

    /// One check with what is known; the questions that no source has to be opened for.
    pub fn check(&mut self, settings: &Settings) -> Vec<Question> {
        let options = options(settings, &self.project);
        let report = viz_check::check(&self.project, &self.facts(), &options, &self.memo);
        self.report = report;
        for question in self.report.questions.iter().filter(|question| !question.is_pure()) {
            self.asked.entry(question.key()).or_insert_with(|| question.clone());
        }
        self.report.questions.iter().filter(|question| question.is_pure()).cloned().collect()
    }

    /// The questions that only sources can answer: those without an answer first, then those whose answer is stale.
    pub fn open_questions(&self) -> Vec<Question> {
        let facts = self.facts();
        let new = self.report.questions.iter().filter(|question| !question.is_pure() && facts.get(question).is_none());
        new.chain(self.stale.values()).cloned().collect()
    }

    /// Data may have changed: old answers are stale and asked for again, what could not be answered may be tried again.
    pub fn refresh(&mut self, settings: &Settings) {
        // What the present text asks is what a check without facts from sources asks; older questions are forgotten.
        let options = options(settings, &self.project);
        let mut pure = self.facts().clone();
        for key in self.asked.keys() {
            pure.remove(*key);
        }
        let questions = viz_check::check(&self.project, &pure, &options, &self.memo).questions;
        self.asked = questions
            .into_iter()
            .filter(|question| !question.is_pure())
            .map(|question| (question.key(), question))
            .collect();
        let mut facts = self.facts_mut();
        facts.mark_stale(|key| self.asked.contains_key(key));
        for key in self.asked.keys() {
            if matches!(facts.get_key(*key), Some(Fact::Unknown(_))) {
                facts.remove(*key);
            }
        }
        let answered = self.asked.iter().filter(|(key, _)| facts.get_key(**key).is_some());
        let stale = answered.map(|(key, question)| (*key, question.clone())).collect();
        drop(facts);
        self.stale = stale;
        self.dirty = true;
    }

    /// Records facts.
    pub fn learn(&mut self, facts: Vec<(QuestionKey, Fact)>) {
        for (key, _) in &facts {
            self.stale.remove(key);
        }
        let mut store = self.facts_mut();
        for (key, fact) in facts {
            // A refresh that fails takes nothing away that was known.
            let keep = matches!(fact, Fact::Unknown(_)) && store.get_key(key).is_some_and(|old| old.answer().is_some());
            if !keep {
                store.insert(key, fact);
            }
        }
        drop(store);
        self.dirty = true;
    }

    /// What requests are answered from, and what the editor shows.
    pub fn settle(&mut self) -> Snapshot {
        self.shown = self.retained.show(&self.project, &self.report).into();
        Snapshot {
            project: Arc::clone(&self.project),
            facts: Arc::clone(&self.facts),
            findings: Arc::clone(&self.shown),
        }
    }

    /// What the editor shows, file by file.
    pub fn layer(&self, client: &Client, documents: &Documents) -> Layer {
        let uri = |path: &Path| publish::uri(path, documents);
        let view = View { project: &self.project, encoding: client.encoding, related: client.related, uri: &uri };
        let mut layer: Layer = self.project.files().iter().map(|file| (file.path.clone(), Vec::new())).collect();
        for finding in self.shown.iter() {
            let Some(place) = Place::of(&self.project, finding.loc) else { continue };
            layer.entry(place.file.path.clone()).or_default().push(view.diagnostic(finding, place));
        }
        for diagnostics in layer.values_mut() {
            diagnostics.sort_by_key(|diagnostic| (diagnostic.range.start, diagnostic.range.end));
        }
        layer
    }

    /// How far the project is checked, if that has changed.
    pub fn status(&mut self, pending: bool) -> Option<Status> {
        let lacking = || {
            self.report
                .insights
                .iter()
                .filter(|insight| matches!(insight.status, InsightStatus::Partial | InsightStatus::Unchecked))
        };
        let why: BTreeSet<&str> =
            lacking().filter_map(|insight| Some(insight.why.as_ref()?.message.as_str())).collect();
        let unchecked = lacking().count();
        let status = Status {
            root: self.root.display().to_string(),
            checked: self.report.insights.len() - unchecked,
            errors: self.shown.iter().filter(|finding| finding.severity == Severity::Error).count(),
            unchecked,
            why: why.into_iter().map(str::to_owned).collect(),
            pending,
        };
        if self.status.as_ref() == Some(&status) {
            return None;
        }
        self.status = Some(status.clone());
        Some(status)
    }

    fn facts(&self) -> RwLockReadGuard<'_, FactStore> {
        self.facts.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn facts_mut(&self) -> RwLockWriteGuard<'_, FactStore> {
        self.facts.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The session's settings win over the project's configuration, which wins over the defaults.
fn options(settings: &Settings, project: &Project) -> CheckOptions {
    let config = project.config();
    CheckOptions {
        level: settings.level.or_else(|| configured_level(config).ok()).unwrap_or(Level::Bind),
        max_combinations: settings.max_combinations.or(config.max_combinations).unwrap_or(MAX_COMBINATIONS),
        seed: config.seed.unwrap_or_default(),
        target: None,
        trusted: settings.trusted,
    }
}
