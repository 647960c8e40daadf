//! What has changed in the data since a project was locked, and whom that concerns.

use crate::host::fixpoint::{self, Answering};
use crate::host::lock::use_of::main_questions;
use rustc_hash::FxHashMap;
use std::sync::Arc;
use std::time::SystemTime;
use viz_check::{CheckOptions, Finding, Memo, Report, Severity};
use viz_facts::{Answer, Column, Fact, FactStore, KeyedQuestion, OptionValues, Question};
use viz_lock::{Change, Danger, Given, Lock, SectionKind, What, diff};
use viz_project::{Body, DefaultSelection, Kind, ObjectId, Project};
use viz_text::Loc;

/// A change, and what it means for the project.
pub struct Since {
    /// What has changed.
    pub change: Change,
    /// How bad it is here.
    pub danger: Danger,
    /// Where the object is.
    pub loc: Option<Loc>,
    /// Insights that it breaks, with the message of the error.
    pub breaks: Vec<(ObjectId, String)>,
    /// Objects that use the column.
    pub used_by: Vec<ObjectId>,
}

/// A check with the sources as they are.
pub struct Live<'a> {
    /// Its project.
    pub project: &'a Project,
    /// Its options.
    pub options: &'a CheckOptions,
    /// Its verdicts.
    pub memo: &'a Memo,
    /// Its facts.
    pub facts: &'a FactStore,
    /// Its result.
    pub report: &'a Report,
    /// Who answers.
    pub answering: Answering<'a>,
}

/// New options of an input that are tried one by one.
const TRIED: usize = 50;

