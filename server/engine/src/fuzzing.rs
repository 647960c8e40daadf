//! Doors for fuzz targets (`tests/fuzz`) to what reads bytes of others. No part of the crate's interface.

use crate::protocol::{self, FromWorker, Request, ToWorker};
use crate::sqlite_log::{self, Committed};
use crate::{DUCKDB_VERSION, Limits, WorkerKind};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use std::fmt::Debug;
use std::fs::File;
use std::path::Path;
use viz_facts::{Answer, Column, OptionValues, ProbeRow, Question, RunBy, ShadowTable, SourceSpec};

/// What a SQLite log says: bytes of a page; for each page its number and where it is; pages of the database.
pub type Log = (usize, Vec<(u32, u64)>, u32);

/// Reads a SQLite log.
///
/// # Errors
/// None from a slice.
pub fn log(mut bytes: &[u8]) -> std::io::Result<Option<Log>> {
    let found = Committed::of(&mut bytes)?;
    Ok(found.map(|found| (found.size, found.pages.into_iter().collect(), found.count)))
}

/// Plays a SQLite log into a copied database.
///
/// # Errors
/// If files can't be read or written, or if the log claims too much.
pub fn settle(copy: &Path, log: &File) -> std::io::Result<()> {
    sqlite_log::settle(copy, log)
}

/// Reads frames of one direction of the worker's protocol up to the first that is none. Each message that was read is
/// written and read again.
///
/// # Panics
/// If a message is another one after the trip.
pub fn frames(bytes: &[u8], from_worker: bool) -> usize {
    if from_worker { each::<FromWorker>(bytes) } else { each::<ToWorker>(bytes) }
}

fn each<T: DeserializeOwned + Serialize + Debug>(mut bytes: &[u8]) -> usize {
    let mut count = 0;
    while let Ok(Some(message)) = protocol::read::<T>(&mut bytes) {
        let frame = protocol::frame(&message).expect("what was read can be written");
        let again = protocol::read::<T>(&mut frame.as_slice()).expect("what was written can be read");
        assert_eq!(format!("{:?}", Some(message)), format!("{again:?}"));
        count += 1;
    }
    count
}

/// Messages of both directions, to begin with.
///
/// # Panics
/// Never.
pub fn messages() -> Vec<Vec<u8>> {
    let column = Column { name: "größe".into(), data_type: "DECIMAL(18,3)".into() };
    let tables = vec![ShadowTable { name: "orders".into(), columns: vec![column.clone()] }];
    let (sql, source) = ("select 'é'".to_owned(), SourceSpec::DuckDbMemory { root: "/p".into() });
    let questions = [
        Question::Parse { sql: sql.clone() },
        Question::Bind { tables: tables.clone().into(), sql: sql.clone() },
        Question::Probe { tables: tables.into(), row: ProbeRow::Words, sql: sql.clone() },
        Question::Describe { source: source.clone(), sql: sql.clone() },
        Question::Options { source: source.clone(), sql: sql.clone(), limit: 3 },
        Question::Execute {
            source: source.clone(),
            tables: Vec::new(),
            by: RunBy::Source,
            materialized: false,
            sql: sql.clone(),
        },
        Question::Rows { source, tables: Vec::new(), by: RunBy::Source, sql, rows: 9, bytes: 99 },
    ];
    let request = |(id, question): (u64, Question)| {
        let question = question.into();
        Request { id, question, limits: Limits::default(), copy: None, careful: id == 2 }
    };
    let asked = ToWorker::Ask((0..).zip(questions).map(request).collect());
    let values = OptionValues { columns: vec![column], values: vec![None, Some("a".into())], more: true };
    let results = [Ok(Answer::Options(Ok(values))), Ok(Answer::Accepted(Ok(())))];
    let refused = json!({ "answers": [{ "id": 3, "result": { "Err": { "code": "timeout", "message": "late" } } }] });
    let response = |(id, result)| protocol::Response { id, result, ran: None };
    let hello = FromWorker::Hello {
        protocol: protocol::PROTOCOL,
        duckdb: DUCKDB_VERSION.into(),
        kind: WorkerKind::Sources,
        pid: 1,
        walls: Vec::new(),
    };
    let frames = [
        protocol::frame(&asked),
        protocol::frame(&ToWorker::Cancel(vec![1, 2])),
        protocol::frame(&hello),
        protocol::frame(&FromWorker::Answers((0..).zip(results).map(response).collect())),
        protocol::frame(&refused),
    ];
    frames.into_iter().map(|frame| frame.expect("they are short")).collect()
}
