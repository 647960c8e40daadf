//! One declarative table of kinds and fields: validation, completion, hover and the JSON schema read it.

mod json;
mod palettes;
mod settings;
mod sources;
mod tables;
mod theme;
mod types;
mod versions;

pub use json::{json_schema, settings_schema};
pub use palettes::PALETTES;
pub use settings::SETTINGS;
pub use sources::{Dialect, Opened, SOURCE_TYPES, SourceType};
pub use tables::{
    HEIGHTS, INPUT_TYPES, INTERACTION_DOCS, INTERACTION_KEYS, MERGED_KEYS, PROJECT, RESERVED_KEYS, shape,
};
pub use theme::{THEME, THEME_COLORS};
pub use types::{Field, Kind, Place, Shape, TEMPLATE_SLOT, Type, Variants, field};
pub use versions::{Rule, Target, Versions, known_pages, page_versions};
