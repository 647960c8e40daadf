"""Writes queries.sql: 500 queries that DuckDB accepts, one a line, of the kinds that dashboards hold. `{t}` and `{u}` stand for
tables (see `tests/tests/differential.rs`). The first part is written by hand, the second put together from pieces."""

import pathlib
import random

BY_HAND = """
select * from {t}
select i, s from {t} where i > 1 and s <> 'a'
select distinct s from {t} order by 1 desc nulls last limit 5 offset 1
select distinct on (s) s, i from {t} order by s, i
select s as "a b", i "c" from (from {t}) as x
select count(*), count(distinct s), sum(i) filter (where b) from {t}
select s, sum(i) from {t} group by s having sum(i) > 0
select s, d, sum(i) from {t} group by rollup (s, d)
select s, d, sum(i) from {t} group by grouping sets ((s), (d), ())
select s, d, sum(i) from {t} group by cube (s, d)
select s, sum(i) from {t} group by all order by all
select s, i, row_number() over (partition by s order by i desc) as n from {t}
select sum(i) over (order by d rows between 1 preceding and current row) from {t}
select sum(i) over (order by d rows between unbounded preceding and 1 following exclude ties) from {t}
select avg(f) over w, max(f) over w from {t} window w as (partition by s order by d)
select s, i from {t} qualify row_number() over (partition by s order by i) = 1
select lag(i, 1, 0) over (order by d) from {t}
select first_value(i ignore nulls) over (order by d) from {t}
select last(i order by d) from {t}
select string_agg(s, ', ' order by s desc) from {t}
select list(i order by i) from {t}
select arg_max(s, f), arg_min(s, f) from {t}
select quantile_cont(f, 0.5), median(f), mode(s) from {t}
select quantile_cont(f, [0.25, 0.75]) from {t}
select approx_count_distinct(s), stddev(f), var_pop(f) from {t}
select case when i > 1 then 'x' when i = 0 then 'y' else 'z' end from {t}
select case i when 1 then 'one' else 'more' end from {t}
select coalesce(s, 'none'), nullif(i, 0), ifnull(s, '') from {t}
select if(b, 'yes', 'no'), greatest(i, 1), least(i, 2) from {t}
select cast(i as varchar), i::double, try_cast(s as integer) from {t}
select d::timestamp, date '2025-01-01', timestamp '2025-01-01 10:00:00' from {t}
select d + interval 1 day, d - interval '1 month', d + 7 from {t}
select date_trunc('month', d), extract(year from d), date_part('week', d) from {t}
select strftime(d, '%Y-%m'), dayname(d), last_day(d) from {t}
select date_diff('day', d, current_date), age(d) from {t}
select d between '2025-01-01' and '2025-12-31' from {t}
select i in (1, 2, 3), s not in ('a', 'b') from {t}
select s like 'a%', s ilike '%B', s not like '_', s similar to 'a.*' from {t}
select s like 'a!%' escape '!' from {t}
select s ~ '^a', regexp_matches(s, 'b$'), regexp_replace(s, 'a', 'b', 'g') from {t}
select s glob 'a*' from {t}
select s || '-' || i, concat(s, i), concat_ws(',', s, i) from {t}
select upper(s), lower(s), trim(s), ltrim(s), length(s), substring(s, 1, 2), s[1:2] from {t}
select substring(s from 1 for 2), position('a' in s), overlay('abc' placing 'x' from 2 for 1) from {t}
select split_part(s, ',', 1), string_split(s, ','), replace(s, 'a', 'b') from {t}
select printf('%d', i), format('{}', s), lpad(s, 5, '0') from {t}
select i // 2, i % 2, i ** 2, i ^ 2, -i, +i, abs(i), i & 1, i | 1, i << 1, ~i from {t}
select round(f, 2), floor(f), ceil(f), sqrt(f), ln(f), f / 0 from {t}
select i is null, i is not null, s is distinct from 'a', b is true, b is not false from {t}
select i isnull, i notnull from {t}
select not b, b and true, b or false, (b and not b) or true from {t}
select [1, 2, 3], [i, i + 1], l[1], l[-1], l[1:2] from {t}
select list_transform([1, 2], lambda x: x + 1)
select list_filter(l, lambda x: x <> 'a') from {t}
select [x || '!' for x in l] from {t}
select [x for x in l if x <> 'a'] from {t}
select len(l), list_contains(l, 'x'), array_length(l), unnest(l) from {t}
select {'a': 1, 'b': 'x'} as r
select r.a from (select {'a': 1} as r)
select struct_pack(a := i, b := s) from {t}
select map {'a': 1, 'b': 2}['a']
select map([1, 2], ['a', 'b'])
select row(i, s), (i, s) from {t}
select i, s from {t} where (i, s) in ((1, 'a'), (2, 'b'))
select * exclude (i) from {t}
select * replace (i + 1 as i) from {t}
select * rename (i as j) from {t}
select * exclude (i, s) replace (f * 2 as f) from {t}
select columns('^[is]$') from {t}
select min(columns(*)) from {t}
select max(columns(* exclude (l))) from {t}
select t.*, 1 as one from {t}
select t.i, u.s from {t} join {u} on t.i = u.i
select t.i, u.s from {t} left join {u} using (i)
select * from {t} natural join {u}
select * from {t} cross join {u}
select * from {t}, {u} where t.i = u.i
select * from {t} full outer join {u} on t.i = u.i and t.s = u.s
select * from {t} semi join {u} on t.i = u.i
select * from {t} anti join {u} on t.i = u.i
select * from {t} asof join {u} on t.i >= u.i
select * from {t} positional join {u}
select * from {t} right join {u} on t.i < u.i
select t.i, x.m from {t}, lateral (select max(u.i) as m from {u} where u.i <= t.i) x
select i, (select max(u.i) from {u}) as m from {t}
select i from {t} where exists (select 1 from {u} where u.i = t.i)
select i from {t} where i = any (select u.i from {u})
select i from {t} where i > all (select u.i from {u})
select i from {t} where s in (select u.s from {u})
with a as (select i from {t}), b as (select i + 1 as i from a) select * from a union all select * from b
with a as materialized (select i from {t}) select * from a
with a as not materialized (select i from {t}) select * from a
with a(x, y) as (select i, s from {t}) select x, y from a
with recursive r(n) as (select 1 union all select n + 1 from r where n < 5) select * from r
select i from {t} union select u.i from {u}
select i from {t} intersect select u.i from {u}
select i from {t} except select u.i from {u}
select i, s from {t} union by name select u.s, u.i from {u}
(select i from {t}) union all (select u.i from {u} limit 1) order by 1
from {t}
from {t} select s, i
from {t} where i > 0
from {t} select s, count(*) group by s
select * from (from {t} where i > 0)
values (1, 'a'), (2, 'b')
select * from (values (1, 'a'), (2, 'b')) v(x, y)
from (values (1), (2)) v(x) select sum(x)
select * from range(5)
select * from range(1, 10, 2) r(n)
select * from generate_series(date '2025-01-01', date '2025-02-01', interval 1 day)
select unnest([1, 2, 3]) as n
select * from unnest([1, 2, 3]) as x(n)
select * from {t} using sample 10
select * from {t} using sample 10%
select * from {t} tablesample reservoir(5)
select * from {t} limit 50%
pivot {t} on s in ('a', 'b') using sum(i)
pivot {t} on s in ('a', 'b') using sum(i) group by d
select * from (pivot {t} on s in ('a', 'b') using sum(i))
select * from {t} pivot (sum(i) for s in ('a', 'b'))
unpivot (select 1 as x, 2 as y) on x, y into name n value v
unpivot (select 1 as x, 2 as y) on columns(*)
select * from (select 1 as x, 2 as y) unpivot (v for n in (x, y))
select 1 as x, x + 1 as y
select i as n from {t} where n > 0
select a: 1, b: 'x'
select #1 from {t}
select i, from {t}
select 1_000_000, 1e3, .5, 5., 0x1F
select 'it''s', E'a\\nb', $$it's$$, $x$a$x$
select (i)::varchar as label from {t}
select "i" from {t} where "s" = 'a'
select i /* a comment */ from {t} -- to the end
select i from {t} where s = 'a;b'
select s collate nocase from {t} order by s collate nocase
select i from {t} order by all desc
select i from {t} order by s asc nulls first, i desc
select count(*) filter (b), sum(i) filter (where i > 1 and b) from {t}
select any_value(s), bool_and(b), bool_or(b), bit_or(i), product(f) from {t}
select histogram(s) from {t}
select grouping(s), s from {t} group by s
select json_object('a', i), json_array(i, s) from {t}
select '{"a": [1]}'::json -> 'a' -> 0, '{"a": 1}'::json ->> '$.a'
select json_extract('{"a": 1}', '$.a')
select typeof(i), pg_typeof(s) from {t}
select current_date, current_timestamp, now(), today()
select time '10:00:00', interval '2 days 3 hours', interval (i) month from {t}
select 1::decimal(10, 2), 'a'::varchar(5), [1]::int[], {'a': 1}::struct(a bigint)
select i::uinteger, f::float, b::int, 'x'::blob from {t}
select s ^@ 'a', starts_with(s, 'a'), s.upper(), s.substring(1, 2) from {t}
select [1, 2] && [2, 3], list_has_any([1], [2])
select 2 in [1, 2, 3]
select exists (from {t}), array(select i from {t})
select 5!, @(-5), factorial(5)
select sum(i)::int from {t} group by ()
select sum(case when b then i end) * 100.0 / nullif(sum(i), 0) as percent from {t}
select date_trunc('week', d)::date as week, s, sum(f) as total from {t} group by 1, 2 order by 1, 2
select s, sum(i) as n, sum(sum(i)) over () as total from {t} group by s
select s, n, n / sum(n) over () as share from (select s, count(*) as n from {t} group by s)
select time_bucket(interval '1 week', d), count(*) from {t} group by 1
select make_date(2025, 1, 1), epoch_ms(0), to_timestamp(0) is not null
select md5(s), hash(s), uuid() is not null from {t}
select width_bucket from (select 1 as width_bucket)
select {'a': [{'b': 2}]}.a[1].b is null
select list_reduce([1, 2, 3], lambda a, b: a + b), list_sort([2, 1]), list_distinct([1, 1])
select max_by(s, i), min_by(s, i), count_if(b), sum(distinct i) from {t}
""".strip().splitlines()

