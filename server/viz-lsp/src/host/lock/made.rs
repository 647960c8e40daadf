//! A lock out of a check: what sources answered, each under the object that asked.

use crate::host::lock::named::Named;
use crate::host::lock::use_of::main_questions;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::{BTreeMap, BTreeSet};
use viz_check::{Memo, options_of, source_of_model, sources};
use viz_facts::SqlErrorKind::{Binder, Catalog, Parser, Refused};
use viz_facts::{
    Answer, Column, Detail, Fact, FactStore, KeyedQuestion, OptionValues, Question, QuestionKey, Reason, SqlError,
    Unknown,
};
use viz_lock::{Given, Hash, Keep, Lock, MOST_OPTIONS, Section, SectionKind, kept, no_more_than};
use viz_project::{Body, Kind, ObjectId, Options, Project};

/// A lock, and what has to be told of it.
pub struct Made {
    /// What was found out.
    pub lock: Lock,
    /// What could not be read, and why: their old sections stand.
    pub unread: BTreeMap<String, String>,
    /// Inputs with more options than are kept.
    pub many: Vec<String>,
}

/// A check with the sources, and what they answered.
#[derive(Clone, Copy)]
pub struct Heard<'a> {
    /// What was checked.
    pub project: &'a Project,
    /// Who used which answer.
    pub memo: &'a Memo,
    /// All answers.
    pub facts: &'a FactStore,
    /// Those of sources, with their questions.
    pub seen: &'a [(KeyedQuestion, Fact)],
    /// When.
    pub now: chrono::NaiveDateTime,
}

/// What a check has asked of sources, as a lock. What could not be asked is taken from the old one. Of options that is kept which
/// `keep` says, else what the project's settings say.
pub fn make(heard: Heard<'_>, old: Option<&Lock>, keep: Option<Keep>) -> Made {
    let Heard { project, memo, facts, seen, now } = heard;
    let mut making = Making {
        project,
        keep,
        named: Named::of(project),
        main: FxHashMap::default(),
        lock: Lock::default(),
        unread: BTreeMap::new(),
        blind: FxHashSet::default(),
        many: BTreeSet::new(),
    };
    for (id, question) in main_questions(project) {
        making.main.entry(question.key()).or_default().push(id);
    }
    for (question, fact) in seen {
        for id in making.owners(memo, question) {
            making.add(id, question, fact);
        }
    }
    making.listed(facts, now);
    making.closed();
    making.sources();
    making.keep_old(old);
    making.unread.values_mut().for_each(|why| project.mask().hide_in(why));
    Made { lock: making.lock, unread: making.unread, many: making.many.into_iter().collect() }
}

/// Takes from a lock what the project's settings would not tell.
pub fn by_settings(project: &Project, lock: &mut Lock) {
    for id in project.of_kind(Kind::Input) {
        let Body::Input(input) = &project.object(id).body else { continue };
        let name = project.object(id).name_text();
        let keep = project.config().lock.of_input(name, matches!(input.options, Options::Query(_)));
        let section = lock.sections.get_mut(&(SectionKind::Input, name.to_owned()));
        if let Some((_, given)) = section.and_then(|section| section.main.as_mut()) {
            *given = no_more_than(keep, given);
        }
    }
}

struct Making<'a> {
    project: &'a Project,
    keep: Option<Keep>,
    named: Named,
    /// The models and inputs that a question is.
    main: FxHashMap<QuestionKey, Vec<ObjectId>>,
    lock: Lock,
    unread: BTreeMap<String, String>,
    /// Objects of which something could not be asked.
    blind: FxHashSet<ObjectId>,
    many: BTreeSet<String>,
}

