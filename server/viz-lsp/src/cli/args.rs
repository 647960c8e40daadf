//! The command line. Its options and exit codes are promised: more may come, none changes.

mod access;
mod ask;
mod format;
#[cfg(test)]
mod tests;
mod values;

pub use access::AccessArgs;
pub use ask::{AboutArgs, AskArgs};
use chrono::NaiveDateTime;
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
pub use format::FormatArgs;
use std::ffi::OsString;
use std::path::PathBuf;
pub use values::{Color, Deny, FailOn, Fixes, Format, LevelArg, TargetArg};
use values::{percent, seconds, timestamp};
use viz_engine::{Role, WorkerKind as Kind};

/// Checks dashboards-as-code before anyone looks at them: every choice that a viewer can make, against the real database.
///
/// Without a command it is a language server on stdin and stdout. Commands may be written as options, too: `viz-lsp --check`.
#[derive(Debug, Parser)]
#[command(name = "viz-lsp", version, max_term_width = 110, args_conflicts_with_subcommands = true)]
#[command(subcommand_precedence_over_arg = true)]
pub struct Cli {
    #[command(subcommand)]
    face: Option<Face>,

    /// Speak the language server protocol on stdin and stdout (the default)
    #[arg(long)]
    stdio: bool,

    /// Speak it with a client that listens on this port of this machine
    #[arg(long, value_name = "PORT", conflicts_with = "stdio")]
    pub socket: Option<u16>,

    /// Log to stderr; twice for more
    #[arg(short, long, action = ArgAction::Count, global = true)]
    pub verbose: u8,

    /// Write the log to this file instead
    #[arg(long, value_name = "FILE", global = true)]
    pub log_file: Option<PathBuf>,

    #[command(flatten)]
    worker: WorkerArgs,
}

/// What a worker process is told. Not for people.
#[derive(Debug, Args)]
struct WorkerArgs {
    /// Answer questions of a parent process on stdin and stdout
    #[arg(long, hide = true, value_name = "KIND", conflicts_with = "stdio")]
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

    /// Folders of data that a worker may read besides the project's
    #[arg(long, hide = true, value_name = "FOLDER", requires = "worker")]
    granted: Vec<PathBuf>,

    /// Folders of the program's own, of which a worker reads nothing as data
    #[arg(long, hide = true, value_name = "FOLDER", requires = "worker")]
    closed: Vec<PathBuf>,

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

/// The commands.
#[derive(Debug, Subcommand)]
enum Face {
    /// Check projects: all choices of all insights
    Check(CheckArgs),
    /// Check projects, and put the fixes that need no second look into their files
    #[command(mut_arg("watch", hidden), mut_arg("write_baseline", hidden), mut_arg("stdin_filename", hidden))]
    Fix(CheckArgs),
    /// Format the files of projects: indentation and blanks, never comments, texts or meaning
    Format(FormatArgs),
    /// Make the files that the projects' dashboards read: options, rows of models and insights
    #[command(mut_arg("format", values::text_or_json))]
    Build(BuildArgs),
    /// Write what the sources tell into `viz.lock`, for checks without them (`check --locked`)
    #[command(mut_arg("format", values::text_json_or_github))]
    Lock(LockArgs),
    /// Ask what a coding assistant may ask: about data by query plans, about what is in a project
    Ask(AskArgs),
    /// Offer that to a coding assistant: a server of the Model Context Protocol on stdin and stdout
    Mcp(AboutArgs),
    /// Print the page of a finding's code; all codes when none is given
    Explain {
        /// The code, such as `combination-syntax`
        #[arg(value_name = "CODE")]
        code: Option<String>,
    },
    /// Tell what protects this computer from the projects' queries, and what can be opened
    Doctor {
        /// A project's folder or one of its files [default: the current folder]
        #[arg(value_name = "PATH")]
        path: Option<PathBuf>,

        /// Also read data below this folder; may be repeated
        #[arg(long, value_name = "DIR")]
        allow_read: Vec<PathBuf>,
    },
    /// List the newest runs of queries on sources, newest last
    Runs {
        /// How many
        #[arg(value_name = "N", default_value_t = 20)]
        count: u32,
    },
    /// Print a script that lets a shell complete this command line
    Completions {
        /// The shell
        #[arg(value_name = "SHELL")]
        shell: clap_complete::Shell,
    },
    /// Print the manual page of viz-lsp or of one of its commands (`viz-lsp man check | man -l -`)
    Man {
        /// The command
        #[arg(value_name = "COMMAND")]
        command: Option<String>,
    },
}

/// An option that `check` has and that `fix` has no use for.
fn hidden(option: clap::Arg) -> clap::Arg {
    option.hide(true)
}

/// What `check` and `build` have in common.
#[derive(Debug, Clone, Args)]
pub struct CommonArgs {
    /// Project folders, project files, or files that a project includes [default: the current folder]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// What to print on stdout
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,

