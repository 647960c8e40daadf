//! What a viewer can choose.

pub(crate) mod check_input;
pub(crate) mod dates;
pub(crate) mod option_query;
pub(crate) mod options;
pub(crate) mod ranges;
pub(crate) mod states;
