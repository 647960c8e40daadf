//! What each kind of object says, as plain data.

use super::scalars::short;
use super::{Lowering, scalars};
use crate::codes::Code;
use crate::control::{Control, Display};
use crate::object::{
    Body, Bound, Dashboard, DefaultSelection, Expression, Input, Insight, Model, Options, QueryText, Range, Relation,
    Selection, Source, Spanned, Statement, StatementKind, StaticProp, Table, TableField,
};
use crate::problem::{Fix, Problem};
use crate::schema::{INTERACTION_KEYS, Kind, Place, Rule, SourceType, Type, shape};
use viz_syntax::{
    AlmostReason, AlmostReference, Node, NodeKind, RefForm, Reference, Style, Typed, almost_references, double_quoted,
    env_references, paths_outside, query_string, quoted, references,
};
use viz_text::shown::is_control;

impl Lowering {
    pub(super) fn body(&mut self, kind: Kind, index: u32, node: Node<'_>) -> Body {
        match kind {
            Kind::Source => Body::Source(source(node)),
            Kind::Model => Body::Model(model(node)),
            Kind::Metric | Kind::Dimension => {
                let scoped = self.out.objects[index as usize].parent.is_some();
                Body::Expression(Expression { expression: mapped(node, "expression"), scoped })
            }
            Kind::Relation => Body::Relation(Relation {
                // A misspelt one is told; what would follow from it is not.
                join_type: text(node, "join_type")
                    .filter(|word| matches!(word.as_str(), "left" | "right" | "full"))
                    .unwrap_or_else(|| "inner".into()),
                join_type_loc: node.get("join_type").map(|value| value.loc()),
                condition: mapped(node, "condition"),
                is_default: boolean(node, "is_default").unwrap_or(false),
            }),
            Kind::Input => {
                self.typed_defaults(node);
                Body::Input(Box::new(input(node)))
            }
            Kind::Insight => Body::Insight(self.insight(index, node)),
            Kind::Chart => {
                if let Some(layout) = node.get("layout") {
                    self.layout(index, layout);
                    self.plotly_layout(layout);
                }
                Body::Other
            }
            Kind::Table => Body::Table(table(node)),
            Kind::Dashboard => Body::Dashboard(Dashboard {
                level: node.get("level").filter(|level| !level.is_null()).and_then(bound),
                external: node.get("href").is_some(),
                template: node.get("href").is_none() && node.get("template").is_some(),
            }),
            _ => Body::Other,
        }
    }

    fn insight(&mut self, index: u32, node: Node<'_>) -> Insight {
        let mut insight = Insight::default();
        for interaction in node.get("interactions").into_iter().flat_map(|list| list.items()) {
            for key in INTERACTION_KEYS {
                let Some(value) = interaction.get(key).filter(|value| !value.is_null()) else { continue };
                let Some(query) = query_text(value) else {
                    insight.unreadable = true;
                    continue;
                };
                let kind = match *key {
                    "filter" => StatementKind::Filter,
                    "split" => StatementKind::Split,
                    _ => StatementKind::Sort,
                };
                insight.unreadable |= self.almost(&query.text, query.loc) | self.outside(&query.text, query.loc);
                insight.statements.push(Statement { kind, key: (*key).to_owned(), query });
            }
        }
        if let Some(props) = node.get("props").filter(|props| props.kind() == NodeKind::Mapping) {
            insight.has_props = true;
            insight.draws = props.entries().any(|entry| entry.name() != "type");
            insight.trace_type = props.get("type").and_then(Self::spanned);
            insight.mode = text(props, "mode");
            if insight.trace_type.is_none() && props.get("<<").is_none() {
                let loc = node.entry("props").map_or(node.loc(), |entry| entry.key.loc());
                self.problem(
                    Problem::new(Code::MissingField, loc, "`props` needs `type`")
                        .help("add `type: bar`, `type: scatter`, …"),
                );
            }
            self.prop(index, &mut insight, "props", props, 0);
            self.trace(props);
        }
        insight
    }

