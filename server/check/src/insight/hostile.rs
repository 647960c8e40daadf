//! Options that nobody has today, and that a row of tomorrow may bring: would they break the query?
//!
//! Asked for inputs whose options come from a query, each input alone, the others as the page opens.

use super::blame::list_in_quotes;
use super::pieces::probed_pieces;
use super::plan::Plan;
use super::probes::{condition, over_nulls};
use super::setting::Setting;
use super::wording::{in_words, subject};
use crate::inputs::options::{InputOptions, OptionSource};
use crate::report::Finding;
use crate::selection::{State, Value};
use std::sync::Arc;
use viz_facts::{Question, ShadowTable, SqlError, SqlErrorKind, TypeKind, Unknown};
use viz_project::{Code, Fix, ObjectId};
use viz_sql::{Accessor, Hole, Role};
use viz_text::TextSize;

/// The hole at which an option breaks a query, and DuckDB's words.
type Broken = Option<(usize, SqlError)>;

/// A kind of option that breaks queries.
struct Hostile {
    /// What an option of that kind does: "an option of `city` held an apostrophe".
    words: &'static str,
    value: fn() -> Value,
    /// Whether an option is of that kind.
    is: fn(&Value) -> bool,
}

const KINDS: [Hostile; 5] = [
    Hostile {
        words: "held an apostrophe",
        value: || Value::Text("O'Brien".into()),
        is: |value| value.raw().contains('\''),
    },
    Hostile { words: "were empty", value: || Value::Text(String::new()), is: |value| value.raw().is_empty() },
    Hostile { words: "were NULL", value: || Value::Null, is: |value| *value == Value::Null },
    Hostile {
        words: "began with a zero",
        value: || Value::Text("007".into()),
        is: |value| value.raw().len() > 1 && value.raw().starts_with('0'),
    },
    Hostile {
        words: "had thousands of characters",
        value: || Value::Text("x".repeat(5_000)),
        is: |value| value.raw().len() >= 1_000,
    },
];

/// Judges options that don't exist yet. `at` is a combination that works.
///
/// # Errors
/// While that is under way.
pub(super) fn judge_hostile(
    setting: &Setting<'_>,
    plan: &Plan,
    findings: &mut Vec<Finding>,
    tables: &Arc<[ShadowTable]>,
    at: usize,
) -> Result<(), Unknown> {
    for input in &plan.query_inputs {
        let Some(Ok(options)) = setting.inputs.get(input) else { continue };
        let holes: Vec<&Hole> = setting.composed.template.holes().iter().filter(|hole| hole.input == *input).collect();
        // What breaks today has its own finding.
        let told = findings.iter().any(|finding| holes.iter().any(|hole| hole.loc == finding.loc));
        if options.source != OptionSource::Query || told {
            continue;
        }
        // Both the texts and the pieces are asked about at once.
        let tried: Vec<(&Hostile, Result<Broken, Unknown>)> = possible(options)
            .map(|kind| (kind, would_break(setting, plan, tables, at, *input, (kind.value)())))
            .collect();
        let mut broken: Vec<(&str, usize, SqlError)> = Vec::new();
        for (kind, found) in tried {
            if let Some((hole, error)) = found? {
                broken.push((kind.words, hole, error));
            }
        }
        if let Some((_, first, error)) = broken.first() {
            let words: Vec<&str> = broken.iter().map(|(words, ..)| *words).collect();
            findings.push(hostile_finding(setting, &setting.composed.template.holes()[*first], &words, error));
        }
    }
    Ok(())
}

