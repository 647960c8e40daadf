//! What a reference in an expression stands for (6.2).

use crate::Accessor;
use crate::hash::name_hash;
use crate::template::Template;
use crate::tokens::{Token, tokenize};
use sqlparser::tokenizer::Token as SqlToken;
use std::collections::BTreeSet;
use viz_facts::Column;
use viz_project::{Body, Code, Fix, Kind, ObjectId, Problem, Project, Resolution, Rule, did_you_mean, similar};
use viz_syntax::{RefForm, Reference, almost_references, is_referable, path_outside, references};
use viz_text::{Loc, MappedText, TextRange, TextSize};

/// What composing needs to know from outside the text.
pub trait Context {
    /// The columns of a model, if they are known.
    fn columns(&self, model: ObjectId) -> Option<&[Column]>;
    /// Whether the values of an input count as text for automatic quoting (5.7 a); `None` if that is not known.
    fn is_text(&self, input: ObjectId) -> Option<bool>;
    /// The value that the build puts in for an input while it looks at an expression (`R-VAL-06`), if it is known.
    fn sample(&self, input: ObjectId, accessor: Accessor) -> Option<String>;
}

/// Metrics and dimensions are followed to this depth.
const MAX_DEPTH: usize = 64;

/// Maximum size in bytes of all metrics and dimensions that are expanded into one query. Each costs `BYTES_EACH` more than its
/// text, so that a million empty ones are refused, too.
const MAX_BYTES: usize = 128 << 10;
/// What one expansion costs besides its text, in bytes.
const BYTES_EACH: usize = 64;

pub(crate) struct Expander<'a> {
    pub project: &'a Project,
    pub context: &'a dyn Context,
    pub problems: Vec<Problem>,
    /// Models that were used.
    pub models: BTreeSet<ObjectId>,
    /// Whether a model without known columns was used.
    pub blind: bool,
    /// Whether something could not be resolved, so that the text is not the query that runs.
    pub broken: bool,
    /// What is left of [`MAX_BYTES`].
    left: usize,
    /// Whether metrics were not followed to their end.
    pub stopped: bool,
    /// Whether that is because they make too large a query.
    pub cut: bool,
}

/// How a text was reached.
#[derive(Clone, Copy)]
struct Way {
    /// The place in the insight that led here, for texts of metrics and dimensions elsewhere.
    origin: Option<Loc>,
    /// Number of metrics and dimensions on the way.
    depth: usize,
}

/// What stands behind the dot of a reference to a model.
struct FieldPath<'a> {
    text: &'a str,
    loc: Loc,
}

impl<'a> Expander<'a> {
    pub(crate) fn new(project: &'a Project, context: &'a dyn Context) -> Self {
        Self {
            project,
            context,
            problems: Vec::new(),
            models: BTreeSet::new(),
            blind: false,
            broken: false,
            left: MAX_BYTES,
            stopped: false,
            cut: false,
        }
    }

    /// A part of a text with its references replaced.
    pub(crate) fn expand(&mut self, text: &MappedText, range: TextRange) -> Template {
        let mut out = Template::new();
        self.expand_into(&mut out, text, range, Way { origin: None, depth: 0 });
        out
    }

    /// A metric or dimension, as if something referred to it.
    pub(crate) fn metric_or_dimension(&mut self, id: ObjectId) -> Template {
        let mut out = Template::new();
        self.expression(&mut out, id, self.project.object(id).name_loc(), Way { origin: None, depth: 0 });
        out
    }

    fn expand_into(&mut self, out: &mut Template, text: &MappedText, range: TextRange, way: Way) {
        // What only looks like a reference has a finding of its own, where it looks so in the whole text: `ref(x).y` alone would.
        self.broken |= almost_references(text.text()).iter().any(|almost| range.contains_range(almost.range));
        let mut done = range.start();
        for reference in references(text.slice(range)) {
            if reference.form != RefForm::Context {
                continue; // `ref(x)` without `${}` is literal text in an expression
            }
            let at = reference.range + range.start();
            out.push_slice(text, TextRange::new(done, at.start()));
            if path_outside(text.slice(range), &reference).is_some() {
                self.broken = true; // which has a finding of its own
                out.push_generated("NULL");
            } else {
                self.reference(out, text, range, &reference, way);
            }
            done = at.end();
        }
        out.push_slice(text, TextRange::new(done, range.end()));
    }

