//! What a viewer can select, and what the browser puts into a query for it (`verdicts.md` §3, format reference 5.4, 5.5).

use crate::options::InputOptions;
use viz_facts::js_number;
use viz_project::{Input, Selection};
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
    let display = input.display.as_ref().map(|display| display.text.as_str());
    let mut out: Vec<State> = Vec::new();
    let mut add = |state: State| {
        if !out.contains(&state) {
            out.push(state);
        }
    };
    match input.selection {
        Some(Selection::Multi) => {
            if let Some(initial) = &options.initial {
                add(initial.clone());
            }
            let ranged = options.is_range || matches!(display, Some("range-slider" | "date-range"));
            if !ranged || display == Some("date-range") {
                add(State::of([]));
            }
            if ranged {
                add(State { values: values.clone() });
                values.first().into_iter().chain(values.last()).for_each(|value| add(State::of([value.clone()])));
                if let [first, second, ..] = values.as_slice() {
                    add(State::of([first.clone(), second.clone()]));
                }
            } else {
                values.iter().for_each(|value| add(State::of([value.clone()])));
                if let [first, second, ..] = values.as_slice() {
                    add(State::of([first.clone(), second.clone()]));
                }
                if let [.., before, last] = values.as_slice() {
                    add(State::of([before.clone(), last.clone()]));
                }
                add(State { values: values.clone() });
            }
        }
        _ => {
            if let Some(initial) = &options.initial {
                add(initial.clone());
            }
            let reachable: Vec<Value> = match display {
                Some("toggle") => values.iter().take(2).cloned().collect(),
                Some("slider") => values
                    .iter()
                    .filter_map(|value| value.number().filter(|_| *value != Value::Null).map(Value::Number))
                    .collect(),
                _ => values.clone(),
            };
            if reachable.len() > 64 {
                // Options are distinct as a rule: avoid the quadratic comparison.
                out.extend(reachable.into_iter().map(|value| State::of([value])));
                if display == Some("autocomplete") {
                    out.push(State::of([]));
                }
                return out;
            }
            reachable.into_iter().for_each(|value| add(State::of([value])));
            if display == Some("autocomplete") {
                add(State::of([]));
            }
        }
    }
    out
}

/// The state that a page opens with: the first of [`states`], without listing the others.
pub fn initial_state(input: &Input, options: &InputOptions) -> Option<State> {
    if options.initial.is_some() {
        return options.initial.clone();
    }
    let slides = input.display.as_ref().is_some_and(|display| display.text == "slider");
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
}
