//! Texts made to be too much: each gets a short message (or nothing, where nothing is wrong), and never much memory.

use crate::PROGRAM;
use crate::bad_input::{Said, project, said};
use std::collections::BTreeSet;
use viz_tests::cli::run_measured;

/// Kilobytes. A hundred thousand findings take 560,000 with what a next check would know of them.
const MOST: u64 = 600_000;

fn check(what: &str, more: impl AsRef<[u8]>) -> Said {
    let project = project(more);
    let (run, peak) = run_measured(PROGRAM, &project.root, &["--check", "--format", "json"]);
    assert!(peak > 1_000, "{what}: it was not measured");
    assert!(peak < MOST, "{what}: {peak} kB");
    said(&run)
}

/// The first finding, how many there are, and that all have its code.
fn alike(what: &str, said: &Said) -> (String, usize) {
    let all = said.findings();
    let codes: BTreeSet<&str> = all.iter().filter_map(|finding| finding.split(']').next()).collect();
    assert!(codes.len() <= 1, "{what}: {codes:?}");
    assert!(all.iter().all(|finding| finding.len() < 400), "{what}: a message is short");
    assert_eq!(said.status, i32::from(codes.iter().any(|code| code.starts_with("error"))), "{what}");
    (all.first().cloned().unwrap_or_default(), all.len())
}

fn one(what: &str, more: impl AsRef<[u8]>, finding: &str) {
    assert_eq!(alike(what, &check(what, more)), (finding.to_owned(), 1), "{what}");
}

fn none(what: &str, more: impl AsRef<[u8]>) {
    assert_eq!(alike(what, &check(what, more)), (String::new(), 0), "{what}");
}

/// An insight with this expression.
fn insight(x: &str) -> String {
    format!("insights:\n  - name: deep\n    props:\n      type: bar\n      x: ?{{ {x} }}\n      y: ?{{ count(*) }}\n")
}

fn times(count: usize, text: &str) -> String {
    text.repeat(count)
}

#[test]
fn aliases_that_multiply() {
    let letter = |n: u8| char::from(b'a' + n);
    let nine = |n: u8| (0..9).map(|key| format!("k{key}: *{}", letter(n))).collect::<Vec<_>>().join(", ");
    let laughs: String = (0..20)
        .map(|n| format!("  - name: c{n}\n    layout: {{ meta: &{} {{ {} }} }}\n", letter(n + 1), nine(n)))
        .collect();
    let bomb =
        format!("charts:\n  - name: big\n    layout: {{ meta: &a {{ t: [x, x, x, x, x, x, x, x, x] }} }}\n{laughs}");
    let message =
        "information[alias-not-followed]: `*e` stands for too much to follow: what it is used for is not checked";
    let found = alike("a billion laughs", &check("a billion laughs", bomb));
    assert_eq!((found.1, found.0.split(',').next()), (1, message.split(',').next()), "{}", found.0);
    // Not one alias is too much, but all of them are.
    let list = vec!["x: 1"; 4_000].iter().enumerate().map(|(n, _)| format!("k{n}: 1")).collect::<Vec<_>>().join(", ");
    let many: String = (0..2_000).map(|n| format!("  - name: c{n}\n    layout: {{ meta: *a }}\n")).collect();
    let bomb = format!("charts:\n  - name: big\n    layout: {{ meta: &a {{ {list} }} }}\n{many}");
    let found = alike("many aliases", &check("many aliases", bomb));
    assert!(
        found.0.starts_with("information[alias-not-followed]: `*a` stands for too much to follow: "),
        "{}",
        found.0
    );
    assert_eq!(found.1, 1);
    // What is not followed is not missed.
    let props = "&p { type: bar, x: \"?{ ${ref(many_orders).x} }\", meta: *a }";
    let many: String =
        (0..100).map(|n| format!("  - name: i{n}\n    props: {}\n", if n == 0 { props } else { "*p" })).collect();
    let model = "models:\n  - name: many_orders\n    source: ref(many)\n    sql: select 1 as x\nsources:\n  - { name: many, type: duckdb, database: ':memory:' }\n";
    let text = format!("charts:\n  - name: big\n    layout: {{ meta: &a {{ {list} }} }}\n{model}insights:\n{many}");
    let found = alike("many insights", &check("many insights", text));
    assert!(
        found.0.starts_with("information[alias-not-followed]: `*p` stands for too much to follow: "),
        "{}",
        found.0
    );
    assert_eq!(found.1, 1);
}

#[test]
fn ten_thousand_levels_of_yaml() {
    let deep = "error[yaml-syntax]: nested too deeply (more than 255 levels)";
    let step = |from: usize| (0..10_000).map(|depth| format!("{}a:\n", " ".repeat(depth + from))).collect::<String>();
    one("lists", format!("charts: {}{}\n", times(10_000, "["), times(10_000, "]")), deep);
    one("mappings", format!("charts: {}{}\n", times(10_000, "{a: "), times(10_000, "}")), deep);
    let layout = format!("charts:\n  - name: c\n    layout: {}1{}\n", times(10_000, "{a: "), times(10_000, "}"));
    one("mappings in an object", layout, deep);
    one("blocks in an object", format!("charts:\n  - name: c\n    layout:\n      meta:\n{}", step(8)), deep);
    let many: String = (0..2_000).map(|n| format!("  - name: m{n}\n    content: x\n")).collect();
    let layout = format!("{}1{}", times(10_000, "{a: "), times(10_000, "}"));
    one("an object among many", format!("markdowns:\n{many}charts:\n  - name: c\n    layout: {layout}\n"), deep);
}

