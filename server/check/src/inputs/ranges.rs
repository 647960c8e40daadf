//! Ranges: their values as the browser lists them (`R-DATE-03` to `R-DATE-07`), and what is wrong with them.

use crate::inputs::dates::{Unit, bound, expression, step};
use crate::report::Finding;
use crate::selection::{Value, numeric};
use chrono::{NaiveDate, NaiveDateTime};
use std::borrow::Cow;
use viz_facts::js_number;
use viz_project::{Bound, Code, Display, Fix, Input, Range};
use viz_syntax::Typed;

/// The values of a range.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Listed {
    /// All of them.
    Values(Vec<Value>),
    /// There are more than the limit.
    TooMany,
    /// The browser would never finish.
    Endless,
}

/// A bound as the browser gets it: YAML's numbers are numbers (`0x10` is 16), everything else is its text.
pub(crate) fn text(bound: &Bound) -> Cow<'_, str> {
    match bound.typed {
        Typed::Int(number) => number.to_string().into(),
        Typed::Float(number) => js_number(number).into(),
        _ => (&bound.text).into(),
    }
}

/// A number at the start of a text, as JavaScript's `parseFloat` finds it: `2024-01-01` is 2024.
fn parse_float(text: &str) -> Option<f64> {
    let text = text.trim_start();
    let end = text.find(|c: char| !(c.is_ascii_digit() || "+-.eE".contains(c))).unwrap_or(text.len());
    (1..=end).rev().find_map(|end| numeric(&text[..end]))
}

/// Whether a range is one of dates (`R-DATE-03`).
pub(crate) fn is_dates(input: &Input, range: &Range, now: NaiveDateTime) -> bool {
    input.control.display == Display::DateRange
        || [&range.start, &range.end].iter().any(|bound| expression(&text(bound), now).is_some())
        || step(&text(&range.step)).is_some()
}

/// How a step counts in a range of dates (`R-DATE-05`).
fn date_step(bound: &Bound) -> (i64, Unit) {
    let text = text(bound);
    let days = || numeric(&text).filter(|days| days.fract() == 0.0).map(|days| (days as i64, Unit::Day));
    step(&text).or_else(days).unwrap_or((1, Unit::Day))
}

/// The values of a range.
pub(crate) fn values(input: &Input, range: &Range, now: NaiveDateTime, limit: usize) -> Listed {
    if is_dates(input, range, now) { dates(range, now, limit) } else { numbers(range, limit) }
}

/// `R-DATE-06`. Nothing if a bound can't be read.
fn dates(range: &Range, now: NaiveDateTime, limit: usize) -> Listed {
    let (Some(start), Some(end)) = (bound(&text(&range.start), now), bound(&text(&range.end), now)) else {
        return Listed::Values(Vec::new());
    };
    let (count, unit) = date_step(&range.step);
    if count <= 0 {
        return if start <= end { Listed::Endless } else { Listed::Values(Vec::new()) };
    }
    let mut dates: Vec<NaiveDate> = if count == 1 {
        let (low, high) = (start.min(end), start.max(end));
        let first = unit.start(low);
        let first = if first < low { unit.add(first, 1) } else { Some(first) };
        std::iter::successors(first, |date| unit.add(*date, 1))
            .take_while(|date| *date <= high)
            .take(limit + 1)
            .collect()
    } else {
        // Each date is the one before plus the step: what a short month cuts off stays off.
        std::iter::successors(Some(start), |date| unit.add(*date, count))
            .take_while(|date| *date <= end)
            .take(limit + 1)
            .collect()
    };
    if dates.len() > limit {
        return Listed::TooMany;
    }
    if count > 1 && dates.last().is_some_and(|last| *last < end) {
        dates.push(end);
    }
    if start > end {
        dates.reverse();
    }
    Listed::Values(dates.into_iter().map(|date| Value::Text(date.format("%Y-%m-%d").to_string())).collect())
}

/// `R-DATE-07`.
fn numbers(range: &Range, limit: usize) -> Listed {
    let [Some(start), Some(end), Some(step)] =
        [&range.start, &range.end, &range.step].map(|bound| parse_float(&text(bound)))
    else {
        return Listed::Values(Vec::new());
    };
    let mut values = Vec::new();
    let mut at = start;
    while step > 0.0 && at <= end {
        if at + step == at {
            return Listed::Endless;
        }
        if values.len() == limit {
            return Listed::TooMany;
        }
        values.push(at);
        at += step;
    }
    if values.last().is_some_and(|last| *last < end) {
        values.push(end);
    }
    Listed::Values(values.into_iter().map(Value::Number).collect())
}

const STEP_HELP: &str = "write a number and a unit, such as `1 day` or `2 weeks`";

fn fault(at: &Bound, message: impl Into<String>) -> Finding {
    Finding::new(Code::InvalidRange, at.loc, message)
}

