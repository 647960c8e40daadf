//! `viz-lsp lock`: what the sources tell, written for checks without them.

mod diff;

use crate::cli::args::{FailOn, Format, LockArgs};
use crate::cli::check::{asked_for, check, load};
use crate::cli::lock::diff::Changed;
use crate::cli::targets::{self, Target};
use crate::host::answerer::{EngineAnswerer, Limits};
use crate::host::deadline::{self, Deadline};
use crate::host::fixpoint::Answering;
use crate::host::lock::{self, Heard, Live, Made, Recorder};
use crate::host::output;
use crate::host::overlay::Overlay;
use crate::host::settings::{AskedFor, STACK, seconds};
use crate::host::words::count;
use anyhow::{Context, bail};
use serde::Serialize;
use std::collections::BTreeMap;
use std::process::ExitCode;
use viz_check::{CheckOptions, Level, Memo, Report};
use viz_facts::{Fact, FactStore, KeyedQuestion};
use viz_lock::{Keep, LOCK_FILE, Lock, MOST_OPTIONS, SectionKind};
use viz_project::{Environment, Project};

/// Exit status when something could not be read, or has changed so that it counts.
const FAILED: u8 = 1;

/// Writes the locks of the projects that the command line names.
///
/// # Errors
/// If it could not run: exit status 2.
pub fn run(args: &LockArgs) -> anyhow::Result<ExitCode> {
    let worker = std::thread::Builder::new().name("lock".into()).stack_size(STACK);
    std::thread::scope(|scope| {
        let run = worker.spawn_scoped(scope, || lock_all(args)).context("can't start a thread")?;
        run.join().unwrap_or_else(|_| bail!("viz-lsp stopped on a mistake of its own; please report it"))
    })
}

fn lock_all(args: &LockArgs) -> anyhow::Result<ExitCode> {
    let common = &args.common;
    if common.format == Format::Github && !args.diff {
        bail!("`--format github` is for `--diff`");
    }
    let deadline = Deadline::of_process(Some(common.deadline.map_or(deadline::USUAL, seconds)));
    let engine = EngineAnswerer::new(true, common.is_confined(), !common.no_cache, common.granted()?)?;
    let environment = Environment::from_process();
    let files = Overlay::new(&environment, common.allow_outside);
    let (targets, strangers) = targets::find(&common.paths, &targets::current_folder()?, &files)?;
    if targets.is_empty() {
        return Err(targets::no_project(&strangers, &files));
    }
    let answerer = Recorder::new(&engine);
    let sources = Sources { args, files: &files, environment: &environment, recorder: &answerer, deadline: &deadline };
    if args.diff {
        let changed = targets.iter().map(|target| sources.changed(target)).collect::<anyhow::Result<Vec<_>>>()?;
        changed.iter().for_each(|changed| tell_unread(&changed.unread));
        diff::print(&changed, common.format, common.quiet)?;
        let on = args.fail_on.unwrap_or(FailOn::Breaking);
        let failed =
            changed.iter().any(|changed| changed.fails(on) || on != FailOn::Never && !changed.unread.is_empty());
        return Ok(if failed { ExitCode::from(FAILED) } else { ExitCode::SUCCESS });
    }
    let told = targets.iter().map(|target| sources.lock(target)).collect::<anyhow::Result<Vec<_>>>()?;
    match common.format {
        Format::Json => output::json(&serde_json::to_string_pretty(&told)?),
        _ => told.iter().for_each(|told| tell(told, common.quiet)),
    }
    let whole = told.iter().all(|told| told.unread.is_empty());
    Ok(if whole { ExitCode::SUCCESS } else { ExitCode::from(FAILED) })
}

/// What became of a project's lock.
#[derive(Serialize)]
struct Told {
    root: String,
    written: bool,
    models: usize,
    inputs: usize,
    /// Sources and what else could not be read, with the reasons: their old sections stand.
    unread: BTreeMap<String, String>,
    /// Inputs with more options than are kept.
    many: Vec<String>,
    /// Why the old file is not used.
    damaged: Option<String>,
}

/// What projects are read with, and who is asked.
struct Sources<'a> {
    args: &'a LockArgs,
    files: &'a Overlay,
    environment: &'a Environment,
    recorder: &'a Recorder<'a>,
    deadline: &'a Deadline,
}

