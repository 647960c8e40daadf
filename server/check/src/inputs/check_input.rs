//! What is wrong with inputs, and what is known of their options.

use crate::engine_errors::wording::sentence;
use crate::facts::{Facts, Used};
use crate::inputs::option_query::query_findings;
use crate::inputs::options::{Failed, InputOptions, MAX_OPTIONS, look_up};
use crate::report::{Finding, InputReport, OptionsStatus};
use crate::selection::{Value, numeric};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;
use viz_facts::{DataType, Reason, Unknown};
use viz_project::{
    Body, Code, Control, DefaultSelection, Display, Fix, Input, Kind, Object, ObjectId, Options, Project, Related,
    Rule, Selection, Spanned, did_you_mean, similar,
};
use viz_syntax::double_quoted;
use viz_text::shorten::{OPTION, shorten};

/// Options listed twice that are told one by one.
const MANY_DUPLICATES: usize = 100;

/// More options than this are warned about (`R-IN-12`).
const MANY_OPTIONS: usize = 10_000;

/// Maximum number of wrong defaults of an input for which to suggest options.
const MOST_SUGGESTED: usize = 20;

/// The options of an input, or why they are not known.
pub(crate) type KnownOptions = Result<Arc<InputOptions>, Unknown>;

/// The options of every input.
pub(crate) type AllOptions = FxHashMap<ObjectId, KnownOptions>;

/// What is known of an input.
#[derive(Clone)]
pub(crate) struct InputVerdict {
    pub(crate) options: KnownOptions,
    /// The facts behind the options.
    pub(crate) used: Arc<[Used]>,
    pub(crate) report: InputReport,
    /// What is wrong with it.
    pub(crate) findings: Vec<Finding>,
}

/// Looks at an input.
pub(crate) fn check_input(
    project: &Project,
    facts: &Facts<'_>,
    now: chrono::NaiveDateTime,
    id: ObjectId,
    input: &Input,
) -> InputVerdict {
    let mut findings = Vec::new();
    shape(project, id, input, &mut findings);
    let (found, used) = facts.noting(|| look_up(project, facts, id, now));
    if let (Options::Query(query), source) = (&input.options, &found) {
        query_findings(project, facts, id, query, source, &mut findings);
    }
    let options = found.map(Arc::new).map_err(|failed| match failed {
        Failed::Sql(error) => Unknown::new(Reason::OptionsQuery, sentence(&error.message)),
        Failed::Unknown(why) => why,
    });
    if let Options::Range(range) = &input.options {
        findings.extend(crate::inputs::ranges::faults(input, range, now));
        if options.as_ref().is_err_and(|why| why.code == Reason::TooManyOptions) {
            let message = format!("the range has more than {MAX_OPTIONS} values: the browser lists them all (R-IN-12)");
            findings.push(Finding::new(Code::TooManyOptions, range.loc, message));
        }
    }
    if let Ok(options) = &options {
        contents(project, id, input, options, &mut findings);
    }
    let report = report(project, id, input, &options);
    InputVerdict { options, used, report, findings }
}

/// Inputs on a dashboard that nothing on it reads, nor anything else: a matter of who uses whom.
pub(crate) fn not_read(project: &Project) -> Vec<ObjectId> {
    let shows = |id: ObjectId| matches!(project.object(id).kind, Kind::Dashboard | Kind::Row | Kind::Item);
    let (shown, reading): (Vec<ObjectId>, Vec<ObjectId>) = project.ids().partition(|id| shows(*id));
    let used =
        |by: &[ObjectId]| -> FxHashSet<ObjectId> { by.iter().flat_map(|id| project.uses_of(*id)).copied().collect() };
    let (shown, read) = (used(&shown), used(&reading));
    project.of_kind(Kind::Input).filter(|id| shown.contains(id) && !read.contains(id)).collect()
}

/// What is said of inputs that nothing reads.
pub(crate) fn unread(project: &Project, not_read: &[ObjectId]) -> Vec<Finding> {
    let objects = not_read.iter().map(|id| project.object(*id)).filter(|_| project.names_complete());
    let unread = |object: &Object| {
        let message = format!("no insight reads `{}`: its choices change nothing", object.name_text());
        Finding::new(Code::UnreadInput, object.name_loc(), message)
    };
    objects.filter(|object| !project.is_broken(object.loc)).map(unread).collect()
}

