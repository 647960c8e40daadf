//! `--check`: from paths to an exit status.

pub(crate) mod fix;
mod watch;

use crate::cli::args::{CheckArgs, CommonArgs, Deny, Format};
use crate::cli::deep::on_deep_stack;
use crate::cli::formats;
use crate::cli::together::Together;
use crate::host;
use crate::host::answerer::{Answerer, EngineAnswerer};
use crate::host::baseline::Baseline;
use crate::host::deadline::Deadline;
use crate::host::fixpoint::{self, Answering};
use crate::host::lock::{self, Locked};
use crate::host::outcome::{Checked, Outcome};
use crate::host::output;
use crate::host::overlay::Overlay;
use crate::host::paths::real;
use crate::host::settings::{AskedFor, seconds};
use crate::host::words;
use anyhow::{Context, bail};
use std::collections::{BTreeMap, HashSet};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};
use viz_check::{CheckOptions, Level, Memo};
use viz_facts::FactStore;
use viz_project::{Environment, FileSystem, MAX_FILE_BYTES, Project, Target};

/// Exit status when errors were found.
const ERRORS_FOUND: u8 = 1;

/// Checks what the command line names.
///
/// # Errors
/// If it could not run: exit status 2.
pub fn run(args: &CheckArgs) -> anyhow::Result<ExitCode> {
    let started = Instant::now();
    refuse_what_is_missing(args)?;
    if args.watch {
        return on_deep_stack("check", || watch::run(args));
    }
    on_deep_stack("check", || {
        let deadline = Deadline::of_process(Some(args.common.deadline.map_or(crate::host::deadline::USUAL, seconds)));
        let (cache, granted) = (!args.common.access.no_cache, args.common.access.granted()?);
        // With a lock there is nothing that could open a source.
        let answerer = match args.locked {
            true => EngineAnswerer::without_sources(cache)?,
            false => EngineAnswerer::new(true, args.common.access.is_confined(), cache, granted)?,
        };
        answerer.start();
        let outcome = check_all(args, &answerer, &deadline, started)?;
        let status = if args.diff {
            would_fix(args, &outcome)
        } else {
            print(args, &outcome);
            status(args, &outcome)
        };
        // The process ends here; freeing each value of a large project would only take time.
        std::mem::forget(outcome);
        Ok(ExitCode::from(status))
    })
}

/// Says clearly what this version can't do, instead of doing something else.
fn refuse_what_is_missing(args: &CheckArgs) -> anyhow::Result<()> {
    if args.watch && args.common.format != Format::Text {
        bail!("`--watch` prints text only");
    }
    if args.diff && args.common.format != Format::Text {
        bail!("`--diff` prints differences only");
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
    let current = crate::cli::targets::current_folder()?;
    let environment = Environment::from_process();
    let mut files =
        Overlay::new(&environment, args.common.access.allow_outside).granting(args.common.access.granted()?);
    let mut paths = args.common.paths.clone();
    let stdin = args.stdin_filename.as_deref().map(|path| from_stdin(&current, path)).transpose()?;
    if let Some((path, text)) = &stdin {
        files.insert(path.clone(), text.as_str());
        if paths.is_empty() {
            paths.push(path.clone());
        }
    }
    let (targets, strangers) = crate::cli::targets::find(&paths, &current, &files)?;
    if targets.is_empty() && !args.skip_unrelated {
        return Err(crate::cli::targets::no_project(&strangers, &files));
    }
    if !args.common.quiet && !args.skip_unrelated {
        for path in strangers {
            output::say(&format!("note: {} belongs to no project: skipped", path.display()));
        }
    }
    let named = by_project(&paths, &current, &files);
    let (mut projects, mut together) = (Vec::new(), Together::default());
    for target in targets {
        let named = named.get(&target.root).map(Vec::as_slice).unwrap_or_default();
        let reading = Reading { files: &files, environment: &environment, named };
        projects.push(check_project(args, target, reading, (answerer, deadline), baseline.as_ref(), &mut together)?);
    }
    if let Some((path, _)) = &stdin
        && !projects.iter().any(|checked| checked.project.file_of(path).is_some())
    {
        output::say(&format!("note: no project includes {}: the text from stdin is not used", path.display()));
    }
    let outcome = Outcome { projects, asked: args.common.target.map(Into::into), elapsed: started.elapsed() };
    if let Some(path) = &args.write_baseline {
        let projects: Vec<&Path> = outcome.projects.iter().map(|checked| checked.project.root.as_path()).collect();
        Baseline::of(&outcome).write(&current.join(path), &projects)?;
    }
    Ok(outcome)
}

/// The files that a command line names, by the folder of the project that is nearest.
fn by_project(paths: &[PathBuf], current: &Path, files: &Overlay) -> BTreeMap<PathBuf, Vec<PathBuf>> {
    let mut found: BTreeMap<PathBuf, Vec<PathBuf>> = BTreeMap::new();
    for path in paths.iter().filter_map(|path| viz_files::real(&current.join(path)).ok()) {
        if let Some(root) = viz_project::find_root(&path, files) {
            found.entry(real(&root)).or_default().push(path);
        }
    }
    found
}

/// The text from stdin and the file that it stands for, which need not exist yet.
fn from_stdin(current: &Path, path: &Path) -> anyhow::Result<(PathBuf, String)> {
    let mut bytes = Vec::new();
    std::io::stdin().lock().take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).context("can't read stdin")?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        bail!("stdin holds more than {} MiB, which is more than a file of a project may have", MAX_FILE_BYTES >> 20);
    }
    let text = String::from_utf8(bytes).context("stdin is not UTF-8")?;
    let absolute = current.join(path);
    let unsaved = || Some(viz_files::real(absolute.parent()?).ok()?.join(absolute.file_name()?));
    let found = viz_files::real(&absolute).ok().or_else(unsaved);
    Ok((found.with_context(|| format!("there is no folder for {}", path.display()))?, text))
}

