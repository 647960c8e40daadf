//! Names in SQL that no reference marks: the columns of a model in its own query, in its metrics and dimensions and in option
//! queries, and the view that a source of files is in the queries of its models (`R-SRC-02`).

use crate::cursor::symbol::Symbol;
use crate::sql_text::from_items::{Origin, from_items};
use crate::sql_text::select_list::{select_list, tokens_of};
use crate::sql_text::tokens::without;
use viz_project::{Body, Object, ObjectId, Opened, Options, Project, Resolution, SourceType};
use viz_sql::{LineageRest, Meaning};
use viz_syntax::references;
use viz_text::{Loc, MappedText, TextRange, TextSize};

/// What the name at a place in an object's SQL means, and the bytes of the name in its file.
pub(super) fn at(project: &Project, id: ObjectId, place: Loc) -> Option<(Symbol, Loc)> {
    let object = project.object(id);
    let texts = texts(project, id, object);
    let (text, model, offset) = texts.iter().find_map(|(text, model, holes)| {
        let offset = text.find(place.segment, place.range.start())?;
        holes.iter().all(|hole| !hole.contains(offset)).then_some((text, *model, offset))
    })?;
    if let Body::Model(_) = object.body {
        let of_view = |source: ObjectId| views_in(text.text(), project.object(source).name_text());
        let source = view_of(project, id);
        if let Some((source, range)) = source.and_then(|source| {
            of_view(source).into_iter().find(|range| range.contains_inclusive(offset)).map(|range| (source, range))
        }) {
            return Some((Symbol::Object(source), text.locate(range)?));
        }
        let found = select_list(text.text()).into_iter().find(|column| column.range.contains_inclusive(offset))?;
        return Some((Symbol::Field(id, found.name), text.locate(found.range)?));
    }
    let named = select_list(model_sql(project, model)?.text());
    let found = named.into_iter().find_map(|column| {
        let range =
            words(text.text(), &column.name).ok()?.into_iter().find(|range| range.contains_inclusive(offset))?;
        Some((column.name, range))
    })?;
    if columns_called(project, model, text.text(), &found.0).ok()?.iter().all(|(range, _)| *range != found.1) {
        return None;
    }
    Some((Symbol::Field(model, found.0), text.locate(found.1)?))
}