impl Making<'_> {
    /// In whose sections an answer stands: of the objects that the question is, else of those that asked it.
    fn owners(&self, memo: &Memo, question: &KeyedQuestion) -> Vec<ObjectId> {
        if let Some(ids) = self.main.get(&question.key()) {
            return ids.clone();
        }
        let users = memo.users(question.key());
        let of = |kinds: &[Kind]| -> Vec<ObjectId> {
            users.iter().copied().filter(|id| kinds.contains(&self.project.object(*id).kind)).collect()
        };
        let all = [of(&[Kind::Model]), of(&[Kind::Input]), of(&[Kind::Table, Kind::Insight])];
        all.into_iter().find(|ids| !ids.is_empty()).unwrap_or_default()
    }

    fn section(&mut self, id: ObjectId) -> Option<&mut Section> {
        let key = section_key(self.project, id)?;
        Some(self.lock.sections.entry(key).or_default())
    }

    fn keep_of(&self, id: ObjectId) -> Keep {
        let object = self.project.object(id);
        let queried = match &object.body {
            Body::Input(input) => matches!(input.options, Options::Query(_)),
            _ => true,
        };
        self.keep.unwrap_or_else(|| self.project.config().lock.of_input(object.name_text(), queried))
    }

    fn add(&mut self, id: ObjectId, question: &KeyedQuestion, fact: &Fact) {
        let Some(hash) = self.named.hash(question) else { return };
        let is_input = self.project.object(id).kind == Kind::Input;
        let keep = if is_input { self.keep_of(id) } else { Keep::Values };
        let answer = match fact {
            Fact::Known { answer, .. } | Fact::Stale { answer, .. } | Fact::Locked { answer, .. } => answer,
            Fact::Unknown(why) if is_of_the_query(why.code) => {
                if !self.holds_secrets([why.message.as_str()]) {
                    self.put(id, question, hash, keep, not_run(why));
                }
                return;
            }
            Fact::Unknown(why) => {
                let source = self.named.source(question);
                if !source.is_empty() {
                    self.unread.insert(source.to_owned(), why.message.clone());
                }
                self.blind.insert(id);
                return;
            }
        };
        if let Some(given) = self.given(id, question, answer, keep) {
            self.put(id, question, hash, keep, given);
        }
    }

    fn put(&mut self, id: ObjectId, question: &KeyedQuestion, hash: Hash, keep: Keep, given: Given) {
        let is_main = self.main.contains_key(&question.key());
        let is_input = self.project.object(id).kind == Kind::Input;
        let source = self.named.source(question).to_owned();
        let Some(section) = self.section(id) else { return };
        if is_main {
            section.source = Some(source).filter(|source| !source.is_empty());
            section.keep = is_input.then_some(keep);
            section.main = Some((hash, given));
        } else {
            section.answers.insert(hash, given);
        }
    }

    /// What is kept of an answer; `None` if nothing may be.
    fn given(&mut self, id: ObjectId, question: &KeyedQuestion, answer: &Answer, keep: Keep) -> Option<Given> {
        let of_data = self.project.config().lock.tells_of_data();
        // What is made of a value tells it, too.
        if let Answer::Options(Ok(values)) = answer
            && self.holds_secrets(texts(&Given::Values(values.clone())))
        {
            return None;
        }
        let in_duckdb = question.source().is_none_or(viz_facts::SourceSpec::runs_in_duckdb);
        let failed = |error: &SqlError| {
            // What can't be converted stands in the message, and it may be data. Of SQLite's messages nobody knows what they quote, but for what
            // stands in the query.
            let of_text = matches!(error.kind, Parser | Catalog | Binder | Refused)
                && (in_duckdb || is_of_text(&error.message, question.sql()));
            (of_data || of_text).then(|| Given::Fails(error.clone()))
        };
        let given = match answer {
            Answer::Columns(Ok(columns)) => Given::Columns(columns.clone()),
            Answer::Accepted(Ok(())) if of_data => Given::Runs,
            Answer::Columns(Err(error)) | Answer::Options(Err(error)) | Answer::Accepted(Err(error)) => failed(error)?,
            Answer::Options(Ok(values)) if is_presence(question) => Given::Rows(!values.values.is_empty()),
            Answer::Options(Ok(values)) if self.main.contains_key(&question.key()) => {
                self.options(self.project.object(id).name_text(), keep, values)
            }
            // A default's, or of an earlier run.
            Answer::Options(Ok(values))
                if of_data || keep == Keep::Values && self.project.object(id).kind == Kind::Input =>
            {
                Given::Values(values.clone())
            }
            _ => return None,
        };
        (!self.holds_secrets(texts(&given)) && is_readable(&given)).then_some(given)
    }

    fn options(&mut self, name: &str, keep: Keep, values: &OptionValues) -> Given {
        if keep == Keep::Values && values.values.len() > MOST_OPTIONS {
            self.many.insert(name.to_owned());
        }
        kept(keep, values)
    }

    /// Whether a text holds what a variable stands for.
    fn holds_secrets<'t>(&self, texts: impl IntoIterator<Item = &'t str>) -> bool {
        texts.into_iter().any(|text| self.project.mask().is_in(text))
    }

    /// The options that the project lists.
    fn listed(&mut self, facts: &FactStore, now: chrono::NaiveDateTime) {
        for id in self.project.of_kind(Kind::Input) {
            let Body::Input(input) = &self.project.object(id).body else { continue };
            if !matches!(input.options, Options::List { .. }) {
                continue;
            }
            let Ok(options) = options_of(self.project, facts, id, now) else { continue };
            let keep = self.keep_of(id);
            let values: Vec<Option<String>> = options.values.iter().map(|value| Some(value.raw())).collect();
            let hash = Hash::of([Some("list")].into_iter().chain(values.iter().map(Option::as_deref)));
            let name = self.project.object(id).name_text().to_owned();
            let given = self.options(&name, keep, &OptionValues { columns: Vec::new(), values, more: false });
            if let Some(section) = self.section(id) {
                (section.keep, section.main) = (Some(keep), Some((hash, given)));
            }
        }
    }

    /// Models whose sources can't even be named: a variable is not set.
    fn closed(&mut self) {
        for id in self.project.of_kind(Kind::Model) {
            if let Err(why) = source_of_model(self.project, id)
                && why.code == Reason::VariableUnset
                && let Some(source) = self.project.source_of(id)
            {
                self.unread.insert(self.project.object(source).name_text().to_owned(), why.message);
                self.blind.insert(id);
            }
        }
    }

    fn sources(&mut self) {
        for (name, ty, _) in sources(self.project) {
            let section = Section { kind: Some(ty), ..Section::default() };
            self.lock.sections.insert((SectionKind::Source, name), section);
        }
    }

    /// What could not be asked stays as it was.
    fn keep_old(&mut self, old: Option<&Lock>) {
        if self.blind.is_empty() {
            return;
        }
        let blind = |id: &ObjectId| self.blind.contains(id);
        let depends = |id: &ObjectId| blind(id) || self.project.dependencies(*id).iter().any(blind);
        let ids: Vec<ObjectId> = self.project.ids().filter(depends).collect();
        for id in ids {
            let Some(key) = section_key(self.project, id) else { continue };
            let before = old.and_then(|old| old.sections.get(&key)).cloned();
            match before {
                Some(section) => drop(self.lock.sections.insert(key, section)),
                None if self.blind.contains(&id) => drop(self.lock.sections.remove(&key)),
                None => {}
            }
        }
    }
}

