//! Values of props and layouts.

use super::{Place, is_query_like};
use crate::codes::Code;
use crate::lower::{Lowering, describe};
use crate::problem::{Fix, Problem};
use crate::schema::Rule;
use crate::similar::{did_you_mean, similar};
use viz_plotly::{Given, Misfit, ValueType, is_color, schema};
use viz_syntax::{Node, NodeKind, Style, Typed, double_quoted, references};
use viz_text::{TextRange, TextSize};

impl Lowering {
    /// A value that is no query and no mapping of attributes.
    pub(super) fn plotly_value(&mut self, place: &Place<'_>, node: Node<'_>) {
        let attribute = place.attribute;
        match (attribute.ty, node.kind()) {
            (ValueType::Any, _) => {}
            // Dates are no values; lists of lists are what surfaces and tables of numbers are.
            (ValueType::DataArray, NodeKind::Sequence) => self.dates(place, node),
            // Numbers in binary form.
            (ValueType::DataArray, NodeKind::Mapping) if node.get("bdata").is_some() => {}
            (ValueType::InfoArray, NodeKind::Sequence) => self.info_array(place, node),
            (ValueType::Colorscale, NodeKind::Sequence) => self.colorscale(place, node),
            (ValueType::Colorlist, NodeKind::Sequence) => {
                for item in node.items().filter(|item| !is_open(*item)) {
                    if item.scalar().is_none_or(|scalar| scalar.resolved() != Typed::Str) {
                        self.misfit(place, "a list of colours", item, &Misfit::Type);
                    } else if !item.str().is_some_and(is_color) {
                        self.misfit(place, "a list of colours", item, &Misfit::Value);
                    }
                }
            }
            (ValueType::Colorlist, NodeKind::Scalar) if place.path == "colorway" => {
                self.palette(Code::InvalidProp, &place.path, node)
            }
            (_, NodeKind::Sequence) if attribute.list => {
                for item in node.items().filter(|item| item.kind() == NodeKind::Scalar && !is_open(*item)) {
                    // Numbers among colours are mapped by the colour scale.
                    let mapped = attribute.ty == ValueType::Color && matches!(given(item), Some(Given::Number(_)));
                    if !mapped {
                        self.single(place, item);
                    }
                }
            }
            (_, NodeKind::Scalar) => self.single(place, node),
            _ => self.misfit(place, &attribute.expected(), node, &Misfit::Type),
        }
    }

    fn single(&mut self, place: &Place<'_>, node: Node<'_>) {
        let Some(given) = given(node) else { return };
        if place.attribute.ty == ValueType::String {
            self.rest_in_comment(&place.path, node);
        }
        if let Err(misfit) = place.attribute.fits(given) {
            self.misfit(place, &place.attribute.expected(), node, &misfit);
        }
    }

    fn dates(&mut self, place: &Place<'_>, node: Node<'_>) {
        for item in node.items() {
            match item.kind() {
                // What is in it is looked at by nobody.
                NodeKind::Sequence => {
                    let nested = || "a list in a list of data".to_owned();
                    if !self.allows(Rule::NestedArrays, nested, item.loc()) {
                        return self.misfit(place, "a list of numbers and texts", item, &Misfit::Type);
                    }
                }
                NodeKind::Scalar if matches!(given(item), Some(Given::Date)) => {
                    self.misfit(place, "a list of numbers and texts", item, &Misfit::Type);
                }
                _ => {}
            }
        }
    }

    fn info_array(&mut self, place: &Place<'_>, node: Node<'_>) {
        for (position, item) in node.items().enumerate() {
            let Some(attribute) = schema().item(place.attribute, position) else { return };
            let path = format!("{}[{position}]", place.path);
            let inner = Place { subject: place.subject, path, attribute, key: place.key };
            match item.kind() {
                NodeKind::Scalar if !is_open(item) => self.single(&inner, item),
                NodeKind::Sequence if place.attribute.dimensions == Some(2) => {
                    let scalars = item.items().filter(|item| item.kind() == NodeKind::Scalar && !is_open(*item));
                    scalars.for_each(|item| self.single(&inner, item));
                }
                _ => {}
            }
        }
    }

    /// Levels from 0 to 1, each with a colour.
    fn colorscale(&mut self, place: &Place<'_>, node: Node<'_>) {
        let items: Vec<Node<'_>> = node.items().collect();
        let last = items.len().saturating_sub(1);
        for (position, item) in items.iter().enumerate() {
            let pair: Vec<Node<'_>> = item.items().collect();
            let [level, color] = pair.as_slice() else {
                if !is_open(*item) {
                    return self.misfit(
                        place,
                        "a list of pairs, each a level from 0 to 1 and a colour",
                        *item,
                        &Misfit::Type,
                    );
                }
                continue;
            };
            let wanted = if position == 0 { Some(0.0) } else { (position == last).then_some(1.0) };
            let fits = match level.str().and_then(|text| text.parse::<f64>().ok()) {
                Some(level) => wanted.map_or((0.0..=1.0).contains(&level), |wanted| wanted == level),
                None => is_open(*level),
            };
            if !fits {
                let expected = match wanted {
                    Some(level) if position == 0 => format!("at the first level {level}"),
                    Some(level) => format!("at the last level {level}"),
                    None => "a list of levels from 0 to 1".to_owned(),
                };
                self.misfit(place, &expected, *level, &Misfit::Value);
            }
            if !is_open(*color) && !color.str().is_some_and(is_color) {
                self.misfit(place, "made of colours", *color, &Misfit::Value);
            }
        }
    }

