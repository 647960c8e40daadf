//! How long a person waits: a cold check in the terminal, a keystroke in the editor. Run with
//! `cargo bench -p viz-lsp --profile dev` (another profile would build DuckDB again).

use divan::{Bencher, black_box};
use viz_tests::projects::Project;
use viz_tests::{Client, Options, cli};

const PROGRAM: &str = env!("CARGO_BIN_EXE_viz-lsp");

fn main() {
    divan::main();
}

/// `viz-lsp --check` of the sample shop, from nothing.
#[divan::bench(sample_count = 10, sample_size = 1)]
fn cold_check(bencher: Bencher<'_, '_>) {
    let project = Project::copy_of("ecommerce");
    bencher.bench_local(|| black_box(cli::check_json(PROGRAM, &project.root, &[])));
}

/// The same without opening a source.
#[divan::bench(sample_count = 20, sample_size = 1)]
fn cold_check_parse_only(bencher: Bencher<'_, '_>) {
    let project = Project::copy_of("ecommerce");
    bencher.bench_local(|| black_box(cli::check_json(PROGRAM, &project.root, &["--level", "parse"])));
}

/// One character in a filter of the sample shop, from `didChange` to its diagnostics, over stdio.
#[divan::bench(sample_count = 100, sample_size = 1)]
fn keystroke(bencher: Bencher<'_, '_>) {
    let project = Project::copy_of("ecommerce");
    let mut client = Client::start(PROGRAM, Options::default());
    let mut document = client.open(&project.file("insights.yml"));
    client.settle(&project.root);
    let place = document.text.find(" <> 'cancelled'").expect("the shop has this filter") + " <> 'cancelled".len();
    bencher.bench_local(|| {
        let change = document.replace(place..place, "x");
        client.change(&mut document, vec![change]);
        client.wait_for(&document, "its diagnostics", |_| true)
    });
    assert_eq!(client.shut_down(), 0);
}
