//! Columns of the result: their names, and what is grouped and ordered by them.

use super::{Expression, Reader};
use crate::plan::fault::{Code, Fault, add, below, remove};
use crate::plan::value::{Item, Operand, What};
use jsonptr::PointerBuf;
use serde_json::{Value, json};
use std::collections::HashSet;
use viz_project::similar;

impl Reader<'_, '_> {
    pub(super) fn is_output_of_many(&self, name: &str) -> bool {
        self.plan.select.iter().any(|item| item.name == name && item.operand.what.is_of_many())
    }

    /// A column of the result, as what it is made of.
    pub(super) fn output(&mut self, operand: &Operand, name: &str, code: Code) -> Option<Expression> {
        if let Some(at) = self.plan.select.iter().position(|item| item.name == name) {
            return self.outputs[at].clone();
        }
        if self.is_unsure() {
            return None;
        }
        let at = below(&operand.at, "by");
        let names: Vec<&str> = self.plan.select.iter().map(|item| item.name.as_str()).collect();
        let message = format!("the result has no column `{name}`: it has {}", names.join(", "));
        let fault = Fault::new(code, &at, json!(name), message);
        let near = similar(name, names.iter().copied());
        let fault = match near.is_empty() {
            false => fault.meant(near.into_iter().map(Value::from), "spelled alike"),
            true => self.not_selected(operand, name, fault),
        };
        self.faults.push(fault);
        None
    }

    /// What a name means that is none of the result's.
    pub(super) fn not_selected(&self, operand: &Operand, name: &str, fault: Fault) -> Fault {
        let keys: &[&str] = match self.is_grouped() {
            true => &["metric"],
            false => &["column", "dimension"],
        };
        let (meant, why) = self.meant(name, keys);
        let mut fault = fault.meant(meant.iter().map(|(key, name)| json!({ *key: name })), why);
        fault.patch = None;
        match meant.as_slice() {
            [(key, only)] => {
                fault.mended_by(vec![remove(&below(&operand.at, "by")), add(&below(&operand.at, key), json!(only))])
            }
            _ => fault,
        }
    }

    pub(super) fn names_differ(&mut self) {
        let mut seen = HashSet::new();
        for item in &self.plan.select {
            if seen.insert(item.name.to_lowercase()) {
                continue;
            }
            let at = &item.operand.at;
            let fault = Fault::new(
                Code::DuplicateName,
                at,
                json!(item.name),
                format!("two columns of the result are called `{}`: give one a name with `as`", item.name),
            );
            let other = item.operand.what.name().replace('.', "_");
            let is_free = !self.plan.select.iter().any(|item| item.name.eq_ignore_ascii_case(&other));
            self.faults.push(match is_free {
                true => fault.mended_by(vec![add(&below(at, "as"), json!(other))]),
                false => fault,
            });
        }
    }

    /// Whether something is wrong with a column of the result, so that its name may be another one.
    pub(super) fn is_unsure(&self) -> bool {
        self.outputs.iter().any(Option::is_none) || self.plan.is_partly_read
    }

    pub(super) fn is_grouped(&self) -> bool {
        let plan = self.plan;
        plan.group_by.is_some()
            || !plan.groups.is_empty()
            || plan.select.iter().any(|item| item.operand.what.is_of_many())
            || plan.order_by.iter().any(|order| order.operand.what.is_of_many())
    }

    pub(super) fn group_by(&mut self) {
        if !self.is_grouped() {
            return;
        }
        let of_rows = |item: &&Item| !item.operand.what.is_of_many();
        self.query.group_by =
            (1..).zip(&self.plan.select).filter(|(_, item)| of_rows(item)).map(|(at, _)| at).collect();
        let Some(named) = self.plan.group_by.as_ref().filter(|_| !self.is_unsure()) else { return };
        let names: Vec<&str> = self.plan.select.iter().filter(of_rows).map(|item| item.name.as_str()).collect();
        let mut faults = Vec::new();
        for (at, name) in named.iter().filter(|(_, name)| !names.contains(&name.as_str())) {
            if self.is_output_of_many(name) {
                let fault = Fault::new(
                    Code::NotGrouped,
                    at,
                    json!(name),
                    format!("`{name}` is made of many rows: it can't be grouped by"),
                );
                faults.push(fault.mended_by(vec![remove(at)]));
                continue;
            }
            let message = format!("`group_by` names columns of `select`, and `{name}` is none");
            let near =
                similar(name, names.iter().copied().filter(|name| !named.iter().any(|(_, other)| other == name)));
            faults.push(
                Fault::new(Code::NotGrouped, at, json!(name), message)
                    .meant(near.into_iter().map(Value::from), "spelled alike"),
            );
        }
        // What is misspelled there is not missing, too.
        let misspelled = faults.iter().filter(|fault| fault.code == Code::NotGrouped && !fault.candidates.is_empty());
        let meant: Vec<Value> =
            misspelled.flat_map(|fault| fault.candidates.iter().map(|one| one.value.clone())).collect();
        let list = below(&PointerBuf::root(), "group_by");
        for name in
            names.iter().filter(|name| !named.iter().any(|(_, other)| other == *name) && !meant.contains(&json!(name)))
        {
            let message = format!("`{name}` is selected without an aggregate, and not grouped by");
            let fault = Fault::new(
                Code::NotGrouped,
                &list,
                json!(named.iter().map(|(_, name)| name).collect::<Vec<_>>()),
                message,
            );
            faults.push(fault.mended_by(vec![add(&below(&list, "-"), json!(name))]));
        }
        self.faults.extend(faults);
    }

    pub(super) fn order(&mut self, operand: &Operand) -> Option<String> {
        match &operand.what {
            What::Output(name) => {
                self.output(operand, name, Code::OrderNotSelected)?;
                let at = self.plan.select.iter().position(|item| item.name == *name)?;
                Some((at + 1).to_string())
            }
            What::Column(_) | What::Dimension(_) if self.is_grouped() => {
                let expression = self.expression(operand, &["column", "dimension", "metric"])?;
                if let Some(at) = self.query.select.iter().position(|(sql, _)| *sql == expression.sql) {
                    return Some((at + 1).to_string());
                }
                let name = operand.what.name();
                let message = format!(
                    "rows are grouped, and `{name}` is not among what they are grouped by: select it, or order by an aggregate of it"
                );
                self.faults.push(Fault::new(
                    Code::OrderNotSelected,
                    &below(&operand.at, operand.what.key()),
                    json!(name),
                    message,
                ));
                None
            }
            _ => Some(self.expression(operand, &["column", "dimension", "metric"])?.sql),
        }
    }
}
