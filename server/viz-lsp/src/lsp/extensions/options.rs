//! `viz/options`: a page of the options of an input.

use super::inputs::FIRST;
use super::{AboutText, Extension};
use crate::lsp::session::selection::value_to_json;
use crate::lsp::session::snapshot::{Request, Subject};
use chrono::Local;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tower_lsp::lsp_types::TextDocumentIdentifier;
use viz_check::options_of;
use viz_facts::Unknown;
use viz_project::Kind;

/// Options on one page at most.
const PAGE: usize = 1000;

/// `viz/options`
pub struct Options;

/// Its parameters.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct OptionsParams {
    /// The text whose project is meant.
    #[cfg_attr(test, ts(type = "TextDocument"))]
    pub text_document: TextDocumentIdentifier,
    /// The input's name.
    #[cfg_attr(test, ts(optional = nullable))]
    pub input: Option<String>,
    /// What options must contain.
    #[cfg_attr(test, ts(optional = nullable))]
    pub search: Option<String>,
    /// The first option of the page.
    #[cfg_attr(test, ts(optional = nullable))]
    pub offset: Option<usize>,
    /// Options at most.
    #[cfg_attr(test, ts(optional = nullable))]
    pub limit: Option<usize>,
}

/// Its answer.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "Options"))]
pub struct OptionsAnswer {
    /// The page.
    #[cfg_attr(test, ts(type = "Value[]"))]
    pub options: Vec<Value>,
    /// How many contain what is searched.
    pub total: usize,
    /// The first option of the page.
    pub offset: usize,
    /// Whether the data have changed since they were asked for.
    pub stale: bool,
}

impl AboutText for OptionsParams {
    fn text(&self) -> &TextDocumentIdentifier {
        &self.text_document
    }
}

impl Extension for Options {
    const METHOD: &'static str = "viz/options";
    type Params = OptionsParams;
    type Answer = OptionsAnswer;

    fn answer(_: &Request, subject: &Subject, params: &OptionsParams) -> Result<OptionsAnswer, Unknown> {
        let project = &subject.project;
        let wanted = params.input.as_deref().unwrap_or_default();
        let id = viz_ide::input_named(project, wanted)
            .filter(|id| project.object(*id).kind == Kind::Input)
            .ok_or_else(|| Unknown::new(viz_facts::Reason::UnknownInput, format!("there is no input `{wanted}`")))?;
        let found = options_of(project, &subject.facts(), id, Local::now().naive_local())?;
        let search = params.search.as_deref().unwrap_or_default().to_lowercase();
        let fits = |value: &&viz_check::Value| search.is_empty() || value.raw().to_lowercase().contains(&search);
        let (offset, limit) = (params.offset.unwrap_or(0), params.limit.unwrap_or(FIRST).min(PAGE));
        let fitting: Vec<&viz_check::Value> = found.values.iter().filter(fits).collect();
        let options = fitting.iter().skip(offset).take(limit).map(|value| value_to_json(value)).collect();
        Ok(OptionsAnswer { options, total: fitting.len(), offset, stale: found.stale })
    }
}
