//! What the engine says holds no values of variables: a database's name is often made of one, and DuckDB names it.

use viz_facts::{Answer, SqlError, Unknown};

/// Hides values in whatever an answer says. Rows and options stay as they are: they are data.
pub(crate) fn hide_in(result: &mut Result<Answer, Unknown>) {
    match result {
        Err(unknown) => unknown.texts_mut().for_each(hide),
        Ok(answer) => error_of(answer).into_iter().for_each(|error| {
            hide(&mut error.message);
            error.candidates.retain(|candidate| !viz_secrets::holds(candidate));
        }),
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
    }
}
