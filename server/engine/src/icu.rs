//! Stand-ins for the extension `icu`, which this build lacks.
//!
//! Without it DuckDB knows `TIMESTAMP WITH TIME ZONE` but neither `now() - interval 7 day` nor `current_date`, which half of
//! all dashboards use. What those functions *give* depends on the time zone and can't be had; whether a query with them
//! binds, and which columns it has, can: macros with the same argument and result types stand for them on a second
//! connection. A query that fails for want of `icu` is bound there again. If it binds, that is the answer; if not, the
//! answer is unknown (never an error). No query is executed with them.
//!
//! Each function keeps its own forms for DATE and TIMESTAMP and hands everything else on, so that DuckDB chooses among the
//! same forms as with the extension. The test `tests/icu.rs` compares 1,600 calls with
//! a DuckDB that has it.

use duckdb::Connection;

/// Functions of one value that give the same type with a time zone as without.
const PARTS: [&str; 31] = [
    "age",
    "century",
    "day",
    "dayname",
    "dayofmonth",
    "dayofweek",
    "dayofyear",
    "decade",
    "epoch",
    "era",
    "hour",
    "isodow",
    "isoyear",
    "julian",
    "last_day",
    "microsecond",
    "millennium",
    "millisecond",
    "minute",
    "month",
    "monthname",
    "quarter",
    "second",
    "timezone_hour",
    "timezone_minute",
    "week",
    "weekday",
    "weekofyear",
    "year",
    "yearweek",
    "timezone",
];

/// Functions of a part's name and two values.
const DIFFERENCES: [&str; 4] = ["date_diff", "datediff", "date_sub", "datesub"];

const FIXED: &str = r#"
CREATE TEMP MACRO current_date() AS CAST(CAST(now() AS TIMESTAMP) AS DATE);
CREATE TEMP MACRO today() AS CAST(CAST(now() AS TIMESTAMP) AS DATE);
CREATE TEMP MACRO current_localtimestamp() AS CAST(now() AS TIMESTAMP);
CREATE TEMP MACRO current_localtime() AS CAST(CAST(now() AS TIMESTAMP) AS TIME);
CREATE TEMP MACRO get_current_time() AS CAST(CAST(CAST(now() AS TIMESTAMP) AS TIME) AS TIMETZ);
CREATE TEMP MACRO "+"
    (x TIMESTAMPTZ, y INTERVAL) AS CAST(system.main."+"(CAST(x AS TIMESTAMP), y) AS TIMESTAMPTZ),
    (x INTERVAL, y TIMESTAMPTZ) AS CAST(system.main."+"(CAST(y AS TIMESTAMP), x) AS TIMESTAMPTZ),
    (x DATE, y INTEGER) AS system.main."+"(x, y),
    (x INTEGER, y DATE) AS system.main."+"(x, y),
    (x DATE, y INTERVAL) AS system.main."+"(x, y),
    (x INTERVAL, y DATE) AS system.main."+"(x, y),
    (x TIMESTAMP, y INTERVAL) AS system.main."+"(x, y),
    (x INTERVAL, y TIMESTAMP) AS system.main."+"(x, y),
    (x, y) AS system.main."+"(x, y),
    (x) AS system.main."+"(x);
CREATE TEMP MACRO "-"
    (x TIMESTAMPTZ, y INTERVAL) AS CAST(system.main."-"(CAST(x AS TIMESTAMP), y) AS TIMESTAMPTZ),
    (x TIMESTAMPTZ, y TIMESTAMPTZ) AS system.main."-"(CAST(x AS TIMESTAMP), CAST(y AS TIMESTAMP)),
    (x DATE, y INTERVAL) AS system.main."-"(x, y),
    (x DATE, y DATE) AS system.main."-"(x, y),
    (x TIMESTAMP, y INTERVAL) AS system.main."-"(x, y),
    (x TIMESTAMP, y TIMESTAMP) AS system.main."-"(x, y),
    (x, y) AS system.main."-"(x, y),
    (x) AS system.main."-"(x);
