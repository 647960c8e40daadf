//! A new line begins where the next key belongs: below `- name: x` at the column of `name`, two further in below `props:`. Read from
//! the line above, since what is being typed is no YAML yet.

use crate::cursor::context::line::Line as Above;
use crate::format::columns::STEP;
use crate::format::lines::{self, Line};
use crate::format::roles::{Inside, Roles};
use crate::format::{Reformat, walk};
use viz_syntax::Document;
use viz_text::{TextRange, TextSize};

/// The edit that indents the line that was just begun; `None` if it is where it belongs, and where nobody can tell.
pub fn indent_of_new_line(document: &Document, offset: TextSize) -> Option<Reformat> {
    let text = document.text();
    let lines = lines::lines(text);
    let number = lines::at(&lines, offset.into());
    let line = lines[number];
    let above = lines[number.checked_sub(1)?];
    if !line.is_blank(text) || above.is_blank(text) {
        return None;
    }
    let roles = Roles::new(document, &walk::nodes(document), &lines);
    if roles.inside[number] == Inside::Flow || roles.inside[number - 1] != Inside::Nothing {
        return None;
    }
    let below = lines[number + 1..].iter().find(|line| !line.is_blank(text) && !line.is_comment(text));
    let wanted = column(text, &Above::at(text, above.start), below)?;
    let has = line.end - line.start;
    // At the end of the line, where the cursor is.
    let (kept, new) = if line.indent == has { (has.min(wanted), wanted.saturating_sub(has)) } else { (0, wanted) };
    let at = |offset: usize| TextSize::new(offset as u32);
    let range = TextRange::new(at(line.start + kept), at(line.end));
    (new > 0 || !range.is_empty()).then(|| Reformat { range, text: " ".repeat(new) })
}

/// Where the line below this one begins.
fn column(text: &str, above: &Above<'_>, below: Option<&Line>) -> Option<usize> {
    if above.is_bare_dash() {
        return Some(above.dashes.last()? + STEP);
    }
    above.key.as_ref()?;
    let value = above.value();
    match value.chars().next() {
        None | Some('&' | '!') if !value.contains(' ') => {
            // What stands there already tells how deep it is.
            let there = below.filter(|line| {
                line.indent > above.content || line.indent == above.content && line.body(text).starts_with("- ")
            });
            Some(there.map_or(above.content + STEP, |line| line.indent))
        }
        Some('|' | '>') => {
            let told = value.chars().find_map(|c| c.to_digit(10));
            Some(above.content + told.map_or(STEP, |told| told as usize))
        }
        Some(quote @ ('"' | '\'')) => (value.len() > 1 && value.ends_with(quote)).then_some(above.content),
        Some('{' | '[') => {
            let count = |brackets: [char; 2]| value.matches(brackets).count();
            (count(['{', '[']) == count(['}', ']'])).then_some(above.content)
        }
        _ => Some(above.content),
    }
}
