//! What stands in the place of a file that is not there: its name may be misspelt.

use std::path::Path;
use viz_facts::{Detail, Reason, Unknown};
use viz_files::{Entry, Kind};

/// A name that was misspelt is near to one of so many.
const MOST_BESIDE: usize = 200;

/// Adds the names of the files in the folder of a missing file that end as it does.
pub(crate) fn tell_names_beside(why: &mut Unknown, path: &Path) {
    if !matches!(why.code, Reason::FileMissing | Reason::DatabaseMissing) || why.detail.is_some() {
        return;
    }
    let entries = path.parent().and_then(|folder| viz_files::list(folder).ok()).unwrap_or_default();
    let fits = |entry: &Entry| {
        entry.kind == Kind::File && path.extension().is_some() && entry.path.extension() == path.extension()
    };
    let name = |entry: Entry| Some(entry.path.file_name()?.to_str()?.to_owned());
    let names = entries.into_iter().filter(fits).filter_map(name);
    let names = names.filter(|name| !name.starts_with('.')).take(MOST_BESIDE).collect();
    why.detail = Some(Detail::Beside(names));
}
