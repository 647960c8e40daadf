//! Answers of earlier runs: used again while the data are the same, and only then.

use super::{
    Answer, Engine, EngineConfig, Question, SourceSpec, accepted, bind, one, parse, program, project, read, values,
};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use viz_engine::newest_runs;
use viz_facts::KeyedQuestion;
use viz_secrets::{Mask, SecretPath, Word};

fn engine(cache: &Path) -> Engine {
    Engine::new(EngineConfig { cache: Some(cache.to_owned()), ..EngineConfig::new(program(), true) })
}

/// What was written just now could be written to again within the same tick of the file system's clock.
fn age(path: &Path) {
    let old = SystemTime::now() - Duration::from_secs(60);
    std::fs::File::options().write(true).open(path).unwrap().set_modified(old).unwrap();
    std::thread::sleep(Duration::from_millis(30));
}

fn files(cache: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = std::fs::read_dir(cache).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

pub(super) fn the_second_start_runs_no_query() {
    let (folder, root, source) = project();
    let cache = folder.path().join("cache");
    age(&root.join("data/towns.csv"));
    let questions = || {
        let memory = SourceSpec::DuckDbMemory { root: root.clone() };
        vec![
            read(&source, "select city from orders order by n"),
            Question::Describe { source: source.clone(), sql: "from orders".into() },
            read(&memory, "select town from 'data/towns.csv'"),
            read(&source, "select citi from orders"),
            parse("select 1"),
            parse("select 1 from where"),
            bind("select nope from orders"),
        ]
    };
    let first = engine(&cache);
    let answers = first.ask(&questions());
    assert_eq!(first.worker_pids().len(), 2);
    drop(first);
    let second = engine(&cache);
    // What needs no source is known before it is asked.
    let mut at_hand: Vec<_> = second.remembered().into_iter().map(|(key, answer, _)| (key, Ok(answer))).collect();
    let keyed = questions().into_iter().map(KeyedQuestion::from).zip(&answers);
    let mut pure: Vec<_> = keyed
        .filter(|(question, _)| question.is_pure())
        .map(|(question, answer)| (question.key(), answer.clone()))
        .collect();
    at_hand.sort_by_key(|(key, _)| key.0);
    pure.sort_by_key(|(key, _)| key.0);
    assert_eq!((at_hand.len(), at_hand), (3, pure));
    // And what was asked of a source, as long as its data are the same.
    let of_source = second.remembered_of(std::slice::from_ref(&source));
    let keyed = || questions().into_iter().map(KeyedQuestion::from).zip(&answers);
    let known = |(key, answer, _): &(_, Answer, _)| {
        keyed().any(|(asked, found)| asked.key() == *key && found.as_ref() == Ok(answer))
    };
    assert!(of_source.len() == 3 && of_source.iter().all(known), "{of_source:?}");
    assert_eq!(second.ask(&questions()), answers);
    assert!(second.worker_pids().is_empty(), "nothing was run: {:#?}", newest_runs(&cache, 20));
    let runs = newest_runs(&cache, 10).unwrap();
    let shown: Vec<_> = runs.iter().map(|run| (run.purpose.as_str(), run.status.as_str(), run.rows)).collect();
    let expected = [
        ("options", "failed", None),
        ("options", "answered", Some(2)),
        ("columns", "answered", None),
        ("options", "answered", Some(2)),
    ];
    assert_eq!(shown, expected);
    // Another time, another answer.
    let now = read(&source, "select random()");
    for _ in 0..2 {
        values(one(&engine(&cache), now.clone()));
    }
    let runs = newest_runs(&cache, 2).unwrap();
    assert!(runs.iter().all(|run| run.sql == "select random()" && !run.reusable), "{runs:?}");
}

pub(super) fn changed_data_are_asked_again_and_no_others() {
    let (folder, root, source) = project();
    let path = source.path().expect("the project has a database").reveal();
    let cache = folder.path().join("cache");
    age(&root.join("data/towns.csv"));
    let memory = SourceSpec::DuckDbMemory { root: root.clone() };
    let of_file = read(&memory, "select town from 'data/*.csv' order by town");
    let of_database = read(&source, "select city from orders order by n");
    let through_view = read(&source, "from towns");
    let conn = duckdb::Connection::open(path).unwrap();
    conn.execute_batch(&format!(
        "create view towns as select town from read_csv('{}') order by town",
        root.join("data/towns.csv").display()
    ))
    .unwrap();
    drop(conn);
    std::thread::sleep(Duration::from_millis(30));
    let all = [of_file, of_database, through_view];
    // The end of an engine waits until everything is written.
    let asked = || -> Vec<Vec<String>> { engine(&cache).ask(&all).into_iter().map(values).collect() };
    let runs = || newest_runs(&cache, 100).unwrap().len();
    assert_eq!(asked(), [["Köln", "O'Fallon"], ["Köln", "O'Fallon"], ["Köln", "O'Fallon"]]);
    assert_eq!(runs(), 3);
    asked();
    assert_eq!(runs(), 3);
    std::fs::write(root.join("data/towns.csv"), "town,n\nAachen,1\n").unwrap();
    age(&root.join("data/towns.csv"));
    assert_eq!(asked(), [vec!["Aachen"], vec!["Köln", "O'Fallon"], vec!["Aachen"]]);
    assert_eq!(runs(), 5, "what reads the file ran again, also through a view");
    let at_hand = |source: &SourceSpec| engine(&cache).remembered_of(std::slice::from_ref(source)).len();
    assert_eq!((at_hand(&memory), at_hand(&source)), (1, 2));
    std::fs::write(root.join("data/more.csv"), "town,n\nBonn,1\n").unwrap();
    age(&root.join("data/more.csv"));
    assert_eq!((at_hand(&memory), at_hand(&source)), (0, 2), "the pattern has another file");
    assert_eq!(asked(), [vec!["Aachen", "Bonn"], vec!["Köln", "O'Fallon"], vec!["Aachen"]]);
    assert_eq!(runs(), 6, "a new file of the glob");
    let conn = duckdb::Connection::open(path).unwrap();
    conn.execute_batch("delete from orders where n = 1").unwrap();
    drop(conn);
    std::thread::sleep(Duration::from_millis(30));
    assert_eq!(asked(), [vec!["Aachen", "Bonn"], vec!["O'Fallon"], vec!["Aachen"]]);
    assert_eq!(runs(), 8);
}

pub(super) fn a_damaged_cache_is_made_anew() {
    let (folder, _, source) = project();
    let cache = folder.path().join("cache");
    std::thread::sleep(Duration::from_millis(30));
    let question = read(&source, "select city from orders order by n");
    let ask = || assert_eq!(values(one(&engine(&cache), question.clone())), ["Köln", "O'Fallon"]);
    ask();
    let file = files(&cache).into_iter().find(|path| path.extension().is_some_and(|end| end == "sqlite")).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::metadata(&cache).unwrap().permissions().mode() & 0o777, 0o700);
    }
    for damage in [
        "no database at all, but long enough to have a header of one hundred bytes or more, as every SQLite file has it",
        "",
    ] {
        std::fs::write(&file, damage).unwrap();
        ask();
        assert_eq!(newest_runs(&cache, 9).unwrap().len(), 1, "{damage:?}");
    }
    assert!(files(&cache).iter().any(|path| path.to_string_lossy().ends_with(".damaged")));
    // Tables of somebody else, and a result that is none.
    let conn = rusqlite::Connection::open(&file).unwrap();
    conn.execute_batch("update runs set result = 'nonsense'").unwrap();
    ask();
    assert_eq!(newest_runs(&cache, 9).unwrap().len(), 2);
    conn.execute_batch("drop table runs; create table runs (x)").unwrap();
    drop(conn);
    ask();
    ask();
    // No place for a cache: it works without.
    let none = folder.path().join("file");
    std::fs::write(&none, "").unwrap();
    assert_eq!(values(one(&engine(&none), question.clone())), ["Köln", "O'Fallon"]);
}