fn report(project: &Project, id: ObjectId, input: &Input, found: &KnownOptions) -> InputReport {
    let object = project.object(id);
    let source = match (found, &input.options) {
        (Ok(options), _) => options.source.name(),
        (Err(_), Options::Query(_)) => "query",
        (Err(_), Options::Range(_)) => "range",
        (Err(_), _) => "static",
    };
    InputReport {
        name: object.name_text().to_owned(),
        loc: object.name_loc(),
        selection: input.selection.map_or("", Selection::name),
        options: found
            .as_ref()
            .ok()
            .map(|options| options.made_up.map_or(options.values.len(), |count| count as usize)),
        source,
        run_at: found.as_ref().ok().and_then(|options| options.run_at),
        status: match found {
            Ok(options) if options.stale => OptionsStatus::Stale,
            Ok(_) => OptionsStatus::Known,
            Err(_) => OptionsStatus::Unknown,
        },
        why: found.as_ref().err().cloned(),
    }
}

/// Combinations of fields that the reference refuses (5.1).
fn shape(project: &Project, id: ObjectId, input: &Input, findings: &mut Vec<Finding>) {
    if input.selection.is_none() {
        return;
    }
    name(project, id, findings);
    let Control { display, written, .. } = input.control;
    let listed = matches!(input.options, Options::List { .. } | Options::Query(_));
    if let (Display::DateRange, true, Some(at)) = (display, listed, written) {
        let mut finding =
            Finding::new(Code::InvalidDisplay, at, "`date-range` needs a `range`, not a list of options (R-IN-06)");
        finding.help = Some("write `range: { start: …, end: …, step: 1 day }`".into());
        findings.push(finding);
    }
    match &input.default {
        // R-IN-32a: the run executes it, and the browser does not read the result.
        DefaultSelection::Query(query) if !project.target().has(Rule::DefaultQueriesRead) => {
            let message = "this query has no effect: the browser does not read its result (R-IN-32a)";
            let mut finding = Finding::new(Code::QueryNotExecuted, query.loc, message);
            finding.help = Some("write the values as a list".into());
            findings.push(finding);
        }
        DefaultSelection::Word(word)
            if matches!(word.text.as_str(), "all" | "none") && listed && !project.target().has(Rule::WordsExpanded) =>
        {
            let message = format!(
                "the page opens with the text `{}` selected, which is no option: filters find nothing until a viewer clicks (S-09)",
                word.text
            );
            let mut finding = Finding::new(Code::PhantomDefault, word.loc, message);
            finding.help = Some("write the options as a list".into());
            if let (Options::List { items, .. }, "all") = (&input.options, word.text.as_str()) {
                let quoted: Vec<String> = items.iter().map(|item| double_quoted(&item.text)).collect();
                finding.fix = Some(Fix::replace("list all options", word.loc, format!("[{}]", quoted.join(", "))));
            }
            findings.push(finding);
        }
        _ => {}
    }
    if let (Display::Toggle, Options::List { items, .. }, Some(at)) = (display, &input.options, written)
        && items.len() != 2
    {
        let message = format!("a toggle needs exactly two options, not {} (R-IN-04)", items.len());
        let mut finding = Finding::new(Code::InvalidDisplay, at, message);
        finding.help = Some("use `radio` or `tabs`".into());
        findings.push(finding);
    }
    if let (Display::Slider | Display::RangeSlider, Options::List { items, .. }, Some(at)) =
        (display, &input.options, written)
        && !items.is_empty()
        && items.iter().all(|item| numeric(&item.text).is_none())
    {
        let message = "a slider shows numbers only, and no option is one: the control is empty (R-IN-10)";
        findings.push(Finding::new(Code::InvalidDisplay, at, message));
    }
}

/// S-01: a name that is no word is not seen by the checks of a run, nor waited for by the browser.
fn name(project: &Project, id: ObjectId, findings: &mut Vec<Finding>) {
    let object = project.object(id);
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let Some(name) = object.name.as_ref().filter(|name| !name.text.chars().all(word)) else { return };
    let message = if project.target().has(Rule::OddNamesReplaced) {
        if !is_in_a_query(project, id) {
            return;
        }
        format!("a run does not try the options of `{}` in queries: its name is no plain word (S-01)", name.text)
    } else {
        format!(
            "a run does not try the options of `{}`, and the browser does not wait for it: its name is no plain word (S-01)",
            name.text
        )
    };
    let fixed: String = name.text.chars().map(|c| if word(c) { c } else { '_' }).collect();
    let mut finding = Finding::new(Code::InputName, name.loc, message);
    finding.help = Some(format!("use letters, digits and `_`, as in `{fixed}`"));
    findings.push(finding);
}

