//! Findings of an insight that are about a metric or a dimension: these have names of their own, and no `?{ }`.

use crate::engine_errors::dates::unquoted_dates;
use crate::report::Finding;
use viz_project::{Body, Code, Fix, Kind, Project};
use viz_text::{MappedText, TextRange};

/// Says what was meant in a finding whose place is an expression.
pub(super) fn tell(project: &Project, finding: &mut Finding) {
    let Some((kind, name, text)) = around(project, finding) else { return };
    let Some(whole) = text.locate(TextRange::up_to(text.len())) else { return };
    if finding.code == Code::SqlSyntax
        && let Some((_, words)) = finding.message.split_once(": ")
    {
        let subject = format!("the expression of the {} `{name}` is no SQL", kind.name());
        let inner = text.text().trim().strip_prefix("?{").and_then(|rest| rest.strip_suffix('}')).map(str::trim);
        let Some(inner) = inner else {
            finding.message = format!("{subject}: {words}");
            return;
        };
        finding.message = format!("{subject}: it stands in no `?{{ }}`");
        finding.loc = whole;
        // Where YAML quotes it, or might have to, the text is left to people.
        let title = format!("write `{inner}`");
        finding.help = Some(title.clone());
        if project.text_at(whole) == Some(text.text()) && viz_syntax::is_plain(inner) {
            finding.fix = Some(Fix::replace(title, whole, inner));
        }
    } else if finding.code == Code::SqlBind && finding.message.contains("compare") {
        let Some(date) = unquoted_dates(text.text()).into_iter().next() else { return };
        date.tell(project, text, finding);
    }
}

/// The metric or dimension whose expression holds the place of a finding.
fn around<'a>(project: &'a Project, finding: &Finding) -> Option<(Kind, &'a str, &'a MappedText)> {
    let of = |kind: Kind| {
        project.of_kind(kind).find_map(|id| {
            let object = project.object(id);
            let Body::Expression(body) = &object.body else { return None };
            let text = body.expression.as_ref().filter(|_| object.loc.contains(finding.loc))?;
            Some((kind, object.name_text(), text))
        })
    };
    of(Kind::Metric).or_else(|| of(Kind::Dimension))
}
