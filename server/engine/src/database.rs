//! Opens DuckDB so that it can do nothing but read what it may read.
//!
//! Every database is in memory, without extensions to install or load, without a directory to spill into, without saved
//! secrets, and with its configuration locked. What may be read is said before the lock; nothing can widen it afterwards.

use crate::errors;
use duckdb::{Config, Connection};
use std::path::Path;
use viz_facts::{Reason, Unknown};

/// What a database may use.
pub(crate) struct Allowed<'a> {
    /// Folders below which files may be read.
    pub folders: Vec<&'a Path>,
    /// Single files.
    pub files: Vec<&'a Path>,
    /// The folder for what does not fit into memory, if there is one.
    pub spill: Option<&'a Path>,
    /// Main memory, as DuckDB writes it.
    pub memory: &'a str,
    /// Threads.
    pub threads: i64,
    /// Whether queries are optimized. Not where a query must evaluate all that it holds.
    pub optimized: bool,
    /// Whether DuckDB keeps to this. Only tests of the other walls take it away.
    pub guarded: bool,
}

/// An in-memory database that reads what is allowed and writes nothing.
pub(crate) fn open(allowed: &Allowed<'_>) -> Result<Connection, Unknown> {
    let failed = |error: duckdb::Error| {
        Unknown::new(Reason::EngineFailure, format!("DuckDB does not start: {}", errors::message(&error)))
    };
    let spill = allowed.spill.and_then(Path::to_str).unwrap_or_default();
    let config = Config::default()
        .enable_autoload_extension(false)
        .and_then(|config| config.with("autoinstall_known_extensions", "false"))
        .and_then(|config| config.with("allow_community_extensions", "false"))
        .and_then(|config| config.with("allow_persistent_secrets", "false"))
        .and_then(|config| config.with("temp_directory", spill))
        .and_then(|config| config.max_memory(allowed.memory))
        .and_then(|config| config.threads(allowed.threads))
        .map_err(failed)?;
    let conn = Connection::open_in_memory_with_flags(config).map_err(failed)?;
    // The browser's engine takes `x -> x + 1`. Where that is a fault, the check says so, which sees which engine runs what.
    let mut settings = String::from(
        "SET errors_as_json = true; SET arrow_lossless_conversion = true; SET lambda_syntax = 'ENABLE_SINGLE_ARROW';",
    );
    for (setting, paths) in [("allowed_directories", &allowed.folders), ("allowed_paths", &allowed.files)] {
        if !paths.is_empty() {
            let list = paths.iter().map(|path| path_literal(path)).collect::<Result<Vec<_>, _>>()?.join(", ");
            settings.push_str(&format!("SET {setting} = [{list}];"));
        }
    }
    if !allowed.optimized {
        settings.push_str("PRAGMA disable_optimizer;");
    }
    if allowed.guarded {
        settings.push_str("SET enable_external_access = false; SET lock_configuration = true;");
    }
    conn.execute_batch(&settings).map_err(failed)?;
    Ok(conn)
}

/// A string literal.
pub(crate) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A quoted identifier.
pub(crate) fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A path as a string literal.
pub(crate) fn path_literal(path: &Path) -> Result<String, Unknown> {
    match path.to_str() {
        Some(text) => Ok(literal(text)),
        None => Err(Unknown::new(Reason::PathNotText, format!("the path {} is not Unicode", path.display()))),
    }
}
