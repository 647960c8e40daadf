//! What a viewer can select, and what the browser puts into a query for it (`verdicts.md` §3, format reference 5.4, 5.5).

use crate::inputs::options::InputOptions;
use rustc_hash::FxHashSet;
use viz_facts::js_number;
use viz_project::{Control, Display, Input, Offers, Selection};
use viz_sql::Accessor;

/// One selected value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A text.
    Text(String),
    /// A number: of a range, or of an option query's numeric column.
    Number(f64),
    /// An option that is NULL.
    Null,
}

impl Value {
    /// As the browser prints it into a text.
    pub fn raw(&self) -> String {
        match self {
            Value::Text(text) => text.clone(),
            Value::Number(number) => js_number(*number),
            Value::Null => "null".into(),
        }
    }

    fn number(&self) -> Option<f64> {
        match self {
            Value::Number(number) => Some(*number),
            Value::Null => Some(0.0),
            Value::Text(text) => numeric(text),
        }
    }
}

/// One reachable selection of an input.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// The selected values, in click order; none for a cleared control.
    pub values: Vec<Value>,
}

impl State {
    /// A selection of these values.
    pub fn of(values: impl IntoIterator<Item = Value>) -> Self {
        Self { values: values.into_iter().collect() }
    }

    /// What the browser puts in place of a placeholder.
    pub fn render(&self, accessor: Accessor) -> String {
        let null = || "null".to_owned();
        match accessor {
            Accessor::Value | Accessor::First => self.values.first().map_or_else(null, Value::raw),
            Accessor::Last => self.values.last().map_or_else(null, Value::raw),
            Accessor::Values if self.values.is_empty() => null(),
            Accessor::Values => {
                let quoted = self.values.iter().map(|value| match value {
                    Value::Null => "NULL".to_owned(),
                    value => format!("'{}'", value.raw().replace('\'', "''")),
                });
                quoted.collect::<Vec<_>>().join(",")
            }
            Accessor::Min => self.extreme(|a, b| a < b, |a, b| a < b),
            Accessor::Max => self.extreme(|a, b| a > b, |a, b| a > b),
        }
    }

    fn extreme(&self, better: impl Fn(f64, f64) -> bool, first: impl Fn(&str, &str) -> bool) -> String {
        if self.values.is_empty() {
            return "null".into();
        }
        let numbers: Option<Vec<f64>> = self.values.iter().map(Value::number).collect();
        if let Some(numbers) = numbers {
            return js_number(numbers.into_iter().reduce(|a, b| if better(b, a) { b } else { a }).unwrap_or_default());
        }
        let dates: Option<Vec<String>> =
            self.values.iter().map(|value| Some(value.raw()).filter(|text| starts_with_date(text))).collect();
        match dates {
            Some(dates) => dates.into_iter().reduce(|a, b| if first(&b, &a) { b } else { a }).unwrap_or_default(),
            None => "null".into(),
        }
    }

    /// Equal for equal states only.
    fn identity(&self) -> Vec<(u8, String)> {
        let kind = |value: &Value| match value {
            Value::Text(_) => 0,
            Value::Number(_) => 1,
            Value::Null => 2,
        };
        self.values.iter().map(|value| (kind(value), value.raw())).collect()
    }

    /// As the viewer sees it: for messages.
    pub fn label(&self) -> String {
        match self.values.as_slice() {
            [] => "(nothing)".into(),
            [one] => one.raw(),
            [a, b] => format!("{}, {}", a.raw(), b.raw()),
            [first, .., last] => format!("{}, …, {} ({} options)", first.raw(), last.raw(), self.values.len()),
        }
    }
}

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

/// The number that the browser takes a text for, if it looks like one.
pub fn numeric_text(text: &str) -> Option<f64> {
    numeric(text)
}

/// JavaScript's `Number(text)` for what counts as numeric text.
pub(crate) fn numeric(text: &str) -> Option<f64> {
    let text = text.trim();
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    if plain { text.parse().ok() } else { None }
}

pub(crate) fn starts_with_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 10
        && bytes[..10]
            .iter()
            .enumerate()
            .all(|(at, byte)| if at == 4 || at == 7 { *byte == b'-' } else { byte.is_ascii_digit() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(values: &[&str]) -> State {
        State::of(values.iter().map(|value| Value::Text((*value).into())))
    }

    #[test]
    fn substitution_as_in_the_table_of_5_5() {
        assert_eq!(State::of([]).render(Accessor::Values), "null");
        assert_eq!(text(&["O'Hara"]).render(Accessor::Value), "O'Hara");
        assert_eq!(text(&["Ops", "O'Hara"]).render(Accessor::Values), "'Ops','O''Hara'");
        let numbers = State::of([Value::Number(3.0), Value::Number(10.0)]);
        assert_eq!(
            (numbers.render(Accessor::Values), numbers.render(Accessor::Min), numbers.render(Accessor::Max)),
            ("'3','10'".into(), "3".into(), "10".into())
        );
        let letters = text(&["b", "a"]);
        assert_eq!(
            (letters.render(Accessor::Min), letters.render(Accessor::First), letters.render(Accessor::Last)),
            ("null".into(), "b".into(), "a".into())
        );
        assert_eq!(text(&["2024-02-01", "2024-01-15"]).render(Accessor::Min), "2024-01-15");
        assert_eq!(text(&["10", "9"]).render(Accessor::Max), "10");
    }

    #[test]
    fn numbers_as_javascript_prints_them() {
        for (number, printed) in [
            (0.1 + 0.2, "0.30000000000000004"),
            (5.0, "5"),
            (1e21, "1e+21"),
            (1.5e-7, "1.5e-7"),
            (-0.0, "0"),
            (123456789012345680000.0, "123456789012345680000"),
        ] {
            assert_eq!(js_number(number), printed);
        }
    }

    /// The states of one input, as labels.
    fn labels(input: &str) -> Vec<String> {
        let text = format!("name: p\ninputs:\n  - {input}\n");
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
    fn each_of_many_options_counts_once() {
        let many: Vec<String> = (0..500).map(|at| format!("o{at}")).collect();
        let default = "display: { type: dropdown, default: { value: o7 } }";
        let found = labels(&format!("{{ name: x, type: single-select, options: [{}], {default} }}", many.join(", ")));
        assert_eq!((found.len(), found[0].as_str()), (500, "o7"));
    }
}
