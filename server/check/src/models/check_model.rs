//! What is known about models: their columns, or why their query fails.

use crate::engine_errors::all_errors::further;
use crate::engine_errors::lambda;
use crate::engine_errors::place::error_range;
use crate::engine_errors::wording::sentence;
use crate::facts::{Facts, Known, Used};
use crate::models::earlier_runs;
use crate::models::literal_places::{replaced_in_vain, taken_literally};
use crate::models::missing;
use crate::models::not_run::not_run;
use crate::models::source::source_of_model;
use crate::models::what_was_meant;
use crate::report::Finding;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;
use viz_facts::{
    Answer, Column, FactStore, KeyedQuestion, Question, Reason, SourceSpec, SqlError, SqlErrorKind, Unknown,
};
use viz_project::{Body, Code, Kind, ObjectId, Problem, Project, Related, Resolution, Rule, Severity, SourceType};
use viz_sql::model_query;
use viz_text::{MappedText, TextRange, TextSize};

/// What is known about a model's columns.
#[derive(Clone)]
pub(crate) enum Columns {
    Known(Arc<Vec<Column>>),
    /// Its query fails: a finding says so.
    Failed,
    Unknown(Unknown),
}

/// What is known about the columns of each model.
pub(crate) type AllColumns = FxHashMap<ObjectId, Columns>;

/// The columns of a model.
pub(crate) fn columns(project: &Project, facts: &Facts<'_>, model: ObjectId) -> Columns {
    facts.count(|counters| counters.looked_up += 1);
    let Some(sql) = model_query(project, model) else {
        return Columns::Unknown(Unknown::new(Reason::NoSql, "the model has no SQL"));
    };
    let source = match source_of_model(project, model) {
        Ok(source) => source,
        Err(why) if why.code == Reason::SourceNotSupported => {
            return earlier_runs::columns(project, facts, model).unwrap_or(Columns::Unknown(why));
        }
        Err(why) => return Columns::Unknown(why),
    };
    match facts.get(describe(source, &sql)) {
        Known::Answer(answer, _) => match &*answer {
            Answer::Columns(Ok(columns)) => Columns::Known(Arc::new(columns.clone())),
            _ => Columns::Failed,
        },
        Known::Unknown(why) => Columns::Unknown(why),
        Known::Pending => Columns::Unknown(Unknown::pending()),
    }
}

fn describe(source: SourceSpec, sql: &MappedText) -> Question {
    Question::Describe { source, sql: sql.text().to_owned() }
}

/// The question whose answer is the columns of a model; `None` if it can't be asked.
pub fn model_question(project: &Project, model: ObjectId) -> Option<KeyedQuestion> {
    Some(describe(source_of_model(project, model).ok()?, &model_query(project, model)?).into())
}

/// The columns of a model as far as these facts tell, without asking anything: for hovers and completion.
///
/// # Errors
/// The reason why they are not known; `model-sql` if the model's query fails.
pub fn columns_of(project: &Project, facts: &FactStore, model: ObjectId) -> Result<Arc<Vec<Column>>, Unknown> {
    match columns(project, &Facts::new(facts, Ok(())), model) {
        Columns::Known(columns) => Ok(columns),
        Columns::Failed => Err(Unknown::new(Reason::ModelSql, "the model's query fails")),
        Columns::Unknown(why) => Err(why),
    }
}

/// When the columns of a model were found out by an earlier run of the project, if they are known from that only:
/// milliseconds since 1970.
pub fn columns_of_a_run(project: &Project, facts: &FactStore, model: ObjectId) -> Option<i64> {
    let remote = source_of_model(project, model).is_err_and(|why| why.code == Reason::SourceNotSupported);
    remote.then(|| earlier_runs::columns_at(project, &Facts::new(facts, Ok(())), model))?
}

/// What is known of a model.
pub(crate) struct ModelVerdict {
    pub(crate) columns: Columns,
    /// The facts behind the columns.
    pub(crate) used: Arc<[Used]>,
    /// What is wrong with its query.
    pub(crate) findings: Vec<Finding>,
}

