//! `viz/refreshOptions`: the sources are asked again.

use serde::{Deserialize, Serialize};
use tower_lsp::lsp_types::TextDocumentIdentifier;

/// Its parameters.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct RefreshParams {
    /// A text of the only project that is meant.
    #[cfg_attr(test, ts(optional = nullable, type = "TextDocument"))]
    pub text_document: Option<TextDocumentIdentifier>,
}

/// Its answer.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Refreshed {
    /// How many questions are asked again.
    pub questions: usize,
}
