//! Black-box tests of the program `viz-lsp`: one binary, so that little is linked.

// Tests make the files that they are about. A table of cases is as long as its cases.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, clippy::too_many_lines)]

mod agent;
mod annotated;
mod artefacts;
mod bad_input;
mod bounds;
mod browser;
mod build;
mod build_2_2;
mod cache;
mod command_line;
mod costs;
mod diagnostics;
mod differential;
mod edits;
mod engines;
mod everything;
mod faces;
mod features;
mod fixing;
mod flood;
mod folders;
mod formats;
mod formatting;
mod framing;
mod golden;
#[cfg(unix)]
mod granted;
mod growth;
mod hostile;
mod house;
mod kills;
mod lifecycle;
#[cfg(target_os = "linux")]
mod limits;
mod lock;
mod messages;
mod moving_up;
mod mutations;
mod newcomers;
#[cfg(unix)]
mod output;
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
mod source_tables;
mod sqlite;
mod strict;
mod suppression;
mod table;
mod trust;
mod unknown_names;
mod values;
mod versions;
#[cfg(target_os = "linux")]
mod walls;
mod walls_door;
mod watching;

/// The program, built by cargo before these tests.
const PROGRAM: &str = env!("CARGO_BIN_EXE_viz-lsp");
