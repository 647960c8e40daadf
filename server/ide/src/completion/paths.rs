//! Files and folders beside a file.

use super::Request;
use super::item::{CompletionItem, CompletionKind};
use crate::cursor::context::Content;
use std::path::Path;
use viz_project::{Standing, normalize};
use viz_text::{TextRange, TextSize};

/// The entries of the folder that the text before the cursor names, seen from `base`; of the files those with one of
/// these extensions. Files that the project has already come last.
pub(super) fn paths(request: &Request<'_>, content: &Content, base: &Path, extensions: &[&str]) -> Vec<CompletionItem> {
    let (text, at) = request.content(content);
    let at = usize::from(at);
    let start = text[..at].rfind('/').map_or(0, |slash| slash + 1);
    let end = text[at..].find('/').map_or(text.len(), |slash| at + slash);
    let folder = normalize(&base.join(&text[..start]));
    let replace = TextRange::new(TextSize::new(start as u32), TextSize::new(end as u32)) + content.range.start();
    // As for includes: what may hold secrets is not offered, nor what is outside of the repository of somebody else's project.
    let standing = request.files.standing(&folder, &request.files.surroundings(&request.snapshot.project.root));
    if standing == Standing::Private || (standing == Standing::Outside && request.files.confined().is_some()) {
        return Vec::new();
    }
    let Ok(entries) = request.files.list(&folder) else { return Vec::new() };
    let own = &request.snapshot.project.file(request.file).path;
    let project_file = request.snapshot.project.files().first().map(|file| &file.path);
    let mut found = Vec::new();
    for entry in entries {
        let Some(name) = entry.path.file_name().and_then(|name| name.to_str()) else { continue };
        let extension = Path::new(name).extension().and_then(|extension| extension.to_str()).unwrap_or("");
        let fits = entry.is_dir || extensions.iter().any(|one| one.eq_ignore_ascii_case(extension));
        if name.starts_with('.') || !fits || entry.path == *own || Some(&entry.path) == project_file {
            continue;
        }
        let known = request.snapshot.project.file_of(&entry.path).is_some();
        let kind = if entry.is_dir { CompletionKind::Folder } else { CompletionKind::File };
        let detail = if known { "already included" } else { "" };
        found.push(((known, entry.is_dir, name.to_owned()), CompletionItem::new(name, kind, replace).detail(detail)));
    }
    found.sort_by(|(a, _), (b, _)| a.cmp(b));
    found.into_iter().map(|(_, item)| item).collect()
}