#[test]
fn ten_thousand_levels_of_sql() {
    let city = "${ref(orders).city}";
    let deep = "error[sql-syntax]: `x` is no SQL: it is nested too deeply for DuckDB";
    for (open, close) in [("(", ")"), ("abs(", ")"), ("case when true then ", " end"), ("(select ", ")"), ("not ", "")]
    {
        let x = format!("{}{city}{}", times(10_000, open), times(10_000, close));
        one(open, insight(&x), deep);
    }
    let select = format!("{}select 1{}", times(10_000, "select * from ("), times(10_000, ")"));
    one(
        "a model",
        format!("models:\n  - name: m\n    source: ref(good)\n    sql: {select}\n"),
        "error[model-sql]: the query of the model `m` fails: it is nested too deeply for DuckDB",
    );
    let select =
        format!("{}select city from ${{ref(orders)}}{}", times(10_000, "select city from ("), times(10_000, ")"));
    one(
        "options",
        format!("inputs:\n  - name: i\n    type: single-select\n    options: ?{{ {select} }}\n"),
        "error[options-query]: the option query fails: it is nested too deeply for DuckDB",
    );
}

#[test]
fn ten_thousand_levels_of_references() {
    let (code, _) = alike("references", &check("references", insight(&times(10_000, "${ref("))));
    assert!(code.starts_with("error[malformed-"), "{code}");
    let nested = format!("{}orders{}", times(10_000, "${ref("), times(10_000, ").city}"));
    let (code, count) = alike("nested references", &check("nested references", insight(&nested)));
    assert!(code.starts_with("error[malformed-reference]: `${ref(${ref(") && count == 1, "{count} {code}");
    one("braces", insight(&times(10_000, "${")), "error[malformed-query]: the query of `x` has no closing `}`");
}

/// Each on a thread of its own, and as long as metrics make them.
#[test]
fn long_chains_of_operators() {
    let insight = |name: usize, y: &str| {
        format!(
            "  - name: long{name}\n    props: {{ type: bar, x: \"?{{ ${{ref(orders).city}} }}\", y: \"?{{ {y} }}\" }}\n"
        )
    };
    let deep = "error[sql-syntax]: `y` is no SQL: it is nested too deeply for DuckDB";
    for chain in ["+1", " or true", "::int", "[1]", ".abs()", " is null"] {
        // No longer than what is checked.
        let links = (250_000 / chain.len()).min(60_000);
        let y = format!("sum(${{ref(orders).amount}}){}", times(links, chain));
        let insights: String = (0..4).map(|name| insight(name, &y)).collect();
        let (finding, count) = alike(chain, &check(chain, format!("insights:\n{insights}")));
        // Chains of OR are flat to DuckDB.
        assert!((finding.as_str(), count) == (deep, 4) || chain == " or true" && count == 0, "{chain}: {finding}");
    }
    let j = format!("sum(${{ref(orders).amount}}){}", times(1_000, "+1"));
    let k = vec!["${ref(j)}"; 50].join("+");
    let metrics = format!("metrics:\n  - name: j\n    expression: {j}\n  - name: k\n    expression: {k}\n");
    // As many as there is room for.
    let insights: String = (0..3).map(|name| insight(name, "${ref(k)}")).collect();
    let (finding, count) = alike("metrics", &check("metrics", format!("{metrics}insights:\n{insights}")));
    assert_eq!((finding.as_str(), count), (deep, 3));
}

#[test]
fn metrics_that_multiply() {
    let large = "information[expression-too-large]: the metrics behind this refer to each other 64 levels deep, or make a query \
                 of more than 128 kB: this insight is not checked";
    let first = "metrics:\n  - name: m0\n    expression: sum(${ref(orders).amount})\n";
    let twice = |n: usize| format!("  - name: m{}\n    expression: ${{ref(m{n})}} + ${{ref(m{n})}}\n", n + 1);
    let metrics: String = (0..60).map(twice).collect();
    one("twice and twice again", format!("{first}{metrics}{}", insight("${ref(m60)}")), large);
    let once = |n: usize| format!("  - name: m{}\n    expression: ${{ref(m{n})}} + 1\n", n + 1);
    let metrics: String = (0..10_000).map(once).collect();
    one("a chain", format!("{first}{metrics}{}", insight("${ref(m10000)}")), large);
    let (circle, count) = {
        let both = "metrics:\n  - name: a\n    expression: ${ref(b)} + ${ref(b)}\n  - name: b\n    expression: ${ref(a)} + ${ref(a)}\n";
        alike("a circle", &check("a circle", format!("{both}{}", insight("${ref(a)}"))))
    };
    assert!(circle.starts_with("error[reference-cycle]") && count == 1, "{count} {circle}");
}

