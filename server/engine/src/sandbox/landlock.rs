//! Landlock: what the process may read, and the one folder in which it may write, if any; it may execute, connect to and
//! signal nothing.

use super::Needs;
use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible, PathBeneath, PathFd, Ruleset, RulesetAttr,
    RulesetCreated, RulesetCreatedAttr, RulesetError, RulesetStatus, Scope,
};
use rustix::fs::{FileType, Mode, OFlags};
use std::fs::File;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use viz_files::{Identity, Reach};

/// The newest set of rights that we ask for; older kernels enforce what they know.
const NEWEST: ABI = ABI::V6;

/// Read by DuckDB and the C library when they look for processors and memory; nothing in them is secret. Without the first
/// DuckDB does not start.
const SYSTEM: [&str; 5] = [
    "/proc/self/cgroup",
    "/sys/fs/cgroup",
    "/sys/devices/system/cpu",
    "/proc/sys/vm/overcommit_memory",
    "/proc/meminfo",
];

/// Leaves this thread, and those that it starts, only these files and folders to read and to write.
pub(super) fn restrict(needs: &Needs) -> Result<String, String> {
    let writes = if needs.write.is_some() { "writes to one folder only" } else { "writes nothing" };
    // Said by `--doctor`.
    let all = if needs.data.len() > 1 { "the project or of the folders that you allow" } else { "the project" };
    let large = needs.data.iter().find(|(_, rules)| !rules.complete).map(|(folder, _)| folder.display());
    let private = match large {
        _ if needs.data.is_empty() => String::new(),
        None => format!(", no private file of {all}"),
        Some(folder) => {
            format!(", no private file of {all} ({folder} is too large: what was not looked at is not read either)")
        }
    };
    let state = match try_restrict(needs) {
        Ok(RulesetStatus::FullyEnforced) => "",
        Ok(RulesetStatus::PartiallyEnforced) => " (this kernel does not know all of it)",
        Ok(RulesetStatus::NotEnforced) => return Err("this kernel has no Landlock, or it is turned off".into()),
        Err(error) => return Err(format!("it can't be put up: {error}")),
    };
    Ok(format!("reads only what is declared{private}, {writes}, connects to nothing{state}"))
}

fn try_restrict(needs: &Needs) -> Result<RulesetStatus, RulesetError> {
    let mut ruleset = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(NEWEST))?
        .handle_access(AccessNet::from_all(NEWEST))?
        .scope(Scope::from_all(NEWEST))?
        .create()?;
    for path in SYSTEM.iter().map(Path::new).chain(needs.folders.iter().map(PathBuf::as_path)) {
        ruleset = allow(ruleset, PathFd::new(path).ok())?;
    }
    for (root, rules) in &needs.data {
        if let Ok(fd) = PathFd::new(root) {
            ruleset = ruleset.add_rule(PathBeneath::new(fd, AccessFs::ReadDir))?;
        }
        for (path, identity) in &rules.whole {
            ruleset = allow(ruleset, itself(path, *identity))?;
        }
    }
    for path in &needs.files {
        // A folder, a pipe or a link that has taken a file's place is not let through.
        let file = viz_files::open(path, Reach::Itself).ok();
        ruleset = allow(ruleset, file.map(|opened| opened.file))?;
    }
    if let Some(fd) = needs.write.as_ref().and_then(|folder| PathFd::new(folder).ok()) {
        ruleset = ruleset.add_rule(PathBeneath::new(fd, writing()))?;
    }
    Ok(ruleset.restrict_self()?.ruleset)
}

/// What is at a path, if it is still what was found there: no link, and the same file.
fn itself(path: &Path, found: Option<Identity>) -> Option<File> {
    let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let file = File::from(rustix::fs::open(path, flags, Mode::empty()).ok()?);
    let data = file.metadata().ok()?;
    // A folder on which another file system is mounted has another number than its name.
    (data.is_dir() || Identity::of(&data) == found).then_some(file)
}

/// To make, fill and remove plain files and folders.
fn writing() -> BitFlags<AccessFs> {
    AccessFs::ReadFile
        | AccessFs::ReadDir
        | AccessFs::WriteFile
        | AccessFs::Truncate
        | AccessFs::MakeReg
        | AccessFs::MakeDir
        | AccessFs::RemoveFile
        | AccessFs::RemoveDir
}

/// What is not there needs no rule.
fn allow(ruleset: RulesetCreated, found: Option<impl AsFd>) -> Result<RulesetCreated, RulesetError> {
    let Some(found) = found else { return Ok(ruleset) };
    let is_folder =
        rustix::fs::fstat(&found).is_ok_and(|data| FileType::from_raw_mode(data.st_mode) == FileType::Directory);
    let rights: BitFlags<AccessFs> =
        if is_folder { AccessFs::ReadFile | AccessFs::ReadDir } else { AccessFs::ReadFile.into() };
    ruleset.add_rule(PathBeneath::new(found, rights))
}
