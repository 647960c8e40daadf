//! Code actions, renames of columns and of files.

use super::fixture::Fixture;
use crate::{Action, TextChange, actions, fix_all, rename, renamed_files};
use viz_project::Code;
use viz_syntax::{Document, Leaf, Plain};
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
    // Single quotes have no escape for a line end, and YAML none for a variable.
    assert_eq!(edits("/p/data", "/p/a\nb"), ["\"a\\nb/x.duckdb\""]);
    assert_eq!(edits("/p/data", "/p/a\u{2028}b"), ["\"a\\u2028b/x.duckdb\""]);
    assert_eq!(edits("/p/data", "/p/${x}"), [""; 0]);
}

/// What YAML reads as something else where it stands without quotes, or as more than one thing.
const ODD_NAMES: [&str; 12] =
    ["null", "yes", "on", "2024-01-01", "0x1f", "1_000", "1e3", "- x", "-", "'", "a \"b\"", "---"];

#[test]
fn names_are_added_so_that_yaml_reads_them() {
    for name in ODD_NAMES {
        for (place, title, section) in [
            ("x: ?{{ ${{ref(NAME).region}} }}", "add a model", "models"),
            ("x: ?{{ '${{ref(NAME).value}}' }}", "add an input", "inputs"),
        ] {
            let reference = place.replace("{{", "{").replace("}}", "}").replace("NAME", name).replace("ref(", "ref($0");
            let text = format!(
                "name: p\ninsights:\n  - name: i\n    props:\n      type: bar\n      x: >-\n        {}\n",
                &reference[3..]
            );
            let fixture = Fixture::new(&text);
            let Some(found) = all(&fixture).into_iter().find(|action| action.title.starts_with(title)) else {
                panic!("{title} {name} is offered: {text}")
            };
            let after = Document::parse(&applied(&fixture, fixture.file, &found.changes));
            assert!(after.problems().is_empty(), "{name}: {}", after.text());
            let item = after.get(section).and_then(|entry| entry.items().last()).expect("an item");
            assert_eq!(item.get("name").map(Plain::of), Some(Plain::Text(name.to_owned())), "{}", after.text());
        }
    }
}

#[test]
fn relations_over_columns_that_others_called_something() {
    let texts = |column: &str| {
        format!(
            "//# a: {column} INTEGER, x INTEGER\n//# b: {column} INTEGER, y INTEGER\nsources:\n  - {{ name: s, type: duckdb, database: ':memory:' }}\ndefaults: {{ source_name: s }}\nmodels:\n  - name: a\n    \
             sql: select 1 as k, 2 as x\n  - name: b\n    sql: select 1 as k, 2 as y\ninsights:\n  - name: i\n    props:\n      type: bar\n      x: ?{{ ${{ref(a).x}} }}\n      y: ?{{ ${{ref(b)$0.y}} }}\n"
        )
    };
    let offered = |column: &str| {
        let fixture = Fixture::new(&texts(column));
        let whole = TextRange::up_to(viz_text::TextSize::of(fixture.text()));
        let found = actions(&fixture.project, &fixture.facts, &fixture.report().findings, fixture.file, whole);
        let found = found.into_iter().find(|action| action.title.starts_with("add a relation"))?;
        Some(applied(&fixture, fixture.file, &found.changes))
    };
    let plain = offered("order_id").expect("a relation is offered");
    let after = Document::parse(&plain);
    let item = after.get("relations").and_then(|entry| entry.items().last()).expect("an item");
    assert_eq!(item.get("condition").and_then(|node| node.str()), Some("${ref(a).order_id} = ${ref(b).order_id}"));
    for column in ["my_\"id\"", "id}_=_1\"#", "id\u{2028}includes:", "id\u{1}", "id'", "ye$"] {
        assert_eq!(offered(column), None, "{column:?} can't be referred to");
    }
}

