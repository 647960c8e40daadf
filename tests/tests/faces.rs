//! The library, `--check` and the server say the same of the same text.

use crate::PROGRAM;
use viz_tests::{Client, Options, Shown, cli, library, projects::Project};

fn agree(project: &Project) -> Vec<Shown> {
    let mut printed = cli::findings(&cli::check_json(PROGRAM, &project.root, &[]), 0);
    printed.sort();
    assert_eq!(library::findings(PROGRAM, &project.root), printed, "library and command line");
    let mut client = Client::start(PROGRAM, Options::default());
    client.open(&project.file("project.visivo.yml"));
    client.settle(&project.root);
    assert_eq!(client.findings(&project.root), printed, "server and command line");
    assert_eq!(client.shut_down(), 0);
    printed
}

#[test]
fn about_the_sample_shop() {
    assert_eq!(agree(&Project::copy_of("ecommerce")), []);
}

#[test]
fn about_the_broken_shop() {
    assert_eq!(agree(&Project::copy_of("broken/ecommerce")).len(), 4);
}

#[test]
fn about_broken_yaml() {
    let project = Project::copy_of("broken/ecommerce");
    let insights = project.read("insights.yml").replacen("      type: bar\n", "      type: [bar\n", 1);
    project.write("insights.yml", &insights);
    assert!(!agree(&project).is_empty());
}

#[test]
fn about_what_a_baseline_records() {
    let project = Project::copy_of("broken/ecommerce");
    cli::run(PROGRAM, &project.root, &["--check", "--write-baseline", "known.json"]);
    project.write(".viz-lsp.yml", "baseline: known.json\n");
    project.write("insights.yml", &project.read("insights.yml").replacen("ref(region)", "ref(regionn)", 1));
    let mut printed = cli::findings(&cli::check_json(PROGRAM, &project.root, &[]), 0);
    printed.sort();
    assert_eq!(printed.len(), 1, "the new fault alone: {printed:#?}");
    let mut client = Client::start(PROGRAM, Options::default());
    client.open(&project.file("project.visivo.yml"));
    client.settle(&project.root);
    assert_eq!(client.findings(&project.root), printed);
    assert_eq!(client.shut_down(), 0);
}

#[test]
fn about_what_is_looked_at_only_if_asked_for() {
    let project = Project::copy_of("ecommerce");
    project.write(".viz-lsp.yml", "level: execute\nhostile_options: true\n");
    let mut found = cli::findings(&cli::check_json(PROGRAM, &project.root, &[]), 0);
    found.sort();
    let mut client = Client::start(PROGRAM, Options::default());
    client.open(&project.file("project.visivo.yml"));
    client.settle(&project.root);
    assert_eq!(client.findings(&project.root), found);
    assert_eq!(client.shut_down(), 0);
    assert!(found.iter().any(|finding| finding.code == "hostile-option"), "{found:#?}");
    assert!(found.iter().all(|finding| finding.severity == "hint"), "{found:#?}");
}
