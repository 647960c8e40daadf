//! Where columns come from: by hand, and queries whose origins are known because of how they were made.

use super::*;

mod generated;

/// `t` and `u` are known, other tables are not.
fn known(written: &str) -> Option<Vec<String>> {
    let names: &[&str] = match written {
        "t" | "main.t" => &["id", "a", "b"],
        "u" => &["id", "c", "d"],
        "read_csv('x.csv')" => &["x", "y"],
        _ => return None,
    };
    Some(names.iter().map(|name| (*name).to_owned()).collect())
}

/// `name = t.a t.b`, with `:` for another type, `~` for computed and `?` for unknown.
fn shown(sql: &str) -> String {
    let found = lineage(sql, &known).unwrap_or_else(|| panic!("{sql} is read"));
    let column = |column: &LineageColumn| {
        let mut reads: Vec<String> = column.origins.reads.iter().map(|at| read(&found, *at)).collect();
        reads.sort();
        let way = match column.origins.way {
            Way::HandedOn => "",
            Way::Converted => ":",
            Way::Computed => "~",
        };
        let unknown = if column.origins.unknown { "?" } else { "" };
        let first = if column.first { "" } else { "!" };
        format!("{}{first} ={way} {}{unknown}", column.name, reads.join(" "))
    };
    let mut shown: Vec<String> = found.columns.iter().map(column).collect();
    match found.rest {
        LineageRest::Nothing => {}
        LineageRest::AllOf(relation) => shown.push(format!("{}.*", found.relations[relation])),
        LineageRest::Unknown => shown.push("*".to_owned()),
    }
    shown.join(", ")
}

fn read(found: &Lineage, at: usize) -> String {
    format!("{}.{}", found.relations[found.reads[at].relation], found.reads[at].column)
}

