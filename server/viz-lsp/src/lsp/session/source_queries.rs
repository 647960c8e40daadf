//! The threads that get questions about sources answered. The newest list of a project replaces its older one.
//!
//! Each project is asked one question at a time (its source worker runs one at a time anyway), so that every answer
//! shows up at once and a query that takes long delays those of its own project only.

use crate::host::answerer::{Answerer, Cancel, Limits};
use crate::lsp::protocol::progress::{Guard, Progress};
use crate::lsp::session::state::{Answers, State};
use parking_lot::{Condvar, Mutex, MutexGuard};
use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};
use viz_facts::{Fact, KeyedQuestion, QuestionKey, Reason, Unknown};

/// Number of threads, and so of projects whose sources are queried at the same time.
pub const THREADS: usize = 4;

/// The queue of questions about sources, by project.
pub struct Sources {
    wanted: Mutex<Wanted>,
    wake: Condvar,
    progress: Progress,
}

#[derive(Default)]
struct Wanted {
    projects: BTreeMap<PathBuf, Asked>,
    /// Numbers the displays of progress.
    displays: u64,
    /// Other work that asks sources, by its display.
    others: BTreeMap<u64, Cancel>,
    quit: bool,
}

/// What is asked for a project; there is an entry as long as there is anything.
struct Asked {
    /// The display of its progress.
    display: u64,
    questions: VecDeque<KeyedQuestion>,
    /// Of one query.
    limits: Limits,
    running: Option<(QuestionKey, Cancel)>,
    _progress: Guard,
}

impl Asked {
    fn is_done(&self) -> bool {
        self.running.is_none() && self.questions.is_empty()
    }
}

/// A question that is about to be asked.
struct Next {
    root: PathBuf,
    question: KeyedQuestion,
    limits: Limits,
    cancel: Cancel,
}

/// Other work that asks sources, as long as this is there.
pub struct Shown<'a> {
    sources: &'a Sources,
    display: u64,
    _progress: Guard,
}

impl Drop for Shown<'_> {
    fn drop(&mut self) {
        self.sources.wanted().others.remove(&self.display);
    }
}

impl Sources {
    /// Nothing is asked.
    pub fn new(progress: Progress) -> Self {
        Self { wanted: Mutex::default(), wake: Condvar::new(), progress }
    }

