//! Checks of single values against the types of the table.

use super::Lowering;
use crate::codes::Code;
use crate::control::{MULTI_DISPLAYS, SINGLE_DISPLAYS};
use crate::object::Spanned;
use crate::problem::{Fix, Problem};
use crate::schema::{HEIGHTS, INPUT_TYPES, Kind, Place, Rule, Target, known_pages, page_versions};
use crate::similar::{did_you_mean, similar};
use viz_syntax::{
    AlmostReason, AlmostReference, Node, NodeKind, QueryStringError, Style, Typed, almost_references, double_quoted,
    query_string,
};
use viz_text::{Loc, MappedText, TextRange, TextSize};

impl Lowering {
    pub(super) fn spanned(node: Node<'_>) -> Option<Spanned> {
        Some(Spanned { text: node.str()?.to_owned(), loc: node.loc() })
    }

    /// A value that must be a string. Numbers, booleans and dates without quotes are none.
    pub(super) fn text(&mut self, key: &str, node: Node<'_>) {
        self.out.problems.extend(text_problem(key, node));
    }

    pub(super) fn word(&mut self, key: &str, node: Node<'_>) {
        self.text(key, node);
        if node.str().is_some_and(|text| !text.contains(|c: char| c.is_alphanumeric() || c == '_')) {
            let message = format!("`{key}` needs at least one letter, digit or `_`");
            self.problem(Problem::new(Code::InvalidValue, node.loc(), message));
        }
    }

    pub(super) fn integer(&mut self, key: &str, node: Node<'_>) {
        let fits = match node.scalar().map(|scalar| scalar.resolved()) {
            Some(Typed::Int(_) | Typed::BigInt) => true,
            Some(Typed::Str) => node.str().is_some_and(|text| text.trim().parse::<i64>().is_ok()),
            Some(Typed::Float(value)) => value.fract() == 0.0,
            _ => false,
        };
        if !fits {
            let is_old = super::literal::old_variable(node).is_some();
            let found = if is_old { "an environment variable".to_owned() } else { describe(node) };
            self.problem(Problem::new(
                Code::WrongType,
                node.loc(),
                format!("`{key}` must be a whole number, not {found}"),
            ));
        }
    }

    /// A whole number between two bounds.
    pub(super) fn integer_between(&mut self, key: &str, from: i64, to: i64, node: Node<'_>) {
        self.integer(key, node);
        if whole(node).is_some_and(|value| !(from..=to).contains(&value)) {
            let message = format!("`{key}` can't be {}: it is a whole number from {from} to {to}", describe(node));
            self.problem(Problem::new(Code::InvalidValue, node.loc(), message));
        }
    }

    /// A whole number that is not too small, in versions that look at it.
    pub(super) fn least(&mut self, key: &str, least: i64, rule: Rule, node: Node<'_>) {
        if self.has(rule) && whole(node).is_some_and(|value| value < least) {
            let message = format!("`{key}` can't be {}: it is at least {least}", describe(node));
            self.problem(Problem::new(Code::InvalidValue, node.loc(), message).by(rule));
        }
    }

    pub(super) fn integer_choice(&mut self, key: &str, choices: &[i64], node: Node<'_>) {
        let value = node.str().and_then(|text| text.trim().parse::<i64>().ok());
        if !value.is_some_and(|value| choices.contains(&value)) {
            let list = pages(choices, self.target.unwrap_or_default());
            let message = format!("`{key}` can't be {}: it is one of {list}", describe(node));
            let problem = Problem::new(Code::InvalidValue, node.loc(), message);
            let known = || known_pages(choices, self.target.unwrap_or_default());
            let nearest = value.and_then(|value| known().min_by_key(|choice| choice.abs_diff(value)));
            self.problem(match nearest {
                Some(nearest) => {
                    let fix = Fix::replace(format!("write `{nearest}`, the nearest"), node.loc(), nearest.to_string());
                    problem.fix(fix)
                }
                None => problem,
            });
        } else if let Some(value) = value.filter(|_| key == "rows_per_page") {
            self.page(key, value, choices, node);
        }
    }

