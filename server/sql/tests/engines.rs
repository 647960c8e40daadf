//! 1.4's parser is mirrored as it is: `engines.tsv` holds what both engines say of sentences from 2.0's grammar
//! (`server/sql/generate/engines.py` writes it).

use viz_sql::engine_1_4::{parse, parse_and_look_up, reads_instead};

/// Sentences, and keywords by the position in which they stand; with whether 1.4 takes them.
fn sentences() -> impl Iterator<Item = (char, &'static str, Option<&'static str>)> {
    let (texts, _) = include_str!("engines.tsv").split_once("\n\n").unwrap();
    texts.lines().map(|line| {
        let fields: Vec<&str> = line.split('\t').collect();
        (fields[0].chars().next().unwrap(), fields[1], fields.get(2).copied())
    })
}

/// What the step behind 1.4's grammar says of texts that 2.0's parser takes and that are read here all the same, because 2.0's
/// binder refuses them, too (run in both): so they are errors without 1.4.
const REFUSED_WHEN_BOUND: [&str; 7] = [
    // Aggregates in windows leave out no NULLs; `f` of these sentences would have to be one. Functions of windows may, in both.
    "RESPECT/IGNORE NULLS is not supported for windowed aggregates",
    // Its macro `if` has three parameters.
    "Wrong number of arguments to IF.",
    // `MAP` without two types.
    "Map type needs exactly two entries",
    // Names of four parts: no schema is in a schema.
    "NameListToString NOT IMPLEMENTED",
    "Too many qualifications for type name",
    "TransformFuncCall - Expected 1, 2 or 3 qualifications",
    // 2.0 takes `try(x ignore nulls)` and leaves out the words, which mean nothing there: left.
    "RESPECT/IGNORE NULLS is not supported for non-window functions",
];

#[test]
fn sentences_of_the_grammar() {
    let (mut count, mut wrong) = (0, Vec::new());
    for (verdict, text, near) in sentences() {
        count += 1;
        let found = parse(text);
        let right = match (verdict, &found) {
            ('=' | '<', Ok(())) => true,
            ('!' | '>', Err(range)) => {
                // Where other statements are read, they are only known to be none of ours.
                let other = ["show", "desc", "describe", "summarize", "abort"].contains(&&text[*range]);
                other || near.is_none_or(|near| near.is_empty() || text[*range].starts_with(near))
            }
            // What follows 1.4's grammar refuses: either that is known here, or 2.0 has the same to say.
            ('~', Err(_)) => true,
            ('~', Ok(())) => match near.and_then(|near| near.strip_prefix("+ ")) {
                Some(error) => REFUSED_WHEN_BOUND.iter().any(|known| error.contains(known)),
                None => near.is_none_or(|error| !reads_instead(text, error)),
            },
            _ => false,
        } && (verdict != '<'
            || near.is_some_and(|error| reads_instead(text, error))
            || matches!(parse_and_look_up(text), Ok(Some(_))));
        if !right {
            wrong.push(format!("{verdict} {text} {near:?} {:?}", found.map_err(|range| &text[range])));
        }
    }
    assert!(count > 5_000, "{count}");
    assert!(wrong.is_empty(), "{} of {count}: {:#?}", wrong.len(), &wrong[..wrong.len().min(40)]);
}

#[test]
fn words_in_each_position() {
    let (_, positions) = include_str!("engines.tsv").split_once("\n\n").unwrap();
    let mut lines = positions.lines();
    let words: Vec<&str> = lines.next().unwrap().split(' ').collect();
    let (mut count, mut wrong) = (0, Vec::new());
    for line in lines {
        let mut fields = line.split('\t');
        let position = fields.next().unwrap();
        let refused: Vec<&str> = fields.next().unwrap_or_default().split(' ').collect();
        for word in &words {
            count += 1;
            let text = position.replace("{}", word).replace("{{", "{").replace("}}", "}");
            // These are words that the grammar refuses; this one is refused behind it.
            if parse(&text).is_ok() == refused.contains(word) && text != "select x::interval(1)" {
                wrong.push(text);
            }
        }
    }
    assert!(count > 20_000, "{count}");
    assert!(wrong.is_empty(), "{} of {count}: {:#?}", wrong.len(), &wrong[..wrong.len().min(40)]);
}
