//! Calm while somebody types: what is new at the line that is being written waits for a pause, what goes goes at once.
//!
//! Half a word is nearly always wrong, and nobody wants to be told with every letter. So a finding that was not shown before
//! waits until the last edit is some time ago, if it is
//!
//! - in a line that the last edit touched, or about the form of the YAML there;
//! - about something that may still come: a key that is missing, an object that nothing uses;
//! - one that went since the pause before: it would only blink.
//!
//! All others are shown at once. An edit of another line, a look at another line or saving ends the wait.

use crate::lsp::session::publish::Layer;
use rustc_hash::{FxHashMap, FxHashSet, FxHasher};
use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tower_lsp::lsp_types::{Diagnostic, NumberOrString, Position, TextDocumentContentChangeEvent};
use viz_project::Code;
use viz_text::Encoding;

/// The last edit of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Typing {
    /// The file.
    pub path: PathBuf,
    /// The lines that it touched, as they are now.
    pub lines: RangeInclusive<u32>,
    /// Where it ended, in the client's units; `None` if the client sent the whole text.
    pub cursor: Option<Position>,
    /// When it came.
    pub at: Instant,
}

impl Typing {
    /// What these changes of a text, one after the other, were about.
    pub fn of(
        path: &Path,
        before: &str,
        changes: &[TextDocumentContentChangeEvent],
        encoding: Encoding,
        at: Instant,
    ) -> Option<Self> {
        let places = changes.iter().map(|change| match change.range {
            Some(range) => {
                let (start, end) =
                    (range.start.min(range.end), end_of(range.start.min(range.end), &change.text, encoding));
                (start.line..=end.line, Some(end))
            }
            None => (differing(before, &change.text), None),
        });
        let (lines, cursor) = places.reduce(|(lines, _), (more, cursor)| {
            (*lines.start().min(more.start())..=*lines.end().max(more.end()), cursor)
        })?;
        Some(Self { path: path.to_owned(), lines, cursor, at })
    }
}

/// Where a text ends that begins at a position, which may be any: some clients say "the end" with the largest number.
fn end_of(start: Position, text: &str, encoding: Encoding) -> Position {
    let breaks = text.matches('\n').count() as u32;
    let last = text.rsplit('\n').next().unwrap_or(text);
    let units = match encoding {
        Encoding::Utf8 => last.len(),
        Encoding::Utf16 => last.encode_utf16().count(),
        Encoding::Utf32 => last.chars().count(),
    } as u32;
    if breaks == 0 {
        Position::new(start.line, start.character.saturating_add(units))
    } else {
        Position::new(start.line.saturating_add(breaks), units)
    }
}

/// The lines of a text that are not those of another.
fn differing(before: &str, after: &str) -> RangeInclusive<u32> {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let first = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let left = new.len().min(old.len()) - first;
    let last = old.iter().rev().zip(new.iter().rev()).take(left).take_while(|(a, b)| a == b).count();
    first as u32..=(new.len() - last).saturating_sub(1).max(first) as u32
}

/// How long to wait, and for whom.
#[derive(Debug, Clone, Copy)]
pub struct Pace<'a> {
    /// The last edit, unless something has ended the wait for it.
    pub typing: Option<&'a Typing>,
    /// The pause that ends it; none: nothing waits.
    pub pause: Duration,
    /// What time it is.
    pub now: Instant,
}

/// What was shown last, by project.
#[derive(Default)]
pub struct Calm {
    projects: BTreeMap<PathBuf, Shown>,
}

/// Findings of a project, by hashes of file, identity and words.
#[derive(Default)]
struct Shown {
    files: FxHashMap<PathBuf, File>,
    /// What went since the last pause.
    gone: FxHashSet<u64>,
    /// Whether something waits.
    waits: bool,
}

/// What was shown of a file.
struct File {
    /// Of these.
    all: Arc<Vec<Diagnostic>>,
    shown: Arc<Vec<Diagnostic>>,
    keys: FxHashSet<u64>,
}

