//! Properties of an insight that are no queries.

use crate::expand::{Context, Expander};
use viz_project::{Code, Fix, Insight, Kind, Problem, Project, Resolution};
use viz_syntax::quoted_as;

/// Problems of properties that are no queries but hold references (6.6): wrong accessors, which nothing else reports
/// (`R-ACC-03`), and references to columns, which are never replaced (`R-PRP-06`).
pub fn problems_of_statics(project: &Project, insight: &Insight, context: &dyn Context) -> Vec<Problem> {
    let mut expander = Expander::new(project, context);
    let mut out = Vec::new();
    for prop in &insight.statics {
        let short = prop.key.strip_prefix("props.").unwrap_or(&prop.key);
        for reference in viz_syntax::references(prop.text.text()) {
            let Resolution::Object(id) = project.names().resolve(&reference.name) else { continue };
            let object = project.object(id);
            let loc = prop.text.locate(reference.range).unwrap_or(prop.loc);
            if object.kind == Kind::Input {
                expander.expand(&prop.text, reference.range);
            } else if reference.range.len() == prop.text.len() {
                let text = prop.text.text();
                let message = format!("`{short}` gets this text literally: a column needs a query `?{{ … }}`");
                let query = format!("?{{ {text} }}");
                let fixed = quoted_as(project.text_at(prop.loc).unwrap_or_default(), &query);
                out.push(Problem::new(Code::QueryExpected, loc, message).fix(Fix::replace(
                    format!("write `{fixed}`"),
                    prop.loc,
                    fixed,
                )));
            } else {
                let message =
                    format!("`{short}` shows this literally: only inputs are replaced inside a text (R-PRP-06)");
                out.push(Problem::new(Code::ReferenceNotReplaced, loc, message));
            }
        }
    }
    out.extend(expander.problems);
    out
}
