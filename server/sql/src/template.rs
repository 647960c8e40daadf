//! Query texts with holes, and how the browser fills them (5.5).

use crate::Accessor;
use crate::filled::Filled;
use crate::tokens::{Token, tokenize};
use sqlparser::tokenizer::Token as SqlToken;
use viz_project::ObjectId;
use viz_text::{Loc, MappedText, Spliced, TextRange, TextSize};

/// The place of a hole in the SQL, which decides what an option may be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Inside `'…'`.
    InString,
    /// Inside `"…"`.
    InIdentifier,
    /// Inside a comment or another kind of literal.
    InOther,
    /// An element of an `IN (…)` list, bare.
    InList,
    /// A sort direction or the like, at the end of an ORDER BY item.
    Keyword,
    /// A bare value.
    Bare,
}

/// A place in a template that a viewer's choice goes into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hole {
    /// Its bytes in the template's text: `${name.accessor}`.
    pub range: TextRange,
    /// The input.
    pub input: ObjectId,
    /// What it takes of the selection.
    pub accessor: Accessor,
    /// The placeholder in the user's text.
    pub loc: Loc,
    /// What the SQL around it makes of it.
    pub role: Role,
}

/// What a metric or dimension was replaced by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unit {
    /// Its bytes in the template's text.
    pub range: TextRange,
    /// The reference in the user's text.
    pub loc: Loc,
}

/// A query with holes.
#[derive(Debug, Clone, Default)]
pub struct Template {
    text: MappedText,
    holes: Vec<Hole>,
    units: Vec<Unit>,
}

impl Template {
    /// An empty template.
    pub fn new() -> Self {
        Self::default()
    }

    /// The text, with `${name.accessor}` where the holes are.
    pub fn text(&self) -> &MappedText {
        &self.text
    }

    /// The holes in order.
    pub fn holes(&self) -> &[Hole] {
        &self.holes
    }

    /// The expressions of metrics and dimensions in it.
    pub(crate) fn units(&self) -> &[Unit] {
        &self.units
    }

    /// Says that everything since an offset is the expression of a metric or dimension.
    pub(crate) fn mark_unit(&mut self, start: TextSize, loc: Loc) {
        self.units.push(Unit { range: TextRange::new(start, self.len()), loc });
    }

    /// Length in bytes.
    pub fn len(&self) -> TextSize {
        self.text.len()
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Appends text that no user wrote.
    pub fn push_generated(&mut self, text: &str) {
        self.text.push_generated(text);
    }

    /// Appends text that stands for a place as a whole.
    pub fn push_for(&mut self, text: &str, loc: Loc) {
        self.text.push_for(text, loc);
    }

    /// Appends a part of a mapped text.
    pub fn push_slice(&mut self, text: &MappedText, range: TextRange) {
        self.text.push_slice(text, range);
    }

    /// Appends a hole.
    pub fn push_hole(&mut self, name: &str, input: ObjectId, accessor: Accessor, loc: Loc) {
        let start = self.len();
        self.text.push_for(&format!("${{{name}.{}}}", accessor.name()), loc);
        self.holes.push(Hole { range: TextRange::new(start, self.len()), input, accessor, loc, role: Role::Bare });
    }

    /// Appends another template; returns where it stands now.
    pub fn push_template(&mut self, other: &Template) -> TextRange {
        self.push_part(other, TextRange::up_to(other.len()))
    }

    /// Appends a part of another template, with the holes that lie in it; returns where it stands now.
    pub fn push_part(&mut self, other: &Template, range: TextRange) -> TextRange {
        let base = self.len();
        self.text.push_slice(&other.text, range);
        let inside = other.holes.iter().filter(|hole| range.contains_range(hole.range));
        self.holes.extend(inside.map(|hole| Hole { range: hole.range - range.start() + base, ..hole.clone() }));
        let inside = other.units.iter().filter(|unit| range.contains_range(unit.range));
        self.units.extend(inside.map(|unit| Unit { range: unit.range - range.start() + base, loc: unit.loc }));
        TextRange::new(base, self.len())
    }

    /// The text with each hole replaced by what `fill` says.
    pub fn fill(&self, fill: impl FnMut(usize, &Hole) -> String) -> Filled<'_> {
        self.fill_part(TextRange::up_to(self.len()), fill)
    }

