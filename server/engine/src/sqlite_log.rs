//! Puts what stands in a SQLite database's write-ahead log into a private copy of the database.
//!
//! A database in WAL mode can be opened only where its shared memory can be written, which the worker can't. So its log is
//! played into the copy (pages of committed transactions, checksums verified, as in SQLite's own recovery), and the copy
//! is marked as one without a log. No SQL runs, and the user's own files are not touched.
//!
//! This is done outside the worker's walls, because the worker must not write one byte, not even into the copy. So it is a small
//! piece of safe code: it reads one frame at a time, holds eight bytes for each page, and believes no number that the files don't bear out.

// Writes to private copies in the program's own folder.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)]

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{BufReader, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::Path;

const HEADER: usize = 32;
const FRAME: usize = 24;

/// Where the header of a database says how it is written and read: 2 with a log, 1 without.
const MODES: u64 = 18;

/// No page is larger.
const LARGEST: usize = 65536;

/// Plays a log into a copied database. Of the log only where its pages are is held in memory.
///
/// # Errors
/// If the files can't be read or written, or if the log makes the database larger than the pages that there are.
pub(crate) fn settle(copy: &Path, log: &File) -> std::io::Result<()> {
    let mut database = OpenOptions::new().read(true).write(true).open(copy)?;
    let mut log = BufReader::with_capacity(LARGEST, log);
    log.rewind()?;
    let Some(committed) = Committed::of(&mut log)? else { return Ok(()) };
    let size = committed.size as u64;
    // A page that is not in the log is in the database.
    let most = database.metadata()?.len().div_ceil(size) + committed.pages.len() as u64;
    if u64::from(committed.count) > most {
        return Err(std::io::Error::other("the log tells of more pages than there are"));
    }
    let mut page = vec![0; committed.size];
    for (number, at) in committed.pages.range(..=committed.count) {
        log.seek(SeekFrom::Start(*at))?;
        log.read_exact(&mut page)?;
        database.seek(SeekFrom::Start((u64::from(*number) - 1) * size))?;
        database.write_all(&page)?;
    }
    if committed.count > 0 {
        database.set_len(u64::from(committed.count) * size)?;
    }
    database.rewind()?;
    mark(&mut database)
}

/// Marks a copied database as one without a log.
pub(crate) fn without_log(copy: &Path) -> std::io::Result<()> {
    mark(&mut OpenOptions::new().read(true).write(true).open(copy)?)
}

fn mark(database: &mut File) -> std::io::Result<()> {
    let mut modes = [0; 2];
    database.seek(SeekFrom::Start(MODES))?;
    if database.read(&mut modes)? == 2 && modes.contains(&2) {
        database.seek(SeekFrom::Start(MODES))?;
        database.write_all(&[1, 1])?;
    }
    Ok(())
}

/// Where the pages of all committed transactions of a log are.
pub(crate) struct Committed {
    /// Bytes of a page.
    pub(crate) size: usize,
    /// By the page's number, which counts from 1.
    pub(crate) pages: BTreeMap<u32, u64>,
    /// Pages of the database after the last transaction.
    pub(crate) count: u32,
}

impl Committed {
    /// Reads a log from its beginning, frame by frame. `None` if it is none.
    pub(crate) fn of(log: &mut impl Read) -> std::io::Result<Option<Self>> {
        let mut header = [0; HEADER];
        if !fill(log, &mut header)? {
            return Ok(None);
        }
        let big_endian = match word(&header, 0) {
            0x377f_0682 => false,
            0x377f_0683 => true,
            _ => return Ok(None),
        };
        let size = word(&header, 8) as usize;
        if !size.is_power_of_two() || !(512..=LARGEST).contains(&size) {
            return Ok(None);
        }
        let mut sum = checksum(&header[..24], [0, 0], big_endian);
        if sum != [word(&header, 24), word(&header, 28)] {
            return Ok(None);
        }
        let mut out = Self { size, pages: BTreeMap::new(), count: 0 };
        let mut open = BTreeMap::new();
        let (mut head, mut page, mut at) = ([0; FRAME], vec![0; size], HEADER as u64);
        while fill(log, &mut head)? && fill(log, &mut page)? {
            sum = checksum(&page, checksum(&head[..8], sum, big_endian), big_endian);
            let number = word(&head, 0);
            // An older generation of the log begins here, or what was cut off in the middle of a write.
            if head[8..16] != header[16..24] || sum != [word(&head, 16), word(&head, 20)] || number == 0 {
                break;
            }
            open.insert(number, at + FRAME as u64);
            at += (FRAME + size) as u64;
            let count = word(&head, 4);
            if count > 0 {
                out.pages.append(&mut open);
                out.count = count;
            }
        }
        Ok(Some(out))
    }
}

/// Fills a buffer; tells whether there was enough to read.
fn fill(from: &mut impl Read, buffer: &mut [u8]) -> std::io::Result<bool> {
    match from.read_exact(buffer) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

fn word(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|word| word.try_into().ok()).map_or(0, u32::from_be_bytes)
}

fn checksum(bytes: &[u8], [mut a, mut b]: [u32; 2], big_endian: bool) -> [u32; 2] {
    for pair in bytes.chunks_exact(8) {
        let read = |at| if big_endian { word(pair, at) } else { word(pair, at).swap_bytes() };
        a = a.wrapping_add(read(0)).wrapping_add(b);
        b = b.wrapping_add(read(4)).wrapping_add(a);
    }
    [a, b]
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::{Connection, OpenFlags};

    #[test]
    fn what_is_only_in_the_log_is_in_the_settled_copy() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let writer = Connection::open(path("a.db")).unwrap();
        writer
            .execute_batch(
                "pragma journal_mode = wal; pragma wal_autocheckpoint = 0; create table t (x);
                 with recursive r(n) as (select 1 union all select n + 1 from r where n < 5000) insert into t select n from r;
                 update t set x = -x where x < 100;",
            )
            .unwrap();
        let copied = |name: &str| {
            std::fs::copy(path("a.db"), path(name)).unwrap();
            settle(&path(name), &File::open(path("a.db-wal")).unwrap()).unwrap();
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
            let uri = format!("file:{}?mode=ro&immutable=1", path(name).display());
            let conn = Connection::open_with_flags(uri, flags).unwrap();
            let check: String = conn.query_row("pragma integrity_check", [], |row| row.get(0)).unwrap();
            assert_eq!(check, "ok");
            conn.query_row("select count(*), sum(x) from t", [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap()
        };
        let expected = (5000_i64, 5000 * 5001 / 2 - 99 * 100);
        assert_eq!(copied("b.db"), expected);
        // What is not committed is not there.
        writer.execute_batch("begin; delete from t").unwrap();
        assert_eq!(copied("c.db"), expected);
        writer
            .execute_batch(
                "rollback; delete from t where x > 10; pragma wal_checkpoint(restart); insert into t values (1)",
            )
            .unwrap();
        assert_eq!(copied("d.db"), (100, 1 - 99 * 100 / 2));
    }

    #[test]
    fn noise_changes_nothing() {
        for log in [&b""[..], b"noise", &[0x37, 0x7f, 0x06, 0x82, 0, 0, 0, 0, 0, 0, 0, 0], &[0xff; 4096]] {
            assert!(Committed::of(&mut &*log).unwrap().is_none());
        }
    }

    /// A log with sums that are right and frames of these page numbers, each of which commits so many pages.
    fn log(size: u32, frames: &[(u32, u32)]) -> Vec<u8> {
        let mut out: Vec<u8> =
            [0x377f_0682, 3_007_000, size, 0, 1, 2].iter().flat_map(|word: &u32| word.to_be_bytes()).collect();
        let mut sum = checksum(&out, [0, 0], false);
        out.extend(sum.iter().flat_map(|word| word.to_be_bytes()));
        for (number, count) in frames {
            let head: Vec<u8> = [*number, *count, 1, 2].iter().flat_map(|word| word.to_be_bytes()).collect();
            let page = vec![7; size as usize];
            sum = checksum(&page, checksum(&head[..8], sum, false), false);
            out.extend(head.into_iter().chain(sum.iter().flat_map(|word| word.to_be_bytes())).chain(page));
        }
        out
    }

    /// Sums can be right by intent: then numbers are still bounded by what is there.
    #[test]
    fn a_log_can_claim_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let (copy, path) = (folder.path().join("copy"), folder.path().join("log"));
        for (frames, pages) in [
            (&[(1, 3), (2, 3), (3, 3)][..], Some(3)),
            // A page that is left out, and one beyond the end.
            (&[(2, 2), (9, 2)], Some(2)),
            (&[(u32::MAX, 1)], Some(1)),
            (&[(1, u32::MAX)], None),
            (&[(u32::MAX, u32::MAX)], None),
            (&[(1, 1000)], None),
        ] {
            std::fs::write(&copy, vec![1; 512]).unwrap();
            std::fs::write(&path, log(512, frames)).unwrap();
            let settled = settle(&copy, &File::open(&path).unwrap());
            let length = std::fs::metadata(&copy).unwrap().len();
            assert_eq!((settled.is_ok(), length), (pages.is_some(), pages.unwrap_or(1) * 512), "{frames:?}");
        }
        // Half a gigabyte of nothing: it is not looked at beyond the first frame.
        let sparse = File::options().write(true).open(&path).unwrap();
        std::fs::write(&path, log(4096, &[])).unwrap();
        sparse.set_len(500 << 20).unwrap();
        struct Counted<R>(R, usize);
        impl<R: Read> Read for Counted<R> {
            fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
                self.1 += buffer.len();
                self.0.read(buffer)
            }
        }
        let mut counted = Counted(File::open(&path).unwrap(), 0);
        assert!(Committed::of(&mut counted).unwrap().is_some_and(|found| found.pages.is_empty()));
        assert!(counted.1 < 10_000, "{}", counted.1);
    }

    /// Whatever bytes change in a log, it is read to an end, and what is read was committed.
    #[test]
    fn damaged_logs_are_read_up_to_the_damage() {
        let whole = log(512, &[(1, 0), (2, 2), (3, 0), (4, 4)]);
        let mut random = 12_345_u64;
        for _ in 0..2_000 {
            let mut damaged = whole.clone();
            for _ in 0..1 + random % 3 {
                random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let at = (random >> 33) as usize % damaged.len();
                damaged[at] ^= 1 << (random % 8);
                damaged.truncate(damaged.len() - (random >> 40) as usize % 50);
            }
            if let Some(found) = Committed::of(&mut damaged.as_slice()).unwrap() {
                assert!(
                    [0, 2, 4].contains(&found.count) && found.pages.len() == found.count as usize,
                    "{:?}",
                    found.pages
                );
            }
        }
    }
}
