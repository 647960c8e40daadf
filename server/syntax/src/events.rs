//! Our own YAML events, so that only this file knows the parser crate.

use crate::problem::ProblemKind;
use crate::scalar::Style;
use granit_parser::{
    ErrorKind, Event as Raw, Options, Parser, ScalarStyle, ScanError, Span, StructureStyle, Tag as RawTag,
};
use std::borrow::Cow;
use std::ops::Range;

/// One event of a YAML stream.
#[derive(Debug)]
pub(crate) struct Event<'t> {
    pub kind: EventKind<'t>,
    /// Bytes of the parsed text. Empty for block collections; without the header for block scalars.
    pub range: Range<usize>,
    /// An explicit tag and where it stands.
    pub tag: Option<(Tag, Range<usize>)>,
}

#[derive(Debug)]
pub(crate) enum EventKind<'t> {
    Document,
    MappingStart {
        flow: bool,
    },
    MappingEnd,
    SequenceStart {
        flow: bool,
    },
    SequenceEnd,
    Scalar {
        value: Cow<'t, str>,
        style: Style,
    },
    /// Names are resolved by us, because an anchor may stand in another segment.
    Alias,
    /// Belongs to the node before it.
    Anchor {
        name: Cow<'t, str>,
    },
    Comment,
}

/// What an explicit tag asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Tag {
    /// No tag, or `!`, which the reference's loader treats as none.
    #[default]
    None,
    Str,
    Null,
    Bool,
    Int,
    Float,
    Timestamp,
    /// Another type that the reference's loader knows: `!!binary`, `!!set`, `!!map`, ….
    Other,
    /// A type it can't construct.
    Custom,
}

/// Why a text isn't YAML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ParseError {
    /// Byte of the parsed text.
    pub offset: usize,
    pub kind: ProblemKind,
    pub message: String,
    /// Quoted text goes on at a smaller indentation, which the reference's loader allows.
    pub quoted_indent: bool,
    /// A comment follows a token without a space, as in `"x"#c`.
    pub tight_comment: bool,
    /// Quoted or flow text is open at the end: more text could make it whole.
    pub unclosed: bool,
    /// The rest of the line is at fault, not only a word.
    pub whole_line: bool,
}

impl ParseError {
    /// A fault of syntax that we found ourselves.
    pub fn syntax(offset: usize, message: impl Into<String>) -> Self {
        let (kind, message) = (ProblemKind::Syntax, message.into());
        ParseError {
            offset,
            kind,
            message,
            quoted_indent: false,
            tight_comment: false,
            unclosed: false,
            whole_line: true,
        }
    }
}

/// The events of a text up to its end or its first error.
pub(crate) fn events(text: &str) -> impl Iterator<Item = Result<Event<'_>, ParseError>> {
    Parser::new_from_str_with_options(text, options()).filter_map(|next| match next {
        Ok((event, span)) => convert(event, &span).map(Ok),
        Err(error) => Some(Err(parse_error(&error))),
    })
}

fn options() -> Options {
    granit_parser::options! {
        emit_unresolved_aliases: true,
        emit_anchor_events: true,
        max_buffered_comment_events: usize::MAX,
    }
}

fn convert<'t>(event: Raw<'t>, span: &Span) -> Option<Event<'t>> {
    let mut tag = None;
    let mut note = |raw: Option<Cow<'t, RawTag>>| {
        let raw = raw?;
        let at = span.tag_span().and_then(|span| span.byte_range()).unwrap_or_else(|| bytes(span));
        tag = Some((tag_of(&raw), at));
        Some(())
    };
    let kind = match event {
        Raw::DocumentStart(..) => EventKind::Document,
        Raw::MappingStart(style, _, raw) => {
            note(raw);
            EventKind::MappingStart { flow: style == StructureStyle::Flow }
        }
        Raw::SequenceStart(style, _, raw) => {
            note(raw);
            EventKind::SequenceStart { flow: style == StructureStyle::Flow }
        }
        Raw::MappingEnd => EventKind::MappingEnd,
        Raw::SequenceEnd => EventKind::SequenceEnd,
        Raw::Scalar(value, style, _, raw) => {
            note(raw);
            // An absent node is reported as `~` without any text.
            let absent = style == ScalarStyle::Plain && span.is_empty();
            EventKind::Scalar { value: if absent { Cow::Borrowed("") } else { value }, style: style_of(style) }
        }
        Raw::Alias(_) | Raw::UnresolvedAlias(_) => EventKind::Alias,
        Raw::Anchor(_, name) => EventKind::Anchor { name },
        Raw::Comment(..) => EventKind::Comment,
        _ => return None,
    };
    Some(Event { kind, range: bytes(span), tag })
}

fn bytes(span: &Span) -> Range<usize> {
    span.byte_range().expect("the parser counts bytes when it reads a &str")
}

fn style_of(style: ScalarStyle) -> Style {
    match style {
        ScalarStyle::SingleQuoted => Style::SingleQuoted,
        ScalarStyle::DoubleQuoted => Style::DoubleQuoted,
        ScalarStyle::Literal => Style::Literal,
        ScalarStyle::Folded => Style::Folded,
        _ => Style::Plain,
    }
}

