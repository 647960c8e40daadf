//! The names that the reference gives to tables and columns of generated queries (4.1).

use md5::{Digest, Md5};

/// `name_hash`: the table that holds a model's rows is called this.
pub fn name_hash(name: &str) -> String {
    letters(name, 28)
}

/// The alias of a selected expression (`R-RES-06`).
pub fn alias_hash(resolved: &str) -> String {
    letters(resolved, 14)
}

/// MD5 as a big-endian number, written with this many letters, least significant first, after an `m`.
fn letters(text: &str, count: usize) -> String {
    let mut number = u128::from_be_bytes(Md5::digest(text.as_bytes()).into());
    let mut out = String::with_capacity(count + 1);
    out.push('m');
    for _ in 0..count {
        out.push(char::from(b'a' + (number % 26) as u8));
        number /= 26;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_letters() {
        assert_eq!(name_hash("orders").len(), 29);
        assert_eq!(alias_hash("x").len(), 15);
        // MD5("") = d41d8cd98f00b204e9800998ecf8427e
        let mut number = 0xd41d_8cd9_8f00_b204_e980_0998_ecf8_427e_u128;
        let mut expected = String::from("m");
        for _ in 0..28 {
            expected.push(char::from(b'a' + (number % 26) as u8));
            number /= 26;
        }
        assert_eq!(name_hash(""), expected);
    }
}
