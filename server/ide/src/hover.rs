//! Hover: what an object or a property is, and for inputs what a viewer can choose.

mod function;
mod table_column;

use crate::chosen::chosen;
use crate::cursor::sql_names::model_sql;
use crate::cursor::symbol::{Symbol, symbols_at};
use crate::cursor::target::{Target, target_at};
use crate::describe::{Hover, accessor_meaning};
use crate::lineage::object_around;
use crate::origins::{Ways, told};
use crate::snapshot::Snapshot;
use crate::sql_text::select_list::column_place;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::time::{Duration, SystemTime};
use viz_check::{Cost, InputOptions, OptionSource, State, columns_of, initial_state, options_of, rendered_query};
use viz_facts::{Fact, KeyedQuestion, Unknown};
use viz_project::{
    Body, Control, Input, Kind, Model, Object, ObjectId, Options, Project, Resolution, Selection, Spanned, Use,
};
use viz_sql::Accessor;
use viz_syntax::{node_at, references};
use viz_text::markdown::{self, code, fenced, message};
use viz_text::{FileId, TextRange, TextSize};

/// Options shown in the table of an input.
const SHOWN_OPTIONS: usize = 12;
/// Columns shown in the table of a model.
const SHOWN_COLUMNS: usize = 30;

/// The hover at an offset.
pub fn hover(snapshot: &Snapshot<'_>, file: FileId, offset: TextSize) -> Option<Hover> {
    let project = snapshot.project;
    let Some((target, range)) = target_at(project, file, offset).or_else(|| typed(project, file, offset)) else {
        return column_in_sql(snapshot, file, offset)
            .or_else(|| table_column::hover(snapshot, file, offset))
            .or_else(|| function::hover(project, file, offset))
            .or_else(|| Some(with_origins(snapshot, file, crate::describe::props::hover(project, file, offset)?)))
            .or_else(|| crate::describe::field::hover(project, file, offset));
    };
    let id = target.object();
    let object = project.object(id);
    // On a model's name before a field, the model; on the field, the field.
    let (path, range) = match target {
        Target::Reference(reference, _) if matches!(object.body, Body::Model(_)) => {
            part(project, file, offset, reference).unwrap_or((reference.path.as_ref(), range))
        }
        Target::Reference(reference, _) => (reference.path.as_ref(), range),
        Target::Definition(_) => (None, range),
    };
    let path = path.map(|path| path.text.as_str());
    let mut text = heading(object);
    match &object.body {
        Body::Input(input) => {
            if let Target::Reference(reference, _) = target {
                let quoted = is_quoted(snapshot, file, offset, reference);
                accessor(&mut text, input, path, quoted);
                rendered_to(&mut text, path, chosen(snapshot, id), quoted);
            }
            options(&mut text, snapshot, id, input);
        }
        Body::Model(model) => match path {
            None => {
                described(&mut text, project, id, |text| {
                    model_text(text, model);
                    model_columns(text, snapshot, id);
                });
            }
            Some(path) => match project.scoped_field(id, path) {
                Some(field) => {
                    text = heading(project.object(field));
                    expression_text(&mut text, snapshot, field);
                }
                None => column(&mut text, snapshot, id, path),
            },
        },
        Body::Expression(_) => expression_text(&mut text, snapshot, id),
        Body::Relation(relation) => {
            let condition = relation.condition.as_ref().map_or("", |condition| condition.text());
            let _ = writeln!(text, "{} join\n\n{}", relation.join_type, fenced("sql", condition.trim()));
        }
        Body::Insight(_) => {
            described(&mut text, project, id, |text| insight(text, snapshot, id));
        }
        _ => shown(&mut text, project, id),
    }
    project.mask().hide_in(&mut text);
    Some(Hover { range, markdown: text.trim_end().to_owned() })
}

/// The object that a reference names which isn't finished yet.
fn typed(project: &Project, file: FileId, offset: TextSize) -> Option<(Target<'_>, TextRange)> {
    let (symbols, range) = symbols_at(project, file, offset)?;
    match symbols.as_slice() {
        [Symbol::Object(id)] => Some((Target::Definition(*id), range)),
        _ => None,
    }
}