    fn wanted(&self) -> MutexGuard<'_, Wanted> {
        self.wanted.lock()
    }

    /// These questions of a project are open, and no others. What is being asked is called off if it is not among them.
    pub fn want(&self, root: &Path, mut questions: Vec<KeyedQuestion>, limits: Limits) {
        let mut wanted = self.wanted();
        if let Some((key, cancel)) = wanted.projects.get(root).and_then(|asked| asked.running.as_ref()) {
            let before = questions.len();
            questions.retain(|question| question.key() != *key);
            if questions.len() == before {
                cancel.cancel();
            }
        }
        let questions = VecDeque::from(questions);
        if let Some(asked) = wanted.projects.get_mut(root) {
            (asked.questions, asked.limits) = (questions, limits);
        } else if !questions.is_empty() {
            wanted.displays += 1;
            let name =
                root.file_name().map_or_else(|| root.display().to_string(), |name| name.to_string_lossy().into_owned());
            let progress = self.progress.begin(wanted.displays, format!("checking {name}"));
            let asked = Asked { display: wanted.displays, questions, limits, running: None, _progress: progress };
            wanted.projects.insert(root.to_owned(), asked);
        }
        self.wake.notify_all();
    }

    /// Shows other work that asks sources; who calls it off there cancels it.
    pub fn show(&self, title: String, cancel: Cancel) -> Shown<'_> {
        let mut wanted = self.wanted();
        wanted.displays += 1;
        let display = wanted.displays;
        wanted.others.insert(display, cancel);
        Shown { sources: self, display, _progress: self.progress.begin(display, title) }
    }

    /// The user has called off what this display shows: the questions are answered with that, until something asks the
    /// sources anew.
    pub fn call_off(&self, display: u64) -> Option<Answers> {
        let mut wanted = self.wanted();
        wanted.others.get(&display).inspect(|cancel| cancel.cancel());
        let (root, asked) = wanted.projects.iter_mut().find(|(_, asked)| asked.display == display)?;
        let running = asked.running.iter().map(|(key, cancel)| {
            cancel.cancel();
            *key
        });
        let why = Unknown::new(Reason::CalledOff, "looking it up was called off; a save asks again");
        let queued = asked.questions.drain(..).map(|question| question.key());
        let facts = running.chain(queued).map(|key| (key, Fact::Unknown(why.clone()))).collect();
        Some(Answers { root: root.clone(), facts })
    }

    /// Whether a project waits for answers.
    pub fn is_busy(&self, root: &Path) -> bool {
        // A list that was emptied is of no interest any more, though no thread has looked at it yet.
        self.wanted().projects.get(root).is_some_and(|asked| !asked.is_done())
    }

    /// The session is over.
    pub fn quit(&self) {
        let mut wanted = self.wanted();
        wanted.quit = true;
        let running = wanted.projects.values().filter_map(|asked| Some(&asked.running.as_ref()?.1));
        running.chain(wanted.others.values()).for_each(Cancel::cancel);
        self.wake.notify_all();
    }

    /// A thread: takes questions, gets them answered, hands the facts to the analysis.
    pub fn run(&self, state: &State, answerer: &dyn Answerer) {
        while let Some(Next { root, question, limits, cancel }) = self.next() {
            tracing::debug!(root = %root.display(), bytes = question.sql().len(), "asking a source");
            let answers = answerer.ask(std::slice::from_ref(&question), limits, &cancel);
            let facts = answers.into_iter().flatten().map(|fact| (question.key(), fact)).collect();
            self.finish(&root);
            state.answer(Answers { root, facts });
        }
    }

    fn finish(&self, root: &Path) {
        let mut wanted = self.wanted();
        if let Some(asked) = wanted.projects.get_mut(root) {
            asked.running = None;
            if asked.is_done() {
                wanted.projects.remove(root);
            }
        }
        self.wake.notify_all();
    }

    fn next(&self) -> Option<Next> {
        let mut wanted = self.wanted();
        loop {
            if wanted.quit {
                return None;
            }
            for (root, asked) in wanted.projects.iter_mut().filter(|(_, asked)| asked.running.is_none()) {
                if let Some(question) = asked.questions.pop_front() {
                    let cancel = Cancel::default();
                    asked.running = Some((question.key(), cancel.clone()));
                    return Some(Next { root: root.clone(), question, limits: asked.limits, cancel });
                }
            }
            // A list that was emptied while nothing of it was asked.
            wanted.projects.retain(|_, asked| !asked.is_done());
            self.wake.wait(&mut wanted);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::{Receiver, Sender, channel};
    use std::thread;
    use std::time::Duration;
    use viz_facts::{Answer, Question, SourceSpec};

    /// Tells what it is asked, and answers when it is told to or called off.
    struct Slow {
        asked: Sender<String>,
        go: Mutex<Receiver<()>>,
    }

    impl Answerer for Slow {
        fn ask(&self, questions: &[KeyedQuestion], _: Limits, cancel: &Cancel) -> Vec<Option<Fact>> {
            self.asked.send(questions[0].sql().to_owned()).unwrap();
            if questions[0].sql() == "stuck" {
                while !cancel.is_cancelled() {
                    thread::yield_now();
                }
            }
            while !cancel.is_cancelled() {
                if self.go.lock().recv_timeout(Duration::from_millis(1)).is_ok() {
                    let answer = std::sync::Arc::new(Answer::Columns(Ok(vec![])));
                    return vec![Some(Fact::Known { answer, at: std::time::SystemTime::UNIX_EPOCH })];
                }
            }
            vec![None]
        }
    }

    fn question(sql: &str) -> KeyedQuestion {
        Question::Describe { source: SourceSpec::DuckDbMemory { root: "/p".into() }, sql: sql.into() }.into()
    }

    #[test]
    fn the_newest_list_wins_and_what_is_under_way_is_not_asked_twice() {
        let (asked, was_asked) = channel();
        let (answer, go) = channel();
        let answerer = Slow { asked, go: Mutex::new(go) };
        let (sources, state) = (Sources::new(Progress::none()), State::default());
        let next = || was_asked.recv_timeout(Duration::from_secs(10)).expect("something is asked");
        let answers = || state.next().unwrap().work.answers.iter().map(|answers| answers.facts.len()).sum::<usize>();
        let want = |root: &str, list: &[&str]| {
            sources.want(Path::new(root), list.iter().map(|sql| question(sql)).collect(), Limits::default());
        };
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| sources.run(&state, &answerer));
            }
            want("/p", &["a", "b"]);
            assert_eq!(next(), "a");
            want("/p", &["a", "c"]);
            answer.send(()).unwrap();
            assert_eq!(next(), "c", "a was under way, b is not wanted any more");
            assert_eq!(answers(), 1);
            want("/p", &["stuck"]);
            assert_eq!(next(), "stuck", "c was called off");
            assert_eq!(answers(), 0);
            want("/q", &["d"]);
            assert_eq!(next(), "d", "another project does not wait");
            answer.send(()).unwrap();
            assert_eq!(answers(), 1);
            assert!(sources.is_busy(Path::new("/p")) && !sources.is_busy(Path::new("/q")));
            want("/p", &[]);
            assert_eq!(answers(), 0);
            assert!(!sources.is_busy(Path::new("/p")));
            sources.quit();
        });
    }

    #[test]
    fn nothing_is_awaited_of_a_list_that_was_emptied() {
        let sources = Sources::new(Progress::none());
        let root = Path::new("/p");
        sources.want(root, vec![question("a")], Limits::default());
        assert!(sources.is_busy(root));
        sources.want(root, Vec::new(), Limits::default());
        assert!(!sources.is_busy(root), "no thread has run");
    }
}
