//! `--fix`: what it changes, and above all what it doesn't.

use crate::PROGRAM;
use viz_tests::cli::{Run, check_json, run};
use viz_tests::projects::Project;

fn fix(project: &Project, more: &[&str]) -> Run {
    let args: Vec<&str> =
        ["--check", "--fix", "--level", "parse", "--color", "never"].iter().chain(more).copied().collect();
    run(PROGRAM, &project.root, &args)
}

/// A BOM, CR LF, comments, odd spacing, and at the end a key that only a guess could repair.
const FAULTY: &str = "\u{feff}# Läden 😀\r\nname:   shop\r\ninputs:\r\n  - name: city   # of the shop\r\n    type: single-select\r\n    \
                      options: [ 1,  2.50 , yes, \"x\" ]\r\n    dispaly: {}\r\n";
const FIXED: &str = "\u{feff}# Läden 😀\r\nname:   shop\r\ninputs:\r\n  - name: city   # of the shop\r\n    type: single-select\r\n    \
                     options: [ \"1\",  \"2.50\" , \"yes\", \"x\" ]\r\n    dispaly: {}\r\n";

#[test]
fn only_safe_fixes_and_no_other_byte() {
    let project = Project::of(&[("project.visivo.yml", FAULTY)]);
    let first = fix(&project, &[]);
    assert_eq!(project.read("project.visivo.yml"), FIXED, "{first:?}");
    assert_eq!(first.status, 1, "the guess is left: {first:?}");
    assert!(first.out.contains("1 error, 0 warnings, 3 fixed ("), "{first:?}");
    assert!(first.out.contains("error[unknown-key]") && !first.out.contains("wrong-type"), "{first:?}");
    assert!(first.err.contains("note: 1 likely fix is left") && first.err.contains("--fix=all"), "{first:?}");
    let second = fix(&project, &[]);
    assert_eq!(project.read("project.visivo.yml"), FIXED);
    assert!(!second.out.contains(" fixed"), "nothing is left to fix: {second:?}");
    let args = ["--check", "--fix=all", "--level", "parse", "--color", "never"];
    let all = run(PROGRAM, &project.root, &args);
    assert_eq!(project.read("project.visivo.yml"), FIXED.replace("dispaly", "display"));
    assert!(all.status == 0 && all.out.contains("1 fixed (") && !all.err.contains("likely"), "{all:?}");
}

