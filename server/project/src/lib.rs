//! What a project is: its files, objects, names and references.
//!
//! A [`Project`] is an immutable snapshot: loading never fails (what can't be read is a [`Problem`]), and
//! [`Project::reload`] reuses everything whose text did not change, so that a keystroke costs what it changed.
//! The kinds of objects and their fields stand in one declarative table ([`schema`]).
//!
//! Invariant: this crate reads text and knows what refers to what. It knows no SQL, no database and no LSP.

// Tests make the files that they are about.
#![cfg_attr(test, allow(clippy::disallowed_methods, clippy::disallowed_types))]

mod budget;
mod circles;
mod codes;
mod config;
mod control;
mod dbt;
mod environment;
mod exclusions;
mod expression_source;
mod files;
mod flow_fixes;
mod followed;
mod foreign;
mod git_reference;
mod graph;
mod groups;
mod includes;
mod items;
mod links;
mod loader;
mod locking;
mod lower;
mod name_rules;
mod names;
mod object;
mod outline;
mod problem;
mod project;
mod project_file;
mod reference_codes;
mod relations;
mod renamed;
mod resolve;
pub mod schema;
mod secrets;
mod sections;
mod settings;
mod similar;
mod small_yaml;
mod spelled_out;
mod spelling;
mod stray;
mod surroundings;
mod table;
mod unnamed;
mod usage;
mod walk;
mod yaml_fixes;

pub use budget::Budget;
pub use codes::{Code, Severity};
pub use config::{
    BrowserEngine, CONFIG_FILE, Config, ConfigError, ConfiguredLevel, ConfiguredSeverity, LONGEST_TYPING_PAUSE,
    MOST_COMBINATIONS, MOST_MEMORY, MOST_VALUES,
};
pub use control::{Control, Display, Offers};
pub use environment::Environment;
pub use files::{DirEntry, DiskFiles, FileSystem, MAX_FILE_BYTES, MemoryFiles, ReadError};
pub use graph::Graph;
pub use includes::{CACHE_FOLDER, PROJECT_FILES, find_root, normalize, project_file};
pub use locking::{Keep, Locking};
pub use names::{Names, Resolution};
pub use object::{
    Body, Bound, Dashboard, DefaultSelection, Expression, Input, Insight, Model, Object, Options, QueryText, Range,
    Relation, Selection, Source, Spanned, Statement, StatementKind, StaticProp, Table, TableField, Use,
};
pub use problem::{Fix, Problem, Related};
pub use project::{File, ObjectId, Project};
pub use schema::{Dialect, Kind, Opened, Place, Rule, SourceType, Target};
pub use similar::{did_you_mean, similar};
pub use surroundings::{Confined, Extent, Standing, Surroundings};
