//! `--doctor`: what protects this computer from the queries of projects, and what can be opened, as found right now.

use crate::cli::projects_below::projects_below;
use crate::host::answerer::{Answerer, Cancel, EngineAnswerer, Limits};
use crate::host::granted;
use crate::host::output;
use crate::host::overlay::Overlay;
use crate::host::paths;
use anyhow::Context;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;
use viz_engine::{DUCKDB_VERSION, WorkerKind, cache_folder, newest_runs};
use viz_facts::{Answer, Fact, Question, SourceSpec, SqlErrorKind};
use viz_files::{Granted, Kind, Roots, in_a_shell};
use viz_project::{Confined, DiskFiles, Environment, Project, find_root};
use viz_text::shown::{block, one_line};

/// At most this many projects below the folder are named.
const LISTED: usize = 10;

/// Prints what is there and what is not. The exit status is 0: what is missing is no error of the project.
///
/// # Errors
/// If this program can't find itself, there is no such path, or a folder can't be allowed.
pub fn run(path: Option<&Path>, allow_read: &[PathBuf]) -> anyhow::Result<ExitCode> {
    let mut text = format!("viz-lsp {} with DuckDB {DUCKDB_VERSION}\n", env!("CARGO_PKG_VERSION"));
    let program = std::env::current_exe().context("can't tell where this program is")?;
    let _ = writeln!(text, "program: {}", program.display());
    let current = std::env::current_dir().context("can't tell the current folder")?;
    let granted = granted::of_command_line(allow_read, &current)?;
    let path = path.map_or_else(|| current.clone(), |path| current.join(path));
    if !viz_files::is_there(&path) {
        anyhow::bail!("can't read {}: no such file", path.display());
    }
    let root = find_root(&paths::real(&path), &DiskFiles);
    let environment = Environment::from_process();
    let answerer = EngineAnswerer::new(true, Confined::by_environment(&environment).is_some(), false, granted.clone())?;
    let files = Overlay::new(&environment, false);
    let project = root.map(|root| Project::load(&root, &files, &environment));
    // Asking starts the workers, which say then what stands around them.
    let (parser, took) = asked(&answerer, Question::Parse { sql: "select 1".into() });
    let sources = project.as_ref().map(|project| sources(project, &answerer)).unwrap_or_default();
    let folder = project.as_ref().map_or(current.as_path(), |project| &project.root);
    let memory = SourceSpec::DuckDbMemory { root: folder.to_owned() };
    let _ = writeln!(text, "\nengine");
    let _ = writeln!(text, "  parser: {} (its process started within {took} ms)", state(&parser));
    for kind in [WorkerKind::Parse, WorkerKind::Sources] {
        walls(&mut text, &answerer, kind, &memory);
    }
    cache(&mut text);
    match project {
        None => {
            let below = projects_below(&path)?;
            let _ = writeln!(text, "\nproject: none found at {} or above", one_line(&path.display().to_string()));
            for root in below.iter().take(LISTED) {
                let folder = in_a_shell(root.strip_prefix(&current).unwrap_or(root));
                let _ = writeln!(text, "  below it: `viz-lsp doctor {}` tells of it", one_line(&folder));
            }
            if below.len() > LISTED {
                let _ = writeln!(text, "  … and {} more", below.len() - LISTED);
            }
        }
        Some(project) => {
            let (root, files) = (project.root.display().to_string(), project.files().len());
            let _ = writeln!(text, "\nproject: {} ({})", one_line(&root), crate::host::words::count(files, "file"));
            text.push_str(&sources);
            text.push_str(&elsewhere(&project, &granted));
        }
    }
    output::text(&text);
    Ok(ExitCode::SUCCESS)
}

fn asked(answerer: &EngineAnswerer, question: Question) -> (Option<Fact>, u128) {
    let started = Instant::now();
    let fact = answerer.ask(&[question.into()], Limits::default(), &Cancel::default()).pop().flatten();
    (fact, started.elapsed().as_millis())
}

fn state(fact: &Option<Fact>) -> String {
    match fact {
        Some(Fact::Known { .. } | Fact::Stale { .. } | Fact::Locked { .. }) => "works".to_owned(),
        Some(Fact::Unknown(why)) => format!("does not work: {} [{}]", why.message, why.code),
        None => "gave no answer".to_owned(),
    }
}

