//! YAML: the outline and its recovery, scalars with their source maps, the small languages inside them.

use crate::text;
use viz_syntax::Document;
use viz_syntax::testing::{check_content, check_maps, check_shape, dump};

/// What people type, paste or leave behind.
pub(crate) const WORDS: &[&str] = &[
    "\n",
    "\r\n",
    "\r",
    "\t",
    " ",
    "  ",
    "\n  ",
    "\n    ",
    "- ",
    "-",
    "\n- ",
    "\n  - ",
    ":",
    ": ",
    "#",
    " # c\n",
    "\"",
    "'",
    "[",
    "]",
    "{",
    "}",
    ",",
    "|",
    "|\n",
    ">-\n",
    "|2+\n",
    "&a ",
    "*a",
    "!",
    "!t ",
    "!!str ",
    "%",
    "@",
    "`",
    "? ",
    "?{ ",
    "${ref(",
    ").x}",
    "---\n",
    "...\n",
    "insights",
    "\ninsights:\n",
    "models",
    "name: x\n",
    "\n  - name: new\n    type: bar\n",
    "é",
    "😀",
    "\u{feff}",
    "\u{2028}",
    "\u{85}",
    "<<: *a\n",
    "=",
    "\\",
    "\\x4",
    "\\u263a",
    "''",
    "# viz-lsp: ignore[x]\n",
];

/// Pieces of query strings and references.
pub(crate) const PARTS: &[&str] = &[
    "?{",
    " ",
    "}",
    "${",
    "ref(",
    "ref",
    "(",
    ")",
    "a",
    "my name",
    ".",
    "x.y",
    "[0]",
    "[1:2]",
    "[-1,2]",
    "'",
    "\"",
    "\n",
    "é",
    "😀",
    "-",
    "env.",
    "[",
    "]",
    ",",
    ":",
    "1",
    "99999999999999999999",
    "{",
    "{{ ",
    "now() - ",
    "\u{a0}",
];

/// A text and an edit of it: what is parsed anew with the old document at hand is what is parsed afresh.
///
/// The first four bytes are the edit: its place, how much is cut, which word is put in.
pub fn outline(bytes: &[u8]) {
    let [high, low, cut, word, rest @ ..] = bytes else { return };
    let before = text(rest);
    let old = Document::parse(&before);
    check_shape(&old);
    let snap = |mut at: usize| {
        while !before.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = snap(usize::from(u16::from_be_bytes([*high, *low])) % (before.len() + 1));
    let end = snap((start + usize::from(*cut) / 4).min(before.len())).max(start);
    let mut after = before.to_string();
    after.replace_range(start..end, WORDS[usize::from(*word) % WORDS.len()]);
    let (new, fresh) = (old.reparse(&after), Document::parse(&after));
    check_shape(&new);
    assert_eq!(dump(&new), dump(&fresh), "{before:?} became {after:?}");
    let shape = |doc: &Document| doc.segments().iter().map(|one| (one.range, one.kind)).collect::<Vec<_>>();
    assert_eq!(shape(&new), shape(&fresh), "{before:?} became {after:?}");
}

/// The source map of each scalar of a text without problems leads to the bytes that it was read from.
pub fn scalars(bytes: &[u8]) {
    let text = text(bytes);
    let doc = Document::parse(&text);
    // In broken texts the decoder may give up.
    if doc.problems().is_empty() {
        check_maps(&doc);
    }
}

/// Query strings, references, cursors and date expressions in the content of a scalar.
pub fn contents(bytes: &[u8]) {
    check_content(&text(bytes));
}
