//! What a question is on every machine.

use std::fmt;
use std::str::FromStr;
use viz_facts::{Question, SourceSpec};

/// Identity of a question wherever the project is checked, or of a set of options.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash([u8; 16]);

/// How hashes begin, so that other kinds may come.
const KIND: &str = "b3:";

impl Hash {
    /// Of texts, one after the other; other texts or other borders between them give another hash.
    pub fn of<'a>(parts: impl IntoIterator<Item = Option<&'a str>>) -> Self {
        let mut hasher = blake3::Hasher::new();
        for part in parts {
            hasher.update(&part.map_or(u64::MAX, |part| part.len() as u64).to_le_bytes());
            hasher.update(part.unwrap_or_default().as_bytes());
        }
        let mut hash = [0; 16];
        hash.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        Self(hash)
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(KIND)?;
        self.0.iter().try_for_each(|byte| write!(to, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, to)
    }
}

impl FromStr for Hash {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let digits = text.strip_prefix(KIND).filter(|digits| digits.len() == 32).ok_or(())?;
        let mut hash = [0; 16];
        for (byte, pair) in hash.iter_mut().zip(digits.as_bytes().chunks(2)) {
            let digit = |at: usize| match pair[at] {
                digit @ b'0'..=b'9' => Ok(digit - b'0'),
                digit @ b'a'..=b'f' => Ok(digit - b'a' + 10),
                _ => Err(()),
            };
            *byte = digit(0)? << 4 | digit(1)?;
        }
        Ok(Self(hash))
    }
}

/// The hash of a question to a source, which the project calls `source`, and whose place it calls `written`: of its kind and text
/// and of what the project's text says of the source, not of where it is on this machine. `None` where no lock holds the answer.
pub fn portable(question: &Question, source: &str, written: &str) -> Option<Hash> {
    let (kind, limit, materialized) = match question {
        Question::Describe { .. } => ("columns", String::new(), false),
        Question::Options { limit, .. } => ("options", limit.to_string(), false),
        Question::Execute { materialized, .. } => ("runs", String::new(), *materialized),
        _ => return None,
    };
    let (opened, csv) = match question.source()? {
        // Where a variable says which it is, that may not be known.
        SourceSpec::DuckDbMemory { .. } | SourceSpec::DuckDbFile { .. } => ("duckdb", None),
        SourceSpec::Sqlite { .. } => ("sqlite", None),
        SourceSpec::Csv { delimiter, has_header, .. } => ("csv", Some((delimiter.as_str(), *has_header))),
    };
    let said = |yes: bool| if yes { "yes" } else { "no" };
    let mut parts = vec![kind, source, written, opened, limit.as_str(), said(materialized)];
    parts.extend(csv.into_iter().flat_map(|(delimiter, header)| [delimiter, said(header)]));
    parts.extend(question.tables().iter().flat_map(|table| [table.name.as_str(), table.sql.as_str()]));
    parts.push(question.sql());
    Some(Hash::of(parts.into_iter().map(Some)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    fn describe(root: &str, path: &str, sql: &str) -> Question {
        let path = PathBuf::from(path).into();
        Question::Describe { source: SourceSpec::DuckDbFile { root: root.into(), path }, sql: sql.into() }
    }

    #[test]
    fn machines_differ_and_queries_do() {
        let hash = |question: &Question, source: &str| portable(question, source, "${env.DATABASE}").unwrap();
        let one = hash(&describe("/home/ana/p", "/home/ana/p/a.duckdb", "select 1"), "shop");
        assert_eq!(one, hash(&describe("/ci/p", "/data/b.duckdb", "select 1"), "shop"));
        assert_ne!(one, hash(&describe("/ci/p", "/data/b.duckdb", "select 2"), "shop"));
        assert_ne!(one, hash(&describe("/ci/p", "/data/b.duckdb", "select 1"), "shops"));
        let elsewhere = portable(&describe("/ci/p", "/data/b.duckdb", "select 1"), "shop", "b.duckdb");
        assert_ne!(Some(one), elsewhere, "the project names another place");
        assert_eq!(one.to_string().parse(), Ok(one));
        assert_eq!(portable(&Question::Parse { sql: "select 1".into() }, "shop", ""), None);
    }

    #[test]
    fn how_a_csv_file_is_read_counts() {
        let csv = |delimiter: &str, has_header| Question::Describe {
            source: SourceSpec::Csv {
                root: "/p".into(),
                path: PathBuf::from("/p/a.csv").into(),
                view: "a".into(),
                delimiter: delimiter.into(),
                has_header,
            },
            sql: "select * from a".into(),
        };
        let all = [csv(",", true), csv(";", true), csv(",", false)]
            .map(|question| portable(&question, "a", "a.csv").unwrap());
        assert!(all[0] != all[1] && all[0] != all[2] && all[1] != all[2]);
    }

    #[test]
    fn borders_between_texts_count() {
        assert_ne!(Hash::of([Some("ab"), Some("c")]), Hash::of([Some("a"), Some("bc")]));
        assert_ne!(Hash::of([None]), Hash::of([Some("")]));
        for wrong in ["", "b3:", "b3:00", "0123456789abcdef0123456789abcdef", "b3:0123456789ABCDEF0123456789abcdef"] {
            assert_eq!(wrong.parse::<Hash>(), Err(()), "{wrong}");
        }
    }
}
