//! Rename of a column: in the select list of its model, and everywhere that a reference or an expression of the model
//! names it. Refused where the text does not tell what is meant.

use super::RenameEdit;
use crate::cursor::sql_names::{model_sql, of_column, words};
use crate::cursor::symbol::{Symbol, symbols_at};
use crate::origins::{of_model, read_at, relation_name};
use crate::references::of_symbol;
use crate::sql_text::keywords::is_reserved;
use crate::sql_text::select_list::{NamedColumn, select_list};
use viz_facts::FactStore;
use viz_project::{Body, Kind, ObjectId, Project};
use viz_sql::{Lineage, Meaning};
use viz_syntax::is_plain;
use viz_text::{FileId, MappedText, TextRange, TextSize};

/// Why an edit can't be made.
const NO_PLACE: &str = "a place of it can't be found in the file";

/// The column whose name is at an offset, and its bytes there.
pub(super) fn column_at(project: &Project, file: FileId, offset: TextSize) -> Option<(ObjectId, String, TextRange)> {
    let (symbols, range) = symbols_at(project, file, offset)?;
    let [Symbol::Field(model, name)] = symbols.as_slice() else { return None };
    matches!(project.object(*model).body, Body::Model(_)).then(|| (*model, name.clone(), range))
}

/// Where the model's query names a column.
pub(super) fn place(project: &Project, model: ObjectId, column: &str) -> Result<NamedColumn, String> {
    let name = project.object(model).name_text();
    let Some(sql) = model_sql(project, model) else { return Err(format!("the model `{name}` has no SQL")) };
    let mut found = select_list(sql.text()).into_iter().filter(|found| found.name.eq_ignore_ascii_case(column));
    match (found.next(), found.next()) {
        (Some(only), None) => Ok(only),
        (None, _) => Err(format!("the SQL of the model `{name}` doesn't name this column: it has it from a table")),
        (Some(_), Some(_)) => Err(format!("the SQL of the model `{name}` names this column twice")),
    }
}

/// The edits that give a column another name.
pub(super) fn rename(
    project: &Project,
    facts: &FactStore,
    model: ObjectId,
    (old, new): (&str, &str),
) -> Result<Vec<RenameEdit>, String> {
    let named = place(project, model, old)?;
    let Some(sql) = model_sql(project, model) else { return Err("the model has no SQL".into()) };
    if old == new {
        return Ok(Vec::new());
    }
    let first = new.starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
    if !first || !new.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_') {
        return Err(format!("`{new}` is no name for a column: small letters, digits and `_` only, no digit first"));
    }
    // The text of an expression may be this name alone.
    if !is_plain(new) && !matches!(new, "y" | "n") {
        return Err(format!("`{new}` is no name for a column: YAML and SQL read it as a value"));
    }
    if is_reserved(new) {
        return Err(format!("`{new}` is no name for a column: it is a word of SQL"));
    }
    let taken = select_list(sql.text()).iter().any(|found| found.name.eq_ignore_ascii_case(new));
    if taken || project.scoped_field(model, new).is_some() {
        return Err(format!("the model has a `{new}` already"));
    }
    let followed = of_model(project, facts, model);
    if followed.iter().flat_map(|lineage| &lineage.columns).any(|column| column.name.eq_ignore_ascii_case(new)) {
        return Err(format!("the model has a `{new}` already"));
    }
    let mut edits = Vec::new();
    if named.is_alias {
        for word in words(sql.text(), old)?.into_iter().filter(|word| *word != named.range) {
            let found =
                followed.as_ref().and_then(|lineage| Some((lineage, &lineage.name_from(word.start())?.meaning)));
            match found {
                Some((_, Meaning::Made(given))) if *given == named.range => edits.push(edit(project, sql, word, new)?),
                Some((_, Meaning::Made(_) | Meaning::Read(_))) => {}
                // The columns of a UNION BY NAME have the same names.
                Some((lineage, Meaning::Given)) if !lineage.by_name => {}
                _ => {
                    let why = "in another place, too: rename it there by hand";
                    return Err(format!("the SQL of the model uses `{old}` {why}"));
                }
            }
        }
        edits.push(edit(project, sql, named.range, new)?);
    } else {
        edits.push(edit(project, sql, TextRange::empty(named.range.end()), &format!(" as {new}"))?);
    }
    if let Some(lineage) = &followed {
        stays(lineage, sql.text(), new)?;
    }
    of_column(project, model, old).into_iter().collect::<Result<Vec<_>, String>>()?;
    let own = project.resolve(sql.locate(named.range).ok_or(NO_PLACE)?);
    for found in of_symbol(project, &Symbol::Field(model, old.to_owned())) {
        if Some((found.file, found.range)) != own {
            edits.push(RenameEdit { file: found.file, range: found.range, text: new.to_owned() });
        }
    }
    for id in project.ids() {
        let Body::Insight(insight) = &project.object(id).body else { continue };
        if !viz_sql::dependent_models(project, id).contains(&model) {
            continue;
        }
        for statement in &insight.statements {
            if !words(statement.query.body(), old)?.is_empty() {
                let name = project.object(id).name_text();
                return Err(format!(
                    "`{name}` uses `{old}` without a reference: write `${{ref(…).{old}}}` there first"
                ));
            }
        }
    }
    debug_assert!(project.object(model).kind == Kind::Model);
    edits.sort_by_key(|edit| (edit.file, edit.range.start()));
    edits.dedup();
    Ok(edits)
}

/// Whether names in a query that are like the new one go on to mean what they do.
fn stays(lineage: &Lineage, sql: &str, new: &str) -> Result<(), String> {
    let meant = words(sql, new)?.into_iter().filter_map(|word| lineage.name_from(word.start()));
    let mut open = meant.filter(|name| !name.qualified && (name.late || name.meaning == Meaning::Unknown));
    match open.next() {
        Some(_) => Err(format!("the SQL of the model uses a column `{new}`, which would mean this one then")),
        None => Ok(()),
    }
}

/// Why a column of a table is not renamed, if there is one at an offset.
pub(super) fn of_table(project: &Project, facts: &FactStore, file: FileId, offset: TextSize) -> Option<String> {
    let found = read_at(project, facts, file, offset)?;
    let columns = found.columns(project);
    let column = columns.first()?;
    let (name, table) = (&column.column, relation_name(&column.relation));
    Some(format!("`{name}` is a column of `{table}`: its name is given there, not in the project"))
}

fn edit(project: &Project, text: &MappedText, range: TextRange, new: &str) -> Result<RenameEdit, String> {
    let place = text.locate(range).and_then(|loc| project.resolve(loc));
    let (file, range) = place.ok_or(NO_PLACE)?;
    Ok(RenameEdit { file, range, text: new.to_owned() })
}
