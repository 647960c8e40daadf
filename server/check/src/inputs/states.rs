//! What a viewer can select (`verdicts.md` §3, format reference 5.4).

use crate::inputs::options::InputOptions;
use crate::selection::{State, Value};
use rustc_hash::FxHashSet;
use viz_project::{Control, Display, Input, Offers, Selection};

/// The states of an input that a check considers; the first one is the initial state.
pub fn states(input: &Input, options: &InputOptions) -> Vec<State> {
    let values = &options.values;
    let Control { ranged, clearable, offers, .. } = input.control;
    let (mut out, mut known) = (Vec::new(), FxHashSet::default());
    let mut add = |values: Vec<Value>| {
        let state = State { values };
        if known.insert(state.identity()) {
            out.push(state);
        }
    };
    if let Some(initial) = &options.initial {
        add(initial.values.clone());
    }
    let numbers = || values.iter().filter(|value| **value != Value::Null).filter_map(Value::number);
    if input.selection != Some(Selection::Multi) {
        let reachable: Vec<Value> = match offers {
            Offers::FirstTwo => values.iter().take(2).cloned().collect(),
            Offers::Numbers => numbers().map(Value::Number).collect(),
            _ => values.clone(),
        };
        reachable.into_iter().for_each(|value| add(vec![value]));
        if clearable {
            add(Vec::new());
        }
        return out;
    }
    if clearable {
        add(Vec::new());
    }
    let first_two = |values: &[Value]| values.get(..2).map(<[Value]>::to_vec);
    if ranged {
        // A slider over a list has its numbers only, in their order.
        let run: Vec<Value> = if offers == Offers::AscendingNumbers {
            let mut numbers: Vec<f64> = numbers().collect();
            numbers.sort_by(f64::total_cmp);
            numbers.into_iter().map(Value::Number).collect()
        } else {
            values.clone()
        };
        if !run.is_empty() {
            add(run.clone());
        }
        run.first().into_iter().chain(run.last()).for_each(|value| add(vec![value.clone()]));
        first_two(&run).into_iter().for_each(add);
    } else {
        values.iter().for_each(|value| add(vec![value.clone()]));
        first_two(values).into_iter().for_each(&mut add);
        if let [.., before, last] = values.as_slice() {
            add(vec![before.clone(), last.clone()]);
        }
        add(values.clone());
    }
    out
}

/// The state that a page opens with: the first of [`states`], without listing the others.
pub fn initial_state(input: &Input, options: &InputOptions) -> Option<State> {
    if options.initial.is_some() {
        return options.initial.clone();
    }
    let slides = input.control.display == Display::Slider;
    let few = if input.selection == Some(Selection::Multi) || slides { usize::MAX } else { 1 };
    let values = options.values.iter().take(few).cloned().collect();
    states(input, &InputOptions { values, ..options.clone() }).into_iter().next()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The states of one input in 2.1, as labels.
    fn labels(input: &str) -> Vec<String> {
        labels_in("2.1.0", input)
    }

    fn labels_in(version: &str, input: &str) -> Vec<String> {
        let text = format!("name: p\ncli_version: {version}\ninputs:\n  - {input}\n");
        let files = viz_project::MemoryFiles::new([("/p/project.visivo.yml", text.as_str())]);
        let environment = viz_project::Environment::empty();
        let project = viz_project::Project::load(std::path::Path::new("/p"), &files, &environment);
        let now = chrono::NaiveDateTime::default();
        let is_input = |id: &viz_project::ObjectId| project.object(*id).kind == viz_project::Kind::Input;
        let id = project.ids().find(is_input).unwrap();
        let viz_project::Body::Input(body) = &project.object(id).body else { panic!("an input") };
        let options = crate::options_of(&project, &viz_facts::FactStore::new(), id, now).unwrap();
        states(body, &options).iter().map(State::label).collect()
    }

    #[test]
    fn reachable_states_of_each_control() {
        let table: &[(&str, &[&str])] = &[
            ("{ name: x, type: single-select, options: [a, b, c] }", &["a", "b", "c"]),
            ("{ name: x, type: single-select, options: [a, b, c], display: { type: toggle } }", &["a", "b"]),
            (
                "{ name: x, type: single-select, options: [a, b, c], display: { type: radio, default: { value: b } } }",
                &["b", "a", "c"],
            ),
            (
                "{ name: x, type: single-select, options: [a, b], display: { type: autocomplete } }",
                &["a", "b", "(nothing)"],
            ),
            (
                "{ name: x, type: multi-select, options: [a, b, c], display: { type: tags, default: { values: [a] } } }",
                &["a", "(nothing)", "b", "c", "a, b", "b, c", "a, …, c (3 options)"],
            ),
            ("{ name: x, type: multi-select, options: [a], display: { type: chips } }", &["all", "(nothing)", "a"]),
            // The texts of the default are no numbers yet.
            (
                "{ name: x, type: multi-select, options: ['10', '9', a], display: { type: range-slider, default: { values: ['9'] } } }",
                &["9", "9, 10", "9", "10"],
            ),
        ];
        for (input, expected) in table {
            assert_eq!(labels(input), *expected, "{input}");
        }
    }

    #[test]
    fn since_2_2_defaults_are_what_they_say() {
        let list = |default: &str| {
            let display = format!("display: {{ type: chips{default} }}");
            labels_in("2.2.1", &format!("{{ name: x, type: multi-select, options: [a, b], {display} }}"))
        };
        for (default, expected) in [
            ("", ["a, b", "(nothing)", "a", "b"]),
            (", default: { values: all }", ["a, b", "(nothing)", "a", "b"]),
            (", default: { values: none }", ["(nothing)", "a", "b", "a, b"]),
        ] {
            assert_eq!(list(default), expected, "{default}");
        }
        let range = "range: { start: 0, end: 12.5, step: 2.5 }, display: { type: range-slider, default: { start: 5, end: 10 } }";
        let first = |version| labels_in(version, &format!("{{ name: x, type: multi-select, {range} }}"))[0].clone();
        assert_eq!(first("2.2.1"), "5, …, 10 (3 options)");
        assert_ne!(first("2.1.0"), "5, …, 10 (3 options)");
    }

    #[test]
    fn each_of_many_options_counts_once() {
        let many: Vec<String> = (0..500).map(|at| format!("o{at}")).collect();
        let default = "display: { type: dropdown, default: { value: o7 } }";
        let found = labels(&format!("{{ name: x, type: single-select, options: [{}], {default} }}", many.join(", ")));
        assert_eq!((found.len(), found[0].as_str()), (500, "o7"));
    }
}
