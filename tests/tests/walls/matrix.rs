//! Each thing in all places of one project at once.

use super::entries::{ENTRIES, write_project};
use super::place::Place;
use super::run::{User, argument, can_be_nobody, command, judged, together, watch};
use super::session;
use super::things::{Flavour, Thing, give_to_nobody};

/// The ways in which the program meets a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Check,
    CheckInCi,
    Fix,
    Build,
    Trusted,
    Untrusted,
}

const WAYS: [Way; 6] = [Way::Check, Way::CheckInCi, Way::Fix, Way::Build, Way::Trusted, Way::Untrusted];

/// Meets the project of a place in one way, and tells what was wrong. An editor does not wait for answers that are `endless`.
fn meet(place: &Place, way: Way, user: User, endless: bool) -> Vec<String> {
    let mut program = command(place, user);
    let unchanged = |_: &str| false;
    // Queries on huge files end late; the run ends nevertheless.
    let deadline = ["--deadline", "30"];
    match way {
        Way::Check => {
            program.args(["--check", "--format", "json", "-vv", "--timeout", "1", "--level", "execute"]).args(deadline);
            judged(place, &mut program, &unchanged).1
        }
        Way::CheckInCi => {
            program
                .args(["--check", "--format", "github", "--timeout", "1", "--no-cache"])
                .args(deadline)
                .env("CI", "true");
            judged(place, &mut program, &unchanged).1
        }
        Way::Fix => {
            program.args(["--check", "--fix", "--timeout", "1", "--write-baseline", "written.json"]).args(deadline);
            // Its own files: what is behind links inside the project, and names of files of others, are left alone or replaced.
            // `project/folder` is a file where a folder was expected.
            let own = |path: &str| {
                let yaml = path.starts_with("project/") && path.ends_with(".yml");
                yaml || ["project/written.json", "project/folder"].contains(&path)
                    || path.starts_with("project/inside/")
            };
            judged(place, &mut program, &own).1
        }
        Way::Build => {
            program.args(["--build", "--flat", "--timeout", "2", "--out", &argument(place.out.clone())]).args(deadline);
            judged(place, &mut program, &unchanged).1
        }
        Way::Trusted | Way::Untrusted => session::faults(place, way == Way::Trusted, !endless),
    }
}

/// One project with the thing in all places, met in all ways.
fn everywhere(thing: Thing) {
    let faults = together(&WAYS, |way| {
        let way = *way;
        let place = Place::new();
        write_project(&place);
        for entry in ENTRIES.iter().filter(|entry| thing.can_be_at(entry.at)) {
            thing.put(&place, entry.at, entry.flavour(way == Way::CheckInCi));
        }
        let server = matches!(way, Way::Trusted | Way::Untrusted);
        let user = if thing == Thing::Unreadable && !server { User::Nobody } else { User::Own };
        if user == User::Nobody && can_be_nobody() {
            give_to_nobody(&place);
        }
        // Nothing keeps root from reading: what it may read it may show, so there is nothing to see here.
        if thing == Thing::Unreadable && rustix::process::geteuid().is_root() && (server || !can_be_nobody()) {
            return Vec::new();
        }
        meet(&place, way, user, thing == Thing::Huge).into_iter().map(|fault| format!("{way:?}: {fault}")).collect()
    });
    assert!(faults.is_empty(), "{thing:?} everywhere:\n  {}", faults.join("\n  "));
}

macro_rules! things {
    ($($name:ident $thing:ident)*) => {
        $(
            #[test]
            fn $name() {
                everywhere(Thing::$thing);
            }
        )*

        #[test]
        fn no_thing_is_left_out() {
            let tested = [$(Thing::$thing),*];
            assert!(Thing::ALL.iter().all(|thing| tested.contains(thing)));
        }
    };
}

things! {
    links_to_secrets LinkToSecret
    links_to_parts_of_others LinkToPart
    links_to_folders LinkToFolder
    links_inside LinkInside
    loops_of_files LoopOfFile
    loops_of_folders LoopOfFolder
    dangling_links Dangling
    pipes Pipe
    endless_devices Zero
    full_devices Full
    terminals Terminal
    folders Folder
    sockets Socket
    files_of_others Unreadable
    names_of_dot_env NameOfDotEnv
    names_of_git_config NameOfGitConfig
    names_of_parts_of_others NameOfPart
    huge_files Huge
    the_opposite Nothing
}

/// Each place is really come to: without an attacker its file is part of the project, or its rows are options.
#[test]
fn every_place_is_reached() {
    let place = Place::new();
    write_project(&place);
    let ran = watch(command(&place, User::Own).args(["--check", "--quiet", "--format", "json"]));
    let json: serde_json::Value =
        serde_json::from_slice(&ran.out).unwrap_or_else(|error| panic!("{error}: {}", ran.said()));
    let project = &json["projects"][0];
    let files = project["files"].to_string();
    for entry in ENTRIES.iter().filter(|entry| entry.has_good()) {
        let (name, path) = (entry.name(), entry.at.trim_start_matches("project/"));
        let input =
            project["inputs"].as_array().expect("a list").iter().find(|input| input["name"] == format!("{name}_in"));
        match (input, entry.flavour) {
            (Some(input), _) => assert_eq!(input["status"], "known", "{path}: {input}"),
            (None, Flavour::Yaml | Flavour::Folder) if !path.starts_with("dbt") || path.ends_with("made.yml") => {
                assert!(files.contains(path), "{path}: {files}");
            }
            // What dbt has is only looked at.
            _ => {}
        }
    }
}

/// Without an attacker everything works.
#[test]
fn nothing_is_wrong_with_the_project_itself() {
    let faults = together(&WAYS, |way| {
        let place = Place::new();
        write_project(&place);
        meet(&place, *way, User::Own, false).into_iter().map(|fault| format!("{way:?}: {fault}")).collect()
    });
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
