//! DuckDB's errors as ours: where they are, in whose words, and all of them.

pub(crate) mod all_errors;
pub(crate) mod dates;
pub(crate) mod lambda;
pub(crate) mod place;
pub(crate) mod wording;
