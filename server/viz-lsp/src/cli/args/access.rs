//! What may be read beside the project.

use crate::cli::targets::current_folder;
use crate::host::granted;
use clap::Args;
use std::path::PathBuf;
use viz_project::{Confined, Environment};

/// What may be read beside the project.
#[derive(Debug, Clone, Args)]
pub struct AccessArgs {
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

impl AccessArgs {
    /// Whether nothing outside of a project's repository is read: in CI, unless the user allows it.
    pub fn is_confined(&self) -> bool {
        !self.allow_outside && Confined::by_environment(&Environment::from_process()).is_some()
    }

    /// The folders outside of projects whose data may be read.
    ///
    /// # Errors
    /// If one of them can't be.
    pub fn granted(&self) -> anyhow::Result<viz_files::Granted> {
        granted::of_command_line(&self.allow_read, &current_folder()?)
    }
}
