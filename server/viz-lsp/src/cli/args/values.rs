//! Values of options: one of a few words, times, shares.

use chrono::{DateTime, Local, NaiveDate, NaiveDateTime};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Arg, ValueEnum};
use viz_check::Level;
use viz_project::Target;

/// Output formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// One JSON object (docs/json.md).
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Annotations of GitHub Actions.
    Github,
}

/// `--format` of a command that prints text or JSON only.
pub fn text_or_json(option: Arg) -> Arg {
    let values = [Format::Text, Format::Json].iter().filter_map(ValueEnum::to_possible_value);
    let read = |value: String| if value == "json" { Format::Json } else { Format::Text };
    option.value_parser(PossibleValuesParser::new(values).map(read))
}

/// Those of `lock`.
pub fn text_json_or_github(option: Arg) -> Arg {
    let values = [Format::Text, Format::Json, Format::Github].iter().filter_map(ValueEnum::to_possible_value);
    let read = |value: String| match value.as_str() {
        "json" => Format::Json,
        "github" => Format::Github,
        _ => Format::Text,
    };
    option.value_parser(PossibleValuesParser::new(values).map(read))
}

/// Values of `--fail-on`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Something breaks
    Breaking,
    /// Viewers see something else
    Dangerous,
    /// Nothing
    Never,
}

/// Values of `--level`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LevelArg {
    /// Parse only; no source is opened
    Parse,
    /// Also schemas, option queries, binding and value checks
    Bind,
    /// Also execute the sampled combinations
    Execute,
}

impl From<LevelArg> for Level {
    fn from(level: LevelArg) -> Self {
        match level {
            LevelArg::Parse => Level::Parse,
            LevelArg::Bind => Level::Bind,
            LevelArg::Execute => Level::Execute,
        }
    }
}

/// Values of `--target`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TargetArg {
    /// Format 2.0
    #[value(name = "2.0")]
    V2_0,
    /// Format 2.1
    #[value(name = "2.1")]
    V2_1,
    /// Format 2.2
    #[value(name = "2.2")]
    V2_2,
}

impl From<TargetArg> for Target {
    fn from(target: TargetArg) -> Self {
        match target {
            TargetArg::V2_0 => Target::V2_0,
            TargetArg::V2_1 => Target::V2_1,
            TargetArg::V2_2 => Target::V2_2,
        }
    }
}

/// Values of `--fix`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Fixes {
    /// Fixes after which the project means what it meant
    Safe,
    /// Also the likely ones, such as a name that was probably meant
    All,
}

/// Values of `--deny`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Deny {
    /// Warnings count as errors for the exit status
    Warnings,
}

/// Values of `--color`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// If stdout is a terminal that shows them
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl From<Color> for anstream::ColorChoice {
    fn from(color: Color) -> Self {
        match color {
            Color::Auto => Self::Auto,
            Color::Always => Self::Always,
            Color::Never => Self::Never,
        }
    }
}

/// A date, a local time, or a time with its offset from UTC.
pub(super) fn timestamp(text: &str) -> Result<NaiveDateTime, String> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Ok(time.with_timezone(&Local).naive_local());
    }
    let forms = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"];
    let time = forms.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok());
    let date = || NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0);
    time.or_else(date)
        .ok_or_else(|| "expected a time such as 2026-11-21T08:30:00 or a date such as 2026-11-21".to_owned())
}

/// More than none.
pub(super) fn seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if seconds > 0.0 && seconds.is_finite() => Ok(seconds),
        _ => Err("expected a number of seconds greater than 0".to_owned()),
    }
}

/// A share.
pub(super) fn percent(text: &str) -> Result<f64, String> {
    match text.trim_end_matches('%').parse::<f64>() {
        Ok(percent) if (0.0..=100.0).contains(&percent) => Ok(percent),
        _ => Err("expected a number between 0 and 100".to_owned()),
    }
}
