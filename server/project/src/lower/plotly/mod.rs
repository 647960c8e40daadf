//! Props and layouts against plotly's own schema (section 9): every key and every value, at every level.

mod values;

use super::scalars::without_value;
use super::{Lowering, describe};
use crate::codes::Code;
use crate::problem::Problem;
use crate::similar::{did_you_mean, similar, similar_key};
use viz_plotly::{Attribute, Root, ValueType, schema};
use viz_syntax::{Entry, Node, NodeKind, QueryString, QueryStringError, Slice, query_string};
use viz_text::Loc;

/// As many keys are listed when none is near to a wrong one.
const LISTED_KEYS: usize = 14;

/// Deeper than plotly's own nesting.
const DEEPEST: usize = 24;

/// Keys of plotly 2 and the place of what they said.
const MOVED: &[(&str, &str)] = &[
    ("titlefont", "title.font"),
    ("titleposition", "title.position"),
    ("titleside", "title.side"),
    ("titleoffset", "title.offset"),
];

/// What is looked at, for messages.
#[derive(Clone, Copy)]
struct Subject<'a> {
    root: Root<'a>,
    /// `props` bind queries; in a layout they are text (S-14).
    queries: bool,
}

/// An attribute in the text.
struct Place<'a> {
    subject: Subject<'a>,
    /// From the root: `marker.color`; `x[0]` in lists.
    path: String,
    attribute: &'static Attribute,
    /// Where its key stands.
    key: Loc,
}

/// What other programs call a chart, and how it is made here. No name that plotly knows, and none that is only misspelt.
const OTHER_NAMES: &[(&str, &str)] = &[
    ("line", "a line is a `scatter` with `mode: lines`"),
    ("lines", "a line is a `scatter` with `mode: lines`"),
    ("points", "points are a `scatter` with `mode: markers`"),
    ("bubble", "bubbles are a `scatter` with `mode: markers` and a `marker.size`"),
    ("area", "an area is a `scatter` with `mode: lines` and `fill: tozeroy`"),
    ("column", "columns are a `bar`"),
    ("columns", "columns are a `bar`"),
    ("donut", "a donut is a `pie` with a `hole`, such as `0.5`"),
    ("doughnut", "a donut is a `pie` with a `hole`, such as `0.5`"),
    ("gauge", "a gauge is an `indicator` with `mode: gauge+number`"),
    ("number", "a number is an `indicator` with `mode: number`"),
];

/// What traces without axes call what others have on them.
const OWN_NAMES: &[(&str, &str, &str)] = &[
    ("pie", "x", "labels"),
    ("pie", "y", "values"),
    ("funnelarea", "x", "labels"),
    ("funnelarea", "y", "values"),
    ("indicator", "y", "value"),
    ("indicator", "values", "value"),
];

/// Whether a value of this type is a list of other ones.
fn is_list(ty: ValueType) -> bool {
    matches!(ty, ValueType::Colorlist | ValueType::DataArray | ValueType::InfoArray)
}

impl Lowering {
    /// Checks the props of an insight (`R-PRP-01`, `R-PRP-02`).
    pub(super) fn trace(&mut self, props: Node<'_>) {
        let Some(entry) = props.entry("type") else { return };
        let Some(name) = self.trace_type(&entry) else { return };
        let subject = Subject { root: Root::Trace(name), queries: true };
        if let Some(root) = schema().root(subject.root) {
            self.attributes(subject, "", root, props);
        }
    }

    /// Checks the layout of a chart (`R-PRP-07`).
    pub(super) fn plotly_layout(&mut self, layout: Node<'_>) {
        let subject = Subject { root: Root::Layout, queries: false };
        if let Some(root) = schema().root(subject.root) {
            self.attributes(subject, "", root, layout);
        }
    }

