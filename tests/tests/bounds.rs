//! What is too much, or means something only at a second look: told in words that are true, and in time.

use crate::PROGRAM;
use serde_json::Value;
use viz_tests::cli;
use viz_tests::projects::Project;

const BASE: &str = "\
name: shop
sources:
  - { name: local, type: duckdb, database: warehouse.duckdb }
models:
  - name: m
    source: ref(local)
    sql: select * from (values ('Rome', 120, [1, 2]), ('Oslo', 80, [3])) t(city, amount, l)
";

fn insight(name: &str, y: &str, filter: &str) -> String {
    let filter = if filter.is_empty() {
        String::new()
    } else {
        format!("    interactions: [{{ filter: \"?{{ {filter} }}\" }}]\n")
    };
    format!(
        "  - name: {name}\n    props: {{ type: scatter, mode: markers, x: \"?{{ ${{ref(m).city}} }}\", y: \"?{{ {y} }}\" }}\n{filter}"
    )
}

fn check(project: &Project, args: &[&str]) -> Value {
    let all: Vec<&str> = ["--no-cache"].iter().chain(args).copied().collect();
    cli::check_json(PROGRAM, &project.root, &all)["projects"][0].clone()
}

/// Severity, code and message of each finding, and the text that it marks.
fn findings(project: &Project, report: &Value) -> Vec<(String, String, String)> {
    let lines: Vec<String> = project.read("project.visivo.yml").split('\n').map(str::to_owned).collect();
    let list = report["diagnostics"].as_array().expect("a list");
    let one = |finding: &Value| {
        let text = |key: &str| finding[key].as_str().expect("a text").to_owned();
        let at = |end: &str, key: &str| finding["range"][end][key].as_u64().expect("a number") as usize;
        let line = lines.get(at("start", "line")).cloned().unwrap_or_default();
        let end = if at("end", "line") == at("start", "line") { at("end", "character") } else { line.len() };
        let marked: String = line.chars().skip(at("start", "character")).take(end - at("start", "character")).collect();
        (format!("{}[{}]", text("severity"), text("code")), text("message"), marked)
    };
    list.iter().map(one).collect()
}

fn of(text: &str) -> (Project, Value) {
    let project = Project::of(&[("project.visivo.yml", text)]);
    let report = check(&project, &[]);
    (project, report)
}

/// The browser's engine takes it, and the one to come does not; what runs on the source fails today.
#[test]
fn lambdas_with_an_arrow() {
    let insights = [
        insight("arrow", "list_transform(${ref(m).l}, x -> x + 1)", "${ref(m).amount} > ${ref(n).value}"),
        insight("both", "list_filter(${ref(m).l}, (x, i) -> x > i)", "${ref(m).amount} > ${ref(n).value}"),
        insight("keyword", "list_transform(${ref(m).l}, lambda x: x + 1)", "${ref(m).amount} > ${ref(n).value}"),
        insight("wrong", "list_transform(${ref(m).l}, x -> x + nothing)", "${ref(m).amount} > ${ref(n).value}"),
    ];
    let input = "inputs:\n  - { name: n, type: single-select, options: [\"0\", \"1\"], display: { type: slider } }\n";
    let text = format!("{BASE}{input}insights:\n{}", insights.concat());
    let (project, report) = of(&text);
    let found = findings(&project, &report);
    let arrows: Vec<&(String, String, String)> = found.iter().filter(|(_, _, marked)| marked == "->").collect();
    assert_eq!(arrows.len(), 3, "{found:#?}");
    for (kind, message, _) in arrows {
        assert_eq!(kind, "warning[browser-engine]");
        assert!(
            message.ends_with("works in the browser of today only: DuckDB 2.0 refuses the arrow of a lambda"),
            "{message}"
        );
    }
    assert!(
        found.len() == 4
            && found.iter().any(|(kind, _, marked)| kind == "error[unknown-column]" && marked == "nothing"),
        "{found:#?}"
    );
    project.write(".viz-lsp.yml", "browser_engine: \"2.0\"\n");
    let found = findings(&project, &check(&project, &[]));
    assert_eq!(
        found.iter().filter(|(kind, _, marked)| kind == "error[sql-bind]" && marked == "->").count(),
        3,
        "{found:#?}"
    );
    let fixed = format!(
        "{BASE}  - {{ name: other, source: ref(local), sql: \"select list_transform([1], x -> x) as l, 1 as city\" }}\ninsights:\n{}",
        insight("static", "list_transform(${ref(m).l}, x -> x + 1)", "")
    );
    let (project, report) = of(&fixed);
    let found = findings(&project, &report);
    let kinds: Vec<&str> = found.iter().filter(|found| found.2 == "->").map(|found| found.0.as_str()).collect();
    assert_eq!(kinds, ["error[model-sql]", "error[sql-bind]"], "{found:#?}");
}

