//! What is kept of the options of an input.

use crate::shapes::{MOST_BYTES_OF_SHAPES, MOST_SHAPES, shapes};
use crate::{Given, Hash, Keep, MOST_OPTIONS};
use viz_facts::OptionValues;

/// The hash of options in whatever order.
pub(crate) fn set_of(values: &[Option<String>]) -> Hash {
    let mut sorted: Vec<Option<&str>> = values.iter().map(Option::as_deref).collect();
    sorted.sort_unstable();
    Hash::of(sorted)
}

/// What is left of an answer where no more than this may be told.
pub fn no_more_than(keep: Keep, given: &Given) -> Given {
    match (keep, given) {
        (Keep::Values, given) => given.clone(),
        (_, Given::Values(values)) => kept(keep, values),
        (Keep::None, Given::Shapes { .. } | Given::Hidden { .. }) => Given::Nothing,
        (Keep::Hash, Given::Shapes { columns, count, set, .. }) => {
            Given::Hidden { columns: columns.clone(), count: *count, set: *set }
        }
        (_, given) => given.clone(),
    }
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
            // Kinds that each option is of alone would tell the options, and so would long ones: they are made of the options' own marks.
            let bytes: usize = shapes.iter().filter_map(|(shape, _)| shape.as_ref()).map(String::len).sum();
            match shapes.len() <= MOST_SHAPES && bytes <= MOST_BYTES_OF_SHAPES {
                true => Given::Shapes { columns: columns(), count, set: set(), shapes },
                false => Given::Hidden { columns: columns(), count, set: set() },
            }
        }
        Keep::Hash => Given::Hidden { columns: columns(), count, set: set() },
    }
}