CREATE TEMP MACRO time_bucket
    (w INTERVAL, x TIMESTAMPTZ) AS CAST(system.main.time_bucket(w, CAST(x AS TIMESTAMP)) AS TIMESTAMPTZ),
    (w INTERVAL, x DATE) AS system.main.time_bucket(w, x),
    (w INTERVAL, x TIMESTAMP) AS system.main.time_bucket(w, x),
    (w, x) AS system.main.time_bucket(w, x),
    (w, x, o) AS system.main.time_bucket(w, x, o);
CREATE TEMP MACRO make_timestamptz
    (y BIGINT, m BIGINT, d BIGINT, h BIGINT, i BIGINT, s DOUBLE) AS CAST(make_timestamp(y, m, d, h, i, s) AS TIMESTAMPTZ);
"#;

/// A connection to the same database on which the stand-ins exist.
pub(crate) fn stand_ins(conn: &Connection) -> duckdb::Result<Connection> {
    let conn = conn.try_clone()?;
    let mut macros = FIXED.to_owned();
    for name in PARTS {
        let more = match name {
            "age" => {
                ", (x TIMESTAMPTZ, y TIMESTAMPTZ) AS system.main.age(CAST(x AS TIMESTAMP), CAST(y AS TIMESTAMP)), \
                 (x TIMESTAMP, y TIMESTAMP) AS system.main.age(x, y), (x, y) AS system.main.age(x, y)"
            }
            // `t AT TIME ZONE z` is `timezone(z, t)`.
            "timezone" => {
                ", (z VARCHAR, t TIMESTAMPTZ) AS CASE WHEN z IS NOT NULL THEN CAST(t AS TIMESTAMP) END, \
                 (z VARCHAR, t TIMESTAMP) AS CASE WHEN z IS NOT NULL THEN CAST(t AS TIMESTAMPTZ) END, \
                 (z VARCHAR, t TIMESTAMP_NS) AS CASE WHEN z IS NOT NULL THEN CAST(t AS TIMESTAMPTZ_NS) END, \
                 (z VARCHAR, t DATE) AS CASE WHEN z IS NOT NULL THEN CAST(t AS TIMESTAMPTZ_NS) END"
            }
            _ => "",
        };
        macros.push_str(&format!(
            "CREATE TEMP MACRO {name} (x TIMESTAMPTZ) AS system.main.{name}(CAST(x AS TIMESTAMP)), \
             (x DATE) AS system.main.{name}(x), (x TIMESTAMP) AS system.main.{name}(x), (x) AS system.main.{name}(x){more};"
        ));
    }
    for name in DIFFERENCES {
        macros.push_str(&format!(
            "CREATE TEMP MACRO {name} (p VARCHAR, x TIMESTAMPTZ, y TIMESTAMPTZ) AS \
             system.main.{name}(p, CAST(x AS TIMESTAMP), CAST(y AS TIMESTAMP)), \
             (p VARCHAR, x DATE, y DATE) AS system.main.{name}(p, x, y), \
             (p VARCHAR, x TIMESTAMP, y TIMESTAMP) AS system.main.{name}(p, x, y), \
             (p, x, y) AS system.main.{name}(p, x, y);"
        ));
    }
    for (name, back) in
        [("date_part", ""), ("datepart", ""), ("date_trunc", " AS TIMESTAMPTZ"), ("datetrunc", " AS TIMESTAMPTZ")]
    {
        let call = format!("system.main.{name}(p, CAST(x AS TIMESTAMP))");
        let call = if back.is_empty() { call } else { format!("CAST({call}{back})") };
        macros.push_str(&format!(
            "CREATE TEMP MACRO {name} (p VARCHAR, x TIMESTAMPTZ) AS {call}, \
             (p VARCHAR, x DATE) AS system.main.{name}(p, x), (p VARCHAR, x TIMESTAMP) AS system.main.{name}(p, x), \
             (p, x) AS system.main.{name}(p, x);"
        ));
    }
    conn.execute_batch(&macros)?;
    Ok(conn)
}

#[cfg(test)]
mod tests {
    use crate::database::{self, Allowed};

    #[test]
    fn the_stand_ins_can_be_made() {
        let allowed = Allowed {
            folders: Vec::new(),
            files: Vec::new(),
            spill: None,
            memory: "256MB",
            threads: 1,
            optimized: true,
            guarded: true,
        };
        super::stand_ins(&database::open(&allowed).unwrap()).unwrap();
    }
}
