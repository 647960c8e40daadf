//! Workers that are killed.

use crate::PROGRAM;
use crate::sharing::{checked, environment};
use serde_json::{Value, json};
use std::process::{Command, Stdio};
use std::time::Duration;
use viz_tests::projects::Project;
use viz_tests::{Client, Options};

/// 100 workers are killed at random moments while someone types: in the end everything is as if none had been.
#[cfg(target_os = "linux")]
#[test]
fn killed_workers_lose_nothing() {
    let mut random = fastrand::Rng::with_seed(6);
    let (project, cache) = (Project::copy_of("broken/ecommerce"), tempfile::tempdir().unwrap());
    let initialization = json!({ "cache": false });
    let options = Options { environment: environment(cache.path()), initialization, ..Options::default() };
    let mut client = Client::start(PROGRAM, options);
    let mut document = client.open(&project.file("insights.yml"));
    let (end, mut killed) = (document.text.len(), 0);
    for round in 0.. {
        // Something that the binder has not seen before, and now and then all questions to the sources.
        let text = format!(
            "\n  - name: storm\n    props:\n      type: bar\n      x: ?{{ ${{ref(orders).region}} }}\n      y: ?{{ sum({round}) }}\n"
        );
        let changes = vec![document.replace(end..document.text.len(), &text)];
        client.change(&mut document, changes);
        if round % 3 == 0 {
            client.save(&document);
        }
        client.quiet_for(Duration::from_millis(random.u64(..200)));
        if let Some(worker) = random.choice(client.workers()) {
            killed += usize::from(
                Command::new("kill")
                    .args(["-9", &worker.to_string()])
                    .stderr(Stdio::null())
                    .status()
                    .unwrap()
                    .success(),
            );
        }
        if killed >= 100 {
            break;
        }
        assert!(round < 1_000, "{killed} workers were killed");
    }
    project.write("insights.yml", &document.text);
    // Nobody does anything: what was asked of a worker when it died is asked again.
    let back = |status: &Value| {
        let mut why = status["why"].as_array().into_iter().flatten();
        let facts = &status["facts"];
        why.all(|why| why["code"] == "has-errors") && facts["stale"] == 0 && facts["unknown"] == 0
    };
    let status = (0..60).map(|_| client.settle(&project.root)).find(back);
    assert!(status.is_some(), "the facts come back: {:?}", client.status(&project.root));
    assert_eq!(client.findings(&project.root), checked(&project));
    assert_eq!(client.shut_down(), 0);
}
