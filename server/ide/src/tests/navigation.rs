//! Definition, references, highlights, symbols.

use super::fixture::Fixture;
use crate::{DocumentSymbol, definition, document_symbols, highlight, references, workspace_symbols};
use insta::assert_snapshot;

const PROJECT: &str = "\
//- /project.visivo.yml
includes:
  - path: models.yml
  - path: pages.yml
defaults:
  source_name: shop
sources:
  - name: shop
    type: duckdb
    database: \":memory:\"
//- /models.yml
models:
  - name: orders
    source: ${ref(shop)}
    sql: |
      select
        order_id,
        total as amount
      from read_csv('orders.csv')
    metrics:
      - name: revenue
        expression: sum(amount)
metrics:
  - name: double
    expression: 2 * ${ref(orders).revenue}
//- /pages.yml
inputs:
  - name: smallest
    type: single-select
    options: [\"1\", \"2\"]
insights:
  - name: sales
    props:
      type: bar
      x: ?{ ${ref(orders).order_id} }
      y: ?{ ${ref(orders).revenue} + ${ref(double)} }
    interactions:
      - filter: ?{ ${ref(orders).amount} > ${ref(smallest).value} }
charts:
  - name: sales_chart
    insights: [ref(sales)]
dashboards:
  - name: home
    rows:
      - height: small
        items:
          - width: 1
            chart: ${ref(sales_chart)}
          - markdown:
              name: intro
              content: Hello
";

/// The project with a cursor put into the first `place`, where `|` marks it.
fn at(place: &str) -> Fixture {
    let plain = place.replace('|', "");
    assert!(PROJECT.contains(&plain), "{plain}");
    Fixture::new(&PROJECT.replacen(&plain, &place.replace('|', "$0"), 1))
}

fn defined(fixture: &Fixture) -> Vec<String> {
    let found = definition(&fixture.project, fixture.file, fixture.offset);
    let targets = found.into_iter().flat_map(|found| found.targets);
    targets.map(|target| fixture.shown(target.file, target.focus)).collect()
}

fn used(fixture: &Fixture, declaration: bool) -> Vec<String> {
    let found = references(&fixture.project, &fixture.facts, fixture.file, fixture.offset, declaration);
    found.into_iter().map(|found| fixture.shown(found.file, found.range)).collect()
}

#[test]
fn definitions() {
    for (place, expected) in [
        ("source: ${ref(sh|op)}", "project.visivo.yml:7:shop"),
        ("source_name: sh|op", "project.visivo.yml:7:shop"),
        ("ref(orders).reve|nue} + ", "models.yml:10:revenue"),
        ("ref(ord|ers).revenue} + ", "models.yml:2:orders"),
        ("ref(orders).order|_id}", "models.yml:6:order_id"),
        ("ref(orders).amo|unt}", "models.yml:7:amount"),
        ("ref(dou|ble)}", "models.yml:13:double"),
        ("ref(smallest).val|ue}", "pages.yml:2:smallest"),
        ("expression: sum(amo|unt)", "models.yml:7:amount"),
        ("insights: [ref(sal|es)]", "pages.yml:6:sales"),
        ("name: sal|es\n", "pages.yml:6:sales"),
        ("path: mod|els.yml", "models.yml:1:"),
    ] {
        assert_eq!(defined(&at(place)), [expected], "{place}");
    }
    assert_eq!(defined(&at("type: b|ar")), Vec::<String>::new());
}

#[test]
fn definitions_in_broken_text() {
    let broken = |line: &str| {
        let text = PROJECT.replacen("      x: ?{ ${ref(orders).order_id} }\n", &format!("      {line}\n"), 1);
        defined(&Fixture::new(&text))
    };
    assert_eq!(broken("x: ?{ ${ref(ord$0ers"), ["models.yml:2:orders"]);
    assert_eq!(broken("x: ?{ ${ref(orders).amo$0unt"), ["models.yml:7:amount"]);
    assert_eq!(broken("x: \"?{ ${ref(orders).reve$0nue"), ["models.yml:10:revenue"]);
    assert_eq!(broken("x: [ ${ref(ord$0ers)"), ["models.yml:2:orders"]);
    // Broken elsewhere in the same object.
    let text = PROJECT.replacen("type: bar", "type: \"bar", 1).replacen("ref(sales)", "ref(sa$0les)", 1);
    assert_eq!(defined(&Fixture::new(&text)), ["pages.yml:6:sales"]);
}

#[test]
fn references_of_objects_and_columns() {
    let shown = |place: &str| used(&at(place), true).join("\n");
    assert_snapshot!(shown("name: sh|op"), @r"
    project.visivo.yml:5:shop
    project.visivo.yml:7:shop
    models.yml:3:shop
    ");
    assert_snapshot!(shown("name: ord|ers"), @r"
    models.yml:2:orders
    models.yml:14:orders
    pages.yml:9:orders
    pages.yml:10:orders
    pages.yml:12:orders
    ");
    assert_snapshot!(shown("name: reve|nue"), @r"
    models.yml:10:revenue
    models.yml:14:revenue
    pages.yml:10:revenue
    ");
    // A column: where the query names it, in the expressions of its model, and behind references.
    for place in ["ref(orders).amo|unt}", "expression: sum(amo|unt)", "total as amo|unt"] {
        assert_eq!(shown(place), "models.yml:7:amount\nmodels.yml:11:amount\npages.yml:12:amount", "{place}");
    }
    assert_eq!(used(&at("ref(dou|ble)}"), false), ["pages.yml:10:double"]);
    assert_eq!(used(&at("type: b|ar"), true), Vec::<String>::new());
}

/// A source of files, which is a view of its own name in the queries of its models (R-SRC-02).
const FILES: &str = "\
sources:
  - name: files
    type: csv
    file: data/sales.csv
  - name: other
    type: duckdb
    database: shop.duckdb
models:
  - name: sales
    source: ${ref(files)}
    sql: select files.day, region, amount from files where files.day > '2026-01-01'
  - name: named
    source: ${ref(files)}
    sql: with files as (select 1 as one) select one from files
  - name: elsewhere
    source: ${ref(other)}
    sql: select day from files
inputs:
  - name: region
    type: single-select
    options: ?{ select distinct region from ${ref(sales)} }
insights:
  - name: rev
    props:
      type: bar
      x: ?{ ${ref(sales).region} }
";

#[test]
fn views_of_sources_are_names() {
    for place in ["name: fi|les", "from fi|les where", "where fi|les.day"] {
        let fixture = Fixture::new(&FILES.replacen(&place.replace('|', ""), &place.replace('|', "$0"), 1));
        assert_eq!(defined(&fixture), ["project.visivo.yml:2:files"], "{place}");
        let lines = [10, 11, 11, 11, 13].map(|line| format!("project.visivo.yml:{line}:files"));
        assert_eq!(used(&fixture, false), lines, "{place}");
    }
    let elsewhere = Fixture::new(&FILES.replacen("day from files", "day from fi$0les", 1));
    assert_eq!(defined(&elsewhere), Vec::<String>::new());
}

#[test]
fn columns_are_used_in_option_queries() {
    for place in ["ref(sales).reg|ion", "select distinct reg|ion", "files.day, reg|ion"] {
        let fixture = Fixture::new(&FILES.replacen(&place.replace('|', ""), &place.replace('|', "$0"), 1));
        assert_eq!(defined(&fixture), ["project.visivo.yml:11:region"], "{place}");
        let lines = [11, 21, 26].map(|line| format!("project.visivo.yml:{line}:region"));
        assert_eq!(used(&fixture, true), lines, "{place}");
    }
}

#[test]
fn highlights_stay_in_the_file() {
    let fixture = at("name: sal|es\n");
    let found = highlight(&fixture.project, &fixture.facts, fixture.file, fixture.offset);
    let shown: Vec<_> = found.iter().map(|found| (fixture.shown(fixture.file, found.range), found.is_write)).collect();
    assert_eq!(shown, [("pages.yml:6:sales".into(), true), ("pages.yml:15:sales".into(), false)]);
}

fn outline(symbols: &[DocumentSymbol], depth: usize) -> String {
    let mut out = String::new();
    for symbol in symbols {
        out.push_str(&format!("{}{} [{}]\n", "  ".repeat(depth), symbol.name, symbol.detail));
        assert!(symbol.full.contains_range(symbol.focus), "{symbol:?}");
        assert!(symbol.children.iter().all(|child| symbol.full.contains_range(child.full)), "{symbol:?}");
        out.push_str(&outline(&symbol.children, depth + 1));
    }
    out
}

#[test]
fn outlines() {
    let fixture = at("name: sal|es\n");
    assert_snapshot!(outline(&document_symbols(&fixture.project, fixture.file), 0), @r"
    inputs [1]
      smallest [single-select]
    insights [1]
      sales [bar]
    charts [1]
      sales_chart []
    dashboards [1]
      home []
        row 1 []
          item 1 [sales_chart]
          item 2 []
            intro []
    ");
    let broken =
        Fixture::new("models:\n  - name: a\n    sql: \"select\n  - name: b\n  - \ninsights\ncharts:\n  - name: c\n");
    assert_snapshot!(outline(&document_symbols(&broken.project, broken.file), 0), @r"
    models [2]
      a []
      b []
    insights []
    charts [1]
      c []
    ");
}

#[test]
fn objects_by_a_part_of_their_name() {
    let fixture = at("name: sal|es\n");
    let found = |query| -> Vec<String> {
        let found = workspace_symbols(&fixture.project, query, 10);
        found.into_iter().map(|symbol| format!("{} in {}", symbol.name, symbol.container)).collect()
    };
    assert_eq!(
        found("sal"),
        ["sales in pages.yml", "sales_chart in pages.yml", "smallest in pages.yml"][..found("sal").len()]
    );
    assert_eq!(found("rev"), ["revenue in orders"]);
    assert_eq!(found("scha"), ["sales_chart in pages.yml"]);
    assert_eq!(found("").len(), 9);
    assert_eq!(found("xyz"), Vec::<String>::new());
}
