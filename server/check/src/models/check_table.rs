//! The columns, rows and values of tables (3.11, D-091): what they refer to, and whether they are SQL.

use crate::engine_errors::place::error_range;
use crate::engine_errors::wording::sentence;
use crate::facts::{Facts, Known};
use crate::models::check_model::{AllColumns, Columns, defined_here};
use crate::report::Finding;
use viz_facts::{Answer, Question};
use viz_project::{
    Body, Code, Fix, Kind, ObjectId, Project, Resolution, Rule, Severity, TableField, did_you_mean, similar,
};
use viz_sql::is_one_aggregate;
use viz_syntax::{RefForm, Reference, almost_references, is_referable, references};
use viz_text::{Loc, MappedText, TextRange, TextSize};

/// Looks at a table.
pub(crate) fn check_table(project: &Project, facts: &Facts<'_>, columns: &AllColumns, id: ObjectId) -> Vec<Finding> {
    let mut findings = Vec::new();
    let Body::Table(table) = &project.object(id).body else { return findings };
    if let Some(finding) = over_constants(project, id) {
        return vec![finding];
    }
    let mut shown: Option<ObjectId> = None;
    for field in &table.fields {
        if !almost_references(field.text.text()).is_empty() {
            continue; // which has a finding of its own
        }
        let found: Vec<Reference> =
            references(field.text.text()).into_iter().filter(|found| found.form == RefForm::Context).collect();
        for reference in &found {
            let Resolution::Object(object) = project.names().resolve(&reference.name) else { continue };
            let first = *shown.get_or_insert(object);
            let fine = if first == object {
                column(project, columns, field, reference, object)
            } else {
                other_object(project, field, reference, first, object)
            };
            findings.extend(fine);
        }
        findings.extend(syntax(project, facts, field, &found));
    }
    findings
}

/// S-48: an insight of constants has no rows that a table could show.
fn over_constants(project: &Project, table: ObjectId) -> Option<Finding> {
    if !project.target().has(Rule::ConstantInsights) {
        return None;
    }
    let constant = |(reference, meaning): (&viz_project::Use, &Resolution)| {
        let Resolution::Object(id) = meaning else { return None };
        let Body::Insight(insight) = &project.object(*id).body else { return None };
        (insight.is_constant() && !insight.unreadable).then_some((reference.name_loc, *id))
    };
    let (loc, insight) = project.references_of(table).find_map(constant)?;
    let message = format!(
        "the table shows nothing: `{}` is drawn of constants, and has no rows (S-48)",
        project.object(insight).name_text()
    );
    let mut finding = Finding::new(Code::InsightEmpty, loc, message);
    finding.severity = Severity::Warning;
    finding.related.push(defined_here(project, insight));
    Some(finding)
}

fn place(field: &TableField, range: TextRange) -> Loc {
    field.text.locate(range).unwrap_or(field.loc)
}

fn other_object(
    project: &Project,
    field: &TableField,
    reference: &Reference,
    first: ObjectId,
    other: ObjectId,
) -> Option<Finding> {
    let kinds = [Kind::Insight, Kind::Model];
    if !kinds.contains(&project.object(other).kind) || !kinds.contains(&project.object(first).kind) {
        return None; // the wrong kind has a finding of its own
    }
    let message =
        format!("a table shows one insight or model: this one already shows `{}`", project.object(first).name_text());
    let mut finding = Finding::new(Code::TableObjects, place(field, reference.name_range), message);
    finding.rule = tables_are_checked(project);
    finding.related.push(defined_here(project, first));
    Some(finding)
}

