//! What type a plain scalar has in YAML 1.1 as the reference's loader (PyYAML, safe) reads it (R-DISC-07).

/// The type, and for short ones the value, of a scalar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Typed {
    /// Empty, `~`, `null`, `Null`, `NULL`.
    Null,
    /// `yes`, `No`, `TRUE`, `off`, ….
    Bool(bool),
    /// Decimal, `0x1F`, `0b11`, octal `017`, base 60 `1:30`; `_` between digits is skipped.
    Int(i64),
    /// An integer beyond 64 bits.
    BigInt,
    /// Needs a `.`; an exponent needs its sign (`1e3` is text).
    Float(f64),
    /// `2024-01-31`.
    Date,
    /// `2024-01-31 10:00:00`, with `T`, fractions and zones.
    Timestamp,
    /// `<<`, which the reference's loader refuses.
    Merge,
    /// `=`, which the reference's loader refuses.
    Equals,
    /// Text: everything else, and all quoted and block scalars.
    Str,
}

/// The type of a plain, untagged scalar.
pub(crate) fn resolve(text: &str) -> Typed {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Typed::Null,
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => return Typed::Bool(true),
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => return Typed::Bool(false),
        "<<" => return Typed::Merge,
        "=" => return Typed::Equals,
        _ => {}
    }
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) {
        return Typed::Str;
    }
    int(text).or_else(|| float(text)).or_else(|| time(text)).unwrap_or(Typed::Str)
}

/// Whether a text that has the form of a date (and time) names one that exists.
pub(crate) fn date_exists(text: &str) -> bool {
    let number = |part: Option<&str>| part.and_then(|part| part.parse::<u32>().ok());
    let (date, clock) = text.split_at(text.find(['T', 't', ' ', '\t']).unwrap_or(text.len()));
    let mut parts = date.split('-');
    let (Some(year), Some(month), Some(day)) = (number(parts.next()), number(parts.next()), number(parts.next()))
    else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return false,
    };
    if year == 0 || day == 0 || day > days {
        return false;
    }
    let clock = clock.trim_start_matches(['T', 't', ' ', '\t']);
    let mut parts = clock.split(|c: char| !c.is_ascii_digit());
    clock.is_empty()
        || (number(parts.next()).is_some_and(|hour| hour < 24)
            && number(parts.next()).is_some_and(|minute| minute < 60)
            && number(parts.next()).is_some_and(|second| second < 60))
}

fn split_sign(text: &str) -> (bool, &str) {
    match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    }
}

fn int(text: &str) -> Option<Typed> {
    let (negative, digits) = split_sign(text);
    if let Some(parts) = base60(digits)
        && digits.starts_with(|c: char| matches!(c, '1'..='9'))
    {
        let value = parts.iter().try_fold(0i64, |sum, part| sum.checked_mul(60)?.checked_add(part.parse().ok()?));
        return Some(signed(value, negative));
    }
    let all = |text: &str, allowed: fn(char) -> bool| !text.is_empty() && text.chars().all(|c| allowed(c) || c == '_');
    let (radix, digits) = if let Some(rest) =
        digits.strip_prefix("0b").filter(|rest| all(rest, |c| matches!(c, '0' | '1')))
    {
        (2, rest)
    } else if let Some(rest) = digits.strip_prefix("0x").filter(|rest| all(rest, |c| c.is_ascii_hexdigit())) {
        (16, rest)
    } else if let Some(rest) = digits.strip_prefix('0').filter(|rest| all(rest, |c| matches!(c, '0'..='7'))) {
        (8, rest)
    } else if digits == "0" || (digits.starts_with(|c| matches!(c, '1'..='9')) && all(digits, |c| c.is_ascii_digit())) {
        (10, digits)
    } else {
        return None;
    };
    let digits = digits.replace('_', "");
    let value = if digits.is_empty() { Some(0) } else { i64::from_str_radix(&digits, radix).ok() };
    Some(signed(value, negative))
}

