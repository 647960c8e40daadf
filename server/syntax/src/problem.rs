//! What is wrong with a text as YAML.

use viz_text::Loc;

/// A fault of the text itself, before anyone asks what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What sort of fault.
    pub kind: ProblemKind,
    /// The smallest piece of text at fault.
    pub loc: Loc,
    /// What is wrong, in the style of messages: lower case, no full stop, code in backticks.
    pub message: String,
}

/// Sorts of [`Problem`]. All but [`DuplicateKey`](Self::DuplicateKey) make the reference's loader refuse the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProblemKind {
    /// Not YAML (D-001, R-DISC-12).
    Syntax,
    /// A key that is given again later in the same mapping; the last one counts, silently (D-003, R-DISC-09).
    DuplicateKey,
    /// A merge key `<<` (D-001, R-DISC-08).
    MergeKey,
    /// A tag such as `!env` that the reference's loader can't construct.
    CustomTag,
    /// A tab outside quotes, blocks and comments. YAML 1.2 allows some of them, the reference's loader none.
    Tab,
    /// An alias without an anchor before it, or one that contains itself.
    UnknownAlias,
    /// An alias that stands for more than is followed: what uses it is not known here.
    AliasTooLarge,
    /// An anchor whose name was taken before.
    DuplicateAnchor,
    /// A key that is a list or a mapping.
    ComplexKey,
    /// A plain value that YAML 1.1 types and then can't build: a lone `=`, or a date that doesn't exist.
    BadValue,
    /// More than one document in a file (R-DISC-13).
    MultiDocument,
    /// The reference's loader refuses the file although this crate found no fault (see [`Document::refusal`](crate::Document::refusal)).
    /// Never made by a [`Document`](crate::Document); for the caller of the oracle.
    Oracle,
}
