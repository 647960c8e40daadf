//! What a person sees who starts the program on a terminal without saying what for.

use std::process::ExitCode;
use viz_project::DiskFiles;

/// A project that is whole: one insight with one choice, on no data of its own.
const FIRST_PROJECT: &str = "\
name: first
cli_version: 2.2.1
defaults:
  source_name: memory
sources:
  - name: memory
    type: duckdb
    database: ':memory:'
models:
  - name: sales
    sql: select * from (values ('North', 3), ('South', 5)) as t(region, amount)
inputs:
  - name: region
    type: single-select
    options: [North, South]
insights:
  - name: amounts
    props:
      type: bar
      x: ?{ ${ref(sales).region} }
      y: ?{ ${ref(sales).amount} }
    interactions:
      - filter: ?{ ${ref(sales).region} = '${ref(region).value}' }
";

/// Prints what to do first, here.
///
/// # Errors
/// If the current folder is gone.
pub fn run() -> anyhow::Result<ExitCode> {
    let here = std::env::current_dir()?;
    let root = viz_project::find_root(&here, &DiskFiles);
    crate::host::output::text(&text(root.as_deref()));
    Ok(ExitCode::SUCCESS)
}

/// What to do where the project is, or where there is none.
fn text(root: Option<&std::path::Path>) -> String {
    let version = env!("CARGO_PKG_VERSION");
    let mut text = format!("viz-lsp {version}, a language server and a checker for Visivo projects\n\n");
    match root {
        Some(root) => {
            text += &format!("This is the project {}. To check it:\n\n    viz-lsp check\n", root.display());
        }
        None => {
            text += "There is no project here: neither this folder nor one above holds a project.visivo.yml or visivo_project.yml.\n\
                     To check one elsewhere:\n\n    viz-lsp check PATH\n\n\
                     To make a first one, put this into project.visivo.yml and run viz-lsp check:\n\n";
            text.extend(FIRST_PROJECT.lines().map(|line| format!("    {line}\n")));
        }
    }
    text += "\nEditors start the server through a pipe; to speak the protocol here, say viz-lsp --stdio.\n\
             viz-lsp explain lists what can be found, viz-lsp --help all commands.\n";
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use viz_project::{Environment, Project};

    #[test]
    fn without_a_project_it_shows_one_that_loads() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let shown = text(None);
        let project: Vec<&str> = shown.lines().filter_map(|line| line.strip_prefix("    ")).skip(1).collect();
        std::fs::write(dir.path().join("project.visivo.yml"), project.join("\n")).expect("can be written");
        let project = Project::load(dir.path(), &DiskFiles, &Environment::empty());
        assert_eq!(project.problems().count(), 0, "{:?}", project.problems().collect::<Vec<_>>());
    }

    #[test]
    fn in_a_project_it_names_the_project() {
        let shown = text(Some(std::path::Path::new("/work/shop")));
        assert!(shown.contains("the project /work/shop") && shown.contains("viz-lsp check\n"), "{shown}");
    }
}
