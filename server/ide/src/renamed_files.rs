//! What changes in a project's text when files are renamed: paths of includes, files of sources.

use crate::actions::TextChange;
use crate::cursor::nodes::scalars;
use std::path::{Component, Path, PathBuf};
use viz_project::{FileSystem, Project, normalize};
use viz_syntax::{double_quoted, quoted};
use viz_text::shown::is_control;
use viz_text::{FileId, TextRange, TextSize};

/// The edits that keep paths right after files or folders get other names, in the order of files and texts. Paths are real.
pub fn renamed_files(project: &Project, files: &dyn FileSystem, renames: &[(PathBuf, PathBuf)]) -> Vec<TextChange> {
    let mut out = Vec::new();
    let root = files.real(&project.root);
    let root_after = moved(&root, renames).unwrap_or(root);
    for (index, file) in project.files().iter().enumerate() {
        let id = FileId(index as u32);
        let text = file.document.text();
        let folder = file.path.parent().unwrap_or(&project.root);
        // The file may be one of those that move, together with what it names or without.
        let own = moved(&files.real(&file.path), renames).and_then(|path| path.parent().map(Path::to_owned));
        scalars(&file.document, None, &mut |keys, node| {
            let Some(written) = node.str().filter(|path| !path.contains("${") && !path.contains(".git")) else {
                return;
            };
            let (base, base_after) = match keys {
                ["includes", "path"] => (folder, own.clone().unwrap_or_else(|| files.real(folder))),
                ["sources", .., "file" | "database"] if is_path(written) => {
                    (project.root.as_path(), root_after.clone())
                }
                _ => return,
            };
            let target = files.real(&normalize(&base.join(written)));
            let after = moved(&target, renames);
            let before = relative(&files.real(base), &target);
            let Some(mut path) = relative(&base_after, &after.unwrap_or(target)) else { return };
            // Where both ends move alike, or neither does, the way between them is the same, however it is written.
            if before.as_ref() == Some(&path) {
                return;
            }
            if written.ends_with('/') {
                path.push('/');
            }
            if path == written || Path::new(written).is_absolute() {
                return;
            }
            // A name that is a variable to a path can't be written.
            if path.contains("${") {
                return;
            }
            let (range, quote) = inner(text, node.range());
            let change = match quote {
                // Single quotes know no escapes: a line end would be a blank.
                Some('\'') if path.contains(|c: char| c.is_control() || is_control(c)) => {
                    TextChange { file: id, range: node.range(), text: double_quoted(&path) }
                }
                quote => TextChange { file: id, range, text: quoted(&path, quote) },
            };
            out.push(change);
        });
    }
    out
}

/// Whether a source's `file` or `database` is a path in a folder: no `:memory:`, no `md:name`, no `~/file`, and more than a name, which
/// may be that of a database on a server.
fn is_path(written: &str) -> bool {
    let is_named = written.contains(['/', '.']);
    is_named && !written.contains(':') && !written.starts_with('~')
}

/// Where a path is after renames.
fn moved(path: &Path, renames: &[(PathBuf, PathBuf)]) -> Option<PathBuf> {
    renames.iter().find_map(|(from, to)| {
        let below = path.strip_prefix(from).ok()?;
        Some(if below.as_os_str().is_empty() { to.clone() } else { to.join(below) })
    })
}

/// A path as seen from a folder, with forward slashes.
fn relative(from: &Path, to: &Path) -> Option<String> {
    let (from, to): (Vec<Component<'_>>, Vec<Component<'_>>) = (from.components().collect(), to.components().collect());
    let same = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    if same == 0 {
        return None;
    }
    let up = std::iter::repeat_n("..".to_owned(), from.len() - same);
    let down = to[same..].iter().map(|part| part.as_os_str().to_string_lossy().into_owned());
    Some(up.chain(down).collect::<Vec<_>>().join("/"))
}

/// A scalar without its quotes, and the quote.
fn inner(text: &str, range: TextRange) -> (TextRange, Option<char>) {
    let one = TextSize::new(1);
    match text[range].chars().next().filter(|c| matches!(c, '"' | '\'')) {
        Some(quote) if range.len() > one => (TextRange::new(range.start() + one, range.end() - one), Some(quote)),
        _ => (range, None),
    }
}
