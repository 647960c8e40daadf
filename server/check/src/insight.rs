//! The verdict on one insight: compose, render, parse, bind, and say who is to blame.

use crate::check::{CheckOptions, Level};
use crate::classes::classify;
use crate::combinations::{Combination, sample, total};
use crate::facts::{Facts, Known, pending};
use crate::inputs::AllOptions;
use crate::models::{Columns, defined_here, error_range, sentence};
use crate::options::InputOptions;
use crate::report::{Counters, FailedCombinations, Finding, InsightReport, Judge, Status};
use crate::states::{State, states};
use crate::witness::{Witness, witnesses};
use indexmap::IndexMap;
use std::collections::HashMap;
use viz_facts::{Answer, Column, Question, ShadowTable, SqlError, SqlErrorKind, Unknown};
use viz_project::{Body, Insight, ObjectId, Project, Related, StatementKind};
use viz_sql::{Accessor, Composed, Context, Hole, Role, Token, compose, name_hash, parse, signature};
use viz_text::{Loc, TextRange, TextSize};

/// What a check says of one insight.
pub(crate) struct InsightVerdict {
    pub findings: Vec<Finding>,
    pub report: InsightReport,
    pub counters: Counters,
}

/// What composing asks for, answered from facts.
struct Known0<'a> {
    columns: &'a HashMap<ObjectId, Columns>,
    inputs: &'a AllOptions,
    project: &'a Project,
}

impl Context for Known0<'_> {
    fn columns(&self, model: ObjectId) -> Option<&[Column]> {
        match self.columns.get(&model) {
            Some(Columns::Known(columns)) => Some(columns),
            _ => None,
        }
    }

    fn is_text(&self, input: ObjectId) -> Option<bool> {
        let Body::Input(body) = &self.project.object(input).body else { return None };
        match &body.options {
            viz_project::Options::List { .. } => Some(true),
            viz_project::Options::Range(_) => Some(false),
            viz_project::Options::Missing => None,
            viz_project::Options::Query(_) => match self.inputs.get(&input) {
                Some(Ok(options)) => Some(
                    options
                        .column_type
                        .as_deref()
                        .is_some_and(|ty| ty.starts_with("VARCHAR") || ty.starts_with("ENUM")),
                ),
                _ => None,
            },
        }
    }

    fn sample(&self, input: ObjectId, accessor: Accessor) -> String {
        match self.inputs.get(&input) {
            Some(Ok(InputOptions { values, .. })) if !values.is_empty() => match accessor {
                Accessor::Values => State { values: values.iter().take(2).cloned().collect() }.render(accessor),
                _ => values[0].raw(),
            },
            _ => "1".into(),
        }
    }
}

/// Checks one insight.
pub(crate) fn check_insight(
    project: &Project,
    facts: &Facts<'_>,
    options: &CheckOptions,
    columns: &HashMap<ObjectId, Columns>,
    inputs: &AllOptions,
    id: ObjectId,
) -> InsightVerdict {
    let object = project.object(id);
    let report = InsightReport {
        name: object.name_text().to_owned(),
        loc: object.name_loc(),
        status: Status::Unchecked,
        judge: None,
        total: 0,
        sampled: 0,
        covered: 0,
        why: None,
    };
    let mut verdict = InsightVerdict { findings: Vec::new(), report, counters: Counters::default() };
    let context = Known0 { columns, inputs, project };
    let (Body::Insight(insight), Some(composed)) = (&object.body, compose(project, id, &context)) else {
        verdict.report.why = Some(Unknown::new("no-query", "the insight has no query"));
        if let Body::Insight(insight) = &object.body {
            no_query(project, id, insight, &mut verdict.findings);
        }
        return verdict;
    };
    verdict.findings.extend(composed.problems.iter().map(Finding::from));
    let mut run = Run {
        project,
        facts,
        options,
        columns,
        inputs,
        insight,
        composed: &composed,
        states: Vec::new(),
        combinations: Vec::new(),
    };
    run.check(&mut verdict);
    verdict
}