/// Looks at a model; `in_browser` says whether the browser reads it.
pub(crate) fn check_model(project: &Project, facts: &Facts<'_>, id: ObjectId, in_browser: bool) -> ModelVerdict {
    let mut findings = Vec::new();
    let (columns, used) = facts.noting(|| columns(project, facts, id));
    if !matches!(columns, Columns::Failed)
        && let Some(sql) = model_query(project, id)
    {
        findings.extend(taken_literally(project.object(id).name_text(), &sql));
        findings.extend(what_was_meant::compared_dates(project, id, &sql));
    }
    match &columns {
        Columns::Known(columns) if in_browser => {
            findings.extend(no_rows(project, facts, id));
            findings.extend(unwritable(project, id, columns));
            findings.extend(nameless(project, id, columns));
        }
        Columns::Failed => failed(project, facts, id, &mut findings),
        Columns::Unknown(why) if why.code == Reason::DatabaseMissing => {
            findings.extend(missing::database(project, id, why))
        }
        Columns::Unknown(why) if why.code == Reason::DatabaseUnreadable => {
            findings.extend(missing::unreadable(project, id, why))
        }
        Columns::Unknown(why) if why.code == Reason::FileMissing => findings.extend(missing::file(project, id, why)),
        Columns::Unknown(why) => findings.extend(model_not_run(project, id, why)),
        _ => {}
    }
    if source_of_model(project, id).is_err_and(|why| why.code == Reason::SourceNotSupported) {
        foreign(project, id, &mut findings);
    }
    if !matches!(columns, Columns::Failed) {
        unnamed(project, id, &mut findings);
        findings.extend(no_select(project, id));
    }
    if source_of_model(project, id).is_ok_and(|source| source.runs_in_duckdb()) {
        arrows(project, id, &mut findings);
    }
    ModelVerdict { columns, used, findings }
}

/// Columns without a name that are told of each model; the others are counted.
const UNNAMED: usize = 20;

/// R-22-60: columns without a name, for which the whole model fails since 2.2.
fn unnamed(project: &Project, id: ObjectId, findings: &mut Vec<Finding>) {
    let Body::Model(body) = &project.object(id).body else { return };
    if !project.target().has(Rule::NamedColumns) || body.special {
        return;
    }
    let (Some(sql), Some(source)) = (model_query(project, id), project.source_of(id)) else { return };
    let Body::Source(source) = &project.object(source).body else { return };
    let Some(kind) = source.kind else { return };
    let columns = viz_sql::unnamed_columns(kind.dialect(), sql.text());
    let more = columns.len().saturating_sub(UNNAMED);
    for column in columns.into_iter().take(UNNAMED) {
        let object = project.object(id);
        let loc = column.range.and_then(|range| sql.locate(range)).unwrap_or_else(|| object.name_loc());
        let message = format!(
            "the model `{}` fails, and with it all that reads it: this column has no name (R-22-60)",
            object.name_text()
        );
        let mut finding = Finding::new(Code::ModelSql, loc, message);
        finding.help = Some("write `as` and a name behind it".into());
        finding.rule = Some(Rule::NamedColumns);
        findings.push(finding);
    }
    if let Some(last) = findings.last_mut().filter(|_| more > 0) {
        last.notes.push(format!("{more} more columns have no name"));
    }
}

/// R-22-62, D-076: statements that the source runs, and whose columns no run can tell.
fn no_select(project: &Project, id: ObjectId) -> Option<Finding> {
    let sql = model_query(project, id)?;
    let tokens = viz_sql::tokenize(sql.text()).ok()?;
    let first = tokens.iter().find(|token| !token.is_space())?;
    let word = ["values", "table", "pivot", "describe"].into_iter().find(|word| first.is_word(word))?;
    let name = project.object(id).name_text();
    let message = format!("the model `{name}` fails, and with it all that reads it: `{word}` is no SELECT (R-22-62)");
    let mut finding = Finding::new(Code::ModelSql, sql.locate(first.range)?, message);
    finding.help = Some(match word {
        "table" => "write `select * from` instead".into(),
        _ => "write it in parentheses behind `select * from`".into(),
    });
    Some(finding)
}

/// Lambdas with an arrow, which the source's engine refuses.
fn arrows(project: &Project, id: ObjectId, findings: &mut Vec<Finding>) {
    let Some(sql) = model_query(project, id) else { return };
    for loc in lambda::arrows(sql.text()).into_iter().filter_map(|range| sql.locate(range)) {
        let name = project.object(id).name_text();
        let message = format!("the query of the model `{name}` fails: DuckDB 2.0 refuses the arrow of a lambda");
        let mut finding = Finding::new(Code::ModelSql, loc, message);
        finding.help = Some(lambda::HELP.into());
        findings.push(finding);
    }
}

/// F9: columns whose values no run can write, with the rows of the model and all that needs them in the browser.
fn unwritable(project: &Project, id: ObjectId, columns: &[Column]) -> Vec<Finding> {
    let object = project.object(id);
    let odd = columns.iter().filter_map(|column| Some((column, column.data_type.stored().err()?)));
    let finding = |(column, unwritable): (&Column, viz_facts::Unwritable)| {
        let name = &column.name;
        let message = format!(
            "the rows of the model `{}` can't be written: a run fails at `{name}`, whose values are of the type `{}`, and with it every insight with an input that reads the model",
            object.name_text(),
            unwritable.0
        );
        let place = model_query(project, id).and_then(|sql| last_word(&sql, name));
        let problem = Problem::new(Code::UnwritableType, place.unwrap_or_else(|| object.name_loc()), message);
        Finding::from(&problem.help(format!("make a text of it: `(…)::varchar as {name}`")))
    };
    odd.map(finding).collect()
}

