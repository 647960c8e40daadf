//! "Did you mean …?"

use rustc_hash::FxHashMap;
use std::hash::Hash;

/// Longer names are like no other one, and no more than this many are compared with one: what a comparison costs grows with the square of
/// the length, and there may be thousands of wrong names.
const LONGEST: usize = 100;
const MOST_COMPARED: usize = 1_000;

/// At most three of `names` that are within a small edit distance of `wrong`, nearest first.
pub fn similar<'a>(wrong: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let allowed = match wrong.chars().count() {
        0..=2 => 1,
        3..=5 => 2,
        _ => 3,
    };
    let lower = wrong.to_lowercase();
    let length = lower.chars().take(LONGEST + 1).count();
    if length > LONGEST {
        return Vec::new();
    }
    // A name of one letter that came twice.
    let is_doubled = |name: &str| wrong.len() == 2 && wrong.strip_prefix(name) == Some(name);
    // A longer or shorter name can't be near.
    let fits = |name: &str| name.chars().take(LONGEST + 4).count().abs_diff(length) <= allowed;
    let mut near: Vec<(usize, &str)> = names
        .into_iter()
        .filter(|name| *name != wrong && fits(name))
        .take(MOST_COMPARED)
        .map(|name| (strsim::osa_distance(&lower, &name.to_lowercase()), name))
        .filter(|(distance, name)| *distance <= allowed && (*distance < name.chars().count() || is_doubled(name)))
        .collect();
    near.sort_by_key(|(distance, name)| (*distance, !is_doubled(name), *name));
    near.dedup();
    // What is much farther than the nearest is not meant.
    let nearest = near.first().map_or(0, |(distance, _)| *distance);
    let sure = nearest == 1 && (wrong.len() > 2 || near.first().is_some_and(|(_, name)| is_doubled(name)));
    let farthest = if sure { nearest } else { nearest + 1 };
    near.into_iter()
        .take_while(|(distance, name)| *distance <= farthest && (!sure || wrong.len() > 2 || is_doubled(name)))
        .take(3)
        .map(|(_, name)| name.to_owned())
        .collect()
}

/// As [`similar`] for a key of a mapping: one that is there was not meant. Only the few similar ones are looked up, because that takes
/// time with the size of the mapping.
pub fn similar_key<'a>(
    wrong: &str,
    names: impl IntoIterator<Item = &'a str>,
    is_there: impl Fn(&str) -> bool,
) -> Vec<String> {
    let mut near = similar(wrong, names);
    near.retain(|name| !is_there(name));
    near
}

/// "Did you mean" for many wrong names. What each is compared with is limited in all, so that a project with very many
/// wrong names stays quick: the last of them get no help.
pub(crate) struct Suggestions<'a, K> {
    names: FxHashMap<K, Vec<&'a str>>,
    known: FxHashMap<(K, &'a str), Vec<String>>,
    comparisons: usize,
}

/// See [`Suggestions`]. Of names of up to 16 characters.
const MAX_COMPARISONS: usize = 1_000_000;

impl<'a, K: Copy + Eq + Hash> Suggestions<'a, K> {
    pub(crate) fn new() -> Self {
        Self { names: FxHashMap::default(), known: FxHashMap::default(), comparisons: 0 }
    }

    /// The names near to `wrong` among those of a sort.
    pub(crate) fn near(&mut self, sort: K, wrong: &'a str, names: impl FnOnce() -> Vec<&'a str>) -> &[String] {
        let names = self.names.entry(sort).or_insert_with(names);
        let comparisons = &mut self.comparisons;
        self.known.entry((sort, wrong)).or_insert_with(|| {
            let cost = 1 + wrong.len().min(LONGEST) / 16;
            *comparisons = comparisons.saturating_add(names.len() * cost * cost);
            if *comparisons > MAX_COMPARISONS { Vec::new() } else { similar(wrong, names.iter().copied()) }
        })
    }
}

/// The candidates as a help line: ``did you mean `a`?`` or ``did you mean `a`, `b` or `c`?``
pub fn did_you_mean(candidates: &[String]) -> Option<String> {
    let quoted: Vec<String> = candidates.iter().map(|name| format!("`{name}`")).collect();
    let (last, rest) = quoted.split_last()?;
    Some(if rest.is_empty() {
        format!("did you mean {last}?")
    } else {
        format!("did you mean {} or {last}?", rest.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_only() {
        assert_eq!(similar("regoin", ["region", "city", "reason"]), ["region"]);
        assert_eq!(similar("modles", ["tables", "models", "module"]), ["models"]);
        assert_eq!(similar("yy", ["dy", "y0", "y", "x"]), ["y"]);
        assert_eq!(similar("x", ["ab", "yz"]), Vec::<String>::new());
        let long = |length| ["a".repeat(length), "a".repeat(length - 1) + "b"];
        let [a, b] = long(LONGEST);
        assert_eq!(similar(&a, [b.as_str()]), [b.as_str()]);
        let [a, b] = long(LONGEST + 1);
        assert_eq!(similar(&a, [b.as_str()]), Vec::<String>::new());
        assert_eq!(did_you_mean(&["a".into(), "b".into()]).as_deref(), Some("did you mean `a` or `b`?"));
    }
}
