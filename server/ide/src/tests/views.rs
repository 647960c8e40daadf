//! What an editor draws into a text: tokens, folds, selections, links, colours, hints, lenses.

use super::fixture::Fixture;
use crate::links;
use crate::{
    Choices, HintKind, LensKind, Snapshot, TokenKind, colors, folding, hints, hover, lenses, presentations,
    selection_ranges, semantic_tokens,
};
use insta::assert_snapshot;
use viz_check::{Cost, State, Value};
use viz_text::TextRange;

const PROJECT: &str = "\
//- /project.visivo.yml
includes:
  - path: parts/more.yml
  - path: gone.yml
defaults: { source_name: shop }
sources: [{ name: shop, type: duckdb, database: ':memory:' }]
models:
  - name: orders
    sql: |
      -- all of them
      select region, sum(total) as total
      from read_csv('orders.csv') where region <> 'x''y' and 1.5 < 2
inputs:
  - name: city
    type: single-select
    options: [\"Rome\", \"Oslo\"]
  - name: years
    type: multi-select
    range: { start: 2020, end: 2022, step: 1 }
insights:
  - name: sales
    props:
      type: bar
      marker: { color: red, line: { color: \"#12345680\" } }
      name: red
      x: ?{ ${ref(orders).region} }
      y: ?{ sum(${ref(orders).total}) }
    interactions:
      - filter: ?{ ${ref(orders).region} = '${ref(city).value}' and year in (${ref(years).values}) }
charts:
  - name: chart
    insights: [ref(sales), ref(gone)]
    layout: { paper_bgcolor: \"rgba(0, 0, 255, 0.5)\", title: { text: blue } }
//# orders: region VARCHAR, total DOUBLE
//- /parts/more.yml
# one
# two
metrics: []
//- /orders.csv
region,total
";

fn fixture() -> Fixture {
    // The cursor tells which file is looked at.
    Fixture::new(&PROJECT.replacen("includes:", "$0includes:", 1))
}

#[test]
fn tokens() {
    let fixture = fixture();
    let shown = |token: &crate::SemanticToken| format!("{} {:?}", &fixture.text()[token.range], token.kind);
    let found = semantic_tokens(&fixture.project, fixture.file, None);
    assert_snapshot!(found.iter().map(shown).collect::<Vec<_>>().join("\n"));
    for within in [TextRange::new(0.into(), 150.into()), TextRange::new(300.into(), 700.into())] {
        let part = semantic_tokens(&fixture.project, fixture.file, Some(within));
        let expected: Vec<_> = found.iter().filter(|token| token.range.intersect(within).is_some()).copied().collect();
        assert_eq!(part, expected);
    }
}

#[test]
fn tokens_of_a_query_that_is_being_typed() {
    let fixture = Fixture::new(
        "insights:\n  - name: a\n    props:\n      type: bar\n      x: ?{ sum(${ref(m).x}) + 'open$0\n      y: ?{ max(b\n",
    );
    let found = semantic_tokens(&fixture.project, fixture.file, None);
    let shown: Vec<&str> = found.iter().map(|token| &fixture.text()[token.range]).collect();
    assert_eq!(shown, ["a", "sum", "ref", "m", "x", "+", "max", "b"]);
    assert!(found.iter().any(|token| token.kind == TokenKind::Unknown));
}

#[test]
fn folds() {
    let fixture = fixture();
    let lines: Vec<&str> = fixture.text().lines().collect();
    let shown = |fold: &crate::Fold| {
        format!("{:?} {} … {}", fold.kind, lines[fold.start as usize].trim(), lines[fold.end as usize].trim())
    };
    let found = folding(&fixture.project, fixture.file);
    assert_snapshot!(found.iter().map(shown).collect::<Vec<_>>().join("\n"));
    let commented = Fixture::new("# region a\n# endregion\n$0# one\n# two\nmodels:\n- name: x\n  sql: select [\n- {\n");
    let found = folding(&commented.project, commented.file);
    let shown: Vec<_> = found.iter().map(|fold| (fold.start, fold.end, fold.kind)).collect();
    use crate::FoldKind::{Code, Comment, Region};
    assert_eq!(shown, [(0, 1, Region), (2, 3, Comment), (4, 7, Code), (5, 6, Code)]);
}

#[test]
fn selections() {
    for (place, expected) in [
        (
            "= '${ref(ci|ty)",
            "city|${ref(city).value}|${ref(orders).region} = '${ref(city).value}' and year in (${ref(years).values})",
        ),
        ("sum(to|tal)", "total"),
        ("layout: { paper_bg|color", "paper_bgcolor|paper_bgcolor: \"rgba(0, 0, 255, 0.5)\""),
        ("title: { text: bl|ue", "blue|text: blue|{ text: blue }|title: { text: blue }"),
    ] {
        let fixture = Fixture::new(&PROJECT.replacen(&place.replace('|', ""), &place.replace('|', "$0"), 1));
        let found = selection_ranges(&fixture.project, fixture.file, fixture.offset);
        let texts: Vec<&str> = found.iter().map(|range| &fixture.text()[*range]).collect();
        assert!(texts.join("|").starts_with(expected), "{place}: {texts:#?}");
        assert_eq!(texts.last(), Some(&fixture.text()));
        assert!(found.windows(2).all(|pair| pair[1].contains_range(pair[0]) && pair[0] != pair[1]));
    }
    let broken = Fixture::new("models:\n  - name: a\n    sql: [$0oops\n");
    assert!(selection_ranges(&broken.project, broken.file, broken.offset).len() > 3);
}

#[test]
fn files_that_exist_are_linked() {
    let fixture = fixture();
    let shown = |link: &crate::Link| format!("{} → {}", &fixture.text()[link.range], link.target.display());
    let found = links(&fixture.project, &fixture.files, fixture.file);
    let shown: Vec<String> = found.iter().map(shown).collect();
    assert_eq!(shown, ["parts/more.yml → /p/parts/more.yml", "orders.csv → /p/orders.csv"]);
}

#[test]
fn colours_are_those_of_properties_that_take_colours() {
    let fixture = fixture();
    let found = colors(&fixture.project, fixture.file);
    let shown: Vec<&str> = found.iter().map(|color| &fixture.text()[color.range]).collect();
    assert_eq!(shown, ["red", "#12345680", "rgba(0, 0, 255, 0.5)"]);
    let texts = |at: usize| -> Vec<String> {
        let new = presentations(&fixture.project, fixture.file, found[at].range, [0.0, 0.0, 1.0, 1.0]);
        new.into_iter().map(|found| found.text).collect()
    };
    // Without quotes, `#` would begin a comment.
    assert_eq!(texts(0), ["\"#0000ff\"", "\"rgb(0, 0, 255)\"", "\"hsl(240, 100%, 50%)\"", "blue"]);
    assert_eq!(texts(1)[0], "#0000ff");
}

fn shown_hints(fixture: &Fixture, choices: &Choices) -> String {
    let whole = TextRange::up_to((fixture.text().len() as u32).into());
    let line = |hint: &crate::Hint| {
        let before = &fixture.text()[..usize::from(hint.at)];
        let start = before.rfind(['\n', ' ', '\'', '(']).map_or(0, |at| at + 1);
        format!("{}⟨{}⟩", &before[start..], hint.label)
    };
    hints(&fixture.snapshot(choices), &viz_check::Insights::default(), fixture.file, whole)
        .iter()
        .map(line)
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn hints_follow_what_is_pinned() {
    let fixture = fixture();
    assert_snapshot!(shown_hints(&fixture, &Choices::default()), @r"
    city⟨2 options⟩
    years⟨3 options⟩
    orders).region⟨: VARCHAR⟩
    orders).total⟨: DOUBLE⟩
    orders).region⟨: VARCHAR⟩
    city).value}⟨= Rome⟩
    years).values}⟨= '2020','2021','2022'⟩
    ");
    let mut choices = Choices::default();
    choices.by_name.insert("city".into(), State::of([Value::Text("Oslo".into())]));
    let pinned = shown_hints(&fixture, &choices);
    assert!(pinned.contains("⟨= Oslo (pinned)⟩") && !pinned.contains("Rome"), "{pinned}");
}

