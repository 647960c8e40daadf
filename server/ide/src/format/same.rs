//! The safety net: whether a text means what it meant before it was formatted.

use crate::format::lines;
use crate::format::walk::{is_alias, nodes};
use viz_syntax::{Document, NodeKind, ProblemKind, QueryString, Style, Typed, query_string};

/// What there is to say of a node.
#[derive(PartialEq)]
struct Fact<'a> {
    kind: NodeKind,
    flow: bool,
    is_block_key: bool,
    children: usize,
    anchor: Option<&'a str>,
    /// An alias's name, as it is written.
    alias: Option<&'a str>,
    scalar: Option<(Style, Typed, Content<'a>)>,
    /// Its first line and its last: none is added and none goes.
    lines: (usize, usize),
}

/// The content of a scalar. Blanks around the body of a query string count for nothing (R-QS-01).
#[derive(PartialEq)]
enum Content<'a> {
    Text(&'a str),
    Query { body: &'a str, slice: Option<viz_syntax::Slice> },
}

fn content(text: &str) -> Content<'_> {
    match query_string(text) {
        Some(Ok(QueryString { body, slice, .. })) => Content::Query { body: &text[body], slice },
        _ => Content::Text(text),
    }
}

/// A comment that silences findings: its codes, and the first and the last line that it covers.
type Silencer<'a> = (Vec<&'a str>, usize, usize);

fn facts(document: &Document) -> (Vec<Fact<'_>>, Vec<Silencer<'_>>, Vec<(ProblemKind, &str)>) {
    let text = document.text();
    let table = lines::lines(text);
    let lines = |start: usize, end: usize| {
        // What ends with a line end ends on the line before it.
        let end = start + text[start..end].trim_end().len();
        (lines::at(&table, start), lines::at(&table, end))
    };
    let facts = nodes(document).into_iter().map(|seen| {
        let node = seen.node;
        let range = node.range();
        let alias = is_alias(node);
        let scalar = node.scalar().filter(|_| !alias);
        Fact {
            kind: node.kind(),
            flow: node.is_flow(),
            is_block_key: seen.is_block_key,
            children: seen.children,
            anchor: node.anchor().map(|(name, _)| name),
            alias: alias.then(|| node.text()),
            scalar: scalar.map(|scalar| (scalar.style(), scalar.resolved(), content(scalar.value()))),
            lines: lines(range.start().into(), range.end().into()),
        }
    });
    let silencers = document.suppressions().iter().map(|one| {
        let codes = one.codes.iter().map(|(code, _)| code.as_str()).collect();
        let (first, last) = lines(one.scope.start().into(), one.scope.end().into());
        (codes, first, last)
    });
    let problems = document.problems().iter().map(|problem| (problem.kind, problem.message.as_str()));
    (facts.collect(), silencers.collect(), problems.collect())
}

/// Whether both texts mean the same, and differ in blanks alone.
pub(super) fn means_the_same(before: &Document, after: &Document) -> bool {
    let solid = |document: &Document| document.text().split([' ', '\t']).collect::<String>();
    solid(before) == solid(after) && facts(before) == facts(after) && after.refusal().is_none()
}
