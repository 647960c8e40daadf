//! Checks of a mapping's keys and values against its shape.

use super::Lowering;
use super::as_only_item;
use super::body::query_in_place;
use super::keys::{first_key, is_misspelt, misspelt};
use super::removed::instead;
use super::scalars::{describe, without_value, wrong_for_text};
use crate::codes::Code;
use crate::control::{MULTI_DISPLAYS, SINGLE_DISPLAYS};
use crate::object::{Body, Object};
use crate::problem::{Fix, Problem};
use crate::schema::{Field, Kind, Place, RESERVED_KEYS, Rule, SOURCE_TYPES, Shape, Type, shape};
use crate::similar::similar_key;
use viz_syntax::{Entry, Node, NodeKind, Reference, double_quoted, query_string, references};
use viz_text::{Loc, TextRange, TextSize};

impl Lowering {
    /// Reads a node as an object, with everything in it. Returns its index; `None` if it is no mapping.
    pub(super) fn object(&mut self, kind: Kind, node: Node<'_>, parent: Option<u32>) -> Option<u32> {
        if matches!(node.kind(), NodeKind::Error | NodeKind::Alias) {
            return None; // the syntax problem says it all
        }
        if node.kind() != NodeKind::Mapping {
            let message = format!("{} is a mapping of keys to values, not {}", kind.with_article(), describe(node));
            let mut problem = Problem::new(Code::WrongType, node.loc(), message);
            if kind == Kind::Include && wrong_for_text(node).is_none() && node.str().is_some() {
                let fixed = format!("path: {}", node.text());
                problem = problem.fix(Fix::replace(format!("write `{fixed}`"), node.loc(), fixed));
            }
            self.problem(problem);
            return None;
        }
        let index = self.out.objects.len() as u32;
        let name = node.get("name").filter(|name| wrong_for_text(*name).is_none()).and_then(Self::spanned);
        let shape = shape(kind, |key| node.get(key).is_some());
        if name.is_none()
            && let Some(entry) = misspelt(shape, &shape.fields_for(None), "name", node)
        {
            self.out.removed.extend(Self::spanned(entry.value));
        }
        self.out.objects.push(Object {
            kind,
            name,
            unnamed: is_unnamed(kind, shape, parent, node),
            loc: node.loc(),
            parent,
            uses: Vec::new(),
            body: Body::Other,
            head: first_key(node),
        });
        self.fields(index, shape, node);
        self.exclusive(kind, node);
        let body = self.body(kind, index, node);
        if parent.is_none() {
            self.dash_missing(node);
        }
        self.no_variable_in_path(&body, parent, node);
        let object = &mut self.out.objects[index as usize];
        object.body = body;
        object.uses.sort_by_key(|reference| reference.loc.range.start());
        Some(index)
    }

    pub(super) fn fields(&mut self, owner: u32, shape: &'static Shape, node: Node<'_>) {
        let variant = self.variant(shape, node);
        let fields = shape.fields_for(variant.as_deref());
        let decided = shape.variants.is_none() || variant.is_some();
        for entry in node.entries() {
            let key = entry.name();
            let known = fields.iter().find(|field| field.name == key || field.alias == Some(key));
            match known {
                Some(field) if !entry.duplicate => self.field(owner, field, shape, &entry),
                Some(_) => {}
                None if shape.open => {}
                None if RESERVED_KEYS.contains(&key) => self.reserved_key(&entry),
                None => self.unknown_key(shape, &fields, node, &entry),
            }
        }
        if !decided || node.get("<<").is_some() {
            return;
        }
        for field in fields.iter().filter(|field| field.required) {
            let present = node.get(field.name).or_else(|| node.get(field.alias?));
            // The deciding field was reported above.
            if present.is_none() && shape.variants.as_ref().is_none_or(|variants| variants.key != field.name) {
                self.missing(shape, &fields, field, node);
            }
        }
    }

    fn variant(&mut self, shape: &'static Shape, node: Node<'_>) -> Option<String> {
        let variants = shape.variants.as_ref()?;
        match node.get(variants.key).and_then(|value| value.str().map(str::to_owned)) {
            Some(value) => variants.cases.iter().any(|(name, _)| *name == value).then_some(value),
            None => {
                if variants.default.is_none()
                    && let Some(field) = shape.fields.iter().find(|field| field.name == variants.key)
                {
                    self.missing(shape, &shape.fields_for(None), field, node);
                }
                variants.default.map(str::to_owned)
            }
        }
    }

