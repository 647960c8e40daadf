//! SQLite's write-ahead log: what it claims, with sums that are wrong and with sums that are right.

use parking_lot::Mutex;
use std::io::{Seek, SeekFrom, Write};
use std::sync::LazyLock;
use tempfile::{NamedTempFile, tempfile};
use viz_engine::fuzzing;

const HEADER: usize = 32;
const FRAME: usize = 24;

/// Logs of two sizes of pages, in both byte orders.
pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let frames: &[&[(u32, u32)]] = &[&[], &[(1, 1)], &[(1, 0), (2, 2), (3, 0), (4, 4)], &[(9, 2), (2, 9)]];
    let mut out = Vec::new();
    for (magic, size) in [(0x377f_0682, 512_u32), (0x377f_0683, 512), (0x377f_0682, 1024)] {
        for frames in frames {
            let words = [magic, 3_007_000, size, 0, 1, 2, 0, 0];
            let mut log: Vec<u8> = words.iter().flat_map(|word: &u32| word.to_be_bytes()).collect();
            for (number, count) in *frames {
                log.extend([*number, *count, 1, 2, 0, 0].iter().flat_map(|word| word.to_be_bytes()));
                log.resize(log.len() + size as usize, 7);
            }
            seal(&mut log);
            out.push(log);
        }
    }
    out
}

/// Reads a log, as it is and with its sums put right, and plays what is in it into a database.
pub(crate) fn sqlite_log(bytes: &[u8]) {
    judge(bytes);
    let mut sealed = bytes.to_vec();
    seal(&mut sealed);
    if sealed != bytes {
        judge(&sealed);
    }
}

fn judge(log: &[u8]) {
    let Some((size, pages, count)) = fuzzing::log(log).expect("a slice can be read") else { return };
    assert!(size.is_power_of_two() && (512..=65536).contains(&size));
    assert!(pages.len() <= log.len() / (FRAME + size), "more pages than frames");
    for (number, at) in &pages {
        assert!(
            *number > 0 && *at as usize >= HEADER + FRAME && *at as usize + size <= log.len(),
            "page {number} at {at}"
        );
    }
    if pages.is_empty() {
        return;
    }
    static FILES: LazyLock<Mutex<NamedTempFile>> =
        LazyLock::new(|| Mutex::new(NamedTempFile::new().expect("a temporary file")));
    let mut database = FILES.lock();
    let file = database.as_file_mut();
    let before = 1024;
    let filled = file.set_len(0).and_then(|()| file.seek(SeekFrom::Start(0))).and_then(|_| file.write_all(&[1; 1024]));
    filled.expect("a temporary file can be written");
    let mut copy = tempfile().expect("a temporary file");
    copy.write_all(log).expect("a temporary file can be written");
    let settled = fuzzing::settle(database.path(), &copy);
    let after = database.as_file().metadata().expect("it is there").len();
    match settled {
        Ok(()) => assert_eq!(after, u64::from(count) * size as u64),
        Err(_) => assert_eq!(after, before, "what claims too much changes nothing"),
    }
    assert!(after <= before.next_multiple_of(size as u64) + log.len() as u64, "{after} bytes of {}", log.len());
}

/// Puts the sums of a log right, and the salts of its frames.
fn seal(log: &mut [u8]) {
    if log.len() < HEADER {
        return;
    }
    let big_endian = log[3] & 1 == 1;
    log[..4].copy_from_slice(&if big_endian { 0x377f_0683_u32 } else { 0x377f_0682 }.to_be_bytes());
    let word = |bytes: &[u8]| u32::from_be_bytes(bytes[..4].try_into().expect("four bytes"));
    let size = word(&log[8..]) as usize;
    let add = |bytes: &[u8], [mut a, mut b]: [u32; 2]| {
        for pair in bytes.chunks_exact(8) {
            let read = |at: usize| if big_endian { word(&pair[at..]) } else { word(&pair[at..]).swap_bytes() };
            a = a.wrapping_add(read(0)).wrapping_add(b);
            b = b.wrapping_add(read(4)).wrapping_add(a);
        }
        [a, b]
    };
    let write = |to: &mut [u8], [a, b]: [u32; 2]| {
        to[..4].copy_from_slice(&a.to_be_bytes());
        to[4..8].copy_from_slice(&b.to_be_bytes());
    };
    let mut sum = add(&log[..24], [0, 0]);
    let (header, frames) = log.split_at_mut(HEADER);
    write(&mut header[24..], sum);
    if !(512..=65536).contains(&size) {
        return;
    }
    for frame in frames.chunks_exact_mut(FRAME + size) {
        frame[8..16].copy_from_slice(&header[16..24]);
        sum = add(&frame[FRAME..], add(&frame[..8], sum));
        write(&mut frame[16..], sum);
    }
}
