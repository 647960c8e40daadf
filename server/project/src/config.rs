//! Project configuration: `.viz-lsp.yml` beside the project file, shared by the editor and `--check`.

use crate::budget::Budget;
use crate::locking::Locking;
use crate::schema::Target;
use crate::small_yaml;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Name of the file.
pub const CONFIG_FILE: &str = ".viz-lsp.yml";

/// More combinations of one insight are never looked at one by one.
pub const MOST_COMBINATIONS: usize = 1_000_000;

/// Longer than this nobody waits for a finding (milliseconds).
pub const LONGEST_TYPING_PAUSE: u64 = 10_000;

/// The engine in the viewer's browser (`verdicts.md` §1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub enum BrowserEngine {
    /// DuckDB 1.4, what browsers run today.
    #[default]
    #[serde(rename = "1.4")]
    V1_4,
    /// DuckDB 2.0.
    #[serde(rename = "2.0")]
    V2_0,
}

/// A severity that a project gives to a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ConfiguredSeverity {
    /// Report as an error.
    Error,
    /// Report as a warning.
    Warning,
    /// Report as information.
    Information,
    /// Report as a hint.
    Hint,
    /// Do not report.
    Off,
}

/// How deep a check goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ConfiguredLevel {
    /// Parse only; no source is opened.
    Parse,
    /// Also schemas, option queries and binding.
    Bind,
    /// Also execution.
    Execute,
}

/// The settings of a project. Absent ones are `None` or empty.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Format version that the project is written for.
    #[serde(deserialize_with = "version")]
    pub target: Option<Target>,
    /// The viewer's engine.
    #[serde(deserialize_with = "engine")]
    pub browser_engine: BrowserEngine,
    /// Cut-off of combinations per insight.
    #[serde(deserialize_with = "combinations")]
    pub max_combinations: Option<usize>,
    /// Seed of the sample.
    pub seed: Option<u64>,
    /// How deep `--check` goes.
    pub level: Option<ConfiguredLevel>,
    /// Seconds for one query of the engine.
    #[serde(deserialize_with = "seconds")]
    pub timeout: Option<f64>,
    /// Megabytes of main memory for one query of the engine.
    #[serde(deserialize_with = "memory")]
    pub memory: Option<u64>,
    /// Megabytes that the values of one option query may take.
    #[serde(deserialize_with = "values")]
    pub max_values: Option<u64>,
    /// Whether options are thought of that nobody has today.
    pub hostile_options: bool,
    /// Milliseconds of quiet after which an editor shows what is new in the line that is being typed; 0: at once.
    #[serde(deserialize_with = "pause")]
    pub typing_pause: Option<u64>,
    /// What an insight may cost.
    pub budget: Budget,
    /// What `viz.lock` may tell of the data.
    pub lock: Locking,
    /// Severity per code.
    pub severity: BTreeMap<String, ConfiguredSeverity>,
    /// Folders outside of the project that its data are in, relative to it. A wish: what is read is said by the person.
    #[serde(deserialize_with = "folders")]
    pub read: Vec<PathBuf>,
    /// File of recorded findings to ignore, relative to the project.
    pub baseline: Option<PathBuf>,
}

/// Megabytes of main memory that one query can be given.
pub const MOST_MEMORY: u64 = 4_000;

/// Megabytes that the values of one option query can be given.
pub const MOST_VALUES: u64 = 50;

/// A configuration that can't be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// Zero-based line, where known.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

impl ConfigError {
    /// The word that the error is about.
    pub(crate) fn word(&self) -> Option<&str> {
        self.message.split('`').nth(1)
    }

    /// What may stand in its place.
    pub(crate) fn expected(&self) -> impl Iterator<Item = &str> {
        self.message.split('`').skip(3).step_by(2)
    }
}

/// More faults than this are not told.
const MOST_ERRORS: usize = 100;

impl Config {
    /// Reads settings from text.
    ///
    /// # Errors
    /// If it holds something unknown.
    pub fn parse(text: &str) -> Result<Config, ConfigError> {
        small_yaml::check(text).map_err(|message| ConfigError { line: 0, message })?;
        if text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
            return Ok(Config::default());
        }
        serde_yaml::from_str(text).map_err(|error| ConfigError {
            line: line_of_key(text, &error)
                .unwrap_or_else(|| error.location().map_or(0, |at| at.line().saturating_sub(1))),
            message: in_plain_words(without_place(&error.to_string())),
        })
    }

    /// Reads settings key by key: a wrong one is told and passed over, and the others hold.
    pub fn parse_each(text: &str) -> (Config, Vec<ConfigError>) {
        let first = match Self::parse(text) {
            Ok(config) => return (config, Vec::new()),
            Err(error) => error,
        };
        let Some(keys) = keys(text) else { return (Config::default(), vec![first]) };
        let (mut good, mut errors) = (String::new(), Vec::new());
        for (line, piece) in keys {
            let (right, wrong) = right_and_wrong(&piece);
            good.push_str(&right);
            errors.extend(wrong.into_iter().map(|error| ConfigError { line: line + error.line, ..error }));
        }
        errors.truncate(MOST_ERRORS);
        match Self::parse(&good) {
            Ok(config) if !errors.is_empty() => (config, errors),
            _ => (Config::default(), vec![first]),
        }
    }
}

