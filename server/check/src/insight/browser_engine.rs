//! What DuckDB 2.0 accepts and 1.4, the engine of today's viewer, refuses (`verdicts.md` §1): 1.4's own grammar says whether
//! it reads a text, and its catalogue whether it has a function or type. The table here has words for frequent constructs.

use sqlparser::tokenizer::Token as T;
use viz_sql::engine_1_4::{self, Engine, Only};
use viz_sql::{Nesting, Token, tokenize};
use viz_text::TextRange;

/// Words before a parenthesis that are no function's name, and functions whose arguments may end in a comma in 1.4 too.
const NO_CALL: &[&str] = &["in", "values", "by", "row", "coalesce", "over", "filter", "as", "any", "all", "exists"];

/// What its grammar takes and is refused later.
const LATER: [&str; 4] = ["regular expression operator", "typed array literal", INTERVAL, ZONE];

/// An interval that is a number.
const INTERVAL: &str = "interval without a unit";

/// A time as in `10:30+02`.
const ZONE: &str = "time zone without seconds before it";

/// Units of an interval that stand behind its number.
const UNITS: [&str; 13] = [
    "year",
    "month",
    "day",
    "hour",
    "minute",
    "second",
    "week",
    "quarter",
    "decade",
    "century",
    "millennium",
    "millisecond",
    "microsecond",
];

/// A piece of SQL that 1.4 refuses.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    /// Its bytes.
    pub range: TextRange,
    /// What it is, as the end of "the browser's engine, DuckDB 1.4, has no …".
    pub what: String,
}

/// What 1.4 refuses in a query that 2.0 accepts.
pub(crate) fn refused_by_1_4(sql: &str) -> Vec<Refused> {
    let tokens = tokenize(sql).unwrap_or_default();
    let tokens: Vec<Token> = tokens.into_iter().filter(|token| !token.is_space()).collect();
    let mut out = missing_names(sql, &tokens);
    let mut known = constructs(&tokens);
    match engine_1_4::parse_and_look_up(sql) {
        // A name may be the reason why the text is not read.
        Err(range) if known.is_empty() && out.is_empty() => out.push(unread(sql, range)),
        Err(_) => {}
        Ok(operator) => {
            known.retain(|found| LATER.iter().any(|what| found.what.starts_with(what)));
            known.extend(operator.map(|range| Refused { range, what: format!("operator `{}`", &sql[range]) }));
            known.extend(grouped_unnest(&tokens));
        }
    }
    out.extend(known);
    out
}

/// A piece that 1.4's grammar has no place for.
fn unread(sql: &str, range: TextRange) -> Refused {
    let what = match &sql[range] {
        "" => "query that ends like this".to_owned(),
        piece => format!("place for `{piece}` here"),
    };
    Refused { range, what }
}

/// Functions and types that 1.4 doesn't have.
fn missing_names(sql: &str, tokens: &[Token]) -> Vec<Refused> {
    let is = |at: usize, token: &T| tokens.get(at).is_some_and(|found| found.token == *token);
    let mut out = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let Some(name) = name_of(token) else { continue };
        let called = is(at + 1, &T::LParen);
        let cast = at > 0 && (is(at - 1, &T::DoubleColon) || tokens[at - 1].is_word("as") && is(at + 1, &T::RParen));
        let count = if called { arguments(tokens, at + 1) } else { 0 };
        let only = match cast {
            true => engine_1_4::data_type(&name, count),
            false if called && (at == 0 || !is(at - 1, &T::Period)) => engine_1_4::function(&name, count),
            false => continue,
        };
        let what = match only {
            Some(Only::Name(Engine::V2_0) | Only::Form(Engine::V2_0)) if cast => {
                format!("type `{}`", &sql[token.range])
            }
            Some(Only::Name(Engine::V2_0)) => format!("function `{name}`"),
            Some(Only::Form(Engine::V2_0)) => format!("function `{name}` of {count} arguments"),
            _ => continue,
        };
        out.push(Refused { range: token.range, what });
    }
    out
}

