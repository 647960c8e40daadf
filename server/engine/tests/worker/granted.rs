//! Folders of data outside of the project: read as if they were in it if the person allows them, else not at all. The gate and
//! Landlock each hold alone; DuckDB's settings hold what is spelled.

use super::walls::{named, wrong};
use super::*;
use std::os::unix::fs::symlink;
use viz_files::Granted;

/// What no answer may hold.
const SECRET: &str = "xyzzy-elsewhere-4711";

/// A project whose folder `data` is a link, one whose data are its own, and what lies around them.
struct Place {
    folder: tempfile::TempDir,
    top: PathBuf,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().canonicalize().unwrap();
        for made in ["linked", "own/data", "mnt/data/deep", "mnt/data/.git", "mnt/data-2", "other"] {
            std::fs::create_dir_all(top.join(made)).unwrap();
        }
        for data in ["own/data", "mnt/data"] {
            let data = top.join(data);
            std::fs::write(data.join("towns.csv"), "town,n\nKöln,1\nRom,2\n").unwrap();
            std::fs::create_dir_all(data.join("deep")).unwrap();
            std::fs::write(data.join("deep/more.csv"), "town,n\nOslo,3\n").unwrap();
            let conn = duckdb::Connection::open(data.join("shop.duckdb")).unwrap();
            conn.execute_batch(&format!(
                "create table orders as select * from (values ('Köln', 1), ('Rom', 2)) t(city, n);
                 create view stored as select town from '{}'",
                data.join("towns.csv").display()
            ))
            .unwrap();
        }
        for secret in [
            "mnt/s.csv",
            "mnt/data-2/s.csv",
            "other/s.csv",
            "mnt/data/.env",
            "mnt/data/.git/config",
            "mnt/data/deep/server.pem",
        ] {
            std::fs::write(top.join(secret), format!("town,n\n{SECRET},1\n")).unwrap();
        }
        for (link, target) in [
            ("linked/data", "../mnt/data"),
            ("linked/up", "../mnt"),
            ("linked/other", "../other"),
            ("linked/s.csv", "../other/s.csv"),
            ("mnt/data/out", "../../other"),
            ("mnt/data/out.csv", "../../other/s.csv"),
            ("mnt/data/soft.csv", ".env"),
        ] {
            symlink(target, top.join(link)).unwrap();
        }
        std::fs::hard_link(top.join("mnt/data/.env"), top.join("mnt/data/deep/hard.csv")).unwrap();
        Self { folder, top }
    }

    fn granted(&self, folders: &[&str]) -> Granted {
        let mut granted = Granted::none();
        folders.iter().for_each(|folder| granted.add(&self.top.join(folder), &|_| false).unwrap());
        granted
    }

    /// Behind these walls, with `mnt/data` allowed.
    fn behind(&self, walls: &str) -> Engine {
        let program = named(self.folder.path(), walls);
        Engine::new(EngineConfig { granted: self.granted(&["mnt/data"]), ..EngineConfig::new(program, true) })
    }

    fn database(&self, root: &str) -> SourceSpec {
        let root = self.top.join(root);
        SourceSpec::DuckDbFile { path: root.join("data/shop.duckdb").into(), root }
    }

    fn sheet(&self, root: &str) -> SourceSpec {
        let root = self.top.join(root);
        SourceSpec::Csv {
            path: root.join("data/towns.csv").into(),
            root,
            view: "towns".into(),
            delimiter: ",".into(),
            has_header: true,
        }
    }
}

const QUERIES: &[&str] = &[
    "select city from orders order by n",
    "select town from read_csv('data/towns.csv')",
    "select town from 'data/towns.csv'",
    "select town from 'data/t*s.csv'",
    "select town from read_csv('data/deep/m*.csv')",
    "select town from read_csv(['data/towns.csv', 'data/deep/' || 'more.csv']) order by n",
    "select town from 'data/deep/../towns.csv'",
    "select content from read_text('data/towns.csv')",
    "select * from stored",
    "select town from read_csv('data/none.csv')",
    "select city.x.y from orders",
];

pub(super) fn a_linked_folder_is_read_as_if_it_were_the_projects() {
    let place = Place::new();
    for copy_limit in [512 << 20, 0] {
        let config = |granted| EngineConfig { copy_limit, granted, ..EngineConfig::new(program(), true) };
        let (allowed, plain) =
            (Engine::new(config(place.granted(&["mnt/data"]))), Engine::new(config(Granted::none())));
        for query in QUERIES {
            let own = one(&plain, read(&place.database("own"), query));
            assert!(own.is_ok(), "{query}: {own:?}");
            assert_eq!(one(&allowed, read(&place.database("linked"), query)), own, "{query}");
        }
        let towns = "select town from towns";
        assert_eq!(one(&allowed, read(&place.sheet("linked"), towns)), one(&plain, read(&place.sheet("own"), towns)));
        // By its own name, too; and without a database.
        let absolute = format!("select town from '{}/mnt/data/towns.csv'", place.top.display());
        let memory = SourceSpec::DuckDbMemory { root: place.top.join("linked") };
        assert_eq!(values(one(&allowed, read(&memory, &absolute))), ["Köln", "Rom"]);
        // Not allowed, it is told what to do.
        for query in QUERIES.iter().skip(1).filter(|query| query.contains("data/towns.csv")).chain([&absolute.as_str()])
        {
            let why = one(&plain, read(&place.database("linked"), query)).unwrap_err();
            assert_eq!(why.code.name(), "file-not-allowed", "{query}: {why:?}");
            let told = format!("unless you allow it: `--allow-read {}/mnt/data`", place.top.display());
            assert!(why.message.ends_with(&told), "{query}: {why:?}");
        }
    }
}

