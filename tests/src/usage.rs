//! What a program and its workers take, seen from outside (Linux: elsewhere it is nothing).

use std::collections::HashMap;
use std::fs;
use std::time::Duration;

/// Clock ticks in a second, as `/proc` counts them.
const TICKS: u64 = 100;

/// A process and all that it has started.
pub fn family(pid: u32) -> Vec<u32> {
    let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
    let names = fs::read_dir("/proc").into_iter().flatten().flatten().map(|entry| entry.file_name());
    for process in names.filter_map(|name| name.to_str()?.parse().ok()) {
        if let Some(parent) = stat(process, 1) {
            children.entry(parent as u32).or_default().push(process);
        }
    }
    let mut all = vec![pid];
    let mut at = 0;
    while let Some(process) = all.get(at) {
        all.extend(children.remove(process).unwrap_or_default());
        at += 1;
    }
    all
}

/// Bytes of main memory that a process and all that it has started hold now. Pages that they share count once.
pub fn memory(pid: u32) -> u64 {
    let pages = |process: u32| fs::read_to_string(format!("/proc/{process}/smaps_rollup")).unwrap_or_default();
    let held = |text: String| -> Option<u64> {
        let line = text.lines().find_map(|line| line.strip_prefix("Pss:"))?;
        line.trim().strip_suffix(" kB")?.parse().ok()
    };
    family(pid).into_iter().filter_map(|process| held(pages(process))).sum::<u64>() << 10
}

/// Processor time of all children that this process has waited for, and of theirs.
pub fn of_children() -> Duration {
    let ticks = [13, 14].into_iter().filter_map(|field| stat(std::process::id(), field)).sum::<u64>();
    Duration::from_millis(ticks * 1_000 / TICKS)
}

/// A field of `/proc/PID/stat` behind the name: 0 is the state, 1 the parent.
fn stat(pid: u32, field: usize) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    text.rsplit(')').next()?.split_whitespace().nth(field)?.parse().ok()
}
