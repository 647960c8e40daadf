//! The command line. Its options and exit codes are promised: more may come, none changes.

use chrono::{DateTime, Local, NaiveDate, NaiveDateTime};
use clap::{ArgAction, ArgGroup, Args, Parser, ValueEnum};
use std::path::PathBuf;
use viz_check::Level;
use viz_engine::Role;
use viz_project::{Confined, Environment, Target};

/// Checks dashboards-as-code before anyone looks at them: every choice that a viewer can make, against the real database.
///
/// Without options it is a language server on stdin and stdout.
#[derive(Debug, Parser)]
#[command(name = "viz-lsp", version, max_term_width = 110)]
#[command(group(ArgGroup::new("face").args(["check", "build"])))]
pub struct Cli {
    /// Speak the language server protocol on stdin and stdout (the default)
    #[arg(long, conflicts_with_all = ["face", "explain"])]
    stdio: bool,

    /// Speak it with a client that listens on this port of this machine
    #[arg(long, value_name = "PORT", conflicts_with_all = ["stdio", "face", "explain"])]
    pub socket: Option<u16>,

    /// Check the projects that the paths belong to
    #[arg(long, conflicts_with = "explain")]
    check: bool,

    /// Make the files that the projects' dashboards read: options, rows of models and insights
    #[arg(long, conflicts_with = "explain")]
    build: bool,

    /// Print the page of a diagnostic; all codes when none is given
    #[arg(long, value_name = "CODE", num_args = 0..=1)]
    explain: Option<Option<String>>,

    /// Tell what protects this computer from the projects' queries, and what can be opened
    #[arg(long, value_name = "PATH", num_args = 0..=1, conflicts_with_all = ["face", "explain", "stdio"])]
    doctor: Option<Option<PathBuf>>,

    /// List the newest runs of queries on sources, newest last [default: 20]
    #[arg(long, value_name = "N", num_args = 0..=1, conflicts_with_all = ["face", "explain", "stdio", "doctor"])]
    runs: Option<Option<u32>>,

    /// Tell on stderr what happens; twice for more
    #[arg(short, long, action = ArgAction::Count)]
    pub verbose: u8,

    /// Write what is told into this file instead
    #[arg(long, value_name = "FILE")]
    pub log_file: Option<PathBuf>,

    #[command(flatten)]
    options: CheckArgs,

    #[command(flatten)]
    building: BuildArgs,

    /// Answer questions of a parent process on stdin and stdout
    #[arg(long, hide = true, value_name = "KIND", conflicts_with_all = ["face", "explain", "stdio"])]
    worker: Option<WorkerKind>,

    /// The folder of private copies of databases that a worker reads
    #[arg(long, hide = true, value_name = "FOLDER", requires = "worker")]
    copies: Option<PathBuf>,

    /// What else a worker may read
    #[arg(long, hide = true, value_name = "PATH", requires = "worker")]
    read: Vec<PathBuf>,

    /// The folder that a worker may write to
    #[arg(long, hide = true, value_name = "FOLDER", requires = "worker")]
    write: Option<PathBuf>,

    /// Its device and number
    #[arg(long, hide = true, value_name = "NUMBER", requires = "write")]
    write_number: Option<viz_files::Identity>,
}

/// The kinds of worker processes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum WorkerKind {
    /// Parses and binds; has no access to any file.
    Parse,
    /// Reads sources.
    Sources,
}

/// The options of `--check`.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Options of --check")]
pub struct CheckArgs {
    /// Project folders, project files, or files that a project includes [default: the current folder]
    #[arg(value_name = "PATH", requires = "face")]
    pub paths: Vec<PathBuf>,

    /// What to print on stdout
    #[arg(long, requires = "face", value_enum, default_value_t = Format::Text)]
    pub format: Format,

    /// How deep to check [default: bind]
    #[arg(long, requires = "check", conflicts_with = "build", value_enum)]
    pub level: Option<LevelArg>,

    /// Format version that the projects are written for [default: the project's]
    #[arg(long, requires = "face", value_enum)]
    pub target: Option<TargetArg>,

