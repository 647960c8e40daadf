//! Names of objects: inside `ref(…)`, behind `${`, and as whole references where a value goes.

use super::Request;
use super::describe;
use super::item::{CompletionItem, CompletionKind, escape};
use super::rank;
use crate::cursor::context::Content;
use crate::fuzzy;
use viz_project::{Body, Kind, ObjectId, Place, Rule, Selection};
use viz_text::{TextRange, TextSize};

/// How much of the reference stands there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// `ref(`, in `${…}` or not, perhaps with a quote behind it.
    Call { context: bool, quoted: bool },
    /// `${` and perhaps a part of `ref`.
    Open,
    /// Nothing; `in_text` where it is a part of an expression.
    Whole { in_text: bool },
}

/// What follows the name in a complete reference.
enum Tail {
    Nothing,
    /// A field that has to be chosen.
    Field,
    /// This accessor.
    Accessor(&'static str),
}

/// Names that are offered at once: more are neither read nor worth sending.
const MOST: usize = 100;

/// What is there of a name, of what is typed of a reference.
fn typed(text: &str) -> &str {
    match text.rsplit_once('(') {
        Some((_, name)) => name,
        None if "${ref".starts_with(text) || "ref".starts_with(text) => "",
        None => text,
    }
}

/// The names that a reference of this place may have. `replace` is what stands there of the name (or of all).
pub(super) fn names(
    request: &Request<'_>,
    place: Place,
    content: &Content,
    replace: TextRange,
    form: Form,
) -> Vec<CompletionItem> {
    let project = request.snapshot.project;
    let is_query = request.text[content.range].trim_start().starts_with("?{");
    let fits = |id: &ObjectId| {
        let object = project.object(*id);
        let named = !object.name_text().is_empty() && is_referable(object.name_text());
        named
            && allowed(request, place, is_query, object.kind)
            && (place != Place::TraceLink || is_carpet(&object.body))
    };
    // Names inside models have to be reached through their model.
    let scoped = |id: &ObjectId| {
        matches!(project.object(*id).kind, Kind::Metric | Kind::Dimension) && project.parent(*id).is_some()
    };
    // Nothing refers to itself.
    let owner = request.slot.object(project, request.file);
    let ids: Vec<ObjectId> = project.ids().filter(|id| fits(id) && !scoped(id) && Some(*id) != owner).collect();
    let mut ids = rank::objects(request, place, content, replace.start(), ids);
    if ids.len() > MOST {
        let typed = typed(&request.text[TextRange::new(replace.start(), request.offset)]);
        ids.retain(|id| fuzzy::score(typed, project.object(*id).name_text()).is_some());
        let begins = |id: &ObjectId| {
            let name = project.object(*id).name_text();
            name.get(..typed.len()).is_some_and(|start| start.eq_ignore_ascii_case(typed))
        };
        ids.sort_by_cached_key(|id| !begins(id));
        request.cut.set(request.cut.get() || ids.len() > MOST);
        ids.truncate(MOST);
    }
    let after = After::of(request, content, replace.end(), form);
    ids.into_iter().map(|id| item(request, place, id, replace, form, &after)).collect()
}

/// Whether a reference can hold this name (`R-REF-02`).
fn is_referable(name: &str) -> bool {
    name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, ' ' | '\'' | '"' | '-' | '_'))
}

fn allowed(request: &Request<'_>, place: Place, is_query: bool, kind: Kind) -> bool {
    match place {
        // Without `?{`, only inputs are substituted.
        Place::InsightProps if !is_query => kind == Kind::Input,
        Place::Evaluation => !matches!(kind, Kind::Row | Kind::Item | Kind::Project),
        Place::ItemChart if request.snapshot.project.target().has(Rule::InsightsInItems) => {
            matches!(kind, Kind::Chart | Kind::Insight)
        }
        place => place.targets().contains(&kind),
    }
}

fn is_carpet(body: &Body) -> bool {
    matches!(body, Body::Insight(insight) if insight.trace_type.as_ref().is_some_and(|ty| ty.text == "carpet"))
}

/// What stands behind the name already.
struct After {
    /// End of a closing quote.
    quote: bool,
    /// Bytes up to and with `)`, if it is there.
    paren: Option<TextSize>,
    /// A dot follows the `)`.
    dot: bool,
    /// The `}` of `${` is there.
    brace: bool,
}

