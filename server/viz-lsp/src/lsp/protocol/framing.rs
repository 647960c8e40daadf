//! Where one message of the client ends and the next begins.
//!
//! A client may say a wrong length, or none. The text of a header can't stand inside of JSON, whose strings hold no line
//! ends; so whatever was said, a message ends at the next header at the latest, and where lengths are wrong it reaches
//! exactly up to there. What is damaged is told once, and everything after it is read as ever.

use regex::bytes::{Captures, Regex};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Number, Value, json};
use std::borrow::Cow;
use std::collections::VecDeque;
use std::io::{self, BufRead};
use std::sync::LazyLock;
use tower_lsp::jsonrpc::{Request, Response};

/// The longest message that is read, and the most that is skipped in search of a header.
const MOST: usize = 256 << 20;

/// The longest header of a message, of all its lines.
const HEADER: usize = 8 << 10;

/// No text that [`LENGTH`] finds is longer.
const LONGEST_LINE: usize = 64;

const PARSE_ERROR: i32 = -32700;
const INVALID_REQUEST: i32 = -32600;

const TOO_LONG: &str = "a header is longer than 8 KiB";

const WARNING: &str = "the editor sent a message with a wrong `Content-Length`: messages are read from one header to the next \
                       instead, and some may be lost; start the language server again if findings stand at wrong places";

const LOST: &str = "the editor sent 256 MiB without the header of a message: the language server can't follow and ends";

/// The line of a header that says the length, wherever it stands.
static LENGTH: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i-u)content-length:[ \t]{0,8}[0-9]{1,20}[ \t]{0,8}[\r\n]").expect("it is a regular expression")
});

/// What a client sent.
#[derive(Debug, PartialEq, Eq)]
pub enum Frame {
    /// A message with its header.
    Message(Vec<u8>),
    /// Something that is no message: the answer.
    Noise(Value),
    /// What the user should know, once in a session: lengths are wrong.
    Warning(String),
    /// What the user should know: nothing more can be read.
    Lost(String),
}

/// Reads bytes and hands on whole messages.
pub struct Framing<R> {
    from: R,
    /// What was read and is not handed on.
    buffer: Vec<u8>,
    /// What is handed on next.
    ready: VecDeque<Frame>,
    /// Set while the next header is searched for.
    search: Option<Search>,
    /// Whether damage was told since the last message with a right length.
    told: bool,
    /// Whether the user was warned.
    warned: bool,
    /// Whether nothing more is read.
    ended: bool,
}

/// Where the next header is searched for.
#[derive(Debug, Clone, Copy)]
struct Search {
    /// Whether the buffer begins with a message, whose end the header is.
    of_message: bool,
    /// Where that message should end.
    expected: Option<usize>,
    /// Bytes of the buffer that were looked at.
    seen: usize,
    /// Bytes that were dropped.
    dropped: usize,
}

