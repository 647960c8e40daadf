//! The tokens of a text as DuckDB's own lexer cuts them. It never fails: what is not closed is a token too.

/// What a token is, as far as it matters to what stands beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `'…'`; with a line break between them, several are one.
    String,
    /// `E'…'`, in which backslashes escape.
    Escape,
    /// `$tag$…$tag$`.
    Dollar,
    /// `"…"`.
    Quoted,
    /// A bare word: keyword or name.
    Word,
    /// A number.
    Number,
    /// An operator of one or several characters.
    Operator,
    /// A bracket, a comma or a dot.
    Mark,
    /// `-- …` up to the end of the line.
    LineComment,
    /// `/* … */`, nested.
    BlockComment,
    /// What changes more than its own place: `;`, `?`, `$1`, a backslash, NUL, white-space that is not ASCII; and a number with letters
    /// right behind it.
    Wild,
    /// A literal, a name or a comment that never ends: no text with one is a query.
    Open,
}

/// A token: what it is, and its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// Its first byte.
    pub start: usize,
    /// The byte after its last.
    pub end: usize,
}

impl Token {
    /// Its text.
    pub fn text<'a>(&self, sql: &'a str) -> &'a str {
        &sql[self.start..self.end]
    }

    /// Whether it is this bare word, in any case.
    pub fn is(&self, sql: &str, word: &str) -> bool {
        self.kind == Kind::Word && self.text(sql).eq_ignore_ascii_case(word)
    }
}

/// The tokens of a text, without white-space.
pub fn lex(sql: &str) -> Vec<Token> {
    let bytes = sql.as_bytes();
    let mut out = Vec::with_capacity(bytes.len() / 4);
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at].is_ascii_whitespace() || bytes[at] == 0x0b {
            at += 1;
            continue;
        }
        let (kind, end) = token(sql, at);
        out.push(Token { kind, start: at, end });
        at = end;
    }
    out
}

fn token(sql: &str, at: usize) -> (Kind, usize) {
    let bytes = sql.as_bytes();
    let next = bytes.get(at + 1).copied().unwrap_or(0);
    match bytes[at] {
        b'\'' => string(bytes, at + 1, false),
        b'"' => closed(quoted(bytes, at + 1, b'"', false), Kind::Quoted, bytes.len()),
        b'e' | b'E' if next == b'\'' => string(bytes, at + 2, true),
        b'x' | b'X' | b'b' | b'B' | b'n' | b'N' if next == b'\'' => {
            let (kind, end) = string(bytes, at + 2, false);
            // Not the same as a plain string, and its content has rules.
            (if kind == Kind::Open { kind } else { Kind::Escape }, end)
        }
        b'$' => dollar(sql, at),
        b'-' if next == b'-' => {
            let end = bytes[at..].iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            (Kind::LineComment, end.map_or(bytes.len(), |end| at + end))
        }
        b'/' if next == b'*' => closed(comment(bytes, at), Kind::BlockComment, bytes.len()),
        b'.' if next.is_ascii_digit() => numeric(sql, at),
        b'0'..=b'9' => numeric(sql, at),
        b'(' | b')' | b'[' | b']' | b'{' | b'}' | b',' | b'.' => (Kind::Mark, at + 1),
        b';' | b'?' | b'\\' | 0 => (Kind::Wild, at + 1),
        byte if is_operator(byte) => (Kind::Operator, operator(bytes, at)),
        _ => word(sql, at),
    }
}

fn closed(end: Option<usize>, kind: Kind, len: usize) -> (Kind, usize) {
    end.map_or((Kind::Open, len), |end| (kind, end))
}

/// Behind the closing quote; two quotes stand for one.
fn quoted(bytes: &[u8], from: usize, quote: u8, escapes: bool) -> Option<usize> {
    let mut at = from;
    loop {
        match bytes.get(at)? {
            b'\\' if escapes => at += 2,
            byte if *byte == quote && bytes.get(at + 1) == Some(&quote) => at += 2,
            byte if *byte == quote => return Some(at + 1),
            _ => at += 1,
        }
    }
}

/// A string and those that continue it: only white-space with a line break between them.
fn string(bytes: &[u8], from: usize, escapes: bool) -> (Kind, usize) {
    let kind = if escapes { Kind::Escape } else { Kind::String };
    let Some(mut end) = quoted(bytes, from, b'\'', escapes) else { return (Kind::Open, bytes.len()) };
    loop {
        let space = bytes[end..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let gap = &bytes[end..end + space];
        if !gap.iter().any(|byte| matches!(byte, b'\n' | b'\r')) || bytes.get(end + space) != Some(&b'\'') {
            return (kind, end);
        }
        match quoted(bytes, end + space + 1, b'\'', escapes) {
            Some(next) => end = next,
            None => return (Kind::Open, bytes.len()),
        }
    }
}

fn dollar(sql: &str, at: usize) -> (Kind, usize) {
    let rest = &sql[at + 1..];
    let tag = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80).count();
    if rest.as_bytes().get(tag) != Some(&b'$') || rest.starts_with(|c: char| c.is_ascii_digit()) {
        return (Kind::Wild, at + 1 + tag);
    }
    let delimiter = &sql[at..at + tag + 2];
    let from = at + delimiter.len();
    closed(sql[from..].find(delimiter).map(|end| from + end + delimiter.len()), Kind::Dollar, sql.len())
}

