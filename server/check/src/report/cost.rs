//! What an insight costs where its combinations run: times, rows and bytes.

use indexmap::IndexMap;
use serde::Serialize;
use viz_text::numbers::{rows, size, thousands};
use viz_text::shorten::{EXAMPLE, shorten};

/// The most that any of an insight's combinations costs, of those that ran. A time is that of the run whose answer is
/// known: it stays the same until the query runs again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Cost {
    /// How long the slowest takes.
    pub milliseconds: u64,
    /// How many rows the largest has.
    pub rows: u64,
    /// How many bytes the rows of the heaviest take as text.
    pub bytes: u64,
    /// The slowest: input name → option as the viewer sees it. Long ones are shortened where they are written down.
    #[serde(serialize_with = "short")]
    pub slowest: IndexMap<String, String>,
}

fn short<S: serde::Serializer>(choices: &IndexMap<String, String>, to: S) -> Result<S::Ok, S::Error> {
    to.collect_map(choices.iter().map(|(name, option)| (name, shorten(option, EXAMPLE))))
}

impl Cost {
    /// In words: `34 ms, 1,200 rows, 80 kB`.
    pub fn words(&self) -> String {
        format!("{} ms, {}, {}", thousands(self.milliseconds), rows(self.rows), size(self.bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costs_are_told_in_words() {
        for (milliseconds, rows, bytes, words) in [
            (0, 0, 0, "0 ms, 0 rows, 0 bytes"),
            (34, 1, 1, "34 ms, 1 row, 1 byte"),
            (1234, 1_234_567, 9_999, "1,234 ms, 1,234,567 rows, 9,999 bytes"),
            (7, 100, 80_900, "7 ms, 100 rows, 80 kB"),
            (7, 100, 1_200_000_000, "7 ms, 100 rows, 1,200 MB"),
        ] {
            let cost = Cost { milliseconds, rows, bytes, ..Cost::default() };
            assert_eq!(cost.words(), words);
        }
    }
}
