//! Finds values in texts and hides them.

use crate::pattern::pattern;
use crate::search::{Pattern, Search};
use secrecy::{ExposeSecret, SecretString};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

/// Shorter values (characters) are not hidden: they would be found in words that have nothing to do with them.
pub const SHORTEST: usize = 4;

/// Words longer than this (bytes; names of files are shorter) are searched for by their beginning, as they are and in other case (of ASCII):
/// compiling a regular expression of all their spellings would take long.
const LONGEST_SPELLED: usize = 1 << 10;

/// The same goes for all further words once those before them have this many bytes together.
const MOST_SPELLED: usize = 64 << 10;

/// And once they are so many.
const MOST_SPELLED_WORDS: usize = 1_000;

/// A text that must not be shown, and what is shown in its place.
#[derive(Clone)]
pub struct Word {
    text: SecretString,
    shown: String,
    /// So many of its first bytes are no secret.
    known: usize,
    /// Whether it is found in all its spellings.
    spelled: bool,
}

impl Word {
    /// A text and what is shown in its place.
    pub fn new(text: &str, shown: impl Into<String>) -> Self {
        Self { text: text.into(), shown: shown.into(), known: 0, spelled: false }
    }

    /// A text that begins as everybody may know, and what is shown in its place.
    pub fn behind(known: &str, text: &str, shown: impl Into<String>) -> Self {
        let same = known.bytes().zip(text.bytes()).take_while(|(a, b)| a == b).count();
        let separator = usize::from(text.as_bytes().get(same).is_some_and(|byte| matches!(byte, b'/' | b'\\')));
        Self { known: same + separator, ..Self::new(text, shown) }
    }

    /// The value of a variable.
    pub fn of_variable(name: &str, value: &str) -> Self {
        Self::new(value, format!("${{env.{name}}}"))
    }

    fn key(&self) -> (std::cmp::Reverse<usize>, &str, &str) {
        let text = self.text.expose_secret();
        (std::cmp::Reverse(text.len()), text, &self.shown)
    }

    fn is(&self, other: &Word) -> bool {
        self.text.expose_secret() == other.text.expose_secret()
    }

    fn pattern(&self) -> Pattern {
        let text = self.text.expose_secret();
        match self.spelled {
            true => Pattern::Spellings(pattern(text, self.known)),
            false => Pattern::Text(self.beginning().to_owned()),
        }
    }

    /// How much of a text belongs to it behind its beginning.
    fn rest(&self, behind: &str) -> usize {
        let text = self.text.expose_secret();
        let rest = if self.spelled { "" } else { &text[self.beginning().len()..] };
        let same = |(own, other): &(u8, u8)| own.eq_ignore_ascii_case(other);
        let length = rest.bytes().zip(behind.bytes()).take_while(same).count();
        behind.floor_char_boundary(length)
    }

    /// What it is found by, if not in all its spellings.
    fn beginning(&self) -> &str {
        let text = self.text.expose_secret();
        &text[..text.floor_char_boundary(self.known + LONGEST_SPELLED)]
    }
}

impl PartialEq for Word {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl fmt::Debug for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

/// Words that must not be shown. A word is found in any of the spellings in which it may come: in other case, escaped for
/// JSON, SQL, Markdown, HTML or a URI, with other white space, and cut off before an ellipsis.
#[derive(Debug, Clone, Default)]
pub struct Mask {
    /// Longer ones first.
    words: Vec<Word>,
    search: Option<Search>,
    /// What is not hidden, because the project says it itself.
    own: Vec<Word>,
}

/// What stands for a value already is left as it is, though a variable may be called like its value. Only of variables that are
/// hidden: in `${env.` and `}` SQL can put a value, too.
fn references(words: &[Word]) -> BTreeSet<String> {
    let names = words.iter().flat_map(|word| word.shown.split("${env.").skip(1));
    names.filter_map(|rest| rest.split_once('}')).map(|(name, _)| name.to_owned()).collect()
}

impl Mask {
    /// Hides these words, but those that are too short. Those that come first are the first to be found in all spellings.
    pub fn new(mut words: Vec<Word>) -> Self {
        words.retain(|word| {
            let text = word.text.expose_secret();
            text.chars().count() >= SHORTEST && !text.trim().is_empty() && text != word.shown
        });
        let (mut left, mut words_left) = (MOST_SPELLED, MOST_SPELLED_WORDS);
        for word in &mut words {
            let length = word.text.expose_secret().len();
            word.spelled |= words_left > 0 && length <= LONGEST_SPELLED.min(left);
            left = left.saturating_sub(if word.spelled { length } else { 0 });
            words_left = words_left.saturating_sub(usize::from(word.spelled));
        }
        words.sort_by(|a, b| a.key().cmp(&b.key()));
        words.dedup_by(|a, b| {
            let same = a.is(b);
            b.spelled |= same && a.spelled;
            same
        });
        let search = || Search::new(words.iter().map(Word::pattern).collect(), references(&words));
        let search = (!words.is_empty()).then(search);
        Self { words, search, own: Vec::new() }
    }

