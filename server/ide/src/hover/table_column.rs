//! Columns of tables in the SQL of a model.

use crate::cursor::sql_at::sql_at;
use crate::describe::Hover;
use crate::lineage::object_around;
use crate::origins::{TableColumn, Ways, read_at, relation_name, told};
use crate::snapshot::Snapshot;
use crate::sql_text::select_list::word_at;
use crate::sql_text::source_tables::{columns_of_item, columns_of_relation, text_of};
use viz_check::source_of_model;
use viz_project::{Body, Project};
use viz_sql::Meaning;
use viz_text::markdown::code;
use viz_text::{FileId, TextRange, TextSize};

/// The hover over a column's name in a model's query, by what it means there.
fn followed(snapshot: &Snapshot<'_>, file: FileId, offset: TextSize) -> Option<Hover> {
    let Snapshot { project, facts, .. } = *snapshot;
    let found = read_at(project, facts, file, offset)?;
    let columns = found.columns(project);
    let text = &project.file(file).document.text()[found.range];
    let name = columns.first().map_or(text.trim_matches('"'), |column| &column.column);
    let mut markdown = format!("**column** {}", code(name));
    if columns.is_empty() {
        let given = match &found.name.meaning {
            Meaning::Made(given) => given,
            _ => &found.name.range,
        };
        let origins = found.lineage.made.get(&given.start())?;
        let feeds = Ways::new(project, facts).feeds(found.model, &found.lineage, origins);
        markdown.push_str(&format!("\n\n{}", told(project, &feeds)));
    } else {
        let of: Vec<String> = columns.iter().map(|column| code(&relation_name(&column.relation))).collect();
        markdown.push_str(&format!(" of {}", of.join(" and ")));
        let source = source_of_model(project, found.model).ok();
        let types = |column: &TableColumn| {
            let all = columns_of_relation(source.as_ref()?, &column.relation, facts)?;
            all.into_iter().find(|(name, _)| *name == column.column).map(|(_, data_type)| data_type)
        };
        if let Some(data_type) = columns.first().and_then(types) {
            markdown.push_str(&format!("\n\ntype {}", code(data_type.as_str())));
        }
    }
    project.mask().hide_in(&mut markdown);
    Some(Hover { range: found.range, markdown })
}

/// The hover over a column of what a model's query reads, as far as that is known: completion asks for it.
pub(crate) fn hover(snapshot: &Snapshot<'_>, file: FileId, offset: TextSize) -> Option<Hover> {
    let project: &Project = snapshot.project;
    if let Some(found) = followed(snapshot, file, offset) {
        return Some(found);
    }
    let id = object_around(project, file, offset)?;
    let Body::Model(_) = project.object(id).body else { return None };
    let (text, start) = sql_at(project, file, offset)?;
    let word = word_at(text, offset.checked_sub(start)?)?;
    let (name, rest) = (&text[word], text[usize::from(word.end())..].trim_start());
    if rest.starts_with('(') {
        return None;
    }
    let source = source_of_model(project, id).ok()?;
    let (items, _) = crate::sql_text::from_items::from_items(text_of(project, id));
    let before = text[..usize::from(word.start())].strip_suffix('.');
    let fits = |item: &str| before.is_none_or(|before| before.ends_with(item));
    let found = items.iter().filter(|item| fits(&item.name)).find_map(|item| {
        let columns = columns_of_item(&source, item, snapshot.facts);
        let (column, data_type) = columns.into_iter().find(|(column, _)| column.eq_ignore_ascii_case(name))?;
        Some((item.name.clone(), column, data_type))
    });
    let (of, column, data_type) = found?;
    let of = if of.is_empty() { String::new() } else { format!(" of {}", code(&of)) };
    let mut markdown = format!("**column** {}{of}", code(&column));
    if let Some(data_type) = data_type {
        markdown.push_str(&format!("\n\ntype {}", code(data_type.as_str())));
    }
    project.mask().hide_in(&mut markdown);
    Some(Hover { range: TextRange::at(start + word.start(), TextSize::of(name)), markdown })
}
