//! `viz/lineage`.

use super::{AboutText, Extension, SubjectParams, name};
use crate::lsp::session::snapshot::{Request, Subject};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use tower_lsp::lsp_types::{Location, TextDocumentIdentifier};
use viz_check::{Findings, Severity, Status};
use viz_facts::Unknown;
use viz_project::{Kind, ObjectId, Project};
use viz_text::Loc;
use viz_text::shorten::shorten;

/// Objects at most: ten times what an editor draws.
const MOST_OBJECTS: usize = 5_000;

/// Edges at most.
const MOST_EDGES: usize = 50_000;

/// Columns of models and of tables at most.
const MOST_READS: usize = 20_000;

/// Of a name at most.
const MOST_CHARACTERS: usize = 1_000;

/// `viz/lineage`
pub struct Lineage;

/// Its parameters.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LineageParams {
    /// An object; else the whole project of the text.
    #[serde(flatten)]
    pub of: SubjectParams,
    /// Steps from the object at most.
    #[cfg_attr(test, ts(optional = nullable))]
    pub depth: Option<usize>,
    /// Whether to tell where the columns of models come from.
    #[serde(default)]
    #[cfg_attr(test, ts(optional = nullable))]
    pub columns: Option<bool>,
}

/// Its answer: what is made from what.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "Lineage"))]
pub struct LineageAnswer {
    /// Objects.
    pub nodes: Vec<Node>,
    /// Who uses whom.
    pub edges: Vec<Edge>,
    /// How many objects there are: of very many, those nearest to the one that was asked for, or to findings, are told.
    pub total: usize,
    /// The object that was asked for.
    pub root: Option<usize>,
}

/// An object.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Node {
    /// Holds for one answer.
    pub id: usize,
    /// Its kind.
    #[cfg_attr(test, ts(type = "string"))]
    pub kind: Kind,
    /// Its name.
    pub name: Option<String>,
    /// Where its name is.
    #[cfg_attr(test, ts(type = "Location | null"))]
    pub location: Option<Location>,
    /// Its errors.
    pub errors: usize,
    /// Its warnings.
    pub warnings: usize,
    /// How far an insight was checked.
    #[cfg_attr(test, ts(type = "\"checked\" | \"static\" | \"partial\" | \"unchecked\" | null"))]
    pub status: Option<Status>,
    /// The columns of a model, if they were asked for and its query is one of DuckDB that can be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub columns: Option<Vec<ModelColumn>>,
}

/// A column of a model.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ModelColumn {
    /// Its name.
    pub name: String,
    /// The columns of tables that it is made of.
    pub from: Vec<ReadColumn>,
    /// What is done to them on the way.
    pub way: ColumnWay,
    /// Whether these are all of them.
    pub complete: bool,
}

/// A column of a table, a file or a call that a model reads.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ReadColumn {
    /// The table, as the query names it.
    pub table: String,
    /// The column.
    pub column: String,
}

/// What is done to columns on their way.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum ColumnWay {
    /// Nothing.
    HandedOn,
    /// It gets another type.
    Converted,
    /// Something is computed.
    Computed,
}

/// `from` uses `to`.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Edge {
    /// What is made.
    pub from: usize,
    /// What it is made from.
    pub to: usize,
}

impl AboutText for LineageParams {
    fn text(&self) -> &TextDocumentIdentifier {
        self.of.text()
    }
}

impl Extension for Lineage {
    const METHOD: &'static str = "viz/lineage";
    type Params = LineageParams;
    type Answer = LineageAnswer;

    fn answer(request: &Request, subject: &Subject, params: &LineageParams) -> Result<LineageAnswer, Unknown> {
        Ok(lineage(request, subject, params))
    }
}

