//! `viz-lsp lock --diff`: what has changed in the data since the lock, printed.

use crate::cli::args::{FailOn, Format};
use crate::host::lock::Since;
use crate::host::output;
use crate::host::place::Place;
use crate::host::words::count;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write;
use viz_lock::{Danger, LOCK_FILE, What};
use viz_project::{ObjectId, Project};
use viz_text::Encoding;
use viz_text::shown::{first_in_line, one_line, visible, without_commands};

/// What has changed for one project.
pub struct Changed {
    /// Its folder as people see it.
    pub shown: String,
    /// Its text.
    pub project: Project,
    /// The changes, the worst first.
    pub changes: Vec<Since>,
    /// Sources that could not be read, with the reasons.
    pub unread: BTreeMap<String, String>,
}

/// Version of the JSON.
const VERSION: u32 = 1;

/// How the finding of a new option that breaks something is called.
const OPTION_SINCE_LOCK: &str = "option-since-lock";

impl Changed {
    /// Whether something of this danger, or worse, has changed.
    pub fn fails(&self, on: FailOn) -> bool {
        let least = match on {
            FailOn::Never => return false,
            FailOn::Dangerous => Danger::Dangerous,
            FailOn::Breaking => Danger::Breaking,
        };
        self.changes.iter().any(|since| since.danger >= least)
    }

    fn name(&self, id: ObjectId) -> String {
        let object = self.project.object(id);
        format!("{} `{}`", object.kind.name(), object.name_text())
    }

    /// A change in words.
    fn words(&self, since: &Since) -> String {
        let shown = format!("{} `{}`", since.change.kind.name(), since.change.name);
        let option = |option: &Option<String>| option.as_ref().map_or("NULL".into(), |option| format!("`{option}`"));
        let mut words = match &since.change.what {
            What::NewColumn(column, ty) => format!("the {shown} has a new column `{column}` ({ty})"),
            What::LostColumn(column) => format!("the {shown} has no column `{column}` any more"),
            What::OtherType(column, before, now) => format!("`{column}` of the {shown} is now {now}, and was {before}"),
            What::NewOption(new) if since.breaks.is_empty() => {
                format!("the {shown} has the new option {}", option(new))
            }
            What::NewOption(new) => {
                let insights: Vec<String> = since.breaks.iter().map(|(id, _)| self.name(*id)).collect();
                format!("the option {}, new since the lock, breaks the {}", option(new), insights.join(" and the "))
            }
            What::LostOption(lost) => {
                let default = if since.danger == Danger::Breaking { ", which is its default" } else { "" };
                format!("the {shown} has no option {} any more{default}", option(lost))
            }
            What::NewShape(shape) => format!("the {shown} has options that look like {}, as none did", option(shape)),
            What::LostShape(shape) => format!("the {shown} has no option that looks like {} any more", option(shape)),
            What::Count(before, now) => format!("the {shown} has {now} options, and had {before}"),
            What::OtherOptions => format!("the {shown} has other options"),
            What::Fails(error) => format!("the query of the {shown} fails: {error}"),
            What::Works => format!("the query of the {shown} works again"),
            What::Empty => format!("the {shown} has no rows any more"),
            What::Filled => format!("the {shown} has rows again"),
            What::OtherQuery => format!("{LOCK_FILE} tells what another query of the {shown} gave"),
            What::New => format!("{LOCK_FILE} does not tell of the {shown}"),
            What::Gone => format!("{LOCK_FILE} tells of the {shown}, which is gone"),
        };
        if !since.used_by.is_empty() {
            let users: Vec<String> = since.used_by.iter().map(|id| self.name(*id)).collect();
            let _ = write!(words, ", which is used by {}", users.join(", "));
        }
        if let (What::NewShape(_), [_, ..]) = (&since.change.what, since.breaks.as_slice()) {
            let insights: Vec<String> = since.breaks.iter().map(|(id, _)| self.name(*id)).collect();
            let _ = write!(words, "; that breaks {}", insights.join(", "));
        }
        words
    }
}