    /// Pages of 15 rows ended where those of 10 began (S-31).
    fn page(&mut self, key: &str, value: i64, choices: &[i64], node: Node<'_>) {
        let versions = page_versions(value);
        match (versions.words(), self.target) {
            (None, _) => {}
            (Some(_), None) => self.difference(format!("`{key}: {value}`"), versions, node.loc()),
            (Some(_), Some(target)) if versions.contains(target) => {}
            (Some(known), Some(target)) => {
                let list = pages(choices, target);
                let message =
                    format!("`{key}` can't be {value}, which is known {known} only: in {target} it is one of {list}");
                let other = if value == 15 { "10" } else { "15" };
                let fix = Fix::replace(format!("write `{other}`"), node.loc(), other);
                let problem = Problem::new(Code::InvalidValue, node.loc(), message);
                self.problem(problem.fix(fix).by(Rule::PagesOfFifteen));
            }
        }
    }

    pub(super) fn boolean(&mut self, key: &str, node: Node<'_>) {
        let word = |text: &str| {
            matches!(
                text.to_ascii_lowercase().as_str(),
                "true" | "false" | "yes" | "no" | "on" | "off" | "1" | "0" | "t" | "f" | "y" | "n"
            )
        };
        let fits = match node.scalar().map(|scalar| scalar.resolved()) {
            Some(Typed::Bool(_)) => true,
            Some(Typed::Int(value)) => value == 0 || value == 1,
            Some(Typed::Str) => node.str().is_some_and(word),
            _ => false,
        };
        if !fits {
            self.problem(Problem::new(
                Code::WrongType,
                node.loc(),
                format!("`{key}` must be `true` or `false`, not {}", describe(node)),
            ));
        }
    }

    pub(super) fn choice(&mut self, key: &str, choices: &[&str], node: Node<'_>) {
        match node.str().filter(|_| wrong_for_text(node).is_none()) {
            Some(text) if choices.contains(&text) => {}
            Some(text) => {
                let near = similar(text, choices.iter().copied());
                let list: Vec<String> = choices.iter().map(|choice| format!("`{choice}`")).collect();
                let mut problem = Problem::new(
                    Code::InvalidValue,
                    node.loc(),
                    format!("`{key}` can't be `{text}`: it is one of {}", list.join(", ")),
                );
                problem.help = did_you_mean(&near);
                if choices == INPUT_TYPES && (SINGLE_DISPLAYS.contains(&text) || MULTI_DISPLAYS.contains(&text)) {
                    let ty = if SINGLE_DISPLAYS.contains(&text) { "single-select" } else { "multi-select" };
                    problem.help =
                        Some(format!("`{text}` is a control: write `type: {ty}` and `display: {{ type: {text} }}`"));
                } else if let [only] = near.as_slice() {
                    problem = problem.named(node.loc(), only);
                }
                self.problem(problem);
            }
            None => self.text(key, node),
        }
    }

    pub(super) fn plain(&mut self, key: &str, node: Node<'_>) {
        match node.scalar().map(|scalar| scalar.resolved()) {
            Some(Typed::Date | Typed::Timestamp) => {
                let text = node.str().unwrap_or_default().to_owned();
                let problem =
                    Problem::new(Code::WrongType, node.loc(), format!("`{key}` can't be a YAML date (R-IN-09)"))
                        .fix(Fix::replace("write the date in quotes", node.loc(), double_quoted(&text)).safe());
                self.problem(problem);
            }
            Some(Typed::Null) | None => {
                self.problem(Problem::new(
                    Code::WrongType,
                    node.loc(),
                    format!("`{key}` must be a text, a number or a boolean, not {}", describe(node)),
                ));
            }
            Some(_) => {
                // R-IN-32, S-08: a query here is kept as literal text by every version.
                if node.str().is_some_and(|text| text.trim_start().starts_with("?{")) {
                    let message = format!("a query in `{key}` is never executed: the control gets its text literally");
                    self.problem(
                        Problem::new(Code::QueryNotExecuted, node.loc(), message).help("write the value itself"),
                    );
                }
            }
        }
    }

