//! Where assistants' questions are answered: about the projects of a command line, as their files are now.

use crate::cli::args::AboutArgs;
use crate::cli::check::{fix, load};
use crate::cli::targets::{self, Target};
use crate::cli::{diff, explain};
use crate::host::answerer::{EngineAnswerer, Limits};
use crate::host::deadline::Deadline;
use crate::host::fixpoint::{self, Answering, Round};
use crate::host::output;
use crate::host::overlay::Overlay;
use crate::host::own::Foreign;
use crate::host::settings::AskedFor;
use anyhow::bail;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::time::SystemTime;
use viz_agent::{Answer, Circumstances, Host, Session, Tool};
use viz_check::{CheckOptions, Findings, Memo, Report};
use viz_facts::{Answer as Told, Capsule, Fact, FactStore, KeyedQuestion, QuestionKey};
use viz_files::Granted;
use viz_project::{Code, Environment, File, Project, did_you_mean, similar};
use viz_text::FileId;

/// The argument that names one of several projects.
const PROJECT: &str = "project";

/// Where questions are answered.
pub struct Desk {
    about: AboutArgs,
    environment: Environment,
    granted: Granted,
    engine: EngineAnswerer,
}

/// Who asks.
pub struct Asker<'a> {
    /// Its name.
    pub client: &'a str,
    /// When it has to have an answer; it may call off.
    pub deadline: &'a Deadline,
    /// Is told what is being done.
    pub progress: &'a dyn Fn(&str),
}

impl Desk {
    /// A desk with an engine of its own.
    ///
    /// # Errors
    /// If a folder can't be allowed, or this program can't find itself.
    pub fn new(about: AboutArgs) -> anyhow::Result<Self> {
        let environment = Environment::from_process();
        let access = &about.access;
        let granted = access.granted()?;
        let engine = EngineAnswerer::new(true, access.is_confined(), !access.no_cache, granted.clone())?;
        Ok(Self { about, environment, granted, engine })
    }

    /// Whether files may be changed.
    pub fn may_write(&self) -> bool {
        self.about.allow_writes
    }

    fn files(&self) -> Overlay {
        Overlay::new(&self.environment, self.about.access.allow_outside).granting(self.granted.clone())
    }

    /// The projects that there are now; where none is named and there is none, the samples.
    ///
    /// # Errors
    /// If there is nothing.
    fn projects(&self) -> anyhow::Result<Projects> {
        let files = self.files();
        let current = targets::current_folder()?;
        let (targets, strangers) = targets::find(&self.about.root, &current, &files)?;
        if !targets.is_empty() {
            return Ok(Projects { targets, samples: false });
        }
        let samples = samples().filter(|_| self.about.root.is_empty());
        let targets = samples.and_then(|samples| Some(targets::find(&[samples], &current, &files).ok()?.0));
        match targets.filter(|targets| !targets.is_empty()) {
            Some(targets) => Ok(Projects { targets, samples: true }),
            None => Err(targets::no_project(&strangers, &files)),
        }
    }

    /// What a tool takes: where there are several projects, also which one.
    pub fn input(&self, tool: &Tool) -> Value {
        let mut schema = (tool.input)();
        let several = self.projects().ok().map(|projects| projects.targets).filter(|projects| projects.len() > 1);
        if let (Some(projects), Some(properties)) = (several, schema["properties"].as_object_mut()) {
            let names: Vec<String> = projects.into_iter().map(|project| project.shown).collect();
            let project = json!({ "type": "string", "enum": names, "description": "which of the projects" });
            properties.insert(PROJECT.into(), project);
        }
        schema
    }

    /// The answer of a tool, about the files as they are now.
    ///
    /// # Errors
    /// If there is no project, or not the one that is meant.
    pub fn answer(&self, tool: &Tool, mut arguments: Value, asker: &Asker<'_>) -> anyhow::Result<Answer> {
        let named = arguments.as_object_mut().and_then(|arguments| arguments.remove(PROJECT));
        let Projects { targets: projects, samples } = self.projects()?;
        if samples && tool.writes(&arguments) {
            bail!("there is no project here, and the sample projects are not changed: name yours with `--root`");
        }
        if named.is_none() && projects.len() > 1 && tool.name == "list_datasets" {
            let of_one = |project: &Target| {
                let answer = self.at(project, asker, |session| tool.call(session, &arguments))?;
                Ok(json!({ PROJECT: project.shown, "datasets": answer.value }))
            };
            let all = projects.iter().map(of_one).collect::<anyhow::Result<Vec<_>>>()?;
            let mut value = json!({ "projects": all });
            if samples {
                value["samples"] = "there is no project here: these are viz-lsp's sample projects".into();
            }
            return Ok(shown(Answer { value, is_error: false }));
        }
        let project = one_of(&projects, named.as_ref().and_then(Value::as_str))?;
        Ok(shown(self.at(project, asker, |session| tool.call(session, &arguments))?))
    }

