//! Processes that share a project and a cache.

use crate::PROGRAM;
use viz_tests::projects::Project;
use viz_tests::{Client, Options, Shown, cli};

/// A cache of one's own.
pub fn environment(cache: &std::path::Path) -> Vec<(String, String)> {
    vec![("XDG_CACHE_HOME".into(), cache.display().to_string())]
}

/// The findings of a check that knows nothing from before.
pub fn checked(project: &Project) -> Vec<Shown> {
    let mut findings = cli::findings(&cli::check_json(PROGRAM, &project.root, &["--no-cache"]), 0);
    findings.sort();
    findings
}

/// Two servers and several checks at the same time, on one project and one cache that nobody has filled yet.
#[test]
fn servers_and_checks_share_a_project() {
    let (project, cache) = (Project::copy_of("broken/ecommerce"), tempfile::tempdir().unwrap());
    let expected = checked(&project);
    let serve = || {
        let options = Options { environment: environment(cache.path()), ..Options::default() };
        let mut client = Client::start(PROGRAM, options);
        let document = client.open(&project.file("insights.yml"));
        for _ in 0..3 {
            client.settle(&project.root);
            assert_eq!(client.findings(&project.root), expected);
            client.save(&document);
        }
        assert_eq!(client.shut_down(), 0);
    };
    let check = || {
        for _ in 0..3 {
            let mut command = viz_tests::cli::program(PROGRAM);
            command.args(["--check", "--quiet", "--format", "json"]).current_dir(&project.root);
            let output = command.envs(environment(cache.path())).output().unwrap();
            let mut findings = cli::findings(&serde_json::from_slice(&output.stdout).unwrap(), 0);
            findings.sort();
            assert_eq!(findings, expected);
        }
    };
    std::thread::scope(|scope| {
        let all = [scope.spawn(serve), scope.spawn(serve), scope.spawn(check), scope.spawn(check)];
        all.into_iter().for_each(|thread| thread.join().unwrap());
    });
}
