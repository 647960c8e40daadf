//! Dates without quotes, which SQL takes for subtractions.

use crate::report::Finding;
use viz_project::{Fix, Project};
use viz_sql::{Token, tokenize};
use viz_text::{MappedText, TextRange};

/// A date without quotes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct UnquotedDate {
    /// Where it stands.
    pub(crate) range: TextRange,
    /// What is wrong with it, for messages.
    pub(crate) says: String,
    /// How it is written.
    pub(crate) meant: String,
    /// Whether something is compared with it, and it has the digits that dates have: nobody means the number.
    pub(crate) certain: bool,
}

impl UnquotedDate {
    /// Says in a finding that this is what it is about.
    pub(crate) fn tell(&self, project: &Project, sql: &MappedText, finding: &mut Finding) {
        let Some(loc) = sql.locate(self.range) else { return };
        let subject = finding.message.split_once(": ").map_or("", |(subject, _)| subject);
        finding.message = format!("{subject}: {}", self.says);
        finding.loc = loc;
        self.mend(project, sql, finding);
    }

    /// Helps to quote it; with a fix where the YAML around it lets quotes stand as they are.
    pub(crate) fn mend(&self, project: &Project, sql: &MappedText, finding: &mut Finding) {
        let title = format!("write `{}`", self.meant);
        finding.help = Some(title.clone());
        let whole = sql.locate(TextRange::up_to(sql.len())).filter(|whole| !project.in_single_quotes(*whole));
        let loc = whole.and_then(|_| sql.locate(self.range));
        finding.fix = loc.map(|loc| Fix::replace(title, loc, self.meant.clone()));
    }
}

/// All in a text of SQL.
pub(crate) fn unquoted_dates(sql: &str) -> Vec<UnquotedDate> {
    let Ok(tokens) = tokenize(sql) else { return Vec::new() };
    let tokens: Vec<Token> = tokens.into_iter().filter(|token| !token.is_space()).collect();
    let text = |at: Option<usize>| at.and_then(|at| tokens.get(at)).map_or("", |token| &sql[token.range]);
    let compares = |text: &str| {
        matches!(text, "=" | "<" | ">" | "<=" | ">=" | "<>" | "!=" | "==")
            || ["between", "and"].iter().any(|word| text.eq_ignore_ascii_case(word))
    };
    let mut out = Vec::new();
    for at in 0..tokens.len() {
        let Some(last) = tokens.get(at + 4) else { break };
        let (before, behind) = (text(at.checked_sub(1)), text(Some(at + 5)));
        if let Some(mut date) = date(sql, tokens[at].range.cover(last.range))
            && !matches!(before, "-" | "+" | "*" | "/" | ".")
            && !matches!(behind, "-" | "*" | "/" | ".")
        {
            date.certain &= compares(before) || (compares(behind) && !behind.eq_ignore_ascii_case("and"));
            out.push(date);
        }
    }
    out
}

fn date(sql: &str, range: TextRange) -> Option<UnquotedDate> {
    let text = &sql[range];
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts.as_slice() else { return None };
    let number = |text: &str, lengths: &[usize]| {
        let digits = lengths.contains(&text.len()) && text.bytes().all(|c| c.is_ascii_digit());
        digits.then(|| text.parse::<i32>().ok()).flatten()
    };
    let certain = month.len() == 2 && day.len() == 2;
    let (year, month, day) = (number(year, &[4])?, number(month, &[1, 2])?, number(day, &[1, 2])?);
    let is_date = (1..=12).contains(&month) && (1..=31).contains(&day);
    let says = format!("`{text}` without quotes is a subtraction ({})", year - month - day);
    is_date.then(|| UnquotedDate { range, says, meant: format!("'{year:04}-{month:02}-{day:02}'"), certain })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_recognised() {
        let told = |text: &str| -> Vec<(String, String, bool)> {
            unquoted_dates(text).into_iter().map(|found| (found.says, found.meant, found.certain)).collect()
        };
        let says = |text: &str| format!("`{text}` without quotes is a subtraction (2023)");
        assert_eq!(told("2026-2-1"), [(says("2026-2-1"), "'2026-02-01'".to_owned(), false)]);
        for text in ["d >= 2026-02-01", "2026-02-01 < d", "d between 2026-02-01 and e"] {
            assert_eq!(told(text), [(says("2026-02-01"), "'2026-02-01'".to_owned(), true)], "{text}");
        }
        for unsure in ["select 2026-02-01 as n", "d > 2026-2-01", "f(2026-02-01) and x"] {
            assert!(told(unsure).iter().all(|(.., certain)| !certain), "{unsure}");
        }
        for other in ["2026-13-01", "26-02-01", "2026 - 02 - 01", "2026-02", "2026-02-01-03", "a-b-c", "'2026-02-01'"] {
            assert_eq!(told(other), [], "{other}");
        }
    }
}
