//! Which files a query reads besides its source's own, as far as its text tells.

use crate::functions::takes_files;
use serde::{Deserialize, Serialize};
use sqlparser::dialect::DuckDbDialect;
use sqlparser::tokenizer::{Token, Tokenizer};

/// What an answer depends on besides its question and its source's file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Reads {
    /// Texts that may name files, relative to the project's folder, with the wildcards of globs. `None` if names may be
    /// computed, so that nobody can tell.
    pub files: Option<Vec<String>>,
    /// Whether the values depend on the time or on chance.
    pub volatile: bool,
}

/// Functions whose value changes without the data.
const VOLATILE: [&str; 17] = [
    "now",
    "today",
    "get_current_time",
    "get_current_timestamp",
    "transaction_timestamp",
    "random",
    "setseed",
    "uuid",
    "uuidv4",
    "uuidv7",
    "gen_random_uuid",
    "nextval",
    "currval",
    "txid_current",
    "current_setting",
    "getvariable",
    "age",
];

/// The same without parentheses.
const VOLATILE_WORDS: [&str; 7] =
    ["current_date", "current_time", "current_timestamp", "localtime", "localtimestamp", "sample", "tablesample"];

impl Reads {
    /// What these texts read together.
    pub(crate) fn of<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut reads = Self { files: Some(Vec::new()), volatile: false };
        texts.into_iter().for_each(|text| reads.add(text));
        if let Some(files) = &mut reads.files {
            files.sort();
            files.dedup();
        }
        reads
    }

    fn add(&mut self, sql: &str) {
        let Ok(tokens) = Tokenizer::new(&DuckDbDialect {}, sql).tokenize() else {
            *self = Self { files: None, volatile: true };
            return;
        };
        let tokens: Vec<&Token> = tokens.iter().filter(|token| !matches!(token, Token::Whitespace(_))).collect();
        for (at, token) in tokens.iter().enumerate() {
            match token {
                Token::Word(word) if word.quote_style.is_some() => self.name(&word.value),
                Token::Word(word) => {
                    let name = word.value.to_ascii_lowercase();
                    let called = matches!(tokens.get(at + 1), Some(Token::LParen));
                    self.volatile |= VOLATILE_WORDS.contains(&name.as_str());
                    self.volatile |= called && VOLATILE.contains(&name.as_str());
                    // The name of a folder stands for all that is in it.
                    if called && names_files(&name) && !is_plain(&tokens[at + 2..]) {
                        self.files = None;
                    }
                }
                Token::SingleQuotedString(text)
                | Token::EscapedStringLiteral(text)
                | Token::DoubleQuotedString(text)
                | Token::UnicodeStringLiteral(text) => self.name(text),
                Token::DollarQuotedString(text) => self.name(&text.value),
                _ => {}
            }
        }
    }

    fn name(&mut self, text: &str) {
        if let (true, Some(files)) = (like_a_file(text), &mut self.files) {
            files.push(text.to_owned());
        }
    }
}

/// Whether a function's first argument names files or runs a text.
fn names_files(function: &str) -> bool {
    takes_files(function) || ["glob", "query"].contains(&function)
}

fn like_a_file(text: &str) -> bool {
    text.contains(['.', '/', '\\', '*']) && text.len() < 1000 && !text.contains('\n')
}

/// Whether the first argument is a literal, or a list of them.
fn is_plain(argument: &[&Token]) -> bool {
    let mut depth = 0;
    for token in argument {
        match token {
            Token::LBracket => depth += 1,
            Token::RBracket => depth -= 1,
            Token::RParen => return true,
            Token::Comma if depth == 0 => return true,
            Token::Comma => {}
            Token::SingleQuotedString(text) | Token::EscapedStringLiteral(text) if like_a_file(text) => {}
            _ => return false,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(sql: &str) -> Option<Vec<String>> {
        Reads::of([sql]).files
    }

    #[test]
    fn names_of_files_are_found() {
        let some = |list: &[&str]| Some(list.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        assert_eq!(files("select * from orders where city = 'Köln'"), some(&[]));
        assert_eq!(files("from 'data/x.csv' join \"y.parquet\" using (a)"), some(&["data/x.csv", "y.parquet"]));
        assert_eq!(files("from read_csv(['a.csv', 'b/*.csv'], delim = ';')"), some(&["a.csv", "b/*.csv"]));
        assert_eq!(files("from read_csv('data/' || 'x.csv')"), None);
        assert_eq!(files("from read_parquet(getvariable('f'))"), None);
        assert_eq!(files("from query_table('a.csv')"), some(&["a.csv"]));
        assert_eq!(files("from read_csv('data')"), None, "a folder");
    }

    #[test]
    fn what_changes_by_itself_is_told() {
        for sql in ["select now()", "select * from t where d > current_date", "from t using sample 3", "select UUID ()"]
        {
            assert!(Reads::of([sql]).volatile, "{sql}");
        }
        for sql in ["select now from t", "select uuid, \"random\" from t", "select 'now()'"] {
            assert!(!Reads::of([sql]).volatile, "{sql}");
        }
    }
}
