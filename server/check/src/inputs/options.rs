//! The options of an input: listed, computed from a range, or known from a query.

use crate::facts::{Facts, Known};
use crate::inputs::ranges;
use crate::inputs::ranges::Listed;
use crate::models::earlier_runs;
use crate::models::earlier_runs::Earlier;
use crate::models::source::source_of_model;
use crate::selection::{State, Value, numeric};
use rustc_hash::FxHashMap;
use viz_facts::{Answer, DataType, FactStore, KeyedQuestion, OptionValues, Question, Reason, SqlError, Unknown};
use viz_project::{Body, DefaultSelection, Display, Input, ObjectId, Options, Project, Rule, Selection, Target};
use viz_sql::option_query;
use viz_text::Loc;

/// More options than this fail the run (`R-IN-12`).
pub(crate) const MAX_OPTIONS: u32 = 100_000;

/// Where options come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OptionSource {
    /// Listed in the project.
    Static,
    /// A range.
    Range,
    /// A query.
    Query,
    /// An earlier run of the project, because its source is not asked from here.
    Artefact,
}

impl OptionSource {
    /// The word of the JSON contract.
    pub fn name(self) -> &'static str {
        match self {
            OptionSource::Static => "static",
            OptionSource::Range => "range",
            OptionSource::Query => "query",
            OptionSource::Artefact => "artefact",
        }
    }
}

/// The options of an input.
#[derive(Debug, Clone, PartialEq)]
pub struct InputOptions {
    /// In the order of the control.
    pub values: Vec<Value>,
    /// What is selected when the page loads, if that differs from the first state.
    pub initial: Option<State>,
    /// Whether they form a range.
    pub is_range: bool,
    /// Where they come from.
    pub source: OptionSource,
    /// The SQL type of a query's column.
    pub column_type: Option<DataType>,
    /// Whether the data have changed since, or may have.
    pub stale: bool,
    /// If the values are made up, which do to a query what the real ones do and say nothing of the data: how many these are.
    pub made_up: Option<u64>,
    /// When an earlier run found them out, in milliseconds since 1970; if it did.
    pub run_at: Option<i64>,
    /// The place that an option comes from, for findings about it: the list, the range or the query.
    pub origin: Loc,
}

impl InputOptions {
    /// The place of one option where it is listed, else that of all.
    pub(crate) fn place_of(&self, input: &Input, option: Option<&str>) -> Loc {
        match &input.options {
            Options::List { items, .. } => {
                items.iter().find(|item| Some(item.text.as_str()) == option).map_or(self.origin, |item| item.loc)
            }
            _ => self.origin,
        }
    }
}

/// Why options are not known.
pub(crate) enum Failed {
    /// The query is wrong, says the engine.
    Sql(SqlError),
    /// Any other reason.
    Unknown(Unknown),
}

/// The options of an input as far as these facts tell, without asking anything: for hovers. Made-up ones are none.
///
/// # Errors
/// The reason why they are not known.
pub fn options_of(
    project: &Project,
    facts: &FactStore,
    input: ObjectId,
    now: chrono::NaiveDateTime,
) -> Result<InputOptions, Unknown> {
    let facts = Facts::new(facts, Ok(()));
    let options = look_up(project, &facts, input, now).map_err(|failed| match failed {
        Failed::Sql(error) => Unknown::new(Reason::OptionsQuery, error.message),
        Failed::Unknown(unknown) => unknown,
    })?;
    match options.made_up {
        Some(_) => Err(Unknown::new(Reason::OptionsMadeUp, "only what they look like is known")),
        None => Ok(options),
    }
}

pub(crate) fn look_up(
    project: &Project,
    facts: &Facts<'_>,
    id: ObjectId,
    now: chrono::NaiveDateTime,
) -> Result<InputOptions, Failed> {
    let unreadable =
        || Failed::Unknown(Unknown::new(Reason::OptionsUnreadable, "the options can't be read from the project"));
    facts.count(|counters| counters.looked_up += 1);
    let Body::Input(input) = &project.object(id).body else { return Err(unreadable()) };
    let mut options = match &input.options {
        Options::Missing => return Err(unreadable()),
        Options::List { items, loc } => InputOptions {
            values: items.iter().map(|item| Value::Text(item.text.clone())).collect(),
            initial: None,
            is_range: false,
            source: OptionSource::Static,
            column_type: None,
            stale: false,
            made_up: None,
            run_at: None,
            origin: *loc,
        },
        Options::Range(range) => InputOptions {
            values: match ranges::values(input, range, now, MAX_OPTIONS as usize) {
                Listed::Values(values) => values,
                Listed::TooMany => {
                    let message = format!("the range has more than {MAX_OPTIONS} values");
                    return Err(Failed::Unknown(Unknown::new(Reason::TooManyOptions, message)));
                }
                Listed::Endless => {
                    return Err(Failed::Unknown(Unknown::new(Reason::EndlessRange, "the range never ends")));
                }
            },
            initial: None,
            is_range: true,
            source: OptionSource::Range,
            column_type: None,
            stale: false,
            made_up: None,
            run_at: None,
            origin: range.loc,
        },
        Options::Query(query) => {
            let Queried { values, column_type, stale, made_up, source, run_at } =
                query_values(project, facts, id, query)?;
            InputOptions {
                values,
                initial: None,
                is_range: false,
                source,
                column_type: Some(column_type),
                stale,
                made_up,
                run_at,
                origin: query.text.locate(query.query.body).unwrap_or(query.loc),
            }
        }
    };
    let read = project.target().has(Rule::DefaultQueriesRead);
    let queried = match &input.default {
        DefaultSelection::Query(query) if read => default_values(project, facts, query),
        _ => None,
    };
    options.initial = initial(project.target(), input, &options, queried);
    Ok(options)
}

