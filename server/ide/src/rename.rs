//! Rename: an object's name and everything that refers to it.
//!
//! Refuses what would change a meaning: names that others have, names that a reference can't hold, references that are
//! ambiguous. A column is renamed in the select list of its model (`columns`).

mod columns;

use crate::cursor::symbol::{Symbol, field, resolve, symbols_at};
use crate::definition;
use crate::references;
use viz_facts::FactStore;
use viz_project::{Kind, ObjectId, Project};
use viz_syntax::{is_plain, quoted};
use viz_text::{FileId, TextRange, TextSize};

/// A piece of text to replace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenameEdit {
    /// The file.
    pub file: FileId,
    /// The old name there.
    pub range: TextRange,
    /// What goes there.
    pub text: String,
}

/// The bytes of the name at an offset and the name, if it can be renamed; `Ok(None)` where there is no name.
///
/// # Errors
/// Why this name can't be renamed.
pub fn prepare_rename(
    project: &Project,
    facts: &FactStore,
    file: FileId,
    offset: TextSize,
) -> Result<Option<(TextRange, String)>, String> {
    if let Some((model, column, range)) = columns::column_at(project, file, offset) {
        columns::place(project, model, &column)?;
        return Ok(Some((range, column)));
    }
    let Some((id, range)) = subject(project, file, offset)? else {
        return columns::of_table(project, facts, file, offset).map_or(Ok(None), Err);
    };
    Ok(Some((without_quotes(project, file, range).0, project.object(id).name_text().to_owned())))
}

/// The edits that give the object at an offset another name, in the order of files and texts.
///
/// # Errors
/// Why that can't be.
pub fn rename(
    project: &Project,
    facts: &FactStore,
    file: FileId,
    offset: TextSize,
    name: &str,
) -> Result<Vec<RenameEdit>, String> {
    if let Some((model, column, _)) = columns::column_at(project, file, offset) {
        return columns::rename(project, facts, model, (&column, name));
    }
    let Some((id, _)) = subject(project, file, offset)? else {
        let why = columns::of_table(project, facts, file, offset);
        return Err(why.unwrap_or_else(|| "there is no name here".into()));
    };
    let old = project.object(id).name_text();
    if name == old {
        return Ok(Vec::new());
    }
    valid(project.object(id).kind, name)?;
    free(project, id, name)?;
    unambiguous(project, id)?;
    let mut found = references::of_symbol(project, &Symbol::Object(id));
    found.sort_by_key(|found| (found.file, found.range.start()));
    found.dedup();
    if let Some(place) = found.iter().find(|found| found.in_sql).filter(|_| !is_word(name)) {
        let file = &project.file(place.file).relative;
        return Err(format!(
            "`{name}` is no word of SQL, and {file} reads this source in its SQL: letters, digits and `_` only"
        ));
    }
    let edit = |found: references::Reference| {
        let (range, quote) = without_quotes(project, found.file, found.range);
        // A reference holds the name as it is; the name itself and `defaults` are scalars.
        let scalar = !found.in_sql && found.is_declaration || is_default(project, found.file, found.range);
        let text = if scalar { quoted(name, quote) } else { name.to_owned() };
        RenameEdit { file: found.file, range, text }
    };
    Ok(found.into_iter().map(edit).collect())
}

/// The object whose name is at an offset.
fn subject(project: &Project, file: FileId, offset: TextSize) -> Result<Option<(ObjectId, TextRange)>, String> {
    let Some((symbols, range)) = symbols_at(project, file, offset) else { return Ok(None) };
    let id = match symbols.as_slice() {
        [Symbol::Object(id)] => *id,
        [Symbol::Field(..)] => return Err("a property of an insight has plotly's name".into()),
        [Symbol::Files(_)] | [] => return Ok(None),
        [_, _, ..] => return Err("several objects have this name: make their names distinct first".into()),
    };
    let text = &project.file(file).document.text()[range];
    let name = project.object(id).name_text();
    // On an accessor or the brackets of a reference, no name is touched.
    if !text.contains(name) || definition::object(project, id).is_none_or(|found| found.focus.is_empty()) {
        return Ok(None);
    }
    let start = range.start() + TextSize::new(text.find(name).unwrap_or(0) as u32);
    let own = TextRange::at(start, TextSize::of(name));
    Ok(own.contains_inclusive(offset).then_some((id, own)))
}

