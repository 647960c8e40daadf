//! Makes what is due: independent objects side by side, each after those that it needs.

use crate::cli::args::CommonArgs;
use crate::cli::build::node::{Done, Fate, Report};
use crate::cli::build::out::Out;
use crate::cli::build::project::time_of_schemas;
use crate::cli::build::state::{Built, SourcePaths, State, Written, hex};
use crate::cli::build::{Interrupt, print};
use crate::host::deadline::Deadline;
use anyhow::{Context, anyhow, bail};
use indicatif::ProgressBar;
use parking_lot::{Condvar, Mutex, MutexGuard};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use viz_bundle::{Node, Plan, Query, Work};
use viz_engine::{Engine, EngineConfig, Limits};
use viz_facts::{Answer, ExportFiles, Exported, FlatFile, Question, SqlError};
use viz_files::Granted;

/// Time between two writings of the state: a build that is killed loses what was made since.
const SAVE: Duration = Duration::from_millis(500);

/// What is to be done about a node.
pub enum Job {
    /// It is not asked for.
    Left,
    /// Nothing: its files are what they would be. With what was said when they were made.
    Unchanged(Vec<String>),
    /// It can't be built.
    Skipped(String),
    /// It is to be built; its key.
    Due(String),
}

/// A run.
pub struct Run<'a> {
    pub plan: &'a Plan,
    pub out: &'a Out,
    pub paths: SourcePaths,
    pub limits: Limits,
    pub jobs: usize,
    pub interrupt: &'a Interrupt,
    pub deadline: &'a Deadline,
    pub args: &'a CommonArgs,
    pub granted: &'a Granted,
}

/// What the threads share.
struct Shared {
    fates: Vec<Option<Report>>,
    begun: Vec<bool>,
    state: State,
    saved: Instant,
}