/// Attempts to read what is not allowed; `{top}` is the folder around all. Each succeeds where there is no wall.
const ATTEMPTS: &[&str] = &[
    // other folders
    "select content from read_text('{top}/mnt/data-2/s.csv')",
    "select content from read_text('{top}/mnt/s.csv')",
    "select content from read_text('{top}/other/s.csv')",
    "select content from read_text('../mnt/s.csv')",
    "select content from read_text('{top}/mnt/data/../s.csv')",
    "select town from 's.csv'",
    "select town from 'up/s.csv'",
    "select town from 'up/data-2/*.csv'",
    "select town from read_csv('other/*.csv')",
    // links out of the one that is allowed
    "select town from 'data/out.csv'",
    "select town from 'data/out/s.csv'",
    "select town from '{top}/mnt/data/out/*.csv'",
    "select string_agg(content, '') from read_text('data/o*.csv')",
    // private files in it
    "select content from read_text('data/.env')",
    "select content from read_text('{top}/mnt/data/.env')",
    "select content from read_text('data/.e*')",
    "select content from read_text('data/deep/server.pem')",
    "select content from read_text('data/.git/config')",
    "select content from read_text('data/soft.csv')",
    "select town from 'data/deep/hard.csv'",
    "select string_agg(content::varchar, '') from read_blob('data/**')",
    "select string_agg(content, '') from read_text('{top}/mnt/data/deep/*')",
];

pub(super) fn one_allowed_folder_opens_no_other_and_no_private_file() {
    let place = Place::new();
    for walls in ["no-walls", "only-gate", "only-landlock", "all"] {
        if !cfg!(target_os = "linux") && walls == "only-landlock" {
            continue;
        }
        let engine = place.behind(walls);
        let source = place.database("linked");
        let top = place.top.display().to_string();
        let ask = |attempt: &str| one(&engine, read(&source, &attempt.replace("{top}", &top)));
        let wrong = wrong(walls, ATTEMPTS, SECRET, ask);
        assert!(wrong.is_empty(), "behind {walls}:\n{}", wrong.join("\n"));
        for query in &QUERIES[..9] {
            assert!(!values(one(&engine, read(&source, query))).is_empty(), "{query} behind {walls}");
        }
    }
    // They are no sources either.
    let engine = place.behind("all");
    for file in ["data/.env", "data/soft.csv", "data/deep/hard.csv", "data/deep/server.pem"] {
        let root = place.top.join("linked");
        let SourceSpec::Csv { view, delimiter, has_header, .. } = place.sheet("linked") else { unreachable!() };
        let source = SourceSpec::Csv { path: root.join(file).into(), root, view, delimiter, has_header };
        assert_eq!(code(&one(&engine, read(&source, "from towns"))), "private-file", "{file}");
    }
}

/// What is read is decided when a worker starts; what lies in an allowed folder changes all the same.
pub(super) fn the_wall_moves_with_an_allowed_folder() {
    let place = Place::new();
    let data = place.top.join("mnt/data");
    for walls in ["all", "only-landlock"] {
        let (engine, source) = (place.behind(walls), place.database("linked"));
        let sees = |sql: &str, text: &str| format!("{:?}", one(&engine, read(&source, sql))).contains(text);
        assert!(sees("select town from 'data/towns.csv'", "Rom"), "{walls}");
        std::fs::write(data.join("new.csv"), "town\nLima\n").unwrap();
        assert!(sees("select town from 'data/new.csv'", "Lima"), "{walls}");
        std::fs::write(data.join("deep/late.pem"), format!("town\n{SECRET}\n")).unwrap();
        std::fs::hard_link(data.join("deep/late.pem"), data.join("deep/late.csv")).unwrap();
        for file in ["late.pem", "late.csv"] {
            assert!(!sees(&format!("select town from 'data/deep/{file}'"), SECRET), "{file} behind {walls}");
        }
        std::fs::remove_file(data.join("deep/late.pem")).unwrap();
        std::fs::remove_file(data.join("deep/late.csv")).unwrap();
        std::fs::remove_file(data.join("new.csv")).unwrap();
    }
}

