//! `viz.lock`: read, made from a check, and used in the place of sources.

mod file;
mod made;
mod named;
mod recorder;
mod renew;
mod since;
mod use_of;

pub use file::read;
pub use made::{Heard, Made, by_settings, make};
pub use recorder::Recorder;
pub use renew::{Renewed, renew, unread};
pub use since::{Live, Since};
pub use use_of::{LockUse, Locked, answered, fits, unset};