    fn reference(&mut self, out: &mut Template, text: &MappedText, base: TextRange, reference: &Reference, way: Way) {
        let at = |range: TextRange| text.locate(range + base.start());
        let Some(loc) = at(reference.range) else { return };
        if reference.quoted {
            // D-024, R-REF-03: compiles and then fails at run time.
            let message = format!("no object is called `'{}'`: quotes are not stripped here", reference.name);
            // The quotes are the fault, and stand around the name.
            let one = TextSize::new(1);
            let with_quotes = TextRange::new(reference.name_range.start() - one, reference.name_range.end() + one);
            let name = at(with_quotes).unwrap_or(loc);
            let fix = Fix::replace("remove the quotes", name, reference.name.clone()).safe();
            self.problems.push(Problem::new(Code::QuotedReference, name, message).fix(fix));
            self.broken = true;
        }
        let Resolution::Object(target) = self.project.names().resolve(&reference.name) else {
            self.broken = true; // reported with the names
            return out.push_for("NULL", loc);
        };
        let path_loc = reference.path_range.and_then(at).unwrap_or(loc);
        let path = reference.path.as_deref();
        match (self.project.object(target).kind, path) {
            (Kind::Input, path) => self.input(out, target, path, loc, path_loc),
            (Kind::Model, Some(text)) => self.field(out, target, FieldPath { text, loc: path_loc }, loc, way),
            (Kind::Model, None) => {
                let message = format!(
                    "`{}` is a model: name one of its columns, `${{ref({}).column}}`",
                    reference.name, reference.name
                );
                self.problems.push(Problem::new(Code::BareModelReference, loc, message));
                self.broken = true;
                out.push_for("NULL", loc);
            }
            (Kind::Metric | Kind::Dimension, None) => self.expression(out, target, loc, way),
            (Kind::Metric | Kind::Dimension, Some(_)) => {
                let message = format!(
                    "`{}` is {}: nothing may follow it (R-SEM-10)",
                    reference.name,
                    self.project.object(target).kind.with_article()
                );
                let fixed = format!("${{ref({})}}", reference.name);
                self.problems.push(Problem::new(Code::WrongReferenceKind, path_loc, message).fix(Fix::replace(
                    format!("write `{fixed}`"),
                    loc,
                    fixed,
                )));
                self.broken = true;
                out.push_for("NULL", loc);
            }
            _ => {
                self.broken = true; // wrong kind: reported with the names
                out.push_for("NULL", loc);
            }
        }
    }

    fn input(&mut self, out: &mut Template, input: ObjectId, path: Option<&str>, loc: Loc, path_loc: Loc) {
        let object = self.project.object(input);
        let Body::Input(body) = &object.body else { return };
        let selection = body.selection;
        let accessor = path.and_then(Accessor::parse);
        let fits = accessor.zip(selection).map(|(accessor, selection)| accessor.fits(selection));
        if let (Some(accessor), Some(true) | None) = (accessor, fits) {
            return out.push_hole(object.name_text(), input, accessor, loc);
        }
        self.broken = true;
        out.push_for("NULL", loc);
        let Some(selection) = selection else { return };
        let valid: Vec<String> = selection.accessors().iter().map(|name| format!("`.{name}`")).collect();
        let expected = format!("a {} input has {}", selection.name(), valid.join(", "));
        let mut problem = match path {
            None => {
                Problem::new(Code::InvalidAccessor, loc, format!("`{}` is an input: {expected}", object.name_text()))
            }
            Some("") => Problem::new(
                Code::InvalidAccessor,
                dot(path_loc),
                format!("an accessor is missing after the dot: {expected}"),
            ),
            Some(path) => Problem::new(
                Code::InvalidAccessor,
                path_loc,
                format!("`{}` has no `.{path}`: {expected}", object.name_text()),
            ),
        };
        let right = match (path, selection) {
            (_, viz_project::Selection::Single) => Some("value"),
            (Some("value"), viz_project::Selection::Multi) => Some("values"),
            _ => None,
        };
        // A list is compared by `in`, without quotes.
        let as_list = || format!("write `in (${{ref({}).values}})`: the choices are a list", object.name_text());
        if right == Some("values") && !self.is_in_brackets(loc) {
            problem = problem.help(as_list());
        } else if let Some(right) = right {
            let fixed = format!("${{ref({}).{right}}}", object.name_text());
            problem = problem.fix(Fix::replace(format!("write `.{right}`"), loc, fixed));
        }
        self.problems.push(problem.related(object.name_loc(), "the input is defined here"));
    }