/// The hole at which an option would break the query, and DuckDB's words.
fn would_break(
    setting: &Setting<'_>,
    plan: &Plan,
    tables: &Arc<[ShadowTable]>,
    at: usize,
    input: ObjectId,
    value: Value,
) -> Result<Broken, Unknown> {
    let holes = setting.composed.template.holes();
    let state = State::of([value]);
    let value = |_: usize, hole: &Hole| match hole.input == input {
        true => state.render(hole.accessor),
        false => plan.value(&plan.combinations[at], hole),
    };
    let own = || (0..holes.len()).filter(|index| holes[*index].input == input);
    let filled = setting.composed.template.render(value);
    let sql = filled.text().to_owned();
    let bound = setting.facts.accepted(Question::Bind { tables: Arc::clone(tables), sql });
    let mut converted = Vec::new();
    for range in probed_pieces(setting) {
        if let Some(hole) = own().find(|index| range.contains_range(holes[*index].range)) {
            let text = condition(setting.composed.template.render_part(range, value).text(), tables);
            converted.push((hole, setting.facts.accepted(over_nulls(tables, text))));
        }
    }
    if let Err(error) = bound? {
        let offset = TextSize::new(error.offset.unwrap_or_default());
        let met = filled.hole_at(offset).filter(|index| holes[*index].input == input).or_else(|| own().next());
        return Ok(met.map(|hole| (hole, error)));
    }
    for (hole, found) in converted {
        match found? {
            Err(error) if error.kind == SqlErrorKind::Conversion => return Ok(Some((hole, error))),
            _ => {}
        }
    }
    Ok(None)
}

fn hostile_finding(setting: &Setting<'_>, hole: &Hole, words: &[&str], error: &SqlError) -> Finding {
    let name = setting.project.object(hole.input).name_text();
    let message = format!(
        "{} would break if an option of `{name}` {}: none is like that today",
        subject(setting, hole.loc),
        words.join(", or ")
    );
    let mut finding = Finding::new(Code::HostileOption, hole.loc, message);
    finding.notes.push(format!("DuckDB would say: {}", in_words(setting, error)));
    if error.kind == SqlErrorKind::Conversion {
        let fix = try_cast_around(setting, hole, error);
        finding.help = Some(match &fix {
            Some((written, _)) => format!("write `{written}`, which is NULL for what does not fit"),
            None => "write `try_cast(… as …)`, which is NULL for what does not fit".into(),
        });
        finding.fix = fix.map(|(_, fix)| fix);
    } else if hole.role == Role::InString && hole.accessor == Accessor::Values {
        finding.help = Some(list_in_quotes(name));
    } else if words.contains(&"held an apostrophe") && hole.role == Role::InString {
        finding.help =
            Some("filter by the `.values` of a multi-select, which doubles quotes, or leave such options out".into());
    } else {
        finding.help = Some("leave such options out: add a condition to the option query".into());
    }
    finding
}

/// `try_cast('…' as type)` around a placeholder that is a whole string of its own.
fn try_cast_around(setting: &Setting<'_>, hole: &Hole, error: &SqlError) -> Option<(String, Fix)> {
    let (file, range) = setting.project.resolve(hole.loc)?;
    let text = setting.project.file(file).document.text();
    let (before, after) = (&text[..usize::from(range.start())], &text[usize::from(range.end())..]);
    let single =
        before.ends_with('\'') && !before.ends_with("''") && after.starts_with('\'') && !after.starts_with("''");
    let message = error.message.to_uppercase();
    let types =
        [("INT", "bigint"), ("DOUBLE", "double"), ("DECIMAL", "double"), ("TIMESTAMP", "timestamp"), ("DATE", "date")];
    let target = types.iter().find(|(word, _)| message.contains(word)).map(|(_, target)| *target)?;
    if !single {
        return None;
    }
    let name = setting.project.object(hole.input).name_text();
    let written = format!("try_cast('${{ref({name}).{}}}' as {target})", hole.accessor.name());
    let one = TextSize::new(1);
    let loc = hole.loc;
    let at = |range| viz_text::Loc::new(loc.segment, range);
    let (start, end) = (loc.range.start() - one, loc.range.end() + one);
    let edits = vec![
        (at(viz_text::TextRange::empty(start)), "try_cast(".to_owned()),
        (at(viz_text::TextRange::empty(end)), format!(" as {target})")),
    ];
    Some((written.clone(), Fix { title: format!("write `{written}`"), edits, safe: false }))
}

/// The kinds that the column of an option query may bring, and does not yet.
fn possible(options: &InputOptions) -> impl Iterator<Item = &'static Hostile> + '_ {
    let is_text = options.column_type.as_ref().is_some_and(|ty| ty.kind() == TypeKind::Text);
    KINDS
        .iter()
        .filter(move |kind| is_text || (kind.value)() == Value::Null)
        .filter(|kind| !options.values.iter().any(|value| (kind.is)(value)))
}
