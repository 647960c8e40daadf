//! Keys of objects: those that the schema table knows for the place and that aren't there yet, required ones first.

use super::Request;
use super::item::{CompletionItem, CompletionKind, escape};
use super::props;
use crate::cursor::context::{Content, Mapping, Step};
use crate::cursor::expected::{fields, is_merged, object_kind};
use crate::describe::field::{type_name, version};
use viz_plotly::ValueType;
use viz_project::Kind;
use viz_project::schema::{Field, INTERACTION_DOCS, Target, Type, known_pages, shape};
use viz_text::{TextRange, TextSize};

/// How a key is to be inserted.
pub(super) struct Form {
    replace: TextRange,
    /// Only the name: the colon is there.
    name_only: bool,
    /// Put before it: the dash of a new list item.
    prefix: &'static str,
    /// Columns from the start of the line's text to the key.
    pub indent: usize,
    /// In `{…}`, where nothing goes on the next line.
    pub flow: bool,
}

/// At a key that has its colon.
pub(super) fn at_key(request: &Request<'_>, key: TextRange) -> Vec<CompletionItem> {
    let form = Form { replace: key, name_only: true, prefix: "", indent: 0, flow: true };
    items(request, request.slot.ty, &request.context.here, key, &form)
}

/// Where a key may start.
pub(super) fn at_start(request: &Request<'_>, content: &Content, dash: bool, flow: bool) -> Vec<CompletionItem> {
    let text = &request.text[content.range];
    let word = text.find(char::is_whitespace).map_or(content.range.len(), |len| TextSize::new(len as u32));
    let end = (content.range.start() + word).max(request.offset);
    let replace = TextRange::new(content.range.start(), end);
    let line_start = request.text[..usize::from(content.range.start())].rfind('\n').map_or(0, |found| found + 1);
    let line = &request.text[line_start..];
    let line_indent = line.len() - line.trim_start_matches([' ', '\t']).len();
    let column = usize::from(content.range.start()) - line_start;
    let indent = if dash { column.saturating_sub(line_indent) + usize::from(content.gap) } else { 0 };
    let mut form = Form { replace, name_only: false, prefix: "", indent, flow };
    let in_item = matches!(request.context.steps.last(), Some(Step::Item));
    match request.slot.ty {
        // On a line of its own in a list, a new item goes.
        Type::List(item) if !dash && !flow => {
            (form.prefix, form.indent) = ("- ", 2);
            items(request, *item, &Mapping::default(), replace, &form)
        }
        ty if !dash && !flow && !in_item && request.slot.attribute().is_some_and(|of| of.ty == ValueType::List) => {
            (form.prefix, form.indent) = ("- ", 2);
            items(request, ty, &Mapping::default(), replace, &form)
        }
        ty => items(request, ty, &request.context.here, replace, &form),
    }
}

fn items(request: &Request<'_>, ty: Type, here: &Mapping<'_>, own: TextRange, form: &Form) -> Vec<CompletionItem> {
    let present = |name: &str| here.pairs.iter().any(|pair| pair.name == name && pair.range != own);
    match ty {
        Type::Interaction => {
            let free = INTERACTION_DOCS.iter().filter(|(key, _)| !present(key));
            free.map(|(key, doc)| plain(key, "query", doc, form, ": ", ": ?{ $0 \\}").going_on(true)).collect()
        }
        Type::Props if request.slot.inner.is_empty() && !present("type") => {
            let about = "The sort of trace: `bar`, `scatter`, …";
            vec![plain("type", "required", about, form, ": ", ": $0").going_on(!form.name_only)]
        }
        Type::Props | Type::Layout => props::keys(request, &present, form),
        _ => {
            let Some(mut known) = fields(ty, here) else { return Vec::new() };
            let kind = object_kind(ty, here);
            if kind == Some(Kind::Dashboard) && !["href", "template", "rows"].iter().any(|key| present(key)) {
                for other in ["href", "template"] {
                    let fields = shape(Kind::Dashboard, |key| key == other).fields.iter();
                    known.extend(fields.filter(|field| field.name == other));
                }
            }
            if kind == Some(Kind::Model) && !present("sql") {
                for special in ["args", "models"] {
                    let other = shape(Kind::Model, |key| key == special);
                    known.extend(other.fields.iter().filter(|field| field.name == special && !present(special)));
                }
            }
            let target = request.snapshot.project.target();
            let included = request.file.0 != 0;
            known.retain(|field| {
                let version = field.versions.contains(target);
                let free = !present(field.name) && field.alias.is_none_or(|alias| !present(alias));
                let writable = !field.doc.starts_with("Set automatically");
                let merged = !(kind == Some(Kind::Project) && included) || is_merged(field.name);
                version && free && writable && merged && !excluded(kind, field.name, &present)
            });
            known.sort_by_key(|field| (!field.required, kind != Some(Kind::Project) && field.name != "name"));
            let has_default = request.snapshot.project.default_source().is_some();
            known.into_iter().map(|field| item(field, form, target, has_default)).collect()
        }
    }
}

