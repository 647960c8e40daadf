//! `textDocument/documentSymbol`.

use crate::lsp::session::snapshot::{Request, Subject};
use tower_lsp::lsp_types::{DocumentSymbol, DocumentSymbolResponse, Location, SymbolInformation, SymbolKind, Url};
use viz_project::Kind;

/// The outline of a text: nested, where the client knows that, else one list.
pub fn document_symbols(request: &Request) -> Option<DocumentSymbolResponse> {
    let subject = request.subject()?;
    let found = viz_ide::document_symbols(&subject.project, subject.file);
    if request.client.nested_symbols {
        let nested = found.into_iter().map(|symbol| nested(request, &subject, symbol)).collect();
        return Some(DocumentSymbolResponse::Nested(nested));
    }
    let uri = request.uri(&subject.project, subject.file)?;
    let mut flat = Vec::new();
    found.iter().for_each(|symbol| flatten(request, &subject, &uri, symbol, None, &mut flat));
    Some(DocumentSymbolResponse::Flat(flat))
}

/// How symbols of objects are shown.
pub fn object_kind(kind: Kind) -> SymbolKind {
    match kind {
        Kind::Source => SymbolKind::MODULE,
        Kind::Model => SymbolKind::STRUCT,
        Kind::Metric => SymbolKind::FUNCTION,
        Kind::Dimension => SymbolKind::FIELD,
        Kind::Relation => SymbolKind::INTERFACE,
        Kind::Input => SymbolKind::VARIABLE,
        Kind::Insight => SymbolKind::CLASS,
        Kind::Markdown => SymbolKind::STRING,
        Kind::Row => SymbolKind::ARRAY,
        Kind::Dashboard => SymbolKind::PACKAGE,
        Kind::Alert => SymbolKind::EVENT,
        _ => SymbolKind::OBJECT,
    }
}

fn kind(kind: viz_ide::SymbolKind) -> SymbolKind {
    match kind {
        viz_ide::SymbolKind::Section => SymbolKind::NAMESPACE,
        viz_ide::SymbolKind::Object(kind) => object_kind(kind),
    }
}

#[expect(deprecated, reason = "the type has a deprecated field that must be given")]
fn nested(request: &Request, subject: &Subject, symbol: viz_ide::DocumentSymbol) -> DocumentSymbol {
    let range = |range| request.range(&subject.project, subject.file, range);
    let children: Vec<DocumentSymbol> =
        symbol.children.into_iter().map(|child| nested(request, subject, child)).collect();
    DocumentSymbol {
        name: symbol.name,
        detail: Some(symbol.detail).filter(|detail| !detail.is_empty()),
        kind: kind(symbol.kind),
        tags: None,
        deprecated: None,
        range: range(symbol.full),
        selection_range: range(symbol.focus),
        children: (!children.is_empty()).then_some(children),
    }
}

#[expect(deprecated, reason = "the type has a deprecated field that must be given")]
fn flatten(
    request: &Request,
    subject: &Subject,
    uri: &Url,
    symbol: &viz_ide::DocumentSymbol,
    container: Option<&str>,
    out: &mut Vec<SymbolInformation>,
) {
    out.push(SymbolInformation {
        name: symbol.name.clone(),
        kind: kind(symbol.kind),
        tags: None,
        deprecated: None,
        location: Location::new(uri.clone(), request.range(&subject.project, subject.file, symbol.full)),
        container_name: container.map(str::to_owned),
    });
    symbol.children.iter().for_each(|child| flatten(request, subject, uri, child, Some(&symbol.name), out));
}