    /// Works with the only project, or with the first one that gives something.
    ///
    /// # Errors
    /// If there is none.
    pub fn with<T>(
        &self,
        asker: &Asker<'_>,
        work: impl Fn(&mut Session<'_>) -> Option<T>,
    ) -> anyhow::Result<Option<T>> {
        for project in self.projects()?.targets {
            if let Some(found) = self.at(&project, asker, &work)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    fn at<T>(&self, target: &Target, asker: &Asker<'_>, work: impl FnOnce(&mut Session<'_>) -> T) -> anyhow::Result<T> {
        let Self { about, environment, engine, .. } = self;
        let files = self.files();
        let project = load(target, &files, environment, None)?;
        let (options, limits) = AskedFor::nothing(chrono::Local::now().naive_local()).merge(project.config());
        let host = Answers {
            project: &project,
            options: &options,
            files: &files,
            environment,
            may_write: about.allow_writes,
            engine,
            asker,
            answering: Answering { answerer: engine, limits, deadline: asker.deadline },
        };
        let mut session = Session::new(&project, &host, !about.no_rows, options.now);
        Ok(work(&mut session))
    }
}

/// What can be asked about.
struct Projects {
    targets: Vec<Target>,
    /// Whether these are the samples, because there is no other.
    samples: bool,
}

/// Where the sample projects are: releases have them beside the program.
fn samples() -> Option<PathBuf> {
    let named = std::env::var_os("VIZ_LSP_SAMPLES").map(PathBuf::from);
    let beside = || Some(std::env::current_exe().ok()?.parent()?.join("samples"));
    named.or_else(beside).filter(|folder| viz_files::is_there(folder))
}

/// An answer as terminals and clients may show it.
fn shown(mut answer: Answer) -> Answer {
    output::show(&mut answer.value, &[]);
    answer
}

fn one_of<'a>(projects: &'a [Target], named: Option<&str>) -> anyhow::Result<&'a Target> {
    let names = || projects.iter().map(|project| project.shown.as_str());
    let all = || names().collect::<Vec<_>>().join(", ");
    match (named, projects) {
        (None, [project]) => Ok(project),
        (None, _) => bail!("there are several projects: name one of them as `{PROJECT}`: {}", all()),
        (Some(name), _) => match projects.iter().find(|project| project.shown == name) {
            Some(project) => Ok(project),
            None => {
                bail!("there is no project `{name}`: {}", did_you_mean(&similar(name, names())).unwrap_or_else(all))
            }
        },
    }
}

/// The engine, the check and the pages.
struct Answers<'a> {
    project: &'a Project,
    options: &'a CheckOptions,
    files: &'a Overlay,
    environment: &'a Environment,
    may_write: bool,
    engine: &'a EngineAnswerer,
    asker: &'a Asker<'a>,
    answering: Answering<'a>,
}

impl Answers<'_> {
    /// What runs of this project are found by.
    fn place(&self) -> String {
        viz_files::with_slashes(&self.project.root)
    }

    /// Checks this project, and tells the rounds.
    fn look_at(&self, project: &Project, facts: &mut FactStore) -> Report {
        let tell = |Round { number, questions }| {
            (self.asker.progress)(&format!("round {number} of the check: {questions} questions about data and SQL"));
        };
        fixpoint::run(project, self.options, &Memo::default(), facts, self.answering, tell)
    }

    /// The files, with these texts in the place of some.
    fn with(&self, texts: &[(FileId, String)]) -> Overlay {
        let mut files = self.files.clone();
        texts.iter().for_each(|(file, text)| files.insert(self.project.file(*file).path.clone(), text.as_str()));
        files
    }
}

impl Host for Answers<'_> {
    fn ask(&self, questions: &[KeyedQuestion]) -> Vec<Option<Fact>> {
        let Answering { answerer, limits, deadline } = self.answering;
        answerer.ask(questions, limits, &deadline.cancel)
    }

    fn check(&self, facts: &mut FactStore) -> Report {
        self.look_at(self.project, facts)
    }

    fn foreign(&self, file: &File) -> Option<String> {
        let why = Foreign::of_file(self.project, file)?;
        Some(format!("`{}` {why}: nothing is written to it", file.relative))
    }

    fn may_write(&self) -> bool {
        self.may_write
    }

    fn difference(&self, texts: &[(FileId, String)]) -> String {
        let one = |(id, text): &(FileId, String)| {
            let file = self.project.file(*id);
            diff::render(&file.relative, file.document.text(), text)
        };
        let all: String = texts.iter().map(one).collect();
        anstream::adapter::strip_str(&all).to_string()
    }

    fn findings_with(&self, texts: &[(FileId, String)]) -> Findings {
        let project = self.project.reload(&self.with(texts), self.environment);
        self.look_at(&project, &mut FactStore::new()).findings
    }

    fn write(&self, texts: &[(FileId, String)]) -> Result<(), String> {
        let text = |file: &File| (file.path.clone(), file.document.text().to_owned());
        let read = self.project.files().iter().map(text).collect();
        fix::write(&self.project.root, &self.with(texts), &read).map_err(|why| format!("{why:#}"))
    }

    fn circumstances(&self) -> Circumstances {
        let Limits { timeout, memory, .. } = self.answering.limits;
        let limits =
            json!({ "milliseconds": u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX), "memory_bytes": memory });
        Circumstances {
            project: self.place(),
            runner: viz_engine::RunnerKind::Process.name(),
            limits: limits.as_object().cloned().unwrap_or_default(),
            client: self.asker.client.to_owned(),
            versions: format!("viz-lsp {}, DuckDB {}", env!("CARGO_PKG_VERSION"), viz_engine::DUCKDB_VERSION),
        }
    }

    fn record(&self, capsule: Capsule, over: Option<(QuestionKey, SystemTime)>) -> bool {
        self.engine.record(capsule, over)
    }

    fn asked(&self, run_id: Option<&str>, most: usize) -> Option<Vec<Capsule>> {
        self.engine.asked(&self.place(), run_id, most)
    }

    fn rows_of(&self, run_id: &str) -> Option<Told> {
        self.engine.rows_of(&self.place(), run_id)
    }

    fn page(&self, code: &str) -> Option<String> {
        Some(explain::for_people(explain::page(Code::named(code)?)?))
    }
}