#[test]
fn times_that_are_none() {
    let project = Project::of(&[("project.visivo.yml", BASE)]);
    for wrong in ["0", "-1", ".nan", ".inf"] {
        project.write(".viz-lsp.yml", &format!("timeout: {wrong}\n"));
        let report = check(&project, &[]);
        let list = report["diagnostics"].as_array().expect("a list");
        let told = list.iter().any(|finding| {
            finding["code"] == "configuration"
                && finding["message"].to_string().contains("`timeout` must be a number of seconds greater than 0")
        });
        assert!(told, "{wrong}: {list:#?}");
    }
    for args in [["--timeout", "0"], ["--timeout", "nan"], ["--deadline", "0"]] {
        let run = cli::run(PROGRAM, &project.root, &[&["--check"], &args[..]].concat());
        assert!(run.status == 2 && run.err.contains("greater than 0"), "{args:?}: {run:?}");
    }
}

/// What is open at the deadline is told as not checked.
#[test]
fn a_deadline() {
    let project = Project::copy_of("ecommerce");
    crate::flood::add_endless_query(&project, 600);
    let report = check(&project, &["--deadline", "2"]);
    let insights = report["insights"].as_array().expect("a list");
    let late: Vec<&Value> = insights.iter().filter(|insight| insight["why"]["code"] == "out-of-time").collect();
    assert!(late.iter().any(|insight| insight["name"] == "never_known"), "{insights:#?}");
    assert!(late[0]["why"]["message"].to_string().contains("`--deadline`: 2 s"), "{:#?}", late[0]);
    let run = cli::run(PROGRAM, &project.root, &["--check", "--no-cache", "--deadline", "0.000001"]);
    assert!(run.status < 2 && run.out.contains("out of time"), "{run:?}");
}

/// Also of models and inputs that no insight uses.
#[test]
fn a_deadline_without_insights() {
    let text = "name: p\nsources: [{ name: s, type: duckdb, database: \":memory:\" }]\nmodels:\n  - { name: m, source: ref(s), sql: select nothing_like_it }\n";
    let project = Project::of(&[("project.visivo.yml", text)]);
    let args = ["--check", "--no-cache", "--deadline", "0.000001"];
    let run = cli::run(PROGRAM, &project.root, &args);
    assert!(run.status == 0 && run.out.contains("not run or not judged in time"), "{run:?}");
    let run = cli::run(PROGRAM, &project.root, &[&args[..], &["--min-coverage", "100"]].concat());
    assert!(run.status == 1 && run.err.contains("not run or not judged in time"), "{run:?}");
}

#[test]
fn files_of_odd_characters() {
    for (more, expected) in [
        (
            "&&&&&&&&",
            "error[yaml-syntax]: the name of an anchor is made of letters without accents, digits, `-` and `_`",
        ),
        ("charts:\n  - name: a\n\u{feff}  - name: b\n", "error[yaml-syntax]: a byte order mark"),
    ] {
        let said = crate::bad_input::said(&cli::run(
            PROGRAM,
            &crate::bad_input::project(more).root,
            &["--check", "--format", "json"],
        ));
        let found = said.findings();
        assert!(found.len() == 1 && found[0].starts_with(expected), "{more:?}: {found:#?}");
    }
    let project = Project::of(&[("project.visivo.yml", "name: red\u{2028}models: []\u{85}inputs: []\n")]);
    assert_eq!(check(&project, &[])["diagnostics"], serde_json::json!([]));
}

/// Megabytes of an option are nothing to read.
#[test]
fn a_very_long_option_is_shortened() {
    let long = "x".repeat(300_000);
    let text = format!(
        "{BASE}inputs:\n  - name: c\n    type: single-select\n    options: [\"1\", \"{long}\"]\ninsights:\n{}",
        insight("i", "sum(${ref(m).amount})", "${ref(m).amount} = '${ref(c).value}'")
    );
    let project = Project::of(&[("project.visivo.yml", &text)]);
    let json = check(&project, &[]);
    let list = json["diagnostics"].as_array().expect("a list");
    assert_eq!(list.len(), 1, "{}", list.len());
    let example = list[0]["combinations"]["examples"][0]["c"].as_str().expect("an example");
    assert_eq!(example, format!("{}… (300000 characters)", "x".repeat(1_000)));
    let message = list[0]["message"].as_str().expect("a message");
    assert!(message.contains("x… (300000 characters)") && message.len() < 400, "{message}");
    assert!(list[0].to_string().len() < 8_000, "{}", list[0].to_string().len());
}

