//! What is told of a dashboard as a whole: whether its controls reach what it shows.

mod filters;
pub(crate) mod half_wired;
#[cfg(test)]
mod tests;
