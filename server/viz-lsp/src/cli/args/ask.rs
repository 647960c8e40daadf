//! The options of `ask` and `mcp`.

use super::AccessArgs;
use clap::Args;
use std::path::PathBuf;

/// The options of `ask`.
#[derive(Debug, Clone, Args)]
pub struct AskArgs {
    /// The tool; without one, all are listed with what they take
    #[arg(value_name = "TOOL")]
    pub tool: Option<String>,

    /// Its arguments as a JSON object; `-` reads them from stdin
    #[arg(value_name = "JSON", requires = "tool")]
    pub arguments: Option<String>,

    #[command(flatten)]
    pub about: AboutArgs,
}

/// What `ask` and `mcp` have in common.
#[derive(Debug, Clone, Args)]
pub struct AboutArgs {
    /// The project's folder or one of its files [default: the current folder]; may be repeated
    #[arg(long, value_name = "DIR")]
    pub root: Vec<PathBuf>,

    /// Answer with schemas, SQL and findings, and with no value of the data
    #[arg(long)]
    pub no_rows: bool,

    /// Let assistants change files of the project where they ask for it; else they get a diff
    #[arg(long)]
    pub allow_writes: bool,

    #[command(flatten)]
    pub access: AccessArgs,
}
