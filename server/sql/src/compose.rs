//! The query of an insight (section 6 of the format reference).

mod unread;
mod writer;

use crate::aggregates::shape_of;
use crate::canonical::is_foreign;
use crate::columns_in_texts::columns_in_texts;
use crate::direction::without_direction;
use crate::expand::{Context, Expander};
use crate::grouped::units_printed;
use crate::hash::alias_hash;
use crate::join::{NoPath, from_clause};
use crate::part::{Part, Regrouped, grouped_placeholders, grouping};
use crate::rewrite::quotes;
use crate::statics::problems_of_statics;
use crate::template::Template;
use crate::tokens::tokenize;
use crate::windows::without_window_orders;
use crate::{dropped, literal, order, parentheses, quoting};
use std::collections::BTreeSet;
use unread::unreadable;
use viz_project::{Body, Code, Insight, Kind, ObjectId, Problem, Project, Resolution, Rule, StatementKind, Target};
use viz_text::{Loc, TextRange};
use writer::Writer;

/// The clause that a piece of a query belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Clause {
    /// A selected expression.
    Select,
    /// A condition on rows.
    Where,
    /// A grouping expression.
    GroupBy,
    /// A condition on groups.
    Having,
    /// A sort.
    OrderBy,
}

/// Where a statement of the insight stands in the query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    /// Index into the insight's statements.
    pub statement: usize,
    /// Its clause.
    pub clause: Clause,
    /// Its bytes in the template.
    pub range: TextRange,
}

/// A statement that the reference's parser can't read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// Index into the insight's statements.
    pub statement: usize,
    /// What to say of it.
    pub problem: Problem,
    /// Whether no parser can read it.
    pub fatal: bool,
}

/// A selected expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selected {
    /// Index into the insight's statements.
    pub statement: usize,
    /// The name of its column.
    pub alias: String,
}

/// Maximum size in bytes of what an insight selects, filters and sorts by: a megabyte takes DuckDB's parser seconds and a gigabyte.
const MAX_QUERY: usize = 256 << 10;

/// The query of an insight.
#[derive(Debug, Clone)]
pub struct Composed {
    /// The query, with holes where choices go, as JavaScript reads it where the browser runs it.
    pub template: Template,
    /// Its text as it is stored: a template literal of JavaScript where the browser runs it.
    pub stored: String,
    /// Where the statements stand in it.
    pub placed: Vec<Placed>,
    /// Its columns in order.
    pub selected: Vec<Selected>,
    /// The columns by which it is ordered although no sort is written (`R-SQL-10`).
    pub default_order: Vec<String>,
    /// The statements that are grouped by another text than is selected.
    pub regrouped: Vec<Regrouped>,
    /// The models it reads, in document order.
    pub models: Vec<ObjectId>,
    /// The inputs it depends on, in document order: through the query or through other properties.
    pub inputs: Vec<ObjectId>,
    /// Whether it runs in the browser (`R-DAG-05`).
    pub dynamic: bool,
    /// What is wrong with its references.
    pub problems: Vec<Problem>,
    /// Number of statements of which it is known how the reference's parser reads them.
    pub read: usize,
    /// Number of grouped expressions whose text there was compared with the selected one.
    pub compared: usize,
    /// The statements that the reference's parser can't read. Where the engine can't either, that has better words.
    pub unread: Vec<Unread>,
    /// Whether a reference could not be resolved: the text is then not the query that runs.
    pub broken: bool,
    /// Whether metrics were not followed to their end, as they make too large a query: it is broken, then, without being at fault.
    pub cut: bool,
    /// Whether the columns of a model are not known: names of columns are then taken as written.
    pub blind: bool,
    /// Whether the text depends on something that is not known yet (types of options).
    pub uncertain: bool,
}

