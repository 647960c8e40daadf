//! What formatting and fixes change, as `diff -u` and `patch` write it.

use similar::{ChangeTag, TextDiff};
use std::fmt::Write;
use std::path::Path;

const RED: anstyle::Style = anstyle::AnsiColor::Red.on_default();
const GREEN: anstyle::Style = anstyle::AnsiColor::Green.on_default();
const BOLD: anstyle::Style = anstyle::Style::new().bold();

/// The difference between two texts of a file.
pub fn render(name: &str, before: &str, after: &str) -> String {
    let diff = TextDiff::from_lines(before, after);
    let mut out = String::new();
    let mut line = |style: anstyle::Style, text: &str| {
        // Writing to a text succeeds.
        let _ = writeln!(out, "{style}{text}{style:#}");
    };
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
            line(style, &format!("{sign}{}", text.strip_suffix('\n').unwrap_or(text)));
            if change.missing_newline() {
                line(anstyle::Style::new(), "\\ No newline at end of file");
            }
        }
    }
    out
}

/// A path as people see it: relative to the current folder where it lies below.
pub fn shown(path: &Path, current: &Path) -> String {
    viz_files::with_slashes(path.strip_prefix(current).unwrap_or(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_what_patch_reads() {
        let text = render("a.yml", "a:\n- 1\nb: 2", "a:\n  - 1\nb: 2");
        let plain = anstream::adapter::strip_str(&text).to_string();
        let wanted = "--- a.yml\n+++ a.yml\n@@ -1,3 +1,3 @@\n a:\n-- 1\n+  - 1\n b: 2\n\\ No newline at end of file\n";
        assert_eq!(plain, wanted);
    }
}