fn lineage(request: &Request, subject: &Subject, params: &LineageParams) -> LineageAnswer {
    let project = &subject.project;
    let root = match (&params.of.insight, params.of.position) {
        (Some(name), _) => project.names().global_named(name).first().copied(),
        (None, Some(position)) => {
            let offset = request.offset(subject, position);
            viz_ide::hierarchy_at(project, subject.file, offset).first().copied()
        }
        (None, None) => None,
    };
    let graph = viz_ide::lineage(project, root, params.depth.unwrap_or(usize::MAX));
    let counts = counts(project, &subject.findings);
    let total = graph.nodes.len();
    let start = root.map_or_else(|| worst(&graph.nodes, &counts), |root| vec![root]);
    let graph = graph.nearest(&start, MOST_OBJECTS, MOST_EDGES);
    let status: FxHashMap<Loc, _> = subject.insights.iter().map(|report| (report.loc, report.status)).collect();
    let node = |id: &ObjectId| {
        let object = project.object(*id);
        let (file, range) = project.resolve(object.name_loc())?;
        let (errors, warnings) = counts.get(id).copied().unwrap_or_default();
        Some(Node {
            id: id.index(),
            kind: object.kind,
            name: name(&shorten(object.name_text(), MOST_CHARACTERS)),
            location: request.location(project, file, range),
            errors,
            warnings,
            status: status.get(&object.name_loc()).copied(),
            columns: None,
        })
    };
    let mut nodes: Vec<Node> = graph.nodes.iter().filter_map(node).collect();
    if params.columns == Some(true) {
        with_columns(subject, &graph.nodes, &mut nodes);
    }
    LineageAnswer {
        nodes,
        edges: graph.edges.iter().map(|(from, to)| Edge { from: from.index(), to: to.index() }).collect(),
        total,
        root: root.map(ObjectId::index),
    }
}

/// Adds the columns of models, as many as there is room for.
fn with_columns(subject: &Subject, ids: &[ObjectId], nodes: &mut [Node]) {
    let (project, facts) = (&subject.project, subject.facts());
    let mut left = MOST_READS;
    let short = |text: &str| shorten(text, MOST_CHARACTERS).into_owned();
    let mut nodes: FxHashMap<usize, &mut Node> = nodes.iter_mut().map(|node| (node.id, node)).collect();
    for id in ids.iter().filter(|id| project.object(**id).kind == Kind::Model) {
        let Some(node) = nodes.get_mut(&id.index()) else { continue };
        let Some(found) = viz_ide::columns_with_origins(project, &facts, *id) else { continue };
        let size: usize = found.iter().map(|(_, feeds)| 1 + feeds.columns.len()).sum();
        let Some(rest) = left.checked_sub(size) else { break };
        left = rest;
        let column = |(name, feeds): (String, viz_ide::Feeds)| ModelColumn {
            name: short(&name),
            from: feeds
                .columns
                .iter()
                .map(|read| ReadColumn { table: short(&read.relation), column: short(&read.column) })
                .collect(),
            way: match feeds.way {
                viz_sql::Way::HandedOn => ColumnWay::HandedOn,
                viz_sql::Way::Converted => ColumnWay::Converted,
                viz_sql::Way::Computed => ColumnWay::Computed,
            },
            complete: !feeds.unknown,
        };
        node.columns = Some(found.into_iter().map(column).collect());
    }
}

/// The objects with findings, those with the most errors first.
fn worst(nodes: &[ObjectId], counts: &FxHashMap<ObjectId, (usize, usize)>) -> Vec<ObjectId> {
    let found = |id: &ObjectId| counts.get(id).copied().unwrap_or_default();
    let mut worst: Vec<ObjectId> = nodes.iter().copied().filter(|id| found(id) > (0, 0)).collect();
    worst.sort_by_key(|id| std::cmp::Reverse(found(id)));
    worst
}

/// Errors and warnings of each station, with those of what is written in it: a row's are its dashboard's.
fn counts(project: &Project, findings: &Findings) -> FxHashMap<ObjectId, (usize, usize)> {
    let mut counts: FxHashMap<ObjectId, (usize, usize)> = FxHashMap::default();
    let locs: Vec<Loc> = findings.iter().map(|finding| finding.loc).collect();
    for (finding, station) in findings.iter().zip(viz_ide::stations_at(project, &locs)) {
        let Some(id) = station else { continue };
        let count = counts.entry(id).or_default();
        match finding.severity {
            Severity::Error => count.0 += 1,
            Severity::Warning => count.1 += 1,
            _ => {}
        }
    }
    counts
}
