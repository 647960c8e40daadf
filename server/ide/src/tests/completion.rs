//! Completion in every context, finished and unfinished.

use super::fixture::{Fixture, labels, listed};
use insta::assert_snapshot;

/// A small shop; the cursor's piece comes behind it.
const SHOP: &str = "\
//# orders: order_id BIGINT, city VARCHAR, total DECIMAL(10,2), customer_id BIGINT
//# customers: customer_id BIGINT, segment VARCHAR
sources:
  - name: shop
    type: duckdb
    database: \":memory:\"
models:
  - name: orders
    source: ${ref(shop)}
    sql: select order_id, city, total, customer_id from read_csv('o.csv')
    metrics:
      - name: revenue
        expression: sum(total)
    dimensions:
      - name: big
        expression: total > 100
  - name: customers
    source: ${ref(shop)}
    sql: select customer_id, segment from c
metrics:
  - name: share
    expression: ${ref(orders).revenue} / 2
inputs:
  - name: city
    type: single-select
    options: [Rome, Oslo]
  - name: segments
    type: multi-select
    options: [a, b, c]
";

/// What is offered behind the shop.
fn shop(rest: &str) -> Vec<String> {
    labels(&format!("{SHOP}{rest}"))
}

/// The line after a choice behind the shop.
fn chosen(rest: &str, label: &str) -> String {
    Fixture::new(&format!("{SHOP}{rest}")).changed(label, false)
}

fn insight(line: &str) -> String {
    format!("insights:\n  - name: sales\n    props:\n      type: bar\n      {line}\n")
}

#[test]
fn names_by_what_the_place_allows() {
    assert_eq!(shop("charts:\n  - name: c\n    insights:\n      - ${ref($0)}\n"), Vec::<String>::new());
    assert_eq!(shop("relations:\n  - name: r\n    condition: ${ref($0\n"), ["orders", "customers"]);
    assert_eq!(shop("dimensions:\n  - name: d\n    expression: ${ref($0)}\n"), ["orders", "customers"]);
    assert_eq!(shop("metrics:\n  - name: d\n    expression: ${ref($0)}\n"), ["orders", "customers"]);
    assert_eq!(shop(&insight("x: ?{ ${ref($0)} }")), ["orders", "customers", "share", "city", "segments"]);
    assert_eq!(shop(&insight("x: ?{ ${ref(orders).city} = ${ref($0)} }"))[..2], ["city", "segments"]);
    assert_eq!(shop(&insight("name: ${ref($0)}")), ["city", "segments"]);
    assert_eq!(
        shop("dashboards:\n  - name: d\n    rows:\n      - items:\n          - input: ${ref($0)}\n"),
        ["city", "segments"]
    );
    assert_eq!(shop("tables:\n  - name: t\n    data: ${ref($0)}\n"), ["orders", "customers"]);
    assert_eq!(shop("tables:\n  - name: t\n    data: ref($0)\n"), ["orders", "customers"]);
    assert_eq!(
        labels(&SHOP.replace("source: ${ref(shop)}\n    sql: select customer", "source: $0\n    sql: select customer")),
        ["shop"]
    );
    assert_eq!(labels(&SHOP.replace("total > 100", "${ref($0)}")), Vec::<String>::new());
}

