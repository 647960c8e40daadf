//! The build of one project: checked, planned, compared with what is there, made.

use crate::cli::args::{BuildArgs, CommonArgs};
use crate::cli::build::node::{Fate, Report};
use crate::cli::build::out;
use crate::cli::build::out::Out;
use crate::cli::build::run::{Job, Run};
use crate::cli::build::state::{Built as Known, SourcePaths, State, Versions};
use crate::cli::build::{Interrupt, TIMEOUT, print};
use crate::cli::check;
use crate::cli::targets::Target;
use crate::cli::together::Together;
use crate::host::answerer::EngineAnswerer;
use crate::host::deadline::Deadline;
use crate::host::fixpoint::{self, Answering};
use crate::host::outcome::Checked;
use crate::host::overlay::Overlay;
use anyhow::{Context, bail};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;
use viz_bundle::{Layout, Node, Plan, Settings};
use viz_check::{CheckOptions, Memo, Severity};
use viz_engine::Limits;
use viz_facts::{FactStore, Reason, Unknown};
use viz_files::Folder;
use viz_project::{Body, Environment, Project};
use viz_secrets::SecretPath;

/// What became of a project.
pub struct Built {
    /// Its folder as people see it.
    pub shown: String,
    /// The output folder.
    pub out: PathBuf,
    /// The arrangement of files in it.
    pub layout: Layout,
    /// Its objects.
    pub nodes: Vec<Report>,
    /// Number of errors that the check found.
    pub errors: usize,
    /// The errors, as places and messages.
    pub findings: Vec<print::Shown>,
}

/// Builds a project into a folder.
///
/// # Errors
/// If it could not be tried.
pub fn build(
    build: &BuildArgs,
    target: Target,
    out: &Path,
    (interrupt, deadline): (&Interrupt, &Deadline),
    together: &mut Together,
) -> anyhow::Result<Built> {
    let args = &build.common;
    let granted = args.access.granted()?;
    let environment = Environment::from_process();
    let files = Overlay::new(&environment, args.access.allow_outside).granting(granted.clone());
    let project = check::load(&target, &files, &environment, args.target.map(Into::into))?;
    together.add(&project)?;
    let path = out::check(out, &project.root)?;
    let layout: Layout = build.layout.map_or_else(|| project.target(), Into::into).into();
    // A dry run writes nothing, not even a lock.
    let out = if build.dry_run { None } else { Some(Out::open(&path, &project.root)?) };
    let there = if build.dry_run { Folder::open(&path).ok() } else { None };
    let folder = out.as_ref().map(|out| &out.folder).or(there.as_ref());
    let state = folder.map(|folder| State::read(folder, &project.root)).unwrap_or_default();
    let paths = SourcePaths::of(&project, &granted);
    let mut versions = Versions::new(paths.clone());
    let mut is_current = |known: &Known| folder.is_some_and(|folder| known.is_current(folder, &mut versions));
    let (options, check_limits) = check::asked_for(args).merge(project.config());
    let engine = viz_engine::identity(&std::env::current_exe().context("can't tell where this program is")?, &granted);
    let whole = whole(&project, &options, build, layout, &path, &engine);
    let mut built = Built {
        shown: target.shown.clone(),
        out: path.clone(),
        layout,
        nodes: Vec::new(),
        errors: 0,
        findings: Vec::new(),
    };
    if whole.is_some() && state.whole == whole && build.only.is_empty() && state.nodes.values().all(&mut is_current) {
        tracing::info!("neither the project nor its data have changed");
        built.nodes = state.nodes.iter().filter_map(|(name, known)| unchanged(name, known)).collect();
        built.nodes.sort_by_key(|report| KINDS.iter().position(|kind| *kind == report.kind));
        return Ok(built);
    }
    let limits = limits_of_build(args, check_limits);
    let (checked, plan) = {
        let answerer = EngineAnswerer::new(true, args.access.is_confined(), !args.access.no_cache, granted.clone())?;
        let settings = Settings { layout, out: &path, flat: build.flat, now: options.now };
        let answering = Answering { answerer: &answerer, limits, deadline };
        examine(args, project, &target, &options, settings, answering)
    };
    built.errors = checked.report.findings.len();
    built.findings = print::findings(&checked);
    print::errors(args, checked);
    let wanted = wanted(&plan, &build.only)?;
    let job = |(at, node)| match wanted.contains(&at) {
        true => job(node, &state, &engine, &mut is_current),
        false => Job::Left,
    };
    let jobs: Vec<Job> = plan.nodes.iter().enumerate().map(job).collect();
    let clean = built.errors == 0 && build.only.is_empty() && jobs.iter().all(|job| !matches!(job, Job::Skipped(_)));
    let Some(out) = out else {
        built.nodes = plan.nodes.iter().zip(jobs).filter_map(|(node, job)| foreseen(node, job)).collect();
        built.nodes.iter().for_each(|report| print::node(args, report, None));
        return Ok(built);
    };
    let run = Run {
        plan: &plan,
        out: &out,
        paths,
        limits,
        jobs: build.jobs.map_or_else(default_jobs, |jobs| jobs as usize),
        interrupt,
        deadline,
        args,
        granted: &granted,
    };
    interrupt.set_writing(true);
    let finished = run.run(jobs, state).and_then(|(nodes, mut state)| {
        let complete = clean && nodes.iter().all(Report::is_fine) && !interrupt.is_pressed();
        error_json(&out, built.errors == 0)?;
        if complete {
            forget(&mut state, &plan, &out);
        }
        state.whole = whole.filter(|_| complete);
        state.write(&out, 0)?;
        Ok(nodes)
    });
    drop(out);
    interrupt.set_writing(false);
    built.nodes = finished?;
    Ok(built)
}

