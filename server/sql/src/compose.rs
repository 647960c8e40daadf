//! The query of an insight (section 6 of the format reference).

use crate::aggregates::shape_of;
use crate::direction::without_direction;
use crate::expand::{Context, Expander};
use crate::hash::alias_hash;
use crate::join::{NoPath, from_clause};
use crate::part::{Part, Regrouped, grouped_placeholders, grouping};
use crate::rewrite::{quotes, rewrite};
use crate::template::Template;
use crate::tokens::tokenize;
use crate::windows::without_window_orders;
use crate::{dropped, literal, parentheses, quoting};
use std::collections::BTreeSet;
use viz_project::{Body, Code, Fix, Insight, Kind, ObjectId, Problem, Project, Resolution, StatementKind, Target};
use viz_text::{Loc, TextRange};

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

/// A selected expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selected {
    /// Index into the insight's statements.
    pub statement: usize,
    /// The name of its column.
    pub alias: String,
}

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
    /// Whether a reference could not be resolved: the text is then not the query that runs.
    pub broken: bool,
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

/// Builds the query of an insight. `None` if the object is no insight or has nothing to query (which other findings say).
pub fn compose(project: &Project, id: ObjectId, context: &dyn Context) -> Option<Composed> {
    let Body::Insight(insight) = &project.object(id).body else { return None };
    let mut expander = Expander::new(project, context);
    let inputs = inputs_of(project, id);
    let static_problems = static_props(project, insight, context);
    let mut parts = parts(insight, &mut expander, context);
    if parts.is_empty() {
        return None;
    }
    if !inputs.is_empty() {
        let grouping = |part: &&mut Part| {
            part.shape.outer_column
                && part.statement.is_some_and(|index| insight.statements[index].kind != StatementKind::Filter)
        };
        parts.iter_mut().filter(grouping).for_each(|part| part.find_grouped(context));
    }
    let parts = parts;
    let of = |kinds: &[StatementKind]| -> Vec<&Part> {
        let wanted = |part: &&Part| part.statement.is_some_and(|index| kinds.contains(&insight.statements[index].kind));
        parts.iter().filter(wanted).collect()
    };
    let selected = of(&[StatementKind::Split, StatementKind::Prop]);
    let filters = of(&[StatementKind::Filter]);
    let sorts = sorts(project, insight, &parts, of(&[StatementKind::Sort]));
    // What it selects is in properties that can't be read, which is said there.
    expander.broken |= selected.is_empty() && insight.unreadable;

    let mut expand_problems = Vec::new();
    let mut models = dependent_models(project, id);
    if models.is_empty() {
        models = expander.models.iter().copied().collect();
    }
    if models.is_empty() {
        expander.broken = true;
        if !insight.unreadable
            && !expander.cut
            && !project
                .object(id)
                .uses
                .iter()
                .any(|reference| !matches!(project.names().resolve(&reference.name), Resolution::Object(_)))
        {
            let message = "this insight reads no model: one such insight stops the whole run (R-INS-03)";
            expand_problems.push(
                Problem::new(Code::NoModel, project.object(id).name_loc(), message)
                    .help("refer to a column, `${ref(model).column}`"),
            );
        }
    }

    let mut writer = Writer { out: Template::new(), placed: Vec::new() };
    writer.out.push_generated("SELECT");
    let alias_of = |part: &Part| alias_hash(part.template.text().text());
    writer.list(&selected, ",", Clause::Select, |out, part| {
        out.push_generated(&format!(" AS \"{}\"", alias_of(part)));
    });
    if !models.is_empty() {
        writer.out.push_generated("\n");
        match from_clause(project, &models, &mut expander) {
            Ok(from) => {
                writer.out.push_template(&from);
            }
            Err(NoPath { between: (a, b), bridge }) => {
                expander.broken = true;
                let loc = uses_model(project, id, b).unwrap_or_else(|| project.object(id).name_loc());
                let name = |model: ObjectId| project.object(model).name_text();
                let message = format!("no relation joins the models `{}` and `{}`", name(a), name(b));
                let help = match bridge {
                    Some(bridge) => format!(
                        "refer to a column of `{}`, which lies between them: it is not used by itself (R-SQL-13)",
                        name(bridge)
                    ),
                    None => {
                        format!("add a relation with the condition `${{ref({}).…}} = ${{ref({}).…}}`", name(a), name(b))
                    }
                };
                // A relation may be in a file that isn't there.
                if project.names_complete() {
                    expand_problems.push(Problem::new(Code::NoJoinPath, loc, message).help(help));
                }
            }
        }
    }
    // R-SQL-03: a filter with a window function is dropped from a dynamic query and breaks a static one.
    let (windows, filters): (Vec<&Part>, Vec<&Part>) = filters.into_iter().partition(|part| part.shape.window);
    let (groups, rows): (Vec<&Part>, Vec<&Part>) = filters.iter().partition(|part| part.shape.aggregate);
    for part in windows {
        let message = match (inputs.is_empty(), part.shape.aggregate) {
            (true, _) => "a filter can't hold a window function: the query that is built from it is invalid (R-SQL-03)",
            (false, true) => {
                "a filter can't hold a window function: this one is put into HAVING, where the browser refuses it (R-SQL-03)"
            }
            (false, false) => {
                "a filter with a window function is silently dropped: the chart shows unfiltered data (R-SQL-03)"
            }
        };
        expand_problems.push(
            Problem::new(Code::WindowFilter, word_loc(&part.template, "over").unwrap_or(part.loc), message)
                .help("compute the window function in the model's SQL and filter by its column"),
        );
    }
    for clause in [&rows, &groups].into_iter().filter(|clause| clause.len() > 1) {
        expand_problems.extend(clause.iter().filter_map(|part| parentheses::of_filter(&part.template, part.loc)));
    }
    expand_problems.extend(parts.iter().flat_map(|part| parentheses::of_units(&part.template)));
    expand_problems.extend(filters.iter().filter_map(|part| dropped::dropped(context, &part.template)));
    if !rows.is_empty() {
        writer.out.push_generated("\nWHERE");
        writer.list(&rows, " AND", Clause::Where, |_, _| {});
    }
    let ordered: Vec<Part> = selected.iter().chain(&sorts).flat_map(|part| part.window_orders()).collect();
    let grouping = grouping(project.target(), &selected, &groups, &sorts, &ordered);
    for part in grouping.iter().filter(|part| part.shape.mode) {
        expander.broken = true;
        let message = "`mode` is grouped by as if it were a column, and the database refuses that (R-SQL-04)";
        let loc = word_loc(&part.template, "mode").unwrap_or(part.loc);
        expand_problems.push(Problem::new(Code::SqlBind, loc, message).help("compute it in the model's SQL"));
    }
    expand_problems.extend(grouping.iter().flat_map(|part| grouped_placeholders(project.target(), part)));
    if !grouping.is_empty() {
        writer.out.push_generated("\nGROUP BY");
        writer.list(&grouping, ",", Clause::GroupBy, |_, _| {});
    }
    let regrouped = grouping.iter().filter_map(|part| part.regrouped(project, insight, context)).collect();
    if !groups.is_empty() {
        writer.out.push_generated("\nHAVING");
        writer.list(&groups, " AND", Clause::Having, |_, _| {});
    }
    if !sorts.is_empty() {
        writer.out.push_generated("\nORDER BY");
        writer.list(&sorts, ",", Clause::OrderBy, |_, _| {});
    }

    let mut template = writer.out;
    template.find_roles();
    let uncertain = expander.context_uncertain(project, &template);
    if project.target() >= Target::V2_1 {
        let quoted = quoting::quoted(&template, |hole| context.is_text(hole.input) == Some(true));
        if quoted.contains(&true) {
            (template, writer.placed) = rewrite(&template, &writer.placed, &quotes(&template, &quoted));
            template.find_roles();
        }
    }
    let mut problems = std::mem::take(&mut expander.problems);
    problems.extend(expand_problems);
    problems.extend(static_problems);
    let stored = template.text().text().to_owned();
    if !inputs.is_empty() && !expander.broken {
        let (found, fatal) = literal::problems(project, &template);
        expander.broken |= fatal;
        problems.extend(found);
        let escapes = literal::cooked(&template);
        if !escapes.is_empty() {
            (template, writer.placed) = rewrite(&template, &writer.placed, &escapes);
            template.find_roles();
        }
    }
    let mut known = BTreeSet::new();
    problems.retain(|problem| {
        known.insert((problem.code, problem.loc.segment, problem.loc.range.start(), problem.loc.range.end()))
    });
    Some(Composed {
        template,
        stored,
        placed: writer.placed,
        selected: selected
            .iter()
            .filter_map(|part| Some(Selected { statement: part.statement?, alias: alias_of(part) }))
            .collect(),
        regrouped,
        models,
        dynamic: !inputs.is_empty(),
        inputs,
        problems,
        broken: expander.broken,
        blind: expander.blind,
        uncertain,
    })
}

