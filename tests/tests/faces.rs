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
