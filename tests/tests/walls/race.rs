//! Files that become links, and back, while the program looks at them.

use super::entries::{ENTRIES, write_project};
use super::place::{PART, Place};
use super::run::{User, argument, changes, command, watch};
use super::session;
use super::things::Flavour;
use rustix::fs::{CWD, RenameFlags, renameat_with};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Keeps exchanging files and folders for links that lead out while `work` runs; how often it did, and what came of the work.
fn exchanging<T>(pairs: &[(PathBuf, PathBuf)], work: impl FnOnce() -> T) -> (usize, T) {
    let (stop, count) = (AtomicBool::new(false), AtomicUsize::new(0));
    let done = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                for (one, other) in pairs {
                    // What the program has replaced meanwhile may be missing for a moment.
                    if renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE).is_ok() {
                        count.fetch_add(1, Ordering::Relaxed);
                    }
                }
                // Now and then a pause of another length, so that all of its steps are met.
                std::thread::sleep(std::time::Duration::from_micros(
                    100 + 70 * (count.load(Ordering::Relaxed) as u64 % 7),
                ));
            }
        });
        // However the work ends.
        let _end = End(&stop);
        work()
    });
    (count.into_inner(), done)
}

/// Ends the exchanges when it goes.
struct End<'a>(&'a AtomicBool);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// A link beside a file that leads out.
fn link_beside(place: &Place, at: &str, to: &str) -> (PathBuf, PathBuf) {
    let other = format!("{at}.other");
    place.link(&other, place.folder.join(to));
    (place.folder.join(at), place.folder.join(other))
}

/// What the project's own files become is not judged here.
fn own(path: &str) -> bool {
    path.starts_with("project/")
}

/// Where another file system holds the temporary folder, files may not be exchangeable.
fn supported(place: &Place) -> bool {
    for name in ["project/one", "project/two"] {
        place.write(name, name);
    }
    let paths = ["project/one", "project/two"].map(|name| place.folder.join(name));
    let exchanged = renameat_with(CWD, &paths[0], CWD, &paths[1], RenameFlags::EXCHANGE).is_ok();
    paths.iter().for_each(|path| std::fs::remove_file(path).expect("it is there"));
    exchanged
}

#[test]
fn everything_is_exchanged_while_it_is_read() {
    let mut faults = Vec::new();
    for way in ["--check", "--fix", "--build", "editor"] {
        let place = Place::new();
        if !supported(&place) {
            eprintln!("this file system can't exchange names");
            return;
        }
        write_project(&place);
        let pairs: Vec<_> = ENTRIES
            .iter()
            .filter(|entry| !entry.at.starts_with("cache/"))
            .map(|entry| {
                let path = place.folder.join(entry.at);
                match (path.exists(), entry.flavour) {
                    (true, _) => {}
                    (false, Flavour::Folder) => std::fs::create_dir_all(&path).expect("can be made"),
                    (false, _) => place.write(entry.at, ""),
                }
                let flavour = entry.flavour(false);
                let to = if flavour == Flavour::Yaml { "outside/part.yml" } else { flavour.secret() };
                link_beside(&place, entry.at, to)
            })
            .collect();
        let before = place.snapshot();
        let (count, found) = exchanging(&pairs, || match way {
            "editor" => session::faults(&place, true, true)
                .into_iter()
                .filter(|fault| !["project/", "home/", "out/"].iter().any(|exchanged| fault.starts_with(exchanged)))
                .collect(),
            _ => {
                let mut program = command(&place, User::Own);
                match way {
                    "--check" => program.args(["--check", "--timeout", "2", "--format", "json"]),
                    "--fix" => program.args(["--check", "--fix", "--timeout", "2", "--write-baseline", "b.json"]),
                    _ => program.args(["--build", "--timeout", "2", "--out", &argument(place.out.clone())]),
                };
                watch(&mut program).faults()
            }
        });
        assert!(count > 100, "{count} exchanges");
        // A profile is the user's own; its exchanges end where they end.
        faults.extend(found);
        let changes = changes(&place, &before, &|path| own(path) || path.starts_with("home/"));
        // `.env` goes by two names here.
        faults.extend(changes.into_iter().filter(|fault| !fault.starts_with("project/.env")));
        assert!(faults.is_empty(), "{way}:\n  {}", faults.join("\n  "));
    }
}

#[test]
fn a_fix_is_never_written_outside() {
    let place = Place::new();
    if !supported(&place) {
        return;
    }
    place.write("project/project.visivo.yml", "name: race\nincludes:\n  - path: part.yml\n  - path: folder\n");
    let again = || {
        place.write("project/part.yml", PART);
        place.write("project/folder/part.yml", &PART.replace("part_of", "folder_of"));
    };
    again();
    let pairs = [
        link_beside(&place, "project/part.yml", "outside/part.yml"),
        link_beside(&place, "project/folder", "outside/own"),
    ];
    let before = place.snapshot();
    for _ in 0..12 {
        let (_, ran) =
            exchanging(&pairs, || watch(command(&place, User::Own).args(["--check", "--fix", "--level", "parse"])));
        let mut faults = ran.faults();
        faults.extend(changes(&place, &before, &own));
        assert!(faults.is_empty(), "{}", faults.join("\n"));
        // Back to the start, with something to mend.
        for (one, other) in &pairs {
            if one.is_symlink() {
                renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE).expect("both are there");
            }
        }
        again();
    }
}

#[test]
fn a_build_is_never_placed_outside() {
    let place = Place::new();
    if !supported(&place) {
        return;
    }
    write_project(&place);
    for folder in ["main/schemas", "main/inputs", "main/insights"] {
        std::fs::create_dir_all(place.out.join(folder)).expect("can be made");
    }
    let pairs =
        ["out/main/schemas", "out/main/inputs", "out/main/insights"].map(|at| link_beside(&place, at, "outside/own"));
    let before = place.snapshot();
    for _ in 0..2 {
        let (_, ran) = exchanging(&pairs, || {
            watch(command(&place, User::Own).args(["--build", "--timeout", "2", "--out", &argument(place.out.clone())]))
        });
        let mut faults = ran.faults();
        faults.extend(changes(&place, &before, &|_| false));
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }
}

/// Where a file lies is not asked by its name: the name may lead elsewhere when it is opened.
#[test]
fn a_source_never_leads_outside_in_ci() {
    let place = Place::new();
    if !supported(&place) {
        return;
    }
    write_project(&place);
    let pairs = [link_beside(&place, "project/data/sheet.csv", "outside/secret.csv")];
    let mut program = command(&place, User::Own);
    program.args(["--check", "--timeout", "2", "--no-cache", "--format", "json"]).env("CI", "true");
    for _ in 0..8 {
        let (_, ran) = exchanging(&pairs, || watch(&mut program));
        assert_eq!(ran.faults(), Vec::<String>::new());
    }
}
