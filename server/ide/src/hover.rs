//! Hover: what an object or a property is, and for inputs what a viewer can choose.

use crate::completion::accessor_meaning;
use crate::target::{Target, target_at};
use chrono::{DateTime, Local, NaiveDateTime};
use std::fmt::Write;
use std::time::SystemTime;
use viz_check::{InputOptions, OptionSource, options_of, states};
use viz_facts::{FactStore, Question};
use viz_project::{Body, Expression, Input, Kind, Model, Object, ObjectId, Options, Project, Selection};
use viz_text::{FileId, TextRange, TextSize};

/// What to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hover {
    /// Bytes of the file that it is about.
    pub range: TextRange,
    /// Markdown.
    pub markdown: String,
}

/// Options shown in the table of an input.
const SHOWN_OPTIONS: usize = 12;

/// The hover at an offset; `now` tells the age of options.
pub fn hover(project: &Project, facts: &FactStore, file: FileId, offset: TextSize, now: SystemTime) -> Option<Hover> {
    let Some((target, range)) = target_at(project, file, offset) else {
        return crate::props::hover(project, file, offset).or_else(|| crate::field::hover(project, file, offset));
    };
    let id = target.object();
    let object = project.object(id);
    let mut text = heading(object);
    match &object.body {
        Body::Input(input) => {
            if let Target::Reference(reference, _) = target {
                accessor(&mut text, input, reference.path.as_ref().map(|path| path.text.as_str()));
            }
            options(&mut text, project, facts, id, input, now);
        }
        Body::Model(model) => {
            if let Target::Reference(reference, _) = target
                && let Some(path) = &reference.path
                && let Some(field) = project.scoped_field(id, &path.text)
            {
                text = heading(project.object(field));
                if let Body::Expression(expression) = &project.object(field).body {
                    expression_text(&mut text, expression);
                }
            } else {
                model_text(&mut text, model);
            }
        }
        Body::Expression(expression) => expression_text(&mut text, expression),
        _ => {}
    }
    viz_check::Mask::of(project).hide(&mut text);
    Some(Hover { range, markdown: text.trim_end().to_owned() })
}

fn heading(object: &Object) -> String {
    let name = if object.name_text().is_empty() { String::new() } else { format!(" `{}`", object.name_text()) };
    format!("**{}**{name}\n\n", object.kind.name())
}

fn accessor(text: &mut String, input: &Input, path: Option<&str>) {
    if let Some(path) = path
        && let Some(meaning) = accessor_meaning(path, input.selection)
    {
        let _ = writeln!(text, "`.{path}`: {meaning}\n");
    }
}

fn options(text: &mut String, project: &Project, facts: &FactStore, id: ObjectId, input: &Input, now: SystemTime) {
    let selection = input.selection.map_or("of no readable type", Selection::name);
    let display = input.display.as_ref().map_or("", |display| display.text.as_str());
    let shown_as = if display.is_empty() { String::new() } else { format!(", shown as {display}") };
    match options_of(project, facts, id, local(now)) {
        Err(why) => {
            let _ = writeln!(text, "{selection}{shown_as}\n\noptions not known: {}", why.message);
        }
        Ok(found) => {
            let count = found.values.len();
            let plural = if count == 1 { "" } else { "s" };
            let _ = writeln!(
                text,
                "{selection}{shown_as}, {count} option{plural} {}\n",
                origin(project, facts, input, &found, now)
            );
            table(text, input, &found);
        }
    }
    let users: Vec<String> = users(project, id);
    if !users.is_empty() {
        let _ = writeln!(text, "\nused by {}", users.join(", "));
    }
}

fn table(text: &mut String, input: &Input, found: &InputOptions) {
    let default = states(input, found).into_iter().next();
    let is_default = |value: &viz_check::Value| default.as_ref().is_some_and(|state| state.values.contains(value));
    let kind = found.column_type.as_deref().unwrap_or("VARCHAR");
    let _ = writeln!(text, "| option | type | default |\n|---|---|---|");
    for value in found.values.iter().take(SHOWN_OPTIONS) {
        let kind = match value {
            viz_check::Value::Number(_) if found.is_range => "number",
            _ => kind,
        };
        let mark = if is_default(value) { "✓" } else { "" };
        let _ = writeln!(text, "| {} | {kind} | {mark} |", cell(&value.raw()));
    }
    if found.values.len() > SHOWN_OPTIONS {
        let _ = writeln!(text, "\n… and {} more", found.values.len() - SHOWN_OPTIONS);
    }
}

/// An option inside a Markdown table.
fn cell(option: &str) -> String {
    let short: String = option.chars().take(60).collect();
    let ellipsis = if short.len() < option.len() { "…" } else { "" };
    let flat = short.replace(['\n', '\r'], "⏎");
    if flat.is_empty() {
        return "*(empty text)*".into();
    }
    let mut out = String::new();
    for c in flat.chars() {
        if matches!(c, '|' | '\\' | '`' | '*' | '_' | '<' | '>' | '[' | ']' | '#' | '&' | '~') {
            out.push('\\');
        }
        out.push(c);
    }
    out + ellipsis
}

fn origin(project: &Project, facts: &FactStore, input: &Input, found: &InputOptions, now: SystemTime) -> String {
    match found.source {
        OptionSource::Static => "listed in the project".into(),
        OptionSource::Range => "computed from a range".into(),
        OptionSource::Query => {
            let asked = age(project, facts, input, now).map_or_else(String::new, |age| format!(", read {age}"));
            let stale = if found.stale { ", the data have changed since" } else { "" };
            format!("from a query{asked}{stale}")
        }
    }
}

fn age(project: &Project, facts: &FactStore, input: &Input, now: SystemTime) -> Option<String> {
    let Options::Query(query) = &input.options else { return None };
    let question: Question = viz_check::option_question(project, query)?;
    let seconds = now.duration_since(facts.get(&question)?.at()?).unwrap_or_default().as_secs();
    Some(match seconds {
        0..60 => "just now".into(),
        60..3600 => format!("{} min ago", seconds / 60),
        3600..86_400 => format!("{} h ago", seconds / 3600),
        _ => format!("{} days ago", seconds / 86_400),
    })
}

/// The insights that an input drives.
fn users(project: &Project, input: ObjectId) -> Vec<String> {
    let uses =
        |id: &ObjectId| project.object(*id).kind == Kind::Insight && viz_sql::inputs_of(project, *id).contains(&input);
    project.ids().filter(uses).map(|id| format!("`{}`", project.object(id).name_text())).collect()
}

fn model_text(text: &mut String, model: &Model) {
    if let Some(sql) = &model.sql {
        let _ = writeln!(text, "```sql\n{}\n```", sql.text().trim());
    }
}

fn expression_text(text: &mut String, expression: &Expression) {
    if let Some(expression) = &expression.expression {
        let _ = writeln!(text, "```sql\n{}\n```", expression.text().trim());
    }
}

/// The same moment on the clock of this machine.
pub(crate) fn local(now: SystemTime) -> NaiveDateTime {
    DateTime::<Local>::from(now).naive_local()
}
