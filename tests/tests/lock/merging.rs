//! Two branches that lock what they have changed.

use super::{SHOP, VALUES, lock};
use std::process::Command;
use viz_tests::projects::Project;

fn locked(text: &str) -> String {
    let shop = Project::of(&[("project.visivo.yml", text), (".viz-lsp.yml", VALUES)]);
    assert_eq!(lock(&shop.root).status, 0, "{text}");
    shop.read("viz.lock")
}

#[test]
fn changes_of_different_objects_merge() {
    let base = locked(SHOP);
    let changes: [(&str, &str); 5] = [
        ("'EMEA', 3", "'LATAM', 3"),
        ("('Rome'), ('Oslo')", "('Rome'), ('Oslo'), ('Bern')"),
        ("[up, down]", "[up, down, left]"),
        ("order by city", "order by city desc"),
        (
            "insights:\n",
            "insights:\n  - {name: all_cities, props: {type: bar, x: '?{${ref(cities).city}}', y: '?{count(*)}'}}\n",
        ),
    ];
    for (at, (from, to)) in changes.iter().enumerate() {
        for (from_other, to_other) in &changes[at + 1..] {
            // These two change one input.
            if from.contains("Rome") && from_other.contains("order by") {
                continue;
            }
            let (ours, theirs) = (SHOP.replace(from, to), SHOP.replace(from_other, to_other));
            let both = ours.replace(from_other, to_other);
            let folder = tempfile::tempdir().unwrap();
            for (name, text) in [("base", &base), ("ours", &locked(&ours)), ("theirs", &locked(&theirs))] {
                std::fs::write(folder.path().join(name), text).unwrap();
            }
            let merge = Command::new("git")
                .args(["merge-file", "-p", "ours", "base", "theirs"])
                .current_dir(folder.path())
                .output()
                .expect("git is there");
            let merged = String::from_utf8(merge.stdout).unwrap();
            assert!(merge.status.success(), "{from} | {from_other}: {merged}");
            assert_eq!(merged, locked(&both), "{from} | {from_other}");
        }
    }
}