/// What is to be done for a node.
fn job(node: &Node, state: &State, engine: &str, is_current: &mut impl FnMut(&Known) -> bool) -> Job {
    match &node.work {
        Err(why) => Job::Skipped(why.to_string()),
        Ok(work) if work.queries.iter().any(tells_a_secret) => Job::Skipped(
            "its query asks what the database is called, which is made of a variable and not published".to_owned(),
        ),
        Ok(work) => {
            let key = work.key(engine);
            let known = state.nodes.get(&name(node)).filter(|known| known.key == key);
            match known.filter(|known| is_current(known)) {
                Some(known) => Job::Unchanged(known.warnings.clone()),
                None => Job::Due(key),
            }
        }
    }
}

/// A query has the time of a build, also one that only tells what to build.
fn limits_of_build(args: &CommonArgs, of_check: Limits) -> Limits {
    let timeout = args.timeout.map_or(TIMEOUT, crate::host::settings::seconds);
    Limits { timeout, ..of_check }
}

/// Checks a project, asks what a build wants to know besides, and plans.
fn examine(
    args: &CommonArgs,
    project: Project,
    target: &Target,
    options: &CheckOptions,
    settings: Settings<'_>,
    answering: Answering<'_>,
) -> (Checked, Plan) {
    let mut facts = FactStore::new();
    let memo = Memo::default();
    let mut report = check::check(&project, options, &memo, &mut facts, answering, args.quiet);
    let deadline = end_of_schemas(answering.deadline, time_of_schemas(answering.limits.timeout));
    fixpoint::ask(&mut facts, Answering { deadline: &deadline, ..answering }, |facts| {
        viz_bundle::questions(&project, facts)
    });
    let plan = viz_bundle::plan(&project, &facts, &report, settings);
    report.findings.extract_if(|finding| finding.severity != Severity::Error);
    let checked = Checked { shown: target.shown.clone(), project, report, recorded: Vec::new(), fixed: 0, lock: None };
    (checked, plan)
}

/// The end of looking at all tables and views of all sources: views on views take seconds each, and a database may have any number of
/// them.
fn end_of_schemas(deadline: &Deadline, time: Duration) -> Deadline {
    let seconds = time.as_secs();
    let message = format!(
        "all tables and views together took longer than {seconds} s (twice `--timeout`, at least {} s)",
        LEAST_FOR_SCHEMAS.as_secs()
    );
    deadline.of_part(time, Unknown::new(Reason::Timeout, message))
}

