//! The options of `ask` and `mcp`.

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
    /// The project's folder or one of its files [default: the current folder]
    #[arg(long, value_name = "DIR")]
    pub root: Option<PathBuf>,

    /// Answer with schemas, SQL and findings, and with no value of the data
    #[arg(long)]
    pub no_rows: bool,

    /// In CI, also read included files and files of sources outside of the project's repository
    #[arg(long)]
    pub allow_outside: bool,

    /// Also read data below this folder, which lies outside of the project or is reached through a link; may be repeated
    #[arg(long, value_name = "DIR")]
    pub allow_read: Vec<PathBuf>,

    /// Neither read nor write the cache of query results
    #[arg(long)]
    pub no_cache: bool,
}
