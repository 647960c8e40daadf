//! A statement of an insight on its way into the query, and what is grouped by.

use crate::aggregates::{Shape, shape_of};
use crate::canonical::canonical;
use crate::compose::{Clause, Composed, Placed};
use crate::direction::without_direction;
use crate::expand::{Context, Expander};
use crate::grouped::{Grouped, grouped};
use crate::template::{Hole, Role, Template};
use crate::viewers_tree::{Alike, alike};
use crate::windows::window_orders;
use viz_project::{Code, Insight, Problem, Project, Rule, Target};
use viz_syntax::references;
use viz_text::{Loc, MappedText, TextRange, TextSize};

/// A statement that is grouped by another text than is selected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Regrouped {
    /// Index into the insight's statements.
    pub statement: usize,
    /// The place of its expression.
    pub loc: Loc,
    /// The expression as it is written there.
    pub typed: String,
    /// A form of it that is grouped by as it is written.
    pub instead: Option<String>,
    /// Whether the viewers' engine sees the two texts as one.
    pub alike: Alike,
}

impl Composed {
    /// The query with the selected texts in place of those that are grouped by, but for those of some statements.
    pub fn grouped_as_selected(&self, but: impl Fn(usize) -> bool) -> Composed {
        let (mut out, mut placed, mut done) = (Template::new(), Vec::new(), TextSize::new(0));
        let (mut added, mut removed) = (TextSize::new(0), TextSize::new(0));
        let mut clauses: Vec<&Placed> = self.placed.iter().collect();
        clauses.sort_by_key(|one| one.range.start());
        for one in clauses {
            let regrouped = one.clause == Clause::GroupBy
                && !but(one.statement)
                && self.grouped_range(one.statement) == Some(one.range)
                && self.regrouped.iter().any(|regrouped| regrouped.statement == one.statement);
            match self.selected_range(one.statement).filter(|_| regrouped) {
                Some(selected) => {
                    out.push_part(&self.template, TextRange::new(done, one.range.start()));
                    let range = out.push_part(&self.template, selected);
                    placed.push(Placed { range, ..*one });
                    (added, removed) = (added + selected.len(), removed + one.range.len());
                    done = one.range.end();
                }
                None => placed.push(Placed { range: one.range + added - removed, ..*one }),
            }
        }
        out.push_part(&self.template, TextRange::new(done, self.template.len()));
        out.find_roles();
        Composed { template: out, placed, regrouped: Vec::new(), ..self.clone() }
    }

    /// The query as it gives the same here as in the viewers' engine: grouped by the selected texts where that sees no
    /// other in what is grouped by. `None` if that is the query itself.
    pub fn grouped_as_viewers_see(&self) -> Option<Composed> {
        let (alike, others): (Vec<_>, Vec<_>) =
            self.regrouped.iter().partition(|regrouped| regrouped.alike == Alike::Yes);
        if alike.is_empty() {
            return None;
        }
        let but = |statement| others.iter().any(|other| other.statement == statement);
        Some(Composed { regrouped: others.iter().copied().cloned().collect(), ..self.grouped_as_selected(but) })
    }

    /// A query without holes as SQLGlot prints it, which the source runs (F11): it mends what DuckDB refuses, and a
    /// reference in quotes has only one pair of them; of only some of its statements. `None` if that text isn't known.
    pub fn printed_where(&self, is_printed: impl Fn(usize) -> bool) -> Option<Composed> {
        let (mut out, mut placed, mut done) = (Template::new(), Vec::new(), TextSize::new(0));
        let mut clauses: Vec<&Placed> = self.placed.iter().collect();
        clauses.sort_by_key(|one| one.range.start());
        for one in clauses {
            if !is_printed(one.statement) {
                out.push_part(&self.template, TextRange::new(done, one.range.start()));
                placed.push(Placed { range: out.push_part(&self.template, one.range), ..*one });
                done = one.range.end();
                continue;
            }
            let text = self.template.text().slice(one.range);
            let expression = if one.clause == Clause::OrderBy { without_direction(text) } else { text.trim_end() };
            let plain = expression.replace("\"\"", "\"");
            let printed = canonical(if expression.contains("\"\"") { &plain } else { expression }).ok()?.text;
            out.push_part(&self.template, TextRange::new(done, one.range.start()));
            let start = out.len();
            let source = TextRange::at(one.range.start(), TextSize::of(expression));
            match self.template.text().locate(source) {
                Some(loc) => out.push_for(&printed, loc),
                None => out.push_generated(&printed),
            }
            out.push_part(&self.template, TextRange::new(source.end(), one.range.end()));
            placed.push(Placed { range: TextRange::new(start, out.len()), ..*one });
            done = one.range.end();
        }
        out.push_part(&self.template, TextRange::new(done, self.template.len()));
        out.find_roles();
        Some(Composed { template: out, placed, ..self.clone() })
    }

