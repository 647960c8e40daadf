//! References to columns inside of a query's texts: what stands there is no column but a text, the same for every row.

use crate::tokens::tokenize;
use sqlparser::tokenizer::Token as SqlToken;
use viz_project::{Code, Fix, Insight, Kind, Problem, Project, Resolution};
use viz_syntax::{RefForm, Reference, references};
use viz_text::{TextRange, TextSize, filled};

/// Says of each reference to a model's column, a metric or a dimension that stands in a text in quotes that it is none. Inputs
/// belong there. Nothing is said where the texts can't be told.
pub(crate) fn columns_in_texts(project: &Project, insight: &Insight) -> Vec<Problem> {
    let mut out = Vec::new();
    for statement in &insight.statements {
        let (query, body) = (&statement.query, statement.query.body());
        if !body.contains('\'') {
            continue;
        }
        let found: Vec<Reference> =
            references(body).into_iter().filter(|reference| reference.form == RefForm::Context).collect();
        let holes: Vec<TextRange> = found.iter().map(|reference| reference.range).collect();
        let Ok(tokens) = tokenize(&filled(body, &holes, 'v')) else { continue };
        let is_text = |token: &SqlToken| matches!(token, SqlToken::SingleQuotedString(_));
        let texts: Vec<TextRange> =
            tokens.into_iter().filter(|token| is_text(&token.token)).map(|token| token.range).collect();
        for reference in &found {
            let Some(text) = texts.iter().find(|text| text.contains_range(reference.range)) else { continue };
            let Some(what) = what_it_names(project, reference) else { continue };
            // All there is between the quotes.
            let one = TextSize::new(1);
            let is_whole = text.len() == reference.range.len() + one + one;
            let start = query.body_range().start();
            let place = if is_whole { *text } else { reference.range };
            let loc = query.text.locate(place + start).unwrap_or(query.loc);
            let message = format!("in quotes this is a text, the same for every row, and not {what}");
            let problem = Problem::new(Code::ReferenceNotReplaced, loc, message);
            out.push(match is_whole {
                true => problem.fix(Fix::replace("remove the quotes", loc, &body[reference.range])),
                false => problem.help("end the text before it, and join them: `'…' || ${ref(…).…}`"),
            });
        }
    }
    out
}

/// What a reference names, if it is no input.
fn what_it_names(project: &Project, reference: &Reference) -> Option<String> {
    let Resolution::Object(id) = project.names().resolve(&reference.name) else { return None };
    let object = project.object(id);
    match (object.kind, &reference.path) {
        (Kind::Model, Some(column)) => Some(format!("the column `{column}` of `{}`", reference.name)),
        (Kind::Metric | Kind::Dimension, None) => Some(format!("the {} `{}`", object.kind.name(), reference.name)),
        _ => None,
    }
}