    /// Format version that the projects are written for [default: the project's]
    #[arg(long, value_enum)]
    pub target: Option<TargetArg>,

    /// Current time for date expressions [default: now]
    #[arg(long, value_name = "TIMESTAMP", value_parser = timestamp)]
    pub now: Option<NaiveDateTime>,

    /// Time for one query of the engine [default: 10; when building: 600]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub timeout: Option<f64>,

    /// Time for everything: what is still open then is reported as not checked, or not built [default: 600; when building: none]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub deadline: Option<f64>,

    /// Main memory for one query of the engine [default: 1000]
    #[arg(long, value_name = "MB", value_parser = clap::value_parser!(u64).range(1..=4000))]
    pub memory: Option<u64>,

    #[command(flatten)]
    pub access: AccessArgs,

    /// When to use colours
    #[arg(long, value_enum, default_value_t = Color::Auto)]
    pub color: Color,

    /// Print findings only
    #[arg(short, long)]
    pub quiet: bool,
}

/// The options of `check`.
#[derive(Debug, Clone, Args)]
pub struct CheckArgs {
    #[command(flatten)]
    pub common: CommonArgs,

    /// How deep to check [default: bind]
    #[arg(long, value_enum)]
    pub level: Option<LevelArg>,

    /// Check at most this many combinations of an insight one by one [default: 96]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=viz_project::MOST_COMBINATIONS as i64))]
    pub max_combinations: Option<u32>,

    /// Seed of the sample above that number [default: 0]
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,

    /// Also test options that may appear later: an apostrophe, an empty text, NULL, …
    #[arg(long)]
    pub hostile_options: bool,

    /// Let warnings fail the check, too
    #[arg(long, value_enum, value_name = "WHAT")]
    pub deny: Option<Deny>,

    /// Fail if a smaller share of all combinations was covered
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    pub min_coverage: Option<f64>,

    /// Ignore the findings recorded in this file
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,

    /// Record today's findings in this file
    #[arg(long, value_name = "FILE")]
    pub write_baseline: Option<PathBuf>,

    /// Open no source: what is known of the data is what `viz.lock` tells
    #[arg(long, conflicts_with = "watch")]
    pub locked: bool,

    /// Paths that belong to no project are no error: for hooks that are given file names
    #[arg(long)]
    pub skip_unrelated: bool,

    /// Put the fixes that need no second look into the files; `--fix=all`: also those that do
    #[arg(
        long,
        value_name = "WHICH",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "safe",
        conflicts_with_all = ["watch", "stdin_filename"]
    )]
    pub fix: Option<Fixes>,

    /// Write nothing; print what the fixes would change, and nothing else: fails if that is anything
    #[arg(long, conflicts_with_all = ["watch", "stdin_filename", "write_baseline", "deny", "min_coverage"])]
    pub diff: bool,

    /// Check again whenever a file of the projects or of their sources changes
    #[arg(long, conflicts_with_all = ["write_baseline", "stdin_filename"])]
    pub watch: bool,

    /// Read the text of this file from stdin, as an editor holds it
    #[arg(long, value_name = "PATH")]
    pub stdin_filename: Option<PathBuf>,
}

/// The options of `build`.
#[derive(Debug, Clone, Args)]
pub struct BuildArgs {
    #[command(flatten)]
    pub common: CommonArgs,

    /// Write to this folder and to nothing else [default: the project's folder `target`]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,

    /// Build these objects and what they need
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub only: Vec<String>,

    /// Build so many objects side by side
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=64))]
    pub jobs: Option<u32>,

    /// Tell what would be built, and write nothing
    #[arg(long)]
    pub dry_run: bool,

    /// Arrangement of the files [default: that of the format version]
    #[arg(long, value_enum)]
    pub layout: Option<TargetArg>,

    /// Also write a file for each insight with its columns as arrays
    #[arg(long)]
    pub flat: bool,
}