/// Whether some insight has an input in a query, or an expression has.
fn is_in_a_query(project: &Project, input: ObjectId) -> bool {
    let name = project.object(input).name_text();
    let named = |text: &str| text.contains(name) && viz_syntax::references(text).iter().any(|found| found.name == name);
    project.ids().any(|id| match &project.object(id).body {
        Body::Insight(insight) => insight.statements.iter().any(|statement| named(statement.query.text.text())),
        Body::Expression(body) => body.expression.as_ref().is_some_and(|text| named(text.text())),
        _ => false,
    })
}

/// What is wrong with the options themselves.
fn contents(project: &Project, id: ObjectId, input: &Input, options: &InputOptions, findings: &mut Vec<Finding>) {
    let object = project.object(id);
    if options.values.is_empty() && matches!(input.options, Options::Query(_)) {
        let message = format!("the option query of `{}` has no rows: the run fails (R-IN-31)", object.name_text());
        findings.push(Finding::new(Code::NoOptions, object.name_loc(), message));
    }
    if options.values.len() > MANY_OPTIONS {
        let message = format!(
            "`{}` has {} options: more than {MANY_OPTIONS} make a slow control (R-IN-12)",
            object.name_text(),
            options.values.len()
        );
        findings.push(Finding::new(Code::TooManyOptions, options.origin, message));
    }
    query_options(input, options, findings);
    if !project.target().has(Rule::NumericDefaults) && options.made_up.is_none() {
        default_range(input, options, findings);
    }
    if let Options::List { items, .. } = &input.options {
        duplicates(items, findings);
    }
    defaults(object.name_text(), input, options, findings);
}

/// Options that are listed twice.
fn duplicates(items: &[Spanned], findings: &mut Vec<Finding>) {
    let mut first: FxHashMap<&str, viz_text::Loc> = FxHashMap::default();
    let (mut told, mut more) = (0, 0);
    for item in items {
        if let Some(loc) = first.insert(&item.text, item.loc) {
            if told == MANY_DUPLICATES {
                more += 1;
                continue;
            }
            told += 1;
            let mut finding = Finding::new(
                Code::DuplicateOption,
                item.loc,
                format!("the option `{}` is listed twice", shorten(&item.text, OPTION)),
            );
            finding.related.push(Related { loc, message: "it is listed here first".into() });
            findings.push(finding);
        }
    }
    if let (1.., Some(last)) = (more, findings.last_mut()) {
        last.notes.push(format!("so are {more} more options of this input"));
    }
}

/// Defaults that are none of the options.
fn defaults(name: &str, input: &Input, options: &InputOptions, findings: &mut Vec<Finding>) {
    let known: FxHashSet<String> = match &input.options {
        Options::List { items, .. } => items.iter().map(|item| item.text.clone()).collect(),
        // What an earlier run found, or dates, of which the browser has numbers, may be others on the page.
        Options::Query(_) if !options.stale && !options.column_type.as_ref().is_some_and(DataType::is_temporal) => {
            options.values.iter().map(Value::raw).collect()
        }
        _ => return,
    };
    let listed = matches!(input.options, Options::List { .. });
    let is_number =
        |text: &str| numeric(text).is_some_and(|number| known.iter().any(|other| numeric(other) == Some(number)));
    // That a query is not executed there is told by itself.
    let may_be = |text: &str| !listed && (is_number(text) || text.trim_start().starts_with("?{"));
    let wrong = |default: &&Spanned| !known.contains(&default.text) && !may_be(&default.text);
    let mut left = MOST_SUGGESTED;
    let defaults: &[Spanned] = match &input.default {
        DefaultSelection::Value(value) => std::slice::from_ref(value),
        DefaultSelection::Values(values) => values,
        _ => &[],
    };
    for default in defaults.iter().filter(wrong).filter(|_| listed || !known.is_empty()) {
        let shown = shorten(&default.text, OPTION);
        let message = match listed {
            true => format!("the default `{shown}` is none of the options of `{name}` (R-IN-05)"),
            false => format!(
                "the default `{shown}` is none of the options that the query of `{name}` gives today: filters find nothing until a viewer clicks"
            ),
        };
        let mut finding = Finding::new(Code::DefaultNotAnOption, default.loc, message);
        if !listed {
            finding.severity = crate::Severity::Warning;
            finding.related.push(Related { loc: options.origin, message: "the options come from here".into() });
        }
        let most = if left > 0 { known.len() } else { 0 };
        left = left.saturating_sub(1);
        let mut names: Vec<&str> = known.iter().map(String::as_str).take(most).collect();
        names.sort_unstable();
        let near = similar(&default.text, names);
        finding.help = did_you_mean(&near);
        // A word can stand for a word; other options may need quotes.
        let word = |text: &str| text.chars().all(|c| c.is_ascii_alphabetic());
        if let [only] = near.as_slice()
            && word(only)
        {
            finding.fix = Fix::name(default.loc, only);
        } else if near.is_empty()
            && let Some(first) = known.iter().filter(|first| listed && word(first)).min()
        {
            finding.fix = Fix::name(default.loc, first);
        }
        findings.push(finding);
    }
}

