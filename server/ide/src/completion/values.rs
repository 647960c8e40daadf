//! Values: words of fixed sets, names, options, and the beginnings of queries.

use super::Request;
use super::fields::fields;
use super::item::{CompletionItem, CompletionKind};
use super::names::{Form, names};
use super::paths;
use super::slots;
use super::sql;
use super::tables;
use crate::cursor::context::{Content, Step};
use std::path::Path;
use viz_check::options_of;
use viz_plotly::{ValueType, named_colors, schema};
use viz_project::schema::{HEIGHTS, PALETTES, Type, known_pages};
use viz_project::{Body, Environment, Kind, Place, Rule};
use viz_syntax::quoted;
use viz_syntax::{Cursor, cursor};
use viz_text::{TextRange, TextSize};

/// Sorts of traces, the common ones first (9).
const TRACE_TYPES: &[&str] = &[
    "scatter",
    "bar",
    "pie",
    "histogram",
    "box",
    "violin",
    "heatmap",
    "indicator",
    "funnel",
    "waterfall",
    "treemap",
    "sunburst",
    "sankey",
    "scattergl",
    "scatter3d",
    "scatterpolar",
    "scatterpolargl",
    "scattergeo",
    "scattermap",
    "scattermapbox",
    "scattercarpet",
    "scattersmith",
    "scatterternary",
    "barpolar",
    "candlestick",
    "ohlc",
    "carpet",
    "choropleth",
    "choroplethmap",
    "choroplethmapbox",
    "cone",
    "contour",
    "contourcarpet",
    "densitymap",
    "densitymapbox",
    "funnelarea",
    "histogram2d",
    "histogram2dcontour",
    "icicle",
    "image",
    "isosurface",
    "mesh3d",
    "parcats",
    "parcoords",
    "splom",
    "streamtube",
    "surface",
    "volume",
];

/// Anchors of date expressions (5.3).
const DATES: &[&str] = &[
    "today",
    "now",
    "start_of_week",
    "end_of_week",
    "start_of_month",
    "end_of_month",
    "start_of_quarter",
    "end_of_quarter",
    "start_of_year",
    "end_of_year",
];

/// Steps of date ranges.
const STEPS: &[&str] = &["1 day", "1 week", "1 month", "1 quarter", "1 year"];

/// Where a value or a key may start.
pub(super) fn at_start(request: &Request<'_>, content: &Content, dash: bool, flow: bool) -> Vec<CompletionItem> {
    match request.slot.ty {
        Type::List(item) if !dash && !flow && content.range.is_empty() => {
            let place = match item {
                Type::ObjectOrReference(_, place) | Type::Expression(place) => *place,
                _ => return Vec::new(),
            };
            let mut items = names(request, place, content, content.range, Form::Whole { in_text: false });
            for item in &mut items {
                item.lead = "- ";
            }
            items
        }
        Type::Object(_) | Type::SourceOfType(_) | Type::Mapping(_) | Type::Interaction | Type::List(_) => Vec::new(),
        Type::Props if !flow && request.slot.inner.is_empty() => Vec::new(),
        _ => values(request, content),
    }
}

/// What may stand in a scalar.
pub(super) fn values(request: &Request<'_>, content: &Content) -> Vec<CompletionItem> {
    let (text, at) = request.content(content);
    let absolute = |range: TextRange| range + content.range.start();
    if let Some(variables) = variables(request, content) {
        return variables;
    }
    if request.slot.kind() == Kind::Model && request.slot.keys.last() == Some(&"sql") {
        return tables::in_model(request, content);
    }
    if slots::is_template(request) {
        return slots::slots(request, content);
    }
    let Some(place) = request.slot.place() else { return plain(request, content) };
    let place = if lies_on_carpet(request) && !text.trim_start().starts_with("?{") { Place::TraceLink } else { place };
    match cursor(text, at) {
        Cursor::RefName { replace, quoted } => {
            let context = in_braces(text, at);
            names(request, place, content, absolute(replace), Form::Call { context, quoted })
        }
        Cursor::RefPath { name, replace } => fields(request, place, content, &name, absolute(replace)),
        Cursor::Open { replace } => names(request, place, content, absolute(replace), Form::Open),
        Cursor::Query => in_sql(request, place, content),
        Cursor::Text => match request.slot.ty {
            Type::Expression(_) | Type::Evaluation => in_sql(request, place, content),
            _ => plain(request, content),
        },
    }
}

