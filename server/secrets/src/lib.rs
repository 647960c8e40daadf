//! Values that are used and never shown.
//!
//! The value of an environment variable is a [`SecretString`]; a path that was made of one is a [`SecretPath`], whose
//! `Debug`, `Display` and `Serialize` give what the user wrote (`data/${env.SHOP}.duckdb`). Texts of others may hold a value
//! all the same: a database is called by its file's name in DuckDB's messages. A [`Mask`] finds it there and puts
//! `${env.SHOP}` in its place; [`hide`] does so for everything that this process has come to know.
//!
//! Invariant: a value is taken out with `expose_secret`, [`SecretPath::reveal`] or [`revealing`] and in no other way. This
//! crate knows neither projects nor databases.

mod known;
mod mask;
mod path;
mod pattern;
mod search;

pub use known::{hide, holds, remember};
pub use mask::{Mask, SHORTEST, Word};
pub use path::{SecretPath, revealing};
pub use secrecy::{ExposeSecret, SecretString};
