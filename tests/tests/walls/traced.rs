//! What is opened outside, as `strace` saw it.

use super::entries::{ENTRIES, write_project};
use super::place::Place;
use super::run::{User, command, watch};
use super::things::{Flavour, Thing};
use crate::PROGRAM;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The files below a folder that a run opens with success.
fn opened(place: &Place, args: &[&str], ci: bool, below: &Path) -> Option<BTreeSet<PathBuf>> {
    Command::new("strace").arg("-V").output().ok()?;
    let traces = tempfile::tempdir().expect("a temporary folder");
    let own = command(place, User::Own);
    let mut program = Command::new("strace");
    program.args(["-ff", "-y", "-qq", "-s", "400", "-e", "trace=open,openat,openat2,creat,connect,execve", "-o"]);
    program.arg(traces.path().join("of")).arg(PROGRAM).args(args).current_dir(&place.project);
    for (name, value) in own.get_envs() {
        match value {
            Some(value) => program.env(name, value),
            None => program.env_remove(name),
        };
    }
    if ci {
        program.env("CI", "true");
    }
    let ran = watch(&mut program);
    assert_eq!(ran.faults(), Vec::<String>::new());
    let files = std::fs::read_dir(traces.path()).expect("it is there");
    let trace: String =
        files.map(|entry| std::fs::read_to_string(entry.expect("can be listed").path()).expect("UTF-8")).collect();
    let mut found = BTreeSet::new();
    let mut calls = 0;
    for line in
        trace.lines().filter(|line| line.starts_with("open") && !line.contains(" = -1 ") && !line.contains("= ?"))
    {
        calls += 1;
        // What a call returned: `= 3</the/file>`.
        let Some(path) = line.rsplit_once(" = ").and_then(|(_, result)| result.split_once('<')?.1.strip_suffix('>'))
        else {
            continue;
        };
        if Path::new(path).starts_with(below) {
            found.insert(PathBuf::from(path));
        }
    }
    assert!(calls > 50, "strace saw the program");
    Some(found)
}

/// A project all of whose files are links that lead out.
fn linked(ci: bool) -> Place {
    let place = Place::new();
    write_project(&place);
    for entry in ENTRIES.iter().filter(|entry| !entry.at.starts_with("home") && !entry.at.starts_with("cache")) {
        Thing::LinkToSecret.put(&place, entry.at, entry.flavour(ci));
    }
    place
}

/// In CI a project reads nothing that is not the repository's.
#[test]
fn nothing_outside_is_opened_in_ci() {
    let place = linked(true);
    let args = ["--check", "--timeout", "2", "--no-cache", "--format", "github"];
    let Some(found) = opened(&place, &args, true, &place.outside) else { return };
    assert!(found.is_empty(), "{found:#?}");
    let args = ["--build", "--timeout", "2", "--no-cache", "--out", "../elsewhere"];
    let found = opened(&place, &args, true, &place.outside).expect("there is strace");
    assert!(found.is_empty(), "{found:#?}");
}

/// Elsewhere only what is included is read, as YAML, and what is declared as a source; a database's first bytes tell that it is
/// none.
#[test]
fn only_yaml_and_sources_are_opened_outside() {
    let place = linked(false);
    let args = ["--check", "--timeout", "2", "--fix"];
    let Some(found) = opened(&place, &args, false, &place.outside) else { return };
    let may: BTreeSet<PathBuf> = [Flavour::Yaml, Flavour::Json, Flavour::Text, Flavour::Declared]
        .iter()
        .map(|flavour| place.folder.join(flavour.secret()))
        .chain(["own", "own/secret.yml", "own/part.yml"].map(|name| place.outside.join(name)))
        .collect();
    assert!(found.is_subset(&may), "{:#?}", found.difference(&may));
}
