//! Date expressions, steps and ISO dates as the browser reads them (5.3 of the format reference). All that is ever shown of
//! a time is its day, so days are all that is kept, and changes of the clock don't matter.

use chrono::{DateTime, Datelike, Days, Local, Months, NaiveDate, NaiveDateTime, NaiveTime};

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

    pub(crate) fn add(self, date: NaiveDate, count: i64) -> Option<NaiveDate> {
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
    pub(crate) fn start(self, date: NaiveDate) -> NaiveDate {
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
    let unit = Unit::parse(text[digits..].trim_start())?;
    // More than can be counted lies beyond all dates.
    let count = if digits == 0 { return None } else { text[..digits].parse().unwrap_or(i64::MAX) };
    Some((count, unit))
}

/// An ISO date, or the local day of an ISO date and time: a time with an offset from UTC lies on different days for
/// different viewers; the zone of this process is taken.
fn iso(text: &str) -> Option<NaiveDate> {
    let text = text.trim();
    let (date, time) = text.split_at_checked(10)?;
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let formed = date.split('-').map(str::len).eq([4, 2, 2]) && date.split('-').all(digits);
    let date = NaiveDate::parse_from_str(date, "%Y-%m-%d").ok().filter(|_| formed)?;
    if time.is_empty() {
        return Some(date);
    }
    let clock = time.strip_prefix(['T', ' '])?;
    if ["%H:%M:%S%.f", "%H:%M"].iter().any(|form| NaiveTime::parse_from_str(clock, form).is_ok()) {
        return Some(date);
    }
    let zoned = format!("{}T{}", date, clock.replace('Z', "+00:00"));
    let zoned = ["%Y-%m-%dT%H:%M:%S%.f%:z", "%Y-%m-%dT%H:%M%:z"]
        .iter()
        .find_map(|form| DateTime::parse_from_str(&zoned, form).ok());
    Some(zoned?.with_timezone(&Local).date_naive())
}

/// A bound of a range of dates (`R-DATE-04`).
pub(crate) fn bound(text: &str, now: NaiveDateTime) -> Option<NaiveDate> {
    expression(text, now).or_else(|| iso(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> NaiveDateTime {
        NaiveDate::from_ymd_opt(2024, 3, 13).unwrap().and_hms_opt(15, 30, 0).unwrap() // a Wednesday
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
    fn iso_dates_with_and_without_a_time() {
        let on = |text| iso(text).map(|date| date.to_string());
        for right in ["2024-02-29", " 2024-02-29 ", "2024-02-29T23:59", "2024-02-29 23:59:59.999"] {
            assert_eq!(on(right).as_deref(), Some("2024-02-29"), "{right}");
        }
        for wrong in
            ["2023-02-29", "2024-2-29", "2024-02-29x", "2024-02-29T25:00", "+202-02-29", "2024-02-2", "20240229"]
        {
            assert_eq!(on(wrong), None, "{wrong}");
        }
        assert!(iso("2024-02-29T12:00:00Z").is_some() && iso("2024-02-29T12:00+05:30").is_some());
    }
}
