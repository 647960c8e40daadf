//! The query of a dynamic insight as the body of a JavaScript template literal (5.5): what the browser can't prepare, or
//! changes on the way.

use crate::rewrite::Edit;
use crate::template::{Template, null_words};
use viz_project::{Code, Fix, ObjectId, Problem, Project};
use viz_text::{Loc, TextRange, TextSize};

/// Words that can't be names of parameters, which inputs are.
const RESERVED: [&str; 46] = [
    "arguments",
    "await",
    "break",
    "case",
    "catch",
    "class",
    "const",
    "continue",
    "debugger",
    "default",
    "delete",
    "do",
    "else",
    "enum",
    "eval",
    "export",
    "extends",
    "false",
    "finally",
    "for",
    "function",
    "if",
    "implements",
    "import",
    "in",
    "instanceof",
    "interface",
    "let",
    "new",
    "null",
    "package",
    "private",
    "protected",
    "public",
    "return",
    "static",
    "super",
    "switch",
    "this",
    "throw",
    "true",
    "try",
    "typeof",
    "var",
    "void",
    "while",
];

/// What is wrong with a query as a template literal, and whether the browser can't prepare it at all.
pub(crate) fn problems(project: &Project, template: &Template) -> (Vec<Problem>, bool) {
    let mut out = names(project, template);
    let mut fatal = !out.is_empty();
    let text = template.text();
    for piece in pieces(template) {
        for (range, fault) in faults(text.slice(piece)) {
            // What no user wrote has no such characters.
            let Some(loc) = text.locate(range + piece.start()) else { continue };
            fatal |= !matches!(fault, Fault::Eaten | Fault::Control);
            out.push(fault.problem(text.slice(range + piece.start()), project.text_at(loc), loc));
        }
    }
    out.extend(nulls(template));
    (out, fatal)
}

/// The word `null` inside texts (S-26).
fn nulls(template: &Template) -> Vec<Problem> {
    let plain = template.plain();
    let tokens = crate::tokens::tokenize(&plain).unwrap_or_default();
    let texts = tokens.iter().filter(|token| matches!(token.token, sqlparser::tokenizer::Token::SingleQuotedString(_)));
    let null = |range: TextRange| {
        let loc = template.text().locate(range)?;
        let message = "the browser makes `NULL` of the word `null`, also in a text";
        let help = "compare with the text in capitals, or keep such texts out of the model: `nullif(column, 'null')`";
        Some(Problem::new(Code::TemplateLiteral, loc, message).help(help))
    };
    texts
        .flat_map(|token| null_words(&plain[token.range]).map(|range| range + token.range.start()))
        .filter_map(null)
        .collect()
}

/// The ranges outside all holes.
fn pieces(template: &Template) -> Vec<TextRange> {
    let mut done = TextSize::new(0);
    let ends = template.holes().iter().map(|hole| (hole.range.start(), hole.range.end()));
    let piece = |(start, next)| TextRange::new(std::mem::replace(&mut done, next), start);
    ends.chain([(template.len(), template.len())]).map(piece).collect()
}

/// What JavaScript makes of escapes and line ends, where it differs from the text.
pub(crate) fn cooked(template: &Template) -> Vec<Edit> {
    let text = template.text();
    let mut out = Vec::new();
    for piece in pieces(template) {
        let slice = text.slice(piece);
        let mut at = 0;
        while let Some(found) = slice[at..].find(['\\', '\r']) {
            let start = at + found;
            let (len, made) = match &slice[start..] {
                rest if rest.starts_with("\r\n") => (2, "\n".to_owned()),
                rest if rest.starts_with('\r') => (1, "\n".to_owned()),
                rest => unescaped(rest),
            };
            let range = TextRange::at(TextSize::new(start as u32), TextSize::new(len as u32)) + piece.start();
            out.push(Edit { range, text: made, loc: text.locate(range) });
            at = start + len;
        }
    }
    out
}

