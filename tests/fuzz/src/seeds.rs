//! Inputs to begin with: texts of tests, read where they are, and what once broke something (`tests/fuzz/found`).

use std::fs;
use std::path::{Path, PathBuf};
use viz_syntax::testing::sample;

/// Longer texts only make mutations rarer where they matter.
const LONGEST: usize = 4 << 10;

/// The repository: the programs run inside of it.
///
/// # Panics
/// Outside of it.
pub fn repository() -> PathBuf {
    let here = std::env::current_dir().expect("a working directory");
    let root = here.ancestors().find(|folder| folder.join("tests/fuzz").is_dir());
    root.expect("fuzz targets run inside the repository").to_owned()
}

/// All files below a folder, in order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => found.extend(files(&path)),
            Ok(kind) if kind.is_file() => found.push(path),
            _ => {}
        }
    }
    found.sort();
    found
}

/// What once broke a target.
pub fn found(target: &str) -> Vec<Vec<u8>> {
    files(&repository().join("tests/fuzz/found").join(target)).iter().filter_map(|path| fs::read(path).ok()).collect()
}

/// YAML of the sample projects, of the pages of diagnostics and of situations, and of the tests of the parser.
pub fn yaml() -> Vec<Vec<u8>> {
    let tests = repository().join("tests");
    let mut out: Vec<String> = sample::VALID.iter().map(|text| (*text).to_owned()).collect();
    out.push(sample::project(1));
    for path in files(&tests.join("projects")) {
        if path.extension().is_some_and(|ending| ending == "yml") {
            out.extend(fs::read_to_string(path));
        }
    }
    for page in [files(&tests.join("diagnostics")), files(&tests.join("situations"))].concat() {
        let text = fs::read_to_string(page).unwrap_or_default();
        let blocks = text.split("\n```").filter_map(|block| block.strip_prefix("yaml"));
        out.extend(blocks.filter_map(|block| Some(format!("{}\n", block.split_once('\n')?.1))));
    }
    out.retain(|text| text.len() <= LONGEST);
    out.into_iter().map(String::into_bytes).collect()
}

/// The same with an edit before it, for `outline`.
pub fn edited_yaml() -> Vec<Vec<u8>> {
    let edit = |(number, text): (usize, Vec<u8>)| {
        let place = u16::try_from(text.len() / 2).unwrap_or(0).to_be_bytes();
        [&[place[0], place[1], number as u8, number as u8][..], &text].concat()
    };
    yaml().into_iter().enumerate().map(edit).collect()
}

/// Values with query strings and references in these texts.
pub fn contents() -> Vec<Vec<u8>> {
    let mut out = Vec::new();
    for text in yaml() {
        let text = String::from_utf8_lossy(&text).into_owned();
        let values = text.lines().filter_map(|line| line.split_once(": ").or_else(|| line.split_once("- ")));
        let values = values.map(|(_, value)| value.trim().trim_matches(['\'', '"']));
        let special = |value: &&str| value.contains("?{") || value.contains("${") || value.contains("ref(");
        out.extend(values.filter(special).map(|value| value.as_bytes().to_vec()));
    }
    out.sort();
    out.dedup();
    out
}

/// The queries that DuckDB accepts (`tests/data/queries.sql`).
pub fn sql() -> Vec<Vec<u8>> {
    let text = fs::read_to_string(repository().join("tests/data/queries.sql")).unwrap_or_default();
    text.lines().filter(|line| !line.is_empty()).map(|line| line.replace("{t}", "t").into_bytes()).collect()
}
