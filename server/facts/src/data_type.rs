//! Types of columns, read by DuckDB's own grammar of types: `DECIMAL(10,2)`, `STRUCT("a b" INTEGER)`, `TIMESTAMP[]`.

use crate::stored::{Unwritable, stored};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::hash::{Hash, Hasher};

/// What a type is, without its parameters and elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TypeKind {
    /// `BOOLEAN`.
    Boolean,
    /// A whole number of at most 64 bits.
    Integer,
    /// A whole number of 128 bits.
    HugeInteger,
    /// `FLOAT`, `DOUBLE`.
    Float,
    /// `DECIMAL(…)`.
    Decimal,
    /// `VARCHAR`.
    Text,
    /// `ENUM(…)`.
    Enum,
    /// `DATE`.
    Date,
    /// `TIMESTAMP` of any precision, with a time zone or without.
    Timestamp,
    /// `…[]`.
    List,
    /// `…[3]`.
    Array,
    /// Anything else: `STRUCT(…)`, `INTERVAL`, `BLOB`, …
    Other,
    /// The text is no type.
    Invalid,
}

/// A type as DuckDB prints it; it can be parsed back.
#[derive(Clone)]
pub struct DataType {
    text: String,
    kind: TypeKind,
}

impl DataType {
    /// As DuckDB prints it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What it is.
    pub fn kind(&self) -> TypeKind {
        self.kind
    }

    /// Whether the text can be nothing but one type. (Types come from the database itself, but through files and other
    /// programs.)
    pub fn is_valid(&self) -> bool {
        self.kind != TypeKind::Invalid
    }

    /// Whether its values are texts, for which queries have quotes.
    pub fn is_text(&self) -> bool {
        matches!(self.kind, TypeKind::Text | TypeKind::Enum)
    }

    /// Whether its values are numbers.
    pub fn is_number(&self) -> bool {
        matches!(self.kind, TypeKind::Integer | TypeKind::HugeInteger | TypeKind::Float | TypeKind::Decimal)
    }

    /// Whether its values are days or moments, which reach the browser as milliseconds (S-38).
    pub fn is_temporal(&self) -> bool {
        matches!(self.kind, TypeKind::Date | TypeKind::Timestamp)
    }

    /// Whether its values are lists.
    pub fn is_list(&self) -> bool {
        matches!(self.kind, TypeKind::List | TypeKind::Array)
    }

    /// Whether a build stores its values as floats.
    pub fn is_stored_as_float(&self) -> bool {
        matches!(self.kind, TypeKind::Float | TypeKind::HugeInteger | TypeKind::Decimal)
    }

    /// The type of such a column in the browser, which sees a model's rows through a Parquet file (F9).
    pub fn seen_by_browser(&self) -> DataType {
        self.stored().unwrap_or_else(|_| self.clone())
    }

    /// As what its values are stored by a run.
    ///
    /// # Errors
    /// The type in it that can't be written: then the run fails.
    pub fn stored(&self) -> Result<DataType, Unwritable> {
        if self.is_valid() { stored(&self.text).map(DataType::from) } else { Ok(self.clone()) }
    }

    /// SQL of DuckDB that makes of a value of this type what a run stores. `None` if it is stored as it is, or can't be written.
    pub fn stored_value(&self, value: &str) -> Option<String> {
        let stored = self.stored().ok().filter(|stored| stored != self)?;
        match self.text.as_str() {
            // Microseconds, months of 30 days.
            "INTERVAL" => Some(format!("system.main.epoch_us({value})")),
            // Their values may be larger than any that is stored.
            "UBIGINT" | "HUGEINT" | "UHUGEINT" => None,
            text if text.contains("INTERVAL") => None,
            _ => Some(format!("CAST({value} AS {})", stored.as_str())),
        }
    }
}

impl From<String> for DataType {
    fn from(text: String) -> Self {
        let mut grammar = Grammar { rest: &text };
        let kind = grammar.read().filter(|_| grammar.rest.is_empty()).unwrap_or(TypeKind::Invalid);
        Self { text, kind }
    }
}

impl From<&str> for DataType {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl PartialEq for DataType {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for DataType {}

impl PartialEq<&str> for DataType {
    fn eq(&self, other: &&str) -> bool {
        self.text == *other
    }
}

impl Hash for DataType {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl fmt::Display for DataType {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(&self.text)
    }
}

impl fmt::Debug for DataType {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, to)
    }
}

impl Serialize for DataType {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for DataType {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from).map(Self::from)
    }
}

/// Types inside of types are read this deep at most.
const DEEPEST: usize = 64;

/// What is still to be read.
struct Grammar<'a> {
    rest: &'a str,
}

impl<'a> Grammar<'a> {
    /// One type: words, parameters in parentheses, and any number of `[]` and `[3]`.
    fn read(&mut self) -> Option<TypeKind> {
        self.read_at(0)
    }

    fn read_at(&mut self, depth: usize) -> Option<TypeKind> {
        let mut kind = kind_of(self.word()?);
        self.spaces();
        // `TIMESTAMP WITH TIME ZONE`, or a name with its type.
        while !self.rest.is_empty() && !self.rest.starts_with([',', ')', '(', '[']) {
            self.word()?;
            self.spaces();
        }
        if self.take('(') {
            self.parameters(depth + 1)?;
            self.spaces();
        }
        while self.take('[') {
            let digits = self.rest.trim_start_matches(|c: char| c.is_ascii_digit());
            kind = if digits.len() == self.rest.len() { TypeKind::List } else { TypeKind::Array };
            self.rest = digits;
            self.take(']').then_some(())?;
            self.spaces();
        }
        Some(kind)
    }

