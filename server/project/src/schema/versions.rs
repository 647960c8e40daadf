//! The versions of the format, and the one table of what they do differently. Nothing else compares versions.

use serde::Serialize;

/// A version of the project format that can be targeted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, serde::Deserialize, Default)]
pub enum Target {
    /// The released 2.0 line.
    #[serde(rename = "2.0")]
    V2_0,
    /// The 2.1 line.
    #[serde(rename = "2.1")]
    V2_1,
    /// The 2.2 line (2.2.1), where a project names none.
    #[default]
    #[serde(rename = "2.2")]
    V2_2,
}

impl Target {
    /// All of them, oldest first.
    pub const ALL: &[Target] = &[Target::V2_0, Target::V2_1, Target::V2_2];

    /// Whether this version has a rule.
    pub fn has(self, rule: Rule) -> bool {
        rule.versions().contains(self)
    }

    /// As it is written.
    pub const fn name(self) -> &'static str {
        match self {
            Target::V2_0 => "2.0",
            Target::V2_1 => "2.1",
            Target::V2_2 => "2.2",
        }
    }
}

impl std::str::FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Target::ALL.iter().copied().find(|target| target.name() == text);
        known.ok_or_else(|| {
            let names: Vec<String> = Target::ALL.iter().map(|target| format!("`{target}`")).collect();
            let (last, rest) = names.split_last().expect("there are versions");
            format!("unknown format version `{text}`: expected {} or {last}", rest.join(", "))
        })
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// Versions that follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Versions {
    first: Target,
    last: Target,
}

impl Versions {
    /// Every version.
    pub const ALL: Versions = Versions { first: Target::ALL[0], last: Target::ALL[Target::ALL.len() - 1] };

    /// This version and all after it.
    pub const fn since(first: Target) -> Self {
        Self { first, ..Self::ALL }
    }

    /// This version and all before it.
    pub const fn until(last: Target) -> Self {
        Self { last, ..Self::ALL }
    }

    const fn between(first: Target, last: Option<Target>) -> Self {
        match last {
            Some(last) => Self { first, last },
            None => Self::since(first),
        }
    }

    /// Whether a version is one of them.
    pub fn contains(self, target: Target) -> bool {
        (self.first..=self.last).contains(&target)
    }

    /// `works in 2.1 and 2.2, breaks in 2.0`.
    pub fn compared(self) -> String {
        let (works, breaks): (Vec<Target>, Vec<Target>) =
            Target::ALL.iter().copied().partition(|target| self.contains(*target));
        let list = |targets: &[Target]| targets.iter().map(Target::to_string).collect::<Vec<_>>().join(" and ");
        format!("works in {}, breaks in {}", list(&works), list(&breaks))
    }

    /// `since 2.1`, `until 2.0`; `None` for all.
    pub fn words(self) -> Option<String> {
        match (self.first == Self::ALL.first, self.last == Self::ALL.last) {
            (true, true) => None,
            (false, true) => Some(format!("since {}", self.first)),
            (true, false) => Some(format!("until {}", self.last)),
            (false, false) => Some(format!("from {} to {}", self.first, self.last)),
        }
    }
}

macro_rules! rules {
    ($($rule:ident $first:ident $(until $last:ident)? $numbers:literal $what:literal,)*) => {
        /// Something that not all versions do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Rule {
            $(#[doc = concat!($what, " (", $numbers, ").")] $rule),*
        }

        impl Rule {
            /// All of them.
            pub const ALL: &[Rule] = &[$(Rule::$rule),*];

            /// The versions that do it.
            pub const fn versions(self) -> Versions {
                match self {
                    $(Rule::$rule => Versions::between(Target::$first, [$(Some(Target::$last),)? None][0])),*
                }
            }

            /// What they do, for people.
            pub const fn what(self) -> &'static str {
                match self {
                    $(Rule::$rule => $what),*
                }
            }

            /// The numbers of the rules that say so.
            pub const fn numbers(self) -> &'static str {
                match self {
                    $(Rule::$rule => $numbers),*
                }
            }
        }
    };
}