/// The options of `lock`.
#[derive(Debug, Clone, Args)]
pub struct LockArgs {
    #[command(flatten)]
    pub common: CommonArgs,

    /// Write nothing, and tell what has changed in the data since the lock was written
    #[arg(long)]
    pub diff: bool,

    /// Which changes fail: what breaks something; also what is dangerous; none [default: breaking]
    #[arg(long, value_enum, value_name = "WHAT", requires = "diff")]
    pub fail_on: Option<FailOn>,
}

/// What the command line asks for.
#[derive(Debug)]
pub enum Command {
    /// The language server.
    Serve,
    /// Nothing; the language server, or, where a person sits before it, what to do first.
    Nothing,
    /// `check` and `fix`.
    Check(Box<CheckArgs>),
    /// `build`.
    Build(Box<BuildArgs>),
    /// `lock`.
    Lock(Box<LockArgs>),
    /// `format`.
    Format(FormatArgs),
    /// `ask`.
    Ask(AskArgs),
    /// `mcp`.
    Mcp(AboutArgs),
    /// `explain`.
    Explain(Option<String>),
    /// `doctor`, on the project of this path, with folders that may be read.
    Doctor(Option<PathBuf>, Vec<PathBuf>),
    /// `runs`, so many.
    Runs(usize),
    /// `completions`.
    Completions(clap_complete::Shell),
    /// `man`, of this command.
    Man(Option<String>),
    /// `--worker`.
    Worker(Role),
}

/// Commands that were options first, and are still read as such.
const AS_OPTIONS: [&str; 5] = ["check", "build", "explain", "doctor", "runs"];

/// The command line with its command in front: `--check a.yml` is `check a.yml`.
fn command_first(mut args: Vec<OsString>) -> Vec<OsString> {
    let end = args.iter().position(|arg| arg == "--").unwrap_or(args.len());
    let option = |arg: &OsString| {
        let (name, value) = match arg.to_str()?.strip_prefix("--")?.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
            None => (arg.to_str()?[2..].to_owned(), None),
        };
        AS_OPTIONS.into_iter().find(|command| *command == name).map(|command| (command, value))
    };
    let found = (1..end).find_map(|at| Some((at, option(&args[at])?)));
    // `format --check` is no check, and `fix --check` checks nothing called `fix`.
    let has_command = args.get(1).and_then(|arg| arg.to_str()).is_some_and(Face::has_subcommand);
    if let Some((at, (command, value))) = found.filter(|_| !has_command) {
        match value {
            Some(value) => args[at] = value.into(),
            None => drop(args.remove(at)),
        }
        args.insert(1, command.into());
    }
    args
}

impl Cli {
    /// Reads a command line, which begins with the program's name.
    ///
    /// # Errors
    /// If it can't be read, and for `--help` and `--version`: what to print.
    pub fn read(args: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        Self::try_parse_from(command_first(args.into_iter().collect()))
    }

    /// What the command line asks for.
    pub fn asks_for(self) -> Command {
        let Some(face) = self.face else {
            return match self.worker {
                WorkerArgs { worker: Some(kind), copies, read, granted, closed, write, write_number } => {
                    let kind = if kind == WorkerKind::Parse { Kind::Parse } else { Kind::Sources };
                    let write = write.map(|path| viz_files::Handed { path, identity: write_number });
                    let granted = viz_files::Granted::known(granted);
                    Command::Worker(Role { kind, copies, read, granted, closed, write })
                }
                _ if self.stdio => Command::Serve,
                _ => Command::Nothing,
            };
        };
        match face {
            Face::Check(check) if !check.diff => Command::Check(Box::new(check)),
            Face::Check(check) | Face::Fix(check) => {
                Command::Check(Box::new(CheckArgs { fix: check.fix.or(Some(Fixes::Safe)), ..check }))
            }
            Face::Build(build) => Command::Build(Box::new(build)),
            Face::Lock(lock) => Command::Lock(Box::new(lock)),
            Face::Format(format) => Command::Format(format),
            Face::Ask(ask) => Command::Ask(ask),
            Face::Mcp(about) => Command::Mcp(about),
            Face::Explain { code } => Command::Explain(code),
            Face::Doctor { path, allow_read } => Command::Doctor(path, allow_read),
            Face::Runs { count } => Command::Runs(count as usize),
            Face::Completions { shell } => Command::Completions(shell),
            Face::Man { command } => Command::Man(command),
        }
    }
}
