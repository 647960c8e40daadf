//! What is offered to a client while a session runs: formatting, once a setting asks for it.

use crate::lsp::protocol::client;
use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedReceiver;
use tower_lsp::Client;
use tower_lsp::lsp_types::request::{Formatting, OnTypeFormatting, RangeFormatting, Request};
use tower_lsp::lsp_types::{DocumentOnTypeFormattingOptions, Registration, Unregistration};

/// The methods and what is said of them. The texts that the client asks about are those that it asks about anyway.
fn methods() -> [(&'static str, Value); 3] {
    let typed = json!({ "documentSelector": null, "firstTriggerCharacter": on_type().first_trigger_character });
    let others = json!({ "documentSelector": null });
    [(Formatting::METHOD, others.clone()), (RangeFormatting::METHOD, others), (OnTypeFormatting::METHOD, typed)]
}

/// A new line is indented.
pub fn on_type() -> DocumentOnTypeFormattingOptions {
    DocumentOnTypeFormattingOptions { first_trigger_character: "\n".to_owned(), more_trigger_character: None }
}

/// Tells the client whether texts are formatted, whenever that changes: one after the other, since the client may take its time.
pub async fn tell(client: Client, abilities: client::Client, mut changes: UnboundedReceiver<bool>) {
    let mut told = false;
    while let Some(wanted) = changes.recv().await {
        if !abilities.formats_when_told || wanted == std::mem::replace(&mut told, wanted) {
            continue;
        }
        let id = |method: &str| format!("viz-lsp/{method}");
        let answer = if wanted {
            let registration = |(method, options): (&str, _)| Registration {
                id: id(method),
                method: method.to_owned(),
                register_options: Some(options),
            };
            client.register_capability(methods().map(registration).into()).await
        } else {
            let unregistration = |(method, _): (&str, _)| Unregistration { id: id(method), method: method.to_owned() };
            client.unregister_capability(methods().map(unregistration).into()).await
        };
        if let Err(error) = answer {
            tracing::info!(%error, "the client doesn't change what it asks to format");
        }
    }
}
