//! Resource limits: memory, the size of files, their number, no core dumps.

use super::Needs;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Open files and pipes.
const FILES: u64 = 1024;

/// Bytes of a file, where files may be written at all.
const LARGEST: u64 = 64 << 30;

/// Lowers the limits of this process.
pub(super) fn set(needs: &Needs) -> Result<String, String> {
    let limits = [
        (Resource::Core, 0),
        // A process that can't write one byte into a file has nothing to fill a disk with.
        (Resource::Fsize, if needs.write.is_some() { LARGEST } else { 0 }),
        (Resource::Nofile, FILES),
        (Resource::As, needs.memory),
    ];
    for (resource, limit) in limits {
        // A limit may be lower already; it can't be raised again.
        let limit = getrlimit(resource).maximum.map_or(limit, |maximum| maximum.min(limit));
        setrlimit(resource, Rlimit { current: Some(limit), maximum: Some(limit) })
            .map_err(|error| format!("{resource:?} can't be set: {error}"))?;
    }
    let files = if needs.write.is_some() { "files of at most 64 GB" } else { "files of no size" };
    Ok(format!("at most {} GB of memory, {files}, no core dumps", needs.memory >> 30))
}