    fn field(&mut self, owner: u32, field: &'static Field, shape: &Shape, entry: &Entry<'_>) {
        if let Some(versions) = field.versions.words() {
            match self.target {
                Some(target) if !field.versions.contains(target) => {
                    let message = format!(
                        "`{}` of {} is known {versions} only, and the target is {target}",
                        field.name,
                        shape.with_article()
                    );
                    let mut problem = Problem::new(Code::UnknownKey, entry.key.loc(), message);
                    problem.help = instead(shape.name, field.name).map(str::to_owned);
                    problem.rule = field.rule;
                    return self.problem(problem);
                }
                Some(_) => {}
                None => {
                    let what = format!("`{}` of {}", field.name, shape.with_article());
                    self.difference(what, field.versions, entry.key.loc());
                }
            }
        }
        let value = entry.value;
        if matches!(value.kind(), NodeKind::Error | NodeKind::Alias) {
            return;
        }
        if value.is_null() {
            return self.null_value(field, entry);
        }
        if shape.name == "display" && field.name == "type" && self.foreign_display(&field.ty, value) {
            return;
        }
        self.value(owner, field.name, field.ty, value);
    }

    /// A control of the other kind of input (`R-IN-08`).
    fn foreign_display(&mut self, ty: &Type, value: Node<'_>) -> bool {
        let (Type::Choice(own), Some(text)) = (ty, value.str()) else { return false };
        let kinds = [("single-select", SINGLE_DISPLAYS), ("multi-select", MULTI_DISPLAYS)];
        let Some((kind, _)) = kinds.iter().find(|(_, displays)| displays.contains(&text)) else { return false };
        if own.contains(&text) {
            return false;
        }
        let list: Vec<String> = own.iter().map(|display| format!("`{display}`")).collect();
        let message = format!("`{text}` is a control of {kind} inputs (R-IN-08)");
        let problem =
            Problem::new(Code::InvalidDisplay, value.loc(), message).help(format!("use one of {}", list.join(", ")));
        self.problem(match own.first() {
            Some(usual) => problem.fix(Fix::replace(format!("use `{usual}`"), value.loc(), *usual)),
            None => problem,
        });
        true
    }

    /// Null is fine wherever the default is null or an empty list, except where something is required.
    fn null_value(&mut self, field: &'static Field, entry: &Entry<'_>) {
        let optional = !field.required && field.default.is_empty();
        if !optional {
            self.problem(without_value(Code::WrongType, entry.key.loc(), field.name, entry.value));
        } else if matches!(field.ty, Type::Text | Type::EnvironmentText | Type::Word | Type::Template | Type::Plain) {
            self.text_in_comment(field.name, entry.value);
        }
    }

