//! Words and signs of whole queries, or of other languages, where only an expression stands: DuckDB stumbles over what comes behind.

use super::usual_mistakes::is_word;
use crate::report::Finding;
use viz_project::{Code, Fix, Statement, StatementKind};
use viz_sql::{Token, tokenize};
use viz_syntax::references;
use viz_text::{Loc, TextRange, TextSize, filled};

/// A statement's text with its tokens, without blanks; references are words of zeros.
pub(super) struct Words<'a> {
    statement: &'a Statement,
    pub(super) plain: String,
    pub(super) tokens: Vec<Token>,
}

/// Says what was meant in a finding about a statement.
pub(super) fn reword(words: &Words<'_>, finding: &mut Finding) {
    let Some((says, help, fix)) = words.told(finding) else { return };
    if !says.is_empty() {
        finding.message = match finding.message.split_once(": ") {
            Some((subject, _)) if finding.code != Code::BareModelReference => format!("{subject}: {says}"),
            _ => says.to_owned(),
        };
    }
    finding.help = Some(help);
    finding.fix = fix;
}

type Told = (&'static str, String, Option<Fix>);

impl<'a> Words<'a> {
    pub(super) fn of(statement: &'a Statement) -> Self {
        let body = statement.query.body();
        let holes: Vec<TextRange> = references(body).into_iter().map(|found| found.range).collect();
        let plain = filled(body, &holes, '0');
        let tokens = tokenize(&plain).unwrap_or_default().into_iter().filter(|token| !token.is_space()).collect();
        Self { statement, plain, tokens }
    }

    fn told(&self, finding: &Finding) -> Option<Told> {
        let filter = self.statement.kind == StatementKind::Filter;
        let message = finding.message.as_str();
        let near = |word: &str| message.contains(&format!("syntax error at or near \"{word}\""));
        let plain = |says: &'static str, help: &str| Some((says, help.to_owned(), None));
        if filter && message.contains("neither in an aggregate nor in GROUP BY") {
            plain("it mixes an aggregate with a plain column", "make two filters of it")
        } else if filter && near("where") {
            // Elsewhere more than the word is wrong.
            let is_spare = |at: &usize| {
                *at == 0 || ["not", "and", "or", "("].iter().any(|word| self.text(at - 1).eq_ignore_ascii_case(word))
            };
            let begins = self.first("where").filter(is_spare)?;
            let fix = self.replace("leave out `where`", (begins, begins), "");
            Some(("a filter is only its condition", "leave out `where`".to_owned(), fix))
        } else if near("group") {
            let help = "leave out `group by`: the query is grouped by what is no aggregate";
            Some(("it holds the end of a query", help.to_owned(), self.without_end("leave out `group by`", "group")))
        } else if near("as") && !filter {
            let help = "leave out `as` and the name";
            Some(("it gets no name of its own", help.to_owned(), self.without_end(help, "as")))
        } else if near("ascending") || near("descending") {
            let (word, meant) = if near("ascending") { ("ascending", "asc") } else { ("descending", "desc") };
            let title = format!("write `{meant}`");
            let fix = self.first(word).and_then(|at| self.replace(&title, (at, at), meant));
            Some(("a sort ends with `asc` or `desc`", title, fix))
        } else if message.contains("`&&` compares lists") {
            // A number is no condition either.
            let is_value = |at: usize| self.text(at).starts_with(|c: char| c.is_ascii_digit() && c != '0' || c == '\'');
            let joins = |at: &usize| *at > 0 && !is_value(at - 1) && !is_value(at + 1);
            let fix = self.only("&&").filter(joins).and_then(|at| self.replace("write `and`", (at, at), "and"));
            Some(("", "write `and`".to_owned(), fix))
        } else if near(",") {
            self.comma()
        } else if finding.code == Code::BareModelReference && self.first("select") == Some(0) {
            self.select()
        } else if finding.code == Code::SqlSyntax && message.contains(": it can't read `") {
            let comma = self.statement.kind == StatementKind::Prop && self.top_level_comma();
            let help = "write the second one as a property of its own";
            comma.then(|| ("a property takes one expression, and this `,` begins a second", help.to_owned(), None))
        } else if finding.code == Code::SqlSyntax {
            self.braces()
        } else if finding.code == Code::DroppedFilter {
            self.list()
        } else if message.contains("write `date '…'`") {
            self.text_as_date()
        } else {
            None
        }
    }

    pub(super) fn text(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| &self.plain[token.range])
    }

    fn first(&self, word: &str) -> Option<usize> {
        (0..self.tokens.len()).find(|at| self.text(*at).eq_ignore_ascii_case(word))
    }

    fn only(&self, word: &str) -> Option<usize> {
        let mut all = (0..self.tokens.len()).filter(|at| self.text(*at).eq_ignore_ascii_case(word));
        all.next().filter(|_| all.next().is_none())
    }

    fn loc(&self, range: TextRange) -> Option<Loc> {
        self.statement.query.text.locate(range + self.statement.query.body_range().start())
    }

    /// Tokens from one to another replaced, or removed with the blanks behind them.
    fn replace(&self, title: &str, (from, to): (usize, usize), text: &str) -> Option<Fix> {
        let (start, end) = (self.tokens.get(from)?.range.start(), self.tokens.get(to)?.range.end());
        let next = self.tokens.get(to + 1).map_or(end, |token| token.range.start());
        let range = TextRange::new(start, if text.is_empty() { next } else { end });
        Some(Fix::replace(title, self.loc(range)?, text))
    }

    /// All from a word on removed, with the blank before it.
    fn without_end(&self, title: &str, word: &str) -> Option<Fix> {
        let at = self.only(word).filter(|at| *at > 0)?;
        let range = TextRange::new(self.tokens[at - 1].range.end(), self.tokens.last()?.range.end());
        Some(Fix::replace(title, self.loc(range)?, ""))
    }

    /// `in 'a', 'b'` and `between 1, 5`.
    fn comma(&self) -> Option<Told> {
        if let Some(at) = self.only("in").filter(|at| self.text(at + 1) != "(") {
            // Of what is no plain value nobody knows where it ends.
            let is_plain = |at: &usize| !matches!(self.text(at + 1), "(" | "." | "[" | "::");
            let values = || (at + 1..self.tokens.len()).step_by(2).take_while(|at| self.text(at - 1) != "and");
            if !values().all(|at| is_plain(&at)) {
                return Some(("the values behind `in` stand in parentheses", "write `in (…)`".to_owned(), None));
            }
            let mut last = at + 1;
            while self.text(last + 1) == "," && last + 2 < self.tokens.len() {
                last += 2;
            }
            let all = TextRange::new(self.tokens.get(at + 1)?.range.start(), self.tokens.get(last)?.range.end());
            let fix = self.wrapped("put the values in parentheses", all, ("(", ")"));
            return Some(("the values behind `in` stand in parentheses", "write `in (…)`".to_owned(), fix));
        }
        let at = self.only("between").filter(|at| self.text(at + 2) == ",")?;
        let fix = self.replace("write `and` in place of the comma", (at + 2, at + 2), " and");
        Some(("`between` takes its bounds with `and`", "write `between … and …`".to_owned(), fix))
    }

    /// Something before and behind a piece, which itself stays as it is written.
    fn wrapped(&self, title: &str, range: TextRange, (before, behind): (&str, &str)) -> Option<Fix> {
        let loc = self.loc(range)?;
        let at = |place: TextSize| Loc::new(loc.segment, TextRange::empty(place));
        let edits = [(at(loc.range.start()), before), (at(loc.range.end()), behind)];
        let edits = edits.into_iter().filter(|(_, text)| !text.is_empty());
        Some(Fix {
            title: title.to_owned(),
            edits: edits.map(|(at, text)| (at, text.to_owned())).collect(),
            safe: false,
        })
    }

    /// `select city from ${ref(orders)}`.
    fn select(&self) -> Option<Told> {
        let body = self.statement.query.body();
        let column = self.text(1);
        let reference = references(body).into_iter().next()?;
        let is_all = self.tokens.len() == 4 && self.text(2).eq_ignore_ascii_case("from") && reference.path.is_none();
        if !is_all || !is_word(column) {
            let help = "write columns as `${ref(model).column}`: what is read from which model follows from them";
            return Some(("a property is one expression, without `select`", help.to_owned(), None));
        }
        let meant = format!("${{ref({}).{column}}}", reference.name);
        let title = format!("write `{meant}`");
        let all = TextRange::new(self.tokens.first()?.range.start(), self.tokens.last()?.range.end());
        let fix = Fix::replace(title.clone(), self.loc(all)?, meant);
        Some(("a property is one expression, without `select`", title, Some(fix)))
    }

    /// Whether a comma stands outside of all brackets.
    fn top_level_comma(&self) -> bool {
        let mut depth = 0;
        (0..self.tokens.len()).any(|at| {
            match self.text(at) {
                "(" | "[" | "{" => depth += 1,
                ")" | "]" | "}" => depth -= 1,
                "," => return depth == 0,
                _ => {}
            }
            false
        })
    }

    /// `?{{ … }}`.
    fn braces(&self) -> Option<Told> {
        let body = self.statement.query.body();
        let inner = body.trim().strip_prefix('{')?.strip_suffix('}')?;
        if !inner.trim_start().starts_with("${") {
            return None; // A struct begins with a name.
        }
        let open = TextSize::new((body.len() - body.trim_start().len()) as u32);
        let close = TextSize::new(body.trim_end().len() as u32 - 1);
        let one = |at: TextSize| self.loc(TextRange::at(at, TextSize::new(1)));
        let edits = vec![(one(open)?, String::new()), (one(close)?, String::new())];
        let fix = Fix { title: "remove the inner braces".to_owned(), edits, safe: false };
        Some(("one pair of braces is enough: `?{ … }`", "remove the inner braces".to_owned(), Some(fix)))
    }

    /// `in ${ref(cities).values}` and `= ${ref(cities).values}`, where parentheses are missing.
    fn list(&self) -> Option<Told> {
        let values: Vec<_> = references(self.statement.query.body());
        let mut values = values.iter().filter(|found| found.path.as_deref() == Some("values"));
        let hole = values.next().filter(|_| values.next().is_none())?.range;
        let at = self.tokens.iter().position(|token| token.range.start() == hole.start()).filter(|at| *at > 0)?;
        let written = self.statement.query.body()[hole].to_owned();
        let (range, meant) = match self.text(at - 1).to_lowercase().as_str() {
            "in" => (hole, format!("({written})")),
            "=" => (self.tokens[at - 1].range.cover(hole), format!("in ({written})")),
            _ => return None,
        };
        let title = format!("write `in ({written})`");
        Some(("", title.clone(), Some(Fix::replace(title, self.loc(range)?, meant))))
    }

    /// `'2026-03-01' - 30`.
    fn text_as_date(&self) -> Option<Told> {
        let is_date = |at: &usize| {
            let text = self.text(*at).trim_matches('\'');
            let parts: Vec<&str> = text.split('-').collect();
            let digits = |part: &&str| !part.is_empty() && part.bytes().all(|c| c.is_ascii_digit());
            parts.len() == 3 && parts[0].len() == 4 && parts.iter().all(digits) && self.text(*at).starts_with('\'')
        };
        let mut all = (0..self.tokens.len()).filter(is_date).filter(|at| matches!(self.text(at + 1), "-" | "+"));
        let at = all.next().filter(|_| all.next().is_none())?;
        let title = format!("write `date {}`", self.text(at));
        let fix = self.wrapped(&title, self.tokens[at].range, ("date ", ""));
        Some(("", title, fix))
    }
}
