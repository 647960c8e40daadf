//! Literal (`|`) and folded (`>`) scalars.

use super::{Line, Target, lines};
use crate::breaks::KEPT;

/// What ends lines in a value.
const ENDS: [char; 3] = ['\n', KEPT[0], KEPT[1]];

/// Decodes from the `|` or `>` at `start`. `value` tells the indentation where the header gives it relative to the
/// parent, whose indentation isn't known here.
pub(super) fn decode(target: &mut Target<'_>, start: usize, end: usize, folded: bool, value: &str) {
    let text = target.text;
    let mut all = lines(text, start, end);
    let Some(header) = all.next() else { return };
    let options = text[header.start + 1..header.end].split(['#', ' ', '\t']).next().unwrap_or_default();
    let chomp = options.chars().find(|c| matches!(c, '+' | '-'));
    let all: Vec<Line> = all.collect();
    let indent = indent(text, &all, value);

    let blank = |c: Option<&u8>| matches!(c, Some(b' ' | b'\t'));
    // The line end of the last line with text, and those of the blank lines after it.
    let mut last_end: Option<Line> = None;
    let mut blanks: Vec<Line> = Vec::new();
    let mut last_more_indented = false;
    for line in all {
        let raw = &text[line.start..line.end];
        let spaces = raw.bytes().take_while(|byte| *byte == b' ').count();
        let from = line.start + spaces.min(indent);
        if from == line.end {
            blanks.push(line);
            continue;
        }
        if spaces < indent {
            // A comment after the scalar.
            break;
        }
        let more_indented = blank(text.as_bytes().get(from));
        if let Some(end) = last_end {
            if folded && !last_more_indented && !more_indented && !target.is_kept(end.end, end.next) {
                if blanks.is_empty() {
                    target.put(" ", end.end, from);
                }
            } else {
                target.line_end(end.end, end.next);
            }
        }
        for line in blanks.drain(..) {
            target.line_end(line.end, line.next);
        }
        target.copy(from, line.end);
        last_end = Some(line);
        last_more_indented = more_indented;
    }
    let mut line_end = |line: Line| {
        if line.next > line.end {
            target.line_end(line.end, line.next);
        }
    };
    if chomp != Some('-')
        && let Some(line) = last_end
    {
        line_end(line);
    }
    if chomp == Some('+') {
        blanks.into_iter().for_each(line_end);
    }
}

/// The indentation that isn't content: what the first line with text has more of in the source than in the value.
fn indent(text: &str, lines: &[Line], value: &str) -> usize {
    let spaces = |line: &str| line.bytes().take_while(|byte| *byte == b' ').count();
    let has_text = |line: &&str| !line.trim_matches([' ', '\t']).is_empty();
    let source = lines.iter().map(|line| &text[line.start..line.end]).find(has_text);
    let content = value.split(ENDS).find(has_text);
    match (source, content) {
        (Some(source), Some(content)) => spaces(source).saturating_sub(spaces(content)),
        // Only blanks; what is beyond the indentation is content, if anything is.
        _ => {
            let longest = lines.iter().map(|line| line.end - line.start).max().unwrap_or(0);
            longest - value.split(ENDS).map(str::len).max().unwrap_or(0).min(longest)
        }
    }
}
