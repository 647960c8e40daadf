//! A lock in the place of sources.

use crate::host::answerer::{Answerer, Cancel, Limits};
use crate::host::lock::named::Named;
use parking_lot::Mutex;
use rustc_hash::{FxHashMap, FxHashSet};
use serde::Serialize;
use std::sync::Arc;
use std::time::SystemTime;
use viz_check::{Code, Memo, Report, model_question, option_question};
use viz_facts::{Answer, Detail, Fact, KeyedQuestion, OptionValues, QuestionKey, Reason, Unknown};
use viz_lock::{Given, Hash, LOCK_FILE, Lock, Section, SectionKind};
use viz_project::{Body, Kind, ObjectId, Options, Project};
use viz_text::{Loc, SegmentId};

/// How a lock fits its project.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct LockUse {
    /// Whether there is one.
    pub found: bool,
    /// Models and inputs that it does not tell of, such as ``model `orders` ``.
    pub missing: Vec<String>,
    /// Those of which it tells what another query gave.
    pub outdated: Vec<String>,
}

impl LockUse {
    /// How this lock fits, by what is known of it; and why each question of a model or an input that has no answer has none.
    fn of(
        project: &Project,
        named: &Named,
        lock: Option<&Lock>,
        knows: impl Fn(&Hash) -> bool,
    ) -> (Self, FxHashMap<QuestionKey, String>) {
        let mut fits = Self { found: lock.is_some(), ..Self::default() };
        let mut unanswered = FxHashMap::default();
        for (id, question) in main_questions(project) {
            if named.hash(&question).is_some_and(|hash| knows(&hash)) {
                continue;
            }
            let object = project.object(id);
            let kind = if object.kind == Kind::Model { SectionKind::Model } else { SectionKind::Input };
            let shown = format!("{} `{}`", kind.name(), object.name_text());
            let section = lock.and_then(|lock| lock.sections.get(&(kind, object.name_text().to_owned())));
            let (why, list) = match section.is_some_and(|section| section.main.is_some()) {
                true => (format!("{LOCK_FILE} tells what another query of the {shown} gave"), &mut fits.outdated),
                false => (format!("{LOCK_FILE} does not tell of the {shown}"), &mut fits.missing),
            };
            list.push(shown);
            unanswered.insert(question.key(), why);
        }
        (fits, unanswered)
    }
}

/// How a lock fits a project.
pub fn fits(project: &Project, lock: &Lock) -> LockUse {
    let hashes: FxHashSet<Hash> = lock.sections.values().flat_map(Section::hashes).collect();
    LockUse::of(project, &Named::of(project), Some(lock), |hash| hashes.contains(hash)).0
}

/// Answers what needs no source as the engine does, and all else from a lock.
pub struct Locked<'a> {
    engine: &'a dyn Answerer,
    named: Named,
    given: FxHashMap<Hash, Given>,
    /// Why the question of a model or an input has no answer.
    unanswered: FxHashMap<QuestionKey, String>,
    fits: LockUse,
    /// The questions that the lock has answered.
    answered: Mutex<FxHashSet<QuestionKey>>,
}

impl<'a> Locked<'a> {
    /// The lock of this project. The engine need not be able to open sources.
    pub fn new(engine: &'a dyn Answerer, project: &Project, lock: Option<&Lock>) -> Self {
        let named = Named::of(project);
        let mut given = FxHashMap::default();
        for section in lock.iter().flat_map(|lock| lock.sections.values()) {
            let all = section.main.iter().map(|(hash, given)| (hash, given)).chain(&section.answers);
            given.extend(all.map(|(hash, given)| (*hash, given.clone())));
        }
        let (fits, unanswered) = LockUse::of(project, &named, lock, |hash| given.contains_key(hash));
        Self { engine, named, given, unanswered, fits, answered: Mutex::default() }
    }

    /// Notes at the findings that stand on the lock that they do, and says how it fits.
    pub fn told(self, project: &Project, memo: &Memo, report: &mut Report) -> LockUse {
        let users: FxHashSet<ObjectId> =
            self.answered.into_inner().into_iter().flat_map(|key| memo.users(key)).collect();
        let mut places: FxHashMap<SegmentId, Vec<Loc>> = FxHashMap::default();
        for loc in users.into_iter().map(|id| project.object(id).loc) {
            places.entry(loc.segment).or_default().push(loc);
        }
        let of_texts: FxHashSet<(Code, Loc)> = project.problems().map(|problem| (problem.code, problem.loc)).collect();
        for finding in report.findings.iter_mut() {
            let near = places.get(&finding.loc.segment);
            if near.into_iter().flatten().any(|place| place.contains(finding.loc))
                && !of_texts.contains(&(finding.code, finding.loc))
            {
                finding.notes.push(format!("as {LOCK_FILE} tells of the data: no source was opened"));
            }
        }
        self.fits
    }