/// What the query of a default gives, if that is known (R-IN-32a); whether these are options is looked at by nobody.
fn default_values(project: &Project, facts: &Facts<'_>, query: &viz_project::QueryText) -> Option<Vec<Value>> {
    let (question, _) = question(project, query).ok()?;
    let Known::Answer(answer, _) = facts.get(question) else { return None };
    let Answer::Options(Ok(found)) = &*answer else { return None };
    one_column(found).ok().map(|(values, _)| values)
}

/// The question whose answer is the options of a query; `None` if it can't be asked.
pub fn option_question(project: &Project, query: &viz_project::QueryText) -> Option<KeyedQuestion> {
    question(project, query).ok().map(|(question, _)| question.into())
}

/// The question, and its text with the places it came from.
pub(crate) fn question(
    project: &Project,
    query: &viz_project::QueryText,
) -> Result<(Question, viz_text::MappedText), Failed> {
    let Some((sql, model)) = option_query(project, query) else {
        return Err(Failed::Unknown(Unknown::new(
            Reason::OptionsReference,
            "the option query does not name exactly one model",
        )));
    };
    let source = source_of_model(project, model).map_err(Failed::Unknown)?;
    Ok((Question::Options { source, sql: sql.text().to_owned(), limit: MAX_OPTIONS }, sql))
}

/// What a query gave.
struct Queried {
    values: Vec<Value>,
    column_type: DataType,
    stale: bool,
    made_up: Option<u64>,
    source: OptionSource,
    run_at: Option<i64>,
}

fn query_values(
    project: &Project,
    facts: &Facts<'_>,
    id: ObjectId,
    query: &viz_project::QueryText,
) -> Result<Queried, Failed> {
    if project.beyond_what_is_spelled_out().contains(&id) {
        let message =
            "the option queries of this project are longer together, with the texts of their models, than is looked at";
        return Err(Failed::Unknown(Unknown::new(Reason::QueryTooLarge, message)));
    }
    let question = match question(project, query) {
        Ok((question, _)) => question,
        Err(Failed::Unknown(why)) if why.code == Reason::SourceNotSupported => {
            let earlier = earlier_runs::options(project, facts, project.object(id).name_text(), MAX_OPTIONS);
            let Earlier { found, at } = earlier.map_err(Failed::Unknown)?.ok_or(Failed::Unknown(why))?;
            let (values, column_type) = one_column(&found)?;
            return Ok(Queried {
                values,
                column_type,
                stale: true,
                made_up: None,
                source: OptionSource::Artefact,
                run_at: at,
            });
        }
        Err(failed) => return Err(failed),
    };
    match facts.get(question) {
        Known::Answer(answer, stale) => match &*answer {
            Answer::Options(Ok(values)) | Answer::LookLike { values, .. } => {
                let (values, column_type) = one_column(values)?;
                let made_up = if let Answer::LookLike { count, .. } = *answer { Some(count) } else { None };
                Ok(Queried { values, column_type, stale, made_up, source: OptionSource::Query, run_at: None })
            }
            Answer::Options(Err(error)) => Err(Failed::Sql(error.clone())),
            _ => Err(Failed::Unknown(Unknown::new(Reason::Engine, "the engine gave an answer of another kind"))),
        },
        Known::Unknown(why) => Err(Failed::Unknown(why)),
        Known::Pending => Err(Failed::Unknown(Unknown::pending())),
    }
}