/// Whether this is the property of a trace that names the carpet on which it lies (R-22-45).
fn lies_on_carpet(request: &Request<'_>) -> bool {
    let project = request.snapshot.project;
    let body = request.slot.object(project, request.file).map(|id| &project.object(id).body);
    let Some(Body::Insight(insight)) = body else { return false };
    let trace = insight.trace_type.as_ref().map(|ty| ty.text.as_str());
    matches!(request.slot.ty, Type::Props)
        && request.slot.inner == ["carpet"]
        && matches!(trace, Some("contourcarpet" | "scattercarpet"))
        && project.target().has(Rule::TraceLinks)
}

/// Whether the reference at the cursor is a `${…}`.
fn in_braces(text: &str, at: TextSize) -> bool {
    let before = &text[..usize::from(at)];
    before.rfind("${").is_some_and(|open| !before[open..].contains('}'))
}

/// Outside references in SQL: references, or the columns that an expression in a model uses.
fn in_sql(request: &Request<'_>, place: Place, content: &Content) -> Vec<CompletionItem> {
    if let Some(options) = sql::options(request, content) {
        return options;
    }
    let replace = request.word(content.range);
    if request.slot.keys.last() == Some(&"sort")
        && let Some(directions) = sql::directions(request, content, replace)
    {
        return directions;
    }
    let mut items = if place == Place::ScopedExpression {
        let model = request.slot.model_object(request.snapshot.project, request.file);
        model.map(|model| sql::own_columns(request, model, replace)).unwrap_or_default()
    } else {
        let mut items = names(request, place, content, replace, Form::Whole { in_text: true });
        items.extend(match place {
            // The one model is referred to as a whole, its columns by their own names (4.4).
            Place::InputQuery => sql::bare(request, content, replace),
            _ => sql::qualified(request, content, replace),
        });
        items
    };
    if !matches!(request.slot.ty, Type::Evaluation) {
        items.extend(sql::words(request, replace));
    }
    items
}

/// Environment variables behind `${env.`, or where only they make sense.
fn variables(request: &Request<'_>, content: &Content) -> Option<Vec<CompletionItem>> {
    if !matches!(request.slot.ty, Type::EnvironmentText) {
        return None;
    }
    let (text, at) = request.content(content);
    let before = &text[..usize::from(at)];
    let open = before.rfind("${").filter(|open| !before[*open..].contains('}'))?;
    let name = "${env.".len();
    let typed = &before[open..];
    let (start, prefix) = match typed.strip_prefix("${env.") {
        Some(_) => (open + name, ""),
        None => (open + 2, "env."),
    };
    let end = usize::from(at)
        + text[usize::from(at)..]
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(text.len() - usize::from(at));
    let replace = TextRange::new(TextSize::new(start as u32), TextSize::new(end as u32)) + content.range.start();
    let close = if text[end..].starts_with('}') { "" } else { "}" };
    // Those of `.env`: what else the process has is nobody's business.
    let variables = Environment::empty().with_file(&request.snapshot.project.root, request.files);
    let mut names: Vec<&str> = variables.names().collect();
    names.sort_unstable();
    let item = |variable: &str| {
        CompletionItem::new(variable, CompletionKind::Variable, replace)
            .detail("environment variable")
            .insert(format!("{prefix}{variable}{close}"))
            .filter(format!("{prefix}{variable}"))
    };
    Some(names.into_iter().map(item).collect())
}

