//! `--explain`: the pages of the diagnostics, embedded from `tests/diagnostics` (where they are tests too).

use crate::host::output;
use anyhow::bail;
use std::process::ExitCode;
use viz_check::Code;

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
            Some(code) => page(code).map_or_else(|| format!("# {name}: {}\n", code.title()), str::to_owned),
            None => bail!(unknown(name)),
        },
    };
    output::text(&text);
    Ok(ExitCode::SUCCESS)
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
    fn every_page_is_about_a_code() {
        for (code, page) in PAGES {
            assert!(Code::named(code).is_some(), "{code}");
            assert!(page.starts_with("# "), "{code} has no heading");
        }
    }
}
