//! What leaves: no line is begun by data, nothing steers a terminal, nothing is lost without a word.

use super::place::Place;
use super::run::{Ran, User, command, judged, watch};
use crate::PROGRAM;
use serde_json::json;
use std::process::{Command, Stdio};
use viz_tests::{Client, Options};

/// A project whose names, options, rows and errors want to be commands of the CI's runner and of the terminal.
fn place() -> Place {
    let place = Place::new();
    let command = "::error file=x::INJECTED";
    let terminal = r"\e[2J\e]0;INJECTED\a\x9b31m\x08\x7f\u202e";
    place.write(
        "project/project.visivo.yml",
        &format!(
            r#"name: "lines\n{command}{terminal}"
includes:
  - path: "parts/a\n{command}.yml"
  - path: "none\n{command}{terminal}.yml"
sources:
  - {{name: memory, type: duckdb, database: ":memory:"}}
  - {{name: gone, type: duckdb, database: "gone\n{command}{terminal}"}}
  - {{name: "sheet\n{command}", type: csv, file: "sheet\r\n{command}{terminal}.csv"}}
defaults:
  source_name: memory
models:
  - name: m
    sql: select 1 as x
  - name: text
    sql: select 'a' || chr(10) || '{command}' || chr(13) || '::add-mask::true' || chr(27) || '[2J' || chr(7) as x
  - name: fails
    sql: select error('a' || chr(10) || '{command}' || chr(27) || '[2J') as x
  - name: of_gone
    source: ref(gone)
    sql: select 1 as x
  - name: "named\n{command}{terminal}"
    sql: "select 1 as \"x\n{command}{terminal}\", nothing\n{command}"
inputs:
  - name: i
    type: single-select
    options: ?{{ select x from ${{ref(text)}} }}
  - name: j
    type: single-select
    options: ?{{ select x from ${{ref(fails)}} }}
  - name: k
    type: single-select
    options: ["a\n{command}{terminal}", "b"]
  - name: "l\r{command}"
    type: "single\n{command}{terminal}"
insights:
  - name: a
    props:
      type: bar
      x: ?{{ ${{ref(m).x}} }}
      y: ?{{ count(*) }}
    interactions:
      - filter: ?{{ ${{ref(m).x}} = ${{ref(i).value}} }}
      - filter: ?{{ ${{ref(m).x}} = ${{ref(j).value}} }}
      - filter: ?{{ ${{ref(m).x}} = ${{ref(k).value}} }}
  - name: "b\n{command}{terminal}"
    props:
      type: "bar\n{command}{terminal}"
      x: ?{{ ${{ref(fails).x}} }}
      y: ?{{ error(chr(10) || '{command}') }}
  - name: fails_when_run
    props:
      type: bar
      x: ?{{ ${{ref(fails).x}} }}
      y: ?{{ count(*) }}
"#
        ),
    );
    place.write(
        &format!("project/parts/a\n{command}.yml"),
        &format!("markdowns:\n  - \"x\n{command}\n\"\nnothing: 1\n"),
    );
    place.write(&format!("project/parts\n{command}\u{1b}[2J/project.visivo.yml"), "name: below\nnothing: 1\n");
    place
}

/// The lines that a runner or a terminal would take for commands. Runners look behind spaces.
fn commands(ran: &Ran, github: bool) -> Vec<String> {
    let said = ran.said();
    let ours = ["error", "warning", "notice"].map(|level| format!("::{level} title=viz-lsp ("));
    let is_command = |line: &&str| {
        let is_ours = github && ours.iter().any(|start| line.starts_with(start));
        !is_ours && ["::", "##["].iter().any(|start| line.trim_start().starts_with(start))
    };
    let turns = |c: char| ('\u{202a}'..='\u{202e}').contains(&c) || ('\u{2066}'..='\u{2069}').contains(&c);
    let steers = |line: &&str| line.chars().any(|c| c != '\t' && (c.is_control() || turns(c)));
    let lines = said.lines().flat_map(|line| line.split('\r'));
    let mut bad: Vec<String> = lines.filter(is_command).map(|line| format!("a command: {line}")).collect();
    bad.extend(said.split('\n').filter(steers).map(|line| format!("a control character: {line:?}")));
    bad
}

