//! `viz-lsp lock`: what the sources tell, written for checks without them.

mod diff;

use crate::cli::args::{FailOn, Format, LockArgs};
use crate::cli::check::{asked_for, check, load};
use crate::cli::deep::on_deep_stack;
use crate::cli::lock::diff::Changed;
use crate::cli::targets::{self, Target};
use crate::host::answerer::{EngineAnswerer, Limits};
use crate::host::deadline::{self, Deadline};
use crate::host::fixpoint::Answering;
use crate::host::lock::{self, Heard, Live, Made, Recorder, Renewed};
use crate::host::output;
use crate::host::overlay::Overlay;
use crate::host::settings::{AskedFor, seconds};
use anyhow::bail;
use serde::Serialize;
use std::process::ExitCode;
use viz_check::{CheckOptions, Level, Memo, Report};
use viz_facts::{Fact, FactStore, KeyedQuestion};
use viz_lock::{Keep, LOCK_FILE};
use viz_project::{Environment, Project};

/// Exit status when something could not be read, or has changed so that it counts.
const FAILED: u8 = 1;

/// Writes the locks of the projects that the command line names.
///
/// # Errors
/// If it could not run: exit status 2.
pub fn run(args: &LockArgs) -> anyhow::Result<ExitCode> {
    on_deep_stack("lock", || lock_all(args))
}

fn lock_all(args: &LockArgs) -> anyhow::Result<ExitCode> {
    let common = &args.common;
    if common.format == Format::Github && !args.diff {
        bail!("`--format github` is for `--diff`");
    }
    let deadline = Deadline::of_process(Some(common.deadline.map_or(deadline::USUAL, seconds)));
    let granted = common.access.granted()?;
    let engine = EngineAnswerer::new(true, common.access.is_confined(), !common.access.no_cache, granted.clone())?;
    let environment = Environment::from_process();
    let files = Overlay::new(&environment, common.access.allow_outside).granting(granted);
    let (targets, strangers) = targets::find(&common.paths, &targets::current_folder()?, &files)?;
    if targets.is_empty() {
        return Err(targets::no_project(&strangers, &files));
    }
    let answerer = Recorder::new(&engine);
    let sources = Sources { args, files: &files, environment: &environment, recorder: &answerer, deadline: &deadline };
    if args.diff {
        let changed = targets.iter().map(|target| sources.changed(target)).collect::<anyhow::Result<Vec<_>>>()?;
        changed.iter().flat_map(|changed| lock::unread(&changed.unread)).for_each(|warning| output::say(&warning));
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
    let whole = told.iter().all(|told| told.renewed.unread.is_empty());
    Ok(if whole { ExitCode::SUCCESS } else { ExitCode::from(FAILED) })
}

/// What became of the lock of a project.
#[derive(Serialize)]
struct Told {
    root: String,
    #[serde(flatten)]
    renewed: Renewed,
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
        let renewed = lock::renew(self.read(target)?.heard())?;
        Ok(Told { root: target.shown.clone(), renewed })
    }

    fn changed(&self, target: &Target) -> anyhow::Result<Changed> {
        let read = self.read(target)?;
        let root = &read.project.root;
        let Some(mut old) = lock::read(root)? else {
            bail!("there is no {}: `viz-lsp lock` writes it", root.join(LOCK_FILE).display());
        };
        // A lock may come with a pull request: what it asks for is told only where the settings tell it.
        lock::by_settings(&read.project, &mut old.lock);
        let Made { lock, unread, .. } = lock::make(read.heard(), Some(&old.lock), Some(Keep::Values));
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
    fn heard(&self) -> Heard<'_> {
        let Self { project, memo, facts, seen, .. } = self;
        Heard { project, memo, facts, seen, now: self.options.now }
    }
}

fn tell(told: &Told, quiet: bool) {
    let Told { root, renewed } = told;
    renewed.notes().iter().for_each(|note| output::say(note));
    if !quiet {
        let file = if root == "." { LOCK_FILE.to_owned() } else { format!("{root}/{LOCK_FILE}") };
        output::text(&format!("{file}: {}\n", renewed.done()));
    }
}
