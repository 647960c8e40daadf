//! What assistants asked: the table behind the view `run_capsules`.

use super::{File, cut, milliseconds, moment};
use rusqlite::{Connection, OptionalExtension, Row, named_params, params};
use std::time::SystemTime;
use viz_facts::{Answer, Capsule, QuestionKey};

/// Questions that are kept, and for how long (milliseconds).
const MOST: i64 = 1_000;
const LONGEST: i64 = 30 * 24 * 60 * 60 * 1000;

/// Bytes of a text that are kept. What is longer is cut; JSON that is longer is left out.
const TEXT: usize = 64 << 10;
const PREVIEW: usize = 8 << 10;

pub(super) const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS asked (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        run_id TEXT NOT NULL UNIQUE,
        at INTEGER NOT NULL,            -- milliseconds since 1970
        dataset_id TEXT NOT NULL,
        dataset_version_hash TEXT,
        question TEXT,
        plan_json TEXT,
        compiled_sql TEXT,
        runner_mode TEXT NOT NULL,
        resource_limits TEXT NOT NULL,
        result_preview TEXT,
        stats TEXT NOT NULL,
        stdout TEXT NOT NULL,
        stderr TEXT NOT NULL,
        status TEXT NOT NULL,
        error TEXT,
        run INTEGER,                    -- the row of `runs` that has the result
        project TEXT NOT NULL,
        tool TEXT NOT NULL,
        plan_hash TEXT,
        repaired_hash TEXT,
        parent_run_id TEXT,
        client TEXT NOT NULL,
        versions TEXT NOT NULL,
        row_count INTEGER,
        milliseconds INTEGER NOT NULL
    );
    CREATE VIEW IF NOT EXISTS run_capsules AS SELECT
        run_id, strftime('%Y-%m-%dT%H:%M:%fZ', at / 1000.0, 'unixepoch') AS timestamp, dataset_id, dataset_version_hash, question,
        plan_json, compiled_sql, runner_mode, resource_limits, result_preview, stats, stdout, stderr, status, error
        FROM asked;";

/// A question to keep, and what the engine was asked for it.
pub(in crate::capsules) struct Asked {
    pub capsule: Capsule,
    pub over: Option<(QuestionKey, SystemTime)>,
    pub reader: String,
}

/// A text as it may be kept: without values of variables.
fn text(given: &str) -> String {
    viz_secrets::hide(cut(given, TEXT)).into_owned()
}

fn json(given: &str, most: usize) -> Option<&str> {
    (given.len() <= most && !viz_secrets::holds(given)).then_some(given)
}

pub(super) fn insert(conn: &Connection, asked: &Asked) -> rusqlite::Result<()> {
    let Asked { capsule, over, reader } = asked;
    let sql =
        "SELECT id, lower(hex(data)) FROM runs WHERE key = ?1 AND engine = ?2 AND at = ?3 ORDER BY id DESC LIMIT 1";
    let run: Option<(i64, Option<String>)> = match over {
        None => None,
        Some((key, at)) => conn
            .prepare_cached(sql)?
            .query_row(params![key.0, reader, milliseconds(*at)], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?,
    };
    let (run, data) = run.map_or((None, None), |(run, data)| (Some(run), data.filter(|data| !data.is_empty())));
    conn.prepare_cached(
        "INSERT OR IGNORE INTO asked (run_id, at, dataset_id, dataset_version_hash, question, plan_json, compiled_sql, runner_mode,
            resource_limits, result_preview, stats, stdout, stderr, status, error, run, project, tool, plan_hash, repaired_hash,
            parent_run_id, client, versions, row_count, milliseconds)
         VALUES (:run_id, :at, :dataset, :data, :question, :plan, :sql, :runner, :limits, :preview, :stats, :stdout, :stderr, :status,
            :error, :run, :project, :tool, :plan_hash, :repaired_hash, :parent, :client, :versions, :rows, :milliseconds)",
    )?
    .execute(named_params! {
        ":run_id": capsule.run_id,
        ":at": milliseconds(capsule.at),
        ":dataset": text(&capsule.dataset_id),
        ":data": data,
        ":question": capsule.question.as_deref().map(text),
        ":plan": capsule.plan_json.as_deref().and_then(|plan| json(plan, TEXT)),
        ":sql": capsule.compiled_sql.as_deref().map(text),
        ":runner": capsule.runner_mode,
        ":limits": capsule.resource_limits,
        ":preview": capsule.result_preview.as_deref().and_then(|preview| json(preview, PREVIEW)),
        ":stats": capsule.stats,
        ":stdout": text(&capsule.stdout),
        ":stderr": text(&capsule.stderr),
        ":status": capsule.status,
        ":error": capsule.error.as_deref().map(text),
        ":run": run,
        ":project": capsule.project,
        ":tool": capsule.tool,
        ":plan_hash": capsule.plan_hash,
        ":repaired_hash": capsule.repaired_hash,
        ":parent": parent(conn, capsule)?,
        ":client": text(&capsule.client),
        ":versions": capsule.versions,
        ":rows": capsule.rows.map(u64::cast_signed),
        ":milliseconds": capsule.milliseconds.cast_signed(),
    })?;
    Ok(())
}

