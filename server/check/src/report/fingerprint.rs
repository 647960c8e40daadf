//! Identities of findings that survive line moves, for baselines and SARIF.
//!
//! A fingerprint holds the code, the object and the faulty text, not the line nor the indentation; equal ones are numbered,
//! so that any order of them gives the same set. What stands at a place of a segment never changes, so a fingerprint is
//! made once and kept while its finding is there.

use crate::report::finish::Placed;
use crate::report::{Finding, ObjectName};
use rustc_hash::FxHashMap;
use std::collections::hash_map::Entry;
use viz_project::{Code, File, Project};
use viz_text::{Loc, TextRange};

/// The fingerprints of the findings of the last check.
#[derive(Default)]
pub(crate) struct Fingerprints {
    known: FxHashMap<(Code, Loc, Option<ObjectName>), Known>,
}

/// Of more findings none are remembered: nobody edits such a project, and they take memory.
const MOST: usize = 20_000;

struct Known {
    /// The same for equal ones.
    base: blake3::Hash,
    /// Among equal ones.
    number: u32,
    fingerprint: String,
}

impl Fingerprints {
    /// Puts fingerprints on findings; returns how many had to be made.
    pub(crate) fn put_on(&mut self, placed: &mut [Placed], project: &Project) -> usize {
        if placed.len() > MOST {
            self.known.clear();
            let mut seen: FxHashMap<[u8; 32], u32> = FxHashMap::default();
            for (file, range, finding) in &mut *placed {
                let hash = hash(project.file(*file), *range, finding);
                let number = seen.entry(*hash.finalize().as_bytes()).or_default();
                finding.fingerprint = numbered(hash, *number);
                *number += 1;
            }
            return placed.len();
        }
        let mut before = std::mem::take(&mut self.known);
        let mut seen: FxHashMap<[u8; 32], u32> = FxHashMap::default();
        let mut made = 0;
        for (file, range, finding) in placed {
            let hash = || hash(project.file(*file), *range, finding);
            let known = match self.known.entry((finding.code, finding.loc, finding.object.clone())) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(place) => {
                    let known = before.remove(place.key());
                    place.insert(known.unwrap_or_else(|| {
                        made += 1;
                        Known { base: hash().finalize(), number: 0, fingerprint: numbered(hash(), 0) }
                    }))
                }
            };
            let number = seen.entry(*known.base.as_bytes()).or_default();
            if *number != known.number {
                made += 1;
                (known.number, known.fingerprint) = (*number, numbered(hash(), *number));
            }
            *number += 1;
            finding.fingerprint.clone_from(&known.fingerprint);
        }
        made
    }
}

fn hash(file: &File, range: TextRange, finding: &Finding) -> blake3::Hasher {
    let object = finding.object.as_ref();
    let text = file.document.text().get(std::ops::Range::<usize>::from(range)).unwrap_or_default();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let kind = object.map_or("", |object| object.kind);
    let name = object.and_then(|object| object.name.as_deref()).unwrap_or("");
    let mut hasher = blake3::Hasher::new();
    for part in [finding.code.name(), &file.relative, kind, name, &text] {
        hasher.update(part.as_bytes()).update(b"\0");
    }
    hasher
}

fn numbered(mut hasher: blake3::Hasher, number: u32) -> String {
    hasher.update(&number.to_le_bytes()).finalize().to_hex()[..16].to_owned()
}
