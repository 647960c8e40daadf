//! The verdict on one insight: compose, render, parse, bind, and say who is to blame.

mod blame;
pub(crate) mod browser_engine;
mod chosen_props;
pub(crate) mod combinations;
pub(crate) mod confirm_on_data;
mod context;
pub(crate) mod execute;
mod grouping;
mod hostile;
pub(crate) mod in_browser;
mod judge;
pub(crate) mod rendered;
mod slices;
pub(crate) mod static_props;
pub(crate) mod suspicious;
mod value_blame;
mod values;
mod without_options;
pub(crate) mod witness;
mod wording;

pub(crate) use context::FromFacts;

use crate::facts::Facts;
use crate::inputs::check_input::AllOptions;
use crate::inputs::states::{State, states};
use crate::insight::combinations::{Combination, sample, total};
use crate::insight::rendered::seen_columns;
use crate::models::check_model::{AllColumns, Columns};
use crate::proof::{Classes, Conditions, Shape};
use crate::report::{Counters, Finding, InsightReport, Judge, Status};
use crate::settings::{CheckOptions, Level};
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::Cell;
use std::sync::Arc;
use viz_facts::{Reason, ShadowTable, Unknown};
use viz_project::{Body, BrowserEngine, Code, Insight, ObjectId, Project};
use viz_sql::{Accessor, Composed, Filled, Hole, compose, name_hash};
use viz_text::TextRange;

/// What a check says of one insight.
pub(crate) struct InsightVerdict {
    pub findings: Vec<Finding>,
    pub report: InsightReport,
    pub counters: Counters,
}

impl InsightVerdict {
    /// Nothing has been checked.
    pub(crate) fn new(project: &Project, id: ObjectId) -> Self {
        let report = InsightReport::new(project, id);
        Self { findings: Vec::new(), report, counters: Counters::default() }
    }
}

/// Checks one insight.
pub(crate) fn check_insight(
    project: &Project,
    facts: &Facts<'_>,
    options: &CheckOptions,
    columns: &AllColumns,
    inputs: &AllOptions,
    id: ObjectId,
) -> InsightVerdict {
    let object = project.object(id);
    let mut verdict = InsightVerdict::new(project, id);
    let context = FromFacts { columns, inputs, project };
    let (Body::Insight(insight), Some(composed)) = (&object.body, compose(project, id, &context)) else {
        verdict.report.why = Some(Unknown::new(Reason::NoQuery, "the insight has no query"));
        if let Body::Insight(insight) = &object.body {
            no_query(project, id, insight, &mut verdict.findings);
        }
        return verdict;
    };
    verdict.findings.extend(composed.problems.iter().map(Finding::from));
    let composed = if in_1_4(project, &composed) { composed.grouped_as_viewers_see() } else { composed };
    let in_query: FxHashSet<ObjectId> = composed.template.holes().iter().map(|hole| hole.input).collect();
    let query_inputs: Vec<ObjectId> =
        composed.inputs.iter().filter(|input| in_query.contains(*input)).copied().collect();
    let mut run = Run {
        project,
        facts,
        options,
        columns,
        inputs,
        insight,
        composed: &composed,
        positions: query_inputs.iter().enumerate().map(|(at, input)| (*input, at)).collect(),
        query_inputs,
        states: Vec::new(),
        classes: Classes::default(),
        combinations: Vec::new(),
        tried: Cell::new(0),
    };
    run.check(&mut verdict);
    // A filter that is dropped whatever is chosen needs no other finding about the same placeholder.
    let dropped: Vec<_> = composed.problems.iter().filter(|problem| problem.code == Code::DroppedFilter).collect();
    verdict
        .findings
        .retain(|finding| !finding.code.is_of_choices() || dropped.iter().all(|problem| problem.loc != finding.loc));
    run.doubts(id, &mut verdict.findings);
    verdict
}

/// Whether DuckDB 1.4 runs a query: in a browser of today.
fn in_1_4(project: &Project, composed: &Composed) -> bool {
    composed.dynamic && project.config().browser_engine == BrowserEngine::V1_4
}

