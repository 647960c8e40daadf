//! `--watch`: checks again whenever a file changes, until Ctrl-C.
//!
//! Files are looked at, not subscribed to: this works for editors that write another file and rename it, and for files
//! on other machines. It costs one look-up of time and size per file.

use crate::cli::args::{CheckArgs, Command};
use crate::cli::check::{check_all, print, seconds, status};
use crate::cli::named::stays_inside;
use crate::cli::targets;
use crate::host::answerer::EngineAnswerer;
use crate::host::deadline;
use crate::host::deadline::Deadline;
use crate::host::outcome::{Checked, Outcome};
use crate::host::output;
use crate::host::overlay::Overlay;
use crate::host::stamp::Stamp;
use crate::host::words::count;
use anyhow::Context;
use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};
use viz_files::{Granted, Roots};
use viz_project::{DiskFiles, Environment, FileSystem, Kind, Project};

/// Time between two looks.
const PAUSE: Duration = Duration::from_millis(200);

/// The exit status of the last check, which is that of the program in the end.
static STATUS: AtomicU8 = AtomicU8::new(0);

type Stamps = BTreeMap<PathBuf, Option<Stamp>>;

/// Checks, waits for a change, checks again.
///
/// # Errors
/// If the first check could not run. Later ones may: a file can be missing for a moment.
pub fn run(args: &CheckArgs) -> anyhow::Result<ExitCode> {
    // Workers end with the program, which holds their stdin.
    let end = || std::process::exit(STATUS.load(Ordering::SeqCst).into());
    ctrlc::set_handler(end).context("can't listen for Ctrl-C")?;
    let answerer = EngineAnswerer::new(
        true,
        args.common.access.is_confined(),
        !args.common.access.no_cache,
        args.common.access.granted()?,
    )?;
    let before = stamps(named(args)?.into_iter());
    let mut seen = since(before, show(args, &checked(args, &answerer)?));
    loop {
        if output::has_failed() {
            return Ok(ExitCode::from(crate::COULD_NOT_RUN));
        }
        wait(&seen);
        if std::io::stdout().is_terminal() {
            output::clear();
        }
        // What comes while a check fails is a change.
        let before = stamps(seen.keys().cloned());
        match checked(args, &answerer) {
            Ok(outcome) => seen = since(before, show(args, &outcome)),
            Err(error) => {
                output::error(&error);
                STATUS.store(crate::COULD_NOT_RUN, Ordering::SeqCst);
                seen = before;
            }
        }
    }
}

fn checked(args: &CheckArgs, answerer: &EngineAnswerer) -> anyhow::Result<Outcome> {
    // Each time: meanwhile something else may have become a link.
    stays_inside(&Command::Check(Box::new(args.clone())), None)?;
    let deadline = Deadline::new(Some(args.common.deadline.map_or(deadline::USUAL, seconds)));
    check_all(args, answerer, &deadline, Instant::now())
}

/// The files and folders of the projects as they are before the first check.
fn named(args: &CheckArgs) -> anyhow::Result<Vec<PathBuf>> {
    let current = targets::current_folder()?;
    let environment = Environment::from_process();
    let files = Overlay::new(&environment, args.common.access.allow_outside);
    let (targets, _) = targets::find(&args.common.paths, &current, &files)?;
    let projects = targets.iter().map(|target| Project::load(&target.root, &files, &environment));
    let granted = args.common.access.granted()?;
    Ok(projects.flat_map(|project| files_of(&project, &granted)).collect())
}

/// What was there before a check counts for what has changed meanwhile: the check may or may not have seen the change.
fn since(before: Stamps, mut seen: Stamps) -> Stamps {
    for (path, stamp) in before {
        if let Some(now) = seen.get_mut(&path) {
            *now = stamp;
        }
    }
    seen
}

/// Prints an outcome and returns what to watch.
fn show(args: &CheckArgs, outcome: &Outcome) -> Stamps {
    // Before the output, since Ctrl-C may come with its last line.
    let status = status(args, outcome);
    STATUS.store(status, Ordering::SeqCst);
    print(args, outcome);
    let mut seen = stamps(watched(args, outcome));
    // What was written during the check has to be checked, too.
    for file in outcome.projects.iter().flat_map(|checked| checked.project.files()) {
        if DiskFiles.read(&file.path).is_ok_and(|now| *now != *file.document.text()) {
            seen.insert(file.path.clone(), None);
        }
    }
    if !args.common.quiet {
        output::say(&format!("watching {}; Ctrl-C ends", count(seen.len(), "file")));
    }
    seen
}

/// The files and folders of the projects, and those that their sources and models read.
fn watched(args: &CheckArgs, outcome: &Outcome) -> impl Iterator<Item = PathBuf> {
    // One that has gone since the start holds nothing.
    let granted = args.common.access.granted().unwrap_or_default();
    let files = move |checked: &Checked| files_of(&checked.project, &granted);
    outcome.projects.iter().flat_map(files).chain(args.baseline.clone())
}

/// What a check of a project reads: its texts, the files of its sources with the logs beside them, in which databases keep what
/// was written last, and the files that the queries of its models name. Of a pattern, the folder.
fn files_of(project: &Project, granted: &Granted) -> Vec<PathBuf> {
    let roots = Roots::of(&project.root, granted);
    let mut found = project.watched().to_vec();
    for (_, _, spec) in viz_check::sources(project) {
        let Some(path) = spec.ok().and_then(|spec| spec.path().map(|path| path.reveal().to_owned())) else { continue };
        let beside = |ending: &str| {
            let mut name = path.clone().into_os_string();
            name.push(ending);
            PathBuf::from(name)
        };
        found.extend([".wal", "-wal"].map(beside));
        found.push(path);
    }
    for model in project.of_kind(Kind::Model) {
        let Some(sql) = viz_sql::model_query(project, model) else { continue };
        let tokens = viz_sql::tokenize(sql.text()).unwrap_or_default();
        let texts = tokens.iter().filter_map(|token| sql.slice(token.range).strip_prefix('\'')?.strip_suffix('\''));
        for text in texts.filter(|text| text.contains(['.', '/'])) {
            let plain = text.find(['*', '?', '[']).map_or(text, |at| &text[..at]);
            let folder = if plain == text { plain } else { plain.rsplit_once('/').map_or("", |(folder, _)| folder) };
            let path = viz_project::normalize(&project.root.join(folder));
            // A worker reads nothing else.
            if roots.spell(&path) && viz_files::look(&path).is_some() {
                found.push(path);
            }
        }
    }
    found
}

fn stamps(paths: impl Iterator<Item = PathBuf>) -> Stamps {
    paths.map(|path| (path.clone(), Stamp::of(&path))).collect()
}

/// Waits until something is different, and stays so for one pause: what is being written is not read halfway.
fn wait(seen: &Stamps) {
    let mut last = seen.clone();
    loop {
        std::thread::sleep(PAUSE);
        let now = stamps(seen.keys().cloned());
        if now != *seen && now == last {
            return;
        }
        last = now;
    }
}
