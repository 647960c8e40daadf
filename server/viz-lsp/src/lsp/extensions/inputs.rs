//! `viz/inputs`: the inputs that an insight reads.

use super::{Extension, Failure, InsightParams, choices, insight, name};
use crate::lsp::session::selection::{state_to_json, value_to_json};
use crate::lsp::session::snapshot::{Request, Subject};
use serde::Serialize;
use serde_json::Value;
use std::time::{Duration, SystemTime};
use tower_lsp::lsp_types::Location;
use viz_check::{OptionSource, options_of};
use viz_facts::Unknown;
use viz_ide::{Choices, Snapshot, chosen};
use viz_project::{Body, Input, ObjectId, Options, Selection};

/// Options that come with an input.
pub(super) const FIRST: usize = 100;

/// `viz/inputs`
pub struct Inputs;

/// Its answer.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "Inputs"))]
pub struct InputsAnswer {
    /// The insight's name.
    pub insight: Option<String>,
    /// In document order.
    pub inputs: Vec<InputAnswer>,
}

/// An input.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "Input"))]
pub struct InputAnswer {
    /// Its name.
    pub name: String,
    /// Its label.
    pub label: Option<String>,
    /// Whether several options can be selected.
    pub multi: bool,
    /// Whether the selection is a run of values.
    pub range: bool,
    /// Whether its values are dates.
    pub dates: bool,
    /// The display that the browser takes.
    pub display: String,
    /// Which of the options can be selected.
    #[cfg_attr(test, ts(type = "\"all\" | \"first-two\" | \"numbers\" | \"ascending-numbers\" | \"ascending-texts\""))]
    pub offers: String,
    /// Whether a viewer can select nothing.
    pub clearable: bool,
    /// What is pinned, else what the page opens with; `None` if that is not known.
    #[cfg_attr(test, ts(type = "Selection | null"))]
    pub selection: Option<Value>,
    /// Whether it is pinned.
    pub pinned: bool,
    /// The first options.
    #[cfg_attr(test, ts(type = "Value[]"))]
    pub options: Vec<Value>,
    /// How many there are.
    pub total: usize,
    /// Whether there are more than these.
    pub truncated: bool,
    /// Where the options come from.
    pub source: InputSource,
    /// Seconds since they were asked for.
    pub age: Option<f64>,
    /// Whether the data have changed since.
    pub stale: bool,
    /// The type of their column.
    #[serde(rename = "type")]
    pub column_type: Option<String>,
    /// Why the options are not known.
    pub error: Option<Failure>,
    /// Where its name is.
    #[cfg_attr(test, ts(type = "Location | null"))]
    pub location: Option<Location>,
}

/// Where options come from.
#[derive(Debug, Clone, Copy, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum InputSource {
    /// Listed in the project.
    Static,
    /// A range.
    Range,
    /// A query.
    Query,
    /// An earlier run of the project.
    Artefact,
}

impl From<OptionSource> for InputSource {
    fn from(source: OptionSource) -> Self {
        match source {
            OptionSource::Static => InputSource::Static,
            OptionSource::Range => InputSource::Range,
            OptionSource::Query => InputSource::Query,
            OptionSource::Artefact => InputSource::Artefact,
        }
    }
}

impl Extension for Inputs {
    const METHOD: &'static str = "viz/inputs";
    type Params = InsightParams;
    type Answer = InputsAnswer;

    fn answer(request: &Request, subject: &Subject, params: &InsightParams) -> Result<InputsAnswer, Unknown> {
        let found = insight(request, subject, &params.of)?;
        let choices = choices(subject, params.choices.as_ref())?;
        let ids = viz_sql::inputs_of(&subject.project, found.insight);
        let inputs = ids.into_iter().filter_map(|id| input(request, subject, &choices, id)).collect();
        Ok(InputsAnswer { insight: name(subject.project.object(found.insight).name_text()), inputs })
    }
}

fn input(request: &Request, subject: &Subject, choices: &Choices, id: ObjectId) -> Option<InputAnswer> {
    let project = &subject.project;
    let object = project.object(id);
    let Body::Input(body) = &object.body else { return None };
    let facts = subject.facts();
    let snapshot = Snapshot { choices, ..subject.snapshot(&facts) };
    let found = options_of(project, &facts, id, snapshot.local());
    let current = chosen(&snapshot, id);
    let (values, error) = match &found {
        Ok(found) => (found.values.as_slice(), None),
        Err(why) => (&[][..], Some(Failure::new(subject, why.clone()))),
    };
    let run_at = found.as_ref().ok().and_then(|found| found.run_at);
    let source = match (&found, &body.options) {
        (Ok(found), _) => found.source.into(),
        (Err(_), Options::Query(_)) => InputSource::Query,
        (Err(_), Options::Range(_)) => InputSource::Range,
        (Err(_), _) => InputSource::Static,
    };
    let dates = matches!(body.options, Options::Range(_))
        && values.first().is_some_and(|value| matches!(value, viz_check::Value::Text(_)));
    let (file, range) = project.resolve(object.name_loc())?;
    Some(InputAnswer {
        name: object.name_text().to_owned(),
        label: body.label.clone(),
        multi: body.selection == Some(Selection::Multi),
        range: body.control.ranged,
        dates,
        display: body.control.display.name().to_owned(),
        offers: body.control.offers.name().to_owned(),
        clearable: body.control.clearable,
        selection: current.as_ref().ok().map(|(state, _)| state_to_json(project, id, state)),
        pinned: current.is_ok_and(|(_, pinned)| pinned),
        options: values.iter().take(FIRST).map(value_to_json).collect(),
        total: values.len(),
        truncated: values.len() > FIRST,
        source,
        age: age(subject, body, run_at, &facts),
        stale: found.as_ref().is_ok_and(|found| found.stale),
        column_type: found.as_ref().ok().and_then(|found| Some(found.column_type.as_ref()?.as_str().to_owned())),
        error,
        location: request.location(project, file, range),
    })
}

/// Seconds since the options were read; `run_at` is when an earlier run found the options out, in milliseconds since 1970.
fn age(subject: &Subject, input: &Input, run_at: Option<i64>, facts: &viz_facts::FactStore) -> Option<f64> {
    let Options::Query(query) = &input.options else { return None };
    let at = match run_at {
        Some(at) => SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(at).ok()?),
        None => facts.get(&viz_check::option_question(&subject.project, query)?)?.at()?,
    };
    Some(SystemTime::now().duration_since(at).unwrap_or_default().as_secs_f64())
}
