//! What formatting and fixes change, as `diff -u` and `patch` write it.
//!
//! What a project holds begins no line of it: it could be another file of the patch. Where a line or a name holds what ends lines or
//! controls something, the mark `\u{fffd}` stands for that, and `patch` finds no such line.

use similar::{ChangeTag, TextDiff};
use std::borrow::Cow;
use std::fmt::Write;
use std::path::Path;
use std::time::Duration;
use viz_text::shown::is_control;

const RED: anstyle::Style = anstyle::AnsiColor::Red.on_default();
const GREEN: anstyle::Style = anstyle::AnsiColor::Green.on_default();
const BOLD: anstyle::Style = anstyle::Style::new().bold();

/// So long the shortest difference is looked for, which takes time by its square; afterwards any difference will do.
const PATIENCE: Duration = Duration::from_secs(1);

/// The difference between two texts of a file.
pub fn render(name: &str, before: &str, after: &str) -> String {
    let diff = TextDiff::configure().timeout(PATIENCE).diff_lines(before, after);
    let mut out = String::new();
    let mut line = |style: anstyle::Style, text: &str| {
        // Writing to a text succeeds.
        let _ = writeln!(out, "{style}{text}{style:#}");
    };
    let name = in_line(name);
    line(BOLD, &format!("--- {name}"));
    line(BOLD, &format!("+++ {name}"));
    for hunk in diff.unified_diff().context_radius(3).iter_hunks() {
        line(anstyle::Style::new(), &hunk.header().to_string());
        for change in hunk.iter_changes() {
            let (sign, style) = match change.tag() {
                ChangeTag::Equal => (' ', anstyle::Style::new()),
                ChangeTag::Delete => ('-', RED),
                ChangeTag::Insert => ('+', GREEN),
            };
            let text = change.value();
            line(style, &format!("{sign}{}", in_line(text.strip_suffix('\n').unwrap_or(text))));
            if change.missing_newline() {
                line(anstyle::Style::new(), "\\ No newline at end of file");
            }
        }
    }
    out
}

fn in_line(text: &str) -> Cow<'_, str> {
    let ends_or_controls = |c: char| c == '\n' || is_control(c);
    match text.contains(ends_or_controls) {
        true => Cow::Owned(text.replace(ends_or_controls, "\u{fffd}")),
        false => Cow::Borrowed(text),
    }
}

/// A path as people see it: relative to the current folder where it lies below.
pub fn shown(path: &Path, current: &Path) -> String {
    viz_files::with_slashes(path.strip_prefix(current).unwrap_or(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever is in a file, in its name or in what is written: all lines but those of the diff's own begin with a sign.
    #[test]
    fn nothing_in_it_begins_a_line() {
        for odd in ['\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}', '\u{1b}', '\0'] {
            let evil = format!("{odd}--- a/x{odd}+++ .git/hooks/pre-commit{odd}@@ -0,0 +1 @@{odd}+evil");
            let of_text = if odd == '\n' { String::new() } else { evil.clone() };
            let before = format!("# x{of_text}\na:\n- 1 # y{of_text}\n");
            let text = render(&format!("a{evil}.yml"), &before, &format!("{before}b: 'z{of_text}'\n"));
            let plain = viz_text::shown::visible(&anstream::adapter::strip_str(&text).to_string()).into_owned();
            let heads = plain.lines().take(3).map(|line| &line[..3]).collect::<Vec<_>>();
            assert_eq!(heads, ["---", "+++", "@@ "], "{odd:?}: {plain}");
            assert!(plain.lines().skip(3).all(|line| [" ", "+"].contains(&&line[..1])), "{odd:?}: {plain}");
        }
    }

    #[test]
    fn it_is_what_patch_reads() {
        let text = render("a.yml", "a:\n- 1\nb: 2", "a:\n  - 1\nb: 2");
        let plain = anstream::adapter::strip_str(&text).to_string();
        let wanted = "--- a.yml\n+++ a.yml\n@@ -1,3 +1,3 @@\n a:\n-- 1\n+  - 1\n b: 2\n\\ No newline at end of file\n";
        assert_eq!(plain, wanted);
    }
}
