//! Queries without inputs run in SQLGlot's words (`R-RES-02`, F11): it mends some of what DuckDB refuses, writes `coalesce` for `nvl`, and of
//! some words that DuckDB reads it makes what DuckDB doesn't.

use super::probes::over_words;
use super::setting::{Setting, tables_of};
use super::wording::{in_words, plain_names, subject};
use crate::facts::Facts;
use crate::models::check_model::AllColumns;
use crate::report::Finding;
use std::collections::BTreeSet;
use std::sync::Arc;
use viz_facts::{Question, Reason, ShadowTable, SqlError, SqlErrorKind, Unknown};
use viz_project::{Code, Fix, Project, StatementKind};
use viz_sql::canonical::is_foreign;
use viz_sql::{Composed, tokenize};
use viz_text::shorten::shorten;
use viz_text::{TextRange, TextSize};

/// Maximum number of letters of a printed expression that are shown.
const SHOWN: usize = 80;

/// Directions that SQLGlot takes for names.
const DIRECTIONS: [(&str, &str); 2] = [("ascending", "asc"), ("descending", "desc")];

/// How a query runs, and what the engine says of it.
pub(crate) enum Words {
    /// The engine says the same of the typed text.
    Typed,
    /// The engine takes, or means, only what is printed.
    Printed(Box<Composed>),
    /// The engine takes the typed text and not what is printed.
    Refused(Refused),
    /// The engine refuses the typed text, and what is printed isn't known.
    Unknown(Unknown),
}

/// A statement of which something is printed that the engine refuses.
pub(crate) struct Refused {
    /// Index into the insight's statements.
    pub statement: usize,
    /// What is printed.
    pub printed: String,
    /// Why the engine refuses it.
    pub error: SqlError,
    /// The query with that.
    pub composed: Box<Composed>,
}

/// In which words a query without inputs is to be judged. With `binds`, its meaning counts, too.
pub(crate) fn words(
    facts: &Facts<'_>,
    project: &Project,
    columns: &AllColumns,
    binds: bool,
    composed: &Composed,
) -> Words {
    if composed.dynamic || composed.broken || !composed.template.holes().is_empty() {
        return Words::Typed;
    }
    let looks_up = binds && !composed.blind && !composed.uncertain;
    let engine = Engine { facts, tables: tables_of(project, columns, composed).filter(|_| looks_up) };
    let known: Vec<usize> = statements(composed)
        .into_iter()
        .filter(|one| composed.printed_where(|other| other == *one).is_some())
        .collect();
    let Some(printed) = composed.printed_where(|statement| known.contains(&statement)) else { return Words::Typed };
    let (typed, text) = (composed.template.plain(), printed.template.plain());
    let foreign = |is_known: bool| {
        let mut placed = composed.placed.iter().filter(|one| known.contains(&one.statement) == is_known);
        placed.any(|one| is_foreign(&typed[one.range]))
    };
    if same_words(&typed, &text) {
        return match foreign(false) && matches!(engine.says(&typed), Ok(Err(_))) {
            true => Words::Unknown(not_known()),
            false => Words::Typed,
        };
    }
    match (engine.says(&typed), engine.says(&text)) {
        // What is typed is judged as ever: neither is known so far, or it can't be.
        (Err(_), _) => Words::Typed,
        (Ok(_), Err(why)) if why.is_pending() => Words::Unknown(why),
        (Ok(_), Err(_)) => Words::Typed,
        (Ok(Err(_)), Ok(Ok(()))) => Words::Printed(Box::new(printed)),
        (Ok(Err(_)), Ok(Err(_))) if foreign(false) => Words::Unknown(not_known()),
        // What is wrong with it is not that DuckDB has no `nvl`.
        (Ok(Err(_)), Ok(Err(_))) if foreign(true) => Words::Printed(Box::new(printed)),
        (Ok(Err(_)), Ok(Err(_))) => Words::Typed,
        (Ok(Ok(())), Ok(Err(_))) => match engine.first_refused(composed, &known) {
            Ok(refused) => refused.map_or(Words::Typed, Words::Refused),
            Err(why) if why.is_pending() => Words::Unknown(why),
            Err(_) => Words::Typed,
        },
        // It means another thing to DuckDB.
        (Ok(Ok(())), Ok(Ok(()))) if typed.contains("<=>") => Words::Printed(Box::new(printed)),
        (Ok(Ok(())), Ok(Ok(()))) => Words::Typed,
    }
}

/// The statements that are in a query.
fn statements(composed: &Composed) -> BTreeSet<usize> {
    composed.placed.iter().map(|one| one.statement).collect()
}

fn not_known() -> Unknown {
    let why = "the build writes it in other words (SQLGlot's), and which is not known here";
    Unknown::new(Reason::SourceDialect, why)
}