    pub(super) fn height(&mut self, key: &str, node: Node<'_>) {
        let pixels = node.scalar().is_some_and(|scalar| matches!(scalar.resolved(), Typed::Int(value) if value > 0));
        let allowed = pixels && self.allows(Rule::HeightsInPixels, || format!("`{key}` in pixels"), node.loc());
        if pixels && !allowed {
            let message = format!("`{key}` in pixels is known since 2.1 only");
            self.problem(
                Problem::new(Code::InvalidValue, node.loc(), message)
                    .help(format!("write one of {}", HEIGHTS.join(", ")))
                    .by(Rule::HeightsInPixels),
            );
        } else if !pixels && !node.str().is_some_and(|text| HEIGHTS.contains(&text)) {
            let mut list: Vec<String> = HEIGHTS.iter().map(|height| format!("`{height}`")).collect();
            if self.has(Rule::HeightsInPixels) {
                list.push("a number of pixels".into());
            }
            let message = format!("`{key}` can't be {}: it is one of {}", describe(node), list.join(", "));
            let near = similar(node.str().unwrap_or_default(), HEIGHTS.iter().copied());
            let mut problem = Problem::new(Code::InvalidValue, node.loc(), message);
            problem.help = did_you_mean(&near);
            if let [only] = near.as_slice() {
                problem = problem.named(node.loc(), only);
            }
            self.problem(problem);
        }
    }

    pub(super) fn level(&mut self, key: &str, node: Node<'_>) {
        let fits = matches!(node.scalar().map(|scalar| scalar.resolved()), Some(Typed::Int(_) | Typed::Str));
        if !fits {
            self.problem(Problem::new(
                Code::WrongType,
                node.loc(),
                format!("`{key}` must be a whole number or a string, not {}", describe(node)),
            ));
        }
    }

    /// A string that must be a reference (`R-REF-06`).
    pub(super) fn reference(&mut self, owner: u32, key: &str, kind: Kind, place: Place, node: Node<'_>) {
        let Some(scalar) = node.scalar().filter(|_| wrong_for_text(node).is_none()) else {
            let message =
                format!("`{key}` must be {} or a reference to one, not {}", kind.with_article(), describe(node));
            return self.problem(Problem::new(Code::WrongType, node.loc(), message));
        };
        let text = scalar.mapped();
        let content = text.text();
        let found = viz_syntax::references(content);
        let inner = content.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')).map(str::trim);
        if found.len() == 1 && found[0].range.len() == text.len() {
            self.uses_in(owner, &text, node.loc(), place);
        } else if let Some(path) = inner.filter(|path| path.starts_with("project.")) {
            // R-REF-08: whether there is such an object shows when all are read.
            self.out.paths.push(Spanned { text: path.to_owned(), loc: node.loc() });
        } else if !almost_references(content).is_empty() {
            self.almost(&text, node.loc());
        } else {
            let plain =
                !content.is_empty() && content.chars().all(|c| c.is_ascii_alphanumeric() || " '\"-_".contains(c));
            let mut problem = Problem::new(
                Code::ReferenceExpected,
                node.loc(),
                format!("`{key}` needs a reference to {}, not a plain text", kind.with_article()),
            );
            if plain {
                let fixed = format!("ref({})", content.trim());
                problem = problem.fix(Fix::replace(format!("write `{fixed}`"), node.loc(), fixed));
            } else {
                problem = problem.help("write `ref(name)` or `${ref(name)}`");
            }
            self.problem(problem);
        }
    }

    /// A query string in a place where nothing else will do. Reports what is wrong with it.
    pub(super) fn query(&mut self, key: &str, node: Node<'_>) -> Option<crate::object::QueryText> {
        let scalar = node.scalar()?;
        let text = scalar.mapped();
        match query_string(text.text()) {
            None => None,
            Some(Ok(query)) => Some(crate::object::QueryText { query, loc: node.loc(), text }),
            Some(Err(error)) => {
                self.malformed_query(key, node, error);
                None
            }
        }
    }

    /// A slice outside props is accepted and does nothing (`R-QS-06`).
    pub(super) fn ignored_slice(&mut self, key: &str, query: &crate::object::QueryText) {
        if let Some(loc) = query.query.slice_range.and_then(|range| query.text.locate(range)) {
            let message = format!("a slice does nothing here: `{key}` uses the whole query (R-QS-06)");
            self.problem(Problem::new(Code::IgnoredSlice, loc, message).fix(Fix::replace("remove the slice", loc, "")));
        }
    }