/// DuckDB calls a database by its file's name, which may be made of a variable.
pub(super) fn values_of_variables_are_in_no_answer_and_no_cache() {
    const VALUE: &str = "okapi9hidden";
    let (folder, root, source) = project();
    let cache = folder.path().join("cache");
    std::fs::create_dir(&cache).unwrap();
    let old = cache.join("capsules-1.sqlite");
    std::fs::write(&old, VALUE).unwrap();
    let path = root.join(format!("{VALUE}.duckdb"));
    std::fs::rename(source.path().unwrap().reveal(), &path).unwrap();
    let shown = "${env.SHOP}.duckdb";
    viz_secrets::remember(&Mask::new(vec![Word::new(path.to_str().unwrap(), shown), Word::of_variable("SHOP", VALUE)]));
    let secret = |path: PathBuf| SourceSpec::DuckDbFile { root: root.clone(), path: SecretPath::new(path, shown) };
    let (source, gone) = (secret(path.clone()), secret(path.with_extension("gone")));
    std::thread::sleep(Duration::from_millis(30));
    let questions = [
        read(&source, "select city from orders order by n"),
        read(&source, "select city from order_s"),
        read(&source, "select nope from orders"),
        read(&gone, "select city from orders"),
        read(&source, &format!("select '{VALUE}'")),
        bind(&format!("select '{VALUE}'::int")),
    ];
    for _ in 0..2 {
        let answers = engine(&cache).ask(&questions);
        assert_eq!(values(answers[0].clone()), ["Köln", "O'Fallon"]);
        assert_eq!(values(answers[4].clone()), [VALUE], "rows are data");
        let said = format!("{:?}{questions:?}", [&answers[1], &answers[2], &answers[3], &answers[5]]);
        let questions = format!("{:?}", &questions[..4]);
        assert!(!questions.contains(VALUE) && questions.contains(shown), "{questions}");
        let answers = said.split("Options {").next().unwrap();
        assert!(!answers.contains(VALUE) && answers.contains("${env.SHOP}"), "{answers}");
    }
    let runs = newest_runs(&cache, 100).unwrap();
    let again = runs.iter().filter(|run| run.sql == "select city from orders order by n").count();
    assert_eq!(again, 1, "what holds no value is used again: {runs:?}");
    assert!(!old.exists(), "the file of an older version is gone");
    for file in files(&cache) {
        let bytes = std::fs::read(&file).unwrap();
        assert!(!bytes.windows(VALUE.len()).any(|window| window == VALUE.as_bytes()), "{}", file.display());
    }
}

pub(super) fn many_processes_share_a_cache() {
    let (folder, _, source) = project();
    let cache = folder.path().join("cache");
    std::thread::sleep(Duration::from_millis(30));
    std::thread::scope(|scope| {
        for thread in 0..6 {
            let (cache, source) = (&cache, &source);
            scope.spawn(move || {
                for round in 0..4 {
                    let engine = engine(cache);
                    let questions: Vec<Question> = (0..20)
                        .map(|n| {
                            read(source, &format!("select city from orders where n <> {}", n * (thread % 2 + 1) + 5))
                        })
                        .chain((0..200).map(|n| parse(format!("select {}", n + round))))
                        .collect();
                    for answer in engine.ask(&questions) {
                        match answer {
                            Ok(Answer::Options(Ok(options))) => assert_eq!(options.values.len(), 2),
                            answer => assert!(accepted(&answer), "{answer:?}"),
                        }
                    }
                }
            });
        }
    });
    let engine = engine(&cache);
    assert!(accepted(&one(&engine, parse("select 7"))));
    assert!(engine.worker_pids().is_empty());
}
