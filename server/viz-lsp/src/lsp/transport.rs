//! stdin and stdout, or a socket, as async streams, on threads of their own.
//!
//! The reader hands on whole messages and answers what is none itself, because `tower-lsp` ends at the first message
//! that it can't read. It reports the end of input after `exit`, so that the server ends in order though the client keeps
//! the pipe open. The writer takes whatever it is given at once, so that a client which writes without reading can't
//! block the server.

use super::outgoing::Outgoing;
use super::service::Lifecycle;
use serde::de::IgnoredAny;
use serde_json::json;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::task::{Context, Poll, ready};
use std::thread::{Builder, JoinHandle};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::mpsc::Receiver;
use tower_lsp::jsonrpc::{Request, Response};

/// What comes from the client.
pub struct Input {
    messages: Receiver<Frame>,
    rest: Vec<u8>,
    used: usize,
    lifecycle: Arc<Lifecycle>,
    answers: Sender<Vec<u8>>,
}

/// What goes to the client.
pub struct Output {
    chunks: Sender<Vec<u8>>,
}

/// What a client sent.
#[derive(Debug, PartialEq, Eq)]
enum Frame {
    /// A message with its header.
    Message(Vec<u8>),
    /// Something that is no message: the error to answer with.
    Noise(String),
}

/// This process's stdin and stdout. The handle ends once everything is written and both ends are dropped.
///
/// # Errors
/// If threads can't be started.
pub fn stdio(lifecycle: Arc<Lifecycle>) -> io::Result<(Input, Output, JoinHandle<()>)> {
    streams(io::stdin(), io::stdout(), lifecycle)
}

/// A client that listens on a port of this machine.
///
/// # Errors
/// If there is none, or threads can't be started.
pub fn socket(port: u16, lifecycle: Arc<Lifecycle>) -> io::Result<(Input, Output, JoinHandle<()>)> {
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_nodelay(true)?;
    streams(stream.try_clone()?, stream, lifecycle)
}

fn streams(
    reader: impl Read + Send + 'static,
    mut writer: impl Write + Send + 'static,
    lifecycle: Arc<Lifecycle>,
) -> io::Result<(Input, Output, JoinHandle<()>)> {
    let (to_server, messages) = tokio::sync::mpsc::channel(16);
    Builder::new().name("stdin".into()).spawn(move || {
        let mut stdin = BufReader::with_capacity(64 << 10, reader);
        while let Ok(Some(frame)) = read(&mut stdin) {
            if to_server.blocking_send(frame).is_err() {
                break;
            }
        }
    })?;
    let (to_client, chunks) = channel::<Vec<u8>>();
    let writer = Builder::new().name("stdout".into()).spawn(move || {
        let mut outgoing = Outgoing::default();
        for chunk in chunks {
            if writer.write_all(&outgoing.take(&chunk)).and_then(|()| writer.flush()).is_err() {
                break;
            }
        }
    })?;
    let input = Input { messages, rest: Vec::new(), used: 0, lifecycle, answers: to_client.clone() };
    Ok((input, Output { chunks: to_client }, writer))
}

/// The next message; `None` at the end of input.
fn read(from: &mut impl BufRead) -> io::Result<Option<Frame>> {
    let mut length = None;
    loop {
        let mut line = Vec::new();
        if from.read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        let line = String::from_utf8_lossy(&line);
        match (line.trim().split_once(':'), length) {
            (Some((name, value)), _) if name.eq_ignore_ascii_case("Content-Length") => {
                length = value.trim().parse::<u64>().ok()
            }
            (None, Some(length)) if line.trim().is_empty() => return body(from, length).map(Some),
            // Other headers, and whatever stands between messages.
            _ => {}
        }
    }
}

fn body(from: &mut impl BufRead, length: u64) -> io::Result<Frame> {
    let mut body = Vec::new();
    from.take(length).read_to_end(&mut body)?;
    let is_message =
        serde_json::from_slice::<Request>(&body).is_ok() || serde_json::from_slice::<Response>(&body).is_ok();
    if is_message {
        let mut message = format!("Content-Length: {}\r\n\r\n", body.len()).into_bytes();
        message.append(&mut body);
        return Ok(Frame::Message(message));
    }
    let error = match serde_json::from_slice::<IgnoredAny>(&body) {
        Ok(_) => json!({ "code": -32600, "message": "this is no message of JSON-RPC 2.0" }),
        Err(error) => json!({ "code": -32700, "message": format!("this is no JSON: {error}") }),
    };
    Ok(Frame::Noise(error.to_string()))
}

impl AsyncRead for Input {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.lifecycle.has_exited() {
            return Poll::Ready(Ok(()));
        }
        while self.used == self.rest.len() {
            match ready!(self.messages.poll_recv(context)) {
                Some(Frame::Message(message)) => (self.rest, self.used) = (message, 0),
                Some(Frame::Noise(error)) => {
                    let answer = format!("{{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{error}}}");
                    // A client that has gone needs no answer.
                    let _ = self.answers.send(format!("Content-Length: {}\r\n\r\n{answer}", answer.len()).into_bytes());
                }
                None => return Poll::Ready(Ok(())),
            }
        }
        let take = buffer.remaining().min(self.rest.len() - self.used);
        buffer.put_slice(&self.rest[self.used..self.used + take]);
        self.used += take;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Output {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let sent = self.chunks.send(bytes.to_vec());
        Poll::Ready(sent.map(|()| bytes.len()).map_err(|_| io::ErrorKind::BrokenPipe.into()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(text: &str) -> Vec<String> {
        let mut from = text.as_bytes();
        std::iter::from_fn(|| read(&mut from).unwrap())
            .map(|frame| match frame {
                Frame::Message(message) => String::from_utf8(message).unwrap(),
                Frame::Noise(error) => error,
            })
            .collect()
    }

    fn framed(body: &str) -> String {
        format!("Content-Length: {}\r\n\r\n{body}", body.len())
    }

    #[test]
    fn messages_pass_and_noise_is_answered() {
        let good = r#"{"jsonrpc":"2.0","method":"exit"}"#;
        let answer = r#"{"jsonrpc":"2.0","id":1,"result":null}"#;
        let text =
            [&framed(good), "garbage\r\n\r\n", &framed("{ no"), &framed("[]"), "Content-Type: x\r\n", &framed(answer)]
                .concat();
        let found = frames(&text);
        assert_eq!(found.len(), 4, "{found:?}");
        assert_eq!((&found[0], &found[3]), (&framed(good), &framed(answer)));
        assert!(found[1].contains("-32700") && found[2].contains("-32600"), "{found:?}");
    }

    #[test]
    fn a_cut_off_message_is_the_end() {
        let found = frames("Content-Length: 4000000000000\r\n\r\n{");
        assert!(found[0].contains("-32700"), "{found:?}");
    }
}