    /// Collects the query-bound and the reference-holding properties, depth-first in document order (`R-INS-01`).
    fn prop(&mut self, owner: u32, insight: &mut Insight, path: &str, node: Node<'_>, depth: usize) {
        if depth > 64 {
            return; // plotly's own nesting is below ten
        }
        match node.kind() {
            NodeKind::Mapping => {
                for entry in node.entries().filter(|entry| !entry.duplicate) {
                    self.prop(owner, insight, &format!("{path}.{}", entry.name()), entry.value, depth + 1);
                }
            }
            NodeKind::Sequence => {
                for (position, item) in node.items().enumerate() {
                    self.prop(owner, insight, &format!("{path}[{position}]"), item, depth + 1);
                }
            }
            NodeKind::Scalar => self.prop_scalar(owner, insight, path, node),
            NodeKind::Alias | NodeKind::Error => insight.unreadable = true,
        }
    }

    fn prop_scalar(&mut self, owner: u32, insight: &mut Insight, path: &str, node: Node<'_>) {
        let Some(scalar) = node.scalar() else { return };
        let content = scalar.value();
        if !content.contains(['?', '$', '(']) {
            return;
        }
        let short = path.strip_prefix("props.").unwrap_or(path);
        if query_string(content).is_some() {
            let Some(query) = self.query(short, node) else {
                insight.unreadable = true;
                return;
            };
            self.uses_in(owner, &query.text, query.loc, Place::InsightProps);
            insight.unreadable |= self.almost(&query.text, query.loc) | self.outside(&query.text, query.loc);
            insight.statements.push(Statement { kind: StatementKind::Prop, key: path.to_owned(), query });
            return;
        }
        let trimmed = content.trim();
        if ["query(", "column("].iter().any(|old| trimmed.starts_with(old)) && trimmed.ends_with([')', ']']) {
            let message = format!(
                "`{}…)` is no longer supported: `{short}` gets its text literally",
                &trimmed[..=trimmed.find('(').unwrap_or(0)]
            );
            let mut problem = Problem::new(Code::RemovedSyntax, node.loc(), message).help("write `?{ … }`");
            let inside = trimmed.strip_prefix("query(").and_then(|rest| rest.strip_suffix(')'));
            if let Some(fixed) = inside.and_then(|sql| query_in_place(node, sql)) {
                problem = problem.fix(Fix::replace(format!("write `{fixed}`"), node.loc(), fixed));
            }
            self.problem(problem);
            insight.unreadable = true;
            return;
        }
        let text = scalar.mapped();
        insight.unreadable |= self.almost(&text, node.loc());
        let found = references(content);
        if is_trace_link(insight, path, content, &found) {
            self.uses_in(owner, &text, node.loc(), Place::TraceLink);
        } else if !found.is_empty() {
            self.uses_in(owner, &text, node.loc(), Place::InsightProps);
            insight.statics.push(StaticProp { key: path.to_owned(), text, loc: node.loc() });
        }
    }

    fn layout(&mut self, owner: u32, node: Node<'_>) {
        match node.kind() {
            NodeKind::Mapping => node.entries().for_each(|entry| self.layout(owner, entry.value)),
            NodeKind::Sequence => node.items().for_each(|item| self.layout(owner, item)),
            NodeKind::Scalar => {
                if let Some(scalar) = node.scalar().filter(|scalar| scalar.value().contains("${")) {
                    let text = scalar.mapped();
                    self.uses_in(owner, &text, node.loc(), Place::ChartLayout);
                    self.variables_in(&text, node.loc());
                }
            }
            NodeKind::Alias | NodeKind::Error => {}
        }
    }