impl Expander<'_> {
    fn context_uncertain(&self, project: &Project, template: &Template) -> bool {
        project.target() >= Target::V2_1
            && template.holes().iter().any(|hole| self.context.is_text(hole.input).is_none())
    }
}

/// Problems of properties that are no queries but hold references (6.6): wrong accessors, which nothing else reports
/// (`R-ACC-03`), and references to columns, which are never replaced (`R-PRP-06`).
fn static_props(project: &Project, insight: &Insight, context: &dyn Context) -> Vec<Problem> {
    let mut expander = Expander::new(project, context);
    let mut out = Vec::new();
    for prop in &insight.statics {
        let short = prop.key.strip_prefix("props.").unwrap_or(&prop.key);
        for reference in viz_syntax::references(prop.text.text()) {
            let Resolution::Object(id) = project.names().resolve(&reference.name) else { continue };
            let object = project.object(id);
            let loc = prop.text.locate(reference.range).unwrap_or(prop.loc);
            if object.kind == Kind::Input {
                expander.expand(&prop.text, reference.range);
            } else if reference.range.len() == prop.text.len() {
                let text = prop.text.text();
                let message = format!("`{short}` gets this text literally: a column needs a query `?{{ … }}`");
                let fixed = format!("?{{ {text} }}");
                out.push(Problem::new(Code::QueryExpected, loc, message).fix(Fix::replace(
                    format!("write `{fixed}`"),
                    prop.loc,
                    fixed,
                )));
            } else {
                let message =
                    format!("`{short}` shows this literally: only inputs are replaced inside a text (R-PRP-06)");
                out.push(Problem::new(Code::ReferenceNotReplaced, loc, message));
            }
        }
    }
    out.extend(expander.problems);
    out
}

