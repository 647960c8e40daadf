//! What the server says on its own account: in order, by one task, so that no thread ever waits for the client.

use crate::lsp::protocol::{client, offers};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tower_lsp::Client;
use tower_lsp::lsp_types::notification::Notification;
use tower_lsp::lsp_types::{MessageType, PublishDiagnosticsParams};
use viz_text::markdown::unlinked;

/// A notification to the client.
#[derive(Debug)]
pub enum Message {
    /// Diagnostics of a file.
    Diagnostics(PublishDiagnosticsParams),
    /// State of a project, as `docs/requests.md` has it.
    Status(serde_json::Value),
    /// What it should ask for again.
    Refresh(Refresh),
    /// Whether texts are formatted from now on.
    Formatting(bool),
    /// Something the user should read.
    Show(MessageType, String),
    /// Something for the log.
    Log(MessageType, String),
}

/// What the client is to ask for again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Refresh {
    /// Inlay hints.
    pub hints: bool,
    /// Code lenses.
    pub lenses: bool,
    /// Diagnostics.
    pub diagnostics: bool,
}

/// The notification `viz/statusChanged`.
#[derive(Debug)]
pub enum StatusNotification {}

impl Notification for StatusNotification {
    type Params = serde_json::Value;
    const METHOD: &'static str = "viz/statusChanged";
}

/// Asks the client to ask again, as far as it can be asked. Its answers are awaited by tasks of their own.
fn refresh(client: &Client, abilities: client::Client, what: Refresh) {
    if what.hints && abilities.refreshes_hints {
        let client = client.clone();
        tokio::spawn(async move { client.inlay_hint_refresh().await });
    }
    if what.lenses && abilities.refreshes_lenses {
        let client = client.clone();
        tokio::spawn(async move { client.code_lens_refresh().await });
    }
    if what.diagnostics && abilities.pulls_diagnostics {
        let client = client.clone();
        tokio::spawn(async move { client.workspace_diagnostic_refresh().await });
    }
}

/// Takes messages from any thread.
#[derive(Debug, Clone)]
pub struct Outbox {
    messages: UnboundedSender<Message>,
}

impl Outbox {
    /// An outbox whose messages a task sends to this client.
    pub fn new(client: Client, abilities: client::Client) -> Self {
        let (messages, mut queue) = unbounded_channel();
        let (formatting, changes) = unbounded_channel();
        tokio::spawn(offers::tell(client.clone(), abilities, changes));
        tokio::spawn(async move {
            while let Some(message) = queue.recv().await {
                match message {
                    Message::Diagnostics(params) => {
                        client.publish_diagnostics(params.uri, params.diagnostics, params.version).await
                    }
                    Message::Status(status) => client.send_notification::<StatusNotification>(status).await,
                    Message::Refresh(what) => refresh(&client, abilities, what),
                    // Its task lives as long as this one.
                    Message::Formatting(wanted) => drop(formatting.send(wanted)),
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
        // What it tells holds texts of projects.
        let message = match message {
            Message::Show(kind, text) => Message::Show(kind, unlinked(&text)),
            message => message,
        };
        if self.messages.send(message).is_err() {
            tracing::debug!("the client has gone, so nothing is told any more");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_should_read_holds_no_links() {
        let (messages, mut queue) = unbounded_channel();
        let text = "can't read the baseline b [Fix](command:workbench.action.terminal.sendSequence?%7B%7D).json";
        Outbox::to(messages).send(Message::Show(MessageType::WARNING, text.to_owned()));
        let Ok(Message::Show(_, shown)) = queue.try_recv() else { panic!("it is sent") };
        assert_eq!(shown, text.replace("](", "] ("));
    }
}
