//! Landlock: what the process may read, and the one folder in which it may write, if any; it may execute, connect to and
//! signal nothing.

use super::Needs;
use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible, PathBeneath, PathFd, Ruleset, RulesetAttr,
    RulesetCreated, RulesetCreatedAttr, RulesetError, RulesetStatus, Scope,
};
use std::path::{Path, PathBuf};

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
    match try_restrict(needs) {
        Ok(RulesetStatus::FullyEnforced) => Ok(format!("reads only what is declared, {writes}, connects to nothing")),
        Ok(RulesetStatus::PartiallyEnforced) => {
            Ok(format!("reads only what is declared, {writes} (this kernel does not know all of it)"))
        }
        Ok(RulesetStatus::NotEnforced) => Err("this kernel has no Landlock, or it is turned off".into()),
        Err(error) => Err(format!("it can't be put up: {error}")),
    }
}

fn try_restrict(needs: &Needs) -> Result<RulesetStatus, RulesetError> {
    let mut ruleset = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(NEWEST))?
        .handle_access(AccessNet::from_all(NEWEST))?
        .scope(Scope::from_all(NEWEST))?
        .create()?;
    for path in SYSTEM.iter().map(Path::new).chain(needs.read.iter().map(PathBuf::as_path)) {
        ruleset = allow(ruleset, path)?;
    }
    if let Some(fd) = needs.write.as_ref().and_then(|folder| PathFd::new(folder).ok()) {
        ruleset = ruleset.add_rule(PathBeneath::new(fd, writing()))?;
    }
    Ok(ruleset.restrict_self()?.ruleset)
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
fn allow(ruleset: RulesetCreated, path: &Path) -> Result<RulesetCreated, RulesetError> {
    let Ok(fd) = PathFd::new(path) else { return Ok(ruleset) };
    let rights: BitFlags<AccessFs> =
        if path.is_dir() { AccessFs::ReadFile | AccessFs::ReadDir } else { AccessFs::ReadFile.into() };
    ruleset.add_rule(PathBeneath::new(fd, rights))
}