    /// Current time for date expressions [default: now]
    #[arg(long, requires = "face", value_name = "TIMESTAMP", value_parser = timestamp)]
    pub now: Option<NaiveDateTime>,

    /// Check at most this many combinations of an insight one by one [default: 96]
    #[arg(long, requires = "check", conflicts_with = "build", value_name = "N", value_parser = clap::value_parser!(u32).range(1..=viz_project::MOST_COMBINATIONS as i64))]
    pub max_combinations: Option<u32>,

    /// Seed of the sample above that number [default: 0]
    #[arg(long, requires = "check", conflicts_with = "build", value_name = "N")]
    pub seed: Option<u64>,

    /// Time for one query of the engine [default: 10; of --build: 600]
    #[arg(long, requires = "face", value_name = "SECONDS", value_parser = seconds)]
    pub timeout: Option<f64>,

    /// Time for everything: what is still open then is reported as not checked, or not built [default: 600; of --build: none]
    #[arg(long, requires = "face", value_name = "SECONDS", value_parser = seconds)]
    pub deadline: Option<f64>,

    /// Main memory for one query of the engine [default: 1000]
    #[arg(long, requires = "face", value_name = "MB", value_parser = clap::value_parser!(u64).range(1..=4000))]
    pub memory: Option<u64>,

    /// Think of options that no query gives today: an apostrophe, an empty text, NULL, …
    #[arg(long, requires = "check", conflicts_with = "build")]
    pub hostile_options: bool,

    /// In CI, read included files and files of sources outside of the project's repository, too
    #[arg(long, requires = "face")]
    pub allow_outside: bool,

    /// Neither read nor write the capsule cache
    #[arg(long, requires = "face")]
    pub no_cache: bool,

    /// Let warnings fail the check too
    #[arg(long, requires = "check", conflicts_with = "build", value_enum, value_name = "WHAT")]
    pub deny: Option<Deny>,

    /// Fail if a smaller share of all combinations was covered
    #[arg(long, requires = "check", conflicts_with = "build", value_name = "PERCENT", value_parser = percent)]
    pub min_coverage: Option<f64>,

    /// Ignore the findings recorded in this file
    #[arg(long, requires = "check", conflicts_with = "build", value_name = "FILE")]
    pub baseline: Option<PathBuf>,

    /// Record today's findings in this file
    #[arg(long, requires = "check", conflicts_with = "build", value_name = "FILE")]
    pub write_baseline: Option<PathBuf>,

    /// Paths that belong to no project are no error: for hooks that are given file names
    #[arg(long, requires = "check", conflicts_with = "build")]
    pub skip_unrelated: bool,

    /// Put the fixes that need no second look into the files; `--fix=all`: also those that do
    #[arg(
        long,
        value_name = "WHICH",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "safe",
        requires = "check",
        conflicts_with_all = ["build", "watch", "stdin_filename"]
    )]
    pub fix: Option<Fixes>,

    /// Check again whenever a file of the projects or of their sources changes
    #[arg(long, requires = "check", conflicts_with_all = ["build", "write_baseline", "stdin_filename"])]
    pub watch: bool,

    /// Read the text of this file from stdin, as an editor holds it
    #[arg(long, requires = "check", conflicts_with = "build", value_name = "PATH")]
    pub stdin_filename: Option<PathBuf>,

    /// When to use colours
    #[arg(long, requires = "face", value_enum, default_value_t = Color::Auto)]
    pub color: Color,

    /// Print findings only
    #[arg(short, long, requires = "face")]
    pub quiet: bool,
}

impl CheckArgs {
    /// Whether nothing outside of a project's repository is read: in CI, unless the user allows it.
    pub fn is_confined(&self) -> bool {
        !self.allow_outside && Confined::by_environment(&Environment::from_process()).is_some()
    }
}

/// The options of `--build`, besides those that it shares with `--check`.
#[derive(Debug, Clone, Args)]
#[command(
    next_help_heading = "Options of --build, besides --format, --target, --now, --timeout, --deadline, --allow-outside, --no-cache, --color and --quiet"
)]
pub struct BuildArgs {
    /// Write to this folder and to nothing else [default: the project's folder `target`]
    #[arg(long, requires = "build", conflicts_with = "check", value_name = "DIR")]
    pub out: Option<PathBuf>,