/// A column whose name is empty, as SQLite allows: no build of this program can write it, and nothing can refer to it.
fn nameless(project: &Project, id: ObjectId, columns: &[Column]) -> Option<Finding> {
    let at = columns.iter().position(|column| column.name.is_empty())? + 1;
    let object = project.object(id);
    let name = object.name_text();
    let message = format!(
        "the rows of the model `{name}` can't be built: its column {at} has an empty name, with which no file can be written"
    );
    let problem = Problem::new(Code::UnwritableType, object.name_loc(), message).severity(Severity::Warning);
    Some(Finding::from(&problem.help("list the columns, and give this one a name: `\"\" as name`")))
}

/// Where a name stands last in a text.
fn last_word(sql: &MappedText, name: &str) -> Option<viz_text::Loc> {
    let is_name = |token: &viz_sql::Token| sql.slice(token.range).trim_matches('"').eq_ignore_ascii_case(name);
    let range = viz_sql::tokenize(sql.text()).ok()?.iter().rev().find(|token| is_name(token))?.range;
    sql.locate(range)
}

/// S-39: of a model without rows the browser gets no usable columns.
fn no_rows(project: &Project, facts: &Facts<'_>, id: ObjectId) -> Option<Finding> {
    let (sql, source) = model_query(project, id).zip(source_of_model(project, id).ok())?;
    let sql = format!("SELECT 1 FROM ({}\n) LIMIT 1", sql.text());
    let answer = match facts.get(Question::Options { source, sql, limit: 1 }) {
        Known::Answer(answer, _) => answer,
        Known::Unknown(why) => return model_not_run(project, id, &why),
        Known::Pending => return None,
    };
    let object = project.object(id);
    matches!(&*answer, Answer::Options(Ok(found)) if found.values.is_empty()).then(|| {
        let message = format!(
            "the model `{}` has no rows today: the browser gets no columns of it, and every insight with an input that reads it breaks (S-39)",
            object.name_text()
        );
        Finding::new(Code::ModelEmpty, object.name_loc(), message)
    })
}

/// The models that the browser reads: those of insights with inputs (`R-INS-05`).
pub(crate) fn models_in_browser(project: &Project) -> FxHashSet<ObjectId> {
    let input = |(_, meaning): (_, &Resolution)| matches!(meaning, Resolution::Object(id) if project.object(*id).kind == Kind::Input);
    let dynamic = project.of_kind(Kind::Insight).filter(|id| project.references_of(*id).any(input));
    models_behind(project, dynamic.flat_map(|id| project.uses_of(id)).copied())
}

/// The models among objects and those behind their metrics and dimensions.
pub(crate) fn models_behind(project: &Project, objects: impl IntoIterator<Item = ObjectId>) -> FxHashSet<ObjectId> {
    let mut stack: Vec<ObjectId> = objects.into_iter().collect();
    let mut seen = FxHashSet::default();
    while let Some(id) = stack.pop() {
        match project.object(id).kind {
            Kind::Model => drop(seen.insert(id)),
            Kind::Metric | Kind::Dimension if seen.insert(id) => stack.extend(project.uses_of(id)),
            _ => {}
        }
    }
    seen.retain(|id| project.object(*id).kind == Kind::Model);
    seen
}

fn failed(project: &Project, facts: &Facts<'_>, id: ObjectId, findings: &mut Vec<Finding>) {
    let (Some(sql), Ok(source)) = (model_query(project, id), source_of_model(project, id)) else { return };
    let Known::Answer(answer, _) = facts.get(describe(source.clone(), &sql)) else { return };
    let Answer::Columns(Err(error)) = &*answer else { return };
    let object = project.object(id);
    if replaced_in_vain(object.name_text(), &sql, Some(error), findings) {
        return;
    }
    let (place, words) = fault_of_text(&sql, error);
    let loc = place.unwrap_or_else(|| object.name_loc());
    let message = format!("the query of the model `{}` fails: {words}", object.name_text());
    let mut finding = Finding::new(Code::ModelSql, loc, message);
    crate::engine_errors::wording::suggest(&mut finding, error);
    what_was_meant::tell(project, &sql, error, &mut finding);
    if error.kind == SqlErrorKind::Io {
        finding.help = Some("file names are relative to the project's folder".into());
    }
    findings.push(finding);
    let describe = |sql: String| match facts.get(Question::Describe { source: source.clone(), sql }) {
        Known::Answer(answer, _) => match &*answer {
            Answer::Columns(found) => Ok(found.clone().map(drop)),
            _ => Err(Unknown::new(Reason::Engine, "the engine gave an answer of another kind")),
        },
        Known::Unknown(why) => Err(why),
        Known::Pending => Err(Unknown::pending()),
    };
    let more = further(sql.text(), error, |range| sql.locate(range), describe).unwrap_or_default();
    for (error, loc) in more.iter().filter_map(|error| Some((error, error_place(&sql, error)?))) {
        let message = format!("the query of the model `{}` fails: {}", object.name_text(), sentence(&error.message));
        let mut finding = Finding::new(Code::ModelSql, loc, message);
        crate::engine_errors::wording::suggest(&mut finding, error);
        findings.push(finding);
    }
}

