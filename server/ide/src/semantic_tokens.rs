//! Semantic tokens: names of objects where they are given and used, and the SQL inside scalars. Keys and other YAML are
//! left to the editor's grammar.

use crate::cursor::nodes::{Content, Piece, pieces};
use crate::cursor::symbol::Symbol;
use crate::cursor::symbol::field;
use crate::sql_text::keywords::is_keyword;
use crate::sql_text::tokens::{tokens_before_the_fault, without};
use viz_project::{Kind, ObjectId, Project, Resolution};
use viz_sql::Token;
use viz_syntax::{Document, Reference, references};
use viz_text::{FileId, TextRange, TextSize};

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// The name of an object; `declaration` where it is given.
    Object {
        /// What the object is.
        kind: Kind,
        /// Whether it is given here.
        declaration: bool,
    },
    /// A column of a model or a property of an insight behind a reference.
    Column,
    /// `.value` and its relatives.
    Accessor,
    /// A name that nothing has.
    Unknown,
    /// `ref`.
    Ref,
    /// A keyword of SQL.
    Keyword,
    /// A function of SQL.
    Function,
    /// Another word of SQL: a column or a table as written.
    Word,
    /// A text in SQL.
    String,
    /// A number in SQL.
    Number,
    /// An operator of SQL.
    Operator,
    /// A comment in SQL.
    Comment,
}

/// A piece of a line of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SemanticToken {
    /// Its bytes; they hold no line end.
    pub range: TextRange,
    /// What it is.
    pub kind: TokenKind,
}

/// The tokens of a file, or of the part of it that touches a range; in order, none overlaps another.
pub fn semantic_tokens(project: &Project, file: FileId, within: Option<TextRange>) -> Vec<SemanticToken> {
    let document = &project.file(file).document;
    let mut out = Tokens { document, out: Vec::new() };
    for id in project.ids().filter(|id| project.file_of_object(*id) == file) {
        let object = project.object(id);
        let Some(range) = object.name.as_ref().and_then(|name| document.range(name.loc)) else { continue };
        if !object.name_text().is_empty() && within.is_none_or(|within| within.intersect(range).is_some()) {
            out.push(range, TokenKind::Object { kind: object.kind, declaration: true });
        }
    }
    for piece in pieces(document, within) {
        let found = references(piece.text.text());
        for reference in &found {
            out.reference(project, &piece, reference);
        }
        if piece.content != Content::Text {
            out.sql(&piece, &found);
        }
    }
    let mut tokens = out.out;
    tokens.retain(|token| within.is_none_or(|within| within.intersect(token.range).is_some()));
    tokens.sort_by_key(|token| (token.range.start(), token.range.end()));
    let mut end = TextSize::new(0);
    tokens.retain(|token| {
        let apart = token.range.start() >= end;
        end = if apart { token.range.end() } else { end };
        apart
    });
    tokens
}

struct Tokens<'a> {
    document: &'a Document,
    out: Vec<SemanticToken>,
}

impl Tokens<'_> {
    /// A range of the file, cut at line ends and without the white-space around each part.
    fn push(&mut self, range: TextRange, kind: TokenKind) {
        let mut start = usize::from(range.start());
        for line in self.document.text()[range].split_inclusive('\n') {
            let text = line.trim();
            let from = start + (line.len() - line.trim_start().len());
            if !text.is_empty() {
                let range = TextRange::at(TextSize::new(from as u32), TextSize::of(text));
                self.out.push(SemanticToken { range, kind });
            }
            start += line.len();
        }
    }

    /// A range of a piece's content.
    fn mapped(&mut self, piece: &Piece, range: TextRange, kind: TokenKind) {
        if let Some(range) = piece.text.locate(range).and_then(|loc| self.document.range(loc)) {
            self.push(range, kind);
        }
    }

    fn reference(&mut self, project: &Project, piece: &Piece, found: &Reference) {
        let text = piece.text.slice(found.range);
        if let Some(at) = text.find("ref") {
            let range = TextRange::at(found.range.start() + TextSize::new(at as u32), TextSize::of("ref"));
            self.mapped(piece, range, TokenKind::Ref);
        }
        let resolved = match project.names().resolve(&found.name) {
            Resolution::Object(id) => Some(id),
            _ => None,
        };
        let kind = resolved.map_or(TokenKind::Unknown, |id| object_token(project, id));
        self.mapped(piece, found.name_range, kind);
        if let (Some(range), Some(path)) = (found.path_range, &found.path) {
            self.mapped(piece, range, path_token(project, resolved, path));
        }
    }

    fn sql(&mut self, piece: &Piece, found: &[Reference]) {
        let body = piece.text.slice(piece.body);
        let holes: Vec<TextRange> =
            found.iter().filter_map(|found| found.range.checked_sub(piece.body.start())).collect();
        let sql = without(body, &holes);
        let tokens = tokens_before_the_fault(&sql);
        for (index, token) in tokens.iter().enumerate() {
            let Some(kind) = kind(&sql, token, next(&tokens, index)) else { continue };
            for part in cut(token.range, &holes) {
                self.mapped(piece, part + piece.body.start(), kind);
            }
        }
    }
}

/// The first token behind one that is no white-space.
fn next(tokens: &[Token], index: usize) -> Option<&Token> {
    tokens[index + 1..].iter().find(|token| !token.is_space())
}

fn object_token(project: &Project, id: ObjectId) -> TokenKind {
    TokenKind::Object { kind: project.object(id).kind, declaration: false }
}

fn path_token(project: &Project, of: Option<ObjectId>, path: &str) -> TokenKind {
    match of.map(|id| (project.object(id).kind, field(project, id, path))) {
        Some((Kind::Input, _)) => TokenKind::Accessor,
        Some((Kind::Model, Symbol::Object(id))) => object_token(project, id),
        _ => TokenKind::Column,
    }
}

/// A range without the holes in it.
fn cut(range: TextRange, holes: &[TextRange]) -> Vec<TextRange> {
    let mut out = Vec::new();
    let mut start = range.start();
    for hole in holes.iter().filter(|hole| hole.end() > range.start() && hole.start() < range.end()) {
        if hole.start() > start {
            out.push(TextRange::new(start, hole.start()));
        }
        start = start.max(hole.end());
    }
    if start < range.end() {
        out.push(TextRange::new(start, range.end()));
    }
    out
}

fn kind(sql: &str, token: &Token, next: Option<&Token>) -> Option<TokenKind> {
    let text = &sql[token.range];
    let first = text.chars().next()?;
    if token.is_space() {
        return text.trim_start().starts_with(['-', '/', '#']).then_some(TokenKind::Comment);
    }
    Some(match first {
        '\'' | '$' => TokenKind::String,
        '0'..='9' => TokenKind::Number,
        '.' if text.len() > 1 => TokenKind::Number,
        '"' => TokenKind::Word,
        _ if first.is_alphabetic() || first == '_' => {
            if text.ends_with('\'') {
                TokenKind::String
            } else if is_keyword(text) {
                TokenKind::Keyword
            } else if next
                .is_some_and(|next| next.range.start() == token.range.end() && sql[next.range].starts_with('('))
            {
                TokenKind::Function
            } else {
                TokenKind::Word
            }
        }
        ',' | '(' | ')' | '[' | ']' | '{' | '}' | '.' | ';' => return None,
        _ => TokenKind::Operator,
    })
}