/// A column that SQL names without a reference.
fn column_in_sql(snapshot: &Snapshot<'_>, file: FileId, offset: TextSize) -> Option<Hover> {
    let project = snapshot.project;
    let (symbols, range) = symbols_at(project, file, offset)?;
    let [Symbol::Field(model, name)] = symbols.as_slice() else { return None };
    let sql = model_sql(project, *model)?;
    let known = columns_of(project, snapshot.facts, *model)
        .is_ok_and(|columns| columns.iter().any(|column| column.name.eq_ignore_ascii_case(name)));
    (known || column_place(sql.text(), name).is_some()).then(|| {
        let mut markdown = String::new();
        column(&mut markdown, snapshot, *model, name);
        project.mask().hide_in(&mut markdown);
        Hover { range, markdown: markdown.trim_end().to_owned() }
    })
}

/// The hover over a property's key, with where its values come from.
fn with_origins(snapshot: &Snapshot<'_>, file: FileId, mut hover: Hover) -> Hover {
    let project = snapshot.project;
    let document = &project.file(file).document;
    let text = document.text();
    let insight = object_around(project, file, hover.range.start()).map(|id| &project.object(id).body);
    let Some(Body::Insight(insight)) = insight else { return hover };
    // Between a key and its value there is no more than this.
    let follows = |range: TextRange| {
        let between = text.get(usize::from(hover.range.end())..usize::from(range.start()));
        between.is_some_and(|between| between.len() < 80 && between.chars().all(|c| ":\"'|>- \r\n".contains(c)))
    };
    let statement = insight.statements.iter().find(|found| document.range(found.query.loc).is_some_and(follows));
    let feeds = statement.and_then(|found| Ways::new(project, snapshot.facts).of_text(found.query.body()));
    if let Some(feeds) = feeds {
        let mut line = told(project, &feeds);
        project.mask().hide_in(&mut line);
        let (first, rest) = hover.markdown.split_once("\n\n").unwrap_or((&hover.markdown, ""));
        hover.markdown = format!("{first}\n\n{line}\n\n{rest}");
    }
    hover
}

/// Which part of a reference to a model the cursor is on: its name, or the path behind it.
fn part<'a>(
    project: &'a Project,
    file: FileId,
    offset: TextSize,
    reference: &'a Use,
) -> Option<(Option<&'a Spanned>, TextRange)> {
    let document = &project.file(file).document;
    let path = reference.path.as_ref()?;
    let (name, field) = (document.range(reference.name_loc)?, document.range(path.loc)?);
    Some(if name.contains_inclusive(offset) { (None, name) } else { (Some(path), field) })
}

/// What its author says of an object, which is Markdown, before the rest; behind it, where the rest might become part of it.
fn described(text: &mut String, project: &Project, id: ObjectId, rest: impl FnOnce(&mut String)) {
    let document = &project.file(project.file_of_object(id)).document;
    let node = document.range(project.object(id).loc).and_then(|range| node_at(document, range));
    let description = node.and_then(|node| node.get("description")?.str()).unwrap_or_default();
    let description = markdown::quiet(description.trim());
    let last = markdown::is_open(&description);
    if !description.is_empty() && !last {
        let _ = writeln!(text, "{description}\n");
    }
    rest(text);
    if last {
        let _ = writeln!(text, "\n{description}");
    }
}

fn heading(object: &Object) -> String {
    let name = if object.name_text().is_empty() { String::new() } else { format!(" {}", code(object.name_text())) };
    format!("**{}**{name}\n\n", object.kind.name())
}

/// Whether the build puts quotes around a placeholder.
fn is_quoted(snapshot: &Snapshot<'_>, file: FileId, offset: TextSize, reference: &Use) -> bool {
    let Snapshot { project, facts, choices, .. } = *snapshot;
    let Some(id) = object_around(project, file, offset) else { return false };
    if reference.path.is_none() || !matches!(project.object(id).body, Body::Insight(_)) {
        return false;
    }
    let query = rendered_query(project, facts, snapshot.local(), id, &choices.known(project));
    query.is_ok_and(|query| query.quoted.contains(&reference.loc))
}

fn accessor(text: &mut String, input: &Input, path: Option<&str>, quoted: bool) {
    if let Some(path) = path
        && let Some(meaning) = accessor_meaning(path, input.selection)
    {
        let meaning = if quoted { "the option in single quotes, which the build puts around it here" } else { meaning };
        let _ = writeln!(text, "{}: {meaning}\n", code(&format!(".{path}")));
    }
}

