//! What a keystroke costs depends on what it changes, not on what the project holds (`architecture.md`, invariant 9).

mod generated;

use generated::{Generated, generate};
use std::path::Path;
use std::sync::atomic::Ordering::SeqCst;
use viz_check::{CheckOptions, Memo, Report, Status, check};
use viz_facts::{Answer, Column, Fact, FactStore, KeyedQuestion, Question};
use viz_project::{Environment, Kind, MemoryFiles, Project};

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
    assert!(report.findings.is_empty(), "{:?}", report.findings);
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

/// What an insight uses of its models and inputs was found out for those: nothing is looked up only to note that it was used.
#[test]
fn columns_and_options_are_looked_up_once_for_all_insights() {
    for (objects, shared) in [(200, false), (200, true), (800, true)] {
        let mut project = generate(objects, shared);
        let of = |project: &Generated, kind| project.project.of_kind(kind).count();
        let all = of(&project, Kind::Model) + of(&project, Kind::Input);
        let first = viz_check::check(&project.project, &project.facts, &project.options, &project.memo);
        assert_eq!(first.counters.looked_up, all, "{objects} objects");
        let report = type_into_one(&mut project);
        assert_eq!((report.counters.insights_checked, report.counters.looked_up), (1, 0), "{objects} objects");
    }
}

/// A fact that a model stands on counts for the insights that read the model, though they never asked for it.
#[test]
fn a_fact_about_a_model_rechecks_the_insights_that_read_it() {
    let mut project = generate(200, true);
    let settled = project.settle();
    let model = project.project.of_kind(Kind::Model).next().unwrap();
    let source = viz_check::source_of_model(&project.project, model).unwrap();
    let question = Question::Describe { source, sql: "select * from table_0".into() };
    let columns = vec![Column { name: "region".into(), data_type: "VARCHAR".into() }];
    let answer = std::sync::Arc::new(Answer::Columns(Ok(columns)));
    project
        .facts
        .insert(KeyedQuestion::from(question).key(), Fact::Known { answer, at: std::time::SystemTime::UNIX_EPOCH });
    let report = viz_check::check(&project.project, &project.facts, &project.options, &project.memo);
    assert_eq!(report.counters.insights_checked, settled.insights.len());
    assert!(report.findings.iter().any(|finding| finding.message.contains("amount")), "{:#?}", report.findings);
}

/// A text is held once: by whoever reads files (for an open one, made of its rope), by the tree and by the lines.
#[test]
fn a_keystroke_copies_no_text() {
    let mut project = generate(400, false);
    type_into_one(&mut project);
    for file in project.project.files() {
        let read = viz_project::FileSystem::read(&project.files, &file.path).unwrap();
        assert!(std::sync::Arc::ptr_eq(&read, file.document.shared_text()), "{}", file.relative);
        let holders = std::sync::Arc::strong_count(&read);
        file.lines();
        assert_eq!(std::sync::Arc::strong_count(&read), holders + 1, "{}: the lines hold the same text", file.relative);
    }
}

/// Between the rounds of a check a query stays as it was composed: before the columns are known, and once more with them.
#[test]
fn queries_are_composed_once_for_what_is_known() {
    for objects in [200, 800] {
        let mut project = generate(objects, false);
        let (mut checked, mut composed) = (0, Vec::new());
        loop {
            let report = viz_check::check(&project.project, &project.facts, &project.options, &project.memo);
            checked += report.counters.insights_checked;
            composed.push(report.counters.composed);
            if report.questions.is_empty() {
                break;
            }
            project.learn(&report.questions);
        }
        let insights = project.settle().insights.len();
        assert!(checked > 3 * insights, "{checked} checks of {insights} insights");
        assert_eq!(composed.iter().sum::<usize>(), 2 * insights, "{composed:?}");
        assert_eq!(type_into_one(&mut project).counters.composed, 1);
    }
}

/// A reference that goes and comes back is a matter of the object that has it, and of those that use this.
#[test]
fn a_reference_that_comes_and_goes_rechecks_its_object() {
    for objects in [200, 2_000] {
        let mut project = generate(objects, false);
        project.settle();
        let text = project.text(INSIGHTS);
        let here = "- name: insight_3\n    props:\n      type: bar\n      x: ?{ ${ref(model_3)";
        for there in [
            "- name: insight_3\n    props:\n      type: bar\n      x: ?{ ${ref(model_)",
            "- name: insight_3\n    props:\n      type: bar\n      x: ?{ ${ref(model_4)",
            here,
        ] {
            let edited = text.replacen(here, there, 1);
            let report = project.keystroke(INSIGHTS, &edited);
            assert_eq!(report.counters.insights_checked, 1, "{objects} objects, {there}");
            let walked = project.project.walked();
            assert!(walked < 100, "{objects} objects, {there}: {walked} uses were followed");
            project.settle();
        }
    }
}