/// What a header says.
enum Header {
    /// Bytes of the message.
    Length(usize),
    /// Nothing that can be true, but the message begins behind it.
    Wrong(&'static str),
    /// It is none.
    Damaged(&'static str),
    End,
}

impl<R: BufRead> Framing<R> {
    /// The messages of a stream.
    pub fn new(from: R) -> Self {
        Self {
            from,
            buffer: Vec::new(),
            ready: VecDeque::new(),
            search: None,
            told: false,
            warned: false,
            ended: false,
        }
    }

    /// The next message, or what stands in place of one; `None` at the end of input.
    ///
    /// # Errors
    /// If the stream can't be read.
    pub fn next(&mut self) -> io::Result<Option<Frame>> {
        loop {
            if let Some(frame) = self.ready.pop_front() {
                return Ok(Some(frame));
            }
            if self.ended || !self.step()? {
                self.ended = true;
                return Ok(self.ready.pop_front());
            }
        }
    }

    /// One header, one message, or one search; false at the end of input.
    fn step(&mut self) -> io::Result<bool> {
        if let Some(search) = self.search.take() {
            return self.find_header(search);
        }
        match self.header()? {
            Header::End => return Ok(false),
            Header::Length(length) => self.message(length)?,
            Header::Wrong(what) => self.damaged(what, true, None),
            Header::Damaged(what) => self.damaged(what, false, None),
        }
        Ok(true)
    }

    /// Tells once that something is wrong, and goes to the next header from here.
    fn damaged(&mut self, what: &str, of_message: bool, expected: Option<usize>) {
        self.search = Some(Search { of_message, expected, seen: 0, dropped: 0 });
        if !std::mem::replace(&mut self.told, true) {
            tracing::warn!(what, "the client sent what is no message");
            self.ready.push_back(noise(PARSE_ERROR, what));
        }
    }

    /// Reads on; false at the end of input.
    fn fill(&mut self) -> io::Result<bool> {
        let more = loop {
            match self.from.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                _ => break self.from.fill_buf()?,
            }
        };
        let read = more.len();
        self.buffer.extend_from_slice(more);
        self.from.consume(read);
        Ok(read > 0)
    }

    /// Takes the lines of a header.
    fn header(&mut self) -> io::Result<Header> {
        let (mut at, mut length) = (0, None);
        loop {
            let Some(end) = line_end(&self.buffer[at..]).map(|end| at + end) else {
                if self.buffer.len() > HEADER {
                    self.buffer.drain(..at);
                    return Ok(Header::Damaged(TOO_LONG));
                }
                if !self.fill()? {
                    return Ok(Header::End);
                }
                continue;
            };
            let line = self.buffer[at..end].trim_ascii();
            if line.is_empty() {
                self.buffer.drain(..end);
                match length {
                    // Empty lines between messages.
                    None if at == 0 => continue,
                    None => return Ok(Header::Wrong("a header has no `Content-Length`")),
                    Some(Ok(length)) if length <= MOST => return Ok(Header::Length(length)),
                    Some(Ok(_)) => return Ok(Header::Wrong("a message longer than 256 MiB is not read")),
                    Some(Err(what)) => return Ok(Header::Wrong(what)),
                }
            }
            match field(line) {
                Some(_) if end > HEADER => {
                    self.buffer.drain(..at);
                    return Ok(Header::Damaged(TOO_LONG));
                }
                Some((name, value)) if name.eq_ignore_ascii_case(b"Content-Length") => {
                    let value = bytes(value).ok_or("a `Content-Length` is no number of bytes");
                    length = match length {
                        Some(before) if before != value => Some(Err("a header has two different `Content-Length`")),
                        _ => Some(value),
                    };
                }
                // Other headers.
                Some(_) => {}
                None => {
                    self.buffer.drain(..at);
                    return Ok(Header::Damaged("a message begins without a header"));
                }
            }
            at = end;
        }
    }

    /// Takes a message of this length.
    fn message(&mut self, length: usize) -> io::Result<()> {
        let mut seen: usize = 0;
        loop {
            let from = seen.saturating_sub(LONGEST_LINE);
            seen = self.buffer.len();
            let header_inside = LENGTH.find_at(&self.buffer, from).is_some_and(|found| found.start() < length);
            if header_inside || seen < length && !self.fill()? {
                self.damaged("a message is shorter than its `Content-Length`", true, None);
                return Ok(());
            }
            if seen >= length {
                break;
            }
        }
        match read(&self.buffer[..length]) {
            Ok(frame) => {
                self.buffer.drain(..length);
                self.told = false;
                self.ready.push_back(frame);
            }
            Err(error) => self.damaged(&format!("this is no JSON: {error}"), true, Some(length)),
        }
        Ok(())
    }

    /// Goes to the next header. What stands before it is handed on if it is a message after all.
    fn find_header(&mut self, mut search: Search) -> io::Result<bool> {
        loop {
            let from = search.seen.saturating_sub(LONGEST_LINE);
            search.seen = self.buffer.len();
            let found = LENGTH.find_at(&self.buffer, from).map(|found| found.start());
            if let Some(at) = found {
                let before: Vec<u8> = self.buffer.drain(..at).collect();
                if search.expected == Some(at) {
                    // The length was right: a message that is no JSON, not more.
                    self.told = false;
                    return Ok(true);
                }
                self.recover(search, &before);
                return Ok(true);
            }
            if search.dropped + search.seen > MOST {
                self.ready.push_back(Frame::Lost(LOST.into()));
                return Ok(false);
            }
            if !search.of_message {
                let drop = self.buffer.len().saturating_sub(LONGEST_LINE);
                self.buffer.drain(..drop);
                search.seen -= drop;
                search.dropped += drop;
            }
            if !self.fill()? {
                let before = std::mem::take(&mut self.buffer);
                self.recover(search, &before);
                return Ok(false);
            }
        }
    }

    /// A message whose length was wrong, and a warning at the first.
    fn recover(&mut self, search: Search, text: &[u8]) {
        if !std::mem::replace(&mut self.warned, true) {
            self.ready.push_back(Frame::Warning(WARNING.into()));
        }
        if let (true, Ok(frame @ Frame::Message(_))) = (search.of_message, read(text)) {
            self.ready.push_back(frame);
        }
    }
}

/// Behind the first line of a header: lines end with `\r\n`, and at some clients with one of the two. What follows a `\r` has to be there.
fn line_end(bytes: &[u8]) -> Option<usize> {
    let end = memchr::memchr2(b'\r', b'\n', bytes)?;
    match (bytes[end], bytes.get(end + 1)) {
        (b'\r', None) => None,
        (b'\r', Some(b'\n')) => Some(end + 2),
        _ => Some(end + 1),
    }
}

/// The name and the value of a line of a header.
fn field(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = memchr::memchr(b':', line)?;
    let name = &line[..colon];
    let is_name = !name.is_empty() && name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-');
    is_name.then(|| (name, line[colon + 1..].trim_ascii()))
}

/// A number of bytes, however large.
fn bytes(value: &[u8]) -> Option<usize> {
    let digits = !value.is_empty() && value.iter().all(u8::is_ascii_digit);
    digits.then(|| std::str::from_utf8(value).ok()?.parse().ok()).map(|number| number.unwrap_or(usize::MAX))
}

/// What a body is; an error if it is no JSON.
fn read(body: &[u8]) -> serde_json::Result<Frame> {
    let whole = without_lone_surrogates(body);
    let body = whole.as_ref();
    if serde_json::from_slice::<Request>(body).is_ok() || serde_json::from_slice::<Response>(body).is_ok() {
        let header = format!("Content-Length: {}\r\n\r\n", body.len());
        return Ok(Frame::Message([header.as_bytes(), body].concat()));
    }
    serde_json::from_slice::<IgnoredAny>(body)?;
    Ok(match serde_json::from_slice::<Numbered>(body) {
        Ok(Numbered { id }) => answer(json!(id), INVALID_REQUEST, "a number of a request is an integer below 2^63"),
        Err(_) => noise(INVALID_REQUEST, "this is no message of JSON-RPC 2.0"),
    })
}

/// A message whose number is none that is handed on, but who sent it waits for an answer with that number.
#[derive(Deserialize)]
struct Numbered {
    id: Number,
}

/// JavaScript writes half of a character (an edit may end between two surrogates) as `\ud83d`, which is no text in UTF-8. U+FFFD in its
/// place is as long in UTF-16, so that positions stay right.
fn without_lone_surrogates(body: &[u8]) -> Cow<'_, [u8]> {
    static ESCAPES: LazyLock<Regex> = LazyLock::new(|| {
        let pair = r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}";
        let lone = r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}";
        Regex::new(&format!(r"(?-u)\\[^u]|{pair}|({lone})")).expect("it is a regular expression")
    });
    if !body.windows(3).any(|three| three.starts_with(br"\u") && three[2].eq_ignore_ascii_case(&b'd')) {
        return Cow::Borrowed(body);
    }
    ESCAPES.replace_all(body, |found: &Captures<'_>| match found.get(1) {
        Some(_) => br"\ufffd".to_vec(),
        None => found[0].to_vec(),
    })
}

