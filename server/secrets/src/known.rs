//! What this process must not show: the values that its projects use.

use crate::mask::Mask;
use parking_lot::RwLock;
use std::borrow::Cow;
use std::sync::Arc;

/// Grows: what was once used may still stand in a text that comes later.
static KNOWN: RwLock<Option<Arc<Mask>>> = RwLock::new(None);

fn known() -> Option<Arc<Mask>> {
    KNOWN.read().clone()
}

/// From now on nothing that leaves this process shows what this mask hides. What it spares nothing hides any more.
pub fn remember(mask: &Mask) {
    let all = known();
    if all.unwrap_or_default().includes(mask) {
        return;
    }
    let mut known = KNOWN.write();
    *known = Some(Arc::new(known.take().unwrap_or_default().and(mask)));
}

/// A text without the values that this process knows.
pub fn hide(text: &str) -> Cow<'_, str> {
    match known() {
        Some(mask) => Cow::Owned(mask.hide(text).into_owned()),
        None => Cow::Borrowed(text),
    }
}

/// Whether a text holds a value that this process knows.
pub fn holds(text: &str) -> bool {
    known().is_some_and(|mask| mask.is_in(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Word;

    #[test]
    fn what_one_project_uses_no_face_shows() {
        assert_eq!(hide("the database gnu4321 is locked"), "the database gnu4321 is locked");
        remember(&Mask::new(vec![Word::of_variable("A", "gnu4321")]));
        remember(&Mask::new(vec![Word::of_variable("B", "emu1234")]));
        assert_eq!(hide("gnu4321 and emu1234"), "${env.A} and ${env.B}");
        assert!(holds("x emu1234") && !holds("x"));
        remember(&Mask::new(vec![Word::of_variable("C", "emu1234")]).sparing(["an emu1234"].into_iter()));
        assert_eq!(hide("gnu4321 and emu1234"), "${env.A} and emu1234");
    }
}
