//! The proof's lexer for itself.

use crate::text;
use viz_check::proof::lex;

/// Pieces of SQL that lexers stumble over.
pub(crate) const WORDS: &[&str] = &[
    "'",
    "\"",
    "''",
    "\"\"",
    "E'",
    "x'",
    "U&'",
    "U&\"",
    "N'",
    "$$",
    "$a$",
    "$1",
    "$a",
    "?",
    "--",
    "-- \n",
    "/*",
    "*/",
    ";",
    "\\",
    "\n",
    "\r",
    "\t",
    "\u{b}",
    "\u{c}",
    "\u{a0}",
    "\u{200b}",
    "\u{3000}",
    "é",
    "😀",
    "0x1F",
    "0b1",
    "1e",
    "1e-",
    "1_0",
    "1.",
    ".5",
    "1..2",
    ":",
    "::",
    "->",
    "->>",
    "=>",
    ":=",
    "<=",
    "!=",
    "~",
    "@",
    "#1",
    "%",
    "^",
    "&",
    "|",
    "`",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ".",
    "...",
    "select ",
    " from t",
    " where ",
    " union select ",
    "insert into t values (1)",
    " returning 1",
    "with x as (",
    "pivot t on i",
    "as",
    "null",
    "interval '1 day'",
    "case ",
    " end",
    " is not ",
    "::int",
    "lambda x: x",
];

/// Tokens go forward, lie at borders of characters, and only white-space is between them.
pub fn lexer(bytes: &[u8]) {
    let sql = text(bytes);
    let mut end = 0;
    for token in lex(&sql) {
        assert!(end <= token.start && token.start < token.end, "{sql:?}: {token:?}");
        let gap = &sql[end..token.start];
        assert!(gap.bytes().all(|byte| byte.is_ascii_whitespace() || byte == 0x0b), "{sql:?}: {gap:?} is lost");
        assert!(!token.text(&sql).is_empty());
        end = token.end;
    }
    assert!(sql[end..].bytes().all(|byte| byte.is_ascii_whitespace() || byte == 0x0b), "{sql:?}: the end is lost");
}
