//! `textDocument/signatureHelp`.

use crate::lsp::handlers::completion::documentation;
use crate::lsp::session::snapshot::Request;
use std::ops::Range;
use tower_lsp::lsp_types::{ParameterInformation, ParameterLabel, Position, SignatureHelp, SignatureInformation};

/// Characters that open a call or go to its next parameter.
pub const TRIGGERS: [&str; 2] = ["(", ","];

/// The call at a position.
pub fn signature_help(request: &Request, position: Position) -> Option<SignatureHelp> {
    let subject = request.subject()?;
    let offset = request.offset(&subject, position);
    let found = viz_ide::signature_help(&subject.project, subject.file, offset)?;
    let utf16 = |label: &str, at: usize| label[..at].encode_utf16().count() as u32;
    let signature = |signature: viz_ide::Signature| {
        let label = |range: &Range<usize>| match request.client.label_offsets {
            true => ParameterLabel::LabelOffsets([range.start, range.end].map(|at| utf16(&signature.label, at))),
            false => ParameterLabel::Simple(signature.label[range.clone()].to_owned()),
        };
        let parameter = |range: &Range<usize>| ParameterInformation { label: label(range), documentation: None };
        SignatureInformation {
            parameters: Some(signature.parameters.iter().map(parameter).collect()),
            documentation: Some(documentation(request.client, signature.documentation.clone())),
            active_parameter: None,
            label: signature.label,
        }
    };
    Some(SignatureHelp {
        signatures: found.signatures.into_iter().map(signature).collect(),
        active_signature: Some(found.active as u32),
        active_parameter: Some(found.parameter as u32),
    })
}
