//! What the server says on its own account: in order, by one task, so that no thread ever waits for the client.

use serde::{Deserialize, Serialize};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tower_lsp::Client;
use tower_lsp::lsp_types::notification::Notification;
use tower_lsp::lsp_types::{MessageType, PublishDiagnosticsParams};

/// A notification to the client.
#[derive(Debug)]
pub enum Message {
    /// Diagnostics of a file.
    Diagnostics(PublishDiagnosticsParams),
    /// State of a project.
    Status(Status),
    /// Something the user should read.
    Show(MessageType, String),
    /// Something for the log.
    Log(MessageType, String),
}

/// `viz/status`: how far a project has been checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// The project's folder.
    pub root: String,
    /// Number of insights that were checked at the requested level.
    pub checked: usize,
    /// Number of errors.
    pub errors: usize,
    /// Number of insights that were not.
    pub unchecked: usize,
    /// Why not, once per reason.
    pub why: Vec<String>,
    /// Whether answers from sources are still awaited.
    pub pending: bool,
}

/// The notification `viz/status`.
#[derive(Debug)]
pub enum StatusNotification {}

impl Notification for StatusNotification {
    type Params = Status;
    const METHOD: &'static str = "viz/status";
}

/// Takes messages from any thread.
#[derive(Debug, Clone)]
pub struct Outbox {
    messages: UnboundedSender<Message>,
}

impl Outbox {
    /// An outbox whose messages a task sends to this client.
    pub fn new(client: Client) -> Self {
        let (messages, mut queue) = unbounded_channel();
        tokio::spawn(async move {
            while let Some(message) = queue.recv().await {
                match message {
                    Message::Diagnostics(params) => {
                        client.publish_diagnostics(params.uri, params.diagnostics, params.version).await
                    }
                    Message::Status(status) => client.send_notification::<StatusNotification>(status).await,
                    Message::Show(kind, text) => client.show_message(kind, text).await,
                    Message::Log(kind, text) => client.log_message(kind, text).await,
                }
            }
        });
        Self { messages }
    }

    /// An outbox that a test reads.
    #[cfg(test)]
    pub fn to(messages: UnboundedSender<Message>) -> Self {
        Self { messages }
    }

    /// Sends a message after those before it. A client that has gone misses it.
    pub fn send(&self, message: Message) {
        if self.messages.send(message).is_err() {
            tracing::debug!("the client has gone, so nothing is told any more");
        }
    }
}