    /// Build these objects and what they need
    #[arg(long, requires = "build", conflicts_with = "check", value_name = "NAME", value_delimiter = ',')]
    pub only: Vec<String>,

    /// Build so many objects side by side
    #[arg(long, requires = "build", conflicts_with = "check", value_name = "N", value_parser = clap::value_parser!(u32).range(1..=64))]
    pub jobs: Option<u32>,

    /// Tell what would be built, and write nothing
    #[arg(long, requires = "build", conflicts_with = "check")]
    pub dry_run: bool,

    /// Arrangement of the files [default: that of the format version]
    #[arg(long, requires = "build", conflicts_with = "check", value_enum)]
    pub layout: Option<TargetArg>,

    /// Also write a file for each insight with its columns as arrays
    #[arg(long, requires = "build", conflicts_with = "check")]
    pub flat: bool,
}

/// Output formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// One JSON object (docs/json.md).
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Annotations of GitHub Actions.
    Github,
}

/// Values of `--level`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LevelArg {
    /// Parse only; no source is opened
    Parse,
    /// Also schemas, option queries, binding and value checks
    Bind,
    /// Also execute the sampled combinations
    Execute,
}

impl From<LevelArg> for Level {
    fn from(level: LevelArg) -> Self {
        match level {
            LevelArg::Parse => Level::Parse,
            LevelArg::Bind => Level::Bind,
            LevelArg::Execute => Level::Execute,
        }
    }
}

/// Values of `--target`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TargetArg {
    /// Format 2.0
    #[value(name = "2.0")]
    V2_0,
    /// Format 2.1
    #[value(name = "2.1")]
    V2_1,
    /// Format 2.2
    #[value(name = "2.2")]
    V2_2,
}

impl From<TargetArg> for Target {
    fn from(target: TargetArg) -> Self {
        match target {
            TargetArg::V2_0 => Target::V2_0,
            TargetArg::V2_1 => Target::V2_1,
            TargetArg::V2_2 => Target::V2_2,
        }
    }
}

/// Values of `--fix`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Fixes {
    /// Fixes after which the project means what it meant
    Safe,
    /// Also the likely ones, such as a name that was probably meant
    All,
}

/// Values of `--deny`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Deny {
    /// Warnings count as errors for the exit status
    Warnings,
}

/// Values of `--color`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// If stdout is a terminal that shows them
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl From<Color> for anstream::ColorChoice {
    fn from(color: Color) -> Self {
        match color {
            Color::Auto => Self::Auto,
            Color::Always => Self::Always,
            Color::Never => Self::Never,
        }
    }
}

/// What the command line asks for.
#[derive(Debug)]
pub enum Command {
    /// The language server.
    Serve,
    /// Nothing; the language server, or, where a person sits before it, what to do first.
    Nothing,
    /// `--check`.
    Check(Box<CheckArgs>),
    /// `--build`.
    Build(Box<CheckArgs>, BuildArgs),
    /// `--explain`.
    Explain(Option<String>),
    /// `--doctor`, on the project of this path.
    Doctor(Option<PathBuf>),
    /// `--runs`, so many.
    Runs(usize),
    /// `--worker`.
    Worker(Role),
}

impl Cli {
    /// What the command line asks for.
    pub fn asks_for(self) -> Command {
        match self {
            Cli { worker: Some(kind), copies, read, write, write_number, .. } => {
                let kind = match kind {
                    WorkerKind::Parse => viz_engine::WorkerKind::Parse,
                    WorkerKind::Sources => viz_engine::WorkerKind::Sources,
                };
                let write = write.map(|path| viz_files::Handed { path, identity: write_number });
                Command::Worker(Role { kind, copies, read, write })
            }
            Cli { explain: Some(code), .. } => Command::Explain(code),
            Cli { doctor: Some(path), .. } => Command::Doctor(path),
            Cli { runs: Some(count), .. } => Command::Runs(count.unwrap_or(20) as usize),
            Cli { check: true, options, .. } => Command::Check(Box::new(options)),
            Cli { build: true, options, building, .. } => Command::Build(Box::new(options), building),
            Cli { stdio: true, .. } => Command::Serve,
            _ => Command::Nothing,
        }
    }
}

