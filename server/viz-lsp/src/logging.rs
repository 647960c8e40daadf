//! Tracing to stderr: quiet by default, `-v` tells the main steps, `-vv` tells why in prose.

use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

/// Starts logging. `VIZ_LSP_LOG` (in the syntax of `tracing_subscriber`) overrides the number of `-v`.
pub fn init(verbose: u8) {
    let ours = match verbose {
        0 => "warn",
        1 => "info",
        2 => "debug",
        _ => "trace",
    };
    // Libraries speak up for trouble only; the one of the protocol takes what clients do wrong for trouble.
    let usual = || EnvFilter::new(format!("warn,viz={ours},tower_lsp=off"));
    let filter = EnvFilter::try_from_env("VIZ_LSP_LOG").unwrap_or_else(|_| usual());
    let stderr = std::io::stderr;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(stderr().is_terminal())
        .with_timer(tracing_subscriber::fmt::time::uptime())
        .with_writer(stderr)
        .init();
}