/// The run that this one mends: who sends what was offered instead of a plan mends that plan's run.
fn parent(conn: &Connection, capsule: &Capsule) -> rusqlite::Result<Option<String>> {
    let Some(hash) = capsule.plan_hash.as_ref().filter(|_| capsule.parent_run_id.is_none()) else {
        return Ok(capsule.parent_run_id.as_deref().map(text));
    };
    let sql =
        "SELECT run_id FROM asked WHERE project = ?1 AND client = ?2 AND repaired_hash = ?3 ORDER BY id DESC LIMIT 1";
    conn.prepare_cached(sql)?
        .query_row(params![capsule.project, text(&capsule.client), hash], |row| row.get(0))
        .optional()
}

/// Drops what is too old, and the oldest of too many.
pub(super) fn forget(conn: &Connection) -> rusqlite::Result<()> {
    conn.prepare_cached("DELETE FROM asked WHERE id <= (SELECT max(id) - ?1 FROM asked) OR at < ?2")?
        .execute(params![MOST, milliseconds(SystemTime::now()) - LONGEST])?;
    Ok(())
}

impl File {
    /// What was asked, newest first: of one project, one question by its name.
    pub(in crate::capsules) fn asked(&self, project: Option<&str>, run_id: Option<&str>, most: usize) -> Vec<Capsule> {
        let sql = "SELECT * FROM asked WHERE (?1 IS NULL OR project = ?1) AND (?2 IS NULL OR run_id = ?2) ORDER BY id DESC LIMIT ?3";
        let read = || {
            let mut statement = self.conn.prepare_cached(sql)?;
            let most = i64::try_from(most).unwrap_or(i64::MAX);
            let rows = statement.query_map(params![project, run_id, most], capsule)?;
            rows.collect::<rusqlite::Result<Vec<_>>>().map(Some)
        };
        self.looked_at(read()).unwrap_or_default()
    }

    /// The result of such a question, while it is kept.
    pub(in crate::capsules) fn rows_of(&self, project: &str, run_id: &str) -> Option<Answer> {
        let sql = "SELECT result FROM runs WHERE id = (SELECT run FROM asked WHERE project = ?1 AND run_id = ?2)";
        let read = || {
            let mut statement = self.conn.prepare_cached(sql)?;
            statement.query_row(params![project, run_id], |row| row.get::<_, Option<String>>(0)).optional()
        };
        serde_json::from_str(&self.looked_at(read())??).ok()
    }
}