/// Values that are no references yet.
fn plain(request: &Request<'_>, content: &Content) -> Vec<CompletionItem> {
    if content.lines {
        return Vec::new(); // it goes on from a line above
    }
    let slot = &request.slot;
    let replace = content.range;
    let word = |word: &str| CompletionItem::own(word, CompletionKind::Value, replace);
    let by_default = |mut item: CompletionItem| {
        if slot.field.is_some_and(|field| field.default == item.label) {
            item.detail = Some("default".into());
        }
        item
    };
    let snippet = |label: &str, insert: &str, snippet: &str| {
        CompletionItem::own(label, CompletionKind::Snippet, replace).insert(insert).snippet(snippet)
    };
    let whole = |place| names(request, place, content, replace, Form::Whole { in_text: false });
    let empty = request.text[replace].trim_matches('?').is_empty();
    match slot.ty {
        Type::Choice(words) => words.iter().map(|text| by_default(word(text))).collect(),
        Type::IntegerChoice(numbers) => {
            let target = request.snapshot.project.target();
            known_pages(numbers, target).map(|number| by_default(word(&number.to_string()))).collect()
        }
        Type::HexColor => {
            // Only digits are allowed, and nobody knows them by heart.
            let color = |(name, hex): (&str, String)| {
                let item = CompletionItem::own(name, CompletionKind::Color, replace).detail(&hex);
                item.insert(quoted(&hex, content.quote)).documentation(hex)
            };
            named_colors().map(color).collect()
        }
        Type::Colorway => PALETTES.iter().map(|name| word(name)).collect(),
        Type::Boolean => ["true", "false"].iter().map(|text| by_default(word(text))).collect(),
        Type::Height => HEIGHTS.iter().map(|text| by_default(word(text))).collect(),
        Type::Text | Type::EnvironmentText => texts(request, content),
        Type::Plain => {
            let mut items = bounds(request, content);
            items.extend(options(request, content));
            items
        }
        Type::DefaultValues => {
            let mut items: Vec<_> = ["all", "none"].iter().map(|text| word(text)).collect();
            items.extend(options(request, content));
            items
        }
        Type::ObjectOrReference(_, place) => whole(place),
        Type::TableData => whole(Place::TableData),
        Type::MarkdownItem => whole(Place::ItemMarkdown),
        Type::Query(_) if empty => vec![snippet("?{ … }", "?{ ", "?{ $0 \\}").detail("query")],
        Type::Options if empty => {
            let text = "?{ select distinct $1 from \\${ref($0)\\} \\}";
            vec![snippet("?{ select distinct … }", "?{ select distinct ", text).detail("query").filter("?{ select")]
        }
        Type::Evaluation if empty => vec![snippet(">{ … }", "\">{ ", "\">{ $0 \\}\"").detail("expression")],
        Type::Props if slot.inner == ["type"] => TRACE_TYPES.iter().map(|text| trace(word(text))).collect(),
        // What has keys takes no text: they go below it.
        Type::Props
            if empty && content.quote.is_none() && slot.attribute().is_some_and(|of| of.ty == ValueType::Object) =>
        {
            let mut items = super::keys::below(request, content);
            items.extend(whole(Place::InsightProps));
            items
        }
        Type::Props if slot.attribute().is_some_and(|of| matches!(of.ty, ValueType::Object | ValueType::List)) => {
            whole(Place::InsightProps)
        }
        Type::Layout => super::props::words(request, content),
        Type::Props => {
            let mut items = super::props::words(request, content);
            if empty {
                items.push(snippet("?{ … }", "?{ ", "?{ $0 \\}").detail("query"));
            }
            items.extend(whole(if lies_on_carpet(request) { Place::TraceLink } else { Place::InsightProps }));
            items
        }
        _ => Vec::new(),
    }
}

/// A type of trace with what it shows.
fn trace(item: CompletionItem) -> CompletionItem {
    let about = schema().about(&item.label);
    item.documentation(about)
}

