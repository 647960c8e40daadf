//! The browser's own engine has the last word: every reachable combination of every insight runs there (or, for insights
//! without inputs, on the source), and fails if and only if the check says that the insight has an error.

use crate::PROGRAM;
use crate::situations;
use serde_json::{Value, json};
use std::path::Path;
use viz_check::{CheckOptions, Code, ObjectName, RenderedQuery, Severity, State, options_of, rendered_query, states};
use viz_facts::{Answer, QueryTable, Question, RunBy};
use viz_project::{Body, Kind, ObjectId, Project, Selection};
use viz_tests::library::{Checked, check_with};
use viz_tests::pages::NOW;
use viz_tests::{browser, projects};

/// At most this many combinations of one insight.
const MAX_COMBINATIONS: usize = 2_000;

/// Errors about an insight or what it uses whose query runs all the same.
const RUNS_ALL_THE_SAME: [Code; 13] = [
    // The run can't write the rows (F9).
    Code::UnwritableType,
    // The build fails, before the browser sees anything (S-16).
    Code::GroupedPlaceholder,
    // No run uses the source, keeps rows or tries options like these (R-SRC-03, S-39, S-41).
    Code::UnusableSource,
    Code::InsightEmpty,
    Code::NullOption,
    // A model compares with a text that looks like a reference.
    Code::ReferenceNotReplaced,
    Code::VariableNotReplaced,
    // The filter is left out (R-SQL-03).
    Code::WindowFilter,
    // Other rows than those that were meant (S-11).
    Code::MissingParentheses,
    // A backslash that is taken away, a control character.
    Code::TemplateLiteral,
    // 2.0 takes the metric of another model (6.2).
    Code::AmbiguousReference,
    // The control, or the query that fills it, not the insight's.
    Code::InvalidDisplay,
    Code::OptionsQuery,
];

/// The build leaves the filter out (S-18a), and what runs here still has it: not comparable.
const RUNS_OTHERWISE: Code = Code::DroppedFilter;

/// One insight, its query, and whether the check calls it broken.
struct Case {
    name: String,
    /// `None` where what runs here is not what runs in the browser.
    broken: Option<bool>,
    /// For the browser; `None` for an insight without inputs.
    job: Option<Value>,
    /// Whether the source refuses it; for insights without inputs.
    refused: Option<String>,
}

fn cases(root: &Path, title: &str) -> Vec<Case> {
    let options = CheckOptions { now: NOW.parse().expect("a time"), ..CheckOptions::default() };
    let mut checked = check_with(PROGRAM, root, options);
    let ids: Vec<ObjectId> = checked.project.ids().collect();
    let insights: Vec<ObjectId> =
        ids.into_iter().filter(|id| checked.project.object(*id).kind == Kind::Insight).collect();
    insights.into_iter().filter_map(|id| case(&mut checked, id, title)).collect()
}

/// Whether the run fails before the browser sees anything: its parser can't read the query, or not with an option that nobody
/// can choose (R-VAL-01, R-SQL-14).
fn is_of_the_run(finding: &viz_check::Finding) -> bool {
    ["breaks in the run, which", "it can't read `", "the build can't read it"]
        .iter()
        .any(|words| finding.message.contains(words))
}

fn case(checked: &mut Checked, id: ObjectId, title: &str) -> Option<Case> {
    let Checked { project, facts, options, report, sources } = checked;
    let name = format!("{title}: {}", project.object(id).name_text());
    let errors: Vec<&viz_check::Finding> = report
        .findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error && concerns(project, id, finding))
        .collect();
    let query = match rendered_query(project, facts, options.now, id, &[]) {
        Ok(query) => query,
        Err(why) => {
            assert!(!errors.is_empty(), "{name} has no query, and no error says so: {why:?}");
            return None;
        }
    };
    let (place, unchecked) = (project.object(id).name_loc(), viz_check::Status::Unchecked);
    let is_unchecked = report.insights.iter().any(|one| one.loc == place && one.status == unchecked);
    let left_out = errors.iter().any(|finding| finding.code == RUNS_OTHERWISE);
    let comparable = !left_out && (!is_unchecked || !errors.is_empty());
    // The engine is told to take it, for the sake of what viewers run.
    let taken = |finding: &viz_check::Finding| finding.message.contains("refuses the arrow of a lambda");
    let breaks = |finding: &&viz_check::Finding| {
        !RUNS_ALL_THE_SAME.contains(&finding.code) && !is_of_the_run(finding) && !taken(finding)
    };
    let broken = comparable.then(|| errors.iter().any(breaks));
    if !query.dynamic {
        let source = query.tables[0].source.clone().expect("it is known");
        let tables = query.tables.iter().map(|table| QueryTable { name: table.name.clone(), sql: table.sql.clone() });
        let question = Question::Execute {
            source,
            tables: tables.collect(),
            by: RunBy::Source,
            materialized: false,
            sql: query.runs,
        };
        let refused = match sources.ask(&[question]).remove(0) {
            Ok(Answer::Accepted(result)) => result.err().map(|error| error.message),
            other => panic!("{name}: {other:?}"),
        };
        return Some(Case { name, broken, job: None, refused });
    }
    // The browser's engine fetches the extension `json` over the network, which is not there, and waits for it without an end.
    if query.stored.contains("->>") || query.stored.contains("json") {
        return None;
    }
    let mut inputs = Vec::new();
    let mut all_states: Vec<Vec<State>> = Vec::new();
    for input in &query.inputs {
        let Body::Input(body) = &project.object(*input).body else { panic!("an input") };
        let found = options_of(project, facts, *input, options.now).unwrap_or_else(|why| panic!("{name}: {why:?}"));
        let multi = body.selection == Some(Selection::Multi);
        let mut considered = states(body, &found);
        if let ([first, second, third, ..], true, false) = (found.values.as_slice(), multi, found.is_range) {
            // States that the check takes as covered by others: more options, in another order of the clicks.
            considered.push(State::of([third.clone(), first.clone(), second.clone()]));
        }
        let values: Vec<Vec<Value>> =
            considered.iter().map(|state| state.values.iter().map(as_json).collect()).collect();
        inputs.push(json!({ "name": project.object(*input).name_text(), "multi": multi, "states": values }));
        all_states.push(considered);
    }
    let combinations = combinations(&all_states.iter().map(Vec::len).collect::<Vec<_>>());
    let rendered: Vec<String> = combinations
        .iter()
        .map(|combination| {
            let chosen = |(at, state): (usize, &usize)| (query.inputs[at], all_states[at][*state].clone());
            let selection: Vec<(ObjectId, State)> = combination.iter().enumerate().map(chosen).collect();
            rendered_query(project, facts, options.now, id, &selection).expect("it has one").sql
        })
        .collect();
    let RenderedQuery { stored, tables, .. } = query;
    let tables: Vec<Value> = tables.iter().map(|table| browser::table(sources, table)).collect();
    let job = json!({
        "tables": tables, "stored": stored, "inputs": inputs, "combinations": combinations, "rendered": rendered,
    });
    Some(Case { name, broken, job: Some(job), refused: None })
}

