//! `format`: puts lists, mappings and blanks of projects' files in order, or tells what it would.

use crate::cli::args::FormatArgs;
use crate::cli::check::{fix, load};
use crate::cli::deep::on_deep_stack;
use crate::cli::diff::{self, shown};
use crate::cli::targets::{current_folder, find, no_project};
use crate::host::output;
use crate::host::overlay::Overlay;
use crate::host::own::Foreign;
use crate::host::paths::real;
use crate::host::words;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use viz_ide::Unformatted;
use viz_project::{Environment, File, Project};

/// Exit status where a file is not formatted and stays so.
const NOT_FORMATTED: u8 = 1;

/// What became of the files.
#[derive(Debug, Default)]
struct Done {
    changed: usize,
    unchanged: usize,
    broken: usize,
}

/// Formats what the command line names.
///
/// # Errors
/// If it could not run: exit status 2.
pub fn run(args: &FormatArgs) -> anyhow::Result<ExitCode> {
    on_deep_stack("format", || format_all(args))
}

fn format_all(args: &FormatArgs) -> anyhow::Result<ExitCode> {
    let current = current_folder()?;
    let environment = Environment::from_process();
    let files = Overlay::new(&environment, args.allow_outside);
    let (targets, strangers) = find(&args.paths, &current, &files)?;
    if targets.is_empty() {
        return Err(no_project(&strangers, &files));
    }
    for path in strangers {
        say(args, &format!("note: {} belongs to no project: skipped", path.display()));
    }
    let here = [PathBuf::from(".")];
    let paths = if args.paths.is_empty() { &here[..] } else { &args.paths };
    let named: Vec<PathBuf> = paths.iter().map(|path| real(&current.join(path))).collect();
    let (mut done, mut met) = (Done::default(), BTreeSet::new());
    for target in targets {
        let project = load(&target, &files, &environment, None)?;
        format_project(args, &project, &named, (&mut met, &mut done), &current)?;
    }
    for path in named.iter().filter(|path| viz_files::look(path).is_some_and(|file| file.is_file())) {
        if !met.contains(path) {
            say(args, &format!("note: nothing includes {}: it is not formatted", shown(path, &current)));
        }
    }
    let would = args.check || args.diff;
    tell(args, would, &done);
    Ok(match &done {
        Done { broken: 1.., .. } => ExitCode::from(crate::COULD_NOT_RUN),
        Done { changed: 1.., .. } if would => ExitCode::from(NOT_FORMATTED),
        _ => ExitCode::SUCCESS,
    })
}

/// Formats the files of a project that are named, or stand in a folder that is.
fn format_project(
    args: &FormatArgs,
    project: &Project,
    named: &[PathBuf],
    (met, done): (&mut BTreeSet<PathBuf>, &mut Done),
    current: &Path,
) -> anyhow::Result<()> {
    let mut formatted = Overlay::default();
    let mut read = std::collections::BTreeMap::new();
    let is_named = |file: &&File| named.iter().any(|path| file.real.starts_with(path));
    for file in project.files().iter().filter(is_named) {
        // Projects may share a file, and have it under several names.
        if !met.insert(file.real.clone()) {
            continue;
        }
        let shown = shown(&file.real, current);
        let edits = match viz_ide::format(&file.document, None) {
            Ok(edits) => edits,
            Err(why) => {
                let broken = matches!(why, Unformatted::Broken(_));
                done.broken += usize::from(broken);
                done.unchanged += usize::from(!broken);
                output::say(&format!("{}: {shown} {why}", if broken { "error" } else { "note" }));
                continue;
            }
        };
        if edits.is_empty() {
            done.unchanged += 1;
            continue;
        }
        if let Some(why) = Foreign::of(&project.root, &file.path) {
            say(args, &format!("note: {shown} {why}: nothing is written to it"));
            continue;
        }
        let before = file.document.text();
        let after = viz_ide::apply(before, &edits);
        if args.diff {
            output::report(&diff::render(&shown, before, &after), args.color.into());
        } else if args.check {
            output::text(&format!("would format {shown}\n"));
        }
        done.changed += 1;
        read.insert(file.path.clone(), before.to_owned());
        formatted.insert(file.path.clone(), after);
    }
    if args.check || args.diff { Ok(()) } else { fix::write(&project.root, &formatted, &read) }
}

/// The last line.
fn tell(args: &FormatArgs, would: bool, done: &Done) {
    let mut parts = Vec::new();
    if done.changed > 0 {
        parts.push(format!(
            "{} {}",
            words::count(done.changed, "file"),
            if would { "would be formatted" } else { "formatted" }
        ));
    }
    if done.unchanged > 0 {
        parts.push(format!(
            "{} left as {}",
            words::count(done.unchanged, "file"),
            if done.unchanged == 1 { "it is" } else { "they are" }
        ));
    }
    if done.broken > 0 {
        parts.push(format!("{} not readable", words::count(done.broken, "file")));
    }
    if parts.is_empty() {
        parts.push("no file to format".to_owned());
    }
    // On stdout there are differences alone, so that they can be applied.
    let line = parts.join(", ");
    if args.diff {
        say(args, &line)
    } else if !args.quiet {
        output::text(&format!("{line}\n"))
    }
}

fn say(args: &FormatArgs, text: &str) {
    if !args.quiet {
        output::say(text);
    }
}