impl Live<'_> {
    /// What has changed since `old`; `new` holds all that there is now.
    pub fn since(&self, old: &Lock, new: &Lock) -> Vec<Since> {
        let changes = diff(old, new);
        let mut breaking: FxHashMap<String, Vec<Tried>> = FxHashMap::default();
        let questions: FxHashMap<&str, (ObjectId, KeyedQuestion)> = main_questions(self.project)
            .filter(|(_, question)| matches!(**question, Question::Options { .. }))
            .map(|(id, question)| (self.project.object(id).name_text(), (id, question)))
            .collect();
        let is_new = |change: &&Change| matches!(change.what, What::NewOption(_) | What::NewShape(_));
        for change in changes.iter().filter(|change| change.kind == SectionKind::Input).filter(is_new) {
            if breaking.contains_key(&change.name) {
                continue;
            }
            let its = changes.iter().filter(|other| other.kind == SectionKind::Input && other.name == change.name);
            let new: Vec<Option<String>> = its.filter_map(|change| new_option(&change.what).cloned()).collect();
            let before = old.sections.get(&(SectionKind::Input, change.name.clone()));
            if let Some((_, before)) = before.and_then(|section| section.main.as_ref()) {
                breaking
                    .insert(change.name.clone(), self.tried(&change.name, questions.get(&*change.name), before, &new));
            }
        }
        let mut found: Vec<Since> = changes.into_iter().map(|change| self.judged(change, &breaking)).collect();
        // The worst first.
        found.sort_by_key(|since| std::cmp::Reverse(since.danger));
        found
    }

    fn judged(&self, change: Change, breaking: &FxHashMap<String, Vec<Tried>>) -> Since {
        let id = self.object(&change);
        let mut since = Since {
            danger: change.what.danger(),
            loc: id.map(|id| self.project.object(id).name_loc()),
            breaks: Vec::new(),
            used_by: Vec::new(),
            change,
        };
        let Some(id) = id else { return since };
        match &since.change.what {
            What::NewOption(option) | What::NewShape(option) => {
                let tried = breaking.get(&since.change.name).into_iter().flatten();
                since.breaks =
                    tried.filter(|tried| tried.option == *option).flat_map(|tried| tried.breaks.clone()).collect();
            }
            What::LostColumn(column) | What::OtherType(column, ..) if since.change.kind == SectionKind::Model => {
                since.used_by = self.users_of(id, column);
            }
            What::LostOption(option) if self.is_default(id, option.as_deref()) => since.danger = Danger::Breaking,
            What::Empty if self.fails(id) => since.danger = Danger::Breaking,
            _ => {}
        }
        if !since.breaks.is_empty() || !since.used_by.is_empty() {
            since.danger = Danger::Breaking;
        }
        since
    }

    fn object(&self, change: &Change) -> Option<ObjectId> {
        let kind = match change.kind {
            SectionKind::Input => Kind::Input,
            SectionKind::Insight => Kind::Insight,
            SectionKind::Model => Kind::Model,
            SectionKind::Source => Kind::Source,
            SectionKind::Table => Kind::Table,
        };
        self.project.of_kind(kind).find(|id| self.project.object(*id).name_text() == change.name)
    }

    /// Which insights new options (or what they look like) break that the old ones did not. Of an input whose options the project
    /// lists, all are looked at in every check.
    fn tried(
        &self,
        name: &str,
        question: Option<&(ObjectId, KeyedQuestion)>,
        before: &Given,
        new: &[Option<String>],
    ) -> Vec<Tried> {
        let Some((input, question)) = question else { return self.listed(name, new) };
        let with = |options: &[Option<String>]| match answer_with(before, options) {
            Some(answer) => self.errors_with(*input, question, answer),
            None => Vec::new(),
        };
        let usual = with(&[]);
        let broken = |options: &[Option<String>]| -> Vec<(ObjectId, String)> {
            let more =
                |(key, count, ..): &&Broken| usual.iter().all(|(other, before, ..)| other != key || before < count);
            let all = with(options);
            all.iter().filter(more).map(|(_, _, id, message)| (*id, message.clone())).collect()
        };
        if broken(new).is_empty() {
            return Vec::new();
        }
        let each = new.iter().take(TRIED).map(std::slice::from_ref);
        each.map(|option| Tried { option: option[0].clone(), breaks: broken(option) }).collect()
    }

    /// The errors of the insights on an input if this were the answer to its question.
    fn errors_with(&self, input: ObjectId, question: &KeyedQuestion, answer: Answer) -> Vec<Broken> {
        let mut facts = self.facts.clone();
        facts.insert(question.key(), Fact::Known { answer: Arc::new(answer), at: SystemTime::UNIX_EPOCH });
        let report = fixpoint::run(self.project, self.options, self.memo, &mut facts, self.answering, |_| ());
        self.errors_on(input, &report).map(|(id, finding)| broken(id, finding)).collect()
    }

    /// The errors at insights on an input.
    fn errors_on<'r>(&self, input: ObjectId, report: &'r Report) -> impl Iterator<Item = (ObjectId, &'r Finding)> {
        let on = |id: &ObjectId| self.project.dependencies(*id).contains(&input);
        let insights: Vec<(ObjectId, Loc)> =
            self.project.of_kind(Kind::Insight).filter(on).map(|id| (id, self.project.object(id).loc)).collect();
        let errors = report.findings.iter().filter(|finding| finding.severity == Severity::Error);
        errors.filter_map(move |finding| {
            let at = insights.iter().find(|(_, loc)| loc.contains(finding.loc));
            at.map(|(id, _)| (*id, finding))
        })
    }

    fn listed(&self, name: &str, new: &[Option<String>]) -> Vec<Tried> {
        let tried = |option: &Option<String>| {
            let is_it = |other: &Option<String>| other == option;
            Tried { option: option.clone(), breaks: self.broken_where(name, is_it) }
        };
        new.iter().map(tried).collect()
    }

    /// Insights that break today where such an option of an input is chosen.
    fn broken_where(&self, name: &str, is_it: impl Fn(&Option<String>) -> bool) -> Vec<(ObjectId, String)> {
        let input = self.project.of_kind(Kind::Input).find(|id| self.project.object(*id).name_text() == name);
        let Some(input) = input else { return Vec::new() };
        let chosen = |finding: &Finding| {
            let selections = finding.combinations.iter().flat_map(|combinations| &combinations.selections);
            let values = selections.filter_map(|selection| selection.get(name)).flat_map(|state| &state.values);
            values.into_iter().any(|value| match value {
                viz_check::Value::Null => is_it(&None),
                value => is_it(&Some(value.raw())),
            })
        };
        let errors = self.errors_on(input, self.report).filter(|(_, finding)| chosen(finding));
        errors.map(|(id, finding)| (id, finding.message.clone())).collect()
    }

    /// Objects that read a model and have the column's name in their text. One that has another model's column of this name is
    /// taken for a user, too: better looked at once in vain.
    fn users_of(&self, model: ObjectId, column: &str) -> Vec<ObjectId> {
        let column = column.to_lowercase();
        let has_it = |id: ObjectId| {
            let (file, range) = self.project.resolve(self.project.object(id).loc)?;
            let text =
                self.project.file(file).document.text().get(usize::from(range.start())..usize::from(range.end()))?;
            has_word(&text.to_lowercase(), &column).then_some(())
        };
        let reads = |id: &ObjectId| *id != model && self.project.dependencies(*id).contains(&model);
        let kinds = [Kind::Insight, Kind::Metric, Kind::Dimension, Kind::Input, Kind::Table];
        let objects = kinds.into_iter().flat_map(|kind| self.project.of_kind(kind));
        objects.filter(reads).filter(|id| has_it(*id).is_some()).collect()
    }

    fn is_default(&self, input: ObjectId, option: Option<&str>) -> bool {
        let Body::Input(body) = &self.project.object(input).body else { return false };
        match &body.default {
            DefaultSelection::Value(value) => Some(value.text.as_str()) == option,
            DefaultSelection::Values(values) => values.iter().any(|value| Some(value.text.as_str()) == option),
            _ => false,
        }
    }

    /// Whether there is an error at an object.
    fn fails(&self, id: ObjectId) -> bool {
        let loc = self.project.object(id).loc;
        let is_at = |finding: &&Finding| finding.severity == Severity::Error && loc.contains(finding.loc);
        self.report.findings.iter().any(|finding| is_at(&finding))
    }
}

