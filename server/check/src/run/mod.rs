//! The whole project, incrementally: what is checked again, and what is remembered.

pub(crate) mod check;
pub(crate) mod last_check;
pub(crate) mod memo;
pub(crate) mod parts;
pub(crate) mod reference_loader;