struct Run<'a> {
    project: &'a Project,
    facts: &'a Facts<'a>,
    options: &'a CheckOptions,
    columns: &'a AllColumns,
    inputs: &'a AllOptions,
    insight: &'a Insight,
    composed: &'a Composed,
    /// The inputs that have a hole in the query, in document order.
    query_inputs: Vec<ObjectId>,
    /// Where each stands among `query_inputs`.
    positions: FxHashMap<ObjectId, usize>,
    /// Of each of `query_inputs`.
    states: Vec<Vec<State>>,
    classes: Classes,
    combinations: Vec<Combination>,
    /// Suspected selections that were tried on the data.
    tried: Cell<usize>,
}

impl Run<'_> {
    fn check(&mut self, verdict: &mut InsightVerdict) {
        let report = &mut verdict.report;
        if self.composed.broken {
            report.why = Some(Unknown::new(Reason::HasErrors, "a reference in it can't be resolved"));
            if self.foreign_dialect().is_none() {
                verdict.findings.extend(self.statements_apart());
            }
            return;
        }
        if let Some(why) = self.foreign_dialect() {
            report.why = Some(why);
            return;
        }
        for input in &self.query_inputs {
            match self.inputs.get(input) {
                Some(Ok(options)) => {
                    let Body::Input(body) = &self.project.object(*input).body else { continue };
                    self.states.push(states(body, options));
                }
                Some(Err(why)) => {
                    let name = self.project.object(*input).name_text();
                    let message = format!("the options of `{name}` are not known: {}", why.message);
                    report.why = Some(Unknown { code: why.code, message });
                    return self.without_options(verdict);
                }
                None => return,
            }
        }
        let counts: Vec<u32> = self.states.iter().map(|states| states.len() as u32).collect();
        report.total = total(&counts);
        let shape = Shape::of(&self.composed.template, &self.query_inputs);
        self.classes = Classes::new(&shape, &self.fillings(), &Conditions::ALL);
        self.facts.count(|counters| counters.lexed += self.classes.lexed());
        self.combinations = sample(&counts, &self.classes, self.options.max_combinations, self.options.seed);
        report.sampled = self.combinations.len();
        if self.combinations.is_empty() {
            report.why = Some(Unknown::new(Reason::NoOptions, "an input has no options"));
            return;
        }
        let all: Vec<usize> = (0..self.combinations.len()).collect();
        let Some(fine) = self.judge(verdict, &all, Judge::Parse) else { return };
        verdict.report.judge = Some(Judge::Parse);
        verdict.report.covered = self.classes.covered(&self.combinations);
        self.settle(verdict, Level::Parse);
        self.browser_engine(verdict, &fine);
        self.arrows(verdict, &fine);
        if self.options.level == Level::Parse {
            return;
        }
        if self.composed.uncertain || self.composed.blind {
            verdict.report.why = Some(
                self.model_unknown()
                    .unwrap_or_else(|| Unknown::new(Reason::TypesUnknown, "the types of some options are not known")),
            );
            verdict.report.status = Status::Partial;
            return;
        }
        match self.tables() {
            Err(why) => {
                verdict.report.status = Status::Partial;
                verdict.report.why = Some(why);
            }
            Ok(_) if fine.is_empty() => self.settle(verdict, Level::Execute),
            Ok(tables) => {
                let Some(bound) = self.judge(verdict, &fine, Judge::Bind) else {
                    // What is to be known of values is asked in the same breath.
                    if verdict.report.why.as_ref().is_some_and(Unknown::is_pending) {
                        let _ = self.values(&mut Vec::new(), &tables);
                    }
                    return;
                };
                verdict.report.judge = Some(Judge::Bind);
                // What fails to parse or bind for all is no matter of values.
                if let Some(first) = bound.first() {
                    self.slices(verdict, &tables, &self.render(&self.combinations[*first]));
                    let execute = self.options.level == Level::Execute;
                    let judged = self.all_values(verdict, &tables, *first).and_then(|()| {
                        verdict.report.judge = Some(Judge::Values);
                        if self.options.hostile {
                            self.hostile(&mut verdict.findings, &tables, *first)?;
                        }
                        if execute { self.execute_sample(verdict, &bound) } else { Ok(()) }
                    });
                    match judged {
                        Ok(()) if execute => verdict.report.judge = Some(Judge::Execute),
                        Ok(()) => {}
                        Err(why) => {
                            verdict.report.status = Status::Partial;
                            verdict.report.why = Some(why);
                            return;
                        }
                    }
                }
                self.settle(verdict, Level::Execute);
            }
        }
    }

    fn all_values(
        &self,
        verdict: &mut InsightVerdict,
        tables: &Arc<[ShadowTable]>,
        first: usize,
    ) -> Result<(), Unknown> {
        self.values(&mut verdict.findings, tables)?;
        self.data(verdict, tables, first)
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
        match crate::models::source::source_of_model(self.project, model) {
            Err(why) if why.code == Reason::SourceNotSupported => Some(why),
            Ok(source) if !source.runs_in_duckdb() => {
                Some(Unknown::new(Reason::SourceDialect, "its query runs in SQLite, whose dialect is not judged here"))
            }
            _ => None,
        }
    }

    fn model_unknown(&self) -> Option<Unknown> {
        self.composed.models.iter().find_map(|model| match self.columns.get(model) {
            Some(Columns::Unknown(why)) => {
                let name = self.project.object(*model).name_text();
                Some(Unknown {
                    code: why.code,
                    message: format!("the columns of the model `{name}` are not known: {}", why.message),
                })
            }
            Some(Columns::Failed) => {
                let name = self.project.object(*model).name_text();
                Some(Unknown::new(Reason::ModelFailed, format!("the query of the model `{name}` fails")))
            }
            _ => None,
        })
    }

    fn tables(&self) -> Result<Arc<[ShadowTable]>, Unknown> {
        let mut tables = Vec::new();
        for model in &self.composed.models {
            let Some(Columns::Known(columns)) = self.columns.get(model) else {
                return Err(self.model_unknown().unwrap_or_else(Unknown::pending));
            };
            let columns = seen_columns(columns, self.composed.dynamic);
            tables.push(ShadowTable { name: name_hash(self.project.object(*model).name_text()), columns });
        }
        Ok(tables.into())
    }

    /// The state that a selection has for a hole.
    fn state(&self, selection: &[u32], hole: &Hole) -> Option<&State> {
        let position = *self.positions.get(&hole.input)?;
        self.states.get(position)?.get(*selection.get(position)? as usize)
    }

    /// What each state of each input puts into the input's holes.
    fn fillings(&self) -> Vec<Vec<Vec<String>>> {
        let mut accessors: Vec<Vec<Accessor>> = vec![Vec::new(); self.query_inputs.len()];
        for hole in self.composed.template.holes() {
            if let Some(at) = self.positions.get(&hole.input) {
                accessors[*at].push(hole.accessor);
            }
        }
        let of = |(accessors, states): (Vec<Accessor>, &Vec<State>)| {
            states.iter().map(|state| accessors.iter().map(|accessor| state.render(*accessor)).collect()).collect()
        };
        accessors.into_iter().zip(&self.states).map(of).collect()
    }

    /// What a selection puts into a hole.
    fn value(&self, selection: &[u32], hole: &Hole) -> String {
        self.state(selection, hole).map_or_else(String::new, |state| state.render(hole.accessor))
    }

    /// The query as the browser runs it for a selection.
    fn render(&self, selection: &[u32]) -> String {
        self.facts.count(|counters| counters.rendered += 1);
        self.filled(selection).into_text()
    }

    /// The same, with what stands where.
    fn filled(&self, selection: &[u32]) -> Filled<'_> {
        self.composed.template.render(|_, hole| self.value(selection, hole))
    }

    /// A part of it.
    fn filled_part(&self, part: TextRange, selection: &[u32]) -> Filled<'_> {
        self.composed.template.render_part(part, |_, hole| self.value(selection, hole))
    }
}

fn no_query(project: &Project, id: ObjectId, insight: &Insight, findings: &mut Vec<Finding>) {
    let object = project.object(id);
    let is_input = |reference: &viz_project::Use| match project.names().resolve(&reference.name) {
        viz_project::Resolution::Object(id) => project.object(id).kind == viz_project::Kind::Input,
        _ => false,
    };
    // D-065 and D-066, unless something else about the object is wrong already.
    if insight.unreadable || project.is_broken(object.loc) {
        return;
    }
    if !insight.has_props && object.name.is_some() {
        findings.push(Finding::new(Code::MissingField, object.name_loc(), "an insight without `props` stops the run"));
    } else if object.uses.iter().all(is_input) && insight.trace_type.is_some() {
        let mut finding = Finding::new(
            Code::NoModel,
            object.name_loc(),
            "this insight reads no model: one such insight stops the whole run (R-INS-03)",
        );
        finding.help = Some("bind a property to a column: `x: ?{ ${ref(model).column} }`".into());
        findings.push(finding);
    }
}