    /// The type of a trace, if it is one (`R-PROP-04`).
    fn trace_type<'a>(&mut self, entry: &Entry<'a>) -> Option<&'a str> {
        let node = entry.value;
        if node.kind() == NodeKind::Error || node.is_null() {
            return None; // a missing one is reported elsewhere
        }
        let Some(text) = node.scalar().map(|scalar| scalar.value()) else {
            let message = format!("`type` must be the name of a trace, not {}", describe(node));
            self.problem(Problem::new(Code::InvalidProp, node.loc(), message));
            return None;
        };
        if schema().traces().any(|trace| trace == text) {
            return Some(text);
        }
        let removed = ["heatmapgl", "pointcloud"].contains(&text);
        let message = match text {
            _ if is_query_like(text) => "`type` can't come from a query or an input (R-PROP-04)".to_owned(),
            _ => format!("`{text}` is no type of trace"),
        };
        let mut problem = Problem::new(Code::InvalidProp, node.loc(), message);
        let near = similar(text, schema().traces());
        if text == "table" {
            problem = problem.help("write a table below `tables:`");
        } else if removed {
            problem = problem.help("plotly has it no longer");
        } else if let Some((_, help)) = OTHER_NAMES.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)) {
            problem = problem.help(*help);
        } else if let [only] = near.as_slice() {
            problem = problem.named(node.loc(), only);
            problem.help = did_you_mean(&near);
        } else {
            let all = || format!("use one of {}", schema().traces().collect::<Vec<_>>().join(", "));
            problem.help = did_you_mean(&near).or_else(|| Some(all()));
        }
        self.problem(problem);
        None
    }

    /// Checks the keys of a mapping and what is below them.
    fn attributes(&mut self, subject: Subject<'_>, path: &str, of: &'static Attribute, node: Node<'_>) {
        if path.matches('.').count() > DEEPEST {
            return;
        }
        for entry in node.entries().filter(|entry| !entry.duplicate) {
            let key = entry.name();
            if key.is_empty() || key == "<<" || (path.is_empty() && key == "type" && subject.queries) {
                continue;
            }
            let below = if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
            match schema().child(of, key) {
                Some(attribute) => {
                    let place = Place { subject, path: below, attribute, key: entry.key.loc() };
                    self.attribute(&place, entry.value);
                }
                None => self.unknown_attribute(subject, path, of, (node, &entry)),
            }
        }
    }

    fn attribute(&mut self, place: &Place<'_>, node: Node<'_>) {
        let name = &place.path;
        if matches!(node.kind(), NodeKind::Error | NodeKind::Alias) {
            return;
        }
        if node.is_null() {
            if place.attribute.ty == ValueType::Any {
                self.text_in_comment(name, node);
            } else {
                self.problem(without_value(Code::InvalidProp, place.key, name, node));
            }
            return;
        }
        if let Some(text) = node.str().filter(|text| is_query_like(text)) {
            return self.query_like(place, node, text);
        }
        match (place.attribute.ty, node.kind()) {
            (ValueType::Object, NodeKind::Mapping) => self.attributes(place.subject, name, place.attribute, node),
            (ValueType::List, NodeKind::Sequence) => {
                for (position, item) in node.items().enumerate() {
                    if let Some(attribute) = schema().item(place.attribute, position) {
                        let path = format!("{name}[{position}]");
                        let null = item.is_null();
                        let place = Place { subject: place.subject, path, attribute, key: place.key };
                        // An item that is being typed is no finding yet.
                        if !null {
                            self.attribute(&place, item);
                        }
                    }
                }
            }
            _ => self.plotly_value(place, node),
        }
        if place.subject.queries && node.kind() == NodeKind::Sequence {
            self.lost_items(place, node);
        }
    }

    /// Text that the schema accepts anywhere (`R-PRP-03`).
    fn query_like(&mut self, place: &Place<'_>, node: Node<'_>, text: &str) {
        // What is no query is looked at with the references.
        let Some(query) = query_string(text) else { return };
        if let (true, Ok(query)) = (place.subject.queries, &query) {
            return self.sliced_list(place, node, query);
        }
        if !place.subject.queries && !matches!(query, Err(QueryStringError::LeadingSpace(_))) {
            let message = format!("a query in a layout is never executed: `{}` gets its text literally", place.path);
            self.problem(Problem::new(Code::QueryNotExecuted, node.loc(), message).help("write the value itself"));
        }
    }

    /// A slice that gives a list, for a property that takes a single value (`R-QS-07`).
    fn sliced_list(&mut self, place: &Place<'_>, node: Node<'_>, query: &QueryString) {
        let single = !place.attribute.list
            && matches!(
                place.attribute.ty,
                ValueType::Number
                    | ValueType::Integer
                    | ValueType::Angle
                    | ValueType::Boolean
                    | ValueType::Enumerated
                    | ValueType::Flaglist
                    | ValueType::String
                    | ValueType::Color
                    | ValueType::Subplotid
            );
        let (true, Some(Slice::Range(..) | Slice::Picks(_)), Some(range)) = (single, &query.slice, query.slice_range)
        else {
            return;
        };
        let text = node.scalar().map(|scalar| scalar.mapped()).unwrap_or_default();
        let message = format!(
            "`{}` gives a list, and `{}` must be {} (R-QS-07)",
            text.slice(range),
            place.path,
            place.attribute.expected()
        );
        let loc = text.locate(range).unwrap_or(node.loc());
        self.problem(Problem::new(Code::SliceType, loc, message).help("pick one value: `[0]`"));
    }

    fn unknown_attribute(
        &mut self,
        subject: Subject<'_>,
        path: &str,
        of: &'static Attribute,
        (node, entry): (Node<'_>, &Entry<'_>),
    ) {
        let (key, loc) = (entry.name(), entry.key.loc());
        let whole = match subject.root {
            Root::Trace(name) => format!("{} {name} trace", article(name)),
            Root::Layout => "a layout".to_owned(),
        };
        let owner = if path.is_empty() { whole } else { format!("`{path}` of {whole}") };
        let mut problem = Problem::new(Code::UnknownProp, loc, format!("{owner} has no property `{key}`"));
        let names = schema().children(of).map(|(name, _)| name);
        let own = OWN_NAMES.iter().find(|(trace, usual, _)| {
            path.is_empty() && *usual == key && matches!(subject.root, Root::Trace(name) if name == *trace)
        });
        let near = match own.filter(|(.., own)| node.get(own).is_none()) {
            Some((.., own)) => vec![(*own).to_owned()],
            None => similar_key(key, names, |name| node.get(name).is_some()),
        };
        let moved = MOVED.iter().find(|(old, _)| *old == key).map(|(_, now)| *now);
        if let Some(now) = moved.map(str::to_owned).or_else(|| dotted(key)).filter(|now| exists(of, now)) {
            problem = problem.help(format!("write it as `{}`", nested(&now)));
        } else if let [only] = near.as_slice()
            && schema().child(of, only).is_some_and(|meant| is_list(meant.ty))
            && entry.value.scalar().is_some_and(|scalar| !is_query_like(scalar.value()))
        {
            problem = problem.help(format!("write `{only}`, which takes a list"));
        } else if !near.is_empty() {
            problem = problem.meant(entry.key.text(), &near);
        } else if let Some(help) = did_you_mean(&one_below(of, key)) {
            problem = problem.help(help);
        } else {
            let names: Vec<&str> = schema().children(of).map(|(name, _)| name).collect();
            if names.len() <= LISTED_KEYS {
                problem = problem.help(format!("use one of {}", names.join(", ")));
            }
        }
        self.problem(problem);
    }

    /// A query among the items of a list takes the place of the list (`R-PRP-04`, `R-INS-02`).
    fn lost_items(&mut self, place: &Place<'_>, node: Node<'_>) {
        let is_query = |item: &Node<'_>| item.str().is_some_and(|text| matches!(query_string(text), Some(Ok(_))));
        let Some(query) = node.items().find(is_query) else { return };
        let others: Vec<Node<'_>> = node.items().filter(|item| !is_query(item) && !item.is_null()).collect();
        if let Some(first) = others.first() {
            let lost = match others.len() {
                1 => "this item is lost".to_owned(),
                count => format!("{count} items are lost, from this one on"),
            };
            let message = format!("{lost}: a query in the list of `{}` replaces all else in it (R-PRP-04)", place.path);
            let problem = Problem::new(Code::LostItems, first.loc(), message)
                .related(query.loc(), "the query")
                .help("put the constants into the query, or make every item a query");
            self.problem(problem);
        }
    }
}

