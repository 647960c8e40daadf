//! The queries of insights, word by word: how the rules of section 6 of the format's reference are followed.
//!
//! Each test names the rules that it shows (`docs/rules.md`).

use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;
use viz_check::{InputOptions, RenderedQuery, State, Value, options_of, rendered_query};
use viz_facts::{Answer, Column, Fact, FactStore, KeyedQuestion, Question, SourceSpec};
use viz_project::{Environment, Kind, MemoryFiles, ObjectId, Project, Resolution};
use viz_sql::name_hash;

const HEAD: &str = r#"name: shop
cli_version: "TARGET"
defaults: { source_name: local }
sources:
  - { name: local, type: duckdb, database: ":memory:" }
models:
  - name: orders
    sql: select * from t
    metrics: [{ name: revenue, expression: sum(Amount) }]
    dimensions: [{ name: month, expression: "date_trunc('month', day)" }]
  - { name: cities, sql: select * from c }
inputs:
  - { name: city, type: single-select, options: [Rome, Oslo] }
  - { name: sizes, type: multi-select, options: [S, M, L], display: { default: { values: [M] } } }
  - { name: price, type: multi-select, range: { start: 0, end: 0.3, step: 0.1 } }
  - { name: found, type: single-select, options: "?{ select distinct city from ${ref(orders)} }" }
metrics:
  - { name: net, expression: "${ref(orders).revenue} - 1" }
"#;

struct Shop {
    project: Project,
    facts: FactStore,
}

impl Shop {
    fn new(target: &str, rest: &str) -> Self {
        let text = format!("{}{rest}", HEAD.replace("TARGET", target));
        let files = MemoryFiles::new([("/p/project.visivo.yml", text.as_str())]);
        let project = Project::load(Path::new("/p"), &files, &Environment::empty());
        let problems: Vec<_> = project.problems().collect();
        assert!(problems.is_empty(), "{problems:?}");
        let source = SourceSpec::DuckDbMemory { root: "/p".into() };
        let mut facts = FactStore::new();
        let mut know = |question: Question, answer: Answer| {
            facts.insert(
                KeyedQuestion::from(question).key(),
                Fact::Known { answer: Arc::new(answer), at: SystemTime::UNIX_EPOCH },
            );
        };
        let column = |(name, data_type): &(&str, &str)| Column { name: (*name).into(), data_type: (*data_type).into() };
        for (sql, columns) in [
            ("select * from t", vec![("city", "VARCHAR"), ("Amount", "INTEGER"), ("day", "DATE")]),
            ("select * from c", vec![("name", "VARCHAR"), ("country", "VARCHAR")]),
        ] {
            let columns = columns.iter().map(column).collect();
            know(Question::Describe { source: source.clone(), sql: sql.into() }, Answer::Columns(Ok(columns)));
        }
        Self { project, facts }
    }

    fn id(&self, name: &str) -> ObjectId {
        match self.project.names().resolve(name) {
            Resolution::Object(id) => id,
            other => panic!("{name}: {other:?}"),
        }
    }

    fn query(&self, insight: &str) -> RenderedQuery {
        self.chosen(insight, &[])
    }

    fn chosen(&self, insight: &str, selection: &[(&str, &[&str])]) -> RenderedQuery {
        let state = |values: &&[&str]| State::of(values.iter().map(|value| Value::Text((*value).into())));
        let selection: Vec<_> = selection.iter().map(|(input, values)| (self.id(input), state(values))).collect();
        rendered_query(&self.project, &self.facts, chrono::NaiveDateTime::default(), self.id(insight), &selection)
            .expect("it can be rendered")
    }

    fn options(&self, input: &str) -> InputOptions {
        options_of(&self.project, &self.facts, self.id(input), chrono::NaiveDateTime::default())
            .expect("they are known")
    }
}

/// The lines of a query with the names of the models' tables instead of their hashes.
fn lines(query: &RenderedQuery) -> Vec<String> {
    let mut sql = query.sql.clone();
    for model in ["orders", "cities"] {
        sql = sql.replace(&name_hash(model), model);
    }
    for (index, column) in query.columns.iter().enumerate() {
        sql = sql.replace(&column.alias, &format!("a{index}"));
    }
    sql.lines().map(|line| line.trim().to_owned()).collect()
}