    pub(super) fn value(&mut self, owner: u32, key: &str, ty: Type, node: Node<'_>) {
        if matches!(node.kind(), NodeKind::Error | NodeKind::Alias) {
            return;
        }
        match ty {
            Type::Text => {
                self.text(key, node);
                self.literal(key, node);
                self.rest_in_comment(key, node);
            }
            Type::EnvironmentText => self.text_with_variables(key, node),
            Type::Word => self.word(key, node),
            Type::Integer => self.integer(key, node),
            Type::IntegerChoice(choices) => self.integer_choice(key, choices, node),
            Type::IntegerBetween(from, to) => self.integer_between(key, from, to, node),
            Type::IntegerFrom(least, rule) => {
                self.integer(key, node);
                self.least(key, least, rule, node);
            }
            Type::HexColor => self.hex_color(key, node),
            Type::Colorway => self.colorway(key, node),
            Type::Boolean => self.boolean(key, node),
            Type::Choice(choices) => self.choice(key, choices, node),
            Type::Plain => self.plain(key, node),
            Type::Height => self.height(key, node),
            Type::Level => self.level(key, node),
            Type::Evaluation => self.evaluation(owner, key, node),
            Type::Expression(place) => self.expression(owner, key, place, node),
            Type::Query(place) => {
                if let Some(query) = self.query(key, node) {
                    self.uses_in(owner, &query.text, query.loc, place);
                    self.ignored_slice(key, &query);
                }
            }
            Type::Object(kind) => {
                self.object(kind, node, Some(owner));
            }
            Type::SourceOfType(ty) => self.attached_source(owner, ty, node),
            Type::ObjectOrReference(kind, _) if node.kind() == NodeKind::Mapping => {
                self.object(kind, node, Some(owner));
            }
            Type::ObjectOrReference(kind, place) => self.reference(owner, key, kind, place, node),
            Type::TableData if node.kind() == NodeKind::Mapping => {
                let kind = if node.get("sql").is_some() { Kind::Model } else { Kind::Insight };
                self.object(kind, node, Some(owner));
            }
            Type::TableData => self.reference(owner, key, Kind::Insight, Place::TableData, node),
            Type::MarkdownItem => self.markdown_item(owner, key, node),
            Type::List(item) => self.list(owner, key, *item, node),
            Type::Mapping(shape) => {
                if self.is_mapping(key, "keys to values", node) {
                    self.fields(owner, shape, node);
                } else if let (Some(field), Some(problem)) = (shape.fields.first(), self.out.problems.last_mut())
                    && shape.name == "default"
                    && node.str().is_some()
                {
                    let text = node.text().trim_end();
                    let value = if field.name == "values" { format!("[{text}]") } else { text.to_owned() };
                    let fixed = format!("{{ {}: {value} }}", field.name);
                    *problem = problem.clone().fix(Fix::replace(format!("write `{fixed}`"), node.loc(), fixed));
                }
            }
            Type::Options => self.options(owner, key, node),
            Type::DefaultValues => self.default_values(owner, key, node),
            Type::Interaction => self.interaction(owner, node),
            // They are read with the insight's body.
            Type::Props => {
                self.is_mapping(key, "plotly properties", node);
            }
            Type::Layout => {
                // That of a chart is read with its body.
                if self.is_mapping(key, "plotly layout attributes", node) && self.out.objects.is_empty() {
                    self.plotly_layout(node);
                }
            }
            Type::Template => {
                self.text(key, node);
                if let Some(scalar) = node.scalar().filter(|_| wrong_for_text(node).is_none()) {
                    self.template(owner, &scalar.mapped(), node.loc());
                }
            }
            Type::Anything => {}
        }
    }

    /// Whether it is a mapping, as it must be.
    fn is_mapping(&mut self, key: &str, of: &str, node: Node<'_>) -> bool {
        let is_mapping = node.kind() == NodeKind::Mapping;
        if !is_mapping {
            let message = format!("`{key}` is a mapping of {of}, not {}", describe(node));
            self.problem(Problem::new(Code::WrongType, node.loc(), message));
        }
        is_mapping
    }

    fn expression(&mut self, owner: u32, key: &str, place: Place, node: Node<'_>) {
        self.text(key, node);
        let scoped = self.out.objects[owner as usize].parent.is_some()
            && matches!(place, Place::MetricExpression | Place::DimensionExpression);
        let place = if scoped { Place::ScopedExpression } else { place };
        if let Some(scalar) = node.scalar() {
            let text = scalar.mapped();
            self.uses_in(owner, &text, node.loc(), place);
            self.almost(&text, node.loc());
            if matches!(place, Place::MetricExpression | Place::DimensionExpression | Place::RelationCondition) {
                self.outside(&text, node.loc());
            }
        }
    }

    fn attached_source(&mut self, owner: u32, ty: &str, node: Node<'_>) {
        let own = node.get("type").filter(|own| own.str().is_some_and(|own| own != ty));
        if let Some(own) = own.filter(|own| SOURCE_TYPES.contains(&own.str().unwrap_or_default())) {
            let message = format!("only a source of type `{ty}` can be attached here");
            self.problem(Problem::new(Code::InvalidValue, own.loc(), message));
        }
        self.object(Kind::Source, node, Some(owner));
    }

