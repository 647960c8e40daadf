//! A project that means harm. Judged from outside, by the file system and the system calls, not by what the program says.

use crate::PROGRAM;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use viz_tests::projects::{self, Project};
use viz_tests::{Client, Options};

/// What no output may hold.
pub(crate) const SECRET: &str = "xyzzy-4711";

/// The project in `hostile`, what it is after in `outside`, and a cache beside them.
pub(crate) struct Place {
    pub(crate) project: Project,
    folder: PathBuf,
}

impl Place {
    pub(crate) fn new() -> Self {
        let project = Project::copy_of("hostile");
        let folder = project.root.parent().unwrap().to_owned();
        for made in ["outside", "cache"] {
            std::fs::create_dir(folder.join(made)).unwrap();
        }
        std::fs::write(folder.join("outside/secret.csv"), format!("word\n{SECRET}\n")).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::symlink;
            symlink("../../outside", project.root.join("data/link")).unwrap();
            symlink("/dev/zero", project.root.join("data/endless.yml")).unwrap();
            symlink("pipe.yml", project.root.join("data/pipe-link.yml")).unwrap();
            assert!(Command::new("mkfifo").arg(project.root.join("data/pipe.yml")).status().unwrap().success());
            private_files(&project.root);
            // Logs beside databases that are none.
            for (name, log, target) in [
                ("linked.duckdb", ".wal", "../../outside/secret.csv"),
                ("linked.sqlite", "-wal", "../../outside/secret.csv"),
                ("piped.sqlite", "-journal", "pipe.yml"),
            ] {
                let from = if name.ends_with("duckdb") { "data/shop.duckdb" } else { "data/shop.sqlite" };
                std::fs::copy(project.root.join(from), project.root.join("data").join(name)).unwrap();
                symlink(target, project.root.join("data").join(format!("{name}{log}"))).unwrap();
            }
        }
        let deep = |n: usize| format!("{}1{}", "(".repeat(n), ")".repeat(n));
        project.write("deep.yml", &format!("models:\n  - name: deep_query\n    sql: select {} as x\n", deep(100_000)));
        project.write("nested.yml", &format!("markdowns: {}{}\n", "[".repeat(100_000), "]".repeat(100_000)));
        Self { project, folder }
    }

    /// Every file and its content, without the cache.
    pub(crate) fn snapshot(&self) -> BTreeSet<(PathBuf, Vec<u8>)> {
        fn add(folder: &Path, found: &mut BTreeSet<(PathBuf, Vec<u8>)>) {
            for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
                let kind = entry.file_type().unwrap();
                let content = if kind.is_file() { std::fs::read(entry.path()).unwrap() } else { Vec::new() };
                found.insert((entry.path(), content));
                if kind.is_dir() {
                    add(&entry.path(), found);
                }
            }
        }
        let mut found = BTreeSet::new();
        add(&self.folder.join("outside"), &mut found);
        add(&self.project.root, &mut found);
        found
    }

    fn is_cache(&self, path: &Path) -> bool {
        path.starts_with(self.folder.join("cache"))
    }

    /// Whether the server, or a worker, has any business with this file.
    #[cfg(target_os = "linux")]
    fn may_be_opened(&self, full: &Path) -> bool {
        // Links followed; what is gone by now can't be followed.
        let real = full.canonicalize().unwrap_or_else(|_| full.to_owned());
        let system = [
            PROGRAM,
            "/lib",
            "/usr/lib",
            "/etc/ld.so.cache",
            "/etc/localtime",
            "/usr/share/zoneinfo",
            "/dev/null",
            "/dev/urandom",
            "/sys/fs/cgroup",
            "/sys/devices/system/cpu",
            "/proc/self/cgroup",
            "/proc/self/maps",
            "/proc/meminfo",
            "/proc/sys/vm/overcommit_memory",
        ];
        let below = |folder: &Path| real.starts_with(folder);
        let at_home = [self.folder.join("cache"), self.project.root.canonicalize().unwrap()];
        at_home.iter().any(|folder| below(folder))
            || system.iter().any(|path| below(Path::new(path)) || full.starts_with(path))
    }

    pub(crate) fn environment(&self) -> Vec<(String, String)> {
        let cache = self.folder.join("cache").display().to_string();
        vec![("XDG_CACHE_HOME".into(), cache), ("HOSTILE_SECRET".into(), SECRET.into())]
    }
}