    /// Hides nothing that stands in these texts: those of a project, which its author knows. Were it hidden where they are quoted,
    /// a project that lists words would be told which of them is a value.
    pub fn sparing<'a>(mut self, texts: impl Iterator<Item = &'a str> + Clone) -> Self {
        loop {
            let mut own: Vec<usize> = texts.clone().flat_map(|text| self.standing_in(text)).collect();
            own.sort_unstable();
            own.dedup();
            if own.is_empty() {
                return self;
            }
            // Behind a longer word there may be a shorter one: once more.
            let mut spared = std::mem::take(&mut self.own);
            spared.extend(own.iter().rev().map(|index| self.words.remove(*index)));
            self = Self { own: spared, ..Self::new(self.words) };
        }
    }

    /// The numbers of the words that stand in a text, without those that it only begins.
    fn standing_in(&self, text: &str) -> Vec<usize> {
        let Some(search) = &self.search else { return Vec::new() };
        let whole = search.find_iter(text).filter(|found| !text[found.start..found.end].ends_with('…'));
        whole.filter_map(|found| found.word).collect()
    }

    /// Whether [`Mask::sparing`] would spare more.
    pub fn stands_in(&self, text: &str) -> bool {
        !self.standing_in(text).is_empty()
    }

    /// Whether there is nothing to hide.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Whether this hides and spares all that another one does.
    pub(crate) fn includes(&self, other: &Mask) -> bool {
        let hides = |word: &Word| self.words.binary_search_by(|own| own.key().cmp(&word.key())).is_ok();
        let spares = |word: &Word| self.own.iter().any(|own| own.is(word));
        other.words.iter().all(|word| hides(word) || spares(word)) && other.own.iter().all(spares)
    }

    /// Hides what either hides and neither spares.
    pub(crate) fn and(&self, other: &Mask) -> Mask {
        let both = |a: &[Word], b: &[Word]| a.iter().chain(b).cloned().collect::<Vec<_>>();
        let (mut words, own) = (both(&self.words, &other.words), both(&self.own, &other.own));
        words.retain(|word| !own.iter().any(|own| own.is(word)));
        Self { own, ..Self::new(words) }
    }

    /// A text with what is shown in the words' places.
    pub fn hide<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let Some(search) = &self.search else { return Cow::Borrowed(text) };
        let mut out = String::new();
        let mut done = 0;
        for found in search.find_iter(text) {
            let Some(word) = found.word.and_then(|word| self.words.get(word)) else { continue };
            let Some(before) = text.get(done..found.start) else { continue };
            out.push_str(before);
            out.push_str(&word.shown);
            done = found.end + word.rest(&text[found.end..]);
        }
        if done == 0 {
            return Cow::Borrowed(text);
        }
        out.push_str(&text[done..]);
        Cow::Owned(out)
    }

    /// Like [`Mask::hide`], in place.
    pub fn hide_in(&self, text: &mut String) {
        if let Cow::Owned(hidden) = self.hide(text) {
            *text = hidden;
        }
    }

    /// Whether a text holds one of the words.
    pub fn is_in(&self, text: &str) -> bool {
        self.search.as_ref().is_some_and(|search| search.find_iter(text).any(|found| found.word.is_some()))
    }
}