    fn field(&mut self, out: &mut Template, model: ObjectId, path: FieldPath<'_>, loc: Loc, way: Way) {
        let FieldPath { text: path, loc: path_loc } = path;
        self.models.insert(model);
        if path.is_empty() {
            let message = "a column is missing after the dot";
            let problem = Problem::new(Code::UnknownColumn, dot(path_loc), message).local();
            self.problems.push(problem.related(self.project.object(model).name_loc(), "the model is defined here"));
            self.broken = true;
            return out.push_for("NULL", loc);
        }
        if let Some(field) = self.project.scoped_field(model, path) {
            return self.expression(out, field, loc, way);
        }
        if let Some(other) = self.namesake(path) {
            let message = format!(
                "in 2.0 this takes the {} `{path}` of another object, not what `{}` has",
                self.project.object(other).kind.name(),
                self.project.object(model).name_text()
            );
            let problem =
                Problem::new(Code::AmbiguousReference, path_loc, message).help("give one of the two another name");
            self.problems.push(problem.related(self.project.object(other).name_loc(), "it is defined here"));
        }
        let table = name_hash(self.project.object(model).name_text());
        let spelled = match self.context.columns(model) {
            None => {
                self.blind = true;
                path.to_owned()
            }
            Some(columns) => match columns.iter().find(|column| column.name.eq_ignore_ascii_case(path)) {
                Some(column) => column.name.clone(),
                None => {
                    self.unknown_column(model, columns, path, path_loc);
                    self.broken = true;
                    return out.push_for("NULL", loc);
                }
            },
        };
        out.push_for(&format!("\"{table}\".{}", quote(&spelled)), loc);
    }

    /// Whether `(` stands before a place.
    fn is_in_brackets(&self, loc: Loc) -> bool {
        let before = self.project.resolve(loc).map(|(file, range)| {
            let text = self.project.file(file).document.text();
            text[..range.start().into()].trim_end().ends_with('(')
        });
        before.unwrap_or_default()
    }

    /// In 2.0, any metric or dimension of the project answers to its name, whichever model is asked.
    fn namesake(&self, name: &str) -> Option<ObjectId> {
        if !self.project.target().has(Rule::FieldsOfAnyModel) {
            return None;
        }
        let is_field = |id: &ObjectId| {
            let object = self.project.object(*id);
            matches!(object.kind, Kind::Metric | Kind::Dimension) && object.name_text() == name
        };
        self.project.ids().find(is_field)
    }