// A rule, the first version that has it, the last one if it ended, its numbers, and what it says.
rules! {
    GroupedRows V2_0 until V2_0 "R-SQL-06, S-20" "what is not aggregated is grouped too",
    FieldsOfAnyModel V2_0 until V2_0 "6.2" "a metric or dimension answers to its name whichever model is asked",
    DefaultsAsPrinted V2_0 until V2_0 "S-17" "the sample of a list of defaults is the list as Python prints it",
    TypedDefaults V2_0 until V2_0 "R-IN-05" "a default without quotes that is no text is none of the options",
    ScriptsAndMerges V2_0 until V2_0 "3.4" "models run commands or read other models",
    ExactVersion V2_0 until V2_1 "R-VER-01, D-011" "`cli_version` is the running version, word by word",
    GitIncludes V2_0 until V2_1 "R-INC-08, R-INC-10" "files are included from git repositories",
    PagesOfFifteen V2_0 until V2_1 "3.11" "a page of a table may have 15 rows, and not 10",
    QuotedTexts V2_1 "R-VAL-06" "placeholders of texts are quoted where the quotes are missing",
    ScopedNames V2_1 "R-NAME-03" "metrics and dimensions of several models may share a name",
    InsightsInItems V2_1 "3.13" "an item shows an insight without a chart",
    HeightsInPixels V2_1 "3.13" "heights may be numbers of pixels",
    TextsInItems V2_1 "3.13" "an item's `markdown` may be its text",
    EmptyListsAbsent V2_1 "D-090" "an empty list counts as none",
    Seeds V2_1 "3.3" "sources have `seeds`",
    Tests V2_1 "3.15" "a project has `tests`",
    NamedLinesOrdered V2_1 until V2_1 "R-SQL-10" "a trace whose `mode` says `lines` is ordered by its x",
    TypedLinesOrdered V2_2 "R-SQL-10" "lines are ordered by their split and by an x that is a number or a time",
    PathsOutside V2_2 "R-22-01" "an accessor outside of the braces does not compile",
    OwnAliases V2_2 "R-22-13" "a metric or dimension that names itself does not compile",
    CheckedTables V2_2 "R-22-10, R-22-11, R-22-12" "values and colours of tables, and what they read, are checked when the project compiles",
    PositiveWidths V2_2 "3.13" "the width of an item is at least 1",
    TextsInGraph V2_2 "R-DAG-03" "the text that an item refers to must be there",
    Themes V2_2 "R-22-20" "a project has a `theme`",
    Templates V2_2 "R-22-30" "dashboards may be HTML",
    ConstantInsights V2_2 "R-22-40" "an insight of constants needs no model",
    InsightsFailAlone V2_2 "R-INS-03" "an insight without a model fails alone",
    TraceLinks V2_2 "R-22-45" "a trace lies on the carpet of another insight",
    NestedArrays V2_2 "R-PRP-02" "arrays of data may hold arrays",
    OptionColumns V2_2 "R-IN-30" "a column in an option query stands for the query of its values",
    WordsExpanded V2_2 "S-09" "`all` and `none` stand for all options and for no option",
    DefaultQueriesRead V2_2 "R-IN-32a" "the query of a default is what is selected first",
    NumericDefaults V2_2 "S-10" "the default of a range of numbers is compared as numbers",
    OddNamesReplaced V2_2 "S-01" "inputs with hyphens or spaces in their names are replaced in properties",
    DecimalTexts V2_2 "R-22-80" "charts get decimals as texts",
    NamedColumns V2_2 "R-22-60" "every column of a model needs a name",
    MemoryDatabases V2_2 "R-SRC-03" "a DuckDB database may be in memory",
    SqliteFolders V2_2 "R-SRC-05" "missing folders of SQLite databases are made",
}

/// Of these numbers of rows of a page those that a version knows.
pub fn known_pages(choices: &[i64], target: Target) -> impl Iterator<Item = i64> {
    choices.iter().copied().filter(move |choice| page_versions(*choice).contains(target))
}

/// The versions in which a page of a table may have so many rows.
pub fn page_versions(rows: i64) -> Versions {
    match rows {
        15 => Rule::PagesOfFifteen.versions(),
        10 => Versions::since(Target::V2_2),
        _ => Versions::ALL,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_in_words() {
        assert_eq!(Versions::since(Target::V2_1).compared(), "works in 2.1 and 2.2, breaks in 2.0");
        assert_eq!(Versions::until(Target::V2_1).words().as_deref(), Some("until 2.1"));
        assert_eq!(Rule::NamedLinesOrdered.versions().words().as_deref(), Some("from 2.1 to 2.1"));
        assert_eq!(Versions::ALL.words(), None);
        assert!("2.3".parse::<Target>().unwrap_err().ends_with("expected `2.0`, `2.1` or `2.2`"));
    }

    /// A rule that all versions have, or none, needs no row.
    #[test]
    fn every_rule_tells_versions_apart() {
        for rule in Rule::ALL {
            let having = Target::ALL.iter().filter(|target| target.has(*rule)).count();
            assert!((1..Target::ALL.len()).contains(&having), "{rule:?}");
        }
    }
}
