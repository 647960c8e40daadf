//! A person types into generated companies with shops (`viz_tests::shops`), over stdio: milliseconds from a key to the
//! diagnostics that answer it, by what is typed, where they are sent (push) and where they are asked for (pull); of
//! completion; from the start to the first findings; the memory with the workers. The same is typed into the YAML language
//! server, which knows our schema and nothing of references or SQL. Run with
//! `cargo bench --workspace --profile dev --bench typing [objects]...` (260 and 2,600 by default).
//!
//! "First" is the first answer about the text with that key; "last word" the last one before the next key that says
//! something else.

// Benches make the files that they are about.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)]

#[path = "../ground.rs"]
mod ground;
mod person;
mod print;
mod session;
mod trace;

use person::{Person, Took};
use print::{number, row};
use serde_json::{Value, json};
use session::{Manners, Session};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};
use url::Url;
use viz_tests::shops::Shops;
use viz_tests::usage;

const PROGRAM: &str = env!("CARGO_BIN_EXE_viz-lsp");

/// Starts that are measured.
const STARTS: usize = 3;

fn main() {
    print::head();
    for objects in ground::sizes(&[260, 2_600]) {
        let folder = ground::shops(objects);
        let root = folder.path().canonicalize().expect("it exists");
        // What was written this moment is not relied upon.
        std::thread::sleep(Duration::from_millis(50));
        starts(objects, &root);
        for pulls in [false, true] {
            types(objects, &root, pulls);
        }
        if let Some(command) = ground::yaml_language_server() {
            yardstick(objects, &root, command);
        }
    }
}

/// Ours, with a cache of its own; shown at once.
fn ours(cache: &Path) -> Command {
    let mut command = viz_tests::cli::program(&ground::program(PROGRAM));
    command.env("XDG_CACHE_HOME", cache);
    command
}

fn manners(pulls: bool) -> Manners {
    Manners { pulls, initialization: json!({ "typingPause": 0 }), configuration: Value::Null }
}

/// From nothing to the first findings, and keys until everything is known.
fn starts(objects: usize, root: &Path) {
    let (mut cold, mut warm, mut keys, mut most) = (Vec::new(), Vec::new(), Vec::new(), 0.0_f64);
    for _ in 0..STARTS {
        let cache = tempfile::tempdir().expect("a temporary folder");
        for times in [&mut cold, &mut warm] {
            let started = Instant::now();
            let mut person = Person::at(Session::start(ours(cache.path()), root, manners(false)), false);
            let document = trace::open(&mut person, root, 0);
            person.session.until(|session| !session.history(&document).is_empty());
            let took = person.session.history(&document)[0].at - started;
            times.push(Took { first: took, last: took });
            person.session.settle(true);
            most = most.max(ground::mebibytes(usage::memory(person.session.pid())));
            person.session.end();
        }
        let cache = tempfile::tempdir().expect("a temporary folder");
        let mut person = Person::at(Session::start(ours(cache.path()), root, manners(false)), false);
        let mut document = trace::open(&mut person, root, 0);
        trace::while_starting(&mut person, &mut document, 0);
        keys.append(&mut person.times.0);
        person.session.end();
    }
    row(objects, "start to first findings, cold", &cold);
    row(objects, "start to first findings, warm", &warm);
    let all: Vec<Took> =
        keys.into_iter().filter(|(kind, _)| !kind.contains("last")).flat_map(|(_, times)| times).collect();
    row(objects, "a key while the server starts", &all);
    number(objects, "memory after a start, with workers, MiB", format!("{most:.0}"));
}

/// Types everything.
fn types(objects: usize, root: &Path, pulls: bool) {
    let cache = tempfile::tempdir().expect("a temporary folder");
    let mut person = Person::at(Session::start(ours(cache.path()), root, manners(pulls)), pulls);
    trace::play(&mut person, root, Shops::of(objects).count);
    let how = if pulls { "pull" } else { "push" };
    for (kind, times) in &person.times.0 {
        row(objects, &format!("{how}: {kind}"), times);
    }
    let memory = ground::mebibytes(usage::memory(person.session.pid()));
    number(objects, &format!("{how}: memory after it, with workers, MiB"), format!("{memory:.0}"));
    person.session.end();
}

/// The same in the YAML language server.
fn yardstick(objects: usize, root: &Path, command: Command) {
    let schema = viz_tests::projects::repository().join("grammars/project.schema.json");
    let schema = Url::from_file_path(schema).expect("an absolute path");
    let settings = json!({ "validate": true, "completion": true, "schemas": { schema.as_str(): "*.yml" }, "schemaStore": { "enable": false } });
    let manners = Manners { pulls: false, initialization: Value::Null, configuration: json!({ "yaml": settings }) };
    let mut person = Person::at(Session::start(command, root, manners), false);
    trace::play_a_part(&mut person, root);
    for (kind, times) in &person.times.0 {
        row(objects, &format!("yaml-language-server: {kind}"), times);
    }
    let memory = ground::mebibytes(usage::memory(person.session.pid()));
    number(objects, "yaml-language-server: memory after it, MiB", format!("{memory:.0}"));
}
