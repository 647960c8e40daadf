//! What a check found, in a word that the next one can compare itself with: nothing has to be kept for that.

use std::collections::BTreeSet;
use std::fmt;
use viz_check::{Finding, Report};
use viz_project::Project;

/// Findings that a revision knows at most; of more, the others count as new.
const MOST: usize = 500;

/// Characters of a fingerprint that are enough to tell some hundreds apart.
const DIGITS: usize = 7;

/// The texts of a project, and its findings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Revision {
    texts: String,
    findings: BTreeSet<String>,
}

impl Revision {
    pub(crate) fn of(project: &Project, report: &Report) -> Self {
        let mut hash = blake3::Hasher::new();
        for file in project.files() {
            hash.update(file.relative.as_bytes()).update(b"\0");
            hash.update(file.document.text().as_bytes()).update(b"\0");
        }
        let texts = hash.finalize().to_hex()[..12].to_owned();
        Self { texts, findings: report.findings.iter().map(short).take(MOST).collect() }
    }

    pub(crate) fn read(text: &str) -> Option<Self> {
        let (texts, findings) = text.split_once('-')?;
        let hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if texts.len() != 12 || !hex(texts) || !hex(findings) || findings.len() % DIGITS != 0 {
            return None;
        }
        let findings = (0..findings.len() / DIGITS).map(|at| findings[at * DIGITS..(at + 1) * DIGITS].to_owned());
        Some(Self { texts: texts.to_owned(), findings: findings.collect() })
    }

    /// Whether this finding was there.
    pub(crate) fn has(&self, finding: &Finding) -> bool {
        self.findings.contains(&short(finding))
    }

    /// How many of its findings are not there any more.
    pub(crate) fn gone(&self, report: &Report) -> usize {
        let now: BTreeSet<String> = report.findings.iter().map(short).collect();
        self.findings.difference(&now).count()
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-", self.texts)?;
        self.findings.iter().try_for_each(|finding| f.write_str(finding))
    }
}

fn short(finding: &Finding) -> String {
    finding.fingerprint.chars().take(DIGITS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_read_as_it_was_written() {
        let texts = "0123456789ab".to_owned();
        for count in [0, 1, 30] {
            let findings = (0..count).map(|at| format!("{at:07x}")).collect();
            let revision = Revision { texts: texts.clone(), findings };
            assert_eq!(Revision::read(&revision.to_string()), Some(revision));
        }
        for wrong in ["", "x", "0123456789ab", "0123456789ab-12", "0123456789zz-", "0123456789ab-ü23456"] {
            assert_eq!(Revision::read(wrong), None, "{wrong}");
        }
    }
}
