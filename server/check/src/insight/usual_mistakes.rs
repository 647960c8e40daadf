//! What newcomers write in a query, and DuckDB tells in words that lead elsewhere: a date or a text without quotes, quotes of a text
//! processor, `= null`.

use super::expressions;
use super::misplaced_words::{Words, reword};
use crate::engine_errors::dates::unquoted_dates;
use crate::report::Finding;
use viz_project::{Code, Fix, Insight, Project, Statement, StatementKind};
use viz_text::{Loc, TextRange, TextSize};

/// Says what was meant, in the findings about it.
pub(super) fn tell(project: &Project, insight: &Insight, findings: &mut [Finding]) {
    let codes = [
        Code::BareModelReference,
        Code::CombinationBind,
        Code::CombinationSyntax,
        Code::DroppedFilter,
        Code::SqlBind,
        Code::SqlSyntax,
        Code::UnknownColumn,
    ];
    if !findings.iter().any(|finding| codes.contains(&finding.code) || finding.code == Code::InsightEmpty) {
        return;
    }
    let of_a_statement =
        |finding: &Finding| insight.statements.iter().any(|statement| statement.query.loc.contains(finding.loc));
    for finding in findings.iter_mut().filter(|finding| codes.contains(&finding.code) && !of_a_statement(finding)) {
        expressions::tell(project, finding);
    }
    for statement in &insight.statements {
        let whole = statement.query.loc;
        // Where YAML's own quotes are single ones, those of SQL are doubled.
        let doubled = project.in_single_quotes(whole);
        let words = Words::of(statement);
        let mistakes = mistakes(statement, &words);
        for finding in findings.iter_mut() {
            if whole.contains(finding.loc) && codes.contains(&finding.code) {
                let told = mistakes.iter().find(|mistake| mistake.told(statement, finding, doubled));
                if told.is_none() {
                    reword(&words, finding);
                }
            } else if finding.code == Code::InsightEmpty && statement.kind == StatementKind::Filter {
                for mistake in mistakes.iter().filter(|mistake| mistake.what == What::Null) {
                    mistake.add(statement, finding);
                }
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    Date,
    CurlyQuotes,
    /// A word that is compared with: a text, if it is no column.
    Word,
    Null,
}

struct Mistake {
    what: What,
    /// In the query's body.
    range: TextRange,
    /// What is wrong with it, without a subject.
    says: String,
    meant: String,
}

impl Mistake {
    /// Whether the finding is about this; it says so then.
    fn told(&self, statement: &Statement, finding: &mut Finding, doubled: bool) -> bool {
        let Some(loc) = self.loc(statement) else { return false };
        let meets = loc.range.contains_range(finding.loc.range) || finding.loc.range.contains_range(loc.range);
        let fits = match self.what {
            What::Date => meets && (finding.message.contains("compare") || finding.code == Code::CombinationBind),
            What::CurlyQuotes => matches!(finding.code, Code::SqlSyntax | Code::CombinationSyntax),
            What::Word => loc == finding.loc && finding.fix.is_none() && finding.message.contains("there is no column"),
            What::Null => false,
        };
        if !fits || doubled {
            return false;
        }
        if self.what != What::Word && finding.code != Code::CombinationBind && finding.code != Code::CombinationSyntax {
            let subject = finding.message.split_once(": ").map_or("", |(subject, _)| subject).to_owned();
            finding.message = format!("{subject}: {}", self.says);
            finding.loc = loc;
        }
        self.add(statement, finding);
        true
    }

    /// The help and the fix.
    fn add(&self, statement: &Statement, finding: &mut Finding) {
        let Some(loc) = self.loc(statement) else { return };
        let title = format!("write `{}`", self.meant);
        finding.help = Some(match self.what {
            What::Word => format!("{title}: a text stands in single quotes"),
            What::Null => format!("{title}: {}", self.says),
            What::Date | What::CurlyQuotes => title.clone(),
        });
        finding.fix = Some(Fix::replace(title, loc, self.meant.clone()));
    }

    fn loc(&self, statement: &Statement) -> Option<Loc> {
        statement.query.text.locate(self.range + statement.query.body_range().start())
    }
}

fn mistakes(statement: &Statement, words: &Words<'_>) -> Vec<Mistake> {
    let mut out = curly_quotes(statement.query.body());
    let (tokens, text) = (&words.tokens, |at: usize| words.text(at));
    out.extend(unquoted_dates(&words.plain).into_iter().map(|date| Mistake {
        what: What::Date,
        range: date.range,
        says: date.says,
        meant: date.meant,
    }));
    for at in 0..tokens.len() {
        let through = |last: usize| tokens[at].range.cover(tokens[last].range);
        let compared = matches!(text(at), "=" | "<>" | "!=");
        let goes_on = matches!(text(at + 2), "." | "(");
        if compared && text(at + 1).eq_ignore_ascii_case("null") && statement.kind == StatementKind::Filter {
            let meant = if text(at) == "=" { "is null" } else { "is not null" };
            let says = format!("`{} null` is never true", text(at));
            out.push(Mistake { what: What::Null, range: through(at + 1), says, meant: meant.to_owned() });
        } else if (compared || ["like", "ilike"].contains(&text(at).to_lowercase().as_str()))
            && !goes_on
            && is_word(text(at + 1))
        {
            let (range, word) = (tokens[at + 1].range, text(at + 1));
            out.push(Mistake { what: What::Word, range, says: String::new(), meant: format!("'{word}'") });
        }
    }
    out
}

pub(super) fn is_word(text: &str) -> bool {
    text.starts_with(char::is_alphabetic) && text.chars().all(|c| c.is_alphanumeric() || c == '_')
}

fn curly_quotes(sql: &str) -> Vec<Mistake> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some((from, open)) = sql[at..].char_indices().find(|(_, c)| matches!(c, '‘' | '’' | '“' | '”')) {
        let start = at + from + open.len_utf8();
        let Some((to, close)) = sql[start..].char_indices().find(|(_, c)| matches!(c, '’' | '”')) else { break };
        let (inner, end) = (&sql[start..start + to], start + to + close.len_utf8());
        if !inner.contains('\'') {
            out.push(Mistake {
                what: What::CurlyQuotes,
                range: TextRange::new(TextSize::new((at + from) as u32), TextSize::new(end as u32)),
                says: format!("`{open}…{close}` are quotes of a text processor, which SQL doesn't know"),
                meant: format!("'{inner}'"),
            });
        }
        at = end;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curly_quotes_are_recognised() {
        let all = |text: &str| curly_quotes(text).into_iter().map(|found| found.meant).collect::<Vec<_>>();
        assert_eq!(all("a = ‘x’ or a = “y z”"), ["'x'", "'y z'"]);
        assert_eq!(all("a = 'x’"), [""; 0]);
        assert_eq!(all("a = ‘it's’"), [""; 0]);
    }
}