/// Keys are compared with those of the schema, not with each other: this took minutes.
#[test]
fn thousands_of_unknown_keys() {
    let keys = |count: usize| (0..count).map(|at| format!("zz{at}: q")).collect::<Vec<_>>();
    let props = keys(10_000).join(", ");
    let text =
        format!("name: p\ninsights: [{{ name: a, props: {{ type: bar, {props} }} }}]\n{}\n", keys(10_000).join("\n"));
    let (_, report) = of(&text);
    let unknown = |code: &str| {
        let list = report["diagnostics"].as_array().expect("a list");
        list.iter().filter(|finding| finding["code"] == code).count()
    };
    assert_eq!((unknown("unknown-prop"), unknown("unknown-key")), (10_000, 10_000));
}

/// Each of many places may hold each of many options: the text of such a choice is not made.
#[test]
fn many_options_in_many_places() {
    let options = (0..2_000).map(|at| format!("o{at}")).collect::<Vec<_>>().join(", ");
    let filter = vec!["${ref(m).city} in (${ref(i).values})"; 100].join(" or ");
    let text = format!(
        "{BASE}inputs: [{{ name: i, type: multi-select, options: [{options}] }}]\ninsights:\n{}",
        insight("large", "count(*)", &filter)
    );
    let (_, report) = of(&text);
    assert_eq!(report["insights"][0]["status"], "unchecked", "{}", report["insights"]);
    let why = &report["insights"][0]["why"];
    assert!(["query-too-large", "expression-too-large"].contains(&why["code"].as_str().unwrap_or_default()), "{why}");
}

/// Each pass over the project looks at such an insight anew.
#[test]
fn many_grouped_expressions_are_asked_about_at_once() {
    let passes = |count: usize| {
        let data: Vec<String> = (0..count).map(|at| format!("\"?{{ ${{ref(m).x}}+{at} }}\"")).collect();
        let text = format!(
            "name: p\nsources: [{{name: s, type: duckdb, database: \":memory:\"}}]\n\
             models: [{{name: m, source: ref(s), sql: select 1 as x}}]\n\
             inputs: [{{name: i, type: single-select, options: [a, b]}}]\n\
             insights:\n  - name: a\n    props: {{type: bar, x: '?{{ ${{ref(m).x}} }}', y: '?{{ count(*) }}', customdata: [{}]}}\n    \
             interactions: [{{filter: \"?{{ ${{ref(m).x}}::text = '${{ref(i).value}}' }}\"}}]\n",
            data.join(", ")
        );
        let project = Project::of(&[("project.visivo.yml", &text)]);
        let run = cli::run(PROGRAM, &project.root, &["--check", "--no-cache", "-vvv"]);
        run.err.matches("checked with what is known so far").count()
    };
    let (few, many) = (passes(3), passes(120));
    assert!(few > 1 && many <= few + 1, "{few} passes over 3 expressions, {many} over 120");
}

/// Many options in many filters: each is a condition, and all of them are in each query.
#[test]
fn many_options_in_many_filters_are_bounded() {
    let report = |options: usize, filters: usize| {
        let options: Vec<String> = (0..options).map(|at| format!("o{at}")).collect();
        let filter = |at| format!("{{filter: \"?{{ ${{ref(m).y}} <> '${{ref(i).value}}'||'{at}' }}\"}}");
        let filters: Vec<String> = (0..filters).map(filter).collect();
        let text = format!(
            "name: p\nsources: [{{name: s, type: duckdb, database: \":memory:\"}}]\n\
             models: [{{name: m, source: ref(s), sql: \"select 1 as x, 'a' as y\"}}]\n\
             inputs: [{{name: i, type: single-select, options: [{}]}}]\n\
             insights:\n  - name: a\n    props: {{type: bar, x: '?{{ ${{ref(m).x}} }}'}}\n    interactions: [{}]\n",
            options.join(", "),
            filters.join(", ")
        );
        of(&text).1
    };
    let few = report(20, 10);
    assert_eq!(few["insights"][0]["status"], "checked", "{few:#}");
    let many = report(100, 400);
    assert_eq!(many["insights"][0]["why"]["code"], "query-too-large", "{:#}", many["insights"][0]);
    assert_eq!(
        many["diagnostics"].as_array().map(|all| all.iter().filter(|one| one["severity"] == "error").count()),
        Some(0)
    );
}
