//! Features on small projects.

mod actions;
mod completion;
mod fixture;
mod in_yaml;
mod keys;
mod lineage;
mod many_objects;
mod navigation;
mod origins;
mod props;
mod ranking;
mod rename;
mod robust;
mod sql;
mod views;