    fn misfit(&mut self, place: &Place<'_>, expected: &str, node: Node<'_>, misfit: &Misfit) {
        let name = &place.path;
        let (mut loc, mut wrong, mut found) = (node.loc(), node.str().unwrap_or_default(), describe(node));
        if let (Misfit::Flag(start, len), Some(scalar)) = (misfit, node.scalar()) {
            wrong = &scalar.value()[*start..start + len];
            let range = TextRange::at(TextSize::new(*start as u32), TextSize::new(*len as u32));
            if let Some(flag) = scalar.mapped().locate(range).filter(|_| *len > 0) {
                (loc, found) = (flag, format!("`{wrong}`"));
            }
        }
        let query = place.attribute.ty == ValueType::DataArray
            && node.kind() == NodeKind::Scalar
            && given(node) != Some(Given::Date);
        let or_query = if query && place.subject.queries { " or a query" } else { "" };
        let converted = converted(place, node);
        if converted.as_ref().is_some_and(|(title, _)| title == UNQUOTED) {
            found = format!("the text `{}`", node.text());
        }
        let message = format!("`{name}` must be {expected}{or_query}, not {found}");
        let mut problem = Problem::new(Code::InvalidProp, loc, message);
        let near = similar(wrong, place.attribute.words());
        if let Some(fixed) = node.str().and_then(in_round_brackets) {
            problem = problem.fix(Fix::replace(format!("write `{fixed}`"), node.loc(), fixed));
        } else if node.str().is_some_and(|text| !references(text).is_empty()) {
            problem = problem
                .help("let the reference be the whole value: a text around it is checked as it stands (R-PROP-02)");
        } else if let Some((title, fixed)) = converted {
            problem = problem.fix(Fix::replace(title, node.loc(), fixed));
        } else if query && place.subject.queries && is_column(wrong) {
            problem = problem.help(format!("write a column in a query: `?{{ ${{ref(model).{wrong}}} }}`"));
        } else if *misfit != Misfit::Type {
            problem.help = did_you_mean(&near);
            if let [only] = near.as_slice() {
                problem = problem.named(loc, only);
            }
        }
        self.problem(problem);
    }
}

/// The same value in a form that fits, where only its form is wrong.
fn converted(place: &Place<'_>, node: Node<'_>) -> Option<(String, String)> {
    let text = node.str()?;
    if given(node) == Some(Given::Date) {
        return Some(("write the date in quotes".to_owned(), double_quoted(text)));
    }
    let attribute = place.attribute;
    let titled = schema().child(attribute, "title").is_some_and(|title| schema().child(title, "text").is_some());
    if attribute.ty == ValueType::Object && titled && is_word(text) {
        let fixed = format!("{{ title: {{ text: {text} }} }}");
        return Some((format!("write `{fixed}`"), fixed));
    }
    if attribute.ty == ValueType::Object && schema().child(attribute, "text").is_some() && !text.contains('\n') {
        let quoted = match node.scalar()?.style() {
            Style::Plain if text.contains([',', '{', '}', '[', ']', ':', '#']) => double_quoted(text),
            _ => node.text().to_owned(),
        };
        let fixed = format!("{{ text: {quoted} }}");
        return Some((format!("write `{fixed}`"), fixed));
    }
    if let (ValueType::Angle, Some(Given::Number(angle))) = (attribute.ty, given(node)) {
        let same = (angle + 180.0).rem_euclid(360.0) - 180.0;
        return Some((format!("write the same angle: `{same}`"), same.to_string())).filter(|_| same.fract() == 0.0);
    }
    let quoted = matches!(node.scalar()?.style(), Style::SingleQuoted | Style::DoubleQuoted);
    let octal = text.len() > 1 && text.starts_with('0') && !text.starts_with("0.");
    let decimal = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-')) && !octal;
    let meant = match text {
        "true" => Given::Boolean(true),
        "false" => Given::Boolean(false),
        _ => Given::Number(text.parse().ok().filter(|_| decimal)?),
    };
    (quoted && attribute.fits(meant).is_ok()).then(|| (UNQUOTED.to_owned(), text.to_owned()))
}

/// The title of the fix of a number or a truth value that is written as a text.
const UNQUOTED: &str = "remove the quotes";

/// Whether a text is words and nothing else.
fn is_word(text: &str) -> bool {
    text.starts_with(char::is_alphabetic) && text.chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | '_'))
}

fn is_column(text: &str) -> bool {
    is_word(text) && !text.contains(' ')
}

/// `?( … )` as a query.
fn in_round_brackets(text: &str) -> Option<String> {
    let inner = text.trim().strip_prefix("?(")?.strip_suffix(')')?;
    (inner.contains("${") && !inner.contains([':', '#', '\n'])).then(|| format!("?{{ {} }}", inner.trim()))
}

/// Whether nothing can be said of a list's item: it is a query, or being typed.
fn is_open(node: Node<'_>) -> bool {
    matches!(node.kind(), NodeKind::Error | NodeKind::Alias) || node.is_null() || node.str().is_some_and(is_query_like)
}

/// A scalar as the reference's loader hands it on.
fn given(node: Node<'_>) -> Option<Given<'_>> {
    let scalar = node.scalar()?;
    let text = scalar.value();
    Some(match scalar.resolved() {
        Typed::Null => return None,
        Typed::Bool(value) => Given::Boolean(value),
        Typed::Int(value) => Given::Number(value as f64),
        Typed::BigInt => Given::Number(text.replace('_', "").parse().ok()?),
        Typed::Float(value) => Given::Number(value),
        Typed::Date | Typed::Timestamp => Given::Date,
        Typed::Merge | Typed::Equals | Typed::Str => Given::Text(text),
    })
}
