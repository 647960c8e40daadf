//! Which source of the project a question goes to.

use rustc_hash::FxHashMap;
use viz_check::source_spec;
use viz_facts::{Question, SourceSpec};
use viz_lock::{Hash, portable};
use viz_project::{Body, Kind, Project};

/// The sources of a project by what is opened.
pub struct Named(FxHashMap<SourceSpec, Name>);

struct Name {
    name: String,
    /// What the project says of where it is, with its variables' names.
    written: String,
}

impl Named {
    /// Those of a project; of two that open the same the first.
    pub fn of(project: &Project) -> Self {
        let mut named = FxHashMap::default();
        for id in project.of_kind(Kind::Source) {
            let Body::Source(source) = &project.object(id).body else { continue };
            let name = project.object(id).name_text();
            if let Ok(spec) = source_spec(project, name, source) {
                let database = source.database.as_ref().map(|place| place.text().to_owned());
                let written = database.or_else(|| source.file.as_ref().map(|place| place.text.clone()));
                let name = Name { name: name.to_owned(), written: written.unwrap_or_default() };
                named.entry(spec).or_insert(name);
            }
        }
        Self(named)
    }

    fn name(&self, question: &Question) -> Option<&Name> {
        self.0.get(question.source()?)
    }

    /// The name of the source of a question; what an earlier run left has none.
    pub fn source(&self, question: &Question) -> &str {
        self.name(question).map_or("", |name| &name.name)
    }

    /// What a question is in a lock.
    pub fn hash(&self, question: &Question) -> Option<Hash> {
        let (name, written) = self.name(question).map_or(("", ""), |name| (&name.name, &name.written));
        portable(question, name, written)
    }
}
