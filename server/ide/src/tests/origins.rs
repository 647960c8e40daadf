//! Where columns come from: hovers, references and rename of columns.

use super::fixture::Fixture;
use crate::{Choices, columns_with_origins, prepare_rename, references, rename};
use insta::assert_snapshot;
use viz_project::Kind;

const PROJECT: &str = "\
//- /project.visivo.yml
includes:
  - path: models.yml
defaults:
  source_name: shop
sources:
  - name: shop
    type: duckdb
    database: ':memory:'
inputs:
  - name: town
    type: single-select
    options: ?{ select distinct upper(city) as total, city as label from ${ref(orders)} where total > 5 order by label }
insights:
  - name: sales
    props:
      type: bar
      x: ?{ ${ref(orders).city} }
      y: ?{ ${ref(orders).revenue} }
      text: >-
        ?{ ${ref(share)} }
      marker:
        color: ?{ ${ref(people).age} }
      name: ${ref(town).value}
    interactions:
      - filter: ?{ ${ref(orders).city} = '${ref(town).value}' }
//- /models.yml
models:
  - name: orders
    sql: |
      with late as (select id, o.paid as paid from orders o where o.paid > 0)
      select
        orders.id,
        orders.city,
        cast(orders.total as double) as total,
        orders.net + late.paid as sum,
        sum * 2 as twice,
        count(*) as n
      from orders join late using (id)
      where orders.total > 1
      order by total, sum
    metrics:
      - name: revenue
        expression: sum(total)
  - name: people
    sql: select p.*, 2026 - born as age, a.city from people p join read_csv('data/addresses.csv') a using (id)
  - name: cities
    sql: select \"city\" as name, max(total) as most from main.orders group by name
  - name: all
    sql: select * from elsewhere
  - name: foreign
    source: ${ref(far)}
    sql: select a from b
metrics:
  - name: share
    expression: ${ref(orders).revenue} / sum(${ref(orders).twice})
//- /far.yml
//@ orders: id INTEGER, city VARCHAR, total DECIMAL(10,2), net DOUBLE, paid DOUBLE
//@ main.orders: id INTEGER, city VARCHAR, total DECIMAL(10,2), net DOUBLE, paid DOUBLE
//@ people: id INTEGER, born INTEGER
//@ read_csv('data/addresses.csv'): id INTEGER, city VARCHAR
";

/// The project with a cursor put into the first `place`, where `|` marks it.
fn at(place: &str) -> Fixture {
    let plain = place.replace('|', "");
    assert!(PROJECT.contains(&plain), "{plain}");
    let text = PROJECT.replacen(&plain, &place.replace('|', "$0"), 1);
    let far = "sources:\n  - { name: far, type: postgresql, database: x, host: h }\n";
    let text = text.replace("//- /far.yml\n", &format!("//- /far.yml\n{far}"));
    Fixture::new(&text.replace("  - path: models.yml\n", "  - path: models.yml\n  - path: far.yml\n"))
}

/// The line of a hover that tells where something comes from.
fn hovered(place: &str) -> String {
    let fixture = at(place);
    let hover = fixture.hover(&Choices::default()).unwrap_or_else(|| panic!("{place} has a hover"));
    hover.markdown
}

fn told(place: &str) -> String {
    let hover = hovered(place);
    let tells = |line: &&str| ["from ", "computed ", "made ", "where it"].iter().any(|word| line.starts_with(word));
    hover.lines().find(tells).unwrap_or_default().to_owned()
}

#[test]
fn hovers_tell_where_columns_come_from() {
    for (place, expected) in [
        ("x: ?{ ${ref(orders).ci|ty}", "from `city` of `orders` (source `shop`)"),
        ("sum(${ref(orders).twi|ce})", "computed from `net` and `paid` of `orders` (source `shop`)"),
        ("      |x: ?{", "from `city` of `orders` (source `shop`)"),
        ("      |y: ?{", "computed from `total` of `orders` (source `shop`)"),
        ("      te|xt: >-", "computed from `total`, `net` and `paid` of `orders` (source `shop`)"),
        ("        col|or: ?{", "computed from `born` of `people` (source `shop`)"),
        ("${ref(orders).reve|nue} }\n", "computed from `total` of `orders` (source `shop`)"),
        ("${ref(sha|re)}", "computed from `total`, `net` and `paid` of `orders` (source `shop`)"),
        ("as double) as to|tal", "from `total` of `orders` (source `shop`), with another type"),
        ("paid as s|um", "computed from `net` and `paid` of `orders` (source `shop`)"),
        ("        s|um * 2", "computed from `net` and `paid` of `orders` (source `shop`)"),
        ("as tw|ice", "computed from `net` and `paid` of `orders` (source `shop`)"),
        ("count(*) as |n", "made in the query, from no column of a table"),
        ("late.pa|id as sum", "from `paid` of `orders` (source `shop`)"),
        ("a.ci|ty from people", "from `city` of `data/addresses.csv`"),
        ("order by to|tal", "from `total` of `orders` (source `shop`), with another type"),
    ] {
        assert_eq!(told(place), expected, "{place}");
    }
    assert_snapshot!(hovered("x: ?{ ${ref(orders).ci|ty}"));
    assert_snapshot!(hovered("cast(orders.to|tal"));
    assert_eq!(told("      na|me: ${ref(town)"), "", "it reads no column");
}

