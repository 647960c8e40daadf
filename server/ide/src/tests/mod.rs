//! Features on small projects.

mod completion;
mod fixture;
mod navigation;
mod ranking;
mod rename;
mod robust;
mod speed;
