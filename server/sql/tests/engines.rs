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

/// What 2.0's binder refuses with 1.4's reasons: other windows than those of its own functions that leave out NULLs, `if` of other
/// than three values, types without or with wrong modifiers, names of four parts, which no database has, pivots on constants, and
/// tables that are none.
fn is_refused_when_bound(text: &str) -> bool {
    let has = |piece: &str| text.contains(piece);
    let of_four_parts = text.replace(' ', "").matches(['t', '"']).count() >= 3 && text.matches('.').count() >= 3;
    let type_of_text = has("map") || has("bit (") || has("( bit )");
    has("ignore nulls") || has("if(") || type_of_text || has("show") || of_four_parts || has("pivot")
}

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
            // What follows 1.4's grammar refuses: if 2.0 takes it, that is left to 2.0's binder.
            ('~', Ok(())) if near == Some("+") => is_refused_when_bound(text),
            // Of wrong modifiers of types both say the same, where 2.0 finds no other fault before.
            ('~', _) if text.contains("interval (") || text.contains("($1)") => true,
            ('~', _) => near.is_none_or(|error| !reads_instead(text, error)),
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
            if parse(&text).is_ok() == refused.contains(word) {
                wrong.push(text);
            }
        }
    }
    assert!(count > 20_000, "{count}");
    assert!(wrong.is_empty(), "{} of {count}: {:#?}", wrong.len(), &wrong[..wrong.len().min(40)]);
}
