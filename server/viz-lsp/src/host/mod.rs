//! What all faces share: settings, limits, answering questions, baselines, paths.

pub(crate) mod answerer;
pub mod baseline;
pub mod deadline;
pub mod fixpoint;
pub(crate) mod granted;
pub mod lock;
pub(crate) mod logging;
pub(crate) mod memory;
pub mod outcome;
pub(crate) mod output;
pub(crate) mod overlay;
pub(crate) mod own;
pub(crate) mod paths;
pub(crate) mod place;
pub(crate) mod settings;
pub(crate) mod stamp;
pub(crate) mod words;
