//! What is written as if it were replaced, in places where it stays literal text.

use super::Lowering;
use crate::codes::Code;
use crate::object::Body;
use crate::problem::{Fix, Problem};
use crate::schema::{Kind, SourceType};
use viz_syntax::{Entry, Node, NodeKind, RefForm, env_references, references};
use viz_text::{Loc, MappedText, TextRange, TextSize};

impl Lowering {
    /// References and variables in a text that nothing looks into (`R-REF-10`, `R-ENV-05`).
    pub(super) fn literal(&mut self, key: &str, node: Node<'_>) {
        // A description may well speak of them. A model's SQL is looked at where its query is tried.
        let Some(scalar) = node.scalar().filter(|_| !matches!(key, "description" | "sql")) else { return };
        self.old_text(key, node);
        if !scalar.value().contains("${") {
            return;
        }
        let text = scalar.mapped();
        self.variables_in(&text, node.loc());
        let mut told = std::collections::HashSet::new();
        for found in references(text.text()).iter().filter(|found| found.form == RefForm::Context) {
            let piece = text.slice(found.range);
            if !told.insert(piece) {
                continue;
            }
            let message = format!("`{key}` shows `{piece}` literally: references are not replaced here (R-REF-10)");
            let loc = text.locate(found.range).unwrap_or(node.loc());
            self.problem(Problem::new(Code::ReferenceNotReplaced, loc, message));
        }
    }

    /// The variables in a text that is none of a source's fields.
    pub(super) fn variables_in(&mut self, text: &MappedText, loc: Loc) {
        for (range, _) in env_references(text.text()) {
            self.variable_not_replaced(text.slice(range), text.locate(range).unwrap_or(loc));
        }
    }

    pub(super) fn variable_not_replaced(&mut self, piece: &str, loc: Loc) {
        let message =
            format!("`{piece}` stays literal text: variables are replaced in some fields of sources only (R-ENV-05)");
        self.problem(Problem::new(Code::VariableNotReplaced, loc, message));
    }

    /// `{{ env_var('X') }}` in a text in which no variable is replaced, either (`R-ENV-06`, `R-ENV-05`).
    fn old_text(&mut self, key: &str, node: Node<'_>) {
        let Some(text) = node.scalar().filter(|scalar| scalar.value().contains("{{")).map(|scalar| scalar.mapped())
        else {
            return;
        };
        if let Some((range, _)) = env_var(text.text(), 0) {
            let loc = text.locate(range).unwrap_or(node.loc());
            let message =
                format!("`{{{{ … }}}}` is not processed any more: `{key}` is this text as it stands (R-ENV-06)");
            self.problem(Problem::new(Code::RemovedSyntax, loc, message).help("write the text itself"));
        }
    }

    /// A text in which variables are replaced.
    pub(super) fn text_with_variables(&mut self, key: &str, node: Node<'_>) {
        match old_variable(node) {
            Some(name) => self.problem(replaced_by_variable(node.loc(), &name)),
            None => self.text(key, node),
        }
        self.old_variables(node);
    }

    /// In the path of a DuckDB database no variable is replaced, so there is none to write (`R-ENV-08`).
    pub(super) fn no_variable_in_path(&mut self, body: &Body, parent: Option<u32>, node: Node<'_>) {
        let attached = parent.is_some_and(|parent| self.out.objects[parent as usize].kind == Kind::Source);
        let is_duckdb = matches!(body, Body::Source(source) if source.kind == Some(SourceType::DuckDb));
        let Some(path) = node.get("database").filter(|_| is_duckdb && !attached).map(Node::loc) else { return };
        for problem in self.out.problems.iter_mut().filter(|problem| path.contains(problem.loc)) {
            if problem.code == Code::RemovedSyntax {
                problem.fix = None;
                problem.help = Some("write the path itself: variables are not replaced in it".to_owned());
            }
        }
    }

    /// `{{ env_var('X') }}` in quotes (`R-ENV-06`).
    pub(super) fn old_variables(&mut self, node: Node<'_>) {
        let Some(scalar) = node.scalar().filter(|scalar| scalar.value().contains("{{")) else { return };
        let text = scalar.mapped();
        let mut at = 0;
        while let Some((range, name)) = env_var(text.text(), at) {
            at = range.end().into();
            let loc = text.locate(range).unwrap_or(node.loc());
            self.problem(replaced_by_variable(loc, &name));
        }
    }

    /// `path` and `file_path`, which the loader writes itself (`R-MERGE-05`).
    pub(super) fn reserved_key(&mut self, entry: &Entry<'_>) {
        let message = format!("`{}` has no effect: the project loader overwrites it (R-MERGE-05)", entry.name());
        self.problem(Problem::new(Code::IgnoredKey, entry.key.loc(), message).help("remove it"));
    }
}

/// `{{ env_var('X') }}` without quotes, which YAML takes for mappings (`R-ENV-06`).
pub(super) fn old_variable(node: Node<'_>) -> Option<String> {
    let text = node.text().trim_end();
    let (range, name) = env_var(text, 0).filter(|_| node.kind() == NodeKind::Mapping)?;
    (range == TextRange::up_to(TextSize::of(text))).then_some(name)
}

fn replaced_by_variable(loc: Loc, name: &str) -> Problem {
    let message = "`{{ … }}` is not processed any more (R-ENV-06)";
    let fixed = format!("${{env.{name}}}");
    Problem::new(Code::RemovedSyntax, loc, message).fix(Fix::replace(format!("write `{fixed}`"), loc, fixed))
}

/// The next `{{ env_var('X') }}` of a text, and the variable's name.
fn env_var(text: &str, from: usize) -> Option<(TextRange, String)> {
    let start = from + text[from..].find("{{")?;
    let end = start + text[start..].find("}}")? + 2;
    let inner = text[start + 2..end - 2].trim();
    let argument = inner.strip_prefix("env_var(").and_then(|rest| rest.strip_suffix(')'));
    let name = argument.map_or("", |argument| argument.trim().trim_matches(['\'', '"']));
    let fits = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if !fits {
        return env_var(text, end);
    }
    Some((TextRange::new(TextSize::new(start as u32), TextSize::new(end as u32)), name.to_owned()))
}
