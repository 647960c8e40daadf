//! Black-box tests of the program `viz-lsp`: tools for `tests/tests` and `tests/benches`.
//!
//! * [`Client`]: a strict language client on stdio that fails on anything unexpected.
//! * [`cli`]: runs of the command line.
//! * [`annotations`]: the `^^^ error[code]: message` comments of sample projects.
//! * [`pages`]: pages of Markdown whose projects are checked.
//! * [`browser`]: the browser's own engine.
//! * [`shops`]: projects of any size that look like those of a company.
//! * [`usage`]: what a program and its workers take, seen from outside.
//! * [`library`]: the same check as a library, with facts from a worker process of the program.
//!
//! Invariant: nothing here links DuckDB or knows inner APIs of the program; [`library`] and
//! [`browser`] alone call `viz-check`, to show that the program says the same and that it is true.

// Tests make the files that they are about.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)]

pub mod annotations;
pub mod browser;
pub mod cli;
mod client;
mod document;
pub mod finding;
pub mod library;
pub mod pages;
pub mod projects;
pub mod shops;
pub mod usage;
mod worker;

pub use client::{Client, Options, PATIENCE, read as read_message, workspace_folder};
pub use document::{Document, Encoding};
pub use finding::Shown;
pub use worker::Worker;