fn parts(insight: &Insight, expander: &mut Expander<'_>, context: &dyn Context) -> Vec<Part> {
    let part = |(index, statement): (usize, &viz_project::Statement)| {
        let mut template = expander.expand(&statement.query.text, statement.query.query.body);
        template.find_roles();
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
        Part { statement: Some(index), shape, template, loc, sort, grouped: None, lost: None }
    };
    insight.statements.iter().enumerate().map(part).collect()
}

/// The sorts, with the default one of line charts (`R-SQL-10`).
fn sorts<'a>(project: &Project, insight: &Insight, parts: &'a [Part], written: Vec<&'a Part>) -> Vec<&'a Part> {
    match default_sort(insight, project.target()) {
        Some(x) if written.is_empty() => parts.iter().filter(|part| part.statement == Some(x)).collect(),
        _ => written,
    }
}

/// The statement by which lines are sorted where nothing else is said: `props.x` (`R-SQL-10`).
pub fn default_sort(insight: &Insight, target: Target) -> Option<usize> {
    let scatter = matches!(insight.trace_type.as_ref().map(|ty| ty.text.as_str()), Some("scatter" | "scattergl"));
    let lines = insight.mode.as_deref().is_some_and(|mode| mode.contains("lines"));
    let x = || insight.statements.iter().position(|statement| statement.key == "props.x");
    (scatter && lines && target >= Target::V2_1).then(x).flatten()
}

/// Where a bare word stands.
fn word_loc(template: &Template, word: &str) -> Option<Loc> {
    let plain = template.plain();
    let found = tokenize(&plain).ok()?.into_iter().find(|token| token.is_word(word))?;
    template.text().locate(found.range)
}

struct Writer {
    out: Template,
    placed: Vec<Placed>,
}

impl Writer {
    fn list(&mut self, parts: &[&Part], separator: &str, clause: Clause, after: impl Fn(&mut Template, &Part)) {
        for (index, part) in parts.iter().enumerate() {
            self.out.push_generated(if index == 0 { "\n  " } else { separator });
            if index > 0 {
                self.out.push_generated("\n  ");
            }
            let range = if clause == Clause::GroupBy {
                match &part.grouped {
                    Some(grouped) => self.out.push_template(grouped),
                    None => self.out.push_part(&part.template, part.expression()),
                }
            } else {
                self.out.push_template(&part.template)
            };
            if let Some(statement) = part.statement {
                self.placed.push(Placed { statement, clause, range });
            }
            after(&mut self.out, part);
        }
    }
}

/// The place in an insight that leads to a model.
fn uses_model(project: &Project, insight: ObjectId, model: ObjectId) -> Option<Loc> {
    let leads = |name: &str| match project.names().resolve(name) {
        Resolution::Object(id) => id == model || project.dependencies(id).contains(&model),
        _ => false,
    };
    project.object(insight).uses.iter().find(|reference| leads(&reference.name)).map(|reference| reference.loc)
}
