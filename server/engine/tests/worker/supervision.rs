//! Workers that are slow, stuck, killed, replaced or no workers at all, and engines that are shared or closed.

use super::*;

pub(super) fn a_slow_source_does_not_delay_parses() {
    let (_folder, _, source) = project();
    // So long that nothing but the cancellation ends the slow one.
    let engine = engine_with(600_000, 300_000);
    assert!(accepted(&one(&engine, parse("select 1"))));
    let token = CancelToken::new();
    std::thread::scope(|scope| {
        let slow = scope.spawn(|| engine.ask_cancellable(&[read(&source, ENDLESS)], &token));
        while engine.worker_pids().len() < 2 {
            std::thread::sleep(Duration::from_millis(10));
        }
        for n in 0..10 {
            assert!(accepted(&one(&engine, parse(format!("select {n}")))));
        }
        assert!(!slow.is_finished());
        token.cancel();
        assert_eq!(code(&slow.join().unwrap()[0]), "cancelled");
    });
}

pub(super) fn endless_queries_time_out() {
    let (_folder, _, source) = project();
    let engine = engine_with(300, 5_000);
    let started = Instant::now();
    let answers = engine.ask(&[read(&source, ENDLESS), read(&source, "select 'next'")]);
    assert_eq!(code(&answers[0]), "timeout");
    assert_eq!(values(answers[1].clone()), ["next"]);
    assert!(started.elapsed() < HANG, "{:?}", started.elapsed());
    assert_eq!(engine.worker_pids().len(), 1);
}

/// A stopped process is as deaf as one that hangs in native code.
pub(super) fn a_worker_that_ignores_interrupts_is_killed() {
    let (_folder, _, source) = project();
    let engine = engine_with(300, 200);
    assert_eq!(values(one(&engine, read(&source, "select 1"))), ["1"]);
    let pid = engine.worker_pids()[0];
    signal(pid, "STOP");
    let started = Instant::now();
    let answers = engine.ask(&[read(&source, "select 2"), read(&source, "select 3")]);
    assert_eq!(code(&answers[0]), "timeout");
    assert_eq!(values(answers[1].clone()), ["3"]);
    assert!(started.elapsed() < HANG, "{:?}", started.elapsed());
    assert!(!engine.worker_pids().contains(&pid));
}

/// DuckDB plans this for hours and looks at no interrupt meanwhile.
fn unstoppable() -> String {
    let table = |n: usize| format!("a{n} as (select * from a{} x, a{} y)", n - 1, n - 1);
    let tables: Vec<String> = (1..40).map(table).collect();
    format!("with a0 as (select 1 as x union all select 2), {} select count(*) as x from a39", tables.join(", "))
}

/// Also if it is the first that a worker is asked: the clock for a worker's start is another one (20 s).
pub(super) fn a_query_that_is_not_interruptible_costs_its_worker() {
    let (_folder, _, source) = project();
    let engine = engine_with(1_000, 500);
    let started = Instant::now();
    let answers = engine.ask(&[read(&source, &unstoppable()), read(&source, "select 'next'")]);
    assert_eq!(code(&answers[0]), "timeout");
    assert_eq!(values(answers[1].clone()), ["next"]);
    assert!(started.elapsed() < HANG, "{:?}", started.elapsed());
}

/// The parser takes this for hours and looks at no interrupt meanwhile. It is judged together with others, which have nothing to do with it.
pub(super) fn a_text_that_is_not_interruptible_costs_no_other() {
    let engine = engine_with(1_000, 500);
    let slow = format!("select 1 + {}(select 1)", "(with a as ".repeat(60));
    let fine = |n: usize| parse(format!("select {n} + abs({n})"));
    let questions: Vec<Question> = (0..6).map(fine).chain([parse(slow)]).chain((6..9).map(fine)).collect();
    let answers = engine.ask(&questions);
    assert_eq!(code(&answers[6]), "timeout");
    let others = answers.iter().enumerate().filter(|(at, _)| *at != 6);
    assert!(others.clone().all(|(_, answer)| accepted(answer)), "{:?}", others.collect::<Vec<_>>());
}