fn options(text: &mut String, snapshot: &Snapshot<'_>, id: ObjectId, input: &Input) {
    let project = snapshot.project;
    let selection = input.selection.map_or("of no readable type", Selection::name);
    let Control { display, written, .. } = input.control;
    let shown_as = written.map(|_| format!(", shown as {}", display.name())).unwrap_or_default();
    match options_of(project, snapshot.facts, id, snapshot.local()) {
        Err(why) => {
            let _ = writeln!(text, "{selection}{shown_as}\n\noptions not known: {}", message(&why.message));
        }
        Ok(found) => {
            let count = found.values.len();
            let plural = if count == 1 { "" } else { "s" };
            let _ =
                writeln!(text, "{selection}{shown_as}, {count} option{plural} {}\n", origin(snapshot, input, &found));
            table(text, input, &found);
        }
    }
    let users = users(project, id);
    let named = |kind: Kind| -> Vec<String> {
        let fits = |id: &&ObjectId| project.object(**id).kind == kind && !project.object(**id).name_text().is_empty();
        users.iter().filter(fits).map(|id| code(project.object(*id).name_text())).collect()
    };
    let insights = named(Kind::Insight);
    if !insights.is_empty() {
        let _ = writeln!(text, "\nused by {}", insights.join(", "));
        let shown = [named(Kind::Chart), named(Kind::Table)].concat();
        if !shown.is_empty() {
            let _ = writeln!(text, "\ndrives {}", shown.join(", "));
        }
    }
}

/// What a placeholder stands for now.
fn rendered_to(text: &mut String, path: Option<&str>, now: Result<(State, bool), Unknown>, quoted: bool) {
    let (Some(accessor), Ok((state, pinned))) = (path.and_then(Accessor::parse), now) else { return };
    let quote = if quoted { "'" } else { "" };
    let value: String = format!("{quote}{}{quote}", state.render(accessor)).chars().take(120).collect();
    let of = if pinned { "with what is pinned" } else { "when the page opens" };
    let _ = writeln!(text, "renders to {} {of}\n", code(&value));
}

/// A column behind a reference: its type and where it comes from.
fn column(text: &mut String, snapshot: &Snapshot<'_>, model: ObjectId, name: &str) {
    let Snapshot { project, facts, now, .. } = *snapshot;
    let of = project.object(model).name_text();
    *text = format!("**column** {} of model {}\n\n", code(name), code(of));
    match columns_of(project, facts, model) {
        Ok(columns) => match columns.iter().find(|column| column.name.eq_ignore_ascii_case(name)) {
            Some(column) => {
                let run = viz_check::columns_of_a_run(project, facts, model).and_then(|at| run_age(at, now));
                let run = run.map(|age| format!(", as of an earlier run, {age}"));
                let lock = || lock_age(snapshot, &viz_check::model_question(project, model)?);
                let run = run.or_else(lock).unwrap_or_default();
                let _ = writeln!(text, "type {}{run}", code(column.data_type.as_str()));
            }
            None => drop(writeln!(text, "the model has no such column")),
        },
        Err(why) => drop(writeln!(text, "type not known: {}", message(&why.message))),
    }
    if let Some(feeds) = Ways::new(project, facts).of_column(model, name) {
        let _ = writeln!(text, "\n{}", told(project, &feeds));
    }
    let Body::Model(body) = &project.object(model).body else { return };
    let Some(sql) = &body.sql else { return };
    if let Some(place) = column_place(sql.text(), name) {
        let at = usize::from(place.start());
        let line = sql.text()[..at].rfind('\n').map_or(0, |end| end + 1);
        let end = sql.text()[at..].find('\n').map_or(sql.text().len(), |end| at + end);
        let _ = writeln!(text, "\n{}", fenced("sql", sql.text()[line..end].trim()));
    }
}

/// An insight: its query for the choices that hold now.
fn insight(text: &mut String, snapshot: &Snapshot<'_>, id: ObjectId) {
    let Snapshot { project, facts, choices, .. } = *snapshot;
    if let Some(cost) = snapshot.cost(id) {
        let _ = writeln!(text, "{}\n", cost_text(cost));
    }
    match rendered_query(project, facts, snapshot.local(), id, &choices.known(project)) {
        Ok(query) => {
            let runs = if query.dynamic { "runs in the browser" } else { "runs on the source" };
            let _ = writeln!(text, "{runs}\n\n{}", fenced("sql", query.readable().trim()));
        }
        Err(why) => drop(writeln!(text, "no SQL: {}", message(&why.message))),
    }
    shown(text, project, id);
}

