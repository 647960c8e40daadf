//! The system call filter: no sockets, no programs, no other processes, nothing of the kernel's own.
//!
//! A list of what is refused, not of what is allowed: DuckDB and the C library use whatever calls their next version
//! likes, and files are Landlock's matter. What is refused fails with "operation not permitted".

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    apply_filter,
};
use std::collections::BTreeMap;

/// Refused whatever their arguments.
const REFUSED: &[i64] = &[
    // The network, and sockets of any other kind.
    libc::SYS_socket,
    libc::SYS_socketpair,
    libc::SYS_connect,
    libc::SYS_bind,
    libc::SYS_listen,
    libc::SYS_accept,
    libc::SYS_accept4,
    libc::SYS_sendto,
    libc::SYS_sendmsg,
    libc::SYS_sendmmsg,
    // Programs and processes.
    libc::SYS_execve,
    libc::SYS_execveat,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_fork,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_vfork,
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_pidfd_open,
    libc::SYS_pidfd_getfd,
    libc::SYS_kcmp,
    libc::SYS_kill,
    // Calls that other calls hide in.
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    // The kernel and the file system's layout.
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_setns,
    libc::SYS_unshare,
    libc::SYS_open_by_handle_at,
    libc::SYS_memfd_create,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_kexec_load,
    libc::SYS_reboot,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_personality,
];

/// Puts the filter up for this thread and those that it starts.
pub(super) fn filter() -> Result<String, String> {
    let programs = programs().map_err(|error| format!("it can't be built: {error}"))?;
    for program in &programs {
        apply_filter(program).map_err(|error| format!("it can't be put up: {error}"))?;
    }
    Ok("no sockets, no programs, no other processes".to_owned())
}

fn programs() -> Result<[BpfProgram; 2], seccompiler::BackendError> {
    let refused = REFUSED.iter().map(|call| (*call, Vec::new()));
    // `clone` makes threads, which DuckDB needs, or processes, which it does not.
    let thread = libc::CLONE_THREAD as u64;
    let process = SeccompCondition::new(0, SeccompCmpArgLen::Qword, SeccompCmpOp::MaskedEq(thread), 0)?;
    let refused = refused.chain([(libc::SYS_clone, vec![SeccompRule::new(vec![process])?])]);
    let refused = build(refused.collect(), libc::EPERM)?;
    // The flags of `clone3` are out of a filter's sight. As if the kernel did not know it: the C library uses `clone` then.
    let unknown = build(BTreeMap::from([(libc::SYS_clone3, Vec::new())]), libc::ENOSYS)?;
    Ok([refused, unknown])
}

fn build(rules: BTreeMap<i64, Vec<SeccompRule>>, error: i32) -> Result<BpfProgram, seccompiler::BackendError> {
    let refuse = SeccompAction::Errno(error.unsigned_abs());
    SeccompFilter::new(rules, SeccompAction::Allow, refuse, std::env::consts::ARCH.try_into()?)?.try_into()
}
