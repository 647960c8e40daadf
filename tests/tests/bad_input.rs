//! Input that is missing, broken, locked, endless or huge: each has its own finding or status, and everything else in the
//! project is checked as ever.

use crate::{PROGRAM, flood};
use serde_json::Value;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use viz_tests::cli::{self, Run};
use viz_tests::projects::Project;
use viz_tests::{PATIENCE, Shown};

/// What every project here has besides the bad input: an insight that is fine, and a fault that must still be found.
const PROJECT: &str = "\
name: shop
includes:
  - path: more.yml
sources:
  - name: good
    type: duckdb
    database: warehouse.duckdb
models:
  - name: orders
    source: ref(good)
    sql: select * from (values ('Rome', 120), ('Oslo', 80)) t(city, amount)
inputs:
  - name: twice
    type: single-select
    options: [Rome, Rome]
insights:
  - name: fine
    props:
      type: bar
      x: ?{ ${ref(orders).city} }
      y: ?{ sum(${ref(orders).amount}) }
";

/// An insight on the model `lost`.
const HURT: &str = "
insights:
  - name: hurt
    props:
      type: bar
      x: ?{ ${ref(lost).city} }
      y: ?{ sum(${ref(lost).amount}) }
";

pub(crate) fn project(more: impl AsRef<[u8]>) -> Project {
    let project = Project::of(&[("project.visivo.yml", PROJECT)]);
    std::fs::write(project.file("more.yml"), more).expect("can be written");
    project
}

/// What a check says beyond what it says of [`PROJECT`].
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) status: i32,
    findings: Vec<Shown>,
    json: Value,
}

impl Said {
    /// Severity, code and message of each finding.
    pub(crate) fn findings(&self) -> Vec<String> {
        self.findings.iter().map(|one| format!("{}[{}]: {}", one.severity, one.code, one.message)).collect()
    }