fn new_option(what: &What) -> Option<&Option<String>> {
    match what {
        What::NewOption(option) | What::NewShape(option) => Some(option),
        _ => None,
    }
}

/// The answer to an input's question if it had these options, too.
fn answer_with(before: &Given, more: &[Option<String>]) -> Option<Answer> {
    let with = |columns: &[Column], values: Vec<Option<String>>| {
        let values = values.into_iter().chain(more.iter().cloned()).collect();
        OptionValues { columns: columns.to_vec(), values, more: false }
    };
    match before {
        Given::Values(before) => Some(Answer::Options(Ok(with(&before.columns, before.values.clone())))),
        Given::Shapes { columns, count, shapes, .. } => {
            let values = with(columns, shapes.iter().map(|(shape, _)| shape.clone()).collect());
            Some(Answer::LookLike { values, count: *count })
        }
        _ => None,
    }
}

/// A new option, and the insights that it breaks.
struct Tried {
    option: Option<String>,
    breaks: Vec<(ObjectId, String)>,
}

/// An error: code and place, how many choices fail, the insight, the message.
type Broken = ((viz_check::Code, Loc), usize, ObjectId, String);

fn broken(id: ObjectId, finding: &Finding) -> Broken {
    let failed = finding.combinations.as_ref().map_or(usize::MAX, |combinations| combinations.failed);
    ((finding.code, finding.loc), failed, id, finding.message.clone())
}

/// Whether a word stands in a text by itself.
fn has_word(text: &str, word: &str) -> bool {
    let joins = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).any(|(at, _)| !text[..at].ends_with(joins) && !text[at + word.len()..].starts_with(joins))
}
