//! Document links: included files, files of sources, and files that the SQL of models reads.

use crate::cursor::nodes::{Content, piece, scalars};
use std::path::{Path, PathBuf};
use viz_project::{FileSystem, Project, normalize};
use viz_sql::tokenize;
use viz_text::{FileId, TextRange, TextSize};

/// A piece of text that names a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The bytes of the path.
    pub range: TextRange,
    /// The file, which exists.
    pub target: PathBuf,
}

/// The links of a file, in the order of the text.
pub fn links(project: &Project, files: &dyn FileSystem, file: FileId) -> Vec<Link> {
    let document = &project.file(file).document;
    let own = project.file(file).path.parent().unwrap_or(&project.root);
    let mut out = Vec::new();
    scalars(document, None, &mut |keys, node| {
        let Some(text) = node.str() else { return };
        let base = match keys {
            ["includes", "path"] => own,
            ["sources", .., "file" | "database"] => &project.root,
            [.., "sql"] => {
                let Some(piece) = piece(keys, node).filter(|piece| piece.content == Content::Sql) else { return };
                for (range, path) in files_in(piece.text.text()) {
                    let range = piece.text.locate(range).and_then(|loc| document.range(loc));
                    out.extend(range.and_then(|range| link(files, &project.root, range, &path)));
                }
                return;
            }
            _ => return,
        };
        if !text.contains("${") {
            out.extend(link(files, base, without_quotes(document.text(), node.range()), text));
        }
    });
    out.sort_by_key(|link| link.range.start());
    out
}

fn link(files: &dyn FileSystem, base: &Path, range: TextRange, path: &str) -> Option<Link> {
    let target = normalize(&base.join(path));
    files.is_file(&target).then_some(Link { range, target })
}

fn without_quotes(text: &str, range: TextRange) -> TextRange {
    let one = TextSize::new(1);
    match text[range].starts_with(['"', '\'']) && range.len() > one {
        true => TextRange::new(range.start() + one, range.end() - one),
        false => range,
    }
}

/// Texts in SQL that look like names of files.
fn files_in(sql: &str) -> Vec<(TextRange, String)> {
    let Ok(tokens) = tokenize(sql) else { return Vec::new() };
    let text = |range: TextRange| sql[range].strip_prefix('\'')?.strip_suffix('\'');
    let is_file = |text: &&str| Path::new(text).extension().is_some() && !text.contains(['*', '?', '\n', '\'']);
    let one = TextSize::new(1);
    let inner = |range: TextRange| TextRange::new(range.start() + one, range.end() - one);
    tokens
        .iter()
        .filter_map(|token| text(token.range).filter(is_file).map(|path| (inner(token.range), path.to_owned())))
        .collect()
}