/// The models that an insight reads: reached without passing through an input and without going below a model
/// (`R-INS-03`).
pub fn dependent_models(project: &Project, insight: ObjectId) -> Vec<ObjectId> {
    let mut out = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut stack = project.uses_of(insight).to_vec();
    while let Some(id) = stack.pop() {
        if !seen.insert(id) {
            continue;
        }
        match project.object(id).kind {
            Kind::Model => {
                out.insert(id);
            }
            Kind::Metric | Kind::Dimension => stack.extend(project.uses_of(id)),
            _ => {}
        }
    }
    out.into_iter().collect()
}

/// The inputs that an insight refers to, in document order.
pub fn inputs_of(project: &Project, insight: ObjectId) -> Vec<ObjectId> {
    let input = |(_, meaning): (_, &Resolution)| match *meaning {
        Resolution::Object(id) if project.object(id).kind == Kind::Input => Some(id),
        _ => None,
    };
    project.references_of(insight).filter_map(input).collect::<BTreeSet<_>>().into_iter().collect()
}

/// The insight whose query is put together.
#[derive(Clone, Copy)]
struct Task<'a> {
    project: &'a Project,
    id: ObjectId,
    insight: &'a Insight,
    context: &'a dyn Context,
    /// Whether the query runs in the browser.
    dynamic: bool,
}

/// The parts of a query by where they go.
struct Clauses<'a> {
    selected: Vec<&'a Part>,
    /// Filters with a window function, which go nowhere.
    windows: Vec<&'a Part>,
    /// All other filters.
    filters: Vec<&'a Part>,
    /// Those on rows.
    rows: Vec<&'a Part>,
    /// Those on groups.
    groups: Vec<&'a Part>,
    sorts: Vec<&'a Part>,
}

/// Builds the query of an insight. `None` if the object is no insight or has nothing to query (which other findings say).
pub fn compose(project: &Project, id: ObjectId, context: &dyn Context) -> Option<Composed> {
    compose_without(project, id, context, &[])
}

/// The same without some of its statements: what the build can't read it leaves out (`R-SQL-14`).
pub fn compose_without(project: &Project, id: ObjectId, context: &dyn Context, left_out: &[usize]) -> Option<Composed> {
    let Body::Insight(insight) = &project.object(id).body else { return None };
    let inputs = inputs_of(project, id);
    if project.beyond_what_is_spelled_out().contains(&id) {
        return Some(beyond(project, id, inputs));
    }
    let task = Task { project, id, insight, context, dynamic: !inputs.is_empty() };
    let mut expander = Expander::new(project, context);
    let mut parts = parts(&task, &mut expander);
    parts.retain(|part| part.statement.is_none_or(|statement| !left_out.contains(&statement)));
    if parts.is_empty() {
        return None;
    }
    if parts.iter().map(|part| part.template.text().text().len()).sum::<usize>() > MAX_QUERY {
        let (name, limit) = (project.object(id).name_loc(), MAX_QUERY >> 10);
        let message = format!("the query of this insight is longer than {limit} kB: it is not checked");
        let problem = Problem::new(Code::ExpressionTooLarge, name, message);
        expander.problems.push(problem.help("compute a part of it in the model's SQL"));
        (expander.broken, expander.cut) = (true, true);
        parts.truncate(1);
    }
    let mut clauses = clauses(&task, &parts);
    let mut found = Vec::new();
    let models = models(&task, &mut expander, &mut found);
    let default_order = default_order(&task, &parts, &clauses, &models);
    clauses.sorts.extend(&default_order);
    let ordered: Vec<Part> =
        clauses.selected.iter().chain(&clauses.sorts).flat_map(|part| part.window_orders()).collect();
    let grouping = grouping(project.target(), &clauses.selected, &clauses.groups, &clauses.sorts, &ordered);
    // What it selects is in properties that can't be read, which is said there.
    expander.broken |= clauses.selected.is_empty() && insight.unreadable;

    let from = (!models.is_empty()).then(|| from(&task, &models, &mut expander, &mut found));
    judge_filters(&task, &clauses, &parts, &mut found);
    expander.broken |= judge_grouping(&task, &grouping, &mut found);
    let mut writer = Writer::of(&clauses, from.as_ref(), &grouping);
    let uncertain = expander.context_uncertain(project, &writer.out);
    quote_texts(&task, &mut writer);
    let stored = writer.out.text().text().to_owned();

    let mut problems = std::mem::take(&mut expander.problems);
    problems.extend(found);
    problems.extend(problems_of_statics(project, insight, context));
    problems.extend(columns_in_texts(project, insight));
    if task.dynamic && !expander.broken {
        expander.broken |= read_as_javascript(project, &mut writer, &mut problems);
    }
    let mut read = 0;
    let (fatal, unread): (Vec<Unread>, Vec<Unread>) =
        parts.iter().filter_map(|part| unreadable(&task, part, &mut read)).partition(|unread| unread.fatal);
    expander.broken |= !fatal.is_empty();
    problems.extend(fatal.into_iter().map(|unread| unread.problem));
    let mut known = BTreeSet::new();
    problems.retain(|problem| {
        known.insert((problem.code, problem.loc.segment, problem.loc.range.start(), problem.loc.range.end()))
    });
    let selected = |part: &&Part| Some(Selected { statement: part.statement?, alias: alias_of(part) });
    Some(Composed {
        template: writer.out,
        stored,
        placed: writer.placed,
        selected: clauses.selected.iter().filter_map(selected).collect(),
        default_order: default_order.iter().map(|part| alias_of(part)).collect(),
        regrouped: grouping.iter().filter_map(|part| part.regrouped(project, insight, context)).collect(),
        models,
        dynamic: task.dynamic,
        inputs,
        problems,
        read,
        compared: if task.dynamic { grouping.len() } else { 0 },
        unread,
        broken: expander.broken,
        cut: expander.cut,
        blind: expander.blind,
        uncertain,
    })
}