/// The length of the escape that a text begins with, and what it stands for.
fn unescaped(rest: &str) -> (usize, String) {
    let Some(second) = rest[1..].chars().next() else { return (1, String::new()) };
    let after = &rest[1 + second.len_utf8()..];
    let hex = |digits: &str| u32::from_str_radix(digits, 16).ok();
    let character = |code: u32| char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER).to_string();
    let simple = |text: &str| (1 + second.len_utf8(), text.to_owned());
    match second {
        'n' => simple("\n"),
        'r' => simple("\r"),
        't' => simple("\t"),
        'f' => simple("\u{c}"),
        'v' => simple("\u{b}"),
        'b' => simple("\u{8}"),
        '0' => simple("\0"),
        '\n' | '\u{2028}' | '\u{2029}' => simple(""),
        'x' => match after.get(..2).and_then(hex) {
            Some(code) => (4, character(code)),
            None => simple("x"),
        },
        'u' => {
            let braced = after.strip_prefix('{').and_then(|inner| inner.split_once('}')).map(|(inner, _)| inner);
            match (braced.and_then(hex).zip(braced), after.get(..4).and_then(hex)) {
                (Some((code, inner)), _) => (4 + inner.len(), character(code)),
                (None, Some(code)) => (6, character(code)),
                _ => simple("u"),
            }
        }
        other => simple(&other.to_string()),
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Fault {
    Backtick,
    Expression,
    Malformed,
    Eaten,
    Control,
}

impl Fault {
    /// `written` is the piece in the file, where a backslash may be two.
    fn problem(&self, piece: &str, written: Option<&str>, loc: Loc) -> Problem {
        let message = match self {
            Fault::Backtick => "the browser can't prepare this query: a backtick ends its text".to_owned(),
            Fault::Expression => "the browser can't prepare this query: `${` begins a piece of JavaScript".to_owned(),
            Fault::Malformed => {
                format!("the browser can't prepare this query: `{piece}` is a malformed escape of JavaScript")
            }
            Fault::Eaten => format!("the browser takes the backslash away: `{piece}` becomes `{}`", &piece[1..]),
            Fault::Control => format!("the browser makes a control character of `{piece}`"),
        };
        let problem = Problem::new(Code::TemplateLiteral, loc, message);
        match self {
            Fault::Backtick => problem.help("write names in double quotes"),
            Fault::Expression => problem.help("write `${ref(input).value}`"),
            Fault::Malformed | Fault::Eaten | Fault::Control => {
                let written = written.unwrap_or(piece);
                let backslash = if written.starts_with(r"\\") && !piece.starts_with(r"\\") { r"\\" } else { r"\" };
                problem.fix(Fix::replace("double the backslash", loc, format!("{backslash}{written}")).safe())
            }
        }
    }
}

fn faults(text: &str) -> Vec<(TextRange, Fault)> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(found) = text[at..].find(['`', '\\', '$']) {
        let start = at + found;
        let rest = &text[start..];
        let (len, fault) = match rest.as_bytes()[0] {
            b'`' => (1, Some(Fault::Backtick)),
            b'$' if rest.starts_with("${") => (2, Some(Fault::Expression)),
            b'$' => (1, None),
            _ => escape(rest),
        };
        if let Some(fault) = fault {
            out.push((TextRange::at(TextSize::new(start as u32), TextSize::new(len as u32)), fault));
        }
        at = start + len;
    }
    out
}

/// Length and fault of what a backslash begins.
fn escape(rest: &str) -> (usize, Option<Fault>) {
    let Some(second) = rest[1..].chars().next() else { return (1, Some(Fault::Eaten)) };
    let len = 1 + second.len_utf8();
    let after = &rest[len..];
    let hex = |count: usize| after.len() >= count && after.as_bytes()[..count].iter().all(u8::is_ascii_hexdigit);
    let braced = || {
        let inner = after.strip_prefix('{').and_then(|inner| inner.split_once('}')).map(|(inner, _)| inner);
        inner.and_then(|inner| u32::from_str_radix(inner, 16).ok()).is_some_and(|code| code <= 0x10_FFFF)
    };
    let fault = match second {
        '\\' | '`' | '$' | 'n' | 'r' | 't' | 'f' | 'v' => None,
        'u' => (!hex(4) && !braced()).then_some(Fault::Malformed),
        'x' => (!hex(2)).then_some(Fault::Malformed),
        '0' if !after.starts_with(|c: char| c.is_ascii_digit()) => Some(Fault::Control),
        '0'..='9' => Some(Fault::Malformed),
        'b' => Some(Fault::Control),
        _ => Some(Fault::Eaten),
    };
    (len, fault)
}

/// Inputs whose names the browser can't use.
fn names(project: &Project, template: &Template) -> Vec<Problem> {
    let mut inputs: Vec<(ObjectId, Loc)> = Vec::new();
    for hole in template.holes() {
        if !inputs.iter().any(|(input, _)| *input == hole.input) {
            inputs.push((hole.input, hole.loc));
        }
    }
    let name = |input: ObjectId| project.object(input).name_text();
    let mut out = Vec::new();
    for (input, _) in inputs.iter().filter(|(input, _)| RESERVED.contains(&name(*input))) {
        let message = format!("`{}` is a word of JavaScript: the browser can't prepare queries with it", name(*input));
        out.push(
            Problem::new(Code::TemplateLiteral, project.object(*input).name_loc(), message).help("rename the input"),
        );
    }
    // Names that are no identifiers are replaced wherever a placeholder begins with them.
    let is_identifier = |name: &str| {
        !name.starts_with(|c: char| c.is_ascii_digit()) && name.chars().all(|c| c.is_alphanumeric() || c == '_')
    };
    for (short, _) in inputs.iter().filter(|(input, _)| !is_identifier(name(*input))) {
        let mixed = inputs.iter().filter(|(long, _)| long != short && name(*long).starts_with(name(*short)));
        for (long, loc) in mixed {
            let message =
                format!("`{}` begins with the name of `{}`: the browser mixes them up", name(*long), name(*short));
            out.push(Problem::new(Code::TemplateLiteral, *loc, message).help("rename one of them"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_of_template_literals() {
        let of = |text: &str| -> Vec<(String, Fault)> {
            faults(text)
                .into_iter()
                .map(|(range, fault)| (text[std::ops::Range::<usize>::from(range)].to_owned(), fault))
                .collect()
        };
        assert_eq!(of("x ~ 'a\\\\d' and y = '\\n\\t\\u00e9\\u{1F600}\\x41' and z = '5 $'"), []);
        assert_eq!(of("`x`").len(), 2);
        assert_eq!(of("x ~ '\\d+'"), [("\\d".into(), Fault::Eaten)]);
        assert_eq!(of("x ~ '\\bé\\é'"), [("\\b".into(), Fault::Control), ("\\é".into(), Fault::Eaten)]);
        assert_eq!(
            of("'\\1' '\\0' '\\01' '\\u12' '\\xg'").into_iter().map(|(_, fault)| fault).collect::<Vec<_>>(),
            [Fault::Malformed, Fault::Control, Fault::Malformed, Fault::Malformed, Fault::Malformed]
        );
        assert_eq!(of("${1 + 1}"), [("${".into(), Fault::Expression)]);
    }

    #[test]
    fn escapes_as_javascript_reads_them() {
        let of = |text: &str| {
            let mut template = Template::new();
            template.push_generated(text);
            crate::rewrite::rewrite(&template, &[], &cooked(&template)).0.text().text().to_owned()
        };
        assert_eq!(of("'\\d\\\\d' \r\n \r"), "'d\\d' \n \n");
        assert_eq!(of("\\n\\t\\'\\u00e9\\u{1F600}\\x41\\$"), "\n\t'é😀A$");
        assert_eq!(of("a\\\nb"), "ab");
        assert_eq!(of("no escapes"), "no escapes");
    }

    #[test]
    fn reserved_words_are_sorted() {
        assert!(RESERVED.is_sorted());
    }
}