/// What stands behind the reference is a column of the model, or a property that the insight binds.
fn column(
    project: &Project,
    columns: &AllColumns,
    field: &TableField,
    reference: &Reference,
    object: ObjectId,
) -> Option<Finding> {
    let body = &project.object(object).body;
    let name = project.object(object).name_text();
    let (known, what): (Vec<String>, String) = match (body, columns.get(&object)) {
        (Body::Insight(insight), _) if !insight.unreadable => {
            let bound = |statement: &viz_project::Statement| Some(statement.key.strip_prefix("props.")?.to_owned());
            (insight.statements.iter().filter_map(bound).collect(), format!("the insight `{name}` binds no property"))
        }
        (Body::Model(_), Some(Columns::Known(columns))) => {
            (columns.iter().map(|column| column.name.clone()).collect(), format!("the model `{name}` has no column"))
        }
        _ => return None,
    };
    let Some(path) = reference.path.as_deref().filter(|path| !path.is_empty()) else {
        let message = format!("`{name}` alone is no column: name one, `${{ref({name}).column}}`");
        return Some(Finding::new(Code::BareModelReference, place(field, reference.range), message));
    };
    if known.iter().any(|known| known.eq_ignore_ascii_case(path)) {
        return None;
    }
    let loc = place(field, reference.path_range.unwrap_or(reference.range));
    let mut finding = Finding::new(Code::UnknownColumn, loc, format!("{what} `{path}`"));
    finding.local = matches!(body, Body::Insight(_));
    let near = similar(path, known.iter().map(String::as_str));
    // Others can't be referred to (S-06). A property of an insight is a path.
    if let [only] = near.as_slice()
        && only.split('.').all(is_referable)
    {
        finding.fix = Fix::name(loc, only);
    }
    finding.help = did_you_mean(&near)
        .or_else(|| (!known.is_empty()).then(|| format!("it has {}", known[..known.len().min(12)].join(", "))));
    finding.related.push(defined_here(project, object));
    Some(finding)
}

/// The text is an expression; a value of a pivot is one call `fn( … )`.
fn syntax(project: &Project, facts: &Facts<'_>, field: &TableField, found: &[Reference]) -> Option<Finding> {
    let text = field.text.text();
    let end = if field.list == "columns" { before_alias(text) } else { text.len() };
    let mut sql = MappedText::new();
    sql.push_generated("SELECT ");
    let prefix = sql.len();
    let mut done = TextSize::new(0);
    for reference in found.iter().filter(|found| usize::from(found.range.end()) <= end) {
        sql.push_slice(&field.text, TextRange::new(done, reference.range.start()));
        sql.push_for("\"c\"", place(field, reference.range));
        done = reference.range.end();
    }
    sql.push_slice(&field.text, TextRange::new(done, TextSize::new(end as u32).max(done)));
    if sql.text()[usize::from(prefix)..].trim().is_empty() {
        let message = format!("this element of `{}` is empty", field.list);
        return Some(Finding::new(Code::InvalidValue, field.loc, message));
    }
    let Known::Answer(answer, _) = facts.get(Question::Parse { sql: sql.text().to_owned() }) else { return None };
    match &*answer {
        Answer::Accepted(Err(error)) => {
            let unclosed = viz_sql::unclosed(&sql.text()[usize::from(prefix)..]).map(|at| at + prefix);
            let told = error.offset.map(|offset| error_range(sql.text(), TextSize::new(offset), error.length));
            let range = unclosed.or(told.filter(|range| range.start() >= prefix && !range.is_empty()));
            let loc = range.and_then(|range| sql.locate(range)).unwrap_or(field.loc);
            let words = match unclosed {
                Some(at) => format!("`{}` is never closed", &sql.text()[at]),
                None => sentence(&error.message),
            };
            Some(Finding::new(Code::SqlSyntax, loc, format!("this element of `{}` is no SQL: {words}", field.list)))
        }
        _ if field.list == "values" && !is_one_aggregate(sql.text()[usize::from(prefix)..].trim()) => {
            let message =
                "a value of a pivot is one aggregate and nothing else, such as `sum(${ref(insight).y})` (R-22-10)";
            let mut finding = Finding::new(Code::InvalidValue, field.loc, message);
            finding.rule = tables_are_checked(project);
            Some(finding)
        }
        _ => None,
    }
}

/// The rule by which the project does not compile; older versions let the browser fail.
fn tables_are_checked(project: &Project) -> Option<Rule> {
    project.target().has(Rule::CheckedTables).then_some(Rule::CheckedTables)
}

/// Bytes before ` as Alias`.
fn before_alias(text: &str) -> usize {
    let lower = text.to_ascii_lowercase();
    lower.rfind(" as ").unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aliases_are_left_out() {
        assert_eq!(&"x as \"My name\""[..before_alias("x as \"My name\"")], "x");
    }
}
