//! Filters that the build drops without a word, because the one sample that it tries them with is no SQL (`R-SQL-14`,
//! `R-VAL-06`, S-17, S-18a).

use crate::Accessor;
use crate::expand::Context;
use crate::parse::parse_expression;
use crate::template::{Hole, Role, Template};
use viz_project::{Code, Problem};

/// A word that parses wherever a value does.
pub(crate) fn neutral(hole: &Hole) -> &'static str {
    if hole.accessor == Accessor::Values { "'v'" } else { "v" }
}

/// The placeholder whose sample makes a filter unreadable, although another value would not.
pub(crate) fn dropped(context: &dyn Context, template: &Template) -> Option<Problem> {
    let text = template.text().text();
    let judged = |hole: &Hole| match hole.role {
        Role::InString => true,
        _ if hole.accessor == Accessor::Values => true,
        // Elsewhere a text with spaces is still read as a value and its alias, or quoted automatically.
        Role::Bare => text[usize::from(hole.range.end())..].trim_start().starts_with([')', ',']),
        _ => false,
    };
    let samples: Vec<String> = template
        .holes()
        .iter()
        .map(|hole| {
            let sample = Some(hole).filter(|hole| judged(hole));
            sample.and_then(|hole| context.sample(hole.input, hole.accessor)).unwrap_or_else(|| neutral(hole).into())
        })
        .collect();
    let parses = |without: &dyn Fn(usize) -> bool| {
        let fill = |index: usize, hole: &Hole| match without(index) {
            true => neutral(hole).to_owned(),
            false => samples[index].clone(),
        };
        parse_expression(template.fill(fill).text()).is_ok()
    };
    if parses(&|_| false) || !parses(&|_| true) {
        return None;
    }
    // The last sample that keeps it from being SQL: without those before it, it is none, and with it left out, it is.
    let (mut fails, mut works) = (0, samples.len());
    while fails + 1 < works {
        let middle = fails + (works - fails) / 2;
        if parses(&|other| other < middle) {
            works = middle;
        } else {
            fails = middle;
        }
    }
    let guilty = works - 1;
    let sample = &samples[guilty];
    let message = format!(
        "this filter is silently dropped, and the chart shows unfiltered data: the build tries it with `{sample}`, which is no SQL here (S-18a)"
    );
    let help = if sample.trim_matches('\'').replace("','", "").contains('\'') {
        "let an option without a quote come first, or be the default"
    } else if template.holes()[guilty].accessor == Accessor::Values {
        "write `in (…)` around the list"
    } else {
        "write quotes around the placeholder"
    };
    Some(Problem::new(Code::DroppedFilter, template.holes()[guilty].loc, message).help(help))
}