pub(super) fn answers_out_of_an_allowed_folder_are_kept_for_it_alone() {
    let (place, cache) = (Place::new(), tempfile::tempdir().unwrap());
    let engine = |folders: &[&str]| {
        let cache = Some(cache.path().to_owned());
        Engine::new(EngineConfig { cache, granted: place.granted(folders), ..EngineConfig::new(program(), true) })
    };
    let memory = SourceSpec::DuckDbMemory { root: place.top.join("linked") };
    let absolute = format!("select town from '{}/mnt/data/towns.csv'", place.top.display());
    let pattern = format!("select town from '{}/mnt/data/t*.csv'", place.top.display());
    let queries = ["select town from 'data/towns.csv'", "select town from 'data/t*.csv'", &absolute, &pattern];
    let towns = |engine: &Engine| queries.map(|query| values(one(engine, read(&memory, query))));
    std::thread::sleep(Duration::from_millis(50));
    let first = engine(&["mnt/data"]);
    assert_eq!(towns(&first)[0], ["Köln", "Rom"]);
    drop(first);
    let second = engine(&["mnt/data"]);
    assert!(towns(&second).iter().all(|towns| towns == &["Köln", "Rom"]) && second.worker_pids().is_empty());
    // A change is seen.
    std::fs::write(place.top.join("mnt/data/towns.csv"), "town,n\nBonn,1\nRiga,2\n").unwrap();
    assert!(towns(&second).iter().all(|towns| towns == &["Bonn", "Riga"]));
    drop(second);
    // Without the folder, and with another one, nothing that was read in it is told.
    for other in [&[][..], &["other"]] {
        let engine = engine(other);
        for query in queries {
            assert_eq!(code(&one(&engine, read(&memory, query))), "file-not-allowed", "{query} with {other:?}");
        }
    }
    // The link leads to another folder, which is not allowed.
    let link = place.top.join("linked/data");
    std::fs::remove_file(&link).unwrap();
    symlink("../other", &link).unwrap();
    let third = engine(&["mnt/data"]);
    assert_eq!(code(&one(&third, read(&memory, "select town from 'data/s.csv'"))), "file-not-allowed");
}

/// Also where an allowed folder, or the project's own, lies around it.
pub(super) fn the_programs_own_folder_is_no_data() {
    for walls in ["all-walls", "no-settings", "no-landlock"] {
        let place = Place::new();
        for (around, cache, name) in [
            ("mnt/data", "mnt/data/cache/viz-lsp", format!("{}/mnt/data/cache/viz-lsp", place.top.display())),
            ("own", "own/.cache/viz-lsp", ".cache/viz-lsp".to_owned()),
        ] {
            let cache = place.top.join(cache);
            std::fs::create_dir_all(&cache).unwrap();
            std::fs::write(cache.join("seal-key"), SECRET).unwrap();
            std::fs::write(cache.parent().unwrap().join("other.csv"), "town\nRom\n").unwrap();
            let granted = place.granted(&["mnt/data"]);
            let program = named(place.folder.path(), walls);
            let engine = Engine::new(EngineConfig { cache: Some(cache), granted, ..EngineConfig::new(program, true) });
            let memory = SourceSpec::DuckDbMemory { root: place.top.join("own") };
            for file in ["seal-key", "s*", "*", "*.sqlite"] {
                let answer = one(&engine, read(&memory, &format!("select content from read_text('{name}/{file}')")));
                assert_eq!(code(&answer), "private-file", "{around}, {walls}, {file}: {answer:?}");
            }
            let beside = format!("select town from '{}/other.csv'", name.trim_end_matches("/viz-lsp"));
            assert_eq!(values(one(&engine, read(&memory, &beside))), ["Rom"], "{around}, {walls}");
        }
    }
}

/// As in CI.
pub(super) fn a_confined_engine_reads_what_is_allowed_besides_the_repository() {
    let place = Place::new();
    let engine = |folders: &[&str]| {
        let granted = place.granted(folders);
        Engine::new(EngineConfig { confined: true, granted, ..EngineConfig::new(program(), true) })
    };
    let asked = [
        read(&place.database("linked"), "select city from orders order by n"),
        read(&place.sheet("linked"), "select town from towns"),
    ];
    for answer in engine(&["mnt/data"]).ask(&asked) {
        assert_eq!(values(answer), ["Köln", "Rom"]);
    }
    for folders in [&[][..], &["other"], &["mnt/data/deep"]] {
        for answer in engine(folders).ask(&asked) {
            let why = answer.unwrap_err();
            assert!(why.code.name() == "outside-repository" && why.message.contains("--allow-read"), "{why:?}");
        }
    }
    // Without trust nothing is opened, whatever is allowed.
    let untrusted = EngineConfig { granted: place.granted(&["mnt/data"]), ..EngineConfig::new(program(), false) };
    assert_eq!(code(&one(&Engine::new(untrusted), asked[0].clone())), "untrusted");
}
