//! The binary: language server on stdio, `--check` and `--build` on the command line, faces of the same report.
//!
//! Invariant: this crate alone knows LSP, stdout, tokio and settings, and it holds no analysis of its own. What a
//! project's text means is asked of `viz-project`, `viz-check` and `viz-ide`; what data hold is asked of `viz-engine`,
//! whose worker processes are this same binary (hidden `--worker`).

// Tests make the files that they are about.
#![cfg_attr(test, allow(clippy::disallowed_methods, clippy::disallowed_types))]

mod cli;
mod host;
mod lsp;

use clap::error::ErrorKind;
use cli::args::{Cli, Command};
use std::io::IsTerminal;
use std::process::ExitCode;

/// The exit code for everything that kept the program from doing what it was asked for.
const COULD_NOT_RUN: u8 = 2;

fn main() -> ExitCode {
    let cli = match Cli::read(std::env::args_os()) {
        Ok(cli) => cli,
        Err(error) => return no_command(&error),
    };
    let verbose = cli.verbose;
    let log_file = cli.log_file.clone();
    let socket = cli.socket;
    let command = cli.asks_for();
    if let Command::Worker(role) = command {
        return viz_engine::worker_main(&role);
    }
    viz_files::close(&viz_engine::cache_folder());
    // Editors start the server with options of their own.
    let by_editor = matches!(command, Command::Serve | Command::Nothing);
    let ready = if by_editor { Ok(()) } else { cli::named::no_file_is_an_option(std::env::args_os()) };
    let ready = ready.and_then(|()| cli::named::stays_inside(&command, log_file.as_deref()));
    if let Err(error) = ready.and_then(|()| host::logging::init(verbose, log_file.as_deref())) {
        return could_not_run(&error);
    }
    host::settings::give_every_thread_its_stack();
    let result = match command {
        Command::Worker(_) => unreachable!("handled above, before anything else is set up"),
        Command::Ask(options) => cli::ask::run(&options),
        Command::Mcp(options) => cli::mcp::run(options),
        Command::Explain(code) => cli::explain::run(code.as_deref()),
        Command::Check(options) => cli::check::run(&options),
        Command::Build(options) => cli::build::run(&options),
        Command::Lock(options) => cli::lock::run(&options),
        Command::Format(options) => cli::format::run(&options),
        // Editors talk through a pipe. On a terminal, a server that waits for a protocol looks like a program that hangs.
        Command::Nothing if std::io::stdin().is_terminal() => cli::first_steps::run(),
        Command::Serve | Command::Nothing => lsp::run(socket),
        Command::Doctor(path, allow_read) => cli::doctor::run(path.as_deref(), &allow_read),
        Command::Runs(count) => cli::query_log::run(count),
        Command::Completions(shell) => cli::for_shells::completions(shell),
        Command::Man(command) => cli::for_shells::manual(command.as_deref()),
    };
    let status = result.unwrap_or_else(|error| could_not_run(&error));
    if host::output::tell_failure() { ExitCode::from(COULD_NOT_RUN) } else { status }
}

fn could_not_run(error: &anyhow::Error) -> ExitCode {
    host::output::error(error);
    ExitCode::from(COULD_NOT_RUN)
}

/// `--help` and `--version`, and what clap says of a command line that it can't read.
fn no_command(error: &clap::Error) -> ExitCode {
    if !matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        if std::io::stderr().is_terminal() {
            error.exit();
        }
        host::output::usage(&error.render().to_string());
        return ExitCode::from(COULD_NOT_RUN);
    }
    // A file that is called `-h.yml` must not end a check with success.
    if let Err(named) = cli::named::no_file_is_an_option(std::env::args_os()) {
        return could_not_run(&named);
    }
    host::output::report(&error.render().ansi().to_string(), anstream::ColorChoice::Auto);
    if host::output::tell_failure() { ExitCode::from(COULD_NOT_RUN) } else { ExitCode::SUCCESS }
}
