//! The rooms of the crates: `docs/architecture.md` and the folders say the same, and no room uses one above it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use viz_tests::projects::repository;

/// The rooms of each crate from the ground floor up, as the table under "Rooms" says.
fn rooms() -> BTreeMap<String, Vec<String>> {
    let text = std::fs::read_to_string(repository().join("docs/architecture.md")).expect("it is there");
    let section = text.split("\n## Rooms\n").nth(1).and_then(|rest| rest.split("\n## ").next()).expect("a section");
    let quoted = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| {
        let (name, rooms) = row[1..].split_once('|').expect("two cells");
        (quoted(name).remove(0), quoted(rooms))
    })
    .collect()
}

/// The modules of a crate with their texts, without tests.
fn modules(source: &Path) -> Vec<(String, String)> {
    let (mut open, mut found) = (vec![source.to_owned()], Vec::new());
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let relative = path.strip_prefix(source).expect("it is inside").with_extension("");
            let name = relative.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "::");
            let name = name.strip_suffix("::mod").unwrap_or(&name).to_owned();
            let is_rust = path.extension().is_some_and(|ending| ending == "rs");
            if is_rust && !["lib", "main", "tests"].contains(&name.as_str()) && !name.starts_with("tests::") {
                let text = std::fs::read_to_string(&path).expect("UTF-8");
                found.push((name, text.split("#[cfg(test)]").next().unwrap_or_default().to_owned()));
            }
        }
    }
    found
}

/// The paths that a module uses, from the crate's root.
fn used(module: &str, text: &str) -> Vec<String> {
    let path = regex::Regex::new(r"\b(crate|super|self)((?:::[a-z_0-9]+)+)").expect("it is a regular expression");
    let full = |found: regex::Captures<'_>| {
        let mut base: Vec<&str> = module.split("::").collect();
        let mut rest: Vec<&str> = found[2].split("::").skip(1).collect();
        match &found[1] {
            "crate" => base.clear(),
            "super" => drop(base.pop()),
            _ => {}
        }
        while rest.first() == Some(&"super") {
            rest.remove(0);
            base.pop();
        }
        base.extend(rest);
        base.join("::")
    };
    path.captures_iter(text).map(full).collect()
}

/// The room that a module is in: the longest name that it begins with.
fn room<'a>(rooms: &'a [String], module: &str) -> Option<usize> {
    let is_in = |room: &&'a String| {
        module.strip_prefix(room.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    };
    let found = rooms.iter().filter(is_in).max_by_key(|room| room.len())?;
    rooms.iter().position(|room| room == found)
}

#[test]
fn the_plan_names_all_rooms() {
    for (name, rooms) in rooms() {
        let source = repository().join("server").join(&name).join("src");
        let there: BTreeSet<String> = modules(&source).into_iter().map(|(module, _)| module).collect();
        let homeless: Vec<&String> = there.iter().filter(|module| room(&rooms, module).is_none()).collect();
        assert!(homeless.is_empty(), "docs/architecture.md has no room of {name} for {homeless:?}");
        for room in &rooms {
            let inside = |module: &String| module == room || module.starts_with(&format!("{room}::"));
            assert!(there.iter().any(inside), "there is no {room} in {name}");
        }
    }
}

/// So there is no circle between rooms either.
#[test]
fn no_room_uses_one_above_it() {
    let (mut up, mut arrows) = (Vec::new(), 0);
    for (name, rooms) in rooms() {
        for (module, text) in modules(&repository().join("server").join(&name).join("src")) {
            let here = room(&rooms, &module);
            for path in used(&module, &text) {
                let there = room(&rooms, &path);
                arrows += usize::from(there.is_some() && there != here);
                if there > here {
                    up.push(format!("{name}: {module} uses {path}"));
                }
            }
        }
    }
    assert!(arrows > 300, "the arrows are seen: {arrows}");
    assert!(up.is_empty(), "{up:#?}");
}

/// Each invariant names tests, and these exist.
#[test]
fn every_invariant_names_its_tests() {
    let text = std::fs::read_to_string(repository().join("docs/architecture.md")).expect("it is there");
    let section =
        text.split("\n## Invariants\n").nth(1).and_then(|rest| rest.split("\n## ").next()).expect("a section");
    let number = regex::Regex::new(r"(?m)^\d+\. ").expect("it is a regular expression");
    let name = regex::Regex::new(r"`([a-z_/\-]+\.rs)::([a-z_0-9]+)`").expect("it is a regular expression");
    for invariant in number.split(section).skip(1) {
        let tests: Vec<_> = name.captures_iter(invariant).collect();
        assert!(!tests.is_empty(), "no test holds this: {invariant}");
        for test in tests {
            let code = std::fs::read_to_string(repository().join(&test[1])).unwrap_or_default();
            // Walls are tested by functions that their own runner calls.
            let is_there = code.contains(&format!("fn {}(", &test[2]));
            assert!(is_there, "docs/architecture.md names {}::{}, which does not exist", &test[1], &test[2]);
        }
    }
}

