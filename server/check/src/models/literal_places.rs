//! References and variables in a model's SQL, which nothing replaces (`R-REF-10`, `R-ENV-05`): where the query fails for them,
//! and where it runs all the same, with the text as it stands.

use crate::report::Finding;
use viz_facts::SqlError;
use viz_project::{Code, Problem, Severity};
use viz_text::{MappedText, TextRange};

/// A piece of SQL that looks as if it were replaced.
struct Piece {
    range: TextRange,
    /// In the plural, for messages.
    what: &'static str,
    code: Code,
    help: String,
    /// Whether it lies in a string or a name in quotes, where the engine takes it as it is.
    quoted: bool,
}

/// The pieces outside of comments.
fn pieces(sql: &MappedText) -> Vec<Piece> {
    let text = sql.text();
    let references = viz_syntax::references(text).into_iter().map(|found| {
        let help = format!("write the SQL of `{}` as a subquery", found.name);
        (found.range, "references", Code::ReferenceNotReplaced, help)
    });
    let help = "variables are replaced in the fields of sources only: write the value itself";
    let variables = viz_syntax::env_references(text).into_iter();
    let variables = variables.map(|(range, _)| (range, "variables", Code::VariableNotReplaced, help.to_owned()));
    let found: Vec<_> = references.chain(variables).collect();
    if found.is_empty() {
        return Vec::new();
    }
    let tokens = viz_sql::tokenize(text).unwrap_or_default();
    let around = |range: TextRange| tokens.iter().find(|token| token.range.contains_range(range));
    let piece = |(range, what, code, help)| {
        let token = around(range);
        let quoted = token.is_some_and(viz_sql::Token::is_quoted);
        token.is_none_or(|token| !token.is_space()).then_some(Piece { range, what, code, help, quoted })
    };
    found.into_iter().filter_map(piece).collect()
}

/// Where a query runs: what it compares with, or calls something, is the text of the reference.
pub(super) fn taken_literally(name: &str, sql: &MappedText) -> Vec<Finding> {
    let finding = |piece: Piece| {
        let loc = sql.locate(piece.range)?;
        let message = format!(
            "`{}` stays literal text in the query of the model `{name}`: {} are not replaced in SQL",
            sql.slice(piece.range),
            piece.what
        );
        let mut finding = Finding::from(&Problem::new(piece.code, loc, message).help(piece.help));
        finding.severity = Severity::Error;
        Some(finding)
    };
    pieces(sql).into_iter().filter(|piece| piece.quoted).filter_map(finding).collect()
}

/// Where a query fails: whether that is why. What stands in a string is, if the engine speaks of it.
pub(super) fn replaced_in_vain(
    name: &str,
    sql: &MappedText,
    error: Option<&SqlError>,
    findings: &mut Vec<Finding>,
) -> bool {
    let told = |piece: &Piece| error.is_some_and(|error| error.message.contains(sql.slice(piece.range)));
    let (fatal, literal): (Vec<Piece>, Vec<Piece>) =
        pieces(sql).into_iter().partition(|piece| !piece.quoted || told(piece));
    if fatal.is_empty() {
        if !literal.is_empty() {
            findings.extend(taken_literally(name, sql));
        }
        return false;
    }
    for piece in &fatal {
        let Some(loc) = sql.locate(piece.range) else { continue };
        let (what, text) = (piece.what, sql.slice(piece.range));
        let message = format!("the query of the model `{name}` fails: {what} such as `{text}` are not replaced in SQL");
        findings.push(Finding::from(&Problem::new(Code::ModelSql, loc, message).help(piece.help.clone())));
    }
    true
}
