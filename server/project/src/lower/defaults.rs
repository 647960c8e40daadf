//! Defaults of inputs that only one format version finds among the options (`R-IN-05`).

use super::Lowering;
use crate::codes::Code;
use crate::problem::{Fix, Problem};
use crate::schema::{Rule, Target, Versions};
use viz_syntax::{Node, Typed, double_quoted};

impl Lowering {
    /// Options are texts. 2.1 compares a default with them as text; 2.0 compares values, and the number `1` is not the
    /// text `"1"`.
    pub(super) fn typed_defaults(&mut self, input: Node<'_>) {
        let Some(default) = input.get("display").and_then(|display| display.get("default")) else { return };
        let options: Vec<&str> =
            input.get("options").into_iter().flat_map(|list| list.items()).filter_map(|option| option.str()).collect();
        let single = default.get("value").into_iter();
        let several = default.get("values").into_iter().flat_map(|list| list.items());
        for node in single.chain(several) {
            let Some(scalar) = node.scalar() else { continue };
            let text = scalar.value();
            let is_text = matches!(scalar.resolved(), Typed::Str | Typed::Null);
            if is_text || !options.contains(&text) {
                continue;
            }
            if self.target.is_none() {
                let what = "a default without quotes that is no text".to_owned();
                self.difference(what, Versions::since(Target::V2_1), node.loc());
            } else if self.has(Rule::TypedDefaults) {
                let message =
                    format!("the default `{text}` is no text, as options are: it is none of them in 2.0 (R-IN-05)");
                let fixed = double_quoted(text);
                let fix = Fix::replace(format!("write `{fixed}`"), node.loc(), fixed);
                self.problem(
                    Problem::new(Code::DefaultNotAnOption, node.loc(), message).fix(fix).by(Rule::TypedDefaults),
                );
            }
        }
    }
}