impl PartialEq for Mask {
    fn eq(&self, other: &Self) -> bool {
        self.words == other.words && self.own == other.own
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn hidden(value: &str, text: &str) -> String {
        Mask::new(vec![Word::of_variable("X", value)]).hide(text).into_owned()
    }

    #[test]
    fn longer_words_win_and_references_stay() {
        let mask = Mask::new(vec![
            Word::of_variable("SHOP", "shop"),
            Word::new("/p/data/shop.duckdb", "data/${env.SHOP}.duckdb"),
            Word::of_variable("NO", "abc"),
        ]);
        let text = "the database /p/data/shop.duckdb of Shop; ${env.SHOP} abc";
        assert_eq!(mask.hide(text), "the database data/${env.SHOP}.duckdb of ${env.SHOP}; ${env.SHOP} abc");
        assert_eq!(mask.hide(&mask.hide(text)), mask.hide(text));
        assert!(mask.is_in("a SHOP") && !mask.is_in("${env.SHOP}"));
    }

    #[test]
    fn what_a_project_says_itself_is_not_hidden() {
        let words = [("A", "k4711"), ("B", "data/k4711.duckdb"), ("C", "other")];
        let mask = Mask::new(words.map(|(name, value)| Word::of_variable(name, value)).into());
        let texts = ["models: [K4711]", "in data/k4711.duckdb and ${env.C}"];
        let mask = mask.sparing(texts.into_iter());
        assert_eq!(mask.hide("k4711 data/k4711.duckdb other"), "k4711 data/k4711.duckdb ${env.C}");
        assert!(mask.stands_in("x other") && !mask.stands_in("k4711"));
    }

    #[test]
    fn long_words_do_not_keep_others_from_being_found_in_all_spellings() {
        let long = "yz".repeat(33_000);
        let words = [("BIG", long.as_str()), ("DB", "pa'q \"zz7\""), ("MANY", &"ab c".repeat(200))];
        let mask = Mask::new(words.map(|(name, value)| Word::of_variable(name, value)).into());
        assert_eq!(mask.hide("%41 pa%27q%20%22zz7%22 x"), "%41 ${env.DB} x");
        assert_eq!(mask.hide(&format!("<{}> <{}>", long, long.to_uppercase())), "<${env.BIG}> <${env.BIG}>");
        assert_eq!(mask.hide(&"ab%20c".repeat(200)), "${env.MANY}");
    }

    #[test]
    fn the_first_words_are_found_in_all_spellings() {
        let mut words = vec![Word::of_variable("DB", "pa'q \"zz7\"")];
        let many = |number: usize| Word::of_variable("MANY", &format!("{number:0100}"));
        words.extend((0..2_000).map(many));
        assert_eq!(Mask::new(words).hide("pa%27q%20%22zz7%22"), "${env.DB}");
    }

    #[test]
    fn what_is_cut_off_is_found_however_long_it_is() {
        let value: String = (0..1_000).map(|at| char::from(b'a' + (at * 7 % 26) as u8)).collect();
        for length in [8, 9, 30, 207, 208, 209, 500, 999] {
            assert_eq!(hidden(&value, &format!("<{}…>", &value[..length])), "<${env.X}>", "{length}");
        }
        assert_eq!(hidden("pa'q %zz7 and more", "<pa'q %25zz7 a…>"), "<${env.X}>");
        // What only begins so, and is cut off elsewhere, is another text.
        assert_eq!(
            hidden("/home/runner", "/home/ruZ and much more text than that…"),
            "/home/ruZ and much more text than that…"
        );
    }

    /// Neither may end before the next one is found: that would take minutes.
    #[test]
    fn beginnings_of_one_word_do_not_hide_another() {
        let mask = Mask::new(vec![Word::of_variable("A", "/home/runner"), Word::of_variable("B", "/usr/bin")]);
        let text = "/home/ruZ/usr/bin ".repeat(100_000);
        assert_eq!(mask.hide(&text), "/home/ruZ${env.B} ".repeat(100_000));
    }

    #[test]
    fn thousands_of_words_are_all_found() {
        let name = |number: usize| format!("A{number}");
        let words = (0..5_000).map(|number| Word::of_variable(&name(number), &format!("val{number:05}xyz")));
        let mask = Mask::new(words.collect());
        let text: String = (0..5_000).map(|number| format!("x/VAL{number:05}xyz/${{env.A{number}}} ")).collect();
        let hidden: String = (0..5_000).map(|number| format!("x/${{env.A{number}}}/${{env.A{number}}} ")).collect();
        assert_eq!(mask.hide(&text), hidden);
        assert_eq!(mask.sparing([text.as_str()].into_iter()).hide(&text), text);
    }

    #[test]
    fn only_variables_that_are_hidden_have_references() {
        assert_eq!(hidden("zebra7", "${env.zebra7}"), "${env.${env.X}}");
        assert_eq!(hidden("zebra7", "${env.X} and ${env.OTHER}"), "${env.X} and ${env.OTHER}");
    }

    #[test]
    fn every_spelling_is_found() {
        let value = "pa's \"w\" 100%&é|`😀\\x";
        for text in [
            value.to_owned(),
            value.to_uppercase(),
            value.replace('\'', "''"),
            value.replace('"', "\"\""),
            value.replace(' ', "\n    "),
            value.replace(' ', "+"),
            value.replace('`', "'"),
            format!("{value:?}"),
            serde_json::to_string(value).unwrap(),
            serde_json::to_string(&serde_json::to_string(value).unwrap()).unwrap(),
            value
                .chars()
                .flat_map(|c| ['\\', c].into_iter().skip(usize::from(c.is_alphanumeric() || c == ' ')))
                .collect(),
            value
                .bytes()
                .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
                .collect(),
            value.replace('&', "&amp;").replace('"', "&quot;").replace('\'', "&#39;"),
            value
                .encode_utf16()
                .map(|unit| {
                    if unit < 127 {
                        format!("{}", char::from(unit as u8)).replace('"', "\\\"").replace('\\', "\\\\")
                    } else {
                        format!("\\u{unit:04x}")
                    }
                })
                .collect(),
            "pa's \"w\" …".to_owned(),
        ] {
            assert_eq!(hidden(value, &format!("<{text}>")).replace(['"', '\\'], ""), "<${env.X}>", "{text}");
        }
    }

    proptest! {
        /// Whatever a value is: it is not in what was hidden, and nothing else is touched.
        #[test]
        fn values_are_hidden(value in "\\PC{4,40}", before in "[m-q ]{0,8}", after in "[m-q ]{0,8}") {
            prop_assume!(!value.trim().is_empty() && !value.contains("env") && value.trim() == value);
            let out = hidden(&value, &format!("{before}{value}{after}"));
            prop_assert!(!out.contains(&value) && out.contains("${env.X}"), "{}", out);
        }
    }
}