/// What is wrong with a range (D-046).
pub(crate) fn faults(input: &Input, range: &Range, now: NaiveDateTime) -> Vec<Finding> {
    let is_query = |bound: &&Bound| bound.text.trim_start().starts_with("?{");
    if [&range.start, &range.end, &range.step].iter().any(is_query) {
        return Vec::new(); // reported as a query that is never executed
    }
    if is_dates(input, range, now) { date_faults(range, now) } else { number_faults(range, now) }
}

fn date_faults(range: &Range, now: NaiveDateTime) -> Vec<Finding> {
    let mut out = Vec::new();
    let (start, end) = (bound(&text(&range.start), now), bound(&text(&range.end), now));
    for (name, at, read) in [("start", &range.start, start), ("end", &range.end, end)] {
        if read.is_none() {
            let message = format!("`{name}` is no date: write `YYYY-MM-DD` or an expression such as `today - 30 days`");
            out.push(fault(at, message));
        }
    }
    let of_step = |message: &str| {
        let mut finding = fault(&range.step, message);
        finding.help = Some(STEP_HELP.into());
        finding
    };
    let written = text(&range.step);
    let readable = step(&written).is_some() || numeric(&written).is_some_and(|days| days.fract() == 0.0);
    let (count, _) = date_step(&range.step);
    if !readable {
        out.push(of_step("this step is not understood: one day is taken instead"));
    } else if count == 0 {
        out.push(of_step("a step of nothing never ends: the browser hangs (S-33)"));
    } else if count < 0 {
        out.push(of_step("a step backwards never ends: the browser hangs (S-33)"));
    }
    if start.zip(end).is_some_and(|(start, end)| start > end) {
        out.push(fault(&range.end, "the range ends before it starts"));
    }
    out
}