/// Whether a reference can hold a name (`R-REF-02`, 3.5).
fn valid(kind: Kind, name: &str) -> Result<(), String> {
    if name.trim().is_empty() {
        return Err("a name can't be empty".into());
    }
    if name.trim() != name {
        return Err("a name can't begin or end with a space: references ignore it".into());
    }
    if matches!(kind, Kind::Metric | Kind::Dimension) {
        let first = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        if !first || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            return Err(format!(
                "`{name}` is no name for a {}: letters, digits and `_` only, no digit first",
                kind.name()
            ));
        }
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-' | '_');
    match name.chars().find(|c| !plain(*c)) {
        Some(c) => Err(format!("a reference can't hold `{c}`: letters, digits, spaces, `-` and `_` only")),
        None => Ok(()),
    }
}

/// Whether a name needs no quotes in SQL.
fn is_word(name: &str) -> bool {
    // `null` and `true` are words of another kind, to YAML as to SQL.
    is_plain(name)
        && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Whether nothing else has a name, so that all references keep their meaning.
fn free(project: &Project, id: ObjectId, name: &str) -> Result<(), String> {
    let taken = |other: ObjectId| {
        let object = project.object(other);
        let (file, range) = project.resolve(object.name_loc()).unwrap_or((FileId(0), TextRange::default()));
        let line = project.file(file).lines().position(range.start(), viz_text::Encoding::Utf8).line + 1;
        Err(format!("`{name}` is taken by {} ({}:{line})", object.kind.with_article(), project.file(file).relative))
    };
    if let Some(other) = project.names().global_named(name).first() {
        return taken(*other);
    }
    if project.name().is_some_and(|project| project.text == name) {
        return Err(format!("the project is called `{name}`: every reference to it would be ambiguous"));
    }
    let object = project.object(id);
    let model = project.parent(id).filter(|_| matches!(object.kind, Kind::Metric | Kind::Dimension));
    for (_, ids) in project.names().scoped().filter(|(other, _)| *other == name) {
        // In another model, the same name is fine for a field of a model (`R-NAME-03`).
        if let Some(other) = ids.iter().find(|other| model.is_none() || project.parent(**other) == model) {
            return taken(*other);
        }
    }
    let Some(model) = model else { return Ok(()) };
    let means_column = project.ids().any(|user| {
        project.object(user).uses.iter().any(|found| {
            let path = found.path.as_ref().filter(|path| path.text == name);
            path.is_some_and(|path| {
                resolve(project, found)
                    .iter()
                    .any(|id| *id == model && field(project, *id, &path.text) == Symbol::Field(model, name.to_owned()))
            })
        })
    });
    if means_column {
        let model = project.object(model).name_text();
        return Err(format!(
            "`${{ref({model}).{name}}}` is used as a column: it would mean the {} then",
            object.kind.name()
        ));
    }
    Ok(())
}

/// Whether every reference that may mean an object means only it.
fn unambiguous(project: &Project, id: ObjectId) -> Result<(), String> {
    for user in project.ids() {
        for found in &project.object(user).uses {
            let ids = resolve(project, found);
            if ids.len() > 1 && ids.contains(&id) {
                let user = project.object(user).name_text();
                return Err(format!("the reference to `{}` in `{user}` is ambiguous: qualify it first", found.name));
            }
        }
    }
    Ok(())
}

/// Whether a place is the value of `defaults.source_name` or `defaults.alert_name`.
fn is_default(project: &Project, file: FileId, range: TextRange) -> bool {
    let names = [project.default_source(), project.default_alert()];
    names.into_iter().flatten().any(|name| project.resolve(name.loc) == Some((file, range)))
}

/// A place without the quotes around it, and the quote.
fn without_quotes(project: &Project, file: FileId, range: TextRange) -> (TextRange, Option<char>) {
    let text = &project.file(file).document.text()[range];
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\'') && text.len() > 1 && text.ends_with(*c));
    let one = TextSize::new(1);
    match quote {
        Some(_) => (TextRange::new(range.start() + one, range.end() - one), quote),
        None => (range, None),
    }
}