#[test]
fn no_line_is_begun_by_data_and_nothing_steers_a_terminal() {
    let mut faults = Vec::new();
    let below = "parts\n::error file=x::INJECTED\u{1b}[2J";
    for args in [
        &["--check", "--timeout", "2"][..],
        &["--check", "--timeout", "2", "--level", "execute", "-vv"],
        &["--check", "--timeout", "2", "--format", "github"],
        &["--check", "--timeout", "2", "--format", "sarif"],
        &["--check", "--timeout", "2", "--format", "json"],
        &["--check", "--level", "parse", below],
        &["--check", "--level", "parse", &format!("{below}/none.yml")],
        &["--check", "--level", "parse", "--baseline", &format!("{below}/none.json")],
        &["--check", "--fix", "--level", "parse"],
        &["--build", "--timeout", "2", "--out", "../out", "--flat"],
        &["--build", "--timeout", "2", "--out", &format!("../out/{below}")],
        &["--build", "--timeout", "2", "--out", "../out", "--format", "json"],
        &["--doctor"],
        &["--runs"],
        &["--explain", "x\n::error::INJECTED"],
    ] {
        let place = place();
        if args.contains(&"--runs") {
            watch(command(&place, User::Own).args(["--check", "--timeout", "2"]));
        }
        let (ran, found) = judged(&place, command(&place, User::Own).args(args), &|path| path.starts_with("project/"));
        let found = found.into_iter().chain(commands(&ran, args.contains(&"github")));
        faults.extend(found.map(|fault| format!("{:?}: {fault}", args.join(" "))));
    }
    assert!(faults.is_empty(), "  {}", faults.join("\n  "));
}

/// Each line of `--format github` is an annotation of ours, and there are as many as findings.
#[test]
fn annotations_are_as_many_as_findings() {
    let place = place();
    let run = |format: &str| {
        watch(command(&place, User::Own).args(["--check", "--timeout", "2", "--quiet", "--format", format]))
    };
    let json: serde_json::Value = serde_json::from_slice(&run("json").out).expect("JSON");
    let findings = json["projects"][0]["diagnostics"].as_array().expect("a list").len();
    let github = run("github");
    let said = String::from_utf8(github.out.clone()).expect("UTF-8");
    let annotations =
        said.lines().filter(|line| ["::error ", "::warning ", "::notice "].iter().any(|start| line.starts_with(start)));
    assert_eq!(annotations.count(), findings, "{said}");
    assert_eq!(said.lines().count(), findings, "{said}");
}

/// A full disk is no success.
#[test]
fn lost_output_is_an_error() {
    let mut faults = Vec::new();
    for args in [
        &["--check"][..],
        &["--check", "--format", "json"],
        &["--check", "--format", "sarif"],
        &["--check", "--format", "github", "--deny", "warnings"],
        &["--build", "--format", "json", "--out", "../out"],
        &["--build", "--out", "../out"],
        &["--explain"],
        &["--explain", "model-sql"],
        &["--runs"],
        &["--doctor"],
        &["--help"],
        &["--version"],
    ] {
        let place = Place::new();
        place.write("project/project.visivo.yml", "name: clean\nfoo: 1\n");
        if args.contains(&"--runs") {
            place.write("project/project.visivo.yml", "name: clean\nsources: [{name: s, type: duckdb, database: \":memory:\"}]\nmodels: [{name: m, sql: select 1 as x, source: ref(s)}]\ninputs: [{name: i, type: single-select, options: '?{ select x from ${ref(m)} }'}]\n");
            watch(command(&place, User::Own).args(["--check"]));
        }
        let silent = watch(command(&place, User::Own).args(args)).out.is_empty();
        let full = std::fs::File::options().write(true).open("/dev/full").expect("it is there");
        let output = command(&place, User::Own).args(args).stdin(Stdio::null()).stdout(full).output().expect("it runs");
        if silent {
            continue;
        }
        if output.status.code() != Some(2) || output.stderr.is_empty() {
            faults.push(format!("{args:?}: {output:?}"));
        }
    }
    assert!(faults.is_empty(), "  {}", faults.join("\n  "));
    // A reader that has read enough is no error. (A stream that is closed from the beginning is /dev/null to Rust's programs.)
    let mut shell = Command::new("sh");
    shell.args(["-c", "\"$0\" --explain | head -1", PROGRAM]);
    let output = shell.output().expect("there is a shell");
    assert!(output.stderr.is_empty(), "{output:?}");
}