/// UNNEST behind GROUP BY, where only 2.0 takes it; the one that is selected, if there is one.
fn grouped_unnest(tokens: &[Token]) -> Option<Refused> {
    let unnest = |at: &usize| {
        let named = tokens[*at].is_word("unnest") || tokens[*at].is_word("unlist");
        named && tokens.get(at + 1).is_some_and(|next| next.token == T::LParen)
    };
    let mut nesting = Nesting::default();
    let (mut grouping, mut grouped) = (false, false);
    for (at, token) in tokens.iter().enumerate() {
        if nesting.is_top() {
            let ends =
                ["having", "window", "qualify", "order", "limit", "union"].iter().any(|word| token.is_word(word));
            grouping = !ends && (grouping || token.is_word("by") && at > 0 && tokens[at - 1].is_word("group"));
        }
        grouped |= grouping && unnest(&at);
        nesting.step(token);
    }
    let first = (0..tokens.len()).find(unnest).filter(|_| grouped)?;
    Some(Refused { range: tokens[first].range, what: "UNNEST in GROUP BY, which the build makes of this".into() })
}

/// How many arguments stand in these parentheses.
fn arguments(tokens: &[Token], open: usize) -> usize {
    let (mut nesting, mut commas) = (Nesting::default(), 0);
    for (at, token) in tokens.iter().enumerate().skip(open) {
        nesting.step(token);
        if nesting.is_top() {
            return if at == open + 1 { 0 } else { commas + 1 };
        }
        commas += usize::from(nesting.depth == 1 && token.token == T::Comma);
    }
    0
}

/// Constructs that 2.0 has and 1.4 has not.
fn constructs(tokens: &[Token]) -> Vec<Refused> {
    let mut scan = Scan { tokens, open: vec![Open::default()], out: Vec::new() };
    for at in 0..tokens.len() {
        scan.token(at);
    }
    if scan.orders() && scan.is(tokens.len().wrapping_sub(1), &T::Comma) {
        scan.add(tokens.len() - 1, tokens.len() - 1, "comma at the end of `ORDER BY`");
    }
    scan.out
}

/// A walk over the tokens of a query.
struct Scan<'a> {
    tokens: &'a [Token],
    /// One for the query, then one for each open parenthesis.
    open: Vec<Open>,
    out: Vec<Refused>,
}

