//! Embeds the pages of `tests/diagnostics`, so that `--explain` works wherever the binary is.

// Tests make the files that they are about.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)]

use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    // Relative to the package, as the script runs there: clones that share a target folder share this script, too.
    let folder = Path::new("../../tests/diagnostics");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut pages: Vec<PathBuf> = fs::read_dir(folder)
        .map(|entries| entries.filter_map(|entry| Some(entry.ok()?.path())).collect())
        .unwrap_or_default();
    pages.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    pages.sort();
    let rows: String = pages
        .iter()
        .filter_map(|path| {
            let code = path.file_stem()?.to_str()?;
            let page = fs::read_to_string(path).ok()?;
            Some(format!("    ({code:?}, {page:?}),\n"))
        })
        .collect();
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it for build scripts"));
    fs::write(out.join("pages.rs"), format!("&[\n{rows}]\n")).expect("cargo's output folder is writable");
}