pub(super) fn what_holds_a_stuck_query_is_not_asked() {
    let (_folder, _, source) = project();
    let engine = engine_with(1_000, 500);
    let was_run = |answer: &Result<Answer, Unknown>| {
        assert_eq!(code(answer), "timeout");
        !answer.as_ref().unwrap_err().message.contains("not run again")
    };
    let (model, shape) = (unstoppable(), |n: usize| {
        let tables = unstoppable();
        bind(&format!("select * from ({tables}) where x > {n} and 'Köln' <> '{n}'"))
    });
    let describe = |sql: &str| Question::Describe { source: source.clone(), sql: sql.into() };
    let on_model = |column: &str| read(&source, &format!("select {column} from ({model}\n)"));
    let questions = [describe(&model), on_model("x"), on_model("x + 1"), read(&source, "select 'other'")];
    let answers = engine.ask(&questions);
    assert_eq!(answers[..3].iter().map(was_run).collect::<Vec<_>>(), [true, false, false]);
    assert_eq!(values(answers[3].clone()), ["other"]);
    assert!(!was_run(&one(&engine, on_model("x + 2"))), "nor in the next round");
    // The combinations of an insight differ in what is chosen.
    let answers = engine.ask(&(0..20).map(shape).collect::<Vec<_>>());
    assert_eq!(answers.iter().filter(|answer| was_run(answer)).count(), 1);
    // A query that is planned but too slow: some of them tell that all on this model are.
    let slow = |n: usize| read(&source, &format!("select {n} + \"count_star()\" from ({ENDLESS}\n)"));
    assert!(matches!(one(&engine, describe(ENDLESS)), Ok(Answer::Columns(Ok(_)))));
    let answers = engine.ask(&(0..6).map(slow).collect::<Vec<_>>());
    assert_eq!(answers.iter().filter(|answer| was_run(answer)).count(), 3);
}

/// Waits until a query is under way in another worker than that one.
fn other_than(engine: &Engine, dead: Option<u32>) -> u32 {
    let pid = loop {
        match engine.worker_pids().last() {
            Some(pid) if Some(*pid) != dead => break *pid,
            _ => std::thread::sleep(Duration::from_millis(10)),
        }
    };
    std::thread::sleep(Duration::from_millis(500));
    pid
}

pub(super) fn a_killed_source_worker_is_replaced() {
    let (_folder, _, source) = project();
    let engine = engine_with(20_000, 1_000);
    std::thread::scope(|scope| {
        let asked = scope.spawn(|| engine.ask(&[read(&source, ENDLESS), read(&source, "select 'next'")]));
        // The first time anybody may have killed it; the second time it is the query.
        let first = other_than(&engine, None);
        signal(first, "KILL");
        let second = other_than(&engine, Some(first));
        signal(second, "KILL");
        let answers = asked.join().unwrap();
        assert_eq!(code(&answers[0]), "worker-died");
        assert!(answers[0].as_ref().unwrap_err().message.contains("signal: 9"), "{answers:?}");
        assert_eq!(values(answers[1].clone()), ["next"]);
        assert_eq!(values(one(&engine, read(&source, "select 'again'"))), ["again"]);
        assert!(!engine.worker_pids().contains(&second));
    });
}

pub(super) fn a_query_survives_the_kill_of_its_worker() {
    let (_folder, _, source) = project();
    let engine = engine_with(20_000, 1_000);
    // Some seconds of work.
    let long = "select count(*)::varchar from range(300000000) t(x) where hash(x) % 7 = 8";
    std::thread::scope(|scope| {
        let asked = scope.spawn(|| one(&engine, read(&source, long)));
        signal(other_than(&engine, None), "KILL");
        assert_eq!(values(asked.join().unwrap()), ["0"]);
    });
}

