//! What stands at an offset, and what may stand there.

pub(crate) mod context;
pub(crate) mod expected;
pub(crate) mod nodes;
pub(crate) mod sql_at;
pub(crate) mod sql_names;
pub(crate) mod symbol;
pub(crate) mod target;
