//! Files of sources that are not there, or can't be read.

use crate::report::Finding;
use viz_facts::{Detail, Unknown};
use viz_project::{Body, Code, Fix, ObjectId, Opened, Problem, Project, Rule, Severity, did_you_mean, similar};
use viz_sql::model_query;
use viz_syntax::quoted;
use viz_text::{Loc, TextRange};

/// A database that does not exist.
pub(super) fn database(project: &Project, model: ObjectId, why: &Unknown) -> Option<Finding> {
    let object = project.object(project.source_of(model)?);
    let Body::Source(body) = &object.body else { return None };
    let loc = body.database.as_ref().and_then(|text| text.locate(TextRange::up_to(text.len()))).unwrap_or(object.loc);
    let message = match &body.database {
        Some(database) => format!("the database `{}` does not exist", database.text()),
        None => why.message.clone(),
    };
    let problem = Problem::new(Code::DatabaseMissing, loc, message);
    if body.seeded {
        return Some(Finding::from(&problem.help("run the project once, so that its seeds make the file")));
    }
    let written = body.database.as_ref().map_or("", |database| database.text());
    let sqlite = body.kind.is_some_and(|kind| kind.opened() == Opened::Sqlite);
    let problem = if sqlite { made_by_a_run(project, model, problem, why) } else { problem };
    Some(with_name_beside(problem, written, why, None))
}

/// R-SRC-05: a run makes the file of a SQLite database, which is empty, and since 2.2 its folder, too.
fn made_by_a_run(project: &Project, model: ObjectId, mut problem: Problem, why: &Unknown) -> Problem {
    if why.detail == Some(Detail::NoFolder) && !project.target().has(Rule::SqliteFolders) {
        problem.message += ", nor does its folder: a run can't make it, and all that reads it fails (R-SRC-05)";
        return problem.severity(Severity::Error).by(Rule::SqliteFolders);
    }
    problem.message += ": a run makes an empty one (R-SRC-05)";
    let reads_tables = model_query(project, model).is_none_or(|sql| {
        viz_sql::tokenize(sql.text()).map_or(true, |tokens| tokens.iter().any(|token| token.is_word("from")))
    });
    if reads_tables { problem } else { problem.severity(Severity::Information) }
}

/// A database that is none.
pub(super) fn unreadable(project: &Project, model: ObjectId, why: &Unknown) -> Option<Finding> {
    let object = project.object(project.source_of(model)?);
    let Body::Source(body) = &object.body else { return None };
    let database = body.database.as_ref()?;
    let loc = database.locate(TextRange::up_to(database.len()))?;
    // The path in the engine's words is another one on every machine.
    let name = database.text();
    let message = match &why.detail {
        Some(Detail::NoDatabase(format)) => format!("`{name}` is no {format} database, or it is damaged"),
        Some(Detail::Unreadable(reason)) => format!("the database `{name}` can't be read: {reason}"),
        _ => format!("the database `{name}` can't be read"),
    };
    let help = "name a database file that the bundled DuckDB can open, or make it anew";
    Some(Finding::from(&Problem::new(Code::DatabaseUnreadable, loc, message).help(help)))
}

/// The file of a `csv` source that does not exist.
pub(super) fn file(project: &Project, model: ObjectId, why: &Unknown) -> Option<Finding> {
    let Body::Source(body) = &project.object(project.source_of(model)?).body else { return None };
    let file = body.file.as_ref()?;
    let problem = Problem::new(Code::FileMissing, file.loc, format!("the file `{}` does not exist", file.text));
    Some(with_name_beside(problem, &file.text, why, Some(file.loc)))
}

/// With the file beside it that was probably meant. A file that some step still has to make has no such neighbour; so with one it is
/// an error. `place` is what a fix may replace.
fn with_name_beside(problem: Problem, written: &str, why: &Unknown, place: Option<Loc>) -> Finding {
    let (folder, name) = written.rsplit_once('/').map_or(("", written), |(folder, name)| (folder, name));
    // Files of other years are no other spellings.
    let letters = |text: &str| text.chars().filter(|c| !c.is_ascii_digit()).collect::<String>();
    let beside = match &why.detail {
        Some(Detail::Beside(names)) if !written.contains("${") => names.as_slice(),
        _ => &[],
    };
    let beside = beside.iter().map(String::as_str).filter(|other| letters(other) != letters(name));
    let near: Vec<String> = similar(name, beside)
        .into_iter()
        .map(|name| if folder.is_empty() { name } else { format!("{folder}/{name}") })
        .collect();
    let Some(help) = did_you_mean(&near) else {
        let help = match written.starts_with('$') {
            true => "write the path itself: no variable of a shell is replaced in it",
            false => "make the file, or correct the path: it is relative to the project's folder",
        };
        return Finding::from(&problem.help(help));
    };
    let mut problem = problem.severity(Severity::Error).help(help);
    if let ([only], Some(place)) = (near.as_slice(), place) {
        problem = problem.fix(Fix::replace(format!("replace it by `{only}`"), place, quoted(only, None)));
    }
    Finding::from(&problem)
}