/// Prints what has changed.
///
/// # Errors
/// If it can't be put into JSON.
pub fn print(all: &[Changed], format: Format, quiet: bool) -> anyhow::Result<()> {
    match format {
        Format::Json => output::json(&serde_json::to_string_pretty(&json(all))?),
        Format::Github => output::commands(&all.iter().map(github).collect::<String>()),
        _ => output::text(&all.iter().map(|changed| text(changed, quiet)).collect::<String>()),
    }
    Ok(())
}

fn text(changed: &Changed, quiet: bool) -> String {
    let mut out = String::new();
    for since in &changed.changes {
        let line = one_line(&changed.words(since)).into_owned();
        let _ = writeln!(out, "{}: {}", since.danger.name(), first_in_line(&line));
        for (_, message) in &since.breaks {
            let _ = writeln!(out, "  {}", first_in_line(&one_line(message)));
        }
    }
    if !quiet {
        let of = |danger: Danger| changed.changes.iter().filter(|since| since.danger == danger).count();
        let counts = [Danger::Breaking, Danger::Dangerous, Danger::Safe]
            .map(|danger| format!("{} {}", of(danger), danger.name()));
        let what = count(changed.changes.len(), "change");
        let _ = writeln!(
            out,
            "{}: {what} since {LOCK_FILE}: {}",
            first_in_line(&one_line(&changed.shown)),
            counts.join(", ")
        );
    }
    out
}

fn github(changed: &Changed) -> String {
    let mut out = String::new();
    let data = |text: &str| {
        let text = without_commands(&visible(text)).into_owned();
        text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
    };
    let property = |text: &str| data(text).replace(':', "%3A").replace(',', "%2C");
    for since in &changed.changes {
        let command = match since.danger {
            Danger::Breaking => "error",
            Danger::Dangerous => "warning",
            Danger::Safe => "notice",
        };
        let _ = write!(out, "::{command} title={}", property(&format!("viz-lsp ({})", code(since))));
        if let Some(place) = since.loc.and_then(|loc| Place::of(&changed.project, loc)) {
            let file = match changed.shown.as_str() {
                "." => place.file.relative.clone(),
                shown => format!("{shown}/{}", place.file.relative),
            };
            let _ = write!(out, ",file={},line={}", property(&file), place.span(Encoding::Utf32).0.line + 1);
        }
        let _ = writeln!(out, "::{}", data(&changed.words(since)));
    }
    out
}

fn code(since: &Since) -> &'static str {
    match since.change.what {
        What::NewOption(_) if !since.breaks.is_empty() => OPTION_SINCE_LOCK,
        ref what => what.name(),
    }
}

#[derive(Serialize)]
struct Root<'a> {
    version: u32,
    projects: Vec<OfProject<'a>>,
}

#[derive(Serialize)]
struct OfProject<'a> {
    root: &'a str,
    changes: Vec<OfChange<'a>>,
    unread: &'a BTreeMap<String, String>,
}

#[derive(Serialize)]
struct OfChange<'a> {
    level: &'static str,
    code: &'static str,
    kind: &'static str,
    name: &'a str,
    message: String,
    file: Option<&'a str>,
    line: Option<u32>,
    breaks: Vec<Breaks>,
    used_by: Vec<String>,
}

#[derive(Serialize)]
struct Breaks {
    insight: String,
    message: String,
}

fn json<'a>(all: &'a [Changed]) -> Root<'a> {
    let projects = all.iter().map(|changed| {
        let name = |id: ObjectId| changed.project.object(id).name_text().to_owned();
        let change = |since: &'a Since| {
            let Since { change, danger, loc, breaks, used_by } = since;
            let place = loc.and_then(|loc| Place::of(&changed.project, loc));
            OfChange {
                level: danger.name(),
                code: code(since),
                kind: change.kind.name(),
                name: &change.name,
                message: changed.words(since),
                file: place.map(|place| place.file.relative.as_str()),
                line: place.map(|place| place.span(Encoding::Utf16).0.line),
                breaks: breaks
                    .iter()
                    .map(|(id, message)| Breaks { insight: name(*id), message: message.clone() })
                    .collect(),
                used_by: used_by.iter().map(|id| name(*id)).collect(),
            }
        };
        OfProject {
            root: &changed.shown,
            changes: changed.changes.iter().map(change).collect(),
            unread: &changed.unread,
        }
    });
    Root { version: VERSION, projects: projects.collect() }
}
