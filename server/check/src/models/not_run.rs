//! Queries that this program does not run, or not to their end: out of caution, or because of a limit.

use crate::report::Finding;
use viz_facts::{Detail, Reason, Unknown};
use viz_project::Code;
use viz_text::{Loc, MappedText, TextRange, TextSize};

/// The finding about a query without an answer for such a reason; `None` for all other reasons. `what` names the query: "the
/// query of the model `orders`". The place is that of the word that the reason is about, else all of the query.
pub(crate) fn not_run(what: &str, sql: &MappedText, why: &Unknown) -> Option<Finding> {
    let word = match &why.detail {
        Some(Detail::Word(word)) => word.as_str(),
        _ => "",
    };
    let (verb, help) = match why.code {
        Reason::FileNotAllowed => (
            "is not run here",
            "move the file into the project's folder, or, if you trust everybody who can change the project, let viz-lsp read \
             the folder: `--allow-read`, in VS Code the setting `viz.check.allowRead`",
        ),
        Reason::LogUnreadable => (
            "is not run here",
            "let DuckDB write its log into the database (`CHECKPOINT`), or remove what is in its place",
        ),
        Reason::NoPlainFile => ("is not run here", "name a plain file"),
        Reason::PrivateFile => ("is not run here", "read data from other files"),
        Reason::DynamicPivot => {
            ("is not run here", "name its columns: `PIVOT t ON city IN ('Rome', 'Oslo') USING sum(amount)`")
        }
        Reason::FileNotKnown => (
            "is not run here",
            "write the file's name as a text in the query: names that macros and columns compute are not followed",
        ),
        Reason::FunctionNotRun | Reason::Network | Reason::ReadOnly | Reason::ExtensionMissing => {
            ("is not run here", "everything that depends on it is checked as far as its text goes")
        }
        Reason::Timeout => {
            ("did not come to its end", "set a longer `timeout` (seconds) in .viz-lsp.yml, or make it faster")
        }
        Reason::OutOfMemory => {
            ("did not come to its end", "set a larger `memory` (megabytes) in .viz-lsp.yml, or let it need less")
        }
        Reason::AnswerTooLong => {
            ("did not come to its end", "set a larger `max_values` (megabytes) in .viz-lsp.yml, or let it return less")
        }
        Reason::WorkerDied => ("did not come to its end", "let it return less"),
        _ => return None,
    };
    let loc = place(sql, word)?;
    let mut finding = Finding::new(Code::QueryNotRun, loc, format!("{what} {verb}: {}", why.message));
    finding.help = Some(help.into());
    Some(finding)
}

/// Where a word stands; all of the query if it doesn't stand there.
fn place(sql: &MappedText, word: &str) -> Option<Loc> {
    let text = sql.text();
    let at = text.to_lowercase().find(&word.to_lowercase()).filter(|_| !word.is_empty());
    let named = at.and_then(|at| {
        let start = TextSize::new(u32::try_from(at).ok()?);
        text.get(at..at + word.len())?;
        sql.locate(TextRange::at(start, TextSize::of(word)))
    });
    named.or_else(|| sql.locate(TextRange::up_to(TextSize::of(text.trim_end()))))
}
