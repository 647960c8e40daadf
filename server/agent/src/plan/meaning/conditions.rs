//! Conditions on rows and on groups.

use super::{Expression, Reader};
use crate::plan::fault::{Code, Fault, add, below, nth, remove, rename};
use crate::plan::literal::{literal, text};
use crate::plan::shape::moved;
use crate::plan::value::{Condition, Filter, Operand, What};
use crate::plan::words::{Op, Takes};
use jsonptr::PointerBuf;
use serde_json::{Value, json};
use viz_facts::{Column, DataType};
use viz_project::{ObjectId, similar};

impl Reader<'_, '_> {
    pub(super) fn filters(&mut self, filters: &[Filter], of_groups: bool) -> Vec<String> {
        let mut out = Vec::new();
        for filter in filters {
            let several: Vec<Option<String>> =
                filter.conditions().iter().map(|condition| self.condition(condition, of_groups)).collect();
            let Some(several) = several.into_iter().collect::<Option<Vec<String>>>() else { continue };
            out.push(if several.len() > 1 { format!("({})", several.join(" OR ")) } else { several.concat() });
        }
        out
    }

    pub(super) fn condition(&mut self, condition: &Condition, of_groups: bool) -> Option<String> {
        let Condition { operand, op, value } = condition;
        let at_top = operand.at.count() == 2;
        let expression = match &operand.what {
            What::Output(name) => self.output(operand, name, Code::UnknownColumn)?,
            What::Column(name) | What::Dimension(name) if of_groups => {
                let known = self.base.find(operand.what.key(), name).is_some();
                if known && at_top {
                    let message = format!("`{name}` is known of each row: the condition belongs into `where`");
                    let fault = Fault::new(Code::Misplaced, &operand.at, json!(name), message);
                    let patch = moved(&operand.at, "where", !self.plan.rows.is_empty());
                    self.faults.push(fault.mended_by(patch));
                    return None;
                }
                return self.misplaced_output(operand, name);
            }
            What::Column(name)
                if at_top && self.is_output_of_many(name) && self.base.find("column", name).is_none() =>
            {
                let message = format!("`{name}` is known of groups only: the condition belongs into `having`");
                let fault = Fault::new(Code::Misplaced, &operand.at, json!(name), message);
                let mut patch = moved(&operand.at, "having", !self.plan.groups.is_empty());
                let there = below(&PointerBuf::root(), "having");
                let there = nth(&there, self.plan.groups.len());
                patch.push(rename(&below(&there, "column"), &below(&there, "by")));
                self.faults.push(fault.mended_by(patch));
                return None;
            }
            _ if of_groups => self.expression(operand, &["metric"])?,
            _ => self.expression(operand, &["column", "dimension"])?,
        };
        self.compared(&operand.at, expression, *op, value)
    }

    /// In a condition on groups, a column that is none.
    pub(super) fn misplaced_output(&mut self, operand: &Operand, name: &str) -> Option<String> {
        let at = below(&operand.at, operand.what.key());
        let names: Vec<&str> = self.plan.select.iter().map(|item| item.name.as_str()).collect();
        let message = format!(
            "`{name}` is no column of the result: conditions on groups name one with `by`, a `metric` or an `agg`"
        );
        let fault = Fault::new(Code::UnknownColumn, &at, json!(name), message);
        let near = similar(name, names.iter().copied());
        let mut fault = fault.meant(near.iter().map(|name| json!({ "by": name })), "spelled alike");
        fault.patch = None;
        if let [only] = near.as_slice() {
            fault = fault.mended_by(vec![remove(&at), add(&below(&operand.at, "by"), json!(only))]);
        } else if self.base.find("metric", name).is_some() {
            fault = fault.mended_by(vec![rename(&at, &below(&operand.at, "metric"))]);
        }
        self.faults.push(fault);
        None
    }

    pub(super) fn compared(
        &mut self,
        at: &PointerBuf,
        expression: Expression,
        op: Op,
        value: &Value,
    ) -> Option<String> {
        let path = below(at, "value");
        let Expression { sql, fields_of, data_type, column } = expression;
        let data_type = match value {
            Value::Null => data_type,
            _ => data_type.or_else(|| self.base.type_of(&sql, &fields_of)),
        };
        if op == Op::Like {
            let wrong = data_type.as_ref().filter(|data_type| !data_type.is_text() && data_type.is_valid());
            let Some(pattern) = value.as_str().filter(|_| wrong.is_none()) else {
                let of = wrong.map_or("texts", DataType::as_str);
                let message = format!("`like` compares texts with a pattern; this is a {of}");
                self.faults.push(Fault::new(Code::TypeMismatch, &path, value.clone(), message));
                return None;
            };
            return Some(format!("{sql} LIKE {} ESCAPE '\\'", text(pattern)));
        }
        let values: Vec<(PointerBuf, &Value)> = match value {
            Value::Array(list) => list.iter().enumerate().map(|(index, value)| (nth(&path, index), value)).collect(),
            Value::Null => Vec::new(),
            one => vec![(path, one)],
        };
        let literals: Vec<Result<String, Box<Fault>>> =
            values.iter().map(|(at, value)| literal(at, value, data_type.as_ref())).collect();
        let wrong = literals.iter().filter_map(|literal| literal.clone().err().map(|fault| *fault));
        self.faults.extend(wrong);
        let literals: Vec<String> = literals.into_iter().collect::<Result<_, _>>().ok()?;
        if let Some((model, column)) = column.filter(|_| matches!(op, Op::Equal | Op::Differs | Op::In | Op::NotIn)) {
            self.unseen(model, &column, &values);
        }
        Some(match op.takes() {
            Takes::Nothing => format!("{sql} {}", op.sql()),
            Takes::One => format!("{sql} {} {}", op.sql(), literals.concat()),
            Takes::Two => format!("{sql} {} {}", op.sql(), literals.join(" AND ")),
            Takes::List => format!("{sql} {} ({})", op.sql(), literals.join(", ")),
        })
    }

    /// Warns of values that a column doesn't have.
    pub(super) fn unseen(&mut self, model: ObjectId, column: &Column, values: &[(PointerBuf, &Value)]) {
        if !column.data_type.is_text() {
            return;
        }
        let Some(known) = self.base.values(model, &column.name) else { return };
        for (at, value) in values {
            let Some(given) = value.as_str().filter(|given| !known.iter().any(|known| known == given)) else {
                continue;
            };
            let same = known.iter().find(|known| known.to_lowercase() == given.to_lowercase()).cloned();
            let near = same.map_or_else(|| similar(given, known.iter().map(String::as_str)), |same| vec![same]);
            let message =
                format!("no row has `{given}` in `{}`, which has {} different values", column.name, known.len());
            let fault = Fault::new(Code::ValueUnseen, at, (*value).clone(), message);
            self.warnings.push(fault.meant(near.into_iter().map(Value::from), "a value of the column"));
        }
    }
}