#[test]
fn hints_say_how_far_insights_are_checked_and_lenses_do() {
    let fixture = fixture();
    let choices = Choices::default();
    let report = fixture.report();
    let whole = TextRange::up_to((fixture.text().len() as u32).into());
    let found = hints(&fixture.snapshot(&choices), &report.insights, fixture.file, whole);
    assert!(found.iter().any(|hint| hint.kind == HintKind::Coverage), "{found:?}");
    let found = lenses(&fixture.project, &report.insights, &report.findings, fixture.file);
    let of = |name: &str| -> Vec<String> {
        let own = found.iter().filter(|lens| fixture.project.object(lens.object).name_text() == name);
        own.map(|lens| match &lens.kind {
            LensKind::Coverage { .. } => "coverage".to_owned(),
            kind => format!("{kind:?}"),
        })
        .collect()
    };
    assert_eq!(of("sales"), ["References", "coverage", "ShowSql", "Preview"]);
    assert_eq!(of("city"), ["References"]);
}

#[test]
fn what_an_insight_costs_is_in_its_lens_and_hover() {
    let fixture = Fixture::new(&PROJECT.replacen("name: sales", "name: sa$0les", 1));
    let mut report = fixture.report();
    let slowest = [("city".to_owned(), "a|b".to_owned())].into_iter().collect();
    report.insights[0].cost = Some(Box::new(Cost { milliseconds: 34, rows: 1200, bytes: 80_000, slowest }));
    let found = lenses(&fixture.project, &report.insights, &report.findings, fixture.file);
    let title = "at most 34 ms, 1,200 rows, 80 kB".to_owned();
    assert!(found.iter().any(|lens| lens.kind == LensKind::Cost { title: title.clone() }), "{found:?}");
    let choices = Choices::default();
    let snapshot = Snapshot { insights: &report.insights, ..fixture.snapshot(&choices) };
    let hover = hover(&snapshot, fixture.file, fixture.offset).expect("it is an insight");
    assert!(hover.markdown.contains(&format!("{title}; slowest when `city` is a\\|b\n")), "{}", hover.markdown);
}
