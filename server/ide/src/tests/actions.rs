//! Code actions, renames of columns and of files.

use super::fixture::Fixture;
use crate::{Action, TextChange, actions, fix_all, rename, renamed_files};
use viz_project::Code;
use viz_text::{FileId, TextRange};

const PROJECT: &str = "\
//- /project.visivo.yml
defaults: { source_name: local }
includes:
  - path: parts/more.yml
sources:
  - { name: local, type: duckdb, database: ':memory:' }
models:
  - name: orders
    sql: |
      select region, sum(total) as amount
      from t group by region
    metrics:
      - { name: revenue, expression: sum(amount) }
inputs:
  - { name: area, type: single-select, options: '?{ select region from ${ref(orders)} }' }
insights:
  - name: sales
    props:
      type: bar
      # kept
      x: ?{ ${ref(orders).region} }
      y: ?{ max(${ref(orders).amount}) }
charts:
  - name: first
    insights:
      - name: inner
        props:
          type: bar
          x: ?{ ${ref(orders).region} }
  - name: second
    insights:
      - ${ref(sales)}
dashboards:
  - name: home
    rows:
      - items:
          - chart:
              insights: [ref(inner)]
//- /parts/more.yml
markdowns:
  - name: about
    content: x
";

fn at(old: &str, new: &str) -> Fixture {
    assert!(PROJECT.contains(old), "{old}");
    let text = PROJECT.replacen(old, &new.replace('|', "$0"), 1);
    Fixture::new(&text)
}

fn all(fixture: &Fixture) -> Vec<Action> {
    let report = fixture.report();
    let here = TextRange::empty(fixture.offset);
    actions(&fixture.project, &fixture.facts, &report.findings, fixture.file, here)
}

fn applied(fixture: &Fixture, file: FileId, changes: &[TextChange]) -> String {
    let mut text = fixture.project.file(file).document.text().to_owned();
    let mut own: Vec<&TextChange> = changes.iter().filter(|change| change.file == file).collect();
    own.sort_by_key(|change| std::cmp::Reverse((change.range.start(), change.range.end())));
    for change in own {
        text.replace_range(std::ops::Range::<usize>::from(change.range), &change.text);
    }
    text
}

fn action(fixture: &Fixture, title: &str) -> String {
    let found = all(fixture);
    let one = found.iter().find(|action| action.title == title).unwrap_or_else(|| {
        panic!("{title} is offered: {:?}", found.iter().map(|action| &action.title).collect::<Vec<_>>())
    });
    applied(fixture, fixture.file, &one.changes)
}

#[test]
fn objects_are_moved_out_and_back_with_their_comments() {
    let fixture = at("- name: inner", "- name: in|ner");
    let text = action(&fixture, "move the insight `inner` to `insights`");
    assert!(text.contains("    insights:\n      - ${ref(inner)}\n  - name: second"), "{text}");
    assert!(text.contains("${ref(orders).amount}) }\n  - name: inner\n    props:\n      type: bar\n      x: ?{ ${ref(orders).region} }\ncharts:"), "{text}");
    let fixture = at("- chart:\n              insights", "- chart:\n              insig|hts");
    let text = action(&fixture, "move the chart `chart_1` to `charts`");
    assert!(text.contains("          - chart: ${ref(chart_1)}\n"), "{text}");
    assert!(text.contains("  - name: chart_1\n    insights: [ref(inner)]\n"), "{text}");

    let fixture = at("- ${ref(sales)}", "- ${ref(sa|les)}");
    let text = action(&fixture, "write the insight `sales` here");
    assert!(!text.contains("\ninsights:"), "its section goes with the last item: {text}");
    assert!(
        text.contains("      - name: sales\n        props:\n          type: bar\n          # kept\n          x: ?{"),
        "{text}"
    );
    let again = Fixture::new(&text.replacen("- name: sales", "- name: $0sales", 1));
    assert_eq!(again.project.problems().filter(|problem| problem.code == Code::YamlSyntax).count(), 0);
    // What two places use stays where it is.
    let twice = Fixture::new(&PROJECT.replacen("[ref(inner)]", "[ref(sales), ref($0sales)]", 1));
    assert!(all(&twice).iter().all(|action| !action.title.starts_with("write")));
}

#[test]
fn findings_are_silenced_where_a_comment_can_stand() {
    let fixture = at("x: ?{ ${ref(orders).region} }\n      y", "x: ?{ ${ref(ord|rs).region} }\n      y");
    let text = action(&fixture, "silence `unknown-reference` here");
    assert!(text.contains("x: ?{ ${ref(ordrs).region} } # viz-lsp: ignore[unknown-reference]\n"), "{text}");
    let silenced = Fixture::new(&text.replacen("ordrs", "$0ordrs", 1));
    assert!(all(&silenced).iter().all(|action| !action.title.starts_with("silence")), "it is silenced");
}

#[test]
fn what_is_missing_is_added() {
    let fixture = at(
        "max(${ref(orders).amount}) }",
        "max(${ref(orders).amount}) } \n    interactions:\n      - filter: ?{ x = '${ref(to|wn).value}' }",
    );
    let text = action(&fixture, "add an input `town`");
    assert!(
        text.contains("  - name: town\n    type: single-select\n    options: [\"one\", \"two\"]\ninsights:"),
        "{text}"
    );
    let fixture = at("x: ?{ ${ref(orders).region} }\n      y", "x: ?{ ${ref(sto|res).region} }\n      y");
    let text = action(&fixture, "add a model `stores`");
    assert!(text.contains("  - name: stores\n    sql: select 1 as region\ninputs:"), "{text}");
}

