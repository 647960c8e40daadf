//! What is selected in an input, and what the browser puts into a query for it (format reference 5.4, 5.5).

use viz_facts::js_number;
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

    /// The number that the browser takes it for.
    pub(crate) fn number(&self) -> Option<f64> {
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
    pub(crate) fn identity(&self) -> Vec<(u8, String)> {
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