    fn list(&mut self, owner: u32, key: &str, item: Type, node: Node<'_>) {
        if node.kind() != NodeKind::Sequence {
            let message = format!("`{key}` is a list, not {}", describe(node));
            let loc = if node.kind() == NodeKind::Mapping { first_key(node) } else { node.loc() };
            let mut problem = Problem::new(Code::WrongType, loc, message)
                .help(format!("write the items below `{key}:`, each after `- `"));
            if has_key_of(item, node) {
                // It is read as the one that it is meant to be.
                self.value(owner, key, item, node);
                problem.fix = as_only_item(node);
            }
            // In brackets, where these would be YAML's.
            if let Some(text) = node.str().filter(|text| !text.contains(['{', '}', '[', ']', ',', '#', ':', '\n'])) {
                problem = problem.fix(Fix::replace("make it a list", node.loc(), format!("[{text}]")).safe());
            }
            return self.problem(problem);
        }
        for element in node.items() {
            // A list item that is being typed (`- `) is no finding yet.
            if element.is_null() && matches!(item, Type::Object(_) | Type::ObjectOrReference(..) | Type::Interaction) {
                continue;
            }
            self.value(owner, key, item, element);
        }
    }

    fn markdown_item(&mut self, owner: u32, key: &str, node: Node<'_>) {
        if node.kind() == NodeKind::Mapping {
            self.object(Kind::Markdown, node, Some(owner));
            return;
        }
        let reference = node.str().is_some_and(|text| text.starts_with("ref(") || text.starts_with("${"));
        if reference || !self.has(Rule::TextsInItems) {
            self.reference(owner, key, Kind::Markdown, Place::ItemMarkdown, node);
        } else {
            if wrong_for_text(node).is_none() {
                self.allows(Rule::TextsInItems, || "a text as `markdown`".to_owned(), node.loc());
            }
            self.text(key, node);
        }
    }

    fn options(&mut self, owner: u32, key: &str, node: Node<'_>) {
        if node.kind() == NodeKind::Sequence {
            let mut count = 0;
            for element in node.items() {
                count += 1;
                self.rest_in_comment("the option", element);
                if let Some(found) = wrong_for_text(element) {
                    let text = element.str().unwrap_or_default().to_owned();
                    let mut problem = Problem::new(
                        Code::WrongType,
                        element.loc(),
                        format!("an option must be a string, not {found} (R-IN-01)"),
                    );
                    if element.str().is_some() && !element.is_null() {
                        let fixed = double_quoted(&text);
                        problem = problem.fix(Fix::replace(format!("write `{fixed}`"), element.loc(), fixed).safe());
                    }
                    self.problem(problem);
                }
            }
            if count == 0 {
                self.problem(Problem::new(Code::NoOptions, node.loc(), "an input needs at least one option (R-IN-02)"));
            }
            return;
        }
        let is_query = node.str().is_some_and(|text| query_string(text).is_some());
        match (is_query, node.str()) {
            (true, _) => {
                if let Some(query) = self.query(key, node) {
                    self.uses_in(owner, &query.text, query.loc, Place::InputQuery);
                    self.almost(&query.text, query.loc);
                    self.outside(&query.text, query.loc);
                    self.ignored_slice(key, &query);
                }
            }
            (false, _) => {
                let message = format!("`{key}` is a list of strings or a query `?{{ … }}`, not {}", describe(node));
                let mut problem = Problem::new(Code::WrongType, node.loc(), message);
                let begins = |text: &&str| {
                    let word = text.split_whitespace().next().unwrap_or_default();
                    ["select", "from", "with"].iter().any(|first| word.eq_ignore_ascii_case(first))
                };
                if let Some(fixed) = node.str().filter(begins).and_then(|sql| query_in_place(node, sql)) {
                    problem = problem.fix(Fix::replace(format!("write `{fixed}`"), node.loc(), fixed));
                } else if let Some(dash) = lone_dash(node) {
                    problem = problem.fix(Fix::replace("put a space behind the dash", dash, "- "));
                }
                self.problem(problem);
            }
        }
    }

