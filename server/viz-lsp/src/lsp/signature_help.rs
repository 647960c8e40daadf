//! `textDocument/signatureHelp`.

use super::completion::documentation;
use super::request::Request;
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
        let parameter = |range: &std::ops::Range<usize>| ParameterInformation {
            label: ParameterLabel::LabelOffsets([
                utf16(&signature.label, range.start),
                utf16(&signature.label, range.end),
            ]),
            documentation: None,
        };
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
