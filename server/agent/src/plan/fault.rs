//! What is wrong with a plan.

use json_patch::{AddOperation, MoveOperation, Patch, PatchOperation, RemoveOperation, ReplaceOperation};
use jsonptr::PointerBuf;
use serde::Serialize;
use serde_json::Value;

/// What kind of fault it is. The names are stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Code {
    /// The text is no JSON.
    NotJson,
    /// A key that nothing reads.
    UnknownKey,
    /// A key that has to be there.
    MissingKey,
    /// A text where a number is needed, and so on.
    WrongType,
    /// More of something than a plan may have.
    TooLarge,
    /// `from` names nothing.
    UnknownTable,
    /// A column names nothing.
    UnknownColumn,
    /// A metric names nothing.
    UnknownMetric,
    /// A dimension names nothing.
    UnknownDimension,
    /// A comparison that there is not.
    UnknownOp,
    /// An aggregate that there is not.
    UnknownAgg,
    /// A grain that there is not.
    UnknownGrain,
    /// A comparison has too many or too few values.
    OpArity,
    /// A value can't be compared with the column, or the column can't be cut to a grain.
    TypeMismatch,
    /// A text that is no date.
    BadDate,
    /// A condition on groups among those on rows, or the other way round.
    Misplaced,
    /// `group_by` differs from what is selected without an aggregate.
    NotGrouped,
    /// Two columns of the result have one name.
    DuplicateName,
    /// Ordered by something that is not selected.
    OrderNotSelected,
    /// A limit below 1.
    LimitRange,
    /// No declared relation joins what the plan names.
    NoRelation,
    /// Something that the plan names can't be had.
    NotAvailable,
    /// A warning: the column has no such value.
    ValueUnseen,
}

/// What may have been meant.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Candidate {
    /// It.
    pub value: Value,
    /// What speaks for it.
    pub why: String,
}

/// One fault of a plan.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Fault {
    /// Where in the plan, as a JSON pointer.
    pub path: PointerBuf,
    /// What kind it is.
    pub code: Code,
    /// What stands there.
    pub given: Value,
    /// For people.
    pub message: String,
    /// What may have been meant, the likeliest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<Candidate>,
    /// What mends it, if there is one way only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patch: Option<Patch>,
}

impl Fault {
    /// A fault that nothing is known to mend.
    pub(crate) fn new(code: Code, path: &PointerBuf, given: impl Into<Value>, message: impl Into<String>) -> Self {
        Self {
            path: path.clone(),
            code,
            given: given.into(),
            message: message.into(),
            candidates: Vec::new(),
            patch: None,
        }
    }

    /// What may have been meant. If it is one, it is put there.
    pub(crate) fn meant(mut self, names: impl IntoIterator<Item = Value>, why: &str) -> Self {
        self.candidates.extend(names.into_iter().map(|value| Candidate { value, why: why.to_owned() }));
        if let [only] = self.candidates.as_slice() {
            self.patch = Some(Patch(vec![replace(&self.path, only.value.clone())]));
        }
        self
    }

    /// What mends it.
    pub(crate) fn mended_by(mut self, patch: Vec<PatchOperation>) -> Self {
        self.patch = Some(Patch(patch));
        self
    }

    /// Whether a plan with it can be run.
    pub fn is_warning(&self) -> bool {
        self.code == Code::ValueUnseen
    }
}

/// One step down.
pub(crate) fn below(path: &PointerBuf, key: &str) -> PointerBuf {
    path.with_trailing_token(key)
}

/// To an element of a list.
pub(crate) fn nth(path: &PointerBuf, at: usize) -> PointerBuf {
    path.with_trailing_token(at)
}

pub(crate) fn replace(path: &PointerBuf, value: Value) -> PatchOperation {
    PatchOperation::Replace(ReplaceOperation { path: path.clone(), value })
}

pub(crate) fn add(path: &PointerBuf, value: Value) -> PatchOperation {
    PatchOperation::Add(AddOperation { path: path.clone(), value })
}

pub(crate) fn remove(path: &PointerBuf) -> PatchOperation {
    PatchOperation::Remove(RemoveOperation { path: path.clone() })
}

pub(crate) fn rename(from: &PointerBuf, to: &PointerBuf) -> PatchOperation {
    PatchOperation::Move(MoveOperation { from: from.clone(), path: to.clone() })
}
