//! What the command line names in the repository is in the repository: where `CI` is `true`, the links on the way to it come with
//! what is checked. Places elsewhere are the user's own choice.

use crate::cli::args::Command;
use crate::cli::targets::current_folder;
use crate::host::paths::{Bound, left, real};
use anyhow::bail;
use std::path::{Path, PathBuf};
use viz_project::{Confined, Environment};

/// Looks at all places that a command line names.
///
/// # Errors
/// If one is spelled below a repository of the current folder, and a link leads out of it.
pub fn stays_inside(command: &Command, log_file: Option<&Path>) -> anyhow::Result<()> {
    let confined = match command {
        Command::Check(check) | Command::Build(check, _) => check.is_confined(),
        _ => Confined::by_environment(&Environment::from_process()).is_some(),
    };
    if !confined {
        return Ok(());
    }
    let current = current_folder()?;
    let repositories: Vec<Bound> = viz_files::repositories(&current).into_iter().map(Bound::of).collect();
    for path in named(command).into_iter().chain(log_file) {
        if let Some(repository) = left(&current.join(path), &repositories, &real) {
            bail!(
                "{} leads out of the repository {} through a link, and `CI` is `true`\n\
                 help: name the place that it leads to, or pass `--allow-outside`",
                path.display(),
                repository.display()
            );
        }
    }
    Ok(())
}

fn named(command: &Command) -> Vec<&Path> {
    let (check, out) = match command {
        Command::Check(check) => (check, None),
        Command::Build(check, build) => (check, build.out.as_deref()),
        Command::Doctor(path) => return path.as_deref().into_iter().collect(),
        _ => return Vec::new(),
    };
    let files = [&check.baseline, &check.write_baseline, &check.stdin_filename];
    let files = files.into_iter().flatten().chain(&check.paths);
    files.map(PathBuf::as_path).chain(out).collect()
}