impl Scan<'_> {
    fn add(&mut self, from: usize, to: usize, what: impl Into<String>) {
        let range = self.tokens[from].range.cover(self.tokens[to].range);
        self.out.push(Refused { range, what: what.into() });
    }

    fn is(&self, at: usize, token: &T) -> bool {
        self.tokens.get(at).is_some_and(|found| found.token == *token)
    }

    fn word(&self, at: usize, text: &str) -> bool {
        self.tokens.get(at).is_some_and(|token| token.is_word(text))
    }

    /// Whether an `ORDER BY` has begun in the innermost parenthesis.
    fn orders(&self) -> bool {
        self.open.last().is_some_and(|open| open.ordering)
    }

    fn token(&mut self, at: usize) {
        let token = &self.tokens[at];
        match &token.token {
            T::LParen => self.opened(at),
            T::RParen => self.closed(at),
            T::LBrace if self.is(at + 1, &T::RBrace) && self.name_before(at).as_deref() != Some("map") => {
                self.add(at, at + 1, "empty struct `{}`");
            }
            T::Mul if self.word(at + 1, "except") && self.is(at + 2, &T::LParen) && !self.word(at + 3, "select") => {
                self.add(at + 1, at + 1, "`* EXCEPT`");
            }
            T::Tilde | T::TildeAsterisk | T::ExclamationMarkTilde | T::ExclamationMarkTildeAsterisk
                if self.word(at + 1, "any") || self.word(at + 1, "all") =>
            {
                self.add(at, at + 1, "regular expression operator with `ANY` or `ALL`");
            }
            T::DoubleColon if self.is(at + 2, &T::Period) => {
                self.add(at + 1, (at + 3).min(self.tokens.len() - 1), "qualified type name in a cast");
            }
            T::LBracket => {
                let close = if self.is(at + 1, &T::RBracket) { at + 1 } else { at + 2 };
                let literal = self.tokens.get(close + 1).map(|next| &next.token);
                let typed = self.is(close, &T::RBracket) && matches!(literal, Some(T::SingleQuotedString(_)));
                if typed && self.name_before(at).is_some() {
                    self.add(at - 1, close + 1, "typed array literal");
                }
            }
            T::SingleQuotedString(text) => match self.made(at).as_deref() {
                Some("interval") if engine_1_4::lacks_unit(text) && !self.is_unit(at + 1) => self.add(at, at, INTERVAL),
                Some("timestamp" | "timestamptz" | "datetime") if engine_1_4::lacks_seconds(text) => {
                    self.add(at, at, ZONE);
                }
                _ => {}
            },
            T::Word(_) if token.is_word("by") && self.word(at.wrapping_sub(1), "order") => {
                if let Some(innermost) = self.open.last_mut() {
                    innermost.ordering = true;
                }
            }
            T::Word(_)
                if (token.is_word("limit") || token.is_word("offset"))
                    && self.orders()
                    && self.is(at.wrapping_sub(1), &T::Comma) =>
            {
                self.add(at - 1, at - 1, "comma at the end of `ORDER BY`");
            }
            _ => {}
        }
    }

    /// The type that a text is made on the spot, if any.
    fn made(&self, at: usize) -> Option<String> {
        let name = |at: usize| self.tokens.get(at).and_then(name_of);
        match self.tokens.get(at + 1).map(|next| &next.token) {
            Some(T::DoubleColon) => name(at + 2),
            Some(T::Word(_)) if self.word(at + 1, "as") && self.word(at.wrapping_sub(2), "cast") => name(at + 2),
            _ => self.name_before(at),
        }
    }

    fn is_unit(&self, at: usize) -> bool {
        let name = self.tokens.get(at).and_then(name_of).unwrap_or_default();
        UNITS.contains(&name.strip_suffix('s').unwrap_or(&name)) || ["centuries", "millennia"].contains(&name.as_str())
    }

    fn name_before(&self, at: usize) -> Option<String> {
        at.checked_sub(1).and_then(|before| name_of(&self.tokens[before]))
    }

    fn opened(&mut self, at: usize) {
        let called = self.name_before(at).filter(|_| at < 2 || self.tokens[at - 2].token != T::Period);
        let operand_before = at > 0 && !starts_operand(&self.tokens[at - 1]);
        let empty = self.is(at + 1, &T::RParen);
        if empty && self.word(at.wrapping_sub(1), "in") {
            self.add(at, at + 1, "empty `IN ()` list");
        } else if empty && !operand_before {
            self.add(at, at + 1, "empty tuple");
        }
        if self.word(at.wrapping_sub(1), "values") && self.word(at.wrapping_sub(2), "from") {
            self.add(at - 1, at - 1, "`VALUES` as a table without parentheses around it");
        }
        self.open.push(Open { name: called, tuple: !operand_before, ..Open::default() });
    }

    fn closed(&mut self, at: usize) {
        let closed = if self.open.len() > 1 { self.open.pop().unwrap_or_default() } else { Open::default() };
        if self.is(at.wrapping_sub(1), &T::Comma) {
            let call = closed.name.as_deref().is_some_and(|name| !NO_CALL.contains(&name));
            if closed.ordering {
                self.add(at - 1, at - 1, "comma at the end of `ORDER BY`");
            } else if closed.tuple {
                self.add(at - 1, at - 1, "tuple that ends in a comma");
            } else if call {
                self.add(at - 1, at - 1, "comma at the end of a function's arguments");
            }
        }
    }
}

/// What stands around the tokens inside a parenthesis.
#[derive(Default)]
struct Open {
    /// The name before it.
    name: Option<String>,
    /// Whether it stands where a value does.
    tuple: bool,
    /// Whether an `ORDER BY` has begun in it.
    ordering: bool,
}

fn name_of(token: &Token) -> Option<String> {
    match &token.token {
        T::Word(word) => Some(word.value.to_ascii_lowercase()),
        _ => None,
    }
}

