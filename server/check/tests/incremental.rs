//! What is kept between keystrokes changes nothing: after every edit the report is that of a project that was just read.

mod generated;

use generated::{Generated, generate};
use rustc_hash::FxHashSet;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use viz_check::{Attention, Memo, Report, check, check_first};
use viz_project::{Environment, Project};
use viz_text::FileId;

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

/// The blocks of a text's list: each begins in a line with a dash that is indented by two.
fn blocks(lines: &[String]) -> Vec<std::ops::Range<usize>> {
    let starts: Vec<usize> = (0..lines.len()).filter(|at| lines[*at].starts_with("  - ")).collect();
    let ends = starts.iter().skip(1).copied().chain([lines.len()]);
    starts.iter().copied().zip(ends).map(|(start, end)| start..end).collect()
}

/// A random object comes, goes, is renamed, or moves within a file or to another one. The texts that have changed.
fn edit_objects(random: &mut fastrand::Rng, project: &Generated) -> Vec<(&'static str, String)> {
    let lines = |file: &str| -> Vec<String> { project.text_of(file).lines().map(str::to_owned).collect() };
    let (from, to) = (FILES[1 + random.usize(..4)], FILES[1 + random.usize(..4)]);
    let mut text = lines(from);
    let Some(block) = random.choice(blocks(&text)) else { return Vec::new() };
    let own = text[block.clone()].to_vec();
    let name = own[0].trim_start_matches("  - name: ").to_owned();
    let place =
        |random: &mut fastrand::Rng, text: &[String]| random.choice(blocks(text)).map_or(text.len(), |at| at.start);
    let put = |text: &mut Vec<String>, at: usize, new: Vec<String>| drop(text.splice(at..at, new));
    match random.u8(..8) {
        0 => drop(text.drain(block)),
        1 => text[block.start] = format!("  - name: {name}_"),
        2 => {
            // The name of another object.
            let others = lines(to);
            let other = random.choice(blocks(&others)).map(|at| others[at.start].clone());
            text[block.start] = other.unwrap_or_default();
        }
        3 => {
            let at = place(random, &text);
            put(&mut text, at, own);
        }
        4 | 5 => {
            let mut copy = own;
            copy[0] = format!("  - name: {name}_{}", random.u8(..3));
            let at = place(random, &text);
            put(&mut text, at, copy);
        }
        6 => {
            text.drain(block);
            let at = place(random, &text);
            put(&mut text, at, own);
        }
        _ => {
            let key = text[0].clone();
            text.drain(block);
            let mut other = if from == to { text.clone() } else { lines(to) };
            let at = if other.first() == Some(&key) { place(random, &other) } else { other.len() };
            let head = (other.first() != Some(&key)).then_some(key);
            put(&mut other, at, head.into_iter().chain(own).collect());
            if from != to {
                return vec![(from, text.join("\n") + "\n"), (to, other.join("\n") + "\n")];
            }
            text = other;
        }
    }
    vec![(from, text.join("\n") + "\n")]
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

#[test]
fn after_objects_come_go_and_move_the_report_is_that_of_a_fresh_project() {
    for seed in 0..6 {
        let mut random = fastrand::Rng::with_seed(100 + seed);
        let mut project = generate(48, seed % 2 == 0);
        project.settle();
        for step in 0..40 {
            let before = FILES.map(|file| (file, project.text_of(file)));
            // Some move to a file and an edit within an object come in one.
            for (file, text) in edit_objects(&mut random, &project) {
                project.files.insert(file, &text);
            }
            if random.bool() {
                let file = FILES[random.usize(..FILES.len())];
                let text = edit(&mut random, &project.text_of(file));
                project.files.insert(file, &text);
            }
            let main = project.text_of(FILES[0]);
            let report = project.keystroke(FILES[0], &main);
            compare(&project, &report, &format!("seed {seed}, step {step}, at once"));
            if random.bool() {
                let report = project.settle();
                compare(&project, &report, &format!("seed {seed}, step {step}, settled"));
            }
            if random.u8(..3) > 0 {
                for (file, text) in &before {
                    project.files.insert(file, text);
                }
                let report = project.keystroke(FILES[0], &before[0].1);
                compare(&project, &report, &format!("seed {seed}, step {step}, taken back"));
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

/// Files whose findings have to do with each other: one cause is told at the first of its places, comments silence, settings rate;
/// what did not change is shared with the report before.
#[test]
fn findings_of_several_files_are_those_of_a_fresh_project() {
    const FILES: usize = 5;
    const FAULTS: [&str; 6] = [
        "  - { name: NAME, props: { type: bar, x: '?{ ${ref(regoin).a} }', y: '?{ 1 }' } }\n",
        "  - { name: NAME, props: { type: bar, x: '?{ ${ref(regoin).a} }', y: '?{ ${ref(citty).a} }' } }\n",
        "  # viz-lsp: ignore[unknown-reference] it comes later\n  - { name: NAME, props: { type: bar, x: '?{ ${ref(regoin).a} }', y: '?{ 1 }' } }\n",
        "  # viz-lsp: ignore[unknown-key] nothing to silence\n  - { name: NAME, props: { type: bar, x: '?{ 1 }', y: '?{ 1 }' } }\n",
        "  - { name: NAME, colour: red, props: { type: bar, x: '?{ 1 }', y: '?{ 1 }' } }\n",
        "  - { name: NAME, props: { type: bar, x: '?{ 1 }', y: '?{ 1 }' } }\n",
    ];
    let file = |at: usize| format!("/p/part_{at}.yml");
    let (mut shared, mut merged) = (0, 0);
    for seed in 0..8 {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut project = generate(24, false);
        let insights = |random: &mut fastrand::Rng, at: usize| {
            let count = random.usize(..4);
            let one = |number: usize| {
                let fault = FAULTS[(number * 7 + random.usize(..FAULTS.len())) % FAULTS.len()];
                fault.replace("NAME", &format!("i_{at}_{number}"))
            };
            format!("insights:\n{}", (0..count).map(one).collect::<String>())
        };
        for at in 0..FILES {
            let text = insights(&mut random, at);
            project.files.insert(&file(at), &text);
        }
        let main = project.text_of(self::FILES[0]);
        let includes: String = (0..FILES).map(|at| format!("  - path: part_{at}.yml\n")).collect();
        let main = main.replacen("includes:\n", &format!("includes:\n{includes}"), 1);
        assert!(main.contains("part_0.yml"));
        let mut last = project.keystroke(self::FILES[0], &main);
        for step in 0..40 {
            let at = random.usize(..FILES);
            let report = match random.u8(..8) {
                0 => {
                    let include = format!("  - path: part_{at}.yml\n");
                    let text = project.text_of(self::FILES[0]);
                    let other = if text.contains(&include) {
                        text.replacen(&include, "", 1)
                    } else {
                        text.replacen("includes:\n", &format!("includes:\n{include}"), 1)
                    };
                    project.keystroke(self::FILES[0], &other)
                }
                1 => {
                    let severity =
                        ["", "severity: { unknown-reference: warning }\n", "severity: { unknown-key: off }\n"];
                    project.files.insert("/p/.viz-lsp.yml", severity[random.usize(..severity.len())]);
                    let main = project.text_of(self::FILES[0]);
                    project.keystroke(self::FILES[0], &main)
                }
                2 => project.settle(),
                _ => {
                    let text = insights(&mut random, at);
                    project.keystroke(&file(at), &text)
                }
            };
            compare(&project, &report, &format!("seed {seed}, step {step}"));
            let parts = report.findings.parts().iter().zip(last.findings.parts());
            shared += parts.filter(|(now, before)| !now.is_empty() && std::sync::Arc::ptr_eq(now, before)).count();
            merged += report
                .findings
                .iter()
                .filter(|found| found.related.iter().any(|at| at.message == "the same here"))
                .count();
            last = report;
        }
    }
    assert!(
        shared > 100 && merged > 100,
        "{shared} parts were shared, {merged} findings were told once for several places"
    );
}

/// Checks that look at some files only, or are interrupted, while facts arrive bit by bit: the next whole one is that of a fresh
/// project, and an insight that was left for later is looked at where it matters only.
#[test]
fn what_was_left_for_later_is_made_up_for() {
    let mut interrupted = 0;
    for seed in 0..6 {
        let mut random = fastrand::Rng::with_seed(300 + seed);
        let mut project = generate(96, true);
        let mut questions = Vec::new();
        for step in 0..60 {
            if random.bool() {
                let file = FILES[random.usize(..FILES.len())];
                let text = match random.u8(..3) {
                    0 => edit(&mut random, &project.text_of(file)),
                    // All insights use the first model.
                    _ => project.text_of(file).replacen("select ", &format!("select {step} as s_{step}, "), 1),
                };
                project.files.insert(file, &text);
                project.project = project.project.reload(&project.files, &Environment::empty());
            }
            let known = random.usize(..=questions.len());
            random.shuffle(&mut questions);
            project.learn(&questions[..known]);
            let files: FxHashSet<FileId> = (0..FILES.len() as u32).filter(|_| random.bool()).map(FileId).collect();
            let left = AtomicUsize::new(if random.bool() { random.usize(..200) } else { usize::MAX });
            let stop = || left.fetch_update(SeqCst, SeqCst, |left| left.checked_sub(1)).is_err();
            let attention = Attention { files: random.bool().then_some(&files), stop: &stop };
            let report = check_first(&project.project, &project.facts, &project.options, &project.memo, attention);
            interrupted += usize::from(report.counters.insights_postponed > 0);
            questions = report.questions;
            if random.u8(..4) == 0 {
                let report = check(&project.project, &project.facts, &project.options, &project.memo);
                compare(&project, &report, &format!("seed {seed}, step {step}"));
                questions = report.questions;
            }
        }
    }
    assert!(interrupted > 20, "{interrupted} checks left something for later");
}