/// A date, a local time, or a time with its offset from UTC.
fn timestamp(text: &str) -> Result<NaiveDateTime, String> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Ok(time.with_timezone(&Local).naive_local());
    }
    let forms = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"];
    let time = forms.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok());
    let date = || NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0);
    time.or_else(date)
        .ok_or_else(|| "expected a time such as 2026-11-21T08:30:00 or a date such as 2026-11-21".to_owned())
}

fn seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if seconds > 0.0 && seconds.is_finite() => Ok(seconds),
        _ => Err("expected a number of seconds greater than 0".to_owned()),
    }
}

fn percent(text: &str) -> Result<f64, String> {
    match text.trim_end_matches('%').parse::<f64>() {
        Ok(percent) if (0.0..=100.0).contains(&percent) => Ok(percent),
        _ => Err("expected a number between 0 and 100".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn command(args: &[&str]) -> Result<Command, clap::Error> {
        Cli::try_parse_from(std::iter::once(&"viz-lsp").chain(args)).map(Cli::asks_for)
    }

    #[test]
    fn the_definition_is_consistent() {
        <Cli as CommandFactory>::command().debug_assert();
    }

    #[test]
    fn stdio_serves_and_so_does_nothing_unless_a_person_waits() {
        assert!(matches!(command(&["--stdio"]), Ok(Command::Serve)));
        for args in [&[][..], &["-vv"]] {
            assert!(matches!(command(args), Ok(Command::Nothing)), "{args:?}");
        }
    }

    #[test]
    fn paths_may_stand_before_and_after_options() {
        for args in [&["--check", "a", "b", "--format", "json"][..], &["--check", "--format", "json", "a", "b"]] {
            let Ok(Command::Check(options)) = command(args) else { panic!("{args:?}") };
            assert_eq!(options.paths, [PathBuf::from("a"), PathBuf::from("b")]);
            assert_eq!(options.format, Format::Json);
        }
    }

    #[test]
    fn usage_errors_exit_with_2() {
        let wrong: [&[&str]; 19] = [
            &["--check", "--build"],
            &["--check", "--out", "x"],
            &["--build", "--level", "bind"],
            &["--build", "--jobs", "0"],
            &["--build", "--layout", "1.0"],
            &["--fix"],
            &["--check", "--fix", "--watch"],
            &["--check", "--fix", "--stdin-filename", "a.yml"],
            &["path"],
            &["--format", "json"],
            &["--check", "--format", "xml"],
            &["--check", "--stdio"],
            &["--check", "--max-combinations", "0"],
            &["--check", "--timeout", "-1"],
            &["--check", "--timeout", "0"],
            &["--build", "--timeout", "nan"],
            &["--check", "--deadline", "0"],
            &["--check", "--min-coverage", "101"],
            &["--check", "--now", "soon"],
        ];
        for args in wrong {
            assert_eq!(command(args).expect_err("is wrong").exit_code(), 2, "{args:?}");
        }
    }

    #[test]
    fn timestamps_come_in_the_usual_forms() {
        for text in ["2026-11-21T00:00:00", "2026-11-21 00:00", "2026-11-21"] {
            assert_eq!(timestamp(text).unwrap().to_string(), "2026-11-21 00:00:00", "{text}");
        }
        assert!(timestamp("2026-11-21T08:30:00Z").is_ok());
        assert!(timestamp("yesterday").is_err());
    }

    #[test]
    fn explain_takes_one_code_or_none() {
        assert!(matches!(command(&["--explain"]), Ok(Command::Explain(None))));
        assert!(
            matches!(command(&["--explain", "unknown-key"]), Ok(Command::Explain(Some(code))) if code == "unknown-key")
        );
    }
}
