//! Writes the query of an insight, clause by clause.

use super::{Clause, Clauses, Placed, alias_of};
use crate::part::Part;
use crate::rewrite::{Edit, rewrite};
use crate::template::Template;

/// The query so far, and where its pieces are.
pub(super) struct Writer {
    pub(super) out: Template,
    pub(super) placed: Vec<Placed>,
}

impl Writer {
    /// The query of these clauses.
    pub(super) fn of(clauses: &Clauses<'_>, from: Option<&Template>, grouping: &[&Part]) -> Self {
        let mut writer = Writer { out: Template::new(), placed: Vec::new() };
        writer.out.push_generated("SELECT");
        writer.list(&clauses.selected, ",", Clause::Select, |out, part| {
            out.push_generated(&format!(" AS \"{}\"", alias_of(part)));
        });
        if let Some(from) = from {
            writer.out.push_generated("\n");
            writer.out.push_template(from);
        }
        writer.clause("WHERE", &clauses.rows, " AND", Clause::Where);
        writer.clause("GROUP BY", grouping, ",", Clause::GroupBy);
        writer.clause("HAVING", &clauses.groups, " AND", Clause::Having);
        writer.clause("ORDER BY", &clauses.sorts, ",", Clause::OrderBy);
        writer.out.find_roles();
        writer
    }

    /// A clause, if there is anything in it.
    fn clause(&mut self, words: &str, parts: &[&Part], separator: &str, clause: Clause) {
        if !parts.is_empty() {
            self.out.push_generated(&format!("\n{words}"));
            self.list(parts, separator, clause, |_, _| {});
        }
    }

    /// Replaces pieces.
    pub(super) fn rewrite(&mut self, edits: &[Edit]) {
        (self.out, self.placed) = rewrite(&self.out, &self.placed, edits);
        self.out.find_roles();
    }

    fn list(&mut self, parts: &[&Part], separator: &str, clause: Clause, after: impl Fn(&mut Template, &Part)) {
        for (index, part) in parts.iter().enumerate() {
            self.out.push_generated(if index == 0 { "\n  " } else { separator });
            if index > 0 {
                self.out.push_generated("\n  ");
            }
            let range = if clause == Clause::GroupBy {
                match &part.grouped {
                    Some(grouped) => self.out.push_template(grouped),
                    None => self.out.push_part(&part.template, part.expression()),
                }
            } else {
                self.out.push_template(&part.template)
            };
            if let Some(statement) = part.statement {
                self.placed.push(Placed { statement, clause, range });
            }
            after(&mut self.out, part);
        }
    }
}
