//! Between our plain data and the types of the protocol.

use crate::cli::explain;
use crate::host::own::Foreign;
use crate::host::place::Place;
use serde_json::{Value, json};
use std::path::Path;
use tower_lsp::lsp_types::{
    CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, Location,
    NumberOrString, Position, PositionEncodingKind, Range, TextDocumentContentChangeEvent, Url,
};
use viz_check::{Finding, Severity};
use viz_project::Project;
use viz_text::{Edit, Encoding, Lines, TextRange};

/// What diagnostics are said to come from.
pub const SOURCE: &str = "viz-lsp";

/// A change of a text.
pub fn edit(change: &TextDocumentContentChangeEvent) -> Edit {
    let range = change.range.map(|range| (from_position(range.start), from_position(range.end)));
    Edit { range, text: change.text.clone() }
}

/// A client's position.
pub fn from_position(position: Position) -> viz_text::Position {
    viz_text::Position { line: position.line, column: position.character }
}

/// Bytes as a client's range.
pub fn range(lines: &Lines, range: TextRange, encoding: Encoding) -> Range {
    let position = |offset| {
        let at = lines.position(offset, encoding);
        Position::new(at.line, at.column)
    };
    Range::new(position(range.start()), position(range.end()))
}

/// The client's name for an encoding.
pub fn encoding_kind(encoding: Encoding) -> PositionEncodingKind {
    match encoding {
        Encoding::Utf8 => PositionEncodingKind::UTF8,
        Encoding::Utf16 => PositionEncodingKind::UTF16,
        Encoding::Utf32 => PositionEncodingKind::UTF32,
    }
}

/// How a finding is put to a client.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// The project it is about.
    pub project: &'a Project,
    /// What the client counts columns in.
    pub encoding: Encoding,
    /// Whether the client shows related places.
    pub related: bool,
    /// The client's names for files.
    pub uri: &'a dyn Fn(&Path) -> Option<Url>,
}

impl View<'_> {
    /// Where a place is.
    pub fn location(&self, place: Place<'_>) -> Option<Location> {
        Some(Location::new((self.uri)(&place.file.real)?, range(place.file.lines(), place.range, self.encoding)))
    }

    /// Where the client sees a finding, its related places and its fix.
    pub fn places(&self, finding: &Finding, place: Place<'_>) -> Places {
        let location = |loc| self.location(Place::of(self.project, loc)?);
        let related = finding.related.iter().filter(|_| self.related).map(|related| location(related.loc)).collect();
        let is_own = |(loc, _): &(viz_text::Loc, String)| {
            Place::of(self.project, *loc).is_some_and(|place| Foreign::of_file(self.project, place.file).is_none())
        };
        let fix = finding.fix.as_ref().filter(|fix| fix.edits.iter().all(is_own));
        Places {
            range: range(place.file.lines(), place.range, self.encoding),
            related,
            edits: fix.map(|fix| fix.edits.iter().map(|(loc, _)| location(*loc)).collect()),
        }
    }
}

/// Where a client sees a finding. A place that it can't see is `None`.
#[derive(Debug, Clone, PartialEq)]
pub struct Places {
    range: Range,
    related: Vec<Option<Location>>,
    /// Of a fix that may be offered.
    edits: Option<Vec<Option<Location>>>,
}

/// A finding as a diagnostic.
pub fn diagnostic(finding: &Finding, places: &Places) -> Diagnostic {
    let related = finding.related.iter().zip(&places.related).filter_map(|(related, location)| {
        Some(DiagnosticRelatedInformation { location: location.clone()?, message: related.message.clone() })
    });
    let related: Vec<_> = related.collect();
    Diagnostic {
        range: places.range,
        severity: Some(severity(finding.severity)),
        code: Some(NumberOrString::String(finding.code.name().to_owned())),
        code_description: Url::parse(&explain::url(finding.code)).ok().map(|href| CodeDescription { href }),
        source: Some(SOURCE.to_owned()),
        message: message(finding),
        related_information: if related.is_empty() { None } else { Some(related) },
        // Editors show what is not used in grey.
        tags: finding.code.is_unnecessary().then(|| vec![DiagnosticTag::UNNECESSARY]),
        data: Some(data(finding, places)),
    }
}

/// What travels with a diagnostic: its identity and its fix.
fn data(finding: &Finding, places: &Places) -> Value {
    let mut data = json!({ "fingerprint": finding.fingerprint });
    if let Some(rule) = &finding.format_rule {
        data["rule"] = json!(rule);
    }
    if let Some((fix, locations)) = finding.fix.as_ref().zip(places.edits.as_ref()) {
        let edits = fix.edits.iter().zip(locations).filter_map(|((_, text), location)| {
            let location = location.as_ref()?;
            Some(json!({ "uri": location.uri, "range": location.range, "newText": text }))
        });
        data["fix"] = json!({ "title": fix.title, "edits": edits.collect::<Vec<_>>() });
    }
    data
}

/// The message with its notes and its help line, which editors have no other place for.
fn message(finding: &Finding) -> String {
    let mut text = finding.message.clone();
    for note in &finding.notes {
        text.push_str("\nnote: ");
        text.push_str(note);
    }
    if let Some(help) = &finding.help {
        text.push_str("\nhelp: ");
        text.push_str(help);
    }
    text
}

/// How bad it is, for a client.
pub fn severity(severity: Severity) -> DiagnosticSeverity {
    match severity {
        Severity::Error => DiagnosticSeverity::ERROR,
        Severity::Warning => DiagnosticSeverity::WARNING,
        Severity::Information => DiagnosticSeverity::INFORMATION,
        Severity::Hint => DiagnosticSeverity::HINT,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::formats::fixture;
    use crate::host::place::in_order;

    #[test]
    fn a_finding_keeps_everything_that_an_editor_can_show() {
        let outcome = fixture::outcome();
        let checked = &outcome.projects[0];
        let uri = |path: &Path| Url::from_file_path(path).ok();
        let view = View { project: &checked.project, encoding: Encoding::Utf16, related: true, uri: &uri };
        let shown: Vec<Diagnostic> = in_order(&checked.project, &checked.report)
            .into_iter()
            .map(|(finding, place)| diagnostic(finding, &view.places(finding, place)))
            .collect();
        assert_eq!(shown[0].range.start, Position::new(1, fixture::COLUMN_UTF16));
        assert!(
            shown[0].message.ends_with("\nnote: it becomes `where city = 'O'Fallon'`\nhelp: escape the quote"),
            "{}",
            shown[0].message
        );
        assert_eq!(shown[0].related_information.as_ref().unwrap()[0].message, "the option comes from here");
        assert_eq!(shown[1].data.as_ref().unwrap()["fix"]["edits"][0]["newText"], "color");
        let plain = View { related: false, ..view };
        let (finding, place) = in_order(&checked.project, &checked.report)[0];
        assert_eq!(diagnostic(finding, &plain.places(finding, place)).related_information, None);
    }
}