/// One that never ends leaves time for the others.
pub fn time_of_schemas(timeout: Duration) -> Duration {
    timeout.saturating_mul(2).max(LEAST_FOR_SCHEMAS)
}

/// The least time for all tables and views.
const LEAST_FOR_SCHEMAS: Duration = Duration::from_secs(60);

/// Whether a query's rows would tell the name of a database that is made of a variable.
fn tells_a_secret(query: &viz_bundle::Query) -> bool {
    let texts = || query.tables.iter().map(|table| &table.sql).chain([&query.sql]);
    query.source.path().is_some_and(SecretPath::is_secret)
        && texts().any(|sql| viz_engine::asks_for_database_names(sql))
}

/// A hash of everything that a build depends on besides the data: the texts, the settings, the day (ranges of dates), the place. `None`
/// where sources need variables: a hash of their values would go with the build, and values can be guessed.
fn whole(
    project: &Project,
    options: &CheckOptions,
    build: &BuildArgs,
    layout: Layout,
    out: &Path,
    engine: &str,
) -> Option<String> {
    let has_variables = |body: &Body| matches!(body, Body::Source(source) if !source.variables.is_empty());
    if project.ids().any(|id| has_variables(&project.object(id).body)) {
        return None;
    }
    let files: Vec<_> = project.files().iter().map(|file| (&file.relative, file.document.text())).collect();
    let config = format!("{:?}", project.config());
    let settings = format!("{layout:?} {} {:?} {}", build.flat, project.target(), options.now.date());
    Some(viz_bundle::hash(&(engine, settings, out, config, files)))
}

/// In the order of building.
const KINDS: [&str; 4] = ["source", "model", "input", "insight"];

fn name(node: &Node) -> String {
    format!("{}:{}", node.kind, node.name)
}

fn unchanged(name: &str, known: &Known) -> Option<Report> {
    let (kind, name) = name.split_once(':')?;
    let kind = KINDS.into_iter().find(|known| *known == kind)?;
    Some(Report {
        kind,
        name: name.to_owned(),
        fate: Fate::Unchanged,
        files: known.files.iter().map(|file| file.path.clone()).collect(),
        warnings: known.warnings.clone(),
    })
}

/// What a run would do; `None` for what is not asked for.
fn foreseen(node: &Node, job: Job) -> Option<Report> {
    let (fate, warnings) = match job {
        Job::Left => return None,
        Job::Due(_) => (Fate::Due, Vec::new()),
        Job::Unchanged(warnings) => (Fate::Unchanged, warnings),
        Job::Skipped(reason) => (Fate::Skipped { reason }, Vec::new()),
    };
    Some(Report::new(node, fate, warnings))
}

/// The nodes of these names with all that they need; all if there are no names.
fn wanted(plan: &Plan, only: &[String]) -> anyhow::Result<BTreeSet<usize>> {
    if only.is_empty() {
        return Ok((0..plan.nodes.len()).collect());
    }
    let mut out = BTreeSet::new();
    for name in only {
        let Some(at) = plan.nodes.iter().position(|node| node.name == *name) else {
            let names = plan.nodes.iter().map(|node| node.name.as_str());
            let near = viz_project::did_you_mean(&viz_project::similar(name, names));
            let near = near.map(|near| format!("\nhelp: {near}")).unwrap_or_default();
            bail!("no source, model, input or insight is called `{name}`{near}");
        };
        out.insert(at);
        out.extend(&plan.nodes[at].needs);
    }
    Ok(out)
}

/// A query uses two threads, and its worker takes memory.
fn default_jobs() -> usize {
    std::thread::available_parallelism().map_or(1, |cores| cores.get().div_ceil(2)).clamp(1, 4)
}

/// What the reference's server reads first: an empty object says that the project has no errors.
fn error_json(out: &Out, good: bool) -> anyhow::Result<()> {
    const FILE: &str = "error.json";
    if !good {
        out.remove(FILE);
    } else if out.folder.read(Path::new(FILE), 2).ok().as_deref() != Some(b"{}") {
        out.write(FILE, "{}", 0)?;
    }
    Ok(())
}