EXPRESSIONS = [
    "i", "s", "d", "f", "i + 1", "i * 2 - 1", "f / 2", "upper(s)", "s || 'x'", "coalesce(i, 0)", "round(f, 1)",
    "date_trunc('month', d)", "case when b then 1 else 0 end", "i::double", "length(s)", "abs(i)", "l[1]", "not b",
    "strftime(d, '%Y')", "extract(month from d)", "greatest(i, 3)", "nullif(s, 'a')", "if(i > 1, 'x', 'y')", "-f",
]
AGGREGATES = [
    "sum(i)", "count(*)", "avg(f)", "min(d)", "max(s)", "count(distinct s)", "sum(f) / count(*)", "sum(i) filter (where b)",
    "median(f)", "string_agg(s, ',')", "sum(case when b then f end)", "round(avg(i), 2)", "bool_or(b)", "list(i)",
]
CONDITIONS = [
    "i > 1", "s = 'a'", "s in ('a', 'b')", "d >= '2025-01-01'", "b", "not b", "f between 0 and 10", "s like '%a%'",
    "i is not null", "i > 1 and b", "(i = 1 or s = 'b')", "d < current_date", "s is distinct from 'z'", "length(s) > 0",
    "i not in (4, 5)", "extract(year from d) = 2025", "l[1] = 'x'", "s ilike 'A'",
]
ORDERS = ["", " order by 1", " order by 1 desc", " order by 1 nulls last", " order by 1 limit 10", " limit 5"]


