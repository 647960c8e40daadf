//! Queries that fail because of how the reference groups: by another text than it selects, or not for the sake of a
//! function that it doesn't know to aggregate (`R-SQL-04`, `R-SQL-05`).

use super::Run;
use crate::report::{Finding, Judge};
use crate::shorten::shorten;
use viz_facts::{Question, SqlError, Unknown};
use viz_project::{Fix, Statement};
use viz_sql::{Clause, Regrouped, foreign_aggregates, without_direction};
use viz_text::{Loc, TextRange, TextSize};

/// How much of a text is shown.
const SHOWN: usize = 160;

/// Aggregate functions that the reference doesn't know, and those that it knows and that do the same.
const SAME: [(&str, &str); 3] = [("mean", "avg"), ("list", "array_agg"), ("arbitrary", "first")];

impl Run<'_> {
    /// The faults of grouping that make a query fail. Empty if it fails for another reason, or while answers are missing.
    pub(super) fn faults_of_grouping(&self, combination: usize, error: &SqlError, judge: Judge) -> Vec<Finding> {
        let unknown = self.unknown_aggregates(error);
        if !unknown.is_empty() || self.composed.regrouped.is_empty() {
            return unknown;
        }
        self.differently_grouped(combination, judge).unwrap_or_default()
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
                let mut finding = Finding::new("unknown-aggregate", loc, message);
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
    /// both places the query is accepted, and with the other one it isn't.
    fn differently_grouped(&self, combination: usize, judge: Judge) -> Result<Vec<Finding>, Unknown> {
        let mut out = Vec::new();
        let tables = if judge == Judge::Bind { self.tables()? } else { Vec::new() };
        let ask = |sql: String| match judge {
            Judge::Parse => self.facts.accepted(&Question::Parse { sql }),
            Judge::Bind => self.facts.accepted(&Question::Bind { tables: tables.clone(), sql }),
            _ => Ok(Ok(())),
        };
        if ask(self.grouped_as_selected(combination, None))?.is_err() {
            return Ok(out);
        }
        for regrouped in &self.composed.regrouped {
            let Err(error) = ask(self.grouped_as_selected(combination, Some(regrouped.statement)))? else { continue };
            out.push(self.differs(regrouped, &error));
        }
        Ok(out)
    }

    /// The query with the selected texts in place of those that are grouped by, but for the one of a statement.
    fn grouped_as_selected(&self, combination: usize, but: Option<usize>) -> String {
        let values = self.fill(&self.combinations[combination]);
        let filled = |range: TextRange| self.filled(range, |index, _| values[index].clone());
        let (mut out, mut done) = (String::new(), TextSize::new(0));
        for regrouped in self.composed.regrouped.iter().filter(|regrouped| Some(regrouped.statement) != but) {
            let (Some(grouped), Some(selected)) =
                (self.grouped_range(regrouped), self.selected_range(regrouped.statement))
            else {
                continue;
            };
            out.push_str(&filled(TextRange::new(done, grouped.start())));
            out.push_str(&filled(selected));
            done = grouped.end();
        }
        out.push_str(&filled(TextRange::new(done, self.composed.template.len())));
        out
    }

    fn grouped_range(&self, regrouped: &Regrouped) -> Option<TextRange> {
        let here = |clause: Clause, statement: usize| clause == Clause::GroupBy && statement == regrouped.statement;
        self.composed.placed.iter().find(|placed| here(placed.clause, placed.statement)).map(|placed| placed.range)
    }

    /// Where the expression of a statement is selected, or sorted by.
    fn selected_range(&self, statement: usize) -> Option<TextRange> {
        let of = |clause: Clause| {
            self.composed.placed.iter().find(|placed| placed.statement == statement && placed.clause == clause)
        };
        if let Some(placed) = of(Clause::Select) {
            return Some(placed.range);
        }
        let range = of(Clause::OrderBy)?.range;
        let expression = without_direction(self.composed.template.text().slice(range));
        Some(TextRange::at(range.start(), TextSize::of(expression)))
    }

    fn differs(&self, regrouped: &Regrouped, error: &SqlError) -> Finding {
        let text = self.composed.template.text();
        let grouped = self.grouped_range(regrouped).map(|range| self.plain_names(text.slice(range)));
        let message = format!(
            "{} is grouped by as `{}`, which is not the same to DuckDB as `{}`: the query fails (R-SQL-05)",
            self.subject(regrouped.loc),
            shorten(&grouped.unwrap_or_default(), SHOWN),
            shorten(&regrouped.typed, SHOWN),
        );
        let mut finding = Finding::new("grouped-differently", regrouped.loc, message);
        finding.notes.push(format!("DuckDB says: {}", self.words(error)));
        match &regrouped.instead {
            Some(instead) => {
                finding.help = Some(format!("write `{}`, which is grouped by as it is", shorten(instead, SHOWN)));
                let statement = &self.insight.statements[regrouped.statement];
                finding.fix = self.written(statement, instead).map(|text| {
                    Fix::replace("write it in the form that is grouped by", regrouped.loc, text).safe()
                });
            }
            None => finding.help = Some("compute it in the model's SQL, or make it a dimension of the model".into()),
        }
        finding
    }

    /// An expression as it has to be written in a statement's scalar, if it can be.
    fn written(&self, statement: &Statement, text: &str) -> Option<String> {
        match self.source_text(statement.query.loc)?.chars().next()? {
            '\'' => Some(text.replace('\'', "''")),
            '"' => Some(text.replace('\\', "\\\\").replace('"', "\\\"")),
            _ => (!text.contains([':', '#', '\n'])).then(|| text.to_owned()),
        }
    }

    fn source_text(&self, loc: Loc) -> Option<&str> {
        let (file, range) = self.project.resolve(loc)?;
        self.project.file(file).document.text().get(std::ops::Range::<usize>::from(range))
    }
}
