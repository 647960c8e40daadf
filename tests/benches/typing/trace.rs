//! What is typed: each key makes a text that never was, but for what is taken back.

use crate::person::{Keys, Person};
use std::path::Path;
use std::time::Duration;
use viz_tests::Document;
use viz_tests::shops::Shops;

/// Shops in whose files is typed, as far as there are so many.
const SHOPS: [usize; 3] = [0, 5, 1_000];

/// Plays everything. Findings and suggestions are looked at: they must be what ours says.
pub fn play(person: &mut Person, root: &Path, shops: usize) {
    let documents: Vec<Document> =
        SHOPS.iter().enumerate().map(|(turn, at)| in_shop(person, root, (*at).min(shops - 1), turn, true)).collect();
    model(person, root, true, documents.first());
}

/// Plays all kinds once, for a server that need not know what is right.
pub fn play_a_part(person: &mut Person, root: &Path) {
    in_shop(person, root, SHOPS[0], 0, false);
    model(person, root, false, None);
}

/// What is typed into the insights of a shop.
fn in_shop(person: &mut Person, root: &Path, shop: usize, turn: usize, is_ours: bool) -> Document {
    let (mut document, tag, number) = (open(person, root, shop), Shops::tag(shop), 1_000 + 100 * turn);
    person.session.settle(is_ours);
    condition(person, &mut document, &tag, number, is_ours);
    insight(person, &mut document, &tag, number);
    references(person, &mut document, &tag);
    blocks(person, &mut document, &tag);
    paste(person, &mut document, &tag, number);
    burst(person, &mut document, &tag, number);
    completions(person, &mut document, &tag, is_ours);
    document
}

/// Opens the insights of a shop.
pub fn open(person: &mut Person, root: &Path, shop: usize) -> Document {
    person.session.open(&root.join(Shops::file(shop, "insights")))
}

/// Behind the first condition of a shop.
pub fn condition_of(document: &Document, tag: &str) -> usize {
    let here = format!("'${{ref({tag}_region).value}}'");
    document.text.find(&here).expect("it filters by region") + here.len()
}

fn keys(person: &mut Person, kind: &str, document: &mut Document, mut place: usize, text: &str) -> usize {
    for key in text.chars() {
        person.edit(kind, document, place..place, &key.to_string());
        place += key.len_utf8();
    }
    place
}

/// A condition with a wrong column, which is then mended; and undo.
fn condition(person: &mut Person, document: &mut Document, tag: &str, number: usize, is_ours: bool) {
    let kind = "a condition, key by key";
    let start = condition_of(document, tag);
    let wrong = format!("shipin{number}");
    let end = keys(person, kind, document, start, &format!(" and ${{ref({tag}_orders).{wrong}}} > {number}"));
    if is_ours {
        person.wait_for(document, &wrong, true);
    }
    let column = document.text[start..end].find(&wrong).expect("it was typed") + start;
    let mut place = column + wrong.len();
    while place > column + "ship".len() {
        person.edit(kind, document, place - 1..place, "");
        place -= 1;
    }
    keys(person, kind, document, place, "ping");
    if is_ours {
        person.wait_for(document, &wrong, false);
    }
    let end = end - wrong.len() + "shipping".len();
    let typed = document.text[start..end].to_owned();
    person.edit("undo of a condition", document, start..end, "");
    person.edit("redo of a condition", document, start..start, &typed);
    person.edit("undo of a condition", document, start..end, "");
}

/// A new insight, line by line.
pub fn insight(person: &mut Person, document: &mut Document, tag: &str, number: usize) {
    let text = format!(
        "  - name: {tag}_new_{number}\n    description: What came in, {number} at least.\n    props:\n      type: bar\n      \
         x: ?{{ ${{ref({tag}_orders).order_month}} }}\n      y: ?{{ sum(${{ref({tag}_orders).shipping}}) + {number} }}\n    \
         interactions:\n      - filter: ?{{ ${{ref({tag}_orders).segment}} = 'Club' and ${{ref({tag}_orders).shipping}} < {number} }}\n      \
         - sort: ?{{ ${{ref({tag}_orders).order_month}} asc }}\n"
    );
    let start = "insights:\n".len();
    let mut place = start;
    for line in text.split_inclusive('\n') {
        person.edit("an insight, line by line", document, place..place, line);
        place += line.len();
    }
    person.edit("an insight deleted", document, start..place, "");
}

/// References go and come back.
fn references(person: &mut Person, document: &mut Document, tag: &str) {
    (0..8).for_each(|at| a_reference(person, document, tag, at));
}

/// One of the first references to a column that many show.
pub fn a_reference(person: &mut Person, document: &mut Document, tag: &str, number: usize) {
    let reference = format!("${{ref({tag}_orders).order_month}}");
    let place = document.text.match_indices(&reference).map(|(at, _)| at).nth(number);
    if let Some(at) = place {
        person.edit("a reference deleted", document, at..at + reference.len(), "");
        person.edit("a reference put back", document, at..at, &reference);
    }
}

/// The interactions of insights go and come back.
fn blocks(person: &mut Person, document: &mut Document, tag: &str) {
    (0..BLOCKS.len()).for_each(|at| a_block(person, document, tag, at));
}

const BLOCKS: [&str; 5] = ["revenue_by_month", "orders_by_city", "order_values", "category_sales", "returns_by_reason"];