/// The keys of settings as texts of their own, with their lines; `None` where they don't stand line by line.
fn keys(text: &str) -> Option<Vec<(usize, String)>> {
    // Anchors are known in their own text only.
    if small_yaml::check(text).is_err() || text.contains(['&', '*']) {
        return None;
    }
    let count = serde_yaml::from_str::<serde_yaml::Mapping>(text).ok()?.len();
    let mut found: Vec<(usize, String)> = Vec::new();
    for (number, line) in text.lines().enumerate() {
        if line.starts_with(|c: char| !c.is_whitespace() && !matches!(c, '#' | '-')) {
            found.push((number, String::new()));
        }
        if let Some((_, piece)) = found.last_mut() {
            piece.push_str(line);
            piece.push('\n');
        }
    }
    (found.len() == count).then_some(found)
}

/// What can be read of one key, and what can't; of severities each by itself.
fn right_and_wrong(piece: &str) -> (String, Vec<ConfigError>) {
    const SEVERITY: &str = "severity:\n";
    let Err(whole) = Config::parse(piece) else { return (piece.to_owned(), Vec::new()) };
    let Some(codes) = piece.strip_prefix(SEVERITY) else { return (String::new(), vec![whole]) };
    let (mut right, mut wrong) = (SEVERITY.to_owned(), Vec::new());
    for (number, line) in codes.lines().enumerate() {
        match Config::parse(&format!("{SEVERITY}{line}\n")) {
            // A key without a value is no mapping either.
            Ok(_) if line.trim_start().is_empty() || line.trim_start().starts_with('#') => {}
            Ok(_) => right.extend([line, "\n"]),
            Err(error) => wrong.push(ConfigError { line: number + 1, ..error }),
        }
    }
    let right = if right == SEVERITY { String::new() } else { right };
    if wrong.is_empty() { (String::new(), vec![whole]) } else { (right, wrong) }
}

/// What we refuse ourselves has no place, but begins with its key.
fn line_of_key(text: &str, error: &serde_yaml::Error) -> Option<usize> {
    let message = error.to_string();
    let (key, _) = message.strip_prefix('`')?.split_once('`')?;
    let is_its =
        |line: &str| line.trim_start().strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with(':'));
    // Another mapping may have such a key, too, farther in.
    let its = text.lines().enumerate().filter(|(_, line)| is_its(line));
    its.min_by_key(|(_, line)| line.len() - line.trim_start().len()).map(|(number, _)| number)
}

/// The library's words without ` at line 2 column 1`, which the finding's place says.
fn without_place(message: &str) -> String {
    message.find(" at line ").map_or(message, |at| &message[..at]).to_owned()
}

/// A wrong type, without the words of Rust.
fn in_plain_words(message: String) -> String {
    let parts = ["invalid type: ", "invalid value: "].iter().find_map(|what| message.split_once(what));
    let Some((key, rest)) = parts else {
        if message.starts_with("data did not match any variant") {
            return "expected a text or a number".into();
        }
        return message.replace("unknown variant `", "unknown value `").replace("unknown field `", "unknown key `");
    };
    let (found, wanted) = rest.rsplit_once(", expected ").unwrap_or((rest, ""));
    let found = match found.split_once(' ') {
        Some(("unit", _)) => "nothing",
        Some(("string", text)) => &format!("the text {text}"),
        Some(("boolean" | "integer", value)) => value,
        Some(("floating", rest)) => rest.trim_start_matches("point "),
        _ if found == "sequence" => "a list",
        _ if found == "map" => "a mapping",
        _ => found,
    };
    let wanted = match wanted {
        "f64" | "f32" => "a number",
        "u64" | "u32" | "usize" => "a whole number, 0 or more",
        "a boolean" => "`true` or `false`",
        "a string" | "path string" => "a text",
        "a map" => "a mapping of keys to values",
        "a sequence" => "a list",
        _ if wanted.starts_with("struct") => "a mapping of keys to values",
        _ if wanted.starts_with("a YAML tag") => "one word",
        other => other,
    };
    match key.trim_end_matches(": ") {
        "" => format!("expected {wanted}, found {found}"),
        key => format!("`{key}` takes {wanted}, not {found}"),
    }
}