    pub(super) fn malformed_query(&mut self, key: &str, node: Node<'_>, error: QueryStringError) {
        let text = node.scalar().map(|scalar| scalar.mapped()).unwrap_or_default();
        // A reference that is not closed takes the query's brace for its own.
        let unclosed = |almost: &AlmostReference| almost.reason == AlmostReason::Unclosed;
        if error == QueryStringError::Unterminated && almost_references(text.text()).iter().any(unclosed) {
            self.almost(&text, node.loc());
            return;
        }
        // `= 'a #1' }`: the end of the query is in the comment.
        if error == QueryStringError::Unterminated
            && let Some((comment, text)) = node.comment_behind().filter(|(_, text)| text.ends_with('}'))
        {
            let whole = node.loc().cover(comment);
            let message = format!("the query of `{key}` ends before this: ` #` begins a comment");
            let text = in_quotes(node, (comment.range.start() - node.loc().range.end(), text));
            let fix = Fix::replace("put the whole value in quotes", whole, text);
            self.problem(Problem::new(Code::MalformedQuery, comment, message).fix(fix));
            return;
        }
        if let (QueryStringError::Unterminated, Some((comment, _))) = (&error, node.comment_behind()) {
            let message = format!("the query of `{key}` ends before this: ` #` begins a comment");
            let problem = Problem::new(Code::MalformedQuery, comment, message);
            return self.problem(problem.help("leave the comment out, or write it as `/* … */`"));
        }
        let at = |range| text.locate(range).unwrap_or_else(|| node.loc());
        let (loc, message, help) = match error {
            QueryStringError::Multiline(_) => (
                at(first_line(text.text())),
                format!("the query of `{key}` spans several lines: it is not recognised as a query"),
                Some("write it on one line, or as a folded scalar `>-` whose lines are equally indented"),
            ),
            QueryStringError::Unterminated => {
                (node.loc(), format!("the query of `{key}` has no closing `}}`"), Some("add `}` at the end"))
            }
            QueryStringError::Empty => (node.loc(), format!("the query of `{key}` is empty"), None),
            QueryStringError::BadSlice(range) => {
                (at(range), "this is no slice: write `[0]`, `[1:3]` or `[0,2]` directly after the `}`".to_owned(), None)
            }
            QueryStringError::SpaceBeforeSlice(range) => (
                at(range),
                "a slice must follow the `}` directly".to_owned(),
                Some("remove the white-space before `[`"),
            ),
            QueryStringError::LeadingSpace(_) => (
                node.loc(),
                format!("the query of `{key}` starts with white-space: it is not recognised as a query"),
                Some("remove the white-space before `?{`"),
            ),
            QueryStringError::TextAfter(range) => {
                (at(range), "nothing but a slice may follow the `}` of a query".to_owned(), None)
            }
        };
        let mut problem = Problem::new(Code::MalformedQuery, loc, message);
        problem.help = help.map(str::to_owned);
        problem.fix = match error {
            QueryStringError::Multiline(_) => folded(node),
            QueryStringError::SpaceBeforeSlice(_) => Some(Fix::replace("remove the white-space", loc, "").safe()),
            QueryStringError::LeadingSpace(range) => {
                text.locate(range).map(|loc| Fix::replace("remove the white-space", loc, "").safe())
            }
            QueryStringError::Unterminated => closed(&text),
            _ => None,
        };
        self.problem(problem);
    }
}

/// A text for a message, which is never long.
pub(super) fn short(text: &str) -> std::borrow::Cow<'_, str> {
    match text.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", &text[..end]).into(),
        None => text.into(),
    }
}

fn pages(choices: &[i64], target: Target) -> String {
    known_pages(choices, target).map(|rows| rows.to_string()).collect::<Vec<_>>().join(", ")
}

/// A whole number, as the reference's loader takes it.
fn whole(node: Node<'_>) -> Option<i64> {
    match node.scalar()?.resolved() {
        Typed::Int(value) => Some(value),
        Typed::Float(value) if value.fract() == 0.0 => Some(value as i64),
        Typed::Str => node.str()?.trim().parse().ok(),
        _ => None,
    }
}

