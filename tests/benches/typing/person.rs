//! Somebody who types, and looks at what the server says of it.

use crate::session::Session;
use serde_json::{Value, json};
use std::ops::Range;
use std::time::{Duration, Instant};
use viz_tests::Document;

/// Between two keys.
const PAUSE: Duration = Duration::from_millis(110);

/// How long an answer took, and how long until the last one that changed something, before the next key.
#[derive(Debug, Clone, Copy)]
pub struct Took {
    pub first: Duration,
    pub last: Duration,
}

/// Times by what was done.
#[derive(Default)]
pub struct Times(pub Vec<(String, Vec<Took>)>);

impl Times {
    fn add(&mut self, kind: &str, took: Took) {
        match self.0.iter_mut().find(|(known, _)| known == kind) {
            Some((_, times)) => times.push(took),
            None => self.0.push((kind.to_owned(), vec![took])),
        }
    }
}

/// What is typed at fixed times.
pub struct Keys<'a> {
    pub at: usize,
    pub text: &'a str,
    pub every: Duration,
}

/// One edit that waits for its answer.
struct Sent {
    kind: String,
    at: Instant,
    version: i32,
    /// The question for diagnostics that went behind it.
    question: Option<i64>,
    /// How much was published before it.
    before: usize,
}

/// A person at one server.
pub struct Person {
    pub session: Session,
    pub pulls: bool,
    pub times: Times,
    /// The last diagnostics that were seen.
    shown: Value,
}

impl Person {
    /// Somebody who begins.
    pub fn at(session: Session, pulls: bool) -> Self {
        Self { session, pulls, times: Times::default(), shown: Value::Null }
    }

    /// One edit, and its answer; then a pause.
    pub fn edit(&mut self, kind: &str, document: &mut Document, range: Range<usize>, text: &str) {
        let sent = self.send(kind, document, range, text);
        let due = sent.at + PAUSE;
        let (mut first, refreshes) = (self.first(&sent, document), self.session.refreshes);
        let mut last = first.0;
        self.see(std::mem::take(&mut first.1));
        // What comes behind it.
        let mut looked = self.session.history(document).len();
        let mut seen = refreshes;
        loop {
            self.session.listen(due.min(Instant::now() + Duration::from_millis(5)));
            if self.pulls {
                if self.session.refreshes > seen {
                    seen = self.session.refreshes;
                    let question = self.session.pull(document);
                    let (at, answer) = self.session.answer(question);
                    last = if self.see(answer["result"]["items"].clone()) { at } else { last };
                }
            } else {
                let news: Vec<(Instant, Value)> = self.session.history(document)[looked..]
                    .iter()
                    .map(|seen| (seen.at, seen.diagnostics.clone()))
                    .collect();
                looked += news.len();
                for (at, diagnostics) in news {
                    last = if self.see(diagnostics) { at } else { last };
                }
            }
            if Instant::now() >= due {
                break;
            }
        }
        self.times.add(kind, Took { first: first.0 - sent.at, last: last - sent.at });
    }

    /// Keys at fixed times, whether they are answered or not, as long as it `goes_on`; the end of what was typed.
    pub fn burst(
        &mut self,
        kind: &str,
        document: &mut Document,
        keys: Keys<'_>,
        mut goes_on: impl FnMut(&Session) -> bool,
    ) -> usize {
        let mut sent = Vec::new();
        let mut place = keys.at;
        for key in keys.text.chars() {
            if !goes_on(&self.session) {
                break;
            }
            let one = self.send(kind, document, place..place, &key.to_string());
            place += key.len_utf8();
            self.session.listen(one.at + keys.every);
            sent.push(one);
        }
        for one in &sent {
            let at = self.first(one, document).0;
            self.times.add(kind, Took { first: at - one.at, last: at - one.at });
        }
        if let Some(one) = sent.last() {
            let last =
                self.times.0.iter().find(|(known, _)| known == kind).and_then(|(_, times)| times.last().copied());
            self.times.add(&format!("{}, its last key", one.kind), last.expect("it was added"));
        }
        place
    }