/// R-INS-01: filter, split, sort, then the props in the order of the document. R-RES-01: columns with their table, in
/// quotes, as the model spells them. R-RES-05: they are those of the model's own query. R-RES-06: names of 15 letters
/// from the text, so that equal expressions share one. R-SQL-02: a filter with an aggregate goes to HAVING. R-SQL-08: the
/// direction of a sort. R-SEM-20, R-SQL-12: the join of two models as its relation says.
#[test]
fn a_static_query() {
    let shop = Shop::new(
        "2.1.0",
        r#"relations:
  - { condition: "${ref(orders).city} = ${ref(cities).name}", join_type: full }
insights:
  - name: sales
    props:
      type: bar
      x: ?{ ${ref(cities).COUNTRY} }
      y: ?{ ${ref(orders).revenue} }
      text: ?{ ${ref(cities).country} }
    interactions:
      - filter: ?{ sum(${ref(orders).amount}) > 5 }
        split: ?{ ${ref(orders).month} }
        sort: ?{ ${ref(cities).country} DESC nulls last }
      - filter: ?{ ${ref(orders).city} <> 'x' }
"#,
    );
    let query = shop.query("sales");
    assert!(!query.dynamic);
    let keys: Vec<&str> = query.columns.iter().map(|column| column.key.as_str()).collect();
    assert_eq!(keys, ["split", "props.x", "props.y", "props.text"]);
    assert_eq!(query.columns[1].alias, query.columns[3].alias);
    assert_eq!(query.columns[1].alias.len(), 15);
    let found = lines(&query);
    for expected in [
        "\"cities\".\"country\" AS \"a1\",",
        "sum(\"orders\".\"Amount\") AS \"a2\",",
        "\"orders\".\"city\" <> 'x'",
        "sum(\"orders\".\"Amount\") > 5",
        "\"cities\".\"country\" DESC nulls last",
    ] {
        assert!(found.iter().any(|line| line == expected), "{expected}\n{found:#?}");
    }
    let clauses: Vec<&str> =
        found.iter().map(String::as_str).filter(|line| line.chars().take(4).all(|c| c.is_ascii_uppercase())).collect();
    assert_eq!(clauses[0], "SELECT");
    let after: Vec<&str> = clauses[1..].iter().map(|line| line.split(' ').next().unwrap_or_default()).collect();
    assert_eq!(after, ["FROM", "FULL", "WHERE", "GROUP", "HAVING", "ORDER"]);
}

/// R-DAG-05, R-INS-05: with an input the browser runs the query over the models' rows. R-RES-02: text around references
/// stays as typed. R-RES-03: bare columns are left alone. R-ACC-01: `.value` is what is selected, raw. R-SQL-09: a
/// direction from an input. R-SEM-03: a metric of the project, written out.
#[test]
fn a_dynamic_query() {
    let shop = Shop::new(
        "2.1.0",
        r#"insights:
  - name: sales
    props: { type: bar, x: "?{ Coalesce( ${ref(orders).city},'?') }", y: "?{ ${ref(net)} }" }
    interactions:
      - filter: ?{ city = '${ref(city).value}' }
      - filter: ?{ ${ref(orders).city} in (${ref(sizes).values}) }
"#,
    );
    let query = shop.query("sales");
    assert!(query.dynamic);
    let found = lines(&query);
    for expected in [
        "Coalesce( \"orders\".\"city\",'?') AS \"a0\",",
        "sum(\"orders\".\"Amount\") - 1 AS \"a1\"",
        "city = 'Rome' AND",
        "\"orders\".\"city\" in ('M')",
    ] {
        assert!(found.iter().any(|line| line == expected), "{expected}\n{found:#?}");
    }
    let other = shop.chosen("sales", &[("city", &["O'Hara"]), ("sizes", &["L", "O'Hara"])]);
    assert!(other.sql.contains("city = 'O'Hara'") && other.sql.contains("in ('L','O''Hara')"), "{}", other.sql);
}

/// R-PROP-03: an input in another property makes an insight dynamic, though its query has no input.
#[test]
fn an_input_beside_the_query() {
    let shop = Shop::new(
        "2.1.0",
        r#"insights:
  - name: sales
    props: { type: bar, x: "?{ ${ref(orders).city} }", name: "In ${ref(city).value}" }
  - name: plain
    props: { type: bar, x: "?{ ${ref(orders).city} }", name: In Rome }
"#,
    );
    assert_eq!((shop.query("sales").dynamic, shop.query("plain").dynamic), (true, false));
    assert_eq!(shop.query("sales").sql, shop.query("plain").sql);
}

