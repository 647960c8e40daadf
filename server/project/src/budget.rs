//! `budget:` of the settings: what the slowest, largest or heaviest combination of an insight may cost.

use serde::Deserialize;

/// What an insight may cost; where nothing is set, anything.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Budget {
    /// How long a query may take.
    #[serde(deserialize_with = "milliseconds")]
    pub milliseconds: Option<u64>,
    /// How many rows it may have.
    #[serde(deserialize_with = "rows")]
    pub rows: Option<u64>,
    /// How many bytes its rows may take as text.
    #[serde(deserialize_with = "bytes")]
    pub bytes: Option<u64>,
}

fn milliseconds<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    at_least_one(deserializer, "milliseconds")
}

fn rows<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    at_least_one(deserializer, "rows")
}

fn bytes<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    at_least_one(deserializer, "bytes")
}

/// No insight that draws something keeps to 0.
fn at_least_one<'de, D: serde::Deserializer<'de>>(deserializer: D, key: &str) -> Result<Option<u64>, D::Error> {
    match Option::<u64>::deserialize(deserializer)? {
        Some(0) => Err(serde::de::Error::custom(format!("`{key}` must be 1 or more"))),
        most => Ok(most),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn budgets_are_read_and_refused() {
        let config = Config::parse("budget: { milliseconds: 500, rows: 10000 }\n").unwrap();
        assert_eq!(config.budget, Budget { milliseconds: Some(500), rows: Some(10_000), bytes: None });
        assert_eq!(Config::parse("seed: 1\n").unwrap().budget, Budget::default());
        for (text, line, message) in [
            ("budget:\n  rows: 0\n", 1, "budget: `rows` must be 1 or more"),
            ("budget:\n  bytes: -1\n", 1, "`budget.bytes` takes a whole number, 0 or more, not `-1`"),
            ("budget: 3\n", 0, "`budget` takes a mapping of keys to values, not `3`"),
        ] {
            let error = Config::parse(text).unwrap_err();
            assert_eq!((error.line, error.message.as_str()), (line, message), "{text}");
        }
        let error = Config::parse("budget: { row: 3 }\n").unwrap_err();
        assert!(error.expected().any(|word| word == "rows"), "{error:?}");
    }
}
