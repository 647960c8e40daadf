//! Folding: what is indented below a line, runs of comments, and `#region`s. Read from lines alone, so that broken text
//! folds like any other.

use viz_project::Project;
use viz_text::FileId;

/// Lines that can be folded into the first of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fold {
    /// The line that stays.
    pub start: u32,
    /// The last line that goes.
    pub end: u32,
    /// What they are.
    pub kind: FoldKind,
}

/// Sorts of folds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FoldKind {
    /// A mapping, a list, a text.
    Code,
    /// A run of comments.
    Comment,
    /// `includes:`.
    Includes,
    /// `# region` to `# endregion`.
    Region,
}

/// The folds of a file, by their first line.
pub fn folding(project: &Project, file: FileId) -> Vec<Fold> {
    let lines: Vec<&str> = project.file(file).document.text().lines().collect();
    let mut out = blocks(&lines);
    out.extend(comments(&lines));
    out.extend(regions(&lines));
    out.sort_by_key(|fold| (fold.start, std::cmp::Reverse(fold.end)));
    out.dedup_by_key(|fold| fold.start);
    out
}

/// The column of a line's first character; `None` if it is blank or a comment.
fn indent(line: &str) -> Option<usize> {
    let text = line.trim_start();
    (!text.is_empty() && !text.starts_with('#')).then(|| line.len() - text.len())
}

fn blocks(lines: &[&str]) -> Vec<Fold> {
    struct Open {
        line: usize,
        column: usize,
        /// Whether list items of the same column belong to it.
        holds_dashes: bool,
    }
    let mut out = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    let mut last = 0;
    let mut close = |open: &Open, last: usize| {
        if last > open.line {
            let includes = lines[open.line].starts_with("includes:");
            let kind = if includes { FoldKind::Includes } else { FoldKind::Code };
            out.push(Fold { start: open.line as u32, end: last as u32, kind });
        }
    };
    for (number, line) in lines.iter().enumerate() {
        let Some(column) = indent(line) else { continue };
        let text = line.trim();
        let is_dash = text == "-" || text.starts_with("- ");
        while let Some(above) = open.last() {
            if above.column < column || (above.column == column && above.holds_dashes && is_dash) {
                break;
            }
            close(above, last);
            open.pop();
        }
        let holds_dashes = !is_dash && text.split(" #").next().unwrap_or(text).trim_end().ends_with(':');
        open.push(Open { line: number, column, holds_dashes });
        // A mapping behind a dash: its keys are further right than the dash, and it folds as one with it.
        last = number;
    }
    open.iter().for_each(|open| close(open, last));
    out
}

fn comments(lines: &[&str]) -> Vec<Fold> {
    let is_region = |text: &str| is_word(text, "region") || is_word(text, "endregion");
    let is_comment = |line: &&str| line.trim_start().starts_with('#') && !is_region(line.trim_start());
    let mut out = Vec::new();
    let mut start = 0;
    while start < lines.len() {
        let len = lines[start..].iter().take_while(|line| is_comment(line)).count();
        if len > 1 {
            out.push(Fold { start: start as u32, end: (start + len - 1) as u32, kind: FoldKind::Comment });
        }
        start += len.max(1);
    }
    out
}

fn is_word(comment: &str, word: &str) -> bool {
    let text = comment.trim_start_matches('#').trim_start();
    text.strip_prefix(word).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
}

fn regions(lines: &[&str]) -> Vec<Fold> {
    let (mut out, mut open) = (Vec::new(), Vec::new());
    for (number, line) in lines.iter().enumerate() {
        let text = line.trim_start();
        if !text.starts_with('#') {
            continue;
        }
        if is_word(text, "region") {
            open.push(number);
        } else if is_word(text, "endregion")
            && let Some(start) = open.pop()
        {
            out.push(Fold { start: start as u32, end: number as u32, kind: FoldKind::Region });
        }
    }
    out
}
