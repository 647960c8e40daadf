//! When an insight is told to be left out by an input, and when it may be meant so.

use super::half_wired::{Page, half_wired};
use std::path::Path;
use viz_project::{Environment, Kind, MemoryFiles, Project};

const BEGIN: &str = "
sources: [{ name: s, type: duckdb, database: ':memory:' }]
defaults: { source_name: s }
models:
  - name: m
    sql: select 1 as a, 2 as b, 3 as c
    metrics: [{ name: by_a, expression: sum(A) }]
  - { name: other, sql: select 1 as a }
inputs:
  - { name: i, type: single-select, options: ['1', '2'] }
  - { name: j, type: single-select, options: ['1', '2'] }
metrics:
  - { name: chosen, expression: 'sum(${ref(m).c}) * ${ref(i).value}' }
";

const FILTER: &str = "?{ ${ref(m).a} = ${ref(i).value} }";

/// The insights that are told of, on a dashboard that shows `i` and, each in a chart of its own, insights with these
/// values and filters.
fn told(insights: &[(&str, &[&str])]) -> Vec<String> {
    let charts = (0..insights.len()).map(|at| format!("[ref(x{at})]")).collect::<Vec<_>>();
    told_in(insights, &charts, "ref(i)")
}

fn told_in(insights: &[(&str, &[&str])], charts: &[String], control: &str) -> Vec<String> {
    let mut text = format!("{BEGIN}insights:\n");
    for (at, (y, filters)) in insights.iter().enumerate() {
        text += &format!("  - name: x{at}\n    props: {{ type: bar, y: '?{{ {y} }}' }}\n    interactions:\n");
        text += "      - sort: ?{ ${ref(m).b} }\n";
        filters.iter().for_each(|filter| text += &format!("      - filter: \"{filter}\"\n"));
    }
    text += "charts:\n";
    for (at, insights) in charts.iter().enumerate() {
        text += &format!("  - {{ name: c{at}, insights: {insights} }}\n");
    }
    text += &format!("dashboards:\n  - name: d\n    rows:\n      - items:\n          - input: {control}\n");
    (0..charts.len()).for_each(|at| text += &format!("          - chart: ref(c{at})\n"));
    let files = MemoryFiles::new([("/p/project.visivo.yml", text.as_str())]);
    let project = Project::load(Path::new("/p"), &files, &Environment::empty());
    let dashboard = project.of_kind(Kind::Dashboard).next().expect("there is one");
    let name = |loc| {
        let id = project.of_kind(Kind::Insight).find(|id| project.object(*id).name_loc() == loc);
        project.object(id.expect("it is told at an insight")).name_text().to_owned()
    };
    half_wired(&project, dashboard).into_iter().map(|finding| name(finding.loc)).collect()
}

#[test]
fn one_of_three_is_left_out() {
    assert_eq!(told(&[("${ref(m).b}", &[FILTER]), ("${ref(m).b}", &[FILTER]), ("${ref(m).c}", &[])]), ["x2"]);
    let among = "?{ ${ref(m).b} > 1 and ${ref(m).a} = ${ref(i).value} }";
    assert_eq!(told(&[("${ref(m).b}", &[among]), ("${ref(m).b}", &[FILTER]), ("${ref(m).c}", &[])]), ["x2"]);
    let between = "?{ ${ref(m).a} between ${ref(i).value} and ${ref(i).value} + 1 }";
    assert_eq!(told(&[("${ref(m).b}", &[between]), ("${ref(m).b}", &[FILTER]), ("${ref(m).c}", &[])]), ["x2"]);
}

#[test]
fn all_or_one_or_half_is_no_rule() {
    assert_eq!(told(&[("${ref(m).b}", &[FILTER]), ("${ref(m).b}", &[FILTER]), ("${ref(m).c}", &[FILTER])]).len(), 0);
    assert_eq!(told(&[("${ref(m).b}", &[FILTER]), ("${ref(m).c}", &[])]).len(), 0);
    let half: [(&str, &[&str]); 4] =
        [("${ref(m).b}", &[FILTER]), ("${ref(m).b}", &[FILTER]), ("${ref(m).c}", &[]), ("${ref(m).c}", &[])];
    assert_eq!(told(&half).len(), 0);
    // One that is meant so counts among the others.
    let half: [(&str, &[&str]); 4] =
        [("${ref(m).b}", &[FILTER]), ("${ref(m).b}", &[FILTER]), ("${ref(m).a}", &[]), ("${ref(m).c}", &[])];
    assert_eq!(told(&half).len(), 0);
}

