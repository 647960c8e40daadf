//! Too much of everything: huge trees, circles of links, many files.

use super::place::Place;
use super::run::{User, command, judged, watch};
use super::session;

/// Two links of a folder to itself are 2^40 folders to one who follows them.
#[test]
fn links_in_circles_end() {
    for links in [1, 2, 3, 8] {
        let place = Place::new();
        place.write("project/project.visivo.yml", "name: loops\nincludes:\n  - path: d\n");
        place.write("project/d/a.yml", "markdowns: []\n");
        (0..links).for_each(|number| place.link(&format!("project/d/l{number}"), "."));
        place.link("project/d/up", "..");
        let (_, faults) = judged(&place, command(&place, User::Own).args(["--check", "--level", "parse"]), &|_| false);
        assert!(faults.is_empty(), "{links} links: {faults:?}");
        let faults = session::faults(&place, false, true);
        assert!(faults.is_empty(), "{links} links: {faults:?}");
    }
}

/// Folders of the system hold circles, pipes, devices and a million files.
#[test]
fn folders_of_the_system_are_no_includes() {
    for folder in ["proc", "usr", "sys", "dev", ""] {
        let place = Place::new();
        let up = "../".repeat(12);
        place.write("project/project.visivo.yml", &format!("name: system\nincludes:\n  - path: {up}{folder}\n"));
        let mut program = command(&place, User::Own);
        program.args(["--check", "--level", "parse", "--format", "json"]);
        // They change all the time; the place doesn't.
        let (ran, faults) = judged(&place, &mut program, &|_| false);
        assert!(faults.is_empty(), "/{folder}: {faults:?}");
        assert!(ran.said().contains("include"), "/{folder}: {}", ran.said());
        let ran = watch(program.env("CI", "true"));
        assert_eq!(ran.faults(), Vec::<String>::new(), "/{folder}");
    }
}

/// Regular expressions that some engines never finish.
#[test]
fn exclusions_are_bounded() {
    let place = Place::new();
    let patterns =
        [r"(\w{40}){40}", r"(a+)+$", r"((a{0,100}){0,100}){0,100}", r"(?i)(\pL{50}){60}", "*a*a*a*a*a*a*a*a*b"];
    let list: String = patterns.iter().map(|pattern| format!("      - '{pattern}'\n")).collect();
    place.write(
        "project/project.visivo.yml",
        &format!("name: patterns\nincludes:\n  - path: d\n    exclusions:\n{list}"),
    );
    let name = "a".repeat(100);
    (0..300).for_each(|number| place.write(&format!("project/d/{name}{number}.yml"), "markdowns: []\n"));
    let (_, faults) =
        judged(&place, command(&place, User::Own).args(["--check", "--level", "parse", "--quiet"]), &|_| false);
    assert!(faults.is_empty(), "{faults:?}");
    let faults = session::faults(&place, false, true);
    assert!(faults.is_empty(), "{faults:?}");
}

/// Settings that nest, and settings that are made of one another.
#[test]
fn settings_are_bounded() {
    let bomb: String =
        (0..30).map(|n| format!("a{}: &a{} [{}]\n", n + 1, n + 1, vec![format!("*a{n}"); 9].join(", "))).collect();
    for text in [
        "[".repeat(100_000),
        format!("seed: {}", "{a: ".repeat(50_000)),
        format!("{}1", "- ".repeat(100_000)),
        format!("a0: &a0 x\n{bomb}"),
        "severity: {}\n".repeat(20_000),
        format!("baseline: {}", "x".repeat(1 << 20)),
    ] {
        let place = Place::new();
        place.write("project/project.visivo.yml", "name: settings\n");
        place.write("project/.viz-lsp.yml", &text);
        let (_, faults) = judged(&place, command(&place, User::Own).args(["--check", "--level", "parse"]), &|_| false);
        assert!(faults.is_empty(), "{}…: {faults:?}", &text[..20]);
    }
}