/// Removes the files of objects that are not there any more, unless someone has changed them.
fn forget(state: &mut State, plan: &Plan, out: &Out) {
    let names: BTreeSet<String> = plan.nodes.iter().map(name).collect();
    let kept: BTreeSet<&str> =
        plan.nodes.iter().filter_map(|node| node.work.as_ref().ok()).flat_map(|work| work.paths()).collect();
    state.nodes.retain(|name, known| {
        let there = names.contains(name);
        if !there {
            let gone =
                known.files.iter().filter(|file| !kept.contains(file.path.as_str()) && file.is_there(&out.folder));
            gone.for_each(|file| out.remove(&file.path));
        }
        there
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::args::{Cli, Command};
    use crate::host::answerer::{Answerer, Cancel};
    use std::sync::Mutex;
    use viz_facts::{Fact, KeyedQuestion, Question};

    /// Knows nothing, and remembers how much time it had for what.
    #[derive(Default)]
    struct Asked(Mutex<Vec<(Duration, bool)>>);

    impl Answerer for Asked {
        fn ask(&self, questions: &[KeyedQuestion], limits: Limits, _: &Cancel) -> Vec<Option<Fact>> {
            let of_source = |question: &KeyedQuestion| Question::source(question).is_some();
            self.0.lock().unwrap().extend(questions.iter().map(|question| (limits.timeout, of_source(question))));
            vec![None; questions.len()]
        }
    }

    /// What is not looked at in time is left out of the schema, and is told with the option that gives it more.
    #[test]
    fn all_views_together_have_one_time() {
        let asked = Asked::default();
        let (limits, deadline) = (Limits::default(), Deadline::new(None));
        let own = end_of_schemas(&deadline, Duration::ZERO);
        let mut facts = FactStore::new();
        let source = viz_facts::SourceSpec::Sqlite { root: "/p".into(), path: PathBuf::from("/p/x.sqlite").into() };
        let view: KeyedQuestion = Question::Options { source, sql: "select 1".into(), limit: 1 }.into();
        fixpoint::ask(&mut facts, Answering { answerer: &asked, limits, deadline: &own }, |_| vec![view.clone()]);
        assert!(asked.0.into_inner().unwrap().is_empty(), "nothing is begun");
        let Some(Fact::Unknown(why)) = facts.get(&view) else { panic!("it is told why") };
        assert_eq!(why.code, Reason::Timeout);
        assert_eq!(
            why.message,
            "all tables and views together took longer than 0 s (twice `--timeout`, at least 60 s)"
        );
        assert_eq!(time_of_schemas(Duration::from_secs(600)), Duration::from_secs(1_200));
        assert_eq!(time_of_schemas(Duration::from_secs(2)), Duration::from_secs(60));
    }

    #[test]
    fn all_that_a_build_asks_has_its_time() {
        let text = "name: p\nsources:\n  - {name: s, type: csv, file: a.csv}\nmodels:\n  - {name: m, source: ref(s), sql: select 1 as x}\n\
                    inputs:\n  - {name: i, type: single-select, options: \"?{ select x from ${ref(m)} }\"}\n";
        let files = viz_project::MemoryFiles::new([("/p/project.visivo.yml", text)]);
        let project = Project::load(Path::new("/p"), &files, &Environment::default());
        let line = ["viz-lsp", "build"].map(Into::into);
        let Ok(Command::Build(build)) = Cli::read(line).map(Cli::asks_for) else { panic!("it is a build") };
        let args = &build.common;
        let (options, limits) = check::asked_for(args).merge(project.config());
        let settings = Settings {
            layout: project.target().into(),
            out: Path::new("/p/target"),
            flat: build.flat,
            now: options.now,
        };
        let (asked, deadline) = (Asked::default(), Deadline::new(None));
        let of_build = limits_of_build(args, limits);
        let answering = Answering { answerer: &asked, limits: of_build, deadline: &deadline };
        let target = Target { root: "/p".into(), shown: "p".into() };
        examine(args, project, &target, &options, settings, answering);
        let asked = asked.0.into_inner().unwrap();
        assert!(limits.timeout < TIMEOUT && asked.len() > 2, "{asked:?}");
        assert!(asked.iter().all(|(time, _)| *time == TIMEOUT), "{asked:?}");
    }
}
