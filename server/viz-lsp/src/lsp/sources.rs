//! The thread that gets questions about sources answered. The newest list of a project replaces its older one.

use super::progress::{Guard, Progress};
use super::state::{Answers, State};
use crate::answerer::{Answerer, Cancel, fact};
use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use viz_facts::{Question, QuestionKey};

/// Questions that are asked together: enough to keep the engine busy, few enough that answers show up early.
const BATCH: usize = 8;

/// See the module.
#[derive(Default)]
pub struct Sources {
    wanted: Mutex<Wanted>,
    wake: Condvar,
}

#[derive(Default)]
struct Wanted {
    by_root: BTreeMap<PathBuf, Open>,
    running: Option<Running>,
    quit: bool,
}

/// What is asked for a project.
struct Open {
    questions: Vec<Question>,
    /// For one query.
    timeout: Duration,
}

/// Questions that are about to be asked.
struct Batch {
    root: PathBuf,
    questions: Vec<Question>,
    timeout: Duration,
    cancel: Cancel,
}

/// What is being asked.
struct Running {
    root: PathBuf,
    keys: HashSet<QuestionKey>,
    cancel: Cancel,
}

impl Sources {
    fn wanted(&self) -> MutexGuard<'_, Wanted> {
        self.wanted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// These questions of a project are open, and no others. What is being asked is stopped if none of it is among them.
    pub fn want(&self, root: &Path, mut questions: Vec<Question>, timeout: Duration) {
        let mut wanted = self.wanted();
        if let Some(running) = wanted.running.as_ref().filter(|running| running.root == root) {
            let before = questions.len();
            questions.retain(|question| !running.keys.contains(&question.key()));
            if questions.len() == before {
                running.cancel.cancel();
            }
        }
        if questions.is_empty() {
            wanted.by_root.remove(root);
        } else {
            wanted.by_root.insert(root.to_owned(), Open { questions, timeout });
        }
        self.wake.notify_all();
    }

    /// Whether a project waits for answers.
    pub fn is_busy(&self, root: &Path) -> bool {
        let wanted = self.wanted();
        wanted.by_root.contains_key(root) || wanted.running.as_ref().is_some_and(|running| running.root == root)
    }

    /// The session is over.
    pub fn quit(&self) {
        let mut wanted = self.wanted();
        wanted.quit = true;
        if let Some(running) = &wanted.running {
            running.cancel.cancel();
        }
        self.wake.notify_all();
    }

    /// The thread: takes batches, gets them answered, hands the facts to the analysis.
    pub fn run(&self, state: &State, answerer: &Arc<dyn Answerer>, progress: &Progress) {
        let mut shown: Option<Guard> = None;
        let mut number = 0;
        while let Some(Batch { root, questions, timeout, cancel }) = self.take(&mut shown) {
            if shown.is_none() {
                number += 1;
                let name = root
                    .file_name()
                    .map_or_else(|| root.display().to_string(), |name| name.to_string_lossy().into_owned());
                shown = Some(progress.begin(number, format!("checking {name}")));
            }
            tracing::debug!(questions = questions.len(), root = %root.display(), "asking sources");
            let answers = answerer.ask(&questions, timeout, &cancel);
            let facts = questions
                .iter()
                .zip(answers)
                .filter_map(|(question, answer)| Some((question.key(), fact(answer?))))
                .collect();
            self.wanted().running = None;
            state.answer(Answers { root, facts });
        }
    }

    fn take(&self, shown: &mut Option<Guard>) -> Option<Batch> {
        let mut wanted = self.wanted();
        loop {
            if wanted.quit {
                return None;
            }
            if let Some(mut entry) = wanted.by_root.first_entry() {
                let root = entry.key().clone();
                let open = entry.get_mut();
                let timeout = open.timeout;
                let questions: Vec<Question> = open.questions.drain(..open.questions.len().min(BATCH)).collect();
                if open.questions.is_empty() {
                    entry.remove();
                }
                let cancel = Cancel::default();
                let keys = questions.iter().map(Question::key).collect();
                wanted.running = Some(Running { root: root.clone(), keys, cancel: cancel.clone() });
                return Some(Batch { root, questions, timeout, cancel });
            }
            *shown = None;
            wanted = self.wake.wait(wanted).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::{Receiver, Sender, channel};
    use std::thread;
    use viz_facts::{Answer, SourceSpec, Unknown};

    /// Tells what it is asked, and answers when it is told to or called off.
    struct Slow {
        asked: Sender<Vec<String>>,
        go: Mutex<Receiver<()>>,
    }

    impl Answerer for Slow {
        fn ask(&self, questions: &[Question], _: Duration, cancel: &Cancel) -> Vec<Option<Result<Answer, Unknown>>> {
            self.asked.send(questions.iter().map(|question| question.sql().to_owned()).collect()).unwrap();
            while !cancel.is_cancelled() {
                if self.go.lock().unwrap().recv_timeout(Duration::from_millis(1)).is_ok() {
                    return questions.iter().map(|_| Some(Ok(Answer::Columns(Ok(vec![]))))).collect();
                }
            }
            vec![None; questions.len()]
        }
    }

    fn question(sql: &str) -> Question {
        Question::Describe { source: SourceSpec::DuckDbMemory { root: "/p".into() }, sql: sql.into() }
    }

    #[test]
    fn the_newest_list_wins_and_what_is_under_way_is_not_asked_twice() {
        let (asked, was_asked) = channel();
        let (answer, go) = channel();
        let answerer: Arc<dyn Answerer> = Arc::new(Slow { asked, go: Mutex::new(go) });
        let (sources, state) = (Sources::default(), State::default());
        let next = || was_asked.recv_timeout(Duration::from_secs(10)).expect("something is asked");
        let root = Path::new("/p");
        thread::scope(|scope| {
            scope.spawn(|| sources.run(&state, &answerer, &Progress::none()));
            sources.want(root, vec![question("a"), question("b")], Duration::MAX);
            assert_eq!(next(), ["a", "b"]);
            sources.want(root, vec![question("b"), question("c")], Duration::MAX);
            answer.send(()).unwrap();
            assert_eq!(next(), ["c"], "b was under way");
            assert_eq!(state.next().unwrap().work.answers[0].facts.len(), 2);
            sources.want(root, vec![question("d")], Duration::MAX);
            assert_eq!(next(), ["d"], "c was called off");
            assert_eq!(state.next().unwrap().work.answers[0].facts.len(), 0);
            assert!(sources.is_busy(root));
            sources.quit();
        });
    }
}
