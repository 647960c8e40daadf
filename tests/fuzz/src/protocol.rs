//! What the server and its worker say to each other.

use viz_engine::fuzzing;

/// Pieces of messages.
pub(crate) const WORDS: &[&str] = &[
    "\0\0\0\u{2}",
    "\0",
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "\"",
    "null",
    "true",
    "-1",
    "1e999",
    "18446744073709551616",
    "\"id\"",
    "\"ask\"",
    "\"cancel\"",
    "\"hello\"",
    "\"answers\"",
    "\"Ok\"",
    "\"Err\"",
    "\"Parse\"",
    "\"Known\"",
    "\\ud800",
    "\\u0000",
    "é",
];

/// Frames, and the JSON of one message in each direction without a frame.
pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let frames = fuzzing::messages();
    let bare = frames.iter().map(|frame| frame[4..].to_vec()).collect::<Vec<_>>();
    [frames, bare].concat()
}

/// Reads frames of both directions; what does not begin like a frame is put into one.
pub(crate) fn protocol(bytes: &[u8]) {
    let framed;
    let bytes = match bytes {
        [0, ..] => bytes,
        _ => {
            let length = u32::try_from(bytes.len()).expect("inputs are short").to_be_bytes();
            framed = [&length[..], bytes].concat();
            &framed
        }
    };
    fuzzing::frames(bytes, false);
    fuzzing::frames(bytes, true);
}