/// The texts of an object in which bare words are columns of a model, or its own names: each with the model, and with the
/// references in it, which are names of their own.
fn texts<'a>(
    project: &'a Project,
    id: ObjectId,
    object: &'a Object,
) -> Vec<(&'a MappedText, ObjectId, Vec<TextRange>)> {
    let with_holes = |text: &'a MappedText, model| {
        let holes = references(text.text()).into_iter().map(|found| found.range).collect();
        (text, model, holes)
    };
    match &object.body {
        Body::Model(model) => model.sql.iter().map(|sql| with_holes(sql, id)).collect(),
        Body::Expression(body) if body.scoped => {
            let model = project.parent(id);
            body.expression.iter().zip(model).map(|(text, model)| with_holes(text, model)).collect()
        }
        Body::Input(input) => match &input.options {
            Options::Query(query) => {
                let found = references(query.body());
                let model = found.iter().find_map(|found| match project.names().resolve(&found.name) {
                    Resolution::Object(id) => Some(id),
                    _ => None,
                });
                model.map(|model| with_holes(&query.text, model)).into_iter().collect()
            }
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// The places outside of references that name a column of a model; the first is that in the model's own query, if it names it.
///
/// # Errors
/// Where a text can't be read, why.
pub(crate) fn of_column(project: &Project, model: ObjectId, name: &str) -> Vec<Result<Loc, String>> {
    let own = model_sql(project, model).and_then(|sql| {
        let columns = select_list(sql.text());
        let mut found = columns.into_iter().filter(|column| column.name.eq_ignore_ascii_case(name));
        sql.locate(found.next()?.range)
    });
    let mut out = Vec::from_iter(own.map(Ok));
    for id in project.ids().filter(|id| *id != model) {
        for (text, of, _) in texts(project, id, project.object(id)) {
            if of == model {
                match columns_called(project, model, text.text(), name) {
                    Ok(found) => {
                        if found.iter().any(|(_, certain)| !certain) {
                            let input = project.object(id).name_text();
                            out.push(Err(format!(
                                "whether `{name}` in the options of `{input}` is this column can't be told: write its table before it"
                            )));
                        }
                        out.extend(found.into_iter().filter_map(|(range, _)| text.locate(range)).map(Ok));
                    }
                    Err(why) => out.push(Err(why)),
                }
            }
        }
    }
    out
}

/// The words of a text that name a column of the model in it, each with whether that is certain: in the query of an input's options, not what only
/// looks like it.
///
/// # Errors
/// As [`words`].
fn columns_called(
    project: &Project,
    model: ObjectId,
    text: &str,
    name: &str,
) -> Result<Vec<(TextRange, bool)>, String> {
    let found = words(text, name)?.into_iter().map(|range| (range, true));
    let query = text.trim_start().strip_prefix("?{").and_then(|rest| Some((text.len() - rest.len(), rest.rfind('}')?)));
    let Some((start, len)) = query else { return Ok(found.collect()) };
    let holes: Vec<TextRange> = references(text).into_iter().map(|found| found.range).collect();
    let plain = without(text, &holes);
    // All columns of the model, if its query names them.
    let named = model_sql(project, model).and_then(|sql| viz_sql::lineage(sql.text(), &|_| None));
    let named = named.filter(|found| found.rest == LineageRest::Nothing);
    let columns = named.map(|found| found.columns.into_iter().map(|column| column.name).collect::<Vec<_>>());
    let known = |relation: &str| columns.clone().filter(|_| relation.chars().all(|c| c == 'v'));
    let Some(lineage) = viz_sql::lineage(&plain[start..start + len], &known) else { return Ok(found.collect()) };
    let start = TextSize::new(start as u32);
    let meant = |(range, _): (TextRange, bool)| {
        let name = lineage.name_from(range.start().checked_sub(start)?)?;
        match name.meaning {
            Meaning::Read(_) => Some((range, true)),
            Meaning::Unknown => Some((range, false)),
            Meaning::Made(_) | Meaning::Given => None,
        }
    };
    Ok(found.filter_map(meant).collect())
}

/// The places in the queries of its models that name a source of files.
pub(crate) fn of_view(project: &Project, source: ObjectId) -> Vec<Loc> {
    if !is_view(project, source) {
        return Vec::new();
    }
    let name = project.object(source).name_text();
    let models = project.ids().filter(|id| view_of(project, *id) == Some(source));
    let texts = models.filter_map(|id| model_sql(project, id));
    texts.flat_map(|sql| views_in(sql.text(), name).into_iter().filter_map(|range| sql.locate(range))).collect()
}

/// The source that a model sees as one view, if it is such a source.
fn view_of(project: &Project, model: ObjectId) -> Option<ObjectId> {
    matches!(project.object(model).body, Body::Model(_)).then_some(())?;
    project.source_of(model).filter(|source| is_view(project, *source))
}

fn is_view(project: &Project, source: ObjectId) -> bool {
    let Body::Source(body) = &project.object(source).body else { return false };
    body.kind.map(SourceType::opened) == Some(Opened::Csv)
}

/// The query of a model.
pub(crate) fn model_sql(project: &Project, model: ObjectId) -> Option<&MappedText> {
    match &project.object(model).body {
        Body::Model(model) => model.sql.as_ref(),
        _ => None,
    }
}

/// The places of a table in a query: where it is read, and in front of its columns.
fn views_in(sql: &str, name: &str) -> Vec<TextRange> {
    let is_it = |text: &str| text.trim_matches('"').replace("\"\"", "\"").eq_ignore_ascii_case(name);
    let (items, _) = from_items(sql);
    let read: Vec<_> = items.iter().filter(|item| matches!(&item.origin, Origin::Table(text) if is_it(text))).collect();
    let mut out: Vec<TextRange> = read.iter().filter_map(|item| item.place).collect();
    if read.iter().any(|item| is_it(&item.name)) {
        let tokens: Vec<_> = tokens_of(sql).into_iter().filter(|token| !token.is_space()).collect();
        let dot = |at: Option<usize>| at.and_then(|at| tokens.get(at)).is_some_and(|token| &sql[token.range] == ".");
        let qualifies = |at: &usize| is_it(&sql[tokens[*at].range]) && dot(Some(at + 1)) && !dot(at.checked_sub(1));
        out.extend((0..tokens.len()).filter(qualifies).map(|at| tokens[at].range));
    }
    out.sort_by_key(|range| range.start());
    out.dedup();
    out
}

/// The bare words of an SQL text that are this name, references and what is called left out.
///
/// # Errors
/// Why the text can't be read.
pub(crate) fn words(sql: &str, name: &str) -> Result<Vec<TextRange>, String> {
    let holes: Vec<TextRange> = references(sql).into_iter().map(|found| found.range).collect();
    let plain = without(sql, &holes);
    // A query string is SQL between its braces.
    let (start, inner) = match plain.trim_start().strip_prefix("?{") {
        Some(rest) => (plain.len() - rest.len(), rest.rfind('}').map_or(rest, |end| &rest[..end])),
        None => (0, plain.as_str()),
    };
    let tokens = viz_sql::tokenize(inner).map_err(|error| format!("some SQL can't be read: {}", error.message))?;
    let tokens: Vec<_> = tokens.into_iter().filter(|token| !token.is_space()).collect();
    let text = |at: usize| tokens.get(at).map_or("", |token| &inner[token.range]);
    let moved = |range: TextRange| range + TextSize::new(start as u32);
    let is_name = |at: &usize| text(*at).trim_matches('"').eq_ignore_ascii_case(name) && text(at + 1) != "(";
    let found = (0..tokens.len()).filter(is_name).map(|at| moved(tokens[at].range));
    Ok(found.filter(|range| !holes.contains(range)).collect())
}
