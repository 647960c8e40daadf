//! What may follow `${ref(x).`: columns, metrics and dimensions of a model, accessors of an input.

use super::Request;
use super::describe;
use super::item::{CompletionItem, CompletionKind};
use super::names::has_brace;
use super::rank;
use super::rank::FieldKind;
use crate::chosen::chosen;
use crate::cursor::context::Content;
use crate::sql_text::select_list::select_list;
use viz_check::columns_of;
use viz_facts::DataType;
use viz_project::{Body, Input, Insight, Kind, ObjectId, Place, Resolution};
use viz_sql::Accessor;
use viz_syntax::is_referable;
use viz_text::{TextRange, markdown, shown};

/// Longest rendered value in a list.
const SHOWN_VALUE: usize = 40;

/// The fields of the object called `name`. `replace` is the part of the path at the cursor.
pub(super) fn fields(
    request: &Request<'_>,
    place: Place,
    content: &Content,
    name: &str,
    replace: TextRange,
) -> Vec<CompletionItem> {
    let id = match request.snapshot.project.names().resolve(name) {
        Resolution::Object(id) => id,
        // One of them is meant; which one is another finding.
        Resolution::Ambiguous(ids) => match ids.first() {
            Some(id) => *id,
            None => return Vec::new(),
        },
        Resolution::Missing => return Vec::new(),
    };
    let mut items = match &request.snapshot.project.object(id).body {
        Body::Input(input) => accessors(request, id, input, replace),
        Body::Model(_) => model(request, place, content, id, replace),
        Body::Insight(insight) if place == Place::TableFields => properties(insight, replace),
        _ => Vec::new(),
    };
    let rest = &request.text[TextRange::new(replace.end(), content.range.end().max(replace.end()))];
    let in_query = request.text[content.range].trim_start().starts_with("?{");
    if !has_brace(in_query, rest) && !rest.starts_with(['.', '[']) {
        items.iter_mut().for_each(|item| item.insert.push('}'));
    }
    items
}

/// The accessors of an input, with what each of them is now: for what is pinned, else when the page loads.
fn accessors(request: &Request<'_>, id: ObjectId, input: &Input, replace: TextRange) -> Vec<CompletionItem> {
    let Some(selection) = input.selection else { return Vec::new() };
    let chosen = chosen(&request.snapshot, id);
    let item = |name: &&str| {
        let meaning = crate::describe::accessor_meaning(name, Some(selection)).unwrap_or_default();
        let rendered = chosen
            .as_ref()
            .map(|(state, pinned)| (Accessor::parse(name).map(|accessor| clip(&state.render(accessor))), *pinned));
        let (detail, documentation) = match rendered {
            Ok((Some(now), true)) => (now.clone(), format!("{meaning}\n\npinned: {}", markdown::code(&now))),
            Ok((Some(now), false)) => (now.clone(), format!("{meaning}\n\nnow: {}", markdown::code(&now))),
            Ok((None, _)) => (String::new(), meaning.to_owned()),
            Err(why) => (String::new(), format!("{meaning}\n\noptions not known: {}", markdown::message(&why.message))),
        };
        CompletionItem::own(*name, CompletionKind::Accessor, replace).detail(detail).documentation(documentation)
    };
    selection.accessors().iter().map(item).collect()
}

fn clip(value: &str) -> String {
    let flat = shown::one_line(value);
    let short: String = flat.chars().take(SHOWN_VALUE).collect();
    if short.len() < flat.len() { format!("{short}…") } else { short }
}

/// The metrics, dimensions and columns of a model.
fn model(
    request: &Request<'_>,
    place: Place,
    content: &Content,
    id: ObjectId,
    replace: TextRange,
) -> Vec<CompletionItem> {
    let project = request.snapshot.project;
    let takes = |kind: Kind| match place {
        Place::RelationCondition | Place::TableFields => false,
        Place::DimensionExpression => kind == Kind::Dimension,
        _ => true,
    };
    let mut found = Vec::new();
    for child in project.children(id) {
        let object = project.object(child);
        let kind = match object.kind {
            Kind::Metric => FieldKind::Metric,
            Kind::Dimension => FieldKind::Dimension,
            _ => continue,
        };
        if takes(object.kind) && !object.name_text().is_empty() {
            let item = CompletionItem::new(object.name_text(), CompletionKind::Object(object.kind), replace)
                .detail(describe::detail(project, child))
                .documentation(describe::documentation(project, child));
            found.push((rank::field(request, place, content, object.name_text(), kind, None), item));
        }
    }
    for (name, data_type) in columns(request, id) {
        // Others can't be referred to (S-06).
        if !is_referable(&name) {
            continue;
        }
        let detail = type_text(data_type.as_ref());
        let of = format!("column of {}", markdown::code(project.object(id).name_text()));
        let item = CompletionItem::new(name.as_str(), CompletionKind::Column, replace).detail(detail).documentation(of);
        found.push((rank::field(request, place, content, &name, FieldKind::Column, data_type.as_ref()), item));
    }
    // Stable: fields of one rank keep the order of the project and of the query.
    found.sort_by(|(a, _), (b, _)| a.cmp(b));
    found.into_iter().map(|(_, item)| item).collect()
}

/// The columns of a model with their types; without the engine's answer those that its SQL names.
pub(super) fn columns(request: &Request<'_>, model: ObjectId) -> Vec<(String, Option<DataType>)> {
    if let Ok(columns) = columns_of(request.snapshot.project, request.snapshot.facts, model) {
        return columns.iter().map(|column| (column.name.clone(), Some(column.data_type.clone()))).collect();
    }
    let Body::Model(body) = &request.snapshot.project.object(model).body else { return Vec::new() };
    let Some(sql) = &body.sql else { return Vec::new() };
    select_list(sql.text()).into_iter().map(|column| (column.name, None)).collect()
}

/// The properties of an insight that have a query (3.11).
fn properties(insight: &Insight, replace: TextRange) -> Vec<CompletionItem> {
    let paths = insight.statements.iter().filter_map(|found| Some((found.key.strip_prefix("props.")?, found)));
    paths
        .map(|(path, found)| {
            CompletionItem::new(path, CompletionKind::Property, replace)
                .detail("property")
                .documentation(describe::code(found.query.body()))
        })
        .collect()
}

/// What is said of a column: its type, if that is known.
pub(super) fn type_text(data_type: Option<&DataType>) -> String {
    data_type.map_or_else(|| "column".into(), DataType::to_string)
}
