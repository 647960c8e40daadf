//! Filters that the build drops without a word, because the one sample that it tries them with is no SQL (`R-SQL-14`,
//! `R-VAL-06`, S-17, S-18a).

use crate::Accessor;
use crate::brackets::unpaired;
use crate::canonical::{Stop, canonical, refusal};
use crate::engine_1_4;
use crate::expand::Context;
use crate::parse::{MAX_NESTING, nesting, parse_expression};
use crate::quoting::quoted;
use crate::template::{Hole, Role, Template};
use crate::tokens::tokenize;
use viz_project::{Code, Problem, Rule, Target};
use viz_text::Loc;

/// A word that parses wherever a value does.
pub(crate) fn neutral(hole: &Hole) -> &'static str {
    if hole.accessor == Accessor::Values { "'v'" } else { "v" }
}

/// The placeholder whose sample makes a filter unreadable, although another value would not.
pub(crate) fn dropped(context: &dyn Context, target: Target, template: &Template) -> Option<Problem> {
    if template.holes().is_empty() {
        return None;
    }
    let sample = |hole: &Hole| context.sample(hole.input, hole.accessor);
    let all: Vec<String> =
        template.holes().iter().map(|hole| sample(hole).unwrap_or_else(|| neutral(hole).into())).collect();
    let filled = |samples: &[String], without: &dyn Fn(usize) -> bool| {
        let fill = |index: usize, hole: &Hole| match without(index) {
            true => neutral(hole).to_owned(),
            false => samples[index].clone(),
        };
        template.fill(fill).into_text()
    };
    // SQLGlot reads it, with the samples as they are. Where it isn't known what that makes of a text, only those samples
    // are judged that no parser takes.
    let reads = |text: &str| match canonical(text) {
        Ok(_) => Some(true),
        Err(Stop::Refused) => Some(false),
        Err(Stop::Unknown) => None,
    };
    let (with_samples, with_words) = (reads(&filled(&all, &|_| false)), reads(&filled(&all, &|_| true)));
    let sure = with_samples.is_some() && with_words.is_some();
    let judged = |hole: &Hole| sure || judged_by_any(template, hole);
    let samples: Vec<String> = template
        .holes()
        .iter()
        .map(|hole| Some(hole).filter(|hole| judged(hole)).and_then(sample).unwrap_or_else(|| neutral(hole).into()))
        .collect();
    let parses = |without: &dyn Fn(usize) -> bool| {
        let text = filled(&samples, without);
        if sure { reads(&text) != Some(false) } else { parse_expression(&text).is_ok() }
    };
    let parses_with = |known: Option<bool>, words: bool| match known {
        Some(reads) if sure => reads,
        _ => parses(&|_| words),
    };
    if !parses_with(with_words, true) {
        return None;
    }
    if parses_with(with_samples, false) {
        let guilty = target.has(Rule::QuotedTexts).then(|| reserved_word(context, template, &samples))??;
        return Some(drops(&template.holes()[guilty], &samples[guilty]));
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
    Some(drops(&template.holes()[guilty], &samples[guilty]))
}

/// That a filter is dropped for the sake of the sample in this hole.
fn drops(hole: &Hole, sample: &str) -> Problem {
    let message = format!(
        "this filter is silently dropped, and the chart shows unfiltered data: the build tries it with `{sample}`, which is no SQL here (S-18a)"
    );
    let help = if sample.trim_matches('\'').replace("','", "").contains('\'') {
        "let an option without a quote come first, or be the default"
    } else if hole.accessor == Accessor::Values {
        "write `in (…)` around the list"
    } else {
        "write quotes around the placeholder"
    };
    Problem::new(Code::DroppedFilter, hole.loc, message).help(help)
}

/// A placeholder whose sample is a word that is no value to DuckDB, such as `full`, where the browser will have quotes around
/// it (F16): the build has none yet.
fn reserved_word(context: &dyn Context, template: &Template, samples: &[String]) -> Option<usize> {
    let reserved = |sample: &str| {
        let word = sample.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        word && sample.starts_with(|c: char| c.is_ascii_alphabetic())
            && engine_1_4::parse(&format!("SELECT {sample}")).is_err()
    };
    let is_reserved: Vec<bool> = samples.iter().map(|sample| reserved(sample)).collect();
    if !is_reserved.contains(&true) {
        return None;
    }
    let mut query = Template::new();
    query.push_generated("SELECT 1 WHERE ");
    query.push_template(template);
    query.find_roles();
    let quoted = quoted(&query, |hole| context.is_text(hole.input) == Some(true));
    (0..samples.len()).find(|at| is_reserved[*at] && quoted.get(*at) == Some(&true))
}

/// What SQLGlot can't read.
pub(crate) enum Unreadable {
    /// A bracket has no other half, which these words say: no parser reads it.
    Unpaired(Loc, String),
    /// SQLGlot stops there.
    Refused(Loc),
}

/// Why SQLGlot can't read an expression, neither with words in the place of choices nor with the samples that the build tries: an
/// operator, a direction, a part of a number may be chosen. `known` counts those of which it is known whether it can.
pub(crate) fn unreadable(context: &dyn Context, template: &Template, known: &mut usize) -> Option<Unreadable> {
    let words = template.fill(|_, hole| neutral(hole).into());
    let verdict = canonical(words.text());
    *known += usize::from(!matches!(verdict, Err(Stop::Unknown)));
    let too_deep =
        || tokenize(words.text()).is_ok_and(|tokens| nesting(tokens.iter().map(|found| &found.token)) > MAX_NESTING);
    let refused = match verdict {
        Ok(_) => return None,
        Err(Stop::Refused) => true,
        // The engine takes seconds to say what is wrong with brackets that are so deep, and all of its memory.
        Err(Stop::Unknown) if too_deep() => false,
        Err(Stop::Unknown) => return None,
    };
    if let Some(bracket) = unpaired(words.text()) {
        let loc = words.mapped().locate(bracket.range())?;
        return Some(Unreadable::Unpaired(loc, bracket.words(words.text())));
    }
    if !refused {
        return None;
    }
    let samples: Vec<String> =
        template.holes().iter().map(|hole| context.sample(hole.input, hole.accessor)).collect::<Option<_>>()?;
    let filled = template.fill(|index, _| samples[index].clone());
    if !matches!(canonical(filled.text()), Err(Stop::Refused)) {
        return None;
    }
    let at = refusal(filled.text())?;
    let tokens = tokenize(filled.text()).ok()?;
    // At the end something is missing behind the last token.
    let mut words = tokens.iter().filter(|token| !token.is_space());
    let token = words.clone().find(|token| token.range.end() > at).or_else(|| words.next_back())?;
    filled.mapped().locate(token.range).map(Unreadable::Refused)
}

/// Whether a sample there is read as a value by no parser if it is none. Elsewhere a text with blanks may be a value and its
/// alias.
fn judged_by_any(template: &Template, hole: &Hole) -> bool {
    let text = template.text().text();
    match hole.role {
        Role::InString => true,
        _ if hole.accessor == Accessor::Values => true,
        Role::Bare => text[usize::from(hole.range.end())..].trim_start().starts_with([')', ',']),
        _ => false,
    }
}
