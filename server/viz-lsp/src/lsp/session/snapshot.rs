//! What a request about a text is answered from: the project in the state of the texts when the request came.

use crate::lsp::protocol::client::{Client, Commands};
use crate::lsp::protocol::convert;
use crate::lsp::session::documents::Documents;
use crate::lsp::session::publish;
use crate::lsp::session::state::{Revision, Snapshot, State};
use parking_lot::{RwLock, RwLockReadGuard};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;
use tower_lsp::lsp_types::{Location, Position, Range, Url};
use viz_check::{Findings, Insights};
use viz_facts::FactStore;
use viz_ide::Choices;
use viz_project::Project;
use viz_text::{FileId, Lines, TextRange, TextSize};

/// A request about a text, taken when it came.
pub struct Request {
    /// What is shared with the threads.
    pub state: Arc<State>,
    /// What the client can do.
    pub client: Client,
    /// The commands that it has.
    pub commands: Arc<Commands>,
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
    /// What is pinned.
    pub choices: Choices,
    /// What the editor shows; of the last check.
    pub findings: Findings,
    /// How far the insights are checked; of the last check.
    pub insights: Insights,
    facts: Arc<RwLock<FactStore>>,
}

impl Request {
    /// The project that holds the text, in the state of these texts, and what is known about it.
    pub fn subject(&self) -> Option<Subject> {
        let (snapshots, current) = self.state.holding(&self.path, self.revision);
        let files = self.state.files(&self.documents);
        let Snapshot { project, facts, findings, insights, .. } = match snapshots.into_iter().next() {
            Some(snapshot) if current => snapshot,
            // The analysis has not come that far, or is further; reading what differs takes no time.
            Some(snapshot) => {
                Snapshot { project: Arc::new(snapshot.project.reload(&files, &self.state.environment)), ..snapshot }
            }
            None => {
                let root = files.root_of(&self.path)?;
                let project = Arc::new(Project::load(&root, &files, &self.state.environment));
                let revision = self.revision;
                Snapshot {
                    revision,
                    project,
                    facts: Arc::default(),
                    findings: Findings::default(),
                    insights: Insights::default(),
                }
            }
        };
        let file = project.file_of(&self.path)?;
        let choices = self.state.pinned(&project.root);
        Some(Subject { project, file, choices, findings, insights, facts })
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
    pub fn lines(&self) -> &Lines {
        self.project.file(self.file).lines()
    }

    /// What is known about the project.
    pub fn facts(&self) -> RwLockReadGuard<'_, FactStore> {
        self.facts.read()
    }

    /// What features look at, now.
    pub fn snapshot<'a>(&'a self, facts: &'a FactStore) -> viz_ide::Snapshot<'a> {
        viz_ide::Snapshot {
            project: &self.project,
            facts,
            choices: &self.choices,
            insights: &self.insights,
            now: SystemTime::now(),
        }
    }
}
