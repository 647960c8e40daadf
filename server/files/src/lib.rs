//! The one door to the file system: whatever is opened, listed, followed, copied or written in a project goes through here.
//!
//! A project is somebody else's: it may come from a pull request. It can hold links that lead anywhere, links that lead round in
//! circles, pipes that nobody writes to, devices that never end, and names that change between two looks. So:
//!
//! - Only regular files are opened, without waiting, and what was opened is judged by its handle, not by its name ([`open`]).
//! - How far links may lead is said with each call ([`Reach`]); [`Reach::Below`] is held by the kernel or by `cap-std`, also while names change.
//! - What is read has a bound ([`Opened::read`]); lists of folders have one, too ([`list`]).
//! - What is written goes below a [`Folder`], through no link, and never into a file: a new one takes its place.
//! - What holds secrets is no data, whatever it is called ([`Private`]).
//!
//! Invariant: nothing else in the workspace calls `std::fs`, or asks a path for what is there, except for the program's own
//! files (its cache, its log); `tests/tests/walls` looks for it. This crate knows nothing of what is in the files.

// This is the door.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)]

mod folder;
mod handed;
mod inside;
mod list;
mod open;
mod place;
mod private;
mod readable;
mod roots;
mod slashes;
mod spelling;

pub use folder::{Folder, LockError};
pub use handed::{Handed, Held};
pub use inside::{Place, Seen};
pub use list::{Entry, MOST_ENTRIES, is_link, is_there, list};
pub use open::{Identity, Kind, Opened, Reach, Refused, kind, look, open, read, real, repositories, repository};
pub use place::real_place;
pub use private::{Private, close, closed, is_private_name};
pub use readable::{MOST_WALKED, Readable, Rules};
pub use roots::{Granted, NotGranted, Roots, in_a_shell};
pub use slashes::with_slashes;
pub use spelling::{has_wildcards, lexical};
