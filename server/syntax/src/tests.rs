//! Tests of the crate as a whole: segmented against one piece, incremental against fresh, broken against intact.

mod broken;
mod differential;
mod incremental;
mod large;
mod line_ends;

use crate::testing::{check_content, check_maps, check_shape, dump, node, sample};
