//! One declarative table of kinds and fields: validation, completion, hover and the JSON schema read it.

mod json;
mod palettes;
mod sources;
mod tables;
mod types;

pub use json::json_schema;
pub use palettes::PALETTES;
pub use sources::{Dialect, Opened, SOURCE_TYPES, SourceType};
pub use tables::{
    HEIGHTS, INPUT_TYPES, INTERACTION_DOCS, INTERACTION_KEYS, MERGED_KEYS, PROJECT, RESERVED_KEYS, ROWS_PER_PAGE, shape,
};
pub use types::{Field, Kind, Place, Shape, Target, Type, Variants, field};