fn article(word: &str) -> &'static str {
    if word.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" }
}

/// Whether the schema of every property accepts a text without looking into it, or what is wrong with it is said
/// elsewhere.
fn is_query_like(text: &str) -> bool {
    let trimmed = text.trim();
    query_string(text).is_some()
        || (text.starts_with("${") && trimmed.ends_with('}') && !trimmed.contains('\n'))
        || (["query(", "column("].iter().any(|old| trimmed.starts_with(old)) && trimmed.ends_with([')', ']']))
}

/// `marker_color` and `marker.color` as paths.
fn dotted(key: &str) -> Option<String> {
    (key.contains(['_', '.']) && !key.starts_with('_')).then(|| key.replace('_', "."))
}

fn exists(of: &'static Attribute, path: &str) -> bool {
    path.split('.').try_fold(of, |at, key| schema().child(at, key)).is_some()
}

/// `title.font` as it is written: `title: { font: … }`.
fn nested(path: &str) -> String {
    let keys: Vec<&str> = path.split('.').collect();
    let (last, outer) = keys.split_last().unwrap_or((&"", &[]));
    let open: String = outer.iter().map(|key| format!("{key}: {{ ")).collect();
    format!("{open}{last}: …{}", " }".repeat(outer.len()))
}

/// The objects one level below that have such a key, as paths; at most three.
fn one_below(of: &'static Attribute, key: &str) -> Vec<String> {
    let usual = ["marker", "line", "font"];
    let below = schema().children(of).filter(|(_, child)| child.ty == ValueType::Object);
    let mut found: Vec<&str> =
        below.filter(|(_, child)| schema().child(child, key).is_some()).map(|(n, _)| n).collect();
    found.sort_by_key(|name| (usual.iter().position(|usual| usual == name).unwrap_or(usual.len()), *name));
    if found.len() > 3 && !usual.contains(&found[0]) {
        return Vec::new();
    }
    found.into_iter().take(3).map(|name| format!("{name}.{key}")).collect()
}