/// Whether a key can't stand beside those that are there.
fn excluded(kind: Option<Kind>, name: &str, present: &dyn Fn(&str) -> bool) -> bool {
    let groups: &[&[&str]] = match kind {
        Some(Kind::Item) => &[&["chart"], &["table"], &["markdown"], &["input"], &["rows"]],
        Some(Kind::Table) => &[&["data"], &["columns", "rows", "values"]],
        Some(Kind::Input) => &[&["options"], &["range"]],
        _ => return false,
    };
    let Some(own) = groups.iter().position(|group| group.contains(&name)) else { return false };
    groups.iter().enumerate().any(|(index, group)| index != own && group.iter().any(|name| present(name)))
}

fn item(field: &Field, form: &Form, target: Target, has_default: bool) -> CompletionItem {
    let (insert, snippet) = value_text(&field.ty, form, target, has_default);
    let mut detail = type_name(&field.ty);
    if field.required {
        detail = format!("required · {detail}");
    }
    let mut doc = field.doc.to_owned();
    if !field.default.is_empty() {
        doc.push_str(&format!("\n\ndefault: `{}`", field.default));
    }
    if let Some(version) = version(field) {
        doc.push_str(&format!("\n\n*{version}*"));
    }
    let goes_on = !form.name_only && has_more(&field.ty) && !snippet.contains("|}");
    plain(field.name, &detail, &doc, form, &insert, &snippet).going_on(goes_on)
}

/// Whether something is offered where a value of this type begins.
fn has_more(ty: &Type) -> bool {
    matches!(
        ty,
        Type::Choice(_)
            | Type::Boolean
            | Type::IntegerChoice(_)
            | Type::Height
            | Type::HexColor
            | Type::Colorway
            | Type::Object(_)
            | Type::SourceOfType(_)
            | Type::Mapping(_)
            | Type::Props
            | Type::Layout
            | Type::List(Type::ObjectOrReference(..) | Type::Interaction)
            | Type::ObjectOrReference(..)
            | Type::TableData
            | Type::MarkdownItem
            | Type::Query(_)
            | Type::Options
    )
}

/// The keys of the property whose value is at the cursor, on a line of their own below its key.
pub(super) fn below(request: &Request<'_>, content: &Content) -> Vec<CompletionItem> {
    let line_start = request.text[..usize::from(content.range.start())].rfind('\n').map_or(0, |found| found + 1);
    let line = request.text[line_start..].trim_start_matches([' ', '\t']);
    if line.starts_with('-') {
        return Vec::new();
    }
    let form = Form { replace: content.range, name_only: false, prefix: "\n  ", indent: 2, flow: false };
    props::keys(request, &|_| false, &form)
}

/// A key with what follows it, as plain text and as a snippet.
pub(super) fn plain(name: &str, detail: &str, doc: &str, form: &Form, insert: &str, snippet: &str) -> CompletionItem {
    let item = CompletionItem::own(name, CompletionKind::Key, form.replace).detail(detail).documentation(doc);
    if form.name_only {
        return item;
    }
    let before = format!("{}{name}", form.prefix);
    item.insert(format!("{before}{insert}")).snippet(format!("{}{snippet}", escape(&before)))
}

