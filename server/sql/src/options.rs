//! The queries of models and inputs as they run on the source.

use crate::expand::quote;
use viz_project::{Body, Kind, ObjectId, Project, QueryText, Resolution, Rule};
use viz_syntax::{RefForm, paths_outside, references};
use viz_text::{MappedText, TextRange};

/// A model's SQL without white-space and semicolons at its end.
pub fn model_query(project: &Project, model: ObjectId) -> Option<MappedText> {
    let Body::Model(body) = &project.object(model).body else { return None };
    let sql = body.sql.as_ref()?;
    let kept = sql.text().trim_end_matches(|c: char| c.is_whitespace() || c == ';').len();
    let start = sql.text().len() - sql.text().trim_start().len();
    if start >= kept {
        return None;
    }
    let mut out = MappedText::new();
    out.push_slice(sql, TextRange::new((start as u32).into(), (kept as u32).into()));
    Some(out)
}

/// The query of an input's options, each model reference replaced by the model's SQL in parentheses (`R-IN-30`), since 2.2 one
/// with a column by the query of its values, and the model. `None` if it does not name exactly one model with SQL, which is a finding of its own.
pub fn option_query(project: &Project, query: &QueryText) -> Option<(MappedText, ObjectId)> {
    let body = query.query.body;
    let mut out = MappedText::new();
    let mut model = None;
    let mut done = body.start();
    if !paths_outside(query.body()).is_empty() {
        return None; // which has a finding of its own
    }
    for reference in references(query.body()) {
        if reference.form != RefForm::Context && reference.range.len() != body.len() {
            continue;
        }
        let Resolution::Object(id) = project.names().resolve(&reference.name) else { return None };
        if project.object(id).kind != Kind::Model || model.is_some_and(|other| other != id) {
            return None;
        }
        model = Some(id);
        let at = reference.range + body.start();
        let sql = model_query(project, id)?;
        out.push_slice(&query.text, TextRange::new(done, at.start()));
        let loc = query.text.locate(at);
        let parenthesis = |out: &mut MappedText, text: &str| match loc {
            Some(loc) => out.push_for(text, loc),
            None => out.push_generated(text),
        };
        let column = reference.path.as_deref().filter(|_| project.target().has(Rule::OptionColumns));
        match column {
            Some(column) => parenthesis(&mut out, &format!("SELECT DISTINCT {} FROM (", quote(column))),
            None => parenthesis(&mut out, "("),
        }
        out.push_slice(&sql, TextRange::up_to(sql.len()));
        match column {
            Some(_) => parenthesis(&mut out, &format!(") AS {}", quote(&reference.name))),
            None => parenthesis(&mut out, ")"),
        }
        done = at.end();
    }
    out.push_slice(&query.text, TextRange::new(done, body.end()));
    Some((out, model?))
}