/// An insight for which the queries of the others leave no room: no text is made of it.
fn beyond(project: &Project, id: ObjectId, inputs: Vec<ObjectId>) -> Composed {
    let message = "the metrics, dimensions and relations of this project make more text of all insights than is looked at: \
                   this insight is not checked";
    let problem = Problem::new(Code::ExpressionTooLarge, project.object(id).name_loc(), message);
    Composed {
        template: Template::new(),
        stored: String::new(),
        placed: Vec::new(),
        selected: Vec::new(),
        default_order: Vec::new(),
        regrouped: Vec::new(),
        models: dependent_models(project, id),
        dynamic: !inputs.is_empty(),
        inputs,
        problems: vec![problem.help("compute long expressions in a model's SQL, and refer to their column")],
        read: 0,
        compared: 0,
        unread: Vec::new(),
        broken: true,
        cut: true,
        blind: false,
        uncertain: false,
    }
}

fn alias_of(part: &Part) -> String {
    alias_hash(part.template.text().text())
}

/// Which part goes where.
fn clauses<'a>(task: &Task<'_>, parts: &'a [Part]) -> Clauses<'a> {
    let of = |kinds: &[StatementKind]| -> Vec<&'a Part> {
        let kind = |index: usize| task.insight.statements[index].kind;
        parts.iter().filter(|part| part.statement.is_some_and(|index| kinds.contains(&kind(index)))).collect()
    };
    // R-SQL-03: a filter with a window function is dropped from a dynamic query and breaks a static one.
    let (windows, filters): (Vec<&Part>, Vec<&Part>) =
        of(&[StatementKind::Filter]).into_iter().partition(|part| part.shape.window);
    let (groups, rows) = filters.iter().partition(|part| part.shape.aggregate);
    let sorts = of(&[StatementKind::Sort]);
    Clauses { selected: of(&[StatementKind::Split, StatementKind::Prop]), windows, filters, rows, groups, sorts }
}

/// What the query is ordered by where no sort is written.
fn default_order<'a>(task: &Task<'_>, parts: &'a [Part], clauses: &Clauses<'_>, models: &[ObjectId]) -> Vec<&'a Part> {
    if !clauses.sorts.is_empty() {
        return Vec::new();
    }
    order::default_order(task.project, task.insight, parts, models, task.context)
}

