//! `docs/versions.md` is the table of what versions do differently.

// Tests read the files that they are about.
#![allow(clippy::disallowed_methods)]

use viz_project::schema::{Rule, Target};

#[test]
fn the_page_has_a_row_for_each_rule() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/versions.md");
    let page = std::fs::read_to_string(path).expect("the page is there");
    let row = |rule: &Rule| {
        let cells = Target::ALL.iter().map(|target| if target.has(*rule) { " yes |" } else { "  |" });
        format!("| {} | {} |{}", rule.what(), rule.numbers(), cells.collect::<String>())
    };
    let expected: Vec<String> = Rule::ALL.iter().map(row).collect();
    let found: Vec<&str> = page
        .lines()
        .skip_while(|line| !line.starts_with("|---"))
        .skip(1)
        .take_while(|line| line.starts_with('|'))
        .collect();
    assert_eq!(found, expected, "write these rows:\n{}", expected.join("\n"));
}