    /// Types, names with types, numbers and texts up to the closing parenthesis.
    fn parameters(&mut self, depth: usize) -> Option<()> {
        (depth <= DEEPEST).then_some(())?;
        loop {
            self.spaces();
            if self.rest.starts_with('\'') {
                self.quoted('\'')?;
            } else {
                self.read_at(depth)?;
            }
            self.spaces();
            if self.take(')') {
                return Some(());
            }
            self.take(',').then_some(())?;
        }
    }

    /// A word, or a name in quotes.
    fn word(&mut self) -> Option<&'a str> {
        if self.rest.starts_with('"') {
            return self.quoted('"');
        }
        let end = self.rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.' | '$')));
        let (word, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        (!word.is_empty()).then_some(word)
    }

    /// What stands between quotes, with them; a doubled one is one of the text.
    fn quoted(&mut self, quote: char) -> Option<&'a str> {
        let mut chars = self.rest.char_indices().skip(1).peekable();
        while let Some((at, char)) = chars.next() {
            match char {
                '\0' => return None,
                char if char != quote => {}
                _ if chars.peek().is_some_and(|(_, next)| *next == quote) => drop(chars.next()),
                _ => {
                    let (word, rest) = self.rest.split_at(at + 1);
                    self.rest = rest;
                    return Some(word);
                }
            }
        }
        None
    }

    fn spaces(&mut self) {
        self.rest = self.rest.trim_start_matches(' ');
    }

    fn take(&mut self, char: char) -> bool {
        let rest = self.rest.strip_prefix(char);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }
}

fn kind_of(word: &str) -> TypeKind {
    match word {
        "BOOLEAN" => TypeKind::Boolean,
        "TINYINT" | "SMALLINT" | "INTEGER" | "BIGINT" | "UTINYINT" | "USMALLINT" | "UINTEGER" | "UBIGINT" => {
            TypeKind::Integer
        }
        "HUGEINT" | "UHUGEINT" => TypeKind::HugeInteger,
        "FLOAT" | "DOUBLE" => TypeKind::Float,
        "DECIMAL" => TypeKind::Decimal,
        "VARCHAR" => TypeKind::Text,
        "ENUM" => TypeKind::Enum,
        "DATE" => TypeKind::Date,
        "TIMESTAMP" | "TIMESTAMP_S" | "TIMESTAMP_MS" | "TIMESTAMP_NS" => TypeKind::Timestamp,
        _ => TypeKind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(text: &str) -> TypeKind {
        DataType::from(text).kind()
    }

    #[test]
    fn kinds_of_types() {
        for (text, expected) in [
            ("BOOLEAN", TypeKind::Boolean),
            ("UBIGINT", TypeKind::Integer),
            ("HUGEINT", TypeKind::HugeInteger),
            ("DECIMAL(10,2)", TypeKind::Decimal),
            ("VARCHAR", TypeKind::Text),
            ("ENUM('it''s', ')')", TypeKind::Enum),
            ("TIMESTAMP WITH TIME ZONE", TypeKind::Timestamp),
            ("TIMESTAMP_NS", TypeKind::Timestamp),
            ("TIME WITH TIME ZONE", TypeKind::Other),
            ("INTERVAL", TypeKind::Other),
            ("TIMESTAMP[]", TypeKind::List),
            ("VARCHAR[][]", TypeKind::List),
            ("DECIMAL(4,1)[3]", TypeKind::Array),
            ("INTEGER[2][]", TypeKind::List),
            ("STRUCT(\"a b\" INTEGER, c VARCHAR[])", TypeKind::Other),
            ("STRUCT(\"it\"\"s, )\" DECIMAL(3,1), at TIMESTAMP WITH TIME ZONE)[]", TypeKind::List),
            ("MAP(VARCHAR, INTEGER[3])", TypeKind::Other),
            ("UNION(a INTEGER, b VARCHAR)", TypeKind::Other),
            ("GEOMETRY('OGC:CRS84')", TypeKind::Other),
            ("\"DATE\"", TypeKind::Other),
        ] {
            assert_eq!(kind(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_type() {
        for text in ["", "INT, b INT", "INT); DROP TABLE t; --", "INT -- x", "ENUM('a", "INT)", "(INT", "INT;", "a\0"] {
            assert_eq!(kind(text), TypeKind::Invalid, "{text}");
        }
        assert_eq!(kind(&"STRUCT(a ".repeat(100_000)), TypeKind::Invalid);
        assert_eq!(kind("ENUM('a\0b')"), TypeKind::Invalid);
    }

    #[test]
    fn lists_are_neither_texts_nor_moments() {
        for (text, is_text, is_number, is_temporal, is_list) in [
            ("TIMESTAMP", false, false, true, false),
            ("TIMESTAMP[]", false, false, false, true),
            ("VARCHAR[]", false, false, false, true),
            ("VARCHAR", true, false, false, false),
            ("ENUM('a')", true, false, false, false),
            ("ENUM('a')[]", false, false, false, true),
            ("DECIMAL(3,1)", false, true, false, false),
            ("STRUCT(a INTEGER)", false, false, false, false),
            ("INTERVAL", false, false, false, false),
        ] {
            let ty = DataType::from(text);
            let found = (ty.is_text(), ty.is_number(), ty.is_temporal(), ty.is_list());
            assert_eq!(found, (is_text, is_number, is_temporal, is_list), "{text}");
        }
        let seen = |text: &str| DataType::from(text).seen_by_browser().to_string();
        assert_eq!(
            ["DECIMAL(9,2)", "DECIMAL(9,2)[]", "ENUM('a')", "DATE", "INTEGER", "UUID"].map(seen),
            ["DOUBLE", "DECIMAL(38,2)[]", "VARCHAR", "DATE", "BIGINT", "UUID"]
        );
    }
}