/// What a project is read from, and the files in it that the command line names.
#[derive(Clone, Copy)]
struct Reading<'a> {
    files: &'a Overlay,
    environment: &'a Environment,
    named: &'a [PathBuf],
}

/// One project: checked, and with `--fix` fixed and checked again until nothing is left to fix.
fn check_project(
    args: &CheckArgs,
    target: crate::cli::targets::Target,
    Reading { files, environment, named }: Reading<'_>,
    (answerer, deadline): (&dyn Answerer, &Deadline),
    baseline: Option<&Baseline>,
    together: &mut Together,
) -> anyhow::Result<Checked> {
    let (mut facts, memo) = (FactStore::new(), Memo::default());
    let project = load(&target, files, environment, args.common.target.map(Into::into))?;
    together.add(&project)?;
    let own = match (baseline, &project.config().baseline) {
        (None, Some(path)) => Some(Baseline::of_project(&project.root, path, files)?),
        _ => None,
    };
    let asked = AskedFor {
        level: args.level.map(Level::from),
        max_combinations: args.max_combinations.map(|most| most as usize),
        seed: args.seed,
        hostile: args.hostile_options.then_some(true),
        ..asked_for(&args.common)
    };
    let (options, limits) = asked.merge(project.config());
    let answering = Answering { answerer, limits, deadline };
    let written = match args.locked {
        // A damaged one is no reason not to check.
        false => lock::read(&project.root).unwrap_or_default().map(|found| found.lock),
        true => None,
    };
    let lock = if args.locked { lock::read(&project.root)?.map(|found| found.lock) } else { None };
    // What is not opened need not be found.
    let nameless = if lock.is_some() { lock::unset(&project) } else { Vec::new() };
    let stand_ins = environment.with_stand_ins(nameless.iter().map(String::as_str));
    let environment = if nameless.is_empty() { environment } else { &stand_ins };
    let project = if nameless.is_empty() { project } else { project.reload(files, environment) };
    let mut look = |project: Project| {
        // What the project has was read with it.
        let others = named.iter().filter(|path| project.file_of(path).is_none());
        let strays: Vec<_> = others.filter_map(|path| Some((path.as_path(), files.read(path).ok()?))).collect();
        let project = project.with_strays(strays.iter().map(|(path, text)| (*path, &**text)));
        let locked = args.locked.then(|| Locked::new(answerer, &project, lock.as_ref()));
        if let Some(written) = &written {
            facts.remember_lock(lock::answered(&project, written).into());
        }
        let answering = match &locked {
            Some(locked) => Answering { answerer: locked, ..answering },
            None => answering,
        };
        let mut report = check(&project, &options, &memo, &mut facts, answering, args.common.quiet);
        let lock = locked.map(|locked| locked.told(&project, &memo, &mut report));
        let recorded = own.as_ref().or(baseline).map(|baseline| baseline.take_from(&mut report.findings));
        Checked { shown: target.shown.clone(), project, report, recorded: recorded.unwrap_or_default(), fixed: 0, lock }
    };
    let mut checked = look(project);
    together.found(checked.report.findings.len())?;
    if let Some(which) = args.fix {
        let text = |file: &viz_project::File| (file.path.clone(), file.document.text().to_owned());
        let read = checked.project.files().iter().map(text).collect();
        let (mut fixed, mut tried, mut count) = (files.clone(), HashSet::new(), 0);
        for _ in 0..fix::ROUNDS {
            let applied = fix::apply(&checked, which, &mut fixed, &mut tried);
            if applied == 0 {
                break;
            }
            count += applied;
            let project = checked.project.reload(&fixed, environment);
            checked = look(project);
        }
        for note in
            fix::left_alone(&checked).into_iter().chain(fix::left(&checked, which).filter(|_| !args.common.quiet))
        {
            output::say(&format!("note: {note}"));
        }
        if args.diff {
            output::report(&fix::differences(&fixed, &read, together.differences())?, args.common.color.into());
        } else {
            fix::write(&checked.project.root, &fixed, &read)?;
        }
        checked.fixed = count;
    }
    Ok(checked)
}