/// The models that the query reads.
fn models(task: &Task<'_>, expander: &mut Expander<'_>, problems: &mut Vec<Problem>) -> Vec<ObjectId> {
    let Task { project, id, insight, .. } = *task;
    let mut models = dependent_models(project, id);
    if models.is_empty() {
        models = expander.models.iter().copied().collect();
    }
    if !models.is_empty() {
        return models;
    }
    expander.broken = true;
    let object = project.object(id);
    let known = |name: &str| matches!(project.names().resolve(name), Resolution::Object(_));
    if !insight.unreadable && !expander.stopped && object.uses.iter().all(|reference| known(&reference.name)) {
        let message = no_model(project.target());
        let problem = Problem::new(Code::NoModel, object.name_loc(), message);
        problems.push(problem.help("refer to a column, `${ref(model).column}`"));
    }
    models
}

/// What is said of an insight that reads no model (`R-INS-03`).
pub fn no_model(target: Target) -> &'static str {
    match target.has(Rule::InsightsFailAlone) {
        true => "this insight reads no model: its run fails (R-INS-03)",
        false => "this insight reads no model: one such insight stops the whole run (R-INS-03)",
    }
}

/// Where the query reads; empty if the models are not joined.
fn from(task: &Task<'_>, models: &[ObjectId], expander: &mut Expander<'_>, problems: &mut Vec<Problem>) -> Template {
    let project = task.project;
    let NoPath { between: (a, b), bridge } = match from_clause(project, models, expander) {
        Ok(from) => return from,
        Err(no_path) => no_path,
    };
    expander.broken = true;
    let name = |model: ObjectId| project.object(model).name_text();
    let help = match bridge {
        Some(bridge) => format!(
            "refer to a column of `{}`, which lies between them: it is not used by itself (R-SQL-13)",
            name(bridge)
        ),
        None => format!("add a relation with the condition `${{ref({}).…}} = ${{ref({}).…}}`", name(a), name(b)),
    };
    // A relation may be in a file that isn't there.
    if project.names_complete() {
        let loc = uses_model(project, task.id, b).unwrap_or_else(|| project.object(task.id).name_loc());
        let message = format!("no relation joins the models `{}` and `{}`", name(a), name(b));
        problems.push(Problem::new(Code::NoJoinPath, loc, message).help(help));
    }
    Template::new()
}

/// What is wrong with filters, and with parentheses anywhere.
fn judge_filters(task: &Task<'_>, clauses: &Clauses<'_>, parts: &[Part], problems: &mut Vec<Problem>) {
    for part in &clauses.windows {
        let message = match (task.dynamic, part.shape.aggregate) {
            (false, _) => {
                "a filter can't hold a window function: the query that is built from it is invalid (R-SQL-03)"
            }
            (true, true) => {
                "a filter can't hold a window function: this one is put into HAVING, where the browser refuses it (R-SQL-03)"
            }
            (true, false) => {
                "a filter with a window function is silently dropped: the chart shows unfiltered data (R-SQL-03)"
            }
        };
        let problem = Problem::new(Code::WindowFilter, word_loc(&part.template, "over").unwrap_or(part.loc), message);
        problems.push(problem.help("compute the window function in the model's SQL and filter by its column"));
    }
    for clause in [&clauses.rows, &clauses.groups].into_iter().filter(|clause| clause.len() > 1) {
        problems.extend(clause.iter().filter_map(|part| parentheses::of_filter(&part.template, part.loc)));
    }
    problems.extend(parts.iter().flat_map(|part| parentheses::of_units(&part.template)));
    let drops = |part: &&Part| dropped::dropped(task.context, task.project.target(), &part.template);
    problems.extend(clauses.filters.iter().filter_map(drops));
}

