//! Streams with damaged headers, lengths and messages: whatever came before, well-framed requests are answered.

use crate::PROGRAM;
use serde_json::{Value, json};
use std::io::{BufReader, Write};
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, channel};
use viz_tests::{PATIENCE, read_message};

/// A client that sends bytes and takes whatever comes.
struct Raw {
    server: Child,
    input: Option<ChildStdin>,
    messages: Receiver<Value>,
}

impl Raw {
    fn start() -> Self {
        let mut server = viz_tests::cli::program(PROGRAM)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        let mut output = BufReader::new(server.stdout.take().expect("it is piped"));
        let (sender, messages) = channel();
        std::thread::spawn(move || {
            while let Some(message) = read_message(&mut output) {
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        let mut client = Self { input: server.stdin.take(), server, messages };
        client.send(framed(
            &json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": { "capabilities": {} } }),
        ));
        client.until(|message| message["id"] == 0);
        client
    }

    fn send(&mut self, bytes: impl AsRef<[u8]>) {
        // A server that has given up doesn't read to the end.
        let _ = self.input.as_mut().expect("the session is open").write_all(bytes.as_ref());
    }

    /// What comes up to a message.
    fn until(&mut self, is_last: impl Fn(&Value) -> bool) -> Vec<Value> {
        let mut all = Vec::new();
        loop {
            match self.messages.recv_timeout(PATIENCE) {
                Ok(message) => all.push(message),
                Err(error) => panic!("{error}: {all:#?}"),
            }
            if all.last().is_some_and(&is_last) {
                return all;
            }
        }
    }

    /// What comes up to the end, and the exit code.
    fn end(mut self) -> (Vec<Value>, Option<i32>) {
        let all = self.messages.iter().collect();
        (all, self.server.wait().expect("it ends").code())
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        let _ = self.server.kill();
    }
}

fn framed(message: &Value) -> Vec<u8> {
    of_length(&message.to_string().len().to_string(), message)
}

fn of_length(length: &str, message: &Value) -> Vec<u8> {
    format!("Content-Length: {length}\r\n\r\n{message}").into_bytes()
}

/// A request that is refused at once.
fn request(id: u64) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "method": "viz/nothing", "params": { "text": "Grüße, 東京 and a\nContent-Length: 3\r\n\r\n" } })
}

/// Something that a client should not send.
fn damage(random: &mut fastrand::Rng) -> Vec<u8> {
    let message = request(1_000_000 + random.u64(..1_000_000));
    let length = message.to_string().len() as i64;
    let mut bytes = match random.u8(..8) {
        0 => of_length(&(length + random.i64(-200..200)).to_string(), &message),
        1 => of_length(["", "-1", "many", "0", "18446744073709551616", "99999999999"][random.usize(..6)], &message),
        2 => message.to_string().into_bytes(),
        3 => format!("X-Header: {}\r\n\r\n{message}", "x".repeat(random.usize(..20_000))).into_bytes(),
        4 => [format!("Content-Length: {}\r\n", random.u8(..)).into_bytes(), framed(&message)].concat(),
        5 => "\u{0}garbage: é\n".repeat(random.usize(..10_000)).into_bytes(),
        6 => "a".repeat(random.usize(..1_000_000)).into_bytes(),
        _ => framed(&message),
    };
    for _ in 0..random.usize(..3) {
        let at = random.usize(..=bytes.len());
        match random.u8(..3) {
            0 => bytes.truncate(at),
            1 => bytes.insert(at, random.u8(..)),
            _ => drop(bytes.drain(at..(at + 20).min(bytes.len()))),
        }
    }
    bytes
}

#[test]
fn after_any_damage_requests_are_answered() {
    let mut random = fastrand::Rng::with_seed(15);
    let mut client = Raw::start();
    let mut id = 0;
    for _ in 0..400 {
        let bad: Vec<Vec<u8>> = (0..random.usize(1..4)).map(|_| damage(&mut random)).collect();
        let few = bad.len();
        client.send(bad.concat());
        let first = id + 1;
        for _ in 0..3 {
            id += 1;
            client.send(framed(&request(id)));
        }
        let said = client.until(|message| message["id"] == id);
        for good in first..=id {
            assert!(said.iter().any(|message| message["id"] == good), "{good}: {said:#?} after {bad:?}");
        }
        assert!(said.len() <= 3 + 3 * few, "{said:#?} after {bad:?}");
    }
    client.send(framed(&json!({ "jsonrpc": "2.0", "id": "last", "method": "shutdown" })));
    client.until(|message| message["id"] == "last");
    client.send(framed(&json!({ "jsonrpc": "2.0", "method": "exit" })));
    assert_eq!(client.end().1, Some(0));
}

/// The user hears of it once.
#[test]
fn a_wrong_length_is_told() {
    let mut client = Raw::start();
    for wrong in ["20", "2000", "-5"] {
        client.send(of_length(wrong, &request(1)));
        client.send(framed(&request(2)));
    }
    client.send(framed(&request(3)));
    let said = client.until(|message| message["id"] == 3);
    let shown: Vec<&Value> = said.iter().filter(|message| message["method"] == "window/showMessage").collect();
    assert!(shown.len() == 1 && shown[0]["params"]["message"].to_string().contains("`Content-Length`"), "{said:#?}");
    assert_eq!(said.iter().filter(|message| message["error"]["code"] == -32700).count(), 3, "{said:#?}");
    assert_eq!(said.iter().filter(|message| message["id"] == 1).count(), 3, "nothing is lost: {said:#?}");
}

/// What can't be followed ends the session with a word, and is not kept.
#[test]
fn input_without_any_header_ends_the_session() {
    let mut client = Raw::start();
    let piece = vec![b'a'; 1 << 20];
    for _ in 0..300 {
        client.send(&piece);
    }
    let (said, status) = client.end();
    let last = said.last().expect("a message");
    assert_eq!((&last["method"], status), (&"window/showMessage".into(), Some(2)), "{said:#?}");
    assert_eq!(last["params"]["type"], 1);
}
