//! What a request about a text is answered from: the project in the state of the texts when the request came.

use super::capabilities::Client;
use super::convert;
use super::documents::Documents;
use super::publish;
use super::state::{Revision, Snapshot, State};
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use tower_lsp::lsp_types::{Location, Position, Range, Url};
use viz_facts::FactStore;
use viz_project::Project;
use viz_text::{FileId, TextDocument, TextRange, TextSize};

/// A request about a text, taken when it came.
pub struct Request {
    /// What is shared with the threads.
    pub state: Arc<State>,
    /// What the client can do.
    pub client: Client,
    /// The open texts.
    pub documents: Documents,
    /// Their revision.
    pub revision: Revision,
    /// The text's file.
    pub path: PathBuf,
}

/// A text in its project.
pub struct Subject {
    /// The project.
    pub project: Arc<Project>,
    /// The text's file.
    pub file: FileId,
    facts: Arc<RwLock<FactStore>>,
}

impl Request {
    /// The project that holds the text, in the state of these texts, and what is known about it.
    pub fn subject(&self) -> Option<Subject> {
        let (snapshots, current) = self.state.holding(&self.path, self.revision);
        let files = self.state.files(&self.documents);
        let (project, facts) = match snapshots.into_iter().next() {
            Some(Snapshot { project, facts, .. }) if current => (project, facts),
            // The analysis has not come that far; reading what has changed takes no time.
            Some(Snapshot { project, facts, .. }) => (Arc::new(project.reload(&files, &self.state.environment)), facts),
            None => {
                let root = files.root_of(&self.path)?;
                (Arc::new(Project::load(&root, &files, &self.state.environment)), Arc::default())
            }
        };
        let file = project.file_of(&self.path)?;
        Some(Subject { project, file, facts })
    }

    /// A place as the client names it.
    pub fn location(&self, project: &Project, file: FileId, range: TextRange) -> Option<Location> {
        Some(Location::new(self.uri(project, file)?, self.range(project, file, range)))
    }

    /// A file as the client names it.
    pub fn uri(&self, project: &Project, file: FileId) -> Option<Url> {
        publish::uri(&project.file(file).real, &self.documents)
    }

    /// Bytes of a file as the client counts them.
    pub fn range(&self, project: &Project, file: FileId, range: TextRange) -> Range {
        convert::range(project.file(file).lines(), range, self.client.encoding)
    }

    /// The byte at a client's position.
    pub fn offset(&self, subject: &Subject, position: Position) -> TextSize {
        subject.lines().offset(convert::from_position(position), self.client.encoding)
    }
}

impl Subject {
    /// The lines of the text.
    pub fn lines(&self) -> &TextDocument {
        self.project.file(self.file).lines()
    }

    /// What is known about the project.
    pub fn facts(&self) -> RwLockReadGuard<'_, FactStore> {
        self.facts.read().unwrap_or_else(PoisonError::into_inner)
    }
}
