//! What is kept between keystrokes changes nothing: after every edit the report is that of a project that was just read.

mod generated;

use generated::{Generated, generate};
use std::path::Path;
use viz_check::{Memo, Report, check};
use viz_project::{Environment, Project};

const FILES: [&str; 5] =
    ["/p/project.visivo.yml", "/p/models.yml", "/p/semantics.yml", "/p/inputs.yml", "/p/insights.yml"];

/// Pieces that make references go wrong and right again, objects come and go, and YAML break.
const PIECES: [&str; 14] = [
    "model_0",
    "model_1",
    "metric_1",
    "input_0",
    "shared_total",
    "${ref(",
    ")}",
    "region",
    "x",
    ":",
    "  ",
    "- ",
    "'",
    "[",
];

/// A random edit of a text.
fn edit(random: &mut fastrand::Rng, text: &str) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let at = random.usize(..lines.len());
    match random.u8(..6) {
        0 => drop(lines.remove(at)),
        1 => lines.insert(at, lines[random.usize(..lines.len())].clone()),
        2 => {
            let other = random.usize(..lines.len());
            lines.swap(at, other);
        }
        3 => {
            let line = &mut lines[at];
            let starts: Vec<usize> = line.char_indices().map(|(start, _)| start).collect();
            if let Some(start) = random.choice(&starts) {
                line.remove(*start);
            }
        }
        _ => {
            let line = &mut lines[at];
            let from = random.usize(..=line.len());
            let to = random.usize(from..=line.len().min(from + 8));
            if line.is_char_boundary(from) && line.is_char_boundary(to) {
                line.replace_range(from..to, PIECES[random.usize(..PIECES.len())]);
            }
        }
    }
    lines.join("\n") + "\n"
}

/// A report without what is different in every project: segments, and the order in which questions are asked.
fn shown(project: &Project, report: &Report) -> Vec<String> {
    let place = |loc| project.resolve(loc).map(|(file, range)| (project.file(file).relative.clone(), range));
    let mut lines = Vec::new();
    for finding in &report.findings {
        let related: Vec<_> = finding.related.iter().map(|related| (place(related.loc), &related.message)).collect();
        let fix: Vec<_> =
            finding.fix.iter().flat_map(|fix| &fix.edits).map(|(loc, text)| (place(*loc), text)).collect();
        let mut finding = finding.clone();
        let at = place(finding.loc);
        (finding.related, finding.fix) = (Vec::new(), None);
        let text = format!(
            "{at:?} {} {:?} {} {:?} {:?} {:?} {:?} {}",
            finding.code,
            finding.severity,
            finding.message,
            finding.object,
            finding.combinations,
            finding.notes,
            finding.help,
            finding.fingerprint
        );
        lines.push(format!("{text} {related:?} {fix:?}"));
    }
    for insight in report.insights.iter() {
        let mut shown = format!("{:?} {:?}", place(insight.loc), insight);
        shown.truncate(shown.find(", loc:").unwrap_or(shown.len()));
        let counts = (insight.status, insight.judge, insight.total, insight.sampled, insight.covered, &insight.why);
        lines.push(format!("{shown} {counts:?}"));
    }
    for input in report.inputs.iter() {
        lines.push(format!(
            "{:?} {} {:?} {:?} {:?}",
            place(input.loc),
            input.name,
            input.options,
            input.status,
            input.why
        ));
    }
    let mut questions: Vec<String> = report.questions.iter().map(|question| format!("{question:?}")).collect();
    questions.sort();
    lines.extend(questions);
    lines
}

fn compare(kept: &Generated, report: &Report, what: &str) {
    let project = Project::load(Path::new("/p"), &kept.files, &Environment::empty());
    let fresh = check(&project, &kept.facts, &kept.options, &Memo::default());
    let (kept, fresh) = (shown(&kept.project, report), shown(&project, &fresh));
    let differs = kept.iter().zip(&fresh).find(|(kept, fresh)| kept != fresh);
    assert!(kept == fresh, "{what}: {} lines, not {}: {differs:#?}", kept.len(), fresh.len());
}

#[test]
fn after_random_edits_the_report_is_that_of_a_fresh_project() {
    for seed in 0..6 {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut project = generate(48, seed % 2 == 0);
        project.settle();
        for step in 0..50 {
            let file = FILES[random.usize(..FILES.len())];
            let before = project.text_of(file);
            let text = edit(&mut random, &before);
            let report = project.keystroke(file, &text);
            compare(&project, &report, &format!("seed {seed}, step {step}, {file}, at once"));
            let report = project.settle();
            compare(&project, &report, &format!("seed {seed}, step {step}, {file}, settled"));
            // Some edits stay, most are taken back.
            if random.u8(..4) > 0 {
                let report = project.keystroke(file, &before);
                compare(&project, &report, &format!("seed {seed}, step {step}, {file}, taken back"));
                project.settle();
            }
        }
    }
}

/// What an alias stands for is written in another object.
#[test]
fn an_anchor_counts_where_it_is_used() {
    let mut project = generate(24, false);
    let insights = "insights:\n  - name: a\n    props: &props\n      type: bar\n      x: ?{ ${ref(model_0).region} }\n      y: ?{ sum(${ref(model_0).amount}) }\n  - name: b\n    props: *props\n";
    project.keystroke("/p/insights.yml", insights);
    let report = project.settle();
    compare(&project, &report, "before");
    project.keystroke("/p/insights.yml", &insights.replace(".region", ".regoin"));
    let report = project.settle();
    assert!(!report.findings.is_empty());
    compare(&project, &report, "after");
}