pub(super) fn a_killed_parse_worker_loses_nothing() {
    let engine = engine();
    assert!(accepted(&one(&engine, parse("select 1"))));
    for round in 0..3 {
        std::thread::scope(|scope| {
            // Texts of their own: what a worker has judged before takes it no time.
            let questions: Vec<_> = (0..20_000).map(|n| parse(format!("select {n} + {round}"))).collect();
            let engine = &engine;
            let asked = scope.spawn(move || engine.ask(&questions));
            std::thread::sleep(Duration::from_millis(100));
            let pid = std::iter::repeat_with(|| engine.worker_pids()).find_map(|pids| pids.first().copied());
            signal(pid.unwrap(), "KILL");
            let answers = asked.join().unwrap();
            assert!(answers.iter().all(accepted), "{:?}", answers.iter().find(|answer| !accepted(answer)));
        });
    }
}

pub(super) fn cancelling_returns_at_once() {
    let (_folder, _, source) = project();
    // So long that nothing but the cancellation ends anything, on a busy machine, too.
    let engine = engine_with(600_000, 300_000);
    let token = CancelToken::new();
    // What the parser's worker is asked below is known then.
    assert!(accepted(&one(&engine, parse("select 1"))));
    std::thread::scope(|scope| {
        let other = token.clone();
        let engine = &engine;
        let slow = scope.spawn(move || {
            let questions = [read(&source, ENDLESS), read(&source, "select 1"), parse("select 1")];
            (engine.ask_cancellable(&questions, &other), source)
        });
        while engine.worker_pids().len() < 2 {
            std::thread::sleep(Duration::from_millis(10));
        }
        std::thread::sleep(Duration::from_millis(700));
        token.cancel();
        let (answers, source) = slow.join().unwrap();
        assert_eq!([code(&answers[0]), code(&answers[1])], ["cancelled", "cancelled"]);
        assert!(accepted(&answers[2]));
        // The worker was interrupted, not killed, and answers the newer request.
        let pids = engine.worker_pids();
        assert_eq!(values(one(engine, read(&source, "select 'newer'"))), ["newer"]);
        assert_eq!(engine.worker_pids(), pids);
        assert_eq!(code(&engine.ask_cancellable(&[parse("select 1")], &token)[0]), "cancelled");
    });
}

pub(super) fn a_program_that_is_no_worker_is_reported() {
    for program in ["/nonexistent/viz-lsp", "/bin/true", "/bin/echo"] {
        let engine = Engine::new(EngineConfig::new(program.into(), true));
        let started = Instant::now();
        for _ in 0..3 {
            let answer = one(&engine, parse("select 1"));
            assert!(["worker-died", "worker-unavailable"].contains(&code(&answer)), "{answer:?}");
        }
        assert!(started.elapsed() < HANG, "{:?}", started.elapsed());
    }
}

pub(super) fn malformed_frames_end_the_worker() {
    for noise in [b"hello, worker".as_slice(), &[0, 0, 0, 3, b'{', b'}', b'x'], &[0, 0, 0, 99, b'{']] {
        let mut child = Command::new(program())
            .args(["--worker", "parse"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(noise).unwrap();
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.starts_with("viz-lsp worker: ") && said.lines().count() == 1, "{said}");
    }
}

pub(super) fn workers_end_with_their_engine() {
    let (_folder, _, source) = project();
    let engine = engine();
    engine.ask(&[parse("select 1"), read(&source, "select 1")]);
    let pids = engine.worker_pids();
    assert_eq!(pids.len(), 2);
    drop(engine);
    let started = Instant::now();
    let alive = |pid: &u32| Path::new(&format!("/proc/{pid}/stat")).exists();
    while pids.iter().any(alive) {
        assert!(started.elapsed() < HANG, "workers outlive their engine");
        std::thread::sleep(Duration::from_millis(10));
    }
}

pub(super) fn many_threads_share_an_engine() {
    let engine = engine();
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let engine = &engine;
            scope.spawn(move || {
                for n in 0..50 {
                    let sql = if (n + thread) % 2 == 0 { "select 1" } else { "selec 1" };
                    assert_eq!(accepted(&one(engine, parse(sql))), sql == "select 1");
                }
            });
        }
    });
}
