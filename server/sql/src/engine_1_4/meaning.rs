//! Functions and operators that both engines have and that mean something else to 1.4 (`facts/meaning.tsv`).
//!
//! A query is put in words in which 2.0 means by it what 1.4 does: `ln(x)` becomes `ln(viz_1_4_positive(x))`, which fails at
//! zero as 1.4 does, and `date_trunc('month', x)` becomes `viz_1_4_date_trunc('month', x)`, which is a DATE. The engine has
//! macros of these names. Places in such a text have places in the one that was typed.

use super::groups::regrouped;
use super::literals::no_timestamp;
use super::reworded::{Edit, Reworded, Time};
use crate::{Nesting, Token, tokenize};
use sqlparser::tokenizer::Token as T;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;
use viz_text::{Spliced, TextRange, TextSize};

/// What macros of the engine begin with that do as 1.4 does; without it a name is the function's, as people know it.
pub const MACRO: &str = "viz_1_4_";

/// A macro holds its argument more than once, so that calls in calls grow fast: at most so many of them.
const MOST_NESTED: usize = 4;

/// The stand-in of a text that is no number to 1.4: an argument of an aggregate.
const TEXT: &str = "text";

/// The stand-in of what is to be a MAP, and the function in it that says so.
pub(super) const MAP: &str = "map";
pub(super) const OF_MAPS: &str = "map_entries";

/// What a macro is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// The result has another type.
    Typed,
    /// 2.0 fails where 1.4 gives something.
    Laxer,
    /// 1.4 fails where 2.0 gives something. It fails by `error()`, which DuckDB holds for volatile: not every place takes that.
    Stricter,
}

impl Purpose {
    fn of(stand_in: &str) -> Self {
        match stand_in {
            "date_trunc" | MAP | TEXT => Self::Typed,
            "divisor" | "factorial" | "replacement" => Self::Laxer,
            _ => Self::Stricter,
        }
    }
}

/// Functions that give something else each time, which only 1.4 takes in a window, and what has their type.
const VOLATILE: [(&str, &str); 5] = [
    ("random", "0.5::DOUBLE"),
    ("uuid", "'00000000-0000-4000-8000-000000000000'::UUID"),
    ("gen_random_uuid", "'00000000-0000-4000-8000-000000000000'::UUID"),
    ("uuidv4", "'00000000-0000-4000-8000-000000000000'::UUID"),
    ("uuidv7", "'00000000-0000-4000-8000-000000000000'::UUID"),
];

/// Which differences a text is to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meant {
    /// Those of types.
    Types,
    /// Those by which 1.4 takes what 2.0 does not, and those of types.
    Taken,
    /// All of them: what a query fails for when it runs, too.
    All,
}

impl Meant {
    fn has(self, purpose: Purpose) -> bool {
        match purpose {
            Purpose::Typed => true,
            Purpose::Laxer => self != Self::Types,
            Purpose::Stricter => self == Self::All,
        }
    }
}

/// What is unlike in a call of a function.
#[derive(Debug)]
struct Unlike {
    /// Which argument of how many. `None`: the call itself.
    argument: Option<(usize, usize)>,
    stand_in: &'static str,
    /// First arguments with which it is alike.
    alike: Vec<&'static str>,
}

static MEANING: LazyLock<HashMap<&'static str, Vec<Unlike>>> = LazyLock::new(|| {
    let mut out: HashMap<&str, Vec<Unlike>> = HashMap::new();
    for line in include_str!("facts/meaning.tsv").lines() {
        let mut fields = line.split('\t');
        let mut field = || fields.next().unwrap_or_default();
        let (name, argument, stand_in, alike) = (field(), field(), field(), field());
        let argument = argument.split_once(" of ").and_then(|(at, all)| Some((at.parse().ok()?, all.parse().ok()?)));
        let unlike = Unlike { argument, stand_in, alike: alike.split_whitespace().collect() };
        out.entry(name).or_default().push(unlike);
    }
    out
});

