//! Rename of a column: in the select list of its model, and everywhere that a reference or an expression of the model
//! names it. Refused where the text does not tell what is meant.

use super::RenameEdit;
use crate::cursor::symbol::{Symbol, symbols_at};
use crate::references::of_symbol;
use crate::sql_text::select_list::{NamedColumn, select_list};
use crate::sql_text::tokens::without;
use viz_project::{Body, Kind, ObjectId, Options, Project, Resolution};
use viz_sql::tokenize;
use viz_syntax::references;
use viz_text::{FileId, MappedText, TextRange, TextSize};

/// The column whose name is at an offset, and its bytes there.
pub(super) fn column_at(project: &Project, file: FileId, offset: TextSize) -> Option<(ObjectId, String, TextRange)> {
    let (symbols, range) = symbols_at(project, file, offset)?;
    let [Symbol::Field(model, name)] = symbols.as_slice() else { return None };
    matches!(project.object(*model).body, Body::Model(_)).then(|| (*model, name.clone(), range))
}

/// Where the model's query names a column.
pub(super) fn place(project: &Project, model: ObjectId, column: &str) -> Result<NamedColumn, String> {
    let name = project.object(model).name_text();
    let Some(sql) = sql(project, model) else { return Err(format!("the model `{name}` has no SQL")) };
    let mut found = select_list(sql.text()).into_iter().filter(|found| found.name.eq_ignore_ascii_case(column));
    match (found.next(), found.next()) {
        (Some(only), None) => Ok(only),
        (None, _) => Err(format!("the SQL of the model `{name}` doesn't name this column: it has it from a table")),
        (Some(_), Some(_)) => Err(format!("the SQL of the model `{name}` names this column twice")),
    }
}

fn sql(project: &Project, model: ObjectId) -> Option<&MappedText> {
    match &project.object(model).body {
        Body::Model(model) => model.sql.as_ref(),
        _ => None,
    }
}

/// The edits that give a column another name.
pub(super) fn rename(project: &Project, model: ObjectId, old: &str, new: &str) -> Result<Vec<RenameEdit>, String> {
    let named = place(project, model, old)?;
    let Some(sql) = sql(project, model) else { return Err("the model has no SQL".into()) };
    if old == new {
        return Ok(Vec::new());
    }
    let first = new.starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
    if !first || !new.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_') {
        return Err(format!("`{new}` is no name for a column: small letters, digits and `_` only, no digit first"));
    }
    let taken = select_list(sql.text()).iter().any(|found| found.name.eq_ignore_ascii_case(new));
    if taken || project.scoped_field(model, new).is_some() {
        return Err(format!("the model has a `{new}` already"));
    }
    let mut edits = Vec::new();
    if named.is_alias {
        if words(sql.text(), old)?.iter().any(|word| *word != named.range) {
            return Err(format!("the SQL of the model uses `{old}` in another place, too: rename it there by hand"));
        }
        edits.push(edit(project, sql, named.range, new)?);
    } else {
        edits.push(edit(project, sql, TextRange::empty(named.range.end()), &format!(" as {new}"))?);
    }
    for found in of_symbol(project, &Symbol::Field(model, old.to_owned())) {
        edits.push(RenameEdit { file: found.file, range: found.range, text: new.to_owned() });
    }
    for id in project.ids() {
        match &project.object(id).body {
            Body::Expression(body) if body.scoped && project.parent(id) == Some(model) => {
                let Some(expression) = &body.expression else { continue };
                for word in words(expression.text(), old)? {
                    edits.push(edit(project, expression, word, new)?);
                }
            }
            Body::Input(input) => {
                let Options::Query(query) = &input.options else { continue };
                let of_model = |name: &str| project.names().resolve(name) == Resolution::Object(model);
                if references(query.body()).iter().any(|found| of_model(&found.name)) {
                    for word in words(query.body(), old)? {
                        edits.push(edit(project, &query.text, word + query.body_range().start(), new)?);
                    }
                }
            }
            Body::Insight(insight) if viz_sql::dependent_models(project, id).contains(&model) => {
                for statement in &insight.statements {
                    if !words(statement.query.body(), old)?.is_empty() {
                        let name = project.object(id).name_text();
                        return Err(format!(
                            "`{name}` uses `{old}` without a reference: write `${{ref(…).{old}}}` there first"
                        ));
                    }
                }
            }
            _ => {}
        }
    }
    debug_assert!(project.object(model).kind == Kind::Model);
    edits.sort_by_key(|edit| (edit.file, edit.range.start()));
    edits.dedup();
    Ok(edits)
}

fn edit(project: &Project, text: &MappedText, range: TextRange, new: &str) -> Result<RenameEdit, String> {
    let place = text.locate(range).and_then(|loc| project.resolve(loc));
    let (file, range) = place.ok_or("a place of it can't be found in the file")?;
    Ok(RenameEdit { file, range, text: new.to_owned() })
}

/// The bare words of an SQL text that are this name, references left out.
fn words(sql: &str, name: &str) -> Result<Vec<TextRange>, String> {
    let holes: Vec<TextRange> = references(sql).into_iter().map(|found| found.range).collect();
    let plain = without(sql, &holes);
    let tokens = tokenize(&plain).map_err(|error| format!("some SQL can't be read: {}", error.message))?;
    let is_name = |range: &TextRange| {
        let text = &plain[*range];
        text.trim_matches('"').eq_ignore_ascii_case(name) && !holes.contains(range)
    };
    Ok(tokens.into_iter().map(|token| token.range).filter(is_name).collect())
}