/// A scalar and the comment behind it as one text in quotes.
fn in_quotes(node: Node<'_>, (gap, comment): (TextSize, &str)) -> String {
    double_quoted(&format!("{}{}{comment}", node.text(), " ".repeat(gap.into())))
}

/// Adds the brace that is missing.
fn closed(text: &MappedText) -> Option<Fix> {
    let (last, c) = text.text().trim_end().char_indices().next_back()?;
    let range = TextRange::at(TextSize::new(last as u32), TextSize::of(c));
    Some(Fix::replace("add `}` at the end", text.locate(range)?, format!("{c} }}")))
}

/// Turns a block with `|` into one with `>-`, if that gives one line: the lines are equally indented and none is empty.
fn folded(node: Node<'_>) -> Option<Fix> {
    let scalar = node.scalar().filter(|scalar| scalar.style() == Style::Literal)?;
    if scalar.value().trim_end().lines().any(|line| line.is_empty() || line.starts_with([' ', '\t'])) {
        return None;
    }
    let header: &str = node.text().split(char::is_whitespace).next()?;
    let indent: String = header.chars().filter(char::is_ascii_digit).collect();
    let range = TextRange::at(node.loc().range.start(), TextSize::of(header));
    Some(Fix::replace("fold the lines with `>-`", Loc::new(node.loc().segment, range), format!(">{indent}-")).safe())
}

/// The first line that is not empty.
fn first_line(text: &str) -> TextRange {
    let start = text.len() - text.trim_start().len();
    let end = text[start..].find('\n').map_or(text.len(), |at| start + at);
    TextRange::new(TextSize::new(start as u32), TextSize::new(end as u32))
}

/// A key without a value, which may be there as a comment.
pub(super) fn without_value(code: Code, key: Loc, name: &str, node: Node<'_>) -> Problem {
    let Some((loc, value)) = node.hidden_value() else {
        return Problem::new(code, key, format!("`{name}` has no value"));
    };
    let fix = Fix::replace(format!("put `{value}` in quotes"), loc, double_quoted(value));
    Problem::new(code, key, format!("`{name}` has no value: the `#` begins a comment")).fix(fix)
}

/// What is wrong with a value that must be a string.
pub(crate) fn text_problem(key: &str, node: Node<'_>) -> Option<Problem> {
    let found = wrong_for_text(node)?;
    if super::literal::old_variable(node).is_some() {
        let message = format!("`{{{{ … }}}}` is not processed any more: `{key}` needs a text (R-ENV-06)");
        return Some(Problem::new(Code::RemovedSyntax, node.loc(), message).help("write the text itself"));
    }
    let problem = Problem::new(Code::WrongType, node.loc(), format!("`{key}` must be a string, not {found}"));
    Some(match node.str().filter(|_| !node.is_null()) {
        Some(text) => problem.fix(Fix::replace("write it in quotes", node.loc(), double_quoted(text)).safe()),
        None => problem,
    })
}

/// What stands where a string should, in words; `None` if it is a string.
pub(super) fn wrong_for_text(node: Node<'_>) -> Option<&'static str> {
    match node.kind() {
        NodeKind::Mapping => Some("a mapping"),
        NodeKind::Sequence => Some("a list"),
        NodeKind::Alias | NodeKind::Error => None,
        NodeKind::Scalar => match node.scalar()?.resolved() {
            Typed::Str | Typed::Merge | Typed::Equals => None,
            Typed::Null => Some("null"),
            Typed::Bool(_) => Some("a boolean"),
            Typed::Int(_) | Typed::BigInt | Typed::Float(_) => Some("a number"),
            Typed::Date | Typed::Timestamp => Some("a date"),
        },
    }
}

/// A value in words, for messages.
pub(crate) fn describe(node: Node<'_>) -> String {
    match (wrong_for_text(node), node.str()) {
        (_, Some(text)) if !node.is_null() => {
            let short: String = text.chars().take(40).collect();
            let cut = if short.len() < text.len() { "…" } else { "" };
            format!("`{short}{cut}`")
        }
        (Some(word), _) => word.to_owned(),
        (None, _) => "this".to_owned(),
    }
}
