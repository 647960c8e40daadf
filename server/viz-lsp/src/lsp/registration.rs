//! What is set up with a client: its commands, its files and configuration being watched.

use super::backend::Backend;
use crate::lsp::session::settings::SECTION;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tower_lsp::lsp_types::notification::{DidChangeConfiguration, DidChangeWatchedFiles, Notification};
use tower_lsp::lsp_types::{
    ConfigurationItem, DidChangeWatchedFilesRegistrationOptions, FileSystemWatcher, GlobPattern, OneOf, Registration,
    RelativePattern, Url,
};
use viz_files::Granted;

/// Files whose changes matter: texts of projects and data that sources are made of.
const WATCHED: &str =
    "**/{.env,viz.lock,*.yml,*.yaml,*.csv,*.tsv,*.json,*.parquet,*.duckdb,*.db,*.sqlite,*.sqlite3,*.wal,*-wal}";

impl Backend {
    /// Asks the client to watch files. Its answer is awaited by a task of its own.
    pub(super) fn watch_files(&self, granted: &Granted) {
        let client = self.client.clone();
        let watcher = |glob_pattern| FileSystemWatcher { glob_pattern, kind: None };
        let mut watchers = vec![watcher(GlobPattern::String(WATCHED.to_owned()))];
        // A pattern alone is one of the workspace's folders.
        if self.abilities().watches_elsewhere {
            let elsewhere = granted.folders().iter().filter_map(|folder| Url::from_directory_path(folder).ok());
            watchers.extend(elsewhere.map(|folder| {
                watcher(GlobPattern::Relative(RelativePattern {
                    base_uri: OneOf::Right(folder),
                    pattern: WATCHED.to_owned(),
                }))
            }));
        }
        let options = DidChangeWatchedFilesRegistrationOptions { watchers };
        let registration = Registration {
            id: "viz-lsp/watch".to_owned(),
            method: DidChangeWatchedFiles::METHOD.to_owned(),
            register_options: serde_json::to_value(options).ok(),
        };
        tokio::spawn(async move {
            if let Err(error) = client.register_capability(vec![registration]).await {
                tracing::info!(%error, "the client doesn't watch files, so changes on the disk show up when a file is saved");
            }
        });
    }

    /// Asks the client to tell when its configuration changes. Its answer is awaited by a task of its own.
    pub(super) fn watch_configuration(&self) {
        let client = self.client.clone();
        let registration = Registration {
            id: "viz-lsp/configuration".to_owned(),
            method: DidChangeConfiguration::METHOD.to_owned(),
            register_options: Some(serde_json::json!({ "section": SECTION })),
        };
        tokio::spawn(async move {
            if let Err(error) = client.register_capability(vec![registration]).await {
                tracing::info!(%error, "the client doesn't tell when its configuration changes");
            }
        });
    }

    /// Asks the client for its configuration. Its answer is awaited by a task of its own; the last question counts.
    pub(super) fn pull_configuration(&self) {
        let (client, state, pulls) = (self.client.clone(), Arc::clone(&self.state), Arc::clone(&self.pulls));
        let number = pulls.fetch_add(1, Ordering::SeqCst) + 1;
        tokio::spawn(async move {
            let item = ConfigurationItem { scope_uri: None, section: Some(SECTION.to_owned()) };
            match client.configuration(vec![item]).await {
                Ok(mut answer) if pulls.load(Ordering::SeqCst) == number => {
                    state.configure(answer.pop().unwrap_or_default());
                }
                Ok(_) => {}
                Err(error) => tracing::info!(%error, "the client doesn't tell its configuration"),
            }
        });
    }
}
