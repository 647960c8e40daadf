//! Which names and fields come first.
//!
//! First the kinds that the place is meant for, as far as the text before the cursor tells (behind a comparison: inputs;
//! else models and metrics). Then what the object uses already, what has words in common with what is compared or with
//! the object's name, and what the project uses most. Places that use each thing once (the charts of a dashboard) prefer
//! what nothing uses yet.

use super::Request;
use crate::cursor::context::Content;
use std::cmp::Reverse;
use std::collections::HashSet;
use viz_facts::DataType;
use viz_project::{Body, Kind, ObjectId, Options, Place, Project};
use viz_syntax::references;
use viz_text::{TextRange, TextSize};

/// What the text before the cursor asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    /// A field or a metric.
    Field,
    /// What a field is compared with.
    Value,
}

/// The text of an expression before a place in it: what is compared, and what was referred to last.
struct Before {
    wanted: Wanted,
    /// Only `ASC` or `DESC` can follow.
    direction: bool,
    last_name: Option<String>,
    last_path: Option<String>,
}

fn before(request: &Request<'_>, content: &Content, place: TextSize) -> Before {
    let text = &request.text[TextRange::new(content.range.start(), place.max(content.range.start()))];
    let last = references(text).pop();
    let open = text.rfind("${").filter(|open| !text[*open..].contains('}'));
    let text = text[..open.unwrap_or(text.len())].trim_end();
    let lower = text.to_ascii_lowercase();
    let operator = text.ends_with(['=', '<', '>', '\'']);
    let word = ["in (", "in(", "between", "like", "ilike"].iter().any(|end| lower.ends_with(end));
    // `… between ${…} and` and `order by ${…} ` want a value too.
    let second = lower.ends_with(" and") && lower.rfind("between").is_some_and(|at| !lower[at + 7..].contains(" and "));
    let direction = text.ends_with('}') && text.len() > 2;
    let wanted = if operator || word || second || direction { Wanted::Value } else { Wanted::Field };
    Before {
        wanted,
        direction,
        last_name: last.as_ref().map(|last| last.name.clone()),
        last_path: last.and_then(|last| last.path),
    }
}

/// Words of a name, for comparing.
fn words(name: &str) -> HashSet<String> {
    let parts = name.split(|c: char| !c.is_alphanumeric()).filter(|part| part.len() > 1);
    parts.map(|part| singular(&part.to_lowercase())).collect()
}

/// How many of these words are in a name.
fn shared(name: &str, words: &HashSet<String>) -> usize {
    if words.is_empty() { 0 } else { self::words(name).intersection(words).count() }
}

/// A word without the ending of a plural.
fn singular(word: &str) -> String {
    match word.strip_suffix("ies") {
        Some(stem) => format!("{stem}y"),
        None => word.strip_suffix('s').filter(|stem| stem.len() > 2).unwrap_or(word).to_owned(),
    }
}

/// These objects, best first.
pub(super) fn objects(
    request: &Request<'_>,
    place: Place,
    content: &Content,
    start: TextSize,
    ids: Vec<ObjectId>,
) -> Vec<ObjectId> {
    let project = request.snapshot.project;
    let before = before(request, content, start);
    let owner = request.slot.object(project, request.file);
    let mut here: HashSet<&str> = HashSet::new();
    if let Some(id) = owner {
        // The reference at the cursor itself tells nothing.
        let away = |found: &&viz_project::Use| {
            project.resolve(found.loc).is_none_or(|(_, range)| !range.contains_inclusive(request.offset))
        };
        here.extend(project.object(id).uses.iter().filter(away).map(|found| found.name.as_str()));
    }
    let title = request.slot.objects.iter().rev().find_map(|(_, name)| *name).unwrap_or("");
    let title = words(title);
    let compared = before.last_path.as_deref().map(words).unwrap_or_default();
    let once = matches!(
        place,
        Place::ChartInsights
            | Place::ItemChart
            | Place::ItemTable
            | Place::ItemMarkdown
            | Place::ItemInput
            | Place::TemplateSlot
    );
    let second_of_pair = place == Place::RelationCondition;
    let mut ranked: Vec<_> = ids
        .into_iter()
        .map(|id| {
            let object = project.object(id);
            let name = object.name_text();
            let used = here.contains(name);
            let count = project.users_of(id).len();
            let common = shared(name, &title);
            let is_last = before.last_name.as_deref() == Some(name);
            let near = match before.wanted {
                // The other end of the range, or the input that is called like the column.
                Wanted::Value => {
                    let ends = matches!(before.last_path.as_deref(), Some("min" | "first")) && is_last;
                    let fits = before.direction && is_direction(project, id);
                    if ends || fits { 100 } else { 2 * shared(name, &compared) }
                }
                Wanted::Field => 0,
            };
            let expected = group(place, before.wanted, object.kind);
            let fresh = if once {
                (used, count > 0, Reverse(common), 0)
            } else if second_of_pair {
                (used || is_last, false, Reverse(common), 0)
            } else {
                (false, !used, Reverse(common), 0)
            };
            let popularity = if once { 0 } else { count };
            ((expected, Reverse(near), fresh, Reverse(popularity), id), id)
        })
        .collect();
    ranked.sort();
    ranked.into_iter().map(|(_, id)| id).collect()
}

