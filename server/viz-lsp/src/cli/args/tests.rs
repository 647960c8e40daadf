//! What command lines mean.

use super::*;
use clap::CommandFactory;

fn command(args: &[&str]) -> Result<Command, clap::Error> {
    Cli::read(std::iter::once(&"viz-lsp").chain(args).map(OsString::from)).map(Cli::asks_for)
}

#[test]
fn the_definition_is_consistent() {
    <Cli as CommandFactory>::command().debug_assert();
}

#[test]
fn stdio_serves_and_so_does_nothing_unless_a_person_waits() {
    assert!(matches!(command(&["--stdio"]), Ok(Command::Serve)));
    for args in [&[][..], &["-vv"]] {
        assert!(matches!(command(args), Ok(Command::Nothing)), "{args:?}");
    }
}

#[test]
fn paths_may_stand_before_and_after_options() {
    for args in [&["--check", "a", "b", "--format", "json"][..], &["--check", "--format", "json", "a", "b"]] {
        let Ok(Command::Check(options)) = command(args) else { panic!("{args:?}") };
        assert_eq!(options.common.paths, [PathBuf::from("a"), PathBuf::from("b")]);
        assert_eq!(options.common.format, Format::Json);
    }
}

#[test]
fn what_is_formatted_may_be_checked() {
    for args in [&["format", "--check", "a"][..], &["format", "a", "-v", "--check"]] {
        let Ok(Command::Format(options)) = command(args) else { panic!("{args:?}") };
        assert!(options.check && options.paths == [PathBuf::from("a")], "{args:?}");
    }
    assert!(matches!(command(&["--check", "format"]), Ok(Command::Check(_))));
    for args in [&["fix", "--check", "shop"][..], &["build", "--check"]] {
        let said = command(args).expect_err("it has no such option").to_string();
        assert!(said.contains("unexpected argument '--check'"), "{args:?}: {said}");
    }
}

#[test]
fn a_command_may_be_written_as_an_option() {
    for args in [&["check", "a"][..], &["--check", "a"], &["a", "--check"], &["--check", "--", "a"]] {
        let Ok(Command::Check(options)) = command(args) else { panic!("{args:?}") };
        assert_eq!(options.common.paths, [PathBuf::from("a")], "{args:?}");
    }
    let Ok(Command::Check(options)) = command(&["check", "--", "--build"]) else { panic!("it is a path") };
    assert_eq!(options.common.paths, [PathBuf::from("--build")]);
    for args in [&["fix"][..], &["check", "--fix"], &["--fix", "--check"]] {
        assert!(matches!(command(args), Ok(Command::Check(options)) if options.fix == Some(Fixes::Safe)), "{args:?}");
    }
    for args in [&["fix", "--fix=all"][..], &["check", "--fix=all"], &["--fix=all", "--check"]] {
        assert!(matches!(command(args), Ok(Command::Check(options)) if options.fix == Some(Fixes::All)), "{args:?}");
    }
    for args in [&["runs", "3"][..], &["--runs", "3"], &["--runs=3"], &["-v", "--runs", "3"]] {
        assert!(matches!(command(args), Ok(Command::Runs(3))), "{args:?}");
    }
    assert!(matches!(command(&["--runs"]), Ok(Command::Runs(20))));
    for args in [&["doctor", "a"][..], &["--doctor=a"]] {
        assert!(matches!(command(args), Ok(Command::Doctor(Some(path), _)) if *path == *"a"), "{args:?}");
    }
    assert!(matches!(command(&["--build", "--jobs", "2"]), Ok(Command::Build(build)) if build.jobs == Some(2)));
}

#[test]
fn usage_errors_exit_with_2() {
    let wrong: [&[&str]; 21] = [
        &["--check", "--build"],
        &["--check", "--out", "x"],
        &["--build", "--level", "bind"],
        &["--build", "--jobs", "0"],
        &["--build", "--layout", "1.0"],
        &["--fix"],
        &["--check", "--fix", "--watch"],
        &["--check", "--diff", "--watch"],
        &["fix", "--diff", "--deny", "warnings"],
        &["--check", "--fix", "--stdin-filename", "a.yml"],
        &["path"],
        &["--format", "json"],
        &["--check", "--format", "xml"],
        &["--check", "--stdio"],
        &["--check", "--max-combinations", "0"],
        &["--check", "--timeout", "-1"],
        &["--check", "--timeout", "0"],
        &["--build", "--timeout", "nan"],
        &["--check", "--deadline", "0"],
        &["--check", "--min-coverage", "101"],
        &["--check", "--now", "soon"],
    ];
    for args in wrong {
        assert_eq!(command(args).expect_err("is wrong").exit_code(), 2, "{args:?}");
    }
}

#[test]
fn timestamps_come_in_the_usual_forms() {
    for text in ["2026-11-21T00:00:00", "2026-11-21 00:00", "2026-11-21"] {
        assert_eq!(timestamp(text).unwrap().to_string(), "2026-11-21 00:00:00", "{text}");
    }
    assert!(timestamp("2026-11-21T08:30:00Z").is_ok());
    assert!(timestamp("yesterday").is_err());
}

#[test]
fn help_tells_what_a_command_takes() {
    let help = |args: &[&str]| {
        let said = command(args).expect_err("help");
        assert_eq!(said.exit_code(), 0, "{args:?}");
        said.to_string()
    };
    assert!(help(&["help"]).contains("Commands:"));
    assert_eq!(help(&["help", "check"]), help(&["check", "--help"]));
    let (build, fix) = (help(&["build", "--help"]), help(&["fix", "--help"]));
    assert!(build.contains("json") && !build.contains("sarif"), "{build}");
    assert!(fix.contains("--fix") && !fix.contains("--watch"), "{fix}");
    assert!(
        matches!(command(&["build", "--format", "json"]), Ok(Command::Build(build)) if build.common.format == Format::Json)
    );
    assert!(command(&["build", "--format", "sarif"]).is_err());
}

#[test]
fn explain_takes_one_code_or_none() {
    assert!(matches!(command(&["--explain"]), Ok(Command::Explain(None))));
    assert!(
        matches!(command(&["--explain", "unknown-key"]), Ok(Command::Explain(Some(code))) if code == "unknown-key")
    );
}
