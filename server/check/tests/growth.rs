//! What a keystroke costs depends on what it changes, not on what the project holds (`architecture.md`, invariant 9).

mod generated;

use generated::{Generated, generate};
use viz_check::{Report, Status};

const INSIGHTS: &str = "/p/insights.yml";

/// Types one character into one insight and lets everything settle.
fn type_into_one(project: &mut Generated) -> Report {
    project.settle();
    let text = project.text(INSIGHTS);
    let edited = text.replacen(
        "- name: insight_3\n    props:\n      type: bar",
        "- name: insight_3\n    props:\n      type:  bar",
        1,
    );
    assert_ne!(text, edited);
    project.keystroke(INSIGHTS, &edited)
}

#[test]
fn generated_projects_are_fine() {
    let report = generate(200, false).settle();
    assert_eq!(report.findings, []);
    assert!(
        report.insights.iter().all(|insight| matches!(insight.status, Status::Checked | Status::Static)),
        "{:#?}",
        report.insights
    );
    assert!(report.insights.len() > 100);
}

#[test]
fn a_keystroke_checks_one_insight_whatever_the_size() {
    for objects in [200, 400, 2_000] {
        let mut project = generate(objects, false);
        let report = type_into_one(&mut project);
        assert_eq!(report.counters.insights_checked, 1, "{objects} objects");
        let file = project.project.file_of(std::path::Path::new(INSIGHTS)).unwrap();
        let counters = project.project.file(file).document.counters();
        assert!(counters.segments_parsed <= 2, "{objects} objects: {counters:?}");
    }
}

#[test]
fn a_whole_check_grows_with_the_project() {
    let work = |objects| {
        let mut project = generate(objects, false);
        let first = viz_check::check(&project.project, &project.facts, &project.options, &project.memo);
        let settled = project.settle();
        (first.counters.insights_checked + settled.counters.insights_checked, settled.insights.len())
    };
    let (small, _) = work(400);
    let (large, _) = work(800);
    assert!(large as f64 <= 2.5 * small as f64, "{small} → {large}");
}

#[test]
fn a_metric_used_everywhere_rechecks_its_users_only() {
    let mut project = generate(800, true);
    let users = project.settle().insights.len();
    let text = project.text("/p/semantics.yml");
    let edited = text.replacen("expression: sum(", "expression: max(", 1);
    let report = project.keystroke("/p/semantics.yml", &edited);
    assert_eq!(report.counters.insights_checked, users);
    let report = project.keystroke("/p/semantics.yml", &edited.replace("metric_7", "metric_seven"));
    assert_eq!(report.counters.insights_checked, 0);
}
