//! "checking …" in the editor, for work that takes a while.

use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tower_lsp::Client;
use tower_lsp::lsp_types::notification::Progress as ProgressNotification;
use tower_lsp::lsp_types::request::WorkDoneProgressCreate;
use tower_lsp::lsp_types::{
    NumberOrString, ProgressParams, ProgressParamsValue, WorkDoneProgress, WorkDoneProgressBegin,
    WorkDoneProgressCreateParams, WorkDoneProgressEnd,
};

/// Work that is done sooner is not mentioned.
const PATIENCE: Duration = Duration::from_millis(400);

/// Tokens begin like this; a number follows.
const TOKEN: &str = "viz-lsp/";

/// The number of the display that a client names.
pub fn number_of(token: &NumberOrString) -> Option<u64> {
    match token {
        NumberOrString::String(token) => token.strip_prefix(TOKEN)?.parse().ok(),
        NumberOrString::Number(_) => None,
    }
}

/// Starts progress displays, where the client has any.
#[derive(Clone)]
pub struct Progress {
    client: Option<(Client, Handle)>,
}

/// Work under way; it ends when this is dropped.
pub struct Guard {
    _done: Option<oneshot::Sender<()>>,
}

impl Progress {
    /// Displays at this client; call it inside the runtime.
    pub fn new(client: Client, supported: bool) -> Self {
        Self { client: supported.then(|| (client, Handle::current())) }
    }

    /// No displays.
    #[cfg(test)]
    pub fn none() -> Self {
        Self { client: None }
    }

    /// Work begins. Callable from any thread; never waits for the client.
    pub fn begin(&self, number: u64, title: String) -> Guard {
        let Some((client, runtime)) = self.client.clone() else { return Guard { _done: None } };
        let (done, finished) = oneshot::channel();
        runtime.spawn(show(client, format!("{TOKEN}{number}"), title, finished));
        Guard { _done: Some(done) }
    }
}

/// This runs to its end whatever happens to the guard: a request whose answer nobody awaits any more would make the
/// transport panic.
async fn show(client: Client, token: String, title: String, mut finished: oneshot::Receiver<()>) {
    if tokio::time::timeout(PATIENCE, &mut finished).await.is_ok() {
        return;
    }
    let token = NumberOrString::String(token);
    if client
        .send_request::<WorkDoneProgressCreate>(WorkDoneProgressCreateParams { token: token.clone() })
        .await
        .is_err()
    {
        return;
    }
    let tell = async |value| {
        client
            .send_notification::<ProgressNotification>(ProgressParams {
                token: token.clone(),
                value: ProgressParamsValue::WorkDone(value),
            })
            .await
    };
    let begin = WorkDoneProgressBegin { title, cancellable: Some(true), ..WorkDoneProgressBegin::default() };
    tell(WorkDoneProgress::Begin(begin)).await;
    let _ = finished.await;
    tell(WorkDoneProgress::End(WorkDoneProgressEnd::default())).await;
}
