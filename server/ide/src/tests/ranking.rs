//! A small evaluation of the order: what an author meant should be at the top.

use super::fixture::{Fixture, joined, sample};
use crate::CompletionItem;
use viz_text::TextRange;

/// A piece of the shop's files with a cursor in place of what was written there, and what was.
const WANTED: &[(&str, &str, &str)] = &[
    // The kind that the place is for.
    ("      x: ?{ ${ref(orders).order_month} }", "      x: ?{ ${ref($0", "orders"),
    ("      y: ?{ ${ref(revenue_targets).target_revenue} }", "      y: ?{ ${ref($0", "revenue_targets"),
    ("name: ${ref(city).value}", "name: ${ref($0", "city"),
    // What is compared says which input.
    ("${ref(orders).region} = '${ref(region).value}' }", "${ref(orders).region} = '${ref($0", "region"),
    ("${ref(orders).city} = '${ref(city).value}' }", "${ref(orders).city} = '${ref($0", "city"),
    ("${ref(orders).channel} = '${ref(channel).value}' }", "${ref(orders).channel} = '${ref($0", "channel"),
    ("${ref(orders).segment} in (${ref(segments).values})", "${ref(orders).segment} in (${ref($0)", "segments"),
    (
        "${ref(products).category} in (${ref(categories).values})",
        "${ref(products).category} in (${ref($0",
        "categories",
    ),
    ("between ${ref(price_range).min} and ${ref(price_range).max} }", "between ${ref($0", "price_range"),
    (
        "between ${ref(price_range).min} and ${ref(price_range).max} }",
        "between ${ref(price_range).min} and ${ref($0",
        "price_range",
    ),
    ("${ref(order_lines).line_sales} ${ref(ranking).value} }", "${ref(order_lines).line_sales} ${ref($0", "ranking"),
    ("${ref(orders).total} >= ${ref(minimum_order).value} }", "${ref(orders).total} >= ${ref($0", "minimum_order"),
    // What the insight uses already.
    ("- filter: ?{ ${ref(orders).region} = ", "- filter: ?{ ${ref($0} = ", "orders"),
    ("- sort: ?{ ${ref(revenue_targets).month} ASC }", "- sort: ?{ ${ref($0", "revenue_targets"),
    // Fields.
    ("- sort: ?{ ${ref(revenue_targets).month} ASC }", "- sort: ?{ ${ref(revenue_targets).$0", "month"),
    ("y: ?{ ${ref(orders).revenue} }", "y: ?{ ${ref(orders).$0 }", "revenue"),
    ("labels: ?{ ${ref(price_band)} }", "labels: ?{ ${ref(p$0) }", "price_band"),
    ("(${ref(segments).values})", "(${ref(segments).$0", "values"),
    // Semantics.
    (
        "condition: ${ref(orders).customer_id} = ${ref(customers).customer_id}",
        "condition: ${ref(orders).customer_id} = ${ref($0",
        "customers",
    ),
    (
        "condition: ${ref(orders).customer_id} = ${ref(customers).customer_id}",
        "condition: ${ref(orders).customer_id} = ${ref(customers).$0",
        "customer_id",
    ),
    (
        "${ref(order_lines).product_id} = ${ref(products).product_id}",
        "${ref(order_lines).product_id} = ${ref(products).$0",
        "product_id",
    ),
    // Charts and pages: what nothing shows yet, and what is called alike.
    ("      - ${ref(revenue_by_month)}", "      - ${ref($0", "revenue_by_month"),
    ("      - ${ref(latest_month)}", "      - $0", "latest_month"),
    ("      - ${ref(status_by_channel)}", "      - ${re$0", "status_by_channel"),
    // Keys and values.
    ("    options: [DESC, ASC]", "    $0", "options"),
    ("      type: autocomplete", "      type: a$0", "autocomplete"),
    ("  source_name: shop_files", "  source_name: $0", "shop_files"),
    ("type: duckdb", "type: $0", "duckdb"),
];

/// What a client shows: the items that begin with what was typed.
fn filtered(fixture: &Fixture) -> Vec<CompletionItem> {
    let mut items = fixture.completion();
    items.retain(|item| {
        let typed = &fixture.text()[TextRange::new(item.replace.start(), fixture.offset)];
        item.filter.starts_with(typed.trim_start())
    });
    items
}

#[test]
fn what_was_meant_is_near_the_top() {
    let files = sample("ecommerce");
    let (mut first, mut below) = (0, Vec::new());
    for (written, cut, wanted) in WANTED {
        let mut files = files.clone();
        let (_, text) =
            files.iter_mut().find(|(_, text)| text.contains(written)).unwrap_or_else(|| panic!("{written}"));
        *text = text.replacen(written, cut, 1);
        let items = filtered(&Fixture::new(&joined(&files)));
        let place = items.iter().position(|item| item.label == *wanted);
        if place != Some(0) {
            let top: Vec<&str> = items.iter().take(3).map(|item| item.label.as_str()).collect();
            eprintln!("{cut}: {wanted} is at {place:?} behind {top:?}");
        }
        first += usize::from(place == Some(0));
        if place.is_none_or(|place| place > 2) {
            below.push(*cut);
        }
    }
    assert_eq!(below, Vec::<&str>::new(), "among the first three");
    assert!(first * 10 >= WANTED.len() * 8, "{first} of {} first", WANTED.len());
}

/// Every reference of the sample projects, cut off in its name or path, without a letter typed.
#[test]
fn references_of_the_samples_are_found_again() {
    let (mut total, mut offered, mut first, mut top) = (0, 0, 0, 0);
    for name in ["ecommerce", "support-tickets", "iot-sensors"] {
        let files = sample(name);
        for (index, (_, text)) in files.iter().enumerate() {
            let places = text.match_indices("${ref(").map(|(at, open)| at + open.len());
            for start in places.step_by(5) {
                let Some(end) = text[start..].find(')').map(|len| start + len) else { continue };
                let wanted = &text[start..end];
                let line_end = text[end..].find('\n').map_or(text.len(), |len| end + len);
                let mut cut = files.clone();
                cut[index].1 = format!("{}$0{}", &text[..start], &text[line_end..]);
                let items = Fixture::new(&joined(&cut)).completion();
                let place = items.iter().position(|item| item.label == wanted);
                total += 1;
                offered += usize::from(place.is_some());
                first += usize::from(place == Some(0));
                top += usize::from(place.is_some_and(|place| place < 3));
            }
        }
    }
    eprintln!("of {total} references {offered} offered, {top} among the first three, {first} first");
    assert_eq!(offered, total);
    assert!(top * 10 >= total * 8 && first * 10 >= total * 6, "{first} first, {top} of {total} in the top three");
}