/// What is odd about options that a query gave.
fn query_options(input: &Input, options: &InputOptions, findings: &mut Vec<Finding>) {
    if !matches!(input.options, Options::Query(_)) {
        return;
    }
    let mut add = |code: Code, loc: viz_text::Loc, message: String, help: &str| {
        let mut finding = Finding::new(code, loc, message);
        finding.help = (!help.is_empty()).then(|| help.to_owned());
        findings.push(finding);
    };
    if let Some(ty) = options.column_type.as_ref().filter(|ty| ty.is_temporal()) {
        let shown = options.values.iter().find(|value| **value != Value::Null).map(Value::raw);
        let example = shown.map(|text| format!(", such as `{text}`")).unwrap_or_default();
        let message = format!("these options are of the type {ty}: the browser gets milliseconds{example} (S-38)");
        add(Code::DateOptions, options.origin, message, "write `strftime(…, '%Y-%m-%d')` in the query");
    }
    if options.values.contains(&Value::Null) {
        let message = "one of the options is NULL: the control shows the text `null` (R-IN-34, S-41)".to_owned();
        add(Code::NullOption, options.origin, message, "leave it out: `where … is not null`");
    }
    // How many there are, and which, is not told by what they look like.
    if options.made_up.is_some() {
        return;
    }
    let count = options.values.len();
    let mut known = FxHashSet::default();
    let twice: Vec<String> = options.values.iter().map(Value::raw).filter(|text| !known.insert(text.clone())).collect();
    if let Some(first) = twice.first() {
        let more = if twice.len() > 1 { format!(", as {} more are", twice.len() - 1) } else { String::new() };
        let message =
            format!("the option `{}` is listed twice{more}: the query gives it more than once", shorten(first, OPTION));
        add(Code::DuplicateOption, options.origin, message, "write `select distinct`");
    }
    match input.control.written.map(|loc| (input.control.display, loc)) {
        Some((Display::Toggle, loc)) if count != 2 && count > 0 => {
            let message = format!("a toggle needs exactly two options, and the query has {count} (R-IN-04)");
            add(Code::InvalidDisplay, loc, message, "use `radio` or `tabs`");
        }
        Some((Display::Slider | Display::RangeSlider, loc))
            if count > 0 && options.values.iter().all(|value| numeric(&value.raw()).is_none()) =>
        {
            let message = "a slider shows numbers only, and no option is one: the control is empty (R-IN-10)";
            add(Code::InvalidDisplay, loc, message.to_owned(), "");
        }
        _ => {}
    }
}

/// S-10: the browser compares the default of a numeric range with its values as texts.
fn default_range(input: &Input, options: &InputOptions, findings: &mut Vec<Finding>) {
    let DefaultSelection::Range(Some(start), Some(end)) = &input.default else { return };
    let numbers: Option<Vec<f64>> = options
        .values
        .iter()
        .map(|value| if let Value::Number(number) = value { Some(*number) } else { None })
        .collect();
    let (Some(numbers), Some(low), Some(high)) = (numbers, numeric(&start.text), numeric(&end.text)) else { return };
    let meant: Vec<f64> = numbers.into_iter().filter(|number| (low..=high).contains(number)).collect();
    let as_text = |value: &&Value| (start.text.as_str()..=end.text.as_str()).contains(&value.raw().as_str());
    let got: Vec<&Value> = options.values.iter().filter(as_text).collect();
    let same = got.len() == meant.len()
        && got.iter().zip(&meant).all(|(value, number)| matches!(value, Value::Number(other) if other == number));
    if same {
        return;
    }
    let selected = match got.as_slice() {
        [] => "the whole range is selected".to_owned(),
        [one] => format!("only `{}` is selected", one.raw()),
        [first, .., last] => format!("{} values from `{}` to `{}` are selected", got.len(), first.raw(), last.raw()),
    };
    let message = format!(
        "`{}` to `{}` is compared as texts, in which `10` comes before `5`: {selected} (S-10)",
        start.text, end.text
    );
    let mut finding = Finding::new(Code::DefaultRange, start.loc, message);
    finding.help = Some("choose bounds with equally many digits, or leave the default out".into());
    findings.push(finding);
}
