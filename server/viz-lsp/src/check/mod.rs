//! `--check`: from paths to an exit status.

pub mod baseline;
pub mod deadline;
mod fix;
pub mod fixpoint;
pub mod outcome;
mod overlay;
pub mod targets;
mod watch;

use crate::answerer::{Answerer, EngineAnswerer, Limits};
use crate::cli::{CheckArgs, Deny, Format};
use crate::{formats, output, words};
use anyhow::{Context, anyhow, bail};
use baseline::Baseline;
use deadline::Deadline;
use outcome::{Checked, Outcome};
pub use overlay::Overlay;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};
use viz_check::{CheckOptions, Level, MAX_COMBINATIONS, Memo};
use viz_engine::{MOST_MEMORY, MOST_VALUES};
use viz_facts::FactStore;
use viz_project::{Config, Environment, FileSystem, Project, Target};

/// Exit status when errors were found.
const ERRORS_FOUND: u8 = 1;

/// Stack of the thread that checks: SQL nests, and so does the recursion over it.
pub const STACK: usize = 64 << 20;

/// Checks what the command line names.
///
/// # Errors
/// If it could not run: exit status 2.
pub fn run(args: &CheckArgs) -> anyhow::Result<ExitCode> {
    let started = Instant::now();
    refuse_what_is_missing(args)?;
    let worker = std::thread::Builder::new().name("check".into()).stack_size(STACK);
    std::thread::scope(|scope| {
        let work = || {
            if args.watch {
                return watch::run(args);
            }
            let deadline = Deadline::of_process(Some(args.deadline.map_or(deadline::USUAL, seconds)));
            let outcome =
                check_all(args, &EngineAnswerer::new(true, args.is_confined(), !args.no_cache)?, &deadline, started)?;
            print(args, &outcome);
            let status = status(args, &outcome);
            // The process ends here; freeing each value of a large project would only take time.
            std::mem::forget(outcome);
            Ok(ExitCode::from(status))
        };
        let run = worker.spawn_scoped(scope, work).context("can't start a thread")?;
        run.join().unwrap_or_else(|_| bail!("the check stopped on a mistake of viz-lsp itself; please report it"))
    })
}

/// Says clearly what this version can't do, instead of doing something else.
fn refuse_what_is_missing(args: &CheckArgs) -> anyhow::Result<()> {
    if args.watch && args.format != Format::Text {
        bail!("`--watch` prints text only");
    }
    Ok(())
}

/// Checks all projects that the command line names, and fixes what it asks to fix.
fn check_all(
    args: &CheckArgs,
    answerer: &dyn Answerer,
    deadline: &Deadline,
    started: Instant,
) -> anyhow::Result<Outcome> {
    let baseline = args.baseline.as_deref().map(Baseline::read).transpose()?;
    let current = targets::current_folder()?;
    let environment = Environment::from_process();
    let mut files = Overlay::new(&environment, args.allow_outside);
    let mut paths = args.paths.clone();
    let stdin = args.stdin_filename.as_deref().map(|path| from_stdin(&current, path)).transpose()?;
    if let Some((path, text)) = &stdin {
        files.insert(path.clone(), text.as_str());
        if paths.is_empty() {
            paths.push(path.clone());
        }
    }
    let (targets, strangers) = targets::find(&paths, &current, &files)?;
    if targets.is_empty() && !args.skip_unrelated {
        return Err(targets::no_project(&strangers, &files));
    }
    if !args.quiet && !args.skip_unrelated {
        for path in strangers {
            output::say(&format!("note: {} belongs to no project: skipped", path.display()));
        }
    }
    let mut projects = Vec::new();
    for target in targets {
        projects.push(check_project(args, target, &files, &environment, (answerer, deadline), baseline.as_ref())?);
    }
    if let Some((path, _)) = &stdin
        && !projects.iter().any(|checked| checked.project.file_of(path).is_some())
    {
        output::say(&format!("note: no project includes {}: the text from stdin is not used", path.display()));
    }
    let outcome = Outcome { projects, elapsed: started.elapsed() };
    if let Some(path) = &args.write_baseline {
        let projects: Vec<&Path> = outcome.projects.iter().map(|checked| checked.project.root.as_path()).collect();
        Baseline::of(&outcome).write(&current.join(path), &projects)?;
    }
    Ok(outcome)
}

/// The text from stdin and the file that it stands for, which need not exist yet.
fn from_stdin(current: &Path, path: &Path) -> anyhow::Result<(PathBuf, String)> {
    let text = std::io::read_to_string(std::io::stdin()).context("can't read stdin")?;
    let absolute = current.join(path);
    let unsaved = || Some(viz_files::real(absolute.parent()?).ok()?.join(absolute.file_name()?));
    let found = viz_files::real(&absolute).ok().or_else(unsaved);
    Ok((found.with_context(|| format!("there is no folder for {}", path.display()))?, text))
}

