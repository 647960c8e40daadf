//! Output formats of `--check`: each is a function from an outcome to text.

pub mod breaks;
pub mod github;
pub mod json;
pub mod sarif;
pub mod text;

#[cfg(test)]
pub mod fixture;
