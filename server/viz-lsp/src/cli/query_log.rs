//! `--runs`: which queries were run on sources, and what assistants asked, for people.

use crate::host::output;
use crate::host::words::{count, duration};
use chrono::{DateTime, Local};
use std::process::ExitCode;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use viz_engine::{Run, cache_folder, newest_asked, newest_runs};
use viz_facts::Capsule;
use viz_text::shown;

/// Bytes of a query that fit on its line.
const WIDTH: usize = 100;

/// Prints the newest runs, newest last.
///
/// # Errors
/// If the file of runs can't be opened.
pub fn run(most: usize) -> anyhow::Result<ExitCode> {
    let folder = cache_folder();
    let (Some(runs), Some(asked)) = (newest_runs(&folder, most), newest_asked(&folder, most)) else {
        anyhow::bail!("the cache of runs in {} can't be opened (`-v` tells more)", folder.display());
    };
    let mut text = if runs.is_empty() && asked.is_empty() {
        format!("no query has been run on a source yet (nothing in {})\n", folder.display())
    } else {
        String::new()
    };
    let runs = runs.iter().map(|run| (run.at, told(run)));
    let mut all: Vec<_> = runs.chain(asked.iter().map(|capsule| (capsule.at, told_of_asked(capsule)))).collect();
    all.sort_by_key(|(at, _)| *at);
    all.iter().skip(all.len().saturating_sub(most)).for_each(|(_, told)| text.push_str(told));
    output::text(&text);
    Ok(ExitCode::SUCCESS)
}

/// When, what for, on which source, with which outcome; below it the query, on one line.
fn told(run: &Run) -> String {
    let Run { at, purpose, source, status, error, rows, milliseconds, sql, reusable } = run;
    let at = time(*at);
    let took = duration(Duration::from_millis(*milliseconds));
    let outcome = match (rows, error) {
        (_, Some(error)) => format!("{status}: {}", one_line(error)),
        (Some(rows), None) => count(usize::try_from(*rows).unwrap_or(usize::MAX), "row"),
        (None, None) => status.clone(),
    };
    let kept = if *reusable { "" } else { ", not used again" };
    let (query, source) = (one_line(sql), shown::one_line(source));
    format!("{at}  {purpose:<8} {took:>7}  {source}: {outcome}{kept}\n    | {query}\n")
}

/// When, which project and dataset an assistant asked, under which name that is on record, with which outcome; below it the question, or the query.
fn told_of_asked(capsule: &Capsule) -> String {
    let Capsule { run_id, dataset_id, status, error, question, compiled_sql, project, client, .. } = capsule;
    let at = time(capsule.at);
    let took = duration(Duration::from_millis(capsule.milliseconds));
    let outcome = match (capsule.rows, error) {
        (_, Some(error)) => format!("{status}: {}", one_line(error)),
        (Some(rows), None) => count(usize::try_from(rows).unwrap_or(usize::MAX), "row"),
        (None, None) => status.clone(),
    };
    let asked = one_line(question.as_ref().or(compiled_sql.as_ref()).map_or("", String::as_str));
    let (dataset, project, client) = (shown::one_line(dataset_id), shown::one_line(project), shown::one_line(client));
    format!("{at}  {:<8} {took:>7}  {project} {dataset}: {outcome} ({run_id}, {client})\n    | {asked}\n", "asked")
}

/// The last second of the year 9999. A damaged cache may hold any time.
const LAST: u64 = 253_402_300_799;

fn time(at: SystemTime) -> String {
    let seconds = at.duration_since(UNIX_EPOCH).map_or(u64::MAX, |since| since.as_secs());
    let known = if seconds <= LAST { DateTime::from_timestamp(seconds.cast_signed(), 0) } else { None };
    let shown = known.map(|at| at.with_timezone(&Local).format("%Y-%m-%d %H:%M:%S").to_string());
    shown.unwrap_or_else(|| format!("{:<19}", "at no known time"))
}

fn one_line(text: &str) -> String {
    let line = shown::visible(text).split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(WIDTH) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_cache_may_hold_any_time() {
        for seconds in [0, 1_700_000_000, LAST, LAST + 1, i64::MAX as u64] {
            let Some(at) = UNIX_EPOCH.checked_add(Duration::from_secs(seconds)) else { continue };
            assert_eq!(time(at) == "at no known time   ", seconds > LAST, "{seconds}");
        }
        assert_eq!(time(UNIX_EPOCH - Duration::from_secs(1)), "at no known time   ");
    }

    #[test]
    fn a_run_takes_two_lines() {
        let run = Run {
            at: SystemTime::now(),
            purpose: "options".into(),
            source: "shop.duckdb".into(),
            status: "answered".into(),
            error: None,
            rows: Some(1),
            milliseconds: 12,
            sql: format!("select\n  'ü{}'", "x".repeat(200)),
            reusable: false,
        };
        let text = told(&run);
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].ends_with("options    12 ms  shop.duckdb: 1 row, not used again"), "{text}");
        assert!(lines[1].starts_with("    | select 'üxxx") && lines[1].ends_with('…') && lines.len() == 2, "{text}");
    }
}
