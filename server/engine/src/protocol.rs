//! What the language server and its worker say to each other: JSON in frames over standard input and output.
//!
//! A frame is a length (4 bytes, big-endian) and that many bytes of JSON. The worker speaks first ([`FromWorker::Hello`]);
//! then each [`Request`] gets exactly one [`Response`], also when it was cancelled. Requests and responses travel several
//! to a frame, because a frame costs a system call and a thread switch at both ends and a parse costs 0.1 ms.

use crate::capsules::Ran;
use crate::{Limits, Wall};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::sync::Arc;
use viz_facts::{Answer, Question, Unknown};

/// Version of this protocol. Both ends are the same program, but its file may be replaced while the server runs.
pub(crate) const PROTOCOL: u32 = 3;

/// No frame is longer. A longer one can only be noise on the line.
pub(crate) const MAX_FRAME: usize = 64 << 20;

/// What a worker may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WorkerKind {
    /// Parses and binds; opens no file.
    Parse,
    /// Opens the sources of one project, read-only.
    Sources,
}

/// From the server to the worker.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ToWorker {
    /// Questions, to be answered in this order.
    Ask(Vec<Request>),
    /// The answers to these requests are not needed any more; still respond to each.
    Cancel(Vec<u64>),
}

/// One question.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Request {
    /// Ascending within one worker.
    pub id: u64,
    /// What is asked.
    pub question: Arc<Question>,
    /// What it may cost.
    pub limits: Limits,
    /// The private copy to read instead of the source's database file.
    pub copy: Option<PathBuf>,
    /// Send the response before anything else is begun: a worker died of one of several questions, and this tells which.
    pub careful: bool,
}

/// From the worker to the server.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum FromWorker {
    /// The first frame.
    Hello {
        /// [`PROTOCOL`] of the worker.
        protocol: u32,
        /// Version of its DuckDB.
        duckdb: String,
        /// What it is.
        kind: WorkerKind,
        /// Its process id.
        pid: u32,
        /// The kernel's walls around it.
        walls: Vec<Wall>,
    },
    /// Answers.
    Answers(Vec<Response>),
}

/// One answer.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Response {
    /// The request's id.
    pub id: u64,
    /// The answer, or why there is none.
    pub result: Result<Answer, Unknown>,
    /// What was done for it; of questions about sources.
    pub ran: Option<Ran>,
}

/// A broken conversation.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FrameError {
    /// The pipe broke.
    #[error("the connection to the worker broke: {0}")]
    Io(#[from] io::Error),
    /// The frame's length can't be true.
    #[error("a frame of {0} bytes is too long (at most {MAX_FRAME})")]
    TooLong(usize),
    /// The frame's content is no message.
    #[error("a malformed frame: {0}")]
    Malformed(#[from] serde_json::Error),
}

/// Reads the next frame; `None` when the other end closed the pipe between two frames.
pub(crate) fn read<T: DeserializeOwned>(from: &mut impl Read) -> Result<Option<T>, FrameError> {
    let mut length = [0; 4];
    let mut have = 0;
    while have < length.len() {
        match from.read(&mut length[have..]) {
            Ok(0) if have == 0 => return Ok(None),
            Ok(0) => return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into()),
            Ok(n) => have += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
    let length = u32::from_be_bytes(length) as usize;
    if length > MAX_FRAME {
        return Err(FrameError::TooLong(length));
    }
    let mut bytes = vec![0; length];
    from.read_exact(&mut bytes)?;
    Ok(Some(serde_json::from_slice(&bytes)?))
}

/// The bytes of one frame.
pub(crate) fn frame(message: &impl Serialize) -> Result<Vec<u8>, FrameError> {
    let mut bytes = vec![0; 4];
    // The other end opens the files.
    viz_secrets::revealing(|| serde_json::to_writer(&mut bytes, message))?;
    let length = bytes.len() - 4;
    if length > MAX_FRAME {
        return Err(FrameError::TooLong(length));
    }
    let prefix = u32::try_from(length).expect("MAX_FRAME fits into 32 bits").to_be_bytes();
    bytes[..4].copy_from_slice(&prefix);
    Ok(bytes)
}

/// Writes one frame.
pub(crate) fn write(to: &mut impl Write, message: &impl Serialize) -> Result<(), FrameError> {
    to.write_all(&frame(message)?)?;
    to.flush()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_survive_the_trip() {
        let mut bytes = Vec::new();
        write(&mut bytes, &ToWorker::Cancel(vec![1, 2])).unwrap();
        let question = Question::Parse { sql: "select 'é'".into() };
        let request = Request {
            id: 7,
            question: Arc::new(question.clone()),
            limits: Limits::default(),
            copy: None,
            careful: false,
        };
        write(&mut bytes, &ToWorker::Ask(vec![request])).unwrap();
        let mut from = bytes.as_slice();
        assert!(matches!(read(&mut from).unwrap(), Some(ToWorker::Cancel(ids)) if ids == [1, 2]));
        let Some(ToWorker::Ask(requests)) = read(&mut from).unwrap() else { panic!("an Ask was sent") };
        assert_eq!((requests[0].id, &*requests[0].question), (7, &question));
        assert!(read::<ToWorker>(&mut from).unwrap().is_none());
    }

    #[test]
    fn noise_is_told_apart_from_the_end() {
        assert!(matches!(read::<ToWorker>(&mut [0xff; 8].as_slice()), Err(FrameError::TooLong(_))));
        assert!(matches!(read::<ToWorker>(&mut [0, 0, 0, 2, b'h', b'i'].as_slice()), Err(FrameError::Malformed(_))));
        assert!(matches!(read::<ToWorker>(&mut [0, 0].as_slice()), Err(FrameError::Io(_))));
        assert!(matches!(read::<ToWorker>(&mut [0, 0, 0, 9, b'h'].as_slice()), Err(FrameError::Io(_))));
    }
}