/// What is asked, and over which tables; without tables, only whether it is SQL.
struct Engine<'a> {
    facts: &'a Facts<'a>,
    tables: Option<Arc<[ShadowTable]>>,
}

impl Engine<'_> {
    /// What the engine says of a query.
    fn says(&self, sql: &str) -> Result<Result<(), SqlError>, Unknown> {
        let parsed = self.facts.accepted(Question::Parse { sql: sql.to_owned() });
        let Some(tables) = &self.tables else { return parsed };
        if !matches!(parsed, Ok(Ok(()))) {
            return parsed;
        }
        // What runs over a row, binds.
        match self.facts.accepted(over_words(tables, sql.to_owned())) {
            Ok(Ok(())) => return Ok(Ok(())),
            Err(why) if why.is_pending() => return Err(why),
            Ok(Err(_)) | Err(_) => {}
        }
        self.facts.accepted(Question::Bind { tables: Arc::clone(tables), sql: sql.to_owned() })
    }

    /// The first statement that alone makes it fail.
    fn first_refused(&self, composed: &Composed, among: &[usize]) -> Result<Option<Refused>, Unknown> {
        let mut missing = None;
        for &statement in among {
            let Some(one) = composed.printed_where(|other| other == statement) else { continue };
            let sql = one.template.plain();
            match self.says(&sql) {
                // Tables that the source alone has are no fault.
                Ok(Err(error))
                    if error.kind != SqlErrorKind::Catalog || error.message.contains("Function with name") =>
                {
                    let range =
                        one.placed.iter().find(|placed| placed.statement == statement).map(|placed| placed.range);
                    let printed = range.map(|range| sql[range].to_owned()).unwrap_or_default();
                    return Ok(Some(Refused { statement, printed, error, composed: Box::new(one) }));
                }
                Ok(_) => {}
                Err(why) => missing = Some(why),
            }
        }
        missing.map_or(Ok(None), Err)
    }
}

/// That a statement fails because of the words in which the build writes it.
pub(super) fn refused_in_print(setting: &Setting<'_>, refused: &Refused) -> Finding {
    let query = &setting.insight.statements[refused.statement].query;
    let whole = query.text.locate(query.query.body).unwrap_or(query.loc);
    let printed = plain_names(setting, &refused.printed);
    let message = format!(
        "{} fails: without inputs the build writes it as `{}`, which DuckDB refuses: {}",
        subject(setting, whole),
        shorten(&printed, SHOWN),
        in_words(setting, &refused.error),
    );
    let code = if refused.error.kind == SqlErrorKind::Parser { Code::SqlSyntax } else { Code::SqlBind };
    let mut finding = Finding::new(code, whole, message);
    let body = query.body();
    let word = body.trim_end().rsplit(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
    let short = DIRECTIONS.iter().find(|(long, _)| word.eq_ignore_ascii_case(long)).map(|(_, short)| *short);
    match short.filter(|_| setting.insight.statements[refused.statement].kind == StatementKind::Sort) {
        Some(short) => {
            let end = query.body_range().start() + TextSize::of(body.trim_end());
            let range = TextRange::new(end - TextSize::of(word), end);
            finding.loc = query.text.locate(range).unwrap_or(whole);
            finding.fix = Some(Fix::replace(format!("write `{short}`"), finding.loc, short).safe());
        }
        None => finding.help = Some("write it in another way, or compute it in the model's SQL".into()),
    }
    finding
}

/// Puts findings about a printed query, whose places are not those of the typed one, at the word that they name, where it stands once.
pub(super) fn at_their_words(setting: &Setting<'_>, findings: &mut [Finding]) {
    for finding in findings {
        let queries = setting.insight.statements.iter().map(|statement| &statement.query);
        let whole = queries.map(|query| (query, query.text.locate(query.query.body).unwrap_or(query.loc)));
        let Some((query, _)) = whole.into_iter().find(|(_, whole)| *whole == finding.loc) else { continue };
        // `x` fails: there is no function `upside`
        let mut quoted = finding.message.rsplit('`').skip(1).step_by(2);
        let Some(name) = quoted.next().filter(|name| !name.is_empty()) else { continue };
        let tokens = tokenize(query.body()).unwrap_or_default();
        let mut same = tokens.iter().map(|token| token.range).filter(|range| &query.body()[*range] == name);
        if let (Some(range), None) = (same.next(), same.next())
            && let Some(loc) = query.text.locate(range + query.body_range().start())
        {
            finding.loc = loc;
        }
    }
}

/// Whether two texts differ in spaces, letters' case and quotes only.
fn same_words(one: &str, other: &str) -> bool {
    let words = |text: &str| {
        let tokens = tokenize(text).ok()?.into_iter().filter(|token| !token.is_space());
        Some(tokens.map(|token| text[token.range].trim_matches('"').to_ascii_lowercase()).collect::<Vec<_>>())
    };
    words(one).is_some_and(|words_of_one| words(other) == Some(words_of_one))
}