/// What follows a key: the colon and the beginning of its value.
fn value_text(ty: &Type, form: &Form, target: Target, has_default: bool) -> (String, String) {
    let nested = |text: &str| format!(":\n{}{text}", " ".repeat(form.indent + 2));
    let colon = || (": ".to_owned(), ": $0".to_owned());
    match ty {
        _ if form.flow => colon(),
        Type::Choice(words) => (": ".into(), format!(": ${{1|{}|}}$0", words.join(","))),
        Type::Boolean => (": ".into(), ": ${1|true,false|}$0".into()),
        Type::Template => (nested_block(form), nested_block(form) + "$0"),
        Type::IntegerChoice(numbers) => {
            let words: Vec<String> = known_pages(numbers, target).map(|number| number.to_string()).collect();
            (": ".into(), format!(": ${{1|{}|}}$0", words.join(",")))
        }
        Type::Object(_) | Type::SourceOfType(_) | Type::Mapping(_) => (nested(""), nested("$0")),
        Type::Props => (nested("type: "), nested("type: $0")),
        Type::Layout => (nested(""), nested("$0")),
        Type::List(Type::ObjectOrReference(..)) => (nested("- "), nested("- \\${ref($0)\\}")),
        Type::List(Type::Evaluation) => (nested("- "), nested("- \">{ $0 \\}\"")),
        Type::List(Type::Object(kind)) if starts_with_name(*kind) => {
            let (text, snippet) = first_item(*kind, form.indent + 4, has_default);
            (nested(&text), nested(&snippet))
        }
        Type::List(_) => (nested("- "), nested("- $0")),
        Type::ObjectOrReference(..) | Type::TableData | Type::MarkdownItem => (": ".into(), ": \\${ref($0)\\}".into()),
        Type::Query(_) => (": ".into(), ": ?{ $0 \\}".into()),
        Type::Evaluation => (": ".into(), ": \">{ $0 \\}\"".into()),
        _ => colon(),
    }
}

/// A block scalar on the lines below.
fn nested_block(form: &Form) -> String {
    format!(": |\n{}", " ".repeat(form.indent + 2))
}

/// The beginning of a list of objects: the name and what else is needed, a line each, so that it is whole once all is filled in.
/// Indented lines get `indent`.
fn first_item(kind: Kind, indent: usize, has_default: bool) -> (String, String) {
    let mut lines: Vec<(&str, &str, Option<&[&str]>)> = Vec::new();
    if kind == Kind::Model && !has_default {
        lines.push(("source", "\\${ref(#)\\}", None));
    }
    for field in shape(kind, |_| false).fields.iter().filter(|field| field.required && field.name != "name") {
        lines.push(match field.ty {
            Type::Choice(words) => (field.name, "", Some(words)),
            _ => (field.name, "#", None),
        });
    }
    // What the schema asks for only once the type is known, or not at all.
    match kind {
        Kind::Input => lines.push(("options", "#", None)),
        Kind::Insight => lines.push(("props:\n  type", "#", None)),
        _ => {}
    }
    let (mut text, mut snippet) = ("- name: ".to_owned(), "- name: $1".to_owned());
    for (at, (key, value, words)) in lines.iter().enumerate() {
        // The last one ends the snippet: an editor goes on to the next key's own stops then.
        let stop = if at + 1 == lines.len() && words.is_none() { 0 } else { at + 2 };
        let value = match words {
            Some(words) => format!("${{{stop}|{}|}}", words.join(",")),
            None => value.replace('#', &format!("${stop}")),
        };
        for (at, line) in key.split('\n').enumerate() {
            let begins = format!("\n{}{line}", " ".repeat(indent));
            let (more, filled) = match at + 1 == key.split('\n').count() {
                true => (": ".to_owned(), format!(": {value}")),
                false => (String::new(), String::new()),
            };
            text.push_str(&format!("{begins}{more}"));
            snippet.push_str(&format!("{begins}{filled}"));
        }
    }
    if lines.is_empty() {
        snippet = "- name: $0".to_owned();
    }
    (text, snippet)
}

/// Whether objects of a kind mostly begin with their name.
fn starts_with_name(kind: Kind) -> bool {
    !matches!(kind, Kind::Row | Kind::Item | Kind::Include)
}
