//! What a dynamic insight groups by (F1, F3, F4) and what counts as an aggregate (F2).

use std::path::Path;
use viz_facts::Column;
use viz_project::{Environment, Kind, MemoryFiles, ObjectId, Project};
use viz_sql::{Accessor, Composed, Context, compose};

struct Known;

impl Context for Known {
    fn columns(&self, _: ObjectId) -> Option<&[Column]> {
        None
    }
    fn is_text(&self, _: ObjectId) -> Option<bool> {
        Some(false)
    }
    fn sample(&self, _: ObjectId, _: Accessor) -> Option<String> {
        Some("5".into())
    }
}

fn composed(props: &str) -> Composed {
    let text = format!(
        r#"name: shop
sources:
  - {{ name: local, type: duckdb, database: "a.duckdb" }}
models:
  - {{ name: m, source: ref(local), sql: "select * from t", dimensions: [{{ name: month, expression: "date_trunc('month', ts)" }}] }}
inputs:
  - {{ name: step, type: single-select, options: ["5", "7"] }}
insights:
  - name: one
    props: {{ type: bar, {props} }}
    interactions:
      - filter: "?{{ ${{ref(m).n}} > ${{ref(step).value}} }}"
"#
    );
    let files = MemoryFiles::new([("/p/project.visivo.yml", text.as_str())]);
    let project = Project::load(Path::new("/p"), &files, &Environment::empty());
    let insight = project.all_of_kind(Kind::Insight)[0];
    compose(&project, insight, &Known).unwrap()
}

/// The text behind GROUP BY, columns without their table.
fn grouped(x: &str) -> (String, Vec<&'static str>) {
    let composed = composed(&format!(r#"x: "?{{ {x} }}", y: "?{{ count(*) }}""#));
    let text = composed.template.text().text().to_owned();
    let grouped = text.split("GROUP BY\n  ").nth(1).unwrap_or_default().split('\n').next().unwrap_or_default();
    let table = text.split("FROM ").nth(1).and_then(|rest| rest.split(['\n', ' ']).next()).unwrap_or_default();
    (
        grouped.replace(&format!("{table}."), "").trim().to_owned(),
        composed.problems.iter().map(|problem| problem.code.name()).collect(),
    )
}

#[test]
fn the_group_is_rewritten() {
    for (typed, want) in [
        ("date_trunc('month', ${ref(m).ts})", "DATE_TRUNC('MONTH', \"ts\")"),
        ("${ref(m).s} is not null", "NOT \"s\" IS NULL"),
        ("len(${ref(m).s})", "LENGTH(\"s\")"),
        ("mod(${ref(m).n}, 2)", "\"n\" % 2"),
        ("${ref(m).ts} + interval 1 day", "\"ts\" + INTERVAL '1' DAY"),
        ("${ref(m).v} * ${ref(step).value}", "\"v\" * ${step.value}"),
        (
            "floor(${ref(m).v} / ${ref(step).value}) * ${ref(step).value}",
            "FLOOR(\"v\" / ${step.value}) * ${step.value}",
        ),
        ("${ref(m).v} * -${ref(step).value}", "\"v\" * ${step.value}"),
        ("${ref(m).month}", "DATE_TRUNC('MONTH', ts)"),
    ] {
        let (grouped, problems) = grouped(typed);
        if typed.contains(".month") {
            assert!(grouped.eq_ignore_ascii_case(want), "{typed}: {grouped}");
        } else {
            assert_eq!(grouped, want, "{typed}");
        }
        assert!(!problems.contains(&"grouped-placeholder"), "{typed}");
    }
}

#[test]
fn what_is_lost_before_a_placeholder_is_said() {
    for typed in [
        "greatest(${ref(step).value}, ${ref(m).n})",
        "(${ref(step).value} + ${ref(m).n})",
        "try_cast(${ref(step).value} as int) + ${ref(m).n}",
        "${ref(m).n} in (${ref(step).value}, 7)",
    ] {
        assert_eq!(grouped(typed).1, ["grouped-placeholder"], "{typed}");
    }
}

#[test]
fn aggregates_are_those_of_sqlglot() {
    for (name, aggregate) in [
        ("mean", false),
        ("list", false),
        ("product", false),
        ("histogram", false),
        ("median", true),
        ("argmax", true),
        ("avg", true),
    ] {
        assert_eq!(viz_sql::shape_of(&format!("{name}(x, y)")).aggregate, aggregate, "{name}");
    }
}
