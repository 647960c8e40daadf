//! Which files of an included folder are left out (`R-INC-07`).

use crate::codes::Code;
use crate::problem::Problem;
use std::path::Path;
use viz_syntax::Node;
use viz_text::Loc;

/// More patterns of one include than this are not tried.
const MOST_PATTERNS: usize = 100;

/// Longer patterns, in bytes, are not tried.
const LONGEST_PATTERN: usize = 500;

/// A regular expression that takes more bytes than this, once compiled, is not tried.
const LARGEST_EXPRESSION: usize = 256 << 10;

/// One pattern of `exclusions`, compiled.
pub(crate) struct Exclusion {
    pattern: String,
    loc: Loc,
    name: Option<glob::Pattern>,
    /// What comes after `*/`: the end of a path.
    end: Option<glob::Pattern>,
    /// As a regular expression, if it is one.
    expression: Option<regex::Regex>,
    /// Relative path that only the search as a regular expression leaves out, although the pattern looks like a name.
    surprise: Option<String>,
}

impl Exclusion {
    /// The patterns of an include entry.
    ///
    /// # Errors
    /// Why they can't be tried in reasonable time, and where it says so.
    pub(crate) fn all(include: Node<'_>) -> Result<Vec<Exclusion>, (Loc, String)> {
        let patterns = include.get("exclusions").into_iter().flat_map(|list| list.items());
        let patterns: Vec<(&str, Loc)> = patterns.filter_map(|node| Some((node.str()?, node.loc()))).collect();
        if let Some((_, loc)) = patterns.get(MOST_PATTERNS) {
            return Err((*loc, format!("{} exclusions are more than {MOST_PATTERNS}", patterns.len())));
        }
        patterns.into_iter().map(|(pattern, loc)| Self::compile(pattern, loc).map_err(|why| (loc, why))).collect()
    }

    fn compile(pattern: &str, loc: Loc) -> Result<Self, String> {
        if pattern.len() > LONGEST_PATTERN {
            return Err(format!("this exclusion is longer than {LONGEST_PATTERN} bytes"));
        }
        #[cfg(test)]
        tests::COMPILED.with(|count| count.set(count.get() + 1));
        let expression =
            regex::RegexBuilder::new(pattern).size_limit(LARGEST_EXPRESSION).dfa_size_limit(LARGEST_EXPRESSION).build();
        let expression = match expression {
            Ok(expression) => Some(expression),
            Err(regex::Error::CompiledTooBig(_)) => {
                return Err(format!("the regular expression `{pattern}` is too large"));
            }
            // The reference skips what is no regular expression.
            Err(_) => None,
        };
        let glob = |pattern: &str| glob::Pattern::new(pattern).ok();
        let (name, end) = (glob(pattern), pattern.strip_prefix("*/").and_then(glob));
        Ok(Self { pattern: pattern.to_owned(), loc, name, end, expression, surprise: None })
    }

    /// The pattern, if it probably excludes more than intended (S-05).
    pub(crate) fn problem(&self) -> Option<Problem> {
        let path = self.surprise.as_ref()?;
        let pattern = &self.pattern;
        let message = format!(
            "`{pattern}` leaves out `{path}`, too: exclusions are also searched as regular expressions anywhere in the path (R-INC-07)"
        );
        let exact = regex::escape(pattern).replace("\\*", ".*").replace("\\?", ".");
        Some(
            Problem::new(Code::IncludeExclusion, self.loc, message)
                .help(format!("write a regular expression that fits the meant names only, such as `(^|/){exact}$`")),
        )
    }

    fn looks_like_a_name(&self) -> bool {
        !self.pattern.contains(['^', '$', '+', '(', ')', '[', ']', '{', '}', '|', '\\']) && !self.pattern.contains(".*")
    }

    fn fits_name(&self, name: &str, relative: &str) -> bool {
        let fits = |glob: &Option<glob::Pattern>, text: &str| glob.as_ref().is_some_and(|glob| glob.matches(text));
        let tails = || std::iter::once(relative).chain(relative.match_indices('/').map(|(at, _)| &relative[at + 1..]));
        self.pattern == name
            || fits(&self.name, name)
            || fits(&self.name, relative)
            || (self.end.is_some() && tails().any(|tail| fits(&self.end, tail)))
    }
}

/// Whether a file or folder is left out. Notes what a pattern leaves out by surprise.
pub(crate) fn excluded(base: &Path, path: &Path, exclusions: &mut [Exclusion]) -> bool {
    if exclusions.is_empty() {
        return false;
    }
    let name = crate::includes::file_name(path);
    let relative = viz_files::with_slashes(path.strip_prefix(base).unwrap_or(path));
    exclusions.iter_mut().any(|exclusion| {
        if exclusion.fits_name(&name, &relative) {
            return true;
        }
        let found = exclusion.expression.as_ref().is_some_and(|it| it.is_match(&relative) || it.is_match(&name));
        if found && exclusion.looks_like_a_name() && !whole_components(&exclusion.pattern, &relative) {
            exclusion.surprise.get_or_insert(relative.clone());
        }
        found
    })
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

    thread_local! {
        /// Number of patterns that were compiled.
        pub(super) static COMPILED: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
    }

    fn of(entry: &str) -> Result<Vec<Exclusion>, String> {
        let document = Document::parse(&format!("includes:\n  - {entry}\n"));
        let Some(TopValue::Items(items)) = document.get("includes").map(|entry| entry.value()) else { panic!() };
        Exclusion::all(items[0]).map_err(|(_, why)| why)
    }

    /// The pattern's verdict on paths below `/p/m`, and whether one of them is a surprise.
    fn left_out(pattern: &str, paths: &[&str]) -> (Vec<bool>, bool) {
        let mut exclusions = of(&format!("{{path: m, exclusions: ['{pattern}']}}")).unwrap();
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

    #[test]
    fn patterns_are_compiled_once_for_any_number_of_files() {
        let mut exclusions = of("{path: m, exclusions: [a.yml, '^x', '(']}").unwrap();
        let before = COMPILED.with(std::cell::Cell::get);
        assert_eq!(before, 3);
        let base = Path::new("/p/m");
        let left = (0..1000).filter(|n| excluded(base, &base.join(format!("x{n}.yml")), &mut exclusions)).count();
        assert_eq!((left, COMPILED.with(std::cell::Cell::get)), (1000, before));
    }

    #[test]
    fn what_would_take_too_long_is_refused() {
        for (entry, why) in [
            ("{path: m, exclusions: ['(\\w{40}){40}']}".to_owned(), "too large"),
            (format!("{{path: m, exclusions: ['{}']}}", "a".repeat(501)), "longer than"),
            (format!("{{path: m, exclusions: [{}]}}", "a, ".repeat(101)), "more than 100"),
        ] {
            assert!(of(&entry).err().unwrap().contains(why), "{entry}");
        }
        assert!(of("{path: m, exclusions: ['^[\\w-]+/(draft|old)_\\d{4}-\\d{2}\\.ya?ml$']}").is_ok());
    }
}
