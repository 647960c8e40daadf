//! `viz.lock`: the file of 2,000 models and 2,000 inputs written and read, and checks by locks. Run with
//! `cargo bench --workspace --profile dev --bench lock`.

// Benches make the files that they are about.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)]

use std::process::Stdio;
use std::time::{Duration, Instant};
use viz_facts::{Column, OptionValues};
use viz_lock::{Given, Hash, Keep, Lock, Section, SectionKind, kept, read};
use viz_tests::projects::Project;

const PROGRAM: &str = env!("CARGO_BIN_EXE_viz-lsp");

/// Runs of each kind.
const RUNS: usize = 9;

/// Models, and inputs.
const OBJECTS: usize = 2_000;

fn main() {
    println!("| projects | what | median | |\n|---|---|---|---|");
    let lock = large();
    let text = lock.to_text().expect("it is not too large");
    assert_eq!(read(text.as_bytes()).as_ref(), Ok(&lock), "what is written is read");
    println!("| 1 | the file of {OBJECTS} models and {OBJECTS} inputs, kB | {} | |", text.len() / 1000);
    row(&format!("a file of {OBJECTS} models and {OBJECTS} inputs is written and read"), || {
        let text = lock.to_text().expect("it is not too large");
        read(text.as_bytes()).expect("it is a lock");
    });
    for name in ["ecommerce", "iot-sensors", "support-tickets"] {
        let sample = Project::copy_of(name);
        let run = |args: &[&str]| {
            let mut command = viz_tests::cli::program(PROGRAM);
            command.args(args).arg("--no-cache").arg(&sample.root).stdout(Stdio::null());
            command.status().expect("it runs")
        };
        row(&format!("lock of {name}"), || assert!(run(&["lock"]).success()));
        row(&format!("check --locked of {name}, cold"), || assert!(run(&["check", "--locked"]).code() < Some(2)));
    }
}

fn row(what: &str, work: impl Fn()) {
    let time = || {
        let started = Instant::now();
        work();
        started.elapsed()
    };
    let mut times: Vec<Duration> = (0..RUNS).map(|_| time()).collect();
    times.sort();
    println!("| 1 | {what} | {:.1} ms | |", times[RUNS / 2].as_secs_f64() * 1000.0);
}

/// Small sections, so that all of them fit.
fn large() -> Lock {
    let mut lock = Lock::default();
    let column = |name: &str, ty: &str| Column { name: name.into(), data_type: ty.into() };
    for at in 0..OBJECTS {
        let name = format!("object_{at}");
        let section = |query: &str, given: Given| Section {
            source: Some("shop".into()),
            main: Some((Hash::of([Some(query), Some(name.as_str())]), given)),
            ..Section::default()
        };
        let columns = vec![column("region", "VARCHAR"), column("amount", "DECIMAL(10,2)")];
        lock.sections.insert((SectionKind::Model, name.clone()), section("model", Given::Columns(columns)));
        let options = ["EMEA", "APAC"].map(|option| Some(format!("{option} {at}")));
        let values = OptionValues { columns: vec![column("region", "VARCHAR")], values: options.into(), more: false };
        let input = Section { keep: Some(Keep::Values), ..section("input", kept(Keep::Values, &values)) };
        lock.sections.insert((SectionKind::Input, name.clone()), input);
    }
    lock
}