#[test]
fn the_status_is_that_of_what_is_left() {
    let project = Project::of(&[("project.visivo.yml", &FAULTY.replace("dispaly", "display"))]);
    let clean = fix(&project, &["--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&clean.out).expect("JSON");
    assert_eq!(
        (clean.status, &json["summary"]["fixed"], &json["summary"]["errors"]),
        (0, &3.into(), &0.into()),
        "{clean:?}"
    );
}

#[test]
fn without_the_option_nothing_is_written() {
    let project = Project::of(&[("project.visivo.yml", FAULTY)]);
    let json = check_json(PROGRAM, &project.root, &["--level", "parse"]);
    assert_eq!(project.read("project.visivo.yml"), FAULTY);
    let safe = |at: usize| json["projects"][0]["diagnostics"][at]["fix"]["safe"].as_bool();
    assert_eq!((safe(0), safe(3)), (Some(true), Some(false)), "{json:#}");
    assert_eq!(json["summary"]["fixed"], 0);
}

#[test]
fn what_is_silenced_recorded_or_not_ours_is_not_fixed() {
    let list = "inputs:\n  - name: a\n    type: single-select\n    options: [1, x]\n";
    let project = Project::of(&[
        (
            "shop/project.visivo.yml",
            "name: shop\nincludes:\n  - path: silenced.yml\n  - path: recorded.yml\n  - path: ../ours.yml\n",
        ),
        ("shop/silenced.yml", &list.replace("options", "# viz-lsp: ignore[wrong-type] on purpose\n    options")),
        ("shop/recorded.yml", &list.replace("name: a", "name: b")),
    ]);
    let record =
        run(PROGRAM, &project.root, &["--check", "shop", "--level", "parse", "--write-baseline", "baseline.json"]);
    assert_eq!(record.status, 1, "{record:?}");
    let outside = list.replace("name: a", "name: c");
    project.write("ours.yml", &outside);
    let before = ["shop/silenced.yml", "shop/recorded.yml", "ours.yml"].map(|path| project.read(path));
    let run = fix(&project, &["shop", "--baseline", "baseline.json"]);
    assert_eq!(
        ["shop/silenced.yml", "shop/recorded.yml", "ours.yml"].map(|path| project.read(path)),
        before,
        "{run:?}"
    );
    assert_eq!(run.status, 1, "the file outside still has its error: {run:?}");
    assert!(run.out.contains("../ours.yml") || run.out.contains("ours.yml"), "{run:?}");
}

/// One edit at a time: the second code of the last comment has its turn when the first is gone.
#[test]
fn unused_comments_go_with_their_line() {
    let text = "name: shop\n# viz-lsp: ignore[unknown-key]\ninputs: [] # viz-lsp: ignore[wrong-type, missing-field]\n";
    let project = Project::of(&[("project.visivo.yml", text)]);
    let run = fix(&project, &[]);
    assert_eq!(project.read("project.visivo.yml"), "name: shop\ninputs: []\n", "{run:?}");
    assert_eq!(run.status, 0);
}

#[test]
fn differences_are_printed_and_nothing_is_written() {
    let project = Project::of(&[("project.visivo.yml", FAULTY)]);
    let diff = |args: &[&str]| {
        let all: Vec<&str> = [args, &["--diff", "--level", "parse", "--color", "never"]].concat();
        let run = run(PROGRAM, &project.root, &all);
        assert_eq!(project.read("project.visivo.yml"), FAULTY, "{run:?}");
        run
    };
    let safe = diff(&["fix"]);
    assert_eq!(safe.status, 1, "{safe:?}");
    assert!(safe.out.starts_with("--- project.visivo.yml\n+++ project.visivo.yml\n@@ -3,5 +3,5 @@\n"), "{safe:?}");
    assert!(safe.out.contains("\n-    options: [ 1,  2.50 , yes, \"x\" ]") && !safe.out.contains("error"), "{safe:?}");
    assert!(safe.out.contains("\n+    options: [ \"1\",  \"2.50\" , \"yes\", \"x\" ]"), "{safe:?}");
    assert!(safe.err.contains("3 fixes would be put in") && safe.err.contains("1 likely fix is left"), "{safe:?}");
    assert_eq!((diff(&["check"]).out, diff(&["fix", "-q"]).err.as_str()), (safe.out, ""));
    assert!(diff(&["fix", "--fix=all"]).out.contains("\n+    display: {}"));
    let wrong = run(PROGRAM, &project.root, &["fix", "--diff", "--format", "json"]);
    assert!(wrong.status == 2 && wrong.err.contains("differences only"), "{wrong:?}");
    project.write("project.visivo.yml", FIXED);
    let none = run(PROGRAM, &project.root, &["fix", "--diff", "--level", "parse"]);
    assert_eq!((none.status, none.out.as_str()), (0, ""), "errors that no fix mends don't count: {none:?}");
}

#[test]
fn a_file_of_two_projects_is_shown_once_and_patch_reads_it() {
    let head = |name: &str| format!("name: {name}\nincludes: [{{path: ../shared/s.yml}}]\n");
    let shared = "inputs:\n  - {name: i, type: single-select, options: [1]}";
    let project = Project::of(&[
        ("shared/project.visivo.yml", "name: c\nincludes: [{path: s.yml}]\n"),
        ("shared/s.yml", shared),
        ("shared/sub/project.visivo.yml", &head("a").replace("shared/", "")),
    ]);
    let run = run(PROGRAM, &project.root, &["fix", "--diff", "--level", "parse", "--color", "never"]);
    let no_end = "\\ No newline at end of file\n";
    let wanted = format!(
        "--- shared/s.yml\n+++ shared/s.yml\n@@ -1,2 +1,2 @@\n inputs:\n-  - {{name: i, type: single-select, options: [1]}}\n{no_end}+  - \
         {{name: i, type: single-select, options: [\"1\"]}}\n{no_end}"
    );
    assert_eq!((run.out.as_str(), run.status), (wanted.as_str(), 1), "{run:?}");
}

/// Under each name the file is the same, so the second time there is nothing left to write.
#[cfg(unix)]
#[test]
fn a_file_under_several_names_is_written_once() {
    let project = Project::of(&[
        ("project.visivo.yml", "name: p\nincludes: [{path: s.yml}, {path: l/s.yml}]\n"),
        ("s.yml", "inputs:\n  - {name: i, type: single-select, options: [1]}\n"),
    ]);
    std::os::unix::fs::symlink(".", project.root.join("l")).unwrap();
    let run = fix(&project, &[]);
    assert_eq!(project.read("s.yml"), "inputs:\n  - {name: i, type: single-select, options: [\"1\"]}\n", "{run:?}");
    assert!(run.status != 2 && !run.err.contains("was changed"), "{run:?}");
}

/// A key that is there was not meant by another that looks like it.
#[test]
fn no_fix_makes_a_key_twice() {
    let text = "name: p\nnmae: q\nmodels:\n  - name: m\n    nmae: n\n    sql: select 1 as a\n    sqll: select 2\ninsights:\n  \
                - name: i\n    props: { type: bar, x: '?{ ${ref(m).a} }', xx: [1], y: [1], yy: [2] }\n    interactions:\n      \
                - { filter: '?{ ${ref(m).a} = 1 }', filtr: '?{ ${ref(m).a} = 2 }' }\n";
    let settings = "level: parse\nlevle: bind\n";
    let project = Project::of(&[("project.visivo.yml", text), (".viz-lsp.yml", settings)]);
    run(PROGRAM, &project.root, &["fix", "--fix=all", "--level", "parse"]);
    assert_eq!((project.read("project.visivo.yml").as_str(), project.read(".viz-lsp.yml").as_str()), (text, settings));
}

/// `"…"` is a name to SQL; what stands in it may be a reference, which stays as it is.
#[test]
fn texts_in_double_quotes_keep_their_references() {
    let text = |filters: [&str; 2], x: &str| {
        let insight = |name: &str, filter: &str, x: &str| {
            format!(
                "  - name: {name}\n    props:\n      type: bar\n      x: ?{{ {x} }}\n      y: ?{{ ${{ref(sales).amount}} }}\n    \
                 interactions:\n      - filter: ?{{ ${{ref(sales).region}} {filter} }}\n"
            )
        };
        format!(
            "name: p\nsources: [{{name: s, type: duckdb, database: \":memory:\"}}]\ndefaults: {{source_name: s}}\nmodels:\n  - name: sales\n    \
             sql: select 'a' as region, 1 as amount\ninputs: [{{name: one, type: single-select, options: [a, b]}}, {{name: many, type: multi-select, options: [a, b]}}]\n\
             insights:\n{}{}",
            insight("first", filters[0], x),
            insight("second", filters[1], "${ref(sales).region}")
        )
    };
    let many = "in (\"${ref(many).values}\")";
    let project = Project::of(&[("project.visivo.yml", &text(["= \"${ref(one).value}\"", many], "ref(sales).region"))]);
    for _ in 0..3 {
        run(PROGRAM, &project.root, &["--check", "--fix=all", "--no-cache", "--color", "never"]);
    }
    let mended = text(["= '${ref(one).value}'", many], "${ref(sales).region}");
    assert_eq!(project.read("project.visivo.yml"), mended);
    // A reference in a text has no operators around it: it is taken out of its quotes, and no parentheses are put around it.
    let with_metric = |x: &str| {
        text(["= '${ref(one).value}'", "= 'a'"], x).replace(
            "select 'a' as region, 1 as amount\n",
            "select 'a' as region, 1 as amount\n    metrics: [{name: total, expression: sum(amount)}]\n",
        )
    };
    let project = Project::of(&[("project.visivo.yml", &with_metric("'${ref(sales).total}'"))]);
    run(PROGRAM, &project.root, &["--check", "--fix=all", "--no-cache", "--color", "never"]);
    assert_eq!(project.read("project.visivo.yml"), with_metric("${ref(sales).total}"));
}

/// A name of the data that means something to YAML is told, and put in by hand.
#[test]
fn names_that_yaml_reads_otherwise_are_put_in_by_nobody() {
    let text = "name: p\nsources: [{name: d, type: duckdb, database: ':memory:'}, {name: 'own]', type: duckdb, database: ':memory:'}]\n\
                models:\n  - {name: m, source: ref(d), sql: \"select 1 as \\\"customer's\\\"\"}\n  - {name: n, source: ref(own), sql: select 1 as x}\n\
                insights: [{name: a, props: {type: bar, x: '?{ ${ref(m).customers} }', y: '?{ count(*) }'}}]\n";
    let project = Project::of(&[("project.visivo.yml", text)]);
    run(PROGRAM, &project.root, &["--check", "--fix=all", "--no-cache", "--color", "never"]);
    assert_eq!(project.read("project.visivo.yml"), text);
}

/// What newcomers write, and what `--fix=all` makes of it.
#[test]
fn the_commonest_mistakes_are_mended() {
    let head = "name: shop\nsources:\n  - { name: db, type: duckdb, database: ':memory:' }\n";
    let wrong = format!(
        "{head}models:\n  - source: ref(db)\n    sql: select 1 as id\ninputs:\n  - name: city\n    type: single-select\n    options: \
         [Rome]\n  name: day\n    type: single-select\n    options: [today]\n    description: now: or never\ninsights:\n  - name: sales\n    \
         props:\n\ttype: bar\n\tx: ?{{ '${{ref(orders).id}}' }}\n\ty: ?{{ sum(${{ref(orders).id}} }}\n    interactions:\n      filter: ?{{ \
         ${{ref(orders).id}} > 1 }}\n"
    );
    let right = format!(
        "{head}models:\n  - name: orders\n    source: ref(db)\n    sql: select 1 as id\ninputs:\n  - name: city\n    type: single-select\n    \
         options: [Rome]\n  - name: day\n    type: single-select\n    options: [today]\n    description: \"now: or never\"\ninsights:\n  - \
         name: sales\n    props:\n        type: bar\n        x: ?{{ ${{ref(orders).id}} }}\n        y: ?{{ sum(${{ref(orders).id}}) }}\n    \
         interactions:\n      - filter: ?{{ ${{ref(orders).id}} > 1 }}\n"
    );
    let project = Project::of(&[("project.visivo.yml", &wrong)]);
    let all = run(PROGRAM, &project.root, &["--check", "--fix=all", "--level", "parse", "--color", "never"]);
    assert_eq!(project.read("project.visivo.yml"), right, "{all:?}");
}