/// Versions may be written with or without quotes: `2.0` is a float in YAML.
fn version<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Target>, D::Error> {
    match scalar(deserializer)?.as_deref() {
        None => Ok(None),
        Some(text) => text.parse().map(Some).map_err(serde::de::Error::custom),
    }
}

fn engine<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<BrowserEngine, D::Error> {
    match scalar(deserializer)?.as_deref() {
        None | Some("1.4") => Ok(BrowserEngine::V1_4),
        Some("2.0") => Ok(BrowserEngine::V2_0),
        Some(other) => {
            Err(serde::de::Error::custom(format!("unknown browser engine `{other}`: expected `1.4` or `2.0`")))
        }
    }
}

/// Seconds that a project can give to one query.
const LONGEST_TIMEOUT: f64 = 600.0;

/// A time that passes: no query is done in none.
fn seconds<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    match Option::<f64>::deserialize(deserializer)? {
        Some(seconds) if !(seconds > 0.0 && seconds.is_finite()) => {
            Err(serde::de::Error::custom("`timeout` must be a number of seconds greater than 0"))
        }
        // The project is not the one who waits.
        Some(seconds) if seconds > LONGEST_TIMEOUT => Err(serde::de::Error::custom(format!(
            "`timeout` can't be longer than {LONGEST_TIMEOUT} seconds here; `--timeout` of the command line can"
        ))),
        seconds => Ok(seconds),
    }
}

fn memory<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    megabytes(deserializer, "memory", MOST_MEMORY)
}

fn values<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    megabytes(deserializer, "max_values", MOST_VALUES)
}

/// A size that the engine can keep to.
fn megabytes<'de, D: serde::Deserializer<'de>>(deserializer: D, key: &str, most: u64) -> Result<Option<u64>, D::Error> {
    match Option::<u64>::deserialize(deserializer)? {
        Some(size) if !(1..=most).contains(&size) => {
            Err(serde::de::Error::custom(format!("`{key}` must be from 1 to {most} megabytes")))
        }
        size => Ok(size),
    }
}

/// Folders that a project can ask for.
const MOST_FOLDERS: usize = 100;

/// Folders, each by a name that a person can be told.
fn folders<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<PathBuf>, D::Error> {
    let folders = Option::<Vec<String>>::deserialize(deserializer)?.unwrap_or_default();
    match folders.iter().any(|folder| folder.trim().is_empty()) || folders.len() > MOST_FOLDERS {
        true => Err(serde::de::Error::custom(format!("`read` must be a list of at most {MOST_FOLDERS} folders"))),
        false => Ok(folders.into_iter().map(PathBuf::from).collect()),
    }
}

/// A number of combinations that can be looked at one by one.
fn combinations<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<usize>, D::Error> {
    match Option::<usize>::deserialize(deserializer)? {
        Some(count) if !(1..=MOST_COMBINATIONS).contains(&count) => {
            Err(serde::de::Error::custom(format!("`max_combinations` must be from 1 to {MOST_COMBINATIONS}")))
        }
        count => Ok(count),
    }
}

/// A time that somebody would wait.
fn pause<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    match Option::<u64>::deserialize(deserializer)? {
        Some(pause) if pause > LONGEST_TYPING_PAUSE => Err(serde::de::Error::custom(format!(
            "`typing_pause` must be from 0 to {LONGEST_TYPING_PAUSE} milliseconds"
        ))),
        pause => Ok(pause),
    }
}

