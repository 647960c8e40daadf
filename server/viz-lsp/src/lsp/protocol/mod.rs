//! The language server protocol: bytes, messages, what the client can do, positions.

pub(crate) mod client;
pub(crate) mod client_process;
pub(crate) mod convert;
pub(crate) mod framing;
pub(crate) mod offers;
pub(crate) mod outbox;
pub(crate) mod outgoing;
pub(crate) mod plain_text;
pub(crate) mod progress;
pub(crate) mod service;
pub(crate) mod transport;
