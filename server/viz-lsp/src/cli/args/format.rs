//! The options of `format`.

use crate::cli::args::Color;
use clap::Args;
use std::path::PathBuf;

/// The options of `format`.
#[derive(Debug, Clone, Args)]
pub struct FormatArgs {
    /// Files of projects, or folders with such below them [default: the current folder]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// Write nothing; fail if a file would be changed
    #[arg(long)]
    pub check: bool,

    /// Write nothing; print what would be changed, and fail if that is anything
    #[arg(long)]
    pub diff: bool,

    /// In CI, also read included files outside of the project's repository
    #[arg(long)]
    pub allow_outside: bool,

    /// When to use colours
    #[arg(long, value_enum, default_value_t = Color::Auto)]
    pub color: Color,

    /// Print what could not be read only, and what `--check` and `--diff` find
    #[arg(short, long)]
    pub quiet: bool,
}