fn as_json(value: &viz_check::Value) -> Value {
    match value {
        viz_check::Value::Text(text) => json!(text),
        viz_check::Value::Number(number) => json!(number),
        viz_check::Value::Null => Value::Null,
    }
}

/// All combinations of that many states each, or as many as are allowed, spread evenly.
fn combinations(counts: &[usize]) -> Vec<Vec<usize>> {
    let total = counts.iter().fold(1_usize, |product, count| product.saturating_mul(*count));
    let step = total.div_ceil(MAX_COMBINATIONS).max(1);
    // A step that shares no factor with the counts meets all states.
    let step = if step == 1 { 1 } else { step | 1 };
    let of = |mut index: usize| counts.iter().map(|count| (index % count, index /= count).0).collect();
    (0..total).step_by(step).take(MAX_COMBINATIONS).map(of).collect()
}

/// Whether a finding is about an insight, or about something that it uses.
fn concerns(project: &Project, insight: ObjectId, finding: &viz_check::Finding) -> bool {
    let Some(ObjectName { kind, name }) = &finding.object else { return false };
    let is = |id: ObjectId| {
        let object = project.object(id);
        object.kind.name() == *kind && name.as_deref().unwrap_or_default() == object.name_text()
    };
    is(insight) || *kind == Kind::Relation.name() || project.dependencies(insight).into_iter().any(is)
}

/// Where the browser and the check disagree.
fn disagreements(cases: &[Case]) -> Vec<String> {
    let jobs: Vec<&Value> = cases.iter().filter_map(|case| case.job.as_ref()).collect();
    let output = browser::run("combinations.mjs", &json!({ "jobs": jobs }));
    let mut results = output["results"].as_array().expect("a list").iter();
    let mut out = Vec::new();
    let (mut failed, mut ran) = (0, 0);
    for case in cases {
        let why = match &case.job {
            None => case.refused.clone(),
            Some(job) => {
                let result = results.next().expect("one for each job");
                let count = job["combinations"].as_array().map_or(0, Vec::len);
                ran += count;
                for differs in result["differs"].as_array().expect("a list") {
                    out.push(format!("{} is not rendered as in the browser: {differs:#}", case.name));
                }
                let bad = result["failed"].as_u64().expect("a number");
                (bad > 0).then(|| format!("{bad} of {count} fail: {:#}", result["example"]))
            }
        };
        failed += usize::from(why.is_some());
        match (case.broken, why) {
            (Some(false), Some(why)) => out.push(format!("{}: no error is found, but {why}", case.name)),
            (Some(true), None) => out.push(format!("{}: an error is found, but nothing fails", case.name)),
            _ => {}
        }
    }
    println!("{} insights, {failed} of them broken; {ran} combinations ran in the browser's engine", cases.len());
    out
}

fn sample_project(name: &str) {
    let cases = cases(&projects::path(name).canonicalize().expect("it exists"), name);
    assert!(cases.len() > 5, "{name}");
    let wrong = disagreements(&cases);
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn ecommerce() {
    sample_project("ecommerce");
}

#[test]
fn support_tickets() {
    sample_project("support-tickets");
}

#[test]
fn iot_sensors() {
    sample_project("iot-sensors");
}

#[test]
fn all_situations() {
    let mut all = Vec::new();
    for situation in situations::all() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let root = folder.path().canonicalize().expect("it exists");
        situation.write(&root);
        all.extend(cases(&root, &format!("{}.md:{} {}", situation.page, situation.line, situation.heading)));
    }
    assert!(all.len() >= 60, "only {} insights have a query", all.len());
    let wrong = disagreements(&all);
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