/// The section of an object.
fn section_key(project: &Project, id: ObjectId) -> Option<(SectionKind, String)> {
    let object = project.object(id);
    let kind = match object.kind {
        Kind::Model => SectionKind::Model,
        Kind::Input => SectionKind::Input,
        Kind::Insight => SectionKind::Insight,
        Kind::Table => SectionKind::Table,
        _ => return None,
    };
    Some((kind, object.name_text().to_owned()))
}

/// Whether it is asked whether there is a row, which tells of none.
fn is_presence(question: &Question) -> bool {
    matches!(question, Question::Options { limit: 1, sql, .. } if sql.contains("SELECT 1"))
}

/// Whether a query can't be run for what it is, wherever that is tried.
fn is_of_the_query(why: Reason) -> bool {
    matches!(
        why,
        Reason::DynamicPivot
            | Reason::ExtensionMissing
            | Reason::FileNotKnown
            | Reason::FunctionNotRun
            | Reason::NameSecret
            | Reason::NestedTooDeep
            | Reason::Network
            | Reason::PrivateFile
            | Reason::ReadOnly
    )
}

fn not_run(why: &Unknown) -> Given {
    let word = match &why.detail {
        Some(Detail::Word(word)) => Some(word.clone()),
        _ => None,
    };
    Given::NotRun { why: why.code, message: why.message.clone(), word }
}

/// Names and types: a STRUCT's names may be data.
fn names(columns: &[Column]) -> Vec<&str> {
    columns.iter().flat_map(|column| [column.name.as_str(), column.data_type.as_str()]).collect()
}

/// Whether all that SQLite's message names stands in the query.
fn is_of_text(message: &str, sql: &str) -> bool {
    let rest = ["no such column: ", "no such table: ", "no such function: ", "ambiguous column name: "]
        .iter()
        .find_map(|beginning| message.strip_prefix(beginning));
    let near = || message.strip_prefix("near \"")?.strip_suffix("\": syntax error");
    rest.or_else(near).is_some_and(|named| sql.contains(named))
}

/// All texts that came from the source.
fn texts(given: &Given) -> Vec<&str> {
    match given {
        Given::Fails(error) => std::iter::once(&error.message).chain(&error.candidates).map(String::as_str).collect(),
        Given::Columns(all) | Given::Hidden { columns: all, .. } | Given::Shapes { columns: all, .. } => names(all),
        Given::Values(values) => {
            names(&values.columns).into_iter().chain(values.values.iter().flatten().map(String::as_str)).collect()
        }
        Given::NotRun { message, word, .. } => std::iter::once(message).chain(word).map(String::as_str).collect(),
        Given::Runs | Given::Rows(_) | Given::Nothing => Vec::new(),
    }
}

/// Whether it would be read as it is written.
fn is_readable(given: &Given) -> bool {
    match given {
        Given::Columns(columns) | Given::Hidden { columns, .. } | Given::Shapes { columns, .. } => columns,
        Given::Values(values) => &values.columns,
        _ => return true,
    }
    .iter()
    .all(|column| column.data_type.is_valid() && viz_lock::is_kept(column.data_type.as_str()))
}