/// A question carries its key: a check computes it where it asks, and nobody after it.
#[test]
fn the_key_of_a_question_is_computed_once() {
    let mut project = generate(400, false);
    let first = viz_check::check(&project.project, &project.facts, &project.options, &project.memo);
    // Each insight asks about its text, which may be nothing new to the parser, and each model and input its query.
    assert_eq!(first.counters.keys, first.counters.insights_checked + first.counters.queries);
    assert!(first.questions.len() < first.counters.keys);
    let report = type_into_one(&mut project);
    assert_eq!(report.counters.keys, report.counters.known + report.counters.asked_again + report.questions.len());
}

/// However many findings there are, a keystroke pays for those that it brings.
#[test]
fn findings_are_finished_once() {
    for objects in [200, 800] {
        let mut project = generate(objects, false);
        project.settle();
        let text = project.text(INSIGHTS);
        let broken = text.replace("type: bar", "type: bar\n      colour: red");
        let report = project.keystroke(INSIGHTS, &broken);
        let count = report.findings.len();
        assert!(count > objects / 2 && report.counters.findings_finished == count, "{count}: {:?}", report.counters);
        project.settle();
        let here = "- name: insight_7\n    props:\n      type: bar";
        let report = project.keystroke(INSIGHTS, &broken.replacen(here, &format!("{here}\n      color: red"), 1));
        assert!(report.findings.len() > count, "{:?}", report.findings);
        // Those of the same object have moved to a text of another identity.
        assert!((1..5).contains(&report.counters.findings_finished), "{objects} objects: {:?}", report.counters);
        // A line above moves all of them and changes none.
        let report = project.keystroke(INSIGHTS, &format!("# a comment\n{broken}"));
        assert!(report.counters.findings_finished < 5, "{objects} objects: {:?}", report.counters);
        assert_eq!(report.findings.len(), count);
    }
}

/// Metrics that use each other: a circle, and a chain whose first metric uses all others.
fn metrics(count: usize, circle: bool) -> String {
    let mut text = String::from(
        "name: p\nsources: [{ name: s, type: duckdb, database: ':memory:' }]\nmodels: [{ name: m, source: ref(s), sql: select 1 as x }]\nmetrics:\n",
    );
    for at in 0..count {
        let used = match at + 1 {
            next if next < count => format!("${{ref(k{next})}}"),
            _ if circle => "${ref(k0)}".to_owned(),
            _ => "sum(${ref(m).x})".to_owned(),
        };
        text.push_str(&format!("  - {{ name: k{at}, expression: \"{used} + 1\" }}\n"));
    }
    text + "insights: [{ name: a, props: { type: bar, x: '?{ ${ref(m).x} }', y: '?{ ${ref(k0)} }' } }]\n"
}

/// What metrics use is found out once for all of them, not by walking to the end of the chain from each one.
#[test]
fn long_circles_and_chains_of_metrics_are_linear_work() {
    for circle in [true, false] {
        for count in [100, 1_000] {
            let mut files = MemoryFiles::new([("/p/project.visivo.yml", metrics(count, circle).as_str())]);
            let project = Project::load(Path::new("/p"), &files, &Environment::empty());
            let (facts, options, memo) = (FactStore::new(), CheckOptions::default(), Memo::default());
            let report = check(&project, &facts, &options, &memo);
            assert_eq!(report.findings.len(), 1, "{:?}", report.findings);
            assert!(report.findings.iter().all(|finding| finding.message.len() < 500), "{:?}", report.findings);
            assert!(project.walked() <= 20 * count, "{count} metrics, circle {circle}: {}", project.walked());

            let last = format!("name: k{}, expression: \"", count - 1);
            files.insert("/p/project.visivo.yml", &metrics(count, circle).replace(&last, &format!("{last}2 + ")));
            let project = project.reload(&files, &Environment::empty());
            let report = check(&project, &facts, &options, &memo);
            assert_eq!(report.findings.len(), 1, "{:?}", report.findings);
            assert!(project.walked() <= 20 * count, "{count} metrics, circle {circle}: {}", project.walked());
        }
    }
}

/// Of metrics that all use each other, a few circles are told.
#[test]
fn a_knot_of_metrics_has_few_findings() {
    let mut text = String::from("metrics:\n");
    for at in 0..60 {
        let others: Vec<String> =
            (0..60).filter(|other| *other != at).map(|other| format!("${{ref(k{other})}}")).collect();
        text.push_str(&format!("  - {{ name: k{at}, expression: \"{}\" }}\n", others.join(" + ")));
    }
    let files = MemoryFiles::new([("/p/project.visivo.yml", text.as_str())]);
    let project = Project::load(Path::new("/p"), &files, &Environment::empty());
    let report = check(&project, &FactStore::new(), &CheckOptions::default(), &Memo::default());
    assert_eq!(report.findings.len(), 10);
}
