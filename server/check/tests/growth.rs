//! What a keystroke costs depends on what it changes, not on what the project holds (`architecture.md`, invariant 9).

mod generated;

use generated::{Generated, generate};
use std::sync::atomic::Ordering::SeqCst;
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

/// Insights in files that somebody looks at come first; the others are postponed, and then they are all that is left.
#[test]
fn what_is_looked_at_is_checked_first() {
    let mut project = generate(800, true);
    let users = project.settle().insights.len();
    let here = "insights:\n  - name: here\n    props:\n      type: bar\n      x: ?{ ${ref(model_0).region} }\n      y: ?{ ${ref(shared_total)} }\n";
    let main = project.text("/p/project.visivo.yml").replace("includes:\n", "includes:\n  - path: here.yml\n");
    project.files.insert("/p/here.yml", here);
    project.keystroke("/p/project.visivo.yml", &main);
    project.settle();
    let text = project.text("/p/semantics.yml").replacen("expression: sum(", "expression: max(", 1);
    project.files.insert("/p/semantics.yml", &text);
    project.project = project.project.reload(&project.files, &viz_project::Environment::empty());

    let file = |name: &str| project.project.file_of(std::path::Path::new(name)).unwrap();
    let check = |attention| {
        viz_check::check_first(&project.project, &project.facts, &project.options, &project.memo, attention)
    };
    let looked_at = [file("/p/here.yml"), file("/p/semantics.yml")].into_iter().collect();
    let first = check(viz_check::Attention { files: Some(&looked_at), stop: &|| false });
    assert_eq!((first.counters.insights_checked, first.counters.insights_postponed), (1, users));
    let pending =
        |insight: &&viz_check::InsightReport| insight.why.as_ref().is_some_and(viz_facts::Unknown::is_pending);
    assert_eq!(first.insights.iter().filter(pending).count(), users + 1, "the engine is still to be asked about one");

    // Called off after a while: what was done stays done.
    let left = std::sync::atomic::AtomicUsize::new(100);
    let tired = || left.fetch_update(SeqCst, SeqCst, |left| left.checked_sub(1)).is_err();
    let some = check(viz_check::Attention { files: None, stop: &tired }).counters;
    assert_eq!((some.insights_remembered, some.insights_checked, some.insights_postponed), (1, 100, users - 100));
    let rest = check(viz_check::Attention::ALL).counters;
    assert_eq!((rest.insights_remembered, rest.insights_checked, rest.insights_postponed), (101, users - 100, 0));
    // Few are not worth two turns.
    let project = &mut project;
    project.settle();
    let text = project.text("/p/insights.yml").replacen("type: bar", "type:  bar", 1);
    project.files.insert("/p/insights.yml", &text);
    project.project = project.project.reload(&project.files, &viz_project::Environment::empty());
    let attention = viz_check::Attention { files: Some(&looked_at), stop: &|| false };
    let few = viz_check::check_first(&project.project, &project.facts, &project.options, &project.memo, attention);
    assert_eq!((few.counters.insights_checked, few.counters.insights_postponed), (1, 0));
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
