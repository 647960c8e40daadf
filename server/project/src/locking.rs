//! `lock:` of the settings: what `viz.lock` may tell of the data.

use serde::Deserialize;
use std::collections::BTreeMap;

/// What `viz.lock` tells of an input's options.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Keep {
    /// Nothing at all.
    None,
    /// How many there are, their type, and a hash of all of them.
    Hash,
    /// Also what they look like, by made-up ones.
    Shapes,
    /// The options themselves.
    Values,
}

impl Keep {
    /// Its word in settings and locks.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Hash => "hash",
            Self::Shapes => "shapes",
            Self::Values => "values",
        }
    }
}

/// What `viz.lock` may tell.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Locking {
    /// Of what no other line names.
    pub default: Option<Keep>,
    /// By the names of inputs.
    pub inputs: BTreeMap<String, Keep>,
}

impl Locking {
    /// What is told of an input; `queried`: whether its options come from data.
    pub fn of_input(&self, name: &str, queried: bool) -> Keep {
        let usual = || self.default.unwrap_or(if queried { Keep::Shapes } else { Keep::Values });
        self.inputs.get(name).copied().unwrap_or_else(usual)
    }

    /// Whether it may be told how queries fare on the data, which the engine's messages quote.
    pub fn tells_of_data(&self) -> bool {
        self.default == Some(Keep::Values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn the_nearest_line_decides() {
        let locking = |text: &str| Config::parse(text).unwrap().lock;
        let none = locking("seed: 1\n");
        assert_eq!((none.of_input("a", true), none.of_input("a", false)), (Keep::Shapes, Keep::Values));
        let some = locking("lock:\n  default: values\n  inputs:\n    b: none\n");
        assert_eq!((some.of_input("a", true), some.of_input("b", true)), (Keep::Values, Keep::None));
        assert_eq!((none.tells_of_data(), some.tells_of_data()), (false, true));
        let one = locking("lock:\n  inputs: { a: values }\n");
        assert_eq!(
            (one.of_input("a", true), one.of_input("b", true), one.tells_of_data()),
            (Keep::Values, Keep::Shapes, false)
        );
    }

    #[test]
    fn other_words_are_refused() {
        for (text, line, message) in [
            (
                "lock:\n  default: all\n",
                1,
                "lock.default: unknown value `all`, expected one of `none`, `hash`, `shapes`, `values`",
            ),
            ("lock:\n  input: {}\n", 1, "lock: unknown key `input`, expected `default` or `inputs`"),
            ("lock: 3\n", 0, "`lock` takes a mapping of keys to values, not `3`"),
        ] {
            let error = Config::parse(text).unwrap_err();
            assert_eq!((error.line, error.message.as_str()), (line, message), "{text}");
        }
    }
}
