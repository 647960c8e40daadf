//! SQL inside slots and models: completion, signature help, hover.

use super::fixture::Fixture;
use crate::{Choices, completion_grows, completion_questions, signature_help};
use viz_check::{State, Value};
use viz_facts::{Answer, Column, OptionValues, Question};
use viz_text::TextRange;

const PROJECT: &str = "\
defaults: { source_name: local }
sources:
  - { name: local, type: duckdb, database: ':memory:' }
models:
  - name: orders
    sql: select region, total as amount from t
    metrics:
      - { name: revenue, expression: sum(amount), description: What came in. }
metrics:
  - { name: double, expression: '2 * ${ref(orders).revenue}' }
inputs:
  - { name: area, type: single-select, options: '?{ select distinct region from ${ref(orders)} }' }
  - { name: word, type: single-select, options: [\"Ops\", \"O'Hara\"] }
insights:
  - name: sales
    props: { type: bar }
    interactions:
      - filter: ?{ ${ref(orders).region} = '${ref(area).value}' and ${ref(orders).amount} > 1 }
  - name: other
    props:
      type: bar
      x: ?{ lower(${ref(orders).name}) = '${ref(word).value}' }
charts:
  - { name: sales_chart, insights: [ref(sales)] }
//# orders: region VARCHAR, amount DOUBLE, name VARCHAR
//? area: West, O'Fallon
";

/// The project with a text in place of another; `|` is the cursor.
fn with(old: &str, new: &str) -> Fixture {
    assert!(PROJECT.contains(old), "{old}");
    Fixture::new(&PROJECT.replacen(old, &new.replace('|', "$0"), 1))
}

/// An insight that refers to nothing yet: columns of all models, before functions.
#[test]
fn columns_are_offered_in_the_first_property() {
    let first = "      x: ?{ lower(${ref(orders).name}) = '${ref(word).value}' }\n";
    let fixture = with(first, "      x: ?{ re| }\n");
    let labels: Vec<String> = fixture.completion().into_iter().map(|item| item.label).collect();
    let place = |label: &str| labels.iter().position(|found| found == label).expect(label);
    assert!(place("orders.region") < place("replace"), "{labels:?}");
    assert!(!labels.contains(&"orders.amount".into()), "{labels:?}");
    assert_eq!(fixture.changed("orders.region", false).trim(), "x: ?{ ${ref(orders).region} }");
    // Of one model all of them, without a word too; of several they would be a list of everything.
    let all = |fixture: &Fixture| fixture.completion().iter().any(|item| item.label == "orders.amount");
    assert!(all(&with(first, "      x: ?{ | }\n")));
    let two = PROJECT.replacen("models:\n", "models:\n  - { name: more, sql: select b from u }\n", 1);
    assert!(!all(&Fixture::new(&two.replacen(first, "      x: ?{ $0 }\n", 1))));
    assert!(all(&Fixture::new(&two.replacen(first, "      x: ?{ am$0 }\n", 1))));
}

#[test]
fn columns_functions_and_keywords_are_offered_in_slots() {
    let fixture = with("${ref(orders).amount} > 1 }", "conc|");
    let labels: Vec<String> = fixture.completion().into_iter().map(|item| item.label).collect();
    assert!(labels.contains(&"orders".into()) && labels.contains(&"concat".into()), "{labels:?}");
    assert!(!labels.contains(&"sum".into()), "it begins with another letter");
    assert_eq!(
        fixture.changed("orders.amount", false).trim(),
        "- filter: ?{ ${ref(orders).region} = '${ref(area).value}' and ${ref(orders).amount}"
    );
    assert!(fixture.changed("concat", true).ends_with("concat($0)"));
    // Without a word there are names only, and the editor asks again with the next letter.
    let empty = with("${ref(orders).amount} > 1 }", "|");
    assert!(empty.completion().iter().all(|item| item.kind != crate::CompletionKind::Function));
    assert!(completion_grows(&empty.project, empty.file, empty.offset));
    assert!(!completion_grows(&fixture.project, fixture.file, fixture.offset));
    let keyword = with("${ref(orders).amount} > 1 }", "${ref(orders).amount} betw|");
    assert!(keyword.completion().iter().any(|item| item.label == "between"));
}

#[test]
fn models_know_their_columns_and_functions() {
    let columns = with("select region, total as amount from t", "select region, total as amount from t where am|");
    assert!(columns.completion().iter().any(|item| item.label == "amount" && item.detail.as_deref() == Some("DOUBLE")));
    let block = with("sql: select region, total as amount from t", "sql: >\n      select region, date_tr|");
    assert!(block.completion().iter().any(|item| item.label == "date_trunc"));
    assert!(block.changed("date_trunc", false).ends_with("date_trunc("));
}

/// A project whose model reads a file of SQLite and a CSV file, with what the engine says of both.
fn reading(sql: &str) -> Fixture {
    let text = format!(
        "defaults: {{ source_name: shop }}\nsources:\n  - {{ name: shop, type: sqlite, database: shop.db }}\nmodels:\n  \
         - name: sales\n    sql: |\n      {}\n",
        sql.replace('|', "$0").replace('\n', "\n      ")
    );
    let mut fixture = Fixture::new(&text);
    let wanted = completion_questions(&fixture.project, &fixture.facts, fixture.file, fixture.offset);
    let Some(Question::Options { sql, .. }) = wanted.first().map(|question| &**question) else {
        panic!("the tables: {wanted:?}")
    };
    assert!(sql.contains("sqlite_master"), "{sql}");
    let column = |name: &str| Column { name: name.into(), data_type: "VARCHAR".into() };
    let names = ["orders", "2nd", "customers"].map(|name| Some(name.to_owned())).to_vec();
    let tables = OptionValues { columns: vec![column("name")], values: names, more: false };
    fixture.learn(&wanted[0], Answer::Options(Ok(tables)));
    for question in completion_questions(&fixture.project, &fixture.facts, fixture.file, fixture.offset) {
        let columns = match question.sql() {
            "select * from orders" => ["id", "customer"],
            "select * from customers" => ["id", "first name"],
            _ => continue,
        };
        fixture.learn(&question, Answer::Columns(Ok(columns.map(column).to_vec())));
    }
    fixture
}

#[test]
fn tables_are_offered_behind_from() {
    let labels = |sql: &str| -> Vec<String> {
        reading(sql).completion().into_iter().map(|item| item.label).filter(|label| label.len() < 10).collect()
    };
    assert_eq!(labels("select id from |"), ["orders", "2nd", "customers"]);
    assert_eq!(labels("with big as (select 1 as n) select id from |"), ["big", "orders", "2nd", "customers"]);
    assert_eq!(labels("select o.id\nfrom orders o join |\nwhere"), ["orders", "2nd", "customers"]);
    assert!(reading("select id from |").changed("2nd", false).ends_with("from \"2nd\""));
}

#[test]
fn columns_behind_an_alias_are_those_of_what_it_stands_for() {
    let labels = |sql: &str| -> Vec<String> { reading(sql).completion().into_iter().map(|item| item.label).collect() };
    assert_eq!(labels("select o.|, c.id from orders o join customers as c on c.id = o.customer"), ["id", "customer"]);
    assert_eq!(labels("select c.fi| from orders o join customers c on true"), ["id", "first name"]);
    assert_eq!(labels("with big as (select id as big_id from orders) select big.| from big"), ["big_id"]);
    assert_eq!(labels("select x.| from orders"), [""; 0], "nobody is called x");
    assert_eq!(labels("with big as (select * from orders) select big.| from big"), ["id", "customer"]);
    assert_eq!(labels("select x.| from (select c.*, 1 as one from customers c) x"), ["id", "first name", "one"]);
    let all = labels("select | from orders");
    assert_eq!(all[..2], ["id", "customer"]);
    assert!(reading("select c.| from customers c").changed("first name", false).contains("c.\"first name\" from"));
    // Of a table that the source doesn't have, nothing is asked.
    let fixture = reading("select | from nothing, orders");
    let asked = completion_questions(&fixture.project, &fixture.facts, fixture.file, fixture.offset);
    assert!(asked.iter().all(|question| !question.sql().contains("nothing")), "{asked:?}");
}

#[test]
fn option_queries_have_their_models_columns_by_their_own_names() {
    let fixture = with("select distinct region from ${ref(orders)}", "select distinct am| from ${ref(orders)}");
    let items = fixture.completion();
    assert!(items.iter().any(|item| item.label == "amount" && item.insert == "amount"), "{items:?}");
    assert!(items.iter().all(|item| !item.insert.contains("}.")), "a model stands alone here: {items:?}");
}

#[test]
fn accessors_show_what_is_pinned() {
    let fixture = with("'${ref(area).value}'", "'${ref(area).|}'");
    let detail = |choices: &Choices| fixture.completion_with(choices)[0].detail.clone();
    assert_eq!(detail(&Choices::default()).as_deref(), Some("West"));
    let mut choices = Choices::default();
    choices.by_name.insert("area".into(), State::of([Value::Text("O'Fallon".into())]));
    assert_eq!(detail(&choices).as_deref(), Some("O'Fallon"));
}

#[test]
fn only_numbers_are_ranked_as_numbers() {
    for other in ["INTERVAL", "STRUCT(x INTEGER)", "DOUBLE[]"] {
        let types = format!("//# orders: region {other}, amount DOUBLE, name VARCHAR");
        let text = PROJECT.replacen("//# orders: region VARCHAR, amount DOUBLE, name VARCHAR", &types, 1);
        let text = text.replacen("${ref(orders).amount} > 1 }", "sum(${ref(orders).$0", 1);
        let items = Fixture::new(&text).completion();
        let first =
            items.iter().find(|item| item.kind == crate::CompletionKind::Column).map(|item| item.label.as_str());
        assert_eq!(first, Some("amount"), "{other}");
    }
}

#[test]
fn options_are_offered_inside_literals_that_their_column_is_compared_with() {
    let fixture = with("${ref(orders).amount} > 1 }", "${ref(orders).region} in ('x', '|') }");
    let items = fixture.completion();
    let shown: Vec<(&str, &str)> = items.iter().map(|item| (item.label.as_str(), item.insert.as_str())).collect();
    assert_eq!(shown, [("West", "West"), ("O'Fallon", "O''Fallon")]);
    assert_eq!(items[0].detail.as_deref(), Some("option of area"));
    // By a comparison elsewhere, half of the text missing.
    let other = with("${ref(orders).amount} > 1 }", "${ref(orders).name} = 'O|");
    let labels: Vec<String> = other.completion().into_iter().map(|item| item.label).collect();
    assert_eq!(labels, ["Ops", "O'Hara"]);
    let nothing = with("${ref(orders).amount} > 1 }", "${ref(orders).amount} = '|");
    assert!(nothing.completion().is_empty());
}

#[test]
fn signatures_show_the_parameter_at_the_cursor() {
    for (text, name, parameter) in [
        ("round(${ref(orders).amount}, |", "round(", 1),
        ("date_trunc('mon|", "date_trunc(", 0),
        ("sum(round(|", "round(", 0),
    ] {
        let fixture = with("${ref(orders).amount} > 1 }", text);
        let found = signature_help(&fixture.project, fixture.file, fixture.offset).expect(text);
        let active = &found.signatures[found.active];
        assert!(active.label.starts_with(name) && found.parameter == parameter, "{found:?}");
        assert!(active.parameters.len() > parameter, "{found:?}");
        assert!(active.parameters.iter().all(|range| active.label.get(range.clone()).is_some()));
    }
    for text in ["${ref(|", "nothing(|", "1 + |"] {
        let fixture = with("${ref(orders).amount} > 1 }", text);
        assert_eq!(signature_help(&fixture.project, fixture.file, fixture.offset), None, "{text}");
    }
    let outside = with("type: bar }", "type: bar, name: sum(| }");
    assert_eq!(signature_help(&outside.project, outside.file, outside.offset), None);
}

fn hovered(place: &str, choices: &Choices) -> String {
    let fixture = Fixture::new(&PROJECT.replacen(&place.replace('|', ""), &place.replace('|', "$0"), 1));
    let found = fixture.hover(choices);
    found.unwrap_or_else(|| panic!("{place}")).markdown
}

#[test]
fn hovers_say_what_the_lock_tells() {
    for (place, said) in [
        ("= '${ref(ar|ea).value}'", "2 options from a query, as viz.lock tells, written just now"),
        ("${ref(orders).amo|unt} > 1", "type `DOUBLE`, as viz.lock tells, written just now"),
    ] {
        let mut fixture = Fixture::new(&PROJECT.replacen(&place.replace('|', ""), &place.replace('|', "$0"), 1));
        fixture.lose_the_sources();
        let told = fixture.hover(&Choices::default()).expect(place).markdown;
        assert!(told.contains(said), "{told}");
    }
}

#[test]
fn hints_say_what_the_lock_tells() {
    let mut fixture = Fixture::new(&format!("{PROJECT}$0"));
    fixture.lose_the_sources();
    let (choices, whole) = (Choices::default(), TextRange::up_to((fixture.text().len() as u32).into()));
    let all = crate::hints(&fixture.snapshot(&choices), &viz_check::Insights::default(), fixture.file, whole);
    let told: Vec<(&str, &str)> =
        all.iter().filter_map(|hint| Some((hint.label.as_str(), hint.tooltip.as_deref()?))).collect();
    assert!(told.contains(&("2 options (viz.lock)", "2 options, as viz.lock tells, written just now")), "{told:?}");
    assert!(told.contains(&(": DOUBLE", "type DOUBLE, as viz.lock tells, written just now")), "{told:?}");
}

#[test]
fn hovers_tell_what_things_are_now() {
    let none = Choices::default();
    let placeholder = hovered("= '${ref(ar|ea).value}'", &none);
    assert!(placeholder.contains("renders to `West` when the page opens"), "{placeholder}");
    assert!(placeholder.contains("2 options from a query, read just now"), "{placeholder}");
    assert!(placeholder.contains("used by `sales`") && placeholder.contains("drives `sales_chart`"), "{placeholder}");
    let mut pinned = Choices::default();
    pinned.by_name.insert("area".into(), State::of([Value::Text("O'Fallon".into())]));
    assert!(hovered("= '${ref(ar|ea).value}'", &pinned).contains("renders to `O'Fallon` with what is pinned"));
    let column = hovered("${ref(orders).amo|unt} > 1", &none);
    assert!(column.contains("**column** `amount` of model `orders`\n\ntype `DOUBLE`"), "{column}");
    assert!(column.contains("total as amount"), "{column}");
    let model = hovered("${ref(ord|ers).amount} > 1", &none);
    assert!(model.starts_with("**model** `orders`") && model.contains("from t"), "{model}");
    let field = hovered("ref(orders).reve|nue", &none);
    assert!(field.starts_with("**metric** `revenue`\n\nof model `orders`\n\nWhat came in."), "{field}");
    let metric = hovered("name: dou|ble", &none);
    assert!(metric.contains("which is\n\n```sql\n2 * sum(amount)\n```"), "{metric}");
    let insight = hovered("name: sal|es\n", &none);
    assert!(insight.contains("used by chart `sales_chart`"), "{insight}");
    let function = hovered("x: ?{ low|er(", &none);
    assert!(function.contains("lower(string VARCHAR) → VARCHAR"), "{function}");
}

/// What is code stays code: a line of backticks ends nothing, and what its author calls a description can't take in what follows.
#[test]
fn hovers_stay_closed() {
    let text = "name: p\nmodels:\n  - name: od$0d\n    description: |\n      ```\n      open\n    sql: |\n      select 1\n      ```\n      ![pix](https://evil/t.png) [c](command:x)\n      ````\n";
    let fixture = Fixture::new(text);
    let found = fixture.hover(&Choices::default());
    let markdown = found.expect("a hover").markdown;
    assert!(markdown.contains("`````sql\nselect 1\n```\n![pix]") && markdown.contains("\n````\n`````\n"), "{markdown}");
    assert!(markdown.ends_with("```\nopen"), "the description is last: {markdown}");
}

#[test]
fn a_query_begins_with_a_table() {
    let labels: Vec<String> = reading("|").completion().into_iter().map(|item| item.label).collect();
    assert_eq!(
        labels,
        ["select * from orders", "select * from 2nd", "select * from customers"]
            .map(|text| text.replace("2nd", "\"2nd\""))
    );
    let unknown = Fixture::new("models:\n  - name: m\n    sql: $0\n");
    assert_eq!(unknown.changed("select … from …", true), "sql: select $1 from $0");
}

/// In a literal of a model's query stand values of its table, never columns.
#[test]
fn values_of_a_table_are_offered_in_literals() {
    let mut fixture = reading("select id from orders where customer = '|'");
    let labels =
        |fixture: &Fixture| -> Vec<String> { fixture.completion().into_iter().map(|item| item.label).collect() };
    assert_eq!(labels(&fixture), [""; 0]);
    let asked = completion_questions(&fixture.project, &fixture.facts, fixture.file, fixture.offset);
    let asked = asked.iter().find(|question| question.sql().contains("distinct")).expect("the values");
    assert_eq!(asked.sql(), "select distinct \"customer\" from orders where \"customer\" is not null order by 1");
    let column = Column { name: "customer".into(), data_type: "VARCHAR".into() };
    let values = ["Ada", "O'Hara"].map(|value| Some(value.to_owned())).to_vec();
    fixture.learn(asked, Answer::Options(Ok(OptionValues { columns: vec![column], values, more: false })));
    assert_eq!(labels(&fixture), ["Ada", "O'Hara"]);
    assert!(fixture.changed("O'Hara", false).ends_with("customer = 'O''Hara'"));
    // Those of an input that is made from the column, too.
    let own = with("select region, total as amount from t", "select region from t where region = '|'");
    assert_eq!(labels(&own), ["West", "O'Fallon"]);
}

#[test]
fn columns_of_tables_are_told() {
    let fixture = reading("select id from orders where cust|omer = 'a'");
    let found = fixture.hover(&Choices::default()).expect("a hover").markdown;
    assert_eq!(found, "**column** `customer` of `orders`\n\ntype `VARCHAR`");
}

#[test]
fn hovers_are_for_people() {
    let none = Choices::default();
    let model = hovered("name: ord|ers", &none);
    assert!(model.contains("| region | VARCHAR |\n| amount | DOUBLE |"), "{model}");
    let insight = hovered("name: oth|er", &none);
    assert!(insight.contains("AS x") && insight.contains("FROM orders"), "{insight}");
    let quoted = Fixture::new(&PROJECT.replacen("= '${ref(word).value}'", "= ${ref(word).val$0ue}", 1));
    let quoted = quoted.hover(&none).expect("a hover").markdown;
    assert!(
        quoted.contains("in single quotes, which the build puts around it") && quoted.contains("`'Ops'`"),
        "{quoted}"
    );
}