#[test]
fn a_metric_is_followed_once_however_many_ways_lead_to_it() {
    let link = |at: usize| format!("  - {{ name: k{at}, expression: '${{ref(k{0})}} + ${{ref(k{0})}}' }}\n", at - 1);
    let links: String = (1..60).map(link).collect();
    let metrics = format!("  - {{ name: k0, expression: 'sum(${{ref(orders).id}})' }}\n{links}");
    let marked = metrics.replace("name: k59", "name: $0k59");
    let text = PROJECT.replace("//- /far.yml\n", &format!("{marked}//- /far.yml\nsources: []\n"));
    let hover = Fixture::new(&text).hover(&Choices::default()).expect("it has a hover").markdown;
    assert!(hover.contains("computed from `id` of `orders`"), "{hover}");
}

#[test]
fn what_is_not_known_is_not_told() {
    let fixture = at("name: all|");
    let of = |name: &str| {
        let found = columns_with_origins(&fixture.project, &fixture.facts, fixture.named(Kind::Model, name))?;
        let shown = |(name, feeds): (String, crate::Feeds)| {
            let from: Vec<&str> = feeds.columns.iter().map(|column| column.column.as_str()).collect();
            format!("{name}: {:?} {}{}", feeds.way, from.join(" "), if feeds.unknown { " ?" } else { "" })
        };
        Some(found.into_iter().map(shown).collect::<Vec<_>>())
    };
    assert_eq!(of("foreign"), None, "it isn't DuckDB's");
    assert_eq!(of("all"), Some(Vec::new()));
    assert_eq!(
        of("people"),
        Some(vec![
            "id: HandedOn id".into(),
            "born: HandedOn born".into(),
            "age: Computed born".into(),
            "city: HandedOn city".into()
        ])
    );
}

fn used(place: &str) -> Vec<String> {
    let fixture = at(place);
    let found = references(&fixture.project, &fixture.facts, fixture.file, fixture.offset, true);
    let shown = |found: crate::Reference| {
        let mark = if found.is_declaration { " (given)" } else { "" };
        fixture.shown(found.file, found.range) + mark
    };
    found.into_iter().map(shown).collect()
}

#[test]
fn references_of_columns() {
    let expected =
        ["project.visivo.yml:13:total", "models.yml:8:total (given)", "models.yml:14:total", "models.yml:17:total"];
    // The column of the table is another one, and so is the alias in the options.
    assert_eq!(used("as double) as to|tal"), expected);
    assert_eq!(used("expression: sum(to|tal)"), expected);
    assert_eq!(used("as s|um"), ["models.yml:9:sum (given)", "models.yml:10:sum", "models.yml:14:sum"]);
}

#[test]
fn references_of_columns_of_tables() {
    let of_total = ["models.yml:8:total", "models.yml:13:total", "models.yml:21:total"];
    assert_eq!(used("cast(orders.to|tal"), of_total);
    assert_eq!(used("max(to|tal)"), of_total, "also in another model");
    assert_eq!(used("late.pa|id as"), ["models.yml:4:paid (given)", "models.yml:9:paid"], "of the query inside");
}

fn renamed(place: &str, name: &str) -> Result<Vec<String>, String> {
    let fixture = at(place);
    let edits = rename(&fixture.project, &fixture.facts, fixture.file, fixture.offset, name)?;
    Ok(edits.into_iter().map(|edit| format!("{} → {}", fixture.shown(edit.file, edit.range), edit.text)).collect())
}

#[test]
fn rename_changes_what_means_the_column() {
    assert_eq!(
        renamed("as double) as to|tal", "amount"),
        Ok(vec![
            "project.visivo.yml:13:total → amount".into(),
            "models.yml:8:total → amount".into(),
            "models.yml:14:total → amount".into(),
            "models.yml:17:total → amount".into(),
        ])
    );
    assert_eq!(
        renamed("paid as s|um", "amount"),
        Ok(vec![
            "models.yml:9:sum → amount".into(),
            "models.yml:10:sum → amount".into(),
            "models.yml:14:sum → amount".into(),
        ])
    );
}

#[test]
fn rename_is_refused_where_it_is_not_certain() {
    let refused = |place: &str, name: &str| renamed(place, name).expect_err("refused");
    let table = "`total` is a column of `orders`: its name is given there, not in the project";
    assert_eq!(refused("cast(orders.to|tal", "amount"), table);
    let fixture = at("cast(orders.to|tal");
    let prepared = prepare_rename(&fixture.project, &fixture.facts, fixture.file, fixture.offset);
    assert_eq!(prepared, Err(table.to_owned()));
    assert_eq!(refused("${ref(people).a|ge}", "born"), "the model has a `born` already",);
    // `n` is sorted by nowhere, but `sum` is.
    assert_eq!(refused("count(*) as |n", "sum"), "the model has a `sum` already");
    // The model's query doesn't tell all of its columns: `age` may be the alias.
    let options =
        "select distinct upper(city) as total, city as label from ${ref(orders)} where total > 5 order by label";
    let unclear = PROJECT.replacen(options, "select distinct 1 as age from ${ref(people)} where age > 5", 1);
    let fixture = Fixture::new(&unclear.replacen("born as age", "born as a$0ge", 1));
    let why = rename(&fixture.project, &fixture.facts, fixture.file, fixture.offset, "years").expect_err("refused");
    assert!(why.contains("in the options of `town`"), "{why}");
    // Nothing is known of the table: `paid` may be its column or the alias.
    let unknown = PROJECT.replace("//@ orders", "//@ nothing").replace("orders.net + late.paid as sum", "net as s$0um");
    let fixture = Fixture::new(&unknown.replace("sum * 2", "sum * 2 + net"));
    let why = rename(&fixture.project, &fixture.facts, fixture.file, fixture.offset, "amount");
    assert_eq!(
        why.expect_err("refused"),
        "the SQL of the model uses `sum` in another place, too: rename it there by hand"
    );
}
