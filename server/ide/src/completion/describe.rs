//! What a list says of an object.

use viz_project::{Body, Kind, Object, ObjectId, Options, Project};
use viz_text::markdown;

/// Longest piece of SQL in a documentation.
const SHOWN_SQL: usize = 600;

/// One line: the kind and what tells it from its like.
pub(super) fn detail(project: &Project, id: ObjectId) -> String {
    let object = project.object(id);
    let more = match &object.body {
        Body::Source(source) => source.ty.as_ref().map(|ty| ty.text.clone()),
        Body::Input(input) => input.selection.map(|selection| selection.name().to_owned()),
        Body::Insight(insight) => insight.trace_type.as_ref().map(|ty| ty.text.clone()),
        Body::Expression(_) => project.parent(id).map(|model| format!("of {}", project.object(model).name_text())),
        _ => None,
    };
    match more {
        Some(more) => format!("{} · {more}", object.kind.name()),
        None => object.kind.name().to_owned(),
    }
}

/// Markdown: the SQL or the options.
pub(super) fn documentation(project: &Project, id: ObjectId) -> String {
    let object = project.object(id);
    let mut text = match &object.body {
        Body::Model(model) => model.sql.as_ref().map(|sql| code(sql.text())).unwrap_or_default(),
        Body::Expression(found) => found.expression.as_ref().map(|sql| code(sql.text())).unwrap_or_default(),
        Body::Relation(found) => found.condition.as_ref().map(|sql| code(sql.text())).unwrap_or_default(),
        Body::Input(input) => {
            let label = markdown::plain(input.label.as_deref().unwrap_or_default());
            let options = match &input.options {
                Options::List { items, .. } => {
                    let names: Vec<&str> = items.iter().take(8).map(|item| item.text.as_str()).collect();
                    let more = if items.len() > names.len() { ", …" } else { "" };
                    format!("options: {}{more}", markdown::plain(&names.join(", ")))
                }
                Options::Query(query) => code(query.body()),
                Options::Range(range) => {
                    let all = format!("from {} to {}, step {}", range.start.text, range.end.text, range.step.text);
                    markdown::plain(&all)
                }
                Options::Missing => String::new(),
            };
            join(&label, &options)
        }
        Body::Insight(insight) => {
            let lines: Vec<String> =
                insight.statements.iter().map(|found| format!("{}: {}", found.key, found.query.body())).collect();
            if lines.is_empty() { String::new() } else { code(&lines.join("\n")) }
        }
        _ => uses(object),
    };
    text = join(&text, &format!("*{}*", markdown::plain(&project.file(project.file_of_object(id)).relative)));
    text
}

fn uses(object: &Object) -> String {
    if !matches!(object.kind, Kind::Chart | Kind::Table | Kind::Dashboard) {
        return String::new();
    }
    let mut names: Vec<String> = object.uses.iter().map(|found| markdown::code(&found.name)).collect();
    names.dedup();
    if names.is_empty() { String::new() } else { format!("uses {}", names.join(", ")) }
}

fn join(a: &str, b: &str) -> String {
    if a.is_empty() || b.is_empty() { format!("{a}{b}") } else { format!("{a}\n\n{b}") }
}

/// SQL as a block.
pub(super) fn code(sql: &str) -> String {
    let sql = sql.trim();
    let shown: String = sql.chars().take(SHOWN_SQL).collect();
    let more = if shown.len() < sql.len() { "\n…" } else { "" };
    markdown::fenced("sql", &format!("{shown}{more}"))
}
