//! Landlock: what the process may read; it may write, execute, connect to and signal nothing.

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

/// Leaves this thread, and those that it starts, only these files and folders to read.
pub(super) fn restrict(read: &[PathBuf]) -> Result<String, String> {
    match try_restrict(read) {
        Ok(RulesetStatus::FullyEnforced) => {
            Ok("reads only what is declared, writes nothing, connects to nothing".into())
        }
        Ok(RulesetStatus::PartiallyEnforced) => {
            Ok("reads only what is declared, writes nothing (this kernel does not know all of it)".into())
        }
        Ok(RulesetStatus::NotEnforced) => Err("this kernel has no Landlock, or it is turned off".into()),
        Err(error) => Err(format!("it can't be put up: {error}")),
    }
}

fn try_restrict(read: &[PathBuf]) -> Result<RulesetStatus, RulesetError> {
    let mut ruleset = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(NEWEST))?
        .handle_access(AccessNet::from_all(NEWEST))?
        .scope(Scope::from_all(NEWEST))?
        .create()?;
    for path in SYSTEM.iter().map(Path::new).chain(read.iter().map(PathBuf::as_path)) {
        ruleset = allow(ruleset, path)?;
    }
    Ok(ruleset.restrict_self()?.ruleset)
}

/// What is not there needs no rule.
fn allow(ruleset: RulesetCreated, path: &Path) -> Result<RulesetCreated, RulesetError> {
    let Ok(fd) = PathFd::new(path) else { return Ok(ruleset) };
    let rights: BitFlags<AccessFs> =
        if path.is_dir() { AccessFs::ReadFile | AccessFs::ReadDir } else { AccessFs::ReadFile.into() };
    ruleset.add_rule(PathBeneath::new(fd, rights))
}
