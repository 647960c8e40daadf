//! References, variables and templates in a model's SQL, which nothing replaces (`R-REF-10`, `R-ENV-05`, `R-ENV-06`): where the query fails for them,
//! and where it runs all the same, with the text as it stands.

use crate::report::Finding;
use viz_facts::SqlError;
use viz_project::{Code, Problem, Severity};
use viz_text::{MappedText, TextRange, TextSize};

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
    let templates = templates(text).into_iter();
    let found: Vec<_> = references.chain(variables).chain(templates).collect();
    if found.is_empty() {
        return Vec::new();
    }
    let tokens = viz_sql::tokenize(text).unwrap_or_default();
    let around = |range: TextRange| tokens.iter().find(|token| token.range.contains_range(range));
    let piece = |(range, what, code, help)| {
        let token = around(range);
        let quoted = token.is_some_and(viz_sql::Token::is_quoted);
        // Other templates in a text may be meant for whoever gets it.
        let is_text = quoted && code == Code::RemovedSyntax && !text[range].contains("env_var(");
        token.filter(|_| is_text).is_none().then_some(())?;
        token.is_none_or(|token| !token.is_space()).then_some(Piece { range, what, code, help, quoted })
    };
    found.into_iter().filter_map(piece).collect()
}

/// The templates of dbt and of 1.x: `{{ ref('orders') }}`, `{% if … %}`.
fn templates(sql: &str) -> Vec<(TextRange, &'static str, Code, String)> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(start) = sql[at..].find(['{']).map(|found| at + found) {
        let close = match sql.as_bytes().get(start + 1) {
            Some(b'{') => "}}",
            Some(b'%') => "%}",
            _ => {
                at = start + 1;
                continue;
            }
        };
        let Some(end) = sql[start..].find(close).map(|found| start + found + close.len()) else { break };
        let inner = sql[start + 2..end - 2].trim();
        let help = if inner.starts_with("env_var(") {
            "write the value itself: variables are replaced in the fields of sources only"
        } else if inner.starts_with("ref(") || inner.starts_with("source(") {
            "write the table's name: this is dbt's syntax, and what dbt compiled can be read through its manifest"
        } else {
            "write plain SQL: templates are not processed"
        };
        let range = TextRange::new(TextSize::new(start as u32), TextSize::new(end as u32));
        out.push((range, "templates", Code::RemovedSyntax, help.to_owned()));
        at = end;
    }
    out
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
