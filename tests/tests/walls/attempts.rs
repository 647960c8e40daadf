//! Attempts by what a project says, rather than by what lies in its folder: paths, names, settings, values of variables. Those
//! by SQL are in `tests/projects/hostile`.

use super::place::{OUTSIDE, Place};
use super::run::{User, argument, command, judged, together};
use super::session;
use std::fmt::Write;

/// Attempts of one kind, all made by one project.
struct Kind {
    name: &'static str,
    attempts: &'static [&'static str],
    /// The project that makes them.
    project: fn(&Place, &[&str]),
}

const KINDS: &[Kind] = &[
    Kind {
        name: "includes",
        attempts: &[
            "../outside/secret.txt",
            "../outside/secret.yml",
            "../outside/secret.csv",
            "../outside/secret.json",
            "../outside/secret.parquet",
            "../outside/own",
            "../outside",
            "/outside/secret.yml",
            "/../outside/secret.yml",
            "./x/../../outside/secret.txt",
            "../outside/*",
            "..\\outside\\secret.yml",
            "..%2foutside%2fsecret.yml",
            "file:../outside/secret.yml",
            "file:///etc/passwd",
            "../../../../../../../../etc/passwd",
            "../../../../../../../../proc/self/environ",
            "../../../../../../../../dev/zero",
            "../../../../../../../../dev/stdin",
            "~/.visivo/profile.yml",
            "${env.PATH_OF_SECRET}",
            "{{ env_var('PATH_OF_SECRET') }}",
            ".env",
            "./parts/../.env",
            "server.pem",
            "project.visivo.yml",
            ".",
            "..",
            "https://127.0.0.1:9/x.yml",
            "--upload-pack=touch stolen/r.git@v1",
            "o/r.git@../../../outside -- secret.yml",
            "../../outside.git@own",
            "o/r.git@v1 -- ../../../../outside/secret.txt",
            "o/r.git@v1 -- /etc/passwd",
            "o/r.git@v1 -- link.yml",
            "o/r.git@v1 -- ../../../.env",
        ],
        project: includes,
    },
    Kind {
        name: "CSV files",
        attempts: &[
            "../outside/secret.csv",
            "./data/../../outside/secret.csv",
            "/etc/passwd",
            "/etc",
            "/proc/self/environ",
            "/proc/self/cmdline",
            "/dev/fd/0",
            "/dev/zero",
            "../outside/*.csv",
            "../outside/own",
            "data/link.csv",
            "file:../outside/secret.csv",
            "~/secret.csv",
            ".env",
            "./.env",
            "data/../.env",
            ".git/config",
            "server.pem",
            "data/env.csv",
            "http://127.0.0.1:9/x.csv",
            "x.csv'); select content from read_text('../outside/secret.txt'); --",
            "${env.PATH_OF_SECRET}",
        ],
        project: sheets,
    },
    Kind {
        name: "databases",
        attempts: &[
            "../outside/secret.txt",
            "../outside/secret.csv",
            "../outside",
            "/etc/passwd",
            "/proc/self/environ",
            "/dev/zero",
            "/dev/stdin",
            "file:../outside/new.db?mode=rwc",
            "../outside/new.duckdb",
            "../outside/new.sqlite?vfs=unix-none",
            ":memory:?x",
            "http://127.0.0.1:9/x.duckdb",
            "s3://x/y.duckdb",
            "md:x",
            "postgres:host=127.0.0.1 port=9",
            "sqlite:../outside/secret.txt",
            "x' (type sqlite); copy (select 1) to '../outside/new.csv'; --",
            ".env",
            "data/link.csv",
            "${env.PATH_OF_SECRET}",
        ],
        project: databases,
    },
    Kind {
        name: "names as paths",
        attempts: &[
            "../../outside/name",
            "../../../outside/name",
            "/tmp/viz-lsp-name-of-an-attack",
            "..",
            ".",
            "~",
            "a/b",
            "a\\\\b",
            "%2e%2e%2fname",
            ".viz-lsp-build.json",
            ".viz-lsp-build.lock",
            "../.viz-lsp-build.json",
            "x\\0y",
            "x\\ny",
            "con",
            "name.",
            "-rf",
            "$(touch stolen)",
            "name; touch stolen",
            "*",
            "\\u202egnp.exe",
        ],
        project: names,
    },
    Kind {
        name: "settings",
        attempts: &[
            "baseline: ../outside/secret.json",
            "baseline: ../outside/secret.txt",
            "baseline: /etc/passwd",
            "baseline: .env",
            "baseline: data/link.csv",
            "baseline: /dev/zero",
            "baseline: ../outside",
            "severity: {SEVERITY: off}",
            "timeout: 1.0e300",
            "timeout: -1",
            "memory: 18446744073709551615",
            "max_combinations: 1000000000000000000",
            "max_values: 0",
            "target: !!python/object/apply:os.system [touch stolen]",
            "trusted: true",
            "level: !include ../outside/secret.txt",
        ],
        project: settings,
    },
    Kind {
        name: "dbt",
        attempts: &[
            "{dbt_project_yml_location: ../outside, output_file: ../outside/secret.yml}",
            "{dbt_project_yml_location: ., output_file: ../outside/secret.txt}",
            "{dbt_project_yml_location: ., output_file: /etc/passwd}",
            "{dbt_project_yml_location: ., output_file: .env}",
            "{dbt_project_yml_location: ., output_file: data/link.csv}",
            "{dbt_project_yml_location: /etc, profiles_yml_location: /etc}",
            "{dbt_project_yml_location: ., profiles_yml_location: ../outside, output_file: ../outside/own}",
            "{output_file: /dev/zero}",
            "{output_file: /dev/stdin}",
        ],
        project: dbt,
    },
    Kind {
        name: "variables",
        attempts: &[
            "markdowns: [{name: t, content: \"${env.VARIABLE}\"}]",
            "sources: [{name: s, type: duckdb, database: \"${env.VARIABLE}\"}]",
            "sources: [{name: s, type: sqlite, database: \"${env.VARIABLE}${env.DOT}\"}]",
            "sources: [{name: s, type: csv, file: \"${env.VARIABLE}\"}]",
            "sources: [{name: s, type: \"${env.VARIABLE}\"}]",
            "sources: [{name: \"${env.VARIABLE}\", type: duckdb, database: \":memory:\"}]",
            "sources: [{name: s, type: postgresql, host: \"${env.VARIABLE}\", port: \"${env.DOT}\", password: \"${env.VARIABLE}\"}]",
            "models: [{name: m, sql: \"select '${env.VARIABLE}' as x, nothing\"}]",
            "models: [{name: m, sql: \"select * from '${env.VARIABLE}'\"}]",
            "inputs: [{name: i, type: single-select, options: [\"${env.VARIABLE}\", 1]}]",
            "inputs: [{name: i, type: \"${env.DOT}\"}]",
            "charts: [{name: c, insights: [\"ref(${env.VARIABLE})\"]}]",
            "includes: [{path: \"${env.VARIABLE}\"}]",
            "defaults: {source_name: \"${env.VARIABLE}\"}",
            "alerts: [{name: a, type: slack, webhook_url: \"${env.DOT}\"}]",
            "cli_version: \"${env.DOT}\"",
        ],
        project: variables,
    },
];

