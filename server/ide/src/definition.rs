//! Go to definition: from a name to where it is given.

use crate::cursor::symbol::{Symbol, symbols_at};
use crate::sql_text::select_list::column_place;
use viz_project::{Body, ObjectId, Project};
use viz_text::{FileId, TextRange, TextSize};

/// Where a name is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Definition {
    /// The file.
    pub file: FileId,
    /// All of the object, or of the file.
    pub full: TextRange,
    /// The name in it.
    pub focus: TextRange,
}

/// The name at an offset and what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definitions {
    /// The bytes of the name at the offset.
    pub origin: TextRange,
    /// Where it is given; several if it is ambiguous.
    pub targets: Vec<Definition>,
}

/// Where the name at an offset is given: of a reference the object, of a path behind it the metric, dimension or the
/// place of the column in the model's SQL (else the model), of an include's path the file.
pub fn definition(project: &Project, file: FileId, offset: TextSize) -> Option<Definitions> {
    let (symbols, origin) = symbols_at(project, file, offset)?;
    let targets: Vec<Definition> = symbols.iter().flat_map(|symbol| of_symbol(project, symbol)).collect();
    (!targets.is_empty()).then_some(Definitions { origin, targets })
}

fn of_symbol(project: &Project, symbol: &Symbol) -> Vec<Definition> {
    match symbol {
        Symbol::Object(id) => object(project, *id).into_iter().collect(),
        Symbol::Field(id, name) => field(project, *id, name).or_else(|| object(project, *id)).into_iter().collect(),
        Symbol::Files(files) => {
            let start = TextRange::empty(TextSize::new(0));
            files.iter().map(|file| Definition { file: *file, full: start, focus: start }).collect()
        }
    }
}

/// Where an object stands.
pub(crate) fn object(project: &Project, id: ObjectId) -> Option<Definition> {
    let object = project.object(id);
    let (file, full) = project.resolve(object.loc)?;
    let focus = match &object.name {
        Some(name) => project.resolve(name.loc)?.1,
        None => TextRange::empty(full.start()),
    };
    Some(Definition { file, full: full.cover(focus), focus })
}

/// Where a model's query names a column, or an insight binds a property.
fn field(project: &Project, id: ObjectId, name: &str) -> Option<Definition> {
    let (full, focus) = match &project.object(id).body {
        Body::Model(model) => {
            let sql = model.sql.as_ref()?;
            (model.sql_loc?, sql.locate(column_place(sql.text(), name)?)?)
        }
        Body::Insight(insight) => {
            let fits = |key: &str| key.strip_prefix("props.") == Some(name);
            let loc = insight.statements.iter().find(|found| fits(&found.key))?.query.loc;
            (loc, loc)
        }
        _ => return None,
    };
    let (file, focus) = project.resolve(focus)?;
    let (_, full) = project.resolve(full)?;
    Some(Definition { file, full: full.cover(focus), focus })
}