impl After {
    fn of(request: &Request<'_>, content: &Content, end: TextSize, form: Form) -> Self {
        let text = &request.text[TextRange::new(end, content.range.end().max(end))];
        let mut rest = text;
        let mut quote = false;
        let mut paren = None;
        if let Form::Call { quoted, .. } = form {
            if quoted && let Some(next) = rest.strip_prefix(['\'', '"']) {
                (rest, quote) = (next, true);
            }
            if let Some(next) = rest.trim_start_matches(' ').strip_prefix(')') {
                paren = Some(end + TextSize::of(text) - TextSize::of(next));
                rest = next;
            }
        }
        let whole = matches!(form, Form::Whole { .. });
        let brace = !whole && has_brace(request.text[content.range].trim_start().starts_with("?{"), rest);
        Self { quote, paren, dot: rest.starts_with('.'), brace }
    }
}

/// Whether the `}` of a `${` follows. In a query, the `}` behind white-space may be the query's own.
pub(super) fn has_brace(in_query: bool, rest: &str) -> bool {
    if rest.starts_with('}') {
        return true;
    }
    match rest.trim_start().strip_prefix('}') {
        Some(more) => !in_query || more.contains('}'),
        None => false,
    }
}

fn tail(request: &Request<'_>, place: Place, id: ObjectId) -> Tail {
    let in_expression = matches!(
        place,
        Place::MetricExpression
            | Place::DimensionExpression
            | Place::RelationCondition
            | Place::InsightProps
            | Place::InsightInteraction
            | Place::TableFields
            | Place::ChartLayout
    );
    match &request.snapshot.project.object(id).body {
        Body::Input(input) if in_expression => match input.selection {
            Some(Selection::Multi) => Tail::Field,
            _ => Tail::Accessor("value"),
        },
        Body::Model(_) | Body::Insight(_) if in_expression => Tail::Field,
        _ => Tail::Nothing,
    }
}

fn item(
    request: &Request<'_>,
    place: Place,
    id: ObjectId,
    replace: TextRange,
    form: Form,
    after: &After,
) -> CompletionItem {
    let project = request.snapshot.project;
    let object = project.object(id);
    let name = object.name_text();
    let context = !matches!(form, Form::Call { context: false, .. });
    let mut insert = match form {
        Form::Call { .. } => String::new(),
        Form::Open => "ref(".to_owned(),
        Form::Whole { .. } => "${ref(".to_owned(),
    };
    insert.push_str(name);
    if let Form::Call { quoted: true, .. } = form
        && !after.quote
    {
        let quote = request.text[..usize::from(replace.start())].chars().next_back().unwrap_or('\'');
        insert.push(quote);
    }
    let mut replace = replace;
    let mut snippet = None;
    let tail = if context && !after.dot { tail(request, place, id) } else { Tail::Nothing };
    let missing_brace = context && !after.brace && !after.dot;
    match (after.paren, tail) {
        (Some(_), Tail::Nothing) => {}
        (paren, tail) => {
            if let Some(end) = paren {
                replace = TextRange::new(replace.start(), end);
                if after.quote {
                    insert.push_str(&request.text[TextRange::at(end - TextSize::new(2), TextSize::new(1))]);
                }
            }
            insert.push(')');
            match tail {
                Tail::Nothing => {}
                Tail::Accessor(accessor) => {
                    insert.push('.');
                    insert.push_str(accessor);
                }
                Tail::Field => {
                    insert.push('.');
                    if missing_brace {
                        snippet = Some(format!("{}$0\\}}", escape(&insert)));
                    }
                }
            }
            if missing_brace && !insert.ends_with('.') {
                insert.push('}');
            }
        }
    }
    let filter = match form {
        Form::Call { .. } => name.to_owned(),
        Form::Open => format!("ref({name}"),
        Form::Whole { .. } => whole_filter(&request.text[TextRange::new(replace.start(), request.offset)], name),
    };
    let mut item = CompletionItem::new(name, CompletionKind::Object(object.kind), replace)
        .detail(describe::detail(project, id))
        .documentation(describe::documentation(project, id))
        .insert(insert)
        .filter(filter);
    item.goes_on = item.insert.ends_with('.');
    item.snippet = snippet;
    item
}

/// What is compared with typed text that is to become a reference: the name, unless the reference itself was begun.
fn whole_filter(typed: &str, name: &str) -> String {
    let reference = format!("${{ref({name}");
    if !typed.is_empty() && reference.starts_with(typed) {
        reference
    } else if !typed.is_empty() && "ref".starts_with(typed) {
        format!("ref({name}")
    } else {
        name.to_owned()
    }
}
