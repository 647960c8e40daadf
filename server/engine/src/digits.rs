//! Texts of values that JSON has no number for.

const DAY: i128 = 86_400_000_000_000;

/// A decimal of this scale, with all its digits.
pub(crate) fn decimal(value: i128, scale: u8) -> String {
    let scale = usize::from(scale);
    let sign = if value < 0 { "-" } else { "" };
    let digits = format!("{:0>width$}", value.unsigned_abs(), width = scale + 1);
    let (whole, rest) = digits.split_at(digits.len() - scale);
    if scale == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{rest}") }
}

/// DuckDB's BIGNUM: 3 bytes with the sign (first bit: not negative) and the length, then the number, most significant byte
/// first; all of it is complemented if the number is negative.
pub(crate) fn bignum(bytes: &[u8]) -> Option<String> {
    let negative = bytes.first()? & 0x80 == 0;
    let mut chunks: Vec<u64> = Vec::new();
    for byte in bytes.get(3..)? {
        let mut carry = u64::from(if negative { !byte } else { *byte });
        for chunk in &mut chunks {
            let next = *chunk * 256 + carry;
            (*chunk, carry) = (next % 1_000_000_000, next / 1_000_000_000);
        }
        if carry > 0 {
            chunks.push(carry);
        }
    }
    let mut text = String::from(if negative { "-" } else { "" });
    let mut chunks = chunks.iter().rev();
    text.push_str(&chunks.next().copied().unwrap_or_default().to_string());
    chunks.for_each(|chunk| text.push_str(&format!("{chunk:09}")));
    Some(text)
}

/// DuckDB's BIT: a byte with the number of bits that pad the next one, then the bits.
pub(crate) fn bits(bytes: &[u8]) -> Option<String> {
    let (padding, bits) = bytes.split_first()?;
    let all: String = bits.iter().map(|byte| format!("{byte:08b}")).collect();
    all.get(usize::from(*padding)..).map(str::to_owned)
}

