//! Each wall around a worker stops something on its own, with all the others taken away, and what it stops works where
//! there is no wall at all. Judged from outside: by the files, not by what DuckDB says.

use super::{Answer, Engine, EngineConfig, Question, SourceSpec, one, program};
use std::path::{Path, PathBuf};

/// A worker behind these walls: a program of this name (see `worker`).
pub(super) fn behind(walls: &str, folder: &Path) -> Engine {
    Engine::new(EngineConfig::new(named(folder, walls), true))
}

/// This program under another name.
pub(super) fn named(folder: &Path, name: &str) -> PathBuf {
    let alias = folder.join(name);
    drop(std::fs::remove_file(&alias));
    std::fs::hard_link(program(), &alias).or_else(|_| std::fs::copy(program(), &alias).map(drop)).unwrap();
    alias
}

/// The attempts of a list that end otherwise than they should behind walls: without any, each gets a secret; else none does,
/// and behind the gate it is told as not checked, not as an error.
pub(super) fn wrong(
    walls: &str,
    attempts: &[&str],
    secret: &str,
    ask: impl Fn(&str) -> Result<Answer, viz_facts::Unknown>,
) -> Vec<String> {
    let mut wrong = Vec::new();
    for attempt in attempts {
        let answer = ask(attempt);
        let got = format!("{answer:?}").contains(secret);
        let told = answer.is_err() || !["all", "only-gate"].contains(&walls);
        let right = if walls == "no-walls" { got } else { !got && told };
        wrong.extend((!right).then(|| format!("{attempt}: {answer:?}")));
    }
    wrong
}

/// An attempt, and whether it succeeded.
struct Attempt {
    name: &'static str,
    sql: fn(&Path) -> String,
    /// By what is there afterwards, and whether there was an answer.
    succeeded: fn(&Path, bool) -> bool,
    /// Which walls stop it alone.
    stopped_by: &'static [&'static str],
}

const ATTEMPTS: &[Attempt] = &[
    Attempt {
        name: "write a file",
        sql: |outside| format!("copy (select 1 as x) to '{}'", outside.join("written.csv").display()),
        succeeded: |outside, _| std::fs::metadata(outside.join("written.csv")).is_ok_and(|data| data.len() > 0),
        stopped_by: &["only-gate", "only-settings", "only-landlock", "only-limits"],
    },
    Attempt {
        name: "make a database",
        sql: |outside| format!("attach '{}' as made", outside.join("made.duckdb").display()),
        succeeded: |outside, _| std::fs::metadata(outside.join("made.duckdb")).is_ok_and(|data| data.len() > 0),
        stopped_by: &["only-gate", "only-settings", "only-landlock", "only-limits"],
    },
    Attempt {
        name: "read a file elsewhere",
        sql: |outside| format!("select * from read_csv('{}')", outside.join("secret.csv").display()),
        succeeded: |_, answered| answered,
        stopped_by: &["only-gate", "only-settings", "only-landlock"],
    },
    Attempt {
        name: "look into the process",
        sql: |_| "select content from read_text('/proc/self/status')".into(),
        succeeded: |_, answered| answered,
        stopped_by: &["only-gate", "only-settings", "only-landlock"],
    },
    Attempt {
        name: "connect to a server",
        sql: |outside| {
            let port = std::fs::read_to_string(outside.join("port")).unwrap();
            format!("set home_directory = '{}'; install nothing from 'http://127.0.0.1:{port}'", outside.display())
        },
        succeeded: |outside, _| outside.join("connected").exists(),
        stopped_by: &["only-gate", "only-settings", "only-landlock", "only-seccomp"],
    },
];

/// A server that notes in a file when somebody connects, and hangs up.
fn serve(outside: &Path) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    std::fs::write(outside.join("port"), listener.local_addr().unwrap().port().to_string()).unwrap();
    let noted = outside.join("connected");
    std::thread::spawn(move || listener.incoming().for_each(|_| drop(std::fs::write(&noted, ""))));
}

pub(super) fn each_wall_stands_alone() {
    for walls in ["no-walls", "only-gate", "only-settings", "only-landlock", "only-seccomp", "only-limits", "all"] {
        for Attempt { name, sql, succeeded, stopped_by } in ATTEMPTS {
            let folder = tempfile::tempdir().unwrap();
            let (outside, root) = (folder.path().join("outside"), folder.path().join("root"));
            for made in [&outside, &root] {
                std::fs::create_dir(made).unwrap();
            }
            std::fs::write(outside.join("secret.csv"), "word\nxyzzy\n").unwrap();
            let engine = behind(walls, folder.path());
            let source = SourceSpec::DuckDbMemory { root };
            serve(&outside);
            let answer = one(
                &engine,
                Question::Execute {
                    source,
                    tables: Vec::new(),
                    by: viz_facts::RunBy::Source,
                    materialized: false,
                    sql: sql(&outside),
                },
            );
            let got_through = succeeded(&outside, matches!(answer, Ok(Answer::Accepted(Ok(())))));
            if !cfg!(target_os = "linux") && ["only-landlock", "only-seccomp"].contains(&walls) {
                continue;
            }
            let stopped = walls == "all" || stopped_by.contains(&walls);
            assert_eq!(!got_through, stopped, "{name} behind {walls}: {answer:?}");
        }
    }
}
