//! What the text of a query tells while it is being written.

pub(crate) mod from_items;
pub(crate) mod functions;
pub(crate) mod keywords;
pub(crate) mod select_list;
pub(crate) mod source_tables;
pub(crate) mod tokens;
