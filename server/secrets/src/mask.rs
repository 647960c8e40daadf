//! Finds values in texts and hides them.

use crate::pattern::pattern;
use regex_automata::meta::{BuildError, Regex};
use regex_automata::util::syntax;
use secrecy::{ExposeSecret, SecretString};
use std::borrow::Cow;
use std::fmt;

/// Shorter values (characters) are not hidden: they would be found in words that have nothing to do with them.
pub const SHORTEST: usize = 4;

/// Of words of so many bytes together all spellings are looked for; of more, which nobody sets by hand, those as they are, in any
/// case: a regular expression of them all would take seconds to make.
const MOST_SPELLED: usize = 64 << 10;

/// A text that must not be shown, and what is shown in its place.
#[derive(Clone)]
pub struct Word {
    text: SecretString,
    shown: String,
}

impl Word {
    /// A text and what is shown in its place.
    pub fn new(text: &str, shown: impl Into<String>) -> Self {
        Self { text: text.into(), shown: shown.into() }
    }

    /// The value of a variable.
    pub fn of_variable(name: &str, value: &str) -> Self {
        Self::new(value, format!("${{env.{name}}}"))
    }

    fn key(&self) -> (std::cmp::Reverse<usize>, &str, &str) {
        let text = self.text.expose_secret();
        (std::cmp::Reverse(text.len()), text, &self.shown)
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
    found: Option<Regex>,
}

/// What stands for a value already is left as it is, though a variable may be called like its value. Only of variables that are
/// hidden: in `${env.` and `}` SQL can put a value, too.
fn references(words: &[Word]) -> String {
    let names = words.iter().flat_map(|word| word.shown.split("${env.").skip(1));
    let names = names.filter_map(|rest| rest.split_once('}')).map(|(name, _)| regex_syntax::escape(name));
    let names: std::collections::BTreeSet<String> = names.collect();
    let names: Vec<String> = names.into_iter().collect();
    if names.is_empty() { r"[a&&b]".to_owned() } else { format!(r"\$\{{env\.(?-i:{})\}}", names.join("|")) }
}

impl Mask {
    /// Hides these words, but those that are too short.
    pub fn new(mut words: Vec<Word>) -> Self {
        words.retain(|word| {
            let text = word.text.expose_secret();
            text.chars().count() >= SHORTEST && !text.trim().is_empty() && text != word.shown
        });
        words.sort_by(|a, b| a.key().cmp(&b.key()));
        words.dedup_by(|a, b| a.text.expose_secret() == b.text.expose_secret());
        let found = (!words.is_empty()).then(|| {
            let long = words.iter().map(|word| word.text.expose_secret().len()).sum::<usize>() > MOST_SPELLED;
            let spellings = |text: &str| if long { regex_syntax::escape(text) } else { pattern(text) };
            let patterns: Vec<String> = words.iter().map(|word| spellings(word.text.expose_secret())).collect();
            regex(&references(&words), &patterns)
                .expect("a pattern is made of escaped characters, and its size is not limited")
        });
        Self { words, found }
    }

    /// Whether there is nothing to hide.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// What is hidden.
    pub(crate) fn words(&self) -> impl Iterator<Item = &Word> {
        self.words.iter()
    }

    /// Whether this hides all that another one hides.
    pub fn includes(&self, other: &Mask) -> bool {
        other.words.iter().all(|word| self.words.binary_search_by(|own| own.key().cmp(&word.key())).is_ok())
    }

    /// A text with what is shown in the words' places.
    pub fn hide<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let Some(regex) = &self.found else { return Cow::Borrowed(text) };
        let mut out = String::new();
        let mut done = 0;
        for found in regex.find_iter(text) {
            let Some(word) = self.word(found.pattern().as_usize()) else { continue };
            out.push_str(&text[done..found.start()]);
            out.push_str(&word.shown);
            done = found.end();
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
        let found = |regex: &Regex| regex.find_iter(text).any(|found| found.pattern().as_usize() > 0);
        self.found.as_ref().is_some_and(found)
    }

    /// The word of a pattern; the first pattern is that of [`references`].
    fn word(&self, pattern: usize) -> Option<&Word> {
        self.words.get(pattern.checked_sub(1)?)
    }
}

impl PartialEq for Mask {
    fn eq(&self, other: &Self) -> bool {
        self.words == other.words
    }
}

fn regex(references: &str, patterns: &[String]) -> Result<Regex, Box<BuildError>> {
    let all: Vec<&str> = [references].into_iter().chain(patterns.iter().map(String::as_str)).collect();
    Regex::builder()
        .configure(Regex::config().nfa_size_limit(None).onepass_size_limit(None))
        .syntax(syntax::Config::new().case_insensitive(true))
        .build_many(&all)
        .map_err(Box::new)
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