impl Run<'_> {
    /// Runs the jobs of all nodes. Returns what became of each that was asked for, and the state of the folder.
    ///
    /// # Errors
    /// If the folder can't be written to.
    pub fn run(&self, jobs: Vec<Job>, state: State) -> anyhow::Result<(Vec<Report>, State)> {
        let due = jobs.iter().filter(|job| matches!(job, Job::Due(_))).count();
        let bar = print::bar(self.args, due);
        let settled = |(node, job): (&Node, &Job)| match job {
            Job::Due(_) => None,
            Job::Left => Some(Report::new(node, Fate::Unchanged, Vec::new())),
            Job::Unchanged(warnings) => Some(Report::new(node, Fate::Unchanged, warnings.clone())),
            Job::Skipped(reason) => Some(Report::new(node, Fate::Skipped { reason: reason.clone() }, Vec::new())),
        };
        let fates: Vec<Option<Report>> = self.plan.nodes.iter().zip(&jobs).map(settled).collect();
        for (report, job) in fates.iter().zip(&jobs) {
            if let (Some(report), Job::Skipped(_)) = (report, job) {
                print::node(self.args, report, Some(&bar));
            }
        }
        let begun = fates.iter().map(Option::is_some).collect();
        let shared = Mutex::new(Shared { fates, begun, state, saved: Instant::now() });
        let changed = Condvar::new();
        let lanes = self.jobs.clamp(1, due.max(1));
        std::thread::scope(|scope| {
            let lanes: Vec<_> = (0..lanes)
                .map(|lane| {
                    let (shared, changed, jobs, bar) = (&shared, &changed, &jobs, &bar);
                    std::thread::Builder::new()
                        .name(format!("build {lane}"))
                        .spawn_scoped(scope, move || self.lane(lane, jobs, shared, changed, bar))
                        .context("can't start a thread")
                })
                .collect::<anyhow::Result<_>>()?;
            for lane in lanes {
                lane.join().unwrap_or_else(|_| bail!("a build thread stopped on a mistake of viz-lsp itself"))?;
            }
            anyhow::Ok(())
        })?;
        bar.finish_and_clear();
        let Shared { fates, state, .. } = shared.into_inner();
        let asked = fates.into_iter().zip(jobs).filter(|(_, job)| !matches!(job, Job::Left));
        Ok((asked.filter_map(|(report, _)| report).collect(), state))
    }

    fn lane(
        &self,
        lane: usize,
        jobs: &[Job],
        shared: &Mutex<Shared>,
        changed: &Condvar,
        bar: &ProgressBar,
    ) -> anyhow::Result<()> {
        let lock = || shared.lock();
        let staging = self.out.staging(lane)?;
        // Starts no worker before there is something to ask.
        let program = std::env::current_exe().context("can't tell where this program is")?;
        let engine = Engine::new(EngineConfig {
            export: Some(self.out.handed(&staging)?),
            confined: self.args.access.is_confined(),
            granted: self.granted.clone(),
            ..EngineConfig::new(program, true)
        });
        while let Some((at, need)) = self.next(lock(), changed) {
            let node = &self.plan.nodes[at];
            let key = if let Job::Due(key) = &jobs[at] { key.as_str() } else { "" };
            let made = match need {
                Some(reason) => Err(Fate::Skipped { reason }),
                None if self.deadline.is_over() => Err(Fate::Skipped { reason: self.deadline.unknown().message }),
                None => self
                    .make(node, key, &engine, &staging)
                    .map_err(|error| Fate::Failed { reason: format!("{error:#}") }),
            };
            let mut shared = lock();
            let report = match made {
                Ok((done, known)) => {
                    let report = Report::new(node, Fate::Built(done), known.warnings.clone());
                    let name = format!("{}:{}", node.kind, node.name);
                    let old = shared.state.nodes.insert(name, known);
                    self.remove_old(node, old);
                    report
                }
                Err(fate) => Report::new(node, fate, Vec::new()),
            };
            if !self.interrupt.is_pressed() {
                print::node(self.args, &report, Some(bar));
            }
            bar.inc(1);
            shared.fates[at] = Some(report);
            if shared.saved.elapsed() > SAVE {
                shared.state.whole = None;
                shared.state.write(self.out, lane)?;
                shared.saved = Instant::now();
            }
            drop(shared);
            changed.notify_all();
        }
        Ok(())
    }

    /// The next node whose needs are met, or that can't be built because of one that failed (then with the reason).
    fn next(&self, mut shared: MutexGuard<'_, Shared>, changed: &Condvar) -> Option<(usize, Option<String>)> {
        loop {
            if self.interrupt.is_pressed() {
                changed.notify_all();
                return None;
            }
            let mut waiting = false;
            for (at, node) in self.plan.nodes.iter().enumerate() {
                if shared.begun[at] {
                    continue;
                }
                let needs = || node.needs.iter().map(|need| (*need, &shared.fates[*need]));
                let failed = needs().find(|(_, fate)| fate.as_ref().is_some_and(|report| !report.is_fine()));
                let reason = failed.map(|(need, _)| {
                    let Node { kind, name, .. } = &self.plan.nodes[need];
                    format!("it uses the {kind} `{name}`, which is not built")
                });
                if reason.is_some() || needs().all(|(_, fate)| fate.is_some()) {
                    shared.begun[at] = true;
                    return Some((at, reason));
                }
                waiting = true;
            }
            if !waiting {
                return None;
            }
            changed.wait(&mut shared);
        }
    }

    /// Makes the files of a node in the staging folder, then puts them in their places, those that name others last.
    fn make(&self, node: &Node, key: &str, engine: &Engine, staging: &Path) -> anyhow::Result<(Done, Built)> {
        let started = Instant::now();
        let work = node.work.as_ref().map_err(|why| anyhow!("{why}"))?;
        let mut made: Vec<(PathBuf, String)> = Vec::new();
        let mut evidence = Evidence { reads: BTreeSet::new(), sure: true };
        let (mut rows, mut warnings) = (0, work.warnings.clone());
        for (at, query) in work.queries.iter().enumerate() {
            let (question, files) = question(query, at);
            let export = engine.export(&question, &self.limits(), &self.interrupt.token);
            evidence.add(&export, &self.paths);
            let exported = match export.answer {
                Ok(Answer::Exported(Ok(exported))) => exported,
                Ok(Answer::Exported(Err(error))) => {
                    self.keep_query(node, query, &error);
                    bail!("the query fails: {}", error.message);
                }
                Ok(_) => bail!("the engine gave an answer of another kind"),
                Err(why) => bail!("{}", why.message),
            };
            rows += exported.row_count;
            warnings.extend(lost(&exported, query));
            made.extend(files.into_iter().map(|(name, path)| (staging.join(name), path)));
        }
        let asking = Instant::now();
        for question in &work.asks {
            // As many views as there may be have the time that they had when they were looked at.
            if asking.elapsed() > time_of_schemas(self.limits.timeout) {
                evidence.sure = false;
                break;
            }
            evidence.add(&engine.export(question, &self.limits(), &self.interrupt.token), &self.paths);
        }
        let now = chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
        for (at, text) in work.texts.iter().enumerate() {
            let file = staging.join(format!("{at}.text"));
            self.out.make(&file, &text.render(&now))?;
            made.push((file, text.path.clone()));
        }
        if self.interrupt.is_pressed() {
            bail!("interrupted");
        }
        let mut files = Vec::new();
        for (file, path) in made {
            let written = Written::of(&self.out.folder, &file, &path);
            files.push(written.with_context(|| format!("{path} is gone before it was put in its place"))?);
            self.out.place(&file, &path)?;
        }
        let (reads, data) = evidence.settle(&self.paths);
        let reads = reads.iter().map(|file| self.paths.hide(file)).collect();
        let bytes = files.iter().map(|file| file.length).sum();
        let milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let built = Built { key: key.to_owned(), reads, data, files, warnings };
        Ok((Done { rows, bytes, milliseconds }, built))
    }

    /// What one query may cost now.
    fn limits(&self) -> Limits {
        let timeout = self.deadline.left().map_or(self.limits.timeout, |left| left.min(self.limits.timeout));
        Limits { timeout, ..self.limits }
    }

    /// Removes what an earlier build wrote for this node and this one did not: of another layout, or a flat file.
    fn remove_old(&self, node: &Node, old: Option<Built>) {
        let paths: BTreeSet<&str> = node.work.iter().flat_map(Work::paths).collect();
        for file in old.into_iter().flat_map(|old| old.files) {
            if !paths.contains(file.path.as_str()) && file.is_there(&self.out.folder) {
                self.out.remove(&file.path);
            }
        }
    }

    /// The query of an insight that failed, for people to look at (section 8).
    fn keep_query(&self, node: &Node, query: &Query, error: &SqlError) {
        if node.kind != "insight" {
            return;
        }
        let at = chrono::Local::now().format("%Y%m%d_%H%M%S");
        let path = format!("logs/failed_queries/insight_{}_{at}.sql", node.name);
        let tables = query.tables.iter().map(|table| format!("-- table {}\n{}\n\n", table.name, table.sql));
        let message = error.message.lines().map(|line| format!("-- {line}\n")).collect::<String>();
        let text = format!("{message}{}{}\n", tables.collect::<String>(), query.sql);
        let staging = self.out.staging(usize::MAX).map(|folder| folder.join(format!("{}.sql", node.name)));
        let kept = staging.and_then(|file| {
            self.out.make(&file, &text)?;
            self.out.place(&file, &path)
        });
        if let Err(error) = kept {
            tracing::warn!(%error, "the query could not be kept");
        }
    }
}

