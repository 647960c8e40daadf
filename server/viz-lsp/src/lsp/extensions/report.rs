//! `viz/report`: numbers for a bug report.

use serde::Deserialize;

/// Its parameters: none.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(type = "Record<string, never>"))]
pub struct ReportParams {}