/// Files of the project that hold secrets, and other names of theirs.
#[cfg(unix)]
fn private_files(root: &Path) {
    for folder in [".git", ".visivo", "keys", "data/deep"] {
        std::fs::create_dir_all(root.join(folder)).unwrap();
    }
    for file in [".env.local", ".git/config", ".visivo/token", "keys/server.pem", "data/deep/.env"] {
        std::fs::write(root.join(file), format!("{SECRET}\n")).unwrap();
    }
    std::fs::write(root.join(".env"), format!("LOOT={SECRET}\n")).unwrap();
    std::fs::write(root.join(".env.json"), format!("{{\"x\": \"{SECRET}\"}}")).unwrap();
    std::fs::hard_link(root.join(".env"), root.join("data/hard.csv")).unwrap();
    std::fs::hard_link(root.join(".env"), root.join("data.hard.csv")).unwrap();
    std::fs::hard_link(root.join("data/deep/.env"), root.join("data/deep/hard.csv")).unwrap();
    std::os::unix::fs::symlink("../.env", root.join("data/soft.csv")).unwrap();
    std::os::unix::fs::symlink("../.git", root.join("data/repository")).unwrap();
}

/// The names of all that tries something.
pub fn attempts() -> BTreeSet<String> {
    let text = std::fs::read_to_string(projects::path("hostile").join("project.visivo.yml")).unwrap();
    let names = text.lines().filter_map(|line| line.strip_prefix("  - name: ")).map(str::to_owned);
    // What is wrong with seeds is told at their source, and so is a file that is no database.
    let harmless =
        ["memory", "run_seeds", "orders", "smuggled", "read_key_as_database", "read_key_as_sqlite", "read_device"];
    let sources = ["piped_sheet", "linked_log", "linked_wal", "piped_journal", "shop"];
    let sheets = ["env_sheet", "hard_sheet", "soft_sheet", "key_sheet"];
    let harmless: Vec<&str> = harmless.into_iter().chain(sources).chain(sheets).collect();
    names.filter(|name| !harmless.contains(&name.as_str())).chain(["deep_query".to_owned()]).collect()
}

fn check(program: &mut Command, place: &Place) -> Value {
    let output = program
        .args(["--check", "--quiet", "--timeout", "1", "--format", "json", "."])
        .current_dir(&place.project.root)
        .envs(place.environment())
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(!said.contains(SECRET), "{said}");
    serde_json::from_str(&said).unwrap_or_else(|error| panic!("{error}: {said}"))
}

/// The attempts that no finding tells about: each finding is at the line of an object or below it.
fn untold(json: &Value) -> BTreeSet<String> {
    let mut untold = attempts();
    for finding in json["projects"][0]["diagnostics"].as_array().unwrap() {
        untold.remove(finding["object"]["name"].as_str().unwrap_or_default());
    }
    untold
}

#[test]
fn nothing_succeeds_and_everything_is_told() {
    let place = Place::new();
    assert!(attempts().len() >= 140, "{}", attempts().len());
    let before = place.snapshot();
    let json = check(&mut viz_tests::cli::program(PROGRAM), &place);
    assert_eq!(untold(&json), BTreeSet::new(), "each attempt has a finding");
    let said = json["projects"][0]["diagnostics"].to_string();
    for include in ["`data/endless.yml`", "`data/pipe.yml`", "nested too deeply"] {
        assert!(said.contains(include), "{include}: {said}");
    }
    assert_eq!(place.snapshot(), before, "nothing is written");
    // What is remembered of it does no harm the second time.
    assert_eq!(untold(&check(&mut viz_tests::cli::program(PROGRAM), &place)), BTreeSet::new());
    assert_eq!(place.snapshot(), before, "nothing is written");
}

