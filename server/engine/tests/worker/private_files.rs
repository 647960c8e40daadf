//! Files that hold secrets are no data. Two walls stand before them, and each is enough: the statement gate, which looks at what
//! a query names, and Landlock, which leaves them out. Judged by what the answers hold.

use super::walls::{behind, wrong};
use super::*;
use std::os::unix::fs::symlink;
use viz_facts::Reason;

/// What no answer may hold.
const SECRET: &str = "xyzzy-private-4711";

/// Attempts to read it; `{root}` is the project's folder. Each succeeds where there is no wall.
const ATTEMPTS: &[&str] = &[
    // by name
    "select content from read_text('.env')",
    "select content from read_text('./.env')",
    "select content from read_text('{root}/.env')",
    "select content from read_text('file:{root}/.env')",
    "select content from read_text('file://{root}/.env')",
    "select content from read_text('data/../.env')",
    "select content from read_text('data//..//.//.env')",
    "select content from read_text('../project/.env')",
    "select content from read_text('data/deep/.env.local')",
    "select content from read_text('keys/server.pem')",
    "select content from read_text('.git/config')",
    "select content from read_text('.visivo/token')",
    // by pattern
    "select content from read_text('.e*')",
    "select content from read_text('.en?')",
    "select content from read_text('.[e]nv')",
    "select content from read_text('**/.env')",
    "select content from read_text('**/.env.l*')",
    "select content from read_text('*/config')",
    "select string_agg(content::varchar, '') from read_blob('**')",
    "select content from read_text('keys/*')",
    "select content from read_text(['data/a.csv', '.e' || 'nv']) order by content desc",
    // under other names
    "select content from read_text('data/soft.csv')",
    "select content from read_text('data/hard.csv')",
    "select content from read_text('data/deep/hard.csv')",
    "select content from read_text('data/config.csv')",
    "select content from read_text('data/repository/config')",
    "select content from read_text('data/s*.csv')",
    "select string_agg(content, '') from read_text('data/**')",
    "select token from 'data/hard.csv'",
    "select * from data.\"hard.csv\"",
    "table 'data/soft.csv'",
    "select string_agg(column0, '') from read_csv('data', header = false, union_by_name = true, files_to_sniff = -1)",
    // by other functions
    "select content::varchar from read_blob('.env')",
    "select * from read_csv('.env', header = false)",
    "select * from read_csv_auto('.env', delim = ';', header = false)",
    "select * from read_csv('.env', header = false, columns = {'x': 'varchar'})",
    "select json from read_ndjson_objects('.env.json')",
    "select * from read_json('.env.json')",
    "select Prompt from sniff_csv('.env', header = false) where false union all select content from read_text('.env')",
    "select * from query_table('data/hard.csv')",
    "select * from query_table(['data/hard.csv'])",
    "select bin from histogram_values('data/hard.csv', token)",
    "select min from (summarize 'data/hard.csv')",
    "select column_name from (describe 'data/header.csv')",
    "select value::varchar from parquet_kv_metadata('secret/.env.parquet')",
    "select x from read_parquet('secret/.env.parquet')",
    "select x from 'secret/.env.parquet'",
    // by computed names
    "select content from read_text('.e' || 'nv')",
    "select content from read_text(chr(46) || lower('ENV'))",
    "select content from read_text(concat('.', 'env'))",
    "select content from read_text(reverse('vne.'))",
    "select content from read_text(from_hex('2e656e76')::varchar)",
    "select content from read_text(list_transform(['.en'], lambda x: x || 'v'))",
    "select content from read_text([x || 'v' for x in ['.en']])",
    "select content from read_text(case when random() < 2 then '.env' else 'data/a.csv' end)",
    "select content from read_text('.' || substr(current_setting('schema'), 99) || 'env')",
    "select content from read_text(replace(current_schema() || '.env', 'main', ''))",
    // anywhere in a query
    "select (select content from read_text('.env'))",
    "with a as (select content from read_text('.env')) select * from a",
    "select 'x' union all select content from read_text('.env')",
    "select content from (select 1) cross join read_text('.env')",
    "select content from read_text('data/a.csv') semi join (select 1) on true union all from (select content from read_text('.env'))",
    "select 'x' where exists (from read_text('.env')) union all select content from read_text('.env')",
    "pivot (select content, 1 as n from read_text('.env')) on n in (1) using any_value(content)",
    // stored in the database
    "select * from stored_view",
    "select * from shop.main.stored_view",
    "select * from stored_on_stored",
    "select stored_macro('.env')",
    "select * from stored_table_macro('.env')",
    "select * from stored_computed",
    "select * from stored_query",
    "select * from stored_link",
    "select * from query_table('stored_' || 'view')",
    "select * from stored_by_name",
];