    fn fill_part(&self, part: TextRange, mut fill: impl FnMut(usize, &Hole) -> String) -> Filled<'_> {
        let inside = self.holes_within(part);
        let first = inside.start;
        let fillings =
            self.holes[inside.clone()].iter().zip(inside).map(|(hole, index)| (hole.range, fill(index, hole)));
        Filled::new(self, part, first, Spliced::new(self.text.text(), part, fillings))
    }

    /// The holes in a part of the text: they are in its order.
    pub fn holes_within(&self, part: TextRange) -> std::ops::Range<usize> {
        let start = self.holes.partition_point(|hole| hole.range.start() < part.start());
        start..start + self.holes[start..].partition_point(|hole| hole.range.end() <= part.end())
    }

    /// The text with a word of its own length in place of each hole: so that all offsets stay.
    pub fn plain(&self) -> String {
        self.fill(|_, hole| "v".repeat(hole.range.len().into())).into_text()
    }

    /// The query that the browser runs: holes filled, and every whole word `null` of the filled text in upper case.
    pub fn render(&self, fill: impl FnMut(usize, &Hole) -> String) -> Filled<'_> {
        self.fill(fill).in_browser()
    }

    /// A part of what [`Template::render`] gives.
    pub fn render_part(&self, part: TextRange, fill: impl FnMut(usize, &Hole) -> String) -> Filled<'_> {
        self.fill_part(part, fill).in_browser()
    }

    /// Finds out what the SQL makes of each hole, by reading the text with a marker word in place of each.
    pub(crate) fn find_roles(&mut self) {
        let marker = |index: usize| format!("vizhole{index}x");
        let filled = self.fill(|index, _| marker(index));
        let places: Vec<TextSize> = (0..self.holes.len()).map(|hole| filled.filling(hole).start()).collect();
        let text = filled.into_text();
        let Ok(tokens) = tokenize(&text) else { return };
        let tokens: Vec<&Token> = tokens
            .iter()
            .filter(|token| {
                !matches!(
                    token.token,
                    SqlToken::Whitespace(
                        sqlparser::tokenizer::Whitespace::Space
                            | sqlparser::tokenizer::Whitespace::Newline
                            | sqlparser::tokenizer::Whitespace::Tab
                    )
                )
            })
            .collect();
        for (index, hole) in self.holes.iter_mut().enumerate() {
            let marker = marker(index);
            let at = tokens.partition_point(|token| token.range.end() <= places[index]);
            if tokens.get(at).is_none_or(|token| token.range.start() > places[index]) {
                continue;
            }
            hole.role = match &tokens[at].token {
                SqlToken::SingleQuotedString(_) => Role::InString,
                SqlToken::Word(word) if word.quote_style.is_some() => Role::InIdentifier,
                SqlToken::Word(word) if word.value == marker => bare_role(&tokens, at),
                SqlToken::Word(_) | SqlToken::Number(..) => Role::Bare,
                _ => Role::InOther,
            };
        }
    }
}

fn bare_role(tokens: &[&Token], at: usize) -> Role {
    let before = |n: usize| at.checked_sub(n).map(|at| tokens[at]);
    let mut open = at;
    // Back over `a, b,` to the `(` of the list.
    while open > 0 && !matches!(tokens[open - 1].token, SqlToken::LParen | SqlToken::RParen) {
        open -= 1;
    }
    let in_list = open >= 2 && matches!(tokens[open - 1].token, SqlToken::LParen) && tokens[open - 2].is_word("in");
    if in_list {
        return Role::InList;
    }
    let ends_operand = |token: &Token| {
        matches!(&token.token, SqlToken::RParen | SqlToken::SingleQuotedString(_) | SqlToken::Number(..))
            || matches!(&token.token, SqlToken::Word(word) if word.quote_style.is_some() || word.keyword == sqlparser::keywords::Keyword::NoKeyword)
    };
    if before(1).is_some_and(ends_operand) { Role::Keyword } else { Role::Bare }
}

/// 5.5, step 3: every whole word `null` of the whole text in upper case, inside string literals too.
pub fn upper_null(text: &str) -> String {
    let mut out = text.to_owned();
    for range in null_words(text) {
        out.replace_range(std::ops::Range::<usize>::from(range), "NULL");
    }
    out
}

/// Where the whole word `null` stands, in lower case.
pub(crate) fn null_words(text: &str) -> impl Iterator<Item = TextRange> {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let whole = move |at: usize| {
        let (before, after) = (text[..at].chars().next_back(), text[at + 4..].chars().next());
        !before.is_some_and(word) && !after.is_some_and(word)
    };
    let places = text.match_indices("null").map(|(at, _)| at).filter(move |at| whole(*at));
    places.map(|at| TextRange::at(TextSize::new(at as u32), TextSize::new(4)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_words_only_become_upper_case() {
        assert_eq!(upper_null("null nullable 'a null b' x_null null"), "NULL nullable 'a NULL b' x_null NULL");
    }
}