/// What all of them have: something to lead to.
fn prepare(place: &Place) {
    place.write("project/data/x.csv", "x\n1\n");
    place.link("project/data/link.csv", "../../outside/secret.csv");
    place.link("project/data/env.csv", "../.env");
    place.write("project/.visivo_cache/o/r@v1/project.visivo.yml", "name: r\n");
    place.link("project/.visivo_cache/o/r@v1/link.yml", "../../../../outside/secret.yml");
    place.write("project/dbt_project.yml", "profile: p\n");
    place.write("home/secret.csv", &format!("x\n{OUTSIDE}\n"));
}

/// A text as YAML.
fn quoted(text: &str) -> String {
    match text.contains('\'') || !text.contains('\\') {
        true => format!("'{}'", text.replace('\'', "''")),
        false => format!("\"{text}\""),
    }
}

fn includes(place: &Place, attempts: &[&str]) {
    let list: String = attempts.iter().map(|path| format!("  - path: '{}'\n", path.replace('\'', "''"))).collect();
    place.write("project/project.visivo.yml", &format!("name: includes\nincludes:\n{list}"));
}

/// Sources, with a model, an input and an insight each: what is read would be told in a finding.
fn read_from(place: &Place, sources: impl Iterator<Item = (String, String)>) {
    let mut text = "name: sources\nsources:\n  - {name: memory, type: duckdb, database: \":memory:\"}\n".to_owned();
    let (mut models, mut inputs, mut insights) = (
        "models:\n  - {name: known, source: ref(memory), sql: select 1 as x}\n".to_owned(),
        "inputs:\n".to_owned(),
        "insights:\n".to_owned(),
    );
    for (number, (source, table)) in sources.enumerate() {
        let written = writeln!(text, "  - {{name: s{number}, {source}}}")
            .and_then(|()| writeln!(models, "  - {{name: m{number}, source: ref(s{number}), sql: select * from {table}{number}}}"))
            .and_then(|()| {
                writeln!(
                    inputs,
                    "  - name: i{number}\n    type: single-select\n    options: ?{{ select * from ${{ref(m{number})}} }}"
                )
            })
            .and_then(|()| {
                writeln!(
                    insights,
                    "  - name: of_{number}\n    props:\n      type: bar\n      x: ?{{ ${{ref(known).x}} }}\n      y: ?{{ count(*) }}\n    \
                     interactions:\n      - filter: ?{{ ${{ref(known).x}} = ${{ref(i{number}).value}} }}"
                )
            });
        written.expect("a string takes all");
    }
    place.write("project/project.visivo.yml", &format!("{text}{models}{inputs}{insights}"));
}