/// A query in words in which 2.0 means what 1.4 does. `None` if it has nothing that means something else to 1.4.
pub fn reworded(sql: &str, meant: Meant) -> Option<Reworded> {
    let regrouped = regrouped(sql);
    // Nearly all queries end here.
    let lower = sql.to_ascii_lowercase();
    if regrouped.is_empty()
        && !MEANING.keys().any(|name| lower.contains(name))
        && !lower.contains(':')
        && !["try", "true", "false", "random", "uuid"].iter().any(|word| lower.contains(word))
    {
        return None;
    }
    let tokens: Vec<Token> = tokenize(sql).ok()?.into_iter().filter(|token| !token.is_space()).collect();
    let filters = filters(&tokens);
    let mut rewording = Rewording {
        tokens: &tokens,
        meant,
        filters,
        edits: Vec::new(),
        times: Vec::new(),
        tried: None,
        guarded: Vec::new(),
        stricter: Vec::new(),
    };
    for at in 0..tokens.len() {
        rewording.token(at);
    }
    let Rewording { mut edits, times, tried, stricter, .. } = rewording;
    for found in &regrouped {
        edits.extend(Edit::around(found.operand, "("));
    }
    if edits.is_empty() {
        return None;
    }
    edits.sort_by_key(Edit::order);
    let edits = edits.into_iter().map(|edit| (edit.range, edit.text));
    let spliced = Spliced::new(sql, TextRange::up_to(TextSize::of(sql)), edits);
    Some(Reworded { spliced, times, tried, regrouped, stricter })
}

/// The conditions of a query's WHERE, if it has several: which of them a row meets first is the engine's choice, so one that fails may never
/// be asked.
fn filters(tokens: &[Token]) -> Range<usize> {
    // The `and` of a `between` joins no conditions.
    let (mut nesting, mut start, mut several, mut betweens) = (Nesting::default(), None, false, 0_usize);
    for (at, token) in tokens.iter().enumerate() {
        let is = |words: &[&str]| words.iter().any(|word| token.is_word(word));
        match start {
            None if nesting.is_top() && is(&["where"]) => start = Some(at + 1),
            Some(start)
                if nesting.is_top() && is(&["group", "having", "window", "qualify", "order", "limit", "union"]) =>
            {
                return if several { start..at } else { 0..0 };
            }
            Some(_) if nesting.is_top() && is(&["between"]) => betweens += 1,
            Some(_) if nesting.is_top() && betweens > 0 && is(&["and"]) => betweens -= 1,
            Some(_) if nesting.is_top() => several |= is(&["and", "or"]),
            _ => {}
        }
        nesting.step(token);
    }
    start.filter(|_| several).map_or(0..0, |start| start..tokens.len())
}

/// Whether a token can be the name of what is called in parentheses.
fn is_name(token: &Token) -> bool {
    const OTHERS: [&str; 16] = [
        "and", "or", "not", "in", "when", "then", "else", "case", "select", "where", "by", "between", "like", "ilike",
        "having", "on",
    ];
    matches!(token.token, T::Word(_)) && !OTHERS.iter().any(|word| token.is_word(word))
}

struct Rewording<'a> {
    tokens: &'a [Token],
    meant: Meant,
    filters: Range<usize>,
    edits: Vec<Edit>,
    times: Vec<Time>,
    tried: Option<TextRange>,
    /// Behind which token each macro that is open ends.
    guarded: Vec<usize>,
    /// The names of what 1.4 fails for and 2.0 doesn't.
    stricter: Vec<TextRange>,
}