#[test]
fn what_is_unfinished_is_completed_to_the_end() {
    for (line, label, expected) in [
        ("x: ${ref($0", "city", "x: ${ref(city).value}"),
        ("x: ${ref(ci$0", "city", "x: ${ref(city).value}"),
        ("x: ${$0", "city", "x: ${ref(city).value}"),
        ("x: ${re$0", "city", "x: ${ref(city).value}"),
        ("x: ${re$0}", "city", "x: ${ref(city).value}"),
        ("x: $0", "city", "x: ${ref(city).value}"),
        ("x: $$0", "city", "x: ${ref(city).value}"),
        ("x:$0", "city", "x: ${ref(city).value}"),
        ("x: ?{ ${ref($0", "share", "x: ?{ ${ref(share)}"),
        ("x: ?{ ${ref($0 }", "share", "x: ?{ ${ref(share)} }"),
        ("x: ?{ ${ref($0) }", "share", "x: ?{ ${ref(share) }"),
        ("x: ?{ ${ref($0)} }", "share", "x: ?{ ${ref(share)} }"),
        ("x: ?{ ${re$0 }", "share", "x: ?{ ${ref(share)} }"),
        ("x: ?{ ${re$0", "share", "x: ?{ ${ref(share)}"),
        ("x: ?{ $0 }", "share", "x: ?{ ${ref(share)} }"),
        ("x: ?{ sh$0", "share", "x: ?{ ${ref(share)}"),
        ("x: ?{ $0", "orders", "x: ?{ ${ref(orders)."),
        ("x: ?{ ${ref($0)} }", "orders", "x: ?{ ${ref(orders).} }"),
        ("x: ?{ ${ref(cust$0).city} }", "orders", "x: ?{ ${ref(orders).city} }"),
        ("x: ?{ ${ref('$0", "share", "x: ?{ ${ref('share')}"),
        ("x: ?{ ${ref('$0')} }", "share", "x: ?{ ${ref('share')} }"),
        ("x: \"?{ ${ref($0", "share", "x: \"?{ ${ref(share)}"),
        ("x: \"?{ ${ref($0\"", "share", "x: \"?{ ${ref(share)}\""),
        ("x: ?{ ${ref(orders).$0", "city", "x: ?{ ${ref(orders).city}"),
        ("x: ?{ ${ref(orders).$0 }", "city", "x: ?{ ${ref(orders).city} }"),
        ("x: ?{ ${ref(orders).$0} }", "city", "x: ?{ ${ref(orders).city} }"),
        ("x: ?{ sum(${ref(orders).to$0tal}) }", "city", "x: ?{ sum(${ref(orders).city}) }"),
        ("x: ${ref(city).$0", "value", "x: ${ref(city).value}"),
        ("x: [\"?{ ${ref($0\"]", "share", "x: [\"?{ ${ref(share)}\"]"),
    ] {
        assert_eq!(chosen(&insight(line), label), expected, "{line}");
    }
}

#[test]
fn snippets_leave_the_cursor_where_something_is_missing() {
    let changed = |line: &str, label: &str| Fixture::new(&format!("{SHOP}{}", insight(line))).changed(label, true);
    assert_eq!(
        changed("x: ?{ ${ref($0", "orders"),
        "x: ?{ ${ref(orders).$0}".replace("${ref", "\\${ref").replace("\\${ref", "${ref").replace("$0}", "$0\\}")
    );
    assert_eq!(changed("x: $0", "?{ … }"), "x: ?{ $0 \\}");
}

