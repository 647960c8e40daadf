//! Which names objects can have (4.1 of the format reference).

use crate::codes::Code;
use crate::object::Object;
use crate::problem::Problem;
use crate::schema::Kind;

/// What is wrong with an object's name.
pub(crate) fn name_problem(object: &Object) -> Option<Problem> {
    let name = object.name.as_ref()?;
    match object.kind {
        Kind::Metric | Kind::Dimension => identifier(object, &name.text, name.loc),
        // Inline objects need no reference; inputs and dashboards get a more specific message.
        Kind::Source | Kind::Model | Kind::Insight | Kind::Chart | Kind::Table | Kind::Markdown
            if object.parent.is_none() =>
        {
            let odd = unusable(&name.text)?;
            let kind = object.kind.name();
            let message = format!("nothing can refer to this {kind}: `{odd}` can't stand in a reference (R-NAME-02)");
            Some(
                Problem::new(Code::UnusableName, name.loc, message)
                    .help("use ASCII letters, digits, spaces, `-` and `_` only"),
            )
        }
        _ => None,
    }
}

/// A character that no reference has (`R-REF-02`).
fn unusable(name: &str) -> Option<char> {
    let fits = |c: char| c.is_ascii_alphanumeric() || c.is_whitespace() || "'\"-_".contains(c);
    name.chars().find(|c| !fits(*c))
}

/// Metrics and dimensions have identifiers as names (3.5).
fn identifier(object: &Object, name: &str, loc: viz_text::Loc) -> Option<Problem> {
    let mut chars = name.chars();
    let first = chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    if first && chars.all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return None;
    }
    let kind = object.kind.name();
    let message = format!("`{name}` is no name for a {kind}: letters, digits and `_` only, and no digit first");
    let fixed = underscored(name);
    Some(Problem::new(Code::InvalidName, loc, message).help(format!("rename it, for example to `{fixed}`")))
}

fn underscored(name: &str) -> String {
    let digit = if name.starts_with(|c: char| c.is_ascii_digit()) { "_" } else { "" };
    let words = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' });
    digit.chars().chain(words).collect()
}

/// The identifier that a name comes nearest to, if it needs no quotes where it stands now.
pub(crate) fn identifier_for(name: &str) -> Option<String> {
    let plain = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ' '));
    plain.then(|| underscored(name))
}
