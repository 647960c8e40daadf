//! What a DuckDB log does when a database is attached: `ALTER TABLE … ADD COLUMN … DEFAULT f()` in it runs `f` for each row that
//! there is, and `ALTER COLUMN … TYPE … USING f(x)`, too. No gate has seen `f`, and it can tell where files are. All other entries
//! bring rows, or definitions that run when they are used, and those are judged then.

use std::io::{self, BufReader, Read, Seek};

/// Kinds of entries.
const ALTER: u8 = 20;
const VERSION: u8 = 98;

/// How the first entry begins: it has no length, and tells the version of the others. In this one each is its length, a checksum, and
/// that many bytes.
const FRAMED: [u8; 6] = [100, 0, 98, 101, 0, 2];

/// An `ALTER` of more bytes than this is taken for one that computes.
const LARGEST: u64 = 1 << 20;

/// The fields that hold an expression: a new column's, what is cast, and that of `USING`.
const FIELDS: [[u8; 2]; 3] = [[102, 0], [200, 0], [146, 1]];

/// The classes of expressions that call no function: casts, columns, constants.
const HARMLESS: [u8; 3] = [3, 4, 7];

/// Whether a log computes something when it is read. What is damaged ends a log, for DuckDB as well.
pub(crate) fn computes(log: &mut (impl Read + Seek)) -> io::Result<bool> {
    log.rewind()?;
    match walk(&mut BufReader::with_capacity(1 << 16, log)) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        result => result,
    }
}

fn walk(log: &mut BufReader<impl Read + Seek>) -> io::Result<bool> {
    let mut first = [0; FRAMED.len()];
    log.read_exact(&mut first)?;
    // Others are encrypted, and no source has a key.
    if first != FRAMED {
        return Ok(false);
    }
    if !skip_version(log)? {
        return Ok(true);
    }
    loop {
        let mut length = [0; 8];
        log.read_exact(&mut length)?;
        log.read_exact(&mut [0; 8])?;
        let length = u64::from_le_bytes(length);
        let mut entry = Vec::new();
        log.by_ref().take(length.min(16)).read_to_end(&mut entry)?;
        let rest = length - entry.len() as u64;
        match kind(&entry) {
            None => return Ok(true),
            // The entries behind it could have another form.
            Some(VERSION) => return Ok(true),
            Some(ALTER) if length > LARGEST => return Ok(true),
            Some(ALTER) => {
                log.by_ref().take(rest).read_to_end(&mut entry)?;
                if calls(&entry) {
                    return Ok(true);
                }
            }
            Some(_) => match i64::try_from(rest) {
                Ok(rest) => log.seek_relative(rest)?,
                Err(_) => return Ok(false),
            },
        }
    }
}

/// Goes to the end of the first entry: which database it is, and how often that was checkpointed. Whether it is as DuckDB writes it.
fn skip_version(log: &mut impl Read) -> io::Result<bool> {
    loop {
        let mut field = [0; 2];
        log.read_exact(&mut field)?;
        let numbers = match field {
            [102, 0] => number(log)?,
            [103, 0] => 1,
            end => return Ok(end == [255, 255]),
        };
        if numbers > 16 {
            return Ok(false);
        }
        for _ in 0..numbers {
            number(log)?;
        }
    }
}

/// A number of seven bits per byte, as far as it fits.
fn number(log: &mut impl Read) -> io::Result<u64> {
    let mut number = 0;
    let mut shift = 0;
    loop {
        let mut byte = [0];
        log.read_exact(&mut byte)?;
        number |= u64::from(byte[0] & 127).checked_shl(shift).unwrap_or(0);
        shift += 7;
        if byte[0] < 128 {
            return Ok(number);
        }
    }
}

/// The kind of an entry, in as many bits as DuckDB gives it.
fn kind(entry: &[u8]) -> Option<u8> {
    let mut rest = entry.strip_prefix(&[100, 0])?;
    Some(number(&mut rest).ok()?.to_le_bytes()[0])
}