fn capsule(row: &Row<'_>) -> rusqlite::Result<Capsule> {
    Ok(Capsule {
        run_id: row.get("run_id")?,
        at: moment(row.get("at")?),
        dataset_id: row.get("dataset_id")?,
        dataset_version_hash: row.get("dataset_version_hash")?,
        question: row.get("question")?,
        plan_json: row.get("plan_json")?,
        compiled_sql: row.get("compiled_sql")?,
        runner_mode: row.get("runner_mode")?,
        resource_limits: row.get("resource_limits")?,
        result_preview: row.get("result_preview")?,
        stats: row.get("stats")?,
        stdout: row.get("stdout")?,
        stderr: row.get("stderr")?,
        status: row.get("status")?,
        error: row.get("error")?,
        project: row.get("project")?,
        tool: row.get("tool")?,
        plan_hash: row.get("plan_hash")?,
        repaired_hash: row.get("repaired_hash")?,
        parent_run_id: row.get("parent_run_id")?,
        client: row.get("client")?,
        versions: row.get("versions")?,
        rows: row.get::<_, Option<i64>>("row_count")?.map(i64::unsigned_abs),
        milliseconds: row.get::<_, i64>("milliseconds")?.unsigned_abs(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn capsule(run_id: &str, days_ago: u64) -> Capsule {
        let at = SystemTime::now() - std::time::Duration::from_secs(days_ago * 24 * 60 * 60);
        Capsule {
            run_id: run_id.into(),
            at,
            dataset_id: "orders".into(),
            dataset_version_hash: None,
            question: Some("how many?".into()),
            plan_json: Some("{}".into()),
            compiled_sql: Some("x".repeat(TEXT + 1)),
            runner_mode: "process".into(),
            resource_limits: "{}".into(),
            result_preview: Some("[".repeat(PREVIEW + 1)),
            stats: "{}".into(),
            stdout: String::new(),
            stderr: String::new(),
            status: "ok".into(),
            error: None,
            project: "/shop".into(),
            tool: "execute_query_plan".into(),
            plan_hash: Some("a".into()),
            repaired_hash: None,
            parent_run_id: None,
            client: "c".into(),
            versions: "1".into(),
            rows: Some(1),
            milliseconds: 2,
        }
    }

    fn kept(file: &mut File, capsules: Vec<Capsule>) {
        let row = |capsule| super::super::Row::Asked(Box::new(Asked { capsule, over: None, reader: "r".into() }));
        file.write(&capsules.into_iter().map(row).collect::<Vec<_>>());
    }

    #[test]
    fn the_view_has_exactly_the_promised_columns() {
        let folder = tempfile::tempdir().unwrap();
        let mut file = File::at(folder.path()).unwrap();
        kept(&mut file, vec![capsule("r1", 0)]);
        let statement = file.conn.prepare("SELECT * FROM run_capsules").unwrap();
        let promised = "run_id, timestamp, dataset_id, dataset_version_hash, question, plan_json, compiled_sql, runner_mode, \
            resource_limits, result_preview, stats, stdout, stderr, status, error";
        assert_eq!(statement.column_names().collect::<Vec<_>>().join(", "), promised);
        let read = |column: &str| -> Option<String> {
            file.conn.query_row(&format!("SELECT {column} FROM run_capsules"), [], |row| row.get(0)).unwrap()
        };
        assert!(read("timestamp").unwrap().ends_with('Z'));
        assert_eq!((read("compiled_sql").unwrap().len(), read("result_preview")), (TEXT, None));
    }

    #[test]
    fn it_is_bounded() {
        let folder = tempfile::tempdir().unwrap();
        let mut file = File::at(folder.path()).unwrap();
        let small = |at: i64| Capsule { compiled_sql: None, ..capsule(&format!("r{at}"), 0) };
        kept(&mut file, vec![capsule("old", 31)]);
        assert_eq!(file.asked(None, None, 10), []);
        kept(&mut file, (0..MOST + 5).map(small).collect());
        let all = file.asked(Some("/shop"), None, 5_000);
        assert_eq!((all.len(), all[0].run_id.as_str()), (1_000, "r1004"));
        assert_eq!(file.asked(Some("/other"), None, 10), []);
        assert_eq!(file.asked(Some("/shop"), Some("r700"), 10).len(), 1);
    }

    #[test]
    fn a_mended_plan_is_the_child_of_the_broken_one() {
        let folder = tempfile::tempdir().unwrap();
        let mut file = File::at(folder.path()).unwrap();
        kept(&mut file, vec![Capsule { repaired_hash: Some("good".into()), ..capsule("r1", 0) }]);
        let mended = Capsule { plan_hash: Some("good".into()), ..capsule("r2", 0) };
        let of_another = Capsule { client: "d".into(), run_id: "r3".into(), ..mended.clone() };
        let told = Capsule { parent_run_id: Some("r2".into()), run_id: "r4".into(), ..mended.clone() };
        kept(&mut file, vec![mended, of_another, told]);
        let parents: Vec<_> = file.asked(None, None, 3).into_iter().map(|one| one.parent_run_id).collect();
        assert_eq!(parents, [Some("r2".into()), None, Some("r1".into())]);
    }
}
