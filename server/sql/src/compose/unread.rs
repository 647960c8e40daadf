//! What of an insight the build can't read.

use super::{Task, Unread};
use crate::brackets::{Unpaired, unpaired};
use crate::dropped::{self, Unreadable};
use crate::part::Part;
use crate::template::Template;
use viz_project::{Code, Fix, Problem, QueryText, StatementKind};
use viz_syntax::references;
use viz_text::{Loc, TextRange, filled};

/// What SQLGlot can't read (`R-SQL-14`, `R-VAL-01`): such a filter is dropped, and so is a property of what a source runs;
/// what the browser runs doesn't pass the run's validation.
pub(super) fn unreadable(task: &Task<'_>, part: &Part, known: &mut usize) -> Option<Unread> {
    let index = part.statement?;
    let statement = &task.insight.statements[index];
    let mut expression = Template::new();
    expression.push_part(&part.template, part.expression());
    expression.find_roles();
    let key = statement.key.strip_prefix("props.").unwrap_or(&statement.key);
    let (loc, code, message, fatal) = match (dropped::unreadable(task.context, &expression, known)?, statement.kind) {
        (Unreadable::Unpaired(loc, words), kind) => {
            let subject = match kind {
                StatementKind::Prop => format!("`{key}`"),
                _ => format!("this {key}"),
            };
            (loc, Code::SqlSyntax, format!("{subject} is no SQL: {words}"), true)
        }
        (Unreadable::Refused(loc), StatementKind::Filter) => {
            let message = "this filter is silently dropped, and the chart shows unfiltered data: the build can't read it (R-SQL-14)";
            (loc, Code::DroppedFilter, message.to_owned(), false)
        }
        (Unreadable::Refused(loc), _) => {
            let message = match task.dynamic {
                true => format!("the run of this insight fails: it can't read `{key}` (R-VAL-01)"),
                false => format!("`{key}` is silently dropped from the query: the build can't read it (R-SQL-14)"),
            };
            (loc, Code::SqlSyntax, message, false)
        }
    };
    let mut problem = Problem::new(code, loc, message);
    if fatal
        && statement.kind != StatementKind::Sort
        && let Some(fix) = closed(&statement.query)
    {
        problem = problem.fix(fix);
    }
    if !fatal {
        problem = problem.help(
            "write it in another way: the build reads it with SQLGlot 27, which does not know all of DuckDB's syntax",
        );
    }
    Some(Unread { statement: index, problem, fatal })
}

/// The parenthesis that a query lacks, at its end, if it is one.
fn closed(query: &QueryText) -> Option<Fix> {
    let body = query.body();
    let holes: Vec<TextRange> = references(body).into_iter().map(|found| found.range).collect();
    let plain = filled(body, &holes, 'v');
    let Unpaired::Open(at) = unpaired(&plain)? else { return None };
    // Of several calls, nobody knows which one ends where.
    let inside = &plain[usize::from(at.end())..];
    if &plain[at] != "(" || inside.contains(['(', ')', ',']) || unpaired(&format!("{plain})")).is_some() {
        return None;
    }
    let end = query.body_range().end();
    let Loc { segment, range } = query.text.locate(TextRange::new(query.body_range().start(), end))?;
    Some(Fix::replace("close it with `)` at the end", Loc::new(segment, TextRange::empty(range.end())), ")"))
}
