//! `viz/status`: how far projects are checked.

use crate::lsp::session::status::Status;
use serde::{Deserialize, Serialize};
use tower_lsp::lsp_types::TextDocumentIdentifier;

/// Its parameters.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct StatusParams {
    /// A text of the only project that is meant.
    #[cfg_attr(test, ts(optional = nullable, type = "TextDocument"))]
    pub text_document: Option<TextDocumentIdentifier>,
}

/// Its answer.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Statuses {
    /// One for each project.
    pub projects: Vec<Status>,
}
