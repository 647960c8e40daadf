//! What is no plain file, or not what it is called: as a database, beside one, as a table, in a query. Nothing of it is read,
//! and nothing waits for it: each of these would wait for ever.

use super::walls::behind;
use super::*;
use std::os::unix::fs::symlink;
use viz_facts::Reason;
use viz_secrets::SecretPath;

const SECRET: &str = "root-of-all-secrets";

fn pipe(path: &Path) {
    let mode = rustix::fs::Mode::from_raw_mode(0o600);
    rustix::fs::mknodat(rustix::fs::CWD, path, rustix::fs::FileType::Fifo, mode, 0).unwrap();
}

/// Makes something at a path that is no file of a project.
type Make = fn(&Path, &Path);

const KINDS: &[(&str, Make)] = &[
    ("link to a file outside", |path, outside| symlink(outside.join("secret"), path).unwrap()),
    ("link to a link", |path, outside| {
        let _ = std::fs::remove_file(outside.join("link"));
        symlink(outside.join("secret"), outside.join("link")).unwrap();
        symlink(outside.join("link"), path).unwrap();
    }),
    ("link to itself", |path, _| symlink(path.file_name().unwrap(), path).unwrap()),
    ("link to nothing", |path, _| symlink("nothing", path).unwrap()),
    ("link to a device", |path, _| symlink("/dev/zero", path).unwrap()),
    ("link to a folder", |path, outside| symlink(outside, path).unwrap()),
    ("link to a pipe", |path, outside| {
        let _ = std::fs::remove_file(outside.join("pipe"));
        pipe(&outside.join("pipe"));
        symlink(outside.join("pipe"), path).unwrap();
    }),
    ("pipe", |path, _| pipe(path)),
    ("socket", |path, _| drop(std::os::unix::net::UnixListener::bind(path).unwrap())),
    ("folder", |path, _| std::fs::create_dir(path).unwrap()),
    ("text", |path, _| std::fs::write(path, SECRET).unwrap()),
];

struct Place {
    folder: tempfile::TempDir,
    root: PathBuf,
    outside: PathBuf,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (root, outside) = (folder.path().join("root"), folder.path().join("outside"));
        for made in [&root, &outside] {
            std::fs::create_dir(made).unwrap();
        }
        std::fs::write(outside.join("secret"), format!("{SECRET}\n")).unwrap();
        Self { folder, root, outside }
    }

    fn duckdb(&self) -> SourceSpec {
        let path = self.root.join("shop.duckdb");
        if !path.exists() {
            duckdb::Connection::open(&path).unwrap().execute_batch("create table t as select 'fine' as x").unwrap();
        }
        SourceSpec::DuckDbFile { root: self.root.clone(), path: path.into() }
    }

    fn sqlite(&self) -> SourceSpec {
        let path = self.root.join("shop.sqlite");
        if !path.exists() {
            let conn = rusqlite::Connection::open(&path).unwrap();
            conn.execute_batch("create table t as select 'fine' as x").unwrap();
        }
        SourceSpec::Sqlite { root: self.root.clone(), path: path.into() }
    }

    fn csv(&self, path: PathBuf) -> SourceSpec {
        let (root, view, delimiter) = (self.root.clone(), "t".to_owned(), ",".to_owned());
        SourceSpec::Csv { root, path: path.into(), view, delimiter, has_header: false }
    }
}

/// How SQL can look for the private copies: by what DuckDB tells of its settings, by what it has attached, by guessing.
const LOOKING: &[&str] = &[
    "select content from read_text(list_filter(current_setting('allowed_directories'), lambda p: p like '%copies%')[1] || '/*/*.wal')",
    "select content from read_text(current_setting('allowed_paths')[2])",
    "select content from read_text((select path from duckdb_databases() where path is not null limit 1) || '.wal')",
    "select path from duckdb_databases()",
    "select path from duckdb_databases",
    "select path from system.main.duckdb_databases()",
    "select file from pragma_database_list",
    "select file from pragma_database_list()",
    "select value from duckdb_settings() where name like 'allowed%'",
    "select setting from pg_catalog.pg_settings where name like 'allowed%'",
    "select current_setting('ALLOWED_paths')",
    "select current_setting('allowed' || '_directories')",
    "select current_setting(name) from (values ('allowed_paths')) t(name)",
    "select current_setting('temp_directory'), current_setting('home_directory')",
    "select database_name from pragma_database_size()",
    "select path from duckdb_temporary_files()",
    "select path from duckdb_external_file_cache()",
    "select install_path from duckdb_extensions()",
    "select message from duckdb_logs()",
    "select * from duckdb_logs",
    "summarize duckdb_databases",
    "select (select max(path) from duckdb_databases())",
    "select * from duckdb_secrets()",
];

