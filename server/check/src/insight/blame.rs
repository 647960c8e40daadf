//! Who is to blame for a failure, and how to say so.

use super::wording::Failures;
use super::{InsightVerdict, Run};
use crate::engine_errors::all_errors::further;
use crate::engine_errors::place::error_range;
use crate::engine_errors::wording::sentence;
use crate::engine_errors::wording::{missing_name, suggest, suggestion};
use crate::inputs::states::{State, Value};
use crate::insight::witness::Witness;
use crate::models::check_model::defined_here;
use crate::report::{Finding, Judge};
use std::sync::Arc;
use viz_facts::{Question, SqlError, Unknown};
use viz_project::{Body, Code, Fix, Kind, ObjectId, Related, Resolution, Statement, StatementKind};
use viz_sql::{Accessor, Hole, Role, name_hash, tokenize};
use viz_syntax::{Reference, almost_references, references};
use viz_text::{Loc, TextRange, TextSize};

/// What to do about a choice that fails.
enum Advice {
    /// Said in these words.
    Words(String),
    /// To write this, with quotes, in place of the placeholder: a machine can follow that.
    Quoted(String),
}

impl Advice {
    fn text(&self) -> String {
        match self {
            Self::Words(text) => text.clone(),
            Self::Quoted(written) => format!("write quotes around it: `{written}`"),
        }
    }
}

#[derive(Default)]
struct Place {
    /// The hole whose filling holds the error.
    hole: Option<usize>,
    loc: Option<Loc>,
    template_offset: Option<TextSize>,
}