fn signed(value: Option<i64>, negative: bool) -> Typed {
    value.map_or(Typed::BigInt, |value| Typed::Int(if negative { -value } else { value }))
}

/// The parts of `digits(:[0-5]?[0-9])+`, without `_`.
fn base60(text: &str) -> Option<Vec<String>> {
    let mut parts = text.split(':');
    let first = parts.next()?;
    let starts =
        first.starts_with(|c: char| c.is_ascii_digit()) && first.chars().all(|c| c.is_ascii_digit() || c == '_');
    let mut all = vec![first.replace('_', "")];
    for part in parts {
        let fits = match part.as_bytes() {
            [one] => one.is_ascii_digit(),
            [ten, one] => matches!(ten, b'0'..=b'5') && one.is_ascii_digit(),
            _ => false,
        };
        if !fits {
            return None;
        }
        all.push(part.to_owned());
    }
    (starts && all.len() > 1).then_some(all)
}

fn float(text: &str) -> Option<Typed> {
    let (negative, rest) = split_sign(text);
    let sign = if negative { -1.0 } else { 1.0 };
    if matches!(rest, ".inf" | ".Inf" | ".INF") {
        return Some(Typed::Float(sign * f64::INFINITY));
    }
    if matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Some(Typed::Float(f64::NAN));
    }
    let (whole, fraction) = rest.split_once('.')?;
    let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit() || c == '_');
    if let Some(parts) = base60(whole) {
        let start = parts.iter().fold(0.0, |sum, part| sum * 60.0 + part.parse::<f64>().unwrap_or(f64::INFINITY));
        let fraction_value = format!("0.{}", fraction.replace('_', "")).parse::<f64>().unwrap_or(0.0);
        return digits(fraction).then_some(Typed::Float(sign * (start + fraction_value)));
    }
    let (fraction, exponent) = match fraction.find(['e', 'E']) {
        Some(at) => (&fraction[..at], Some(&fraction[at + 1..])),
        None => (fraction, None),
    };
    let exponent_fits = exponent.is_none_or(|exponent| {
        let rest = exponent.strip_prefix(['+', '-']);
        rest.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()))
    });
    let starts_with_digit = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
    let mantissa_fits = if whole.is_empty() {
        // Without digits before the point no sign may stand there.
        rest.len() == text.len() && starts_with_digit(fraction) && digits(fraction)
    } else {
        starts_with_digit(whole) && digits(whole) && digits(fraction)
    };
    if !exponent_fits || !mantissa_fits {
        return None;
    }
    let plain = format!("0{whole}.{fraction}0e{}", exponent.unwrap_or("0")).replace('_', "");
    Some(Typed::Float(sign * plain.parse::<f64>().ok()?))
}

