//! Paths that are made of values of variables.

use serde::ser::SerializeStruct;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::cell::Cell;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};

/// A path that is shown as the user wrote it. Two are the same if they lead to the same place.
#[derive(Clone)]
pub struct SecretPath {
    path: PathBuf,
    /// What is shown in its place; `None` where there is nothing to hide.
    shown: Option<String>,
}

impl SecretPath {
    /// A path that is shown as `shown`.
    pub fn new(path: PathBuf, shown: impl Into<String>) -> Self {
        Self { path, shown: Some(shown.into()) }
    }

    /// The path itself.
    pub fn reveal(&self) -> &Path {
        &self.path
    }

    /// Whether what is shown is another text.
    pub fn is_secret(&self) -> bool {
        self.shown.is_some()
    }
}

impl From<PathBuf> for SecretPath {
    /// A path with nothing to hide.
    fn from(path: PathBuf) -> Self {
        Self { path, shown: None }
    }
}

impl fmt::Display for SecretPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.shown {
            Some(shown) => f.write_str(shown),
            None => self.path.display().fmt(f),
        }
    }
}

impl fmt::Debug for SecretPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.to_string())
    }
}

impl PartialEq for SecretPath {
    fn eq(&self, other: &Self) -> bool {
        self.path == other.path
    }
}

impl Eq for SecretPath {}

impl Hash for SecretPath {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.path.hash(state);
    }
}

thread_local! {
    static REVEALING: Cell<bool> = const { Cell::new(false) };
}

/// Serializes with the paths themselves: for a worker that opens them, and for hashes. Everywhere else a [`SecretPath`]
/// becomes what is shown.
pub fn revealing<T>(serialize: impl FnOnce() -> T) -> T {
    /// Also after a panic.
    struct Back(bool);
    impl Drop for Back {
        fn drop(&mut self) {
            REVEALING.set(self.0);
        }
    }
    let _back = Back(REVEALING.replace(true));
    serialize()
}

impl Serialize for SecretPath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !REVEALING.get() {
            return serializer.serialize_str(&self.to_string());
        }
        let mut out = serializer.serialize_struct("SecretPath", 2)?;
        out.serialize_field("path", &self.path)?;
        out.serialize_field("shown", &self.shown)?;
        out.end()
    }
}

impl<'de> Deserialize<'de> for SecretPath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Revealed {
            path: PathBuf,
            shown: Option<String>,
        }
        let Revealed { path, shown } = Revealed::deserialize(deserializer)?;
        Ok(Self { path, shown })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn it_shows_itself_to_those_who_ask_for_it_only() {
        let path = SecretPath::new("/p/data/okapi77.duckdb".into(), "data/${env.SHOP}.duckdb");
        let texts = [format!("{path}"), format!("{path:?}"), serde_json::to_string(&path).unwrap()];
        assert!(texts.iter().all(|text| text.contains("${env.SHOP}") && !text.contains("okapi77")), "{texts:?}");
        let sent = revealing(|| serde_json::to_string(&path)).unwrap();
        let received: SecretPath = serde_json::from_str(&sent).unwrap();
        assert_eq!((received.reveal(), received.to_string()), (path.reveal(), path.to_string()));
        assert!(!serde_json::to_string(&path).unwrap().contains("okapi77"), "only inside");
    }

    #[test]
    fn a_path_with_nothing_to_hide_is_shown() {
        let path = SecretPath::from(PathBuf::from("/p/a.duckdb"));
        assert_eq!((path.to_string().as_str(), path.is_secret()), ("/p/a.duckdb", false));
    }
}