    /// Reports paths that stand behind the braces of their reference (`R-22-01`). Says whether there are any.
    pub(super) fn outside(&mut self, text: &viz_text::MappedText, loc: viz_text::Loc) -> bool {
        let found = paths_outside(text.text());
        for path in &found {
            let at = text.locate(path.range).unwrap_or(loc);
            let piece = short(text.slice(path.range));
            let message = match self.has(Rule::PathsOutside) {
                true => {
                    format!("`{piece}` fails: the path behind a reference belongs into its braces (R-22-01)")
                }
                false => {
                    format!("`{piece}` is `{}` alone, with text behind it: a path belongs into the braces", path.name)
                }
            };
            let mut problem = Problem::new(Code::MalformedReference, at, message);
            problem.rule = self.has(Rule::PathsOutside).then_some(Rule::PathsOutside);
            self.problem(match &path.meant {
                Some(meant) => problem.fix(Fix::replace(format!("write `{meant}`"), at, meant.clone()).safe()),
                None => problem.help("alias the column in the model's SQL, and write its name into the braces"),
            });
        }
        !found.is_empty()
    }

    /// Reports text that looks like a reference but is none (D-023): it stays literal text. Says whether there is any.
    pub(super) fn almost(&mut self, text: &viz_text::MappedText, loc: viz_text::Loc) -> bool {
        let found = almost_references(text.text());
        for almost in &found {
            let at = text.locate(almost.range).unwrap_or(loc);
            let piece = &short(text.slice(almost.range));
            let (message, help) = match almost.reason {
                AlmostReason::Unclosed if piece.contains(')') => {
                    (format!("`{piece}` is not closed"), "close it with `}`")
                }
                AlmostReason::Unclosed => (format!("`{piece}` is not closed"), "close it with `)}`"),
                AlmostReason::Generated => (
                    format!("`{piece}` is what a run makes of a reference: written by hand, nothing depends on it"),
                    "write the reference",
                ),
                AlmostReason::Environment => {
                    self.variable_not_replaced(piece, at);
                    continue;
                }
                AlmostReason::Other => (
                    format!("`{piece}` is no reference: it stays literal text (R-REF-09)"),
                    "write `${ref(name)}`, or remove the `$`",
                ),
                AlmostReason::SpaceBeforePath => (
                    format!("`{piece}` is not a reference: no space may stand between `)` and the dot"),
                    "remove the space",
                ),
                AlmostReason::EmptyName => (format!("`{piece}` names nothing"), "write a name between the parentheses"),
                AlmostReason::SpaceBeforeParen => (
                    format!("`{piece}` is not a reference: no space may stand between `ref` and `(`"),
                    "remove the space",
                ),
                AlmostReason::BadNameCharacter => (
                    format!(
                        "`{piece}` is not a reference: names hold ASCII letters, digits, spaces, quotes, `-` and `_`"
                    ),
                    "rename the object",
                ),
                _ => (
                    format!("`{piece}` is not a reference: what follows the `)` can't hold spaces, quotes or hyphens"),
                    "alias the column in the model's SQL",
                ),
            };
            let mut problem = Problem::new(Code::MalformedReference, at, message);
            problem = match repaired(text.text(), almost) {
                Some(fixed) => problem.fix(Fix::replace(format!("write `{fixed}`"), at, fixed)),
                None => problem.help(help),
            };
            self.problem(problem);
        }
        !found.is_empty()
    }
}

/// The reference that was meant, where one can tell.
fn repaired(text: &str, almost: &AlmostReference) -> Option<String> {
    let name = &text[std::ops::Range::<usize>::from(almost.name_range?)];
    let path = almost.path_range.map(|range| &text[std::ops::Range::<usize>::from(range)]);
    let reference = |name: &str, path: Option<&str>| {
        let written = format!("${{ref({name}){}{}}}", if path.is_some() { "." } else { "" }, path.unwrap_or_default());
        almost_references(&written).is_empty().then_some(written)
    };
    match (almost.reason, name.split_once('.')) {
        // `${ref(sales.month}` and `${ref(sales.month`: the parenthesis is missing before the dot.
        (AlmostReason::Unclosed | AlmostReason::BadNameCharacter, Some((model, column))) if path.is_none() => {
            reference(model, Some(column))
        }
        (AlmostReason::Unclosed, _) if path.is_none_or(|path| !path.is_empty()) => reference(name, path),
        (AlmostReason::SpaceBeforeParen | AlmostReason::SpaceBeforePath | AlmostReason::Generated, _) => {
            reference(name, path)
        }
        _ => None,
    }
}

