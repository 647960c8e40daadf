//! Which names objects can have (4.1 of the format reference).

use crate::codes::Code;
use crate::object::Object;
use crate::problem::{Fix, Problem};
use crate::project::{ObjectId, Project};
use crate::schema::Kind;

/// What is wrong with an object's name.
pub(crate) fn name_problem(project: &Project, id: ObjectId) -> Option<Problem> {
    let object = project.object(id);
    let name = object.name.as_ref()?;
    match object.kind {
        Kind::Metric | Kind::Dimension => {
            identifier(object, &name.text, name.loc).map(|problem| renamed(project, id, problem))
        }
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

/// Whether a name can stand in YAML without quotes, and does so if they are there.
pub(crate) fn is_plain_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ' '))
}

/// A problem with a name that is no identifier, with the fix that renames the object where it is named.
fn renamed(project: &Project, id: ObjectId, problem: Problem) -> Problem {
    let old = project.object(id).name_text();
    let new = underscored(old);
    if !is_plain_name(old)
        || project.names().global_named(old) != [id]
        || !project.names().global_named(&new).is_empty()
    {
        return problem;
    }
    let uses = project.users_of(id).iter().flat_map(|user| &project.object(*user).uses);
    let named = uses.filter(|used| used.name == old && !used.quoted).map(|used| (used.name_loc, new.clone()));
    let edits: Vec<_> = std::iter::once((problem.loc, new.clone())).chain(named).collect();
    problem.fix(Fix { title: format!("rename it to `{new}`"), edits, safe: false })
}

/// A name like this one that nothing has.
pub(crate) fn free_name(project: &Project, name: &str) -> Option<String> {
    let free = |name: &String| project.names().global_named(name).is_empty();
    is_plain_name(name).then(|| (2..10).map(|number| format!("{name}_{number}")).find(free))?
}
