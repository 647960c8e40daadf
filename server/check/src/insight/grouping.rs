//! Queries that fail because of how the reference groups: by another text than it selects, or not for the sake of a
//! function that it doesn't know to aggregate (`R-SQL-04`, `R-SQL-05`).

use super::{InsightVerdict, Run};
use crate::proof::Classes;
use crate::report::{Finding, Judge};
use std::sync::Arc;
use viz_facts::{Question, SqlError, Unknown};
use viz_project::{Code, Fix, Statement};
use viz_sql::{Clause, Composed, Regrouped, foreign_aggregates};
use viz_syntax::quoted;
use viz_text::Loc;
use viz_text::shorten::shorten;

/// How much of a text is shown.
const SHOWN: usize = 160;

/// Aggregate functions that the reference doesn't know, and those that it knows and that do the same.
const SAME: [(&str, &str); 3] = [("mean", "avg"), ("list", "array_agg"), ("arbitrary", "first")];

impl Run<'_> {
    /// Says what is wrong with a query that fails whatever is chosen, if it fails for how it is grouped, or is grouped by
    /// other texts than are selected. Whether it did.
    pub(super) fn fails_grouped(
        &self,
        verdict: &mut InsightVerdict,
        combination: usize,
        error: &SqlError,
        judge: Judge,
    ) -> bool {
        let unknown = self.unknown_aggregates(error);
        if !unknown.is_empty() {
            verdict.findings.extend(unknown);
            return true;
        }
        self.differently_grouped(verdict, combination, judge).unwrap_or_default()
    }

    /// Aggregate functions that are no such to the reference: nothing is grouped for them, or they are grouped by.
    fn unknown_aggregates(&self, error: &SqlError) -> Vec<Finding> {
        let about = ["must appear in the GROUP BY clause", "cannot contain aggregates"];
        let mut out: Vec<Finding> = Vec::new();
        if !about.iter().any(|words| error.message.contains(words)) {
            return out;
        }
        let template = &self.composed.template;
        let plain = template.plain();
        for placed in self.composed.placed.iter().filter(|placed| placed.clause != Clause::GroupBy) {
            for name in foreign_aggregates(&plain[placed.range]) {
                let range = name + placed.range.start();
                let Some(loc) = template.text().locate(range).filter(|loc| out.iter().all(|other| other.loc != *loc))
                else {
                    continue;
                };
                let name = plain[range].to_lowercase();
                let effect = match placed.clause {
                    Clause::Where => "this filter is put into WHERE, where no aggregate may stand",
                    _ => "the query is grouped as if it were a value of each row",
                };
                let message = format!("`{name}` is not known to aggregate: {effect}, and DuckDB refuses it (R-SQL-04)");
                let mut finding = Finding::new(Code::UnknownAggregate, loc, message);
                finding.help = Some("compute it in the model's SQL".into());
                if let Some((_, other)) = SAME.iter().find(|(foreign, _)| *foreign == name) {
                    finding.help = Some(format!("write `{other}`, which does the same and is known"));
                    let own = self.source_text(loc).is_some_and(|text| text.eq_ignore_ascii_case(&name));
                    finding.fix = own.then(|| Fix::replace(format!("write `{other}`"), loc, *other).safe());
                }
                out.push(finding);
            }
        }
        out
    }

    /// Expressions whose text behind GROUP BY isn't equal, to DuckDB, to the one that is selected: with the selected text in
    /// both places the query is accepted, and with the other one it isn't. What fails with the selected text, too, has
    /// its places there.
    fn differently_grouped(
        &self,
        verdict: &mut InsightVerdict,
        combination: usize,
        judge: Judge,
    ) -> Result<bool, Unknown> {
        if self.composed.regrouped.is_empty() {
            return Ok(false);
        }
        let tables = if judge == Judge::Bind { self.tables()? } else { Arc::default() };
        let ask = |composed: &Composed| {
            let selection = &self.combinations[combination];
            let sql = composed.template.render(|_, hole| self.value(selection, hole)).into_text();
            match judge {
                Judge::Parse => self.facts.accepted(Question::Parse { sql }),
                Judge::Bind => self.facts.accepted(Question::Bind { tables: Arc::clone(&tables), sql }),
                _ => Ok(Ok(())),
            }
        };
        let plain = self.composed.grouped_as_selected(None);
        if let Err(error) = ask(&plain)? {
            self.with(&plain).always(verdict, combination, &error, judge);
            return Ok(true);
        }
        let mut found = false;
        for regrouped in &self.composed.regrouped {
            if let Err(error) = ask(&self.composed.grouped_as_selected(Some(regrouped.statement)))? {
                verdict.findings.push(self.differs(regrouped, &error));
                found = true;
            }
        }
        Ok(found)
    }

    /// The same check of another text.
    fn with<'a>(&'a self, composed: &'a Composed) -> Run<'a> {
        Run {
            composed,
            query_inputs: self.query_inputs.clone(),
            positions: self.positions.clone(),
            states: self.states.clone(),
            classes: Classes::default(),
            combinations: self.combinations.clone(),
            tried: self.tried.clone(),
            ..*self
        }
    }

    fn differs(&self, regrouped: &Regrouped, error: &SqlError) -> Finding {
        let text = self.composed.template.text();
        let grouped = self.composed.grouped_range(regrouped.statement).map(|range| self.plain_names(text.slice(range)));
        let message = format!(
            "{} is grouped by as `{}`, which is not the same to DuckDB as `{}`: the query fails (R-SQL-05)",
            self.subject(regrouped.loc),
            shorten(&grouped.unwrap_or_default(), SHOWN),
            shorten(&regrouped.typed, SHOWN),
        );
        let mut finding = Finding::new(Code::GroupedDifferently, regrouped.loc, message);
        finding.notes.push(format!("DuckDB says: {}", self.words(error)));
        match &regrouped.instead {
            Some(instead) => {
                finding.help = Some(format!("write `{}`, which is grouped by as it is", shorten(instead, SHOWN)));
                let statement = &self.insight.statements[regrouped.statement];
                finding.fix = self
                    .written(statement, instead)
                    .map(|text| Fix::replace("write it in the form that is grouped by", regrouped.loc, text).safe());
            }
            None => finding.help = Some("compute it in the model's SQL, or make it a dimension of the model".into()),
        }
        finding
    }

    /// An expression as it has to be written in a statement's scalar, if it can be.
    fn written(&self, statement: &Statement, text: &str) -> Option<String> {
        match self.source_text(statement.query.loc)?.chars().next()? {
            quote @ ('\'' | '"') => Some(quoted(text, Some(quote))),
            _ => (!text.contains([':', '#', '\n'])).then(|| text.to_owned()),
        }
    }

    fn source_text(&self, loc: Loc) -> Option<&str> {
        let (file, range) = self.project.resolve(loc)?;
        self.project.file(file).document.text().get(std::ops::Range::<usize>::from(range))
    }
}