    /// Where a statement is grouped by.
    pub fn grouped_range(&self, statement: usize) -> Option<TextRange> {
        self.placed_in(statement, Clause::GroupBy)
    }

    /// Where the expression of a statement is selected, or sorted by.
    fn selected_range(&self, statement: usize) -> Option<TextRange> {
        self.placed_in(statement, Clause::Select).or_else(|| {
            let range = self.placed_in(statement, Clause::OrderBy)?;
            let expression = without_direction(self.template.text().slice(range));
            Some(TextRange::at(range.start(), TextSize::of(expression)))
        })
    }

    fn placed_in(&self, statement: usize, clause: Clause) -> Option<TextRange> {
        let here = |placed: &&Placed| placed.statement == statement && placed.clause == clause;
        self.placed.iter().find(here).map(|placed| placed.range)
    }
}

/// The text of a statement.
pub(crate) struct Part {
    pub statement: Option<usize>,
    pub template: Template,
    pub shape: Shape,
    pub loc: Loc,
    /// Whether it may end in a direction.
    pub sort: bool,
    /// What is grouped by, if that is another text.
    pub grouped: Option<Template>,
    /// A placeholder before which text is lost where it is grouped by, and that text.
    pub lost: Option<(Loc, String)>,
}

impl Part {
    /// Its bytes without a sort's direction.
    pub fn expression(&self) -> TextRange {
        let text = self.template.text().text();
        let expression = if self.sort { without_direction(text) } else { text.trim_end() };
        TextRange::up_to((expression.len() as u32).into())
    }

    pub fn expression_text(&self) -> &str {
        self.template.text().slice(self.expression())
    }

    /// Finds out what an insight with inputs groups by (F1, F3).
    pub fn find_grouped(&mut self, context: &dyn Context) {
        let mut expression = Template::new();
        let range = self.expression();
        expression.push_part(&self.template, range);
        expression.find_roles();
        match grouped(&expression, self.loc, context) {
            Grouped::Same => {}
            Grouped::Other { selected, grouped } => {
                let mut template = selected;
                template.push_part(&self.template, TextRange::new(range.end(), self.template.len()));
                template.find_roles();
                self.template = template;
                self.grouped = Some(grouped);
            }
            Grouped::Lost { hole, text } => {
                self.lost = expression.holes().get(hole).map(|hole| (hole.loc, text));
            }
        }
    }

    /// What its windows are ordered by, which is grouped by on its own.
    pub fn window_orders(&self) -> Vec<Part> {
        if !self.shape.window {
            return Vec::new();
        }
        let plain = self.template.plain();
        let part = |range: TextRange| {
            let shape = shape_of(&plain[range]);
            let mut template = Template::new();
            template.push_part(&self.template, range);
            template.find_roles();
            Part { template, shape, sort: false, grouped: None, lost: None, ..*self }
        };
        window_orders(&plain).into_iter().map(part).filter(|part| part.shape.outer_column).collect()
    }

