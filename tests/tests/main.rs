//! Black-box tests of the program `viz-lsp`: one binary, so that little is linked.

mod annotated;
mod artefacts;
mod bad_input;
mod browser;
mod build;
mod cache;
mod command_line;
mod diagnostics;
mod differential;
mod edits;
mod everything;
mod faces;
mod features;
mod fixing;
mod flood;
mod folders;
mod formats;
mod golden;
mod hostile;
mod kills;
mod lifecycle;
#[cfg(target_os = "linux")]
mod limits;
mod mutations;
#[cfg(unix)]
mod paths;
mod proof;
mod pull;
mod ranges;
mod repetition;
mod requests;
mod rules;
mod secrets;
mod session;
mod settings;
mod sharing;
mod situations;
mod strict;
mod suppression;
mod table;
mod trust;
mod unknown_names;
mod values;
#[cfg(target_os = "linux")]
mod walls;
mod watching;

/// The program, built by cargo before these tests.
const PROGRAM: &str = env!("CARGO_BIN_EXE_viz-lsp");