fn source(node: Node<'_>) -> Source {
    let ty = node.get("type").and_then(Lowering::spanned);
    Source {
        kind: ty.as_ref().and_then(|ty| SourceType::named(&ty.text)),
        ty,
        database: mapped(node, "database"),
        file: node.get("file").and_then(Lowering::spanned),
        delimiter: text(node, "delimiter"),
        has_header: boolean(node, "has_header").unwrap_or(true),
        variables: variables(node),
        attached: node.get("attach").is_some_and(|value| !value.is_null()),
        seeded: ["seeds", "attach"].iter().any(|key| node.get(key).is_some_and(|value| !value.is_null())),
    }
}

/// The variables in the fields in which they are replaced (`R-ENV-02`).
fn variables(node: Node<'_>) -> Vec<Spanned> {
    let ty = text(node, "type");
    let fields = shape(Kind::Source, |_| false).fields_for(ty.as_deref());
    let mut out = Vec::new();
    for entry in node.entries().filter(|entry| !entry.duplicate) {
        let replaced =
            |field: &&crate::schema::Field| field.name == entry.name() && matches!(field.ty, Type::EnvironmentText);
        let Some(scalar) = entry.value.scalar().filter(|_| fields.iter().any(replaced)) else {
            continue;
        };
        let content = scalar.mapped();
        for (range, name) in env_references(content.text()) {
            out.push(Spanned { text: name, loc: content.locate(range).unwrap_or(entry.value.loc()) });
        }
    }
    out
}

fn model(node: Node<'_>) -> Model {
    let source = node.get("source").or_else(|| node.get("target"));
    let named = source.and_then(|value| {
        let scalar = value.scalar()?;
        let content = scalar.mapped();
        let found = references(content.text()).into_iter().next()?;
        Some(Spanned { loc: content.locate(found.name_range).unwrap_or(value.loc()), text: found.name })
    });
    Model {
        sql: mapped(node, "sql"),
        sql_loc: node.get("sql").map(|value| value.loc()),
        source: named,
        source_given: source.is_some_and(|value| !value.is_null()),
        inline_source: source.is_some_and(|value| value.kind() == NodeKind::Mapping),
        special: node.get("args").is_some() || node.get("models").is_some(),
    }
}

fn table(node: Node<'_>) -> Table {
    let mut fields = Vec::new();
    for list in ["columns", "rows", "values"] {
        for item in node.get(list).into_iter().flat_map(|list| list.items()) {
            let Some(scalar) = item.scalar().filter(|_| scalars::wrong_for_text(item).is_none()) else { continue };
            fields.push(TableField { list, text: scalar.mapped(), loc: item.loc() });
        }
    }
    Table { fields }
}

/// Whether a property names the insight that a trace lies on, and nothing else (`R-22-45`).
fn is_trace_link(insight: &Insight, path: &str, content: &str, found: &[Reference]) -> bool {
    let trace = insight.trace_type.as_ref().map(|ty| ty.text.as_str());
    let whole = |found: &Reference| {
        found.form == RefForm::Context && found.path.is_none() && found.range.len() == viz_text::TextSize::of(content)
    };
    path == "props.carpet" && matches!(trace, Some("contourcarpet" | "scattercarpet")) && found.iter().any(whole)
}

fn input(node: Node<'_>) -> Input {
    let selection = match node.get("type").and_then(|value| value.str()) {
        Some("single-select") => Some(Selection::Single),
        Some("multi-select") => Some(Selection::Multi),
        _ => None,
    };
    let display = node.get("display").filter(|display| !display.is_null());
    let written = display.and_then(|display| display.get("type")).and_then(Lowering::spanned);
    let written = written.and_then(|written| Some((Display::named(&written.text)?, written.loc)));
    let options = options(node);
    Input {
        selection,
        label: text(node, "label"),
        control: Control::new(selection, &options, display.is_some(), written),
        options,
        default: display.and_then(|display| display.get("default")).map(default_selection).unwrap_or_default(),
    }
}