/// What must be readable behind all walls.
const READABLE: &[(&str, &str)] = &[
    ("select content from read_text('data/a.csv')", "town\nBonn\n"),
    ("select town from 'data/a.csv'", "Bonn"),
    ("select town from read_csv('data/' || 'a.csv')", "Bonn"),
    ("select town from read_csv('data/*a.csv')", "Bonn"),
    ("select town from 'data/deep/plain.csv'", "Rom"),
    ("select town from 'top.csv'", "Oslo"),
    ("select content from read_text('.env.example')", "TOKEN=\n"),
    ("select town from stored_plain", "Bonn"),
    ("select current_setting('threads')::int > 0", "true"),
];

fn project() -> (tempfile::TempDir, SourceSpec) {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("project");
    for made in ["data/deep", "keys", "secret", ".git", ".visivo"] {
        std::fs::create_dir_all(root.join(made)).unwrap();
    }
    for file in [".env", "data/deep/.env.local", "keys/server.pem", ".git/config", ".visivo/token", "data/deep/.env"] {
        std::fs::write(root.join(file), format!("token\n{SECRET}\n")).unwrap();
    }
    std::fs::write(root.join(".env.json"), format!("{{\"x\": \"{SECRET}\"}}")).unwrap();
    std::fs::write(root.join("data/a.csv"), "town\nBonn\n").unwrap();
    std::fs::write(root.join("data/deep/plain.csv"), "town\nRom\n").unwrap();
    std::fs::write(root.join("top.csv"), "town\nOslo\n").unwrap();
    std::fs::write(root.join(".env.example"), "TOKEN=\n").unwrap();
    symlink("../.env", root.join("data/soft.csv")).unwrap();
    symlink("../.git", root.join("data/repository")).unwrap();
    std::fs::hard_link(root.join(".env"), root.join("data/hard.csv")).unwrap();
    std::fs::write(root.join(".env.header"), format!("{SECRET}\nx\n")).unwrap();
    std::fs::hard_link(root.join(".env.header"), root.join("data/header.csv")).unwrap();
    std::fs::hard_link(root.join("data/deep/.env"), root.join("data/deep/hard.csv")).unwrap();
    std::fs::hard_link(root.join(".env"), root.join("data.hard.csv")).unwrap();
    std::fs::hard_link(root.join(".git/config"), root.join("data/config.csv")).unwrap();
    let path = root.join("shop.duckdb");
    let conn = duckdb::Connection::open(&path).unwrap();
    let at = root.display();
    conn.execute_batch(&format!(
        "copy (select '{SECRET}' as x) to '{at}/secret/.env.parquet' (kv_metadata {{k: '{SECRET}'}});
         create view stored_view as select content from read_text('{at}/.env');
         create view stored_on_stored as from stored_view;
         create macro stored_macro(p) as (select content from read_text(p));
         create macro stored_table_macro(p) as table select content from read_text(p);
         create view stored_computed as select content from read_text('{at}/' || '.e' || 'nv');
         create view stored_query as from query('select content from read_text(''.env'')');
         create view stored_link as select content from read_text('{at}/data/hard.csv');
         create view stored_by_name as select token from '{at}/data/hard.csv';
         create view stored_plain as select town from '{at}/data/a.csv';"
    ))
    .unwrap();
    drop(conn);
    (folder, SourceSpec::DuckDbFile { root, path: path.into() })
}

pub(super) fn private_files_have_two_walls() {
    let (folder, source) = project();
    for walls in ["no-walls", "only-gate", "only-landlock", "all"] {
        if !cfg!(target_os = "linux") && walls == "only-landlock" {
            continue;
        }
        let engine = behind(walls, folder.path());
        let root = source.root().display().to_string();
        let ask = |attempt: &str| one(&engine, read(&source, &attempt.replace("{root}", &root)));
        let wrong = wrong(walls, ATTEMPTS, SECRET, ask);
        assert!(wrong.is_empty(), "behind {walls}:\n{}", wrong.join("\n"));
        for (sql, expected) in READABLE {
            assert_eq!(values(one(&engine, read(&source, sql))), [*expected], "{sql} behind {walls}");
        }
    }
}