/// A project, checked with its sources.
struct Read {
    project: Project,
    options: CheckOptions,
    limits: Limits,
    memo: Memo,
    facts: FactStore,
    seen: Vec<(KeyedQuestion, Fact)>,
    report: Report,
}

impl Sources<'_> {
    fn read(&self, target: &Target) -> anyhow::Result<Read> {
        let common = &self.args.common;
        let project = load(target, self.files, self.environment, common.target.map(Into::into))?;
        let (memo, mut facts) = (Memo::default(), FactStore::new());
        let asked = AskedFor { level: Some(Level::Bind), ..asked_for(common) };
        let (options, limits) = asked.merge(project.config());
        let answering = Answering { answerer: self.recorder, limits, deadline: self.deadline };
        let report = check(&project, &options, &memo, &mut facts, answering, common.quiet);
        Ok(Read { project, options, limits, memo, facts, seen: self.recorder.take(), report })
    }

    fn lock(&self, target: &Target) -> anyhow::Result<Told> {
        let read = self.read(target)?;
        let root = &read.project.root;
        // A damaged one is written anew; a link is not followed when it is written either.
        let (old, damaged) = match lock::read(root) {
            Ok(old) => (old, None),
            Err(why) => (None, Some(format!("{why:#}"))),
        };
        let Made { lock, unread, many } = read.made(old.as_ref().map(|old| &old.lock), None);
        let text = lock.to_text().with_context(|| format!("can't write {}", root.join(LOCK_FILE).display()))?;
        let written = old.is_none_or(|old| old.bytes != text.as_bytes());
        if written {
            lock::write(root, &text)?;
        }
        let (models, inputs) = (of_kind(&lock, SectionKind::Model), of_kind(&lock, SectionKind::Input));
        Ok(Told { root: target.shown.clone(), written, models, inputs, unread, many, damaged })
    }

    fn changed(&self, target: &Target) -> anyhow::Result<Changed> {
        let read = self.read(target)?;
        let root = &read.project.root;
        let Some(old) = lock::read(root)? else {
            bail!("there is no {}: `viz-lsp lock` writes it", root.join(LOCK_FILE).display());
        };
        let Made { lock, unread, .. } = read.made(Some(&old.lock), Some(Keep::Values));
        let answering = Answering { answerer: self.recorder, limits: read.limits, deadline: self.deadline };
        let live = Live {
            project: &read.project,
            options: &read.options,
            memo: &read.memo,
            facts: &read.facts,
            report: &read.report,
            answering,
        };
        let changes = live.since(&old.lock, &lock);
        Ok(Changed { shown: target.shown.clone(), project: read.project, changes, unread })
    }
}

impl Read {
    fn made(&self, old: Option<&Lock>, keep: Option<Keep>) -> Made {
        let Self { project, memo, facts, seen, .. } = self;
        lock::make(Heard { project, memo, facts, seen, now: self.options.now }, old, keep)
    }
}

fn of_kind(lock: &Lock, kind: SectionKind) -> usize {
    lock.sections.iter().filter(|((of, _), section)| *of == kind && section.main.is_some()).count()
}

fn tell_unread(unread: &BTreeMap<String, String>) {
    for (source, why) in unread {
        output::say(&format!(
            "warning: the source `{source}` could not be read, so what {LOCK_FILE} tells of it stands: {why}"
        ));
    }
}

fn tell(told: &Told, quiet: bool) {
    let Told { root, written, models, inputs, unread, many, damaged } = told;
    if let Some(why) = damaged {
        output::say(&format!("note: the old {LOCK_FILE} is not used: {why}"));
    }
    tell_unread(unread);
    for input in many {
        output::say(&format!("note: `{input}` has more than {MOST_OPTIONS} options: only what they look like is kept"));
    }
    if !quiet {
        let file = if root == "." { LOCK_FILE.to_owned() } else { format!("{root}/{LOCK_FILE}") };
        let done = if *written { "written" } else { "is as it was" };
        let what = [count(*models, "model"), count(*inputs, "input")].join(", ");
        output::text(&format!("{file}: {done}: {what}\n"));
    }
}