/// Whether the bytes of an entry hold an expression that could call a function. Each is an object that is there (not 0), and its first
/// field is its class.
fn calls(entry: &[u8]) -> bool {
    entry.windows(6).any(|bytes| {
        let [a, b, there, 100, 0, class] = *bytes else { return false };
        there != 0 && FIELDS.contains(&[a, b]) && !HARMLESS.contains(&class)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    /// The log that DuckDB writes for these statements, on a table `t` of one row.
    fn log(version: &str, statements: &str) -> Vec<u8> {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("shop.db");
        let conn = duckdb::Connection::open_in_memory().unwrap();
        conn.execute_batch(&format!(
            "attach '{}' as shop (storage_version '{version}'); use shop;
             create sequence q; create macro m() as current_setting('allowed_paths')::varchar;
             create table t (i int, s struct(a int)); insert into t values (1, {{a: 1}}); checkpoint;
             set wal_autocheckpoint = '1TB'; {statements}",
            path.display()
        ))
        .unwrap();
        std::fs::read(place.path().join("shop.db.wal")).unwrap()
    }

    fn judged(log: Vec<u8>) -> bool {
        computes(&mut Cursor::new(log)).unwrap()
    }

    /// A log of this entry alone.
    fn log_of(entry: &[u8]) -> Vec<u8> {
        let first = [100, 0, 98, 101, 0, 2, 255, 255];
        [&first, &(entry.len() as u64).to_le_bytes(), [0; 8].as_slice(), entry].concat()
    }

    /// Written by DuckDB 1.4.3, which computes defaults when a log is read; 2.0 writes down what they were.
    #[test]
    fn what_runs_when_a_log_is_read_is_found() {
        let column = b"d\0\x14e\0\x01d\0\0\xc8\0\x01\xc9\0\x04shop\xca\0\x04main\xcb\0\x01t\xcc\0\0,\x01\x03\x90\x01d\0\x01be\0d\0\x19\xff\xfff\0\x01d\0\x09e\0\x8c\x01g\0+\xc8\0\x01m\xcc\0\x01d\0\x02\xff\xff\xff\xffg\0\0h\0\0\xff\xff\xff\xff\xff\xff";
        assert!(judged(log_of(column)), "add column b varchar default m()");
        let using = b"d\0\x14e\0\x01d\0\0\xc8\0\x01\xc9\0\x04shop\xca\0\x04main\xcb\0\x01t\xcc\0\0,\x01\x05\x90\x01\x01i\x91\x01d\0\x19\xff\xff\x92\x01\x01d\0\x09e\0\x8c\x01g\0)\xc8\0\x01m\xcc\0\x01d\0\x02\xff\xff\xff\xff\xff\xff\xff\xff";
        assert!(judged(log_of(using)), "alter i type varchar using m()");
        let cast = "alter table t add column b varchar default (current_setting('allowed_paths')::varchar)";
        assert!(judged(log("latest", cast)), "{cast}");
    }

    #[test]
    fn ordinary_logs_are_read() {
        for version in ["v1.0.0", "v1.2.0", "v1.4.0", "latest"] {
            for statements in [
                "insert into t (i) from range(9000); update t set i = 2; delete from t where i = 2",
                "create table u (a int default 7, b timestamp default now(), c int check (c > 0), d int as (a + 1))",
                "create table u as select range i, 'x' s from range(500000)",
                "create view v as select reverse('x') from t; create macro f(x) as reverse(x); create type c as enum ('a')",
                "create table u (i int default nextval('q')); insert into u values (nextval('q'))",
                "create index x on t (i); insert into t (i) values (7)",
                "alter table t rename to u; alter table u rename i to j; alter table u drop s",
                "alter table t add column b int; alter table t add column c varchar default 'x'",
                "alter table t add column b boolean default false; alter table t add column c decimal(9, 2) default 1.5",
                "alter table t add column b enum ('a', 'b'); alter table t add column c struct(a int, b varchar[])",
                "alter table t alter i set default nextval('q'); alter table t alter i set not null",
                "alter table t alter i type bigint; comment on table t is 'x'; comment on column t.i is 'y'",
            ] {
                let log = log(version, statements);
                assert!(!judged(log.clone()), "{version}: {statements}: {}", log.escape_ascii());
            }
        }
    }

    /// The numbers of a log can be written in more ways than DuckDB writes them.
    #[test]
    fn other_spellings_hide_nothing() {
        let log = log_of;
        let alter = |kind: &[u8], class: u8| {
            log(&[&[100, 0], kind, &[101, 0, 1, 100, 0, 1, 102, 0, 7, 100, 0, class, 0]].concat())
        };
        assert!(!judged(alter(&[20], 7)));
        assert!(judged(alter(&[20], 9)));
        assert!(judged(alter(&[20], 0x87)), "7 in two bytes");
        for kind in [&[0x94, 0][..], &[0x94, 2], &[0x94, 0x80, 0x80, 0]] {
            assert!(judged(alter(kind, 9)), "{kind:?}");
        }
        assert!(judged(log(&[100, 0, 98, 101, 0, 1])), "another version within");
        assert!(judged(log_of(&[[100, 0].as_slice(), &[0x80; 20]].concat())), "no end");
        assert!(!judged(log(&[])[..5].to_vec()) && !judged(log(&[100, 0, 20])[..20].to_vec()), "cut off");
    }
}
