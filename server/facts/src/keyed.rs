//! A question with its key, which is computed once and carried from then on.

use crate::Question;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

/// Identity of a question across runs of the program: a hash of its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct QuestionKey(pub [u8; 16]);

/// A question with its key. Clones share the text. Making one is the only way to a key, so nobody computes it twice.
#[derive(Clone)]
pub struct KeyedQuestion {
    key: QuestionKey,
    question: Arc<Question>,
}

impl KeyedQuestion {
    /// The hash of everything the answer depends on besides the data.
    pub fn key(&self) -> QuestionKey {
        self.key
    }

    /// The question itself.
    pub fn question(&self) -> &Arc<Question> {
        &self.question
    }
}

impl From<Question> for KeyedQuestion {
    fn from(question: Question) -> Self {
        struct Feed(blake3::Hasher);
        impl Hasher for Feed {
            fn finish(&self) -> u64 {
                0
            }
            fn write(&mut self, bytes: &[u8]) {
                self.0.update(bytes);
            }
        }
        let mut feed = Feed(blake3::Hasher::new());
        question.hash(&mut feed);
        let mut key = [0; 16];
        key.copy_from_slice(&feed.0.finalize().as_bytes()[..16]);
        Self { key: QuestionKey(key), question: Arc::new(question) }
    }
}

impl Deref for KeyedQuestion {
    type Target = Question;

    fn deref(&self) -> &Question {
        &self.question
    }
}

impl PartialEq for KeyedQuestion {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for KeyedQuestion {}

impl Hash for KeyedQuestion {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key.hash(state);
    }
}

impl fmt::Debug for KeyedQuestion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.question.fmt(f)
    }
}
