//! The text that the reference groups by: SQLGlot's for the expression with samples in the place of its inputs, which are
//! put back afterwards by the comments that mark them (`R-SQL-05`, F1, F3).

use crate::canonical::{Canonical, Stop, canonical};
use crate::dropped;
use crate::expand::Context;
use crate::parse::parse_expression;
use crate::template::{Role, Template};
use viz_text::{Loc, TextRange, TextSize};

/// What the reference groups by.
#[derive(Debug, Clone)]
pub(crate) enum Grouped {
    /// The text that is selected, or what it is isn't known.
    Same,
    /// Another text. Then what is selected counts, too: in that only metrics and dimensions are printed anew.
    Other {
        /// What is selected.
        selected: Template,
        /// What is grouped by.
        grouped: Template,
    },
    /// Putting this placeholder back takes text before it away, so that no SQL is left.
    Lost {
        /// Index of the hole.
        hole: usize,
        /// What is lost.
        text: String,
    },
}

/// The text by which the reference groups, for a selected expression.
pub(crate) fn grouped(template: &Template, whole: Loc, context: &dyn Context) -> Grouped {
    // Inside a literal the quote is lost, which is said elsewhere.
    let plain = |role: Role| matches!(role, Role::Bare | Role::InList);
    if template.holes().iter().any(|hole| !plain(hole.role)) {
        return Grouped::Same;
    }
    let Some(selected) = units_printed(template) else { return Grouped::Same };
    let samples: Vec<String> = (selected.holes().iter())
        .map(|hole| context.sample(hole.input, hole.accessor).unwrap_or_else(|| dropped::neutral(hole).into()))
        .collect();
    let marked = selected.fill(|index, _| format!("{} {}", samples[index], mark(index))).into_text();
    let Ok(printed) = canonical(&marked) else { return Grouped::Same };
    let (grouped, eaten) = restore(&printed, &selected, &samples, whole);
    let text = grouped.text().text();
    if text == selected.text().text() || text == template.text().text() {
        return Grouped::Same;
    }
    let lost = eaten.iter().find(|(hole, text)| *text != samples[*hole]);
    let filled = grouped.fill(|_, hole| dropped::neutral(hole).into()).into_text();
    match lost {
        Some((hole, eaten)) if is_no_sql(&filled) => {
            let text = eaten.strip_suffix(samples[*hole].as_str()).unwrap_or(eaten).to_owned();
            Grouped::Lost { hole: *hole, text }
        }
        _ => Grouped::Other { selected, grouped },
    }
}

/// Whether an expression is no SQL to SQLGlot; where that isn't known, to the other parser.
fn is_no_sql(text: &str) -> bool {
    match canonical(text) {
        Ok(_) => false,
        Err(Stop::Refused) => true,
        Err(Stop::Unknown) => parse_expression(text).is_err(),
    }
}

fn mark(index: usize) -> String {
    format!("/* vizhole{index} */")
}

/// Puts the placeholders back: from each mark back to a blank, a comma or a closing parenthesis is taken for the sample.
/// Returns what was taken, by hole.
fn restore(
    printed: &Canonical,
    template: &Template,
    samples: &[String],
    whole: Loc,
) -> (Template, Vec<(usize, String)>) {
    let text = printed.text.as_str();
    let mut found: Vec<(usize, usize, usize)> = (0..template.holes().len())
        .filter_map(|index| {
            let mark = mark(index);
            let at = text.find(&mark)?;
            let before = text[..at].trim_end();
            let start = before.rfind([' ', ',', ')']).map_or(0, |at| at + 1);
            Some((start, at + mark.len(), index))
        })
        .collect();
    found.sort_unstable();
    let (mut out, mut eaten, mut done) = (Template::new(), Vec::new(), 0);
    for (start, end, index) in found {
        let start = start.max(done);
        push(&mut out, printed, done..start, template, whole, |source| unfilled(template, samples, source));
        let taken = text[start..end].strip_suffix(mark(index).as_str()).unwrap_or_default();
        eaten.push((index, taken.trim_end().to_owned()));
        out.push_part(template, template.holes()[index].range);
        done = end;
    }
    push(&mut out, printed, done..text.len(), template, whole, |source| unfilled(template, samples, source));
    (out, eaten)
}

/// Where a part of the text with samples and marks stands in the template. `None` for samples.
fn unfilled(template: &Template, samples: &[String], source: TextRange) -> Option<TextRange> {
    let mut added = 0_i64;
    for (index, hole) in template.holes().iter().enumerate() {
        let start = i64::from(u32::from(hole.range.start())) + added;
        let len = (samples[index].len() + 1 + mark(index).len()) as i64;
        if i64::from(u32::from(source.end())) <= start {
            break;
        }
        if i64::from(u32::from(source.start())) < start + len {
            return None;
        }
        added += len - i64::from(u32::from(hole.range.len()));
    }
    let moved = |at: TextSize| u32::try_from(i64::from(u32::from(at)) - added).ok().map(TextSize::new);
    Some(TextRange::new(moved(source.start())?, moved(source.end())?))
}

/// Appends a part of a printed text: its names and literals stand for those of the template, the rest for a place as a
/// whole.
fn push(
    out: &mut Template,
    printed: &Canonical,
    part: std::ops::Range<usize>,
    template: &Template,
    whole: Loc,
    source: impl Fn(TextRange) -> Option<TextRange>,
) {
    let mut done = part.start;
    for piece in &printed.pieces {
        let (from, to) = (usize::from(piece.printed.start()), usize::from(piece.printed.end()));
        let Some(source) = source(piece.source).filter(|_| from >= done && to <= part.end) else { continue };
        out.push_for(&printed.text[done..from], whole);
        if printed.text[from..to] == *template.text().slice(source) {
            out.push_part(template, source);
        } else {
            out.push_for(&printed.text[from..to], template.text().locate(source).unwrap_or(whole));
        }
        done = to;
    }
    out.push_for(&printed.text[done..part.end], whole);
}

/// The template with its metrics and dimensions as SQLGlot prints them (`R-RES-02`). `None` if that isn't known.
pub(crate) fn units_printed(template: &Template) -> Option<Template> {
    let mut units: Vec<_> = template.units().iter().collect();
    units.sort_by_key(|unit| (unit.range.start(), std::cmp::Reverse(unit.range.end())));
    let (mut out, mut done) = (Template::new(), TextSize::new(0));
    for unit in units {
        if unit.range.start() < done {
            continue;
        }
        out.push_part(template, TextRange::new(done, unit.range.start()));
        let text = template.text().slice(unit.range);
        let printed = canonical(text).ok()?;
        let start = out.len();
        if printed.text == text {
            out.push_part(template, unit.range);
        } else {
            let source = |range: TextRange| Some(range + unit.range.start());
            push(&mut out, &printed, 0..printed.text.len(), template, unit.loc, source);
            out.mark_unit(start, unit.loc);
        }
        done = unit.range.end();
    }
    out.push_part(template, TextRange::new(done, template.len()));
    out.find_roles();
    Some(out)
}
