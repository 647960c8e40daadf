//! `--explain`: the pages of the diagnostics, embedded from `tests/diagnostics` (where they are tests too).

use anyhow::bail;
use std::io::Write;
use std::process::ExitCode;

/// Code and page, ordered by code.
static PAGES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/pages.rs"));

/// How alike (0 to 1) a code must be to a mistyped one to be suggested.
const ALIKE: f64 = 0.8;

/// Prints the page of a code, or all codes with their titles.
///
/// # Errors
/// If there is no such page.
pub fn run(code: Option<&str>) -> anyhow::Result<ExitCode> {
    let text = match code {
        None => list(PAGES),
        Some(code) => match page(code) {
            Some(page) => page.to_owned(),
            None => bail!(unknown(code, PAGES)),
        },
    };
    // A closed pipe (`| head`) is the reader's choice, no error.
    let _ = anstream::stdout().write_all(text.as_bytes());
    Ok(ExitCode::SUCCESS)
}

/// The page of a code.
pub fn page(code: &str) -> Option<&'static str> {
    PAGES.iter().find(|(known, _)| *known == code).map(|(_, page)| *page)
}

/// The title of a page: its first heading, without the code that it may start with.
pub fn title<'a>(code: &str, page: &'a str) -> &'a str {
    let heading = page.lines().find_map(|line| line.strip_prefix("# ")).unwrap_or_default().trim();
    let rest = heading.trim_start_matches('`').strip_prefix(code).map(|rest| rest.trim_start_matches(['`', ':', ' ']));
    rest.unwrap_or(heading)
}

fn list(pages: &[(&str, &str)]) -> String {
    let width = pages.iter().map(|(code, _)| code.len()).max().unwrap_or_default();
    let rows: String = pages.iter().map(|(code, page)| format!("{code:width$}  {}\n", title(code, page))).collect();
    if rows.is_empty() { "no diagnostic has a page yet\n".to_owned() } else { rows }
}

fn unknown(code: &str, pages: &[(&str, &str)]) -> String {
    let alike = |known: &str| strsim::jaro_winkler(code, known);
    let mut near: Vec<&str> = pages.iter().map(|(known, _)| *known).filter(|known| alike(known) >= ALIKE).collect();
    near.sort_by(|a, b| alike(b).total_cmp(&alike(a)));
    near.truncate(3);
    match near.as_slice() {
        [] => format!("there is no diagnostic `{code}` (`--explain` without a code lists them all)"),
        near => format!("there is no diagnostic `{code}`; did you mean `{}`?", near.join("`, `")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOME: &[(&str, &str)] =
        &[("unknown-column", "# unknown-column: a column that isn't there\n\nText\n"), ("yaml", "# Broken YAML\n")];

    #[test]
    fn lists_codes_with_titles() {
        assert_eq!(list(SOME), "unknown-column  a column that isn't there\nyaml            Broken YAML\n");
    }

    #[test]
    fn titles_may_quote_the_code() {
        assert_eq!(title("yaml", "# `yaml`: broken\n"), "broken");
        assert_eq!(title("yaml", "no heading"), "");
    }

    #[test]
    fn suggests_what_was_probably_meant() {
        assert!(unknown("unknown-colum", SOME).contains("did you mean `unknown-column`?"));
        assert!(unknown("zzz", SOME).contains("lists them all"));
    }

    #[test]
    fn every_page_has_a_title() {
        for (code, page) in PAGES {
            assert!(!title(code, page).is_empty(), "{code}");
        }
    }
}
