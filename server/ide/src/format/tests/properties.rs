//! For all texts of the tests, for mutations of them, and for any indentation: formatting twice is formatting once, the project is the
//! same, ranges are kept to, and edits are of blanks alone.

use super::*;
use crate::format::{indented_by, lines};
use std::path::Path;
use viz_syntax::{Node, NodeKind, query_string};

/// The YAML of all files below the tests and docs: that of projects, and that of examples on pages.
fn texts() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut open = vec![root.join("tests"), root.join("docs")];
    let mut found = Vec::new();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            let inside = std::fs::read_dir(&path).expect("it can be listed");
            let mut inside: Vec<_> = inside.map(|entry| entry.expect("an entry").path()).collect();
            inside.sort();
            open.extend(inside.into_iter().filter(|path| !path.ends_with("node_modules")));
            continue;
        }
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("yml" | "yaml") => found.extend(std::fs::read_to_string(&path)),
            Some("md") => {
                let page = std::fs::read_to_string(&path).expect("it can be read");
                let blocks = page.split("```yaml").skip(1).filter_map(|rest| rest.split_once('\n'));
                found.extend(blocks.filter_map(|(_, block)| Some(block.split("```").next()?.to_owned())));
            }
            _ => {}
        }
    }
    assert!(found.len() > 200, "{} texts", found.len());
    found
}

/// What a text says, in words: written apart from the safety net that the formatter has itself.
fn said(document: &Document) -> String {
    fn one(node: Node<'_>, out: &mut String) {
        if node.text().starts_with('*') {
            out.push_str(node.text());
            return;
        }
        if let Some((name, _)) = node.anchor() {
            out.push_str(&format!("&{name} "));
        }
        match node.kind() {
            NodeKind::Mapping => {
                out.push('{');
                for entry in node.entries() {
                    pair(entry.key, entry.value, out);
                }
                out.push('}');
            }
            NodeKind::Sequence => {
                out.push('[');
                node.items().for_each(|item| one(item, out));
                out.push(']');
            }
            _ => {
                let scalar = node.scalar().expect("a text without faults");
                let text = scalar.value();
                match query_string(text) {
                    Some(Ok(query)) => out.push_str(&format!("?{:?} {:?};", &text[query.body], query.slice)),
                    _ => out.push_str(&format!("{:?} {text:?};", scalar.resolved())),
                }
            }
        }
    }
    fn pair(key: Node<'_>, value: Node<'_>, out: &mut String) {
        one(key, out);
        out.push_str(": ");
        one(value, out);
    }
    let mut out = String::new();
    // A mapping is told by its entries, since one that begins further in is read in one piece, and one at the left is not.
    if let Some(root) = document.root().filter(|root| root.kind() != NodeKind::Mapping) {
        one(root, &mut out);
        return out;
    }
    for entry in document.entries() {
        let listed = entry.items().next().is_some() && !entry.node().text().starts_with('*');
        if listed {
            one(entry.key(), &mut out);
            out.push_str(": [");
            entry.items().for_each(|item| one(item, &mut out));
            out.push(']');
        } else {
            pair(entry.key(), entry.node(), &mut out);
        }
    }
    out
}

/// The comments of a text, and everything else that is no blank.
fn solid(text: &str) -> String {
    text.split([' ', '\t']).collect()
}

/// Formats a text, if it can be, and looks whether all holds that should.
fn hold(text: &str, range: Option<TextRange>) -> Option<String> {
    let document = Document::parse(text);
    let edits = format(&document, range);
    // The safety net is not what it stands on: it holds nothing but line ends that only YAML 1.1 knows, and byte order marks.
    assert!(
        edits != Err(Unformatted::Changed) || text.contains(['\u{85}', '\u{2028}', '\u{2029}', '\u{feff}']),
        "{range:?} of {text:?}"
    );
    let edits = edits.ok()?;
    let whole = TextRange::up_to(TextSize::of(text));
    assert!(edits.windows(2).all(|pair| pair[0].range.end() <= pair[1].range.start()), "{edits:?} in {text}");
    for edit in &edits {
        assert!(range.unwrap_or(whole).contains_range(edit.range), "{edit:?} leaves {range:?}");
        let is_blank = |text: &str| text.bytes().all(|byte| matches!(byte, b' ' | b'\t'));
        assert!(is_blank(&text[edit.range]) && is_blank(&edit.text), "{edit:?} in {text}");
        assert!(edit.range.is_empty() != edit.text.is_empty(), "blanks go or come: {edit:?} in {text}");
    }
    let after = apply(text, &edits);
    let parsed = Document::parse(&after);
    assert_eq!(said(&document), said(&parsed), "{text}\n----\n{after}");
    assert_eq!(solid(text), solid(&after));
    if range.is_none() {
        assert_eq!(format(&parsed, None), Ok(Vec::new()), "formatting twice: {text}\n----\n{after}");
    }
    Some(after)
}