    fn default_values(&mut self, owner: u32, key: &str, node: Node<'_>) {
        if node.kind() == NodeKind::Sequence {
            for element in node.items() {
                self.plain(key, element);
            }
        } else if node.str().is_some_and(|text| query_string(text).is_some()) {
            if let Some(query) = self.query(key, node) {
                self.uses_in(owner, &query.text, query.loc, Place::InputQuery);
                self.outside(&query.text, query.loc);
            }
        } else if !matches!(node.str(), Some("all" | "none")) {
            let message = format!("`{key}` is a list, a query, `all` or `none`, not {}", describe(node));
            self.problem(Problem::new(Code::InvalidValue, node.loc(), message));
        }
    }

    fn interaction(&mut self, owner: u32, node: Node<'_>) {
        if node.kind() != NodeKind::Mapping {
            let message = format!("an interaction is `filter`, `split` or `sort` with a query, not {}", describe(node));
            return self.problem(Problem::new(Code::WrongType, node.loc(), message));
        }
        for entry in node.entries() {
            let key = entry.name();
            if RESERVED_KEYS.contains(&key) {
                continue;
            }
            if !crate::schema::INTERACTION_KEYS.contains(&key) {
                // D-013, S-35: the reference ignores it, so the filter silently does nothing.
                let keys = crate::schema::INTERACTION_KEYS.iter().copied();
                let near = similar_key(key, keys, |name| node.get(name).is_some());
                let message = format!("`{key}` does nothing: an interaction is `filter`, `split` or `sort`");
                self.problem(Problem::new(Code::IgnoredKey, entry.key.loc(), message).meant(entry.key.text(), &near));
                continue;
            }
            if entry.value.is_null() || entry.duplicate {
                continue;
            }
            match self.query(key, entry.value) {
                Some(query) => {
                    self.uses_in(owner, &query.text, query.loc, Place::InsightInteraction);
                    self.ignored_slice(key, &query);
                }
                None if entry.value.str().is_some_and(|text| query_string(text).is_some()) => {}
                None if matches!(entry.value.kind(), NodeKind::Error | NodeKind::Alias) => {}
                None => {
                    let mut problem = Problem::new(
                        Code::QueryExpected,
                        entry.value.loc(),
                        format!("`{key}` needs a query `?{{ … }}`, not {}", describe(entry.value)),
                    );
                    let bare = |text: &str| {
                        let whole = format!("${{{text}}}");
                        let is_all = |r: &Reference| r.range.len() == TextSize::of(&whole);
                        text.starts_with("ref(") && references(&whole).iter().any(is_all)
                    };
                    let fixed = entry.value.str().map(str::trim).and_then(|text| match bare(text) {
                        true => query_in_place(entry.value, &format!("${{{text}}}")),
                        false => query_in_place(entry.value, text),
                    });
                    if let Some(fixed) = fixed {
                        problem = problem.fix(Fix::replace(format!("write `{fixed}`"), entry.value.loc(), fixed));
                    }
                    self.problem(problem);
                }
            }
        }
    }
}

/// The dash before a text that was to be the first item of a list.
fn lone_dash(node: Node<'_>) -> Option<Loc> {
    let text = node.text().strip_prefix('-').filter(|rest| rest.starts_with(char::is_alphanumeric))?;
    text.contains('\n')
        .then(|| Loc::new(node.loc().segment, TextRange::at(node.loc().range.start(), TextSize::of('-'))))
}

/// Whether a node has a key of what a list holds.
fn has_key_of(item: Type, node: Node<'_>) -> bool {
    let has = |name: &str| node.get(name).is_some();
    match item {
        Type::Object(kind) | Type::ObjectOrReference(kind, _) => {
            shape(kind, has).fields_for(None).iter().any(|field| has(field.name))
        }
        Type::Interaction => crate::schema::INTERACTION_KEYS.iter().any(|key| has(key)),
        _ => false,
    }
}

/// Whether a name may be missing by which others could refer to an object. What is written inside of another needs none.
fn is_unnamed(kind: Kind, shape: &'static Shape, parent: Option<u32>, node: Node<'_>) -> bool {
    let referred = match kind {
        Kind::Metric | Kind::Dimension => true,
        Kind::Source | Kind::Model | Kind::Input | Kind::Chart | Kind::Table | Kind::Markdown => parent.is_none(),
        _ => false,
    };
    referred
        && node.get("name").is_none_or(|name| name.is_null())
        && node.get("<<").is_none()
        && !is_misspelt(shape, &shape.fields_for(None), "name", node)
}
