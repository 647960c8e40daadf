//! Options that are put into properties: whether plotly takes each of them (`R-PROP-01`).

use super::setting::Setting;
use crate::report::Finding;
use crate::selection::Value;
use viz_plotly::{Attribute, Given, Root, ValueType, schema};
use viz_project::{Code, Kind, ObjectId, Related, Resolution, Severity, StaticProp};
use viz_syntax::{RefForm, references};
use viz_text::shorten::{OPTION, shorten};

/// Judges the options of the inputs that are the whole value of a property. What plotly does not take it leaves out,
/// without a word.
pub(super) fn judge_chosen_props(setting: &Setting<'_>, findings: &mut Vec<Finding>) {
    for prop in &setting.insight.statics {
        let Some((attribute, input)) = attribute_of(setting, prop).zip(chosen_input(setting, prop)) else { continue };
        findings.extend(misfits(setting, prop, attribute, input));
    }
}

fn attribute_of(setting: &Setting<'_>, prop: &StaticProp) -> Option<&'static Attribute> {
    let path = prop.key.strip_prefix("props.").filter(|path| !path.contains('['))?;
    let trace = Root::Trace(&setting.insight.trace_type.as_ref()?.text);
    let attribute = schema().find(trace, path.split('.'))?;
    let judged = matches!(
        attribute.ty,
        ValueType::Enumerated
            | ValueType::Boolean
            | ValueType::Number
            | ValueType::Integer
            | ValueType::Angle
            | ValueType::Color
            | ValueType::Colorscale
            | ValueType::Flaglist
    );
    judged.then_some(attribute)
}

/// The input whose `.value` a property is.
fn chosen_input(setting: &Setting<'_>, prop: &StaticProp) -> Option<ObjectId> {
    let text = prop.text.text();
    let [reference] = references(text).try_into().ok()?;
    let whole = reference.form == RefForm::Context && &text[reference.range] == text.trim();
    if !whole || reference.path.as_deref() != Some("value") {
        return None;
    }
    match setting.project.names().resolve(&reference.name) {
        Resolution::Object(input) if setting.project.object(input).kind == Kind::Input => Some(input),
        _ => None,
    }
}

fn misfits(setting: &Setting<'_>, prop: &StaticProp, attribute: &Attribute, input: ObjectId) -> Option<Finding> {
    let options = setting.inputs.get(&input)?.as_ref().ok()?;
    let wrong: Vec<&Value> = options.values.iter().filter(|value| !fits(attribute, value)).collect();
    let first = wrong.first()?;
    let key = prop.key.strip_prefix("props.").unwrap_or(&prop.key);
    let name = setting.project.object(input).name_text();
    let (failed, total) = (wrong.len(), options.values.len());
    let which = if failed == total {
        format!("no option of `{name}` is")
    } else {
        let are = if failed == 1 { "is" } else { "are" };
        format!("{failed} of the {total} options of `{name}` (`{}`) {are} not", shorten(&first.raw(), OPTION))
    };
    let message = format!("`{key}` must be {}, which {which}: plotly then leaves it out", attribute.expected());
    let mut finding = Finding::new(Code::InvalidProp, prop.loc, message);
    finding.severity = Severity::Warning;
    finding.related.push(Related { loc: options.origin, message: format!("the options of `{name}` are here") });
    Some(finding)
}

fn fits(attribute: &Attribute, value: &Value) -> bool {
    let numeric = matches!(attribute.ty, ValueType::Number | ValueType::Integer | ValueType::Angle);
    match value {
        // Nothing chosen leaves the property out, which is meant.
        Value::Null => true,
        Value::Number(number) => attribute.fits(Given::Number(*number)).is_ok(),
        // Plotly reads digits as a number.
        Value::Text(text) => {
            let number = text.trim().parse().ok().filter(|number: &f64| numeric && number.is_finite());
            attribute.fits(number.map_or(Given::Text(text), Given::Number)).is_ok()
        }
    }
}
