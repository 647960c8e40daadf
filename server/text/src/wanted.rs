//! Work that ends once nobody waits for it any more.
//!
//! Features are plain functions that know no request. So that a request which was called off costs no more than what it has
//! cost, those who read a project for it come by here at each object, place and node: what can be long is long in these. There
//! the work ends by unwinding (no panic: nothing is reported), through whatever locks are held.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;

thread_local! {
    /// Whether there is anybody to ask, which is looked at far more often than there is.
    static ASKS: Cell<bool> = const { Cell::new(false) };
    static WANTED: RefCell<Option<Rc<dyn Fn() -> bool>>> = const { RefCell::new(None) };
}

/// What unwinds from work that is not wanted any more.
struct CalledOff;

/// Gives the thread back to who had it before.
struct Before(Option<Rc<dyn Fn() -> bool>>);

impl Drop for Before {
    fn drop(&mut self) {
        ASKS.set(self.0.is_some());
        WANTED.set(self.0.take());
    }
}

/// Does work on this thread as long as it is wanted; `None` once it is not. Work that goes on without a step (see [`step`]) is done
/// to its end.
pub fn while_wanted<T>(wanted: impl Fn() -> bool + 'static, work: impl FnOnce() -> T) -> Option<T> {
    if !wanted() {
        return None;
    }
    let done = {
        let _before = Before(WANTED.replace(Some(Rc::new(wanted))));
        ASKS.set(true);
        catch_unwind(AssertUnwindSafe(work))
    };
    match done {
        Ok(done) => Some(done),
        Err(why) if why.is::<CalledOff>() => None,
        Err(panic) => resume_unwind(panic),
    }
}

/// A step of work that may be long. Here it ends if it is not wanted any more.
#[inline]
pub fn step() {
    if ASKS.get() {
        ask();
    }
}

#[cold]
fn ask() {
    let wanted = WANTED.with_borrow(Clone::clone);
    // What is dropped on the way out may come by here, too.
    if wanted.is_some_and(|wanted| !wanted()) && !std::thread::panicking() {
        resume_unwind(Box::new(CalledOff));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_ends_at_the_step_at_which_it_is_not_wanted() {
        let (asked, done) = (Rc::new(Cell::new(0)), Cell::new(0));
        let wanted = |most: u32| {
            let asked = Rc::clone(&asked);
            asked.set(0);
            move || {
                asked.set(asked.get() + 1);
                asked.get() <= most
            }
        };
        let work = || {
            for _ in 0..10 {
                step();
                done.set(done.get() + 1);
            }
            done.get()
        };
        assert_eq!(while_wanted(wanted(4), work), None);
        assert_eq!((asked.get(), done.replace(0)), (5, 3), "one before it begins");
        assert_eq!(while_wanted(wanted(0), work), None);
        assert_eq!(done.get(), 0, "not begun");
        assert_eq!(while_wanted(wanted(100), work), Some(10));
        // Work inside of work is its own, and nobody is asked afterwards.
        done.set(0);
        let both = while_wanted(wanted(3), || (while_wanted(|| true, work), work()));
        assert_eq!((both, done.replace(0)), (None, 12));
        assert_eq!(work(), 10);
    }

    #[test]
    fn a_mistake_stays_one() {
        let mistake = catch_unwind(|| while_wanted(|| true, || resume_unwind(Box::new("a mistake"))));
        assert_eq!(mistake.err().and_then(|why| why.downcast_ref::<&str>().copied()), Some("a mistake"));
        step();
    }
}
