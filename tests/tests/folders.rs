//! Folders of a workspace: their projects are checked before any of their files is open.

use crate::PROGRAM;
use serde_json::json;
use viz_tests::projects::Project;
use viz_tests::{Client, Options, workspace_folder};

const FAULTY: &str = "name: p\ncharts:\n  - name: c\n    insights: [ref(nowhere)]\n";

fn count(client: &Client, project: &Project) -> usize {
    client.findings(&project.root).len()
}

#[test]
fn projects_of_the_folders_are_checked_from_the_start() {
    let (one, two) = (Project::of(&[("project.visivo.yml", FAULTY)]), Project::of(&[("project.visivo.yml", FAULTY)]));
    let folders = Some(vec![one.root.clone(), two.root.clone()]);
    let mut client = Client::start(PROGRAM, Options { folders, ..Options::default() });
    client.settle(&one.root);
    client.settle(&two.root);
    assert_eq!((count(&client, &one), count(&client, &two)), (1, 1));
    // A file that is opened and closed changes nothing.
    let document = client.open(&one.file("project.visivo.yml"));
    client.wait_for(&document, "its finding", |all| all.len() == 1);
    client.close(&document);
    client.settle(&one.root);
    assert_eq!(count(&client, &one), 1);
    assert_eq!(client.shut_down(), 0);
}

#[test]
fn projects_right_below_a_folder_are_found() {
    let mono = Project::of(&[
        ("sales/project.visivo.yml", FAULTY),
        ("costs/project.visivo.yml", FAULTY),
        ("deep/er/project.visivo.yml", FAULTY),
        ("other.yml", "charts: [\n"),
    ]);
    let mut client = Client::start(PROGRAM, Options { folders: Some(vec![mono.root.clone()]), ..Options::default() });
    client.settle(&mono.file("sales"));
    client.settle(&mono.file("costs"));
    assert_eq!(count(&client, &mono), 2, "what lies deeper is found when a file of it is opened");
    assert_eq!(client.shut_down(), 0);
}

#[test]
fn folders_come_and_go() {
    let (one, two) = (Project::of(&[("project.visivo.yml", FAULTY)]), Project::of(&[("project.visivo.yml", FAULTY)]));
    let mut client = Client::start(PROGRAM, Options { folders: Some(vec![one.root.clone()]), ..Options::default() });
    client.settle(&one.root);
    assert_eq!((count(&client, &one), count(&client, &two)), (1, 0));
    let event = json!({ "added": [workspace_folder(&two.root)], "removed": [workspace_folder(&one.root)] });
    client.notify("workspace/didChangeWorkspaceFolders", json!({ "event": event }));
    client.settle(&two.root);
    assert_eq!((count(&client, &one), count(&client, &two)), (0, 1));
    assert_eq!(client.shut_down(), 0);
}