impl Calm {
    /// Takes what has to wait out of the diagnostics of a project, and says until when, if there is any.
    pub fn without_what_waits(&mut self, root: &Path, layer: &mut Layer, pace: Pace<'_>) -> Option<Instant> {
        let project = self.projects.entry(root.to_owned()).or_default();
        let typing = pace.typing.filter(|_| !pace.pause.is_zero());
        let until = typing.map(|typing| typing.at + pace.pause).filter(|until| pace.now < *until);
        if until.is_none() {
            project.gone.clear();
        }
        let mut went: FxHashSet<u64> = FxHashSet::default();
        let mut waits = false;
        project.files.retain(|path, file| {
            let stays = layer.contains_key(path);
            if !stays {
                went.extend(&file.keys);
            }
            stays
        });
        for (path, diagnostics) in layer.iter_mut() {
            let before = project.files.get(path);
            match before {
                // All of them were shown.
                Some(file) if Arc::ptr_eq(&file.all, diagnostics) && file.shown.len() == file.all.len() => {
                    *diagnostics = Arc::clone(&file.shown);
                    continue;
                }
                None if diagnostics.is_empty() => continue,
                _ => {}
            }
            let here = typing.filter(|typing| typing.path == *path);
            let mut keys = FxHashSet::default();
            let is_shown = |diagnostic: &&Diagnostic| {
                let key = key(path, diagnostic);
                let Some(typing) = typing.filter(|_| !before.is_some_and(|file| file.keys.contains(&key))) else {
                    keys.insert(key);
                    return true;
                };
                if here.is_some() && is_first_letter(diagnostic, typing) {
                    return false;
                }
                let waiting = until.is_some()
                    && (project.gone.contains(&key)
                        || may_come(diagnostic)
                        || here.is_some() && is_about_line(diagnostic, typing));
                waits |= waiting;
                if !waiting {
                    keys.insert(key);
                }
                !waiting
            };
            let shown: Vec<Diagnostic> = diagnostics.iter().filter(is_shown).cloned().collect();
            went.extend(before.iter().flat_map(|file| file.keys.difference(&keys)));
            let all = Arc::clone(diagnostics);
            let shown = if shown.len() == all.len() { Arc::clone(&all) } else { Arc::new(shown) };
            *diagnostics = Arc::clone(&shown);
            project.files.insert(path.clone(), File { all, shown, keys });
        }
        if until.is_some() {
            project.gone.extend(went);
        }
        project.waits = waits;
        until.filter(|_| waits)
    }

    /// Whether something of a project waits.
    pub fn waits(&self, root: &Path) -> bool {
        self.projects.get(root).is_some_and(|project| project.waits)
    }

    /// A project is of no interest any more.
    pub fn forget(&mut self, root: &Path) {
        self.projects.remove(root);
    }
}

fn key(path: &Path, diagnostic: &Diagnostic) -> u64 {
    let mut hasher = FxHasher::default();
    path.hash(&mut hasher);
    let fingerprint = diagnostic.data.as_ref().and_then(|data| data.get("fingerprint")?.as_str());
    fingerprint.hash(&mut hasher);
    diagnostic.message.hash(&mut hasher);
    hasher.finish()
}

fn code(diagnostic: &Diagnostic) -> Option<Code> {
    match diagnostic.code.as_ref()? {
        NumberOrString::String(name) => Code::named(name),
        NumberOrString::Number(_) => None,
    }
}

/// Whether it asks for something that whoever types may be about to write.
fn may_come(diagnostic: &Diagnostic) -> bool {
    let codes = [Code::MissingField, Code::MissingSource, Code::NoModel, Code::UnreadInput, Code::UnusedObject];
    code(diagnostic).is_some_and(|code| codes.contains(&code))
}

/// Whether it is about the lines that are being written. A fault in the YAML often shows below its cause.
fn is_about_line(diagnostic: &Diagnostic, typing: &Typing) -> bool {
    let (start, end) = (diagnostic.range.start.line, diagnostic.range.end.line);
    let touches = start <= *typing.lines.end() && *typing.lines.start() <= end;
    touches || code(diagnostic) == Some(Code::YamlSyntax)
}

