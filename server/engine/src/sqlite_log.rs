//! Puts what stands in a SQLite database's write-ahead log into a private copy of the database.
//!
//! A database in WAL mode can be opened only where its shared memory can be written, which the worker can't. So its log is
//! played into the copy (pages of committed transactions, checksums verified, as in SQLite's own recovery), and the copy
//! is marked as one without a log. No SQL runs, and the user's own files are not touched.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

const HEADER: usize = 32;
const FRAME: usize = 24;

/// Where the header of a database says how it is written and read: 2 with a log, 1 without.
const MODES: u64 = 18;

/// Plays a copied log into a copied database.
pub(crate) fn settle(copy: &Path, log: &Path) -> std::io::Result<()> {
    let mut database = OpenOptions::new().read(true).write(true).open(copy)?;
    if let Ok(log) = std::fs::read(log) {
        let committed = Committed::of(&log);
        for (page, data) in &committed.pages {
            database.seek(SeekFrom::Start((u64::from(*page) - 1) * data.len() as u64))?;
            database.write_all(data)?;
        }
        if let Some(size) = committed.bytes {
            database.set_len(size)?;
        }
    }
    without_log(&mut database)
}

fn without_log(database: &mut File) -> std::io::Result<()> {
    let mut modes = [0; 2];
    database.seek(SeekFrom::Start(MODES))?;
    if database.read(&mut modes)? == 2 && modes == [2, 2] {
        database.seek(SeekFrom::Start(MODES))?;
        database.write_all(&[1, 1])?;
    }
    Ok(())
}

/// Rollback journals that are in use have a header; one that is done with is empty, zeroed or gone.
pub(crate) fn is_hot(journal: &Path) -> bool {
    let mut first = [0];
    File::open(journal).and_then(|mut file| file.read(&mut first)).is_ok_and(|read| read == 1 && first != [0])
}

/// The pages of all committed transactions of a log.
#[derive(Default)]
struct Committed<'a> {
    pages: BTreeMap<u32, &'a [u8]>,
    /// Size of the database after the last of them.
    bytes: Option<u64>,
}

impl<'a> Committed<'a> {
    fn of(log: &'a [u8]) -> Self {
        let mut out = Self::default();
        let Some(header) = log.get(..HEADER) else { return out };
        let big_endian = match word(header, 0) {
            0x377f_0682 => false,
            0x377f_0683 => true,
            _ => return out,
        };
        let size = word(header, 8) as usize;
        if !size.is_power_of_two() || !(512..=65536).contains(&size) {
            return out;
        }
        let mut sum = checksum(&header[..24], [0, 0], big_endian);
        if sum != [word(header, 24), word(header, 28)] {
            return out;
        }
        let mut open: BTreeMap<u32, &[u8]> = BTreeMap::new();
        for frame in log[HEADER..].chunks_exact(FRAME + size) {
            let (head, page) = frame.split_at(FRAME);
            sum = checksum(page, checksum(&head[..8], sum, big_endian), big_endian);
            let number = word(head, 0);
            // An older generation of the log begins here, or what was cut off in the middle of a write.
            if head[8..16] != header[16..24] || sum != [word(head, 16), word(head, 20)] || number == 0 {
                break;
            }
            open.insert(number, page);
            let pages = word(head, 4);
            if pages > 0 {
                out.pages.append(&mut open);
                out.bytes = Some(u64::from(pages) * size as u64);
            }
        }
        out
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
            std::fs::copy(path("a.db-wal"), path("log")).unwrap();
            settle(&path(name), &path("log")).unwrap();
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
            assert!(Committed::of(log).pages.is_empty());
        }
    }
}
