//! Date expressions, steps and ranges as the browser evaluates them (5.3 of the format reference).

use chrono::{Datelike, Days, Months, NaiveDate, NaiveDateTime};
use viz_project::{Bound, Input, Range};

/// A unit of a step or an offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

impl Unit {
    fn parse(word: &str) -> Option<Self> {
        Some(match word.strip_suffix('s').unwrap_or(word) {
            "day" => Unit::Day,
            "week" => Unit::Week,
            "month" => Unit::Month,
            "quarter" => Unit::Quarter,
            "year" => Unit::Year,
            _ => return None,
        })
    }

    fn add(self, date: NaiveDate, count: i64) -> Option<NaiveDate> {
        let months = |per: i64| {
            let count = count.checked_mul(per)?;
            let size = Months::new(u32::try_from(count.unsigned_abs()).ok()?);
            if count < 0 { date.checked_sub_months(size) } else { date.checked_add_months(size) }
        };
        let days = |per: i64| {
            let count = count.checked_mul(per)?;
            let size = Days::new(count.unsigned_abs());
            if count < 0 { date.checked_sub_days(size) } else { date.checked_add_days(size) }
        };
        match self {
            Unit::Day => days(1),
            Unit::Week => days(7),
            Unit::Month => months(1),
            Unit::Quarter => months(3),
            Unit::Year => months(12),
        }
    }

    /// The first day of the unit that a date lies in.
    fn start(self, date: NaiveDate) -> NaiveDate {
        let first_of = |year: i32, month: u32| NaiveDate::from_ymd_opt(year, month, 1).unwrap_or(date);
        match self {
            Unit::Day => date,
            Unit::Week => {
                date.checked_sub_days(Days::new(u64::from(date.weekday().num_days_from_monday()))).unwrap_or(date)
            }
            Unit::Month => first_of(date.year(), date.month()),
            Unit::Quarter => first_of(date.year(), (date.month0() / 3) * 3 + 1),
            Unit::Year => first_of(date.year(), 1),
        }
    }

    fn end(self, date: NaiveDate) -> NaiveDate {
        self.add(self.start(date), 1).and_then(|next| next.pred_opt()).unwrap_or(date)
    }
}

/// A date expression such as `today - 30 days` (`R-DATE-01`, `R-DATE-02`).
pub(crate) fn expression(text: &str, now: NaiveDateTime) -> Option<NaiveDate> {
    let text = text.trim().to_ascii_lowercase();
    let anchor_len = text.find(|c: char| !c.is_ascii_alphabetic() && c != '_').unwrap_or(text.len());
    let (anchor, rest) = text.split_at(anchor_len);
    let today = now.date();
    let base = match anchor {
        "today" | "now" => today,
        _ => {
            let (side, unit) = anchor.split_once("_of_")?;
            let unit = Unit::parse(unit).filter(|unit| *unit != Unit::Day && !anchor.ends_with('s'))?;
            match side {
                "start" => unit.start(today),
                "end" => unit.end(today),
                _ => return None,
            }
        }
    };
    let rest = rest.trim();
    if rest.is_empty() {
        return Some(base);
    }
    let (sign, rest) = match (rest.strip_prefix('+'), rest.strip_prefix('-')) {
        (Some(rest), _) => (1, rest),
        (_, Some(rest)) => (-1, rest),
        _ => return None,
    };
    let (count, unit) = step(rest)?;
    unit.add(base, sign * count)
}

/// A step such as `2 weeks`.
pub(crate) fn step(text: &str) -> Option<(i64, Unit)> {
    let text = text.trim().to_ascii_lowercase();
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let count = text[..digits].parse().ok()?;
    Some((count, Unit::parse(text[digits..].trim_start())?))
}

fn iso(text: &str) -> Option<NaiveDate> {
    let text = text.trim();
    NaiveDate::parse_from_str(text.get(..10)?, "%Y-%m-%d").ok()
}

fn bound(text: &str, now: NaiveDateTime) -> Option<NaiveDate> {
    expression(text, now).or_else(|| iso(text))
}

/// Whether a range is one of dates (`R-DATE-03`).
pub(crate) fn is_dates(input: &Input, range: &Range, now: NaiveDateTime) -> bool {
    let displayed = input.display.as_ref().is_some_and(|display| display.text == "date-range");
    displayed
        || [&range.start, &range.end].iter().any(|bound| expression(&bound.text, now).is_some())
        || step(&range.step.text).is_some()
}

/// How a step counts in a range of dates (`R-DATE-05`).
fn date_step(bound: &Bound) -> (i64, Unit) {
    let days =
        || crate::states::numeric(&bound.text).filter(|days| days.fract() == 0.0).map(|days| (days as i64, Unit::Day));
    step(&bound.text).or_else(days).unwrap_or((1, Unit::Day))
}

