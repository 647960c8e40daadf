//! stdin and stdout as async streams, on threads of their own.
//!
//! The reader reports the end of input after `exit`, so that the server ends in order though the client keeps the pipe
//! open. The writer takes whatever it is given at once, so that a client which writes without reading can't block the
//! server.

use super::service::Lifecycle;
use std::io::{self, Read, Write};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::task::{Context, Poll, ready};
use std::thread::{Builder, JoinHandle};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::mpsc::Receiver;

/// What comes from the client.
pub struct Input {
    chunks: Receiver<Vec<u8>>,
    rest: Vec<u8>,
    used: usize,
    lifecycle: Arc<Lifecycle>,
}

/// What goes to the client.
pub struct Output {
    chunks: Sender<Vec<u8>>,
}

/// This process's stdin and stdout. The handle ends once everything is written and the [`Output`] is dropped.
///
/// # Errors
/// If threads can't be started.
pub fn stdio(lifecycle: Arc<Lifecycle>) -> io::Result<(Input, Output, JoinHandle<()>)> {
    let (to_server, chunks) = tokio::sync::mpsc::channel(16);
    Builder::new().name("stdin".into()).spawn(move || {
        let mut stdin = io::stdin().lock();
        let mut buffer = vec![0; 64 << 10];
        while let Ok(read @ 1..) = stdin.read(&mut buffer) {
            if to_server.blocking_send(buffer[..read].to_vec()).is_err() {
                break;
            }
        }
    })?;
    let (to_client, messages) = channel::<Vec<u8>>();
    let writer = Builder::new().name("stdout".into()).spawn(move || {
        let mut stdout = io::stdout().lock();
        for chunk in messages {
            if stdout.write_all(&chunk).and_then(|()| stdout.flush()).is_err() {
                break;
            }
        }
    })?;
    Ok((Input { chunks, rest: Vec::new(), used: 0, lifecycle }, Output { chunks: to_client }, writer))
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
        if self.used == self.rest.len() {
            match ready!(self.chunks.poll_recv(context)) {
                Some(chunk) => (self.rest, self.used) = (chunk, 0),
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