    fn fact(&self, question: &KeyedQuestion) -> Fact {
        let given = self.named.hash(question).and_then(|hash| self.given.get(&hash));
        match given.and_then(|given| fact(question, given)) {
            Some(fact) => {
                self.answered.lock().insert(question.key());
                fact
            }
            None => {
                let why = match (self.unanswered.get(&question.key()), self.fits.found) {
                    (_, false) => format!("there is no {LOCK_FILE}, and no source is opened"),
                    (Some(why), _) => why.clone(),
                    (None, _) => format!("no source is opened, and {LOCK_FILE} does not tell"),
                };
                Fact::Unknown(Unknown::new(Reason::LockMissing, why))
            }
        }
    }
}

impl Answerer for Locked<'_> {
    /// What earlier runs found out of texts, and nothing that they did of sources.
    fn remembered(&self) -> &[(QuestionKey, Fact)] {
        self.engine.remembered()
    }

    fn ask(&self, questions: &[KeyedQuestion], limits: Limits, cancel: &Cancel) -> Vec<Option<Fact>> {
        let pure: Vec<KeyedQuestion> = questions.iter().filter(|question| question.is_pure()).cloned().collect();
        let mut answers = self.engine.ask(&pure, limits, cancel).into_iter();
        let answer = |question: &KeyedQuestion| match question.is_pure() {
            true => answers.next().flatten(),
            false => Some(self.fact(question)),
        };
        questions.iter().map(answer).collect()
    }
}

/// The questions that the models and the inputs of a project are.
pub fn main_questions(project: &Project) -> impl Iterator<Item = (ObjectId, KeyedQuestion)> + '_ {
    let models = project.of_kind(Kind::Model).filter_map(|id| Some((id, model_question(project, id)?)));
    let inputs = project.of_kind(Kind::Input).filter_map(|id| match &project.object(id).body {
        Body::Input(input) => match &input.options {
            Options::Query(query) => Some((id, option_question(project, query)?)),
            _ => None,
        },
        _ => None,
    });
    models.chain(inputs)
}

/// What a lock tells of the models and inputs of a project.
pub fn answered(project: &Project, lock: &Lock) -> FxHashMap<QuestionKey, Arc<Answer>> {
    let named = Named::of(project);
    let mains = lock.sections.values().filter_map(|section| section.main.as_ref());
    let given: FxHashMap<Hash, &Given> = mains.map(|(hash, given)| (*hash, given)).collect();
    let told = |(_, question): (ObjectId, KeyedQuestion)| {
        let given = named.hash(&question).and_then(|hash| given.get(&hash).copied())?;
        match fact(&question, given)? {
            Fact::Known { answer, .. } => Some((question.key(), answer)),
            _ => None,
        }
    };
    main_questions(project).filter_map(told).collect()
}

/// Variables that the sources of a project are named by and that have no value here.
pub fn unset(project: &Project) -> Vec<String> {
    let variables = project.of_kind(Kind::Source).filter_map(|id| match &project.object(id).body {
        Body::Source(source) => Some(source.variables.iter().map(|variable| variable.text.clone())),
        _ => None,
    });
    variables.flatten().filter(|name| project.environment().get(name).is_none()).collect()
}

/// What is kept of an answer, as the answer; `None` if it is none to such a question.
fn fact(question: &KeyedQuestion, given: &Given) -> Option<Fact> {
    use viz_facts::Question::{Describe, Execute, Options};
    let answer = match (&**question.question(), given) {
        (Describe { .. }, Given::Columns(columns)) => Answer::Columns(Ok(columns.clone())),
        (Describe { .. }, Given::Fails(error)) => Answer::Columns(Err(error.clone())),
        (Options { .. }, Given::Values(values)) => Answer::Options(Ok(values.clone())),
        (Options { limit: 1, .. }, Given::Rows(some)) => Answer::Options(Ok(OptionValues {
            columns: Vec::new(),
            values: some.then(|| Some("1".into())).into_iter().collect(),
            more: false,
        })),
        (Options { .. }, Given::Shapes { columns, count, shapes, .. }) => Answer::LookLike {
            values: OptionValues {
                columns: columns.clone(),
                values: shapes.iter().map(|(shape, _)| shape.clone()).collect(),
                more: false,
            },
            count: *count,
        },
        (Options { .. }, Given::Fails(error)) => Answer::Options(Err(error.clone())),
        (Execute { .. }, Given::Runs) => Answer::Accepted(Ok(())),
        (Execute { .. }, Given::Fails(error)) => Answer::Accepted(Err(error.clone())),
        (_, Given::NotRun { why, message, word }) => {
            let unknown = Unknown::new(*why, message.clone());
            return Some(Fact::Unknown(match word {
                Some(word) => unknown.with(Detail::Word(word.clone())),
                None => unknown,
            }));
        }
        (Options { .. }, Given::Hidden { .. } | Given::Nothing) => {
            let why = format!("{LOCK_FILE} keeps none of them");
            return Some(Fact::Unknown(Unknown::new(Reason::OptionsNotKept, why)));
        }
        _ => return None,
    };
    Some(Fact::Known { answer: Arc::new(answer), at: SystemTime::UNIX_EPOCH })
}
