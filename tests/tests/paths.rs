//! One project, however its files are spelled: through links, percent-encoded, under two names at once.

use crate::PROGRAM;
use serde_json::{Value, json};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use url::Url;
use viz_tests::projects::Project;
use viz_tests::{Client, Options};

const INSIGHTS: &str = "insights.yml";

fn uri(path: &Path) -> String {
    Url::from_file_path(path).expect("an absolute path").to_string()
}

/// A copy of the broken shop with a link `name` to its folder beside it.
fn linked(name: &str) -> (Project, PathBuf) {
    let project = Project::copy_of("broken/ecommerce");
    let link = project.root.with_file_name(name);
    symlink(&project.root, &link).expect("can be made");
    (project, link)
}

fn told(client: &Client, uri: &str) -> usize {
    client.published(uri).map_or(0, |last| last.diagnostics.len())
}

#[test]
fn a_project_behind_a_link_is_told_under_the_clients_names() {
    let (project, link) = linked("link to it");
    let mut client = Client::start(PROGRAM, Options::default());
    let mut document = client.open(&link.join(INSIGHTS));
    client.settle(&project.root);
    client.wait_for(&document, "all faults", |all| all.len() == 4);
    assert!(client.history(&uri(&project.file(INSIGHTS))).is_empty(), "it is open under another name");
    assert!(client.status(&link).is_none(), "there is one project, and it is the real one");

    let place = document.find("ref(regoin)");
    let at = place.start + "ref(".len();
    let change = document.replace(place, "ref(region)");
    client.change(&mut document, vec![change]);
    client.wait_for(&document, "one fault less", |all| all.len() == 3);

    // What is answered about this text names it as the client does; files that aren't open have their real path.
    let mut params = json!({ "textDocument": { "uri": document.uri }, "position": document.position(at) });
    let definition = client.request("textDocument/definition", params.clone());
    assert_eq!(definition[0]["uri"], uri(&project.file("inputs.yml")), "{definition:#}");
    params["context"] = json!({ "includeDeclaration": false });
    let references = client.request("textDocument/references", params);
    let of_it = |place: &&Value| place["uri"] == document.uri.as_str();
    assert!(references.as_array().expect("a list").iter().any(|place| of_it(&place)), "{references:#}");

    // The real name joins the same project; the text that was opened last is the file's.
    let plain = client.open(&project.file(INSIGHTS));
    client.settle(&project.root);
    client.wait_for(&plain, "all faults", |all| all.len() == 4);
    assert_eq!(told(&client, &document.uri), 0, "places in the other text would be wrong here");
    client.close(&plain);
    client.settle(&project.root);
    client.wait_for(&document, "one fault less again", |all| all.len() == 3);
    assert_eq!(client.shut_down(), 0);
}

#[test]
fn uris_of_one_file_are_one_file() {
    let project = Project::copy_of("broken/ecommerce");
    let mut client = Client::start(PROGRAM, Options::default());
    let spelled = uri(&project.file(INSIGHTS)).replace("insights", "%69nsight%73").replace("/tmp/", "/t%6Dp/");
    let document = client.open_uri(&spelled, project.read(INSIGHTS));
    assert_eq!(document.uri, spelled);
    let main = client.open(&project.file("project.visivo.yml"));
    client.settle(&project.root);
    client.wait_for(&document, "all faults", |all| all.len() == 4);
    assert!(client.history(&uri(&project.file(INSIGHTS))).is_empty());
    // Both names, one text.
    let plain = client.open(&project.file(INSIGHTS));
    client.wait_for(&plain, "all faults", |all| all.len() == 4);
    assert_eq!(told(&client, &document.uri), 4);
    client.close(&plain);
    client.close(&document);
    client.settle(&project.root);
    assert_eq!(told(&client, &document.uri), 0, "that name is not used any more");
    assert_eq!(told(&client, &plain.uri), 4, "a file that is not open has a plain name");
    client.wait_for(&main, "it is still open", |_| true);
    assert_eq!(client.shut_down(), 0);
}

#[test]
fn a_file_that_is_linked_into_a_project_belongs_to_it() {
    let project = Project::copy_of("broken/ecommerce");
    let elsewhere = tempfile::tempdir().expect("a temporary folder");
    let target = elsewhere.path().canonicalize().expect("it exists").join("shared.yml");
    std::fs::rename(project.file(INSIGHTS), &target).expect("can be moved");
    symlink(&target, project.file(INSIGHTS)).expect("can be made");

    let mut client = Client::start(PROGRAM, Options::default());
    let main = client.open(&project.file("project.visivo.yml"));
    client.settle(&project.root);
    assert_eq!(told(&client, &uri(&target)), 4, "it is not open: its real name");
    // Opened where it really is: its text counts in the project.
    let mut document = client.open(&target);
    client.wait_for(&document, "all faults", |all| all.len() == 4);
    let change = document.replace(document.find("ref(regoin)"), "ref(region)");
    client.change(&mut document, vec![change]);
    client.wait_for(&document, "one fault less", |all| all.len() == 3);
    client.close(&document);
    client.close(&main);
    // Opened through the link, it brings its project along.
    let document = client.open(&project.file(INSIGHTS));
    client.settle(&project.root);
    client.wait_for(&document, "all faults", |all| all.len() == 4);
    assert_eq!(client.shut_down(), 0);
}

#[test]
fn the_command_line_finds_the_project_of_a_link() {
    let (project, link) = linked("link");
    let elsewhere = tempfile::tempdir().expect("a temporary folder");
    std::fs::rename(project.file(INSIGHTS), elsewhere.path().join("shared.yml")).expect("can be moved");
    symlink(elsewhere.path().join("shared.yml"), project.file(INSIGHTS)).expect("can be made");
    let paths = [link.join(INSIGHTS), link.clone(), project.root.clone()];
    let paths: Vec<&str> = paths.iter().map(|path| path.to_str().expect("UTF-8")).collect();
    let json = viz_tests::cli::check_json(PROGRAM, &project.root, &paths);
    assert_eq!(json["projects"].as_array().map(Vec::len), Some(1), "{json:#}");
    assert_eq!(viz_tests::cli::findings(&json, 0).len(), 4);
}