/// What tells later whether the data have changed.
struct Evidence {
    reads: BTreeSet<PathBuf>,
    /// Whether files alone decide, and none changed meanwhile.
    sure: bool,
}

impl Evidence {
    fn add(&mut self, export: &viz_engine::Export, paths: &SourcePaths) {
        match (&export.reads, &export.version) {
            (Some(reads), Some(then)) => {
                self.sure &= paths.version(reads) == Some(hex(then));
                self.reads.extend(reads.iter().cloned());
            }
            (reads, _) => {
                self.reads.extend(reads.iter().flatten().cloned());
                self.sure = false;
            }
        }
    }

    fn settle(self, paths: &SourcePaths) -> (Vec<PathBuf>, Option<String>) {
        let reads: Vec<PathBuf> = self.reads.into_iter().collect();
        let data = self.sure.then(|| paths.version(&reads)).flatten();
        (reads, data)
    }
}

/// A query as the engine is asked, and its files: the names in the staging folder and their places.
fn question(query: &Query, at: usize) -> (Question, Vec<(String, String)>) {
    let (parquet, json) = (format!("{at}.parquet"), format!("{at}.json"));
    let mut files = Vec::new();
    let flat = query.flat.as_ref().map(|flat| {
        files.push((json.clone(), flat.path.clone()));
        FlatFile { name: json, before: flat.before.clone(), after: flat.after.clone() }
    });
    let parquet = query.parquet.as_ref().map(|path| {
        files.push((parquet.clone(), path.clone()));
        parquet
    });
    let question = Question::Export {
        source: query.source.clone(),
        tables: query.tables.clone(),
        sql: query.sql.clone(),
        files: ExportFiles { parquet, json: flat, names: query.names.clone() },
    };
    (question, files)
}

/// Values that the flat file could not hold.
fn lost(exported: &Exported, query: &Query) -> Vec<String> {
    let Some(flat) = &query.flat else { return Vec::new() };
    let lost = exported.columns.iter().zip(&exported.nulled).filter(|(_, count)| **count > 0);
    lost.map(|(column, count)| {
        format!(
            "{count} values of the column `{}` are null in {}: JSON has no NaN and no infinity",
            column.name, flat.path
        )
    })
    .collect()
}
