//! A value for each object, in pieces: a snapshot in which few of them are others shares the rest with the one before.

use std::ops::Index;
use std::sync::Arc;

/// Values that are shared or copied together.
const TOGETHER: usize = 64;

/// Values by number.
#[derive(Debug, Clone, Default)]
pub(crate) struct Table<T> {
    pieces: Vec<Arc<[T]>>,
}

impl<T: Clone> Table<T> {
    /// To be changed.
    pub(crate) fn at(&mut self, index: usize) -> &mut T {
        &mut Arc::make_mut(&mut self.pieces[index / TOGETHER])[index % TOGETHER]
    }
}

impl<T> FromIterator<T> for Table<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        let mut values = values.into_iter();
        let piece = || Some(values.by_ref().take(TOGETHER).collect::<Arc<[T]>>()).filter(|piece| !piece.is_empty());
        Self { pieces: std::iter::from_fn(piece).collect() }
    }
}

impl<T> Index<usize> for Table<T> {
    type Output = T;

    fn index(&self, index: usize) -> &T {
        &self.pieces[index / TOGETHER][index % TOGETHER]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stays_is_shared() {
        let before: Table<usize> = (0..200).collect();
        let mut after = before.clone();
        *after.at(70) = 7;
        assert_eq!((before[70], after[70], after[199]), (70, 7, 199));
        let shared = before.pieces.iter().zip(&after.pieces).filter(|(a, b)| Arc::ptr_eq(a, b)).count();
        assert_eq!((shared, after.pieces.len()), (3, 4));
    }
}