/// What stands around a kind of worker.
fn walls(text: &mut String, answerer: &EngineAnswerer, kind: WorkerKind, memory: &SourceSpec) {
    let drop = "drop table orders".to_owned();
    let (name, forbidden) = match kind {
        WorkerKind::Parse => ("process that parses (opens no file)", Question::Bind { tables: [].into(), sql: drop }),
        WorkerKind::Sources => (
            "process that reads sources (in trusted workspaces only)",
            Question::Describe { source: memory.clone(), sql: drop },
        ),
    };
    let gate = match asked(answerer, forbidden).0.as_ref().and_then(Fact::answer).map(|answer| &**answer) {
        Some(Answer::Accepted(Err(error)) | Answer::Columns(Err(error))) if error.kind == SqlErrorKind::Refused => {
            "on, lets one SELECT through and nothing else"
        }
        _ => "MISSING, a DROP was not refused",
    };
    let _ = writeln!(text, "  {name}");
    let Some((_, walls)) = answerer.walls().into_iter().find(|(found, _)| *found == kind) else {
        let _ = writeln!(text, "    it does not run");
        return;
    };
    let _ = writeln!(text, "    statement gate: {gate}");
    if kind == WorkerKind::Sources {
        let _ = writeln!(text, "    DuckDB settings: {}", settings(answerer, memory));
    }
    for wall in walls {
        let _ = match wall.state {
            Ok(what) => writeln!(text, "    {}: on, {what}", wall.name),
            Err(why) => writeln!(text, "    {}: MISSING, {why}", wall.name),
        };
    }
}

/// What DuckDB itself says about its settings.
fn settings(answerer: &EngineAnswerer, memory: &SourceSpec) -> String {
    let wanted = [
        "autoinstall_known_extensions=false",
        "autoload_known_extensions=false",
        "enable_external_access=false",
        "lock_configuration=true",
    ];
    // One by one: a list of all settings would tell where files are, and the gate refuses that.
    let names = wanted.iter().filter_map(|setting| setting.split('=').next());
    let asked_for: Vec<String> = names.map(|name| format!("'{name}=' || current_setting('{name}')")).collect();
    let sql = format!("select unnest([{}])", asked_for.join(", "));
    let question = Question::Options { source: memory.clone(), sql, limit: 9 };
    let fact = asked(answerer, question).0;
    let values: Vec<String> = match fact.as_ref().and_then(Fact::answer).map(|answer| &**answer) {
        Some(Answer::Options(Ok(found))) => found.values.iter().flatten().cloned().collect(),
        _ => return format!("not known ({})", state(&fact)),
    };
    if values == wanted {
        "on, no external access, no extensions, configuration locked".to_owned()
    } else {
        format!("MISSING, they are {}", values.join(", "))
    }
}

fn cache(text: &mut String) {
    let folder = cache_folder();
    let entries = viz_files::list(&folder).unwrap_or_default();
    let files = entries.iter().filter(|entry| entry.kind == Kind::File && !entry.link);
    let bytes: u64 = files.filter_map(|entry| Some(viz_files::look(&entry.path)?.len())).sum();
    let _ = writeln!(text, "\ncache: {}", folder.display());
    let _ = match newest_runs(&folder, 1) {
        Some(_) => writeln!(text, "  works, {} kB; `--runs` lists what was run", bytes.div_ceil(1024)),
        None => writeln!(text, "  can't be opened: every start runs all queries (`-v` tells more)"),
    };
}

/// Folders of data outside of the project: those that it asks for, and those that may be read.
fn elsewhere(project: &Project, granted: &Granted) -> String {
    let roots = Roots::of(&project.root, granted);
    let mut text = String::new();
    for asked in &project.config().read {
        let place = viz_project::normalize(&project.root.join(asked));
        let shown = asked.display().to_string();
        let state = match viz_files::kind(&place) {
            None => "there is no such folder".to_owned(),
            Some(Kind::File | Kind::Other) => "it is no folder".to_owned(),
            Some(Kind::Folder) if roots.hold(&place) => "may be read".to_owned(),
            Some(Kind::Folder) => {
                let folder = roots.way_out(&place.join("*"));
                format!("is not read unless you allow it: `--allow-read {}`", in_a_shell(&folder))
            }
        };
        let _ = writeln!(text, "  folder {} (asked for in `read:`): {}", one_line(&shown), one_line(&state));
    }
    for folder in granted.folders() {
        let _ = writeln!(text, "  folder {} (`--allow-read`): may be read", one_line(&folder.display().to_string()));
    }
    text
}

/// Each source, and whether it can be read.
fn sources(project: &Project, answerer: &EngineAnswerer) -> String {
    let mut text = String::new();
    for (name, ty, spec) in viz_check::sources(project) {
        let state = match spec {
            Ok(source) => {
                let (fact, took) = asked(answerer, Question::Describe { source, sql: "select 1".into() });
                match fact {
                    Some(Fact::Known { .. }) => format!("can be read ({took} ms)"),
                    other => state(&other),
                }
            }
            Err(why) => format!("{} [{}]", why.message, why.code),
        };
        let _ = writeln!(text, "  source {} ({}): {}", one_line(&name), one_line(&ty), block(&state));
    }
    if text.is_empty() { "  no sources\n".to_owned() } else { text }
}
