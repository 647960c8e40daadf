//! Where paths of a project enter, and a project that has them all.

use super::place::Place;
use super::things::Flavour;
use std::fmt::Write;

/// A file or folder that the project [`write_project`] leads to.
pub struct Entry {
    /// Below the place's folder.
    pub at: &'static str,
    /// What is expected there.
    pub flavour: Flavour,
    /// What is there if nobody attacks.
    good: Good,
    /// A query that reads it: its source, and its SQL.
    query: Option<(&'static str, &'static str)>,
}

enum Good {
    /// This text.
    Text(&'static str),
    /// This file of `tests/data/walls`.
    Data(&'static str),
    /// A folder with this file.
    Holds(&'static str, &'static str),
    /// Nothing.
    Absent,
}

use Flavour::{Csv, Folder, Json, Parquet, Text, Yaml};
use Good::{Absent, Data, Holds};

const fn yaml(at: &'static str) -> Entry {
    Entry { at, flavour: Yaml, good: Good::Text("markdowns: []\n"), query: None }
}

const fn read(at: &'static str, flavour: Flavour, source: &'static str, sql: &'static str) -> Entry {
    Entry { at, flavour, good: Good::Text("x\n1\n"), query: Some((source, sql)) }
}

/// The copies of databases, and of what is beside them, by the way that was once open.
const COPIES: &str = "select content::varchar as x from read_blob(list_filter(current_setting('allowed_directories'), \
                      lambda p: p like '%/copies/%')[1] || '/*/*')";

/// All that can be attacked in one project at once.
pub const ENTRIES: &[Entry] = &[
    Entry { at: "project/.env", flavour: Text, good: Absent, query: None },
    // includes
    yaml("project/parts/one.yml"),
    Entry { at: "project/folder", flavour: Folder, good: Holds("a.yml", "markdowns: []\n"), query: None },
    yaml("project/many/a.yml"),
    Entry {
        at: "project/.visivo_cache/o/copy@v1",
        flavour: Folder,
        good: Holds("project.visivo.yml", "name: copy\n"),
        query: None,
    },
    yaml("project/.visivo_cache/o/file@v1/project.visivo.yml"),
    yaml("project/.visivo_cache/o/sub@v1/deep/part.yml"),
    // dbt
    Entry { at: "project/dbt1/dbt_project.yml", flavour: Yaml, good: Good::Text("profile: p\n"), query: None },
    Entry {
        at: "project/dbt2/profiles.yml",
        flavour: Yaml,
        good: Good::Text("p: {outputs: {default: {}}}\n"),
        query: None,
    },
    Entry { at: "project/dbt3/target/manifest.json", flavour: Json, good: Good::Text("{}\n"), query: None },
    yaml("project/dbt4/made.yml"),
    // databases and their logs
    Entry {
        at: "project/data/a.duckdb",
        flavour: Text,
        good: Data("shop.duckdb"),
        query: Some(("duckdb_a", "select x from t")),
    },
    Entry { at: "project/data/b.duckdb.wal", flavour: Text, good: Absent, query: Some(("duckdb_b", COPIES)) },
    Entry {
        at: "project/data/a.sqlite",
        flavour: Text,
        good: Data("shop.sqlite"),
        query: Some(("sqlite_a", "select x from t")),
    },
    Entry {
        at: "project/data/b.sqlite-wal",
        flavour: Text,
        good: Absent,
        query: Some(("sqlite_b", "select x from t")),
    },
    Entry {
        at: "project/data/c.sqlite-journal",
        flavour: Text,
        good: Absent,
        query: Some(("sqlite_c", "select x from t")),
    },
    Entry {
        at: "project/data/d.sqlite-shm",
        flavour: Text,
        good: Absent,
        query: Some(("sqlite_d", "select x from t")),
    },
    // files
    read("project/data/sheet.csv", Csv, "sheet", "select x from sheet"),
    read("project/data/q1.csv", Csv, "memory", "select x from read_csv('data/q1.csv')"),
    read("project/data/q2.csv", Csv, "memory", "select x from 'data/q2.csv'"),
    read("project/data/q3.txt", Text, "memory", "select content as x from read_text('data/q3.txt')"),
    Entry {
        at: "project/data/q4.json",
        flavour: Json,
        good: Good::Text("[{\"x\": 1}]"),
        query: Some(("memory", "select x from read_json('data/q4.json')")),
    },
    Entry {
        at: "project/data/q5.parquet",
        flavour: Parquet,
        good: Absent,
        query: Some(("memory", "select x from read_parquet('data/q5.parquet')")),
    },
    Entry {
        at: "project/data/found",
        flavour: Folder,
        good: Holds("a.csv", "x\n1\n"),
        query: Some(("memory", "select file as x from glob('data/found/*')")),
    },
    // what an earlier run left
    Entry { at: "project/target/main/schemas/early.json", flavour: Json, good: Absent, query: None },
    Entry { at: "project/target/main/inputs/early_in_options.parquet", flavour: Parquet, good: Absent, query: None },
    // the user's own
    yaml("home/.visivo/profile.yml"),
    // where a build writes
    Entry { at: "out/.viz-lsp-build.lock", flavour: Text, good: Absent, query: None },
    Entry { at: "out/.viz-lsp-build.json", flavour: Json, good: Absent, query: None },
    Entry { at: "out/.viz-lsp-staging-1", flavour: Folder, good: Absent, query: None },
    Entry { at: "out/main/schemas", flavour: Folder, good: Absent, query: None },
    Entry { at: "out/main/inputs/known_in.json", flavour: Json, good: Absent, query: None },
    // the user's own cache
    Entry { at: "cache/viz-lsp/capsules-2.sqlite-journal", flavour: Text, good: Absent, query: None },
];

impl Entry {
    /// What is expected there, in CI or elsewhere: the file of a source may lie outside of the repository, but not in CI.
    pub fn flavour(&self, ci: bool) -> Flavour {
        if self.at.ends_with("sheet.csv") && !ci { Flavour::Declared } else { self.flavour }
    }

    /// Its name in the project, and in messages.
    pub fn name(&self) -> String {
        self.at.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect()
    }

    /// Whether something good is there if nobody attacks.
    pub fn has_good(&self) -> bool {
        !matches!(self.good, Absent)
    }

    fn prepare(&self, place: &Place) {
        match self.good {
            Good::Text(text) => place.write(self.at, text),
            Data(name) => place.copy(name, self.at),
            Holds(name, text) => place.write(&format!("{}/{name}", self.at), text),
            Absent => {}
        }
    }
}

const HEAD: &str = r#"name: attacked
includes:
  - path: parts/one.yml
  - path: folder
  - path: many
  - path: o/copy.git@v1
  - path: o/file.git@v1
  - path: o/sub.git@v1 -- deep/part.yml
  - path: dbt1.yml
  - path: dbt2.yml
  - path: dbt3.yml
  - path: dbt4.yml
defaults:
  source_name: memory
sources:
  - {name: memory, type: duckdb, database: ":memory:"}
  - {name: duckdb_a, type: duckdb, database: data/a.duckdb}
  - {name: duckdb_b, type: duckdb, database: data/b.duckdb}
  - {name: sqlite_a, type: sqlite, database: data/a.sqlite}
  - {name: sqlite_b, type: sqlite, database: data/b.sqlite}
  - {name: sqlite_c, type: sqlite, database: data/c.sqlite}
  - {name: sqlite_d, type: sqlite, database: data/d.sqlite}
  - {name: sheet, type: csv, file: data/sheet.csv}
  - {name: elsewhere, type: postgresql, host: localhost, database: "${env.VARIABLE}"}
models:
  - name: known
    sql: select 1 as x
  - name: early
    source: ref(elsewhere)
    sql: select x from t
"#;

const INPUTS: &str = r#"inputs:
  - name: known_in
    type: single-select
    options: [1, 2]
  - name: early_in
    type: single-select
    options: ?{ select x from ${ref(early)} }
"#;

/// Writes a project that leads to all entries. Options that can't be compared with a number are told in findings, which name
/// them: so what could be read would be shown.
pub fn write_project(place: &Place) {
    ENTRIES.iter().for_each(|entry| entry.prepare(place));
    let (mut models, mut inputs, mut insights) = (HEAD.to_owned(), INPUTS.to_owned(), String::from("insights:\n"));
    let mut insight = |name: &str, input: &str| {
        writeln!(
            insights,
            "  - name: {name}\n    props:\n      type: bar\n      x: ?{{ ${{ref(known).x}} }}\n      y: ?{{ count(*) }}\n    \
             interactions:\n      - filter: ?{{ ${{ref(known).x}} = ${{ref({input}).value}} }}"
        )
        .expect("a string takes all");
    };
    insight("of_known", "known_in");
    insight("of_early", "early_in");
    for entry in ENTRIES {
        let Some((source, sql)) = entry.query else { continue };
        let name = entry.name();
        writeln!(models, "  - name: {name}\n    source: ref({source})\n    sql: >-\n      {sql}")
            .expect("a string takes all");
        writeln!(
            inputs,
            "  - name: {name}_in\n    type: single-select\n    options: ?{{ select cast(x as varchar) as x from ${{ref({name})}} }}"
        )
        .expect("a string takes all");
        insight(&format!("of_{name}"), &format!("{name}_in"));
    }
    place.write("project/project.visivo.yml", &format!("{models}{inputs}{insights}"));
    // For editors, which have no `--timeout`.
    place.write("project/.viz-lsp.yml", "timeout: 1\n");
    place.copy("shop.duckdb", "project/data/b.duckdb");
    for name in ["b", "c", "d"] {
        place.copy("shop.sqlite", &format!("project/data/{name}.sqlite"));
    }
    place.write("project/many/b.yml", "markdowns: []\n");
    for number in 1..=4 {
        let folder = format!("dbt{number}");
        let block = format!(
            "dbt:\n  dbt_project_yml_location: {folder}\n  profiles_yml_location: {folder}\n  output_file: {folder}/made.yml\n"
        );
        place.write(&format!("project/{folder}.yml"), &block);
        for (name, text) in [
            ("dbt_project.yml", "profile: p\n"),
            ("profiles.yml", "p: {outputs: {default: {}}}\n"),
            ("target/manifest.json", "{}\n"),
            ("made.yml", "markdowns: []\n"),
        ] {
            if !place.folder.join(format!("project/{folder}/{name}")).exists() {
                place.write(&format!("project/{folder}/{name}"), text);
            }
        }
    }
}
