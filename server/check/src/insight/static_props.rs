//! The properties of an insight that are no queries, and other texts of objects as the reference's loader sees them.

use viz_facts::Unknown;
use viz_project::{Body, ObjectId, Project, Resolution};
use viz_sql::Accessor;
use viz_syntax::{Node, NodeKind, Plain, RefForm, Reference, node_at, query_string, references};
use viz_text::TextRange;

/// What becomes of a text with placeholders.
pub type Filled = Result<Plain, Unknown>;

/// The properties of an insight that are no queries, with the placeholders in their texts as they are stored for the
/// browser: `${region.value}` (`R-ACC-01`).
pub fn stored_props(project: &Project, insight: ObjectId) -> Plain {
    let stored = |text: &str| {
        let mut out = String::new();
        let mut done = 0;
        for (found, id, accessor) in placeholders(project, text) {
            out.push_str(&text[done..found.start().into()]);
            out.push_str(&format!("${{{}.{}}}", project.object(id).name_text(), accessor.name()));
            done = found.end().into();
        }
        out.push_str(&text[done..]);
        Ok(Plain::Text(out))
    };
    static_props(project, insight, &stored).unwrap_or(Plain::Null)
}

/// What an object's text says at these keys, as the reference's loader sees it.
pub fn written(project: &Project, id: ObjectId, keys: &[&str]) -> Option<Plain> {
    keys.iter().try_fold(node_of(project, id)?, |node, key| node.get(key)).map(Plain::of)
}

/// The properties of an insight that are no queries; `fill` says what becomes of texts with placeholders.
///
/// # Errors
/// Those of `fill`.
pub fn static_props(project: &Project, insight: ObjectId, text: &dyn Fn(&str) -> Filled) -> Result<Plain, Unknown> {
    match node_of(project, insight).and_then(|node| node.get("props")) {
        Some(props) => Ok(statics(props, text)?.unwrap_or(Plain::Null)),
        None => Ok(Plain::Null),
    }
}

/// The places of inputs' accessors in a text.
pub fn placeholders(project: &Project, text: &str) -> Vec<(TextRange, ObjectId, Accessor)> {
    let placeholder = |found: Reference| {
        let Resolution::Object(id) = project.names().resolve(&found.name) else { return None };
        let Body::Input(_) = &project.object(id).body else { return None };
        Some((found.range, id, Accessor::parse(found.path.as_deref()?)?))
    };
    let found = references(text).into_iter().filter(|found| found.form == RefForm::Context);
    found.filter_map(placeholder).collect()
}

/// The YAML of an object.
pub fn node_of(project: &Project, id: ObjectId) -> Option<Node<'_>> {
    let (file, range) = project.resolve(project.object(id).loc)?;
    node_at(&project.file(file).document, range)
}

/// A node without its queries; `None` for a query, and for a list that holds one (`R-INS-02`). `fill` says what becomes of
/// texts with placeholders.
fn statics(node: Node<'_>, fill: &dyn Fn(&str) -> Filled) -> Result<Option<Plain>, Unknown> {
    Ok(Some(match node.kind() {
        NodeKind::Mapping => {
            let mut out = Vec::new();
            for entry in node.entries().filter(|entry| !entry.duplicate) {
                let value = statics(entry.value, fill)?;
                out.extend(value.map(|value| (entry.name().to_owned(), value)));
            }
            Plain::Mapping(out)
        }
        NodeKind::Sequence => {
            let items: Vec<Option<Plain>> = node.items().map(|item| statics(item, fill)).collect::<Result<_, _>>()?;
            match items.into_iter().collect() {
                Some(items) => Plain::List(items),
                None => return Ok(None),
            }
        }
        NodeKind::Scalar => match node.str() {
            Some(text) if query_string(text).is_some_and(|found| found.is_ok()) => return Ok(None),
            Some(text) if text.contains("${") => fill(text)?,
            _ => Plain::of(node),
        },
        NodeKind::Alias | NodeKind::Error => Plain::Null,
    }))
}