/// Whether the options of an input are `ASC` and `DESC`.
fn is_direction(project: &Project, id: ObjectId) -> bool {
    let Body::Input(input) = &project.object(id).body else { return false };
    let Options::List { items, .. } = &input.options else { return false };
    let word = |text: &str| ["asc", "desc"].iter().any(|start| text.to_ascii_lowercase().starts_with(start));
    !items.is_empty() && items.iter().all(|item| word(&item.text))
}

/// How well a kind fits a place; 0 is best.
fn group(place: Place, wanted: Wanted, kind: Kind) -> u8 {
    match (place, wanted, kind) {
        (Place::InsightProps | Place::InsightInteraction, Wanted::Value, Kind::Input) => 0,
        (Place::InsightProps | Place::InsightInteraction, Wanted::Value, _) => 1,
        (Place::InsightProps | Place::InsightInteraction, _, Kind::Input) => 1,
        (Place::DimensionExpression, _, Kind::Dimension) => 1,
        (Place::TableData | Place::TableFields, _, Kind::Model) => 1,
        (Place::ItemChart, _, Kind::Insight) => 1,
        (Place::Evaluation, _, kind) => u8::from(kind != Kind::Insight),
        _ => 0,
    }
}

/// What a field of a model is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum FieldKind {
    Metric,
    Dimension,
    Column,
}

/// Keys of props that show amounts.
const MEASURES: &[&str] = &["y", "z", "r", "value", "values", "size", "reference", "open", "high", "low", "close"];

/// The order of a model's fields: the smaller comes first.
pub(super) fn field(
    request: &Request<'_>,
    place: Place,
    content: &Content,
    name: &str,
    kind: FieldKind,
    data_type: Option<&DataType>,
) -> impl Ord + use<> {
    let text = &request.text[TextRange::new(content.range.start(), request.offset)];
    let open = text.rfind("${").unwrap_or(text.len());
    let (text, lower) = (&text[..open], text[..open].trim_end().to_ascii_lowercase());
    let found = references(text);
    let key = request.slot.keys.last().copied().unwrap_or("");
    let inner = request.slot.inner.last().copied().unwrap_or("");
    let in_call =
        ["sum(", "avg(", "min(", "max(", "median(", "count(", "count(distinct"].iter().any(|f| lower.ends_with(f));
    let amounts = ["sum(", "avg(", "median("].iter().any(|f| lower.ends_with(f));
    let number = data_type.is_none_or(DataType::is_number);
    let group = match (place, kind) {
        (Place::RelationCondition, _) => {
            let twin =
                found.iter().any(|other| other.path.as_deref().is_some_and(|path| path.eq_ignore_ascii_case(name)));
            let is_key = name.eq_ignore_ascii_case("id") || name.to_ascii_lowercase().ends_with("_id");
            if twin { 0 } else { 1 + u8::from(!is_key) }
        }
        (_, FieldKind::Column) if in_call => u8::from(amounts && !number),
        (_, _) if in_call => 2,
        (Place::InsightInteraction, FieldKind::Metric) if key != "sort" => 2,
        (Place::InsightInteraction, FieldKind::Dimension) if key != "sort" => u8::from(key != "split"),
        (Place::InsightInteraction, _) => 1,
        (Place::InsightProps, FieldKind::Metric) => u8::from(!MEASURES.contains(&inner)),
        (Place::InsightProps, FieldKind::Dimension) => u8::from(MEASURES.contains(&inner)),
        (Place::InsightProps, FieldKind::Column) => 2,
        (Place::MetricExpression | Place::DimensionExpression, FieldKind::Column) => 0,
        _ => 1,
    };
    // What is sorted by is mostly shown.
    let owner = request.slot.object(request.snapshot.project, request.file);
    let shown = key == "sort"
        && owner.is_some_and(|id| {
            let uses = &request.snapshot.project.object(id).uses;
            uses.iter().any(|found| found.path.as_ref().is_some_and(|path| path.text == name))
        });
    let title = request.slot.objects.iter().rev().find_map(|(_, name)| *name).unwrap_or("");
    let common = if key == "sort" { 0 } else { shared(name, &words(title)) };
    (!shown, group, Reverse(common))
}
