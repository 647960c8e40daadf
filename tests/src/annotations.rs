//! Expected findings as comments in sample projects:
//!
//! ```yaml
//!       y: ?{ sum(${ref(orders).totl}) }
//! #                             ^^^^ error[unknown-column]: `totl`
//! ```
//!
//! The carets stand under the range (columns are characters; one caret under an empty range), then severity, code and a
//! part of the message. Several such comments may follow a line. Every finding must be annotated, every annotation found.

use crate::Shown;
use std::fs;
use std::path::Path;

/// An expected finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Annotation {
    /// File, relative to the project.
    pub file: String,
    /// Zero-based line of the fault.
    pub line: u32,
    /// Columns of its start and end, UTF-16.
    pub columns: (u32, u32),
    /// `error`, …
    pub severity: String,
    /// Code.
    pub code: String,
    /// A part of the message.
    pub message: String,
}

impl Annotation {
    /// Whether this is the expected finding. An empty range is annotated by one caret.
    pub fn is(&self, finding: &Shown) -> bool {
        let width = finding.end.1.max(finding.start.1 + u32::from(finding.start == finding.end));
        finding.file == self.file
            && finding.start == (self.line, self.columns.0)
            && (finding.end.0, width) == (self.line, self.columns.1)
            && finding.severity == self.severity
            && finding.code == self.code
            && finding.message.contains(&self.message)
    }
}

/// The annotations of a text.
pub fn of_text(file: &str, text: &str) -> Vec<Annotation> {
    let mut found = Vec::new();
    let mut annotated = (0, "");
    for (number, line) in text.lines().enumerate() {
        match parse(line) {
            Some((columns, severity, code, message)) => {
                let utf16 = |column: usize| annotated.1.chars().take(column).map(char::len_utf16).sum::<usize>() as u32;
                found.push(Annotation {
                    file: file.to_owned(),
                    line: annotated.0,
                    columns: (utf16(columns.0), utf16(columns.1)),
                    severity,
                    code,
                    message,
                });
            }
            None => annotated = (number as u32, line),
        }
    }
    found
}

type Parsed = ((usize, usize), String, String, String);

fn parse(line: &str) -> Option<Parsed> {
    let rest = line.strip_prefix('#')?;
    let start = 1 + rest.chars().take_while(|c| *c == ' ').count();
    let carets = rest.trim_start().chars().take_while(|c| *c == '^').count();
    if carets == 0 {
        return None;
    }
    let label = rest.trim_start().trim_start_matches('^').trim();
    let (severity, label) = label.split_once('[')?;
    let (code, message) = label.split_once(']')?;
    let message = message.strip_prefix(':').unwrap_or(message).trim();
    Some(((start, start + carets), severity.to_owned(), code.to_owned(), message.to_owned()))
}

/// The annotations of all YAML files below a folder.
pub fn of_folder(root: &Path) -> Vec<Annotation> {
    let mut found = Vec::new();
    collect(root, root, &mut found);
    found
}

fn collect(root: &Path, folder: &Path, found: &mut Vec<Annotation>) {
    let mut entries: Vec<_> =
        fs::read_dir(folder).expect("can be listed").map(|entry| entry.expect("can be listed").path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            collect(root, &path, found);
        } else if path.extension().is_some_and(|extension| extension == "yml" || extension == "yaml") {
            let relative = path.strip_prefix(root).expect("it lies below").to_string_lossy().replace('\\', "/");
            found.extend(of_text(&relative, &fs::read_to_string(&path).expect("can be read")));
        }
    }
}

/// What is wrong with these findings: one line for each that is not annotated and each annotation that is not found.
pub fn differences(annotations: &[Annotation], findings: &[Shown]) -> Vec<String> {
    let mut left: Vec<&Shown> = findings.iter().collect();
    let mut lines = Vec::new();
    for annotation in annotations {
        match left.iter().position(|finding| annotation.is(finding)) {
            Some(at) => drop(left.remove(at)),
            None => lines.push(format!("not found: {annotation:?}")),
        }
    }
    lines.extend(left.iter().map(|finding| format!("not expected: {finding:?}")));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "a: 😀bad # x\n#   ^^^ error[code-a]: is `bad`\n# ^ hint[code-b]\n# ordinary ^^^ comment\nb: 1\n";

    fn shown(start: u32, end: u32, code: &str, severity: &str) -> Shown {
        Shown {
            file: "f.yml".into(),
            start: (0, start),
            end: (0, end),
            code: code.into(),
            severity: severity.into(),
            message: "this is `bad`, really".into(),
        }
    }

    #[test]
    fn carets_count_characters_and_findings_utf_16() {
        let annotations = of_text("f.yml", TEXT);
        assert_eq!(annotations.len(), 2);
        assert_eq!((annotations[0].line, annotations[0].columns), (0, (5, 8)));
        assert!(annotations[0].is(&shown(5, 8, "code-a", "error")));
        assert!(annotations[1].is(&shown(2, 2, "code-b", "hint")), "an empty range has one caret");
    }

    #[test]
    fn every_difference_is_told() {
        let annotations = of_text("f.yml", TEXT);
        let good = [shown(5, 8, "code-a", "error"), shown(2, 2, "code-b", "hint")];
        assert_eq!(differences(&annotations, &good), Vec::<String>::new());
        for wrong in [shown(5, 7, "code-a", "error"), shown(5, 8, "code-b", "error"), shown(5, 8, "code-a", "warning")]
        {
            assert_eq!(differences(&annotations, &[wrong, good[1].clone()]).len(), 2);
        }
        assert_eq!(differences(&annotations, &[good[0].clone(), good[0].clone(), good[1].clone()]).len(), 1);
    }
}
