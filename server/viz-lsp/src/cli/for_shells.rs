//! What shells and `man` read: made of the same definition that reads the command line.

use crate::cli::args::Cli;
use crate::host::output;
use anyhow::{Context, bail};
use clap::CommandFactory;
use clap_complete::Shell;
use std::process::ExitCode;

/// Prints the script with which a shell completes the command line.
///
/// # Errors
/// If the script is no text.
pub fn completions(shell: Shell) -> anyhow::Result<ExitCode> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "viz-lsp", &mut script);
    output::text(&String::from_utf8(script).context("the script is no text")?);
    Ok(ExitCode::SUCCESS)
}

/// Prints the manual page of the program, or of one of its commands.
///
/// # Errors
/// If there is no such command.
pub fn manual(command: Option<&str>) -> anyhow::Result<ExitCode> {
    output::text(&page(command)?);
    Ok(ExitCode::SUCCESS)
}

/// A manual page, as roff.
fn page(command: Option<&str>) -> anyhow::Result<String> {
    let mut program = Cli::command();
    program.build();
    let shown = match command {
        None => program,
        Some(name) => match program.find_subcommand(name) {
            Some(found) => found.clone(),
            None => bail!("there is no command `{name}`: viz-lsp --help lists them"),
        },
    };
    let mut page = Vec::new();
    clap_mangen::Man::new(shown).render(&mut page).context("can't write the page")?;
    String::from_utf8(page).context("the page is no text")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_command_has_a_page() {
        let whole = page(None).unwrap();
        assert!(whole.starts_with(".ie") && whole.contains("viz\\-lsp\\-check(1)"), "{whole}");
        for command in Cli::command().get_subcommands() {
            let page = page(Some(command.get_name())).unwrap();
            assert!(page.contains(&format!(".TH viz-lsp-{} 1", command.get_name())), "{page}");
        }
        assert!(page(Some("chekc")).is_err());
    }
}
