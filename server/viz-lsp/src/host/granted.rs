//! Folders outside of projects whose data may be read: named by the person, on the command line or in the settings of the
//! editor, never by a project.

use anyhow::anyhow;
use serde_json::Value;
use std::path::{Path, PathBuf};
use viz_files::{Granted, NotGranted};
use viz_project::{DiskFiles, find_root};

/// The option of a session.
pub const OPTION: &str = "allowRead";

/// Those that the command line names with `--allow-read`, relative to the current folder.
///
/// # Errors
/// If one can't be granted.
pub fn of_command_line(folders: &[PathBuf], current: &Path) -> anyhow::Result<Granted> {
    let mut granted = Granted::none();
    for folder in folders {
        let place = current.join(folder);
        granted
            .add(&place, &is_project)
            .map_err(|why| anyhow!("`--allow-read {}` allows nothing: {}", folder.display(), told(&place, &why)))?;
    }
    Ok(granted)
}

/// Those that the client names when it starts the server: absolute paths, or such that begin with `~`. What can't be granted is
/// told, and the others hold.
pub fn of_session(options: Option<&Value>, home: Option<&Path>) -> (Granted, Vec<String>) {
    let (mut granted, mut messages) = (Granted::none(), Vec::new());
    let folders = match options.and_then(|options| options.get(OPTION)) {
        None | Some(Value::Null) => return (granted, messages),
        Some(Value::Array(folders)) => folders.as_slice(),
        Some(other) => {
            messages.push(format!("`{OPTION}` must be a list of folders, not {other}: it allows nothing"));
            return (granted, messages);
        }
    };
    for folder in folders {
        let Value::String(text) = folder else {
            messages.push(format!("`{OPTION}` must be a list of folders, and {folder} is none: it allows nothing"));
            continue;
        };
        let in_home = text.strip_prefix('~').filter(|rest| rest.is_empty() || rest.starts_with(['/', '\\']));
        let place = match in_home.zip(home) {
            Some((rest, home)) => home.join(rest.trim_start_matches(['/', '\\'])),
            None => PathBuf::from(text),
        };
        if let Err(why) = granted.add(&place, &is_project) {
            messages.push(format!(
                "`{OPTION}`: {} is not allowed to be read: {}",
                Value::from(text.as_str()),
                told(&place, &why)
            ));
        }
    }
    (granted, messages)
}

/// Whether links in a folder come with a project: it is one, or a repository.
fn is_project(folder: &Path) -> bool {
    viz_files::is_there(&folder.join(".git")) || find_root(folder, &DiskFiles).as_deref() == Some(folder)
}

fn told(place: &Path, why: &NotGranted) -> String {
    match why {
        NotGranted::Missing => format!("there is no folder {}", place.display()),
        NotGranted::Everything => "that is the whole file system; name the folder with the data".to_owned(),
        NotGranted::Relative => "it is no absolute path".to_owned(),
        why => format!("it {why}"),
    }
}

#[cfg(test)]
mod tests;