/// What moves stays what it is: names, anchors, blanks and comments. Where that can't be, nothing is offered.
#[test]
fn what_is_moved_says_the_same() {
    let project = "name: p\nsources:\n  - {name: s, type: duckdb, database: a.duckdb}\ndefaults: {source_name: s}\nmodels:\n  - name: m\n    sql: select 1 as a\ndashboards:\n  - name: d\n    rows:\n      - \
                   items:\n          - chart:\n              name: \"x: y\"\n              insights:\n                - name: \"i #1\"   # remark one\n                  props:\n                    type: bar\n                    \
                   text: |\n                      line  \n                        more   \n\n                      end\n                - name: quo\n                  props: &pp\n                    type: bar # kept\n                  \
                   # trailing remark\n                - name: uses\n                  props: *pp\n                - name: plain\n                  # inside\n                  props:\n                    text: |\n                      \
                   line  \n                        more   \n\n                      end\n          - markdown: # behind key\n              name: md\n              content: |2\n                   indented\n                  back\n          - \
                   chart: ref(cc)\n          - chart:\n              name: null\n              insights: [ref(cc2)]\n          - chart:\n              insights:\n                - ${ref(lonely)}\ninsights:\n  - name: \
                   lonely\n    props: {type: bar} # own\n  - name: other\n    props: {type: bar}\ncharts:\n  # before cc\n  - name: cc\n    # in cc\n    insights:\n      - ${ref(other)}  # beside\n  # after cc\n";
    let said = |text: &str| -> Vec<String> {
        let document = Document::parse(text);
        assert!(document.problems().is_empty(), "{:?}\n{text}", document.problems());
        let told = document.leaves().into_iter().map(|(_, leaf)| format!("{leaf:?}"));
        let mut all: Vec<String> = told.filter(|leaf| !leaf.starts_with("Key") && !leaf.contains("ref(")).collect();
        all.sort();
        all
    };
    let mut titles = std::collections::BTreeSet::new();
    for (line, _) in project.match_indices('\n') {
        let at = project[..line].rfind('\n').map_or(0, |at| at + 1);
        let at = at + project[at..line].len() - project[at..line].trim_start_matches([' ', '-']).len();
        let fixture = Fixture::new(&format!("{}$0{}", &project[..at], &project[at..]));
        for action in all(&fixture)
            .into_iter()
            .filter(|action| action.title.starts_with("move the") || action.title.starts_with("write the"))
        {
            let after = applied(&fixture, fixture.file, &action.changes);
            let (mut before, after) = (said(project), said(&after));
            before.extend(after.iter().filter(|leaf| leaf.contains("chart_")).cloned());
            before.sort();
            assert_eq!(after, before, "{}", action.title);
            titles.insert(action.title);
        }
    }
    insta::assert_debug_snapshot!(titles);
}

#[test]
fn comments_are_found_only_where_they_are_comments() {
    let text = "name: p\ncharts:\n  - name: \"x viz-lsp: ignore[y]\"\n    insights: [re$0f(none)]\n  - {name: \"z viz-lsp: ignore[y]\", insights: [ref(none)]}\n";
    for fixture in [
        Fixture::new(text),
        Fixture::new(&text.replace("$0", "").replace("]\", insights: [re", "]\", insights: [re$0")),
    ] {
        for action in all(&fixture).iter().filter(|action| action.title.starts_with("silence")) {
            let after = Document::parse(&applied(&fixture, fixture.file, &action.changes));
            let before = Document::parse(&text.replace("$0", ""));
            let texts = |document: &Document| -> Vec<String> {
                document
                    .leaves()
                    .iter()
                    .filter(|(_, leaf)| matches!(leaf, Leaf::Text(_)))
                    .map(|(_, leaf)| format!("{leaf:?}"))
                    .collect()
            };
            assert_eq!(texts(&after), texts(&before));
            assert_eq!(after.suppressions().len(), 1, "{}", after.text());
        }
    }
}

#[test]
fn no_type_is_added_beside_a_key_behind_a_question_mark() {
    let fixture = Fixture::new("sources:\n  - ? na$0me\n    : zz\n");
    assert!(all(&fixture).iter().all(|action| !action.title.contains("type")));
}

/// What is offered for a range has a bound, whatever it holds, and all at once takes all.
#[test]
fn a_file_full_of_faults_gets_a_list_that_can_be_read() {
    let faulty = |insights: usize| {
        let text: String = (0..insights)
            .map(|n| {
                format!(
                    "  - name: i{n}\n    props:\n      type: bar\n      opacty: 1\n      x: ?{{ ${{ref(m{n}x).a}} }}\n"
                )
            })
            .collect();
        let fixture = Fixture::new(&format!("name: p\ninsights:\n{text}"));
        let whole = TextRange::up_to(viz_text::TextSize::of(fixture.text()));
        let report = fixture.report();
        let found = actions(&fixture.project, &fixture.facts, &report.findings, fixture.file, whole);
        let all = found.iter().find(|action| action.title.starts_with("fix all")).expect("all at once");
        (found.len(), all.changes.len())
    };
    let (few, many) = (faulty(200), faulty(400));
    assert_eq!((few.1, many.1), (200, 400));
    assert_eq!(few.0, many.0);
    assert!(many.0 <= 3 * crate::MOST_OFFERED, "{many:?}");
}

#[test]
fn no_fix_names_a_column_that_a_reference_cannot_hold() {
    for (column, fixed) in [("year$", false), ("year_", true)] {
        let text = format!(
            "//# m: {column} INTEGER\nsources:\n  - {{ name: s, type: duckdb, database: ':memory:' }}\ndefaults: {{ source_name: s }}\nmodels:\n  - {{ name: m, sql: select a from t }}\ninsights:\n  - {{ name: i, props: {{ type: bar, x: '?{{ ${{ref(m).year}} }}' }} }}\n"
        );
        let report = super::fixture::Fixture::new(&text).report();
        let mut found = report.findings.iter().filter(|finding| finding.code == Code::UnknownColumn);
        let finding = found.next().unwrap_or_else(|| panic!("{column}: {:?}", report.findings));
        assert_eq!(finding.fix.is_some(), fixed, "{column}: {finding:?}");
    }
}
