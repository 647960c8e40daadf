//! Every feature at every place of real files, whole and cut off: nothing may panic.

use super::fixture::{Fixture, joined, sample};
use crate::links;
use crate::{
    Choices, colors, completion, definition, document_symbols, folding, highlight, hover, implementation, references,
    selection_ranges, semantic_tokens, signature_help, type_definition, workspace_symbols,
};
use viz_text::{TextRange, TextSize};

const SAMPLES: [&str; 3] = ["ecommerce", "support-tickets", "iot-sensors"];

fn everything(fixture: &Fixture, offset: TextSize) {
    let Fixture { project, files, file, .. } = fixture;
    let choices = Choices::default();
    let snapshot = fixture.snapshot(&choices);
    for item in completion(&snapshot, files, *file, offset).items {
        assert!(item.replace.contains_inclusive(offset), "{item:?} at {offset:?}");
        let line = &fixture.text()[item.replace];
        assert!(!line.contains('\n') && !item.label.is_empty(), "{item:?}");
    }
    if let Some(found) = definition(project, *file, offset) {
        assert!(found.origin.contains_inclusive(offset));
    }
    hover(&snapshot, *file, offset);
    signature_help(project, *file, offset);
    type_definition(project, *file, offset);
    implementation(project, *file, offset);
    let ranges = selection_ranges(project, *file, offset);
    assert!(ranges.windows(2).all(|pair| pair[1].contains_range(pair[0])), "{ranges:?}");
}

#[test]
fn features_everywhere_in_the_samples() {
    for name in SAMPLES {
        let files = sample(name);
        for index in 0..files.len() {
            let mut files = files.clone();
            files[index].1.insert_str(0, "$0");
            let fixture = Fixture::new(&joined(&files));
            let text = fixture.text();
            for (at, _) in text.char_indices() {
                everything(&fixture, TextSize::new(at as u32));
            }
            let len = TextSize::of(text);
            for at in (0..text.len()).step_by(97).filter(|at| text.is_char_boundary(*at)) {
                let at = TextSize::new(at as u32);
                references(&fixture.project, &fixture.facts, fixture.file, at, true);
                highlight(&fixture.project, &fixture.facts, fixture.file, at);
            }
            let whole = TextRange::up_to(len);
            let symbols = document_symbols(&fixture.project, fixture.file);
            assert!(symbols.iter().all(|symbol| whole.contains_range(symbol.full)));
            workspace_symbols(&fixture.project, "a", 50);
            whole_file(&fixture);
        }
    }
}

#[test]
fn features_in_texts_cut_off_anywhere() {
    let mut random = fastrand::Rng::with_seed(7);
    for name in SAMPLES {
        let files = sample(name);
        for _ in 0..120 {
            let mut files = files.clone();
            let index = random.usize(..files.len());
            let text = &mut files[index].1;
            let mut at = random.usize(..text.len());
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            // The rest is gone, or only the rest of the line.
            let end = if random.bool() { text.len() } else { text[at..].find('\n').map_or(text.len(), |len| at + len) };
            let piece = ["", "${", "${ref(", "?{ ", "\"", "{ ", "[", "- ", ":", "'", "}", "#", "\t", "é"];
            text.replace_range(at..end, &format!("{}$0", random.choice(piece).unwrap_or("")));
            let fixture = Fixture::new(&joined(&files));
            let len = fixture.text().len();
            let here = usize::from(fixture.offset);
            for offset in here.saturating_sub(60)..=(here + 60).min(len) {
                if fixture.text().is_char_boundary(offset) {
                    everything(&fixture, TextSize::new(offset as u32));
                }
            }
            document_symbols(&fixture.project, fixture.file);
            whole_file(&fixture);
        }
    }
}

/// Features of a whole file: what they name lies in it, in order.
fn whole_file(fixture: &Fixture) {
    let Fixture { project, file, .. } = fixture;
    let (whole, lines) = (TextRange::up_to(TextSize::of(fixture.text())), fixture.text().lines().count() as u32);
    let tokens = semantic_tokens(project, *file, None);
    assert!(tokens.windows(2).all(|pair| pair[0].range.end() <= pair[1].range.start()));
    assert!(
        tokens.iter().all(|token| whole.contains_range(token.range) && !fixture.text()[token.range].contains('\n'))
    );
    assert!(folding(project, *file).iter().all(|fold| fold.start < fold.end && fold.end < lines));
    assert!(links(project, &fixture.files, *file).iter().all(|link| whole.contains_range(link.range)));
    assert!(colors(project, *file).iter().all(|color| whole.contains_range(color.range)));
}

/// What nests deeper than anything that means something is read once, not once for each level.
#[test]
fn thousands_of_levels() {
    let levels: String = (0..3_000).map(|level| format!("{}a:\n", " ".repeat(8 + level))).collect();
    let text = format!("name: p\ncharts:\n  - name: c\n    layout:\n      meta:\n{levels}");
    let fixture = Fixture::new(&text);
    for place in [text.len() / 4, text.len() / 2, text.len() - 1] {
        everything(&fixture, TextSize::new(place as u32));
    }
}