    /// Types a word and asks at once what could follow; takes the word back.
    pub fn complete(&mut self, kind: &str, document: &mut Document, place: usize, word: &str, expects: Option<&str>) {
        let sent = self.send(kind, document, place..place, word);
        let position = document.position(place + word.len());
        let params = json!({ "textDocument": { "uri": document.uri }, "position": position });
        let asked = Instant::now();
        let question = self.session.ask("textDocument/completion", params);
        let (at, answer) = self.session.answer(question);
        if let Some(label) = expects {
            assert!(answer.to_string().contains(label), "{kind}: {label} is not among {answer:.2000}");
        }
        self.times.add(kind, Took { first: at - asked, last: at - asked });
        self.first(&sent, document);
        let sent = self.send(kind, document, place..place + word.len(), "");
        self.first(&sent, document);
        self.session.listen(Instant::now() + PAUSE);
    }

    /// Deletes something in a document, and waits until another one has other findings.
    pub fn elsewhere(&mut self, kind: &str, document: &mut Document, range: Range<usize>, other: &Document) {
        let before = self.session.history(other).len();
        self.wait_for(other, "", true);
        let shown = self.shown.clone();
        let sent = self.send(kind, document, range, "");
        let at = if self.pulls {
            loop {
                let question = self.session.pull(other);
                let (at, answer) = self.session.answer(question);
                if self.see(answer["result"]["items"].clone()) {
                    break at;
                }
            }
        } else {
            let news = |session: &Session| {
                session.history(other)[before..].iter().find(|seen| seen.diagnostics != shown).map(|seen| seen.at)
            };
            self.session.until(|session| news(session).is_some());
            news(&self.session).expect("it is there")
        };
        self.times.add(kind, Took { first: at - sent.at, last: at - sent.at });
        self.first(&sent, document);
        self.session.settle(true);
    }

    /// Waits until what is shown of a document has this word, or has it no more.
    pub fn wait_for(&mut self, document: &Document, word: &str, wanted: bool) {
        let end = Instant::now() + Duration::from_secs(60);
        loop {
            if self.pulls {
                let question = self.session.pull(document);
                let (_, answer) = self.session.answer(question);
                self.see(answer["result"]["items"].clone());
            } else if let Some(seen) = self.session.history(document).last() {
                self.shown = seen.diagnostics.clone();
            }
            if self.shown.to_string().contains(word) == wanted {
                return;
            }
            assert!(
                Instant::now() < end,
                "`{word}` is {} in {:.3000}",
                if wanted { "not" } else { "still" },
                self.shown
            );
            self.session.listen(Instant::now() + Duration::from_millis(20));
        }
    }

    fn send(&mut self, kind: &str, document: &mut Document, range: Range<usize>, text: &str) -> Sent {
        let change = document.replace(range, text);
        let before = self.session.history(document).len();
        let at = self.session.change(document, &change);
        let question = self.pulls.then(|| self.session.pull(document));
        Sent { kind: kind.to_owned(), at, version: document.version, question, before }
    }

    /// The first diagnostics that are about a text which has this edit.
    fn first(&mut self, sent: &Sent, document: &Document) -> (Instant, Value) {
        if let Some(question) = sent.question {
            let (at, mut answer) = self.session.answer(question);
            assert!(answer["error"].is_null(), "{answer}");
            return (at, answer["result"]["items"].take());
        }
        // A server that tells no versions may mean an earlier text: then this flatters it.
        let fits = |session: &Session| {
            let later = session.history(document).get(sent.before..).unwrap_or_default();
            later.iter().position(|seen| seen.version.is_none_or(|version| version >= i64::from(sent.version)))
        };
        self.session.until(|session| fits(session).is_some());
        let seen = &self.session.history(document)[sent.before + fits(&self.session).expect("it is there")];
        (seen.at, seen.diagnostics.clone())
    }

    /// Whether it is something else than before.
    fn see(&mut self, diagnostics: Value) -> bool {
        let new = diagnostics != self.shown;
        self.shown = diagnostics;
        new
    }
}