fn time(text: &str) -> Option<Typed> {
    let bytes = text.as_bytes();
    let digits = |from: usize, count: usize| {
        bytes.get(from..from + count).is_some_and(|part| part.iter().all(u8::is_ascii_digit))
    };
    if bytes.len() == 10 && digits(0, 4) && bytes[4] == b'-' && digits(5, 2) && bytes[7] == b'-' && digits(8, 2) {
        return Some(Typed::Date);
    }
    // \d{4}-\d\d?-\d\d? (T|blanks) \d\d?:\d\d:\d\d (.\d*)? (blanks? (Z|[-+]\d\d?(:\d\d)?))?
    let mut at = 0;
    let run = |at: &mut usize, least: usize, most: usize| {
        let from = *at;
        while *at - from < most && bytes.get(*at).is_some_and(u8::is_ascii_digit) {
            *at += 1;
        }
        (*at - from >= least).then_some(())
    };
    let eat = |at: &mut usize, wanted: &[u8]| {
        let hit = bytes.get(*at).is_some_and(|byte| wanted.contains(byte));
        *at += usize::from(hit);
        hit.then_some(())
    };
    run(&mut at, 4, 4)?;
    eat(&mut at, b"-")?;
    run(&mut at, 1, 2)?;
    eat(&mut at, b"-")?;
    run(&mut at, 1, 2)?;
    if eat(&mut at, b"Tt").is_none() {
        eat(&mut at, b" \t")?;
        while eat(&mut at, b" \t").is_some() {}
    }
    run(&mut at, 1, 2)?;
    eat(&mut at, b":")?;
    run(&mut at, 2, 2)?;
    eat(&mut at, b":")?;
    run(&mut at, 2, 2)?;
    if eat(&mut at, b".").is_some() {
        run(&mut at, 0, usize::MAX)?;
    }
    if at < bytes.len() {
        while eat(&mut at, b" \t").is_some() {}
        if eat(&mut at, b"Z").is_none() {
            eat(&mut at, b"+-")?;
            run(&mut at, 1, 2)?;
            if eat(&mut at, b":").is_some() {
                run(&mut at, 2, 2)?;
            }
        }
    }
    (at == bytes.len()).then_some(Typed::Timestamp)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_those_of_yaml_1_1() {
        // Checked against PyYAML 6.0.3.
        for (text, typed) in [
            ("", Typed::Null),
            ("NULL", Typed::Null),
            ("nULL", Typed::Str),
            ("Yes", Typed::Bool(true)),
            ("y", Typed::Str),
            ("off", Typed::Bool(false)),
            ("0", Typed::Int(0)),
            ("-0", Typed::Int(0)),
            ("+5", Typed::Int(5)),
            ("010", Typed::Int(8)),
            ("0_7", Typed::Int(7)),
            ("09", Typed::Str),
            ("0o10", Typed::Str),
            ("0x1F", Typed::Int(31)),
            ("0x", Typed::Str),
            ("0b11", Typed::Int(3)),
            ("1_000", Typed::Int(1000)),
            ("1__0", Typed::Int(10)),
            ("5_", Typed::Int(5)),
            ("_5", Typed::Str),
            ("1:30", Typed::Int(90)),
            ("-1:30", Typed::Int(-90)),
            ("1:60", Typed::Str),
            ("99999999999999999999", Typed::BigInt),
            ("1e3", Typed::Str),
            ("1.5e3", Typed::Str),
            ("1.5e+3", Typed::Float(1500.0)),
            ("1.", Typed::Float(1.0)),
            (".5", Typed::Float(0.5)),
            ("-.5", Typed::Str),
            ("1_0.5", Typed::Float(10.5)),
            ("190:20:30.15", Typed::Float(685_230.15)),
            ("+.inf", Typed::Float(f64::INFINITY)),
            ("-.INF", Typed::Float(f64::NEG_INFINITY)),
            (".", Typed::Str),
            ("-", Typed::Str),
            ("1.2.3", Typed::Str),
            ("2024-01-01", Typed::Date),
            ("2001-1-1", Typed::Str),
            ("2001-1-1 1:2:3", Typed::Str),
            ("2001-1-1 1:02:03", Typed::Timestamp),
            ("2001-12-14t21:59:43.10-05:00", Typed::Timestamp),
            ("2001-12-14 21:59:43.10 -5", Typed::Timestamp),
            ("2001-12-14 21:59", Typed::Str),
            ("<<", Typed::Merge),
            ("=", Typed::Equals),
            ("==", Typed::Str),
            ("?{ x }", Typed::Str),
        ] {
            assert_eq!(resolve(text), typed, "{text:?}");
        }
        assert!(matches!(resolve(".NaN"), Typed::Float(nan) if nan.is_nan()));
    }

    #[test]
    fn dates_that_do_not_exist_are_known() {
        for (text, exists) in [
            ("2024-02-29", true),
            ("2023-02-29", false),
            ("2024-13-01", false),
            ("2024-00-01", false),
            ("0000-01-01", false),
            ("2024-01-01 23:59:59", true),
            ("2024-01-01T24:00:00Z", false),
        ] {
            assert_eq!(date_exists(text), exists, "{text}");
        }
    }
}
