//! Plotly's properties below `props` and `layout`: keys and words.

use super::Request;
use super::item::{CompletionItem, CompletionKind, escape};
use super::keys::{Form, plain};
use crate::cursor::context::Content;
use crate::describe::props::{about, kind};
use viz_plotly::{Attribute, COLORSCALES, Constant, ValueType, named_colors, schema};
use viz_project::schema::PALETTES;
use viz_syntax::quoted;
use viz_text::{TextRange, TextSize};

/// What most charts need, first.
const USUAL: &[&str] = &[
    "name",
    "title",
    "text",
    "x",
    "y",
    "z",
    "labels",
    "values",
    "value",
    "mode",
    "orientation",
    "marker",
    "line",
    "color",
    "size",
    "width",
    "height",
    "xaxis",
    "yaxis",
    "legend",
    "showlegend",
    "barmode",
    "margin",
    "font",
];

/// The keys that a mapping of properties may have and does not have yet.
pub(super) fn keys(request: &Request<'_>, present: &dyn Fn(&str) -> bool, form: &Form) -> Vec<CompletionItem> {
    let slot = &request.slot;
    let (Some(root), Some(of)) = (slot.plotly(), slot.attribute()) else { return Vec::new() };
    // Names of data on plotly's own server.
    let hosted = |name: &str| name.strip_suffix("src").is_some_and(|base| schema().child(of, base).is_some());
    let mut known: Vec<(&str, &'static Attribute)> =
        schema().children(of).filter(|(name, _)| !hosted(name) && !present(name)).collect();
    known.sort_by_key(|(name, _)| USUAL.iter().position(|usual| usual == name).unwrap_or(USUAL.len()));
    let item = |(name, attribute): (&str, &'static Attribute)| {
        let mut path = slot.inner.clone();
        path.push(name);
        let (insert, snippet) = behind_key(attribute, form);
        let has_more =
            !matches!(attribute.ty, ValueType::Number | ValueType::Integer | ValueType::String | ValueType::Any);
        let item = plain(name, &kind(attribute), &about(root, &path, attribute), form, &insert, &snippet);
        item.going_on(has_more && !snippet.contains("|}"))
    };
    known.into_iter().map(item).collect()
}

/// What follows a key, as plain text and as a snippet.
fn behind_key(attribute: &Attribute, form: &Form) -> (String, String) {
    let nested = |text: &str| format!(":\n{}{text}", " ".repeat(form.indent + 2));
    match attribute.ty {
        _ if form.flow => (": ".into(), ": $0".into()),
        ValueType::Object => (nested(""), nested("$0")),
        ValueType::List => (nested("- "), nested("- $0")),
        ValueType::DataArray => (": ?{ ".into(), ": ?{ $0 \\}".into()),
        ValueType::Boolean => (": ".into(), ": ${1|true,false|}$0".into()),
        ValueType::Enumerated if (1..10).contains(&attribute.words().len()) => {
            let words: Vec<String> =
                values(attribute).iter().map(|word| escape(&written(attribute, word, None))).collect();
            let plain = words.iter().all(|word| !word.contains([',', '|']));
            let choice = if plain { format!(": ${{1|{}|}}$0", words.join(",")) } else { ": $0".to_owned() };
            (": ".into(), choice)
        }
        _ => (": ".into(), ": $0".into()),
    }
}

/// The words of a property's value.
pub(super) fn words(request: &Request<'_>, content: &Content) -> Vec<CompletionItem> {
    let Some(attribute) = request.slot.attribute() else { return Vec::new() };
    let default = attribute.default.as_ref();
    let default = default.map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
    let (text, at) = request.content(content);
    let (before, after) = text.split_at(usize::from(at));
    let start = before.rfind('+').map_or(0, |plus| plus + 1);
    let end = after.find('+').map_or(text.len(), |plus| before.len() + plus);
    let is_flags = attribute.ty == ValueType::Flaglist;
    let replace = if is_flags { piece(content, start, end) } else { content.range };
    let taken: Vec<&str> =
        if is_flags { before[..start].split('+').chain(text[end..].split('+')).collect() } else { Vec::new() };
    let is_part = is_flags && (start > 0 || end < text.len());
    let item = |word: String| {
        let insert = if is_part { word.clone() } else { written(attribute, &word, content.quote) };
        let detail = if default.as_deref() == Some(word.as_str()) { "default" } else { "" };
        CompletionItem::own(word, CompletionKind::Value, replace).insert(insert).detail(detail)
    };
    let is_palette = request.slot.inner == ["colorway"];
    if !is_palette && matches!(attribute.ty, ValueType::Color | ValueType::Colorlist) {
        let color = |(name, hex): (&str, String)| {
            let insert = quoted(name, content.quote);
            CompletionItem::own(name, CompletionKind::Color, replace).insert(insert).detail(&hex).documentation(hex)
        };
        return named_colors().map(color).collect();
    }
    let mut all = values(attribute);
    if attribute.ty == ValueType::Colorscale {
        all.extend(COLORSCALES.iter().map(|name| (*name).to_owned()));
    }
    if is_palette {
        all = PALETTES.iter().map(|name| (*name).to_owned()).collect();
    }
    let stands_alone = |word: &String| attribute.extras.iter().any(|extra| extra.to_string() == *word);
    let out = |word: &String| taken.contains(&word.as_str()) || (is_part && stands_alone(word));
    all.retain(|word| !out(word));
    all.into_iter().map(item).collect()
}

/// A value as it is written: in quotes where YAML would read something else. Constants such as `false` are no texts.
fn written(attribute: &Attribute, word: &str, quote: Option<char>) -> String {
    let mut all = attribute.values.iter().chain(&attribute.extras);
    let constant = attribute.ty == ValueType::Boolean
        || all.any(|value| !matches!(value, Constant::Text(_)) && value.to_string() == word);
    if constant { word.to_owned() } else { quoted(word, quote) }
}

/// The words and constants that a value may be.
fn values(attribute: &Attribute) -> Vec<String> {
    if attribute.ty == ValueType::Boolean {
        return vec!["true".into(), "false".into()];
    }
    let words = attribute.words();
    let constants = attribute.values.iter().chain(&attribute.extras);
    let others = constants.filter(|value| match value {
        Constant::Boolean(_) => true,
        Constant::Number(_) => words.is_empty(),
        Constant::Text(_) | Constant::Pattern(_) => false,
    });
    let words = words.iter().map(|word| (*word).to_owned());
    words.chain(others.map(Constant::to_string)).collect()
}

/// A part of a scalar.
fn piece(content: &Content, start: usize, end: usize) -> TextRange {
    TextRange::new(TextSize::new(start as u32), TextSize::new(end as u32)) + content.range.start()
}
