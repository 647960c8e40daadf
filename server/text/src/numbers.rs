//! Numbers for people.

/// `1,240`.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1 row`, `1,240 rows`.
pub fn rows(number: u64) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} row{plural}", thousands(number))
}

/// A number of bytes: `1 byte`, `9,999 bytes`, `80 kB`, `1,200 MB`.
pub fn size(bytes: u64) -> String {
    match bytes {
        1 => "1 byte".into(),
        0..10_000 => format!("{} bytes", thousands(bytes)),
        10_000..10_000_000 => format!("{} kB", thousands(bytes / 1000)),
        _ => format!("{} MB", thousands(bytes / 1_000_000)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        for (number, text) in [(0, "0"), (999, "999"), (1240, "1,240"), (u64::MAX, "18,446,744,073,709,551,615")] {
            assert_eq!(thousands(number), text);
        }
        for (bytes, text) in
            [(0, "0 bytes"), (1, "1 byte"), (9_999, "9,999 bytes"), (80_900, "80 kB"), (1_200_000_000, "1,200 MB")]
        {
            assert_eq!(size(bytes), text);
        }
    }
}