/// Hexadecimal digits in groups.
pub(crate) fn uuid(bytes: [u8; 16]) -> String {
    let hex = format!("{:032x}", u128::from_be_bytes(bytes));
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

/// A day, counted from 1970-01-01; `None` for the infinities.
pub(crate) fn date(days: i32) -> Option<String> {
    (days != i32::MAX && days != -i32::MAX).then(|| civil(days.into()))
}

/// A day of the proleptic Gregorian calendar (the algorithm is Howard Hinnant's `civil_from_days`).
fn civil(days: i64) -> String {
    let (year, month, day) = parts(days);
    if (0..=9999).contains(&year) {
        format!("{year:04}-{month:02}-{day:02}")
    } else {
        format!("{}{:06}-{month:02}-{day:02}", if year < 0 { '-' } else { '+' }, year.abs())
    }
}

/// Year, month and day of a day.
fn parts(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// The days of the years 0 to 9999.
pub(crate) const COMMON_DAYS: std::ops::RangeInclusive<i64> = -719_528..=2_932_896;

/// Writes such a day.
pub(crate) fn put_date(days: i64, out: &mut Vec<u8>) {
    let (year, month, day) = parts(days);
    put_pair(year / 100, out);
    put_pair(year % 100, out);
    out.push(b'-');
    put_pair(month, out);
    out.push(b'-');
    put_pair(day, out);
}

/// Writes a moment of such a day, in microseconds since 1970.
pub(crate) fn put_moment(microseconds: i64, out: &mut Vec<u8>) {
    let (seconds, mut rest) = (microseconds.div_euclid(1_000_000), microseconds.rem_euclid(1_000_000));
    put_date(seconds.div_euclid(86_400), out);
    let seconds = seconds.rem_euclid(86_400);
    for (before, part) in [(b'T', seconds / 3600), (b':', seconds / 60 % 60), (b':', seconds % 60)] {
        out.push(before);
        put_pair(part, out);
    }
    if rest > 0 {
        out.push(b'.');
        while rest > 0 {
            out.push(digit(rest / 100_000));
            rest = rest % 100_000 * 10;
        }
    }
}

fn put_pair(number: i64, out: &mut Vec<u8>) {
    out.extend_from_slice(&[digit(number / 10), digit(number % 10)]);
}

fn digit(number: i64) -> u8 {
    b'0' + (number % 10) as u8
}

/// Nanoseconds since midnight.
pub(crate) fn time(nanoseconds: i128) -> String {
    let (seconds, rest) = (nanoseconds / 1_000_000_000, nanoseconds % 1_000_000_000);
    let whole = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    if rest == 0 { whole } else { format!("{whole}.{}", format!("{rest:09}").trim_end_matches('0')) }
}

/// DuckDB's TIMETZ: microseconds, then 24 bits that count the seconds of the offset from its largest down.
pub(crate) fn time_tz(bits: u64) -> String {
    let offset = 16 * 3600 - 1 - i64::try_from(bits & 0xff_ffff).unwrap_or_default();
    let (sign, seconds) = (if offset < 0 { '-' } else { '+' }, offset.abs());
    let mut text =
        format!("{}{sign}{:02}:{:02}", time(i128::from(bits >> 24) * 1000), seconds / 3600, seconds / 60 % 60);
    if seconds % 60 != 0 {
        text.push_str(&format!(":{:02}", seconds % 60));
    }
    text
}

/// A moment, counted from 1970-01-01 in units of the given number of nanoseconds; `None` for the infinities.
pub(crate) fn timestamp(count: i64, nanoseconds: i128, utc: bool) -> Option<String> {
    if count == i64::MAX || count == -i64::MAX {
        return None;
    }
    let at = i128::from(count) * nanoseconds;
    let day = civil(i64::try_from(at.div_euclid(DAY)).ok()?);
    Some(format!("{day}T{}{}", time(at.rem_euclid(DAY)), if utc { "Z" } else { "" }))
}

/// An ISO 8601 duration. Months, days and the time may have different signs.
pub(crate) fn interval(months: i32, days: i32, nanoseconds: i64) -> String {
    let mut text = String::from("P");
    let mut part = |count: i64, unit: char| {
        if count != 0 {
            text.push_str(&format!("{count}{unit}"));
        }
    };
    part((months / 12).into(), 'Y');
    part((months % 12).into(), 'M');
    part(days.into(), 'D');
    let (sign, size) = (if nanoseconds < 0 { "-" } else { "" }, nanoseconds.unsigned_abs());
    let (seconds, rest) = (size / 1_000_000_000, size % 1_000_000_000);
    if size != 0 {
        text.push('T');
        for (count, unit) in [(seconds / 3600, 'H'), (seconds / 60 % 60, 'M')] {
            if count != 0 {
                text.push_str(&format!("{sign}{count}{unit}"));
            }
        }
        let fraction = format!(".{rest:09}");
        let fraction = fraction.trim_end_matches('0').trim_end_matches('.');
        if seconds % 60 != 0 || rest != 0 {
            text.push_str(&format!("{sign}{}{fraction}S", seconds % 60));
        }
    }
    if text == "P" { "PT0S".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_keep_their_scale() {
        assert_eq!(decimal(150, 2), "1.50");
        assert_eq!(decimal(-5, 3), "-0.005");
        assert_eq!(decimal(7, 0), "7");
    }

    #[test]
    fn days_and_moments() {
        assert_eq!(date(0).unwrap(), "1970-01-01");
        assert_eq!(date(19_782).unwrap(), "2024-02-29");
        assert_eq!(date(-719_529).unwrap(), "-000001-12-31");
        assert_eq!(date(2_932_897).unwrap(), "+010000-01-01");
        assert_eq!(date(i32::MAX), None);
        assert_eq!(timestamp(-1, 1000, true).unwrap(), "1969-12-31T23:59:59.999999Z");
        assert_eq!(timestamp(1_709_210_096, 1_000_000_000, false).unwrap(), "2024-02-29T12:34:56");
    }

    #[test]
    fn intervals() {
        assert_eq!(interval(14, -3, 3_723_500_000_000), "P1Y2M-3DT1H2M3.5S");
        assert_eq!(interval(0, 0, -500_000_000), "PT-0.5S");
        assert_eq!(interval(0, 0, 0), "PT0S");
    }
}