impl Rewording<'_> {
    fn is(&self, at: usize, token: &T) -> bool {
        self.tokens.get(at).is_some_and(|found| found.token == *token)
    }

    fn token(&mut self, at: usize) {
        self.guarded.retain(|end| at < *end);
        let range = self.tokens[at].range;
        let name = match &self.tokens[at].token {
            // Only binding shows whether it is to be a TIMESTAMP.
            T::SingleQuotedString(text) if self.meant != Meant::All => {
                if let Some(stand_in) = no_timestamp(text) {
                    self.edits.push(Edit::new(range, format!("'{stand_in}'")));
                    self.times.push(Time { typed: text.clone(), stand_in, place: range });
                }
                return;
            }
            // Around aggregates only 1.4 takes it.
            T::Word(word)
                if self.meant == Meant::Taken
                    && self.is(at + 1, &T::LParen)
                    && word.value.eq_ignore_ascii_case("try") =>
            {
                self.edits.push(Edit::new(range, ""));
                self.tried.get_or_insert(range);
                return;
            }
            T::Word(word) if self.meant == Meant::Taken && self.is_sorted_by(at) => {
                self.edits.push(Edit::new(range, format!("({} AND TRUE)", word.value)));
                return;
            }
            T::Word(word)
                if self.meant == Meant::Taken && self.is(at + 1, &T::LParen) && self.is(at + 2, &T::RParen) =>
            {
                let constant = VOLATILE.iter().find(|(name, _)| word.value.eq_ignore_ascii_case(name));
                if let Some((_, constant)) = constant {
                    self.edits.push(Edit::new(range.cover(self.tokens[at + 2].range), *constant));
                }
                return;
            }
            T::Mod => "%".to_owned(),
            T::DuckIntDiv => "//".to_owned(),
            T::Word(word) if self.is(at + 1, &T::LParen) => word.value.to_ascii_lowercase(),
            _ => return,
        };
        let Some(unlike) = MEANING.get(name.as_str()) else { return };
        let arguments = match name.as_str() {
            "%" | "//" => vec![at..at, at + 1..self.operand_end(at + 1)],
            _ if at > 1 && self.is(at - 1, &T::Period) && !self.is_qualified(at) => {
                // What a method is called on is its first argument.
                let receiver = self.operand_start(at - 2)..at - 1;
                if self.macros_in(&receiver) >= MOST_NESTED {
                    return;
                }
                std::iter::once(receiver).chain(self.arguments(at + 1)).collect()
            }
            _ => self.arguments(at + 1),
        };
        for unlike in unlike {
            let purpose = Purpose::of(unlike.stand_in);
            let may_not_run = purpose == Purpose::Stricter && self.filters.contains(&at);
            if !self.meant.has(purpose) || may_not_run || self.guarded.len() >= MOST_NESTED {
                continue;
            }
            match unlike.argument {
                Some((number, count)) if arguments.len() == count => {
                    let edits = self.edits.len();
                    self.guard(arguments[number].clone(), unlike.stand_in);
                    if purpose == Purpose::Stricter && self.edits.len() > edits {
                        self.stricter.push(range);
                    }
                }
                Some(_) => {}
                None if at > 0 && self.is(at - 1, &T::Period) => {}
                None => {
                    let part = arguments.first().and_then(|argument| self.text_of(argument.clone()));
                    if part.is_some_and(|part| !unlike.alike.contains(&part.to_ascii_lowercase().as_str())) {
                        self.edits.push(Edit::new(self.tokens[at].range, format!("{MACRO}{}", unlike.stand_in)));
                        self.guarded.extend(arguments.last().map(|argument| argument.end));
                    }
                }
            }
        }
    }

    /// Whether a function stands behind the name of its schema.
    fn is_qualified(&self, at: usize) -> bool {
        self.tokens[at - 2].is_word("main") && !(at > 2 && matches!(self.tokens[at - 3].token, T::RParen | T::RBracket))
    }

    /// Where the operand begins that ends with this token.
    fn operand_start(&self, end: usize) -> usize {
        let mut at = end;
        loop {
            if matches!(self.tokens[at].token, T::RParen | T::RBracket | T::RBrace) {
                at = self.opened(at);
                let called = at > 0 && self.tokens[at].token == T::LParen && is_name(&self.tokens[at - 1]);
                let taken_of = at > 0
                    && self.tokens[at].token == T::LBracket
                    && (is_name(&self.tokens[at - 1]) || matches!(self.tokens[at - 1].token, T::RParen | T::RBracket));
                if called || taken_of {
                    at -= 1;
                }
                if taken_of {
                    continue;
                }
            }
            match at > 1 && self.is(at - 1, &T::Period) {
                true => at -= 2,
                false => return at,
            }
        }
    }

    /// The bracket that this one closes.
    fn opened(&self, close: usize) -> usize {
        let mut depth = 0_usize;
        for at in (0..=close).rev() {
            match self.tokens[at].token {
                T::RParen | T::RBracket | T::RBrace => depth += 1,
                T::LParen | T::LBracket | T::LBrace => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return at;
            }
        }
        0
    }

    /// How many macros were put into these tokens.
    fn macros_in(&self, tokens: &Range<usize>) -> usize {
        let (start, end) = (self.tokens[tokens.start].range.start(), self.tokens[tokens.end].range.start());
        let inside =
            |edit: &&Edit| edit.text.starts_with(MACRO) && edit.range.start() >= start && edit.range.end() < end;
        self.edits.iter().filter(inside).count()
    }

    /// Whether a truth value is what is sorted by.
    fn is_sorted_by(&self, at: usize) -> bool {
        let word = |at: usize, words: &[&str]| {
            self.tokens.get(at).is_some_and(|token| words.iter().any(|word| token.is_word(word)))
        };
        let begins = at > 0 && (word(at - 1, &["by"]) || self.is(at - 1, &T::Comma));
        let ends = at + 1 >= self.tokens.len()
            || self.is(at + 1, &T::Comma)
            || self.is(at + 1, &T::RParen)
            || word(at + 1, &["asc", "desc", "nulls", "limit", "offset"]);
        word(at, &["true", "false"]) && begins && ends
    }

    /// Puts a macro around an argument.
    fn guard(&mut self, argument: Range<usize>, stand_in: &str) {
        let (Some(first), Some(last)) =
            (self.tokens.get(argument.start), argument.end.checked_sub(1).and_then(|last| self.tokens.get(last)))
        else {
            return;
        };
        let single = argument.len() == 1;
        if stand_in == TEXT {
            if single && first.is_quoted() {
                self.edits.push(Edit::new(TextRange::empty(first.range.end()), "::VARCHAR"));
            }
            return;
        }
        // A bare NULL has a type of its own, and a bare text becomes what the function takes.
        if argument.is_empty() || single && (first.is_word("null") || first.is_quoted()) {
            return;
        }
        self.edits.extend(Edit::around(first.range.cover(last.range), format!("{MACRO}{stand_in}(")));
        self.guarded.push(argument.end);
    }

    /// The text of a literal that is a whole argument.
    fn text_of(&self, argument: Range<usize>) -> Option<&str> {
        match &self.tokens.get(argument.start)?.token {
            T::SingleQuotedString(text) if argument.len() == 1 => Some(text),
            _ => None,
        }
    }

    /// Behind the bracket that closes this one.
    fn closed(&self, open: usize) -> usize {
        let mut nesting = Nesting::default();
        for (at, token) in self.tokens.iter().enumerate().skip(open) {
            nesting.step(token);
            if nesting.is_top() {
                return at + 1;
            }
        }
        self.tokens.len()
    }

    /// The arguments in these parentheses, without what else may stand there.
    fn arguments(&self, open: usize) -> Vec<Range<usize>> {
        let end = self.closed(open).saturating_sub(1);
        let (mut out, mut nesting, mut start) = (Vec::new(), Nesting::default(), open + 1);
        for at in open + 1..end {
            let token = &self.tokens[at];
            let top = nesting.is_top();
            if top && at == open + 1 && (token.is_word("distinct") || token.is_word("all")) {
                start = at + 1;
            } else if top && token.token == T::Comma {
                out.push(start..at);
                start = at + 1;
            } else if top
                && (token.is_word("order") || token.is_word("ignore") || token.is_word("respect"))
                && at > start
            {
                out.push(start..at);
                return out;
            }
            nesting.step(token);
        }
        if start < end {
            out.push(start..end);
        }
        out
    }

    /// Behind the operand that begins here; where it begins if that is nothing that can be followed.
    fn operand_end(&self, start: usize) -> usize {
        let mut at = start;
        while self.tokens.get(at).is_some_and(|token| matches!(token.token, T::Minus | T::Plus | T::Tilde)) {
            at += 1;
        }
        at = match self.tokens.get(at).map(|token| &token.token) {
            Some(T::LParen | T::LBracket | T::LBrace) => self.closed(at),
            Some(T::Word(_)) if self.tokens[at].is_word("case") => self.closed(at),
            Some(T::Word(_)) if self.tokens[at].is_word("not") => return start,
            Some(T::Word(_))
                if matches!(self.tokens.get(at + 1).map(|next| &next.token), Some(T::SingleQuotedString(_))) =>
            {
                at + 2
            }
            Some(T::Word(_)) if self.is(at + 1, &T::LParen) => self.closed(at + 1),
            Some(T::Word(_) | T::Number(..) | T::SingleQuotedString(_)) => at + 1,
            _ => return start,
        };
        loop {
            at = match self.tokens.get(at).map(|token| &token.token) {
                Some(T::Period) if self.is(at + 2, &T::LParen) => self.closed(at + 2),
                Some(T::Period) => at + 2,
                Some(T::LBracket) => self.closed(at),
                Some(T::DoubleColon) if self.is(at + 2, &T::LParen) => self.closed(at + 2),
                Some(T::DoubleColon) => at + 2,
                Some(T::Caret) => self.operand_end(at + 1),
                // What belongs to a call.
                Some(T::Word(_)) if self.tokens[at].is_word("over") && self.is(at + 1, &T::LParen) => {
                    self.closed(at + 1)
                }
                Some(T::Word(_)) if self.tokens[at].is_word("filter") && self.is(at + 1, &T::LParen) => {
                    self.closed(at + 1)
                }
                _ => return at.min(self.tokens.len()),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(sql: &str) -> String {
        reworded(sql, Meant::All).map_or_else(|| sql.to_owned(), |reworded| reworded.text().to_owned())
    }

    #[test]
    fn calls_and_operators() {
        for (typed, meant) in [
            ("ln(x)", "ln(viz_1_4_positive(x))"),
            ("sum(Ln( x -- zero\n))", "sum(Ln( viz_1_4_positive(x) -- zero\n))"),
            ("geomean(x)", "geomean(viz_1_4_positive(x))"),
            ("sqrt(ln(x))", "sqrt(viz_1_4_not_negative(ln(viz_1_4_positive(x))))"),
            ("date_trunc('month', d) + 1", "viz_1_4_date_trunc('month', d) + 1"),
            ("Date_Trunc('Hour', d)", "Date_Trunc('Hour', d)"),
            ("date_trunc(part, d)", "date_trunc(part, d)"),
            ("ln(date_trunc('day', d))", "ln(viz_1_4_positive(viz_1_4_date_trunc('day', d)))"),
            ("7 % x", "7 % viz_1_4_divisor(x)"),
            ("7 // -t.x::int * 2", "7 // viz_1_4_divisor(-t.x::int) * 2"),
            ("a % b % c", "a % viz_1_4_divisor(b) % viz_1_4_divisor(c)"),
            ("a % sum(b) over (order by c) + 1", "a % viz_1_4_divisor(sum(b) over (order by c)) + 1"),
            ("a // case when b then 1 end - 1", "a // viz_1_4_divisor(case when b then 1 end) - 1"),
            ("a // (b % c)", "a // viz_1_4_divisor((b % viz_1_4_divisor(c)))"),
            ("mod(a, b)", "mod(a, viz_1_4_divisor(b))"),
            ("7 % '2'", "7 % '2'"),
            ("cardinality(l)", "cardinality(viz_1_4_map(l))"),
            ("stddev('5') + corr(n, '5') + stddev(n)", "stddev('5'::VARCHAR) + corr(n, '5'::VARCHAR) + stddev(n)"),
            ("try(sum(n) / 2)", "try(sum(n) / 2)"),
            ("t >= '2024-01-05T10:30Z'", "t >= '2024-01-05T10:30Z'"),
            ("ln(null) + sqrt('a')", "ln(null) + sqrt('a')"),
            (
                "log(1) + log(b, x)",
                "log(viz_1_4_positive(1)) + log(viz_1_4_not_one(viz_1_4_positive(b)), viz_1_4_positive(x))",
            ),
            ("x.ln() + ln + \"ln\"", "viz_1_4_positive(x).ln() + ln + \"ln\""),
            ("a and (n - 1).ln()", "a and viz_1_4_positive((n - 1)).ln()"),
            ("\"t\".\"n\".sqrt().ln()", "viz_1_4_positive(viz_1_4_not_negative(\"t\".\"n\").sqrt()).ln()"),
            ("f(x)[1].ln() + 1", "viz_1_4_positive(f(x)[1]).ln() + 1"),
            ("main.ln(n - 1)", "main.ln(viz_1_4_positive(n - 1))"),
            ("'ln(0)' || a -- ln(0) % 2", "'ln(0)' || a -- ln(0) % 2"),
        ] {
            assert_eq!(all(typed), meant);
        }
        assert_eq!(reworded("7 % ln(x)", Meant::Types), None);
        for (typed, taken) in [
            ("rank() over (order by random(), n)", "rank() over (order by 0.5::DOUBLE, n)"),
            ("select n from t order by true desc, n", "select n from t order by (true AND TRUE) desc, n"),
            ("select 7 // n and j->>'a' = true", "select (7 // viz_1_4_divisor(n) and j)->>'a' = true"),
        ] {
            assert_eq!(reworded(typed, Meant::Taken).unwrap().text(), taken);
        }
        assert_eq!(reworded("try(sum(n) / 2)", Meant::Taken).unwrap().text(), "(sum(n) / 2)");
        let times = reworded("t >= '2024-01-05T10:30Z'", Meant::Types).unwrap();
        assert_eq!(times.text(), "t >= '300000-01-05T10:30Z'");
        let (place, typed) = times.time_of("out of range: \"300000-01-05T10:30Z\"").unwrap();
        assert_eq!((usize::from(place.start()), typed), (5, "2024-01-05T10:30Z"));
        assert_eq!(reworded("7 % ln(x)", Meant::Taken).unwrap().text(), "7 % viz_1_4_divisor(ln(x))");
    }

    #[test]
    fn conditions_beside_others_may_not_run() {
        for (typed, meant) in [
            ("select 1 from t where ln(x) > 0", "select 1 from t where ln(viz_1_4_positive(x)) > 0"),
            (
                "select ln(x) from t where a and ln(x) > 7 % x group by ln(x)",
                "select ln(viz_1_4_positive(x)) from t where a and ln(x) > 7 % viz_1_4_divisor(x) group by ln(viz_1_4_positive(x))",
            ),
            ("select 1 from t where ln(x) > 0 or (a)", "select 1 from t where ln(x) > 0 or (a)"),
            (
                "select 1 from t where ln(x) not between 1 and (a and b)",
                "select 1 from t where ln(viz_1_4_positive(x)) not between 1 and (a and b)",
            ),
            ("select 1 from t where ln(x) between 1 and 2 and a", "select 1 from t where ln(x) between 1 and 2 and a"),
            (
                "select 1 from t where a between b between 1 and 2 and ln(x)",
                "select 1 from t where a between b between 1 and 2 and ln(viz_1_4_positive(x))",
            ),
            (
                "select 1 from t where ln(case when a and b then x end) > 0",
                "select 1 from t where ln(viz_1_4_positive(case when a and b then x end)) > 0",
            ),
        ] {
            assert_eq!(all(typed), meant);
        }
    }

    /// Each call holds its argument several times.
    #[test]
    fn calls_in_calls_are_followed_to_some_depth() {
        let text = all(&format!("{}x{}", "ln(".repeat(40), ")".repeat(40)));
        assert_eq!(text.matches("viz_1_4_").count(), MOST_NESTED);
        let chain = all(&format!("x{}", ".ln()".repeat(40)));
        assert_eq!(chain.matches("viz_1_4_").count(), MOST_NESTED);
    }

    #[test]
    fn places_are_those_of_the_typed_text() {
        let typed = "select ln(a), date_trunc('day', b), c % d, e";
        let found = reworded(typed, Meant::All).unwrap();
        let typed_offset = |at: usize| usize::from(found.typed_offset(TextSize::new(at as u32)));
        for name in ["a)", "b)", "d", "c %", "e", "'day'"] {
            let there = found.text().rfind(name).unwrap();
            assert_eq!(typed_offset(there), typed.rfind(name).unwrap(), "{name}");
        }
        assert_eq!(typed_offset(found.text().find("viz_1_4_date_trunc").unwrap() + 3), typed.find("date_").unwrap());
    }
}