fn number_faults(range: &Range, now: NaiveDateTime) -> Vec<Finding> {
    let mut out = Vec::new();
    let is_date = |at: &Bound| bound(&text(at), now).is_some();
    if is_date(&range.start) && is_date(&range.end) {
        let year = |at: &Bound| parse_float(&text(at)).map(js_number).unwrap_or_default();
        let what = match numeric(&text(&range.step)) {
            Some(_) => "this step has no unit",
            None => "this step is not understood (it counts in days, weeks, months, quarters or years)",
        };
        let message = format!(
            "{what}, so the dates are taken as the numbers {} and {} (R-DATE-03)",
            year(&range.start),
            year(&range.end)
        );
        let mut finding = fault(&range.step, message);
        finding.help = Some(STEP_HELP.into());
        let days = numeric(&text(&range.step)).filter(|days| days.fract() == 0.0 && *days >= 1.0).map(js_number);
        finding.fix = days.map(|days| {
            let fixed = format!("{days} day{}", if days == "1" { "" } else { "s" });
            Fix::replace(format!("write `{fixed}`"), range.step.loc, fixed)
        });
        return vec![finding];
    }
    let [start, end, step] = [&range.start, &range.end, &range.step].map(|at| parse_float(&text(at)));
    for (name, at, read) in [("start", &range.start, start), ("end", &range.end, end), ("step", &range.step, step)] {
        if read.is_none() {
            out.push(fault(at, format!("`{name}` is neither a number nor a date")));
        } else if numeric(&text(at)).is_none() {
            let taken = read.map(js_number).unwrap_or_default();
            out.push(fault(at, format!("only the number at the start of `{name}` counts: {taken}")));
        }
    }
    if step.is_some_and(|step| step <= 0.0) {
        out.push(fault(&range.step, "a step must be positive: the control has no values"));
    }
    if let (Some(start), Some(end)) = (start, end)
        && start > end
    {
        out.push(fault(&range.end, "the range ends before it starts"));
    }
    if out.is_empty() && numbers(range, crate::inputs::options::MAX_OPTIONS as usize) == Listed::Endless {
        let message = "this step is lost in rounding, so the range never ends: the browser hangs";
        out.push(fault(&range.step, message));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use viz_project::{Environment, MemoryFiles, Options, Project};

    fn now() -> NaiveDateTime {
        NaiveDate::from_ymd_opt(2024, 3, 13).unwrap().and_hms_opt(15, 30, 0).unwrap() // a Wednesday
    }

    /// What a range lists, and what is wrong with it; `written` is its YAML.
    fn look(written: &str) -> (Listed, Vec<String>) {
        let text = format!("name: a\ninputs:\n  - name: i\n    type: multi-select\n    range: {written}\n");
        let files = MemoryFiles::new([("/p/project.visivo.yml", text.as_str())]);
        let project = Project::load(std::path::Path::new("/p"), &files, &Environment::empty());
        let body = project.ids().find_map(|id| match &project.object(id).body {
            viz_project::Body::Input(input) => Some(input),
            _ => None,
        });
        let input = body.expect("there is one");
        let Options::Range(range) = &input.options else { panic!("{written}") };
        let faults = faults(input, range, now()).into_iter().map(|finding| finding.message).collect();
        (values(input, range, now(), 1000), faults)
    }

    fn listed(written: &str) -> Vec<String> {
        match look(written).0 {
            Listed::Values(values) => values.iter().map(Value::raw).collect(),
            other => panic!("{written}: {other:?}"),
        }
    }

    #[test]
    fn dates_r_date_06() {
        for (written, expected) in [
            (
                "{ start: '2024-01-30', end: '2024-02-01', step: 1 day }",
                &["2024-01-30", "2024-01-31", "2024-02-01"][..],
            ),
            ("{ start: '2024-01-03', end: '2024-01-16', step: 1 week }", &["2024-01-08", "2024-01-15"]),
            ("{ start: '2024-01-15', end: '2024-04-01', step: 1 month }", &["2024-02-01", "2024-03-01", "2024-04-01"]),
            (
                "{ start: '2023-02-01', end: '2023-12-31', step: 1 quarter }",
                &["2023-04-01", "2023-07-01", "2023-10-01"],
            ),
            ("{ start: '2022-01-01', end: today, step: 1 year }", &["2022-01-01", "2023-01-01", "2024-01-01"]),
            (
                "{ start: '2024-01-01', end: '2024-01-08', step: 3 days }",
                &["2024-01-01", "2024-01-04", "2024-01-07", "2024-01-08"],
            ),
            ("{ start: '2024-01-31', end: '2024-05-01', step: 2 months }", &["2024-01-31", "2024-03-31", "2024-05-01"]),
            (
                "{ start: '2023-12-31', end: '2024-05-01', step: 2 months }",
                &["2023-12-31", "2024-02-29", "2024-04-29", "2024-05-01"],
            ),
            ("{ start: '2024-01-03', end: '2024-01-01', step: 1 day }", &["2024-01-03", "2024-01-02", "2024-01-01"]),
            ("{ start: today - 4 days, end: now, step: 2 }", &["2024-03-09", "2024-03-11", "2024-03-13"]),
            ("{ start: today - 1 day, end: today, step: often }", &["2024-03-12", "2024-03-13"]),
            (
                "{ start: '2024-01-01', end: '2024-03-01', step: 99999999999999999999 years }",
                &["2024-01-01", "2024-03-01"],
            ),
            ("{ start: soon, end: today, step: 1 day }", &[]),
            ("{ start: '2024-02-30', end: today, step: 1 day }", &[]),
        ] {
            assert_eq!(listed(written), expected, "{written}");
        }
        assert_eq!(look("{ start: today, end: today, step: 0 days }").0, Listed::Endless);
        assert_eq!(look("{ start: '1990-01-01', end: today, step: 1 day }").0, Listed::TooMany);
    }

    #[test]
    fn numbers_r_date_07() {
        for (written, expected) in [
            ("{ start: 0, end: 10, step: 5 }", &["0", "5", "10"][..]),
            ("{ start: 0, end: 11, step: 5 }", &["0", "5", "10", "11"]),
            ("{ start: 0, end: 0.4, step: 0.1 }", &["0", "0.1", "0.2", "0.30000000000000004", "0.4"]),
            ("{ start: 0x10, end: '18', step: 1 }", &["16", "17", "18"]),
            ("{ start: 1_000, end: 1e+3, step: 1 }", &["1000"]),
            ("{ start: '2024-01-01', end: '2026-12-31', step: 1 }", &["2024", "2025", "2026"]),
            ("{ start: 5, end: 1, step: 1 }", &[]),
            ("{ start: 1, end: 5, step: 0 }", &[]),
            ("{ start: 1, end: 5, step: x }", &[]),
        ] {
            assert_eq!(listed(written), expected, "{written}");
        }
        assert_eq!(look("{ start: 1.0e+20, end: 1.0e+20, step: 1 }").0, Listed::Endless);
        assert_eq!(look("{ start: 0, end: 1, step: 0.0001 }").0, Listed::TooMany);
    }

    #[test]
    fn each_fault_is_told_once() {
        for (written, expected) in [
            ("{ start: 0, end: 10, step: 5 }", &[][..]),
            ("{ start: today, end: today - 1 day, step: 1 day }", &["the range ends before it starts"]),
            ("{ start: today, end: today, step: 1.5 }", &["this step is not understood: one day is taken instead"]),
            ("{ start: today, end: today, step: -1 }", &["a step backwards never ends: the browser hangs (S-33)"]),
            ("{ start: 5 apples, end: 7, step: 1 }", &["only the number at the start of `start` counts: 5"]),
            (
                "{ start: '2024-01-01', end: '2024-12-31', step: 7 }",
                &["this step has no unit, so the dates are taken as the numbers 2024 and 2024 (R-DATE-03)"],
            ),
            (
                "{ start: '2024-01-01', end: '2025-12-31', step: 1 second }",
                &[
                    "this step is not understood (it counts in days, weeks, months, quarters or years), so the dates are \
                   taken as the numbers 2024 and 2025 (R-DATE-03)",
                ],
            ),
            ("{ start: '2024-01-01', end: '2025-12-31', step: 99999999999999999999 years }", &[]),
            (
                "{ start: 1.0e+20, end: 1.0e+20, step: 1 }",
                &["this step is lost in rounding, so the range never ends: the browser hangs"],
            ),
        ] {
            assert_eq!(look(written).1, expected, "{written}");
        }
    }
}
