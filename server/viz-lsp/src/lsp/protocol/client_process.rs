//! The client's process. A client that dies closes its pipe, but not where another process holds it, too; so the protocol wants the
//! server to look whether the process is there.

use super::service::Lifecycle;
use std::sync::Arc;
use std::time::Duration;

/// It is looked for so often.
const PAUSE: Duration = Duration::from_secs(10);

/// Ends the session once there is no process with this number.
pub fn watch(id: u32, lifecycle: &Arc<Lifecycle>) {
    let lifecycle = Arc::clone(lifecycle);
    let look = move || {
        while is_there(id) {
            std::thread::sleep(PAUSE);
        }
        tracing::warn!(id, "the client's process has gone: the server ends");
        lifecycle.leave();
    };
    if let Err(error) = std::thread::Builder::new().name("client".into()).spawn(look) {
        tracing::warn!(%error, "can't look whether the client's process is there");
    }
}

/// Whether there is such a process, whoever may signal it.
#[cfg(unix)]
fn is_there(id: u32) -> bool {
    use rustix::process::{Pid, test_kill_process};
    let Some(process) = i32::try_from(id).ok().and_then(Pid::from_raw) else { return true };
    test_kill_process(process) != Err(rustix::io::Errno::SRCH)
}

/// Elsewhere the pipe says it.
#[cfg(not(unix))]
fn is_there(_: u32) -> bool {
    true
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_there_until_it_ends() {
        let mut child = std::process::Command::new("cat").stdin(std::process::Stdio::piped()).spawn().unwrap();
        assert!(is_there(child.id()) && is_there(std::process::id()));
        drop(child.stdin.take());
        child.wait().unwrap();
        assert!(!is_there(child.id()));
    }
}
