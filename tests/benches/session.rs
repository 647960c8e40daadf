//! A person who types into a generated company with shops for ten minutes, here and there, at random but in each run the same, from the
//! moment when the server starts: facts arrive meanwhile, at first all of them and later those of models that are edited. Milliseconds
//! from a key to the diagnostics that answer it and to a completion, and how often anything took longer than a person bears. Run with
//! `cargo bench --workspace --profile dev --bench session [objects]... [--minutes=10] [--root=FOLDER]` (26,000 by default; a folder that has
//! such a company is typed into, but not written).

// Benches make the files that they are about.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)]

mod ground;
#[path = "typing/person.rs"]
#[allow(dead_code, reason = "this bench needs a part of it")]
mod person;
#[path = "typing/print.rs"]
mod print;
#[path = "typing/session.rs"]
#[allow(dead_code, reason = "this bench needs a part of it")]
mod session;
#[path = "typing/trace.rs"]
#[allow(dead_code, reason = "this bench needs a part of it")]
mod trace;

use person::{Person, Took};
use serde_json::{Value, json};
use session::{Manners, Session};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use viz_tests::Document;
use viz_tests::shops::Shops;

const PROGRAM: &str = env!("CARGO_BIN_EXE_viz-lsp");

/// Shops that are edited: few, as a person does.
const SHOPS: usize = 5;

/// What is longer is a stall.
const STALL: Duration = Duration::from_millis(50);

fn main() {
    let minutes = std::env::args().find_map(|argument| argument.strip_prefix("--minutes=")?.parse().ok());
    let length = Duration::from_secs_f64(60.0 * minutes.unwrap_or(10.0));
    print::head();
    for objects in ground::sizes(&[26_000]) {
        let written = std::env::args().find_map(|argument| argument.strip_prefix("--root=").map(PathBuf::from));
        let made = written.is_none().then(|| ground::shops(objects));
        let root = made.as_ref().map(|folder| folder.path().to_owned()).or(written).expect("one of both");
        let root = root.canonicalize().expect("it exists");
        // What was written this moment is not relied upon.
        std::thread::sleep(Duration::from_millis(50));
        let cache = tempfile::tempdir().expect("a temporary folder");
        let mut command = viz_tests::cli::program(&ground::program(PROGRAM));
        command.env("XDG_CACHE_HOME", cache.path());
        let manners = Manners { pulls: false, initialization: json!({ "typingPause": 0 }), configuration: Value::Null };
        let mut person = Person::at(Session::start(command, &root, manners), false);
        play(&mut person, &root, Shops::of(objects).count, length);
        tell(objects, &person);
        person.session.end();
    }
}

/// Types for so long.
fn play(person: &mut Person, root: &Path, shops: usize, length: Duration) {
    let (end, mut random) = (Instant::now() + length, fastrand::Rng::with_seed(4_711));
    let mut company = person.session.open(&root.join("company.yml"));
    let mut open: BTreeMap<usize, Document> = BTreeMap::new();
    let mut number = 10_000;
    while Instant::now() < end {
        number += 1;
        let shop = random.usize(..SHOPS) * shops / SHOPS;
        let (document, tag) = (open.entry(shop).or_insert_with(|| trace::open(person, root, shop)), Shops::tag(shop));
        match random.u8(..20) {
            0..=9 => condition(person, document, &tag, number, &mut random),
            10..=12 => trace::a_reference(person, document, &tag, random.usize(..8)),
            13 => trace::a_block(person, document, &tag, random.usize(..5)),
            14 => trace::a_paste(person, document, &tag, number),
            15 => trace::insight(person, document, &tag, number),
            16..=18 => trace::completion(person, document, &tag, number, false),
            _ => model(person, &mut company, number),
        }
    }
}

/// A condition, of which some is taken back while it is typed; then all of it.
fn condition(person: &mut Person, document: &mut Document, tag: &str, number: usize, random: &mut fastrand::Rng) {
    let kind = "a condition, key by key";
    let start = trace::condition_of(document, tag);
    let column = ["shipping", "total", "segment", "nothing"][random.usize(..4)];
    let text = format!(" and ${{ref({tag}_orders).{column}}} > {number}");
    let mut end = start;
    for key in text.chars() {
        person.edit(kind, document, end..end, &key.to_string());
        end += key.len_utf8();
        if random.u8(..12) == 0 {
            person.edit(kind, document, end - 1..end, "");
            person.edit(kind, document, end - 1..end - 1, &key.to_string());
        }
    }
    person.edit("undo of a condition", document, start..end, "");
}

/// A model that fifty insights read has another column: facts about it arrive.
fn model(person: &mut Person, document: &mut Document, number: usize) {
    let place = document.text.find("quarter, ").expect("it selects that") + "quarter".len();
    let text = format!(", staff + {number} as more_staff");
    person.edit("a model that many read", document, place..place, &text);
    person.edit("a model that many read", document, place..place + text.len(), "");
}

/// The times by what was typed, of all keys together, and the stalls.
fn tell(objects: usize, person: &Person) {
    let completes = |kind: &str| kind.starts_with("completion");
    for (kind, times) in &person.times.0 {
        print::row(objects, &format!("session: {kind}"), times);
    }
    for (what, of_completions) in [("session: all edits", false), ("session: all completions", true)] {
        let fits = |(kind, _): &&(String, Vec<Took>)| completes(kind) == of_completions;
        let all: Vec<Took> = person.times.0.iter().filter(fits).flat_map(|(_, times)| times.iter().copied()).collect();
        print::row(objects, what, &all);
        let stalls = all.iter().filter(|took| took.first > STALL).count();
        print::number(objects, &format!("{what}, that took more than 50 ms"), stalls);
    }
}
