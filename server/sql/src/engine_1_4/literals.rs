//! Texts that 2.0 reads as times and intervals, and 1.4 does not.

/// A year that a DATE may have and a TIMESTAMP may not.
const TOO_LATE: &str = "300000";

/// Whether a text is a time with a zone behind its minutes: 1.4 wants seconds before a zone. As a DATE both read it.
pub fn lacks_seconds(text: &str) -> bool {
    time_of(text).is_some_and(|(_, time)| {
        let Some((hours, rest)) = time.split_once(':') else { return false };
        let minutes = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        let zone = minutes.trim_start();
        is_number(hours, 2)
            && (1..=2).contains(&(rest.len() - minutes.len()))
            && zone.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '+' | '-'))
    })
}

/// Whether a text is a number without a unit: an interval of seconds to 2.0 only.
pub fn lacks_unit(text: &str) -> bool {
    let number = text.trim_start();
    is_number(number.strip_prefix('-').unwrap_or(number), usize::MAX)
}

/// A text that is a DATE to 2.0 where this one is, and a TEXT, but no TIMESTAMP.
pub(super) fn no_timestamp(text: &str) -> Option<String> {
    let (date, _) = time_of(text).filter(|_| lacks_seconds(text))?;
    let year = date.split('-').next().unwrap_or_default();
    Some(format!("{TOO_LATE}{}", text.trim_start().get(year.len()..)?))
}

/// The date and the time of `2026-11-29 10:30`.
fn time_of(text: &str) -> Option<(&str, &str)> {
    let (date, time) = text.trim_start().split_once([' ', 'T'])?;
    let mut parts = date.split('-');
    let mut part = |longest| parts.next().is_some_and(|part| is_number(part, longest));
    (part(6) && part(2) && part(2) && parts.next().is_none()).then_some((date, time.trim_start()))
}

fn is_number(text: &str, longest: usize) -> bool {
    !text.is_empty() && text.len() <= longest && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_need_seconds() {
        for text in ["2024-01-05 10:30+02", "2024-01-05T10:30Z", "2024-1-5 9:30 UTC", "2024-01-05T10:30+02:00"] {
            assert!(lacks_seconds(text), "{text}");
        }
        for text in [
            "2024-01-05 10:30:00+02",
            "2024-01-05 10:30",
            "2024-01-05",
            "10:30+02",
            "2024-01-05 at noon",
            "a T10:30Z",
            "",
        ] {
            assert!(!lacks_seconds(text), "{text}");
        }
        assert_eq!(no_timestamp("2024-01-05T10:30Z").as_deref(), Some("300000-01-05T10:30Z"));
    }

    #[test]
    fn intervals_need_units() {
        assert!([" 1", "30", "-1", "0"].into_iter().all(lacks_unit));
        assert!(!["1 ", "1.5", "1 day", "1:00", "", "-", "+1"].into_iter().any(lacks_unit));
    }
}