/// Sources are read by other ways than queries.
pub(super) fn private_files_are_no_sources() {
    let (_folder, source) = project();
    let (root, engine) = (source.root().to_owned(), engine());
    for file in [".env", "data/soft.csv", "data/hard.csv", "data/deep/.env", ".git/config", "data/../keys/server.pem"] {
        let path = root.join(file);
        let csv = SourceSpec::Csv {
            root: root.clone(),
            path: path.clone().into(),
            view: "loot".into(),
            delimiter: ",".into(),
            has_header: false,
        };
        let answer = one(&engine, read(&csv, "select * from loot"));
        assert_eq!(code(&answer), "private-file", "{file}: {answer:?}");
        let message = &answer.unwrap_err().message;
        assert!(
            message.contains("may hold secrets, so it is not read as data") && !message.contains(SECRET),
            "{message}"
        );
        for source in [
            SourceSpec::DuckDbFile { root: root.clone(), path: path.clone().into() },
            SourceSpec::Sqlite { root: root.clone(), path: path.into() },
        ] {
            let answer = one(&engine, read(&source, "select 1"));
            assert!(["private-file", "database-unreadable"].contains(&code(&answer)), "{file}: {answer:?}");
        }
    }
}

/// Landlock knows files, not names: what is new must be readable, and what has become private must not.
pub(super) fn the_wall_moves_with_the_project() {
    let (folder, source) = project();
    let root = source.root();
    for walls in ["all", "only-landlock"] {
        let engine = behind(walls, folder.path());
        let sees = |sql: &str, text: &str| format!("{:?}", one(&engine, read(&source, sql))).contains(text);
        assert!(sees("select town from 'top.csv'", "Oslo"), "{walls}");
        let name = |name: &str| root.join(format!("{walls}-{name}"));
        // A new file beside a private one, and one that takes another's place.
        std::fs::write(name("new.csv"), "town\nLima\n").unwrap();
        assert!(sees(&format!("select town from '{walls}-new.csv'"), "Lima"), "{walls}");
        std::fs::write(name("other.csv"), "town\nKiew\n").unwrap();
        std::fs::rename(name("other.csv"), root.join("top.csv")).unwrap();
        assert!(sees("select town from 'top.csv'", "Kiew"), "{walls}");
        std::fs::create_dir(name("folder")).unwrap();
        std::fs::write(name("folder").join("x.csv"), "town\nBern\n").unwrap();
        assert!(sees(&format!("select town from '{walls}-folder/x.csv'"), "Bern"), "{walls}");
        // A private one where there was none.
        std::fs::write(name("folder").join(".env"), SECRET).unwrap();
        assert!(!sees(&format!("select content from read_text('{walls}-folder/.env')"), SECRET), "{walls}");
        assert!(sees(&format!("select town from '{walls}-folder/x.csv'"), "Bern"), "{walls}");
        std::fs::hard_link(root.join(".env"), name("folder").join("hard.csv")).unwrap();
        assert!(!sees(&format!("select content from read_text('{walls}-folder/hard.csv')"), SECRET), "{walls}");
        std::fs::write(root.join("top.csv"), "town\nOslo\n").unwrap();
    }
}

