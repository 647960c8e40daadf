//! `viz-lsp ask`: the tools of assistants, from a shell.

use crate::cli::args::{AboutArgs, AskArgs};
use crate::cli::check::load;
use crate::cli::deep::on_deep_stack;
use crate::cli::{explain, targets};
use crate::host::answerer::{EngineAnswerer, Limits};
use crate::host::deadline::{self, Deadline};
use crate::host::fixpoint::{self, Answering};
use crate::host::granted;
use crate::host::output;
use crate::host::overlay::Overlay;
use crate::host::settings::AskedFor;
use anyhow::{Context, bail};
use serde_json::{Value, json};
use std::io::Read;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::SystemTime;
use viz_agent::{Answer, Circumstances, Host, Session, TOOLS, Tool};
use viz_check::{CheckOptions, Memo, Report};
use viz_facts::{Answer as Told, Capsule, Fact, FactStore, KeyedQuestion, QuestionKey};
use viz_project::{Code, Confined, Environment, Project};

/// Exit status when the answer says why there is no other.
const NO_ANSWER: u8 = 1;

/// Bytes that the arguments of a tool may have.
const MOST_ARGUMENTS: u64 = 16 << 20;

/// Prints the answer of a tool, or all tools.
///
/// # Errors
/// If it could not run: exit status 2.
pub fn run(args: &AskArgs) -> anyhow::Result<ExitCode> {
    let Some(name) = &args.tool else {
        print(json!({ "tools": TOOLS.iter().map(shown).collect::<Vec<_>>() }));
        return Ok(ExitCode::SUCCESS);
    };
    let tool = named(name)?;
    let arguments = arguments(args.arguments.as_deref())?;
    let answer = on_deep_stack("ask", || {
        let desk = Desk::new(args.about.clone())?;
        desk.answer(tool, &arguments, "ask", &Deadline::of_process(Some(deadline::USUAL)))
    })?;
    print(answer.value);
    Ok(if answer.is_error { ExitCode::from(NO_ANSWER) } else { ExitCode::SUCCESS })
}

fn shown(tool: &Tool) -> Value {
    json!({
        "name": tool.name,
        "title": tool.title,
        "description": tool.description,
        "inputSchema": (tool.input)(),
    })
}

fn named(name: &str) -> anyhow::Result<&'static Tool> {
    let names = || TOOLS.iter().map(|tool| tool.name);
    viz_agent::named(name).with_context(|| {
        let near = viz_project::similar(name, names());
        let help = viz_project::did_you_mean(&near).unwrap_or_else(|| names().collect::<Vec<_>>().join(", "));
        format!("there is no tool `{name}`: {help}")
    })
}

fn arguments(given: Option<&str>) -> anyhow::Result<Value> {
    let mut text = String::new();
    let text = match given {
        None => return Ok(Value::Null),
        Some("-") => {
            let mut stdin = std::io::stdin().lock().take(MOST_ARGUMENTS);
            stdin.read_to_string(&mut text).context("can't read the arguments from stdin")?;
            &text
        }
        Some(text) => text,
    };
    serde_json::from_str(text).context("the arguments are no JSON")
}

/// Where questions about a project are answered.
pub struct Desk {
    about: AboutArgs,
    environment: Environment,
    engine: EngineAnswerer,
}

impl Desk {
    /// A desk with an engine of its own.
    ///
    /// # Errors
    /// If a folder can't be allowed, or this program can't find itself.
    pub fn new(about: AboutArgs) -> anyhow::Result<Self> {
        let environment = Environment::from_process();
        let confined = !about.allow_outside && Confined::by_environment(&environment).is_some();
        let granted = granted::of_command_line(&about.allow_read, &targets::current_folder()?)?;
        let engine = EngineAnswerer::new(true, confined, !about.no_cache, granted)?;
        Ok(Self { about, environment, engine })
    }

    /// The answer of a tool, about the files as they are now.
    ///
    /// # Errors
    /// If there is no project, or several.
    pub fn answer(&self, tool: &Tool, arguments: &Value, client: &str, deadline: &Deadline) -> anyhow::Result<Answer> {
        let Self { about, environment, engine } = self;
        let current = targets::current_folder()?;
        let files = Overlay::new(environment, about.allow_outside);
        let roots: Vec<PathBuf> = about.root.iter().cloned().collect();
        let (targets, strangers) = targets::find(&roots, &current, &files)?;
        let target = match targets.as_slice() {
            [] => return Err(targets::no_project(&strangers, &files)),
            [target] => target,
            several => {
                let roots: Vec<&str> = several.iter().map(|target| target.shown.as_str()).collect();
                bail!("there are several projects here: name one with `--root`: {}", roots.join(", "))
            }
        };
        let project = load(target, &files, environment, None)?;
        let asked = AskedFor {
            level: None,
            max_combinations: None,
            seed: None,
            hostile: None,
            timeout: None,
            memory: None,
            trusted: true,
            now: chrono::Local::now().naive_local(),
        };
        let (options, limits) = asked.merge(project.config());
        let host = Answers {
            project: &project,
            options: &options,
            engine,
            client,
            answering: Answering { answerer: engine, limits, deadline },
        };
        let mut session = Session::new(&project, &host, !about.no_rows, options.now);
        let mut answer = tool.call(&mut session, arguments);
        output::show(&mut answer.value, &[]);
        Ok(answer)
    }
}

/// The engine, the check and the pages.
struct Answers<'a> {
    project: &'a Project,
    options: &'a CheckOptions,
    engine: &'a EngineAnswerer,
    client: &'a str,
    answering: Answering<'a>,
}

impl Answers<'_> {
    /// What runs of this project are found by.
    fn place(&self) -> String {
        viz_files::with_slashes(&self.project.root)
    }
}

impl Host for Answers<'_> {
    fn ask(&self, questions: &[KeyedQuestion]) -> Vec<Option<Fact>> {
        let Answering { answerer, limits, deadline } = self.answering;
        answerer.ask(questions, limits, &deadline.cancel)
    }

    fn check(&self, facts: &mut FactStore) -> Report {
        fixpoint::run(self.project, self.options, &Memo::default(), facts, self.answering, |_| {})
    }

    fn circumstances(&self) -> Circumstances {
        let Limits { timeout, memory, .. } = self.answering.limits;
        let limits =
            json!({ "milliseconds": u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX), "memory_bytes": memory });
        Circumstances {
            project: self.place(),
            runner: viz_engine::RunnerKind::Process.name(),
            limits: limits.as_object().cloned().unwrap_or_default(),
            client: self.client.to_owned(),
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

fn print(value: Value) {
    output::json(&format!("{value}\n"));
}