fn scalar<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Scalar {
        Text(String),
        Number(f64),
    }
    Ok(Option::<Scalar>::deserialize(deserializer)?.map(|scalar| match scalar {
        Scalar::Text(text) => text,
        Scalar::Number(number) => format!("{number:.1}"),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_with_and_without_quotes() {
        assert_eq!(Config::parse("target: 2.0\nbrowser_engine: '2.0'\n").unwrap().target, Some(Target::V2_0));
        assert_eq!(Config::parse("# nothing\n").unwrap(), Config::default());
    }

    #[test]
    fn wrong_types_are_told_in_plain_words() {
        for (text, message) in [
            ("severity: 3\n", "`severity` takes a mapping of keys to values, not `3`"),
            ("timeout: \"10\"\n", "`timeout` takes a number, not the text \"10\""),
            ("max_values: -1\n", "`max_values` takes a whole number, 0 or more, not `-1`"),
            ("max_values: 1.5\n", "`max_values` takes a whole number, 0 or more, not `1.5`"),
            ("hostile_options: 3\n", "`hostile_options` takes `true` or `false`, not `3`"),
            ("read: data\n", "`read` takes a list, not the text \"data\""),
            ("read: ['']\n", "`read` must be a list of at most 100 folders"),
            ("baseline: [a]\n", "`baseline` takes a text, not a list"),
            ("target: [2.1]\n", "expected a text or a number"),
            ("level: 3\n", "level: unknown value `3`, expected one of `parse`, `bind`, `execute`"),
            ("level: {a: b}\n", "`level` takes one word, not a mapping"),
            ("- a\n", "expected a mapping of keys to values, found a list"),
        ] {
            assert_eq!(Config::parse(text).unwrap_err().message, message, "{text}");
        }
    }

    #[test]
    fn numbers_have_bounds() {
        assert_eq!(Config::parse("timeout: 0.5\n").unwrap().timeout, Some(0.5));
        assert_eq!(Config::parse("max_combinations: 1000000\n").unwrap().max_combinations, Some(MOST_COMBINATIONS));
        for wrong in ["0", "1000001", "1000000000000000000"] {
            let error = Config::parse(&format!("max_combinations: {wrong}\n")).unwrap_err();
            assert_eq!(error.message, "`max_combinations` must be from 1 to 1000000");
        }
        for (text, message) in [
            ("memory: 0\n", "`memory` must be from 1 to 4000 megabytes"),
            ("memory: 4001\n", "`memory` must be from 1 to 4000 megabytes"),
            ("max_values: 51\n", "`max_values` must be from 1 to 50 megabytes"),
        ] {
            assert_eq!(Config::parse(text).unwrap_err().message, message);
        }
        assert_eq!(Config::parse("memory: 4000\n").unwrap().memory, Some(MOST_MEMORY));
        assert_eq!(Config::parse("typing_pause: 0\n").unwrap().typing_pause, Some(0));
        let error = Config::parse("typing_pause: 10001\n").unwrap_err();
        assert_eq!(error.message, "`typing_pause` must be from 0 to 10000 milliseconds");
        assert_eq!(Config::parse("timeout: 600\n").unwrap().timeout, Some(600.0));
        for long in ["601", "1e300"] {
            let error = Config::parse(&format!("timeout: {long}\n")).unwrap_err();
            assert!(error.message.starts_with("`timeout` can't be longer than 600 seconds here"), "{error:?}");
        }
        let error = Config::parse("severity:\n  timeout: off\ntimeout: 0\n").unwrap_err();
        assert_eq!(error.line, 2);
        for wrong in ["0", "-0.0", "-3", ".nan", ".inf", "-.inf"] {
            let error = Config::parse(&format!("seed: 1\ntimeout: {wrong}\n")).unwrap_err();
            assert_eq!(error.message, "`timeout` must be a number of seconds greater than 0");
            assert_eq!((error.line, error.word()), (1, Some("timeout")), "it is told at its key");
        }
    }

    #[test]
    fn every_fault_is_told_and_the_rest_holds() {
        let text = "# mine\nseed: 3\nlevle: bind\ntimeout: 0\nseverity:\n  # none\n  ignored-key: of\n  duplicate-key: hint\n  \
                    merge-key: 3\nmemory: 5\n";
        let (config, errors) = Config::parse_each(text);
        assert_eq!((config.seed, config.memory, config.timeout), (Some(3), Some(5), None));
        assert_eq!(config.severity.get("duplicate-key"), Some(&ConfiguredSeverity::Hint));
        assert_eq!(errors.iter().map(|error| error.line).collect::<Vec<_>>(), [2, 3, 6, 8], "{errors:?}");
        for whole in [
            "- a\n",
            "seed: 1\nseed: 2\n",
            "a: [\n",
            "{ seed: x }\n",
            "seed: &a x\n",
            "severity: 3\n",
            "severity:\n- 3\n",
        ] {
            let (config, errors) = Config::parse_each(whole);
            assert_eq!((config, errors), (Config::default(), vec![Config::parse(whole).unwrap_err()]), "{whole}");
        }
    }

    #[test]
    fn the_table_has_every_key() {
        let error = Config::parse("zzz: 1\n").unwrap_err();
        let table: Vec<&str> = crate::schema::SETTINGS.fields.iter().map(|field| field.name).collect();
        let mut known: Vec<&str> = error.expected().collect();
        assert_eq!(known.len(), table.len());
        known.retain(|key| !table.contains(key));
        assert_eq!(known, Vec::<&str>::new());
    }

    #[test]
    fn unknown_keys_are_errors_with_a_line() {
        let error = Config::parse("seed: 1\nsede: 2\n").unwrap_err();
        assert_eq!(error.line, 1);
        assert_eq!(error.word(), Some("sede"));
        assert!(error.expected().any(|word| word == "seed") && !error.message.contains(" at line"), "{error:?}");
    }
}