fn no_query(project: &Project, id: ObjectId, insight: &Insight, findings: &mut Vec<Finding>) {
    let object = project.object(id);
    // D-065 and D-066, unless something else about the object is wrong already.
    if !insight.has_props && object.name.is_some() {
        findings.push(Finding::new("missing-field", object.name_loc(), "an insight without `props` stops the run"));
    } else if object.uses.is_empty() && insight.trace_type.is_some() {
        let mut finding = Finding::new(
            "no-model",
            object.name_loc(),
            "this insight reads no model: one such insight stops the whole run (R-INS-03)",
        );
        finding.help = Some("bind a property to a column: `x: ?{ ${ref(model).column} }`".into());
        findings.push(finding);
    }
}

/// A set of combinations that one text speaks for.
struct Class {
    /// The text of its first combination.
    text: String,
    /// Indices of combinations.
    members: Vec<usize>,
}

struct Run<'a> {
    project: &'a Project,
    facts: &'a Facts<'a>,
    options: &'a CheckOptions,
    columns: &'a HashMap<ObjectId, Columns>,
    inputs: &'a AllOptions,
    insight: &'a Insight,
    composed: &'a Composed,
    /// Of each input of the query, in the order of `query_inputs`.
    states: Vec<Vec<State>>,
    combinations: Vec<Combination>,
}

