//! "Did you mean …?"

/// At most three of `names` that are within a small edit distance of `wrong`, nearest first.
pub fn similar<'a>(wrong: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let allowed = match wrong.chars().count() {
        0..=2 => 1,
        3..=5 => 2,
        _ => 3,
    };
    let lower = wrong.to_lowercase();
    let mut near: Vec<(usize, &str)> = names
        .into_iter()
        .filter(|name| *name != wrong)
        .map(|name| (strsim::osa_distance(&lower, &name.to_lowercase()), name))
        .filter(|(distance, name)| *distance <= allowed && *distance < name.chars().count())
        .collect();
    near.sort();
    near.dedup();
    // What is much farther than the nearest is not meant.
    let nearest = near.first().map_or(0, |(distance, _)| *distance);
    near.into_iter()
        .take_while(|(distance, _)| *distance <= nearest + 1)
        .take(3)
        .map(|(_, name)| name.to_owned())
        .collect()
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
        assert_eq!(similar("modles", ["tables", "models", "module"]), ["models", "module"]);
        assert_eq!(similar("x", ["ab", "yz"]), Vec::<String>::new());
        assert_eq!(did_you_mean(&["a".into(), "b".into()]).as_deref(), Some("did you mean `a` or `b`?"));
    }
}
