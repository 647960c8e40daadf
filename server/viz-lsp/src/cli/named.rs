//! What the command line names in the repository is in the repository: where `CI` is `true`, the links on the way to it come with
//! what is checked. Places elsewhere are the user's own choice.

use crate::cli::args::{AskArgs, Command};
use crate::cli::targets::current_folder;
use crate::host::paths::{Bound, left, real};
use anyhow::bail;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use viz_project::{Confined, Environment};

/// Looks at all places that a command line names.
///
/// # Errors
/// If one is spelled below a repository of the current folder, and a link leads out of it.
pub fn stays_inside(command: &Command, log_file: Option<&Path>) -> anyhow::Result<()> {
    let by_environment = || Confined::by_environment(&Environment::from_process()).is_some();
    let confined = match command {
        Command::Check(check) => check.common.access.is_confined(),
        Command::Build(build) => build.common.access.is_confined(),
        Command::Lock(lock) => lock.common.access.is_confined(),
        Command::Format(format) => !format.allow_outside && by_environment(),
        Command::Ask(AskArgs { about, .. }) | Command::Mcp(about) => about.access.is_confined(),
        _ => by_environment(),
    };
    if !confined {
        return Ok(());
    }
    let current = current_folder()?;
    let else_allowed = match command {
        Command::Check(_)
        | Command::Build(_)
        | Command::Lock(_)
        | Command::Format(_)
        | Command::Ask(_)
        | Command::Mcp(_) => Some(", or pass `--allow-outside`"),
        Command::Doctor(..) => Some(""),
        _ => None,
    };
    if let Some(else_allowed) = else_allowed
        && let Some((spelled, repository)) = led_out(&current)
    {
        bail!(
            "the current folder, {}, leads out of the repository {} through a link, and `CI` is `true`\n\
             help: go to the place that it leads to{else_allowed}",
            spelled.display(),
            repository.display()
        );
    }
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

/// The current folder as the shell that went there calls it, and the repository that a link on the way leads out of.
fn led_out(current: &Path) -> Option<(PathBuf, PathBuf)> {
    let spelled = std::env::var_os("PWD").map(PathBuf::from)?;
    // It may be another shell's.
    if !spelled.is_absolute() || real(&spelled) != current {
        return None;
    }
    let repositories = spelled.ancestors().filter(|above| viz_files::is_there(&above.join(".git")));
    let bounds: Vec<Bound> = repositories.map(|repository| Bound::of(real(repository))).collect();
    let repository = left(&spelled, &bounds, &real)?.to_owned();
    Some((spelled, repository))
}

/// Refuses options that files are called like: hooks and scripts put the names of a project's files behind a command, and whoever names
/// a file `--write-baseline=…` chooses the option.
///
/// # Errors
/// If there is such a file.
pub fn no_file_is_an_option(args: impl IntoIterator<Item = OsString>) -> anyhow::Result<()> {
    let options = args.into_iter().skip(1).take_while(|arg| arg != "--");
    let found = options.filter(|arg| arg.as_encoded_bytes().starts_with(b"-") && arg.len() > 1);
    match found.map(PathBuf::from).find(|arg| viz_files::is_there(arg)) {
        None => Ok(()),
        Some(name) => bail!(
            "`{0}` is an option, and a file here has that name, too: nothing is done\n\
             help: put `--` before the names of files; if the option is meant, run this in another folder",
            name.display()
        ),
    }
}

fn named(command: &Command) -> Vec<&Path> {
    match command {
        Command::Check(check) => {
            let files = [&check.baseline, &check.write_baseline, &check.stdin_filename];
            files.into_iter().flatten().chain(&check.common.paths).map(PathBuf::as_path).collect()
        }
        Command::Lock(lock) => lock.common.paths.iter().map(PathBuf::as_path).collect(),
        Command::Build(build) => build.common.paths.iter().chain(&build.out).map(PathBuf::as_path).collect(),
        Command::Format(format) => format.paths.iter().map(PathBuf::as_path).collect(),
        Command::Ask(AskArgs { about, .. }) | Command::Mcp(about) => about.root.iter().map(PathBuf::as_path).collect(),
        Command::Doctor(path, _) => path.as_deref().into_iter().collect(),
        _ => Vec::new(),
    }
}
