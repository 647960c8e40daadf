//! What a build says: a line per object that was built or not, and a summary; or JSON.

use crate::cli::args::{CommonArgs, Format};
use crate::cli::build::node::{Done, Fate, Report};
use crate::cli::build::project::Built;
use crate::cli::formats;
use crate::host::outcome::{Checked, Outcome};
use crate::host::output;
use crate::host::place::{Place, in_order};
use crate::host::words::{count, duration, thousands};
use indicatif::{HumanBytes, ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;
use serde_json::json;
use std::time::Duration;
use viz_project::Code;
use viz_text::Encoding;
use viz_text::shown::{block, first_in_line, one_line};

/// An error that the check found, for machines.
#[derive(Debug, Serialize)]
pub struct Shown {
    code: Code,
    message: String,
    file: String,
    /// Zero-based.
    line: u32,
}

/// The errors that a check found.
pub fn findings(checked: &Checked) -> Vec<Shown> {
    let shown = |(finding, place): (&viz_check::Finding, Place<'_>)| Shown {
        code: finding.code,
        message: finding.message.clone(),
        file: place.file.relative.clone(),
        line: place.file.lines().position(place.range.start(), Encoding::Utf16).line,
    };
    in_order(&checked.project, &checked.report).into_iter().map(shown).collect()
}

/// The errors as people read them.
pub fn errors(args: &CommonArgs, checked: Checked) {
    if args.format == Format::Text && !checked.report.findings.is_empty() {
        let outcome = Outcome { projects: vec![checked], asked: None, elapsed: Duration::ZERO };
        output::report(&formats::text::render(&outcome, true, output::width()), args.color.into());
    }
}

/// A bar on stderr, where that is a terminal.
pub fn bar(args: &CommonArgs, due: usize) -> ProgressBar {
    let hidden = args.quiet || args.format != Format::Text || due == 0;
    let target = if hidden { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
    let style = ProgressStyle::with_template("{spinner} {bar:30} {pos}/{len} {elapsed}");
    let bar = ProgressBar::with_draw_target(Some(due as u64), target);
    let bar = style.map(|style| bar.clone().with_style(style)).unwrap_or(bar);
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// A line about an object, unless nothing happened to it.
pub fn node(args: &CommonArgs, report: &Report, bar: Option<&ProgressBar>) {
    if args.format != Format::Text {
        return;
    }
    let Report { kind, name, fate, warnings, .. } = report;
    let name = one_line(name);
    let line = match fate {
        Fate::Built(Done { rows, bytes, milliseconds }) if !args.quiet => {
            let rows = if *rows > 0 { format!("{}, ", count(*rows as usize, "row")) } else { String::new() };
            let time = duration(Duration::from_millis(*milliseconds));
            format!("built {kind} `{name}` ({rows}{}, {time})\n", HumanBytes(*bytes))
        }
        Fate::Due if !args.quiet => format!("would build {kind} `{name}`\n"),
        Fate::Skipped { reason } => format!("skipped {kind} `{name}`: {}\n", block(reason)),
        Fate::Failed { reason } => format!("failed {kind} `{name}`: {}\n", block(reason)),
        _ => String::new(),
    };
    let warned = if matches!(fate, Fate::Unchanged) { &[][..] } else { warnings };
    let warnings: String =
        warned.iter().map(|warning| format!("warning: {kind} `{name}`: {}\n", block(warning))).collect();
    let print = || output::text(&format!("{line}{warnings}"));
    match bar {
        Some(bar) => bar.suspend(print),
        None => print(),
    }
}

/// The last words.
pub fn summary(args: &CommonArgs, all: &[Built], elapsed: Duration) {
    if args.format == Format::Json {
        let mut json = to_json(all, elapsed);
        output::show(&mut json, &["root", "out", "file", "files"]);
        output::json(&format!("{json:#}\n"));
    } else if !args.quiet {
        all.iter().for_each(|built| output::text(&line(built, elapsed)));
    }
}

fn line(built: &Built, elapsed: Duration) -> String {
    let fates = built.fates();
    let mut parts = Vec::new();
    for (number, word) in [
        (fates.built, "built"),
        (fates.due, "to build"),
        (fates.unchanged, "unchanged"),
        (fates.skipped, "skipped"),
        (fates.failed, "failed"),
    ] {
        if number > 0 {
            parts.push(format!("{} {word}", thousands(number)));
        }
    }
    if built.errors > 0 {
        parts.push(count(built.errors, "error"));
    }
    let what = if fates.unchanged == built.nodes.len() && built.errors == 0 {
        format!("nothing to do, {} unchanged", thousands(fates.unchanged))
    } else {
        parts.join(", ")
    };
    let (shown, out) = (one_line(&built.shown), built.out.display().to_string());
    format!("{}: {what} in {} ({})\n", first_in_line(&shown), one_line(&out), duration(elapsed))
}

#[derive(Default, Serialize)]
struct Fates {
    built: usize,
    due: usize,
    unchanged: usize,
    skipped: usize,
    failed: usize,
}

impl Built {
    fn fates(&self) -> Fates {
        let mut out = Fates::default();
        for node in &self.nodes {
            *match node.fate {
                Fate::Built(_) => &mut out.built,
                Fate::Due => &mut out.due,
                Fate::Unchanged => &mut out.unchanged,
                Fate::Skipped { .. } => &mut out.skipped,
                Fate::Failed { .. } => &mut out.failed,
            } += 1;
        }
        out
    }
}

fn to_json(all: &[Built], elapsed: Duration) -> serde_json::Value {
    let project = |built: &Built| {
        json!({
            "root": built.shown,
            "out": built.out,
            "layout": built.layout,
            "errors": built.findings,
            "objects": built.nodes,
            "summary": built.fates(),
        })
    };
    json!({
        "version": 1,
        "tool": { "name": "viz-lsp", "version": env!("CARGO_PKG_VERSION") },
        "projects": all.iter().map(project).collect::<Vec<_>>(),
        "elapsed_ms": u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
    })
}
