//! Evaluation strings `>{ … }` of alerts and tests (3.15).

use super::Lowering;
use crate::codes::Code;
use crate::problem::{Fix, Problem};
use crate::schema::Place;
use crate::similar::{did_you_mean, similar};
use viz_syntax::{EVALUATION_CALLS, EvaluationFault, Node, double_quoted, evaluation};
use viz_text::Loc;

impl Lowering {
    pub(super) fn evaluation(&mut self, owner: u32, key: &str, node: Node<'_>) {
        let (Some(text), Some(scalar)) = (node.str(), node.scalar()) else { return self.text(key, node) };
        let content = scalar.mapped();
        self.uses_in(owner, &content, node.loc(), Place::Evaluation);
        self.almost(&content, node.loc());
        let Some(found) = evaluation(text) else { return self.no_evaluation(key, node, text.trim()) };
        for (range, fault) in found.faults {
            let loc = content.locate(range).filter(|_| !range.is_empty()).unwrap_or(node.loc());
            self.problem(problem(fault, content.slice(range), loc));
        }
    }

    fn no_evaluation(&mut self, key: &str, node: Node<'_>, text: &str) {
        let message = format!("`{key}` must be an expression `>{{ … }}`");
        let mut problem =
            Problem::new(Code::MalformedExpression, node.loc(), message).help("write it in quotes and in `>{ … }`");
        if !text.starts_with(">{") && !text.contains('\n') {
            let fixed = double_quoted(&format!(">{{ {text} }}"));
            problem = problem.fix(Fix::replace(format!("write `{fixed}`"), node.loc(), fixed).safe());
        }
        self.problem(problem);
    }
}

fn problem(fault: EvaluationFault, piece: &str, loc: Loc) -> Problem {
    let malformed = |message: String| Problem::new(Code::MalformedExpression, loc, message);
    match fault {
        EvaluationFault::Or => malformed(format!("`{piece}` is not known in expressions, only `and` is"))
            .help("write `any([…, …])`, or several assertions"),
        EvaluationFault::Not => {
            malformed(format!("`{piece}` is not known in expressions")).help("write the opposite comparison")
        }
        EvaluationFault::And => {
            malformed(format!("`{piece}` is not known in expressions")).fix(Fix::replace("write `and`", loc, "and"))
        }
        EvaluationFault::Equals => {
            malformed("`=` compares nothing here".into()).fix(Fix::replace("write `==`", loc, "=="))
        }
        EvaluationFault::NotEquals => {
            malformed("`<>` is not known in expressions".into()).fix(Fix::replace("write `!=`", loc, "!="))
        }
        EvaluationFault::Call if piece == "anyTestFailed" => {
            malformed("`anyTestFailed()` is documented, but there is no such function (S-30)".into())
                .help("write what the alert is about as a comparison")
        }
        EvaluationFault::Call => {
            let near = similar(piece, EVALUATION_CALLS.iter().copied());
            let mut problem = malformed(format!("there is no function `{piece}` in expressions"));
            if let [only] = near.as_slice() {
                problem = problem.named(loc, only);
            }
            let all: Vec<String> = EVALUATION_CALLS.iter().map(|name| format!("`{name}`")).collect();
            problem.help = did_you_mean(&near).or_else(|| Some(format!("use one of {}", all.join(", "))));
            problem
        }
        EvaluationFault::Arguments => malformed(format!("`{piece}` takes no arguments")),
        EvaluationFault::Inverted => Problem::new(
            Code::InvertedCondition,
            loc,
            "`any_test_failed()` is true when the tests succeeded, and false when one failed (S-30)",
        ),
        EvaluationFault::Name => malformed(format!("`{piece}` is nothing that expressions know"))
            .help("write `${ref(object).path}`, `env.NAME`, or a text in quotes"),
        EvaluationFault::Empty => malformed("this expression is empty".into()),
        EvaluationFault::ValueBehind => malformed(format!("a value is missing after `{piece}`")),
        EvaluationFault::Value => malformed(format!("a value is missing before `{piece}`")),
        EvaluationFault::Unclosed => malformed(format!("`{piece}` is never closed")),
        EvaluationFault::Quote => malformed("this text has no closing quote".into()),
        EvaluationFault::Unexpected => malformed(format!("`{piece}` is not expected here")),
    }
}
