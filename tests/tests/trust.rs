//! A workspace that is not trusted: no source is opened.

use crate::PROGRAM;
use serde_json::{Value, json};
use viz_tests::projects::Project;
use viz_tests::{Client, Options};

fn statuses(initialization: Value) -> (Value, usize, Vec<String>) {
    let project = Project::copy_of("broken/ecommerce");
    let mut client = Client::start(PROGRAM, Options { initialization: initialization.clone(), ..Options::default() });
    let messages = if initialization["trusted"].is_boolean() || initialization["trusted"].is_null() {
        vec![]
    } else {
        vec![client.message()]
    };
    client.open(&project.file("insights.yml"));
    let status = client.settle(&project.root);
    let findings = client.findings(&project.root);
    assert_eq!(client.shut_down(), 0);
    (status, findings.len(), messages)
}

#[test]
fn untrusted_means_no_source_is_opened() {
    let (status, findings, _) = statuses(json!({ "trusted": false }));
    assert!(status["why"].to_string().contains("not trusted"), "{status}");
    assert!((1..4).contains(&findings), "what needs no source is still found: {findings}");
}

#[test]
fn a_mistake_in_the_setting_does_not_grant_trust() {
    let (status, _, messages) = statuses(json!({ "trusted": "yes" }));
    assert!(messages[0].contains("`trusted` must be true or false"), "{messages:?}");
    assert!(status["why"].to_string().contains("not trusted"), "{status}");
}

#[test]
fn the_level_and_the_cut_off_can_be_set() {
    let (status, _, _) = statuses(json!({ "level": "parse", "maxCombinations": 3 }));
    assert!(status["insights"]["unchecked"].as_u64().unwrap() > 0, "{status}");
}

/// A link in an untrusted workspace makes nothing outside of its repository a project, whatever the editor opens or asks.
#[cfg(unix)]
#[test]
fn a_linked_folder_leads_to_no_project_outside() {
    let project = Project::of(&[
        ("repo/project.visivo.yml", "name: inside\n"),
        ("outside/project.visivo.yml", "name: outside\nzzOUTSIDE: 1\n"),
    ]);
    let repo = project.root.join("repo");
    std::fs::create_dir(repo.join(".git")).unwrap();
    std::os::unix::fs::symlink("../outside", repo.join("linked")).unwrap();
    let options = Options {
        initialization: json!({ "trusted": false }),
        folders: Some(vec![repo.clone()]),
        ..Options::default()
    };
    let mut client = Client::start(PROGRAM, options);
    client.open(&repo.join("project.visivo.yml"));
    for below in ["linked/project.visivo.yml", "linked/new.yml", "linked/../linked/project.visivo.yml"] {
        let uri = format!("file://{}/{below}", repo.display());
        let symbols = client.request("textDocument/documentSymbol", json!({ "textDocument": { "uri": uri } }));
        assert!(symbols.is_null() || symbols.as_array().is_some_and(Vec::is_empty), "{below}: {symbols}");
        client.open_uri(&uri, "name: opened\n".to_owned());
    }
    client.settle(&repo);
    let statuses = client.request("viz/status", json!({})).to_string();
    assert!(statuses.contains("repo") && !statuses.contains("outside"), "{statuses}");
    assert_eq!(client.shut_down(), 0);
}

/// What is outside of the repository is not listed, whatever is typed in front of the cursor.
#[cfg(unix)]
#[test]
fn completion_lists_nothing_outside() {
    let text = "name: p\nincludes:\n- path: ../outside/\n- path: linked/\n- path: .git/\n- path: inside/\n";
    let project =
        Project::of(&[("repo/project.visivo.yml", text), ("repo/inside/a.yml", ""), ("outside/secret.yml", "")]);
    let repo = project.root.join("repo");
    std::fs::create_dir_all(repo.join(".git/hooks")).unwrap();
    std::os::unix::fs::symlink("../outside", repo.join("linked")).unwrap();
    for trusted in [false, true] {
        let options = Options {
            initialization: json!({ "trusted": trusted }),
            folders: Some(vec![repo.clone()]),
            ..Options::default()
        };
        let mut client = Client::start(PROGRAM, options);
        let document = client.open(&repo.join("project.visivo.yml"));
        let mut listed = Vec::new();
        for (line, text) in text.lines().enumerate().filter(|(_, text)| text.contains('/')) {
            let character = text.rfind('/').unwrap() + 1;
            let position = json!({ "line": line, "character": character });
            let items = client.request(
                "textDocument/completion",
                json!({ "textDocument": { "uri": document.uri }, "position": position }),
            );
            let items = items.get("items").unwrap_or(&items).as_array().map_or(0, Vec::len);
            listed.push(items > 0);
        }
        assert_eq!(listed, [trusted, trusted, false, true], "trusted: {trusted}");
        assert_eq!(client.shut_down(), 0);
    }
}
