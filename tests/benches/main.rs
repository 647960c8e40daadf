//! How long a person waits in the terminal, in projects of all kinds (large ones: `checks`). Run with
//! `cargo bench -p viz-lsp --profile dev` (another profile would build DuckDB again).

// Tests make the files that they are about.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)]

use divan::{Bencher, black_box};
use viz_tests::cli;
use viz_tests::projects::Project;

const PROGRAM: &str = env!("CARGO_BIN_EXE_viz-lsp");

fn main() {
    divan::main();
}

/// `viz-lsp --check` of the sample shop, from nothing.
#[divan::bench(sample_count = 10, sample_size = 1)]
fn cold_check(bencher: Bencher<'_, '_>) {
    let project = Project::copy_of("ecommerce");
    bencher.bench_local(|| black_box(cli::check_json(PROGRAM, &project.root, &["--no-cache"])));
}

/// The same without opening a source.
#[divan::bench(sample_count = 20, sample_size = 1)]
fn cold_check_parse_only(bencher: Bencher<'_, '_>) {
    let project = Project::copy_of("ecommerce");
    bencher.bench_local(|| black_box(cli::check_json(PROGRAM, &project.root, &["--no-cache", "--level", "parse"])));
}

/// One insight with two inputs of 5,000 options: 25 million combinations.
#[divan::bench(sample_count = 5, sample_size = 1)]
fn twenty_five_million_combinations(bencher: Bencher<'_, '_>) {
    let project = large(
        5_000,
        "  - name: one\n    props: { type: box, y: \"?{ ${ref(rows).n} }\" }\n    interactions:\n      \
         - filter: \"?{ ${ref(rows).a} = '${ref(first).value}' and ${ref(rows).b} = '${ref(second).value}' }\"\n",
    );
    bencher.bench_local(|| black_box(cli::check_json(PROGRAM, project.path(), &["--no-cache"])));
}

/// The second check of a project with 200 inputs whose options come from queries, and as many insights: no query runs again.
#[divan::bench(sample_count = 20, sample_size = 1)]
fn second_start(bencher: Bencher<'_, '_>) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (root, cache) = (folder.path().join("project"), folder.path().join("cache"));
    std::fs::create_dir_all(&root).expect("it can be made");
    let rows: String = (0..500).map(|row| format!("town {},{row}\n", row % 50)).collect();
    std::fs::write(root.join("rows.csv"), format!("town,n\n{rows}")).expect("it can be written");
    let query = |at: usize| format!("select distinct town || ' {at}' as x from ${{ref(rows)}} where n % 7 < 6");
    let inputs: String = (0..200)
        .map(|at| format!("  - {{ name: i{at}, type: single-select, options: \"?{{ {} }}\" }}\n", query(at)))
        .collect();
    let insight = |at: usize| {
        let filter = format!("${{ref(rows).town}} || ' {at}' = '${{ref(i{at}).value}}'");
        format!(
            "  - name: s{at}\n    props: {{ type: bar, x: \"?{{ ${{ref(rows).town}} }}\", y: \"?{{ count(*) }}\" }}\n    \
             interactions:\n      - filter: \"?{{ {filter} }}\"\n"
        )
    };
    let text = format!(
        "name: large\ndefaults: {{ source_name: local }}\nsources:\n  - {{ name: local, type: duckdb, database: \":memory:\" }}\n\
         models:\n  - {{ name: rows, sql: \"select * from read_csv('rows.csv')\" }}\ninputs:\n{inputs}insights:\n{}",
        (0..200).map(insight).collect::<String>()
    );
    std::fs::write(root.join("project.visivo.yml"), text).expect("it can be written");
    // What was written this moment is not relied upon.
    std::thread::sleep(std::time::Duration::from_millis(50));
    let check = || {
        let mut command = std::process::Command::new(PROGRAM);
        command.args(["--check", "--quiet", "--format", "json"]).current_dir(&root).env("XDG_CACHE_HOME", &cache);
        let output = command.output().expect("it runs");
        let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
        assert_eq!(json["summary"]["unchecked"], 0, "{}", json["summary"]);
        json
    };
    check();
    bencher.bench_local(|| black_box(check()));
}

/// The second `--build` of the sample shop: nothing is to be done.
#[divan::bench(sample_count = 20, sample_size = 1)]
fn second_build(bencher: Bencher<'_, '_>) {
    let project = Project::copy_of("ecommerce");
    // What was written this moment is not relied upon.
    std::thread::sleep(std::time::Duration::from_millis(50));
    let build = || cli::run(PROGRAM, &project.root, &["--build"]);
    assert_eq!(build().status, 0);
    assert!(build().out.contains("nothing to do"));
    bencher.bench_local(|| black_box(build()));
}

/// A project with two inputs of the given number of options.
fn large(options: usize, insights: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let list = |letter: char| (0..options).map(|at| format!("\"{letter} {at}\"")).collect::<Vec<_>>().join(", ");
    let text = format!(
        "name: large\ndefaults: {{ source_name: local }}\nsources:\n  - {{ name: local, type: duckdb, database: \":memory:\" }}\n\
         models:\n  - {{ name: rows, sql: \"select 'a 1' as a, 'b 1' as b, 5 as n\" }}\ninputs:\n  \
         - {{ name: first, type: single-select, options: [{}] }}\n  \
         - {{ name: second, type: single-select, options: [{}] }}\ninsights:\n{insights}",
        list('a'),
        list('b')
    );
    std::fs::write(folder.path().join("project.visivo.yml"), text).expect("it can be written");
    folder
}