/// What is too much for all insights together is not even written.
#[test]
fn metrics_that_many_insights_use() {
    let first = "metrics:\n  - name: m0\n    expression: sum(${ref(orders).amount})\n";
    let twice = |n: usize| format!("  - name: m{}\n    expression: ${{ref(m{n})}} + ${{ref(m{n})}}\n", n + 1);
    let metrics: String = (0..60).map(twice).collect();
    let insight = |n: usize, y: &str| {
        format!("  - name: i{n}\n    props: {{ type: bar, x: \"?{{ ${{ref(orders).city}} }}\", y: \"?{{ {y} }}\" }}\n")
    };
    let large: String = (0..10).map(|n| insight(n, "${ref(m60)}")).collect();
    let text = format!("{first}{metrics}insights:\n{large}{}", insight(10, "${ref(m1)}"));
    let found = check("many", text).findings();
    let said = |words: &str| found.iter().filter(|finding| finding.contains(words)).count();
    assert!(found.iter().all(|finding| finding.starts_with("information[expression-too-large]: ")), "{found:?}");
    assert_eq!((said("64 levels deep"), said("of this project make more text of all insights")), (2, 8), "{found:?}");
}

#[test]
fn a_hundred_thousand_objects() {
    let list =
        |head: &str, item: &dyn Fn(usize) -> String| head.to_owned() + &(0..100_000).map(item).collect::<String>();
    none("markdowns", list("markdowns:\n", &|n| format!("  - name: m{n}\n    content: text {n}\n")));
    none("inputs", list("inputs:\n", &|n| format!("  - name: i{n}\n    type: single-select\n    options: [a, b]\n")));
    let missing = list("charts:\n", &|n| format!("  - name: c{n}\n    insights: [ref(nothing{n})]\n"));
    let (finding, _) = alike("wrong names", &check("wrong names", missing));
    assert_eq!(finding, "error[unknown-reference]: nothing is called `nothing0`");
    let missing = list("charts:\n", &|n| format!("  - name: c{n}\n    insights: [ref(nothing)]\n"));
    let (finding, _) = alike("one wrong name", &check("one wrong name", missing));
    assert_eq!(finding, "error[unknown-reference]: nothing is called `nothing`");
    let (finding, count) = alike("top-level keys", &check("top-level keys", list("", &|n| format!("k{n}: 1\n"))));
    assert!(finding.starts_with("warning[ignored-key]") && count > 0, "{count} {finding}");
}

#[test]
fn a_hundred_thousand_lines() {
    let text: String = (0..33_334).map(|n| format!("  - name: m{n}\n    content: |\n      text {n}\n")).collect();
    none("blocks", format!("markdowns:\n{text}"));
    let (finding, count) = {
        let text: String = (0..33_334).map(|n| format!("  - name: m{n}\n    content: [\n      text {n}\n")).collect();
        alike("open brackets", &check("open brackets", format!("markdowns:\n{text}")))
    };
    assert_eq!((finding.as_str(), count), ("error[yaml-syntax]: this `[` is never closed", 33_334));
    none("one scalar", format!("markdowns:\n  - name: m\n    content: |\n{}", times(100_000, "      text\n")));
}

#[test]
fn five_megabytes() {
    let control = "error[yaml-syntax]: the control character U+0000 is not allowed here; remove it";
    one("NUL bytes", times(5_000_000, "\0"), control);
    let long = times(5_000_000, "a");
    none("a scalar", format!("markdowns:\n  - name: m\n    content: {long}\n"));
    none("a model", format!("models:\n  - name: m\n    source: ref(good)\n    sql: select '{long}' as x\n"));
    let large = "information[expression-too-large]: the query of this insight is longer than 256 kB: it is not checked";
    one("an insight", insight(&format!("'{long}' || ${{ref(orders).city}}")), large);
}

/// What one finding says must not grow with everything that there is: there are as many findings.
#[test]
fn many_findings_about_much() {
    let codes = vec!["duplicate-key"; 5_000].join(",");
    one(
        "a comment of many codes",
        format!("# viz-lsp: ignore[{codes}] x\nmarkdowns: []\n"),
        "warning[unused-suppression]: there is no `duplicate-key` to silence here",
    );
    let models: String = (0..3_000)
        .map(|n| format!("  - {{name: many{n}, source: ref(many), sql: select 1 as x, metrics: [{{name: k, expression: sum(x)}}]}}\n"))
        .collect();
    let uses = vec!["${ref(k)}"; 6_000].join("+");
    let text = format!(
        "sources:\n  - {{ name: many, type: duckdb, database: ':memory:' }}\nmodels:\n{models}metrics:\n  - {{name: z, expression: \"{uses}\"}}\n"
    );
    let found = check("a name that many models define", text).findings();
    let ambiguous = found.iter().find(|finding| finding.contains("[ambiguous-reference]")).expect("it is said");
    assert!(ambiguous.ends_with(" and 2980 more"), "{ambiguous}");
}