/// R-SQL-06: 2.1 groups where something is aggregated, 2.0 always. R-SQL-10: 2.1 sorts lines by `x`.
#[test]
fn what_the_versions_differ_in() {
    let rest = r#"insights:
  - name: raw
    props: { type: scatter, mode: lines+markers, x: "?{ ${ref(orders).day} }", y: "?{ ${ref(orders).amount} }" }
  - name: points
    props: { type: scatter, mode: markers, x: "?{ ${ref(orders).day} }", y: "?{ ${ref(orders).revenue} }" }
  - name: sorted
    props: { type: scatter, mode: lines, x: "?{ ${ref(orders).day} }", y: "?{ ${ref(orders).amount} }" }
    interactions:
      - sort: ?{ ${ref(orders).amount} }
  - name: texts
    props: { type: scatter, mode: lines, x: "?{ ${ref(orders).city} }", y: "?{ ${ref(orders).amount} }" }
  - name: split
    props: { type: scatter, x: "?{ ${ref(orders).day} }", y: "?{ ${ref(orders).amount} }" }
    interactions:
      - split: ?{ ${ref(orders).city} }
"#;
    let clauses = |target: &str, insight: &str| {
        let sql = Shop::new(target, rest).query(insight).sql;
        let day = format!("ORDER BY\n  \"{}\".\"day\"", name_hash("orders"));
        (sql.contains("GROUP BY"), sql.contains("ORDER BY"), sql.contains(&day))
    };
    assert_eq!(clauses("2.1.0", "raw"), (false, true, true));
    assert_eq!(clauses("2.0.3", "raw"), (true, false, false));
    assert_eq!(clauses("2.1.0", "points"), (true, false, false));
    assert_eq!(clauses("2.0.3", "points"), (true, false, false));
    assert_eq!(clauses("2.1.0", "sorted"), (false, true, false));
    // 2.2 goes by the type of x, not by the words of `mode`; the split comes first.
    assert_eq!(clauses("2.2.1", "raw"), (false, true, true));
    assert_eq!(clauses("2.2.1", "points"), (true, false, false));
    assert_eq!(clauses("2.2.1", "sorted"), (false, true, false));
    assert_eq!(clauses("2.1.0", "texts"), (false, true, false));
    assert_eq!(clauses("2.2.1", "texts"), (false, false, false));
    let split = Shop::new("2.2.1", rest).query("split");
    assert!(
        split.sql.contains(&format!("ORDER BY\n  \"{0}\".\"city\",\n  \"{0}\".\"day\"", name_hash("orders"))),
        "{}",
        split.sql
    );
    assert_eq!(split.default_order.len(), 2);
}

/// R-IN-30: in an option query, the model's query stands in parentheses.
#[test]
fn an_option_query() {
    let shop = Shop::new("2.1.0", "");
    let viz_project::Body::Input(input) = &shop.project.object(shop.id("found")).body else { panic!("an input") };
    let viz_project::Options::Query(query) = &input.options else { panic!("a query") };
    let question = viz_check::option_question(&shop.project, query);
    let Some(Question::Options { sql, limit, .. }) = question.as_deref() else { panic!("a question") };
    assert!(sql.trim().starts_with("select distinct city from (select * from t"), "{sql}");
    assert_eq!(*limit, 100_000);
}

/// R-DATE-07: the values of a numeric range, by floating addition, and the end if they don't hit it. R-DATE-03: without a
/// date, a date step or a date control a range is one of numbers.
#[test]
fn the_values_of_a_numeric_range() {
    let shop = Shop::new("2.1.0", "");
    let values: Vec<String> = shop.options("price").values.iter().map(Value::raw).collect();
    assert_eq!(values, ["0", "0.1", "0.2", "0.3"]);
    let rest = "  - { name: more, type: multi-select, range: { start: 0, end: 10, step: 4 } }\n";
    let head = HEAD.replace("metrics:\n  - { name: net", &format!("{rest}metrics:\n  - {{ name: net"));
    assert!(head.contains("name: more"));
    let files = MemoryFiles::new([("/p/project.visivo.yml", head.replace("TARGET", "2.1.0").as_str())]);
    let project = Project::load(Path::new("/p"), &files, &Environment::empty());
    let more =
        project.ids().find(|id| project.object(*id).kind == Kind::Input && project.object(*id).name_text() == "more");
    let found = options_of(&project, &FactStore::new(), more.expect("it is there"), chrono::NaiveDateTime::default());
    let values: Vec<String> = found.expect("they are known").values.iter().map(Value::raw).collect();
    assert_eq!(values, ["0", "4", "8", "10"]);
}