#[test]
fn fields_of_a_model_with_their_types() {
    let text = format!("{SHOP}{}", insight("y: ?{ ${ref(orders).$0"));
    assert_snapshot!(listed(&text), @r"
    revenue (metric · of orders)
    big (dimension · of orders)
    order_id (BIGINT)
    city (VARCHAR)
    total (DECIMAL(10,2))
    customer_id (BIGINT)
    ");
    let text = format!(
        "{SHOP}relations:\n  - name: r\n    condition: ${{ref(orders).customer_id}} = ${{ref(customers).$0}}\n"
    );
    assert_snapshot!(listed(&text), @r"
    customer_id (BIGINT)
    segment (VARCHAR)
    ");
}

#[test]
fn without_the_engine_columns_come_from_the_text() {
    let text = format!("{SHOP}{}", insight("y: ?{ ${ref(orders).$0")).replace("//# orders", "//# customers");
    let text =
        text.replacen("//# customers: order_id BIGINT, city VARCHAR, total DECIMAL(10,2), customer_id BIGINT\n", "", 1);
    assert_snapshot!(listed(&text), @r"
    revenue (metric · of orders)
    big (dimension · of orders)
    order_id (column)
    city (column)
    total (column)
    customer_id (column)
    ");
}

#[test]
fn accessors_with_what_they_are_now() {
    let text = format!("{SHOP}{}", insight("name: ${ref(city).$0"));
    assert_snapshot!(listed(&text), @"value (Rome)");
    let text = format!("{SHOP}{}", insight("x: ?{ ${ref(orders).city} in (${ref(segments).$0) }"));
    assert_snapshot!(listed(&text), @r"
    values ('a','b','c')
    min (null)
    max (null)
    first (a)
    last (c)
    ");
}

#[test]
fn columns_in_the_expressions_of_a_model() {
    let text = SHOP.replace("expression: total > 100", "expression: to$0");
    let found = labels(&text);
    assert_eq!(found[..4], ["order_id", "city", "total", "customer_id"]);
    assert!(found.contains(&"to_days".to_owned()), "functions come behind them");
}

#[test]
fn keys_required_first_and_present_ones_left_out() {
    assert_snapshot!(listed("inputs:\n  - $0\n"), @r"
    type (required · single-select, multi-select)
    options (required · list or query)
    name (text)
    label (text)
    display (mapping)
    range (mapping)
    ");
    assert_snapshot!(listed("inputs:\n  - name: x\n    type: multi-select\n    range:\n      start: 1\n    $0\n"), @r"
    label (text)
    display (mapping)
    ");
    assert_snapshot!(listed("sources:\n  - name: x\n    type: csv\n    $0\n"), @r"
    file (required · text)
    delimiter (text)
    encoding (text)
    has_header (true or false)
    ");
    assert_snapshot!(listed("relations:\n  - name: x\n    $0\n"), @r"
    condition (required · SQL)
    join_type (inner, left, right, full)
    is_default (true or false)
    ");
}

#[test]
fn keys_while_the_text_is_unfinished() {
    // A half-typed key, also between others and at the end of the file.
    assert_eq!(labels("relations:\n  - name: x\n    cond$0")[0], "condition");
    assert_eq!(labels("relations:\n  - na$0\n    condition: y\n")[0], "name");
    assert_eq!(labels("relations:\n  - name: x\n    jo$0\n    condition: y\n"), ["join_type", "is_default"]);
    // Behind a dash, with and without a space.
    assert_eq!(labels("dashboards:\n  - name: d\n    rows:\n      - items:\n          - $0")[..2], ["name", "width"]);
    assert_eq!(Fixture::new("relations:\n  -$0\n").changed("name", false), "- name:");
    // Inside braces that aren't closed.
    assert_eq!(labels("inputs:\n  - name: x\n    type: single-select\n    display: { $0"), ["type", "default"]);
    assert_eq!(
        labels("inputs:\n  - name: x\n    type: single-select\n    display: { type: radio, de$0\n"),
        ["default"]
    );
    assert_eq!(labels("inputs:\n  - name: x\n    type: multi-select\n    range: { start: 1, $0 }\n"), ["end", "step"]);
    // The value of the key above is missing, and below a broken line.
    assert_eq!(labels("relations:\n  - name:\n    condition: \"${ref(\n    $0\n"), ["join_type", "is_default"]);
    assert_eq!(labels("relations:\n  - name: [a\n    $0\n")[..1], ["condition"]);
    // Keys that exclude each other.
    let item = "dashboards:\n  - name: d\n    rows:\n      - items:\n          - chart: ref(c)\n            $0\n";
    assert_eq!(labels(item), ["name", "width"]);
    // Only the name where a colon stands.
    assert_eq!(Fixture::new("relations:\n  - name: x\n    con$0: y\n").changed("condition", false), "condition: y");
}

#[test]
fn top_level_keys() {
    assert_eq!(labels("name: x\n$0")[..3], ["cli_version", "defaults", "dbt"]);
    let included =
        labels("//- /project.visivo.yml\nincludes:\n  - path: a.yml\n//- /a.yml\nmodels:\n  - name: x\n$0\n");
    assert!(included.contains(&"insights".into()) && !included.contains(&"defaults".into()), "{included:?}");
}

#[test]
fn themes_and_templates() {
    let keys = labels("theme:\n  $0\n");
    assert!(
        ["mode", "light", "background", "plotly_layout"].iter().all(|key| keys.contains(&(*key).into())),
        "{keys:?}"
    );
    let inner = labels("theme:\n  light:\n    $0\n");
    assert!(inner.contains(&"accent".into()) && !inner.contains(&"mode".into()), "{inner:?}");
    assert_eq!(labels("theme:\n  mode: $0"), ["light", "dark", "auto"]);
    assert!(
        labels("theme:\n  colorway: $0").contains(&"viridis".into()) || labels("theme:\n  colorway: $0").len() > 10
    );
    assert!(labels("theme:\n  light:\n    accent: $0").contains(&"steelblue".into()));
    assert!(!labels("cli_version: 2.1.0\n$0").contains(&"theme".into()));
    let project = "charts:\n  - name: sales\nmodels:\n  - name: t\n    sql: select 1 as a\ndashboards:\n  - name: d\n";
    let block = format!("{project}    template: |\n      <main>\n        <div data-visivo-item=\"$0\"></div>\n");
    assert_eq!(labels(&block), ["sales"]);
    assert_eq!(labels(&format!("{project}    template: |\n      <main>$0\n")), Vec::<String>::new());
    assert!(labels(&format!("{project}    $0\n")).contains(&"template".into()));
}

/// R-22-45: a trace lies on a carpet, and on nothing else.
#[test]
fn carpets_of_other_insights() {
    let project = "insights:\n  - { name: grid, props: { type: carpet, a: [1], b: [1] } }\n  \
                   - { name: bars, props: { type: bar, x: [1] } }\n  - name: lines\n    props:\n      type: contourcarpet\n";
    let project = format!("inputs:\n  - {{ name: pick, type: single-select, options: [a] }}\n{project}");
    assert_eq!(labels(&format!("{project}      carpet: ${{ref($0)}}")), ["grid"]);
    let whole = labels(&format!("{project}      carpet: $0"));
    assert!(whole.contains(&"grid".into()) && !whole.contains(&"bars".into()), "{whole:?}");
    let before = labels(&format!("cli_version: 2.1.0\n{project}      carpet: ${{ref($0)}}"));
    assert!(!before.contains(&"grid".into()), "{before:?}");
}

#[test]
fn keys_bring_what_follows_them() {
    let key = |text: &str, label: &str, snippet| Fixture::new(text).changed(label, snippet);
    assert_eq!(key("relations:\n  - $0", "join_type", true), "- join_type: ${1|inner,left,right,full|}$0");
    assert_eq!(key("insights:\n  - name: x\n    $0", "props", true), "props:\n  type: $0");
    assert_eq!(key("insights:\n  - $0", "props", true), "- props:\n    type: $0");
    assert_eq!(key("insights:\n  - name: x\n    interactions:\n      - $0", "filter", true), "- filter: ?{ $0 \\}");
    assert_eq!(key("insights:\n  $0", "name", false), "- name:");
    assert_eq!(key("charts:\n  - name: x\n    insi$0", "insights", false), "insights:\n  -");
}

#[test]
fn values_of_fixed_sets() {
    assert_snapshot!(listed("inputs:\n  - name: x\n    type: $0\n"), @r"
    single-select
    multi-select
    ");
    assert_snapshot!(listed("inputs:\n  - name: x\n    type: multi-select\n    display:\n      type: $0"), @r"
    dropdown (default)
    checkboxes
    chips
    tags
    range-slider
    date-range
    ");
    assert_eq!(labels("relations:\n  - join_type: le$0\n"), ["inner", "left", "right", "full"]);
    assert_eq!(labels("relations:\n  - is_default: $0"), ["true", "false"]);
    assert_eq!(labels("tables:\n  - rows_per_page: $0").len(), 8);
    assert_eq!(labels("dashboards:\n  - name: x\n    rows:\n      - height: $0")[0], "compact");
    assert_eq!(labels("insights:\n  - name: x\n    props:\n      type: $0")[..2], ["scatter", "bar"]);
    assert_eq!(labels("insights:\n  - name: x\n    interactions:\n      - filter: $0"), ["?{ … }"]);
    assert_eq!(labels("inputs:\n  - name: x\n    type: multi-select\n    range: { start: $0 }\n")[0], "today");
}

#[test]
fn the_default_of_an_input_is_one_of_its_options() {
    let shown = |display: &str| {
        shop(&format!(
            "inputs:\n  - name: z\n    type: single-select\n    options: [\"10\", no one]\n    display: {display}"
        ))
    };
    assert_eq!(shown("{ default: { value: $0 } }"), ["10", "no one"]);
    assert_eq!(shown("\n      default:\n        value: $0"), ["10", "no one"]);
    let text = "inputs:\n  - name: z\n    type: single-select\n    options: [\"10\", no one]\n    display: { default: { value: $0 } }";
    assert_eq!(Fixture::new(text).changed("10", false), "display: { default: { value: \"10\" } }");
    let multi = shop(
        "inputs:\n  - name: z\n    type: multi-select\n    options: [p, q]\n    display:\n      default:\n        values: $0",
    );
    assert_eq!(multi, ["all", "none", "p", "q"]);
}

#[test]
fn names_in_defaults_and_paths_of_includes() {
    assert_eq!(shop("defaults:\n  source_name: $0"), ["shop"]);
    assert_eq!(shop("defaults: { source_name: s$0 }"), ["shop"]);
    let files = "//- /a.yml\nmodels: []\n//- /sub/b.yml\nmodels: []\n//- /data.csv\nx\n";
    let at =
        |path: &str| labels(&format!("{files}//- /project.visivo.yml\nincludes:\n  - path: a.yml\n  - path: {path}"));
    assert_eq!(at("$0"), ["sub", "a.yml"]);
    assert_eq!(at("sub/$0"), ["b.yml"]);
    assert_eq!(at("\"sub/$0"), ["b.yml"]);
    let source = format!("{files}//- /project.visivo.yml\nsources:\n  - name: s\n    type: csv\n    file: $0\n");
    assert_eq!(labels(&source), ["data.csv", "sub"]);
}

#[test]
fn environment_variables_without_their_values() {
    let text = "//- /.env\nDB_PASSWORD=secret\n//- /project.visivo.yml\nsources:\n  - name: s\n    type: postgresql\n    password: ${env.$0\n";
    assert_eq!(labels(text), ["DB_PASSWORD"]);
    assert_eq!(Fixture::new(text).changed("DB_PASSWORD", false), "password: ${env.DB_PASSWORD}");
    assert!(Fixture::new(text).completion().iter().all(|item| !format!("{item:?}").contains("secret")));
}

#[test]
fn nothing_where_nothing_fits() {
    for text in [
        "# com$0ment\n",
        "models:\n  - name: x # sou$0\n",
        "models:\n  - name: $0\n",
        "models:\n  - sql: |\n      select $0\n",
        "models:\n  - sql: |\n      # heading\n      key: $0\n",
        "markdowns:\n  - content: |\n      - a: b\n          c $0\n",
        "relations:\n  - join_type: \"left\" $0\n",
        "unknown:\n  - $0\n",
    ] {
        assert_eq!(labels(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn references_in_block_and_folded_text() {
    let metric = "metrics:\n  - name: m\n    expression: >-\n      sum(${ref(orders).total})\n      + ${ref($0\n";
    assert_eq!(shop(metric)[..1], ["orders"]);
    let folded = insight("x: >-\n        ?{ ${ref(orders).city}\n        || ${ref(orders).$0 }");
    assert!(shop(&folded).contains(&"city".into()), "{:?}", shop(&folded));
}

#[test]
fn also_with_crlf_and_other_letters() {
    let text = format!("{SHOP}{}", insight("name: Größe 😀 ${ref($0")).replace('\n', "\r\n");
    let text =
        text.replace("//# orders: order_id BIGINT, city VARCHAR, total DECIMAL(10,2), customer_id BIGINT\r\n", "");
    let text = text.replace("//# customers: customer_id BIGINT, segment VARCHAR\r\n", "");
    let fixture = Fixture::new(&text);
    assert_eq!(fixture.completion().len(), 2);
    assert_eq!(fixture.changed("city", false), "name: Größe 😀 ${ref(city).value}");
    assert_eq!(labels("relations:\r\n  - name: x\r\n    jo$0\r\n    condition: y\r\n"), ["join_type", "is_default"]);
}

/// `.viz-lsp.yml` beside the project.
fn settings(text: &str) -> String {
    format!("//- /project.visivo.yml\nname: p\n//- /.viz-lsp.yml\n{text}")
}

#[test]
fn keys_and_words_of_settings() {
    let keys = labels(&settings("seed: 3\n$0"));
    assert!(keys.contains(&"target".to_owned()) && !keys.contains(&"seed".to_owned()), "{keys:?}");
    assert_eq!(labels(&settings("level: $0\n")), ["parse", "bind", "execute"]);
    assert_eq!(labels(&settings("hostile_options: $0\n")), ["true", "false"]);
    let codes = labels(&settings("severity:\n  duplicate-key: off\n  $0\n"));
    assert!(codes.contains(&"ignored-key".to_owned()) && !codes.contains(&"duplicate-key".to_owned()), "{codes:?}");
    assert_eq!(labels(&settings("severity:\n  ignored-key: $0\n")), ["error", "warning", "information", "hint", "off"]);
}

#[test]
fn directions_follow_a_whole_sort() {
    let sort = |text: &str| shop(&format!("insights:\n  - name: s\n    interactions:\n      - sort: ?{{ {text}"));
    let all = ["asc", "desc", "asc nulls last", "desc nulls last"];
    assert_eq!(sort("${ref(orders).city} $0 }"), all);
    assert_eq!(sort("sum(${ref(orders).total}) d$0"), all);
    assert!(!sort("$0 }").contains(&"asc".into()));
    assert!(!sort("sum(${ref(orders).total} + $0").contains(&"desc nulls last".into()));
    assert!(!sort("${ref(orders).city} + $0").contains(&"desc nulls last".into()));
}

#[test]
fn databases_are_files_of_their_type() {
    let files = "//- /a.duckdb\nx\n//- /b.sqlite\nx\n//- /data/c.db\nx\n//- /project.visivo.yml\n";
    let of = |ty: &str| labels(&format!("{files}sources:\n  - name: s\n    type: {ty}\n    database: $0\n"));
    assert_eq!(of("duckdb"), ["a.duckdb", "data", ":memory:"]);
    assert_eq!(of("sqlite"), ["b.sqlite", "data"]);
    assert_eq!(of("postgresql"), Vec::<String>::new());
}

#[test]
fn a_property_with_keys_offers_them_below_it() {
    let found = Fixture::new("insights:\n  - name: s\n    props:\n      type: bar\n      marker: $0\n");
    // Lines after the first are indented like that of the cursor.
    let color = found.completion().into_iter().find(|item| item.label == "color").expect("a key of markers");
    assert_eq!(color.insert, "\n  color: ");
    assert!(
        labels("insights:\n  - name: s\n    props:\n      type: bar\n      marker:\n        $0\n")
            .contains(&"color".into())
    );
}

#[test]
fn more_is_asked_for_where_there_is_more() {
    let goes_on = |text: &str, label: &str| {
        let items = Fixture::new(text).completion();
        items.into_iter().find(|item| item.label == label).unwrap_or_else(|| panic!("{label}")).goes_on
    };
    assert!(goes_on("insights:\n  - name: x\n    $0", "props"));
    assert!(goes_on("insights:\n  - name: x\n    props:\n      $0", "type"));
    assert!(goes_on(&format!("{SHOP}{}", insight("x: ?{ $0 }")), "orders"));
    assert!(!goes_on(&format!("{SHOP}{}", insight("x: ?{ $0 }")), "share"));
    assert!(!goes_on("models:\n  - $0", "name"));
}