    /// What to say if the engine refuses that the two texts differ.
    pub fn regrouped(&self, project: &Project, insight: &Insight, context: &dyn Context) -> Option<Regrouped> {
        self.grouped.as_ref()?;
        let statement = self.statement?;
        let query = &insight.statements[statement].query;
        let body = query.body();
        let typed = (if self.sort { without_direction(body) } else { body }).trim();
        let start = TextSize::new((body.len() - body.trim_start().len()) as u32) + query.body_range().start();
        let loc = query.text.locate(TextRange::at(start, TextSize::of(typed))).unwrap_or(self.loc);
        let named = |template: &Template| template.fill(|_, hole| hole_name(hole)).into_text();
        let mut selected = Template::new();
        selected.push_part(&self.template, self.expression());
        let alike = alike(&named(&selected), &named(self.grouped.as_ref()?));
        let instead = equal_form(typed, loc, project, context);
        Some(Regrouped { statement, loc, typed: typed.to_owned(), instead, alike })
    }
}

/// A name in place of a placeholder, the same for all that stand for the same.
fn hole_name(hole: &Hole) -> String {
    format!("viz_{:?}_{}", hole.input, hole.accessor.name()).replace(|other: char| !other.is_ascii_alphanumeric(), "_")
}

/// A form of an expression of the user's that is grouped by as it is written, if there is one.
fn equal_form(typed: &str, loc: Loc, project: &Project, context: &dyn Context) -> Option<String> {
    let references = references(typed);
    let name = |index: usize| format!("vizreference{index}");
    let (mut text, mut done) = (String::new(), 0);
    for (index, reference) in references.iter().enumerate() {
        text.push_str(&typed[done..reference.range.start().into()]);
        text.push_str(&name(index));
        done = reference.range.end().into();
    }
    text.push_str(&typed[done..]);
    let printed = canonical(&text).ok()?.text;
    if canonical(&printed).ok()?.text != printed {
        return None;
    }
    // From the last one: the first's name begins that of the eleventh.
    let instead = references
        .iter()
        .enumerate()
        .rev()
        .fold(printed, |printed, (index, reference)| printed.replace(&name(index), &typed[reference.range]));
    let mut mapped = MappedText::new();
    mapped.push_for(&instead, loc);
    let mut expander = Expander::new(project, context);
    let mut template = expander.expand(&mapped, TextRange::up_to(mapped.len()));
    template.find_roles();
    let same = matches!(grouped(&template, loc, context), Grouped::Same);
    (same && !expander.broken && !template.is_empty()).then_some(instead)
}

/// `R-SQL-05` to `R-SQL-07`.
pub(crate) fn grouping<'a>(
    target: Target,
    selected: &[&'a Part],
    having: &[&Part],
    sorts: &[&'a Part],
    ordered: &'a [Part],
) -> Vec<&'a Part> {
    let aggregated = selected.iter().any(|part| part.shape.aggregate) || !having.is_empty();
    if !target.has(Rule::GroupedRows) && !aggregated {
        return Vec::new();
    }
    let mut out: Vec<&Part> = Vec::new();
    let others = selected.iter().chain(sorts).any(|part| part.shape.outer_column);
    for part in selected.iter().chain(sorts).copied().chain(ordered) {
        let text = part.expression_text();
        // R-SQL-04: `mode` is grouped as if it were no aggregate.
        let grouped = part.shape.outer_column || part.shape.mode && others;
        if grouped && !out.iter().any(|other| other.expression_text() == text) {
            out.push(part);
        }
    }
    out
}

/// S-16: the text of a grouping expression loses the quote before a placeholder.
pub(crate) fn grouped_placeholders(target: Target, part: &Part) -> Vec<Problem> {
    let quoted = part.template.holes().iter().filter(|hole| hole.role == Role::InString);
    let problem = |hole: &Hole| {
        let message = "the run fails: the query groups by this expression, and there the quote before a placeholder is lost (S-16)";
        let help = match target.has(Rule::QuotedTexts) {
            true => "leave the quotes out: the placeholder gets them automatically",
            false => "compare with a number, or use the placeholder in a filter instead",
        };
        Problem::new(Code::GroupedPlaceholder, hole.loc, message).help(help)
    };
    let lost = part.lost.iter().map(|(loc, text)| {
        let message = format!(
            "the run fails: the query groups by this expression, and there `{text}` before the placeholder is lost (S-16)"
        );
        Problem::new(Code::GroupedPlaceholder, *loc, message)
            .help("let the placeholder stand behind an operator or a comma, as in `x + ${…}`: it must not come first in parentheses")
    });
    quoted.map(problem).chain(lost).collect()
}
