//! `.value` and its relatives (5.4).

use viz_project::Selection;

/// What part of a selection a placeholder takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Accessor {
    /// The selected option of a single-select, raw.
    Value,
    /// All selected options, quoted and joined by commas.
    Values,
    /// The smallest selected value.
    Min,
    /// The largest selected value.
    Max,
    /// The first selected option in click order, raw.
    First,
    /// The last selected option in click order, raw.
    Last,
}

impl Accessor {
    /// The accessor of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "value" => Self::Value,
            "values" => Self::Values,
            "min" => Self::Min,
            "max" => Self::Max,
            "first" => Self::First,
            "last" => Self::Last,
            _ => return None,
        })
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Value => "value",
            Self::Values => "values",
            Self::Min => "min",
            Self::Max => "max",
            Self::First => "first",
            Self::Last => "last",
        }
    }

    /// Whether inputs of this kind have it.
    pub fn fits(self, selection: Selection) -> bool {
        (self == Self::Value) == (selection == Selection::Single)
    }
}