fn sheets(place: &Place, attempts: &[&str]) {
    read_from(place, attempts.iter().map(|path| (format!("type: csv, file: {}", quoted(path)), "s".to_owned())));
}

fn databases(place: &Place, attempts: &[&str]) {
    let source = |path: &&str| {
        ["duckdb", "sqlite"].map(|ty| (format!("type: {ty}, database: {}", quoted(path)), "t".to_owned()))
    };
    read_from(place, attempts.iter().flat_map(source));
}

fn names(place: &Place, attempts: &[&str]) {
    let (mut sources, mut models, mut inputs, mut insights) =
        ("sources:\n".to_owned(), "models:\n".to_owned(), "inputs:\n".to_owned(), "insights:\n".to_owned());
    sources.push_str("  - {name: memory, type: duckdb, database: \":memory:\"}\n");
    for name in attempts {
        sources.push_str(&format!("  - {{name: \"s{name}\", type: csv, file: data/x.csv}}\n  - {{name: \"{name}\", type: csv, file: data/x.csv}}\n"));
        models.push_str(&format!("  - {{name: \"{name}\", sql: select 1 as x}}\n"));
        inputs.push_str(&format!("  - name: \"{name}\"\n    type: single-select\n    options: ?{{ select 1::varchar as x from ${{ref({name})}} }}\n"));
        insights.push_str(&format!("  - name: \"{name}\"\n    props:\n      type: bar\n      x: ?{{ ${{ref({name}).x}} }}\n      y: ?{{ count(*) }}\n"));
    }
    models.push_str("  - {name: plain, sql: select 1 as x}\n");
    // Names that all are taken once, so that nothing but the name is wrong with them.
    for (number, name) in attempts.iter().enumerate() {
        inputs.push_str(&format!(
            "  - name: \"i{number}/{name}\"\n    type: single-select\n    options: ?{{ select x::varchar as x from ${{ref(plain)}} }}\n"
        ));
        insights.push_str(&format!(
            "  - name: \"{name}/{number}\"\n    props:\n      type: bar\n      x: ?{{ ${{ref(plain).x}} }}\n      y: ?{{ count(*) }}\n"
        ));
    }
    place.write(
        "project/project.visivo.yml",
        &format!("name: names\ndefaults: {{source_name: memory}}\n{sources}{models}{inputs}{insights}"),
    );
}

/// Of settings only one file is read, so each attempt is a project.
fn settings(place: &Place, attempts: &[&str]) {
    place.write("project/project.visivo.yml", "name: settings\nnothing: 1\n");
    let [setting] = attempts else { panic!("one at a time") };
    place.write("project/.viz-lsp.yml", &format!("{}\n", setting.replace("SEVERITY", &"x".repeat(100_000))));
}

