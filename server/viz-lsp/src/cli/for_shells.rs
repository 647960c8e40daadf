//! What shells and `man` read: made of the same definition that reads the command line.

use crate::cli::args::Cli;
use crate::host::output;
use anyhow::{Context, bail};
use clap::builder::{PossibleValuesParser, Resettable};
use clap::{Command, CommandFactory, Id};
use clap_complete::Shell;
use std::process::ExitCode;
use viz_check::Code;

/// Prints the script with which a shell completes the command line.
///
/// # Errors
/// If the script is no text.
pub fn completions(shell: Shell) -> anyhow::Result<ExitCode> {
    output::text(&script(shell)?);
    Ok(ExitCode::SUCCESS)
}

/// A name without `-` in place of the program's in bash's script, whose labels of commands differ otherwise.
const IN_BASH: &str = "viz_lsp";

fn script(shell: Shell) -> anyhow::Result<String> {
    let name = if shell == Shell::Bash { IN_BASH } else { "viz-lsp" };
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut offered(), name, &mut script);
    let script = String::from_utf8(script).context("the script is no text")?;
    if shell != Shell::Bash {
        return Ok(script);
    }
    // What is completed is called by its own name. Where a path may stand, bash offers files where nothing else fits.
    let lines = script.lines().map(|line| match line.strip_suffix(IN_BASH) {
        Some(complete) if complete.trim_start().starts_with("complete ") => format!("{complete}viz-lsp\n"),
        _ => format!("{line}\n").replace(" [PATH]...", "").replace(" [PATH]", "").replace(" [N]", ""),
    });
    Ok(lines.collect())
}

/// The command line as it is offered: without what is not for people, and with the values that are read as any text.
fn offered() -> Command {
    let whole = Cli::command();
    let codes = Code::ALL.iter().map(|code| code.name());
    let names: Vec<String> = whole.get_subcommands().map(|command| command.get_name().to_owned()).collect();
    let mut offered = visible(&whole).disable_help_subcommand(true);
    for (command, argument, values) in
        [("explain", "code", PossibleValuesParser::new(codes)), ("man", "command", PossibleValuesParser::new(names))]
    {
        offered = offered
            .mut_subcommand(command, |command| command.mut_arg(argument, |argument| argument.value_parser(values)));
    }
    offered
}

/// A command without hidden options, which the scripts offer.
fn visible(command: &Command) -> Command {
    let mut visible = Command::new(command.get_name().to_owned());
    if let Some(about) = command.get_about() {
        visible = visible.about(about.clone());
    }
    if let Some(version) = command.get_version() {
        visible = visible.version(version.to_owned());
    }
    let shown = command.get_arguments().filter(|argument| !argument.is_hide_set());
    // What an option excludes may be hidden.
    visible
        .args(shown.map(|argument| argument.clone().conflicts_with(Resettable::<Id>::Reset)))
        .subcommands(command.get_subcommands().map(self::visible))
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
    fn no_script_offers_what_is_not_for_people() {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::PowerShell, Shell::Elvish] {
            let script = script(shell).unwrap();
            for hidden in ["worker", "copies", "granted", "write-number"] {
                assert!(!script.contains(hidden), "{shell}: {hidden}");
            }
            assert!(script.contains("min-coverage") && script.contains("viz-lsp"), "{shell}");
        }
    }

    /// What bash offers behind these words.
    #[cfg(unix)]
    fn offered_by_bash(words: &[&str]) -> Vec<String> {
        let words: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
        let function = "$(complete -p viz-lsp | sed 's/.*-F \\([^ ]*\\).*/\\1/')";
        let [.., before, last] = words.as_slice() else { panic!("two words") };
        let asked = format!(
            "{}\nCOMP_WORDS=({}); COMP_CWORD={}\n{function} viz-lsp {last} {before}\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"\n",
            script(Shell::Bash).unwrap(),
            words.join(" "),
            words.len() - 1
        );
        let run = std::process::Command::new("bash").args(["--norc", "-c", &asked]).output().expect("bash is there");
        assert!(run.status.success(), "{run:?}");
        String::from_utf8(run.stdout).unwrap().lines().map(str::to_owned).collect()
    }

    #[cfg(unix)]
    #[test]
    fn bash_completes_behind_a_command() {
        assert_eq!(offered_by_bash(&["viz-lsp", "che"]), ["check"]);
        assert_eq!(offered_by_bash(&["viz-lsp", "check", "--le"]), ["--level"]);
        assert_eq!(offered_by_bash(&["viz-lsp", "check", "--level", ""]), ["parse", "bind", "execute"]);
        assert_eq!(offered_by_bash(&["viz-lsp", "build", "--format", ""]), ["text", "json"]);
        assert_eq!(offered_by_bash(&["viz-lsp", "completions", "z"]), ["zsh"]);
        assert_eq!(offered_by_bash(&["viz-lsp", "explain", "combination-sy"]), ["combination-syntax"]);
        assert_eq!(offered_by_bash(&["viz-lsp", "man", "ex"]), ["explain"]);
        assert!(!offered_by_bash(&["viz-lsp", "check", ""]).iter().any(|offered| offered.contains('[')));
        assert!(!offered_by_bash(&["viz-lsp", "fix", "--w"]).iter().any(|offered| offered == "--watch"));
    }

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