def put_together(random):
    expression, other = random.sample(EXPRESSIONS, 2)
    aggregate = random.choice(AGGREGATES)
    where = " where " + " and ".join(random.sample(CONDITIONS, random.randint(1, 2))) if random.random() < 0.7 else ""
    order = random.choice(ORDERS)
    kind = random.randrange(5)
    if kind == 0:
        return f"select {expression} as x, {other} as y from {{t}}{where}{order}"
    if kind == 1:
        having = f" having count(*) > {random.randint(0, 2)}" if random.random() < 0.3 else ""
        return f"select {expression} as x, {aggregate} as y from {{t}}{where} group by {expression}{having}{order}"
    if kind == 2:
        return f"select x, count(*) as n from (select {expression} as x from {{t}}{where}) q group by x{order}"
    if kind == 3:
        return f"with q as (select {expression} as x, {other} as y from {{t}}{where}) select x, y from q{order}"
    windowed = random.choice(["sum(i)", "avg(f)", "count(*)", "min(d)", "max(s)", "row_number()"])
    return f"select {expression}, {windowed} over (partition by s) as y from {{t}}{where}{order}"


def main():
    queries = list(BY_HAND)
    source = random.Random(5)
    while len(queries) < 500:
        query = put_together(source)
        if query not in queries:
            queries.append(query)
    pathlib.Path(__file__).with_name("queries.sql").write_text("\n".join(queries) + "\n")


main()
