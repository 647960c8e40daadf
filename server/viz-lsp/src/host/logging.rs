//! Tracing to stderr or a file: quiet by default, `-v` tells the main steps, `-vv` tells why in prose. Never documents,
//! option values or secrets: numbers, names of files and codes.

use crate::host::output::Log;
use anyhow::Context;
use std::io::IsTerminal;
use std::path::Path;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::writer::BoxMakeWriter;
use viz_files::Folder;

/// Starts logging. `VIZ_LSP_LOG` (in the syntax of `tracing_subscriber`) overrides the number of `-v`.
///
/// # Errors
/// If the file can't be made.
pub fn init(verbose: u8, file: Option<&Path>) -> anyhow::Result<()> {
    let ours = match verbose {
        0 => "warn",
        1 => "info",
        2 => "debug",
        _ => "trace",
    };
    // Libraries speak up for trouble only.
    let usual = || EnvFilter::new(format!("warn,viz={ours}"));
    let filter = EnvFilter::try_from_env("VIZ_LSP_LOG").unwrap_or_else(|_| usual());
    // Whatever is asked for: what these say of their work are pieces of documents.
    let talkative = ["sqlparser", "granit_parser", "tower_lsp"];
    let filter = talkative.iter().fold(filter, |filter, name| filter.add_directive(silence(name)));
    let stderr = std::io::stderr;
    let (writer, ansi) = match file {
        None => {
            let ansi = stderr().is_terminal();
            (BoxMakeWriter::new(move || Log::new(stderr(), ansi)), ansi)
        }
        Some(path) => {
            let file = create(path).with_context(|| format!("can't write the log {}", path.display()))?;
            // The kind of lock that makes a writer.
            #[allow(clippy::disallowed_types)]
            let file = std::sync::Mutex::new(Log::new(file, false));
            (BoxMakeWriter::new(file), false)
        }
    };
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(ansi)
        .with_timer(tracing_subscriber::fmt::time::uptime())
        .with_writer(writer)
        .init();
    report_crashes();
    Ok(())
}

/// A new file, in the place of one of this name. A link of this name may be a project's, so it is not followed.
fn create(path: &Path) -> anyhow::Result<std::fs::File> {
    let name = path.file_name().context("it has no name")?;
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Ok(Folder::open(parent)?.make_file(Path::new(name))?)
}

fn silence(target: &str) -> tracing_subscriber::filter::Directive {
    format!("{target}=off").parse().expect("a directive")
}

/// A panic is logged with its place in our code. What it was about may hold pieces of documents, so that is left
/// out.
fn report_crashes() {
    std::panic::set_hook(Box::new(|panic| {
        let place =
            panic.location().map_or_else(|| "somewhere".to_owned(), |at| format!("{}:{}", at.file(), at.line()));
        let thread = std::thread::current();
        let name = thread.name().unwrap_or("unnamed").to_owned();
        tracing::error!(
            version = env!("CARGO_PKG_VERSION"),
            thread = name,
            "viz-lsp made a mistake at {place}; please report it\n{}",
            std::backtrace::Backtrace::capture()
        );
    }));
}