pub(super) fn logs_that_are_none_are_not_taken() {
    for sqlite in [false, true] {
        let ends: &[&str] = if sqlite { &["-wal", "-journal", "-shm"] } else { &[".wal", ".wal.checkpoint"] };
        for end in ends {
            for (kind, make) in KINDS {
                let place = Place::new();
                let source = if sqlite { place.sqlite() } else { place.duckdb() };
                let (SourceSpec::DuckDbFile { path, .. } | SourceSpec::Sqlite { path, .. }) = &source else { panic!() };
                let log =
                    path.reveal().with_file_name(format!("{}{end}", path.reveal().file_name().unwrap().display()));
                make(&log, &place.outside);
                // Not even where the worker has no walls at all: nothing is carried in.
                for walls in ["all", "no-walls"] {
                    let engine = behind(walls, place.folder.path());
                    let answer = one(&engine, read(&source, "select x from t"));
                    match (*end, *kind) {
                        ("-shm", _) => assert_eq!(values(answer), ["fine"], "{kind}"),
                        _ => assert_eq!(code(&answer), "log-unreadable", "{kind} {end} {walls}: {answer:?}"),
                    }
                    let memory = SourceSpec::DuckDbMemory { root: place.root.clone() };
                    for sql in LOOKING.iter().take(if walls == "all" { 99 } else { 3 }) {
                        let answer = format!("{:?}", one(&engine, read(&memory, sql)));
                        assert!(!answer.contains(SECRET), "{kind} {end} {sql}: {answer}");
                    }
                }
            }
        }
    }
}

pub(super) fn the_place_of_copies_is_told_to_no_query() {
    let place = Place::new();
    let (source, engine) = (place.duckdb(), engine());
    assert_eq!(values(one(&engine, read(&source, "select x from t"))), ["fine"]);
    for sql in LOOKING {
        let answer = one(&engine, read(&source, sql));
        assert!(
            matches!(&answer, Err(unknown) if matches!(unknown.code, Reason::FunctionNotRun | Reason::FileNotKnown)),
            "{sql}: {answer:?}"
        );
    }
    for sql in
        ["select current_setting('threads')", "select current_setting('memory_limit')", "select current_database()"]
    {
        assert!(one(&engine, read(&source, sql)).is_ok(), "{sql}");
    }
    // By DuckDB's settings alone, a database's copies are the only files of ours that it knows.
    let engine = behind("only-settings", place.folder.path());
    let told = values(one(&engine, read(&source, "select unnest(current_setting('allowed_directories'))")));
    assert!(told.iter().all(|path| !path.contains("copies")), "{told:?}");
}

