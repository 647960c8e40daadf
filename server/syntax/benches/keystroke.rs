//! What a keystroke in a large file costs. `cargo bench -p viz-syntax`; aim: under 2 ms.

use divan::{Bencher, black_box};
use viz_syntax::Document;

fn main() {
    divan::main();
}

/// A file of insights with the given number of lines.
fn file(lines: usize) -> String {
    let mut text = String::from("name: large\n\ninsights:\n");
    for n in 0..lines / 12 {
        text += &format!(
            "  - name: insight{n}\n    description: Umsätze of region {n}\n    props:\n      type: bar\n      x: ?{{ ${{ref(model{n}).day}} }}\n      y: ?{{ sum(${{ref(model{n}).total}}) }}\n\
             \x20     marker:\n        color: \"#a0b\"\n    interactions:\n      - filter: ?{{ ${{ref(model{n}).site}} = '${{ref(site).value}}' }}\n      - sort: ?{{ ${{ref(model{n}).day}} desc }}\n\n"
        );
    }
    text
}

/// The text with one more character in the middle of an object in the middle.
fn edited(text: &str) -> String {
    let at = text.len() / 2;
    let at = at + text[at..].find("type: bar").expect("a prop") + "type: ".len();
    format!("{}s{}", &text[..at], &text[at..])
}

#[divan::bench(args = [1_000, 50_000, 100_000])]
fn keystroke(bencher: Bencher<'_, '_>, lines: usize) {
    let text = file(lines);
    let new = edited(&text);
    let document = Document::parse(&text);
    bencher.bench_local(|| document.reparse(black_box(&new)));
}

/// The text is broken before and after the keystroke.
#[divan::bench(args = [50_000])]
fn keystroke_in_open_quotes(bencher: Bencher<'_, '_>, lines: usize) {
    let text = edited(&file(lines)).replacen("type: sbar", "type: \"sbar", 1);
    let new = text.replacen("\"sbar", "\"ssbar", 1);
    let document = Document::parse(&text);
    bencher.bench_local(|| document.reparse(black_box(&new)));
}

#[divan::bench(args = [50_000])]
fn keystroke_and_problems(bencher: Bencher<'_, '_>, lines: usize) {
    let text = file(lines);
    let new = edited(&text);
    let document = Document::parse(&text);
    bencher.bench_local(|| document.reparse(black_box(&new)).problems().len());
}

#[divan::bench(args = [1_000, 50_000])]
fn full_parse(bencher: Bencher<'_, '_>, lines: usize) {
    let text = file(lines);
    bencher.bench_local(|| Document::parse(black_box(&text)));
}
