//! Places that stop everything else, so each thing is there alone: the project file, settings, baselines, the output folder,
//! files that options name, the cache.

use super::place::Place;
use super::run::{User, can_be_nobody, command, judged, together};
use super::session;
use super::things::{Flavour, Thing, give_to_nobody};
use std::process::Command;

/// A place where a path enters, and how the program is brought to it.
struct Entry {
    /// Below the place's folder.
    at: &'static str,
    flavour: Flavour,
    /// What is there if nobody attacks.
    good: Option<&'static str>,
    /// The runs that meet it.
    runs: &'static [&'static [&'static str]],
    /// Whether an editor meets it.
    editor: bool,
    /// What may change, besides the cache and the output folder.
    may_change: fn(&str) -> bool,
}

/// A project with all that the runs need, and a fault that can be mended.
const PROJECT: &str = "\
name: alone
sources:
  - {name: memory, type: duckdb, database: \":memory:\"}
models:
  - {name: m, source: ref(memory), sql: select 1 as x}
inputs:
  - name: picked
    type: single-select
    options: ?{ select x::varchar as x from ${ref(m)} }
  - name: faulty
    type: single-select
    options: [1, 2]
";

const BASELINE: &str = "{\"version\": 1, \"findings\": []}\n";

const CHECK: &[&str] = &["--check", "--timeout", "2"];
const PARSE: &[&str] = &["--check", "--level", "parse"];
const FIX: &[&str] = &["--check", "--fix", "--level", "parse"];
const BUILD: &[&str] = &["--build", "--timeout", "2", "--out", "../out"];

fn nothing(_: &str) -> bool {
    false
}

fn project_file(path: &str) -> bool {
    path == "project/project.visivo.yml" || path.starts_with("project/inside")
}

const ENTRIES: &[Entry] = &[
    Entry {
        at: "project/project.visivo.yml",
        flavour: Flavour::Yaml,
        good: Some(PROJECT),
        runs: &[PARSE, FIX, BUILD, &["--doctor"], &["--check", "project.visivo.yml", "--format", "sarif"]],
        editor: true,
        may_change: project_file,
    },
    Entry {
        at: "project/visivo_project.yml",
        flavour: Flavour::Yaml,
        good: None,
        runs: &[PARSE, FIX],
        editor: false,
        may_change: |path| project_file(path) || path == "project/visivo_project.yml",
    },
    Entry {
        at: "project/.viz-lsp.yml",
        flavour: Flavour::Yaml,
        good: Some("seed: 1\n"),
        runs: &[PARSE, BUILD, &["--doctor"]],
        editor: true,
        may_change: nothing,
    },
    Entry {
        at: "project/base.json",
        flavour: Flavour::Json,
        good: Some(BASELINE),
        runs: &[PARSE, &["--check", "--level", "parse", "--baseline", "base.json"]],
        editor: true,
        may_change: nothing,
    },
    Entry {
        at: "project/written.json",
        flavour: Flavour::Json,
        good: None,
        runs: &[&["--check", "--level", "parse", "--write-baseline", "written.json"]],
        editor: false,
        may_change: |path| path == "project/written.json" || path.starts_with("project/inside"),
    },
    Entry {
        at: "project/log.txt",
        flavour: Flavour::Text,
        good: None,
        runs: &[&["--check", "--level", "parse", "-vv", "--log-file", "log.txt"]],
        editor: false,
        may_change: |path| path == "project/log.txt" || path.starts_with("project/inside"),
    },
    Entry {
        at: "project/typed.yml",
        flavour: Flavour::Yaml,
        good: Some("markdowns: []\n"),
        runs: &[
            &["--check", "--level", "parse", "--stdin-filename", "typed.yml"],
            &["--check", "typed.yml", "--level", "parse"],
        ],
        editor: false,
        may_change: nothing,
    },
    Entry {
        at: "out",
        flavour: Flavour::Folder,
        good: None,
        runs: &[BUILD, &["--build", "--dry-run", "--out", "../out"]],
        editor: false,
        may_change: nothing,
    },
    Entry {
        at: "project/target",
        flavour: Flavour::Folder,
        good: None,
        runs: &[CHECK, &["--build"]],
        editor: false,
        may_change: |path| path.starts_with("project/target/") || path == "project/target",
    },
    Entry {
        at: "cache/viz-lsp/capsules-2.sqlite",
        flavour: Flavour::Text,
        good: None,
        runs: &[CHECK, BUILD, &["--runs"], &["--doctor"]],
        editor: true,
        may_change: nothing,
    },
    Entry {
        at: "cache/viz-lsp/capsules-2.sqlite-wal",
        flavour: Flavour::Text,
        good: None,
        runs: &[CHECK, &["--runs"]],
        editor: false,
        may_change: nothing,
    },
    Entry {
        at: "cache/viz-lsp/capsules-2.sqlite-shm",
        flavour: Flavour::Text,
        good: None,
        runs: &[CHECK, &["--runs"]],
        editor: false,
        may_change: nothing,
    },
    Entry {
        at: "cache/viz-lsp/copies",
        flavour: Flavour::Folder,
        good: None,
        runs: &[CHECK, BUILD],
        editor: false,
        may_change: user_link,
    },
    Entry {
        at: "cache/viz-lsp",
        flavour: Flavour::Folder,
        good: None,
        runs: &[CHECK],
        editor: false,
        may_change: user_link,
    },
];

/// A user may link his cache to another disk: that link is followed, and the folder is closed to others.
fn user_link(path: &str) -> bool {
    path.starts_with("outside/own") || path.starts_with("project/inside/")
}

fn faults(thing: Thing, entry: &Entry) -> Vec<String> {
    let mut faults = Vec::new();
    let privileged = rustix::process::geteuid().is_root();
    if !thing.can_be_at(entry.at) {
        return faults;
    }
    let ways = entry.runs.iter().map(Some).chain(entry.editor.then_some(None));
    for way in ways {
        if thing == Thing::Unreadable && privileged && (way.is_none() || !can_be_nobody()) {
            continue;
        }
        let place = Place::new();
        place.write("project/project.visivo.yml", PROJECT);
        if entry.at == "project/base.json" {
            place.write("project/.viz-lsp.yml", "baseline: base.json\n");
        }
        if let Some(good) = entry.good {
            place.write(entry.at, good);
        }
        if entry.flavour == Flavour::Folder {
            std::fs::create_dir_all(place.folder.join(entry.at)).expect("can be made");
        }
        thing.put(&place, entry.at, entry.flavour);
        let user = if thing == Thing::Unreadable { User::Nobody } else { User::Own };
        if thing == Thing::Unreadable && privileged {
            give_to_nobody(&place);
        }
        let found = match way {
            Some(args) => {
                let mut program: Command = command(&place, user);
                judged(&place, program.args(*args), &entry.may_change).1
            }
            None => session::faults(&place, true, !broken(thing, entry)),
        };
        let way = way.map_or("an editor".to_owned(), |args| args.join(" "));
        faults.extend(found.into_iter().map(|fault| format!("{thing:?} at {}, {way}: {fault}", entry.at)));
    }
    faults
}

/// Whether an editor has a project that it can wait for.
fn broken(thing: Thing, entry: &Entry) -> bool {
    entry.at == "project/project.visivo.yml" && thing != Thing::LinkInside
}

fn all_things(at: &str) {
    let entry = ENTRIES.iter().find(|entry| entry.at == at).expect("it is one of them");
    let found = together(&Thing::ALL, |thing| faults(*thing, entry));
    assert!(found.is_empty(), "  {}", found.join("\n  "));
}

macro_rules! places {
    ($($name:ident $at:literal)*) => {
        $(
            #[test]
            fn $name() {
                all_things($at);
            }
        )*

        #[test]
        fn no_place_is_left_out() {
            let tested = [$($at),*];
            assert!(ENTRIES.iter().all(|entry| tested.contains(&entry.at)));
        }
    };
}

places! {
    the_project_file "project/project.visivo.yml"
    the_older_project_file "project/visivo_project.yml"
    the_settings "project/.viz-lsp.yml"
    the_baseline "project/base.json"
    the_written_baseline "project/written.json"
    the_log "project/log.txt"
    the_file_that_stdin_stands_for "project/typed.yml"
    the_output_folder "out"
    the_usual_output_folder "project/target"
    the_capsules "cache/viz-lsp/capsules-2.sqlite"
    the_log_of_the_capsules "cache/viz-lsp/capsules-2.sqlite-wal"
    the_index_of_the_capsules "cache/viz-lsp/capsules-2.sqlite-shm"
    the_folder_of_copies "cache/viz-lsp/copies"
    the_cache "cache/viz-lsp"
}