/// What is wrong with what is grouped by. Whether the query can't run.
fn judge_grouping(task: &Task<'_>, grouping: &[&Part], problems: &mut Vec<Problem>) -> bool {
    let modes: Vec<&&Part> = grouping.iter().filter(|part| part.shape.mode).collect();
    for part in &modes {
        let message = "`mode` is grouped by as if it were a column, and the database refuses that (R-SQL-04)";
        let loc = word_loc(&part.template, "mode").unwrap_or(part.loc);
        problems.push(Problem::new(Code::SqlBind, loc, message).help("compute it in the model's SQL"));
    }
    problems.extend(grouping.iter().flat_map(|part| grouped_placeholders(task.project.target(), part)));
    !modes.is_empty()
}

/// Puts quotes around the placeholders of texts, as 2.1 does.
fn quote_texts(task: &Task<'_>, writer: &mut Writer) {
    if task.project.target().has(Rule::QuotedTexts) {
        let quoted = quoting::quoted(&writer.out, |hole| task.context.is_text(hole.input) == Some(true));
        if quoted.contains(&true) {
            writer.rewrite(&quotes(&writer.out, &quoted));
        }
    }
}

/// Makes of the stored text what JavaScript reads in it. Whether it can't read it.
fn read_as_javascript(project: &Project, writer: &mut Writer, problems: &mut Vec<Problem>) -> bool {
    let (found, fatal) = literal::problems(project, &writer.out);
    problems.extend(found);
    let escapes = literal::cooked(&writer.out);
    if !escapes.is_empty() {
        writer.rewrite(&escapes);
    }
    fatal
}

impl Expander<'_> {
    fn context_uncertain(&self, project: &Project, template: &Template) -> bool {
        project.target().has(Rule::QuotedTexts)
            && template.holes().iter().any(|hole| self.context.is_text(hole.input).is_none())
    }
}

/// The statements with their references replaced; those of a dynamic query by which it may be grouped with that text.
fn parts(task: &Task<'_>, expander: &mut Expander<'_>) -> Vec<Part> {
    let context = task.context;
    let part = |(index, statement): (usize, &viz_project::Statement)| {
        let mut template = expander.expand(&statement.query.text, statement.query.query.body);
        template.find_roles();
        // R-RES-02: what DuckDB has no words for works in a metric, also where the browser runs the query.
        if template.units().iter().any(|unit| is_foreign(template.text().slice(unit.range)))
            && let Some(printed) = units_printed(&template)
        {
            template = printed;
        }
        let sample = template
            .fill(|_, hole| context.sample(hole.input, hole.accessor).unwrap_or_else(|| dropped::neutral(hole).into()))
            .into_text();
        let sort = statement.kind == StatementKind::Sort;
        let judged = if sort { without_direction(&sample) } else { &sample };
        let mut shape = shape_of(judged);
        if shape.window {
            shape.outer_column = shape_of(&without_window_orders(judged)).outer_column;
        }
        let loc = statement.query.text.locate(statement.query.query.body).unwrap_or(statement.query.loc);
        let mut part = Part { statement: Some(index), shape, template, loc, sort, grouped: None, lost: None };
        if task.dynamic && part.shape.outer_column && statement.kind != StatementKind::Filter {
            part.find_grouped(context);
        }
        part
    };
    task.insight.statements.iter().enumerate().map(part).collect()
}

/// Where a bare word stands.
fn word_loc(template: &Template, word: &str) -> Option<Loc> {
    let plain = template.plain();
    let found = tokenize(&plain).ok()?.into_iter().find(|token| token.is_word(word))?;
    template.text().locate(found.range)
}

/// The place in an insight that leads to a model.
fn uses_model(project: &Project, insight: ObjectId, model: ObjectId) -> Option<Loc> {
    let leads = |name: &str| match project.names().resolve(name) {
        Resolution::Object(id) => id == model || project.dependencies(id).contains(&model),
        _ => false,
    };
    project.object(insight).uses.iter().find(|reference| leads(&reference.name)).map(|reference| reference.loc)
}
