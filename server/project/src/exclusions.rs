//! Which files of an included folder are left out (`R-INC-07`).

use crate::problem::Problem;
use std::path::Path;
use viz_syntax::Node;
use viz_text::Loc;

/// One pattern of `exclusions`.
pub(crate) struct Exclusion {
    pattern: String,
    loc: Loc,
    /// Relative path that only the search as a regular expression leaves out, although the pattern looks like a name.
    surprise: Option<String>,
}

impl Exclusion {
    pub(crate) fn all(include: Node<'_>) -> Vec<Exclusion> {
        let patterns = include.get("exclusions").into_iter().flat_map(|list| list.items());
        patterns
            .filter_map(|node| Some(Exclusion { pattern: node.str()?.to_owned(), loc: node.loc(), surprise: None }))
            .collect()
    }

    /// The pattern, if what it leaves out is hardly meant (S-05).
    pub(crate) fn problem(&self) -> Option<Problem> {
        let path = self.surprise.as_ref()?;
        let pattern = &self.pattern;
        let message = format!(
            "`{pattern}` leaves out `{path}`, too: exclusions are also searched as regular expressions anywhere in the path (R-INC-07)"
        );
        let exact = regex::escape(pattern).replace("\\*", ".*").replace("\\?", ".");
        Some(
            Problem::new("include-exclusion", self.loc, message)
                .help(format!("write a regular expression that fits the meant names only, such as `(^|/){exact}$`")),
        )
    }

    fn looks_like_a_name(&self) -> bool {
        !self.pattern.contains(['^', '$', '+', '(', ')', '[', ']', '{', '}', '|', '\\']) && !self.pattern.contains(".*")
    }
}

/// Whether a file or folder is left out. Notes what a pattern leaves out by surprise.
pub(crate) fn excluded(base: &Path, path: &Path, exclusions: &mut [Exclusion]) -> bool {
    let name = crate::includes::file_name(path);
    let relative = path.strip_prefix(base).unwrap_or(path).to_string_lossy().replace('\\', "/");
    exclusions.iter_mut().any(|exclusion| {
        let pattern = &exclusion.pattern;
        if by_name(pattern, &name, &relative) {
            return true;
        }
        let found = regex::Regex::new(pattern).is_ok_and(|regex| regex.is_match(&relative) || regex.is_match(&name));
        if found && exclusion.looks_like_a_name() && !whole_components(pattern, &relative) {
            exclusion.surprise.get_or_insert(relative.clone());
        }
        found
    })
}

fn by_name(pattern: &str, name: &str, relative: &str) -> bool {
    let glob = |pattern: &str, text: &str| glob::Pattern::new(pattern).is_ok_and(|pattern| pattern.matches(text));
    let anywhere = pattern.strip_prefix("*/").is_some_and(|rest| {
        let tails = relative.match_indices('/').map(|(at, _)| &relative[at + 1..]);
        std::iter::once(relative).chain(tails).any(|tail| glob(rest, tail))
    });
    pattern == name || glob(pattern, name) || glob(pattern, relative) || anywhere
}

/// Whether a pattern names a whole folder or file on the path, as its author means.
fn whole_components(pattern: &str, relative: &str) -> bool {
    let pattern = pattern.trim_start_matches("./").trim_matches('/');
    format!("/{relative}/").contains(&format!("/{pattern}/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use viz_syntax::{Document, TopValue};

    /// The pattern's verdict on paths below `/p/m`, and whether one of them is a surprise.
    fn left_out(pattern: &str, paths: &[&str]) -> (Vec<bool>, bool) {
        let document = Document::parse(&format!("includes:\n  - {{path: m, exclusions: ['{pattern}']}}\n"));
        let Some(TopValue::Items(items)) = document.get("includes").map(|entry| entry.value()) else { panic!() };
        let mut exclusions = Exclusion::all(items[0]);
        let base = Path::new("/p/m");
        let out = paths.iter().map(|path| excluded(base, &base.join(path), &mut exclusions)).collect();
        (out, exclusions[0].problem().is_some())
    }

    #[test]
    fn names_globs_and_regular_expressions_r_inc_07() {
        assert_eq!(left_out("a.yml", &["a.yml", "one/a.yml", "b.yml"]), (vec![true, true, false], false));
        assert_eq!(left_out("*/e.yml", &["e.yml", "one/two/e.yml", "one/e.yaml"]), (vec![true, true, false], false));
        assert_eq!(left_out("^one/", &["one/a.yml", "two/one/a.yml"]), (vec![true, false], false));
        assert_eq!(left_out("*.draft.yml", &["x.draft.yml", "x.drafts.yml"]), (vec![true, false], false));
        assert_eq!(left_out("drafts/", &["drafts/a.yml"]), (vec![true], false));
    }

    #[test]
    fn surprises_are_told() {
        assert_eq!(left_out("a.yml", &["data-yml/x.yml"]), (vec![true], true));
        assert_eq!(left_out("draft", &["redrafts.yml"]), (vec![true], true));
    }
}
