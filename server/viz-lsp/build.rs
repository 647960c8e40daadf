//! Embeds the pages of `tests/diagnostics`, so that `--explain` works wherever the binary is.

use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/diagnostics");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut pages: Vec<PathBuf> = fs::read_dir(&folder)
        .map(|entries| entries.filter_map(|entry| Some(entry.ok()?.path())).collect())
        .unwrap_or_default();
    pages.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    pages.sort();
    let rows: String = pages
        .iter()
        .filter_map(|path| {
            let path = path.canonicalize().ok()?;
            let code = path.file_stem()?.to_str()?.to_owned();
            Some(format!("    ({code:?}, include_str!({:?})),\n", path.to_str()?))
        })
        .collect();
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it for build scripts"));
    fs::write(out.join("pages.rs"), format!("&[\n{rows}]\n")).expect("cargo's output folder is writable");
}