/// Reads a project.
///
/// # Errors
/// If its file can't be read.
pub fn load(
    target: &crate::cli::targets::Target,
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

/// What the command line asks of each check.
pub fn asked_for(args: &CommonArgs) -> AskedFor {
    let now = args.now.unwrap_or_else(|| chrono::Local::now().naive_local());
    AskedFor { timeout: args.timeout, memory: args.memory, ..AskedFor::nothing(now) }
}

/// One check, to the end.
pub fn check(
    project: &Project,
    options: &CheckOptions,
    memo: &Memo,
    facts: &mut FactStore,
    answering: Answering<'_>,
    quiet: bool,
) -> viz_check::Report {
    let target = if quiet { indicatif::ProgressDrawTarget::hidden() } else { indicatif::ProgressDrawTarget::stderr() };
    let progress = spinner(target);
    let report = fixpoint::run(project, options, memo, facts, answering, |round| {
        progress.set_message(format!("asking {}", words::count(round.questions, "question")));
        tracing::debug!(
            round = round.number,
            questions = round.questions,
            "the check wants to know more, so the engine is asked"
        );
    });
    progress.finish_and_clear();
    let done = report.counters;
    let proof: viz_check::Proof = report.insights.iter().map(|insight| insight.proof).sum();
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
    tracing::info!(
        canonicalised = proof.canonicalised,
        compared = proof.compared,
        parsed_by_duckdb = proof.parsed,
        bound_by_duckdb = proof.bound,
        held_against_the_viewers_engine = proof.for_viewers,
        run_on_the_data = proof.executed,
        "the verdicts on insights stand on these numbers of texts"
    );
    report
}

/// A spinner for checks that take a while; nothing is drawn where stderr is no terminal. Nobody knows how many questions the
/// answers raise, so there is no length that a bar could fill.
fn spinner(target: indicatif::ProgressDrawTarget) -> indicatif::ProgressBar {
    let bar = indicatif::ProgressBar::new_spinner().with_message("checking");
    if let Ok(style) = indicatif::ProgressStyle::with_template("{spinner} {msg} ({elapsed})") {
        bar.set_style(style);
    }
    bar.set_draw_target(target);
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

fn print(args: &CheckArgs, outcome: &Outcome) {
    match args.common.format {
        Format::Text => output::report(
            &formats::text::render(outcome, args.common.quiet, output::width()),
            args.common.color.into(),
        ),
        Format::Json => output::json(&formats::json::render(outcome)),
        Format::Sarif => output::json(&formats::sarif::render(outcome)),
        Format::Github => {
            let workspace = std::env::var_os("GITHUB_WORKSPACE").map(|folder| host::paths::real(Path::new(&folder)));
            output::commands(&formats::github::render(outcome, workspace.as_deref()));
        }
    }
}

/// Says how much would be fixed, and returns the exit status. On stdout there are differences alone, so that they can be applied.
fn would_fix(args: &CheckArgs, outcome: &Outcome) -> u8 {
    let fixes = outcome.projects.iter().map(|checked| checked.fixed).sum();
    if !args.common.quiet {
        output::say(&match fixes {
            0 => "nothing to fix".to_owned(),
            1 => "1 fix would be put in".to_owned(),
            _ => format!("{} fixes would be put in", words::thousands(fixes)),
        });
    }
    if fixes > 0 { ERRORS_FOUND } else { 0 }
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
    // Models and inputs that no insight uses count for nothing in the coverage.
    let called_off: usize = outcome.projects.iter().map(|checked| checked.report.counters.called_off).sum();
    if args.min_coverage.is_some() && called_off > 0 {
        output::say(&format!(
            "error: {called_off} queries were not run or not judged in time (`--deadline`) or memory"
        ));
        failed = true;
    }
    if failed { ERRORS_FOUND } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use parking_lot::Mutex;
    use std::io;
    use std::sync::Arc;

    /// A terminal that keeps what is written on it.
    #[derive(Debug, Clone, Default)]
    struct Paper(Arc<Mutex<String>>);

    impl indicatif::TermLike for Paper {
        fn width(&self) -> u16 {
            80
        }
        fn move_cursor_up(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_down(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_right(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_left(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn write_line(&self, text: &str) -> io::Result<()> {
            self.write_str(text)
        }
        fn write_str(&self, text: &str) -> io::Result<()> {
            self.0.lock().push_str(text);
            Ok(())
        }
        fn clear_line(&self) -> io::Result<()> {
            Ok(())
        }
        fn flush(&self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn what_takes_long_is_said_in_words() {
        let paper = Paper::default();
        let bar = spinner(indicatif::ProgressDrawTarget::term_like(Box::new(paper.clone())));
        bar.set_message("asking 12 questions");
        bar.force_draw();
        bar.finish_and_clear();
        let written = paper.0.lock().clone();
        assert!(written.contains("asking 12 questions") && !written.contains("0/0"), "{written}");
    }
}