/// Whether a value can begin behind a token.
fn starts_operand(token: &Token) -> bool {
    let words = ["select", "where", "and", "or", "not", "by", "having", "on", "when", "then", "else", "between"];
    match &token.token {
        T::Word(_) => words.iter().any(|word| token.is_word(word)),
        T::RParen | T::RBracket | T::RBrace | T::Number(..) | T::SingleQuotedString(_) => false,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(sql: &str) -> Vec<(&str, String)> {
        refused_by_1_4(sql).into_iter().map(|found| (&sql[found.range], found.what)).collect()
    }

    /// The examples of the measured table, each with the piece that 1.4 refuses.
    #[test]
    fn syntax_that_only_2_0_has() {
        for (sql, piece) in [
            ("select 1 where 'a' in ()", "()"),
            ("select sum(1,)", ","),
            ("select lower(a,), b from t", ","),
            ("select 1 as a order by a,", ","),
            ("select 1 as a order by a, limit 1", ","),
            ("select sum(1) over (order by a,) from t", ","),
            ("select (42,)", ","),
            ("select (1, 2,)", ","),
            ("select 1 where a = b and (42,) = c", ","),
            ("select ()", "()"),
            ("select {}", "{}"),
            ("select * except (a) from (select 1 as a, 2 as b)", "except"),
            ("select 'abc' ~ any(['b'])", "~ any"),
            ("select overlay('abcdef', 'XX', 3)", "overlay"),
            ("select 'abc'::main.text", "main.text"),
            ("select integer[] '[1,2]'", "integer[] '[1,2]'"),
            ("select integer[2] '[1,2]'", "integer[2] '[1,2]'"),
            ("select * from values(1)", "values"),
            ("select d + interval '30'", "'30'"),
            ("select d + '1'::interval as x", "'1'"),
            ("select cast(' -1' as interval) + cast('1 day' as interval) + interval '1' days", "' -1'"),
            ("select timestamp '2024-01-05T10:30Z'", "'2024-01-05T10:30Z'"),
            ("select t >= '2024-01-05 10:30+02'::timestamptz", "'2024-01-05 10:30+02'"),
            ("select n between symmetric 1 and 2", "symmetric"),
            ("select s ~* 'n' from t", "~*"),
            ("select not s !~* 'n' from t", "!~*"),
            ("select unnest(l), count(*) from t group by unnest(l) order by 1", "unnest"),
            ("select unnest([k, 1]) || '!', count(*) from t group by unnest([k, 1]) || '!'", "unnest"),
        ] {
            let found = refused(sql);
            assert_eq!(found.len(), 1, "{sql}: {found:?}");
            assert_eq!(found[0].0, piece, "{sql}");
        }
    }

    #[test]
    fn functions_that_only_2_0_has() {
        for function in ["days_in_month", "json_set", "struct_keys", "list_intersec"] {
            let sql = format!("select {}(a, b) from t", function.to_uppercase());
            let name = function.to_uppercase();
            let missing = vec![(name.as_str(), format!("function `{function}`"))];
            assert_eq!(refused(&sql), if function == "list_intersec" { Vec::new() } else { missing });
            assert_eq!(refused(&format!("select {function} from t")), [], "a column may have that name");
        }
        assert_eq!(refused("select if(a, f(1, 2), [3, 4])"), []);
        assert_eq!(refused("select decode(a, 'b')"), [("decode", "function `decode` of 2 arguments".into())]);
        assert_eq!(refused("select a::geometry, cast(a as type)").len(), 2);
    }

    /// Whatever else its grammar has no place for.
    #[test]
    fn alternatives_of_the_grammar() {
        for (sql, piece) in [
            ("select a from t order by a descending", "descending"),
            ("select a from t order by a Ascending nulls first", "Ascending"),
            ("select a + 0x1F as b from t", "as"),
            ("select a from t group by", ""),
        ] {
            let found = refused(sql);
            assert_eq!(found.len(), 1, "{sql}: {found:?}");
            assert_eq!(found[0].0, piece, "{sql}");
        }
    }

    #[test]
    fn what_1_4_accepts_too() {
        for sql in [
            "select coalesce(1, 2,), row(1,), [1,], {'a': 1,}, map {}",
            "select unnest(l), s ~ 'a', @ k, ~ k, k ! from t group by k order by unnest(l)",
            "select 1 where 1 in (1,) group by 1,",
            "select count(*), now(), f() from t order by a limit 1",
            "select * from (values (1), (2)) t(a) except (select 1)",
            "select a[1], t.a[2:3], 'x'::varchar[] from t order by a, b",
            "select sum(a) over (partition by b order by c) from t where (a, b) in ((1, 2))",
            "with x as (select 1) select * from x",
        ] {
            assert_eq!(refused(sql), [], "{sql}");
        }
    }
}
