//! `textDocument/semanticTokens`: all, what has changed, a range.

use crate::lsp::session::snapshot::Request;
use parking_lot::Mutex;
use std::collections::HashMap;
use tower_lsp::lsp_types::{
    Range, SemanticToken, SemanticTokenModifier, SemanticTokenType, SemanticTokens, SemanticTokensDelta,
    SemanticTokensEdit, SemanticTokensFullDeltaResult, SemanticTokensLegend, Url,
};
use viz_ide::TokenKind;
use viz_project::Kind;
use viz_text::TextRange;

const TYPES: [SemanticTokenType; 14] = [
    SemanticTokenType::NAMESPACE,
    SemanticTokenType::CLASS,
    SemanticTokenType::METHOD,
    SemanticTokenType::PROPERTY,
    SemanticTokenType::PARAMETER,
    SemanticTokenType::STRUCT,
    SemanticTokenType::TYPE,
    SemanticTokenType::VARIABLE,
    SemanticTokenType::MACRO,
    SemanticTokenType::KEYWORD,
    SemanticTokenType::FUNCTION,
    SemanticTokenType::STRING,
    SemanticTokenType::NUMBER,
    SemanticTokenType::OPERATOR,
];
/// Comes behind the types.
const COMMENT: u32 = 14;
const DECLARATION: u32 = 1;
const READONLY: u32 = 2;

/// The names of types and modifiers, in the order of their numbers.
pub fn legend() -> SemanticTokensLegend {
    let mut token_types = TYPES.to_vec();
    token_types.push(SemanticTokenType::COMMENT);
    SemanticTokensLegend {
        token_types,
        token_modifiers: vec![SemanticTokenModifier::DECLARATION, SemanticTokenModifier::READONLY],
    }
}

/// What each text's client got last.
#[derive(Debug, Default)]
pub struct LastTokens {
    sent: Mutex<Sent>,
}

#[derive(Debug, Default)]
struct Sent {
    number: u64,
    by_uri: HashMap<Url, (String, Vec<SemanticToken>)>,
}

impl LastTokens {
    fn put(&self, uri: &Url, tokens: &[SemanticToken]) -> String {
        let mut sent = self.sent.lock();
        sent.number += 1;
        let id = sent.number.to_string();
        sent.by_uri.insert(uri.clone(), (id.clone(), tokens.to_vec()));
        id
    }

    fn take(&self, uri: &Url, id: &str) -> Option<Vec<SemanticToken>> {
        let mut sent = self.sent.lock();
        if sent.by_uri.get(uri)?.0 == id { sent.by_uri.remove(uri).map(|(_, tokens)| tokens) } else { None }
    }

    /// A text was closed.
    pub fn forget(&self, uri: &Url) {
        self.sent.lock().by_uri.remove(uri);
    }
}

/// All tokens of a text.
pub fn full(request: &Request, last: &LastTokens, uri: &Url) -> Option<SemanticTokens> {
    let data = tokens(request, None)?;
    Some(SemanticTokens { result_id: Some(last.put(uri, &data)), data })
}

/// What has changed since the tokens with this id; all, if the client has others.
pub fn delta(request: &Request, last: &LastTokens, uri: &Url, id: &str) -> Option<SemanticTokensFullDeltaResult> {
    let data = tokens(request, None)?;
    let before = last.take(uri, id);
    let result_id = Some(last.put(uri, &data));
    Some(match before {
        None => SemanticTokensFullDeltaResult::Tokens(SemanticTokens { result_id, data }),
        Some(before) => {
            let edits = difference(&before, data).into_iter().collect();
            SemanticTokensFullDeltaResult::TokensDelta(SemanticTokensDelta { result_id, edits })
        }
    })
}

/// The tokens of a range of a text.
pub fn range(request: &Request, range: Range) -> Option<SemanticTokens> {
    Some(SemanticTokens { result_id: None, data: tokens(request, Some(range))? })
}

