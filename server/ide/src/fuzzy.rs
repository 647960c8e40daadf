//! How well a name fits what someone typed of it.

/// A score for a name that holds the characters of `query` in this order, in any case and with others between; `None`
/// for other names. Characters at the start of a word or right behind the one before count more, and of names that fit
/// equally well the shorter one. An empty query fits all.
///
/// Looks for the best places, not the first: for each character of the query, the best score that ends at each place of
/// the name, which takes query × name steps.
pub(crate) fn score(query: &str, name: &str) -> Option<u32> {
    const START_OF_NAME: u32 = 12;
    const START_OF_WORD: u32 = 8;
    const CONSECUTIVE: u32 = 6;
    const PLAIN: u32 = 1;
    let query: Vec<char> = query.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect();
    let original: Vec<char> = name.chars().collect();
    let name: Vec<char> = original.iter().map(|c| c.to_lowercase().next().unwrap_or(*c)).collect();
    if query.len() > name.len() {
        return None;
    }
    let bonus = |at: usize| {
        let before = at.checked_sub(1).map(|before| original[before]);
        match before {
            None => START_OF_NAME,
            Some(before) if !before.is_alphanumeric() => START_OF_WORD,
            Some(before) if before.is_lowercase() && original[at].is_uppercase() => START_OF_WORD,
            Some(_) => PLAIN,
        }
    };
    // Best score of the query so far, by the place of its last character.
    let mut ends: Vec<Option<u32>> = vec![None; name.len()];
    for (index, wanted) in query.iter().enumerate() {
        let mut next = vec![None; name.len()];
        let mut best_before: Option<u32> = None;
        for at in 0..name.len() {
            if name[at] == *wanted {
                let fresh = if index == 0 { Some(0) } else { best_before };
                let adjacent = at.checked_sub(1).and_then(|before| ends[before]).map(|score| score + CONSECUTIVE);
                next[at] = fresh.max(adjacent.filter(|_| index > 0)).map(|score| score + bonus(at));
            }
            best_before = best_before.max(ends[at]);
        }
        ends = next;
    }
    let best = if query.is_empty() { Some(0) } else { ends.into_iter().flatten().max() };
    // Shorter names first, without outweighing a better fit.
    best.map(|best| best * 64 + 63u32.saturating_sub(name.len() as u32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_in_order_fit() {
        assert!(score("rbm", "revenue_by_month").is_some());
        assert!(score("mbr", "revenue_by_month").is_none());
        assert!(score("", "x").is_some());
        assert!(score("longer", "long").is_none());
        assert!(score("GRÖ", "größe").is_some());
    }

    #[test]
    fn better_fits_score_more() {
        for (query, better, worse) in [
            ("rev", "revenue", "prevented"),
            ("rm", "revenue_month", "normal_form"),
            ("order", "orders", "orders_by_city"),
            ("city", "orders_by_city", "capacity_of_years"),
            ("obc", "orders_by_city", "objective"),
        ] {
            assert!(score(query, better) > score(query, worse), "{query}: {better} before {worse}");
        }
    }
}
