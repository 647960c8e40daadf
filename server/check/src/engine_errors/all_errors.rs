//! All errors of a query at once. The binder stops at the first one: so the faulty piece is replaced by NULL, and the rest
//! is bound again.
//!
//! What a replaced piece brings about is no finding: an error around such a piece makes another type of NULL be tried, and
//! if all of them meet it, ends the search.

use crate::engine_errors::place::error_range;
use viz_facts::{SqlError, SqlErrorKind, Unknown};
use viz_sql::{Nesting, Token, tokenize};
use viz_text::{Loc, Spliced, TextRange, TextSize};

/// Maximum number of errors to report of one query.
const ERRORS: usize = 8;

/// What takes the place of a faulty piece: a value without a type fits nearly everywhere, but leaves a function that has
/// several forms undecided.
const NEUTRAL: [&str; 4] = ["NULL", "(NULL::DOUBLE)", "(NULL::VARCHAR)", "(NULL::TIMESTAMP)"];

/// A text with pieces replaced.
#[derive(Clone, Default)]
struct Edits {
    /// In order: bytes of the text, and what stands there instead.
    pieces: Vec<(TextRange, String)>,
}

impl Edits {
    fn with(&self, pieces: &[TextRange], instead: impl Fn(TextRange) -> String) -> Self {
        let mut out = self.clone();
        out.pieces.extend(pieces.iter().map(|range| (*range, instead(*range))));
        out.pieces.sort_by_key(|(range, _)| range.start());
        out
    }

    fn apply(&self, text: &str) -> Spliced {
        let pieces = self.pieces.iter().map(|(range, instead)| (*range, instead));
        Spliced::new(text, TextRange::up_to(TextSize::of(text)), pieces)
    }

    fn touch(&self, range: TextRange) -> bool {
        self.pieces.iter().any(|(piece, _)| piece.start() < range.end() && range.start() < piece.end())
    }
}

/// The errors of a query besides the first one, with their places in its text. `locate` tells what the user wrote (copies
/// of one piece are one fault), `ask` binds a text.
///
/// # Errors
/// While answers are missing.
pub(crate) fn further(
    text: &str,
    first: &SqlError,
    locate: impl Fn(TextRange) -> Option<Loc>,
    ask: impl Fn(String) -> Result<Result<(), SqlError>, Unknown>,
) -> Result<Vec<SqlError>, Unknown> {
    let Ok(mut tokens) = tokenize(text) else { return Ok(Vec::new()) };
    tokens.retain(|token| !token.is_space());
    let (mut out, mut edits, mut last) = (Vec::new(), Edits::default(), first.clone());
    'errors: while out.len() + 1 < ERRORS {
        let Some(piece) = faulty_piece(text, &tokens, &last).filter(|piece| !edits.touch(*piece)) else { break };
        let copies = copies(text, piece, &locate);
        let name = TextSize::new(last.length.unwrap_or_default()).min(piece.len());
        // The arguments of a function that doesn't exist may be wrong, too.
        let call = last.message.contains("Function with name").then(|| {
            let names: Vec<TextRange> = copies.iter().map(|call| TextRange::at(call.start(), name)).collect();
            edits.with(&names, |_| "coalesce".to_owned())
        });
        let neutral = NEUTRAL.iter().map(|instead| edits.with(&copies, |_| (*instead).to_owned()));
        for tried in call.into_iter().chain(neutral) {
            let edited = tried.apply(text);
            let Err(error) = ask(edited.text().to_owned())? else { return Ok(out) };
            let offset = error.offset.and_then(|offset| edited.origin(TextSize::new(offset))).map(u32::from);
            let error = SqlError { offset, ..error };
            let new = faulty_piece(text, &tokens, &error).is_some_and(|piece| !tried.touch(piece));
            if new && !error.message.contains("GROUP BY") {
                (edits, last) = (tried, error.clone());
                out.push(error);
                continue 'errors;
            }
        }
        break;
    }
    Ok(out)
}