/// What an insight costs, and with which choices.
fn cost_text(cost: &Cost) -> String {
    let choice = |(input, option): (&String, &String)| format!("{} is {}", code(input), cell(option));
    let slowest: Vec<String> = cost.slowest.iter().map(choice).collect();
    let when = if slowest.is_empty() { String::new() } else { format!("; slowest when {}", slowest.join(" and ")) };
    format!("at most {}{when}", cost.words())
}

/// Where something is shown, and what it is made from.
fn shown(text: &mut String, project: &Project, id: ObjectId) {
    let names = |ids: Vec<ObjectId>| -> Vec<String> {
        let name = |id: ObjectId| {
            let object = project.object(id);
            (!object.name_text().is_empty()).then(|| format!("{} {}", object.kind.name(), code(object.name_text())))
        };
        ids.into_iter().filter_map(name).collect()
    };
    let made = names(crate::lineage::used_by(project, id));
    if !made.is_empty() {
        let _ = writeln!(text, "\nuses {}", made.join(", "));
    }
    let users = names(crate::lineage::users(project).remove(&id).unwrap_or_default());
    if !users.is_empty() {
        let _ = writeln!(text, "\nused by {}", users.join(", "));
    }
}

fn table(text: &mut String, input: &Input, found: &InputOptions) {
    let default = initial_state(input, found);
    let is_default = |value: &viz_check::Value| default.as_ref().is_some_and(|state| state.values.contains(value));
    let kind = found.column_type.as_ref().map_or("VARCHAR", |ty| ty.as_str());
    let _ = writeln!(text, "| option | type | default |\n|---|---|---|");
    for value in found.values.iter().take(SHOWN_OPTIONS) {
        let kind = match value {
            viz_check::Value::Number(_) if found.is_range => "number",
            _ => kind,
        };
        let mark = if is_default(value) { "✓" } else { "" };
        let _ = writeln!(text, "| {} | {} | {mark} |", cell(&value.raw()), markdown::plain(kind));
    }
    if found.values.len() > SHOWN_OPTIONS {
        let _ = writeln!(text, "\n… and {} more", found.values.len() - SHOWN_OPTIONS);
    }
}

/// An option inside a Markdown table.
fn cell(option: &str) -> String {
    let short: String = option.chars().take(60).collect();
    let ellipsis = if short.len() < option.len() { "…" } else { "" };
    if short.is_empty() {
        return "*(empty text)*".into();
    }
    markdown::plain(&short) + ellipsis
}

fn origin(snapshot: &Snapshot<'_>, input: &Input, found: &InputOptions) -> String {
    match found.source {
        OptionSource::Static => "listed in the project".into(),
        OptionSource::Range => "computed from a range".into(),
        OptionSource::Query => {
            if let Some(lock) = query_of(snapshot, input).and_then(|question| lock_age(snapshot, &question)) {
                return format!("from a query{lock}");
            }
            let asked = age(snapshot, input).map_or_else(String::new, |age| format!(", read {age}"));
            let stale = if found.stale { ", the data have changed since" } else { "" };
            format!("from a query{asked}{stale}")
        }
        OptionSource::Artefact => {
            let run = found
                .run_at
                .and_then(|at| run_age(at, snapshot.now))
                .map_or_else(String::new, |age| format!(", {age}"));
            format!("from an earlier run{run}: its source is not asked from here")
        }
    }
}

/// The question that an input's options come from.
pub(crate) fn query_of(snapshot: &Snapshot<'_>, input: &Input) -> Option<KeyedQuestion> {
    let Options::Query(query) = &input.options else { return None };
    viz_check::option_question(snapshot.project, query)
}

/// That no source answers a question and the lock does, and since when.
pub(crate) fn lock_age(snapshot: &Snapshot<'_>, question: &KeyedQuestion) -> Option<String> {
    match snapshot.facts.get(question)? {
        Fact::Locked { at, .. } => Some(format!(", as viz.lock tells, written {}", ago(*at, snapshot.now))),
        _ => None,
    }
}