/// Where a variable names a database's file, each text is answered as the same text with another word is: a list of words tells nothing.
pub(super) fn no_guess_of_a_secret_name_is_told_right() {
    const NAME: &str = "okapi7guess";
    let place = Place::new();
    let path = place.root.join(format!("{NAME}.duckdb"));
    std::fs::rename(place.duckdb().path().unwrap().reveal(), &path).unwrap();
    let path = SecretPath::new(path, "${env.SHOP}");
    let (source, engine) = (SourceSpec::DuckDbFile { root: place.root.clone(), path }, engine());
    for sql in [
        "select x from t /* WORD */",
        "select hex(current_database()) -- WORD",
        "select reverse(current_catalog()) as \"WORD\"",
        "select current_database() = 'WORD'",
        "select * from WORD.main.t",
        "select * from WORD.t",
        "select * from \"WORD\".\"main\".t, (select 1 as \"WORD\")",
        "select WORD.main.t.x from t",
        "select WORD.t.x from t",
        "select WORD.main.lower(x) from t",
        "select WORD.lower(x) from t",
        "select x::WORD.main.made from t",
        "select * from WORD.main.range(3)",
        "select * from WORD.range(3)",
        "select nextval('WORD.main.s')",
        "select * from query_table('WORD.main.t')",
        "select * from WORD.information_schema.tables",
        "select catalog_name from information_schema.schemata where catalog_name = 'WORD'",
        "select * from WORD",
        "describe WORD",
        "show tables from WORD",
    ] {
        let [right, wrong] = [NAME, "zebra4other"].map(|word| {
            let answer = one(&engine, read(&source, &sql.replace("WORD", word)));
            format!("{answer:?}").replace(word, "WORD")
        });
        assert_eq!(right, wrong, "{sql}");
        assert!(!right.contains(NAME), "{sql}: {right}");
    }
    assert_eq!(values(one(&engine, read(&source, "select x from main.t"))), ["fine"]);
    assert_eq!(code(&one(&engine, read(&source, &format!("select x from {NAME}.main.t")))), "name-secret");
    let failed = one(&engine, read(&source, "select x from main.t2"));
    assert!(matches!(failed, Ok(Answer::Options(Err(_)))), "{failed:?}");
}

pub(super) fn odd_files_are_no_sources() {
    for (kind, make) in KINDS.iter().filter(|(kind, _)| *kind != "text") {
        let place = Place::new();
        let odd = place.root.join("odd.csv");
        make(&odd, &place.outside);
        let engine = engine();
        let databases = [
            SourceSpec::DuckDbFile { root: place.root.clone(), path: odd.clone().into() },
            SourceSpec::Sqlite { root: place.root.clone(), path: odd.clone().into() },
        ];
        for source in databases {
            let answer = one(&engine, read(&source, "select 1"));
            assert!(code(&answer).starts_with("database-"), "{kind}: {answer:?}");
        }
        let answer = one(&engine, read(&place.csv(odd), "select * from t"));
        match *kind {
            // A project may name a table that lies elsewhere.
            "link to a file outside" | "link to a link" => assert_eq!(values(answer), [SECRET]),
            "link to nothing" => assert_eq!(code(&answer), "file-missing"),
            "link to itself" => assert_eq!(code(&answer), "file-unreadable"),
            _ => assert_eq!(code(&answer), "no-plain-file", "{kind}: {answer:?}"),
        }
        let memory = SourceSpec::DuckDbMemory { root: place.root.clone() };
        for sql in
            ["select * from read_csv('odd.csv')", "select content from read_text('o*.csv')", "select * from 'odd.csv'"]
        {
            let answer = format!("{:?}", one(&engine, read(&memory, sql)));
            assert!(!answer.contains(SECRET) && !answer.contains("timeout"), "{kind} {sql}: {answer}");
        }
    }
}

/// A folder as a table would be let through with all that is in it.
pub(super) fn a_folder_as_a_table_opens_nothing() {
    let place = Place::new();
    for walls in ["all", "only-landlock"] {
        let engine = behind(walls, place.folder.path());
        let folder = place.csv(place.outside.clone());
        assert_eq!(code(&one(&engine, read(&folder, "select * from t"))), "no-plain-file");
        let sql = format!("select content from read_text('{}')", place.outside.join("secret").display());
        let answer = format!("{:?}", one(&engine, read(&folder, &sql)));
        assert!(!answer.contains(SECRET), "{walls}: {answer}");
    }
}

/// A database may be a link: then its log is beside the real file.
pub(super) fn a_linked_database_has_its_log_beside_the_real_one() {
    let place = Place::new();
    let real = place.outside.join("real.duckdb");
    let writer = duckdb::Connection::open(&real).unwrap();
    writer.execute_batch("create table t as select 'old' as x; checkpoint; insert into t values ('new')").unwrap();
    let path = place.root.join("shop.duckdb");
    symlink(&real, &path).unwrap();
    symlink(place.outside.join("secret"), place.root.join("shop.duckdb.wal")).unwrap();
    let source = SourceSpec::DuckDbFile { root: place.root.clone(), path: path.into() };
    let query = "select x from shop.main.t order by x desc";
    assert_eq!(values(one(&engine(), read(&source, query))), ["old", "new"]);
    drop(writer);
    let engine = Engine::new(EngineConfig { copy_limit: 0, ..EngineConfig::new(program(), true) });
    assert_eq!(values(one(&engine, read(&source, query))), ["old", "new"]);
}