/// What has to be replaced so that an error goes away: the whole name, and the whole call.
fn faulty_piece(text: &str, tokens: &[Token], error: &SqlError) -> Option<TextRange> {
    let names = matches!(error.kind, SqlErrorKind::Binder | SqlErrorKind::Catalog);
    if !names || error.message.starts_with("Table with name") {
        return None;
    }
    let range = error_range(text, TextSize::new(error.offset?), error.length);
    let mut first = tokens.iter().position(|token| token.range.end() > range.start())?;
    let mut last = tokens.iter().rposition(|token| token.range.start() < range.end()).filter(|last| *last >= first)?;
    let is = |at: usize, what: &str| tokens.get(at).is_some_and(|token| &text[token.range] == what);
    while first > 1 && is(first - 1, ".") {
        first -= 2;
    }
    while is(last + 1, ".") && last + 2 < tokens.len() {
        last += 2;
    }
    while is(last + 1, "(")
        || tokens.get(last + 1).is_some_and(|token| token.is_word("over") || token.is_word("filter"))
            && is(last + 2, "(")
    {
        let open = if is(last + 1, "(") { last + 1 } else { last + 2 };
        let mut nesting = Nesting::default();
        last = open
            + tokens[open..].iter().position(|token| {
                nesting.step(token);
                nesting.is_top()
            })?;
    }
    Some(TextRange::new(tokens[first].range.start(), tokens[last].range.end()))
}

/// A piece, and where else the same piece of the user's text stands.
fn copies(text: &str, piece: TextRange, locate: &impl Fn(TextRange) -> Option<Loc>) -> Vec<TextRange> {
    let loc = locate(piece);
    let content = &text[piece];
    let same = |start: usize| TextRange::at(TextSize::new(start as u32), piece.len());
    let mut out: Vec<TextRange> = text.match_indices(content).map(|(start, _)| same(start)).collect();
    out.retain(|range| *range == piece || loc.is_some() && locate(*range) == loc);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str, name: &str, message: &str) -> SqlError {
        SqlError {
            kind: SqlErrorKind::Binder,
            message: message.to_owned(),
            offset: text.find(name).map(|at| at as u32),
            length: Some(name.len() as u32),
            candidates: Vec::new(),
        }
    }

    /// A binder that knows no word with an `x`.
    fn bind(text: &str) -> Result<(), SqlError> {
        let tokens = tokenize(text).unwrap();
        match tokens.iter().find(|token| text[token.range].starts_with('x')) {
            None => Ok(()),
            Some(token) => Err(error(text, &text[token.range], "no such name")),
        }
    }

    fn found(text: &str) -> Vec<(usize, String)> {
        let first = bind(text).unwrap_err();
        let more = further(text, &first, |_| None, |sql| Ok(bind(&sql))).unwrap();
        let shown = |error: SqlError| {
            let range = error_range(text, TextSize::new(error.offset.unwrap()), error.length);
            (usize::from(range.start()), text[range].to_owned())
        };
        std::iter::once(first).chain(more).map(shown).collect()
    }

    #[test]
    fn each_error_at_its_place() {
        let names = |text| found(text).into_iter().map(|(_, name)| name).collect::<Vec<_>>();
        assert_eq!(names("select xa + t.b, lower(xb) from t where t.xc > 5"), ["xa", "xb", "xc"]);
        assert_eq!(names("select xa(xb), xc over (order by a) from t"), ["xa", "xc"]);
        assert_eq!(found("select 'é', xa, xa"), [(13, "xa".into()), (17, "xa".into())]);
        let many = format!("select {}", (0..20).map(|at| format!("x{at}")).collect::<Vec<_>>().join(", "));
        assert_eq!(found(&many).len(), ERRORS);
    }

    #[test]
    fn what_replaced_pieces_bring_about_is_no_error() {
        let text = "select f(xa), b";
        let first = bind(text).unwrap_err();
        let ask = |sql: String| Ok(Err(error(&sql, "f", "f has several forms")));
        assert_eq!(further(text, &first, |_| None, ask).unwrap(), []);
        let typed = |sql: String| match sql.contains("DOUBLE") {
            true => Ok(Err(error(&sql, "b", "no such name"))),
            false => Ok(Err(error(&sql, "f", "f has several forms"))),
        };
        let more = further(text, &first, |_| None, typed).unwrap();
        assert_eq!(more.iter().map(|error| error.offset).collect::<Vec<_>>(), [Some(14)]);
    }
}