fn tag_of(raw: &RawTag) -> Tag {
    let Some(name) = raw.suffix_in_namespace("tag:yaml.org,2002:") else {
        let non_specific = raw.suffix() == "!" && raw.handle().is_empty();
        return if non_specific { Tag::None } else { Tag::Custom };
    };
    match name.as_ref() {
        "str" => Tag::Str,
        "null" => Tag::Null,
        "bool" => Tag::Bool,
        "int" => Tag::Int,
        "float" => Tag::Float,
        "timestamp" => Tag::Timestamp,
        "binary" | "omap" | "pairs" | "set" | "seq" | "map" => Tag::Other,
        _ => Tag::Custom,
    }
}

fn parse_error(error: &ScanError) -> ParseError {
    let offset = error.marker().byte_offset().expect("the parser counts bytes when it reads a &str");
    let (kind, message) = explain(error.kind());
    use ErrorKind as E;
    let quoted_indent = *error.kind() == E::InvalidQuotedScalarIndent;
    let tight_comment = *error.kind() == E::CommentNotSeparated;
    let unclosed = matches!(
        error.kind(),
        E::UnclosedQuotedScalar
            | E::UnclosedFlowCollection { .. }
            | E::UnexpectedEofFlowSequence
            | E::UnexpectedEofFlowMapping
            | E::UnexpectedEofImplicitFlowMapping
    );
    ParseError { offset, kind, message, quoted_indent, tight_comment, unclosed, whole_line: unclosed }
}

/// The parser's words in ours: what is wrong and, where one thing usually helps, what to do.
fn explain(kind: &ErrorKind) -> (ProblemKind, String) {
    use ErrorKind as E;
    let text = match kind {
        E::MappingValueNotAllowed | E::InvalidColonPlacement => {
            "`: ` is not allowed here; if it belongs to the value, put the value in quotes"
        }
        E::SimpleKeyExpected | E::InvalidSimpleKey => "expected `:` after this key",
        E::ExpectedBlockMappingKey => "expected a key here; is the indentation right, or a value missing its quotes?",
        E::ExpectedBlockSequenceEntry => "expected a list item (`- …`) here; is the indentation right?",
        E::ExpectedNodeContent => "expected a value here",
        E::UnclosedQuotedScalar => "this quoted text is never closed",
        E::InvalidQuotedScalarIndent => {
            "the quoted text goes on at a smaller indentation; is its closing quote missing?"
        }
        E::InvalidTrailingSingleQuotedScalar | E::InvalidTrailingDoubleQuotedScalar => {
            "there is text after the closing quote; put the whole value in quotes"
        }
        E::UnknownQuotedScalarEscape => {
            "unknown escape in double quotes; write `\\\\` for a backslash, or use single quotes"
        }
        E::UnexpectedEofFlowSequence | E::UnclosedFlowCollection { open: '[' } => "this `[` is never closed",
        E::UnexpectedEofFlowMapping | E::UnexpectedEofImplicitFlowMapping | E::UnclosedFlowCollection { .. } => {
            "this `{` is never closed"
        }
        E::ExpectedFlowSequenceSeparator => {
            "expected `,` or `]`; text with `{` or `[` in a list of this kind needs quotes"
        }
        E::ExpectedFlowMappingSeparator => "expected `,` or `}`; text that starts with `{` needs quotes",
        E::MisplacedFlowCollectionEnd => "this bracket closes nothing",
        E::RecursionLimitExceeded => "nested too deeply (more than 255 levels)",
        E::BlockSequenceEntryNotAllowed => "a list item (`- …`) is not allowed here",
        E::InvalidBlockScalarHeader => "there is text after `|` or `>`; it starts on the next line",
        E::InvalidBlockScalarIndent => "this line is indented less than the block it belongs to",
        E::MappingKeyNotAllowed => "a key is not allowed here",
        E::InvalidIndentation | E::InvalidFlowScalarIndent => "the indentation doesn't fit",
        E::ExpectedDocumentStart => "this doesn't belong to what stands before it; is the indentation right?",
        E::UnexpectedCharacter { character: '`' } => "a value can't start with a backtick; put it in quotes",
        E::MissingDirectiveName | E::InvalidDirectiveName => "a line can't start with `%`",
        E::UnexpectedCharacter { character } if character.is_control() => {
            let code = u32::from(*character);
            return (ProblemKind::Syntax, format!("the control character U+{code:04X} is not allowed here; remove it"));
        }
        E::UnexpectedCharacter { character } => {
            return (ProblemKind::Syntax, format!("a value can't start with `{character}`; put it in quotes"));
        }
        E::TabNotAllowed
        | E::TabInBlockIndentation
        | E::TabInIndentation
        | E::TabAtBlockScalarStart
        | E::TabInPlainScalar => return (ProblemKind::Tab, "a tab is not allowed here; use spaces".into()),
        E::MissingAnchorOrAliasName => "expected a name after `&` or `*`; if it belongs to the value, put it in quotes",
        other => return (ProblemKind::Syntax, plain_words(&other.to_string())),
    };
    (ProblemKind::Syntax, text.into())
}

fn plain_words(text: &str) -> String {
    let mut text = text.replace('\'', "`");
    if let Some(first) = text.get_mut(0..1) {
        first.make_ascii_lowercase();
    }
    text
}
