//! The same check as a library.

use crate::Shown;
use crate::finding::first_line;
use crate::worker::Worker;
use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;
use viz_check::{CheckOptions, Memo, Report, Severity};
use viz_facts::{Fact, FactStore, KeyedQuestion, Question};
use viz_project::{DiskFiles, Environment, Project};
use viz_text::Encoding;

/// A project that was checked until nothing was left to ask.
pub struct Checked {
    /// The project.
    pub project: Project,
    /// What the workers answered.
    pub facts: FactStore,
    /// How it was checked.
    pub options: CheckOptions,
    /// What the last check said.
    pub report: Report,
    /// The worker that reads the project's sources.
    pub sources: Worker,
}

/// Checks a project, with facts from workers of the program.
pub fn check(program: &str, root: &Path) -> Checked {
    check_with(program, root, CheckOptions::default())
}

/// As [`check`], with other options.
pub fn check_with(program: &str, root: &Path, options: CheckOptions) -> Checked {
    let project = Project::load(root, &DiskFiles, &Environment::from_process());
    let (memo, mut facts) = (Memo::default(), FactStore::new());
    let mut parse = Worker::start(program, "parse", root);
    let mut sources = Worker::start(program, "sources", root);
    let mut asked = HashSet::new();
    loop {
        let report = viz_check::check(&project, &facts, &options, &memo);
        let new: Vec<KeyedQuestion> =
            report.questions.iter().filter(|question| asked.insert(question.key())).cloned().collect();
        if new.is_empty() {
            return Checked { project, facts, options, report, sources };
        }
        let (pure, of_sources): (Vec<_>, Vec<_>) = new.into_iter().partition(|question| question.is_pure());
        for (worker, questions) in [(&mut parse, pure), (&mut sources, of_sources)] {
            let texts: Vec<Question> = questions.iter().map(|question| (**question).clone()).collect();
            for (question, answer) in questions.iter().zip(worker.ask(&texts)) {
                let fact = match answer {
                    Ok(answer) => Fact::Known { answer: Arc::new(answer), at: SystemTime::now() },
                    Err(unknown) => Fact::Unknown(unknown),
                };
                facts.insert(question.key(), fact);
            }
        }
    }
}

/// The findings of a project, with facts from workers of the program.
pub fn findings(program: &str, root: &Path) -> Vec<Shown> {
    let Checked { project, report, .. } = check(program, root);
    let mut shown: Vec<Shown> = report.findings.iter().map(|finding| shown(&project, finding)).collect();
    shown.sort();
    shown
}

fn shown(project: &Project, finding: &viz_check::Finding) -> Shown {
    let (file, range) = project.resolve(finding.loc).expect("a finding has a place");
    let file = project.file(file);
    let at = |offset| {
        let position = file.lines().position(offset, Encoding::Utf16);
        (position.line, position.column)
    };
    Shown {
        file: file.relative.clone(),
        start: at(range.start()),
        end: at(range.end()),
        code: finding.code.name().to_owned(),
        severity: match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Information => "information",
            Severity::Hint => "hint",
        }
        .to_owned(),
        message: first_line(&finding.message),
    }
}
