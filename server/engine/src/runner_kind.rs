//! Which kind of runner answers.

use crate::{Engine, EngineConfig, Limits, PureRunner, Runner, SourceRunner};
use viz_facts::{Answer, Question, Unknown};

/// Kinds of runners. Whoever asks does not know which one answers: another kind, such as a container, is a variant here and an
/// implementation of [`Runner`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RunnerKind {
    /// A worker process behind the kernel's walls (Landlock and seccomp where there are any).
    #[default]
    Process,
    /// This process, without the kernel's walls: for tests.
    InProcess,
}

impl RunnerKind {
    /// Its name in records.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Process => "process",
            Self::InProcess => "in-process",
        }
    }

    /// A runner of this kind.
    pub fn start(self, config: EngineConfig) -> Box<dyn Runner> {
        match self {
            Self::Process => Box::new(Engine::new(config)),
            Self::InProcess => Box::new(InProcess { texts: PureRunner::new(), sources: SourceRunner::new() }),
        }
    }
}

/// Answers in this process. Names of files in queries are relative to its current folder.
struct InProcess {
    texts: PureRunner,
    sources: SourceRunner,
}

impl Runner for InProcess {
    fn run(&mut self, question: &Question, limits: &Limits) -> Result<Answer, Unknown> {
        match question.source() {
            None => self.texts.run(question, limits),
            Some(_) => self.sources.run(question, limits),
        }
    }
}