/// The query of a database that can't be asked: sqlparser alone reads it, and that is no last word.
fn foreign(project: &Project, id: ObjectId, findings: &mut Vec<Finding>) {
    let (Some(sql), Some(source)) = (model_query(project, id), project.source_of(id)) else { return };
    let Body::Source(source) = &project.object(source).body else { return };
    let Some(Err(error)) = source.kind.and_then(|kind| viz_sql::parse_foreign(kind.dialect(), sql.text())) else {
        return;
    };
    let object = project.object(id);
    if replaced_in_vain(object.name_text(), &sql, None, findings) {
        return;
    }
    let range = match error.offset {
        Some(offset) => Some(error_range(sql.text(), offset, None)),
        None => viz_sql::unclosed(sql.text()).or_else(|| last_token(sql.text())),
    };
    let loc = range.and_then(|range| sql.locate(range)).unwrap_or_else(|| object.name_loc());
    let kind = source.kind.map_or("", SourceType::name);
    let message = format!(
        "the query of the model `{}` is hardly SQL of {kind}: {}",
        object.name_text(),
        plain_error(&error.message)
    );
    let mut finding = Finding::new(Code::ForeignSql, loc, message);
    if error.message.ends_with(", found: `") {
        finding.help = Some(format!("write names in double quotes: {kind} knows no backticks"));
    }
    finding.notes.push(format!("{kind} itself was not asked; only its grammar is known here, and not all of it"));
    findings.push(finding);
}

/// sqlparser's `Expected: end of statement, found: x`.
fn plain_error(message: &str) -> String {
    match message
        .trim_start_matches("sql parser error: ")
        .strip_prefix("Expected: ")
        .and_then(|rest| rest.split_once(", found: "))
    {
        Some((expected, found)) => {
            let expected =
                if expected.chars().any(char::is_alphanumeric) { expected.into() } else { format!("`{expected}`") };
            match found {
                "EOF" => format!("it ends where {expected} is expected"),
                "`" => format!("a backtick stands where {expected} is expected"),
                found => format!("`{found}` stands where {expected} is expected"),
            }
        }
        None => sentence(message),
    }
}

fn last_token(sql: &str) -> Option<TextRange> {
    viz_sql::tokenize(sql).ok()?.iter().rev().find(|token| !token.is_space()).map(|token| token.range)
}

fn model_not_run(project: &Project, model: ObjectId, why: &Unknown) -> Option<Finding> {
    let what = format!("the query of the model `{}`", project.object(model).name_text());
    not_run(&what, &model_query(project, model)?, why)
}

/// What is wrong with a text that an engine refuses, and where: of a bracket without its other half the engine knows only what
/// it meets later.
pub(crate) fn fault_of_text(sql: &MappedText, error: &SqlError) -> (Option<viz_text::Loc>, String) {
    let unpaired = viz_sql::unpaired(sql.text()).filter(|_| error.kind == SqlErrorKind::Parser);
    match unpaired.and_then(|unpaired| Some((sql.locate(unpaired.range())?, unpaired.words(sql.text())))) {
        Some((loc, words)) => (Some(loc), words),
        None => (error_place(sql, error), sentence(&error.message)),
    }
}

/// The place in the user's text of an engine's error about a text.
pub(crate) fn error_place(sql: &MappedText, error: &SqlError) -> Option<viz_text::Loc> {
    let offset = TextSize::new(error.offset?);
    sql.locate(error_range(sql.text(), offset, error.length))
}

/// A related place that names an object.
pub(crate) fn defined_here(project: &Project, id: ObjectId) -> Related {
    let object = project.object(id);
    Related {
        loc: object.name_loc(),
        message: format!("the {} `{}` is defined here", object.kind.name(), object.name_text()),
    }
}
