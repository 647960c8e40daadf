//! What the engine says holds no values of variables: a database's name is often made of one, and DuckDB names it.

use std::path::Path;
use viz_facts::{Answer, Question, Reason, SourceSpec, SqlError, Unknown};
use viz_secrets::SecretPath;

/// Hides values in whatever an answer says. Rows and options stay as they are: they are data.
pub(crate) fn hide_in(result: &mut Result<Answer, Unknown>, question: &Question) {
    // Of a database that isn't there no mask knows.
    if let Some(path) = question.source().and_then(SourceSpec::path).filter(|path| path.is_secret()) {
        name_original(result, path.reveal(), path);
        // It is called by the database's name.
        if let Err(unknown) = result
            && unknown.code == Reason::LogUnreadable
        {
            *unknown = Unknown::new(Reason::LogUnreadable, "a file beside the database, its log, can't be read");
        }
    }
    match result {
        Err(unknown) => unknown.texts_mut().for_each(hide),
        Ok(answer) => error_of(answer).into_iter().for_each(|error| {
            hide(&mut error.message);
            error.candidates.retain(|candidate| !viz_secrets::holds(candidate));
        }),
    }
}

/// Names the user's file where an error names the private copy that was read for it, or what is beside that.
pub(crate) fn name_original(result: &mut Result<Answer, Unknown>, copy: &Path, original: &SecretPath) {
    let (copy, original) = (copy.display().to_string(), original.to_string());
    let name = |text: &mut String| {
        if text.contains(&copy) {
            *text = text.replace(&copy, &original);
        }
    };
    match result {
        Err(unknown) => unknown.texts_mut().for_each(name),
        Ok(answer) => error_of(answer).into_iter().for_each(|error| name(&mut error.message)),
    }
}

fn hide(text: &mut String) {
    if viz_secrets::holds(text) {
        *text = viz_secrets::hide(text).into_owned();
    }
}

fn error_of(answer: &mut Answer) -> Option<&mut SqlError> {
    match answer {
        Answer::Accepted(result) => result.as_mut().err(),
        Answer::Columns(result) => result.as_mut().err(),
        Answer::Options(result) => result.as_mut().err(),
        Answer::Rows(result) => result.as_mut().err(),
        Answer::Exported(result) => result.as_mut().err(),
        Answer::LookLike { .. } => None,
    }
}
