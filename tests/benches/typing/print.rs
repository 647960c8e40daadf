//! Times as rows of a table.

use crate::person::Took;
use std::fmt::Display;
use std::time::Duration;

pub fn head() {
    println!("| objects | what | median | p90 | p99 | worst | times |\n|---|---|---|---|---|---|---|");
}

/// The first answers; beside them the last words, where there are such.
pub fn row(objects: usize, what: &str, times: &[Took]) {
    print(objects, what, times.iter().map(|took| took.first).collect());
    if times.iter().any(|took| took.last != took.first) {
        print(objects, &format!("{what}, last word"), times.iter().map(|took| took.last).collect());
    }
}

/// One number.
pub fn number(objects: usize, what: &str, number: impl Display) {
    println!("| {objects} | {what} | {number} | | | | |");
}

fn print(objects: usize, what: &str, mut times: Vec<Duration>) {
    times.sort();
    let at = |share: f64| {
        let place = (times.len().saturating_sub(1) as f64 * share).ceil() as usize;
        times.get(place).map_or(0.0, |time| time.as_secs_f64() * 1_000.0)
    };
    let [median, ninety, ninety_nine, worst] = [0.5, 0.9, 0.99, 1.0].map(at);
    println!(
        "| {objects} | {what} | {median:.1} ms | {ninety:.1} ms | {ninety_nine:.1} ms | {worst:.1} ms | {} |",
        times.len()
    );
}