fn age(snapshot: &Snapshot<'_>, input: &Input) -> Option<String> {
    let question = query_of(snapshot, input)?;
    Some(ago(snapshot.facts.get(&question)?.at()?, snapshot.now))
}

fn ago(at: SystemTime, now: SystemTime) -> String {
    let seconds = now.duration_since(at).unwrap_or_default().as_secs();
    match seconds {
        0..60 => "just now".into(),
        60..3600 => format!("{} min ago", seconds / 60),
        3600..86_400 => format!("{} h ago", seconds / 3600),
        _ => format!("{} days ago", seconds / 86_400),
    }
}

/// The age of what a run found out at the given time, in milliseconds since 1970.
fn run_age(at: i64, now: SystemTime) -> Option<String> {
    let at = SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(u64::try_from(at).ok()?))?;
    Some(ago(at, now))
}

/// The insights that read an input, and the charts and tables with those.
fn users(project: &Project, input: ObjectId) -> Vec<ObjectId> {
    let all = crate::lineage::users(project);
    let direct = all.get(&input).into_iter().flatten().copied();
    let mut out: Vec<ObjectId> = direct.filter(|id| project.object(*id).kind == Kind::Insight).collect();
    let shown: BTreeSet<ObjectId> = out.iter().filter_map(|insight| all.get(insight)).flatten().copied().collect();
    out.extend(shown);
    out
}

fn model_text(text: &mut String, model: &Model) {
    if let Some(sql) = &model.sql {
        let _ = writeln!(text, "{}", fenced("sql", sql.text().trim()));
    }
}

/// The columns of a model with their types, as far as they are known.
fn model_columns(text: &mut String, snapshot: &Snapshot<'_>, model: ObjectId) {
    let Ok(columns) = columns_of(snapshot.project, snapshot.facts, model) else { return };
    if columns.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n| column | type |\n|---|---|");
    for column in columns.iter().take(SHOWN_COLUMNS) {
        let _ = writeln!(text, "| {} | {} |", cell(&column.name), markdown::plain(column.data_type.as_str()));
    }
    if columns.len() > SHOWN_COLUMNS {
        let _ = writeln!(text, "\n… and {} more", columns.len() - SHOWN_COLUMNS);
    }
}

/// A metric or a dimension.
fn expression_text(text: &mut String, snapshot: &Snapshot<'_>, id: ObjectId) {
    let project = snapshot.project;
    let Body::Expression(expression) = &project.object(id).body else { return };
    if let Some(model) = project.parent(id).filter(|_| expression.scoped) {
        let _ = writeln!(text, "of model {}\n", code(project.object(model).name_text()));
    }
    described(text, project, id, |text| {
        let Some(expression) = &expression.expression else { return };
        let _ = writeln!(text, "{}", fenced("sql", expression.text().trim()));
        let expanded = expanded(project, expression.text(), MAX_DEPTH);
        if expanded != expression.text() {
            let _ = writeln!(text, "\nwhich is\n\n{}", fenced("sql", expanded.trim()));
        }
        if let Some(feeds) = Ways::new(project, snapshot.facts).of_expression(id) {
            let _ = writeln!(text, "\n{}", told(project, &feeds));
        }
    });
}

/// Metrics in metrics are followed to this depth,
const MAX_DEPTH: usize = 16;
/// as long as the text is no longer than this (bytes).
const MAX_BYTES: usize = 4096;

/// An expression with the metrics and dimensions in it replaced by theirs, as they are put into a query: without
/// parentheses (`R-RES-04`).
fn expanded(project: &Project, expression: &str, depth: usize) -> String {
    let mut out = String::new();
    let mut done = 0;
    for found in references(expression) {
        let Resolution::Object(id) = project.names().resolve(&found.name) else { continue };
        let field = match &found.path {
            Some(path) => project.scoped_field(id, path),
            None => Some(id),
        };
        let Some(Body::Expression(inner)) = field.map(|id| &project.object(id).body) else { continue };
        let Some(inner) = inner.expression.as_ref().filter(|_| depth > 0 && out.len() < MAX_BYTES) else { continue };
        out.push_str(&expression[done..found.range.start().into()]);
        out.push_str(&expanded(project, inner.text().trim(), depth - 1));
        done = found.range.end().into();
    }
    out.push_str(&expression[done..]);
    out
}
