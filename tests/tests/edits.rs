//! Random edits in every encoding: the server's text is the client's, whatever they did.

use crate::PROGRAM;
use std::ops::Range;
use viz_tests::projects::Project;
use viz_tests::{Client, Document, Encoding, Options, cli};

const SNIPPETS: [&str; 12] =
    ["", "x", "é", "😀", "\n", "  ", "# 😀 note\n", "${ref(region).value}", "?{", "}", "'", "  - name: 新しい\n"];

fn random_range(random: &mut fastrand::Rng, text: &str) -> Range<usize> {
    let snap = |mut at: usize| {
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = snap(random.usize(..=text.len()));
    let length = if random.u8(..10) == 0 { 200 } else { 4 };
    start..snap((start + random.usize(..=length)).min(text.len()))
}

/// One notification: several changes, each on the result of those before it; sometimes the whole text.
fn random_changes(random: &mut fastrand::Rng, document: &mut Document) -> Vec<serde_json::Value> {
    (0..random.usize(1..4))
        .map(|_| {
            let text = random.choice(SNIPPETS).expect("there are some");
            if random.u8(..30) == 0 {
                let whole = document.text.clone();
                return document.replace_all(&format!("{text}{whole}"));
            }
            let range = random_range(random, &document.text);
            document.replace(range, text)
        })
        .collect()
}

fn replay(encoding: Encoding, seed: u64) {
    let mut random = fastrand::Rng::with_seed(seed);
    let project = Project::copy_of("broken/ecommerce");
    let mut client = Client::start(PROGRAM, Options { encodings: vec![encoding], ..Options::default() });
    assert_eq!(client.encoding, encoding);
    let mut document = client.open(&project.file("insights.yml"));
    for step in 0..60 {
        let changes = random_changes(&mut random, &mut document);
        client.change(&mut document, changes);
        if step % 20 == 7 {
            // A pause at times, so that states in between are checked too.
            client.quiet_for(std::time::Duration::from_millis(random.u64(..40)));
        }
    }
    client.settle(&project.root);
    let shown = client.findings(&project.root);
    assert_eq!(client.shut_down(), 0);

    // The command line counts in UTF-16, on the model's text.
    project.write("insights.yml", &document.text);
    let mut printed = cli::findings(&cli::check_json(PROGRAM, &project.root, &[]), 0);
    for finding in &mut printed {
        let text = project.read(&finding.file);
        for at in [&mut finding.start, &mut finding.end] {
            let line = text.split('\n').nth(at.0 as usize).unwrap_or_default();
            at.1 = recount(line, at.1, encoding);
        }
    }
    printed.sort();
    assert_eq!(shown, printed, "seed {seed}, {encoding:?}, text:\n{}", document.text);
}

/// A UTF-16 column in another unit.
fn recount(line: &str, column: u32, encoding: Encoding) -> u32 {
    let mut units = 0;
    let before: String = line
        .chars()
        .take_while(|character| {
            let inside = units < column;
            units += character.len_utf16() as u32;
            inside
        })
        .collect();
    encoding.width(&before) as u32
}

#[test]
fn in_utf_8() {
    replay(Encoding::Utf8, 1);
}

#[test]
fn in_utf_16() {
    replay(Encoding::Utf16, 2);
}

#[test]
fn in_utf_32() {
    replay(Encoding::Utf32, 3);
}

/// "The end" is the largest number for some clients: positions beyond any text are its end, in edits and in requests.
#[test]
fn positions_beyond_any_text() {
    const NUMBERS: [u32; 5] = [0, 1, i32::MAX as u32, u32::MAX - 1, u32::MAX];
    let project = Project::of(&[("project.visivo.yml", "name: a\n")]);
    let mut client = Client::start(PROGRAM, Options::default());
    let mut document = client.open(&project.file("project.visivo.yml"));
    for line in NUMBERS {
        for character in NUMBERS {
            for text in ["", "x", "# é\n# b"] {
                let at = serde_json::json!({ "line": line, "character": character });
                let change = serde_json::json!({ "range": { "start": at, "end": at }, "text": text });
                client.change(&mut document, vec![change]);
                let whole = document.replace_all("name: a\n");
                client.change(&mut document, vec![whole]);
                let params = serde_json::json!({ "textDocument": { "uri": document.uri }, "position": at });
                client.request("textDocument/hover", params.clone());
                client.request("textDocument/completion", params);
            }
        }
    }
    assert_eq!(client.shut_down(), 0);
}