fn check(cases: &[(&str, &str)]) {
    let wrong: Vec<String> = cases
        .iter()
        .filter(|(sql, expected)| shown(sql) != *expected)
        .map(|(sql, expected)| format!("{sql}\n  expected {expected}\n  found    {}", shown(sql)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn columns_and_expressions() {
    check(&[
        ("select a, t.b, T.A as x from t", "a = t.a, b = t.b, x = t.a"),
        ("select cast(a as int) as x, b::text, (a) from t", "x =: t.a,  =: t.b, a = t.a"),
        ("select a + b as x, count(*) as n, 1 as one from t", "x =~ t.a t.b, n =~ , one =~ "),
        ("select sum(a) filter (where b > 1) over (partition by id) as x from t", "x =~ t.a t.b t.id"),
        ("select case when a then b end as x from t where id = 1", "x =~ t.a t.b"),
        ("select nothing from t", "nothing =~ ?"),
        ("select a.b, a[1] as f, (a).b as g from t", "b =~ t.a, f =~ t.a, g =~ t.a"),
        ("select main.t.a, x.y.z from main.t", "a = main.t.a, z =~ ?"),
        ("select x from read_csv('x.csv')", "x = read_csv('x.csv').x"),
        ("select * from 'some.parquet' p", "'some.parquet'.*"),
        ("select list_transform(a, x -> x + b) as l, a -> '$.k' as j from t", "l =~ t.a t.b, j =~ t.a"),
        ("select list_transform(a, lambda b: b + id) as l from t", "l =~ t.a t.id"),
        ("select [b + 1 for b in a] as l from t", "l =~ t.a?"),
        ("select current_date as d, user as w, t as r from t", "d =~ , w =~ ?, r =~ ?"),
        ("select max(a) over w as m from t window w as (order by b)", "m =~ t.a?"),
        ("from t", "id = t.id, a = t.a, b = t.b"),
        ("from t select a", "a = t.a"),
        ("values (1, 2)", "col0 =~ , col1 =~ "),
    ]);
}

#[test]
fn tables_of_unknown_columns() {
    check(&[
        ("select x, y + z as s from o", "x = o.x, s =~ o.y o.z"),
        ("select * from o", "o.*"),
        ("select x from (select * from o)", "x = o.x"),
        ("select o.x, p.y, z from o, p", "x = o.x, y = p.y, z =~ ?"),
        ("select a, z from t, o", "a = t.a, z = o.z"),
        ("select x as y, y + 1 as z from o", "y = o.x, z =~ ?"),
        ("select o, current_user from o", "o =~ ?, current_user =~ ?"),
        ("select *, x + 1 as x from o", "x! =~ o.x, o.*"),
        ("select x from (select *, 1 as x from o)", "x =~ ?"),
        ("select x from (select 1 as x, * from o)", "x =~ "),
        ("select * exclude (x) replace (y + 1 as y) rename (v as w) from o", "y =~ o.y, w! = o.v, o.*"),
        ("select * rename (v as w) from o, p", "w! =~ ?, *"),
        ("select (select x) as s from o", "s =~ o.x"),
        ("select (select a from o) as s from t", "s =~ ?"),
        ("select (select o.a from o) as s from t", "s =~ o.a"),
    ]);
}

#[test]
fn stars() {
    check(&[
        ("select t.*, c from t join u on t.id = u.id", "id = t.id, a = t.a, b = t.b, c = u.c"),
        ("select * exclude (id) from t", "a = t.a, b = t.b"),
        ("select * exclude id replace (a + b as b) from t", "a = t.a, b =~ t.a t.b"),
        ("select * rename (a as x) from t", "id = t.id, x = t.a, b = t.b"),
        ("select * from t, u", "id = t.id, a = t.a, b = t.b, id = u.id, c = u.c, d = u.d"),
        ("select s.* from t", "*"),
        ("select columns('a.*') from t", "! =~ ?, *"),
        ("select id from (select * from t, u)", "id = t.id"),
    ]);
}

#[test]
fn joins() {
    check(&[
        ("select id, a, c from t join u using (id)", "id = t.id u.id, a = t.a, c = u.c"),
        ("select id from t left join u using (id)", "id = t.id"),
        ("select id from t right join u using (id)", "id = u.id"),
        ("select id, t.id from t full join u using (id)", "id =~ t.id u.id, id = t.id"),
        ("select * from t join u using (id)", "id = t.id u.id, a = t.a, b = t.b, c = u.c, d = u.d"),
        ("select id, c from t natural join u", "id = t.id u.id, c = u.c"),
        ("select id, a from t natural join o", "id =~ ?, a =~ ?"),
        ("select id, x from t join o using (id)", "id = o.id t.id, x = o.x"),
        ("select id from t, u", "id =~ ?"),
        ("select a from t semi join u on t.id = u.id", "a = t.a"),
        ("select a, s.x from t, (select t.a + 1 as x) s", "a = t.a, x =~ t.a"),
        ("select f.n from t, generate_series(1, a) f(n)", "n =~ ?"),
        ("select n from generate_series(1, 3) f(n)", "n =~ ?"),
        ("select x.a, y.a from t x join t y on x.id = y.id", "a = t.a, a = t.a"),
    ]);
}

#[test]
fn queries_in_queries() {
    check(&[
        ("with w as (select a as x from t) select x, w.x + 1 as y from w", "x = t.a, y =~ t.a"),
        ("with w(p, q) as (select a, b from t) select q from w", "q = t.b"),
        ("with t as (select c as a from u) select a from t", "a = u.c"),
        ("with t as (select * from t) select a from t", "a = t.a"),
        ("select x.n from (select count(*) as n, a from t group by a) x", "n =~ "),
        ("select (select max(c) from u where u.id = t.id) as m from t", "m =~ u.c"),
        ("select a in (select c from u) as m, exists (select 1 from u) as e from t", "m =~ t.a u.c, e =~ ?"),
        ("select s.z from (values (1, 2)) s(y, z)", "z =~ "),
        ("with v as (select 1 as id), w as (select * from v) select id from w", "id =~ "),
    ]);
}

#[test]
fn aliases_in_the_same_select() {
    check(&[
        ("select a + 1 as x, x * b as y from t", "x =~ t.a, y =~ t.a t.b"),
        ("select b as a, a + 1 as y from t", "a = t.b, y =~ t.a"),
        ("select 1 as c, (select c from u) as y from t", "c =~ , y =~ u.c"),
        ("select 1 as z, (select z from u) as y from t", "z =~ , y =~ ?"),
    ]);
}

#[test]
fn set_operations() {
    check(&[
        ("select a from t union all select c from u", "a = t.a u.c"),
        ("select a, b from t union all by name select c as b, d from u", "a = t.a, b = t.b u.c, d = u.d"),
        ("select a from t except select c from u", "a = t.a"),
        ("select * from t union select * from o", "id =~ ?, a =~ ?, b =~ ?"),
        ("select * from o union select * from t", "*"),
        ("(select a from t) union (select 1) order by a", "a =~ t.a"),
        (
            "with recursive w as (select id, a from t union all select a, w.id from w join u using (id)) select * from w",
            "id = t.a t.id, a = t.a t.id",
        ),
        ("with recursive w as (select 1 as n union all select n + 1 from w where n < 9) select n from w", "n =~ "),
        ("with recursive w as (select a from w) select a from w", "a =~ ?"),
    ]);
}

/// Each name in a text, with what it means.
fn names(sql: &str) -> Vec<String> {
    let found = lineage(sql, &known).expect("it is read");
    let name = |name: &Name| {
        let meaning = match &name.meaning {
            Meaning::Read(reads) => reads.iter().map(|at| read(&found, *at)).collect::<Vec<_>>().join(" "),
            Meaning::Made(given) => format!("@{}", usize::from(given.start())),
            Meaning::Given => "given".to_owned(),
            Meaning::Unknown => "?".to_owned(),
        };
        format!("{} {meaning}", &sql[name.range])
    };
    found.names.iter().map(name).collect()
}

#[test]
fn names_in_the_text() {
    assert_eq!(
        names("select t.a as é, é, b from t where a > é group by é, b having é > 1 order by é"),
        ["a t.a", "é given", "é @14", "b t.b", "a t.a", "é @14", "é @14", "b t.b", "é @14", "é @14"]
    );
    assert_eq!(names("select a + 1 as a from t order by a, a + 1"), ["a t.a", "a given", "a @16", "a ?"]);
    assert_eq!(
        names("with w as (select a as x from t) select w.x from w order by \"X\""),
        ["a t.a", "x given", "x @23", "\"X\" @23"]
    );
    assert_eq!(names("select * exclude (b) from t join u using (id) where x.y = 1"), ["b t.b", "id t.id u.id",]);
    assert_eq!(names("select a as x from t union select c as x from u order by x").last().unwrap(), "x @12");
}

/// Work is bounded: what would double with each step is shared, or given up.
#[test]
fn hostile_queries_end() {
    let chain = |link: fn(usize) -> String, last: &str| {
        let links: Vec<String> = (1..60).map(link).collect();
        format!("with w0 as (select a, b from t), {} {last}", links.join(", "))
    };
    let sum = chain(|at| format!("w{at} as (select a + b as a, a - b as b from w{})", at - 1), "select a from w59");
    assert_eq!(shown(&sum), "a =~ t.a t.b");
    let double =
        chain(|at| format!("w{at} as (select * from w{}, w{} x)", at - 1, at - 1), "select count(*) as n from w59");
    assert_eq!(shown(&double), "n =~ ");
    let nested = (0..60).fold("(select a from t)".to_owned(), |inner, at| {
        format!("(select coalesce({inner}, {inner0}) as a from u x{at})", inner0 = "(select 1)")
    });
    assert!(lineage(&format!("select {nested} as x from t"), &known).is_some());
    let wide: Vec<String> = (0..3_000).map(|at| format!("a as c{at}")).collect();
    let wide = format!("with w as (select {} from t) select w.*, x.* from w, w x", wide.join(", "));
    assert!(lineage(&wide, &known).expect("it is read").columns.len() <= MAX_COLUMNS);
    let union = vec!["select a from t"; 900].join(" union all ");
    assert_eq!(shown(&union), "a = t.a");
    let recursive = (0..12).fold("select a from t".to_owned(), |inner, at| {
        format!("with recursive r{at} as ({inner} union all select a + 1 from r{at}) select a from r{at}")
    });
    assert!(lineage(&recursive, &known).is_some());
    assert!(lineage(&format!("select {}", "a".repeat(MAX_TEXT)), &known).is_none());
    // What is copied, or compared by name, is work and memory: beyond their bound it is not known.
    let columns: Vec<String> = (0..1_990).map(|at| format!("a as c{at}")).collect();
    let wide = format!("with x as (select {} from t), e as (select 1 as z)", columns.join(", "));
    let aliases = format!("{wide} select t0.c5 as out from x t0{}", ", x t(c)".repeat(20_000));
    assert!(lineage(&aliases, &known).is_some());
    let naturals = format!("{wide} select c5 as out from x{}{}", " join x".repeat(400), " natural join e".repeat(200));
    assert_eq!(shown(&naturals), "out =~ ?");
}
