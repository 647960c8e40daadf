//! Colours of themes and of tables' cells (R-22-12, R-22-20).

use super::Lowering;
use super::scalars::{describe, wrong_for_text};
use crate::codes::{Code, Severity};
use crate::problem::{Fix, Problem};
use crate::schema::{PALETTES, Rule};
use crate::similar::{did_you_mean, similar};
use viz_plotly::{is_color, rgba};
use viz_syntax::{Node, NodeKind};

impl Lowering {
    /// `#` and 3 or 6 hexadecimal digits. The cells of a table take others without a word before 2.2, and have no colour then.
    pub(super) fn hex_color(&mut self, key: &str, node: Node<'_>) {
        let Some(text) = node.str().filter(|_| wrong_for_text(node).is_none()) else { return self.text(key, node) };
        let digits = text.strip_prefix('#').filter(|digits| matches!(digits.len(), 3 | 6));
        if digits.is_some_and(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit())) {
            return;
        }
        let expected = "`#` and 3 or 6 hexadecimal digits";
        let message = match self.has(Rule::CheckedTables) {
            true => format!("`{key}` can't be {}: a colour is {expected} here", describe(node)),
            false => format!("`{key}` can't be {}: no cell gets a colour, for it must be {expected}", describe(node)),
        };
        let mut problem = Problem::new(Code::InvalidValue, node.loc(), message);
        problem.rule = Some(Rule::CheckedTables).filter(|rule| key.ends_with("_color") && self.has(*rule));
        self.problem(match hex(text) {
            Some(hex) => problem.fix(Fix::replace(format!("write `{hex}`"), node.loc(), format!("\"{hex}\""))),
            None => problem.help("write it as `\"#1f77b4\"`, with the quotes"),
        });
    }

    /// The name of a palette (3.16), or a list of texts. Whether these are colours is looked at by nobody.
    pub(super) fn colorway(&mut self, key: &str, node: Node<'_>) {
        if node.kind() != NodeKind::Sequence {
            return self.palette(Code::InvalidValue, key, node);
        }
        if node.items().next().is_none() {
            self.problem(Problem::new(Code::InvalidValue, node.loc(), format!("`{key}` needs at least one colour")));
        }
        for item in node.items() {
            if wrong_for_text(item).is_some() {
                self.text("a colour", item);
            } else if let Some(text) = item.str().filter(|text| !is_color(text)) {
                let message = format!("`{text}` is no colour: traces that get it are drawn in black");
                let problem = Problem::new(Code::InvalidValue, item.loc(), message).severity(Severity::Warning);
                self.problem(problem.help("write the name of a colour, or `\"#1f77b4\"`"));
            }
        }
    }

    /// The name of a palette (3.16), where a list of colours may stand, too.
    pub(super) fn palette(&mut self, code: Code, key: &str, node: Node<'_>) {
        let text = node.str().unwrap_or_default();
        if PALETTES.contains(&text) {
            return;
        }
        let near = similar(text, PALETTES.iter().copied());
        let message = format!("`{key}` must be the name of a palette or a list of colours, not {}", describe(node));
        let mut problem = Problem::new(code, node.loc(), message);
        problem.help = did_you_mean(&near).or_else(|| Some(format!("use one of {}", PALETTES.join(", "))));
        if let [only] = near.as_slice() {
            problem = problem.named(node.loc(), only);
        }
        self.problem(problem);
    }
}

/// A colour in 6 hexadecimal digits, if one can see all of it.
fn hex(text: &str) -> Option<String> {
    let [red, green, blue, opacity] = rgba(text).filter(|_| is_color(text))?;
    let byte = |part: f32| (part * 255.0).round() as u8;
    (opacity == 1.0).then(|| format!("#{:02x}{:02x}{:02x}", byte(red), byte(green), byte(blue)))
}
