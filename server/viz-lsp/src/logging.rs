//! Tracing to stderr: quiet by default, `-v` tells the main steps, `-vv` tells why in prose.

use tracing_subscriber::EnvFilter;

/// Starts logging. `VIZ_LSP_LOG` (in the syntax of `tracing_subscriber`) overrides the number of `-v`.
pub fn init(verbose: u8) {
    let ours = match verbose {
        0 => "warn",
        1 => "info",
        2 => "debug",
        _ => "trace",
    };
    // The protocol library reports what clients do wrong as errors of its own.
    let filter = EnvFilter::try_from_env("VIZ_LSP_LOG")
        .unwrap_or_else(|_| EnvFilter::new(format!("{ours},tower_lsp={}", if verbose > 1 { "info" } else { "off" })));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).without_time().init();
}
