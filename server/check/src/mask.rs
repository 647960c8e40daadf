//! Values of environment variables are used, never shown: where an engine's message holds one (the path of a database),
//! the reference to the variable takes its place.

use crate::report::{Finding, Report};
use crate::sources::database_path;
use std::path::Path;
use std::sync::Arc;
use viz_facts::Unknown;
use viz_project::{Body, Kind, Project};

/// Shorter values are ordinary words: they would be found where nobody put them.
const SHORTEST: usize = 4;

/// Texts that must not be shown, with what stands for them; longer ones first.
#[derive(Debug, Clone, Default)]
pub struct Mask {
    words: Vec<(String, String)>,
}

impl Mask {
    /// The values of the variables that a project's databases are named by, and the paths made from them.
    pub fn of(project: &Project) -> Self {
        let mut words = Vec::new();
        for id in project.of_kind(Kind::Source) {
            let Body::Source(source) = &project.object(id).body else { continue };
            let Some(database) = source.database.as_ref().filter(|_| !source.variables.is_empty()) else { continue };
            if let Some(path) = database_path(project, database) {
                words.push((path.to_string_lossy().into_owned(), database.text().to_owned()));
            }
            for variable in &source.variables {
                let Some(value) = project.environment().get(&variable.text) else { continue };
                let shown = format!("${{env.{}}}", variable.text);
                // DuckDB calls a database by its file's name without the ending.
                let stem = Path::new(value).file_stem().map(|stem| stem.to_string_lossy().into_owned());
                words.extend(stem.map(|stem| (stem, shown.clone())));
                words.push((value.to_owned(), shown));
            }
        }
        words.retain(|(value, shown)| value.len() >= SHORTEST && value != shown);
        words.sort_by(|a, b| (b.0.len(), &a.0).cmp(&(a.0.len(), &b.0)));
        words.dedup();
        Self { words }
    }

    /// Puts the references in the values' places.
    pub fn hide(&self, text: &mut String) {
        for (value, shown) in &self.words {
            if text.contains(value.as_str()) {
                *text = text.replace(value.as_str(), shown);
            }
        }
    }

    pub(crate) fn hide_in(&self, report: &mut Report) {
        if self.words.is_empty() {
            return;
        }
        report.findings.iter_mut().for_each(|finding| self.hide_in_finding(finding));
        let holds = |why: &Option<Unknown>| why.as_ref().is_some_and(|why| self.is_in(&why.message));
        if report.insights.iter().any(|insight| holds(&insight.why)) {
            let insights = Arc::make_mut(&mut report.insights).iter_mut();
            insights.filter_map(|insight| insight.why.as_mut()).for_each(|why| self.hide(&mut why.message));
        }
        if report.inputs.iter().any(|input| holds(&input.why)) {
            let inputs = Arc::make_mut(&mut report.inputs).iter_mut();
            inputs.filter_map(|input| input.why.as_mut()).for_each(|why| self.hide(&mut why.message));
        }
    }

    fn is_in(&self, text: &str) -> bool {
        self.words.iter().any(|(value, _)| text.contains(value.as_str()))
    }

    fn hide_in_finding(&self, finding: &mut Finding) {
        self.hide(&mut finding.message);
        finding.help.iter_mut().for_each(|help| self.hide(help));
        finding.notes.iter_mut().for_each(|note| self.hide(note));
        finding.related.iter_mut().for_each(|related| self.hide(&mut related.message));
    }
}