impl Run<'_> {
    fn check(&mut self, verdict: &mut InsightVerdict) {
        let report = &mut verdict.report;
        if self.composed.broken || !self.composed.problems.is_empty() {
            report.why = Some(Unknown::new("has-errors", "a reference in it can't be resolved"));
            return;
        }
        if let Some(why) = self.foreign_dialect() {
            report.why = Some(why);
            return;
        }
        for input in self.query_inputs() {
            match self.inputs.get(&input) {
                Some(Ok(options)) => {
                    let Body::Input(body) = &self.project.object(input).body else { continue };
                    self.states.push(states(body, options));
                }
                Some(Err(why)) => {
                    let name = self.project.object(input).name_text();
                    let message = format!("the options of `{name}` are not known: {}", why.message);
                    report.why = Some(Unknown { code: why.code.clone(), message });
                    return self.without_options(verdict);
                }
                None => return,
            }
        }
        report.total = total(&self.states);
        let beyond = report.total > self.options.max_combinations;
        let classes = beyond.then(|| classify(self.composed, &self.query_inputs(), &self.states)).flatten();
        self.combinations = sample(&self.states, classes.as_ref(), self.options.max_combinations, self.options.seed);
        report.sampled = self.combinations.len();
        verdict.counters.rendered = self.combinations.len();
        if self.combinations.is_empty() {
            report.why = Some(Unknown::new("no-options", "an input has no options"));
            return;
        }
        let rendered: Vec<String> = (0..self.combinations.len()).map(|at| self.render(at)).collect();
        let all: Vec<usize> = (0..rendered.len()).collect();
        let parsed = self.judge(verdict, &rendered, &all, Judge::Parse);
        let Some(fine) = parsed else { return };
        verdict.report.judge = Some(Judge::Parse);
        verdict.report.covered = classes.map_or(self.combinations.len(), |classes| classes.covered(&self.combinations));
        self.settle(verdict, Level::Parse);
        if self.options.level == Level::Parse {
            return;
        }
        if self.composed.uncertain || self.composed.blind {
            verdict.report.why = Some(
                self.model_unknown()
                    .unwrap_or_else(|| Unknown::new("types-unknown", "the types of some options are not known")),
            );
            verdict.report.status = Status::Partial;
            return;
        }
        match self.tables() {
            Err(why) => {
                verdict.report.status = Status::Partial;
                verdict.report.why = Some(why);
            }
            Ok(_) if fine.is_empty() => self.settle(verdict, Level::Bind),
            Ok(_) => {
                if self.judge(verdict, &rendered, &fine, Judge::Bind).is_some() {
                    verdict.report.judge = Some(Judge::Bind);
                    self.settle(verdict, Level::Bind);
                }
            }
        }
    }

    /// The inputs that have a hole in the query, in order.
    fn query_inputs(&self) -> Vec<ObjectId> {
        let used = |input: &&ObjectId| self.composed.template.holes().iter().any(|hole| hole.input == **input);
        self.composed.inputs.iter().filter(used).copied().collect()
    }

    fn settle(&self, verdict: &mut InsightVerdict, reached: Level) {
        if verdict.report.status == Status::Partial && verdict.report.why.is_some() {
            return;
        }
        verdict.report.status = match (reached >= self.options.level, self.composed.dynamic) {
            (true, true) => Status::Checked,
            (true, false) => Status::Static,
            (false, _) => Status::Partial,
        };
    }

    /// DuckDB judges what runs in DuckDB: dynamic queries, and static ones of DuckDB sources.
    fn foreign_dialect(&self) -> Option<Unknown> {
        if self.composed.dynamic {
            return None;
        }
        let model = *self.composed.models.first()?;
        match crate::sources::source_of_model(self.project, model) {
            Err(why) if why.code == "source-not-supported" => Some(why),
            _ => None,
        }
    }

    fn model_unknown(&self) -> Option<Unknown> {
        self.composed.models.iter().find_map(|model| match self.columns.get(model) {
            Some(Columns::Unknown(why)) => {
                let name = self.project.object(*model).name_text();
                Some(Unknown {
                    code: why.code.clone(),
                    message: format!("the columns of the model `{name}` are not known: {}", why.message),
                })
            }
            Some(Columns::Failed) => {
                let name = self.project.object(*model).name_text();
                Some(Unknown::new("model-failed", format!("the query of the model `{name}` fails")))
            }
            _ => None,
        })
    }

    fn tables(&self) -> Result<Vec<ShadowTable>, Unknown> {
        let mut tables = Vec::new();
        for model in &self.composed.models {
            let Some(Columns::Known(columns)) = self.columns.get(model) else {
                return Err(self.model_unknown().unwrap_or_else(pending));
            };
            let columns = columns
                .iter()
                .map(|column| Column { name: column.name.clone(), data_type: self.browser_type(&column.data_type) })
                .collect();
            tables.push(ShadowTable { name: name_hash(self.project.object(*model).name_text()), columns });
        }
        Ok(tables)
    }

    /// The browser sees a model's rows through a parquet file, in which decimals are doubles (section 8) and enums texts.
    fn browser_type(&self, data_type: &str) -> String {
        if self.composed.dynamic && data_type.starts_with("DECIMAL") && !data_type.ends_with(']') {
            return "DOUBLE".into();
        }
        if self.composed.dynamic && data_type.starts_with("ENUM") && !data_type.ends_with(']') {
            return "VARCHAR".into();
        }
        data_type.to_owned()
    }

    fn state(&self, combination: usize, hole: &Hole) -> Option<&State> {
        let position = self.query_inputs().iter().position(|input| *input == hole.input)?;
        self.states.get(position)?.get(*self.combinations.get(combination)?.get(position)? as usize)
    }

    fn fill(&self, combination: usize) -> Vec<String> {
        let fill =
            |hole: &Hole| self.state(combination, hole).map_or_else(String::new, |state| state.render(hole.accessor));
        self.composed.template.holes().iter().map(fill).collect()
    }

    fn render(&self, combination: usize) -> String {
        let values = self.fill(combination);
        self.composed.template.render(|index, _| values[index].clone())
    }

    /// Puts combinations to a judge, one text for each class. Returns those that passed; `None` while answers are
    /// missing, which the report then says.
    fn judge(
        &self,
        verdict: &mut InsightVerdict,
        rendered: &[String],
        among: &[usize],
        judge: Judge,
    ) -> Option<Vec<usize>> {
        let mut classes: IndexMap<String, Class> = IndexMap::new();
        for at in among {
            let key = match judge {
                Judge::Parse => signature(&rendered[*at], |_, _| false),
                _ => format!("{}{:?}", signature(&rendered[*at], content_decides), equal_holes(&self.fill(*at))),
            };
            classes
                .entry(key)
                .or_insert_with(|| Class { text: rendered[*at].clone(), members: Vec::new() })
                .members
                .push(*at);
        }
        let tables = if judge == Judge::Bind { self.tables().ok()? } else { Vec::new() };
        let mut errors: Vec<Option<SqlError>> = Vec::with_capacity(classes.len());
        let mut missing = None;
        for class in classes.values() {
            let question = match judge {
                Judge::Parse => {
                    verdict.counters.parses += 1;
                    if let Err(error) = parse(&class.text) {
                        tracing::trace!(?error, "sqlparser refuses a text; DuckDB decides");
                    }
                    verdict.counters.engine_parses += 1;
                    Question::Parse { sql: class.text.clone() }
                }
                _ => {
                    verdict.counters.binds += 1;
                    Question::Bind { tables: tables.clone(), sql: class.text.clone() }
                }
            };
            match self.facts.get(&question) {
                Known::Answer(answer, _) => match &*answer {
                    Answer::Accepted(Ok(())) => errors.push(None),
                    Answer::Accepted(Err(error)) => errors.push(Some(error.clone())),
                    _ => missing = Some(Unknown::new("engine", "the engine gave an answer of another kind")),
                },
                Known::Unknown(why) => missing = Some(why),
                Known::Pending => missing = Some(pending()),
            }
        }
        if let Some(why) = missing {
            if judge == Judge::Parse {
                verdict.report.status = Status::Unchecked;
            } else {
                verdict.report.status = Status::Partial;
            }
            verdict.report.why = Some(why);
            return None;
        }
        let mut error_of: HashMap<usize, &SqlError> = HashMap::new();
        for (class, error) in classes.values().zip(&errors) {
            if let Some(error) = error {
                error_of.extend(class.members.iter().map(|at| (*at, error)));
            }
        }
        // The offset of a class's error holds for its first member only; classes are judged by their first.
        let texts: HashMap<usize, usize> =
            classes.values().flat_map(|class| class.members.iter().map(|at| (*at, class.members[0]))).collect();
        let combinations: Vec<Combination> = among.iter().map(|at| self.combinations[*at].clone()).collect();
        let failing: Vec<bool> = among.iter().map(|at| error_of.contains_key(at)).collect();
        for witness in witnesses(&combinations, &failing) {
            let at = among[witness.example];
            let Some(error) = error_of.get(&at) else { continue };
            let spoken = texts[&at];
            if witness.always {
                self.always(verdict, spoken, error, judge);
            } else {
                verdict.findings.push(self.some(&witness, spoken, at, error, judge));
            }
        }
        Some(among.iter().copied().filter(|at| !error_of.contains_key(at)).collect())
    }

    /// Every combination fails: the query itself is wrong, or the only option is.
    fn always(&self, verdict: &mut InsightVerdict, combination: usize, error: &SqlError, judge: Judge) {
        let place = self.place(combination, error);
        if let (Some(hole), true) = (place.hole, self.combinations.iter().all(|c| !c.is_empty())) {
            let witness = Witness {
                inputs: vec![self.input_index(hole)],
                selections: self.all_states(hole),
                example: 0,
                always: true,
            };
            verdict.findings.push(self.some(&witness, combination, combination, error, judge));
            return;
        }
        if judge == Judge::Parse {
            let single = self.single_statements(verdict, combination);
            if !single.is_empty() {
                verdict.findings.extend(single);
                return;
            }
        }
        let (code, verb) = if judge == Judge::Parse { ("sql-syntax", "is no SQL") } else { ("sql-bind", "fails") };
        let loc = place.loc.or_else(|| self.nearest_statement(&place)).unwrap_or(verdict.report.loc);
        let message = format!("{} {verb}: {}", self.subject(loc), self.words(error));
        let mut finding = Finding::new(code, loc, message);
        finding.help = viz_project::did_you_mean(&self.candidates(error));
        verdict.findings.push(finding);
    }

    /// Which statements are no SQL on their own: so several syntax errors of one insight are all found, each in its
    /// own statement.
    fn single_statements(&self, verdict: &mut InsightVerdict, combination: usize) -> Vec<Finding> {
        let values = self.fill(combination);
        let mut out = Vec::new();
        let mut seen = std::collections::HashSet::new();
        for placed in &self.composed.placed {
            if !seen.insert(placed.statement) {
                continue;
            }
            let statement = &self.insight.statements[placed.statement];
            let text = self.composed.template.text();
            let mut sql = viz_text::MappedText::new();
            let sort = statement.kind == StatementKind::Sort;
            sql.push_generated(if sort { "SELECT 1 ORDER BY " } else { "SELECT (" });
            let prefix = sql.len();
            let mut done = placed.range.start();
            for (hole, value) in self
                .composed
                .template
                .holes()
                .iter()
                .zip(&values)
                .filter(|(hole, _)| placed.range.contains_range(hole.range))
            {
                sql.push_slice(text, TextRange::new(done, hole.range.start()));
                sql.push_for(value, hole.loc);
                done = hole.range.end();
            }
            sql.push_slice(text, TextRange::new(done, placed.range.end()));
            let end = sql.len();
            if !sort {
                sql.push_generated("\n)");
            }
            verdict.counters.engine_parses += 1;
            let Known::Answer(answer, _) = self.facts.get(&Question::Parse { sql: sql.text().to_owned() }) else {
                continue;
            };
            let Answer::Accepted(Err(error)) = &*answer else { continue };
            let offset = error.offset.map(TextSize::new).filter(|offset| (prefix..end).contains(offset));
            let whole = statement.query.text.locate(statement.query.query.body).unwrap_or(statement.query.loc);
            let loc =
                offset.and_then(|offset| sql.locate(error_range(sql.text(), offset, error.length))).unwrap_or(whole);
            out.push(Finding::new(
                "sql-syntax",
                loc,
                format!("{} is no SQL: {}", self.subject(whole), self.words(error)),
            ));
        }
        out
    }

    /// Some choices fail.
    fn some(&self, witness: &Witness, spoken: usize, example: usize, error: &SqlError, judge: Judge) -> Finding {
        let inputs = self.query_inputs();
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
        let product =
            witness.inputs.iter().fold(1_usize, |product, index| product.saturating_mul(self.states[*index].len()));
        let failed = witness.selections.len();
        let label = |index: usize, state: u32| self.states[index][state as usize].label();
        let examples: Vec<IndexMap<String, String>> = witness
            .selections
            .iter()
            .take(3)
            .map(|selection| {
                let named = witness.inputs.iter().zip(selection);
                named
                    .map(|(index, state)| {
                        (self.project.object(inputs[*index]).name_text().to_owned(), label(*index, *state))
                    })
                    .collect()
            })
            .collect();
        let code = if judge == Judge::Parse { "combination-syntax" } else { "combination-bind" };
        let conditions: Vec<String> = examples[0]
            .iter()
            .map(|(name, value)| {
                if value == "(nothing)" {
                    format!("nothing is selected in `{name}`")
                } else {
                    format!("`{name}` is \"{value}\"")
                }
            })
            .collect();
        let unit = match (witness.inputs.as_slice(), product) {
            ([index], _) if self.states[*index].iter().all(|state| state.values.len() == 1) => "option",
            ([_], _) => "selection",
            _ => "combination",
        };
        let plural = if product == 1 { "" } else { "s" };
        let more = if failed > 1 { ", for example" } else { "" };
        let message = format!(
            "{} breaks when {} ({failed} of {product} {unit}{plural}{more})",
            self.subject(loc),
            conditions.join(" and ")
        );
        let message = message.replace(", for example)", ")");
        let mut finding = Finding::new(code, loc, message);
        finding.combinations = Some(FailedCombinations { failed, total: product, examples });
        finding.notes.push(format!("DuckDB says: {}", self.words(error)));
        if let Some(around) = self.rendered_around(example, hole) {
            finding.notes.push(format!("the query then holds `{around}`"));
        }
        finding.help = hole.and_then(|hole| self.advice(hole, example));
        for input in &responsible {
            finding.related.push(self.origin(*input, example));
        }
        finding
    }

    /// Where the guilty option comes from.
    fn origin(&self, input: ObjectId, combination: usize) -> Related {
        let (Body::Input(body), Some(Ok(options))) = (&self.project.object(input).body, self.inputs.get(&input)) else {
            return defined_here(self.project, input);
        };
        let position = self.query_inputs().iter().position(|other| *other == input);
        let label =
            position.map(|at| self.states[at][self.combinations[combination][at] as usize].label()).unwrap_or_default();
        let message = match options.source {
            crate::OptionSource::Static => "the option is listed here",
            crate::OptionSource::Range => "the option comes from this range",
            crate::OptionSource::Query => "the option comes from this query",
        };
        Related { loc: options.place_of(body, &label), message: message.into() }
    }

    fn advice(&self, hole: &Hole, combination: usize) -> Option<String> {
        let value = self.state(combination, hole)?.render(hole.accessor);
        let name = self.project.object(hole.input).name_text();
        match hole.role {
            Role::InString if value.contains('\'') => {
                Some("offer the option without the quote, or filter by the `.values` of a multi-select, which doubles quotes".into())
            }
            Role::Bare | Role::InList if self.state(combination, hole)?.values.iter().any(|value| matches!(value, crate::Value::Text(_))) => {
                Some(format!("write quotes around it: `'${{ref({name}).{}}}'`", hole.accessor.name()))
            }
            _ => None,
        }
    }

    /// The text around a hole as the browser renders it.
    fn rendered_around(&self, combination: usize, hole: Option<&Hole>) -> Option<String> {
        let hole = hole?;
        let values = self.fill(combination);
        let placed = self.composed.placed.iter().find(|placed| placed.range.contains_range(hole.range))?;
        let text = self.composed.template.text();
        let mut out = String::new();
        let mut done = placed.range.start();
        for (other, value) in self
            .composed
            .template
            .holes()
            .iter()
            .zip(&values)
            .filter(|(other, _)| placed.range.contains_range(other.range))
        {
            out.push_str(text.slice(TextRange::new(done, other.range.start())));
            out.push_str(value);
            done = other.range.end();
        }
        out.push_str(text.slice(TextRange::new(done, placed.range.end())));
        let out = self.plain_names(&out);
        Some(if out.chars().count() > 120 { format!("{}…", out.chars().take(119).collect::<String>()) } else { out })
    }

    fn place(&self, combination: usize, error: &SqlError) -> Place {
        let values = self.fill(combination);
        let Some(offset) = error.offset.map(TextSize::new) else { return Place::default() };
        let template = &self.composed.template;
        let mapped = template.render_mapped(|index, _| values[index].clone());
        let offset = offset.min(mapped.len());
        let hole = template.hole_at(offset, |index, _| values[index].clone());
        let loc = mapped.locate(error_range(mapped.text(), offset, error.length));
        let mut shift = 0_i64;
        for (hole, value) in template.holes().iter().zip(&values) {
            if i64::from(u32::from(hole.range.start())) + shift > i64::from(u32::from(offset)) {
                break;
            }
            shift += value.len() as i64 - i64::from(u32::from(hole.range.len()));
        }
        let template_offset = u32::try_from(i64::from(u32::from(offset)) - shift).ok().map(TextSize::new);
        Place { hole, loc, template_offset }
    }

    /// The statement before a place in generated text.
    fn nearest_statement(&self, place: &Place) -> Option<Loc> {
        let offset = place.template_offset?;
        let placed = self.composed.placed.iter().rev().find(|placed| placed.range.start() <= offset)?;
        let statement = &self.insight.statements[placed.statement];
        statement.query.text.locate(statement.query.query.body)
    }

    fn insight_loc(&self) -> Loc {
        self.insight.statements.first().map_or_else(|| self.composed.problems[0].loc, |statement| statement.query.loc)
    }

    fn input_index(&self, hole: usize) -> usize {
        let input = self.composed.template.holes()[hole].input;
        self.query_inputs().iter().position(|other| *other == input).unwrap_or(0)
    }

    fn all_states(&self, hole: usize) -> Vec<Vec<u32>> {
        (0..self.states[self.input_index(hole)].len() as u32).map(|state| vec![state]).collect()
    }

    /// "this filter", "the property `y`": what a place belongs to.
    fn subject(&self, loc: Loc) -> String {
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
    fn words(&self, error: &SqlError) -> String {
        let words = self.plain_names(&sentence(&error.message));
        match error.kind {
            SqlErrorKind::Parser => {
                words.strip_prefix("syntax error ").map_or(words.clone(), |rest| format!("syntax error {rest}"))
            }
            _ => words,
        }
    }

    fn candidates(&self, error: &SqlError) -> Vec<String> {
        error.candidates.iter().map(|candidate| self.plain_names(candidate)).collect()
    }

    fn plain_names(&self, text: &str) -> String {
        self.composed.models.iter().fold(text.to_owned(), |text, model| {
            let name = self.project.object(*model).name_text();
            let hash = name_hash(name);
            text.replace(&format!("\"{hash}\""), name).replace(&hash, name)
        })
    }

    /// Options are not known: what is no SQL whatever is chosen can be told all the same.
    fn without_options(&self, verdict: &mut InsightVerdict) {
        let neutral = ["a", "1"];
        let mut errors = Vec::new();
        for value in neutral {
            let text = self.composed.template.render(|_, hole| {
                if hole.accessor == Accessor::Values { format!("'{value}'") } else { value.to_owned() }
            });
            verdict.counters.engine_parses += 1;
            match self.facts.get(&Question::Parse { sql: text.clone() }) {
                Known::Answer(answer, _) => match &*answer {
                    Answer::Accepted(Err(error)) => errors.push((text, value, error.clone())),
                    _ => return,
                },
                _ => return,
            }
        }
        // Only what fails for both and at a place that no choice fills.
        let mut places = Vec::new();
        for (_, value, error) in &errors {
            let fill = |_: usize, hole: &Hole| {
                if hole.accessor == Accessor::Values { format!("'{value}'") } else { (*value).to_owned() }
            };
            let Some(offset) = error.offset.map(TextSize::new) else { return };
            if self.composed.template.hole_at(offset, fill).is_some() {
                return;
            }
            let mapped = self.composed.template.render_mapped(fill);
            places.push(mapped.locate(error_range(mapped.text(), offset, error.length)));
        }
        let [Some(first), Some(second)] = places.as_slice() else { return };
        if first == second && !self.composed.template.holes().iter().any(|hole| hole.loc == *first) {
            let error = &errors[0].2;
            verdict.findings.push(Finding::new(
                "sql-syntax",
                *first,
                format!("{} is no SQL: {}", self.subject(*first), self.words(error)),
            ));
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

/// Whether a string's content can decide the bind (`verdicts.md` §5.3): anywhere but as a whole operand of a comparison,
/// `IN`, `LIKE` or `BETWEEN`.
pub(crate) fn content_decides(tokens: &[Token], at: usize) -> bool {
    use sqlparser::tokenizer::Token as T;
    let before = tokens[..at].iter().rev().find(|token| !token.is_space());
    let after = tokens[at + 1..].iter().find(|token| !token.is_space());
    let ends = after.is_none_or(|token| {
        matches!(token.token, T::RParen | T::Comma)
            || ["and", "or", "group", "order", "having", "limit", "then", "end", "as"]
                .iter()
                .any(|word| token.is_word(word))
    });
    let compared = before.is_some_and(|token| {
        matches!(token.token, T::Eq | T::DoubleEq | T::Neq | T::Lt | T::LtEq | T::Gt | T::GtEq)
            || token.is_word("like")
            || token.is_word("ilike")
            || token.is_word("between")
    });
    let listed = before.is_some_and(|token| matches!(token.token, T::LParen | T::Comma)) && in_list(tokens, at);
    !(ends && (compared || listed))
}

fn in_list(tokens: &[Token], at: usize) -> bool {
    use sqlparser::tokenizer::Token as T;
    let significant: Vec<&Token> = tokens[..at].iter().filter(|token| !token.is_space()).collect();
    let open = significant
        .iter()
        .rposition(|token| !matches!(token.token, T::SingleQuotedString(_) | T::Comma | T::Number(..)));
    open.is_some_and(|open| {
        matches!(significant[open].token, T::LParen) && open > 0 && significant[open - 1].is_word("in")
    })
}

/// Which holes hold equal texts (`verdicts.md` §5.4): the index of the first equal one, for each.
fn equal_holes(values: &[String]) -> Vec<usize> {
    values.iter().map(|value| values.iter().position(|other| other == value).unwrap_or(0)).collect()
}
