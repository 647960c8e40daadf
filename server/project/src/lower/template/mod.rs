//! The HTML of template dashboards (R-22-31 to R-22-36): what may stand in it, and the slots that items fill.

mod allowed;

use super::Lowering;
use crate::codes::Code;
use crate::object::Use;
use crate::problem::{Fix, Problem};
use crate::schema::{Place, TEMPLATE_SLOT};
use allowed::{AttributeFault, attribute_fault, css_fault, is_element, is_void};
use html5gum::emitters::default::{DefaultEmitter, Token};
use html5gum::{Span, Tokenizer};
use std::collections::HashMap;
use viz_text::{Loc, MappedText, TextRange, TextSize};

/// A walk through the tags of a text.
struct Walk<'a> {
    text: &'a MappedText,
    loc: Loc,
    /// The elements that are open, and whether each is a slot.
    open: Vec<(String, bool)>,
    /// How many of each name are open: what closes none is not searched for among them all.
    open_names: HashMap<String, usize>,
    /// How many slots are open.
    open_slots: usize,
}

impl Walk<'_> {
    fn open(&mut self, name: String, is_slot: bool) {
        *self.open_names.entry(name.clone()).or_default() += 1;
        self.open_slots += usize::from(is_slot);
        self.open.push((name, is_slot));
    }

    /// Closes the last element of this name, and what was opened in it.
    fn close(&mut self, name: &str) {
        if self.open_names.get(name).is_none_or(|count| *count == 0) {
            return;
        }
        while let Some((last, is_slot)) = self.open.pop() {
            self.open_slots -= usize::from(is_slot);
            let is_it = last == name;
            self.open_names.entry(last).and_modify(|count| *count -= 1);
            if is_it {
                return;
            }
        }
    }

    fn at(&self, range: TextRange) -> Loc {
        self.text.locate(range).unwrap_or(self.loc)
    }

    fn span(&self, span: Span<usize>) -> TextRange {
        let len = self.text.text().len();
        let (start, end) = (span.start.min(len), span.end.clamp(span.start, len.max(span.start)).min(len));
        TextRange::new(TextSize::new(start as u32), TextSize::new(end as u32))
    }
}

impl Lowering {
    /// Looks at the text of a template, and notes what its slots name as uses of the dashboard.
    pub(super) fn template(&mut self, owner: u32, text: &MappedText, loc: Loc) {
        let mut walk = Walk { text, loc, open: Vec::new(), open_names: HashMap::new(), open_slots: 0 };
        let mut emitter = DefaultEmitter::<usize>::new_with_span();
        emitter.naively_switch_states(true);
        let mut style: Option<TextRange> = None;
        for token in Tokenizer::new_with_emitter(text.text(), emitter).flatten() {
            match token {
                Token::StartTag(tag) => {
                    let name = String::from_utf8_lossy(&tag.name).into_owned();
                    let range = walk.span(tag.span);
                    let word = TextRange::at(range.start() + TextSize::new(1), TextSize::of(name.as_str()));
                    if !is_element(&name) {
                        self.forbidden(walk.at(word), format!("`<{name}>` may not stand in a template (R-22-33)"));
                    }
                    let mut is_slot = false;
                    for (attribute, value) in &tag.attributes {
                        let (key, written) =
                            (String::from_utf8_lossy(attribute), String::from_utf8_lossy(&value.value));
                        let place = walk.span(value.span);
                        if key == TEMPLATE_SLOT {
                            is_slot = true;
                            self.slot(owner, &walk, &name, &written, place);
                        } else {
                            self.html_attribute(&walk, &name, &key, &written, place);
                        }
                    }
                    if name == "style" {
                        style = Some(range);
                    }
                    if !is_void(&name) && !tag.self_closing {
                        walk.open(name, is_slot);
                    }
                }
                Token::EndTag(tag) => {
                    let name = String::from_utf8_lossy(&tag.name).into_owned();
                    walk.close(&name);
                    if name == "style" {
                        style = None;
                    }
                }
                Token::String(string) if style.is_some() => {
                    if let Some(word) = css_fault(&String::from_utf8_lossy(&string.value)) {
                        self.forbidden_css(walk.at(walk.span(string.span)), word);
                    }
                }
                _ => {}
            }
        }
    }