impl Run<'_> {
    /// Every combination fails: the query itself is wrong, or the only option is.
    pub(super) fn always(&self, verdict: &mut InsightVerdict, combination: usize, error: &SqlError, judge: Judge) {
        if self.fails_grouped(verdict, combination, error, judge) {
            return;
        }
        let place = self.place(combination, error);
        if let (Some(hole), true) = (place.hole, self.combinations.iter().all(|c| !c.is_empty())) {
            let witness = Witness {
                inputs: vec![self.input_index(hole)],
                selections: self.all_states(hole),
                example: 0,
                always: true,
            };
            verdict.findings.push(self.some(&witness, combination, combination, error, judge, true));
            return;
        }
        if judge == Judge::Parse {
            let single = self.single_statements(combination);
            if !single.is_empty() {
                verdict.findings.extend(single);
                return;
            }
        }
        verdict.findings.push(self.of_all(verdict.report.loc, &place, error, judge));
        if judge != Judge::Bind {
            return;
        }
        for error in self.further(combination, error).unwrap_or_default() {
            let place = self.place(combination, &error);
            let finding = self.of_all(verdict.report.loc, &place, &error, judge);
            let known = verdict.findings.iter().any(|other| other.loc == finding.loc);
            if place.hole.is_none() && place.loc.is_some() && !known {
                verdict.findings.push(finding);
            }
        }
    }

    /// A fault of the query, whatever is chosen.
    fn of_all(&self, insight: Loc, place: &Place, error: &SqlError, judge: Judge) -> Finding {
        let (code, verb) = match judge {
            Judge::Parse => (Code::SqlSyntax, "is no SQL"),
            _ if error.message.starts_with("Referenced column") => (Code::UnknownColumn, "fails"),
            _ => (Code::SqlBind, "fails"),
        };
        let loc = place.loc.or_else(|| self.nearest_statement(place)).unwrap_or(insight);
        let message = format!("{} {verb}: {}", self.subject(loc), self.words(error));
        let mut finding = Finding::new(code, loc, message);
        suggest(&mut finding, error);
        finding
    }

    /// What else the binder refuses, once what it names first is mended.
    fn further(&self, combination: usize, first: &SqlError) -> Result<Vec<SqlError>, Unknown> {
        let tables = self.tables()?;
        let selection = &self.combinations[combination];
        let mapped = self.filled(selection).mapped();
        let bind = |sql: String| self.facts.accepted(Question::Bind { tables: Arc::clone(&tables), sql });
        further(&self.render(selection), first, |range| mapped.locate(range), bind)
    }

    /// Which statements are no SQL on their own: so several syntax errors of one insight are all found, each in its
    /// own statement.
    fn single_statements(&self, combination: usize) -> Vec<Finding> {
        let mut out = Vec::new();
        let mut seen = std::collections::HashSet::new();
        for placed in &self.composed.placed {
            if !seen.insert(placed.statement) {
                continue;
            }
            let statement = &self.insight.statements[placed.statement];
            let mut sql = viz_text::MappedText::new();
            let sort = statement.kind == StatementKind::Sort;
            sql.push_generated(if sort { "SELECT 1 ORDER BY " } else { "SELECT (" });
            let prefix = sql.len();
            let own = self.filled_part(placed.range, &self.combinations[combination]).mapped();
            sql.push_slice(&own, TextRange::up_to(own.len()));
            let end = sql.len();
            if !sort {
                sql.push_generated("\n)");
            }
            out.extend(self.statement_alone(statement, &sql, TextRange::new(prefix, end)));
        }
        out
    }

    /// Which statements are no SQL on their own, where the query can't be put together because a reference names nothing.
    /// Only those are looked at in which nothing is to be filled in and everything is known.
    pub(super) fn statements_apart(&self) -> Vec<Finding> {
        let plain = |reference: &Reference| match self.project.names().resolve(&reference.name) {
            Resolution::Object(id) => self.project.object(id).kind != Kind::Input,
            _ => false,
        };
        let alone = |statement: &Statement| {
            let (text, body) = (&statement.query.text, statement.query.body_range());
            let found = references(statement.query.body());
            if !found.iter().all(plain) || !almost_references(statement.query.body()).is_empty() {
                return None;
            }
            let sort = statement.kind == StatementKind::Sort;
            let mut sql = viz_text::MappedText::new();
            sql.push_generated(if sort { "SELECT 1 ORDER BY " } else { "SELECT (" });
            let (prefix, mut done) = (sql.len(), body.start());
            for reference in &found {
                let range = reference.range + body.start();
                sql.push_slice(text, TextRange::new(done, range.start()));
                sql.push_for("\"c\"", text.locate(range).unwrap_or(statement.query.loc));
                done = range.end();
            }
            sql.push_slice(text, TextRange::new(done, body.end()));
            let end = sql.len();
            if !sort {
                sql.push_generated("\n)");
            }
            self.statement_alone(statement, &sql, TextRange::new(prefix, end))
        };
        self.insight.statements.iter().filter_map(alone).collect()
    }

    /// Whether a statement, which stands in `own` of this text, is SQL.
    fn statement_alone(&self, statement: &Statement, sql: &viz_text::MappedText, own: TextRange) -> Option<Finding> {
        let Ok(Err(error)) = self.facts.accepted(Question::Parse { sql: sql.text().to_owned() }) else { return None };
        let whole = statement.query.text.locate(statement.query.query.body).unwrap_or(statement.query.loc);
        let (prefix, end) = (own.start(), own.end());
        let offset = error.offset.map(TextSize::new).filter(|offset| (prefix..end).contains(offset));
        let unclosed = viz_sql::unclosed(&sql.text()[own]).filter(|_| offset.is_none()).map(|at| at + prefix);
        let told = |offset| error_range(sql.text(), offset, error.length);
        let loc = offset.map(told).or(unclosed).and_then(|range| sql.locate(range));
        let words = match unclosed {
            Some(at) => format!("`{}` is never closed", &sql.text()[at]),
            // Met in what follows, which is not the user's.
            None if loc.is_none() && error.offset.is_some() => "something is missing behind this".into(),
            None => self.words(&error),
        };
        let last = || error.offset.and_then(|_| last_token(sql, prefix, end));
        let loc = loc.or_else(last).unwrap_or(whole);
        Some(Finding::new(Code::SqlSyntax, loc, format!("{} is no SQL: {words}", self.subject(whole))))
    }

    /// Some choices fail.
    pub(super) fn some(
        &self,
        witness: &Witness,
        spoken: usize,
        example: usize,
        error: &SqlError,
        judge: Judge,
        exact: bool,
    ) -> Finding {
        let inputs = &self.query_inputs;
        let responsible: Vec<ObjectId> = witness.inputs.iter().map(|index| inputs[*index]).collect();
        let place = self.place(spoken, error);
        let guilty = |hole: &&Hole| responsible.contains(&hole.input);
        let hole = place.hole.map(|index| &self.composed.template.holes()[index]).filter(guilty).or_else(|| {
            let offset = place.template_offset.unwrap_or_default();
            let holes = self.composed.template.holes();
            holes
                .iter()
                .filter(guilty)
                .rev()
                .find(|hole| hole.range.start() <= offset)
                .or_else(|| holes.iter().find(guilty))
        });
        let loc = hole.map(|hole| hole.loc).or(place.loc).unwrap_or_else(|| self.insight_loc());
        let code = match judge {
            Judge::Parse => Code::CombinationSyntax,
            Judge::Execute => Code::RunError,
            _ => Code::CombinationBind,
        };
        let grouped = !witness.always;
        let failures = Failures { inputs: &witness.inputs, selections: &witness.selections, grouped, exact };
        let (combinations, words) = self.counted(&failures);
        let mut finding = Finding::new(code, loc, format!("{} breaks {words}", self.subject(loc)));
        finding.combinations = Some(combinations);
        finding.notes.push(format!("DuckDB says: {}", self.words(error)));
        if let Some(around) = self.rendered_around(example, hole) {
            finding.notes.push(format!("the query then holds `{around}`"));
        }
        let advice = hole.and_then(|hole| self.advice(hole, example, error));
        finding.help = advice.as_ref().map(Advice::text);
        if let (Some(hole), Some(Advice::Quoted(written))) = (hole.filter(|hole| hole.loc == loc), &advice) {
            finding.fix = self.quotes(hole, written);
        }
        for input in &responsible {
            finding.related.push(self.origin(*input, example));
        }
        finding
    }

    /// Where the guilty option comes from.
    pub(super) fn origin(&self, input: ObjectId, combination: usize) -> Related {
        let position = self.query_inputs.iter().position(|other| *other == input);
        self.origin_of_state(input, position.map(|at| &self.states[at][self.combinations[combination][at] as usize]))
    }

    /// Whether a selection is a word (`all`, `none`) that the browser takes for an option (S-09).
    pub(super) fn is_phantom(&self, input: ObjectId, state: &State) -> bool {
        let (Some(Ok(options)), [Value::Text(word)]) = (self.inputs.get(&input), state.values.as_slice()) else {
            return false;
        };
        matches!(word.as_str(), "all" | "none")
            && options.initial.as_ref() == Some(state)
            && !options.values.iter().any(|value| value.raw() == *word)
    }

    /// Where a selection of an input comes from; `None` stands for any of them.
    pub(super) fn origin_of_state(&self, input: ObjectId, state: Option<&State>) -> Related {
        let (Body::Input(body), Some(Ok(options))) = (&self.project.object(input).body, self.inputs.get(&input)) else {
            return defined_here(self.project, input);
        };
        if let Some(state) = state.filter(|state| self.is_phantom(input, state)) {
            let word = state.label();
            let message = format!("the page opens with the text `{word}` selected: it stands for no options (S-09)");
            return Related { loc: self.project.object(input).name_loc(), message };
        }
        if state.is_some_and(|state| state.values.is_empty()) {
            let message = "its selection can be cleared".into();
            return Related { loc: self.project.object(input).name_loc(), message };
        }
        let message = match options.source {
            crate::OptionSource::Static => "the option is listed here",
            crate::OptionSource::Range => "the option comes from this range",
            crate::OptionSource::Query => "the option comes from this query",
            crate::OptionSource::Artefact => "the option is that of an earlier run of this query",
        };
        let only = state.and_then(|state| match state.values.as_slice() {
            [only] => Some(only.raw()),
            _ => None,
        });
        Related { loc: options.place_of(body, only.as_deref()), message: message.into() }
    }

    fn advice(&self, hole: &Hole, combination: usize, error: &SqlError) -> Option<Advice> {
        let value = self.state(&self.combinations[combination], hole)?.render(hole.accessor);
        // Other options name columns that exist: so it was meant as a name, and quotes would make a text of it.
        let meant_as_name = |state: &State| state.render(hole.accessor) == value;
        let is_name = hole.role == Role::Bare && missing_name(&error.message) == Some(value.as_str());
        let index = *self.positions.get(&hole.input)?;
        if is_name && !self.states[index].iter().all(meant_as_name) {
            let none = || format!("offer only names of columns: `{value}` is none");
            return Some(Advice::Words(suggestion(error).unwrap_or_else(none)));
        }
        let name = self.project.object(hole.input).name_text();
        match hole.role {
            Role::InString if value.contains('\'') => {
                let text = "offer the option without the quote, or filter by the `.values` of a multi-select, which doubles quotes";
                Some(Advice::Words(text.into()))
            }
            Role::Bare | Role::InList
                if self
                    .state(&self.combinations[combination], hole)?
                    .values
                    .iter()
                    .any(|value| matches!(value, Value::Text(_))) =>
            {
                Some(Advice::Quoted(format!("'${{ref({name}).{}}}'", hole.accessor.name())))
            }
            _ => None,
        }
    }

    /// Quotes around a placeholder, where no selection is empty or holds a quote, and the YAML around it lets one stand as it is.
    fn quotes(&self, hole: &Hole, fixed: &str) -> Option<Fix> {
        let states = &self.states[*self.positions.get(&hole.input)?];
        // Nothing, in quotes, would be the text `NULL` (S-37).
        let bad = |state: &State| state.values.is_empty() || state.render(hole.accessor).contains('\'');
        if hole.accessor == Accessor::Values || states.iter().any(bad) {
            return None;
        }
        let holds = |whole: &Loc| whole.segment == hole.loc.segment && whole.range.contains_range(hole.loc.range);
        let statement = self.insight.statements.iter().map(|statement| statement.query.loc).find(holds)?;
        let (file, range) = self.project.resolve(statement)?;
        let plain = !self.project.file(file).document.text()[usize::from(range.start())..].starts_with('\'');
        plain.then(|| Fix::replace(format!("write `{fixed}`"), hole.loc, fixed))
    }

    /// The text around a hole as the browser renders it.
    fn rendered_around(&self, combination: usize, hole: Option<&Hole>) -> Option<String> {
        let hole = hole?;
        let selection = &self.combinations[combination];
        let placed = self.composed.placed.iter().find(|placed| placed.range.contains_range(hole.range))?;
        let out = self.plain_names(self.filled_part(placed.range, selection).text());
        Some(if out.chars().count() > 120 { format!("{}…", out.chars().take(119).collect::<String>()) } else { out })
    }

    fn place(&self, combination: usize, error: &SqlError) -> Place {
        let Some(offset) = error.offset.map(TextSize::new) else { return Place::default() };
        let filled = self.filled(&self.combinations[combination]);
        let offset = offset.min(TextSize::of(filled.text()));
        let range = error_range(filled.text(), offset, error.length);
        // An error about a whole comparison is about the choice in it.
        let hole = filled.hole_at(offset).or_else(|| filled.hole_in(range));
        Place { hole, loc: filled.mapped().locate(range), template_offset: Some(filled.origin(offset)) }
    }

    /// The statement before a place in generated text.
    fn nearest_statement(&self, place: &Place) -> Option<Loc> {
        let offset = place.template_offset?;
        let placed = self.composed.placed.iter().rev().find(|placed| placed.range.start() <= offset)?;
        let statement = &self.insight.statements[placed.statement];
        statement.query.text.locate(statement.query.query.body)
    }

    fn insight_loc(&self) -> Loc {
        self.insight.statements[0].query.loc
    }

    fn input_index(&self, hole: usize) -> usize {
        let input = self.composed.template.holes()[hole].input;
        self.positions.get(&input).copied().unwrap_or(0)
    }

    fn all_states(&self, hole: usize) -> Vec<Vec<u32>> {
        (0..self.states[self.input_index(hole)].len() as u32).map(|state| vec![state]).collect()
    }

    /// "this filter", "the property `y`": what a place belongs to.
    pub(super) fn subject(&self, loc: Loc) -> String {
        let statement = self.insight.statements.iter().find(|statement| {
            let whole = statement.query.loc;
            whole.segment == loc.segment && whole.range.contains_range(loc.range)
        });
        match statement.map(|statement| (statement.kind, statement.key.as_str())) {
            Some((StatementKind::Filter, _)) => "this filter".into(),
            Some((StatementKind::Split, _)) => "this split".into(),
            Some((StatementKind::Sort, _)) => "this sort".into(),
            Some((StatementKind::Prop, key)) => format!("`{}`", key.strip_prefix("props.").unwrap_or(key)),
            None => "this expression".into(),
        }
    }

    /// The engine's words, with the names of models in place of those of their tables.
    pub(super) fn words(&self, error: &SqlError) -> String {
        self.plain_names(&sentence(&error.message))
    }

    pub(super) fn plain_names(&self, text: &str) -> String {
        self.composed.models.iter().fold(text.to_owned(), |text, model| {
            let name = self.project.object(*model).name_text();
            let hash = name_hash(name);
            text.replace(&format!("\"{hash}\""), name).replace(&hash, name)
        })
    }
}

/// The place of the last token in a part of a text.
fn last_token(sql: &viz_text::MappedText, start: TextSize, end: TextSize) -> Option<Loc> {
    let tokens = tokenize(sql.slice(TextRange::new(start, end))).ok()?;
    let last = tokens.iter().rev().find(|token| !token.is_space())?;
    sql.locate(last.range + start)
}
