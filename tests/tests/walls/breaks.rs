//! The breaks that an attack of 29 November 2026 found, by their numbers there, each once more.

use super::place::{DOTENV, OUTSIDE, Place, VARIABLE};
use super::run::{Ran, User, argument, command, judged, together, watch};
use super::session;

const LOOT: &str = r#"
inputs:
  - name: loot_in
    type: single-select
    options: ?{ select x from ${ref(loot)} }
insights:
  - name: tell
    props:
      type: bar
      x: ?{ ${ref(m).x} }
      y: ?{ count(*) }
    interactions:
      - filter: ?{ ${ref(m).x} = ${ref(loot_in).value} }
"#;

/// A project with a model `loot`, whose rows would be told in a finding.
fn loot(place: &Place, sources: &str, sql: &str) {
    let text = format!(
        "name: red\ndefaults: {{source_name: memory}}\nsources:\n  - {{name: memory, type: duckdb, database: \":memory:\"}}\n{sources}\
         models:\n  - name: m\n    sql: select 1 as x\n  - name: loot\n    sql: >-\n      {sql}\n{LOOT}"
    );
    place.write("project/project.visivo.yml", &text);
}

/// Checks, builds, lists the runs and holds a session, and tells what was wrong.
fn all_ways(place: &Place) -> Vec<String> {
    let mut faults = Vec::new();
    let out = argument(place.out.clone());
    for args in [
        &["--check", "--timeout", "3", "--color", "never"][..],
        &["--check", "--timeout", "3", "--format", "json", "--level", "execute"],
        &["--check", "--timeout", "3", "--format", "sarif", "--hostile-options"],
        &["--check", "--timeout", "3", "--format", "github"],
        &["--build", "--timeout", "3", "--flat", "--out", &out],
        &["--runs", "100"],
    ] {
        let (_, found) = judged(place, command(place, User::Own).args(args), &|_| false);
        faults.extend(found.into_iter().map(|fault| format!("{}: {fault}", args.join(" "))));
    }
    faults.extend(session::faults(place, true, true).into_iter().map(|fault| format!("editor: {fault}")));
    faults
}

fn holds(place: &Place, what: &str) {
    let faults = all_ways(place);
    assert!(faults.is_empty(), "{what}:\n  {}", faults.join("\n  "));
}

fn run(place: &Place, args: &[&str]) -> Ran {
    watch(command(place, User::Own).args(args))
}

const COPIES: &str = "list_filter(current_setting('allowed_directories'), lambda p: p like '%/copies/%')[1]";

#[test]
fn n01_the_log_of_a_duckdb_database_may_be_a_link() {
    let place = Place::new();
    place.copy("shop.duckdb", "project/data/shop.duckdb");
    place.link("project/data/shop.duckdb.wal", "../../outside/secret.txt");
    loot(
        &place,
        "  - {name: db, type: duckdb, database: data/shop.duckdb}\n",
        &format!("select unnest(string_split(content, chr(10))) as x from read_text({COPIES} || '/*/shop.duckdb.wal')"),
    );
    place.write(
        "project/project.visivo.yml",
        &place.read("project/project.visivo.yml").replace("source_name: memory", "source_name: db"),
    );
    holds(&place, "a linked log");
}

#[test]
fn n01_the_logs_of_a_sqlite_database_may_be_links() {
    for end in ["-wal", "-journal", "-shm"] {
        let place = Place::new();
        place.copy("shop.sqlite", "project/data/shop.sqlite");
        place.link(&format!("project/data/shop.sqlite{end}"), "../../outside/secret.txt");
        loot(
            &place,
            "  - {name: db, type: sqlite, database: data/shop.sqlite}\n",
            &format!("select content::varchar as x from read_blob({COPIES} || '/*/*')"),
        );
        let text = place.read("project/project.visivo.yml");
        place.write(
            "project/project.visivo.yml",
            &text.replace("select 1 as x\n", "select x from t\n    source: ref(db)\n"),
        );
        holds(&place, end);
    }
}