/// One edit that makes the one list the other; `None` if they are equal. Its numbers count integers, five per token.
fn difference(before: &[SemanticToken], after: Vec<SemanticToken>) -> Option<SemanticTokensEdit> {
    let start = before.iter().zip(&after).take_while(|(a, b)| a == b).count();
    let most = before.len().min(after.len()) - start;
    let end = before.iter().rev().zip(after.iter().rev()).take(most).take_while(|(a, b)| a == b).count();
    if before.len() == after.len() && start == before.len() {
        return None;
    }
    let new = after[start..after.len() - end].to_vec();
    Some(SemanticTokensEdit {
        start: 5 * start as u32,
        delete_count: 5 * (before.len() - end - start) as u32,
        data: Some(new),
    })
}

fn tokens(request: &Request, within: Option<Range>) -> Option<Vec<SemanticToken>> {
    let subject = request.subject()?;
    let within = within.map(|range| {
        let (start, end) = (request.offset(&subject, range.start), request.offset(&subject, range.end));
        TextRange::new(start.min(end), end.max(start))
    });
    let found = viz_ide::semantic_tokens(&subject.project, subject.file, within);
    let mut out = Vec::with_capacity(found.len());
    let (mut line, mut start) = (0, 0);
    for token in found {
        let range = request.range(&subject.project, subject.file, token.range);
        let (token_type, token_modifiers_bitset) = number(token.kind);
        let same_line = range.start.line == line;
        out.push(SemanticToken {
            delta_line: range.start.line - line,
            delta_start: if same_line { range.start.character - start } else { range.start.character },
            length: range.end.character.saturating_sub(range.start.character),
            token_type,
            token_modifiers_bitset,
        });
        (line, start) = (range.start.line, range.start.character);
    }
    Some(out)
}

fn number(kind: TokenKind) -> (u32, u32) {
    let modifier = match kind {
        TokenKind::Object { declaration: true, .. } => DECLARATION,
        TokenKind::Accessor => READONLY,
        _ => 0,
    };
    let of = match kind {
        TokenKind::Object { kind: Kind::Source, .. } => SemanticTokenType::NAMESPACE,
        TokenKind::Object { kind: Kind::Model, .. } => SemanticTokenType::CLASS,
        TokenKind::Object { kind: Kind::Metric, .. } => SemanticTokenType::METHOD,
        TokenKind::Object { kind: Kind::Dimension, .. } | TokenKind::Column | TokenKind::Accessor => {
            SemanticTokenType::PROPERTY
        }
        TokenKind::Object { kind: Kind::Input, .. } => SemanticTokenType::PARAMETER,
        TokenKind::Object { kind: Kind::Insight, .. } => SemanticTokenType::STRUCT,
        TokenKind::Object { .. } => SemanticTokenType::TYPE,
        TokenKind::Unknown | TokenKind::Word => SemanticTokenType::VARIABLE,
        TokenKind::Ref => SemanticTokenType::MACRO,
        TokenKind::Keyword => SemanticTokenType::KEYWORD,
        TokenKind::Function => SemanticTokenType::FUNCTION,
        TokenKind::String => SemanticTokenType::STRING,
        TokenKind::Number => SemanticTokenType::NUMBER,
        TokenKind::Operator => SemanticTokenType::OPERATOR,
        TokenKind::Comment => return (COMMENT, modifier),
    };
    let at = TYPES.iter().position(|other| *other == of).unwrap_or(0);
    (at as u32, modifier)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(start: u32) -> SemanticToken {
        SemanticToken { delta_line: 0, delta_start: start, length: 1, token_type: 0, token_modifiers_bitset: 0 }
    }

    /// What a client makes of an edit.
    fn applied(before: &[SemanticToken], edit: Option<SemanticTokensEdit>) -> Vec<SemanticToken> {
        let mut out = before.to_vec();
        if let Some(edit) = edit {
            let (start, count) = (edit.start as usize / 5, edit.delete_count as usize / 5);
            out.splice(start..start + count, edit.data.unwrap_or_default());
        }
        out
    }

    #[test]
    fn a_delta_makes_the_old_list_the_new_one() {
        let mut random = fastrand::Rng::with_seed(3);
        for _ in 0..2000 {
            let mut list =
                || -> Vec<SemanticToken> { (0..random.usize(..6)).map(|_| token(random.u32(..3))).collect() };
            let (before, after) = (list(), list());
            assert_eq!(applied(&before, difference(&before, after.clone())), after);
        }
        assert_eq!(difference(&[token(1)], vec![token(1)]), None);
    }
}
