//! stdin and stdout, or a socket, as async streams, on threads of their own.
//!
//! The reader hands on whole messages ([`Framing`]) and answers what is none itself, because `tower-lsp` ends at the first
//! message that it can't read. It reports the end of input after `exit`, so that the server ends in order though the client keeps
//! the pipe open. The writer takes whatever it is given at once, so that a client which writes without reading can't
//! block the server.

use crate::lsp::protocol::framing::{Frame, Framing};
use crate::lsp::protocol::outgoing::Outgoing;
use crate::lsp::protocol::service::Lifecycle;
use serde_json::{Value, json};
use std::io::{self, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::task::{Context, Poll, ready};
use std::thread::{Builder, JoinHandle};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::mpsc::Receiver;
use tower_lsp::lsp_types::MessageType;

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
        let mut frames = Framing::new(BufReader::with_capacity(64 << 10, reader));
        while let Ok(Some(frame)) = frames.next() {
            if to_server.blocking_send(frame).is_err() {
                break;
            }
        }
    })?;
    let (to_client, chunks) = channel::<Vec<u8>>();
    let unheard = Arc::clone(&lifecycle);
    let writer = Builder::new().name("stdout".into()).spawn(move || {
        let mut outgoing = Outgoing::default();
        for chunk in chunks {
            if let Err(error) = writer.write_all(&outgoing.take(&chunk)).and_then(|()| writer.flush()) {
                tracing::warn!(%error, "the client takes no messages any more: the server ends");
                unheard.leave();
                break;
            }
        }
    })?;
    let input = Input { messages, rest: Vec::new(), used: 0, lifecycle, answers: to_client.clone() };
    Ok((input, Output { chunks: to_client }, writer))
}

impl Input {
    fn show(&self, kind: MessageType, text: &str) {
        let params = json!({ "type": kind, "message": viz_text::markdown::unlinked(text) });
        self.say(&json!({ "jsonrpc": "2.0", "method": "window/showMessage", "params": params }));
    }

    fn say(&self, message: &Value) {
        let body = message.to_string();
        // A client that has gone needs no answer.
        let _ = self.answers.send(format!("Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes());
    }
}

impl AsyncRead for Input {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.lifecycle.waits(context.waker());
        if self.lifecycle.has_exited() {
            return Poll::Ready(Ok(()));
        }
        while self.used == self.rest.len() {
            match ready!(self.messages.poll_recv(context)) {
                Some(Frame::Message(message)) => (self.rest, self.used) = (message, 0),
                Some(Frame::Noise(answer)) => self.say(&answer),
                Some(Frame::Warning(text)) => self.show(MessageType::WARNING, &text),
                Some(Frame::Lost(text)) => {
                    tracing::error!("{text}");
                    self.show(MessageType::ERROR, &text);
                    self.lifecycle.lose();
                    return Poll::Ready(Ok(()));
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
        // A client that has gone needs no answer, and `tower-lsp` takes an error here for a mistake of its own.
        let _ = self.chunks.send(bytes.to_vec());
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