/// Fences in hovers hold what is in them, whatever it is.
#[test]
fn hovers_hold_their_texts() {
    let place = Place::new();
    let active = "\n\n      ![pix](https://evil.example/t.png) [c](command:x)\n";
    let evil = format!("```{active}");
    let longer = format!("````````{active}      ~~~~~~{active}      ````{active}");
    place.write(
        "project/project.visivo.yml",
        &format!(
            "name: hovers\ndefaults:\n  source_name: s\nsources:\n  - name: s\n    type: duckdb\n    database: \":memory:\"\nmodels:\n  - name: m\n    sql: |\n      select 1 as x, '\n      {evil}      ' as y\n\
             metrics:\n  - name: total\n    expression: |\n      sum(1) -- \n      {longer}\
             inputs:\n  - name: i\n    type: single-select\n    options: [\"a\", \"```\\n![pix](https://evil.example/t.png)\"]\n\
             insights:\n  - name: a\n    props:\n      type: bar\n      x: ?{{ ${{ref(m).x}} }}\n      y: ?{{ ${{ref(m).y}} }}\n    interactions:\n      - filter: ?{{ ${{ref(m).y}} = '${{ref(i).value}}' }}\n"
        ),
    );
    let mut client = Client::start(
        PROGRAM,
        Options {
            environment: vec![("XDG_CACHE_HOME".into(), place.cache.display().to_string())],
            ..Options::default()
        },
    );
    let document = client.open(&place.project.join("project.visivo.yml"));
    client.settle(&place.project);
    let mut hovers = 0;
    for (number, line) in document.text.lines().enumerate() {
        for at in (0..line.len()).step_by(3) {
            let position = json!({ "line": number, "character": at });
            let hover = client.request(
                "textDocument/hover",
                json!({ "textDocument": { "uri": document.uri }, "position": position }),
            );
            let Some(text) = hover["contents"]["value"].as_str() else { continue };
            if text.contains("evil.example") {
                hovers += 1;
                let open = outside_of_fences(text);
                assert!(
                    !open.contains("](http") && !open.contains("](command"),
                    "line {number}: active Markdown in\n{text}"
                );
            }
        }
    }
    assert!(hovers > 0, "a hover shows the text");
    assert_eq!(client.shut_down(), 0);
}

/// What of a Markdown text is not in fenced blocks or in code spans.
fn outside_of_fences(text: &str) -> String {
    let (mut open, mut fence) = (String::new(), None::<(char, usize)>);
    for line in text.lines() {
        let trimmed = line.trim_start();
        let indent = line.len() - trimmed.len();
        let mark = trimmed.chars().next().filter(|c| ['`', '~'].contains(c) && indent < 4);
        let run = mark.map_or(0, |mark| trimmed.chars().take_while(|c| *c == mark).count());
        match (fence, mark) {
            (None, Some(mark)) if run >= 3 => fence = Some((mark, run)),
            (Some((of, length)), Some(mark)) if mark == of && run >= length && trimmed[run..].trim().is_empty() => {
                fence = None
            }
            (None, _) => {
                // Code spans of one line.
                let parts = line.split('`').enumerate().filter(|(number, _)| number % 2 == 0);
                open.extend(parts.map(|(_, part)| part));
                open.push('\n');
            }
            _ => {}
        }
    }
    open
}