/// Whether it is about the first letter of a word that is being written: any name might be meant.
fn is_first_letter(diagnostic: &Diagnostic, typing: &Typing) -> bool {
    let range = diagnostic.range;
    let letter = range.start.line == range.end.line && range.start.character + 1 == range.end.character;
    let names = [
        Code::InvalidValue,
        Code::UnknownColumn,
        Code::UnknownKey,
        Code::UnknownProp,
        Code::UnknownReference,
        Code::InvalidProp,
        Code::SqlBind,
    ];
    letter && Some(range.end) == typing.cursor && code(diagnostic).is_some_and(|code| names.contains(&code))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tower_lsp::lsp_types::Range;

    const PAUSE: Duration = Duration::from_millis(350);

    /// A session with a clock of its own.
    struct Session {
        calm: Calm,
        start: Instant,
        /// Milliseconds since.
        time: u64,
        typing: Option<Typing>,
    }

    impl Session {
        fn new() -> Self {
            Self { calm: Calm::default(), start: Instant::now(), time: 0, typing: None }
        }

        fn now(&self) -> Instant {
            self.start + Duration::from_millis(self.time)
        }

        /// A key in a line, this long after the last.
        fn key(&mut self, line: u32, after: u64) {
            self.time += after;
            let cursor = Some(Position::new(line, 9));
            self.typing = Some(Typing { path: "/p/a.yml".into(), lines: line..=line, cursor, at: self.now() });
        }

        /// What is shown of these, and after how many milliseconds there is more.
        fn shows(&mut self, findings: &[(u32, &str, &str)]) -> (Vec<String>, Option<u64>) {
            let diagnostic = |(line, code, message): &(u32, &str, &str)| Diagnostic {
                range: Range::new(
                    Position::new(*line, 8),
                    Position::new(*line, 9 + u32::from(!message.starts_with("`x`"))),
                ),
                code: Some(NumberOrString::String((*code).into())),
                message: (*message).into(),
                ..Diagnostic::default()
            };
            let mut layer =
                Layer::from_iter([("/p/a.yml".into(), Arc::new(findings.iter().map(diagnostic).collect()))]);
            let pace = Pace { typing: self.typing.as_ref(), pause: PAUSE, now: self.now() };
            let until = self.calm.without_what_waits(Path::new("/p"), &mut layer, pace);
            let left = until.map(|until| (until - self.now()).as_millis() as u64);
            (layer.values().flat_map(|all| all.iter()).map(|one| one.message.clone()).collect(), left)
        }
    }

    #[test]
    fn what_is_new_in_the_line_waits_for_a_pause() {
        let mut session = Session::new();
        let old = (7, "unknown-key", "old");
        assert_eq!(session.shows(&[old]), (vec!["old".into()], None), "nobody types");
        session.key(3, 1000);
        assert_eq!(session.shows(&[old, (3, "unknown-key", "ab")]), (vec!["old".into()], Some(350)));
        session.key(3, 120);
        assert_eq!(session.shows(&[old, (3, "unknown-key", "abc")]), (vec!["old".into()], Some(350)));
        session.time += 349;
        assert_eq!(session.shows(&[old, (3, "unknown-key", "abc")]), (vec!["old".into()], Some(1)));
        session.time += 1;
        assert_eq!(session.shows(&[old, (3, "unknown-key", "abc")]), (vec!["old".into(), "abc".into()], None));
        // What is shown stays while the line is written on, and goes at once.
        session.key(3, 120);
        assert_eq!(session.shows(&[old, (3, "unknown-key", "abc")]).0, ["old", "abc"]);
        session.key(3, 120);
        assert_eq!(session.shows(&[old]), (vec!["old".into()], None));
    }

    #[test]
    fn elsewhere_nothing_waits_but_what_may_come_or_blinks() {
        let mut session = Session::new();
        session.shows(&[(9, "unknown-column", "there")]);
        session.key(3, 1000);
        assert_eq!(session.shows(&[(5, "unknown-column", "elsewhere")]).0, ["elsewhere"]);
        session.key(3, 120);
        let unfinished = [(1, "missing-field", "a"), (1, "unused-object", "b"), (4, "yaml-syntax", "c")];
        assert_eq!(session.shows(&unfinished), (vec![], Some(350)));
        session.key(3, 120);
        assert_eq!(session.shows(&[(9, "unknown-column", "there")]), (vec![], Some(350)), "it went and comes back");
        session.time += 350;
        assert_eq!(session.shows(&[(9, "unknown-column", "there")]).0, ["there"]);
    }

    #[test]
    fn leaving_the_line_ends_the_wait() {
        let mut session = Session::new();
        session.key(3, 0);
        assert_eq!(session.shows(&[(3, "unknown-key", "ab")]).0, Vec::<String>::new());
        session.key(4, 50);
        assert_eq!(session.shows(&[(3, "unknown-key", "ab")]).0, ["ab"]);
        session.key(5, 50);
        session.typing = None;
        assert_eq!(session.shows(&[(5, "unknown-key", "saved")]), (vec!["saved".into()], None));
    }

    #[test]
    fn nothing_is_guessed_from_one_letter() {
        let mut session = Session::new();
        session.key(3, 0);
        let letter = (3, "unknown-column", "`x`: did you mean `y`?");
        assert_eq!(session.shows(&[letter]), (vec![], None));
        session.time += 5000;
        assert_eq!(session.shows(&[letter]), (vec![], None), "it waits for the cursor to leave");
        session.key(4, 0);
        assert_eq!(session.shows(&[letter]).0.len(), 1);
    }

    #[test]
    fn edits_are_about_the_lines_that_they_touch() {
        let of = |range: Option<[u32; 4]>, text: &str| {
            let range = range.map(|[a, b, c, d]| Range::new(Position::new(a, b), Position::new(c, d)));
            let change = TextDocumentContentChangeEvent { range, range_length: None, text: text.into() };
            let typing = Typing::of(Path::new("/a"), "a\nb\nc\n", &[change], Encoding::Utf16, Instant::now());
            let typing = typing.expect("there is a change");
            (typing.lines, typing.cursor.map(|at| (at.line, at.character)))
        };
        assert_eq!(of(Some([1, 1, 1, 1]), "😀"), (1..=1, Some((1, 3))));
        assert_eq!(of(Some([1, 1, 2, 0]), ""), (1..=1, Some((1, 1))));
        assert_eq!(of(Some([0, 1, 0, 1]), "\n  - x"), (0..=1, Some((1, 5))));
        assert_eq!(of(None, "a\nbb\nc\n"), (1..=1, None));
        assert_eq!(of(None, "a\nb\nx\ny\nc\n"), (2..=3, None));
        assert_eq!(of(None, "a\nc\n"), (1..=1, None));
    }
}