#[test]
fn types_that_fit_are_added() {
    let of = |text: &str, title: &str| action(&Fixture::new(text), title);
    assert_eq!(
        of("sources:\n  - name: a$0\n    file: x.csv\n", "add `type: csv`"),
        "sources:\n  - name: a\n    type: csv\n    file: x.csv\n"
    );
    assert_eq!(
        of("inputs:\n  - { name: a$0, options: [a] }\n", "add `type: multi-select`"),
        "inputs:\n  - { type: multi-select, name: a, options: [a] }\n"
    );
    let insight = "insights:\n  - name: a\n    pro$0ps:\n      labels: [a]\n";
    assert_eq!(
        of(insight, "add `type: pie`"),
        insight.replace("$0", "").replace("      labels", "      type: pie\n      labels")
    );
    let whole = Fixture::new("inputs:\n  - name: a$0\n    type: single-select\n");
    assert!(all(&whole).iter().all(|action| !action.title.contains("type")));
}

#[test]
fn all_fixes_of_a_file_at_once() {
    let text = PROJECT
        .replacen("max(${ref(orders).amount}) }", "max(${ref(orders).amount}) }\n      tpye: x\n      opacty: 1", 1)
        .replacen("      # kept\n", "      # kept\n      nm$0ae: a\n", 1);
    let fixture = Fixture::new(&text);
    let report = fixture.report();
    let found = all(&fixture);
    let several = found.iter().find(|action| action.title.starts_with("fix all")).expect("several of one code");
    assert!(several.changes.len() > 1, "{several:?}");
    let safe = fix_all(&fixture.project, &report.findings, fixture.file);
    assert!(safe.is_none_or(|action| !action.changes.is_empty()));
}

fn renamed(place: &str, name: &str) -> Result<Vec<String>, String> {
    let fixture = at(&place.replace('|', ""), place);
    let edits = rename(&fixture.project, &fixture.facts, fixture.file, fixture.offset, name)?;
    Ok(edits.into_iter().map(|edit| format!("{} → {}", fixture.shown(edit.file, edit.range), edit.text)).collect())
}

#[test]
fn columns_are_renamed_in_the_select_list_and_where_they_are_used() {
    assert_eq!(
        renamed("max(${ref(orders).amo|unt})", "money").expect("an alias"),
        [
            "project.visivo.yml:9:amount → money",
            "project.visivo.yml:12:amount → money",
            "project.visivo.yml:21:amount → money",
        ]
    );
    let edits = renamed("x: ?{ ${ref(orders).reg|ion} }\n      y", "area_name").expect("a column");
    assert_eq!(edits[0], "project.visivo.yml:9: →  as area_name");
    assert!(edits.contains(&"project.visivo.yml:14:region → area_name".to_owned()), "in the option query: {edits:?}");
    for (name, why) in [("Money", "small letters"), ("region", "already"), ("revenue", "already")] {
        let error = renamed("max(${ref(orders).amo|unt})", name).expect_err(name);
        assert!(error.contains(why), "{error}");
    }
}

#[test]
fn paths_follow_renamed_files_and_folders() {
    let fixture = at("path: parts", "path: |parts");
    let shown = |from: &str, to: &str| -> Vec<String> {
        let edits = renamed_files(&fixture.project, &fixture.files, &[(from.into(), to.into())]);
        edits.into_iter().map(|edit| format!("{} → {}", fixture.shown(edit.file, edit.range), edit.text)).collect()
    };
    assert_eq!(
        shown("/p/parts/more.yml", "/p/parts/other.yml"),
        ["project.visivo.yml:3:parts/more.yml → parts/other.yml"]
    );
    assert_eq!(shown("/p/parts", "/p/pieces"), ["project.visivo.yml:3:parts/more.yml → pieces/more.yml"]);
    assert_eq!(
        shown("/p/project.visivo.yml", "/p/sub/project.visivo.yml"),
        ["project.visivo.yml:3:parts/more.yml → \"../parts/more.yml\""]
    );
    assert_eq!(shown("/p/other", "/p/more"), [""; 0]);
    // The whole project moves, and nothing in it is another thing from there.
    assert_eq!(shown("/p", "/q"), [""; 0]);
    assert_eq!(shown("/p", "/other/p"), [""; 0]);
}

/// What a source's `database` says is a path only where it is a file.
#[test]
fn what_is_no_path_stays_as_files_move() {
    let sources: String =
        [":memory:", "shop", "md:abc", "~/x.duckdb", "./data/x.duckdb", "../y.duckdb", "/abs/z.duckdb"]
            .iter()
            .enumerate()
            .map(|(index, database)| format!("  - {{ name: s{index}, type: duckdb, database: '{database}' }}\n"))
            .collect();
    let fixture = super::fixture::Fixture::new(&format!("//- /project.visivo.yml\nname: p\nsources:\n{sources}"));
    let edits = |from: &str, to: &str| -> Vec<String> {
        let edits = renamed_files(&fixture.project, &fixture.files, &[(from.into(), to.into())]);
        edits.into_iter().map(|edit| edit.text).collect()
    };
    assert_eq!(edits("/p", "/q"), [""; 0]);
    assert_eq!(edits("/p", "/deep/q"), ["../../y.duckdb"]);
    assert_eq!(edits("/p/data", "/p/rows"), ["rows/x.duckdb"]);
}