/// The values of a range of dates, as text (`R-DATE-06`). None if a bound can't be read, or the step never ends.
pub(crate) fn values(range: &Range, now: NaiveDateTime, limit: usize) -> Vec<String> {
    let (Some(start), Some(end)) = (bound(&range.start.text, now), bound(&range.end.text, now)) else {
        return Vec::new();
    };
    let (count, unit) = date_step(&range.step);
    let text = |date: NaiveDate| date.format("%Y-%m-%d").to_string();
    if count <= 0 {
        return Vec::new();
    }
    if count == 1 {
        let (low, high) = (start.min(end), start.max(end));
        let first = unit.start(low);
        let first = if first < low { unit.add(first, 1) } else { Some(first) };
        let dates =
            std::iter::successors(first, |date| unit.add(*date, 1)).take_while(|date| *date <= high).take(limit);
        let mut dates: Vec<String> = dates.map(text).collect();
        if start > end {
            dates.reverse();
        }
        return dates;
    }
    if start > end {
        return Vec::new();
    }
    let nth = |n: i64| unit.add(start, count.checked_mul(n)?);
    let mut dates: Vec<NaiveDate> = (0..).map_while(nth).take_while(|date| *date <= end).take(limit).collect();
    if dates.last().is_some_and(|last| *last < end) {
        dates.push(end);
    }
    dates.into_iter().map(text).collect()
}

/// What is wrong with a range (D-046): the bound to blame and why.
pub(crate) fn faults<'a>(input: &Input, range: &'a Range, now: NaiveDateTime) -> Vec<(&'a Bound, String)> {
    let mut out = Vec::new();
    let is_query = |bound: &&Bound| bound.text.trim_start().starts_with("?{");
    if [&range.start, &range.end, &range.step].iter().any(is_query) {
        return out; // reported as a query that is never executed
    }
    if is_dates(input, range, now) {
        for (name, at) in [("start", &range.start), ("end", &range.end)] {
            if bound(&at.text, now).is_none() {
                out.push((
                    at,
                    format!("`{name}` is no date: write `YYYY-MM-DD` or an expression such as `today - 30 days`"),
                ));
            }
        }
        let (count, _) = date_step(&range.step);
        let readable = step(&range.step.text).is_some() || crate::states::numeric(&range.step.text).is_some();
        if !readable {
            out.push((&range.step, "this step is not understood: one day is taken instead".into()));
        } else if count <= 0 {
            out.push((&range.step, "a step of nothing never ends: the browser hangs (S-33)".into()));
        }
        if let (Some(start), Some(end)) = (bound(&range.start.text, now), bound(&range.end.text, now))
            && start > end
        {
            out.push((&range.end, "the range ends before it starts".into()));
        }
        return out;
    }
    let number = |at: &Bound| crate::states::numeric(&at.text);
    for (name, at) in [("start", &range.start), ("end", &range.end), ("step", &range.step)] {
        if number(at).is_none() {
            out.push((at, format!("`{name}` is neither a number nor a date")));
        }
    }
    if number(&range.step).is_some_and(|step| step <= 0.0) {
        out.push((&range.step, "a step must be positive: the control has no values".into()));
    }
    if let (Some(start), Some(end)) = (number(&range.start), number(&range.end))
        && start > end
    {
        out.push((&range.end, "the range ends before it starts".into()));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use viz_syntax::Typed;
    use viz_text::{Loc, SegmentId, TextRange};

    fn now() -> NaiveDateTime {
        NaiveDate::from_ymd_opt(2024, 3, 13).unwrap().and_hms_opt(15, 30, 0).unwrap() // a Wednesday
    }

    fn range(start: &str, end: &str, step: &str) -> Range {
        let loc = Loc::new(SegmentId::fresh(), TextRange::empty(0.into()));
        let bound = |text: &str| Bound { text: text.into(), typed: Typed::Str, loc };
        Range { start: bound(start), end: bound(end), step: bound(step), loc }
    }

    #[test]
    fn expressions_r_date_01_02() {
        let on = |text| expression(text, now()).map(|date| date.to_string());
        assert_eq!(on("today").as_deref(), Some("2024-03-13"));
        assert_eq!(on(" NOW-1day ").as_deref(), Some("2024-03-12"));
        assert_eq!(on("start_of_week").as_deref(), Some("2024-03-11"));
        assert_eq!(on("end_of_week").as_deref(), Some("2024-03-17"));
        assert_eq!(on("start_of_quarter - 1 quarter").as_deref(), Some("2023-10-01"));
        assert_eq!(on("end_of_month - 1 month").as_deref(), Some("2024-02-29"));
        for wrong in
            ["yesterday", "today - 1 month + 2 days", "today - 3 hours", "today -", "start_of_day", "2024-01-01"]
        {
            assert_eq!(on(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn values_r_date_06() {
        let of = |start, end, step| values(&range(start, end, step), now(), 1000);
        assert_eq!(of("2024-01-30", "2024-02-01", "1 day"), ["2024-01-30", "2024-01-31", "2024-02-01"]);
        assert_eq!(of("2024-01-03", "2024-01-16", "1 week"), ["2024-01-08", "2024-01-15"]);
        assert_eq!(of("2024-01-15", "2024-04-01", "1 month"), ["2024-02-01", "2024-03-01", "2024-04-01"]);
        assert_eq!(of("2024-01-01", "2024-01-08", "3 days"), ["2024-01-01", "2024-01-04", "2024-01-07", "2024-01-08"]);
        assert_eq!(of("2024-01-31", "2024-05-01", "2 months"), ["2024-01-31", "2024-03-31", "2024-05-01"]);
        assert_eq!(of("2024-01-03", "2024-01-01", "1 day"), ["2024-01-03", "2024-01-02", "2024-01-01"]);
        assert_eq!(of("2024-01-01", "2024-01-03", "0 days"), Vec::<String>::new());
        assert_eq!(of("soon", "2024-01-03", "1 day"), Vec::<String>::new());
    }
}
