//! Options that are new since the project was locked, and break an insight.

use super::setting::Setting;
use crate::inputs::options::option_question;
use crate::report::Finding;
use crate::selection::Value;
use rustc_hash::FxHashSet;
use std::collections::BTreeMap;
use viz_project::{Body, Code, ObjectId, Options, Related, Severity};
use viz_text::Loc;
use viz_text::shorten::{OPTION, shorten};

/// Says of each such option, at its input, that it breaks this insight; the errors themselves tell how.
pub(super) fn tell_new_options(setting: &Setting<'_>, findings: &mut Vec<Finding>) {
    let mut new: BTreeMap<(ObjectId, String), Loc> = BTreeMap::new();
    let errors = || findings.iter().filter(|finding| finding.severity == Severity::Error);
    if errors().all(|finding| finding.combinations.is_none()) {
        return;
    }
    for input in &setting.composed.inputs {
        let Some(before) = before(setting, *input) else { continue };
        let name = setting.project.object(*input).name_text();
        for finding in errors() {
            let selections = finding.combinations.iter().flat_map(|combinations| &combinations.selections);
            let values = selections.filter_map(|selection| selection.get(name)).flat_map(|state| &state.values);
            for value in values.filter(|value| !before.contains(&value.raw())) {
                new.entry((*input, value.raw())).or_insert(finding.loc);
            }
        }
    }
    let insight = setting.project.object(setting.id).name_text();
    findings.extend(new.into_iter().map(|((input, option), loc)| {
        let option = shorten(&option, OPTION);
        let message = format!("the option `{option}`, new since the lock, breaks `{insight}`");
        let place = setting.project.object(input).name_loc();
        let mut finding = Finding::new(Code::OptionSinceLock, place, message);
        finding.related.push(Related { loc, message: "it breaks this".into() });
        finding.help =
            Some("let the insight take it, leave it out of the options, or live with it: `viz-lsp lock`".into());
        finding
    }));
}

/// The options of an input when the project was locked, if they are known from then and from now.
fn before(setting: &Setting<'_>, input: ObjectId) -> Option<FxHashSet<String>> {
    let Body::Input(body) = &setting.project.object(input).body else { return None };
    let Options::Query(query) = &body.options else { return None };
    let Some(Ok(options)) = setting.inputs.get(&input) else { return None };
    if options.made_up.is_some() || options.stale {
        return None;
    }
    let before = setting.facts.options_of_lock(&option_question(setting.project, query)?)?;
    let ty = options.column_type.as_ref()?;
    let raw = |value: &Option<String>| crate::inputs::options::typed(value.as_deref(), ty).raw();
    // A default that is no option is none that has come.
    let now: FxHashSet<String> = options.values.iter().map(Value::raw).collect();
    let before: FxHashSet<String> = before.values.iter().map(raw).collect();
    let default =
        options.initial.iter().flat_map(|state| &state.values).map(Value::raw).filter(|raw| !now.contains(raw));
    Some(before.iter().cloned().chain(default).collect())
}
