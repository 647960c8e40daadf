//! The names of columns in the queries of models: what they mean, and where else the same is meant.

use super::{TableColumn, of_model, table_column};
use crate::cursor::sql_names::model_sql;
use crate::lineage::object_around;
use crate::sql_text::select_list::column_place;
use viz_facts::FactStore;
use viz_project::{Body, Kind, ObjectId, Project};
use viz_sql::{Lineage, Meaning, Name};
use viz_text::{FileId, Loc, TextRange, TextSize};

/// A name in the query of a model.
pub(crate) struct NameAt {
    /// The model.
    pub model: ObjectId,
    /// What its query says.
    pub lineage: Lineage,
    /// The name.
    pub name: Name,
    /// The bytes of the name in its file.
    pub range: TextRange,
}

impl NameAt {
    /// The columns of tables that it means.
    pub(crate) fn columns(&self, project: &Project) -> Vec<TableColumn> {
        let Meaning::Read(reads) = &self.name.meaning else { return Vec::new() };
        reads.iter().map(|at| table_column(project, self.model, &self.lineage, *at)).collect()
    }
}

/// The name of a column at an offset in the query of a model.
pub(crate) fn read_at(project: &Project, facts: &FactStore, file: FileId, offset: TextSize) -> Option<NameAt> {
    let model = object_around(project, file, offset).filter(|id| matches!(project.object(*id).body, Body::Model(_)))?;
    let sql = model_sql(project, model)?;
    let document = &project.file(file).document;
    let place = document.loc(TextRange::empty(offset));
    let at = sql.find(place.segment, place.range.start())?;
    let lineage = of_model(project, facts, model)?;
    let name = lineage.name_at(at)?.clone();
    let range = document.range(sql.locate(name.range)?)?;
    Some(NameAt { model, lineage, name, range })
}

/// The places in a model's query, besides the one that names it, that mean a column of it.
pub(crate) fn own_names(project: &Project, facts: &FactStore, model: ObjectId, column: &str) -> Vec<Loc> {
    let Some(sql) = model_sql(project, model) else { return Vec::new() };
    let Some(given) = column_place(sql.text(), column) else { return Vec::new() };
    let found = of_model(project, facts, model);
    let names = found.iter().flat_map(|found| &found.names);
    names.filter(|name| name.meaning == Meaning::Made(given)).filter_map(|name| sql.locate(name.range)).collect()
}

/// The places in the queries of all models that read a column of a table.
pub(crate) fn reads_of(project: &Project, facts: &FactStore, wanted: &[TableColumn]) -> Vec<Loc> {
    let mut out = Vec::new();
    for model in project.of_kind(Kind::Model) {
        let Some(sql) = model_sql(project, model) else { continue };
        let text = sql.text().to_lowercase();
        let may = |column: &TableColumn| {
            column.source == project.source_of(model) && text.contains(&column.column.to_lowercase())
        };
        if !wanted.iter().any(may) {
            continue;
        }
        let Some(found) = of_model(project, facts, model) else { continue };
        let is_meant = |at: &usize| {
            let read = table_column(project, model, &found, *at);
            wanted.iter().any(|wanted| same(wanted, &read))
        };
        for name in &found.names {
            if matches!(&name.meaning, Meaning::Read(reads) if reads.iter().any(is_meant)) {
                out.extend(sql.locate(name.range));
            }
        }
    }
    out
}

/// Whether two texts name the same column of the same table.
fn same(a: &TableColumn, b: &TableColumn) -> bool {
    let table = |written: &str| {
        let name = written.replace('"', "").to_lowercase();
        name.strip_prefix("main.").map_or(name.clone(), str::to_owned)
    };
    a.source == b.source && a.column.eq_ignore_ascii_case(&b.column) && table(&a.relation) == table(&b.relation)
}
