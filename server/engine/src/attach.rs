//! Attaches a user's database file to DuckDB.

use crate::database::{identifier, path_literal};
use crate::database_files::{Format, no_database, unreadable};
use crate::errors;
use duckdb::Connection;
use std::path::Path;
use std::time::Duration;
use viz_facts::{Reason, SqlError, Unknown};
use viz_files::{Reach, Refused};
use viz_secrets::SecretPath;

/// The catalogue's name where it can't, or must not, have the file's.
const NEUTRAL: &str = "viz_source";

/// What the catalogue is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Name {
    /// As DuckDB derives it from the file's name.
    OfFile,
    /// A name that tells nothing.
    Hidden,
}

impl Name {
    /// What queries may know of the database at this path. Whoever is told only that a guess is right is told by a list of words.
    pub(crate) fn told(path: &SecretPath) -> Self {
        if path.is_secret() { Self::Hidden } else { Self::OfFile }
    }

    /// Whether a query may have failed only because the catalogue has another name here: it names a schema or a catalogue that is not
    /// there, whichever it is.
    pub(crate) fn fails(self, error: &SqlError) -> bool {
        let quoted = |before: &str| Some(error.message.split_once(before)?.1.split_once('"')?.0);
        let missing = || error.message.contains("because schema \"") || error.message.contains("Catalog \"");
        self == Self::Hidden && (missing() || quoted("Referenced table \"").is_some_and(|name| name.contains('.')))
    }
}

/// Why a query that names the catalogue is not judged.
pub(crate) fn name_is_secret() -> Unknown {
    let message = "the database's file is named by a variable, and its name is told to no query: \
                   a query that names it (`name.schema.table`) can't be checked; it can without it (`schema.table`)";
    Unknown::new(Reason::NameSecret, message)
}

/// What DuckDB calls a database in this file.
fn stem(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.split('.').next().unwrap_or(&name).to_owned()
}

/// Waits between attempts on a locked file.
const RETRIES: [Duration; 3] = [Duration::from_millis(15), Duration::from_millis(40), Duration::from_millis(80)];

/// Attaches a database file read-only, makes it the default, and returns the name of its catalogue: the one that DuckDB
/// derives from the file's name, which queries may use. `file` is what is read: the database at `path`, or a copy of it.
///
/// Where the file's name is made of a variable, the catalogue has it not: SQL would tell it, turned round or hashed, so that no mask
/// knows it again.
pub(crate) fn attach_file(conn: &Connection, path: &Path, file: &Path, name: Name) -> Result<String, Unknown> {
    match viz_files::open(file, Reach::Anywhere) {
        Ok(_) => {}
        Err(Refused::NotFound) => {
            let message = format!("the database {} does not exist", path.display());
            return Err(Unknown::new(Reason::DatabaseMissing, message));
        }
        Err(why) => return Err(not_opened(path, &why.to_string())),
    }
    // Queries know it by the name that the project gives it.
    let alias = match (path.file_name(), file.file_name()) {
        _ if name == Name::Hidden => format!(" AS {NEUTRAL}"),
        (Some(own), Some(real)) if own != real => format!(" AS {}", identifier(&stem(path))),
        _ => String::new(),
    };
    let literal = path_literal(file)?;
    let mut waits = RETRIES.iter();
    loop {
        match conn.execute_batch(&format!("ATTACH {literal}{alias} (READ_ONLY)")) {
            Ok(()) => break,
            Err(error) => {
                let why = errors::message(&error);
                if why.contains("Could not set lock") || why.contains("Conflicting lock") {
                    match waits.next() {
                        Some(wait) => std::thread::sleep(*wait),
                        None => return Err(locked(path, &why)),
                    }
                } else if why.contains("already exists") || why.contains("reserved") {
                    // Named like one of DuckDB's own catalogues (`memory.duckdb`).
                    conn.execute_batch(&format!("ATTACH {literal} AS {NEUTRAL} (READ_ONLY)"))
                        .map_err(|error| not_opened(path, &errors::message(&error)))?;
                    break;
                } else {
                    return Err(not_opened(path, &why));
                }
            }
        }
    }
    let name: String = conn
        .query_row(
            "select database_name from system.main.duckdb_databases() where not internal and database_name <> 'memory'",
            [],
            |row| row.get(0),
        )
        .map_err(|error| not_opened(path, &errors::message(&error)))?;
    conn.execute_batch(&format!("USE {}", identifier(&name)))
        .map_err(|error| not_opened(path, &errors::message(&error)))?;
    Ok(name)
}

fn not_opened(path: &Path, why: &str) -> Unknown {
    if why.contains("not a valid DuckDB database file") {
        return no_database(path, Format::DuckDb);
    }
    unreadable(path, why)
}

/// `why` is DuckDB's "Could not set lock on file …: Conflicting lock is held in /usr/bin/x (PID 12)…".
fn locked(path: &Path, why: &str) -> Unknown {
    let holder = why.split_once("held in ").map(|(_, rest)| rest.split_once(". ").map_or(rest, |(holder, _)| holder));
    let by = match holder {
        // A worker that may not look at other processes sees only the number.
        Some(pid) if pid.starts_with("PID ") => format!("another program ({pid})"),
        Some(holder) => format!("`{holder}`"),
        None => "another program".to_owned(),
    };
    Unknown::new(Reason::DatabaseLocked, format!("the database {} is locked by {by}", path.display()))
}