fn options(node: Node<'_>) -> Options {
    if let Some(range) = node.get("range") {
        let bound = |key| range.get(key).and_then(bound);
        if let (Some(start), Some(end), Some(step)) = (bound("start"), bound("end"), bound("step")) {
            return Options::Range(Range { start, end, step, loc: range.loc() });
        }
        return Options::Missing;
    }
    let Some(options) = node.get("options") else { return Options::Missing };
    match options.kind() {
        NodeKind::Sequence => {
            let items: Vec<Spanned> = options
                .items()
                .filter(|item| scalars::wrong_for_text(*item).is_none())
                .filter_map(Lowering::spanned)
                .collect();
            Options::List { items, loc: options.loc() }
        }
        _ => query_text(options).map_or(Options::Missing, Options::Query),
    }
}

fn default_selection(node: Node<'_>) -> DefaultSelection {
    if let Some(value) = node.get("value").and_then(Lowering::spanned) {
        return DefaultSelection::Value(value);
    }
    if let Some(values) = node.get("values") {
        return match (values.kind(), query_text(values)) {
            (NodeKind::Sequence, _) => DefaultSelection::Values(values.items().filter_map(Lowering::spanned).collect()),
            (_, Some(query)) => DefaultSelection::Query(query),
            (_, None) => Lowering::spanned(values).map_or(DefaultSelection::None, DefaultSelection::Word),
        };
    }
    let (start, end) = (node.get("start").and_then(bound), node.get("end").and_then(bound));
    if start.is_some() || end.is_some() { DefaultSelection::Range(start, end) } else { DefaultSelection::None }
}

fn bound(node: Node<'_>) -> Option<Bound> {
    let scalar = node.scalar()?;
    Some(Bound { text: scalar.value().to_owned(), typed: scalar.resolved(), loc: node.loc() })
}

/// SQL as a query string in the place of a scalar, in its style. Without quotes only where that scalar has braces itself, or
/// is a block: it is in no list or mapping in brackets then, where braces would be YAML.
pub(super) fn query_in_place(node: Node<'_>, sql: &str) -> Option<String> {
    let sql = sql.trim();
    let query = format!("?{{ {sql} }}");
    let style = node.scalar().filter(|_| !sql.is_empty())?.style();
    let is_in_block =
        node.text().contains(['{', '}', '[', ']', ',']) || matches!(style, Style::Literal | Style::Folded);
    let needs_quotes = sql.contains(is_control) || [": ", " #", "\n"].iter().any(|mark| sql.contains(mark));
    Some(match style {
        Style::SingleQuoted if !sql.contains(is_control) && !sql.contains('\n') => {
            format!("'{}'", quoted(&query, Some('\'')))
        }
        Style::Plain | Style::Literal | Style::Folded if is_in_block && !needs_quotes => query,
        _ => double_quoted(&query),
    })
}

fn query_text(node: Node<'_>) -> Option<QueryText> {
    let scalar = node.scalar()?;
    let query = query_string(scalar.value())?.ok()?;
    Some(QueryText { text: scalar.mapped(), query, loc: node.loc() })
}

fn mapped(node: Node<'_>, key: &str) -> Option<viz_text::MappedText> {
    let value = node.get(key)?;
    (!value.is_null()).then(|| value.scalar().map(|scalar| scalar.mapped())).flatten()
}

fn text(node: Node<'_>, key: &str) -> Option<String> {
    node.get(key).filter(|value| !value.is_null())?.str().map(str::to_owned)
}

fn boolean(node: Node<'_>, key: &str) -> Option<bool> {
    match node.get(key)?.scalar()?.resolved() {
        Typed::Bool(value) => Some(value),
        _ => None,
    }
}