/// One project: checked, and with `--fix` fixed and checked again until nothing is left to fix.
fn check_project(
    args: &CheckArgs,
    target: targets::Target,
    files: &Overlay,
    environment: &Environment,
    (answerer, deadline): (&dyn Answerer, &Deadline),
    baseline: Option<&Baseline>,
) -> anyhow::Result<Checked> {
    let (mut facts, memo) = (FactStore::new(), Memo::default());
    let project = load(&target, files, environment, args.target.map(Into::into))?;
    let own = match (baseline, &project.config().baseline) {
        (None, Some(path)) => Some(Baseline::of_project(&project.root, path, files)?),
        _ => None,
    };
    let (options, limits) = options(args, project.config())?;
    let mut look = |project: Project| {
        let mut report = check(&project, &options, &memo, &mut facts, (answerer, deadline), limits, args.quiet);
        let recorded = own.as_ref().or(baseline).map(|baseline| baseline.take_from(&mut report.findings));
        Checked { shown: target.shown.clone(), project, report, recorded: recorded.unwrap_or_default(), fixed: 0 }
    };
    let mut checked = look(project);
    if args.fix {
        let text = |file: &viz_project::File| (file.path.clone(), file.document.text().to_owned());
        let read = checked.project.files().iter().map(text).collect();
        let (mut fixed, mut tried, mut count) = (files.clone(), HashSet::new(), 0);
        for _ in 0..fix::ROUNDS {
            let applied = fix::apply(&checked, &mut fixed, &mut tried);
            if applied == 0 {
                break;
            }
            count += applied;
            let project = checked.project.reload(&fixed, environment);
            checked = look(project);
        }
        for note in fix::left_alone(&checked) {
            output::say(&format!("note: {note}"));
        }
        fix::write(&checked.project.root, &fixed, &read)?;
        checked.fixed = count;
    }
    Ok(checked)
}

/// Reads a project.
///
/// # Errors
/// If its file can't be read.
pub fn load(
    target: &targets::Target,
    files: &Overlay,
    environment: &Environment,
    version: Option<Target>,
) -> anyhow::Result<Project> {
    if let Some(file) = viz_project::project_file(&target.root, files) {
        files.read(&file).with_context(|| format!("can't read {}", file.display()))?;
    }
    let _span = tracing::info_span!("load", root = %target.shown).entered();
    let project = Project::load_for(&target.root, files, environment, version);
    tracing::info!(files = project.files().len(), "read the project");
    Ok(project)
}

/// The command line wins over the project's configuration, which wins over the defaults.
///
/// # Errors
/// If the project asks for something that is no time.
pub fn options(args: &CheckArgs, config: &Config) -> anyhow::Result<(CheckOptions, Limits)> {
    let level = args.level.map_or_else(|| configured_level(config), Level::from);
    let options = CheckOptions {
        level,
        max_combinations: args
            .max_combinations
            .map(|n| n as usize)
            .or(config.max_combinations)
            .unwrap_or(MAX_COMBINATIONS),
        seed: args.seed.or(config.seed).unwrap_or_default(),
        hostile: args.hostile_options || config.hostile_options,
        trusted: true,
        oracle: true,
        now: args.now.unwrap_or_else(|| chrono::Local::now().naive_local()),
    };
    Ok((options, limits(args.timeout, args.memory, config)?))
}

/// Nobody waits longer for one query, and clocks can't count much further.
const LONGEST_TIMEOUT: Duration = Duration::from_secs(24 * 60 * 60);

/// What one query of the engine may cost: seconds and megabytes as asked for, else as the project sets them.
///
/// # Errors
/// If the project asks for something that can't be.
pub fn limits(timeout: Option<f64>, memory: Option<u64>, config: &Config) -> anyhow::Result<Limits> {
    let usual = Limits::default();
    let megabytes = |name: &str, value: Option<u64>, most: u64, usual: u64| match value {
        None => Ok(usual),
        Some(value) if (1..=most / MEGABYTE).contains(&value) => Ok(value * MEGABYTE),
        Some(value) => Err(anyhow!("`{name}` in .viz-lsp.yml: {value} MB is not from 1 to {} MB", most / MEGABYTE)),
    };
    Ok(Limits {
        timeout: timeout.or(config.timeout).map_or(usual.timeout, seconds),
        memory: megabytes("memory", memory.or(config.memory), MOST_MEMORY, usual.memory)?,
        values: megabytes("max_values", config.max_values, MOST_VALUES, usual.values)?,
    })
}

const MEGABYTE: u64 = 1_000_000;

/// A time. What is none is refused where it is read; what no clock can count is longer than anybody waits.
pub fn seconds(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or(LONGEST_TIMEOUT).min(LONGEST_TIMEOUT)
}

/// The level that a project asks for.
pub fn configured_level(config: &Config) -> Level {
    config.level.map_or(Level::Bind, Level::from)
}

