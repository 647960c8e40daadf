//! Texts that stand inside of themselves, for all readers of SQL.

use viz_project::schema::Dialect;
use viz_sql::{
    canonical, engine_1_4, output_columns, parse, parse_expression, parse_foreign, shape_of, tokenize, unclosed,
    unnamed_columns,
};

/// What may stand around itself: before and behind.
const NESTED: &[(&str, &str)] = &[
    ("[", "]"),
    ("[1, ", "]"),
    ("[x for x in ", "]"),
    ("[", " for x in l]"),
    ("[1 for ", "]"),
    ("[x for x in l if ", "]"),
    ("(", ")"),
    ("((", "), 1)"),
    ("{'a': ", "}"),
    ("{'a': [", "]}"),
    ("map {'a': ", "}"),
    ("array[", "]"),
    ("array(select ", ")"),
    ("f(", ")"),
    ("f(a := ", ")"),
    ("f(x -> ", ")"),
    ("f(lambda x: ", ")"),
    ("(x, y) -> (", ")"),
    ("case when ", " then 1 end"),
    ("case ", " when 1 then 2 end"),
    ("cast(", " as int)"),
    ("try_cast(", " as int)"),
    ("struct_pack(a := ", ")"),
    ("(select ", ")"),
    ("exists (select ", ")"),
    ("(select 1 from (select ", "))"),
    ("1 in (", ")"),
    ("x between 1 and (", ")"),
    ("not ", ""),
    ("- ", ""),
    ("interval (", ") day"),
    ("extract(year from ", ")"),
    ("substring(", " from 1)"),
    ("position(", " in 'a')"),
    ("trim(", ")"),
    ("trim(both 'a' from ", ")"),
    ("row(", ")"),
    ("sum(", ") filter (where a)"),
    ("sum(1) over (order by ", ")"),
    ("a[", "]"),
    ("a[1:", "]"),
    ("date ", ""),
    ("x::struct(a ", ")"),
    ("(values (", "))"),
    ("a.b(", ")"),
    ("columns(", ")"),
    ("unnest([", "])"),
    ("overlay(", " placing 'a' from 1)"),
    ("coalesce(", ", 1)"),
    ("ceil(", ")"),
    ("a = any(", ")"),
    ("(with c as (select ", ") select 1)"),
];

/// What stands inside of itself is read once: else the time doubles with each level, and this never ends.
#[test]
fn nothing_is_read_twice_for_each_level() {
    // As deep as the program's own threads, and more where nothing is optimized.
    let thread = std::thread::Builder::new().stack_size(512 << 20);
    thread.spawn(read_all).expect("a thread").join().expect("no panic");
}

fn read_all() {
    for (before, after) in NESTED {
        for inner in ["1", "a", "", "select 1", "1 2", "'a'"] {
            for (depth, cut) in [(40, 0), (40, 1), (200, 0)] {
                let text = format!("{}{inner}{}", before.repeat(depth), after.repeat(depth - cut));
                let selected = format!("select {text}");
                let _ = (parse_expression(&text), parse(&selected), parse(&format!("select 1 from {text}")));
                let _ = (
                    canonical::canonical(&text),
                    canonical::refusal(&text),
                    engine_1_4::parse(&selected),
                    shape_of(&text),
                );
                let _ = (
                    tokenize(&text),
                    unclosed(&text),
                    output_columns(Dialect::DuckDb, &selected),
                    unnamed_columns(Dialect::DuckDb, &selected),
                );
                for dialect in [
                    Dialect::PostgreSql,
                    Dialect::Redshift,
                    Dialect::Sqlite,
                    Dialect::MySql,
                    Dialect::Snowflake,
                    Dialect::BigQuery,
                ] {
                    let _ = parse_foreign(dialect, &selected);
                }
            }
        }
    }
}