fn some_range(random: &mut fastrand::Rng, text: &str) -> TextRange {
    let lines = lines::lines(text);
    let mut at = || {
        let line = lines[random.usize(..lines.len())];
        TextSize::new(random.choice([line.start, line.end, line.start + line.indent]).expect("three") as u32)
    };
    let (a, b) = (at(), at());
    TextRange::new(a.min(b), a.max(b))
}

#[test]
fn all_texts_of_the_tests() {
    let texts = texts();
    let mut random = fastrand::Rng::with_seed(19);
    let mut formatted = 0;
    for text in &texts {
        formatted += usize::from(hold(text, None).is_some());
        for _ in 0..5 {
            hold(text, Some(some_range(&mut random, text)));
        }
    }
    assert!(formatted * 10 > texts.len() * 8, "{formatted} of {} texts are formatted", texts.len());
}

/// Whatever the indentation was, it comes to the same.
#[test]
fn any_indentation_comes_to_the_same() {
    for text in texts() {
        let Some(formatted) = hold(&text, None) else { continue };
        for step in [3, 8] {
            let document = Document::parse(&formatted);
            let Ok(edits) = indented_by(step, &document, None) else { continue };
            let other = apply(&formatted, &edits);
            assert_eq!(hold(&other, None).as_deref(), Some(&*formatted), "from {step} columns:\n{other}");
        }
    }
}

const SNIPPETS: [&str; 40] = [
    ":",
    ": ",
    "- ",
    "\"",
    "'",
    "[",
    "]",
    "{",
    "}",
    "#",
    " #",
    "# c\n",
    "|",
    ">",
    "|2\n",
    "|+\n",
    ">-\n",
    "\t",
    "&a ",
    "*a",
    "!!str ",
    "? ",
    "?{",
    "?{a}",
    "${",
    "}}",
    "\n",
    "\n\n",
    "  ",
    "   \n",
    "\r\n",
    "%",
    "é",
    "\r",
    "---\n",
    "...\n",
    "\u{feff}",
    "\u{2028}",
    "\u{85}",
    "    - a: 1\n",
];

/// What typing, pasting and deleting do to a text, and what people do to indentation.
fn mutated(random: &mut fastrand::Rng, text: &str) -> String {
    let lines = lines::lines(text);
    let line = lines[random.usize(..lines.len())];
    let snap = |mut at: usize| {
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let at = snap(random.usize(..=text.len()));
    let snippet = random.choice(SNIPPETS).expect("some");
    let (range, new) = match random.u8(..12) {
        0 => (at..snap((at + 1).min(text.len())).max(at), String::new()),
        1 | 2 => (at..at, snippet.to_owned()),
        3 => (line.start..line.start, snippet.to_owned()),
        4 => (line.end..line.end, snippet.to_owned()),
        5 => (line.start..line.end, String::new()),
        6 => (line.end..line.end, format!("\n{}", &text[line.start..line.end])),
        7 => (line.start..line.start, " ".repeat(random.usize(1..7))),
        8 => (line.start..line.start + line.indent.min(2), String::new()),
        9 => (line.end..line.end, " ".repeat(random.usize(1..3))),
        // A block moves.
        10 => {
            let last = lines.iter().rfind(|last| last.start < line.start + 300).expect("itself").end;
            let moved = text[line.start..last.max(line.end)].replace('\n', "\n  ");
            (line.start..last.max(line.end), format!("  {moved}"))
        }
        _ => {
            let last = lines.iter().rfind(|last| last.start < line.start + 300).expect("itself").end;
            let moved = text[line.start..last.max(line.end)].replace("\n  ", "\n ");
            (line.start..last.max(line.end), moved)
        }
    };
    format!("{}{new}{}", &text[..range.start], &text[range.end..])
}

#[test]
fn ten_thousand_random_edits() {
    let texts: Vec<String> = texts().into_iter().filter(|text| text.len() < 1_500 && !text.is_empty()).collect();
    let texts = &texts;
    let formatted: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|seed| scope.spawn(move || random_edits(1906 + seed, 2_500, texts))).collect();
        threads.into_iter().map(|thread| thread.join().expect("all holds")).sum()
    });
    assert!(formatted > 3_000, "{formatted} of 10,000 could be formatted");
}

/// How many of so many texts with random edits could be formatted.
fn random_edits(seed: u64, number: usize, texts: &[String]) -> usize {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut formatted = 0;
    for _ in 0..number {
        let mut text = random.choice(texts).expect("some").clone();
        for _ in 0..random.usize(1..4) {
            text = mutated(&mut random, &text);
        }
        if random.bool() {
            let range = some_range(&mut random, &text);
            hold(&text, Some(range));
        }
        formatted += usize::from(hold(&text, None).is_some());
        let offset = TextSize::new(random.usize(..=text.len()) as u32);
        indent_of_new_line(&Document::parse(&text), offset);
    }
    formatted
}
