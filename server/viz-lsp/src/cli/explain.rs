//! `--explain`: the pages of the diagnostics, embedded from `tests/diagnostics` (where they are tests too).

use crate::host::output;
use anyhow::bail;
use std::process::ExitCode;
use viz_check::{Code, is_rule};

/// Code and page, ordered by code.
static PAGES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/pages.rs"));

/// How alike (0 to 1) a code must be to a mistyped one to be suggested.
const ALIKE: f64 = 0.8;

/// Prints the page of a code, or all codes with their titles.
///
/// # Errors
/// If there is no such code.
pub fn run(code: Option<&str>) -> anyhow::Result<ExitCode> {
    let text = match code {
        None => list(),
        Some(name) => match Code::named(name) {
            Some(code) => page(code).map_or_else(|| format!("# {name}: {}\n", code.title()), for_terminals),
            None if is_rule(name) => about(name)?,
            None => bail!(unknown(name)),
        },
    };
    output::text(&text);
    Ok(ExitCode::SUCCESS)
}

/// The page about a rule of the format; where there are several, their codes.
fn about(rule: &str) -> anyhow::Result<String> {
    let of_word = |char: char| char.is_ascii_alphanumeric() || char == '-';
    let pages: Vec<&(&str, &str)> =
        PAGES.iter().filter(|(_, page)| page.split(|char| !of_word(char)).any(|word| word == rule)).collect();
    match pages.as_slice() {
        [] => bail!("no page is about the rule {rule}: `viz-lsp explain` lists all pages"),
        [(_, page)] => Ok(for_terminals(page)),
        pages => {
            let codes = pages.iter().filter_map(|(code, _)| Code::named(code));
            let lines: String = codes.map(|code| format!("    viz-lsp explain {code}    {}\n", code.title())).collect();
            Ok(format!("These pages are about {rule}:\n\n{lines}"))
        }
    }
}

/// A page without what only tests read: names of files, rules and options behind the language of an example.
fn for_terminals(page: &str) -> String {
    let line = |line: &str| match line.strip_prefix("```").and_then(|info| info.split_once(' ')) {
        Some((language, _)) => format!("```{language}\n"),
        None => format!("{line}\n"),
    };
    page.lines().map(line).collect()
}

/// The page of a code.
pub fn page(code: Code) -> Option<&'static str> {
    PAGES.iter().find(|(known, _)| *known == code.name()).map(|(_, page)| *page)
}

/// Where the page of a code can be read on the web.
pub fn url(code: Code) -> String {
    format!("{}/blob/main/tests/diagnostics/{code}.md", env!("CARGO_PKG_REPOSITORY"))
}

fn list() -> String {
    let width = Code::ALL.iter().map(|code| code.name().len()).max().unwrap_or_default();
    Code::ALL.iter().map(|code| format!("{:width$}  {}\n", code.name(), code.title())).collect()
}

fn unknown(name: &str) -> String {
    let alike = |known: &str| strsim::jaro_winkler(name, known);
    let mut near: Vec<&str> = Code::ALL.iter().map(|code| code.name()).filter(|known| alike(known) >= ALIKE).collect();
    near.sort_by(|a, b| alike(b).total_cmp(&alike(a)));
    near.truncate(3);
    match near.as_slice() {
        [] => format!("there is no diagnostic `{name}` (`--explain` without a code lists them all)"),
        near => format!("there is no diagnostic `{name}`; did you mean `{}`?", near.join("` or `")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_every_code_with_its_title() {
        assert_eq!(list().lines().count(), Code::ALL.len());
        assert!(list().contains("duplicate-name"));
    }

    #[test]
    fn suggests_what_was_probably_meant() {
        assert!(unknown("duplicat-name").contains("`duplicate-name`"));
        assert!(unknown("zzz").contains("lists them all"));
    }

    #[test]
    fn rules_lead_to_their_pages() {
        let several = about("R-NAME-04").unwrap();
        assert!(several.contains("duplicate-name"), "{several}");
        assert!(about("R-NAME-99").is_err());
        let page = for_terminals(page(Code::named("duplicate-name").unwrap()).unwrap());
        assert!(page.contains("\n```yaml\nname: shop\n"), "{page}");
    }

    #[test]
    fn every_page_is_about_a_code() {
        for (code, page) in PAGES {
            assert!(Code::named(code).is_some(), "{code}");
            assert!(page.starts_with("# "), "{code} has no heading");
        }
    }
}