fn noise(code: i32, message: &str) -> Frame {
    answer(Value::Null, code, message)
}

fn answer(id: Value, code: i32, message: &str) -> Frame {
    Frame::Noise(json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code, "message": message } }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{BufReader, Read};

    #[test]
    fn halves_of_characters_become_replacement_characters() {
        let replaced = |text: &str| String::from_utf8(without_lone_surrogates(text.as_bytes()).into_owned()).unwrap();
        assert_eq!(replaced(r#"{"a":"x\ud83d y\uDE00"}"#), r#"{"a":"x\ufffd y\ufffd"}"#);
        for whole in [r#"{"a":"\ud83d\ude00\u00e9"}"#, r#"{"a":"\\ud83d"}"#, r#"{"a":"\\\\ud83d"}"#] {
            assert_eq!(replaced(whole), whole);
        }
        assert_eq!(replaced(r#"{"a":"\\\ud83d"}"#), r#"{"a":"\\\ufffd"}"#);
    }

    fn frames(text: impl AsRef<[u8]>) -> Vec<String> {
        let mut framing = Framing::new(text.as_ref());
        std::iter::from_fn(|| framing.next().unwrap())
            .map(|frame| match frame {
                Frame::Message(message) => String::from_utf8(message).unwrap(),
                Frame::Noise(error) => error.to_string(),
                Frame::Warning(text) | Frame::Lost(text) => text,
            })
            .collect()
    }

    fn framed(body: &str) -> String {
        format!("Content-Length: {}\r\n\r\n{body}", body.len())
    }

    fn of_length(length: &str, body: &str) -> String {
        format!("Content-Length: {length}\r\n\r\n{body}")
    }

    const EXIT: &str = r#"{"jsonrpc":"2.0","method":"exit"}"#;
    const ANSWER: &str = r#"{"jsonrpc":"2.0","id":1,"result":null}"#;

    #[test]
    fn messages_pass_and_noise_is_answered() {
        let text = [&framed(EXIT), &framed("{ no"), &framed("[]"), "Content-Type: x\r\n", &framed(ANSWER)].concat();
        let found = frames(&text);
        assert_eq!(found.len(), 4, "{found:?}");
        assert_eq!((&found[0], &found[3]), (&framed(EXIT), &framed(ANSWER)));
        assert!(found[1].contains("-32700") && found[2].contains("-32600"), "{found:?}");
    }

    #[test]
    fn odd_numbers_of_requests_are_answered() {
        for (id, answered) in [
            ("1.5", "1.5"),
            ("9223372036854775808", "9223372036854775808"),
            ("-1e3", "-1000.0"),
            ("true", "null"),
            ("[1]", "null"),
            ("1e400", "null"),
        ] {
            let found = frames(framed(&format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"shutdown"}}"#)));
            assert_eq!(found.len(), 1, "{id}");
            let wanted = [format!(r#""id":{answered}"#), "-32600".into()];
            assert!(wanted.iter().all(|part| found[0].contains(part)), "{id}: {found:?}");
        }
    }

    /// A wrong length is told, the user is warned, and nothing is lost.
    #[test]
    fn wrong_lengths_lose_nothing() {
        let length = EXIT.len() as i32;
        let mut wrong: Vec<String> = (-40..90).filter(|off| *off != 0).map(|off| (length + off).to_string()).collect();
        wrong.extend(["", "x", "-1", "1e3", "99999999999", "99999999999999999999999"].map(str::to_owned));
        for wrong in wrong {
            let found = frames([&of_length(&wrong, EXIT), framed(ANSWER).as_str(), &framed(ANSWER)].concat());
            let (told, rest) = found.split_first().unwrap();
            assert!(told.contains("-32700"), "{wrong}: {found:?}");
            assert_eq!(rest, [WARNING, &framed(EXIT), &framed(ANSWER), &framed(ANSWER)], "{wrong}");
        }
    }

    #[test]
    fn headers_that_are_none() {
        let many = format!("X: y\r\n{}", "A-Header: a\r\n".repeat(1_000));
        for bad in [
            "garbage\r\n\r\n",
            "gar: bage: {}\r\n\r\n",
            "X: y\r\n\r\n",
            "garbage",
            "{\"a\": 1}\r\n",
            "Content-Length\r\n\r\n",
            "Content-Length: 5",
            "Content-Length: 5\r\nContent-Length: 7\r\n\r\n",
            &many,
            &"x".repeat(100_000),
            &"\u{e9}\n".repeat(100_000),
        ] {
            let found = frames([bad, &framed(EXIT), &framed(ANSWER)].concat());
            let messages = &found[found.len() - 2..];
            assert_eq!(messages, [framed(EXIT), framed(ANSWER)], "{:?}", &bad[..bad.len().min(40)]);
            assert!(found.len() == 4 && found[0].contains("-32700"), "{found:?}");
        }
        assert_eq!(frames(["\r\n\n", &framed(EXIT), "\n", &framed(ANSWER)].concat()), [framed(EXIT), framed(ANSWER)]);
        for end in ["\r", "\n", "\r\n"] {
            let framed = |body: &str| format!("Content-Length: {}{end}X: y{end}{end}{body}", body.len());
            let wrong = format!("Content-Length: 7{end}{end}{ANSWER}");
            let found = frames([framed(EXIT), framed(ANSWER), wrong, framed(EXIT)].concat());
            assert_eq!(found[..2], [self::framed(EXIT), self::framed(ANSWER)], "{found:?}");
            assert_eq!(found[4..], [self::framed(ANSWER), self::framed(EXIT)], "{found:?}");
        }
        let twice = format!("Content-Length: {0}\r\ncontent-length:{0}\n\n{EXIT}", EXIT.len());
        assert_eq!(frames(&twice), [framed(EXIT)]);
    }

    #[test]
    fn a_cut_off_message_is_the_end() {
        let found = frames("Content-Length: 4000000000000\r\n\r\n{");
        assert!(found.len() == 2 && found[0].contains("-32700"), "{found:?}");
        assert!(frames("Content-Length: 40\r\n\r\n{")[0].contains("-32700"));
        assert_eq!(frames("Content-Len"), Vec::<String>::new());
    }

    /// A header without an end, and a length that is never reached, are neither kept nor waited for.
    #[test]
    fn endless_input_ends_the_session() {
        for begin in ["", "Content-Length: 99999999999\r\n\r\n"] {
            let mut framing = Framing::new(BufReader::new(begin.as_bytes().chain(std::io::repeat(b'a'))));
            let mut last = None;
            while let Some(frame) = framing.next().unwrap() {
                last = Some(frame);
            }
            assert_eq!(last, Some(Frame::Lost(LOST.into())));
            assert!(!begin.is_empty() || framing.buffer.capacity() < 1 << 20, "{}", framing.buffer.capacity());
        }
    }
}
