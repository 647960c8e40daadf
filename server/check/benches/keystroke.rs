//! From a keystroke to its T0 findings, in projects of several sizes: reload and check, without the engine.
//! `cargo bench -p viz-check --profile dev`

#[path = "../tests/generated/mod.rs"]
mod generated;

use divan::{Bencher, black_box};
use generated::generate;

fn main() {
    divan::main();
    hit_rate();
}

/// Characters are typed into one insight: each makes a text that never was.
#[divan::bench(args = [500, 2_000, 4_000, 20_000], sample_count = 200, sample_size = 1)]
fn one_insight(bencher: Bencher<'_, '_>, objects: usize) {
    let mut project = generate(objects, false);
    project.settle();
    let before = project.text("/p/insights.yml");
    let mut number = 0;
    bencher.bench_local(|| {
        number += 1;
        let typed = format!("insight_9\n    props:\n      type: bar{number}");
        let text = before.replacen("insight_9\n    props:\n      type: bar", &typed, 1);
        black_box(project.keystroke("/p/insights.yml", &text))
    });
}

/// A metric that 500 insights use is changed.
#[divan::bench(sample_count = 50, sample_size = 1)]
fn metric_of_500_insights(bencher: Bencher<'_, '_>) {
    let mut project = generate(800, true);
    project.settle();
    let before = project.text("/p/semantics.yml");
    let mut number = 0;
    bencher.bench_local(|| {
        number += 1;
        let text = before.replacen("expression: sum(", &format!("expression: {number} + sum("), 1);
        black_box(project.keystroke("/p/semantics.yml", &text))
    });
}

/// Prints how many verdicts a keystroke reuses.
fn hit_rate() {
    let mut project = generate(2_000, false);
    project.settle();
    let text = project.text("/p/insights.yml").replacen(
        "insight_9\n    props:\n      type: bar",
        "insight_9\n    props:\n      type: ba",
        1,
    );
    let counters = project.keystroke("/p/insights.yml", &text).counters;
    println!(
        "memo: {} of {} verdicts reused after a keystroke",
        counters.insights_remembered,
        counters.insights_remembered + counters.insights_checked
    );
}
