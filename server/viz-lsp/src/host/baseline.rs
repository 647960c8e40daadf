//! Baselines: findings that a project lives with for now, recorded by fingerprint.

use crate::host::outcome::{Checked, Outcome};
use crate::host::own::Foreign;
use anyhow::{Context, anyhow, ensure};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::path::Path;
use viz_check::{Finding, Findings};
use viz_files::{Folder, Reach};
use viz_project::{Extent, FileSystem, MAX_FILE_BYTES};

/// Version of the file's form.
const VERSION: u32 = 1;

/// A baseline file. Only fingerprints count; the rest is for whoever reviews the file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Baseline {
    version: u32,
    findings: Vec<Recorded>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Recorded {
    fingerprint: String,
    code: String,
    file: String,
    message: String,
}

impl Baseline {
    /// Reads a file that the command line names.
    ///
    /// # Errors
    /// If it can't be read or is no baseline.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let read = viz_files::read(path, Reach::Itself, MAX_FILE_BYTES).map_err(anyhow::Error::from);
        let read = read.and_then(|text| Self::parse(std::str::from_utf8(&text)?));
        read.with_context(|| format!("can't read the baseline {}", path.display()))
    }

    /// Reads the file that a project's settings name, from among the project's own.
    ///
    /// # Errors
    /// If it lies elsewhere, can't be read, or is no baseline.
    pub fn of_project(root: &Path, path: &Path, files: &dyn FileSystem) -> anyhow::Result<Self> {
        let at = root.join(path);
        let text = match Foreign::of(root, &at) {
            None => files.read_from(&at, &files.surroundings(root), Extent::Project).map_err(anyhow::Error::from),
            Some(why) => {
                Err(anyhow!("it {why}, and `baseline` names a file of the project; `--baseline` may name any"))
            }
        };
        text.and_then(|text| Self::parse(&text)).with_context(|| format!("can't read the baseline {}", path.display()))
    }

    /// Reads a file's text.
    ///
    /// # Errors
    /// If it is no baseline.
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        // The words of the library would quote what may be anything.
        let baseline: Self = serde_json::from_str(text).map_err(|error| match error.classify() {
            serde_json::error::Category::Data => anyhow!("it is no baseline (line {})", error.line()),
            _ => anyhow!("it is no JSON from line {} on", error.line()),
        })?;
        ensure!(baseline.version == VERSION, "version {} of baselines is not known", baseline.version);
        Ok(baseline)
    }

    /// Today's findings.
    pub fn of(outcome: &Outcome) -> Self {
        let record = |checked: &Checked, finding: &Finding| Recorded {
            fingerprint: finding.fingerprint.clone(),
            code: finding.code.name().to_owned(),
            file: checked
                .project
                .resolve(finding.loc)
                .map_or_else(String::new, |(id, _)| checked.project.file(id).relative.clone()),
            message: finding.message.clone(),
        };
        let findings = outcome
            .projects
            .iter()
            .flat_map(|checked| {
                let all = checked.report.findings.iter().chain(&checked.recorded);
                all.map(move |finding| record(checked, finding))
            })
            .collect();
        Self { version: VERSION, findings }
    }

    /// Writes a file that the command line names, by its absolute path: through no link in the projects' repositories, where it
    /// may be somebody else's, and over none.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn write(&self, path: &Path, projects: &[&Path]) -> anyhow::Result<()> {
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        let path = viz_project::normalize(path);
        let parent = path.parent().unwrap_or(Path::new("/")).to_owned();
        let repositories = projects.iter().flat_map(|project| viz_files::repositories(project));
        let top = repositories.filter(|top| path.starts_with(top)).min().unwrap_or(parent);
        let relative = path.strip_prefix(&top).unwrap_or(&path);
        let written = Folder::open(&top).and_then(|folder| folder.replace(relative, text.as_bytes()));
        written.with_context(|| format!("can't write the baseline {}", path.display()))
    }

    /// Takes recorded findings out of a report, each record once.
    pub fn take_from(&self, findings: &mut Findings) -> Vec<Finding> {
        let mut left: HashMap<&str, usize> = HashMap::new();
        for recorded in &self.findings {
            *left.entry(&recorded.fingerprint).or_default() += 1;
        }
        let recorded = |finding: &Finding| match left.get_mut(finding.fingerprint.as_str()) {
            Some(count) if *count > 0 => {
                *count -= 1;
                true
            }
            _ => false,
        };
        findings.extract_if(recorded)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use viz_check::Severity;
    use viz_text::{Loc, SegmentId, TextRange};

    fn finding(fingerprint: &str) -> Finding {
        Finding {
            code: viz_check::Code::UnknownKey,
            severity: Severity::Error,
            message: "no such key".into(),
            loc: Loc::new(SegmentId::fresh(), TextRange::empty(0.into())),
            object: None,
            combinations: None,
            related: vec![],
            notes: vec![],
            help: None,
            fix: None,
            local: false,
            format_rule: None,
            rule: None,
            fingerprint: fingerprint.into(),
        }
    }

    fn recorded(fingerprint: &str) -> Recorded {
        Recorded { fingerprint: fingerprint.into(), code: String::new(), file: String::new(), message: String::new() }
    }

    #[test]
    fn each_record_hides_one_finding() {
        let baseline = Baseline { version: VERSION, findings: vec![recorded("a"), recorded("gone")] };
        let mut findings = Findings::from(vec![finding("a"), finding("a"), finding("b")]);
        assert_eq!(baseline.take_from(&mut findings).len(), 1);
        assert_eq!(findings.iter().map(|f| f.fingerprint.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    }

    #[test]
    fn files_survive_the_round_trip_and_others_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("baseline.json");
        let baseline = Baseline { version: VERSION, findings: vec![recorded("a")] };
        baseline.write(&path, &[]).unwrap();
        assert_eq!(Baseline::read(&path).unwrap(), baseline);
        std::fs::write(&path, "{\"version\": 2, \"findings\": []}").unwrap();
        assert!(format!("{:#}", Baseline::read(&path).unwrap_err()).contains("version 2 of baselines is not known"));
        assert!(Baseline::read(&dir.path().join("none")).is_err());
    }
}