fn comment(bytes: &[u8], at: usize) -> Option<usize> {
    let (mut depth, mut at) = (1, at + 2);
    while depth > 0 {
        match (bytes.get(at)?, bytes.get(at + 1)) {
            (b'*', Some(b'/')) => (depth, at) = (depth - 1, at + 2),
            (b'/', Some(b'*')) => (depth, at) = (depth + 1, at + 2),
            _ => at += 1,
        }
    }
    Some(at)
}

/// A number; with a letter or a dot right behind it, how DuckDB cuts that depends on what follows (`1e` at the end of a text is a
/// number, elsewhere a number and a name; `0x1F` never is one).
fn numeric(sql: &str, at: usize) -> (Kind, usize) {
    let end = number(sql.as_bytes(), at);
    let rest = &sql[end..];
    match rest.find(|c| !is_word_char(c) && c != '.').unwrap_or(rest.len()) {
        0 => (Kind::Number, end),
        more => (Kind::Wild, end + more),
    }
}

fn number(bytes: &[u8], at: usize) -> usize {
    let digits = |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit() || **byte == b'_').count();
    let is = |at: usize, set: &[u8]| bytes.get(at).is_some_and(|byte| set.contains(byte));
    let mut end = at + digits(at);
    if is(end, b".") && !is(end + 1, b".") {
        end += 1 + digits(end + 1);
    }
    if is(end, b"eE") {
        let sign = usize::from(is(end + 1, b"+-"));
        let exponent = digits(end + 1 + sign);
        if exponent > 0 {
            end += 1 + sign + exponent;
        }
    }
    end
}

fn is_operator(byte: u8) -> bool {
    b"+-*/<>=~!@#%^&|`:".contains(&byte)
}

/// An operator ends before a comment; and before a final `+` or `-`, unless it holds a character that SQL's own
/// operators don't have.
fn operator(bytes: &[u8], at: usize) -> usize {
    let mut end = at + bytes[at..].iter().take_while(|byte| is_operator(**byte)).count();
    let text = &bytes[at..end];
    if let Some(comment) = text.windows(2).position(|two| two == b"--" || two == b"/*").filter(|start| *start > 0) {
        end = at + comment;
    }
    while end > at + 1
        && matches!(bytes[end - 1], b'+' | b'-')
        && !bytes[at..end].iter().any(|b| b"~!@#%^&|`".contains(b))
    {
        end -= 1;
    }
    end
}

fn word(sql: &str, at: usize) -> (Kind, usize) {
    let first = sql[at..].chars().next().unwrap_or(' ');
    if !is_word_char(first) {
        // A white-space character beyond ASCII, or a control character.
        return (Kind::Wild, at + first.len_utf8());
    }
    let len = sql[at..].find(|c| !is_word_char(c)).unwrap_or(sql.len() - at);
    (Kind::Word, at + len)
}

fn is_word_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '$' || !c.is_ascii() && !is_space(c)
}

fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(sql: &str) -> Vec<(Kind, &str)> {
        lex(sql).iter().map(|token| (token.kind, token.text(sql))).collect()
    }

    #[test]
    fn tokens_are_those_of_duckdb() {
        use Kind::*;
        let table: &[(&str, &[(Kind, &str)])] = &[
            ("x='O''F'", &[(Word, "x"), (Operator, "="), (String, "'O''F'")]),
            ("'a'\n 'b' 'c'", &[(String, "'a'\n 'b'"), (String, "'c'")]),
            ("'a' 'b'", &[(String, "'a'"), (String, "'b'")]),
            ("'a\\' E'a\\'b'", &[(String, "'a\\'"), (Escape, "E'a\\'b'")]),
            ("'O'F'", &[(String, "'O'"), (Word, "F"), (Open, "'")]),
            ("$a$ ' $a$ $1 ?", &[(Dollar, "$a$ ' $a$"), (Wild, "$1"), (Wild, "?")]),
            ("1 --5'\n2", &[(Number, "1"), (LineComment, "--5'"), (Number, "2")]),
            ("1/* /* */ 2 */3", &[(Number, "1"), (BlockComment, "/* /* */ 2 */"), (Number, "3")]),
            ("/* /* */", &[(Open, "/* /* */")]),
            ("i=-5", &[(Word, "i"), (Operator, "="), (Operator, "-"), (Number, "5")]),
            ("i=>-5", &[(Word, "i"), (Operator, "=>"), (Operator, "-"), (Number, "5")]),
            ("1x 2 3.x", &[(Wild, "1x"), (Number, "2"), (Wild, "3.x")]),
            ("1.5e-7 .5 0x1F 1e", &[(Number, "1.5e-7"), (Number, ".5"), (Wild, "0x1F"), (Wild, "1e")]),
            ("\"a\"\"b\" \"", &[(Quoted, "\"a\"\"b\""), (Open, "\"")]),
            ("a\u{a0}b;", &[(Word, "a"), (Wild, "\u{a0}"), (Word, "b"), (Wild, ";")]),
            ("été", &[(Word, "été")]),
        ];
        for (sql, tokens) in table {
            assert_eq!(shown(sql), *tokens, "{sql:?}");
        }
    }
}