/// The system calls of the program and its workers, as strace saw them.
#[cfg(target_os = "linux")]
#[test]
fn no_system_call_does_harm() {
    if Command::new("strace").arg("-V").output().is_err() {
        eprintln!("there is no strace");
        return;
    }
    let place = Place::new();
    let elsewhere = opened_elsewhere(&place, |program| drop(check(program, &place)));
    // By the server and its workers: the project, the cache, what the system needs to run a program, and of the file that two
    // sources declare as their database its first bytes, which tell that it is none.
    assert_eq!(elsewhere, BTreeSet::from([place.folder.join("outside/secret.csv").canonicalize().unwrap()]));
}

/// Runs the program, to which arguments are to be added, under strace: neither it nor its workers do harm. Files that they opened where they have no
/// business.
#[cfg(target_os = "linux")]
pub(crate) fn opened_elsewhere(place: &Place, run: impl FnOnce(&mut Command)) -> BTreeSet<PathBuf> {
    // One file per thread, so that each call is on one line.
    let traces = place.folder.join("traces");
    std::fs::create_dir(&traces).unwrap();
    let calls = "trace=%network,execve,execveat,fork,vfork,open,openat,creat,unlink,unlinkat,rename,renameat,renameat2,mkdir,mkdirat,ptrace,symlink,link,linkat";
    let mut program = Command::new("strace");
    program.args(["-ff", "-y", "-qq", "-s", "400", "-e", calls, "-o"]).arg(traces.join("of")).arg(PROGRAM);
    run(program.env_remove("LD_LIBRARY_PATH").env_remove("CI"));
    let files =
        std::fs::read_dir(&traces).unwrap().map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap());
    let trace: String = files.collect();
    let done: Vec<&str> = trace.lines().filter(|line| !line.contains(" = -1 ") && !line.contains("= ?")).collect();
    assert!(done.len() > 100, "strace saw the program: {}", done.len());
    let mut elsewhere = BTreeSet::new();
    for line in &done {
        let is = |names: &[&str]| names.iter().any(|name| line.starts_with(name));
        // `unlinkat(3</the/folder>, "name"`
        let folder = line.split(['<', '>']).nth(1).unwrap_or_default();
        let path = Path::new(folder).join(line.split('"').nth(1).unwrap_or_default());
        let writes = ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC"].iter().any(|flag| line.contains(flag));
        assert!(!is(&["connect(", "bind(", "listen(", "sendto(", "ptrace("]), "{line}");
        assert!(!is(&["execve"]) || line.contains(PROGRAM), "{line}");
        let changes = is(&["creat(", "unlink", "rename", "mkdir", "symlink", "link"]) || (is(&["open"]) && writes);
        // How much memory it has, and what it was started with.
        let own = ["/proc/self/status", "/proc/self/fd/0", "/proc/self/fd/1"].iter().any(|own| path == Path::new(own));
        assert!(!changes || own || place.is_cache(&path) || path == Path::new("/dev/null"), "{line}");
        if is(&["open"]) && !own && !place.may_be_opened(&path) {
            elsewhere.insert(path.canonicalize().unwrap_or(path));
        }
    }
    elsewhere
}

#[test]
fn the_server_answers_all_the_while() {
    let place = Place::new();
    let before = place.snapshot();
    place.project.write(".viz-lsp.yml", "timeout: 1\n");
    let options = Options { environment: place.environment(), ..Options::default() };
    let mut client = Client::start(PROGRAM, options);
    let path = place.project.file("project.visivo.yml");
    let document = client.open(&path);
    // While its queries are under way, and when the server has come to rest.
    for round in 0..20 {
        let position = json!({ "line": 5 + round * 10, "character": 6 });
        client.request("textDocument/hover", json!({ "textDocument": { "uri": document.uri }, "position": position }));
    }
    client.settle(&place.project.root);
    assert!(client.findings(&place.project.root).len() > 40);
    assert_eq!(client.shut_down(), 0);
    std::fs::remove_file(place.project.file(".viz-lsp.yml")).unwrap();
    assert_eq!(place.snapshot(), before, "nothing is written");
}
