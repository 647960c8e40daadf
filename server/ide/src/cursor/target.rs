//! What stands at an offset.

use viz_project::{ObjectId, Project, Resolution, Use};
use viz_text::{FileId, Loc, TextRange, TextSize};

/// What the cursor is on.
#[derive(Debug, Clone, Copy)]
pub enum Target<'a> {
    /// The name of an object, where it is given.
    Definition(ObjectId),
    /// A reference, and the object that it names.
    Reference(&'a Use, ObjectId),
}

impl Target<'_> {
    /// The object.
    pub fn object(&self) -> ObjectId {
        match self {
            Target::Definition(id) | Target::Reference(_, id) => *id,
        }
    }
}

/// What stands at an offset of a file, and its absolute byte range.
pub fn target_at(project: &Project, file: FileId, offset: TextSize) -> Option<(Target<'_>, TextRange)> {
    let document = &project.file(file).document;
    let at = document.loc(TextRange::empty(offset));
    let hit = |loc: Loc| loc.segment == at.segment && loc.range.contains_inclusive(at.range.start());
    let here = project.objects_in(&[at.segment].into_iter().collect());
    for id in here.into_values().flatten() {
        let object = project.object(id);
        if let Some(name) = object.name.as_ref().filter(|name| hit(name.loc)) {
            return Some((Target::Definition(id), document.range(name.loc)?));
        }
        if let Some(reference) = object.uses.iter().find(|reference| hit(reference.loc)) {
            let Resolution::Object(target) = project.names().resolve(&reference.name) else { return None };
            return Some((Target::Reference(reference, target), document.range(reference.loc)?));
        }
    }
    None
}