/// Those of one of them.
pub fn a_block(person: &mut Person, document: &mut Document, tag: &str, number: usize) {
    let name = format!("- name: {tag}_{}\n", BLOCKS[number]);
    let start = document.text.find(&name).expect("every shop has it");
    let start = start + document.text[start..].find("    interactions:\n").expect("it has some");
    let length = document.text[start..].find("  - name: ").unwrap_or(document.text.len() - start);
    let block = document.text[start..start + length].to_owned();
    person.edit("a block deleted", document, start..start + length, "");
    person.edit("a block put back", document, start..start, &block);
}

/// Forty lines are copied and pasted under other names.
fn paste(person: &mut Person, document: &mut Document, tag: &str, number: usize) {
    (0..4).for_each(|copy| a_paste(person, document, tag, number + copy));
}

/// Once.
pub fn a_paste(person: &mut Person, document: &mut Document, tag: &str, number: usize) {
    let start = document.text.find(&format!("  - name: {tag}_revenue_by_month\n")).expect("every shop has it");
    let lines = document.text[start..].split_inclusive('\n');
    let length = lines.take(40).map(str::len).sum::<usize>();
    let whole = document.text[start..start + length].rfind("  - name: ").expect("there are several");
    let text = document.text[start..start + whole]
        .replace(&format!("  - name: {tag}_"), &format!("  - name: {tag}_copy_{number}_"));
    // Conditions of their own, too.
    let text = text.replace("' }", &format!("' and {number} > 1 }}"));
    person.edit("forty lines pasted", document, start..start, &text);
    person.edit("forty lines deleted", document, start..start + text.len(), "");
}

/// Keys that don't wait.
fn burst(person: &mut Person, document: &mut Document, tag: &str, number: usize) {
    for again in 0..2 {
        let start = condition_of(document, tag);
        let text = format!(" and ${{ref({tag}_orders).shipping}} <> {}", number + again);
        let end = person.burst(
            "a burst, 40 ms a key",
            document,
            Keys { at: start, text: &text, every: Duration::from_millis(40) },
            |_| true,
        );
        person.edit("undo of a burst", document, start..end, "");
    }
}

/// The names and the columns that could follow.
pub fn completion(person: &mut Person, document: &mut Document, tag: &str, number: usize, is_ours: bool) {
    let expects = |text: &'static str| is_ours.then_some(text);
    let place = condition_of(document, tag);
    let name = format!(" and {number} < ${{ref({tag}_o");
    person.complete("completion of a name", document, place, &name, expects("_orders"));
    let column = format!(" and {number} < ${{ref({tag}_orders).sh");
    person.complete("completion of a column", document, place, &column, expects("shipping"));
}

/// What could follow, in typical places.
fn completions(person: &mut Person, document: &mut Document, tag: &str, is_ours: bool) {
    let expects = |text: &'static str| is_ours.then_some(text);
    for again in 0..6 {
        let (place, number) = (condition_of(document, tag), again + 10);
        completion(person, document, tag, number, is_ours);
        person.complete(
            "completion of a function",
            document,
            place,
            &format!(" and {number} < coal"),
            expects("coalesce"),
        );
        let start = document.text.find(&format!("- name: {tag}_order_values\n")).expect("every shop has it");
        let key = start + document.text[start..].find("      y: ").expect("it has that");
        person.complete(
            "completion of a key",
            document,
            key,
            &format!("      {}", &"marker"[..=again / 2]),
            expects("marker"),
        );
    }
}

/// A model that fifty insights read, some of them in `readers`.
fn model(person: &mut Person, root: &Path, is_ours: bool, readers: Option<&Document>) {
    let kind = "a model that many read, key by key";
    let mut document = person.session.open(&root.join("company.yml"));
    person.session.settle(is_ours);
    let place = document.text.find("quarter, staff").expect("it selects that") + "quarter".len();
    keys(person, kind, &mut document, place, ", staff + 1700 as more_staff");
    // A column that is read goes, and comes back.
    for name in ["part", "third", "season", "period_of_year"] {
        let renamed = format!(" as {name}");
        let place = document.text.find("quarter, ").expect("it selects that") + "quarter".len();
        let kind = "a column that many read renamed";
        person.edit(kind, &mut document, place..place, &renamed);
        person.session.settle(is_ours);
        if let Some(readers) = readers {
            person.wait_for(readers, "quarter", true);
            person.elsewhere(
                &format!("{kind} back, until its readers are right"),
                &mut document,
                place..place + renamed.len(),
                readers,
            );
        } else {
            person.edit(&format!("{kind} back"), &mut document, place..place + renamed.len(), "");
        }
    }
}

/// Keys while the server starts, for as long as facts arrive, or so many.
pub fn while_starting(person: &mut Person, document: &mut Document, shop: usize) {
    let start = condition_of(document, &Shops::tag(shop));
    let text: String = (0..200).map(|at| char::from(b'0' + (at * 7 % 10) as u8)).collect();
    let text = format!(" and 1 < {text}");
    let mut left = 200;
    let typed = Keys { at: start, text: &text, every: Duration::from_millis(100) };
    person.burst("a key while the server starts", document, typed, |session| {
        left -= 1;
        left > 170 || (left > 0 && session.is_busy())
    });
}
