//! What is kept of the options of an input.

use crate::shapes::{MOST_SHAPES, shapes};
use crate::{Given, Hash, Keep, MOST_OPTIONS};
use viz_facts::OptionValues;

/// The hash of options in whatever order.
pub(crate) fn set_of(values: &[Option<String>]) -> Hash {
    let mut sorted: Vec<Option<&str>> = values.iter().map(Option::as_deref).collect();
    sorted.sort_unstable();
    Hash::of(sorted)
}

/// What may be kept of options. More than [`MOST_OPTIONS`] are never kept themselves, and kinds of them not where there are too many.
pub fn kept(keep: Keep, values: &OptionValues) -> Given {
    let columns = || values.columns.clone();
    let count = values.values.len() as u64;
    let set = || set_of(&values.values);
    match keep {
        Keep::None => Given::Nothing,
        Keep::Values if values.values.len() <= MOST_OPTIONS => Given::Values(values.clone()),
        Keep::Values | Keep::Shapes => {
            let shapes = shapes(values.columns.first(), &values.values);
            // Kinds that each option is of alone would tell the options.
            match shapes.len() <= MOST_SHAPES {
                true => Given::Shapes { columns: columns(), count, set: set(), shapes },
                false => Given::Hidden { columns: columns(), count, set: set() },
            }
        }
        Keep::Hash => Given::Hidden { columns: columns(), count, set: set() },
    }
}