/// Macros of a user's database have DuckDB's own names, by which DuckDB's own things call each other: so every query uses them.
pub(super) fn a_users_macros_stand_for_nothing_of_ours() {
    let (_folder, source) = project();
    let root = source.root().to_owned();
    let engine = engine();
    let harmless = "create table t as select 'fine' as x;
         create macro duckdb_views() as table select 'x' as view_name, 'select 1' as sql, false as internal, 'macros' as database_name;
         create macro duckdb_functions() as table select 'x' as function_name, 'macro' as function_type, 'select 1' as macro_definition, false as internal, 'macros' as database_name;
         create macro duckdb_databases() as table select 'x' as database_name, false as internal;
         create macro \"glob\"(p) as table select 'data/a.csv' as file;";
    let env = root.join(".env").display().to_string();
    let loot = format!("create view loot as select content from read_text('{env}');");
    let stored = |name: &str, more: &str| {
        let path = root.join("data").join(name);
        let conn = duckdb::Connection::open(&path).unwrap();
        conn.execute_batch(&format!("{harmless}{more}")).unwrap();
        drop(conn);
        SourceSpec::DuckDbFile { root: root.clone(), path: path.into() }
    };
    // What reads nothing private harms nobody.
    let seen = stored("seen.duckdb", &loot);
    assert_eq!(values(one(&engine, read(&seen, "select x from t"))), ["fine"]);
    let refused = |source: &SourceSpec, sql: &str| {
        let answer = one(&engine, read(source, sql));
        assert!(answer.is_err() && !format!("{answer:?}").contains(SECRET), "{sql}: {answer:?}");
    };
    for sql in ["select * from loot", "select content from read_text('.e*')"] {
        refused(&seen, sql);
    }
    for (name, more) in [
        ("table.duckdb", format!("create macro query(q) as table select content from read_text('{env}');")),
        ("scalar.duckdb", format!("create macro upper(x) as (select content from read_text('{env}'));")),
        ("view.duckdb", format!("create view duckdb_tables as select content as name from read_text('{env}');")),
        ("hidden.duckdb", "create macro f(x := 1) as x; create macro list_value(x) as f(x);".to_owned()),
        ("type.duckdb", "create type json as integer;".to_owned()),
    ] {
        refused(&stored(name, &more), "select x from t");
    }
}

/// What is not run where a query says it is not run where something that is stored in the database says it.
pub(super) fn what_is_stored_in_a_database_is_judged_as_text() {
    let (_folder, source) = project();
    let root = source.root().to_owned();
    let path = root.join("data/stored.duckdb");
    let conn = duckdb::Connection::open(&path).unwrap();
    let tells = "current_setting('allowed_directories')::varchar";
    conn.execute_batch(&format!(
        "create table t (a int, b varchar generated always as (upper(a::varchar)));
         create table g (a int, b varchar generated always as ({tells}));
         create table \"g\"\"q\" (a int, b varchar generated always as ({tells}));
         create table computed (a int, b varchar generated always as (current_setting('allowed_' || substr('xdirectories', 2))::varchar));
         create view v as select b from g;
         insert into t (a) values (1); insert into g (a) values (1); insert into \"g\"\"q\" (a) values (1); insert into computed (a) values (1);
         create macro scalar() as {tells};
         create macro two() as 'fine', (x) as {tells};
         create macro \"a\"\"b\"() as table select path from duckdb_databases();
         create macro runs() as table select * from query('select path from duckdb_databases()');
         create macro runs_serialized() as table
             select * from json_execute_serialized_sql(json_serialize_sql('select path from duckdb_databases()'));
         create macro reads(name) as table select * from query_table(name);
         create view runs_in_a_view as select * from query('select 1');"
    ))
    .unwrap();
    drop(conn);
    let (source, engine) = (SourceSpec::DuckDbFile { root: root.clone(), path: path.into() }, engine());
    for sql in [
        "select b from g",
        "select * from g",
        "select b from \"g\"\"q\"",
        "select b from computed",
        "select * from v",
        "select x.b from query_table('g') x",
        "select scalar()",
        "select two(1)",
        "select * from \"a\"\"b\"()",
        "select * from runs()",
        "select * from runs_serialized()",
        "select * from reads('duckdb_databases')",
        "select * from reads('.env')",
        "select * from runs_in_a_view",
    ] {
        let answer = one(&engine, read(&source, sql));
        let refused = [Reason::FunctionNotRun, Reason::FileNotKnown, Reason::PrivateFile];
        assert!(answer.as_ref().is_err_and(|why| refused.contains(&why.code)), "{sql}: {answer:?}");
    }
    // The quoted name is taken for one that every text may hold, so it stands alone.
    let path = root.join("data/plain.duckdb");
    let conn = duckdb::Connection::open(&path).unwrap();
    conn.execute_batch(&format!(
        "create table t (a int, b varchar generated always as ('fine' || a::varchar)); insert into t (a) values (1);
         create table upper (a int, b varchar generated always as ({tells}));"
    ))
    .unwrap();
    drop(conn);
    let source = SourceSpec::DuckDbFile { root, path: path.into() };
    for (sql, expected) in [("select b from t", "fine1"), ("select b from t where a = 1 and length(b) = 5", "fine1")] {
        assert_eq!(values(one(&engine, read(&source, sql))), [expected], "{sql}");
    }
}