/// Where the copies are is nothing that SQL may know.
#[test]
fn n01_the_folder_of_copies_has_no_name() {
    let all = [
        "select current_setting('allowed_directories')::varchar as x",
        "select unnest(current_setting('allowed_directories')) as x",
        "select unnest(current_setting('allowed_paths')) as x",
        "select current_setting('temp_directory') as x",
        "select value as x from duckdb_settings() where name like 'allowed%'",
        "select path as x from duckdb_databases() where path is not null",
        "select file as x from pragma_database_list() where file is not null",
        "select database_size as x from pragma_database_size()",
        "select sql as x from duckdb_views()",
        "select getvariable('x') as x",
    ];
    let faults = together(&all, |sql| {
        let mut faults = Vec::new();
        let place = Place::new();
        place.copy("shop.duckdb", "project/data/shop.duckdb");
        loot(&place, "  - {name: db, type: duckdb, database: data/shop.duckdb}\n", sql);
        let text = place.read("project/project.visivo.yml").replace("source_name: memory", "source_name: db");
        place.write("project/project.visivo.yml", &text);
        for args in
            [&["--check", "--timeout", "3"][..], &["--check", "--format", "json"], &["--build", "--out", "../out"]]
        {
            let ran = run(&place, args);
            faults.extend(ran.faults());
            if ran.said().contains("/copies/") {
                faults.push(format!("{sql}: {}", ran.said()));
            }
        }
        faults
    });
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn n02_a_fix_goes_through_no_link() {
    let place = Place::new();
    place.write("outside/m.yml", "charts:\n  - name: co\n    insights: ref(zz)\n");
    place.link("project/l.yml", "../outside/m.yml");
    place.write("project/project.visivo.yml", "name: red\nincludes:\n  - path: l.yml\n");
    let (ran, faults) = judged(&place, command(&place, User::Own).args(["--check", "--fix", "--quiet"]), &|_| false);
    assert!(faults.is_empty(), "{faults:?}: {}", ran.said());
}

#[test]
fn n03_values_of_variables_are_nowhere() {
    let place = Place::new();
    loot(
        &place,
        "  - {name: d, type: duckdb, database: \"${env.VARIABLE}\"}\n  - {name: e, type: sqlite, database: \"x/${env.DOT}/y.db\"}\n  \
         - {name: f, type: csv, file: \"${env.VARIABLE}.csv\"}\n  - {name: g, type: duckdb, database: \"${env.PATH_OF_SECRET}\"}\n",
        "select 1 as x",
    );
    let more: String = ["d", "e", "f", "g"]
        .iter()
        .map(|source| format!("  - name: of_{source}\n    source: ref({source})\n    sql: select * from t\n"))
        .collect();
    let text = place.read("project/project.visivo.yml").replace("models:\n", &format!("models:\n{more}"));
    place.write("project/project.visivo.yml", &text);
    place.write("project/.visivo.yml", "");
    holds(&place, "values of variables");
    for secret in [VARIABLE, DOTENV, OUTSIDE] {
        assert!(!run(&place, &["--doctor"]).said().contains(secret));
    }
}

#[test]
fn n04_dot_env_is_no_data() {
    let spelled = [
        ".env",
        "./.env",
        ".e*",
        "**/.env",
        "data/../.env",
        "data/hard.csv",
        "data/soft.csv",
        "data/folder/.env",
        "{.env,x}",
        ".[e]nv",
        ".?nv",
        ".git/config",
        ".git/*",
        "**/config",
        "data/config.csv",
        "data/git/config",
        "server.pem",
        "*.pem",
        "data/pem.csv",
    ];
    let place = Place::new();
    place.write("project/data/x.csv", "x\n1\n");
    for (name, of) in [("hard", ".env"), ("config", ".git/config"), ("pem", "server.pem")] {
        std::fs::hard_link(place.project.join(of), place.project.join(format!("data/{name}.csv")))
            .expect("can be made");
    }
    place.link("project/data/soft.csv", "../.env");
    place.link("project/data/folder", "..");
    place.link("project/data/git", "../.git");
    let all = [
        "select content as x from read_text('FILE')",
        "select content::varchar as x from read_blob('FILE')",
        "select column0 as x from read_csv('FILE', header = false, delim = '~', columns = {'column0': 'VARCHAR'})",
        "select x::varchar as x from 'FILE' x",
        "select Columns::varchar as x from sniff_csv('FILE')",
    ];
    // In all ways the plain name, in one way all the others.
    let functions = |number: usize| if number == 0 { &all[..] } else { &all[number % 2..number % 2 + 1] };
    let (mut models, mut inputs, mut filters) = (String::new(), String::new(), String::new());
    for (number, (file, sql)) in spelled
        .iter()
        .enumerate()
        .flat_map(|(number, file)| functions(number).iter().map(move |sql| (file, sql)))
        .enumerate()
    {
        let sql = sql.replace("FILE", file);
        models.push_str(&format!("  - name: m{number}\n    sql: >-\n      {sql}\n"));
        inputs.push_str(&format!(
            "  - name: i{number}\n    type: single-select\n    options: ?{{ select x from ${{ref(m{number})}} }}\n"
        ));
        filters.push_str(&format!(
            "  - name: o{number}\n    props:\n      type: bar\n      x: ?{{ ${{ref(m).x}} }}\n      y: ?{{ count(*) }}\n    interactions:\n      \
             - filter: ?{{ ${{ref(m).x}} = ${{ref(i{number}).value}} }}\n"
        ));
    }
    let mut sources = String::from("  - {name: memory, type: duckdb, database: \":memory:\"}\n");
    for (number, file) in spelled.iter().enumerate() {
        sources.push_str(&format!(
            "  - {{name: s{number}, type: csv, file: '{file}', delimiter: '~', has_header: false}}\n"
        ));
        models
            .push_str(&format!("  - name: c{number}\n    source: ref(s{number})\n    sql: select * from s{number}\n"));
        inputs.push_str(&format!(
            "  - name: ci{number}\n    type: single-select\n    options: ?{{ select * from ${{ref(c{number})}} }}\n"
        ));
        filters.push_str(&format!(
            "  - name: co{number}\n    props:\n      type: bar\n      x: ?{{ ${{ref(m).x}} }}\n      y: ?{{ count(*) }}\n    interactions:\n      \
             - filter: ?{{ ${{ref(m).x}} = ${{ref(ci{number}).value}} }}\n"
        ));
    }
    place.write(
        "project/project.visivo.yml",
        &format!("name: red\ndefaults: {{source_name: memory}}\nsources:\n{sources}models:\n  - name: m\n    sql: select 1 as x\n{models}inputs:\n{inputs}insights:\n{filters}"),
    );
    holds(&place, "files with secrets as data");
}

#[test]
fn n04_dot_env_is_no_include() {
    let place = Place::new();
    place.link("project/soft.yml", ".env");
    std::fs::hard_link(place.project.join(".env"), place.project.join("hard.yml")).expect("can be made");
    std::fs::hard_link(place.project.join(".env"), place.project.join("many.yml")).expect("can be made");
    let paths = [".env", "./.env", "soft.yml", "hard.yml", "server.pem", "x/../.env", "."];
    let list: String = paths.iter().map(|path| format!("  - path: {path}\n")).collect();
    place.write("project/project.visivo.yml", &format!("name: red\nincludes:\n{list}"));
    holds(&place, "files with secrets as includes");
}

#[test]
fn n05_includes_quote_nothing_outside() {
    let place = Place::new();
    place.link("project/l.yml", "../outside/secret.yml");
    place.link("project/d/l.yml", "../../outside/secret.txt");
    place.write("project/.visivo_cache/o/r@v1/project.visivo.yml", "name: r\n");
    place.link("project/.visivo_cache/o/l@v1", "../../../outside/own");
    let paths = [
        "../outside/secret.txt",
        "../outside/secret.yml",
        "../outside/secret.json",
        "../outside/own",
        "l.yml",
        "d",
        "\"o/r.git@v1 -- ../../../../outside/secret.txt\"",
        "\"o/r.git@v1 -- ../../../../outside/secret.yml\"",
        "\"o/l.git@v1 -- secret.yml\"",
    ];
    let list: String = paths.iter().map(|path| format!("  - path: {path}\n")).collect();
    place.write("project/project.visivo.yml", &format!("name: red\nincludes:\n{list}"));
    holds(&place, "includes");
    let faults = session::faults(&place, false, true);
    assert!(faults.is_empty(), "untrusted: {faults:?}");
}

#[test]
fn n06_examples_are_masked() {
    let place = Place::new();
    place.copy("shop.duckdb", &format!("project/data/{VARIABLE}.duckdb"));
    loot(
        &place,
        "  - {name: d, type: duckdb, database: \"data/${env.VARIABLE}.duckdb\"}\n",
        "select current_database() as x",
    );
    let text = place.read("project/project.visivo.yml").replace("source_name: memory", "source_name: d");
    place.write("project/project.visivo.yml", &text);
    // That it is an option is in the cache, and in what is built: there it is data.
    for format in ["text", "json", "sarif", "github"] {
        let ran = run(&place, &["--check", "--format", format, "--level", "execute", "--write-baseline", "b.json"]);
        assert_eq!(ran.faults(), Vec::<String>::new(), "{format}");
        assert!(!place.read("project/b.json").contains(VARIABLE));
    }
}

#[test]
fn n08_pipes_beside_databases() {
    for (database, log) in
        [("shop.duckdb", ".wal"), ("shop.sqlite", "-wal"), ("shop.sqlite", "-journal"), ("shop.sqlite", "-shm")]
    {
        let place = Place::new();
        place.copy(database, &format!("project/data/{database}"));
        place.pipe(&format!("project/data/{database}{log}"));
        let ty = database.trim_start_matches("shop.");
        loot(
            &place,
            &format!("  - {{name: db, type: {ty}, database: data/{database}}}\n"),
            "select x from t\n    source: ref(db)",
        );
        holds(&place, log);
    }
}

#[test]
fn n08_pipes_where_a_build_writes() {
    for name in [".viz-lsp-build.lock", ".viz-lsp-build.json", ".viz-lsp-staging-1", "main", "main/inputs"] {
        let place = Place::new();
        loot(&place, "", "select 1 as x");
        place.pipe(&format!("out/{name}"));
        let (_, faults) = judged(&place, command(&place, User::Own).args(["--build", "--out", "../out"]), &|_| false);
        assert!(faults.is_empty(), "{name}: {faults:?}");
    }
}

/// The browser's DuckDB takes the old arrow of lambdas.
#[test]
fn n10_arrows_are_no_error() {
    let place = Place::new();
    place.write(
        "project/project.visivo.yml",
        "name: arrows\ndefaults: {source_name: s}\nsources:\n  - {name: s, type: duckdb, database: \":memory:\"}\nmodels:\n  - name: m\n    sql: select [1, 2] as x, 1 as n\n\
         inputs:\n  - name: i\n    type: single-select\n    options: [\"1\", \"2\"]\n\
         insights:\n  - name: a\n    props:\n      type: bar\n      x: ?{ list_transform(${ref(m).x}, q -> q + 1)::varchar }\n      y: ?{ ${ref(m).n} }\n    interactions:\n      \
         - filter: ?{ ${ref(m).n} = ${ref(i).value} }\n",
    );
    let ran = run(&place, &["--check", "--level", "execute"]);
    assert!(!ran.said().contains("error[") && ran.status == Some(0), "{}", ran.said());
}
