//! Whether a single value is one that an attribute takes, as plotly decides it.

use crate::color::{COLORSCALES, is_color};
use crate::schema::{Attribute, Constant, ValueType};

/// A single value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Given<'a> {
    /// True or false.
    Boolean(bool),
    /// A number.
    Number(f64),
    /// A text.
    Text(&'a str),
    /// A date, which is no text.
    Date,
}

/// Why a value does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Misfit {
    /// No value of its type fits.
    Type,
    /// Another value of its type would.
    Value,
    /// This word of a list of flags is unknown: its start and length in bytes.
    Flag(usize, usize),
}

impl Attribute {
    /// Whether a single value fits. Of attributes that are lists or objects, none does.
    pub fn fits(&self, given: Given<'_>) -> Result<(), Misfit> {
        let (ok, otherwise) = match (self.ty, given) {
            (ValueType::Any, _) => (true, Misfit::Value),
            (_, Given::Date) => (false, Misfit::Type),
            (ValueType::Object | ValueType::List | ValueType::DataArray, _) => (false, Misfit::Type),
            (ValueType::Colorlist | ValueType::InfoArray, _) => (false, Misfit::Type),
            (ValueType::Enumerated, given) => (self.values.iter().any(|value| is(value, given)), Misfit::Value),
            (ValueType::Boolean, given) => (matches!(given, Given::Boolean(_)), Misfit::Type),
            (ValueType::Number, Given::Number(value)) => (self.in_range(value), Misfit::Value),
            (ValueType::Integer, Given::Number(value)) => (value.fract() == 0.0 && self.in_range(value), Misfit::Value),
            (ValueType::Integer, given) if self.extras.iter().any(|extra| is(extra, given)) => (true, Misfit::Value),
            (ValueType::Integer, Given::Text(_)) if !self.extras.is_empty() => (false, Misfit::Value),
            (ValueType::Angle, Given::Number(value)) => ((-180.0..=180.0).contains(&value), Misfit::Value),
            (ValueType::Angle, Given::Text(text)) => (text == "auto", Misfit::Type),
            (ValueType::Number | ValueType::Integer | ValueType::Angle, _) => (false, Misfit::Type),
            // Numbers become texts.
            (ValueType::String, given) => (matches!(given, Given::Text(_) | Given::Number(_)), Misfit::Type),
            (ValueType::Color, Given::Text(text)) => (is_color(text), Misfit::Value),
            (ValueType::Colorscale, Given::Text(text)) => (COLORSCALES.contains(&text), Misfit::Value),
            (ValueType::Subplotid, Given::Text(text)) => (self.names_subplot(text), Misfit::Value),
            (ValueType::Color | ValueType::Colorscale | ValueType::Subplotid, _) => (false, Misfit::Type),
            (ValueType::Flaglist, given) => return self.fits_flags(given),
        };
        if ok { Ok(()) } else { Err(otherwise) }
    }

    fn in_range(&self, value: f64) -> bool {
        self.min.is_none_or(|min| value >= min) && self.max.is_none_or(|max| value <= max)
    }

    fn fits_flags(&self, given: Given<'_>) -> Result<(), Misfit> {
        if self.extras.iter().any(|extra| is(extra, given)) {
            return Ok(());
        }
        let Given::Text(text) = given else { return Err(Misfit::Type) };
        let mut start = 0;
        for word in text.split('+') {
            if !self.flags.iter().any(|flag| flag == word) {
                return Err(Misfit::Flag(start, word.len()));
            }
            start += word.len() + 1;
        }
        Ok(())
    }

    /// The words that a value may be, or be made of, without numbers that stand for words.
    pub fn words(&self) -> Vec<&str> {
        match self.ty {
            ValueType::Colorscale => COLORSCALES.to_vec(),
            _ => {
                let constants = self.values.iter().chain(&self.extras).filter_map(Constant::word);
                self.flags
                    .iter()
                    .map(String::as_str)
                    .chain(constants)
                    .filter(|word| !is_number(word) && !word.is_empty())
                    .collect()
            }
        }
    }

    /// What a value must be, to go on after "must be": `a number from 0 to 1`.
    pub fn expected(&self) -> String {
        match self.ty {
            ValueType::Object => "a mapping".into(),
            ValueType::List => "a list of mappings".into(),
            ValueType::DataArray => "a list of values".into(),
            ValueType::Enumerated => match self.choices().as_slice() {
                [only] => only.clone(),
                [all @ .., last] if all.len() < 12 => format!("{} or {last}", all.join(", ")),
                _ => format!("one of {} words", self.words().len()),
            },
            ValueType::Boolean => "`true` or `false`".into(),
            ValueType::Number => format!("a number{}", self.range()),
            ValueType::Integer => format!("a whole number{}{}", self.range(), self.or_extras()),
            ValueType::Angle => "a number of degrees from -180 to 180 or `auto`".into(),
            ValueType::String => "a text".into(),
            ValueType::Color => "a colour".into(),
            ValueType::Colorlist => "a list of colours".into(),
            ValueType::Colorscale => "the name of a colour scale or a list of levels and colours".into(),
            ValueType::Subplotid => {
                let base = self.default.as_ref().and_then(|value| value.as_str()).unwrap_or("coloraxis");
                format!("`{base}`, `{base}2`, `{base}3`, …")
            }
            ValueType::Flaglist => {
                let flags: Vec<String> = self.flags.iter().map(|flag| format!("`{flag}`")).collect();
                format!("made of {} joined by `+`{}", flags.join(", "), self.or_extras())
            }
            ValueType::InfoArray => "a list".into(),
            ValueType::Any => "anything".into(),
        }
    }

    /// The constants of an enumeration, ready to be listed.
    fn choices(&self) -> Vec<String> {
        let shown = |value: &Constant| match value {
            Constant::Pattern(pattern) => match pattern.source() {
                both if both.contains("^x") && both.contains(")?y") => "a pair of axes (`xy`, `x2y`, …)",
                x if x.contains("^x") => "an x axis (`x`, `x2`, …)",
                y if y.contains("^y") => "a y axis (`y`, `y2`, …)",
                _ => "a name",
            }
            .to_owned(),
            Constant::Text(text) if text.is_empty() => "an empty text".to_owned(),
            value => format!("`{value}`"),
        };
        self.values.iter().map(shown).collect()
    }

    fn range(&self) -> String {
        match (self.min, self.max) {
            (Some(min), Some(max)) => format!(" from {min} to {max}"),
            (Some(min), None) => format!(" of at least {min}"),
            (None, Some(max)) => format!(" of at most {max}"),
            (None, None) => String::new(),
        }
    }

    fn or_extras(&self) -> String {
        let extras: Vec<String> = self.extras.iter().map(|extra| format!("`{extra}`")).collect();
        if extras.is_empty() { String::new() } else { format!(", or {}", extras.join(", ")) }
    }
}

fn is_number(text: &str) -> bool {
    text.parse::<f64>().is_ok()
}

fn is(constant: &Constant, given: Given<'_>) -> bool {
    match (constant, given) {
        (Constant::Boolean(own), Given::Boolean(value)) => *own == value,
        (Constant::Number(own), Given::Number(value)) => *own == value,
        (constant, Given::Text(text)) => constant.is_text(text),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