/// Bytes of memory that this process has had at most.
fn most_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() << 10
}

/// A log of half a gigabyte is not held in memory.
#[cfg(target_os = "linux")]
pub(super) fn large_logs_take_no_memory() {
    let place = Place::new();
    let (sqlite, duckdb) = (place.sqlite(), place.duckdb());
    let wal = place.root.join("shop.sqlite-wal");
    let magic: [u32; 3] = [0x377f_0682, 3_007_000, 4096];
    std::fs::write(&wal, magic.iter().flat_map(|word| word.to_be_bytes()).collect::<Vec<u8>>()).unwrap();
    std::fs::write(place.root.join("shop.duckdb.wal"), b"d\0be\0\x02\xff\xff").unwrap();
    for log in [wal, place.root.join("shop.duckdb.wal")] {
        std::fs::File::options().write(true).open(log).unwrap().set_len(400 << 20).unwrap();
    }
    let before = most_memory();
    let engine = engine();
    assert_eq!(values(one(&engine, read(&sqlite, "select x from t"))), ["fine"]);
    drop(one(&engine, read(&duckdb, "select x from t")));
    let used = most_memory() - before;
    assert!(used < 50 << 20, "{used}");
}

/// Whoever waits for one database keeps nobody else waiting.
pub(super) fn a_busy_database_holds_no_other_up() {
    let place = Place::new();
    let (busy, free) = (place.sqlite(), place.duckdb());
    let SourceSpec::Sqlite { path, .. } = &busy else { panic!() };
    // A transaction that is half written, for ever.
    std::fs::write(path.reveal().with_file_name("shop.sqlite-journal"), [0xd9, 0xd5, 5, 0xf9, 0x20, 0xa1, 0x63, 0xd7])
        .unwrap();
    let engine = engine();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| one(&engine, read(&busy, "select x from t")));
        let answers: Vec<_> = (0..3).map(|_| values(one(&engine, read(&free, "select x from t")))).collect();
        assert!(answers.iter().all(|answer| answer == &["fine"]));
        assert_eq!(code(&waiting.join().unwrap()), "database-changing");
    });
}

/// Our own cache: what is no plain file there is not waited for.
pub(super) fn pipes_in_the_cache_are_removed() {
    for end in ["-journal", "-wal", "-shm"] {
        let (place, cache) = (Place::new(), tempfile::tempdir().unwrap());
        std::fs::write(cache.path().join("capsules-1.sqlite"), "").unwrap();
        pipe(&cache.path().join(format!("capsules-1.sqlite{end}")));
        let config = EngineConfig { cache: Some(cache.path().to_owned()), ..EngineConfig::new(program(), true) };
        let engine = Engine::new(config);
        assert_eq!(values(one(&engine, read(&place.duckdb(), "select x from t"))), ["fine"]);
    }
}

/// Patterns in queries are looked after when answers are kept: links that lead round are not followed.
pub(super) fn links_that_lead_round_are_not_followed() {
    let (place, cache) = (Place::new(), tempfile::tempdir().unwrap());
    std::fs::create_dir(place.root.join("data")).unwrap();
    std::fs::write(place.root.join("data/a.csv"), "town\nBonn\n").unwrap();
    for link in ["data/l0", "data/l1", "data/l2"] {
        symlink(".", place.root.join(link)).unwrap();
    }
    for _ in 0..2 {
        let config = EngineConfig { cache: Some(cache.path().to_owned()), ..EngineConfig::new(program(), true) };
        let engine = Engine::new(config);
        let memory = SourceSpec::DuckDbMemory { root: place.root.clone() };
        assert_eq!(values(one(&engine, read(&memory, "select town from 'data/**/*.csv'"))), ["Bonn"]);
    }
}