/// Texts of which the project knows what they may be.
fn texts(request: &Request<'_>, content: &Content) -> Vec<CompletionItem> {
    let key = request.slot.field.map_or("", |field| field.name);
    let root = &request.snapshot.project.root;
    match (request.slot.kind(), key) {
        (Kind::Defaults, "source_name") => named(request, content, Kind::Source),
        (Kind::Defaults, "alert_name") => named(request, content, Kind::Alert),
        (Kind::Include, "path") => {
            let folder = request.snapshot.project.file(request.file).path.parent().unwrap_or(root).to_path_buf();
            paths::paths(request, content, &folder, &["yml", "yaml"])
        }
        (Kind::Source, "file") => paths::paths(request, content, root, &["csv", "tsv", "txt", "xls", "xlsx"]),
        (Kind::Source, "database") => databases(request, content, root),
        _ => Vec::new(),
    }
}

/// The files that a source of this type may open.
fn databases(request: &Request<'_>, content: &Content, root: &Path) -> Vec<CompletionItem> {
    let ty = match request.context.steps.last() {
        Some(Step::Key { of, .. }) => of.value("type"),
        _ => None,
    };
    let extensions: &[&str] = match ty {
        Some("duckdb") => &["duckdb", "ddb", "db"],
        Some("sqlite") => &["sqlite", "sqlite3", "db", "db3"],
        None => &["duckdb", "ddb", "db", "sqlite", "sqlite3", "db3"],
        // A name on a server.
        Some(_) => return Vec::new(),
    };
    let mut items = paths::paths(request, content, root, extensions);
    if ty == Some("duckdb") && !request.text[content.range].contains('/') {
        let memory = CompletionItem::own(":memory:", CompletionKind::Value, content.range).detail("no file");
        items.push(memory.insert(quoted(":memory:", content.quote)));
    }
    items
}

/// Names of top-level objects, as plain text.
fn named(request: &Request<'_>, content: &Content, kind: Kind) -> Vec<CompletionItem> {
    let project = request.snapshot.project;
    let mut ids: Vec<_> =
        project.ids().filter(|id| project.object(*id).kind == kind && project.parent(*id).is_none()).collect();
    ids.retain(|id| !project.object(*id).name_text().is_empty());
    let item = |id| {
        let name = project.object(id).name_text();
        CompletionItem::new(name, CompletionKind::Object(kind), content.range)
            .detail(super::describe::detail(project, id))
            .documentation(super::describe::documentation(project, id))
    };
    ids.into_iter().map(item).collect()
}

/// Bounds and steps of date ranges.
fn bounds(request: &Request<'_>, content: &Content) -> Vec<CompletionItem> {
    let words = match request.slot.keys.as_slice() {
        [.., "range", "start" | "end"] | [.., "default", "start" | "end"] => DATES,
        [.., "range", "step"] => STEPS,
        _ => return Vec::new(),
    };
    words.iter().map(|word| CompletionItem::own(*word, CompletionKind::Value, content.range)).collect()
}

/// The options of the input, for its default.
fn options(request: &Request<'_>, content: &Content) -> Vec<CompletionItem> {
    const SHOWN: usize = 200;
    if !request.slot.keys.contains(&"default") || request.slot.kind() != Kind::Input {
        return Vec::new();
    }
    let Some(id) = request.slot.object(request.snapshot.project, request.file) else { return Vec::new() };
    if !matches!(request.snapshot.project.object(id).body, Body::Input(_)) {
        return Vec::new();
    }
    let Ok(options) = options_of(request.snapshot.project, request.snapshot.facts, id, request.snapshot.local()) else {
        return Vec::new();
    };
    let item = |option| CompletionItem::new(option, CompletionKind::Option, content.range).detail("option");
    options.values.iter().take(SHOWN).map(|value| item(value.raw())).collect()
}
