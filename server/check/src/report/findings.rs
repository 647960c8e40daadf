//! The findings of all files, file by file: a check that changes those of one file shares the others with the check before it.

use super::Finding;
use std::sync::Arc;

/// The findings of all files, ordered by file, start and code.
#[derive(Debug, Clone, Default)]
pub struct Findings {
    parts: Vec<Arc<Vec<Finding>>>,
}

impl Findings {
    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Finding> + Clone {
        self.parts.iter().flat_map(|part| part.iter())
    }

    /// All of them, to be changed.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Finding> {
        self.parts.iter_mut().filter(|part| !part.is_empty()).flat_map(|part| Arc::make_mut(part).iter_mut())
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.parts.iter().map(|part| part.len()).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.parts.iter().all(|part| part.is_empty())
    }

    /// What is shared between checks: the same part, the same findings at the same bytes. After a check there is one for each
    /// file of the project, in their order.
    pub fn parts(&self) -> &[Arc<Vec<Finding>>] {
        &self.parts
    }

    /// Adds one to a part, or to the last one.
    pub fn add(&mut self, part: usize, finding: Finding) {
        match self.parts.len().checked_sub(1) {
            Some(last) => Arc::make_mut(&mut self.parts[part.min(last)]).push(finding),
            None => *self = Self::from(vec![finding]),
        }
    }

    /// Takes some out. Parts that hold none of them are shared as before.
    pub fn extract_if(&mut self, mut is_one: impl FnMut(&Finding) -> bool) -> Vec<Finding> {
        let mut out = Vec::new();
        for part in &mut self.parts {
            let mut which = part.iter().map(&mut is_one).collect::<Vec<_>>().into_iter();
            if which.as_slice().contains(&true) {
                out.extend(Arc::make_mut(part).extract_if(.., |_| which.next().unwrap_or_default()));
            }
        }
        out
    }

    /// The parts that others don't share, side by side with theirs.
    pub fn differing<'a>(&'a self, others: &'a Self) -> Vec<(&'a [Finding], &'a [Finding])> {
        let count = self.parts.len().max(others.parts.len());
        let at = |findings: &'a Self, at: usize| findings.parts.get(at).map_or(&[][..], |part| part);
        let pairs = (0..count).map(|part| (at(self, part), at(others, part)));
        pairs.filter(|(one, other)| !std::ptr::eq(*one, *other)).collect()
    }

    /// The same findings in one part.
    pub fn to_vec(&self) -> Vec<Finding> {
        self.iter().cloned().collect()
    }
}

impl FromIterator<Arc<Vec<Finding>>> for Findings {
    fn from_iter<I: IntoIterator<Item = Arc<Vec<Finding>>>>(parts: I) -> Self {
        Self { parts: parts.into_iter().collect() }
    }
}

impl From<Vec<Finding>> for Findings {
    fn from(findings: Vec<Finding>) -> Self {
        Self { parts: vec![Arc::new(findings)] }
    }
}

impl<'a> IntoIterator for &'a Findings {
    type Item = &'a Finding;
    type IntoIter = std::iter::FlatMap<
        std::slice::Iter<'a, Arc<Vec<Finding>>>,
        std::slice::Iter<'a, Finding>,
        fn(&'a Arc<Vec<Finding>>) -> std::slice::Iter<'a, Finding>,
    >;

    fn into_iter(self) -> Self::IntoIter {
        self.parts.iter().flat_map(|part| part.iter())
    }
}

/// Equal findings, however they are parted.
impl PartialEq for Findings {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}
