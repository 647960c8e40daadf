//! The text of an open file as the client keeps it: the model that the server is compared with.

use serde_json::{Value, json};
use std::ops::Range;

/// What columns count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Bytes.
    Utf8,
    /// UTF-16 code units.
    Utf16,
    /// Characters.
    Utf32,
}

impl Encoding {
    /// Its name in the protocol.
    pub fn name(self) -> &'static str {
        match self {
            Encoding::Utf8 => "utf-8",
            Encoding::Utf16 => "utf-16",
            Encoding::Utf32 => "utf-32",
        }
    }

    /// The width of a text.
    pub fn width(self, text: &str) -> usize {
        match self {
            Encoding::Utf8 => text.len(),
            Encoding::Utf16 => text.chars().map(char::len_utf16).sum(),
            Encoding::Utf32 => text.chars().count(),
        }
    }
}

/// An open file.
#[derive(Debug, Clone)]
pub struct Document {
    /// Its URI.
    pub uri: String,
    /// Its version.
    pub version: i32,
    /// Its text.
    pub text: String,
    encoding: Encoding,
}

impl Document {
    /// A file with this name and text, version 1.
    pub fn new(uri: &str, text: String, encoding: Encoding) -> Self {
        Self { uri: uri.to_owned(), version: 1, text, encoding }
    }

    /// The position of a byte.
    pub fn position(&self, offset: usize) -> Value {
        let before = &self.text[..offset];
        let line = before.matches('\n').count();
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        json!({ "line": line, "character": self.encoding.width(&before[start..]) })
    }

    /// Where a piece of the text stands, which must be there once.
    pub fn find(&self, piece: &str) -> Range<usize> {
        let mut places = self.text.match_indices(piece);
        let (start, _) = places.next().unwrap_or_else(|| panic!("{piece:?} is not in {}", self.uri));
        assert!(places.next().is_none(), "{piece:?} is in {} several times", self.uri);
        start..start + piece.len()
    }

    /// Replaces a range; returns the change as the protocol has it. The version stays: several changes may be sent as one.
    pub fn replace(&mut self, range: Range<usize>, text: &str) -> Value {
        let change =
            json!({ "range": { "start": self.position(range.start), "end": self.position(range.end) }, "text": text });
        self.text.replace_range(range, text);
        change
    }

    /// Replaces the whole text.
    pub fn replace_all(&mut self, text: &str) -> Value {
        text.clone_into(&mut self.text);
        json!({ "text": text })
    }
}
