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
        Some(typed) => match (Code::named(&as_code(typed)), as_rule(typed)) {
            (Some(code), _) => page(code).map_or_else(|| format!("# {code}: {}\n", code.title()), for_people),
            (None, Some(rule)) => about(&rule)?,
            (None, None) => bail!(unknown(typed)),
        },
    };
    output::text(&text);
    Ok(ExitCode::SUCCESS)
}

/// A code as it was typed, in the way that codes are written: `SQL-Bind` and `sql_bind` are `sql-bind`.
fn as_code(typed: &str) -> String {
    typed.trim().to_lowercase().replace(['_', ' '], "-")
}

/// The number of a rule as it was typed, in the way that they are written: all in capitals but for a letter at the end (`S-18a`).
fn as_rule(typed: &str) -> Option<String> {
    let mut rule = typed.trim().to_ascii_uppercase();
    if rule.as_bytes().iter().nth_back(1).is_some_and(u8::is_ascii_digit)
        && let Some(letter) = rule.pop()
    {
        rule.push(letter.to_ascii_lowercase());
    }
    is_rule(&rule).then_some(rule)
}

/// The page about a rule of the format; where there are several, their codes.
fn about(rule: &str) -> anyhow::Result<String> {
    let of_word = |char: char| char.is_ascii_alphanumeric() || char == '-';
    let pages: Vec<&(&str, &str)> =
        PAGES.iter().filter(|(_, page)| page.split(|char| !of_word(char)).any(|word| word == rule)).collect();
    match pages.as_slice() {
        [] => bail!("no page is about the rule {rule}: `viz-lsp explain` lists all pages"),
        [(_, page)] => Ok(for_people(page)),
        pages => {
            let width = pages.iter().map(|(code, _)| code.len()).max().unwrap_or_default();
            let codes = pages.iter().filter_map(|(code, _)| Code::named(code));
            let lines: String =
                codes.map(|code| format!("    viz-lsp explain {:width$}  {}\n", code.name(), code.title())).collect();
            Ok(format!("These pages are about {rule}:\n\n{lines}"))
        }
    }
}

/// A page without what only tests read, names of files, rules and options behind the language of an example, and without the
/// numbers of rules behind a sentence.
pub fn for_people(page: &str) -> String {
    let mut in_example = false;
    let mut text = String::with_capacity(page.len());
    for line in page.lines() {
        match line.strip_prefix("```") {
            Some(info) => {
                in_example = !in_example;
                text.push_str("```");
                text.push_str(info.split(' ').next().unwrap_or_default());
            }
            None if in_example => text.push_str(line),
            None => text.push_str(&without_rules(line)),
        }
        text.push('\n');
    }
    text
}

/// Whether a text is the number of a section of the format's reference, such as `5.5`.
fn is_section(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// A line without brackets that hold numbers of rules only, such as `(R-SQL-14, S-18a)` and `(5.5)`.
fn without_rules(line: &str) -> String {
    let is_number = |word: &str| is_rule(word) || word.strip_prefix("D-").is_some_and(is_section) || is_section(word);
    let (mut text, mut rest) = (String::new(), line);
    while let Some((before, behind)) = rest.split_once(" (") {
        text.push_str(before);
        match behind.split_once(')') {
            Some((inside, after)) if inside.split(", ").all(is_number) => rest = after,
            _ => {
                text.push_str(" (");
                rest = behind;
            }
        }
    }
    text + rest
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
    let typed = as_code(name);
    let alike = |known: &str| strsim::jaro_winkler(&typed, known);
    let mut near: Vec<&str> = Code::ALL.iter().map(|code| code.name()).filter(|known| alike(known) >= ALIKE).collect();
    near.sort_by(|a, b| alike(b).total_cmp(&alike(a)));
    near.truncate(3);
    match near.as_slice() {
        [] => format!("there is no finding `{name}` (`viz-lsp explain` lists them all)"),
        near => format!("there is no finding `{name}`; did you mean `{}`?", near.join("` or `")),
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
        assert!(unknown("Duplicat_NAME").contains("finding `Duplicat_NAME`; did you mean `duplicate-name`"));
        assert!(unknown("zzz").contains("lists them all"));
    }

    #[test]
    fn codes_and_rules_are_found_as_people_write_them() {
        for typed in ["sql-bind", "SQL-Bind", "sql_bind", " Sql Bind "] {
            assert_eq!(Code::named(&as_code(typed)), Some(Code::SqlBind), "{typed}");
        }
        let rule = |typed: &str| as_rule(typed);
        assert_eq!(rule("r-sql-14").as_deref(), Some("R-SQL-14"));
        assert_eq!((rule("s-18A").as_deref(), rule("S-18a").as_deref()), (Some("S-18a"), Some("S-18a")));
        assert_eq!((rule("sql-bind"), rule("")), (None, None));
    }

    #[test]
    fn rules_lead_to_their_pages() {
        let several = about("R-NAME-04").unwrap();
        assert!(several.contains("duplicate-name"), "{several}");
        assert!(about("R-NAME-99").is_err());
        let page = for_people(page(Code::named("duplicate-name").unwrap()).unwrap());
        assert!(page.contains("\n```yaml\nname: shop\n"), "{page}");
    }

    #[test]
    fn people_read_no_numbers_of_rules() {
        let page = for_people(page(Code::named("combination-syntax").unwrap()).unwrap());
        assert!(page.contains("into the query as it is. An option") && page.contains("unfiltered data.\n"), "{page}");
        assert_eq!(without_rules("a (one, R-SQL-14) b (5.5, D-018), f(R-SQL-14)"), "a (one, R-SQL-14) b, f(R-SQL-14)");
    }

    #[test]
    fn every_page_is_about_a_code() {
        for (code, page) in PAGES {
            assert!(Code::named(code).is_some(), "{code}");
            assert!(page.starts_with("# "), "{code} has no heading");
        }
    }
}
