//! The room that private copies of databases may take together, whichever sources and projects they are of.

use crate::cache_folder;
use parking_lot::Mutex;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Weak};
use tempfile::TempDir;

/// The room of this process.
pub(crate) static OF_PROCESS: LazyLock<Arc<Room>> = LazyLock::new(|| Arc::new(Room::new(1_000, 2 << 30)));

/// Who has copies gives them a place here first. The one that nobody has read for the longest time goes first.
#[derive(Debug)]
pub(crate) struct Room {
    most: (usize, u64),
    taken: (AtomicUsize, AtomicU64),
    /// In the order in which they were read, the last one last.
    kept: Mutex<Vec<Arc<PrivateCopy>>>,
}

/// A copy, which is removed when it is no longer kept, and nobody reads it.
#[derive(Debug)]
pub(crate) struct PrivateCopy {
    folder: TempDir,
    name: &'static str,
    // After the folder.
    _place: Place,
}

/// A place in the room, for one copy.
#[derive(Debug)]
pub(crate) struct Place {
    room: Arc<Room>,
    bytes: u64,
}

impl Room {
    /// Room for so many copies, of so many bytes together.
    pub(crate) fn new(copies: usize, bytes: u64) -> Self {
        Self { most: (copies, bytes), taken: Default::default(), kept: Mutex::default() }
    }

    /// A place for one more, of so many bytes; `None` if there is none that is not being read.
    pub(crate) fn place(self: &Arc<Self>, bytes: u64) -> Option<Place> {
        let mut kept = self.kept.lock();
        loop {
            let (copies, all) = self.taken();
            if copies < self.most.0 && all.checked_add(bytes).is_some_and(|all| all <= self.most.1) {
                self.taken.0.fetch_add(1, Ordering::Relaxed);
                self.taken.1.fetch_add(bytes, Ordering::Relaxed);
                return Some(Place { room: Arc::clone(self), bytes });
            }
            let oldest = kept.iter().position(|copy| Arc::strong_count(copy) == 1)?;
            drop(kept.remove(oldest));
        }
    }

    /// Keeps what is in this folder until its place is needed.
    pub(crate) fn keep(&self, folder: TempDir, name: &'static str, place: Place) -> Arc<PrivateCopy> {
        let copy = Arc::new(PrivateCopy { folder, name, _place: place });
        self.kept.lock().push(Arc::clone(&copy));
        copy
    }

    /// A copy that was kept, if it still is: then it is the newest one.
    pub(crate) fn again(&self, copy: &Weak<PrivateCopy>) -> Option<Arc<PrivateCopy>> {
        let mut kept = self.kept.lock();
        let at = kept.iter().position(|kept| Weak::as_ptr(copy) == Arc::as_ptr(kept))?;
        let copy = kept.remove(at);
        // Who cleans up the cache folder may have taken it away.
        if !viz_files::is_there(&copy.path()) {
            return None;
        }
        kept.push(Arc::clone(&copy));
        Some(copy)
    }

    /// No longer keeps a copy.
    pub(crate) fn forget(&self, copy: &Weak<PrivateCopy>) {
        self.kept.lock().retain(|kept| Weak::as_ptr(copy) != Arc::as_ptr(kept));
    }

    /// How many copies there are, and their bytes.
    pub(crate) fn taken(&self) -> (usize, u64) {
        (self.taken.0.load(Ordering::Relaxed), self.taken.1.load(Ordering::Relaxed))
    }
}

impl Place {
    /// Gives back what a copy does not need.
    pub(crate) fn shrink(&mut self, bytes: u64) {
        let less = self.bytes.saturating_sub(bytes);
        self.bytes -= less;
        self.room.taken.1.fetch_sub(less, Ordering::Relaxed);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.room.taken.0.fetch_sub(1, Ordering::Relaxed);
        self.room.taken.1.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

impl PrivateCopy {
    /// The file.
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join(self.name)
    }
}

impl Drop for PrivateCopy {
    fn drop(&mut self) {
        // A worker that has read it may still hold it: the blocks of a file that is only removed would stay taken until it lets go.
        for entry in viz_files::list(self.folder.path()).unwrap_or_default() {
            cache_folder::empty(&entry.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(room: &Arc<Room>, bytes: u64) -> Option<Arc<PrivateCopy>> {
        let place = room.place(bytes)?;
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("x"), vec![0; usize::try_from(bytes).unwrap()]).unwrap();
        Some(room.keep(folder, "x", place))
    }

    #[test]
    fn what_was_not_read_for_the_longest_time_goes_first() {
        let room = Arc::new(Room::new(3, 1_000));
        let [a, b, c] = [1, 2, 3].map(|bytes| Arc::downgrade(&kept(&room, bytes).unwrap()));
        assert!(room.again(&a).is_some());
        let d = kept(&room, 4).unwrap();
        assert_eq!(room.taken(), (3, 8));
        let is_kept = |copy| room.again(copy).is_some();
        assert_eq!([&a, &b, &c].map(is_kept), [true, false, true]);
        let path = d.path();
        assert!(path.exists());
        assert!(kept(&room, 1_001).is_none(), "that is more than there is");
        assert_eq!(room.taken(), (1, 4), "what is being read stays");
        drop(d);
        assert_eq!(kept(&room, 1_000).map(|_| room.taken()), Some((1, 1_000)));
        assert!(!path.exists());
    }

    #[test]
    fn a_copy_that_is_read_stays_and_is_counted_until_it_has_been() {
        let room = Arc::new(Room::new(10, 10));
        let copy = kept(&room, 10).unwrap();
        room.forget(&Arc::downgrade(&copy));
        assert!(copy.path().exists() && kept(&room, 1).is_none());
        drop(copy);
        assert!(kept(&room, 1).is_some());
    }

    /// What a worker has open takes no room any more, either.
    #[cfg(unix)]
    #[test]
    fn what_goes_is_emptied() {
        let room = Arc::new(Room::new(10, 10));
        let open = std::fs::File::open(kept(&room, 10).unwrap().path()).unwrap();
        assert_eq!(open.metadata().unwrap().len(), 10);
        drop(kept(&room, 5));
        assert_eq!(open.metadata().unwrap().len(), 0);
    }

    #[test]
    fn what_somebody_else_removed_is_not_used() {
        let room = Arc::new(Room::new(10, 10));
        let copy = Arc::downgrade(&kept(&room, 10).unwrap());
        std::fs::remove_file(room.again(&copy).unwrap().path()).unwrap();
        assert!(room.again(&copy).is_none());
        assert_eq!(room.taken(), (0, 0));
    }
}