fn dbt(place: &Place, attempts: &[&str]) {
    let mut list = String::new();
    for (number, block) in attempts.iter().enumerate() {
        place.write(&format!("project/dbt{number}.yml"), &format!("dbt: {block}\n"));
        list.push_str(&format!("  - path: dbt{number}.yml\n"));
    }
    place.write("project/project.visivo.yml", &format!("name: dbt\nincludes:\n{list}"));
}

fn variables(place: &Place, attempts: &[&str]) {
    let mut list = String::new();
    for (number, text) in attempts.iter().enumerate() {
        place.write(&format!("project/part{number}.yml"), &format!("{text}\n"));
        list.push_str(&format!("  - path: part{number}.yml\n"));
    }
    place.write("project/project.visivo.yml", &format!("name: variables\nincludes:\n{list}"));
}

/// What is wrong after all attempts of a kind, on the command line, and in a trusted or an untrusted editor. With an untrusted
/// one comes CI: neither reads anything outside.
fn faults(kind: &Kind, attempts: &[&str], editor: Option<bool>) -> Vec<String> {
    let place = Place::new();
    prepare(&place);
    (kind.project)(&place, attempts);
    let out = argument(place.out.clone());
    let mut faults = Vec::new();
    let own = |path: &str| path.starts_with("project/") && path.ends_with(".yml") && !path.ends_with("link.yml");
    for args in [
        &["--check", "--timeout", "2", "--format", "json"][..],
        &["--check", "--timeout", "2", "--color", "never", "-vv"],
        &["--check", "--timeout", "2", "--format", "github"],
        &["--build", "--timeout", "2", "--flat", "--out", &out],
        &["--runs", "200"],
        &["--doctor"],
        &["--check", "--fix", "--level", "parse", "--format", "sarif"],
    ] {
        let fixes = args.contains(&"--fix");
        // Settings are read once, whatever is done then.
        if editor.is_none() && !fixes && !args.contains(&"-vv") && !args.contains(&"--build") {
            continue;
        }
        let mut program = command(&place, User::Own);
        if editor == Some(false) {
            program.env("CI", "true");
        }
        let (_, found) = judged(&place, program.args(args), &|path| fixes && own(path));
        faults.extend(found.into_iter().map(|fault| format!("{}, {}: {fault}", kind.name, args.join(" "))));
    }
    if let Some(trusted) = editor {
        faults.extend(
            session::faults(&place, trusted, true).into_iter().map(|fault| format!("{}, editor: {fault}", kind.name)),
        );
    }
    faults
}

fn none_succeeds(name: &str) {
    let kind = KINDS.iter().find(|kind| kind.name == name).expect("it is one of them");
    let faults = match name {
        "settings" => together(kind.attempts, |attempt| faults(kind, &[attempt], None)),
        // A source may lie outside where nobody says that it may not.
        "CSV files" => together(&[true, false], |trusted| {
            let leads_out =
                |path: &str| path.contains("outside") || path.starts_with("~") || path.ends_with("link.csv");
            let attempts = kind.attempts.iter().filter(|path| !trusted || !leads_out(path));
            faults(kind, &attempts.copied().collect::<Vec<_>>(), Some(*trusted))
        }),
        _ => faults(kind, kind.attempts, Some(true)),
    };
    assert!(faults.is_empty(), "  {}", faults.join("\n  "));
    assert!(!std::path::Path::new("/tmp/viz-lsp-name-of-an-attack").exists());
}

macro_rules! kinds {
    ($($test:ident $name:literal)*) => {
        $(
            #[test]
            fn $test() {
                none_succeeds($name);
            }
        )*

        #[test]
        fn there_are_enough_and_none_is_left_out() {
            let tested = [$($name),*];
            assert!(KINDS.iter().all(|kind| tested.contains(&kind.name)));
            let ours: usize = KINDS.iter().map(|kind| kind.attempts.len()).sum();
            let by_sql = crate::hostile::attempts().len();
            assert!(ours >= 60, "{ours}");
            assert!(ours + by_sql >= 150, "{ours} and {by_sql}");
        }
    };
}

kinds! {
    no_include_succeeds "includes"
    no_csv_file_succeeds "CSV files"
    no_database_succeeds "databases"
    no_name_succeeds "names as paths"
    no_setting_succeeds "settings"
    no_dbt_block_succeeds "dbt"
    no_variable_is_shown "variables"
}