    fn of<'a>(&'a self, list: &str, name: &str) -> &'a Value {
        let all = self.json[list].as_array().expect("a list");
        all.iter().find(|one| one["name"] == name).unwrap_or_else(|| panic!("no `{name}`: {self:#?}"))
    }

    /// Status and reason of an insight or an input.
    pub(crate) fn state(&self, list: &str, name: &str) -> (&str, &str, &str) {
        let one = self.of(list, name);
        (text(&one["status"]), text(&one["why"]["code"]), text(&one["why"]["message"]))
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn run(project: &Project, args: &[&str]) -> Run {
    let all: Vec<&str> = ["--check", "--format", "json"].iter().chain(args).copied().collect();
    let started = Instant::now();
    let run = cli::run(PROGRAM, &project.root, &all);
    assert!(started.elapsed() < PATIENCE / 2, "{:?}", started.elapsed());
    run
}

/// Checks that what is not bad is checked in full.
pub(crate) fn said(run: &Run) -> Said {
    let mut json: Value = serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{error}: {run:?}"));
    let mut said = Said { status: run.status, findings: cli::findings(&json, 0), json: json["projects"][0].take() };
    let fine = said.of("insights", "fine");
    assert_eq!((&fine["status"], &fine["judge"]), (&"static".into(), &"values".into()), "{fine}");
    let before = said.findings.len();
    said.findings.retain(|one| one.code != "duplicate-option");
    assert_eq!(said.findings.len() + 1, before, "the fault elsewhere is told: {said:#?}");
    assert!(run.err.is_empty(), "{run:?}");
    said
}

fn check(project: &Project, args: &[&str]) -> Said {
    said(&run(project, args))
}

fn on_database(sql: &str) -> Project {
    project(format!(
        "sources:\n  - name: bad\n    type: duckdb\n    database: data/bad.duckdb\n\
         models:\n  - name: lost\n    source: ref(bad)\n    sql: {sql}\n{HURT}"
    ))
}

#[test]
fn a_database_that_is_missing() {
    let said = check(&on_database("select * from t"), &[]);
    assert_eq!(said.findings(), ["warning[database-missing]: the database `data/bad.duckdb` does not exist"]);
    let (status, code, why) = said.state("insights", "hurt");
    assert_eq!((status, code, said.status), ("partial", "database-missing", 0));
    assert!(why.starts_with("the columns of the model `lost` are not known: "), "{why}");
}

#[test]
fn a_database_that_is_damaged() {
    let project = on_database("select * from t");
    project.write("data/bad.duckdb", &"noise".repeat(5_000));
    let said = check(&project, &[]);
    let message = "`data/bad.duckdb` is no DuckDB database, or it is damaged";
    assert_eq!(said.findings(), [format!("warning[database-unreadable]: {message}")]);
    let (status, code, why) = said.state("insights", "hurt");
    assert_eq!((status, code, said.status), ("partial", "database-unreadable", 0));
    assert!(why.ends_with("bad.duckdb is no DuckDB database, or it is damaged"), "{why}");
}

/// Locked as DuckDB locks a file that it writes, and too large to be read from a private copy.
#[cfg(unix)]
#[test]
fn a_database_that_is_locked() {
    use rustix::fs::{FlockOperation, fcntl_lock};
    let project = on_database("select * from t");
    // A file begins with a checksum and this.
    project.write("data/bad.duckdb", "checksumDUCK");
    let held = std::fs::OpenOptions::new().write(true).open(project.file("data/bad.duckdb")).unwrap();
    held.set_len(513 << 20).unwrap();
    fcntl_lock(&held, FlockOperation::NonBlockingLockExclusive).unwrap();
    let said = check(&project, &[]);
    assert_eq!(said.findings(), [""; 0]);
    let (status, code, why) = said.state("insights", "hurt");
    assert_eq!((status, code, said.status), ("partial", "database-locked", 0));
    assert!(why.contains("bad.duckdb is locked by ") && why.contains("(PID "), "{why}");
}

#[test]
fn a_csv_file_that_is_missing() {
    let sql = "select * from read_csv('data/none.csv')";
    let said = check(&project(format!("models:\n  - name: lost\n    source: ref(good)\n    sql: {sql}\n{HURT}")), &[]);
    let message = "the query of the model `lost` fails: no files found that match the pattern \"data/none.csv\"";
    assert_eq!((said.findings(), said.status), (vec![format!("error[model-sql]: {message}")], 1));
    assert_eq!(said.state("insights", "hurt").0, "partial");
}

#[test]
fn the_file_of_a_csv_source_that_is_missing() {
    let said = check(
        &project(format!(
            "sources:\n  - name: sheet\n    type: csv\n    file: data/none.csv\n\
             models:\n  - name: lost\n    source: ref(sheet)\n    sql: select * from sheet\n{HURT}"
        )),
        &[],
    );
    let fails = "error[unusable-source]: the run of this insight fails: none can be built on a source of the type `csv`, such as `sheet`";
    assert_eq!(said.findings(), ["warning[file-missing]: the file `data/none.csv` does not exist", fails]);
    let (status, code, _) = said.state("insights", "hurt");
    assert_eq!((status, code, said.status), ("partial", "file-missing", 1));
}

fn with_options(query: &str) -> Project {
    project(format!(
        "models:\n  - name: numbers\n    source: ref(good)\n    sql: select range as n from range(100001)\n  \
         - name: endless\n    source: ref(good)\n    sql: >\n      \
           select a.range as n from range(1000000000000) a where hash(a.range) = 7\n\
         inputs:\n  - name: choice\n    type: single-select\n    options: ?{{ {query} }}\n\
         insights:\n  - name: hurt\n    props:\n      type: bar\n      x: ?{{ ${{ref(orders).city}} }}\n      y: ?{{ count(*) }}\n    \
         interactions:\n      - filter: ?{{ ${{ref(orders).amount}} > ${{ref(choice).value}} }}\n"
    ))
}

#[test]
fn a_query_that_never_ends() {
    let said = check(&with_options("select n from ${ref(endless)}"), &["--timeout", "1"]);
    let finding = "information[query-not-run]: the option query did not come to its end: the query took longer than 1s";
    assert_eq!((said.findings(), said.status), (vec![finding.to_owned()], 0));
    let (status, code, why) = said.state("inputs", "choice");
    assert_eq!((status, code, why), ("unknown", "timeout", "the query took longer than 1s"));
    let (status, code, why) = said.state("insights", "hurt");
    assert_eq!((status, code), ("unchecked", "timeout"));
    assert_eq!(why, "the options of `choice` are not known: the query took longer than 1s");
}

/// A query that needs more than it is given is told where it is, with the setting that gives more.
#[test]
fn queries_that_need_too_much() {
    let bytes = "select repeat('x', 1000000) || n as n from ${ref(numbers)} where n < 3";
    let memory = "select string_agg(n::varchar || repeat('x', 1000), '') as n from ${ref(numbers)}";
    for (query, setting, code, reason, help) in [
        (bytes, "max_values: 2\n", "answer-too-long", "its values take more than 2 MB", "`max_values`"),
        (memory, "memory: 50\n", "out-of-memory", "the query needs more memory than the checker gives it", "`memory`"),
    ] {
        let project = with_options(query);
        project.write(".viz-lsp.yml", &format!("timeout: 60\n{setting}"));
        let said = check(&project, &[]);
        let finding = format!("information[query-not-run]: the option query did not come to its end: {reason}");
        assert_eq!((said.findings(), said.status), (vec![finding], 0));
        assert!(said.json["diagnostics"].to_string().contains(&format!("set a larger {help}")), "{said:#?}");
        assert_eq!(said.state("inputs", "choice"), ("unknown", code, reason));
    }
    let project = with_options(bytes);
    assert_eq!(run(&project, &["--memory", "9000"]).status, 2);
    project.write(".viz-lsp.yml", "memory: 9000\n");
    let refused = run(&project, &[]);
    let told = "the settings can't be read: `memory` must be from 1 to 4000 megabytes";
    assert!(refused.status == 1 && refused.out.contains(told), "{refused:?}");
}

#[test]
fn options_that_are_none() {
    for (query, finding, known) in [
        (
            "select city, amount from ${ref(orders)}",
            "error[options-columns]: an option query must have exactly one column, not 2",
            false,
        ),
        (
            "select city from ${ref(orders)} where false",
            "error[no-options]: the option query of `choice` has no rows: the run fails",
            false,
        ),
        (
            "select n from ${ref(numbers)}",
            "error[too-many-options]: the option query has more than 100000 rows: the run fails",
            false,
        ),
        (
            "select n from ${ref(numbers)} where n > 0",
            "warning[too-many-options]: `choice` has 100000 options: more than 10000 make a slow control",
            true,
        ),
    ] {
        let said = check(&with_options(query), &[]);
        assert_eq!(said.findings(), [finding]);
        assert_eq!(said.status, i32::from(finding.starts_with("error")));
        assert_eq!(said.state("insights", "hurt").0 != "unchecked", known, "{said:#?}");
    }
}

/// What two workers were busy with when they died is not known (one may be killed by anybody); all else is asked of another one.
#[cfg(target_os = "linux")]
#[test]
fn workers_that_are_killed() {
    use std::process::{Command, Stdio};
    let project = with_options("select n from ${ref(endless)}");
    let check = viz_tests::cli::program(PROGRAM)
        .args(["--check", "--format", "json", "--timeout", "60"])
        .current_dir(&project.root)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let started = Instant::now();
    let mut killed = None;
    for _ in 0..2 {
        let busy = loop {
            if let Some(worker) = busy_worker(check.id()).filter(|worker| Some(*worker) != killed) {
                break worker;
            }
            assert!(started.elapsed() < PATIENCE, "no worker was busy");
            std::thread::sleep(Duration::from_millis(20));
        };
        assert!(Command::new("kill").args(["-9", &busy.to_string()]).status().unwrap().success());
        killed = Some(busy);
    }
    let output = check.wait_with_output().unwrap();
    assert!(started.elapsed() < PATIENCE / 2, "the query was not waited for");
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let status = output.status.code().expect("it wasn't killed");
    let said = said(&Run { status, out: text(output.stdout), err: text(output.stderr) });
    assert_eq!(said.status, 0);
    let [finding] = &said.findings()[..] else { panic!("{said:#?}") };
    assert!(finding.starts_with("information[query-not-run]: the option query did not come to its end"), "{finding}");
    let (status, code, why) = said.state("inputs", "choice");
    assert_eq!((status, code), ("unknown", "worker-died"), "{why}");
    assert!(why.contains("the database worker died of this query"), "{why}");
    assert_eq!(said.state("insights", "hurt").0, "unchecked");
}

/// The child of a process that asks sources and has computed for a while.
#[cfg(target_os = "linux")]
fn busy_worker(parent: u32) -> Option<u32> {
    let read = |path: String| std::fs::read_to_string(path).unwrap_or_default();
    let tasks = std::fs::read_dir(format!("/proc/{parent}/task")).ok()?.filter_map(Result::ok);
    let children: String = tasks.map(|task| read(format!("{}/children", task.path().display())) + " ").collect();
    children.split_whitespace().filter_map(|pid| pid.parse().ok()).find(|pid: &u32| {
        let stat = read(format!("/proc/{pid}/stat"));
        // The 14th field is the time in user mode, in hundredths of a second.
        let rest = stat.rsplit(')').next().unwrap_or_default();
        let computed: u64 = rest.split_whitespace().nth(11).and_then(|ticks| ticks.parse().ok()).unwrap_or_default();
        computed > 50 && read(format!("/proc/{pid}/cmdline")).contains("sources")
    })
}

#[test]
fn texts_that_are_not_utf_8() {
    let included = check(&project(b"markdowns:\n  - name: welcome\n    content: K\xf6ln\n"), &[]);
    assert_eq!(
        included.findings(),
        ["error[unreadable-file]: `more.yml` can't be read: it is not UTF-8 from line 3 on"]
    );
    assert_eq!(included.status, 1);
    let project = project("charts: []\n");
    std::fs::write(project.file("project.visivo.yml"), b"name: shop\nx: \xf6\n").unwrap();
    let run = run(&project, &[]);
    assert_eq!((run.status, run.out.as_str()), (2, ""));
    assert!(run.err.contains("project.visivo.yml: it is not UTF-8 from line 2 on"), "{run:?}");
}

#[test]
fn texts_with_nothing_in_them() {
    for text in ["", "\n\n", "# nothing yet\n", "\u{feff}", "---\n"] {
        let included = check(&project(text), &[]);
        let finding = "error[empty-file]: the file is empty: the project loader refuses it";
        assert_eq!((included.findings(), included.status), (vec![finding.to_owned()], 1), "{text:?}");
        let project = Project::of(&[("project.visivo.yml", text)]);
        let run = run(&project, &[]);
        let json: Value = serde_json::from_str(&run.out).unwrap();
        let findings = cli::findings(&json, 0);
        assert_eq!((findings.len(), findings[0].code.as_str(), run.status), (1, "empty-file", 1), "{text:?}");
    }
}

#[test]
fn texts_that_are_no_mapping() {
    for (text, what) in [("just words\n", "`just words`"), ("- name: a\n- name: b\n", "a list"), ("12\n", "`12`")] {
        let included = check(&project(text), &[]);
        let finding = format!("error[wrong-type]: a project file is a mapping of keys to values, not {what}");
        assert_eq!((included.findings(), included.status), (vec![finding], 1), "{text:?}");
    }
}

#[test]
fn scalars_of_five_megabytes() {
    let long = "a".repeat(5_000_000);
    let too_long =
        "information[expression-too-large]: the query of this insight is longer than 256 kB: it is not checked";
    for more in [
        format!("markdowns:\n  - name: big\n    content: {long}\n"),
        format!(
            "markdowns:\n  - name: big\n    content: |\n{}",
            "      words and $ {ref(orders).city}\n".repeat(140_000)
        ),
        format!("models:\n  - name: big\n    source: ref(good)\n    sql: select '{long}' as x\n"),
        format!(
            "insights:\n  - name: big\n    props:\n      type: bar\n      x: ?{{ '{long}' || ${{ref(orders).city}} }}\n      y: ?{{ count(*) }}\n"
        ),
    ] {
        let said = check(&project(&more), &[]);
        let findings = if more.starts_with("insights") { vec![too_long.to_owned()] } else { Vec::new() };
        assert_eq!((said.findings(), said.status), (findings, 0), "{}", &more[..60]);
    }
}

#[test]
fn noise() {
    let said = check(
        &project("markdowns:\n  - name: a\n    content: x\0y\n  - name: b\n    contnt: y\n    content: z\n"),
        &[],
    );
    let control = "error[yaml-syntax]: the control character U+0000 is not allowed here; remove it";
    assert_eq!(said.findings(), [control, "error[unknown-key]: a markdown has no key `contnt`"]);
    let said = check(&project("\0".repeat(5_000)), &[]);
    assert_eq!((said.findings(), said.status), (vec![control.to_owned()], 1));
    let said = check(&project("word ".repeat(5_000)), &[]);
    let text = said.findings().join("; ");
    assert!(said.status == 1 && text.len() < 200, "a message is short, however long the text: {text}");
}

#[test]
fn deep_nesting() {
    let steps: String = (1..3_000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    for more in [
        format!("charts: {}{}\n", "[".repeat(20_000), "]".repeat(20_000)),
        format!("charts: {}\n", "[".repeat(20_000)),
        format!("charts:\n  {}\n", "- ".repeat(20_000)),
        format!("charts:\n{steps}"),
    ] {
        let said = check(&project(&more), &[]);
        let deep = "error[yaml-syntax]: nested too deeply (more than 255 levels)";
        assert!(said.findings().iter().any(|finding| finding == deep), "{:?}: {said:#?}", &more[..40]);
        assert!(said.findings().len() <= 2 && said.status == 1, "{said:#?}");
    }
    let sql = format!("{}${{ref(orders).city}}{}", "(".repeat(5_000), ")".repeat(5_000));
    let more = format!(
        "insights:\n  - name: deep\n    props:\n      type: bar\n      x: ?{{ {sql} }}\n      y: ?{{ count(*) }}\n"
    );
    let said = check(&project(more), &[]);
    assert_eq!(said.findings(), ["error[sql-syntax]: `x` is no SQL: it is nested too deeply for DuckDB"]);
}

#[test]
fn folders_where_files_are_expected() {
    let project = project("");
    std::fs::remove_file(project.file("more.yml")).unwrap();
    std::fs::create_dir(project.file("more.yml")).unwrap();
    let said = check(&project, &[]);
    assert_eq!(said.findings(), ["warning[include-empty-folder]: no `.yml` or `.yaml` file is taken from `more.yml`"]);
    assert_eq!(said.status, 0);
    std::fs::remove_file(project.file("project.visivo.yml")).unwrap();
    std::fs::create_dir(project.file("project.visivo.yml")).unwrap();
    let run = run(&project, &[]);
    assert_eq!((run.status, run.out.as_str()), (2, ""));
    assert!(run.err.contains("project.visivo.yml is a folder, not a file"), "{run:?}");
}

/// Line ends and byte order marks change neither findings nor their places.
#[test]
fn texts_of_other_systems() {
    let more = "insights:\n  - name: other\n    props:\n      type: bar\n      x: ?{ ${ref(orders).citi} }\n      y: ?{ count(*) }\n";
    let plain = check(&project(more), &[]);
    assert_eq!(plain.findings(), ["error[unknown-column]: the model `orders` has no column `citi`"]);
    for change in [
        |text: &str| text.replace('\n', "\r\n"),
        |text: &str| format!("\u{feff}{text}"),
        |text: &str| format!("\u{feff}{}", text.replace('\n', "\r\n")),
    ] {
        let project = project(change(more));
        project.write("project.visivo.yml", &change(PROJECT));
        let said = check(&project, &[]);
        assert_eq!((said.findings, said.status), (plain.findings.clone(), 1));
    }
}

#[test]
fn references_that_end_with_the_dot() {
    let more = "insights:\n  - name: hurt\n    props:\n      type: bar\n      x: ?{ ${ref(orders).} }\n      y: ?{ ${ref(twice).} }\n";
    let expected = [
        "error[unknown-column]: a column is missing after the dot",
        "error[invalid-accessor]: an accessor is missing after the dot: a single-select input has `.value`",
    ];
    let said = check(&project(more), &[]);
    assert_eq!(said.findings(), expected);
    assert_eq!((said.findings[0].start, said.findings[0].end), ((4, 25), (4, 26)), "the dot");
}

/// A session survives what the command line survives, and tells why something is not known.
#[test]
fn a_session_with_a_query_that_never_ends_and_a_damaged_database() {
    let project = Project::copy_of("ecommerce");
    flood::add_endless_query(&project, 1);
    project.write("data/bad.duckdb", &"noise".repeat(5_000));
    project.write(
        "models.yml",
        &(project.read("models.yml") + "\n  - name: lost\n    source: ref(bad)\n    sql: select * from t\n"),
    );
    let main = project.read("project.visivo.yml");
    project.write(
        "project.visivo.yml",
        &main.replacen("sources:\n", "sources:\n  - name: bad\n    type: duckdb\n    database: data/bad.duckdb\n", 1),
    );
    project.write("insights.yml", &(project.read("insights.yml") + HURT.trim_start_matches("\ninsights:\n")));
    let mut client = viz_tests::Client::start(PROGRAM, viz_tests::Options::default());
    client.open(&project.file("project.visivo.yml"));
    let status = client.settle(&project.root);
    let why = status["why"].to_string();
    assert!(why.contains("took longer than 1s") && why.contains("no DuckDB database"), "{status:#}");
    let found = client.findings(&project.root);
    let codes: BTreeSet<&str> = found.iter().map(|finding| finding.code.as_str()).collect();
    let expected = BTreeSet::from(["query-not-run", "unused-object", "database-unreadable"]);
    assert_eq!(codes, expected, "{found:?}");
    assert_eq!(client.shut_down(), 0);
}

/// Settings of one project that can't be are its own fault: the others are checked.
#[test]
fn settings_of_one_project_among_several() {
    for setting in ["memory: 0", "max_values: 0", "timeout: -1", "max_combinations: 0", "target: 9", "- a"] {
        let project = with_options("select 'x' as y");
        let text = "name: q\nmarkdowns:\n  - {name: m, content: x, nothing: 1}\n";
        project.write("other/project.visivo.yml", text);
        project.write(".viz-lsp.yml", setting);
        let both = run(&project, &["--level", "parse", "project.visivo.yml", "other/project.visivo.yml"]);
        let told = ["the settings can't be read", "unknown-key"];
        assert!(both.status == 1 && told.iter().all(|told| both.out.contains(told)), "{setting}: {both:?}");
    }
}