#[test]
fn what_may_be_meant_is_not_told() {
    let silent = |y: &str, filters: &[&str]| {
        let found = told(&[("${ref(m).b}", &[FILTER]), ("${ref(m).b}", &[FILTER]), (y, filters)]);
        assert!(found.is_empty(), "{y} {filters:?}: {found:?}");
    };
    silent("${ref(m).a}", &[]);
    silent("sum(${ref(m).c}) over (partition by A)", &[]);
    silent("${ref(m).by_a}", &[]);
    silent("${ref(chosen)}", &[]);
    silent("${ref(m).c}", &["?{ ${ref(m).a} = 1 }"]);
    silent("${ref(m).c}", &["?{ ${ref(m).b} = ${ref(j).value} }"]);
    silent("sum(${ref(m).c}) * ${ref(i).value}", &[]);
}

#[test]
fn other_models_and_other_pages_are_not_concerned() {
    let by_other = "?{ ${ref(other).a} = ${ref(i).value} }";
    assert_eq!(told(&[("${ref(m).b}", &[by_other]), ("${ref(m).b}", &[by_other]), ("${ref(m).c}", &[])]), ["x2"; 0]);
    let insights: [(&str, &[&str]); 3] = [("${ref(m).b}", &[FILTER]), ("${ref(m).b}", &[FILTER]), ("${ref(m).c}", &[])];
    let alone = ["[ref(x0)]", "[ref(x1)]", "[ref(x2)]"].map(str::to_owned);
    assert_eq!(told_in(&insights, &alone, "ref(i)"), ["x2"]);
    assert_eq!(told_in(&insights, &alone, "ref(j)"), ["x2"; 0], "its control is not on the page");
    let together = ["[ref(x0)]", "[ref(x1), ref(x2)]"].map(str::to_owned);
    assert_eq!(told_in(&insights, &together, "ref(i)"), ["x2"; 0], "in one chart they are compared");
    // A condition on two columns says of neither that the input filters it.
    let two = "?{ ${ref(m).a} + ${ref(m).b} = ${ref(i).value} }";
    assert_eq!(told(&[("${ref(m).b}", &[two]), ("${ref(m).b}", &[two]), ("${ref(m).c}", &[])]), ["x2"; 0]);
    let either = "?{ ${ref(m).b} = 1 or ${ref(m).a} = ${ref(i).value} }";
    assert_eq!(told(&[("${ref(m).b}", &[either]), ("${ref(m).b}", &[either]), ("${ref(m).c}", &[])]), ["x2"; 0]);
}

/// How much is looked at on a dashboard that shows these inputs and insights, all of one model.
fn looks(inputs: usize, insights: &[String]) -> (usize, usize) {
    let names: Vec<String> =
        (0..inputs).map(|at| format!("{{ name: i{at}, type: single-select, options: [a, b] }}")).collect();
    let controls: Vec<String> = (0..inputs).map(|at| format!("{{ input: ref(i{at}) }}")).collect();
    let charts: Vec<String> =
        (0..insights.len()).map(|at| format!("{{ chart: {{ insights: [ref(x{at})] }} }}")).collect();
    let text = format!(
        "models: [{{ name: m, sql: select 1 as a }}]\ninputs: [{}]\ninsights:\n{}dashboards:\n  - name: d\n    rows: [{{ items: [{}, {}] }}]\n",
        names.join(", "),
        insights.concat(),
        controls.join(", "),
        charts.join(", ")
    );
    let files = MemoryFiles::new([("/p/project.visivo.yml", text.as_str())]);
    let project = Project::load(Path::new("/p"), &files, &Environment::empty());
    let mut page =
        Page::of(&project, project.of_kind(Kind::Dashboard).next().expect("there is one")).expect("controls");
    let found = page.found().len();
    (page.looks, found)
}

/// An insight that shows a column, with a filter for each of these inputs on a column of its own.
fn filtered(at: usize, shows: &str, inputs: impl Iterator<Item = usize>) -> String {
    let filters = inputs.map(|at| format!("      - filter: ?{{ ${{ref(m).c{at}}} = ${{ref(i{at}).value}} }}\n"));
    format!(
        "  - name: x{at}\n    props: {{ type: bar, y: '?{{ {shows} }}' }}\n    interactions:\n      - sort: ?{{ ${{ref(m).z}} }}\n{}",
        filters.collect::<String>()
    )
}

#[test]
fn inputs_times_insights_are_no_work() {
    // Each input filters two of many insights.
    let few = |count: usize| {
        looks(count, &(0..2 * count).map(|at| filtered(at, "${ref(m).z}", at / 2..at / 2 + 1)).collect::<Vec<_>>())
    };
    // Many inputs filter three insights and leave out one of many words.
    let many = |count: usize| {
        let shows = (0..count).map(|at| format!("${{ref(m).w{at}}}")).collect::<Vec<_>>().join(" + ");
        let mut insights: Vec<String> = (0..3).map(|at| filtered(at, "${ref(m).z}", 0..count)).collect();
        insights.push(filtered(3, &shows, 0..0));
        looks(count, &insights)
    };
    assert_eq!((few(50).1, many(50).1), (0, 50));
    for (small, large) in [(few(100).0, few(200).0), (many(100).0, many(200).0)] {
        assert!(large <= 2 * small + small / 4, "{small} → {large}");
    }
}