/// Values that can be options (`R-IN-12`, `R-IN-31`), and their type.
fn one_column(found: &OptionValues) -> Result<(Vec<Value>, DataType), Failed> {
    let wrong = |code, message: String| Err(Failed::Unknown(Unknown::new(code, message)));
    let [column] = found.columns.as_slice() else {
        return wrong(Reason::OptionsColumns, "the option query has not exactly one column".to_owned());
    };
    if found.more {
        return wrong(Reason::TooManyOptions, format!("the option query has more than {MAX_OPTIONS} rows"));
    }
    let ty = &column.data_type;
    Ok((found.values.iter().map(|value| typed(value.as_deref(), ty)).collect(), ty.clone()))
}

/// A value of an option query as it reaches the browser.
pub(crate) fn typed(value: Option<&str>, ty: &DataType) -> Value {
    let Some(text) = value else { return Value::Null };
    let number = match ty {
        // S-38: they reach the browser as milliseconds since 1970.
        ty if ty.is_temporal() => epoch_milliseconds(text),
        ty if ty.is_number() => numeric(text),
        _ => None,
    };
    number.map_or_else(|| Value::Text(text.to_owned()), Value::Number)
}

fn epoch_milliseconds(text: &str) -> Option<f64> {
    let date = chrono::NaiveDate::parse_from_str(text.get(..10)?, "%Y-%m-%d").ok()?;
    let rest = text[10..].trim_start_matches(['T', ' ']);
    let time = if rest.is_empty() {
        chrono::NaiveTime::MIN
    } else {
        chrono::NaiveTime::parse_from_str(rest.split(['+', 'Z']).next()?, "%H:%M:%S%.f").ok()?
    };
    Some(date.and_time(time).and_utc().timestamp_millis() as f64)
}

/// What is selected when the page loads (5.5). `queried` is what the query of a default gave.
fn initial(target: Target, input: &Input, options: &InputOptions, queried: Option<Vec<Value>>) -> Option<State> {
    let value = |text: &str| {
        let same = |option: &&Value| option.raw() == text;
        options.values.iter().find(same).cloned().unwrap_or_else(|| Value::Text(text.to_owned()))
    };
    // The first of several that read alike.
    let by_text = || options.values.iter().rev().map(|value| (value.raw(), value)).collect::<FxHashMap<_, _>>();
    let slider = input.control.display == Display::Slider;
    let slid = |value: Value| match &value {
        Value::Text(text) if slider => numeric(text).map_or(value.clone(), Value::Number),
        _ => value,
    };
    match (&input.default, input.selection?) {
        (DefaultSelection::Value(default), Selection::Single) => Some(State::of([slid(value(&default.text))])),
        // Without a default the first option is it, on a slider even if it is no number.
        (_, Selection::Single) if slider => options.values.first().map(|first| State::of([slid(first.clone())])),
        (_, Selection::Single) => None,
        (DefaultSelection::Values(values), Selection::Multi) => {
            let known = by_text();
            let value =
                |text: &String| known.get(text).map_or_else(|| Value::Text(text.clone()), |known| (*known).clone());
            Some(State::of(values.iter().map(|default| value(&default.text))))
        }
        (DefaultSelection::Query(_), Selection::Multi) if queried.is_some() => queried.map(|values| State { values }),
        // S-09: the words stand for all options, or for none.
        (DefaultSelection::Word(word), Selection::Multi)
            if !options.is_range && word.text == "none" && target.has(Rule::WordsExpanded) =>
        {
            Some(State { values: Vec::new() })
        }
        (DefaultSelection::Word(_) | DefaultSelection::Query(_) | DefaultSelection::None, Selection::Multi)
            if !options.is_range && target.has(Rule::WordsExpanded) =>
        {
            Some(State { values: options.values.clone() })
        }
        // S-09, S-43: the words are not expanded.
        (DefaultSelection::Word(word), Selection::Multi) if !options.is_range => {
            Some(State::of([Value::Text(word.text.clone())]))
        }
        (DefaultSelection::Range(start, end), Selection::Multi) if options.is_range => {
            let (start, end) = (start.as_ref()?, end.as_ref()?);
            let (start, end) = (ranges::text(start), ranges::text(end));
            let numbers = numeric(&start).zip(numeric(&end)).filter(|_| target.has(Rule::NumericDefaults));
            // S-10: compared as text.
            let is_inside = |value: &&Value| match numbers {
                Some((start, end)) => numeric(&value.raw()).is_some_and(|number| (start..=end).contains(&number)),
                None => (&*start..=&*end).contains(&value.raw().as_str()),
            };
            let inside: Vec<Value> = options.values.iter().filter(is_inside).cloned().collect();
            Some(State { values: if inside.is_empty() { options.values.clone() } else { inside } })
        }
        (DefaultSelection::Query(_) | DefaultSelection::None, Selection::Multi) if !options.is_range => {
            Some(State::of([Value::Text("all".into())]))
        }
        _ => Some(State { values: options.values.clone() }),
    }
}
