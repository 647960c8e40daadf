//! Features on small projects.

mod completion;
mod fixture;
mod keys;
mod navigation;
mod props;
mod ranking;
mod rename;
mod robust;
mod speed;