    fn forbidden(&mut self, at: Loc, message: String) {
        self.problem(Problem::new(Code::InvalidTemplate, at, message));
    }

    fn forbidden_css(&mut self, at: Loc, word: &str) {
        self.forbidden(at, format!("`{word}` may not stand in the styles of a template (R-22-35)"));
    }

    fn html_attribute(&mut self, walk: &Walk<'_>, element: &str, name: &str, value: &str, place: TextRange) {
        let at = walk.at(place);
        if name == "style" {
            if let Some(word) = css_fault(value) {
                self.forbidden_css(at, word);
            }
            return;
        }
        match attribute_fault(element, name, value) {
            None => {}
            Some(AttributeFault::Unknown) if !is_element(element) => {} // the element is the fault
            Some(AttributeFault::Unknown) => {
                self.forbidden(at, format!("`<{element}>` may not have `{name}` in a template (R-22-34)"));
            }
            Some(AttributeFault::Handler) => {
                let message = format!("`{name}` may not stand in a template: it runs a script (R-22-34)");
                self.forbidden(at, message);
            }
            Some(AttributeFault::Address) => {
                let message = format!("`{name}` of `<{element}>` may not lead there (R-22-35)");
                let help = "write a relative path, or an address with `https:` or `mailto:`";
                self.problem(Problem::new(Code::InvalidTemplate, at, message).help(help));
            }
        }
    }

    /// A slot, which names an item by its plain name (R-22-31).
    fn slot(&mut self, owner: u32, walk: &Walk<'_>, element: &str, value: &str, place: TextRange) {
        let name = value.trim();
        let written = walk.text.text().get(std::ops::Range::<usize>::from(place)).unwrap_or_default();
        // Entities in it are rare: the whole attribute stands for them.
        let range = written
            .rfind(name)
            .filter(|_| !name.is_empty())
            .map_or(place, |at| TextRange::at(place.start() + TextSize::new(at as u32), TextSize::of(name)));
        let at = walk.at(range);
        let inner = name.strip_prefix("${").map_or(name, |rest| rest.trim_end_matches('}').trim());
        let bare = inner.strip_prefix("ref(").and_then(|rest| rest.split(')').next()).map(str::trim);
        let name_char = |c: char| c.is_ascii_alphanumeric() || c.is_whitespace() || matches!(c, '-' | '_');
        if is_void(element) {
            return self.forbidden(at, format!("`<{element}>` can't be a slot: it has no content (R-22-31)"));
        }
        if walk.open_slots > 0 {
            return self.forbidden(at, "a slot can't stand inside another one (R-22-31)".to_owned());
        }
        if name.is_empty() {
            return self
                .forbidden(at, format!("`{TEMPLATE_SLOT}` needs the name of a chart, table, markdown or input"));
        }
        if name.starts_with("ref(") || name.starts_with("${") {
            let message = "a slot takes a plain name, not a reference (R-22-31)";
            let problem = Problem::new(Code::InvalidTemplate, at, message);
            let fixed = bare.filter(|bare| !bare.is_empty() && bare.chars().all(name_char));
            return self.problem(match fixed {
                Some(bare) => problem.fix(Fix::replace(format!("write `{bare}`"), at, bare).safe()),
                None => problem.help("write the name alone"),
            });
        }
        if !name.chars().all(name_char) {
            // S-46: looked for by nobody when the project compiles.
            let message = format!(
                "`{}` is no name that a slot can have: nothing is shown here, and no run looks for it (S-46)",
                super::scalars::short(name)
            );
            let problem = Problem::new(Code::MalformedReference, at, message);
            let bare = name.trim_matches(['\'', '"']);
            return self.problem(if bare.chars().all(name_char) && !bare.is_empty() {
                problem.fix(Fix::replace("remove the quotes", at, bare).safe())
            } else {
                problem.help("names of items in slots hold ASCII letters, digits, spaces, `-` and `_`")
            });
        }
        self.add_use(
            owner,
            Use { name: name.to_owned(), name_loc: at, loc: at, path: None, place: Place::TemplateSlot, quoted: false },
        );
    }
}