/// Positions of the protocol are converted in the program alone: no other crate can name them.
/// The table of the twelve tasks in CONTRIBUTING names files that there are; `NAME` and `CODE` stand for new ones.
#[test]
fn the_files_of_the_tasks_exist() {
    let text = std::fs::read_to_string(repository().join("CONTRIBUTING.md")).expect("it is there");
    let table = text.split("| task | files |").nth(1).and_then(|rest| rest.split("\n\n").next()).expect("a table");
    let files: Vec<&str> = table.split('`').skip(1).step_by(2).collect();
    assert!(files.len() > 30, "{files:?}");
    for file in files {
        let old = if file.contains("NAME") || file.contains("CODE") {
            file.rsplit_once('/').expect("a folder").0
        } else {
            file
        };
        let roots = ["", "server", "server/viz-lsp/src"].map(|root| repository().join(root));
        assert!(roots.iter().any(|root| root.join(old).exists()), "`{file}` is nowhere");
    }
}

#[test]
fn only_the_program_knows_the_protocol() {
    for entry in std::fs::read_dir(repository().join("server")).expect("a folder").flatten() {
        let manifest = std::fs::read_to_string(entry.path().join("Cargo.toml")).unwrap_or_default();
        let knows = ["tower-lsp", "lsp-types"].iter().any(|name| manifest.contains(name));
        assert_eq!(knows, entry.file_name() == "viz-lsp", "{}", entry.path().display());
    }
}

/// The cut-off of combinations is told where people read it.
#[test]
fn the_cut_off_is_told_everywhere() {
    let cut_off = viz_check::MAX_COMBINATIONS;
    for (file, told) in [
        ("server/viz-lsp/src/cli/args.rs", format!("[default: {cut_off}]")),
        ("vscode-extension/package.json", format!("else {cut_off}.")),
        ("vscode-extension/README.md", format!("else {cut_off} |")),
        ("README.md", format!("Above {cut_off} combinations")),
        ("README.md", format!("max_combinations: {cut_off}")),
        ("docs/architecture.md", format!("(default {cut_off}, `--max-combinations`")),
        ("docs/verdicts.md", format!("one by one: {cut_off} (`max_combinations`")),
    ] {
        let text = std::fs::read_to_string(repository().join(file)).expect("it is there");
        assert!(text.contains(&told), "{file} says something else than {told:?}");
    }
}

/// README's first command is `cargo run`: it has to know which program is meant.
#[test]
fn cargo_run_has_one_program_to_choose() {
    let args = ["metadata", "--no-deps", "--offline", "--format-version", "1"];
    let output = std::process::Command::new(env!("CARGO")).args(args).current_dir(repository()).output();
    let metadata: serde_json::Value = serde_json::from_slice(&output.expect("cargo runs").stdout).expect("JSON");
    let members = metadata["workspace_default_members"].as_array().expect("a list");
    let packages = metadata["packages"].as_array().expect("a list");
    let programs: Vec<&str> = packages
        .iter()
        .filter(|package| members.contains(&package["id"]))
        .flat_map(|package| package["targets"].as_array().expect("a list"))
        .filter(|target| target["kind"] == serde_json::json!(["bin"]))
        .filter_map(|target| target["name"].as_str())
        .collect();
    assert_eq!(programs, ["viz-lsp"]);
}

#[test]
fn sizes_of_generated_tables_are_true() {
    let text = std::fs::read_to_string(repository().join("CONTRIBUTING.md")).expect("it is there");
    for (path, least) in [
        ("server/sql/src/canonical/facts", 0),
        ("server/sql/tests/canonical.tsv", 3_000),
        ("server/sql/src/engine_1_4/facts/grammar.tsv", 0),
        ("server/sql/tests/engines.tsv", 5_000),
    ] {
        let at = repository().join(path);
        let files: Vec<_> = match at.is_dir() {
            true => std::fs::read_dir(&at).expect("a folder").map(|entry| entry.expect("an entry").path()).collect(),
            false => vec![at],
        };
        let size: u64 = files.iter().map(|file| std::fs::metadata(file).expect("it is there").len()).sum();
        let told = text.split_once(&format!("`{path}`, about ")).and_then(|(_, rest)| rest.split_once(" kB"));
        let told: u64 = told.and_then(|(number, _)| number.parse().ok()).unwrap_or_else(|| panic!("no size of {path}"));
        assert!(size.abs_diff(told * 1_000) < 10_000, "{path} has {size} bytes, not {told} kB");
        let lines: usize = files.iter().map(|file| std::fs::read_to_string(file).expect("UTF-8").lines().count()).sum();
        assert!(lines >= least, "{path} has {lines} lines");
    }
}