/// One check, to the end.
pub fn check(
    project: &Project,
    options: &CheckOptions,
    memo: &Memo,
    facts: &mut FactStore,
    (answerer, deadline): (&dyn Answerer, &Deadline),
    limits: Limits,
    quiet: bool,
) -> viz_check::Report {
    let progress = progress_bar(quiet);
    let report = fixpoint::run(project, options, memo, facts, answerer, limits, deadline, |round| {
        progress.set_message(format!("asking {}", words::count(round.questions, "question")));
        tracing::debug!(
            round = round.number,
            questions = round.questions,
            "the check wants to know more, so the engine is asked"
        );
    });
    progress.finish_and_clear();
    let done = report.counters;
    tracing::info!(
        findings = report.findings.len(),
        facts = facts.len(),
        rendered = done.rendered,
        lexed = done.lexed,
        parsed = done.parses,
        parsed_by_duckdb = done.engine_parses,
        bound = done.binds,
        probed = done.casts,
        queried = done.queries,
        executed = done.executions,
        memo_hits = done.known,
        "checked the project"
    );
    report
}

/// A spinner on stderr for checks that take a while; nothing where stderr is no terminal.
fn progress_bar(quiet: bool) -> indicatif::ProgressBar {
    let target = if quiet { indicatif::ProgressDrawTarget::hidden() } else { indicatif::ProgressDrawTarget::stderr() };
    let bar = indicatif::ProgressBar::with_draw_target(None, target).with_message("checking");
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

fn print(args: &CheckArgs, outcome: &Outcome) {
    match args.format {
        Format::Text => output::report(&formats::text::render(outcome, args.quiet), args.color.into()),
        Format::Json => output::json(&formats::json::render(outcome)),
        Format::Sarif => output::json(&formats::sarif::render(outcome)),
        Format::Github => output::commands(&formats::github::render(outcome)),
    }
}

/// The exit status of a check that ran.
fn status(args: &CheckArgs, outcome: &Outcome) -> u8 {
    let counts = outcome.counts();
    let mut failed = counts.errors > 0 || (args.deny == Some(Deny::Warnings) && counts.warnings > 0);
    let percent = outcome.coverage().percent();
    if let Some(wanted) = args.min_coverage.filter(|wanted| percent < *wanted) {
        output::say(&format!(
            "error: {percent:.1} % of all combinations were covered, less than the {wanted} % asked for"
        ));
        failed = true;
    }
    if failed { ERRORS_FOUND } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Cli, Command};
    use clap::Parser;

    fn args(args: &[&str]) -> CheckArgs {
        let Command::Check(args) = Cli::parse_from(["viz-lsp", "--check"].iter().chain(args)).asks_for() else {
            panic!("no check")
        };
        *args
    }

    #[test]
    fn the_command_line_wins_over_the_configuration() {
        let config = Config::parse("max_combinations: 7\nseed: 5\ntimeout: 2\nlevel: parse\n").unwrap();
        let (options, limits) = options(&args(&["--seed", "9", "--now", "2026-11-21"]), &config).unwrap();
        assert_eq!((options.max_combinations, options.seed, limits.timeout), (7, 9, Duration::from_secs(2)));
        assert_eq!(options.now.to_string(), "2026-11-21 00:00:00");
        assert!(matches!(options.level, Level::Parse));
        let (options, limits) = super::options(&args(&[]), &Config::default()).unwrap();
        assert_eq!((options.max_combinations, limits), (MAX_COMBINATIONS, Limits::default()));
        let endless = Config::parse("timeout: 1.0e+19\n").unwrap();
        assert_eq!(super::limits(None, None, &endless).unwrap().timeout, LONGEST_TIMEOUT);
        let config = Config::parse("memory: 200\nmax_values: 3\n").unwrap();
        let limits =
            |memory| super::limits(None, memory, &config).map(|limits| (limits.memory, limits.values)).unwrap();
        assert_eq!((limits(None), limits(Some(300))), ((200_000_000, 3_000_000), (300_000_000, 3_000_000)));
        for wrong in ["memory: 0", "memory: 5000", "max_values: 51"] {
            let config = Config::parse(wrong).unwrap();
            let error = super::limits(None, None, &config).unwrap_err().to_string();
            assert!(error.contains(wrong.split(':').next().unwrap()), "{error}");
        }
    }

    #[test]
    fn the_level_of_the_project_or_of_the_command_line() {
        let config = Config::parse("level: execute\n").unwrap();
        assert_eq!(super::options(&args(&[]), &config).unwrap().0.level, Level::Execute);
        assert_eq!(super::options(&args(&["--level", "bind"]), &config).unwrap().0.level, Level::Bind);
        assert_eq!(super::options(&args(&["--level", "execute"]), &Config::default()).unwrap().0.level, Level::Execute);
    }
}
