//! What is wrong with option queries.

use crate::engine_errors::lambda;
use crate::engine_errors::wording::suggest;
use crate::facts::{Facts, Known};
use crate::inputs::options::{Failed, InputOptions, MAX_OPTIONS, question};
use crate::models::check_model::{Columns, columns, fault_of_text};
use crate::models::not_run::not_run;
use crate::report::Finding;
use viz_facts::{Answer, Reason};
use viz_project::{Body, Code, Dialect, Fix, Kind, ObjectId, Project, QueryText, Resolution, Rule};

/// What is wrong with the query of options, whatever it gives.
pub(crate) fn query_findings(
    project: &Project,
    facts: &Facts<'_>,
    id: ObjectId,
    query: &QueryText,
    found: &Result<InputOptions, Failed>,
    findings: &mut Vec<Finding>,
) {
    let body = query.text.locate(query.query.body).unwrap_or(query.loc);
    let mut names: Vec<&str> = project.object(id).uses.iter().map(|reference| reference.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    if names.len() != 1 {
        return findings.push(not_one_model(project, query, names.len()));
    }
    if !viz_syntax::paths_outside(query.body()).is_empty() {
        return; // which has a finding of its own
    }
    let columns_inside = columns_in_sql(project, query);
    if !columns_inside.is_empty() {
        return findings.extend(columns_inside);
    }
    findings.extend(column_as_text(project, id, query));
    if let Ok((_, sql)) = question(project, query)
        && let Some(loc) = lambda::arrows(sql.text()).into_iter().find_map(|range| sql.locate(range))
        && loc.segment == query.loc.segment
    {
        let message = "the option query fails: DuckDB 2.0 refuses the arrow of a lambda";
        let mut finding = Finding::new(Code::OptionsQuery, loc, message);
        finding.help = Some(lambda::HELP.into());
        findings.push(finding);
    }
    match found {
        Err(Failed::Sql(error)) => {
            let Ok((_, sql)) = question(project, query) else { return };
            if let Some((comment, _)) = trailing_comment(project, id) {
                let name = project.object(id).name_text();
                let message =
                    format!("the option query of `{name}` fails: this comment hides the parenthesis behind it (S-40)");
                let mut finding = Finding::new(Code::OptionsQuery, comment, message);
                finding.related.push(viz_project::Related { loc: body, message: "the option query is here".into() });
                finding.help = Some("write the comment as `/* … */`, or before the query".into());
                return findings.push(finding);
            }
            // A model whose own query fails has a finding of its own.
            let failed = |id: &ObjectId| matches!(columns(project, facts, *id), Columns::Failed);
            if project.uses_of(id).iter().any(failed) {
                return;
            }
            let (place, words) = fault_of_text(&sql, error);
            let place = place.filter(|loc| loc.segment == query.loc.segment);
            let message = format!("the option query fails: {words}");
            let mut finding = Finding::new(Code::OptionsQuery, place.unwrap_or(body), message);
            suggest(&mut finding, error);
            findings.push(finding);
        }
        Err(Failed::Unknown(why)) if why.code == Reason::OptionsColumns => {
            let count = column_count(project, facts, query).unwrap_or(0);
            findings.push(Finding::new(
                Code::OptionsColumns,
                body,
                format!("an option query must have exactly one column, not {count} (R-IN-31)"),
            ));
        }
        Err(Failed::Unknown(why)) if why.code == Reason::TooManyOptions => {
            let mut finding = Finding::new(
                Code::TooManyOptions,
                body,
                format!("the option query has more than {MAX_OPTIONS} rows: the run fails (R-IN-12)"),
            );
            finding.severity = crate::Severity::Error;
            findings.push(finding);
        }
        Err(Failed::Unknown(why)) => {
            // What is wrong with the model's own query is a finding of the model.
            let told = |id: &ObjectId| matches!(columns(project, facts, *id), Columns::Unknown(_));
            if let Some(finding) = not_run("the option query", &query.text, why)
                && !project.uses_of(id).iter().any(told)
            {
                findings.push(Finding { loc: body, ..finding });
            }
        }
        _ => {}
    }
}

/// R-IN-30a: since 2.2 `${ref(model).column}` is a whole query, and no table behind `from`.
fn columns_in_sql(project: &Project, query: &QueryText) -> Vec<Finding> {
    if !project.target().has(Rule::OptionColumns) {
        return Vec::new();
    }
    let finding = |found: viz_syntax::Reference| {
        let path = found.path.as_ref()?;
        let before = query.body()[..usize::from(found.range.start())].trim();
        let loc = query.text.locate(found.range + query.query.body.start())?;
        let message = format!(
            "the option query fails: with a column, `{}` is the query of its values and can't stand inside another one (R-IN-30a)",
            found.name
        );
        let fixed = format!("${{ref({})}}", found.name);
        let mut finding = Finding::new(Code::OptionsQuery, loc, message);
        finding.help = Some(format!("leave `.{path}` out"));
        finding.rule = Some(Rule::OptionColumns);
        finding.fix = Some(Fix::replace(format!("write `{fixed}`"), loc, fixed).safe());
        (!before.is_empty()).then_some(finding)
    };
    viz_syntax::references(query.body()).into_iter().filter_map(finding).collect()
}

/// S-55: the column of an option query stands in double quotes, which are those of a text in MySQL and BigQuery.
fn column_as_text(project: &Project, id: ObjectId, query: &QueryText) -> Option<Finding> {
    if !project.target().has(Rule::OptionColumns) {
        return None;
    }
    let reference = viz_syntax::references(query.body()).into_iter().next()?;
    let path = reference.path.as_ref()?;
    let model = *project.uses_of(id).iter().find(|id| project.object(**id).kind == Kind::Model)?;
    let Body::Source(source) = &project.object(project.source_of(model)?).body else { return None };
    let kind = source.kind.filter(|kind| matches!(kind.dialect(), Dialect::MySql | Dialect::BigQuery))?;
    let loc = query.text.locate(reference.range + query.query.body.start())?;
    let message = format!(
        "the only option is the text `{path}`: the build writes the column in double quotes, and for {} that is a text (S-55)",
        kind.name()
    );
    let mut finding = Finding::new(Code::ForeignSql, loc, message);
    finding.help = Some(format!("write `select distinct {path} from ${{ref({})}}`", reference.name));
    Some(finding)
}

/// The `--` comment at the end of the query of the model that an option query reads.
fn trailing_comment(project: &Project, input: ObjectId) -> Option<(viz_text::Loc, ObjectId)> {
    let model = *project.uses_of(input).iter().find(|id| project.object(**id).kind == Kind::Model)?;
    let sql = viz_sql::model_query(project, model)?;
    let tokens = viz_sql::tokenize(sql.text()).ok()?;
    let last = tokens.last().filter(|token| token.is_space() && sql.slice(token.range).starts_with("--"))?;
    let text = sql.slice(last.range).trim_end();
    Some((sql.locate(viz_text::TextRange::at(last.range.start(), viz_text::TextSize::of(text)))?, model))
}

fn not_one_model(project: &Project, query: &QueryText, models: usize) -> Finding {
    if let Some(finding) = bare_model(project, query).filter(|_| models == 0) {
        return finding;
    }
    let body = query.text.locate(query.query.body).unwrap_or(query.loc);
    let message = format!("an option query must name exactly one model, not {models} (R-IN-11)");
    let mut finding = Finding::new(Code::OptionsReference, body, message);
    finding.help = Some("write `?{ select distinct column from ${ref(model)} }`".into());
    finding
}

/// A model that is named as if it were a table.
fn bare_model(project: &Project, query: &QueryText) -> Option<Finding> {
    let sql = query.body();
    let tokens = viz_sql::tokenize(sql).ok()?;
    let mut tokens = tokens.iter().filter(|token| !token.is_space()).skip_while(|token| !token.is_word("from"));
    let table = tokens.nth(1)?;
    let name = &sql[table.range];
    let Resolution::Object(id) = project.names().resolve(name) else { return None };
    let loc = query.text.locate(table.range + query.query.body.start())?;
    let fixed = format!("${{ref({name})}}");
    let message = format!("an option query must name exactly one model, and `{name}` is read as a table (R-IN-11)");
    let mut finding = Finding::new(Code::OptionsReference, loc, message);
    finding.help = Some(format!("write `{fixed}`"));
    finding.fix = Some(Fix::replace(format!("write `{fixed}`"), loc, fixed));
    (project.object(id).kind == Kind::Model).then_some(finding)
}

fn column_count(project: &Project, facts: &Facts<'_>, query: &QueryText) -> Option<usize> {
    let (question, _) = question(project, query).ok()?;
    match facts.get(question) {
        Known::Answer(answer, _) => match &*answer {
            Answer::Options(Ok(values)) => Some(values.columns.len()),
            _ => None,
        },
        _ => None,
    }
}
