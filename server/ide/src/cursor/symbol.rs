//! What a name in a file means: the object or the column that the cursor is on.

use crate::cursor::context::{Context, Spot, Step, context};
use crate::cursor::expected::slot;
use crate::cursor::sql_names;
use crate::sql_text::select_list::word_at;
use viz_project::{Body, Kind, ObjectId, Place, Project, Resolution, Use};
use viz_syntax::{Cursor, cursor};
use viz_text::{FileId, Loc, TextRange, TextSize};

/// What a name means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Symbol {
    /// This object.
    Object(ObjectId),
    /// A column of a model, or a property of an insight.
    Field(ObjectId, String),
    /// Included files.
    Files(Vec<FileId>),
}

/// The symbols at an offset (several if a name is ambiguous), and the bytes of the name.
pub(crate) fn symbols_at(project: &Project, file: FileId, offset: TextSize) -> Option<(Vec<Symbol>, TextRange)> {
    known(project, file, offset).or_else(|| typed(project, file, offset))
}

/// From the objects as they were read.
fn known(project: &Project, file: FileId, offset: TextSize) -> Option<(Vec<Symbol>, TextRange)> {
    let document = &project.file(file).document;
    let at = document.loc(TextRange::empty(offset));
    // At the end of a file or right behind an item, the segment before may be meant.
    let before = document.loc(TextRange::empty(offset.checked_sub(TextSize::new(1)).unwrap_or_default()));
    let hit = |loc: Loc| {
        (loc.segment == at.segment || loc.segment == before.segment)
            && document.range(loc).is_some_and(|range| range.contains_inclusive(offset))
    };
    for id in project.ids() {
        let object = project.object(id);
        if object.loc.segment != at.segment && object.loc.segment != before.segment {
            continue;
        }
        if let Some(name) = object.name.as_ref().filter(|name| hit(name.loc)) {
            return Some((vec![Symbol::Object(id)], document.range(name.loc)?));
        }
        let Some(found) = object.uses.iter().find(|found| hit(found.loc)) else {
            let behind = || Loc::new(before.segment, TextRange::empty(before.range.start() + TextSize::new(1)));
            let place = if object.loc.segment == at.segment { at } else { behind() };
            match sql_names::at(project, id, place).and_then(|(symbol, loc)| Some((symbol, document.range(loc)?))) {
                Some((symbol, range)) => return Some((vec![symbol], range)),
                None => continue,
            }
        };
        let ids = resolve(project, found);
        if let Some(path) = found.path.as_ref().filter(|path| hit(path.loc)) {
            let symbols: Vec<Symbol> = ids.iter().map(|id| field(project, *id, &path.text)).collect();
            return (!symbols.is_empty()).then_some((symbols, document.range(path.loc)?));
        }
        // On the brackets around it, the whole reference is meant.
        let range = document.range(if hit(found.name_loc) { found.name_loc } else { found.loc })?;
        return (!ids.is_empty()).then(|| (ids.into_iter().map(Symbol::Object).collect(), range));
    }
    for (name, kind) in [(project.default_source(), Kind::Source), (project.default_alert(), Kind::Alert)] {
        let Some(name) = name.filter(|name| hit(name.loc)) else { continue };
        let range = document.range(name.loc)?;
        let symbols = of_kind(project, &name.text, kind);
        return (!symbols.is_empty()).then_some((symbols, range));
    }
    None
}

/// The objects that a reference names.
pub(crate) fn resolve(project: &Project, found: &Use) -> Vec<ObjectId> {
    match project.names().resolve(&found.name) {
        Resolution::Object(id) => vec![id],
        Resolution::Ambiguous(ids) => ids,
        Resolution::Missing => Vec::new(),
    }
}

/// What a path after an object means: a field of a model or an insight, else the object.
pub(crate) fn field(project: &Project, id: ObjectId, path: &str) -> Symbol {
    match &project.object(id).body {
        Body::Model(_) => match project.scoped_field(id, path) {
            Some(field) => Symbol::Object(field),
            None => Symbol::Field(id, path.to_owned()),
        },
        Body::Insight(_) => Symbol::Field(id, path.to_owned()),
        _ => Symbol::Object(id),
    }
}

fn of_kind(project: &Project, name: &str, kind: Kind) -> Vec<Symbol> {
    let ids = project.names().global_named(name).iter();
    ids.filter(|id| project.object(**id).kind == kind).map(|id| Symbol::Object(*id)).collect()
}

/// From the text, where it isn't (yet) what the format wants: references that aren't closed, columns in the expressions
/// of a model, paths of includes.
fn typed(project: &Project, file: FileId, offset: TextSize) -> Option<(Vec<Symbol>, TextRange)> {
    let document = &project.file(file).document;
    let text = document.text();
    let context = context(document, offset);
    let (Spot::Value(content) | Spot::Start { content, .. }) = context.spot else { return None };
    if is_include(&context) {
        let symbols =
            Symbol::Files(included(project, file, text.get(content.range.start().into()..content.range.end().into())?));
        return Some((vec![symbols], content.range));
    }
    let within = text.get(content.range.start().into()..content.range.end().into())?;
    let at = offset.checked_sub(content.range.start())?;
    let absolute = |range: TextRange| range + content.range.start();
    let objects = |name: &str| match project.names().resolve(name) {
        Resolution::Object(id) => vec![id],
        Resolution::Ambiguous(ids) => ids,
        Resolution::Missing => Vec::new(),
    };
    match cursor(within, at) {
        Cursor::RefName { replace, .. } => {
            let ids = objects(within[replace].trim());
            (!ids.is_empty()).then(|| (ids.into_iter().map(Symbol::Object).collect(), absolute(replace)))
        }
        Cursor::RefPath { name, replace } => {
            let ids = objects(&name);
            let symbols: Vec<Symbol> = ids.iter().map(|id| field(project, *id, &within[replace])).collect();
            (!symbols.is_empty()).then(|| (symbols, absolute(replace)))
        }
        _ => {
            let slot = slot(&context)?;
            let model = slot.model_object(project, file).filter(|_| slot.place() == Some(Place::ScopedExpression))?;
            let word = word_at(within, at)?;
            Some((vec![Symbol::Field(model, within[word].to_owned())], absolute(word)))
        }
    }
}

/// Whether the cursor is in the path of an include.
pub(crate) fn is_include(context: &Context<'_>) -> bool {
    let keys: Vec<&str> = context
        .steps
        .iter()
        .map(|step| match step {
            Step::Key { name, .. } => name,
            Step::Item => "-",
        })
        .collect();
    keys == ["includes", "-", "path"]
}

/// The files that the path of an include leads to: one, or all of a folder.
fn included(project: &Project, file: FileId, path: &str) -> Vec<FileId> {
    let folder = project.file(file).path.parent().unwrap_or(&project.root);
    let path = viz_project::normalize(&folder.join(path.trim()));
    if let Some(found) = project.file_of(&path) {
        return vec![found];
    }
    let below = |index: &usize| project.files()[*index].path.starts_with(&path);
    (0..project.files().len()).filter(below).map(|index| FileId(index as u32)).collect()
}
