//! Queries that this program does not run, or not to their end: out of caution, or because of a limit.

use crate::report::Finding;
use viz_facts::Unknown;
use viz_text::{Loc, MappedText, TextRange, TextSize};

/// Extensions that connect to servers, or read what belongs to other programs.
const OUTWARD: [&str; 7] = ["httpfs", "aws", "azure", "postgres", "mysql", "sqlite", "shellfs"];

/// The finding about a query without an answer for such a reason; `None` for all other reasons. `what` names the query: "the
/// query of the model `orders`". The place is that of the word in backticks that the reason names, else all of the query.
pub(crate) fn not_run(what: &str, sql: &MappedText, why: &Unknown) -> Option<Finding> {
    let reaches_out = || OUTWARD.iter().any(|extension| why.message.contains(extension));
    let (verb, help) = match why.code.as_str() {
        "file-not-allowed" => ("is not run here", "move the file into the project's folder"),
        "log-unreadable" => ("is not run here", "put the database's own log there, or remove what is in its place"),
        "no-plain-file" => ("is not run here", "name a plain file"),
        "private-file" => ("is not run here", "read data from other files"),
        "function-not-run" | "file-not-known" | "network" | "read-only" => {
            ("is not run here", "everything that depends on it is checked as far as its text goes")
        }
        "extension-missing" if reaches_out() => {
            ("is not run here", "everything that depends on it is checked as far as its text goes")
        }
        "timeout" => ("did not come to its end", "set a longer `timeout` (seconds) in .viz-lsp.yml, or make it faster"),
        "out-of-memory" => {
            ("did not come to its end", "set a larger `memory` (megabytes) in .viz-lsp.yml, or let it need less")
        }
        "answer-too-long" => {
            ("did not come to its end", "set a larger `max_values` (megabytes) in .viz-lsp.yml, or let it return less")
        }
        "worker-died" => ("did not come to its end", "let it return less"),
        _ => return None,
    };
    let loc = place(sql, why)?;
    let mut finding = Finding::new("query-not-run", loc, format!("{what} {verb}: {}", why.message));
    finding.help = Some(help.into());
    Some(finding)
}

fn place(sql: &MappedText, why: &Unknown) -> Option<Loc> {
    let text = sql.text();
    let word = why.message.split('`').nth(1).filter(|word| !word.is_empty());
    let at = word.and_then(|word| Some((text.to_lowercase().find(&word.to_lowercase())?, word)));
    let named = at.and_then(|(at, word)| {
        let start = TextSize::new(u32::try_from(at).ok()?);
        text.get(at..at + word.len())?;
        sql.locate(TextRange::at(start, TextSize::of(word)))
    });
    named.or_else(|| sql.locate(TextRange::up_to(TextSize::of(text.trim_end()))))
}