    fn unknown_column(&mut self, model: ObjectId, columns: &[Column], path: &str, loc: Loc) {
        let object = self.project.object(model);
        let fields = self.project.children(model).map(|child| self.project.object(child).name_text());
        let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).chain(fields).collect();
        let near = similar(path, names.iter().copied());
        let mut problem = Problem::new(
            Code::UnknownColumn,
            loc,
            format!("the model `{}` has no column `{path}`", object.name_text()),
        );
        // Others can't be referred to (S-06).
        if let [only] = near.as_slice()
            && is_referable(only)
        {
            problem = match path.starts_with('[') {
                true => problem.fix(Fix::replace(format!("write `.{only}`"), loc, format!(".{only}"))),
                false => problem.named(loc, only),
            };
        }
        problem.help = did_you_mean(&near).or_else(|| {
            let shown: Vec<&str> = names.iter().copied().filter(|name| !name.is_empty()).take(12).collect();
            let more = if names.len() > shown.len() { ", …" } else { "" };
            Some(format!("it has {}{more}", shown.join(", ")))
        });
        self.problems.push(problem.related(object.name_loc(), "the model is defined here"));
    }

    /// The expression of a metric or dimension.
    fn expression(&mut self, out: &mut Template, id: ObjectId, loc: Loc, way: Way) {
        let object = self.project.object(id);
        let Body::Expression(body) = &object.body else { return };
        let Some(text) = body.expression.as_ref() else {
            self.broken = true;
            return out.push_for("NULL", loc);
        };
        let cost = text.text().len() + BYTES_EACH;
        if way.depth >= MAX_DEPTH || cost > self.left {
            self.too_large(id, way.origin.unwrap_or(loc));
            return out.push_for("NULL", loc);
        }
        self.left -= cost;
        let (all, start) = (TextRange::up_to(text.len()), out.len());
        match self.project.parent(id).filter(|_| body.scoped) {
            Some(model) => {
                self.models.insert(model);
                out.push_template(&self.qualify(text, model));
            }
            None => {
                let way = Way { origin: way.origin.or(Some(loc)), depth: way.depth + 1 };
                self.expand_into(out, text, all, way);
            }
        }
        out.mark_unit(start, loc);
    }

    /// Says once that the metrics below `origin` can't be followed any further. A circle has a finding of its own.
    fn too_large(&mut self, id: ObjectId, origin: Loc) {
        self.broken = true;
        if std::mem::replace(&mut self.stopped, true) || self.project.is_in_circle(id) {
            return;
        }
        self.cut = true;
        let message = format!(
            "the metrics behind this refer to each other {MAX_DEPTH} levels deep, or make a query of more than {} kB: this insight is not checked",
            MAX_BYTES >> 10
        );
        let problem = Problem::new(Code::ExpressionTooLarge, origin, message);
        let object = self.project.object(id);
        let related = format!("`{}` is not followed any more", object.name_text());
        self.problems
            .push(problem.related(object.name_loc(), related).help("write fewer metrics on top of each other"));
    }

    /// The expression of a metric or dimension inside a model: its bare columns become columns of the model's table.
    fn qualify(&mut self, text: &MappedText, model: ObjectId) -> Template {
        let mut out = Template::new();
        let all = TextRange::up_to(text.len());
        // Not allowed here, which a finding says.
        self.broken |= text.text().contains("${");
        let Some(columns) = self.context.columns(model) else {
            self.blind = true;
            out.push_slice(text, all);
            return out;
        };
        let Ok(tokens) = tokenize(text.text()) else {
            out.push_slice(text, all);
            return out;
        };
        let table = name_hash(self.project.object(model).name_text());
        let significant: Vec<&Token> = tokens.iter().filter(|token| !token.is_space()).collect();
        let mut done = all.start();
        for (at, token) in significant.iter().enumerate() {
            let SqlToken::Word(word) = &token.token else { continue };
            let before = at.checked_sub(1).map(|at| &significant[at].token);
            let after = significant.get(at + 1).map(|next| &next.token);
            let part = matches!(before, Some(SqlToken::Period | SqlToken::DoubleColon))
                || matches!(after, Some(SqlToken::LParen | SqlToken::Period | SqlToken::SingleQuotedString(_)));
            let type_name = at.checked_sub(1).is_some_and(|at| significant[at].is_word("as"));
            let field = at >= 2 && significant[at - 2].is_word("extract");
            if part || type_name || field {
                continue;
            }
            let Some(column) = columns.iter().find(|column| column.name.eq_ignore_ascii_case(&word.value)) else {
                continue;
            };
            let Some(loc) = text.locate(token.range) else { continue };
            out.push_slice(text, TextRange::new(done, token.range.start()));
            out.push_for(&format!("\"{table}\".{}", quote(&column.name)), loc);
            done = token.range.end();
        }
        out.push_slice(text, TextRange::new(done, all.end()));
        out
    }
}

/// An identifier in double quotes.
pub fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The dot before an empty path.
fn dot(path_loc: Loc) -> Loc {
    let (start, one) = (path_loc.range.start(), TextSize::new(1));
    let from = start.checked_sub(one).unwrap_or(start);
    Loc::new(path_loc.segment, viz_text::TextRange::new(from, path_loc.range.end()))
}
